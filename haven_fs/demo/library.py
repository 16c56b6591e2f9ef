"""Writing the demo library to disk, so that a run that was killed leaves nothing half made."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from haven_fs.demo.faces_album import people_photos
from haven_fs.demo.odd import odd
from haven_fs.demo.plan import Item, ordinary
from haven_fs.errors import UserError

DONE = ".haven-demo"
"""Written last: the library is whole."""
MAKING = ".haven-demo-making"
"""Written first: what is being made, so that a later run makes the rest of the same."""
PART = ".haven-demo-part-"


def make_demo_library(folder: Path, *, photos: int = 60, seed: int = 1, today: date | None = None) -> Path:
    """Make a library of `photos` drawn photos, photos of people and about twenty odd files in `folder`; returns it.

    The same arguments make the same library. Some photos are of `today` (the computer's, unless given) in earlier
    years. A whole library stays as it is and one that was begun is completed, both whatever the arguments. Raises
    UserError if the folder holds anything else, OSError if it cannot be written.
    """
    if (folder / DONE).exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    begun = _begun(folder)
    if begun is None:
        if any(not path.name.startswith(PART) for path in folder.iterdir()):
            raise UserError(f"{folder} contains other files. Choose an empty folder for the demo.")
        begun = (photos, seed, today or date.today())
        _write(folder / MAKING, json.dumps([begun[0], begun[1], begun[2].isoformat()]).encode(), None)
    items = [*ordinary(*begun), *odd(*begun[1:]), *people_photos(*begun[1:])]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for _ in pool.map(lambda item: _make(folder, item), items):
            pass
    for left in folder.rglob(f"{PART}*"):
        left.unlink()  # from a run that was killed
    (folder / MAKING).replace(folder / DONE)
    return folder


def _begun(folder: Path) -> tuple[int, int, date] | None:
    try:
        photos, seed, today = json.loads((folder / MAKING).read_text(encoding="utf-8"))
        return int(photos), int(seed), date.fromisoformat(today)
    except FileNotFoundError:
        return None


def _make(folder: Path, item: Item) -> None:
    path = folder / item.path
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, item.make(), item.instant.timestamp())


def _write(path: Path, data: bytes, mtime: float | None) -> None:
    part = path.with_name(PART + path.name)
    part.write_bytes(data)
    if mtime is not None:
        os.utime(part, (mtime, mtime))
    part.replace(path)
