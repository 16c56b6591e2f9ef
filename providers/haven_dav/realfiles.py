"""DELETE, COPY and MOVE where real files are concerned: writable libraries, the inbox, and /Recently Removed.

What a request means is decided in a view of the tree; it is done when that is closed, by haven_fs.tree.filing.
"""

import errno
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from haven_dav.conditions import Locks
from haven_dav.puts import THERE, check_conditions
from haven_dav.send import Environ
from haven_fs.catalog import Writer, names
from haven_fs.errors import AlreadyExists, Forbidden, Malformed, Refused
from haven_fs.tree.filing import Filing, Spot, check_library, in_words
from haven_fs.tree.inbox import InboxFolder
from haven_fs.tree.junk import is_junk
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.photoset import File
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.removed import KEPT, Inside, RemovedFolder, RemovedThing
from haven_fs.tree.tree import Tree
from haven_fs.tree.writes import TakesPhotos

Node = Folder | File | Text | None
Do = Callable[[], str]
Destination = tuple[list[str], Node, Node]

_MOVE_HERE = "Move photos here to hide them; a copy here would mean nothing."
_NO_COPY = (
    "A photo is shown here from where it really lies, so it cannot be copied or moved from here into a library. Copy it"
    " from its folder in Originals."
)
_NO_MOVE = (
    "An original stays in its folder, so it cannot be moved out of its library into Haven's own folders. Copy it there:"
    " that adds it, and takes no second copy of its bytes."
)
_TAKE_BACK = "What was removed comes back by moving it into a library in Originals, or into Inbox."


class PartlyDone(Exception):
    """Some of what a request is about could not be done: paths of the drive, each with its status and why."""

    def __init__(self, failed: Sequence[tuple[str, int, str]]) -> None:
        super().__init__("some of it could not be done")
        self.failed = failed


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: its source as the tree has it, and where its bytes are if it is a real file or folder."""

    environ: Environ
    view: View
    parts: list[str]
    node: Node
    parent: Node
    real: Spot | Inside | None

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def hidden(self) -> bool:
        """Whether the source is a photo that is hidden."""
        return isinstance(self.parent, RemovedFolder) and isinstance(self.node, File) and bool(self.node.id)

    def depth(self, *allowed: str) -> str:
        """Return the request's depth. Raises Refused if it is none of those allowed."""
        depth = str(self.environ.get("HTTP_DEPTH", "infinity")).strip().lower()
        if isinstance(self.node, Folder) and depth not in allowed:
            raise Malformed(f"Depth must be {' or '.join(allowed)} for {self.method} of a folder.")
        return depth

    @property
    def overwrites(self) -> bool:
        return bool(self.environ.get("HTTP_OVERWRITE", "T").strip().upper() != "F")


class RealFiles:
    """Answers them. `destination` reads where COPY and MOVE lead to; `changing` opens an owner's transaction."""

    def __init__(
        self,
        tree: Tree,
        locks: Locks,
        destination: Callable[[Environ, View, list[str], Node, Node], Destination],
        changing: Callable[[Environ], AbstractContextManager[Writer]],
    ) -> None:
        self._tree = tree
        self._locks = locks
        self._destination = destination
        self._changing = changing

    def answer(self, environ: Environ, parts: list[str]) -> str | None:
        """Do what a request asks and return the status line; None if it is nothing about real files.

        Raises Refused and PartlyDone.
        """
        with self._tree.view() as view:
            node = self._tree.resolve(view, parts)
            parent = self._tree.resolve(view, parts[:-1]) if parts else None
            if node is None or not isinstance(parent, Folder):
                return None
            asked = _Asked(environ, view, parts, node, parent, _real(node, parent))
            do = self._delete(asked) if asked.method == "DELETE" else self._transfer(asked)
        if do is None:
            return None
        with in_words():
            return do()

    def _filing(self, environ: Environ) -> Filing:
        uploads = self._tree.uploads
        return Filing(lambda: self._changing(environ), uploads.look if uploads is not None else lambda _: None)

    # DELETE

    def _delete(self, asked: _Asked) -> Do | None:
        spot = asked.real
        if isinstance(spot, Inside):
            raise Forbidden(KEPT)
        if spot is None or not spot.library.writable:
            return None
        check_library(spot.library)
        asked.depth("infinity")
        check_conditions(asked.environ, asked.node)
        paths = self._locks.paths(asked.view, asked.parts)
        self._locks.check(asked.environ, paths, parent=True)
        locked = self._locks.locked_below(asked.environ, paths[0]) if isinstance(asked.node, DiskFolder) else []
        filing = self._filing(asked.environ)
        if locked and isinstance(asked.node, DiskFolder):
            spots = _all_but(asked.node, paths[0], locked)
            return lambda: self._delete_some(filing, spots, locked)

        def do() -> str:
            filing.remove(spot)
            self._locks.unlock(paths)
            return "204 No Content"

        return do

    def _delete_some(self, filing: Filing, spots: Sequence[Spot], locked: Sequence[str]) -> str:
        for spot in spots:
            filing.remove(spot)
        raise PartlyDone([(path, 423, "Another program has locked this.") for path in locked])

    # COPY and MOVE

    def _transfer(self, asked: _Asked) -> Do | None:
        if is_placeholder(asked.node) or not self._concerns(asked):
            return None
        to, there, folder = self._destination(asked.environ, asked.view, asked.parts, asked.node, asked.parent)
        if isinstance(folder, RemovedFolder | RemovedThing):
            return self._into_removed(asked, to, there, folder)
        if isinstance(folder, DiskFolder):
            return self._into_library(asked, to, there, folder)
        if isinstance(asked.real, Inside):
            raise Forbidden(_TAKE_BACK)
        if asked.hidden:
            return self._show_again(asked, to, there, folder)
        if asked.method == "MOVE" and asked.real is not None and names.fold(asked.parts[0]) == "originals":
            raise Forbidden(_NO_MOVE if asked.real.library.writable else DiskFolder.refusal)
        return None

    def _concerns(self, asked: _Asked) -> bool:
        """Tell whether a COPY or MOVE comes from real files, or may lead to some."""
        if asked.real is not None or asked.hidden:
            return True
        path = self._locks.path_of_url(asked.environ, asked.environ.get("HTTP_DESTINATION", "")) or ""
        top = names.fold(path.strip("/").partition("/")[0])
        return top in ("originals", "inbox", "recently removed") and not is_junk(path.rstrip("/").rpartition("/")[2])

    def _into_removed(self, asked: _Asked, to: list[str], there: Node, folder: Folder) -> Do:
        if asked.method != "MOVE":
            raise Forbidden(_MOVE_HERE)
        if not isinstance(folder, RemovedFolder) or isinstance(asked.parent, RemovedFolder | RemovedThing):
            raise Forbidden(KEPT)
        if there is not None and not asked.overwrites:
            raise AlreadyExists(THERE)
        source, node = asked.real, asked.node
        asked.depth("infinity")
        paths = self._locks.paths(asked.view, asked.parts)
        self._locks.check(asked.environ, paths, parent=True, deep=isinstance(node, Folder))
        self._locks.check(asked.environ, self._locks.paths(asked.view, to), parent=True)
        name = unicodedata.normalize("NFC", to[-1])
        status = "201 Created" if there is None else "204 No Content"
        if isinstance(source, Spot) and source.library.writable:
            filing = self._filing(asked.environ)

            def remove() -> str:
                filing.remove(source, name)
                self._locks.unlock(paths)
                return status

            return remove
        if not isinstance(node, File) or node.photo_id is None:
            raise Forbidden("Only photos can be hidden." if not isinstance(node, Folder) else folder.refusal)
        if names.shown(name) != name or len(name.encode()) > 255:
            raise Forbidden("Not every program could be told of this name. Choose a shorter or plainer one.")
        photo = node

        def hide() -> str:
            with self._changing(asked.environ) as w:
                folder.hide(w, name, photo)
            return status

        return hide

    def _show_again(self, asked: _Asked, to: list[str], there: Node, folder: Node) -> Do:
        if asked.method != "MOVE":
            raise Forbidden("This photo is hidden. Move it, and it is shown again.")
        removed, photo = asked.parent, asked.node
        assert isinstance(removed, RemovedFolder)
        assert isinstance(photo, File)
        same = isinstance(there, File) and there.photo_id == photo.photo_id
        if there is not None and not same:
            raise Forbidden(THERE) if asked.overwrites else AlreadyExists(THERE)
        self._locks.check(asked.environ, self._locks.paths(asked.view, asked.parts), parent=True)
        self._locks.check(asked.environ, self._locks.paths(asked.view, to), parent=True)

        def show() -> str:
            with self._changing(asked.environ) as w:
                removed.show_again(w, photo)
                if isinstance(folder, TakesPhotos):
                    w.db.execute("SAVEPOINT said")
                    try:
                        folder.put_photo(w, to[-1], photo)
                    except Refused:
                        w.db.execute("ROLLBACK TO said")  # it is shown again all the same
                    w.db.execute("RELEASE said")
            return "201 Created" if there is None else "204 No Content"

        return show

    def _into_library(self, asked: _Asked, to: list[str], there: Node, folder: DiskFolder) -> Do:
        place = folder.spot()
        environ, node, source = asked.environ, asked.node, asked.real
        if asked.hidden:
            if isinstance(there, File) and isinstance(node, File) and there.id == node.id:
                return self._show_again(asked, to, there, None)
            raise Forbidden("This photo is hidden, not gone. Move it to Timeline, and it is where it was.")
        if not place.library.writable:
            raise Forbidden(folder.refusal)
        from_junk = self._tree.junk.find(asked.parts) is not None
        if source is None and isinstance(folder, InboxFolder) and isinstance(node, File) and node.photo_id is not None:
            return self._show_in_inbox(asked, to, there, folder)
        if source is None and not (from_junk and isinstance(node, File)):
            raise Forbidden(_NO_COPY)
        if asked.method == "MOVE" and source is not None and not _is_writable(source):
            raise Forbidden(DiskFolder.refusal)
        deep = asked.depth("infinity", "0") if asked.method == "COPY" else asked.depth("infinity")
        check_library(place.library)
        check_conditions(environ, node)
        name = unicodedata.normalize("NFC", to[-1])
        target, over = place.child(name), self._replaced(asked, to, there, folder, source)
        paths, to_paths = self._locks.paths(asked.view, asked.parts), self._locks.paths(asked.view, to)
        if asked.method == "MOVE":
            self._locks.check(environ, paths, parent=True, deep=isinstance(node, Folder))
        self._locks.check(environ, to_paths, parent=True, deep=isinstance(there, Folder))
        filing, status = self._filing(environ), "201 Created" if there is None else "204 No Content"
        kept_name = is_placeholder(there)

        def do() -> str:
            failed: list[tuple[str, OSError]] = []
            if from_junk and isinstance(node, File):
                filing.copy(node.path, None, target, over)
                if asked.method == "MOVE":
                    self._tree.junk.remove(asked.parts)
            elif asked.method == "COPY":
                origin = source if isinstance(source, Spot) else None
                assert source is not None
                failed = filing.copy(source.on_disk, origin, target, over, deep=deep == "infinity")
            elif isinstance(source, Inside):
                filing.restore(source.one, source.path, target, over)
            elif source is not None:
                filing.move(source, target, over)
            if kept_name:
                self._drop_name(to)
            if asked.method == "MOVE":
                self._locks.unlock(paths)
            if failed:
                raise PartlyDone([(f"/{'/'.join(to)}/{path}", *_status_of(error)) for path, error in failed])
            return status

        return do

    def _show_in_inbox(self, asked: _Asked, to: list[str], there: Node, folder: InboxFolder) -> Do:
        """Show a photo of a library in the inbox, as if it had been uploaded; it is moved if it was shown there."""
        if there is not None and not is_placeholder(there):
            if not asked.overwrites:
                raise AlreadyExists(THERE)
            if folder.real_name(to[-1]) is not None:
                raise Forbidden("What is there cannot be replaced by a photo that lies elsewhere.")
        folder.check_upload(unicodedata.normalize("NFC", to[-1]))
        self._locks.check(asked.environ, self._locks.paths(asked.view, to), parent=True)
        moves = asked.method == "MOVE" and isinstance(asked.parent, InboxFolder)
        paths = self._locks.paths(asked.view, asked.parts)
        if moves:
            self._locks.check(asked.environ, paths, parent=True)

        def show() -> str:
            file, parent = asked.node, asked.parent
            assert isinstance(file, File)
            with self._changing(asked.environ) as w:
                if moves and isinstance(parent, InboxFolder):
                    parent.take_out(w, file)
                folder.stored(w, unicodedata.normalize("NFC", to[-1]), file)
            if is_placeholder(there):
                self._drop_name(to)
            if moves:
                self._locks.unlock(paths)
            return "201 Created" if there is None else "204 No Content"

        return show

    def _replaced(
        self, asked: _Asked, to: list[str], there: Node, folder: DiskFolder, source: Spot | Inside | None
    ) -> Spot | None:
        """Return what has to make room. Raises Refused if it may not be."""
        if there is None or is_placeholder(there):
            return None
        real = folder.real_name(to[-1])
        over = folder.spot().child(real) if real is not None else None
        if over is not None and over == source:
            return None  # by another case or composition a name is still the same one's
        if not asked.overwrites:
            raise AlreadyExists(THERE)
        if over is None:
            raise Forbidden("What is there cannot be replaced.")
        return over

    def _drop_name(self, to: list[str]) -> None:
        with self._tree.view() as view, self._tree.catalog.write() as w:
            folder = self._tree.resolve(view, to[:-1])
            if isinstance(folder, Folder):
                self._tree.drop_name(w, folder, to[-1])


def _real(node: Node, parent: Folder) -> Spot | Inside | None:
    """Return where the bytes are of something that is listed as it really lies on a disk."""
    if isinstance(node, DiskFolder):
        return node.spot()
    if isinstance(node, RemovedThing):
        return node.inside
    if isinstance(node, File) and isinstance(parent, DiskFolder):
        real = parent.real_name(node.name)
        return parent.spot().child(real) if real is not None else None
    if isinstance(node, File) and isinstance(parent, RemovedThing):
        return parent.inside.child(node.path.name)
    if isinstance(node, File) and isinstance(parent, RemovedFolder) and not node.id:
        return parent.find(node.name)
    return None


def _is_writable(source: Spot | Inside) -> bool:
    return source.library.writable if isinstance(source, Spot) else source.one.writable


def _all_but(folder: DiskFolder, path: str, locked: Sequence[str]) -> list[Spot]:
    """Return what can be removed below a folder at `path` if what is `locked`, and what that is in, stays."""
    spots: list[Spot] = []
    here = folder.spot()
    files = folder.files().files(folder.view.db)
    for name in [*(entry.name for entry in folder.entries()), *(file.name for file in files)]:
        child = f"{path}/{name}"
        below = folder.enter(name)
        if child in locked:
            continue
        if any(one.startswith(f"{child}/") for one in locked):
            spots += _all_but(below, child, locked) if isinstance(below, DiskFolder) else []
        elif (real := folder.real_name(name)) is not None:
            spots.append(here.child(real))
    return spots


def _status_of(error: OSError) -> tuple[int, str]:
    status = 403 if error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP) else 500
    return status, f"The disk said: {error.strerror or error}."
