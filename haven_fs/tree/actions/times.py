"""The time that a program says a file was last modified, after it has sent it: Explorer does, and sync tools.

A real file gets it on the disk, where the date of a photo that says none comes from. A photo that is only shown in a
folder shows it there. Of what was just sent into a smart folder and is stored by Haven, both hold.
"""

from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.moving import file_stat
from haven_fs.library.beneath import utime
from haven_fs.tree.actions.plan import Change, Done, Plan, Writing, refusal
from haven_fs.tree.actions.real import real_of
from haven_fs.tree.disk.place import DiskPlace, check_library, reach
from haven_fs.tree.files import File
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located
from haven_fs.tree.writes import TakesPhotos, TakesUploads


class Times:
    """Plans the settings of times of one request."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.tree

    def plan(self, at: Located, mtime: float) -> Plan:
        """Have a file show a modification time, in seconds since the epoch. Raises Refused if it cannot."""
        node, mtime_ns = at.node, round(mtime * 1e9)
        if not isinstance(node, File):
            raise refusal(at)
        change = Change(at, names=False)
        real = real_of(at)
        if isinstance(real, DiskPlace) and real.library.writable:
            return Plan(lambda: self._on_disk(at, real, mtime_ns), (change,), on_disk=True)
        if is_placeholder(node) and isinstance(at.parent, TakesUploads | TakesPhotos):
            return self._writing.said(at, (change,), self._tree.keep_name, at, mtime_ns)
        if not node.id:

            def touch() -> Done:
                utime(node.path, mtime_ns)
                return Done()

            if node.path.is_relative_to(self._tree.catalog.path.parent):
                return Plan(touch, (change,))
            raise refusal(at)
        if not self._tree.catalog.writable or not isinstance(at.parent, TakesUploads | TakesPhotos):
            raise refusal(at)
        return Plan(lambda: self._in_folder(at, node, mtime_ns), (change,), on_disk=True)

    def _on_disk(self, at: Located, place: DiskPlace, mtime_ns: int) -> Done:
        check_library(place.library)
        path = reach(place)
        with self._writing.transaction(at.path) as w:
            before = path.lstat().st_mtime_ns
            utime(path, mtime_ns)
            w.undo_by(lambda: utime(path, before))
            folder = place.below.rpartition(b"/")[0]
            row = Mirror(w, place.library.id, all_folders=False).put_file(w, folder, file_stat(path))
        if self._tree.uploads is not None:
            self._tree.uploads.look(row.id)
        return Done()

    def _in_folder(self, at: Located, file: File, mtime_ns: int) -> Done:
        sent = self._tree.gestures.sent(self._writing.by, at.path)
        if sent is not None and sent.is_new and sent.original_id == file.id and self._tree.uploads is not None:
            place = self._tree.uploads.place_of(file.id)
            if place is not None:
                return self._on_disk(at, place, mtime_ns)
        with self._tree.view() as view:
            folder = self._tree.locate(view, at.path).parent
            if not isinstance(folder, TakesUploads | TakesPhotos):
                raise refusal(at)
            with self._tree.catalog.write() as w:
                folder.set_time(w, file.name, file.shown_at(mtime_ns))
        return Done()
