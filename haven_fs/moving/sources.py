"""The files of an export, wherever they are: in folders, in zips, in tars. They are only read, and never trusted.

An export is often split over several archives that make one tree together. Names in archives are never used as paths;
links are not followed; no file may grow beyond the size that it is listed with.
"""

import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

from haven_fs.errors import UserError

MOST_FILES = 5_000_000
_ARCHIVES = (".zip", ".tgz", ".tar.gz", ".tar")
_SWOLLEN = 500
"""A file that was packed to less than this part of itself is no picture: an archive may claim petabytes."""
_BLOCK = 1 << 20
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an export. `path`: in the export, with "/". `order`: where it lies, for reading in one go.

    `file`: where it is on disk, None if it is packed or far away. `sha1`: of what is in it, if the source says.
    """

    path: str
    size: int
    order: tuple[int, int]
    opened: Callable[[], BinaryIO] = field(compare=False, repr=False)
    file: Path | None = None
    sha1: bytes | None = None

    @property
    def name(self) -> str:
        """The last name of its path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of the folder that it is in."""
        return self.path.rpartition("/")[0]

    def blocks(self) -> Iterator[bytes]:
        """Give what is in it, a megabyte at a time. Raises OSError, also if it is not as long as it is listed with."""
        done = 0
        try:
            with self.file.open("rb") if self.file is not None else self.opened() as file:
                while block := file.read(_BLOCK):
                    done += len(block)
                    if done > self.size:
                        break
                    yield block
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise OSError(5, f"the archive is damaged ({error})") from error
        except HTTPException as error:
            raise OSError(5, f"it did not arrive whole ({error})") from error
        except OSError:
            raise
        except Exception as error:  # what decompressors raise
            raise OSError(5, f"the archive is damaged ({error})") from error
        if done != self.size:
            raise OSError(5, "it is not as long as it should be")

    def head(self, length: int) -> bytes:
        """Return its first bytes, or all of a shorter file. Raises OSError."""
        try:
            with self.opened() as file:
                return file.read(length)
        except OSError:
            raise
        except Exception as error:
            raise OSError(5, f"the archive is damaged ({error})") from error


@dataclass(slots=True)
class Files:
    """The files of an export, and what was left out of it: paths with the reason."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    archives: list[object] = field(default_factory=list)

    def close(self) -> None:
        """Close the archives."""
        for one in self.archives:
            one.close()  # type: ignore[attr-defined]


def is_archive(path: Path) -> bool:
    """Tell whether a file is one that `read_files` looks into."""
    return path.name.lower().endswith(_ARCHIVES) and path.is_file()


def read_files(paths: Sequence[Path]) -> Files:
    """List the files in folders and archives; an archive in a folder that is given counts too. Raises UserError."""
    found = Files()
    for path in paths:
        if path.is_dir():
            archives = sorted(one for one in path.iterdir() if is_archive(one))
            for archive in archives:
                _read_archive(archive, found)
            _read_folder(path, found, {str(one) for one in archives})
        elif is_archive(path):
            _read_archive(path, found)
        elif path.exists():
            raise UserError(f"{path} is no folder, zip or tgz. Give the export's folder, or its archives.")
        else:
            raise UserError(f"{path} is not there.")
    return found


def _read_folder(root: Path, found: Files, besides: set[str]) -> None:
    number = len(found.archives)
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in list(folders):
            if Path(folder, name).is_symlink():
                folders.remove(name)
                found.left_out.append((str(Path(folder, name)), "it is a link"))
        for name in sorted(files):
            path = Path(folder, name)
            if str(path) in besides:
                continue
            below = path.relative_to(root).as_posix()
            try:
                state = path.lstat()
            except OSError as error:
                found.left_out.append((below, f"it cannot be read: {error.strerror}"))
                continue
            if not path.is_file() or path.is_symlink():
                found.left_out.append((below, "it is a link" if path.is_symlink() else "it is no file"))
                continue
            order = (number, len(found.entries))
            _add(found, Entry(below, state.st_size, order, _opener(path), path))


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _read_archive(path: Path, found: Files) -> None:
    try:
        if path.name.lower().endswith(".zip"):
            _read_zip(path, found)
        else:
            _read_tar(path, found)
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}. Download that part of the export again.") from error


def _read_zip(path: Path, found: Files) -> None:
    archive = zipfile.ZipFile(path)
    number = len(found.archives)
    found.archives.append(archive)
    for one in archive.infolist():
        if one.is_dir():
            continue
        reason = _unsafe(one.filename)
        if one.flag_bits & _ENCRYPTED:
            reason = "it is encrypted"
        elif (one.external_attr >> 16) & 0o170000 == 0o120000:
            reason = "it is a link"
        elif one.file_size > _BLOCK and one.file_size > max(one.compress_size, 1) * _SWOLLEN:
            reason = "it would grow too much when it is unpacked"
        if reason:
            found.left_out.append((one.filename, reason))
            continue
        _add(found, Entry(one.filename, one.file_size, (number, one.header_offset), _unzips(archive, one)))


def _unzips(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: archive.open(one)  # type: ignore[return-value]


def _read_tar(path: Path, found: Files) -> None:
    archive = tarfile.open(path)  # noqa: SIM115 - it stays open as long as its files are read
    number = len(found.archives)
    found.archives.append(archive)
    for one in archive:
        if one.isdir():
            continue
        reason = _unsafe(one.name) if one.isreg() else "it is a link or a device"
        if reason:
            found.left_out.append((one.name, reason))
            continue
        _add(found, Entry(one.name.removeprefix("./"), one.size, (number, one.offset_data), _untars(archive, one)))


def _untars(archive: tarfile.TarFile, one: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        file = archive.extractfile(one)
        assert file is not None
        return file  # type: ignore[return-value]

    return opened


def _add(found: Files, entry: Entry) -> None:
    if len(found.entries) >= MOST_FILES:
        raise UserError(f"There are more than {MOST_FILES:,} files here. Import the parts one after the other.")
    found.entries.append(entry)


def _unsafe(path: str) -> str:
    """Return why a path of an archive is not taken, "" if it is."""
    if path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or "\0" in path:
        return "its path leads out of the archive"
    return ""
