"""`haven import`: moves in what other services and programs know: photos, albums, names, favourites, dates, places.

The source is only read. What is found is said first, with what will be done. A second import changes nothing, one that
was interrupted is finished, and all of it is one change in `haven log`. Works while `serve` runs.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from haven_fs.analysis.at_once import AtOnce
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import Library, find_inbox, named_library
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.datafolder import DataFolder
from haven_fs.errors import UserError
from haven_fs.library.rights import users_umask
from haven_fs.library.text import as_text
from haven_fs.moving.described import Export
from haven_fs.moving.digikam import read_digikam
from haven_fs.moving.icloud import read_icloud
from haven_fs.moving.immich import KEY, read_immich
from haven_fs.moving.importer import Importer, Report
from haven_fs.moving.photoprism import read_photoprism
from haven_fs.moving.picasa import read_picasa
from haven_fs.moving.takeout import read_takeout
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.disk.uploads import Uploads

_MOST_SHOWN = 20
_READERS: dict[str, tuple[Callable[[Sequence[Any]], Export], str]] = {
    "takeout": (read_takeout, "Google Photos: the folder of an export (Takeout), unpacked or not, or its zips or tgz"),
    "icloud": (
        read_icloud,
        "Apple: its copy of your data, unpacked or not, an export of osxphotos, or a .photoslibrary",
    ),
    "immich": (read_immich, f"Immich: the address of the server, with a key in {KEY}"),
    "photoprism": (read_photoprism, "PhotoPrism: the folder of the originals, and the one called storage"),
    "digikam": (read_digikam, "digiKam: digikam4.db, or the folder that it is in"),
    "picasa": (read_picasa, "Picasa: folders with .picasa.ini files, and contacts.xml"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a verb for each source, with PATH..., --into, --dry-run, --yes, --data and --json."""
    verbs = parser.add_subparsers(dest="verb", metavar="|".join(_READERS), required=True)
    added = []
    for name, (_, help_) in _READERS.items():
        verb = verbs.add_parser(name, help=help_, description=f"Moves in from {help_}.")
        if name == "immich":
            verb.add_argument("paths", nargs="+", metavar="URL", help="the server's address; it is only read")
        else:
            verb.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="where it is; it is only read")
        verb.add_argument(
            "--into", metavar="LIBRARY", help="the writable library that photos are copied to (default: the inbox)"
        )
        verb.add_argument("--dry-run", action="store_true", help="say what is there and what would be done, and stop")
        verb.add_argument("--yes", action="store_true", help="go ahead without asking, as scripts have to")
        added.append(verb)
    options.add_data(parser, *added)
    options.add_json(parser, *added)
    parser.epilog = (
        "Photos that a library already has are not copied again, but get their albums and whatever they lack. What"
        " describes a photo is copied beside it. `haven undo` takes the whole import back: its photos go to"
        " /Recently Removed. With --json it prints `found`, `copied`, `known`, `in_albums`, `said` and `left_out`, a"
        " list of `file` and `reason`."
    )


def run(args: argparse.Namespace) -> int:
    """Import one source. Returns 1 if a disk failed; raises UserError if nobody agreed or it cannot be done."""
    data = options.data_folder(args)
    reader = _READERS[args.verb][0]
    with data.catalog_beside("Index your photos first, or start with `haven serve --inbox DIR`.") as catalog:
        library = _library(catalog, args.into)
        with closing(reader([_apart(path, data) for path in args.paths])) as export:
            importer = _importer(data, catalog, library, export, args.paths)
            print(_plan(export, importer), file=sys.stderr if args.json else sys.stdout, flush=True)
            if not export.items or args.dry_run:
                return _nothing(export, args)
            if not args.yes:
                options.confirm(
                    "Continue?",
                    unasked="Nothing was imported. Add --yes to go ahead, or --dry-run to only see what is there.",
                    refused="Nothing was imported.",
                )
            progress = Progress(bar=True)
            progress.begin(f"Importing from {export.title}", len(export.items))
            try:
                with users_umask():
                    report = importer.run(progress.advance)
            finally:
                progress.end()
    print(_as_json(export, report) if args.json else _as_text(report, importer))
    return 1 if report.failed else 0


def _library(catalog: Catalog, named: str | None) -> Library:
    with catalog.read() as db:
        library = named_library(db, named) if named else find_inbox(db)
    if library is None:
        raise UserError(
            "There is no inbox to copy photos to. Say which writable library they go to with --into, or have an inbox:"
            " haven serve --inbox DIR"
        )
    if not library.writable:
        raise UserError(f"{library.name} is read-only. Allow it first: haven libraries set {library.name!r} --writable")
    return library


def _apart(path: Path | str, data: DataFolder) -> Path | str:
    """Return a path in full, an address as it is. Raises UserError if it is Haven's own."""
    if isinstance(path, str):
        return path
    path = path.expanduser().resolve()
    if path == data.path.resolve():
        raise UserError(f"{path} is Haven's own data folder.")
    return path


def _importer(data: DataFolder, catalog: Catalog, library: Library, export: Export, paths: Sequence[Path]) -> Importer:
    tree = data.tree(catalog)
    tree.uploads = Uploads(catalog, data.settings, AtOnce(catalog, data.plugins, data.settings))
    source = json.dumps(sorted(as_text(str(_apart(path, data))) for path in paths), ensure_ascii=False)
    # "import", so that the day is no date of what lies there.
    return Importer(tree, DiskPlace(library, ""), export, source, f"{export.title} import {date.today()}")


def _plan(export: Export, importer: Importer) -> str:
    """Say what was found and what will be done."""
    counts = [
        f"  {what}: {number:,}" for what, number in sorted(export.seen.items(), key=lambda one: -one[1]) if number
    ]
    size = sum(item.entry.size for item in export.items if not item.again)
    lines = [f"Found in {export.title}:", *counts] if counts else [f"Nothing of {export.title} was found here."]
    if export.left_out:
        lines.append(f"  left out, with reasons at the end: {len(export.left_out):,}")
    if export.items:
        goes_on = "This goes on with the import that was interrupted. " if importer.goes_on else ""
        lines.append(
            f"{goes_on}Photos that no library has yet, at most {options.in_bytes(size)}, are copied to"
            f" {as_text(str(importer.folder.on_disk))}. The others get their albums, and what they lack of the rest."
            " `haven undo` takes all of it back. The export itself is only read."
        )
    return "\n".join(lines)


def _nothing(export: Export, args: argparse.Namespace) -> int:
    report = Report(left_out=list(export.left_out))
    if args.json:
        print(_as_json(export, report))
    else:
        _print_left_out(report)
    return 0


def _as_json(export: Export, report: Report) -> str:
    left_out = [{"file": as_text(path), "reason": reason} for path, reason in report.left_out]
    facts = {
        "found": dict(export.seen),
        "copied": report.copied,
        "known": report.known,
        "in_albums": report.in_albums,
        "said": report.said,
        "left_out": left_out,
    }
    return json.dumps(facts, ensure_ascii=False)


def _as_text(report: Report, importer: Importer) -> str:
    _print_left_out(report)
    if not (report.copied or report.in_albums or report.said):
        return f"Nothing is new: all {options.counted(report.known, 'photo')} were there already."
    parts = [
        f"{options.counted(report.copied, 'photo or video', 'photos and videos')} copied",
        f"{report.known:,} there already",
        f"{report.in_albums:,} put into albums",
    ]
    if report.said:
        parts.append(f"more is known of {report.said:,} that were there")
    text = (
        f"{options.listed(parts)}. `haven undo` takes all of it back.\nTheir places and faces, and search by meaning,"
        " follow while `haven serve` runs, or with `haven index`."
    )
    return f"{text}\nThe disk is full. Make room, then do this again: it goes on." if report.failed else text


def _print_left_out(report: Report) -> None:
    if not report.left_out:
        return
    print(f"Left out: {options.counted(len(report.left_out), 'file')}.")
    for path, reason in report.left_out[:_MOST_SHOWN]:
        print(f"  {as_text(path)}: {reason}")
    if (more := len(report.left_out) - _MOST_SHOWN) > 0:
        print(f"  and {more:,} more; --json names them all")


COMMAND = Command("import", "Move in from Google Photos and other programs.", arguments, run)
