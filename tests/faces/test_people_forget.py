"""Forgetting somebody: nothing of the face or the name is left in any file, and it stays so."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.catalogs import open_catalog
from helpers.home import Home
from helpers.people import LEFT, RIGHT, SPACE, face, group, looks, members, plant, say
from helpers.scrubbing import full_disk
from helpers.serving import haven

from haven_faces.forget import forget, scrub
from haven_faces.people import People
from haven_faces.persons import find_person
from haven_fs.catalog.findings import Analysis

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 7)]
NAME = "Zacharias Q"


def vector(person: int, photo: str) -> np.ndarray:
    return looks(person, turn=0.3, seed=PHOTOS.index(photo))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Six photos with two people in each, one of them named, and corrected here and there."""
    made = Home(tmp_path)
    for photo in PHOTOS:
        made.add(photo)
    made.index()
    for photo in PHOTOS:
        plant(made, photo, [(LEFT, vector(1, photo)), (RIGHT, vector(2, photo))])
    first, second = group(made, PHOTOS), group(made, PHOTOS, RIGHT)
    with made.catalog.write(by="") as w:
        people = People(w)
        people.rename(first, "Zach")
        people.rename(first, NAME)
        people.rename(second, "Bob")
        people.deny(photo_id(made, PHOTOS[0]), first)
        people.add(photo_id(made, PHOTOS[1]), first)
        people.finish()
    made.catalog.vectors.store._keep_up(SPACE, least=1)
    yield made
    made.close()


def photo_id(home: Home, name: str) -> int:
    with home.catalog.read() as db:
        return int(db.execute("SELECT photo_id FROM original WHERE name = ?", (name,)).fetchone()[0])


def on_disk(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def found_in(files: dict[str, bytes], what: bytes) -> set[str]:
    return {name for name, data in files.items() if what in data}


def test_nothing_is_left_in_any_file(home: Home) -> None:
    traces = [vector(1, photo).astype("<f2").tobytes()[:48] for photo in PHOTOS]
    names = [b"Zach", b"zach", NAME.encode(), NAME.casefold().encode()]
    home.catalog.close()  # what is still in a log goes into the files
    home.catalog = open_catalog(home.data)
    files = on_disk(home.data)
    # The check can fail: all is there before.
    assert all(len(found_in(files, trace)) >= 2 for trace in traces), "in the database and in its copy"
    assert {"catalog.sqlite", "corrections.jsonl"} <= found_in(files, NAME.encode())
    done = forget(home.catalog, home.settings, NAME.upper())
    assert done is not None and done.faces == 5 and done.photos == 6
    for _ in range(2):  # while it runs, and after its end
        files = on_disk(home.data)
        left = {trace: found for trace in [*traces[1:], *names] if (found := found_in(files, trace))}
        assert not left
        home.catalog.close()
        home.catalog = open_catalog(home.data)
    assert members(home) == {"Bob": set(PHOTOS)}
    others = [home.catalog.vectors.store.get(SPACE, photo_id(home, photo)) for photo in PHOTOS[1:]]
    assert [len(one) for one in others] == [1] * 5
    assert np.allclose(np.concatenate(others), [vector(2, photo) for photo in PHOTOS[1:]], atol=2e-3)
    assert forget(home.catalog, home.settings, NAME) is None


def test_it_stays_forgotten(home: Home) -> None:
    forget(home.catalog, home.settings, NAME)
    for photo in PHOTOS[1:]:  # found again by another version, and named by the file
        slightly = tuple(side + 0.005 for side in LEFT)
        plant(home, photo, [(slightly, vector(1, photo)), (RIGHT, vector(2, photo))], version=2)
        named = [face([0.05, 0.15, 0.35, 0.55], None, name="zach"), face(list(RIGHT), None, name="Bob")]
        say(home, photo_id(home, photo), "names", Analysis(1, json.dumps({"regions": named})))
    assert members(home) == {"Bob": set(PHOTOS)}
    for photo in PHOTOS[1:]:
        (kept,) = home.catalog.vectors.store.get(SPACE, photo_id(home, photo))
        assert np.allclose(kept, vector(2, photo), atol=2e-3)
    with home.catalog.read() as db:
        assert db.execute("SELECT count(*) FROM face WHERE space IS NOT NULL").fetchone() == (7,)
        assert find_person(db, "Zach", hidden=True) is None


def test_whom_others_were_merged_into(home: Home) -> None:
    with home.catalog.write(by="") as w:
        people = People(w)
        bob, zach = find_person(w.db, "Bob"), find_person(w.db, NAME)
        assert bob and zach
        people.merge(bob, zach)
        people.hide(zach)
        people.finish()
    done = forget(home.catalog, home.settings, NAME)
    assert done is not None and done.faces == 11
    assert members(home) == {}
    for photo in PHOTOS[1:]:
        assert not len(home.catalog.vectors.store.get(SPACE, photo_id(home, photo)))
    with home.catalog.read() as db:
        for table in ("person", "person_alias", "not_person", "correction"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (table == "correction",), table


def test_files_that_were_not_rewritten_are_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with full_disk(monkeypatch):
        forget(home.catalog, home.settings, NAME)
    assert found_in(on_disk(home.data), NAME.encode())
    scrub(home.catalog)
    assert not found_in(on_disk(home.data), NAME.encode())


def test_the_command(home: Home) -> None:
    home.catalog.close()
    listed = json.loads(haven("people", "list", "--json", "--data", home.data).stdout)
    assert listed == [
        {"name": "Bob", "photos": 6, "hidden": False},
        {"name": NAME, "photos": 5, "hidden": False},
    ]
    asked = haven("people", "forget", NAME, "--data", home.data, check=False)
    assert asked.returncode == 1 and "--yes" in asked.stderr
    done = haven("people", "forget", NAME, "--yes", "--data", home.data)
    assert "5 faces in 6 photos" in done.stdout
    again = haven("people", "forget", NAME, "--yes", "--data", home.data, check=False)
    assert again.returncode == 1 and "haven people list" in again.stderr
    assert "Bob" in haven("people", "list", "--data", home.data).stdout
    home.catalog = open_catalog(home.data)
