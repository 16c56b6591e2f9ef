"""`haven repair` and a damaged catalog: nothing is hidden, the damaged file stays, what can be saved is saved."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from helpers.damage import cut, leaves_of, overwrite, settle_log, spoil
from helpers.dav import Client
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.testing import make_photo

PHOTOS = 120
TABLES = ("original_shown", "name", "analysis", "album_photo", "original", "photo", "correction", "copy_details")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that knows photos and was told some things about them, beside its library."""
    folder = tmp_path_factory.mktemp("told")
    for number in range(PHOTOS):
        make_photo(folder / f"Pictures/{number // 40}/IMG_{number:03}.jpg", f"20{10 + number % 10}-05-04 12:00:00")
    haven("index", folder / "Pictures", "--data", folder / "data")
    with serve(data=folder / "data", inbox=folder / "Inbox") as serving, Client(serving.url) as client:
        for album in range(8):
            assert client("MKCOL", f"/Albums/Album-{album}").status == 201
            for number in range(album * 10, album * 10 + 10):
                source, target = f"/Originals/Pictures/{number // 40}/IMG_{number:03}.jpg", f"/Albums/Album-{album}"
                assert client.transfer("COPY", source, f"{target}/IMG_{number:03}.jpg").status == 201
        assert client("MKCOL", "/Search/beach").status == 201
    settle_log(folder / "data/catalog.sqlite")
    return folder


@pytest.fixture
def data(told: Path, tmp_path: Path) -> Path:
    shutil.copytree(told / "data", tmp_path / "data")
    return tmp_path / "data"


def facts(data: Path) -> dict[str, Any]:
    """Return what owners said, and what it is about, by names that outlast a catalog."""
    queries = {
        "albums": "SELECT name FROM album ORDER BY 1",
        "in albums": "SELECT a.name, o.file FROM album_photo x JOIN album a ON a.id = x.album_id"
        " JOIN photo p ON p.id = x.photo_id JOIN original o ON o.id = p.main_id ORDER BY 1, 2",
        "photos": "SELECT o.file, o.name, p.day FROM photo p JOIN original o ON o.id = p.main_id WHERE p.shown"
        " ORDER BY 1",
        "searches": "SELECT parent, name FROM made ORDER BY 1, 2",
    }
    with closing(sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)) as db:
        return {name: db.execute(query).fetchall() for name, query in queries.items()}


def asides(data: Path) -> list[Path]:
    return sorted(data.glob("catalog-damaged-*.sqlite"))


def test_a_sound_catalog_has_nothing_to_repair(data: Path) -> None:
    before = (data / "catalog.sqlite").read_bytes()
    assert "nothing to repair" in haven("repair", "--data", data).stdout
    assert (data / "catalog.sqlite").read_bytes() == before and not asides(data)


@pytest.mark.parametrize(("name", "garbage"), [(name, bool(n % 2)) for n, name in enumerate(TABLES)])
def test_a_damaged_page_costs_no_fact(data: Path, name: str, garbage: bool) -> None:
    before = facts(data)
    spoil(data / "catalog.sqlite", name, garbage=garbage)
    damaged = (data / "catalog.sqlite").read_bytes()
    doctor = haven("doctor", "--data", data, check=False)
    assert doctor.returncode == 1 and "haven repair" in doctor.stdout, doctor.stdout
    done = haven("repair", "--data", data)
    assert asides(data)[0].read_bytes() == damaged
    assert str(asides(data)[0]) in done.stdout and "haven index" in done.stdout
    if name == "original_shown":
        assert "nothing was lost" in done.stdout
    assert len(done.stderr.splitlines()) < 10 and "_" not in done.stderr.replace(str(data), ""), done.stderr
    assert not [line for line in done.stdout.splitlines() if "_" in line and line.startswith(("Sa", "Co", "So"))]
    haven("index", "--data", data)
    after = facts(data)
    lost = name in ("original", "photo")
    for what in before:
        if lost and what == "in albums":  # those come from the record, see haven_fs.catalog.record
            assert set(after[what]) <= set(before[what]), done.stdout
        else:
            assert after[what] == before[what], (what, done.stdout)
    assert "PROBLEM: The catalog is damaged" not in haven("doctor", "--data", data, check=False).stdout


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: path.write_bytes(b"\xff" * 8192), "it is not a SQLite database"),
        (cut, "its end is missing"),
        (lambda path: overwrite(path, 1), "it is not a SQLite database"),
    ],
)
def test_what_is_plainly_damaged_is_never_taken_for_new(
    data: Path, told: Path, damage: Callable[[Path], object], says: str
) -> None:
    path = data / "catalog.sqlite"
    damage(path)
    damaged = path.read_bytes()
    for command in ("index", "status", "doctor", "serve", "log"):
        done = haven(command, "--data", data, check=False)
        assert done.returncode == 1, (command, done.stdout)
        assert says in done.stdout + done.stderr and "haven repair" in done.stdout + done.stderr, (command, done)
    assert path.read_bytes() == damaged
    done = haven("repair", "--data", data)
    assert says in done.stdout and asides(data)[0].read_bytes() == damaged
    haven("index", "--data", data, told / "Pictures")
    assert len(facts(data)["photos"]) == PHOTOS


def test_another_programs_database_is_left_alone(data: Path) -> None:
    path = data / "catalog.sqlite"
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipe (name TEXT)")
    before = path.read_bytes()
    for command in ("index", "repair", "doctor"):
        done = haven(command, "--data", data, check=False)
        assert done.returncode == 1 and "not a catalog of Haven" in done.stdout + done.stderr
    assert path.read_bytes() == before


def test_a_page_that_is_damaged_while_serving(data: Path, told: Path) -> None:
    for name in ("album_photo", "album"):
        settle_log(data / "catalog.sqlite")
        overwrite(data / "catalog.sqlite", leaves_of(data / "catalog.sqlite", name)[-1])
    with serve(data=data, settled=False) as serving, Client(serving.url) as client:
        said = client("GET", "/Albums/", Accept="text/html")
        assert said.status == 503 and b"haven repair" in said.body
        assert client("PROPFIND", "/Albums/", Depth="1").status == 503
        for method, path in (("MKCOL", "/Search/dogs"), ("PUT", "/Inbox/x.jpg"), ("MKCOL", "/Albums/More")):
            answer = client(method, path, b"x" if method == "PUT" else None)
            assert answer.status == 503 and "haven repair" in answer.reason(), (method, path)
        assert not list((told / "Inbox").iterdir())
        assert client("PROPFIND", "/Timeline/", Depth="1").status == 207
        _tells(serving, client)


def _tells(serving: Serving, client: Client) -> None:
    """The page, `haven status` and the log say what is wrong; the log says it once."""
    trouble = wait_for(lambda: serving.status()["trouble"], "the trouble to be told")
    assert "haven repair" in trouble
    assert "haven repair" in json.loads(client("GET", "/.haven/progress").body)["says"]
    log = (serving.data.parent / "data.log").read_text()
    assert log.count("is damaged (") == 1 and "Traceback" not in log
