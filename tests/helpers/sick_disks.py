"""A disk that can be told what fails: a FUSE file system that passes everything on to a folder, and errors where asked.

python sick_disks.py FOLDER MOUNT TOLD serves it; TOLD is a file of JSON, read at each call: [[PATTERN, NUMBER], ...].
Unlike a preloaded library it meets every process and every call, sendfile and openat2 too.
"""

import errno
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE = 30.0


class SickDisk:
    """The disk mounted on `root`; `folder` has its files, which never fail."""

    def __init__(self, root: Path, folder: Path, told: Path) -> None:
        self.root, self.folder, self._told = root, folder, told
        self.heal()

    def fail(self, *patterns: str, number: int = errno.EIO) -> None:
        """Have what is done with paths below the root fail from now on that are like a pattern, such as "a/*.jpg".

        Only contents fail, of files and folders: names and sizes can be asked for.
        """
        self._write([[pattern, number] for pattern in patterns])

    def heal(self) -> None:
        """Have nothing fail."""
        self._write([])

    def go(self) -> None:
        """Have the disk go away while it is in use, as if its cable is pulled: its mount point is an empty folder."""
        subprocess.run(["umount", "--lazy", str(self.root)], check=True)

    def _write(self, failing: list[list[Any]]) -> None:
        draft = self._told.with_suffix(".part")
        draft.write_text(json.dumps(failing))
        draft.replace(self._told)


@contextmanager
def sick_disk(folder: Path, root: Path) -> Iterator[SickDisk]:
    """Mount a folder's files on `root` until the block ends. Skips the test where that cannot be done."""
    import pytest

    has_fuse = os.access("/dev/fuse", os.W_OK) and shutil.which("fusermount3")
    if sys.platform != "linux" or os.geteuid() or not has_fuse:
        pytest.skip("only root may mount disks of its own, with FUSE")
    folder.mkdir(parents=True, exist_ok=True)
    root.mkdir(parents=True, exist_ok=True)
    told = folder.with_name(f"{folder.name}.fails")
    disk = SickDisk(root, folder, told)
    process = subprocess.Popen([sys.executable, __file__, folder, root, told])
    try:
        until = time.monotonic() + _PATIENCE
        while not root.is_mount():
            assert process.poll() is None and time.monotonic() < until, "the disk cannot be mounted"
            time.sleep(0.05)
        yield disk
    finally:
        if root.is_mount():
            disk.go()
        process.terminate()
        process.wait(timeout=_PATIENCE)


def _serve(folder: str, mount: str, told: Path) -> None:
    import mfusepy

    class Disk(mfusepy.Operations):  # type: ignore[misc]
        use_ns = True

        def _check(self, path: str) -> Path:
            for pattern, number in json.loads(told.read_text()):
                if fnmatch.fnmatch(path.lstrip("/"), pattern):
                    raise mfusepy.FuseOSError(number)
            return Path(folder + path)

        def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
            found = os.lstat(folder + path)
            times = {name: getattr(found, f"{name}_ns") for name in ("st_atime", "st_mtime", "st_ctime")}
            names = ("st_gid", "st_mode", "st_nlink", "st_size", "st_uid", "st_ino")
            return times | {name: getattr(found, name) for name in names}

        def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
            found = ((one.name, one.lstat()) for one in self._check(path).iterdir())
            return [(name, {"st_mode": one.st_mode, "st_ino": one.st_ino}, 0) for name, one in found]

        def open(self, path: str, flags: int) -> int:
            return os.open(self._check(path), flags)

        def create(self, path: str, mode: int, fi: Any = None) -> int:
            return os.open(self._check(path), os.O_RDWR | os.O_CREAT, mode)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            self._check(path)
            return os.pread(fh, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            self._check(path)
            return os.pwrite(fh, data, offset)

        def release(self, path: str, fh: int) -> int:
            os.close(fh)
            return 0

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            os.fsync(fh)
            return 0

        def mkdir(self, path: str, mode: int) -> int:
            self._check(path).mkdir(mode)
            return 0

        def rename(self, old: str, new: str, flags: int = 0) -> int:
            self._check(old).rename(self._check(new))
            return 0

        def unlink(self, path: str) -> int:
            self._check(path).unlink()
            return 0

        def rmdir(self, path: str) -> int:
            self._check(path).rmdir()
            return 0

        def chmod(self, path: str, mode: int) -> int:
            self._check(path).chmod(mode)
            return 0

        def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
            os.utime(self._check(path), ns=times)
            return 0

        def statfs(self, path: str) -> dict[str, int]:
            found = os.statvfs(folder + path)
            return {name: getattr(found, name) for name in ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize")}

    mfusepy.FUSE(Disk(), mount, foreground=True, nothreads=True, attr_timeout=0, entry_timeout=0, use_ino=True)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
