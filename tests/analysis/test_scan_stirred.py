"""Files that were written anew and given back their size and time, and such as were only touched."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.home import Home
from PIL import Image

from haven_fs.catalog import stirred


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes in place, as `exiftool -overwrite_original_in_place -P` does."""
    before = path.stat()
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    with path.open("r+b") as file:
        file.write(data.replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def home_2024(home: Home) -> Home:
    for name in ("a.jpg", "b.jpg"):
        home.add(f"Trip/{name}", "2024-05-04 12:00:00", image=Image.effect_noise((320, 240), 60).convert("RGB"))
        os.utime(home.root / "Trip" / name, (1_714_000_000, 1_714_000_000))
    home.index()
    assert home.list("/Timeline/2024/2024-05") == ["a.jpg", "b.jpg"]
    return home


def dates(home: Home) -> list[int]:
    query = "SELECT p.day FROM photo p JOIN original o ON o.id = p.main_id ORDER BY o.file"
    with home.catalog.read() as db:
        return [day for (day,) in db.execute(query)]


def ctimes(home: Home) -> list[int]:
    with home.catalog.read() as db:
        return [ctime for (ctime,) in db.execute("SELECT ctime_ns FROM original ORDER BY file")]


@pytest.mark.parametrize("how", ["walk", "watch"])
def test_an_edit_that_keeps_size_and_time_is_noticed(home_2024: Home, how: str) -> None:
    rewrite(home_2024.root / "Trip/a.jpg", b"2024:05:04", b"2019:05:04")
    home_2024.index() if how == "walk" else home_2024.look({"Trip"})
    assert dates(home_2024) == [20190504, 20240504]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_p(home_2024: Home) -> None:
    path = home_2024.root / "Trip/a.jpg"
    before = path.stat()
    command = ["exiftool", "-q", "-P", "-overwrite_original", "-DateTimeOriginal=2019:05:04 12:00:00", str(path)]
    subprocess.run(command, check=True, timeout=60)
    photo = home_2024.seen()["Trip/a.jpg"].photo
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    home_2024.index()
    assert dates(home_2024) == [20190504, 20240504]
    assert home_2024.seen()["Trip/a.jpg"].photo == photo


def test_new_rights_are_not_a_change(home_2024: Home) -> None:
    query = "SELECT o.seq, p.seq, o.probed, o.hashed FROM photo p JOIN original o ON o.id = p.main_id"
    before, noted = home_2024.query(query), ctimes(home_2024)
    (home_2024.root / "Trip/a.jpg").chmod(0o600)
    home_2024.index()
    assert home_2024.query(query) == before
    now = ctimes(home_2024)
    assert now[0] != noted[0] and now[1] == noted[1]


def test_a_walk_looks_at_a_bounded_number_and_the_next_at_the_rest(
    home_2024: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stirred, "MOST_STIRRED", 1)
    for name in ("a.jpg", "b.jpg"):
        rewrite(home_2024.root / "Trip" / name, b"2024:05:04", b"2019:05:04")
    home_2024.index()
    assert sorted(dates(home_2024)) == [20190504, 20240504]
    home_2024.index()
    assert dates(home_2024) == [20190504, 20190504]


def test_a_catalog_from_before_learns_it_without_reading_a_file(
    home_2024: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home_2024.catalog.write() as w:
        w.db.execute("UPDATE original SET ctime_ns = NULL")
    read: list[object] = []
    monkeypatch.setattr(stirred, "fingerprint", lambda *args: read.append(args))
    home_2024.index()
    assert read == []
    now = [(home_2024.root / "Trip" / name).stat().st_ctime_ns for name in ("a.jpg", "b.jpg")]
    assert ctimes(home_2024) == now
