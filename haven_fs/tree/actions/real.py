"""Writes from and to real files: writable libraries, the inbox, and the trash, which is /Recently Removed.

Each is decided in a view of the tree and done after the view is closed, by haven_fs.tree.disk.filing.
"""

from collections.abc import Sequence

from haven_fs.catalog import Writer
from haven_fs.catalog.corrections import is_said_of
from haven_fs.errors import AlreadyExists, Forbidden, Refused, Unavailable
from haven_fs.tree.actions.plan import TAKE_OUT, THERE, Change, Done, NotDone, Plan, Writing, moved_to
from haven_fs.tree.disk.filing import Filing
from haven_fs.tree.disk.place import DiskPlace, check_library
from haven_fs.tree.files import File
from haven_fs.tree.junk import is_junk
from haven_fs.tree.nodes import Folder
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.trash import KEPT, TrashedFolder, TrashFolder, TrashPlace
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import LetsGo, TakesPhotos, TakesUploads, check_name

_MOVE_HERE = "Move photos here to hide them; a copy here would mean nothing."
_NO_COPY = (
    "This folder only shows the photo; the file is elsewhere. To copy it into a library, copy it from its folder in"
    " Originals."
)
_NO_MOVE = (
    "An original stays in its folder, so it cannot be moved out of its library into Haven's own folders. Copy it"
    " there instead: that adds it without storing it twice."
)
_TAKE_BACK = "What was removed comes back by moving it into a library in Originals, or into Inbox."
_HIDDEN = "This photo is only hidden. To show it again, move it to Timeline."


def real_of(at: Located) -> DiskPlace | TrashPlace | None:
    """Return where on disk something is, if the tree lists it as it is there."""
    node, folder = at.node, at.parent
    if isinstance(node, DiskFolder):
        return node.disk_place()
    if isinstance(node, TrashedFolder):
        return node.inside
    if isinstance(node, File) and isinstance(folder, DiskFolder):
        real = folder.real_name(node.name)
        return folder.disk_place().child(real) if real is not None else None
    if isinstance(node, File) and isinstance(folder, TrashedFolder):
        return folder.inside.child(node.path.name)
    if isinstance(node, File) and isinstance(folder, TrashFolder) and not node.id:
        return folder.find(node.name)
    return None


class RealWrites:
    """Plans the writes of one request."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._tree = writing.tree

    def _filing(self, at: Located) -> Filing:
        uploads = self._tree.uploads
        look = uploads.look if uploads is not None else lambda _: None
        return Filing(lambda: self._writing.transaction(at.path), look)

    def delete(self, at: Located) -> Plan | None:
        """Move a file or folder to the trash; None if it is not in a writable library."""
        real = real_of(at)
        if isinstance(real, TrashPlace):
            raise Forbidden(KEPT)
        if real is None or not real.library.writable:
            return None
        check_library(real.library)
        filing, folder = self._filing(at), at.node

        def do() -> Done:
            filing.remove(real)
            return Done()

        def spare(paths: Sequence[tuple[str, ...]]) -> Plan:
            assert isinstance(folder, DiskFolder)
            return self._delete_but(at, _all_but(self._tree, folder, at.spelled, paths))

        spares = spare if isinstance(folder, DiskFolder) else None
        return Plan(do, (Change(at),), gone=at, on_disk=True, spare=spares)

    def _delete_but(self, at: Located, places: Sequence[DiskPlace]) -> Plan:
        filing = self._filing(at)

        def do() -> Done:
            for place in places:
                filing.remove(place)
            return Done()

        return Plan(do, (Change(at),), on_disk=True)

    def transfer(self, source: Located, target: Located, *, moves: bool, overwrite: bool, deep: bool) -> Plan | None:
        """Copy or move; None if neither end is a real file or folder."""
        real, folder = real_of(source), target.parent
        if isinstance(folder, TrashFolder | TrashedFolder):
            return self._into_trash(source, target, real, moves=moves, overwrite=overwrite)
        if isinstance(folder, DiskFolder):
            return self._into_library(source, target, real, folder, moves=moves, overwrite=overwrite, deep=deep)
        if isinstance(real, TrashPlace):
            raise Forbidden(_TAKE_BACK)
        if _is_hidden(source):
            return self._show_again(source, target, moves=moves, overwrite=overwrite)
        if moves and real is not None and not _links(source.parent):
            raise Forbidden(_NO_MOVE if real.library.writable else DiskFolder.refusal)
        return None

    def _into_trash(
        self, source: Located, target: Located, real: DiskPlace | TrashPlace | None, *, moves: bool, overwrite: bool
    ) -> Plan:
        folder, name = target.parent, target.name
        if not moves:
            raise Forbidden(_MOVE_HERE)
        if not isinstance(folder, TrashFolder) or isinstance(source.parent, TrashFolder | TrashedFolder):
            raise Forbidden(KEPT)
        if target.node is not None and not overwrite:
            raise AlreadyExists(THERE)
        changes = (Change(source, below=isinstance(source.node, Folder)), Change(target))
        if isinstance(real, DiskPlace) and real.library.writable:
            filing = self._filing(source)

            def remove() -> Done:
                filing.remove(real, name)
                return Done(created=target.node is None)

            return Plan(remove, changes, gone=source, on_disk=True)
        photo = source.node
        if not isinstance(photo, File) or photo.photo_id is None:
            raise Forbidden("Only photos can be hidden." if not isinstance(photo, Folder) else folder.refusal)
        if is_junk(name):
            raise Forbidden(folder.refusal)
        check_name(name)
        return self._writing.said(source, changes, folder.hide, name, photo, to=target, kind=moved_to(target))

    def _show_again(self, source: Located, target: Located, *, moves: bool, overwrite: bool) -> Plan:
        """Show a hidden photo again, and put it into the folder it is moved to if that takes it."""
        removed, photo, there, folder = source.parent, source.node, target.node, target.parent
        if not moves:
            raise Forbidden("This photo is hidden. Move it, and it is shown again.")
        assert isinstance(removed, TrashFolder) and isinstance(photo, File)
        if there is not None and not (isinstance(there, File) and there.photo_id == photo.photo_id):
            raise Forbidden(THERE) if overwrite else AlreadyExists(THERE)

        def show(w: Writer) -> None:
            removed.show_again(w, photo)
            if isinstance(folder, TakesPhotos):
                w.db.execute("SAVEPOINT said")
                try:
                    folder.put_photo(w, target.name, photo)
                except Refused:
                    w.db.execute("ROLLBACK TO said")  # it is shown again all the same
                w.db.execute("RELEASE said")

        changes = (Change(source), Change(target))
        return self._writing.said(source, changes, show, to=target, kind=moved_to(target))

    def _into_library(
        self,
        source: Located,
        target: Located,
        real: DiskPlace | TrashPlace | None,
        folder: DiskFolder,
        *,
        moves: bool,
        overwrite: bool,
        deep: bool,
    ) -> Plan:
        there, node = target.node, source.node
        if _is_hidden(source):
            if isinstance(there, File) and isinstance(node, File) and there.id == node.id:
                return self._show_again(source, target, moves=moves, overwrite=overwrite)
            raise Forbidden(_HIDDEN)
        place = folder.disk_place()
        if not place.library.writable:
            raise Forbidden(folder.refusal)
        if real is None and _links(folder) and isinstance(node, File) and node.photo_id is not None:
            return self._link(source, target, node, moves=moves, overwrite=overwrite)
        if real is None:
            raise Forbidden(_NO_COPY)
        if moves and not (real.library.writable if isinstance(real, DiskPlace) else real.one.writable):
            raise Forbidden(DiskFolder.refusal)
        check_library(place.library)
        over = _in_the_way(target, folder, real, overwrite=overwrite)
        fades = there is not None and folder.real_name(target.name) is None
        to = place.child(target.name)
        is_final = isinstance(node, File) and self._is_unnamed(source, node)
        filing = self._filing(source)

        def do() -> Done:
            failed: Sequence[tuple[str, Refused]] = ()
            if not moves:
                origin = real if isinstance(real, DiskPlace) else None
                failed = filing.copy(real.on_disk, origin, to, over, deep=deep)
            elif isinstance(real, TrashPlace):
                filing.restore(real.one, real.path, to, over)
            else:
                filing.move(real, to, over, is_final=is_final)
            if fades:
                self._fade(target)
            return Done(there is None, [NotDone((*target.path, *path.split("/")), why) for path, why in failed])

        into = Change(target, below=isinstance(there, Folder))
        if not moves:
            return Plan(do, (into,), on_disk=True)
        return Plan(do, (Change(source, below=isinstance(node, Folder)), into), gone=source, on_disk=True)

    def _is_unnamed(self, source: Located, file: File) -> bool:
        """Tell whether a file was sent a moment ago, and nobody has spoken of it by its name."""
        sent = self._tree.gestures.sent(self._writing.by, source.path)
        if sent is None or file.id != sent.original_id or source.parent is None:
            return False
        return file.photo_id is not None and not is_said_of(source.parent.view.db, file.photo_id)

    def _fade(self, target: Located) -> None:
        """Forget what had a name before a file took it: a kept name, or a photo that was only shown there."""
        try:
            with self._tree.catalog.write(undoing=True) as w:
                if is_placeholder(target.node):
                    self._tree.drop_name(w, target)
                elif isinstance(target.node, File) and isinstance(target.parent, LetsGo):
                    target.parent.take_out(w, target.node)
        except Refused as refused:  # the file is there: that is what was asked for
            self._writing.log(target, refused)

    def _link(self, source: Located, target: Located, file: File, *, moves: bool, overwrite: bool) -> Plan:
        """Show a photo of a library in the inbox, as if it had been uploaded; it is moved if it was shown there."""
        folder, shown = target.parent, source.parent
        assert isinstance(folder, DiskFolder) and isinstance(folder, TakesUploads)
        over = _in_the_way(target, folder, None, overwrite=overwrite)
        folder.check_upload(target.name)
        leaves = shown if moves and _links(shown) and isinstance(shown, LetsGo) else None
        changes = (Change(source), Change(target)) if leaves is not None else (Change(target),)
        gone = source if leaves is not None else None
        if over is not None:
            # What replaces a file is stored, even if a library already has that photo.
            if file.away:
                raise Unavailable(file.away)
            filing = self._filing(source)

            def copy() -> Done:
                filing.copy(file.path, None, over, over)
                if leaves is not None:
                    with self._writing.transaction(source.path, TAKE_OUT) as w:
                        leaves.take_out(w, file)
                return Done()

            return Plan(copy, changes, gone=gone, on_disk=True)

        def link(w: Writer) -> None:
            if leaves is not None:
                leaves.take_out(w, file)
            if is_placeholder(target.node):
                self._tree.drop_name(w, target)
            folder.stored(w, target.name, file)

        return self._writing.said(source, changes, link, to=target, gone=gone)


def _is_hidden(at: Located) -> bool:
    """Tell whether something is a hidden photo."""
    return isinstance(at.parent, TrashFolder) and isinstance(at.node, File) and bool(at.node.id)


def _links(folder: object) -> bool:
    """Tell whether a folder shows photos of other libraries among its own files."""
    return isinstance(folder, TakesUploads) and folder.links


def _in_the_way(
    target: Located, folder: DiskFolder, source: DiskPlace | TrashPlace | None, *, overwrite: bool
) -> DiskPlace | None:
    """Return the real file or folder that has to make room, if any. Raises Refused if it may not be replaced."""
    there = target.node
    if there is None or is_placeholder(there):
        return None
    real = folder.real_name(target.name)
    over = folder.disk_place().child(real) if real is not None else None
    if over is not None and over == source:
        return None  # the same file, spelled in another case or composition
    if not overwrite:
        raise AlreadyExists(THERE)
    is_link = isinstance(there, File) and bool(there.id) and isinstance(folder, LetsGo)
    if over is None and not is_link:
        raise Forbidden("What is there cannot be replaced.")
    return over


def _all_but(
    tree: Tree, folder: DiskFolder, path: tuple[str, ...], spared: Sequence[tuple[str, ...]]
) -> list[DiskPlace]:
    """Return what to remove below a folder at `path` so that the `spared` paths, and the folders they are in, stay."""
    places: list[DiskPlace] = []
    here = folder.disk_place()
    for name in tree.listing(folder).names():
        child = (*path, name)
        if child in spared:
            continue
        if any(one[: len(child)] == child for one in spared):
            below = folder.enter(name)
            places += _all_but(tree, below, child, spared) if isinstance(below, DiskFolder) else []
        elif (real := folder.real_name(name)) is not None:
            places.append(here.child(real))
    return places
