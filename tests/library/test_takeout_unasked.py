"""An export of Google Photos that lies in a library, unpacked and never imported: what its files say shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.rebuilding import export, rebuilt

from haven_fs.catalog.skipped import skipped
from haven_fs.testing import Home

ALBUM = {"title": "Italy: 2018", "description": "", "access": "protected", "date": {"timestamp": "1500000000"}}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty library."""
    with Home(tmp_path / "home") as home:
        yield home


def add(home: Home, path: str, **more: Any) -> None:
    """Add a picture without a date, and what Google says of it."""
    home.add(path, None)
    notes = {"title": Path(path).name, "photoTakenTime": {"timestamp": "1341150000"}, **more}
    (home.root / f"{path}.supplemental-metadata.json").write_text(json.dumps(notes))


def describe(home: Home, folder: str, found: dict[str, Any], name: str = "metadata.json") -> Path:
    """Say of a folder what Google does."""
    path = home.root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return path


def albums(home: Home) -> dict[str, list[str]]:
    """Return the albums and what is in them."""
    found = [name.removesuffix("/") for name in home.list("/Albums") if name.endswith("/")]
    return {name: list(home.list(f"/Albums/{name}")) for name in found}


def test_folders_with_a_title_are_albums(home: Home) -> None:
    for folder in ("Italy", "Trip", "Trip(1)", "Photos from 2012", "2012-07-01", "None"):
        add(home, f"{folder}/{folder.lower()}.jpg")
    describe(home, "Italy", ALBUM)
    describe(home, "Trip", {"albumData": {**ALBUM, "title": "Trip"}}, "Metadaten.json")
    describe(home, "Trip(1)", {**ALBUM, "title": "Trip"})
    describe(home, "Photos from 2012", {**ALBUM, "title": "Photos from 2012"})
    describe(home, "2012-07-01", {**ALBUM, "title": "2012-07-01"})
    describe(home, "None", {**ALBUM, "title": ""})
    home.index()
    assert albums(home) == {"Italy_ 2018": ["italy.jpg"], "Trip": ["trip.jpg"], "Trip (2)": ["trip(1).jpg"]}


def test_albums_follow_what_is_said_of_their_folders(home: Home) -> None:
    add(home, "a/1.jpg")
    home.index()
    assert albums(home) == {}
    said = describe(home, "a", ALBUM)
    home.index()
    assert albums(home) == {"Italy_ 2018": ["1.jpg"]}
    add(home, "a/2.jpg")
    home.index()
    assert albums(home) == {"Italy_ 2018": ["1.jpg", "2.jpg"]}
    describe(home, "a", {**ALBUM, "title": "Rome"})
    home.index()
    assert albums(home) == {"Rome": ["1.jpg", "2.jpg"]}
    (home.root / "a/1.jpg").rename(home.root / "1.jpg")
    home.index()
    assert albums(home) == {"Rome": ["2.jpg"]}
    said.unlink()
    home.index(accept_missing=True)
    assert albums(home) == {}


def test_the_owner_outranks_them_also_in_sidecars(home: Home, tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        add(home, f"a/{name}", description="Google's")
    home.add("b/4.jpg", "2013-05-04 12:00:00")
    describe(home, "a", ALBUM)
    home.index()
    home.delete("/Albums/Italy_ 2018/1.jpg")
    home.move("/Timeline/2012/2012-07/2.jpg", "/Timeline/2013/2013-05/")
    home.make("/Albums/Mine")
    home.copy("/Timeline/2012/2012-07/3.jpg", "/Albums/Mine/")
    home.index(anew=True)
    wanted = {"Italy_ 2018": ["2.jpg", "3.jpg"], "Mine": ["3.jpg"]}
    assert albums(home) == wanted
    export(home, tmp_path / "mirror")
    with rebuilt(home, tmp_path / "second", tmp_path / "mirror") as other:
        for _ in range(2):
            assert albums(other) == wanted
            assert other.list("/Timeline/2013/2013-05") == ["2.jpg", "4.jpg"]
            other.add_library(writable=True)
            export(other, "--sidecars")
            other.index(anew=True)


def test_what_is_in_the_bin_is_hidden_and_counted(home: Home, tmp_path: Path) -> None:
    add(home, "Bin/1.jpg", trashed=True)
    add(home, "Photos from 2012/2.jpg", inLockedFolder=True)
    add(home, "Photos from 2012/3.jpg", archived=True)
    home.index()
    assert home.list("/Timeline/2012/2012-07") == ["3.jpg"]
    assert home.list("/Recently Removed") == ["1.jpg", "2.jpg"]
    with home.catalog.read() as db:
        assert [(one.reason, one.files) for one in skipped(db)] == [("bin", 2)]
    home.move("/Recently Removed/1.jpg", "/Timeline/")
    home.index(anew=True)
    assert home.list("/Timeline/2012/2012-07") == ["1.jpg", "3.jpg"]
    export(home, tmp_path / "mirror")
    with rebuilt(home, tmp_path / "second", tmp_path / "mirror") as other:
        assert other.list("/Recently Removed") == ["2.jpg"]
    add(home, "Photos from 2012/2.jpg")
    home.index()
    assert home.list("/Recently Removed") == []
    with home.catalog.read() as db:
        assert list(skipped(db)) == []
