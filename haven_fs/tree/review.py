"""/Review/Unreadable and /Review/Damaged: files that could not be read, or that are no longer as they were."""

from collections.abc import Sequence

from haven_fs.catalog.again import FAILING
from haven_fs.catalog.checksums import damages
from haven_fs.catalog.failures import UNOPENED
from haven_fs.catalog.lookup import originals_paths
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import SmartFolder, Text, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.photoset import PhotoSet

_NOTE = (
    "Haven could not read these files, or not look at their pictures. They are as they were, in /Originals too; nothing"
    " was changed.\r\n\r\n"
)
_SET = (
    f"p.id IN (SELECT id FROM photo WHERE unreadable IS NOT NULL UNION {FAILING} UNION {UNOPENED})"
    " AND (p.unreadable IS NOT NULL OR p.shown = 1)"
)


def open_unreadable(view: View) -> PhotoFolder:
    """Open the folder, with a text of what is the matter with each file and where it is."""
    rows = view.db.execute(
        "SELECT o.id, o.name, coalesce(p.unreadable, (SELECT trouble FROM original WHERE photo_id = p.id"
        " AND trouble IS NOT NULL AND gone IS NULL LIMIT 1), (SELECT failed FROM analysis WHERE photo_id = p.id"
        " AND failed IS NOT NULL AND (again = 0 OR unopened = 1) LIMIT 1))"
        f" FROM photo p JOIN original o ON o.id = p.main_id WHERE {_SET} AND o.gone IS NULL ORDER BY o.name_fold"
    ).fetchall()
    paths = originals_paths(view.db, [id_ for id_, *_ in rows])
    lines = [f"{name}  ({paths[id_]})\r\n    {reason}\r\n" for id_, name, reason in rows if id_ in paths]
    photos = PhotoSet((_SET,), shown=False)
    return PhotoFolder(view, photos, texts=[Text("Reasons.txt", _NOTE + "".join(lines))] if lines else [])


_DAMAGE = (
    "These files no longer have the bytes that they had when Haven first read them, and nobody seems to have edited"
    " them. Haven changes nothing: put good copies in their place, from a backup or where it says that one is. Haven"
    " notices. If you did edit one, tell Haven so: haven verify --accept FILE\r\n\r\n"
)
_DAMAGED = (
    "p.id IN (SELECT photo_id FROM original WHERE gone IS NULL AND id IN"
    " (SELECT original_id FROM checksum WHERE damaged IS NOT NULL))"
)


def open_damaged(view: View) -> PhotoFolder:
    """Open the folder, with a text of what is the matter with each file and where a good copy is."""
    lines = [
        f"{one.path}\r\n    {one.reason}\r\n" + (f"    A good copy is {one.copy}\r\n" if one.copy else "")
        for one in damages(view.db)
    ]
    photos = PhotoSet((_DAMAGED,), shown=False)
    return PhotoFolder(view, photos, texts=[Text("Reasons.txt", _DAMAGE + "".join(lines))] if lines else [])


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the folders into the tree."""
    return [SmartFolder("Review/Unreadable", open_unreadable), SmartFolder("Review/Damaged", open_damaged)]
