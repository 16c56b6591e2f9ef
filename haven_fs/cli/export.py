"""`haven export xmp`: what plugins know of photos, as sidecars that every photo program reads. Nobody is locked in.

Sidecars go into a folder that mirrors the libraries, or beside the originals of writable libraries. One that is there
already keeps all else that is in it; originals are only read. Works while `serve` runs.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from haven_fs.analysis.progress import Progress
from haven_fs.catalog import names
from haven_fs.catalog.libraries import Library, all_libraries
from haven_fs.cli import options
from haven_fs.cli.sidecars import KnownPhoto, known_photos, put_sidecar
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.library.beneath import Beneath
from haven_fs.library.kinds import ending
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.personnames import clean_name
from haven_fs.library.placed import NotEditable
from haven_fs.library.rights import users_umask
from haven_fs.library.text import as_text
from haven_fs.library.xmp import LONGEST_PACKET
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_rating import with_five_stars
from haven_fs.library.xmp_write import with_people

_MOST_REASONS = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb `xmp` with DIR, --sidecars, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="xmp", required=True)
    xmp = verbs.add_parser("xmp", help="write the people in each photo, and favourites as five stars, to XMP sidecars")
    xmp.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="the folder to write them to, outside your photos"
    )
    xmp.add_argument(
        "--sidecars", action="store_true", help="write them next to the photos instead, in writable libraries only"
    )
    options.add_data(parser, xmp)
    options.add_json(parser, xmp)
    parser.epilog = (
        "Sidecars are laid out in the same folders as your libraries. Faces are written as digiKam and Lightroom (MWG)"
        " and Windows read them. What a sidecar already says is kept, and a second run writes only what has changed."
        " With --json it prints `written`, `unchanged`, `read_only` and `skipped`, a list of `file` and `reason`."
    )


def run(args: argparse.Namespace) -> int:
    """Write the sidecars and print how many. Returns 0; raises UserError if they cannot go where they should."""
    if bool(args.folder) == args.sidecars:
        raise UserError("Say where to write the sidecars: haven export xmp DIR, or haven export xmp --sidecars.")
    data = options.data_folder(args)
    with data.catalog(readonly=True) as catalog, catalog.read() as db:
        libraries = {library.id: library for library in all_libraries(db)}
        folder = None if args.sidecars else _folder(args.folder, list(libraries.values()), data.path)
        if folder is None and not any(library.writable for library in libraries.values()):
            raise UserError(
                "Your libraries are all read-only, so Haven writes nothing next to their photos."
                " Write the sidecars to a separate folder instead: haven export xmp DIR"
            )
        photos = known_photos(db, data.plugins.sidecar_sources(data.settings))
    chosen = [photo for photo in photos if folder or libraries[photo.library_id].writable]
    report = _Report(len(photos) - len(chosen))
    progress = Progress(bar=True)
    progress.begin("Writing sidecars", len(chosen))
    try:
        for photo in chosen:
            library = libraries[photo.library_id]
            if library.away:
                report.skip(photo.path(library.root), library.away)
            else:
                _export(photo, library, folder, report)
            progress.advance(1)
    finally:
        progress.end()
    print(json.dumps(report.facts(), ensure_ascii=False) if args.json else report.text(folder))
    return 0


def _folder(folder: Path, libraries: Sequence[Library], data: Path) -> Path:
    """Return where a mirror may be written. Raises UserError where it would touch photos or Haven's own folder."""
    folder = folder.expanduser().resolve()
    for library in libraries:
        if folder.is_relative_to(library.root) or library.root.is_relative_to(folder):
            raise UserError(
                f"{folder} overlaps your photos in {library.root}. Choose a folder outside them, or write next to the"
                " photos of writable libraries: haven export xmp --sidecars"
            )
    if folder.is_relative_to(data.resolve()):
        raise UserError(f"{folder} is inside Haven's own data folder. Choose another folder.")
    options.refuse_file(folder)
    return folder


class _Report:
    """What was done: sidecars written, those that said it already, and what was left out, with reasons."""

    def __init__(self, elsewhere: int) -> None:
        self.written = self.unchanged = 0
        self.elsewhere = elsewhere
        self.skipped: list[tuple[Path, str]] = []

    def skip(self, path: Path, reason: str) -> None:
        """Note a file that was left alone, and why."""
        self.skipped.append((path, reason))

    def facts(self) -> dict[str, object]:
        """Return the report for programs, as JSON can hold it."""
        skipped = [{"file": as_text(str(path)), "reason": reason} for path, reason in self.skipped]
        return {
            "written": self.written,
            "unchanged": self.unchanged,
            "read_only": self.elsewhere,
            "skipped": skipped,
        }

    def text(self, folder: Path | None) -> str:
        """Return the report for people, with at most 20 of the reasons; `folder` is None for sidecars by the photos."""
        lines = [f"{as_text(str(path))}: {reason}" for path, reason in self.skipped[:_MOST_REASONS]]
        if len(self.skipped) > _MOST_REASONS:
            lines.append(f"and {len(self.skipped) - _MOST_REASONS} more")
        where = f"to {as_text(str(folder))}" if folder else "next to your photos"
        last = f"{options.counted(self.written, 'sidecar')} written {where}, {self.unchanged} already up to date"
        if self.skipped:
            last += f", {len(self.skipped)} skipped"
        last += "."
        if self.elsewhere:
            count = options.counted(self.elsewhere, "photo")
            last += f" In read-only libraries: {count}. For those use haven export xmp DIR."
        return "\n".join([*lines, last])


def _export(photo: KnownPhoto, library: Library, folder: Path | None, report: _Report) -> None:
    path, notes = photo.path(library.root), photo.notes
    try:
        metadata = read_metadata(path, photo.kind)
    except (Unreadable, OSError) as error:
        return report.skip(path, str(error))
    for beside in _sidecars(photo, path):
        target = Beneath(folder, f"{library.name}/{beside.below}") if folder else beside
        base = next((found for found in (target, beside) if found.exists()), None)
        if base is None and not _says_something(photo):
            continue
        try:
            before = _read(base) if base else EMPTY
            after = with_people(before, notes.named, metadata, notes.unnamed, key=_key)
            if notes.five_stars is not None:
                after = with_five_stars(after, given=notes.five_stars, rated=photo.rated)
            if after == before and (base == target or not (notes.named or notes.five_stars)):
                report.unchanged += 1
                continue
            if folder:
                with users_umask():
                    folder.mkdir(parents=True, exist_ok=True)
            put_sidecar(target, after, before if base == target else None)
            report.written += 1
        except NotEditable as reason:
            report.skip(base or target, f"skipped, because {reason}.")
        except OSError as error:
            report.skip(target, f"could not be written: {error.strerror}.")
    return None


def _says_something(photo: KnownPhoto) -> bool:
    """Tell whether a new sidecar would say anything."""
    notes = photo.notes
    stars = notes.five_stars or (notes.five_stars is False and photo.rated)
    return stars or any(clean_name(person.name) for person in notes.named)


def _sidecars(photo: KnownPhoto, path: Beneath) -> list[Beneath]:
    """Return the sidecars a photo has, and the one it is to have if none is of its main file."""
    own = path.with_name(f"{path.name}.xmp")
    there = {path.with_name(name) for name in photo.sidecars if ending(name) == "xmp"} | {own}
    there = {sidecar for sidecar in there if sidecar.exists()}
    if not there & {own, path.with_suffix(".xmp"), path.with_suffix(".XMP")}:
        there.add(own)
    return sorted(there)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LONGEST_PACKET + 1)
    if len(data) > LONGEST_PACKET:
        raise NotEditable("it is too long")
    return data


def _key(name: str) -> str:
    """Return what a name of a file and one of the catalog have in common, which is always portable."""
    return names.fold(names.portable(name))


COMMAND = Command("export", "Export names and favourites for other photo programs.", arguments, run)
