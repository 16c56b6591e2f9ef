"""What is in folders on disk, for tests that say that originals are as they were and nothing is left behind."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Seen = TypeVar("Seen")


def digests(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path there."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def states(root: Path) -> dict[str, tuple[str, int]]:
    """Return the same with the time each file was last changed, in nanoseconds."""
    return {path: (digest, (root / path).stat().st_mtime_ns) for path, digest in digests(root).items()}


def undisturbed(look: Callable[[], Seen]) -> Seen:
    """Return what a look at folders gives once nothing goes amid it: a server may be tidying up there after a kill."""
    for _ in range(100):
        try:
            return look()
        except FileNotFoundError:
            time.sleep(0.02)
    return look()


def drafts(folder: Path) -> list[Path]:
    """Return what unfinished uploads have left in a folder."""
    return [path for path in folder.rglob("*") if path.name.startswith((".haven-part-", ".part-"))]
