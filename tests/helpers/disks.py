"""Small disks of their own, to fill up and to have fail; they are root's to mount."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of that size on a folder until the block ends. Skips the test for those who may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "haven-test", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def fill(folder: Path) -> Path:
    """Write a file that takes all the room on the folder's disk; delete it to make room again."""
    path = folder / ".filler"
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 9, 1):
            block = os.urandom(size)
            try:
                while True:
                    file.write(block)
            except OSError:
                continue
    return path


@contextmanager
def failing_disk(folder: Path, megabytes: int) -> Iterator[Callable[[], None]]:
    """Mount a disk on a folder until the block ends; what is given has its file system stop at an error, as ext4 does.

    From then on nothing can be written to it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    image = folder.with_name(f"{folder.name}.img")
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    _run("mkfs.ext4", "-q", "-F", str(image))
    _mount("-o", "loop", str(image), str(folder))
    try:
        yield lambda: _run("mount", "-o", "remount,abort", str(folder))
    finally:
        _run("umount", "--lazy", str(folder))


def _mount(*arguments: str) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount disks")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"disks cannot be mounted here: {done.stderr.strip()}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
