"""The tree's nodes as wsgidav's resources, for what is left to wsgidav itself: OPTIONS, LOCK, UNLOCK.

PROPFIND, GET and every write are answered by the provider without them.
"""

from typing import Any, BinaryIO
from urllib.parse import quote

from wsgidav.dav_error import DAVError
from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider

from haven_dav.propfind import text_file
from haven_dav.send import NotThere, open_original
from haven_dav.status import status_of
from haven_fs.catalog import names
from haven_fs.errors import Refused
from haven_fs.tree.actions import Actions
from haven_fs.tree.files import File
from haven_fs.tree.narrowing import Versions
from haven_fs.tree.nodes import Folder, Text
from haven_fs.tree.originals import path_of
from haven_fs.tree.tree import Tree


class FolderResource(DAVCollection):  # type: ignore[misc]
    """A folder of the tree."""

    def __init__(self, path: str, environ: dict[str, Any], tree: Tree, stamp: str) -> None:
        super().__init__(path, environ)
        self._tree = tree
        self._stamp = stamp

    def get_etag(self) -> str:
        """Return the folder's stamp, which changes with all that is below it."""
        return self._stamp

    def get_member_names(self) -> list[str]:
        """Return what is listed in the folder; only clients of wsgidav's own code ask."""
        with self._tree.view() as view:
            folder = self._tree.resolve(view, split_path(self.path))
            if not isinstance(folder, Folder):
                return []
            return list(self._tree.listing(folder).names())

    def create_empty_resource(self, name: str) -> "FileResource":
        """Make an empty file and return it, which is what a LOCK of a name that is not there does. Raises DAVError."""
        path = [*split_path(self.path), name]
        actions = Actions(self._tree)
        try:
            actions.perform(lambda view: actions.reserve(self._tree.locate(view, path)))
        except Refused as refused:
            raise DAVError(status_of(refused).value, refused.reason) from refused
        made = resource(self.provider, self._tree, f"{self.path.rstrip('/')}/{name}", self.environ)
        assert isinstance(made, FileResource)
        return made


class FileResource(DAVNonCollection):  # type: ignore[misc]
    """A file of the tree: an original, a folder's note, or what was put into a folder."""

    def __init__(self, path: str, environ: dict[str, Any], file: File, real: str | None = None) -> None:
        """`real`: the path of the original in /Originals, if it is one."""
        super().__init__(path, environ)
        self._file = file
        self._real = real

    def get_content_length(self) -> int:
        """Return the number of bytes."""
        return self._file.size

    def get_content_type(self) -> str:
        """Return the MIME type by the file's content."""
        return self._file.mime

    def get_etag(self) -> str:
        """Return the entity tag without quotes, the same in every folder that shows the file."""
        return self._file.etag

    def get_last_modified(self) -> float:
        """Return the original's modification time, seconds since the epoch."""
        return self._file.mtime_ns / 1e9

    def support_etag(self) -> bool:
        """Return True."""
        return True

    def support_ranges(self) -> bool:
        """Return True."""
        return True

    def get_ref_url(self) -> str:
        """Return one URL for all the paths of an original, so that they share its locks: that in /Originals.

        A lock that was taken before there was a file is kept under the path.
        """
        own = str(super().get_ref_url())
        manager = self.provider.lock_manager
        locked = manager is not None and manager.is_url_locked(own)
        return own if locked or not self._real else quote(f"{self.provider.share_path}{self._real}")

    def get_content(self) -> BinaryIO:
        """Return the bytes; only clients of wsgidav's own code ask."""
        try:
            return open_original(self._file)
        except NotThere as error:
            raise DAVError(error.args[0], error.args[1]) from error


def split_path(path: str) -> list[str]:
    """Return the names in a path."""
    return [part for part in path.split("/") if part]


def resource(
    provider: DAVProvider, tree: Tree, path: str, environ: dict[str, Any]
) -> FolderResource | FileResource | None:
    """Return what is at `path` as wsgidav wants it, None if nothing is."""
    parts = split_path(path)
    with tree.view() as view:
        at = tree.locate(view, parts)
        node = at.shown
        if node is None:
            return None
        if isinstance(node, Folder):
            # As the tree spells it, so that a lock holds however a client spells it.
            return FolderResource("/" + "/".join(node.view.path), environ, tree, str(Versions(view).of(node)))
        if isinstance(node, Text):
            assert at.parent is not None
            return FileResource("/" + "/".join(parts), environ, text_file(view, at.parent, node))
        real = path_of(view.db, node.id) if node.id else None
        return FileResource("/" + "/".join(parts), environ, node, real)


def user_of(environ: dict[str, Any]) -> str:
    """Return who is signed in, "" if nobody is."""
    return str(environ.get("wsgidav.auth.user_name", ""))


def href(prefix: str, path: str, *, folder: bool) -> str:
    """Return the URL path of a node: percent-encoded, a folder's with a slash at its end."""
    quoted = "/".join(names.href(part) for part in split_path(path))
    return f"{prefix}/{quoted}{'/' if folder and quoted else ''}"
