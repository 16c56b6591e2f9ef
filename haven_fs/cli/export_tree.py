"""`haven export tree`: any folder of the drive as real files, for a stick, a print shop or another program.

Originals are only read. Copies are the default: a second name of the same bytes lets whoever edits the export edit the
original.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haven_fs.analysis.progress import Progress
from haven_fs.catalog.libraries import all_libraries
from haven_fs.catalog.wording import counted
from haven_fs.cli import options
from haven_fs.cli.export_place import CLAIMS, Done, Export, Sidecar, put_all
from haven_fs.cli.export_plan import AS_IN_FOLDER, FIELDS, Planned, plan
from haven_fs.cli.exporting import packet_for
from haven_fs.cli.sidecars import KnownPhoto, all_notes, export_folder, known_photos
from haven_fs.errors import UserError
from haven_fs.library.metadata import Unreadable
from haven_fs.library.placed import NotEditable
from haven_fs.library.rights import users_umask
from haven_fs.library.text import as_text

_MOST_REASONS = 20
_DEFAULT = "/Timeline"


def add_tree(verbs: Any) -> argparse.ArgumentParser:
    """Add the verb `tree`, and return its parser."""
    tree: argparse.ArgumentParser = verbs.add_parser("tree", help="write a folder of the drive as real files")
    tree.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to, outside your photos")
    tree.add_argument(
        "shown", nargs="?", default=_DEFAULT, metavar="FOLDER",
        help='the folder of the drive, such as /Albums, "/People/Alice" or \'/Search/"dog on beach"\''
        f" (default: {_DEFAULT})",
    )  # fmt: skip
    tree.add_argument(
        "--template", default=AS_IN_FOLDER, help=f"the path of each file in DIR (default: {AS_IN_FOLDER})"
    )
    how = tree.add_mutually_exclusive_group()
    how.add_argument("--copy", action="store_true", help="copy the files (the default)")
    how.add_argument(
        "--link", action="store_true", help="give the files second names instead of copying them, where the disk can"
    )
    tree.add_argument("--sidecars", action="store_true", help="write all that you said of each photo beside it, as XMP")
    fields = "; ".join(f"{{{name}}} is {what}" for name, what in FIELDS.items())
    tree.epilog = (
        f"In a template, {fields}. So is every facet, such as {{country}}, {{place}} or {{person}}: of several values"
        " the first by name. Files that get the same path are numbered. What belongs to a photo, such as its"
        " RAW file or live video, comes along. A second run writes only what has changed, and finishes what was"
        " interrupted; nothing is overwritten that Haven did not write. Where the disk can share the bytes of"
        " copies, they take no room. Mind with --link that these are your originals under second names: a program"
        " that changes such a file changes the original. With --json it prints `copied`, `linked`, `sidecars`,"
        " `unchanged`, `renamed`, `former` and `left_out`, a list of `file` and `reason`."
    )
    return tree


def run_tree(args: argparse.Namespace) -> int:
    """Write the files and say what was done. Returns 1 if the disk failed at one; raises UserError if none can be."""
    data = options.data_folder(args)
    path = [part for part in args.shown.split("/") if part]
    with data.catalog(readonly=True) as catalog:
        tree = data.tree(catalog)
        with tree.view(remembers=False) as view:
            libraries = all_libraries(view.db)
            folder = export_folder(args.folder, libraries, data.path)
            planned = plan(tree, view, path, args.template)
            sidecar = None
            if args.sidecars:
                notes, _ = all_notes(view.db, data.plugins.sidecar_sources(data.settings))
                known = known_photos(view.db, notes, {one.photo_id for one in planned if one.photo_id})
                sidecar = _sidecars({photo.id: photo for photo in known})
    done = Done()
    progress = Progress(bar=True)
    progress.begin("Exporting", len(planned))
    try:
        with users_umask():
            put_all(_opened(folder, link=args.link, done=done), planned, sidecar, progress.advance)
    finally:
        progress.end()
    print(json.dumps(_facts(done), ensure_ascii=False) if args.json else _text(done, folder))
    return 1 if done.failed else 0


def _opened(folder: Path, *, link: bool, done: Done) -> Export:
    try:
        return Export(folder, link=link, done=done)
    except OSError as error:
        raise UserError(f"{folder / CLAIMS} cannot be read: {error.strerror}. Choose another folder.") from error


def _sidecars(photos: Mapping[int, KnownPhoto]) -> Sidecar:
    def sidecar(one: Planned) -> bytes | None:
        photo = photos.get(one.photo_id or 0)
        try:
            return None if photo is None else packet_for(photo, one.path)
        except (NotEditable, Unreadable, OSError):
            return None

    return sidecar


def _facts(done: Done) -> dict[str, object]:
    names = ("copied", "linked", "sidecars", "unchanged", "renamed", "former")
    left = [{"file": as_text(path), "reason": reason} for path, reason in done.left]
    return {**{name: getattr(done, name) for name in names}, "left_out": left}


def _text(done: Done, folder: Path) -> str:
    lines = [f"{as_text(path)}: {reason}" for path, reason in done.left[:_MOST_REASONS]]
    if len(done.left) > _MOST_REASONS:
        lines.append(f"and {len(done.left) - _MOST_REASONS} more")
    parts = [f"{counted(done.copied, 'file')} copied" if done.copied or not done.linked else ""]
    parts += [f"{counted(done.linked, 'file')} linked" if done.linked else ""]
    parts += [f"{counted(done.sidecars, 'sidecar')} written" if done.sidecars else ""]
    last = f"{', '.join(filter(None, parts))} to {as_text(str(folder))}, {done.unchanged} already there"
    last += f", {len(done.left)} left out." if done.left else "."
    if done.renamed:
        last += f" Numbered, since others have their names: {counted(done.renamed, 'file')}."
    if done.former:
        last += f" Of earlier exports and no longer in this one: {counted(done.former, 'file')}, which stay."
    return "\n".join([*lines, last])
