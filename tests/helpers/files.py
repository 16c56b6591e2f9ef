"""What is in folders on disk, for tests that say that originals are as they were and nothing is left behind."""

import hashlib
from pathlib import Path


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


def drafts(folder: Path) -> list[Path]:
    """Return what unfinished uploads have left in a folder."""
    return [path for path in folder.rglob("*") if path.name.startswith((".haven-part-", ".part-"))]
