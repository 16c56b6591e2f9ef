"""Files and folders of a library, reached folder by folder from its root, so that no link leads anywhere else.

A path that was checked and is then opened may have become a link in between. So a `Beneath` is never handed to the
system whole: its root is opened by its path, which the owner chose and which may be a link or lie below some; from
there on each name is looked up in the folder that is open, and a link is an error (ELOOP), as the last name too. Linux
does that in one call (openat2), other systems folder by folder; Windows cannot, and is asked before and after.

A `Beneath` is a `Path` whose methods work like that, and is passed about as one. `os.fspath` gives its text, which is
for words and other programs: what opens that follows links. The functions here take plain paths as well, of which only
the last name is not followed.
"""

import errno
import io
import os
import shutil
import stat
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from haven_fs.library import rights
from haven_fs.library.systemcalls import linux_open

if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())

HAS_DIR_FD = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_DIRECTORY")
_openat2 = linux_open() if sys.platform == "linux" else None
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_CLOSED_FOR_CHILDREN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_LISTED = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOSED_FOR_CHILDREN
"""To open a folder that is to be listed or synced."""
_ENTERED = _LISTED | getattr(os, "O_PATH", 0)
"""To open a folder only for what is in it: on Linux that needs no right to list it."""
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM)
_LINK = "There is a link on the way there now, which Haven does not follow"


class Beneath(_Path):
    """The path `below` a root, "" for the root itself; names are divided by "/". Raises ValueError if it leads up.

    Its methods raise OSError: with ELOOP if any name is that of a link, with ENXIO for a pipe, a socket or a device.
    `stat` is `lstat`: nothing is followed. What is derived from it by other methods than `/`, `parent` and `with_...`
    is a plain path, or refuses to touch the disk, as `chmod`, `touch` and `glob` do.
    """

    __slots__ = ("below", "top")
    top: Path
    below: str

    def __new__(cls, root: Path, below: str = "") -> Self:
        """`root`: the library's folder."""
        if below and any(name in ("", ".", "..") for name in below.split("/")):
            raise ValueError(f"{below!r} is no path below a folder")
        self = super().__new__(cls, root, below)
        self.top, self.below = root, below
        return self

    if sys.version_info >= (3, 12):

        def __init__(self, root: Path, below: str = "") -> None:
            super().__init__(root, below)

        def with_segments(self, *segments: Any) -> Path:
            """Return a plain path: only what is made by `child` is known to be below the root."""
            return Path(*segments)

    def __reduce__(self) -> tuple[type[Self], tuple[Path, str]]:
        return type(self), (self.top, self.below)

    def __truediv__(self, names: str | os.PathLike[str]) -> Self:
        below = os.fspath(names)
        return type(self)(self.top, f"{self.below}/{below}" if self.below else below)

    def joinpath(self, *names: str | os.PathLike[str]) -> Self:
        """Return what has a path in this folder."""
        return self / "/".join(os.fspath(name) for name in names)

    @property
    def parent(self) -> Path:  # type: ignore[override]
        """The folder it is in; of the root a plain path."""
        return type(self)(self.top, self.below.rpartition("/")[0]) if self.below else self.top.parent

    def with_name(self, name: str) -> Self:
        """Return what has another name in the same folder."""
        return type(self)(self.top, "/".join([*self.below.split("/")[:-1], name]))

    def with_suffix(self, suffix: str) -> Self:
        """Return what has the same name with another ending in the same folder."""
        return self.with_name(Path(self.name).with_suffix(suffix).name)

    def relative_to(self, *other: Any, **more: Any) -> Path:  # type: ignore[override]
        """Return the path from a folder to this one, as a plain one."""
        return Path(str(self)).relative_to(*other, **more)

    def open(  # type: ignore[override]
        self,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> IO[Any]:
        """Open a regular file."""
        return io.open(str(self), mode, buffering, encoding, errors, newline, opener=self._opener)  # noqa: UP020

    def _opener(self, _: str, flags: int) -> int:
        return open_file(self, flags)

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return the state of what is there, which may be a link."""
        if not self.below:
            return self.top.stat()
        with holding(self) as (folder, name):
            return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def lstat(self) -> os.stat_result:
        """Return the state of what is there, which may be a link."""
        return self.stat()

    def _is(self, kind: Callable[[int], bool]) -> bool:
        return (state := _state(self)) is not None and kind(state.st_mode)

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        """Tell whether anything is there, be it a link."""
        return _state(self) is not None

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Tell whether a folder is there."""
        return self._is(stat.S_ISDIR)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Tell whether a regular file is there."""
        return self._is(stat.S_ISREG)

    def is_symlink(self) -> bool:
        """Tell whether a link is there."""
        return self._is(stat.S_ISLNK)

    def iterdir(self) -> Generator[Self]:
        """Give what is in the folder."""
        with listing(self) as entries:
            names = [entry.name for entry in entries]
        yield from (self / name for name in names)

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        """Make the folder."""
        with holding(self) as (folder, name):
            try:
                os.mkdir(name, mode, dir_fd=folder)
            except FileExistsError:
                if not exist_ok or not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise
                return
        if HAS_DIR_FD:
            try:
                descriptor = open_folder(self)
            except OSError:
                with suppress(OSError):
                    self.rmdir()  # what is said not to be made is not there
                raise
            try:
                rights.as_meant(descriptor, mode)
            finally:
                os.close(descriptor)

    def rmdir(self) -> None:
        """Remove the folder, which must be empty."""
        with holding(self) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the file or link."""
        try:
            with holding(self) as (folder, name):
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def rename(self, target: Path) -> Path:  # type: ignore[override]
        """Give it another place, where nothing should be; see haven_fs.library.fileops.rename_new."""
        with holding(self) as (source_folder, old), holding(target) as (folder, new):
            os.rename(old, new, src_dir_fd=source_folder, dst_dir_fd=folder)
        return target

    def replace(self, target: Path) -> Path:  # type: ignore[override]
        """Give it the place of another."""
        replace(self, target)
        return target

    def readlink(self) -> Path:  # type: ignore[override]
        """Return where the link leads."""
        with holding(self) as (folder, name):
            return Path(os.readlink(name, dir_fd=folder))

    def symlink_to(self, target: Any, target_is_directory: bool = False) -> None:
        """Make a link."""
        with holding(self) as (folder, name):
            os.symlink(target, name, target_is_directory, dir_fd=folder)

    def _no_way(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"There is no way to do this to {self} that is sure to follow no link")

    # What would hand the path to the system whole.
    chmod = touch = hardlink_to = glob = rglob = walk = _no_way


def placed(root: bytes, *names: bytes) -> Beneath:
    """Return what the catalog has below a library's root: the path of its folder, which may be empty, and its name."""
    return Beneath(Path(os.fsdecode(root)), os.fsdecode(b"/".join(name for name in names if name)))


def below_of(root: Path, path: Path) -> Beneath:
    """Return a path below a root as one that is reached from there. Raises ValueError if it is not below it."""
    if isinstance(path, Beneath):
        return path
    below = path.relative_to(root).as_posix()
    return Beneath(root, "" if below == "." else below)


def _state(path: Path) -> os.stat_result | None:
    """Return the state of what is there, None if that is nothing. Raises OSError if the disk does not say."""
    try:
        return path.lstat()
    except ValueError:
        return None
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise


def open_file(path: Path, flags: int = os.O_RDONLY, mode: int = 0o666) -> int:
    """Return a descriptor of a regular file; `flags` and `mode` are those of os.open. Raises OSError."""
    flags |= _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | _CLOSED_FOR_CHILDREN
    descriptor = _open(path, flags, mode)
    if flags & os.O_CREAT and flags & os.O_EXCL and isinstance(path, Beneath):
        rights.as_meant(descriptor, mode)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    number = errno.EISDIR if stat.S_ISDIR(kind) else errno.ENXIO
    raise OSError(number, os.strerror(number), str(path))


def open_folder(path: Path) -> int:
    """Return a descriptor of a folder, to list or to sync it. Not on Windows. Raises OSError."""
    return _open(path, _LISTED, 0)


@contextmanager
def listing(path: Path) -> Iterator["Iterator[os.DirEntry[str]]"]:
    """Give the entries of a folder, which may be asked for their state while it lasts. Raises OSError."""
    if not HAS_DIR_FD:
        _check_links(path)
        with os.scandir(path) as entries:
            yield entries
        return
    descriptor = open_folder(path)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


@contextmanager
def holding(path: Path) -> Iterator[tuple[int | None, str]]:
    """Give the open folder that something is in, or is to be in, and its name there: what os functions call dir_fd.

    On Windows: None and the whole path. Errors of what is done meanwhile name the whole path. Raises OSError.
    """
    if not HAS_DIR_FD:
        _check_links(path.parent)
        yield None, str(path)
        return
    folder = _open(path.parent, _ENTERED, 0)
    try:
        yield folder, path.name
    except OSError as error:
        if error.filename == path.name:
            error.filename = str(path)
        raise
    finally:
        os.close(folder)


def utime(path: Path, ns: int) -> None:
    """Set the time of last access and change, nanoseconds since the epoch. Raises OSError."""
    with holding(path) as (folder, name):
        if os.utime in os.supports_follow_symlinks:
            os.utime(name, ns=(ns, ns), dir_fd=folder, follow_symlinks=False)
        else:
            os.utime(name, ns=(ns, ns))


def is_taken(path: Path) -> bool:
    """Tell whether a name is taken, if only by a link to nowhere. Raises OSError if that cannot be told."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def replace(source: Path, target: Path) -> None:
    """Give a file or folder the place of another. Raises OSError."""
    with holding(source) as (source_folder, old), holding(target) as (folder, new):
        os.replace(old, new, src_dir_fd=source_folder, dst_dir_fd=folder)


def room_in(folder: Path) -> int:
    """Return how many bytes are free on a folder's disk. Raises OSError."""
    if not HAS_DIR_FD:
        return shutil.disk_usage(folder).free
    descriptor = _open(folder, _ENTERED, 0)
    try:
        return shutil.disk_usage(descriptor).free
    finally:
        os.close(descriptor)


def _open(path: Path, flags: int, mode: int) -> int:
    """Open what is at a path. Raises OSError that names it."""
    try:
        if not isinstance(path, Beneath) or not path.below:
            # Of a plain path too the last name is no link, unless it is a folder that somebody chose.
            return os.open(str(path), flags, mode)
        if not HAS_DIR_FD:
            _check_links(path)
            descriptor = os.open(str(path), flags, mode)
            _check_links(path)
            return descriptor
        top = os.open(path.top, _ENTERED)
        try:
            return _open_at(top, path.below, flags | _NO_LINK, mode)
        finally:
            os.close(top)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, _LINK, str(path)) from error
        error.filename = str(path)
        raise


def _open_at(top: int, below: str, flags: int, mode: int) -> int:
    if _openat2 is not None:
        descriptor = _openat2(top, os.fsencode(below), flags, mode)
        if descriptor is not None:
            return descriptor
    *folders, name = below.split("/")
    here = top
    try:
        for folder in folders:
            inner = _open_name(here, folder, _ENTERED | _NO_LINK, 0)
            if here != top:
                os.close(here)
            here = inner
        return _open_name(here, name, flags, mode)
    finally:
        if here != top:
            os.close(here)


def _open_name(folder: int, name: str, flags: int, mode: int) -> int:
    try:
        return os.open(name, flags, mode, dir_fd=folder)
    except NotADirectoryError as error:  # which a link is, to some systems
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise OSError(errno.ELOOP, _LINK, name) from error
        raise


def _check_links(path: Path) -> None:
    """Raise OSError if any name below the root is that of a link, for systems that cannot be told not to follow."""
    if isinstance(path, Beneath):
        wanted = os.path.normpath(os.path.join(os.path.realpath(path.top), path.below))  # noqa: PTH118
        if os.path.realpath(str(path)) != wanted:
            raise OSError(errno.ELOOP, _LINK, str(path))
