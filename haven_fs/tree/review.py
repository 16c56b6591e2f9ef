"""/Review/Unreadable: files that could not be read, each with its reason, for the owner to look into."""

from collections.abc import Sequence

from haven_fs.catalog.again import FAILING
from haven_fs.catalog.lookup import originals_paths
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import SmartFolder, Text, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.photoset import PhotoSet

_NOTE = "Haven could not read these files. They are as they were, in /Originals too; nothing was changed.\r\n\r\n"
_SET = (
    f"p.id IN (SELECT id FROM photo WHERE unreadable IS NOT NULL UNION {FAILING})"
    " AND (p.unreadable IS NOT NULL OR p.shown = 1)"
)


def open_unreadable(view: View) -> PhotoFolder:
    """Open the folder, with a text of what is the matter with each file and where it is."""
    rows = view.db.execute(
        "SELECT o.id, o.name, coalesce(p.unreadable, (SELECT trouble FROM original WHERE photo_id = p.id"
        " AND trouble IS NOT NULL AND gone IS NULL LIMIT 1), (SELECT failed FROM analysis WHERE photo_id = p.id"
        " AND again = 0 AND failed IS NOT NULL LIMIT 1))"
        f" FROM photo p JOIN original o ON o.id = p.main_id WHERE {_SET} AND o.gone IS NULL ORDER BY o.name_fold"
    ).fetchall()
    paths = originals_paths(view.db, [id_ for id_, *_ in rows])
    lines = [f"{name}  ({paths[id_]})\r\n    {reason}\r\n" for id_, name, reason in rows if id_ in paths]
    photos = PhotoSet((_SET,), shown=False)
    return PhotoFolder(view, photos, texts=[Text("Reasons.txt", _NOTE + "".join(lines))] if lines else [])


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the folder into the tree."""
    return [SmartFolder("Review/Unreadable", open_unreadable)]
