"""Folders that the owner makes inside smart folders, to narrow them: "beach" in /People/Alice.

A row of the table `made` is all there is to one: its name, and what the folder is that it is in. Whoever understands
phrases opens it; so a narrowed folder is answered anew whenever it is looked at.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from haven_fs.catalog import Writer, names
from haven_fs.tree.files import Stamp
from haven_fs.tree.nodes import Entry, Folder, View

_FIXED = frozenset({"timeline", "review", "originals", "inbox", "recently removed"})
"""Folders at the top that are as they are, or real: a folder made there would mean something else, or nothing."""


@runtime_checkable
class Narrower(Protocol):
    """What a plugin makes of the name of a folder that was made inside another."""

    def open(self, view: View, name: str, made_id: int) -> Folder:
        """Return the folder; `view` is its own, confined to the photos of the folder that it is in."""
        ...

    def check(self, name: str) -> None:
        """Raise Refused if no such folder can be made."""
        ...


def key_of(folder: Folder) -> str:
    """Return what `made` calls the folder that others are made in."""
    return "/".join(folder.view.key)


def can_narrow(folder: Folder) -> bool:
    """Tell whether folders can be made in this one to narrow it."""
    top = folder.view.key[0] if folder.view.key else ""
    return folder.narrows and top not in _FIXED and folder.photos is not None


def made_in(folder: Folder) -> Sequence[Entry]:
    """Return the folders that were made in this one."""
    if not can_narrow(folder):
        return []
    view = folder.view
    rows = view.db.execute("SELECT id, name FROM made WHERE parent = ? ORDER BY fold", (key_of(folder),))
    newest = Stamp(0, max(view.seq, view.midnight), steady=True)
    return [Entry(name, newest, key=f"made {id_}") for id_, name in rows]


def enter_made(folder: Folder, name: str, narrower: Narrower) -> Folder | None:
    """Return the folder of that name that was made in this one."""
    if not can_narrow(folder):
        return None
    row = folder.view.db.execute(
        "SELECT id, name FROM made WHERE parent = ? AND fold = ?", (key_of(folder), names.fold(name))
    ).fetchone()
    if row is None:
        return None
    return narrower.open(folder.view.below(row[1], within=folder.scope, key=f"made {row[0]}"), row[1], row[0])


def make(w: Writer, folder: Folder, name: str, narrower: Narrower) -> None:
    """Make a folder in this one. Raises Refused."""
    narrower.check(name)
    row = w.db.execute(
        "INSERT INTO made (parent, name, fold, seq) VALUES (?, ?, ?, ?) RETURNING id",
        (key_of(folder), name, names.fold(name), w.seq),
    ).fetchone()
    w.correct("folder made", name=name, made=row[0])


class Versions:
    """The versions of folders as one state of the catalog has them, made ones below them among it.

    What a made folder holds may be other photos after any change, so whatever one is in is as new as the catalog. And
    made folders are counted: when one goes, no photo may have changed since.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._made = Counter(
            "/".join(parent.split("/")[:depth])
            for (parent,) in view.db.execute("SELECT parent FROM made")
            for depth in range(parent.count("/") + 2)
        )

    def of(self, folder: Folder) -> Stamp:
        """Return the version of a folder."""
        return self._newer(folder.view.key, folder.stamp())

    def listed(self, folder: Folder, entry: Entry) -> Stamp:
        """Return the version of a folder that is listed in another."""
        return self._newer((*folder.view.key, entry.key or names.fold(entry.name)), entry.stamp)

    def _newer(self, key: tuple[str, ...], stamp: Stamp) -> Stamp:
        made = self._made["/".join(key)]
        if not made:
            return stamp
        return Stamp(stamp.count + made, max(stamp.seq, self._view.seq, self._view.midnight), steady=True)
