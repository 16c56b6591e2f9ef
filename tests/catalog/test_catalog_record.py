"""The record, `corrections.jsonl`, is whole: whatever becomes of catalog and file, no correction is left out."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from helpers.catalogs import open_catalog
from helpers.home import Home

from haven_fs.catalog import Catalog
from haven_fs.catalog.record import Compared

SAY = {"by": "anna", "place": "/Albums"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def say(data: Path, *words: str) -> None:
    """Say something in a process of its own, as far as the file can tell."""
    with closing(open_catalog(data)) as catalog:
        for word in words:
            correct(catalog, word)


def correct(catalog: Catalog, word: str) -> int:
    with catalog.write(**SAY) as w:
        return w.correct("said", word=word)


def lines(data: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (data / "corrections.jsonl").read_text().splitlines()]


def words(data: Path) -> str:
    return "".join(line["data"]["word"] for line in lines(data))


def compared(data: Path) -> Compared:
    with closing(open_catalog(data, readonly=True)) as catalog, catalog.read() as db:
        return catalog.record.compare(db)


def lose_catalog(data: Path) -> None:
    for path in data.glob("catalog.sqlite*"):
        path.unlink()


@pytest.fixture
def kept(data: Path, tmp_path: Path) -> Iterator[Path]:
    """The catalog as it is after "abc", to go back to; then "def" is said."""
    say(data, *"abc")
    shutil.copy(data / "catalog.sqlite", tmp_path / "kept.sqlite")
    say(data, *"def")
    yield tmp_path / "kept.sqlite"


def go_back(data: Path, kept: Path) -> None:
    lose_catalog(data)
    shutil.copy(kept, data / "catalog.sqlite")


def test_a_lost_catalog(data: Path) -> None:
    say(data, *"abcd")
    assert compared(data) == Compared()
    first = lines(data)
    lose_catalog(data)
    open_catalog(data.parent / "other").close()
    (data.parent / "other" / "catalog.sqlite").rename(data / "catalog.sqlite")
    assert compared(data) == Compared(4, first[0]["at"], first[-1]["at"]), "before anything opens it to write"
    say(data)
    assert compared(data) == Compared() and lines(data) == first
    say(data, *"ABCDEF")
    say(data, "G")
    assert words(data) == "abcdABCDEFG"
    assert [line["id"] for line in lines(data)] == list(range(1, 12))
    assert compared(data) == Compared()


def test_a_catalog_that_went_back(data: Path, kept: Path) -> None:
    go_back(data, kept)
    assert compared(data).more == 3, "before anything opens it to write"
    say(data, *"DEFG")
    say(data, *"H")
    assert words(data) == "abcdefDEFGH" and compared(data).more == 0
    assert len({(line["catalog"], line["id"]) for line in lines(data)}) == 11
    go_back(data, kept)
    say(data, *"x")
    assert words(data) == "abcdefDEFGHx" and compared(data).more == 0


def test_the_catalog_of_before_comes_back(data: Path, kept: Path, tmp_path: Path) -> None:
    shutil.copy(data / "catalog.sqlite", tmp_path / "newer.sqlite")
    go_back(data, kept)
    say(data, *"xy")
    go_back(data, tmp_path / "newer.sqlite")
    say(data, *"gh")
    say(data, *"i")
    assert words(data) == "abcdefxyghi" and compared(data).more == 0
    assert len({(line["catalog"], line["id"]) for line in lines(data)}) == 11


def test_it_went_back_while_the_file_could_not_be_read(
    data: Path, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As many are said again as there were: neither the numbers nor how many there are tell anything."""
    go_back(data, kept)
    file = data / "corrections.jsonl"
    file.rename(data / "aside")
    file.mkdir()  # which nobody can write to, root included
    say(data, *"DEF")
    assert "cannot be written" in caplog.text
    file.rmdir()
    (data / "aside").rename(file)
    assert compared(data)[::3] == (3, 3), "three more, three lacking"
    say(data, *"G")
    assert words(data) == "abcdefDEFG" and compared(data)[::3] == (0, 0)
    assert [line["id"] for line in lines(data)] == list(range(1, 11)), "what was said since comes after"
    names = list(dict.fromkeys(line["catalog"] for line in lines(data)))
    assert len(names) == 2 and names[1].startswith(f"{names[0]}/3/"), "it says up to where they are the same"


def test_a_file_that_is_gone_or_older_is_completed(data: Path, tmp_path: Path) -> None:
    say(data, *"ab")
    shutil.copy(data / "corrections.jsonl", tmp_path / "older")
    say(data, *"cd")
    shutil.copy(tmp_path / "older", data / "corrections.jsonl")
    assert compared(data).lacking == 2
    say(data)
    assert words(data) == "abcd"
    (data / "corrections.jsonl").unlink()
    say(data, "e")
    assert words(data) == "abcde" and compared(data) == Compared()


def test_a_disk_that_is_full_in_the_middle_of_a_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_catalog(data)) as catalog:
        correct(catalog, "a")
        with monkeypatch.context() as patch:

            def full(descriptor: int) -> None:
                raise OSError(28, "No space left on device")

            patch.setattr(os, "fsync", full)
            correct(catalog, "b")
            correct(catalog, "c")
            assert caplog.text.count("No space left") == 1, "said once"
        assert words(data) == "a", "what was written of it is taken off"
        with catalog.write(quiet=True) as w:
            w.db.execute("UPDATE library SET walked = 1")
        assert words(data) == "abc", "whatever is written next"
        correct(catalog, "d")
    assert words(data) == "abcd"


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_torn_last_line(data: Path, cut: int) -> None:
    say(data, *"abc")
    file = data / "corrections.jsonl"
    os.truncate(file, file.stat().st_size - cut)
    say(data, "d")
    assert words(data) == "abcd"


def test_a_last_line_without_its_end_is_kept_though_the_catalog_is_lost(data: Path) -> None:
    say(data, *"abc")
    file = data / "corrections.jsonl"
    os.truncate(file, file.stat().st_size - 1)
    lose_catalog(data)
    say(data, "d")
    assert words(data) == "abcd"


def test_two_processes_in_turn(data: Path) -> None:
    with closing(open_catalog(data)) as one, closing(open_catalog(data)) as other:
        for word in "abcdef":
            correct(one if word in "acd" else other, word)
    assert words(data) == "abcdef"


def test_two_processes_at_once(data: Path) -> None:
    open_catalog(data).close()

    def talk(_: int) -> None:
        with closing(open_catalog(data)) as catalog:
            for number in range(100):
                correct(catalog, str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(talk, range(4)))
    assert sorted(line["id"] for line in lines(data)) == list(range(1, 401)), "each once"


def test_a_file_from_before_catalogs_had_names(data: Path) -> None:
    say(data, *"abc")
    file = data / "corrections.jsonl"
    for line in (old := lines(data)):
        del line["catalog"]
    file.write_text("".join(json.dumps(line) + "\n" for line in old))
    say(data, "d")
    assert words(data) == "abcd" and compared(data) == Compared()


def test_lines_that_cannot_be_read_are_passed_over(data: Path) -> None:
    say(data, *"ab")
    with (data / "corrections.jsonl").open("ab") as file:
        file.write(b'\0\0\0\nnonsense\n[]\n{"id": 1e999, "at": 1, "data": {}}\n{"id": 1, "at": 1, "data": "x"}\n')
    say(data, "c")
    raw = (data / "corrections.jsonl").read_bytes()
    assert raw.count(b"\n") == 8 and b"nonsense" in raw
    assert compared(data) == Compared()


def test_a_long_file_is_read_from_its_end(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(data, *("x" * 2000 for _ in range(200)))
    file = data / "corrections.jsonl"
    assert file.stat().st_size > 400_000
    read: list[int] = []
    opened = Path.open

    class Counted:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def read(self, size: int) -> bytes:
            read.append(size)
            return bytes(self.inner.read(size))

        def __enter__(self) -> "Counted":
            return self

        def __exit__(self, *_: object) -> None:
            self.inner.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    def counted(self: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        inner = opened(self, mode, *args, **more)
        return Counted(inner) if self == file and mode == "rb" else inner

    monkeypatch.setattr(Path, "open", counted)
    say(data, "y", "z")
    assert 0 < sum(read) <= 2 * 65536, "a start reads the end, a correction nothing"


def test_what_was_void_is_said_in_the_record(home: Home) -> None:
    """`rm -r` of an album: what was taken out one by one counts no more, and the line of the last says so."""
    for name in ("a.jpg", "b.jpg"):
        home.add(name)
    home.index()
    home.make("/Albums/Trip")
    home.copy("/Timeline/2020/2020-05/a.jpg", "/Albums/Trip/")
    home.copy("/Timeline/2020/2020-05/b.jpg", "/Albums/Trip/")
    home.later()
    home.delete("/Albums/Trip/a.jpg")
    home.delete("/Albums/Trip/b.jpg")
    home.delete("/Albums/Trip")
    *_, first, second, last = lines(home.data)
    assert last["kind"] == "album removed" and sorted(last["data"]["void"]) == [first["id"], second["id"]]


def test_an_undo_is_in_the_record(home: Home) -> None:
    home.make("/Albums/Trip")
    home.undo()
    made, undone = lines(home.data)
    assert undone["kind"] == "taken back" and undone["data"] == {"corrections": [made["id"]]}


def test_what_a_correction_costs(data: Path) -> None:
    with closing(open_catalog(data)) as catalog:
        correct(catalog, "a")
        writer = catalog._writer
        assert isinstance(writer, sqlite3.Connection)
        statements: list[str] = []
        writer.set_trace_callback(statements.append)
        correct(catalog, "b")
        writer.set_trace_callback(None)
    at = max(number for number, sql in enumerate(statements) if "UPDATE state SET value" in sql)
    assert [sql.split()[0] for sql in statements[at + 1 :]] == ["COMMIT", "BEGIN", "SELECT", "COMMIT"]
