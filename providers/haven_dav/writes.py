"""Writes: what a method means for the folder it meets, and the answers that WebDAV wants (RFC 4918).

A write is taken only by a folder that has the ability for it (haven_fs.tree.writes); every other one is refused with
the folder's own sentence. A change is one transaction of the catalog, and answered when that is committed.
"""

import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from haven_dav.along import Along
from haven_dav.conditions import Locks
from haven_dav.deadprops import DeadProperties
from haven_dav.puts import NO_PARENT, READ_ONLY, THERE, Puts
from haven_dav.realfiles import RealFiles
from haven_dav.removals import Removals
from haven_dav.resources import split_path
from haven_dav.send import Environ
from haven_dav.status import OtherServer
from haven_fs.catalog import Writer, names
from haven_fs.catalog.brake import is_braked
from haven_fs.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Malformed,
    NotFound,
    NotPossible,
    Unavailable,
    UnsupportedType,
)
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.photoset import File
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import (
    LetsGo,
    MakesFolders,
    Removable,
    Renamable,
    TakesCopies,
    TakesFiles,
    TakesFolders,
    TakesPhotos,
    TakesTexts,
)

logger = logging.getLogger(__name__)

WRITES = frozenset({"PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH", "POST"})
_NOTHING = "There is nothing here."
_KEEPS_NAME = (
    "Photos keep their names here. Rename the file where it lies: in Originals, if that may be written to, or in Inbox."
)

Node = Folder | File | Text | None


class Writes:
    """Answers the writes of one provider."""

    def __init__(self, tree: Tree, locks: Locks) -> None:
        self._tree = tree
        self._locks = locks
        self._along = Along()
        self._removals = Removals(self._changing)
        self._puts = Puts(tree, self._check_locks, self._changing)
        self._real = RealFiles(tree, locks, self._destination, self._changing)
        self.properties = DeadProperties(tree, locks, self._changing)
        """What programs keep beside real files."""

    def answer(self, environ: Environ) -> str:
        """Do what a request asks and return the status line. Raises Refused and PartlyDone."""
        method, parts = environ["REQUEST_METHOD"], split_path(environ["PATH_INFO"])
        if "HTTP_IF" in environ:
            with self._tree.view() as view:
                self._locks.check_if(environ, view, parts)
        self._void_removal(environ, method, parts)
        if method == "PUT":
            return self._puts.answer(environ, parts)
        if method in ("DELETE", "COPY", "MOVE") and (done := self._real.answer(environ, parts)) is not None:
            return done
        with self._tree.view() as view:
            node = self._at(view, parts)
            parent = self._tree.resolve(view, parts[:-1]) if parts else None
            if method == "MKCOL" and node is not None:
                raise NotPossible(THERE)
            if method == "POST":
                raise NotPossible("POST means nothing here.")
            if node is None and method in ("DELETE", "COPY", "MOVE", "PROPPATCH"):
                if self._went_along(environ, view, parts, parent):
                    return "204 No Content"
                raise NotFound(_NOTHING)
            if node is None and not isinstance(parent, Folder):
                raise Conflict(NO_PARENT)
            act = {
                "MKCOL": self._mkcol,
                "DELETE": self._delete,
                "COPY": self._copy,
                "MOVE": self._move,
                "PROPPATCH": self._refuse,
            }[method]
            return act(environ, view, parts, node, parent)

    def _void_removal(self, environ: Environ, method: str, parts: list[str]) -> None:
        """Take back that a photo was deleted a moment ago where one is written now."""
        if method == "PUT":
            self._removals.void(environ, parts)
        elif method in ("MOVE", "COPY"):
            path = self._locks.path_of_url(environ, environ.get("HTTP_DESTINATION", ""))
            if path is not None and split_path(path) != parts:
                self._removals.void(environ, split_path(path))

    def _at(self, view: View, parts: list[str]) -> Node:
        return self._tree.resolve(view, parts)

    def _refuse(self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node) -> str:
        folder = node if isinstance(node, Folder) else parent
        raise Forbidden(folder.refusal if isinstance(folder, Folder) else Folder.refusal)

    def _mkcol(self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node) -> str:
        narrows = isinstance(parent, Folder) and self._tree.can_narrow(parent)
        if not isinstance(parent, MakesFolders) and not narrows:
            return self._refuse(environ, view, parts, node, parent)
        if environ.get("CONTENT_LENGTH") not in (None, "", "0") or environ.get("HTTP_TRANSFER_ENCODING"):
            raise UnsupportedType("A folder is made without any content.")
        self._check_locks(environ, parts)
        with self._changing(environ) as w:
            if isinstance(parent, MakesFolders):
                parent.make_folder(w, parts[-1])
            elif isinstance(parent, Folder):
                self._tree.narrow(w, parent, parts[-1])
        return "201 Created"

    def _delete(self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node) -> str:
        if self._tree.junk.find(parts):
            self._tree.junk.remove(parts)
            return "204 No Content"
        if is_placeholder(node) and isinstance(parent, Folder) and not isinstance(parent, TakesFiles):
            self._check_locks(environ, parts)
            with self._changing(environ) as w:
                self._tree.drop_name(w, parent, parts[-1])
        elif isinstance(node, Folder) and isinstance(node, Removable):
            self._check_locks(environ, parts, depth="infinity")
            with self._changing(environ) as w:
                node.remove(w)
        elif isinstance(node, File) and isinstance(parent, TakesFiles) and _is_extra(parent, node):
            self._check_locks(environ, parts)
            with self._changing(environ) as w:
                parent.remove_file(w, node.name)
        elif isinstance(node, File | Text) and isinstance(parent, LetsGo):
            self._check_locks(environ, parts)
            self._brake(environ, view, parent)
            with self._changing(environ) as w:
                parent.take_out(w, node)
                self._removals.note(environ, w, parts)
        else:
            return self._refuse(environ, view, parts, node, parent)
        self._unlock(parts)
        return "204 No Content"

    def _brake(self, environ: Environ, view: View, folder: LetsGo) -> None:
        """Raise Refused if a folder is being emptied photo by photo, and has lost a hundred and half of them."""
        photos = folder.photos if isinstance(folder, Folder) else None
        left = photos.stamp(view.db).count if photos is not None else 0
        removed = self._removals.in_one_go(environ, split_path(environ["PATH_INFO"])[:-1])
        if is_braked(view.db, removed, left):
            raise Forbidden(
                f"{removed} photos were taken out of this folder in one go, which may be a mistake. To go on, give the"
                " command `haven allow`; to take it back, `haven undo`.",
            )

    def _copy(self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node) -> str:
        to, there, folder = self._destination(environ, view, parts, node, parent)
        if isinstance(node, File) and isinstance(folder, TakesPhotos):
            self._may_belong(environ, view, to, node, there)
            with self._changing(environ) as w:
                folder.put_photo(w, to[-1], node)
            self._along.note(_user(environ), to)
            return "201 Created" if there is None else "204 No Content"
        if isinstance(node, Folder) and isinstance(folder, TakesCopies):
            return self._copy_folder(environ, to, node, there, folder)
        if isinstance(node, Text) and isinstance(folder, TakesTexts):
            return self._copy_text(environ, to, node, there, folder)
        if not isinstance(node, File) or not isinstance(folder, TakesFiles):
            return self._refuse(environ, view, to, None, folder)
        self._may_replace(environ, folder, there)
        self._check_locks(environ, to)
        if node.away:
            raise Unavailable(node.away)
        with self._changing(environ) as w:
            folder.put_copy(w, to[-1], node)
        return "201 Created" if there is None else "204 No Content"

    def _copy_text(self, environ: Environ, to: list[str], node: Text, there: Node, folder: TakesTexts) -> str:
        if there is not None and environ.get("HTTP_OVERWRITE", "T").strip().upper() == "F":
            raise AlreadyExists(THERE)
        if there is not None and not isinstance(there, Text):
            raise Forbidden("What is there cannot be replaced.")
        self._check_locks(environ, to)
        with self._changing(environ) as w:
            folder.put_text(w, to[-1], node)
        return "201 Created" if there is None else "204 No Content"

    def _copy_folder(self, environ: Environ, to: list[str], node: Folder, there: Node, folder: TakesCopies) -> str:
        if there is not None:
            raise AlreadyExists(f"There is a folder or file named {to[-1]} already. Choose another name.")
        self._check_locks(environ, to)
        with self._changing(environ) as w:
            if environ.get("HTTP_DEPTH", "infinity").strip() == "0" and isinstance(folder, MakesFolders):
                folder.make_folder(w, to[-1])  # the folder alone, as RFC 4918 has it
            else:
                folder.put_folder(w, to[-1], node)
        return "201 Created"

    def _move(self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node) -> str:
        to, there, folder = self._destination(environ, view, parts, node, parent)
        same = isinstance(folder, Folder) and isinstance(parent, Folder) and folder.view.path == parent.view.path
        if self._tree.junk.find(parts) and isinstance(folder, TakesFiles):
            self._tree.junk.move(parts, to)
            return "201 Created"
        if is_placeholder(node) and not isinstance(parent, TakesFiles):
            self._move_name(environ, parts, to, parent, folder, there)
            return "201 Created"
        if isinstance(node, Folder) and isinstance(folder, TakesFolders) and not same:
            if there is not None:
                raise AlreadyExists(f"There is a folder or file named {to[-1]} already. Choose another name.")
            self._check_locks(environ, parts, depth="infinity")
            self._check_locks(environ, to)
            with self._changing(environ) as w:
                folder.take_folder(w, node, to[-1])
        elif isinstance(node, Folder):
            if not isinstance(node, Renamable) or not same:
                return self._refuse(environ, view, parts, node, parent)
            # By another case or composition a name is still the same folder's.
            if there is not None and names.fold(to[-1]) != names.fold(parts[-1]):
                raise AlreadyExists(f"There is a folder or file named {to[-1]} already. Choose another name.")
            self._check_locks(environ, parts, depth="infinity")
            self._check_locks(environ, to)
            with self._changing(environ) as w:
                node.rename(w, to[-1])
        elif (
            isinstance(node, File) and same and isinstance(folder, TakesFiles) and Located((), node, folder).is_extra()
        ):
            self._may_replace(environ, folder, there)
            self._check_locks(environ, parts)
            self._check_locks(environ, to)
            with self._changing(environ) as w:
                folder.rename_file(w, node.name, to[-1])
        elif isinstance(node, File) and same and isinstance(folder, TakesPhotos):
            raise Forbidden(_KEEPS_NAME)
        elif isinstance(node, File) and isinstance(folder, TakesPhotos) and isinstance(parent, TakesPhotos):
            self._may_belong(environ, view, to, node, there)
            self._check_locks(environ, parts)
            with self._changing(environ) as w:
                moved = isinstance(parent, Folder) and folder.move_photo(w, to[-1], node, parent)
                if not moved:
                    folder.put_photo(w, to[-1], node)
            self._along.note(_user(environ), to)
        else:
            # Between folders of different questions a move adds and takes nothing away: it is how desktops drag.
            return self._copy(environ, view, parts, node, parent)
        self._unlock(parts)
        return "201 Created" if there is None else "204 No Content"

    def _move_name(
        self, environ: Environ, parts: list[str], to: list[str], parent: Node, folder: Node, there: Node
    ) -> None:
        """Give a name that is kept for a later file another name, or another folder."""
        if there is not None:
            raise AlreadyExists(THERE)
        self._check_locks(environ, parts)
        self._check_locks(environ, to)
        if isinstance(parent, Folder) and isinstance(folder, Folder):
            with self._changing(environ) as w:
                self._tree.keep_name(w, folder, to[-1])
                self._tree.drop_name(w, parent, parts[-1])
        self._unlock(parts)

    def _destination(
        self, environ: Environ, view: View, parts: list[str], node: Node, parent: Node
    ) -> tuple[list[str], Node, Node]:
        """Return the path that COPY and MOVE lead to, what is there, and the folder it is in."""
        header = environ.get("HTTP_DESTINATION", "")
        if not header or not f"{urlsplit(header).path or '/'}".startswith("/"):
            raise Malformed("The Destination header, which says where to, is missing or malformed.")
        path = self._locks.path_of_url(environ, header)
        if path is None:
            raise OtherServer("The destination is on another server, where Haven cannot write.")
        to = split_path(path)
        if not to:
            raise Forbidden("The drive itself cannot be replaced.")
        if to == parts:
            raise Forbidden("The destination is what is to be moved or copied itself.")
        folder = self._tree.resolve(view, to[:-1])
        if not isinstance(folder, Folder):
            raise Conflict(NO_PARENT)
        return to, self._at(view, to), folder

    def _may_replace(self, environ: Environ, folder: TakesFiles, there: Node) -> None:
        """Raise Refused unless a file may go where `there` is."""
        if there is None:
            return
        if environ.get("HTTP_OVERWRITE", "T").strip().upper() == "F":
            raise AlreadyExists(THERE)
        if not isinstance(there, File) or not _is_extra(folder, there):
            raise Forbidden("What is there cannot be replaced.")

    def _went_along(self, environ: Environ, view: View, parts: list[str], parent: Node) -> bool:
        """Tell whether a file that is not there was taken out, or moved to where it is to go, with its photo."""
        if environ["REQUEST_METHOD"] not in ("DELETE", "MOVE") or not isinstance(parent, LetsGo):
            return False
        if environ["REQUEST_METHOD"] == "MOVE":
            there = self._destination(environ, view, parts, None, parent)[1]
            if not isinstance(there, File) or names.fold(there.name) != names.fold(parts[-1]):
                return False
        return self._along.went(view.db, _user(environ), parts[-1])

    def _may_belong(self, environ: Environ, view: View, to: list[str], file: File, there: Node) -> None:
        """Raise Refused unless a photo may be said to belong to a folder under the name at the end of a path."""
        name = to[-1]
        if there is not None:
            if environ.get("HTTP_OVERWRITE", "T").strip().upper() == "F":
                same = isinstance(there, File) and there.id == file.id
                if not same or not self._along.came(view.db, _user(environ), to, file.photo_id):
                    raise AlreadyExists(THERE)
            if not isinstance(there, File) or there.photo_id != file.photo_id:
                raise Forbidden("Another photo has that name. Photos keep the names that Haven shows them by.")
        elif names.shown(name) != unicodedata.normalize("NFC", name) or len(name.encode()) > 255:
            raise Forbidden("Not every program could be told of this name. Choose a shorter or plainer one.")

    def _check_locks(self, environ: Environ, parts: list[str], depth: str = "0") -> None:
        """Raise Refused if somebody else holds a lock on a path, or on what is below it."""
        with self._tree.view() as view:
            there = environ["REQUEST_METHOD"] == "PUT" and self._at(view, parts) is not None
            paths = self._locks.paths(view, parts)
        self._locks.check(environ, paths, parent=not there, deep=depth == "infinity")

    def _unlock(self, parts: list[str]) -> None:
        """Forget the locks on what is not there any more."""
        self._locks.unlock(["/" + "/".join(parts)])

    @contextmanager
    def _changing(self, environ: Environ) -> Iterator[Writer]:
        if not self._tree.catalog.writable:
            raise Forbidden(READ_ONLY)
        who = environ.get("wsgidav.auth.user_name", "")
        with self._tree.catalog.write(by=who, place=_place_of(environ)) as w:
            yield w


def _user(environ: Environ) -> str:
    return str(environ.get("wsgidav.auth.user_name", ""))


def _place_of(environ: Environ) -> str:
    """Return the folder that a write is in, as corrections call it."""
    return "/" + "/".join(split_path(environ["PATH_INFO"])[:-1])


def _is_extra(folder: object, node: Node) -> bool:
    return isinstance(folder, Folder) and Located((), node, folder).is_extra()
