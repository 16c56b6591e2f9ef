"""A catalog that is lost is given again all that was said: what is said by lines of the record is done again."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.replaying import differences, facts, lose

from haven_fs.catalog.waiting import is_waiting
from haven_fs.testing.photos import make_photo

PHOTOS = [f"2020/IMG_{number}.jpg" for number in range(1, 7)]
DAY = "/Timeline/2020/2020-05"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    for photo in PHOTOS:
        made.add(photo)
    made.index()
    yield made
    made.close()


def reopen(home: Home, kept: Path | None = None) -> None:
    """Lose the catalog, or have an older one in its place, and open what is there."""
    home.catalog.close()
    lose(home.data, kept=kept)
    home.catalog = home.folder.open_catalog()


def lines(home: Home) -> list[str]:
    return (home.data / "corrections.jsonl").read_text().splitlines()


def check(home: Home, kept: Path | None = None) -> None:
    """Lose the catalog, index again, and see that all is as it was."""
    before, said = facts(home), lines(home)
    reopen(home, kept)
    home.index()
    assert differences(before, facts(home)) == []
    assert lines(home) == said, "nothing is written twice"
    with home.catalog.read() as db:
        assert db.execute("SELECT what, told, want FROM waiting").fetchall() == []


def say_much(home: Home) -> None:
    home.make("/Albums/Trip")
    home.make("/Albums/Trip/Beach")
    for number in (1, 2, 3):
        home.copy(f"{DAY}/IMG_{number}.jpg", "/Albums/Trip/")
    home.copy(f"{DAY}/IMG_4.jpg", "/Albums/Trip/Beach/other name.jpg")
    home.move("/Albums/Trip/Beach", "/Albums/Sand")
    home.delete("/Albums/Trip/IMG_2.jpg")
    home.copy(f"{DAY}/IMG_5.jpg", "/Favorites/")
    home.make("/Search/dog on beach")
    home.make("/Albums/Trip/sunset")
    home.move(f"{DAY}/IMG_6.jpg", "/Recently Removed/")


def test_all_kinds(home: Home) -> None:
    say_much(home)
    check(home)
    home.move("/Albums/Trip", "/Albums/Journey")
    home.copy(f"{DAY}/IMG_5.jpg", "/Albums/Journey/")
    check(home)
    check(home)


def test_what_was_taken_back_stays_so_and_can_be_taken_back(home: Home) -> None:
    home.make("/Albums/Trip")
    home.copy(f"{DAY}/IMG_1.jpg", "/Albums/Trip/")
    home.undo()
    home.copy(f"{DAY}/IMG_2.jpg", "/Albums/Trip/")
    check(home)
    assert home.list("/Albums/Trip") == ["IMG_2.jpg"]
    home.undo()
    assert home.list("/Albums/Trip") == []
    check(home)
    undone = [one.id for one in home.said() if one.kind == "taken back"]
    home.undo(undone[0])
    assert home.list("/Albums/Trip") == ["IMG_2.jpg"]
    check(home)


def test_an_older_catalog(home: Home, tmp_path: Path) -> None:
    say_much(home)
    home.catalog.close()
    shutil.copy(home.data / "catalog.sqlite", kept := tmp_path / "kept.sqlite")
    home.catalog = home.folder.open_catalog()
    home.make("/Albums/Second")
    home.copy(f"{DAY}/IMG_3.jpg", "/Albums/Second/")
    home.move("/Albums/Second/IMG_3.jpg", "/Albums/Trip/again.jpg")
    home.delete("/Albums/Sand")
    check(home, kept)
    home.make("/Albums/Third")
    check(home, kept)
    check(home)


def test_albums_are_there_before_photos_are_found(home: Home) -> None:
    say_much(home)
    reopen(home)
    assert home.list("/Albums/")[:2] == ["Sand/", "Trip/"]
    with home.catalog.read() as db:
        assert is_waiting(db)


def test_photos_that_lie_elsewhere_now(home: Home) -> None:
    say_much(home)
    before = facts(home, tree=False)["log"]
    home.catalog.close()
    (home.root / "2020").rename(home.root / "elsewhere")
    lose(home.data)
    home.catalog = home.folder.open_catalog()
    home.index()
    assert facts(home, tree=False)["log"] == before
    assert home.list("/Albums/Sand") == ["other name.jpg"] and "IMG_5.jpg" in home.list("/Favorites")


def test_a_photo_that_comes_days_later(home: Home, tmp_path: Path) -> None:
    say_much(home)
    before = facts(home)
    (home.root / PHOTOS[0]).rename(tmp_path / "away.jpg")
    reopen(home)
    home.index()
    assert home.list("/Albums/Trip") == ["sunset/", "IMG_3.jpg"]
    home.index()
    (tmp_path / "away.jpg").rename(home.root / PHOTOS[0])
    home.index()
    assert differences(before, facts(home)) == []


def test_what_is_said_meanwhile_wins(home: Home, tmp_path: Path) -> None:
    home.copy(f"{DAY}/IMG_1.jpg", "/Favorites/")
    home.delete("/Favorites/IMG_1.jpg")
    home.make("/Albums/Trip")
    (home.root / PHOTOS[1]).rename(tmp_path / "away.jpg")
    home.copy(f"{DAY}/IMG_3.jpg", "/Albums/Trip/")
    reopen(home)
    home.add_library()
    home.indexer().walk()
    home.move("/Albums/Trip", "/Albums/Journey")
    home.index()
    assert home.list("/Albums") == ["Journey/", "How to make albums.txt"] or home.list("/Albums")[0] == "Journey/"
    assert home.list("/Albums/Journey") == ["IMG_3.jpg"]


def test_killed_at_any_point(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction is whole; what was not done is done by the next process."""
    say_much(home)
    before = facts(home)
    reopen(home)
    from haven_fs.catalog import replay

    monkeypatch.setattr(replay, "_AT_ONCE", 1)
    done = 0
    inner = replay._Replay.run

    def dying(self: object, numbers: list[int]) -> int:
        nonlocal done
        done += 1
        if done % 3 == 0:
            raise KeyboardInterrupt
        return inner(self, numbers)  # type: ignore[arg-type]

    monkeypatch.setattr(replay._Replay, "run", dying)
    for _ in range(100):
        try:
            home.index()
            break
        except KeyboardInterrupt:
            home.catalog.close()
            home.catalog = home.folder.open_catalog()
    assert done > 3
    monkeypatch.undo()
    home.index()
    assert differences(before, facts(home)) == []


def test_a_record_of_another_library(home: Home, tmp_path: Path) -> None:
    home.make("/Albums/Mine")
    other = Home(tmp_path / "other")
    make_photo(other.root / "x.jpg", "2019-01-01 12:00:00", size=(40, 30))
    other.index()
    other.make("/Albums/Theirs")
    other.copy("/Timeline/2019/2019-01/x.jpg", "/Favorites/")
    other.close()
    home.catalog.close()
    shutil.copy(other.data / "corrections.jsonl", home.data / "corrections.jsonl")
    home.catalog = home.folder.open_catalog()
    assert "Mine/" in home.list("/Albums") and "Theirs/" not in home.list("/Albums")
    assert [json.loads(line)["data"]["name"] for line in lines(home)] == ["Mine"]
    assert (home.data / "corrections.other-1.jsonl").exists()


def test_lines_of_a_catalog_that_was_lost_before(home: Home) -> None:
    """An older Haven went on without the lines of a lost catalog: these come before what was said since."""
    home.make("/Albums/A")
    home.copy(f"{DAY}/IMG_1.jpg", "/Albums/A/")
    home.catalog.close()
    lost = lines(home)
    lose(home.data)
    (home.data / "corrections.jsonl").unlink()
    home.catalog = home.folder.open_catalog()
    home.index()
    home.make("/Albums/B")
    home.copy(f"{DAY}/IMG_2.jpg", "/Albums/B/")
    home.undo()
    home.catalog.close()
    (home.data / "corrections.jsonl").write_text("\n".join([*lost, *lines(home)]) + "\n")
    home.catalog = home.folder.open_catalog()
    with home.catalog.write() as w:
        w.db.execute("INSERT INTO state VALUES ('record', 'more')")
    home.catalog.close()
    home.catalog = home.folder.open_catalog()
    home.index()
    assert home.list("/Albums")[:2] == ["A/", "B/"]
    assert home.list("/Albums/A") == ["IMG_1.jpg"] and home.list("/Albums/B") == []
    assert [one.kind for one in home.said()] == [
        "taken back", "photo added to album", "album made", "photo added to album", "album made",
    ]  # fmt: skip
    home.copy(f"{DAY}/IMG_3.jpg", "/Albums/B/")
    check(home)


def test_display_names_are_kept(home: Home) -> None:
    """Two photos of one name, which are found in another order: those that somebody wrote keep their names."""
    home.add("z/same.jpg", "2021-03-01 12:00:00")
    home.index()
    home.add("a/same.jpg", "2021-03-02 12:00:00")
    home.index()
    home.make("/Albums/Trip")
    home.copy("/Timeline/2021/2021-03/same.jpg", "/Albums/Trip/")
    home.copy("/Timeline/2021/2021-03/same (2).jpg", "/Favorites/")
    home.add("0/same.jpg", "2021-03-03 12:00:00")
    home.index()
    check(home)
    assert home.seen()["z/same.jpg"].name == "same.jpg" and home.seen()["a/same.jpg"].name == "same (2).jpg"


def test_a_name_that_was_written_is_given_to_nobody_else(home: Home) -> None:
    home.make("/Albums/Trip")
    home.copy(f"{DAY}/IMG_1.jpg", "/Albums/Trip/")
    (home.root / PHOTOS[0]).unlink()
    reopen(home)
    home.add("other/IMG_1.jpg", "2022-01-01 12:00:00")
    home.index()
    assert home.seen()["other/IMG_1.jpg"].name == "IMG_1 (2).jpg"


def test_what_is_said_before_the_record_is_there_outweighs_it(home: Home) -> None:
    """The record could not be read, and the owner went on: the same things are said otherwise."""
    home.copy(f"{DAY}/IMG_1.jpg", "/Favorites/")
    home.make("/Albums/Old")
    home.copy(f"{DAY}/IMG_2.jpg", "/Albums/Old/")
    file = home.data / "corrections.jsonl"
    kept = file.read_text()
    home.catalog.close()
    file.unlink()
    lose(home.data)
    home.catalog = home.folder.open_catalog()
    home.index()
    home.copy(f"{DAY}/IMG_1.jpg", "/Favorites/")
    home.delete("/Favorites/IMG_1.jpg")
    home.make("/Albums/New")
    home.catalog.close()
    file.write_text(kept + file.read_text())
    with sqlite3.connect(home.data / "catalog.sqlite") as db:
        db.execute("INSERT INTO state VALUES ('record', 'more')")
    db.close()
    home.catalog = home.folder.open_catalog()
    home.index()
    assert "IMG_1.jpg" not in home.list("/Favorites")
    assert home.list("/Albums")[:2] == ["New/", "Old/"] and home.list("/Albums/Old") == ["IMG_2.jpg"]
    check(home)


def test_rows_in_the_middle_are_lost(home: Home) -> None:
    """As from a damaged catalog: what was said later of the same things stays."""
    say_much(home)
    home.move("/Albums/Trip", "/Albums/Journey")
    home.move("/Albums/Journey", "/Albums/Voyage")
    before = facts(home)
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM correction WHERE id % 3 = 0 AND id < (SELECT max(id) FROM correction)")
        w.db.execute("DELETE FROM favorite")
        w.db.execute("INSERT INTO state VALUES ('record', 'more')")
    home.catalog.close()
    home.catalog = home.folder.open_catalog()
    home.index()
    after = facts(home)
    assert after["log"] == before["log"]
    assert [one for one in differences(before, after) if "avorite" not in one] == []
