"""A file that gets its name at last: programs send it under another one first, and rename it when it is whole.

What was sent a moment ago, by the same user to the same path, has only been given a name for the time being, whatever
that looks like. Where photos keep their names, this is the one renaming that is taken: the file in the inbox, the photo
everywhere and its name in the folder are called as it is called now.
"""

from itertools import chain

from haven_fs.catalog import names
from haven_fs.errors import AlreadyExists, Conflict, Forbidden
from haven_fs.tree.actions.plan import NO_PARENT, PUT, THERE, Change, Done, Plan, Writing
from haven_fs.tree.disk.filing import Filing
from haven_fs.tree.disk.place import DiskPlace, check_disk_name
from haven_fs.tree.files import File, file_on_disk
from haven_fs.tree.gestures import Sent
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located
from haven_fs.tree.writes import TakesPhotos, TakesUploads, check_name

_ANOTHER = "Another photo has that name. Photos keep the names that Haven shows them by."


class Renaming:
    """Plans the renamings of one request."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.tree

    def plan(self, source: Located, target: Located, *, overwrite: bool) -> Plan | None:
        """Rename a photo in a smart folder that was sent there a moment ago; None if it was not. Raises Refused."""
        node, folder, there = source.node, source.parent, target.node
        sent = self._tree.gestures.sent(self._writing.by, source.path)
        if sent is None or not isinstance(node, File) or node.id != sent.original_id or target.parent is None:
            return None
        if not isinstance(folder, TakesPhotos) or isinstance(folder, TakesUploads):
            return None
        if folder.view.path != target.parent.view.path:
            return None
        if there is not None and not is_placeholder(there):
            if not isinstance(there, File) or there.photo_id != node.photo_id:
                raise Forbidden(_ANOTHER)
            if not overwrite:
                raise AlreadyExists(THERE)
        check_name(target.name)

        def rename() -> Done:
            if sent.is_new:
                self._rename_file(source, sent, target.name)
            self._rename_in_folder(source, target, node)
            self._tree.gestures.note_sent(self._writing.by, target.path, sent)
            return Done(created=there is None)

        return Plan(rename, (Change(source), Change(target)), gone=source, on_disk=True)

    def _rename_file(self, source: Located, sent: Sent, name: str) -> None:
        """Give the file in the inbox the name, or one made from it if another file there has that."""
        uploads = self._tree.uploads
        place = uploads.place_of(sent.original_id) if uploads is not None else None
        if place is None or uploads is None:
            return  # it is gone, as the rest will find
        filing = Filing(lambda: self._writing.transaction(source.path), uploads.look)
        wanted = names.portable(name)
        to = next(
            to
            for one in chain((wanted,), names.numbered(*names.split_ending(wanted)))
            if _is_free(to := place.parent.child(one))
        )
        check_disk_name(to, folder=False)
        filing.move(place, to, is_final=True)

    def _rename_in_folder(self, source: Located, target: Located, node: File) -> None:
        with self._tree.view() as view:
            at = self._tree.locate(view, target.path)
            file = file_on_disk(view.db, node.id)
            if not isinstance(at.parent, TakesPhotos) or file is None:
                raise Conflict(NO_PARENT)
            with self._writing.transaction(target.path, PUT) as w:
                self._tree.drop_name(w, at)
                at.parent.rename_photo(w, source.name, target.name, file.shown_at(node.sent_ns))


def _is_free(place: DiskPlace) -> bool:
    try:
        place.on_disk.lstat()
    except FileNotFoundError:
        return True
    return False
