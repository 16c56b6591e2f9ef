"""Writes to smart folders: which photos belong to them, and folders made, renamed, merged or forgotten.

A folder takes those writes that it has the protocol for (haven_fs.tree.writes), each in one catalog transaction that
moves no bytes. It refuses all others with its own sentence.
"""

from collections.abc import Callable

from haven_fs.catalog import Writer, names
from haven_fs.catalog.brake import is_braked
from haven_fs.errors import AlreadyExists, Forbidden, NotPossible, Unavailable
from haven_fs.tree.actions.companions import came_along, went_along
from haven_fs.tree.actions.plan import PUT, TAKE_OUT, THERE, Change, Done, Plan, Writing, moved_to, refusal
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located
from haven_fs.tree.writes import (
    HasNames,
    LetsGo,
    MakesFolders,
    Removable,
    Renamable,
    TakesCopies,
    TakesFiles,
    TakesFolders,
    TakesPhotos,
    TakesTexts,
    check_name,
)

_KEEPS_NAME = (
    "Photos keep their names here. Rename the file where it is: in Originals, if that library is writable, or in Inbox."
)


class SmartWrites:
    """Plans the writes of one request; each is planned and done in the same view of the tree."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.tree
        self._gestures = writing.tree.gestures

    def make(self, at: Located) -> Plan:
        """Make a folder."""
        if at.node is not None:
            raise NotPossible(THERE)
        if isinstance(at.parent, MakesFolders):
            return self._writing.said(at, (Change(at),), at.parent.make_folder, at.name)
        if at.parent is not None and self._tree.can_narrow(at.parent):
            return self._writing.said(at, (Change(at),), self._tree.narrow, at.parent, at.name)
        raise refusal(at)

    def delete(self, at: Located) -> Plan:
        """Take something out of its folder, or forget a folder."""
        node, folder = at.node, at.parent
        if is_placeholder(node) and folder is not None and not isinstance(folder, TakesFiles):
            return self._writing.said(at, (Change(at),), self._tree.drop_name, at, gone=at)
        if isinstance(node, Folder) and isinstance(node, Removable):
            return self._writing.said(at, (Change(at, below=True),), node.remove, gone=at)
        if isinstance(node, File) and isinstance(folder, TakesFiles) and at.is_extra():
            return self._writing.said(at, (Change(at),), folder.remove_file, node.name, gone=at, kind=TAKE_OUT)
        if isinstance(node, File) and isinstance(folder, HasNames) and folder.has_another(node):
            # A sync tool renames so: it writes the new name and then deletes the old one.
            return self._writing.said(at, (Change(at),), folder.drop_name, node, gone=at)
        if isinstance(node, File | Text) and isinstance(folder, LetsGo):
            self._check_brake(at)
            return self._writing.said(at, (Change(at),), self._take_out, at, node, folder, gone=at, kind=TAKE_OUT)
        raise refusal(at)

    def gone_along(self, source: Located, target: Located | None = None) -> Plan | None:
        """Plan nothing for a file that is missing because it was taken out, or moved to `target`, with its photo.

        Return None if that is not why.
        """
        there = target.node if target is not None else None
        moved = isinstance(there, File) and names.fold(there.name) == names.fold(source.name)
        if source.parent is None or not isinstance(source.parent, LetsGo) or (target is not None and not moved):
            return None
        return Plan(Done) if went_along(source.parent.view.db, self._writing.by, source.name) else None

    def copy(self, source: Located, target: Located, *, overwrite: bool, deep: bool) -> Plan:
        """Say that a photo, or the photos of a folder, belong to another folder too."""
        node, folder, changes = source.node, target.parent, (Change(target),)
        if isinstance(node, File) and isinstance(folder, TakesPhotos):
            self._check_belongs(node, target, overwrite=overwrite)
            return self._writing.said(target, changes, self._put, target, node, folder, kind=PUT)
        if isinstance(node, Folder) and isinstance(folder, TakesCopies):
            _check_free(target)
            if not deep and isinstance(folder, MakesFolders):
                return self._writing.said(target, changes, folder.make_folder, target.name)
            return self._writing.said(target, changes, folder.put_folder, target.name, node)
        if isinstance(node, Text) and isinstance(folder, TakesTexts):
            _check_replaces(target, isinstance(target.node, Text), overwrite=overwrite)
            return self._writing.said(target, changes, folder.put_text, target.name, node, kind=PUT)
        if isinstance(node, File) and isinstance(folder, TakesFiles):
            _check_replaces(target, target.is_extra(), overwrite=overwrite)
            if node.away:
                raise Unavailable(node.away)
            return self._writing.said(target, changes, folder.put_copy, target.name, node, kind=PUT)
        raise refusal(Located(target.path, None, target.parent))

    def move(self, source: Located, target: Located, *, overwrite: bool) -> Plan:
        """Move a photo between folders of one kind, merge or nest folders, or rename something."""
        node, parent, folder = source.node, source.parent, target.parent
        same = parent is not None and folder is not None and folder.view.path == parent.view.path
        act: Callable[..., object]
        arguments: tuple[object, ...]
        if is_placeholder(node) and not isinstance(parent, TakesFiles):
            _check_replaces(target, False, overwrite=False)
            act, arguments = self._move_name, (source, target)
        elif isinstance(node, Folder) and isinstance(folder, TakesFolders) and not same:
            _check_free(target)
            act, arguments = folder.take_folder, (node, target.name)
        elif isinstance(node, Folder):
            if not isinstance(node, Renamable) or not same:
                raise refusal(source)
            # By another case or composition a name is still the same folder's.
            if names.fold(target.name) != names.fold(source.name):
                _check_free(target)
            act, arguments = node.rename, (target.name,)
        elif isinstance(node, File) and same and isinstance(folder, TakesFiles) and source.is_extra():
            _check_replaces(target, target.is_extra(), overwrite=overwrite)
            act, arguments = folder.rename_file, (node.name, target.name)
        elif isinstance(node, File) and same and isinstance(folder, TakesPhotos):
            raise Forbidden(_KEEPS_NAME)
        elif isinstance(node, File) and isinstance(folder, TakesPhotos) and isinstance(parent, TakesPhotos):
            self._check_belongs(node, target, overwrite=overwrite)
            act, arguments = self._put, (target, node, folder, parent)
        else:
            # Between different kinds of folders a move only adds: it is what desktops do when one drags.
            return self.copy(source, target, overwrite=overwrite, deep=True)
        changes = (Change(source, below=isinstance(node, Folder)), Change(target))
        kind = moved_to(target) if isinstance(node, File) and not same else ""
        return self._writing.said(source, changes, act, *arguments, to=target, gone=source, kind=kind)

    def _put(self, w: Writer, target: Located, file: File, folder: TakesPhotos, source: Folder | None = None) -> None:
        """Put a photo into a folder, and take it out of the one it comes from if that is of the same kind."""
        if is_placeholder(target.node):
            self._tree.drop_name(w, target)
        if source is None or not folder.move_photo(w, target.name, file, source):
            folder.put_photo(w, target.name, file)
        self._gestures.note_written(self._writing.by, target.path)

    def _move_name(self, w: Writer, source: Located, target: Located) -> None:
        """Rename or move a name that is kept for a later file."""
        self._tree.keep_name(w, target, source.node.mtime_ns if isinstance(source.node, File) else None)
        self._tree.drop_name(w, source)

    def _take_out(self, w: Writer, at: Located, node: File | Text, folder: LetsGo) -> None:
        folder.take_out(w, node)
        newest = w.db.execute("SELECT max(id) FROM correction").fetchone()[0]
        if newest is not None and w.corrected:
            self._gestures.note_taken_out(self._writing.by, at.path, int(newest))

    def _check_brake(self, at: Located) -> None:
        """Raise Refused if a folder is being emptied photo by photo and has lost a hundred, and half of them."""
        assert at.parent is not None
        photos, db = at.parent.photos, at.parent.view.db
        removed = self._gestures.taken_out_of(self._writing.by, at.path[:-1])
        if is_braked(db, removed, photos.stamp(db).count if photos is not None else 0):
            raise Forbidden(
                f"{removed} photos were taken out of this folder in one go, which may be a mistake. To go on, run"
                " `haven allow`; to undo it, run `haven undo`.",
            )

    def _check_belongs(self, file: File, target: Located, *, overwrite: bool) -> None:
        """Raise Refused unless a photo may be put into a folder under a name."""
        there = target.node
        if there is None or is_placeholder(there):
            check_name(target.name)
            return
        if not overwrite:
            same = isinstance(there, File) and there.id == file.id
            if not same or not self._came_along(file, target):
                raise AlreadyExists(THERE)
        if not isinstance(there, File) or there.photo_id != file.photo_id:
            raise Forbidden("Another photo has that name. Photos keep the names that Haven shows them by.")

    def _came_along(self, file: File, target: Located) -> bool:
        """Tell whether the file at a path has just come there with its photo, not by a request of its own."""
        assert target.parent is not None
        by = self._writing.by
        return not self._gestures.wrote(by, target.path) and came_along(target.parent.view.db, by, file.photo_id)


def _check_free(target: Located) -> None:
    """Raise Refused if a folder cannot have a name because something else does."""
    if target.node is not None:
        raise AlreadyExists(f"There is a folder or file named {target.name} already. Choose another name.")


def _check_replaces(target: Located, replaceable: bool, *, overwrite: bool) -> None:
    """Raise Refused unless a file may replace what is at a path."""
    if target.node is None:
        return
    if not overwrite:
        raise AlreadyExists(THERE)
    if not replaceable:
        raise Forbidden("What is there cannot be replaced.")
