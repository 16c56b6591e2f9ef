"""Libraries that may be written to, behind a server: what is in them on disk, and what the drive shows of it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from haven_fs.testing import make_photo
from helpers.dav import Client
from helpers.serving import Serving, haven, serve

REMOVED = ".haven-removed"


@dataclass(frozen=True)
class House:
    """A server with the writable libraries Lib and Other, and Fixed, which is only read."""

    serving: Serving
    lib: Path
    other: Path
    fixed: Path


@contextmanager
def housed(base: Path) -> Iterator[House]:
    """Serve three libraries; what is only read is bit for bit the same at the end."""
    roots = [base / name for name in ("Lib", "Other", "Fixed")]
    for number, root in enumerate(roots):
        for photo in range(3):
            make_photo(root / "2020" / f"IMG_{number}{photo}.jpg", f"2020-05-0{photo + 1} 12:00:00", size=(80, 60))
    before = contents(roots[2])
    haven("index", *roots, "--data", base / "data")
    for name in ("Lib", "Other"):
        haven("libraries", "set", name, "--writable", "--data", base / "data")
    with serve(data=base / "data") as serving:
        yield House(serving, *roots)
    assert contents(roots[2]) == before


def at(root: Path) -> str:
    """Return where the drive has a library, or the folder of a test in one."""
    inside = root.name.startswith("test")
    return f"/Originals/{root.parent.name}/{root.name}" if inside else f"/Originals/{root.name}"


def contents(root: Path, *, removed: bool = False) -> dict[str, str | None]:
    """Return every path below a root, with what is in the file; None of a folder."""
    return {
        path.relative_to(root).as_posix(): None if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if removed or REMOVED not in path.parts
    }


def listed(dav: Client, path: str) -> dict[str, str | None]:
    """Return the same as the drive shows it."""
    found: dict[str, str | None] = {}
    for member in dav.walk(path):
        name = member.href.removeprefix(dav.folder + path)
        body = None if member.is_folder else hashlib.sha256(dav("GET", member.href).body).hexdigest()
        found[unquote(name.rstrip("/"))] = body
    return found
