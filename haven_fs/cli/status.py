"""`haven status`: what the catalog holds, and what is still to do. Works while `serve` runs."""

import argparse
import json

from haven_fs.analysis import due
from haven_fs.catalog.again import Trouble, troubles
from haven_fs.catalog.checksums import damages
from haven_fs.catalog.failures import failures
from haven_fs.catalog.libraries import all_libraries
from haven_fs.catalog.skipped import skipped
from haven_fs.catalog.waiting import in_words
from haven_fs.cli import options, passed_over
from haven_fs.command import Command

_FEW = 3
_SOME = 10
"""How many files on which an analyzer failed are named to people."""
_MOST = 100
"""How many things that cannot be read are named, to people and to programs."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and --json to `parser`."""
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Also shows what cannot be read, where each library is, and where Haven is serving. It works at any time. With"
        " --json it prints `photos`, `videos`, `unreadable`, `pending` (0 when all is done that can be done now),"
        " `at_leisure` (photos that are yet to be looked at when nothing else is to do), `waiting` (a sentence about"
        " changes that wait to be made again after the catalog was lost, or null), `troubles`, `libraries`, `data`,"
        " `serving` and `trouble`, what keeps the server from indexing. `troubles` is what cannot be read, up to 100:"
        " `path`, `reason`, and `passing`, true if it is tried again at each walk. `damaged` is what the disk no longer"
        " has as it was, up to 100: `path`, `reason` and `copy`, where an original with the right bytes is. `failures`"
        " is on which files analyzers failed, up to 100: `path`, `analyzers` and `reason`. `skipped` is what was passed"
        " over, by `reason`: how many `files` and `folders`, a folder that is an `example`, and the reason in `words`."
    )


def run(args: argparse.Namespace) -> int:
    """Print the counts as text or JSON. Returns 0; raises UserError if there is no catalog yet."""
    data = options.data_folder(args)
    analyzers = data.plugins.analyzers(data.settings)
    with data.catalog(readonly=True) as catalog, catalog.read() as db:
        counts = due.counts(db, analyzers)
        found, damaged = troubles(db), damages(db)
        failed, more = failures(db, _MOST if args.json else _SOME)
        libraries = all_libraries(db)
        waits, passed = in_words(db), skipped(db)
    running = data.running() if data.is_locked() else {}
    if args.json:
        listed = [
            {"name": lib.name, "root": str(lib.root), "away": lib.away, "missing": lib.missing} for lib in libraries
        ]
        facts = {
            "photos": counts.photos,
            "videos": counts.videos,
            "unreadable": counts.unreadable,
            "pending": counts.pending,
            "at_leisure": counts.at_leisure,
            "waiting": waits,
            "troubles": [one._asdict() for one in found[:_MOST]],
            "failures": [one._asdict() for one in failed],
            "skipped": passed_over.as_json(passed),
            "damaged": [{"path": one.path, "reason": one.reason, "copy": one.copy} for one in damaged[:_MOST]],
        }
        serving = {"serving": running.get("url"), "trouble": running.get("trouble") or None}
        print(json.dumps({**facts, "libraries": listed, "data": str(data.path), **serving}))
        return 0
    kinds = ((counts.photos, "photo"), (counts.videos, "video"), (len(found), "unreadable file"))
    print(", ".join(options.counted(*kind) for kind in kinds))
    done = "All is done that can be done" if found or failed else "Everything is up to date"
    print(f"{counts.pending} still to be looked at" if counts.pending else done)
    if counts.at_leisure:
        print(f"{options.counted(counts.at_leisure, 'photo')} to be looked at more closely when nothing else is to do")
    if waits:
        print(waits)
    rest = "/Review/Unreadable has the files, `haven doctor` names more"
    options.print_troubles(f"Cannot be read ({len(found):,}):", found, _FEW, rest)
    heading = f"Damaged on the disk ({len(damaged):,}):"
    listed_damage = [Trouble(one.path, one.reason, passing=False) for one in damaged]
    options.print_troubles(heading, listed_damage, _FEW, "/Review/Damaged has them all")
    options.print_troubles(
        f"Analyzers failed on ({len(failed) + more:,}):",
        [Trouble(one.path, f"{options.listed(one.analyzers)}: {one.reason}", passing=False) for one in failed],
        len(failed),
        "`haven status --json` names up to 100",
        more,
    )
    for line in passed_over.lines(passed, advice=False):
        print(line)
    for library in libraries:
        print(f"  {library.name}: {library.away or library.root}")
    if running.get("trouble"):
        print(f"Indexing has stopped: {running['trouble']}")
    if running.get("url"):
        print(f"Serving on {running['url']}")
    return 0


COMMAND = Command("status", "Show how many photos there are and what is still to do.", arguments, run, group="Care")
