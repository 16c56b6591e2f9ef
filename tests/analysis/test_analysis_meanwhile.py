"""What is found in a group of files counts only if it is still the same group when that is stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.packets import packet

from haven_fs.analysis import due
from haven_fs.analysis.jobs import Group
from haven_fs.analysis.worker import look_into
from haven_fs.catalog.findings import GroupFound
from haven_fs.catalog.photos import PhotoStore


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path) as home:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            home.add(name)
        home.add_library(writable=True)
        home.index()
        yield home


def _at(home: Home, name: str) -> str:
    return f"/Originals/{home.root.name}/{name}"


def _look(home: Home, file: str) -> GroupFound:
    """Look into the group that a file is in, as if its time were another than before, and store nothing yet."""
    with home.catalog.write() as w:
        w.db.execute(
            "UPDATE original SET probed = 0 WHERE stem = (SELECT stem FROM original WHERE file = ?)", (file.encode(),)
        )
    (id_,) = home.query("SELECT id FROM original WHERE file = ?", file.encode())
    with home.catalog.read() as db:
        group = due.group_of(db, id_)
    assert isinstance(group, Group)
    (found,) = look_into([group], {})
    return found


def _store(home: Home, found: GroupFound) -> None:
    with home.catalog.write() as w:
        PhotoStore(w).put_groups([found])
    home.index()


def test_a_backup_that_gets_a_name_of_its_own(home: Home) -> None:
    (home.root / "b.jpg").rename(home.root / "a.jpg~")
    home.index()
    found = _look(home, "a.jpg~")
    home.move(_at(home, "a.jpg~"), _at(home, "z.jpg"))
    _store(home, found)
    assert home.seen()["z.jpg"].role == "main"


def test_a_photo_that_comes_beside_its_backup(home: Home) -> None:
    (home.root / "b.jpg").rename(home.root / "a.jpg~")
    (home.root / "a.jpg").unlink()
    home.index()
    found = _look(home, "a.jpg~")
    home.move(_at(home, "c.jpg"), _at(home, "a.jpg"))
    _store(home, found)
    assert home.seen()["a.jpg~"].role == "backup"


def test_a_photo_that_comes_to_its_sidecar(home: Home) -> None:
    """As an import has it, which stores the sidecar first, beside an indexer that is looking into that alone."""
    (home.root / "d.jpg.xmp").write_bytes(packet("<dc:title>Sea</dc:title>"))
    home.index()
    found = _look(home, "d.jpg.xmp")
    home.add("d.jpg")
    home.index()
    with home.catalog.write() as w:
        PhotoStore(w).put_groups([found])
    photo_ids = home.query("SELECT photo_id FROM original WHERE file IN (?, ?)", b"d.jpg", b"d.jpg.xmp")
    assert len(photo_ids) == 2 and len(set(photo_ids)) == 1
