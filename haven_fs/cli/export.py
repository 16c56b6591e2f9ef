"""`haven export xmp`: what plugins know of photos, as sidecars that every photo program reads. Nobody is locked in.

Sidecars go into a folder that mirrors the libraries, or beside the originals of writable libraries. One that is there
already keeps all else that is in it; originals are only read. Works while `serve` runs.
"""

import argparse
import errno
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog.exported import BESIDE, exported_photos, exported_to, note_exported
from haven_fs.catalog.libraries import Library, all_libraries
from haven_fs.catalog.soundness import FIRST
from haven_fs.cli import options
from haven_fs.cli.export_own import put_own, said_of_no_photo
from haven_fs.cli.export_tree import add_tree, run_tree
from haven_fs.cli.exporting import Edit, Exporter, Outcome
from haven_fs.cli.playlists import playlists, put_playlists
from haven_fs.cli.sidecars import KnownPhoto, all_notes, export_folder, known_photos
from haven_fs.command import Command
from haven_fs.datafolder import DataFolder
from haven_fs.errors import Refused, UserError
from haven_fs.library.ownnotes import NAME
from haven_fs.library.rights import users_umask
from haven_fs.library.storing import is_left, sweep
from haven_fs.library.text import as_text
from haven_fs.library.trouble import NO_ROOM
from haven_fs.sqlitefile import is_readonly

logger = logging.getLogger(__name__)

_MOST_REASONS = 20
_AT_ONCE = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs xmp and tree, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    xmp = verbs.add_parser("xmp", help="write all that you said of your photos to XMP sidecars")
    xmp.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="the folder to write them to, outside your photos"
    )
    xmp.add_argument(
        "--sidecars", action="store_true", help="write them next to the photos instead, in writable libraries only"
    )
    xmp.epilog = (
        "Sidecars are laid out in the same folders as your libraries. They hold people (as digiKam and Lightroom (MWG)"
        " and Windows read them), albums as keywords such as Albums|Summer, favourites as five stars, dates, positions,"
        " places, captions, and in words of Haven's own what no other program has a word for. What a sidecar already"
        " says is kept; what you take back goes from it again; and a second run writes only what has changed. To DIR"
        " it also writes a playlist of each album. What is of no photo, such as searches that you kept and empty"
        f" albums, is in a file {NAME} for each library. If the catalog is ever lost, indexing your photos with these"
        " sidecars beside them brings all of it back. With --json it prints `written`, `unchanged`, `read_only` and"
        " `skipped`, a list of `file` and `reason`."
    )
    tree = add_tree(verbs)
    options.add_data(parser, xmp, tree)
    options.add_json(parser, xmp, tree)
    parser.epilog = f"Originals are only read. {xmp.epilog} {tree.epilog}"


def run(args: argparse.Namespace) -> int:
    """Do what the verb says. Returns 1 if the disk failed at a file; raises UserError."""
    return run_tree(args) if args.verb == "tree" else _run_xmp(args)


def _run_xmp(args: argparse.Namespace) -> int:
    """Write the sidecars and print how many. Returns 1 if the disk failed at one; raises UserError if none can be."""
    if bool(args.folder) == args.sidecars:
        raise UserError("Say where to write the sidecars: haven export xmp DIR, or haven export xmp --sidecars.")
    data = options.data_folder(args)
    with _catalog(data) as catalog:
        with catalog.read() as db:
            libraries = {library.id: library for library in all_libraries(db)}
            folder = None if args.sidecars else export_folder(args.folder, list(libraries.values()), data.path)
            if folder is None and not any(library.writable for library in libraries.values()):
                raise UserError(
                    "Your libraries are all read-only, so Haven writes nothing next to their photos."
                    " Write the sidecars to a separate folder instead: haven export xmp DIR"
                )
            sources = data.plugins.sidecar_sources(data.settings)
            notes, heard = all_notes(db, sources)
            own = said_of_no_photo(db, sources)
            lists = {} if folder is None else playlists(db, sources)
            photos = known_photos(db, notes, exported_photos(db, BESIDE if folder is None else str(folder)))
        chosen = [photo for photo in photos if folder or libraries[photo.library_id].writable]
        for root in [folder] if folder else [one.root for one in libraries.values() if one.writable and not one.away]:
            sweep(root, is_left)
        outcome = Outcome(len(photos) - len(chosen))
        _write(catalog, Exporter(folder, heard, outcome), chosen, libraries, outcome)
        put_own(catalog, folder, libraries.values(), own, outcome)
        if folder is not None:
            with users_umask():
                outcome.skipped += put_playlists(folder, lists)
    print(json.dumps(_facts(outcome), ensure_ascii=False) if args.json else _text(outcome, folder))
    if outcome.failed:
        print(_trouble(outcome), file=sys.stderr)
    return 1 if outcome.failed else 0


def _trouble(outcome: Outcome) -> str:
    """Return what kept sidecars from being written, and what to do."""
    count = options.counted(outcome.failed, "photo")
    if outcome.why == errno.EROFS:
        return f"The disk is read-only, so nothing was written for {count}. Make it writable, or write to another disk."
    if outcome.why in NO_ROOM:
        return f"The disk is full, so nothing was written for {count}. Make room on it, then do this again."
    return f"The disk failed at {count}. See to it, then do this again."


def _catalog(data: DataFolder) -> AbstractContextManager[Catalog]:
    """Open the catalog, to note what is written; where that cannot be, photos leave all the same."""
    if is_readonly(data.path):
        return data.catalog(readonly=True)
    return data.catalog_beside(FIRST)


def _noted(catalog: Catalog, place: str, edits: Sequence[Edit]) -> bool:
    """Note what is written; tell whether that went, which it does not on a disk that is full."""
    if not catalog.writable:
        return False
    try:
        with catalog.write(quiet=True) as w:
            note_exported(w, place, ((one.photo.library_id, one.below, one.photo.id, one.wrote) for one in edits))
    except Refused as reason:
        logger.warning("What is written to sidecars cannot be noted: %s", reason)
        return False
    return True


def _write(
    catalog: Catalog,
    exporter: Exporter,
    photos: Sequence[KnownPhoto],
    libraries: Mapping[int, Library],
    outcome: Outcome,
) -> None:
    progress = Progress(bar=True)
    progress.begin("Writing sidecars", len(photos))
    try:
        for at in range(0, len(photos), _AT_ONCE):
            some = photos[at : at + _AT_ONCE]
            edits: list[Edit] = []
            with catalog.read() as db:
                for photo in some:
                    library = libraries[photo.library_id]
                    if library.away:
                        outcome.skip(photo.path(library.root), library.away)
                        continue
                    for target, beside in exporter.targets(photo, library):
                        wrote = exported_to(db, exporter.place, library.id, beside.below)
                        edits += [edit] if (edit := exporter.edit(photo, target, beside, wrote)) else []
            # Noted first: what is in a sidecar and not noted would stay in it for good.
            outcome.unnoted |= bool(edits) and not _noted(catalog, exporter.place, edits)
            for one in edits:
                exporter.put(one)
            progress.advance(len(some))
    finally:
        progress.end()


def _facts(outcome: Outcome) -> dict[str, object]:
    """Return what was done for programs, as JSON can hold it."""
    return {
        "written": outcome.written,
        "unchanged": outcome.unchanged,
        "read_only": outcome.elsewhere,
        "skipped": [{"file": as_text(str(path)), "reason": reason} for path, reason in outcome.skipped],
    }


def _text(outcome: Outcome, folder: Path | None) -> str:
    """Return what was done for people, with at most 20 of the reasons; `folder` is None for beside the photos."""
    lines = [f"{as_text(str(path))}: {reason}" for path, reason in outcome.skipped[:_MOST_REASONS]]
    if len(outcome.skipped) > _MOST_REASONS:
        lines.append(f"and {len(outcome.skipped) - _MOST_REASONS} more")
    where = f"to {as_text(str(folder))}" if folder else "next to your photos"
    last = f"{options.counted(outcome.written, 'sidecar')} written {where}, {outcome.unchanged} already up to date"
    if outcome.skipped:
        last += f", {len(outcome.skipped)} skipped"
    last += "."
    if outcome.elsewhere:
        count = options.counted(outcome.elsewhere, "photo")
        last += f" In read-only libraries: {count}. For those use haven export xmp DIR."
    if outcome.unnoted:
        last += " What was written could not be noted, so it stays in the sidecars if you take it back later."
    return "\n".join([*lines, last])


COMMAND = Command("export", "Export photos as files, and what you said of them as sidecars.", arguments, run)
