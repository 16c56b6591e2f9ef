"""/Review/Unreadable: files that could not be read, each with its reason, for the owner to look into."""

import os
from collections.abc import Sequence

from haven_fs.catalog import names
from haven_fs.catalog.schema import LOCATED
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import PhotoFolder, SmartFolder, Text, View
from haven_fs.tree.photoset import PhotoSet

_NOTE = "Haven could not read these files. They are as they were, in /Originals too; nothing was changed.\r\n\r\n"


def open_unreadable(view: View) -> PhotoFolder:
    """Open the folder, with a text of what is the matter with each file and where it is."""
    rows = view.db.execute(
        "SELECT o.name, l.name, d.path, o.shown, p.unreadable FROM photo p JOIN original o ON o.id = p.main_id"
        f" {LOCATED} WHERE p.unreadable IS NOT NULL AND o.gone IS NULL ORDER BY o.name_fold"
    )
    lines = [
        f"{name}  ({_place(library, path)}/{file})\r\n    {reason}\r\n" for name, library, path, file, reason in rows
    ]
    photos = PhotoSet(("p.unreadable IS NOT NULL",), shown=False)
    return PhotoFolder(view, photos, texts=[Text("Reasons.txt", _NOTE + "".join(lines))] if lines else [])


def _place(library: str, path: bytes) -> str:
    below = (names.shown(part) for part in os.fsdecode(path).split("/") if part)
    return "/".join(("/Originals", library, *below))


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the folder into the tree."""
    return [SmartFolder("Review/Unreadable", open_unreadable)]
