"""`haven repair`: puts a damaged catalog right, and keeps the damaged file."""

import argparse
import json
import sys
from collections.abc import Mapping

from haven_fs.catalog.repair import Repaired, repair
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.datafolder import DataFolder

_KINDS = {
    "photo": "photo",
    "original": "file",
    "name": "name of a photo",
    "correction": "change that you made",
    "made": "folder that you made",
    "analysis": "finding about photos",
}
_MANY = {"name of a photo": "names of photos", "change that you made": "changes that you made"}
_MANY |= {"folder that you made": "folders that you made", "finding about photos": "findings about photos"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and --json to `parser`."""
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Stop Haven first. The damaged catalog is kept beside the new one, as catalog-damaged-DATE.sqlite. What can be"
        " read in it is saved, and what you told Haven besides is taken from corrections.jsonl. Then run `haven index`."
        " With --json it prints `found` (what was damaged, or null), `aside`, `only_indices`, `saved`, `lost`,"
        " `restored` and `record`."
    )


def run(args: argparse.Namespace) -> int:
    """Repair the catalog and say what was saved. Returns 0; raises UserError if it cannot be repaired now."""
    data = options.data_folder(args)
    data.check_catalog("There is nothing to repair.")
    with data.locked():
        done = repair(data.catalog_path, lambda what: print(what, file=sys.stderr))
        record = _take_up_record(data) if done.found is not None else None
    if args.json:
        print(json.dumps(_facts(done) | {"record": record}))
        return 0
    if done.found is None:
        print(f"The catalog {data.catalog_path} is sound: there is nothing to repair.")
        return 0
    print(f"The catalog was damaged: {done.found}.\nThe damaged file is kept as {done.aside}.")
    for line in _told(done):
        print(line)
    if record:
        print(record)
    print("Now run `haven index`: it looks at your photos again where that is needed. `haven serve` does so too.")
    return 0


def _take_up_record(data: DataFolder) -> str | None:
    """Open the catalog, so that it is complete, and takes up what the record knows; return what it still lacks."""
    with data.catalog() as catalog, catalog.read() as db:
        return catalog.record.in_words(db)


def _facts(done: Repaired) -> dict[str, object]:
    return {
        "found": done.found,
        "aside": str(done.aside) if done.aside else None,
        "only_indices": done.only_indices,
        "saved": done.saved,
        "lost": done.lost,
        "restored": done.restored,
    }


def _told(done: Repaired) -> list[str]:
    if done.only_indices:
        return ["Only indices were damaged. They were made anew, and nothing was lost."]
    if done.unreadable:
        return ["Nothing in it could be read, so the new catalog begins with what corrections.jsonl says."]
    saved = _listed(done.saved, done.facets)
    lost = _listed(done.lost, done.facets)
    unknown = [name for name, count in done.lost.items() if not count]
    some = [_MANY.get(kind, f"{kind}s") for name, kind in _KINDS.items() if name in unknown]
    some += sorted({_what(name, done.facets) for name in unknown if name not in _KINDS})
    told = [f"Saved: {', '.join(saved) or 'nothing'}."]
    if lost:
        told.append(f"Could not be read: {', '.join(lost)}.")
    if some:
        told.append(f"Some could not be read, and nobody can tell how many: {', '.join(some)}.")
    if not lost and not some:
        told.append("None of these was lost.")
    if done.restored:
        told.append(f"{options.counted(done.restored, 'row')} of what you told Haven came back from your changes.")
    return told


def _what(table: str, facets: Mapping[str, str]) -> str:
    return f"rows of {facets[table]}" if table in facets else "what Haven works out by itself"


def _listed(counts: Mapping[str, int], facets: Mapping[str, str]) -> list[str]:
    """Say how many of each kind there are; of what plugins keep, rows by the name of the plugin's part."""
    told = [_counted(counts[name], kind) for name, kind in _KINDS.items() if counts.get(name)]
    rows: dict[str, int] = {}
    for table, facet in facets.items():
        rows[facet] = rows.get(facet, 0) + counts.get(table, 0)
    return [*told, *(f"{options.counted(count, 'row')} of {facet}" for facet, count in sorted(rows.items()) if count)]


def _counted(count: int, kind: str) -> str:
    return f"{count:,} {_MANY[kind]}" if count != 1 and kind in _MANY else options.counted(count, kind)


COMMAND = Command("repair", "Put a damaged catalog right, and keep the damaged file.", arguments, run, group="Care")
