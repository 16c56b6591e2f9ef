"""What writing to the folders of dates says of photos, and that it lasts."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.saying import Saying
from hypothesis import given
from hypothesis import strategies as st

from haven_fs.catalog.said import say
from haven_fs.errors import Forbidden, Refused
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesPhotos
from haven_time.said import Period

SHOWN = ("Timeline", "Review/Undated")
TAKEN = {
    "a.jpg": "2019-07-31 10:20:30",
    "b.jpg": "2019-07-05 11:00:00",
    "c.jpg": "2020-02-29 12:00:00",
    "d.jpg": "2021-08-01 00:30:00",
}
GUESSED = ["scan1.jpg", "scan2.jpg"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Saying]:
    """Four photos with a date, and two that only their files date: at 14:15 on the 17th of March 2024."""
    made = Saying(tmp_path)
    for name, taken in TAKEN.items():
        made.add(name, taken)
    for number, name in enumerate(GUESSED):
        path = made.add(name, None, camera=None)
        when = datetime(2024, 3, 17, 14, 15, number).timestamp()
        os.utime(path, (when, when))
    made.index()
    yield made
    made.close()


def taken(home: Saying, name: str) -> str:
    return str(datetime.fromtimestamp(home.facts(name)["taken"], UTC).replace(tzinfo=None))


def test_abilities(home: Saying) -> None:
    for path in ("Timeline", "Timeline/2019", "Timeline/2019/2019-07"):
        with home.opened(path) as folder:
            assert isinstance(folder, TakesPhotos)
            assert not isinstance(folder, Renamable | Removable | LetsGo | MakesFolders) and not folder.narrows
    with home.opened("Review/Undated") as undated:
        assert isinstance(undated, LetsGo) and not isinstance(undated, TakesPhotos)


@pytest.mark.parametrize(
    ("folder", "then"),
    [
        ("Timeline/2019/2019-07", "2019-07-17 14:15:00"),
        ("Timeline/2020", "2020-03-17 14:15:00"),
        ("Timeline/2024/2024-03", "2024-03-17 14:15:00"),
    ],
)
def test_an_undated_photo_was_taken_when_it_is_put(home: Saying, folder: str, then: str) -> None:
    before = [home.stamp(path) for path in ("", "Timeline", folder, "Review/Undated")]
    home.copy("Review/Undated/scan1.jpg", folder)
    assert taken(home, "scan1.jpg") == then
    facts = home.facts("scan1.jpg")
    assert (facts["taken_source"], facts["taken_offset"]) == ("owner", None)
    assert home.is_there(f"{folder}/scan1.jpg") and "scan1.jpg" in home.listed(f"Timeline/{then[:4]}/{then[:7]}")
    assert home.listed("Review/Undated") == ["scan2.jpg"]
    after = [home.stamp(path) for path in ("", "Timeline", folder, "Review/Undated")]
    assert all(was != now for was, now in zip(before, after, strict=True))
    assert home.said() == ["taken then"]


def test_one_without_any_time_gets_the_first_noon(home: Saying) -> None:
    with home.catalog.write() as w:
        w.db.execute("UPDATE analysis SET facts = '{}' WHERE analyzer = 'time'")
        w.db.execute("UPDATE photo SET taken = NULL, taken_source = NULL, day = NULL WHERE id > 4")
    home.copy("Review/Undated/scan1.jpg", "Timeline/2019/2019-07")
    home.copy("Review/Undated/scan2.jpg", "Timeline/2019")
    assert taken(home, "scan1.jpg") == "2019-07-01 12:00:00" and taken(home, "scan2.jpg") == "2019-01-01 12:00:00"


def test_a_dated_photo_is_to_be_moved(home: Saying) -> None:
    with pytest.raises(Refused, match=r"taken on 2019-07-31\. .*2019-07 in Timeline") as refused:
        home.copy("Timeline/2019/2019-07/a.jpg", "Timeline/2020/2020-02")
    assert type(refused.value) is Forbidden
    home.copy("Review/Undated/scan1.jpg", "Timeline/2020/2020-02")
    with pytest.raises(Refused):
        home.copy("Timeline/2020/scan1.jpg", "Timeline/2019/2019-07")
    # Where it is already it may be copied again, as sync tools do.
    home.copy("Recent/a.jpg", "Timeline/2019/2019-07")
    home.copy("Timeline/2019/2019-07/a.jpg", "Timeline/2019")
    assert taken(home, "a.jpg") == TAKEN["a.jpg"]


@pytest.mark.parametrize(
    ("photo", "folder", "then"),
    [
        ("2019/2019-07/a.jpg", "2020/2020-02", "2020-02-29 10:20:30"),
        ("2019/2019-07/b.jpg", "2020/2020-02", "2020-02-05 11:00:00"),
        ("2020/2020-02/c.jpg", "2019", "2019-02-28 12:00:00"),
        ("2019/2019-07/a.jpg", "2021", "2021-07-31 10:20:30"),
        ("2021/2021-08/d.jpg", "2019/2019-07", "2019-07-01 00:30:00"),
        ("2024/2024-03/scan1.jpg", "2019/2019-07", "2019-07-17 14:15:00"),
        ("a.jpg", "2020/2020-02", "2020-02-29 10:20:30"),
    ],
)
def test_a_photo_moved_was_taken_then(home: Saying, photo: str, folder: str, then: str) -> None:
    name = photo.rpartition("/")[2]
    source = "/".join(("Timeline", taken(home, name)[:4], taken(home, name)[:7]))
    tops = ("", "Timeline", source.rpartition("/")[0], source, f"Timeline/{folder}")
    before = [home.stamp(path) if home.is_there(path) else None for path in tops]
    home.move(f"Timeline/{photo}", f"Timeline/{folder}")
    assert taken(home, name) == then
    assert name not in home.listed(source) and name in home.listed(f"Timeline/{then[:4]}/{then[:7]}")
    after = [home.stamp(path) if home.is_there(path) else None for path in tops]
    assert not [path for path, was, now in zip(tops, before, after, strict=True) if was == now]


def test_the_zone_stays(home: Saying) -> None:
    with home.catalog.write(by="") as w:
        photo = home.seen()["a.jpg"].photo
        assert photo is not None
        say(w, photo, {"taken_offset": 120}, "test")
    home.move("Timeline/2019/2019-07/a.jpg", "Timeline/2020/2020-02")
    assert home.facts("a.jpg")["taken_offset"] == 120


def test_a_day(home: Saying) -> None:
    home.settings["tree.split_above"] = 1
    assert home.folders("Timeline/2019/2019-07") == ["2019-07-05", "2019-07-31"]
    home.move("Timeline/2019/2019-07/2019-07-31/a.jpg", "Timeline/2019/2019-07/2019-07-05")
    assert taken(home, "a.jpg") == "2019-07-05 10:20:30"
    # A month that lists days lists what was put into it by that very name.
    home.copy("Review/Undated/2024/2024-03/2024-03-17/scan1.jpg", "Timeline/2019/2019-07")
    assert home.listed("Timeline/2019/2019-07") == ["scan1.jpg"]
    assert home.folders("Timeline/2019/2019-07") == ["2019-07-05", "2019-07-17"]


def test_not_into_the_timeline_itself(home: Saying) -> None:
    for write in (home.copy, home.move):
        with pytest.raises(Refused, match="year, a month or a day"):
            write("Timeline/2019/2019-07/a.jpg", "Timeline")


def test_from_other_folders_it_is_a_copy(home: Saying) -> None:
    with pytest.raises(Refused, match="taken on 2019-07-31"):
        home.move("Recent/a.jpg", "Timeline/2020/2020-02")
    home.move("Recent/a.jpg", "Timeline/2019/2019-07")
    assert "a.jpg" in home.listed("Recent") and taken(home, "a.jpg") == TAKEN["a.jpg"]


def test_only_what_belongs_there_is_put_into_a_part(home: Saying) -> None:
    home.add("paris.jpg", "2019-07-06 12:00:00", position=(48.8584, 2.2945))
    home.index()
    with pytest.raises(Refused, match="only some"):
        home.copy("Review/Undated/scan1.jpg", "Places/Paris/Timeline/2019/2019-07")
    assert home.listed("Review/Undated") == GUESSED


def test_the_written_name_answers(home: Saying) -> None:
    home.copy("Review/Undated/scan1.jpg", "Timeline/2019/2019-07", "grandma.jpg")
    assert home.listed("Timeline/2019/2019-07") == ["a.jpg", "b.jpg", "grandma.jpg"]
    assert home.is_there("Timeline/2019/2019-07/scan1.jpg")
    home.move("Timeline/2019/2019-07/grandma.jpg", "Timeline/2020", "granny.jpg")
    assert home.listed("Timeline/2020") == ["granny.jpg"]
    assert home.listed("Timeline/2020/2020-07") == ["scan1.jpg"]
    home.index(anew=True)
    assert home.listed("Timeline/2020") == ["granny.jpg"]
    with pytest.raises(Refused, match="keep their names"):
        home.move("Timeline/2020/2020-07/scan1.jpg", "Timeline/2020/2020-07", "x.jpg")


def test_dismissing_says_nothing_else(home: Saying) -> None:
    before = home.shown("Timeline")
    home.delete("Review/Undated/scan1.jpg")
    assert home.listed("Review/Undated") == ["scan2.jpg"] and home.shown("Timeline") == before
    home.index(anew=True)
    assert home.listed("Review/Undated") == ["scan2.jpg"]
    home.take_back()
    assert home.listed("Review/Undated") == GUESSED


STEPS = (
    ("copy", "Review/Undated/scan1.jpg", "Timeline/2019/2019-07", "granny.jpg"),
    ("move", "Timeline/2019/2019-07/a.jpg", "Timeline/2020/2020-02"),
    ("delete", "Review/Undated/scan2.jpg"),
    ("move", "Timeline/2020/2020-02/a.jpg", "Timeline/2021"),
    ("move", "Timeline/2019/2019-07/granny.jpg", "Timeline/2021/2021-08"),
    ("move", "Timeline/2024/2024-03/scan2.jpg", "Timeline/2020/2020-02", "x.jpg"),
)


def test_all_that_was_said_outlasts_analyses_and_can_be_taken_back(home: Saying) -> None:
    states = [home.shown(*SHOWN)]
    for step in STEPS:
        getattr(home, step[0])(*step[1:])
        states.append(home.shown(*SHOWN))
    home.index(anew=True)
    assert home.shown(*SHOWN) == states[-1]
    for number in range(len(STEPS), 0, -1):
        assert home.take_back(number) == 0
        assert home.shown(*SHOWN) == states[number - 1], STEPS[number - 1]
    home.take_back(*range(len(STEPS) + 1, 2 * len(STEPS) + 1))
    assert home.shown(*SHOWN) == states[-1]


@pytest.mark.parametrize(
    "name", ["2019-13", "2019-00", "0000", "2019-02-30", "2019-7", "２０１９", "", "x", "2019-07-"]
)
def test_what_is_no_date(name: str) -> None:
    assert Period.named(name) is None


@given(
    st.dates().flatmap(
        lambda d: st.sampled_from([f"{d:%Y}".zfill(4), f"{d:%Y-%m}".zfill(7), f"{d:%Y-%m-%d}".zfill(10)])
    ),
    st.datetimes(min_value=datetime(1826, 1, 1), max_value=datetime(2200, 1, 1)),
)
def test_a_time_is_brought_into_a_period(name: str, moment: datetime) -> None:
    period = Period.named(name)
    assert period is not None
    clock = int((moment - datetime(1970, 1, 1)).total_seconds() // 1)
    then = period.of(clock)
    assert then in period
    assert then % 86400 == clock % 86400
    assert period.of(then) == then
    assert (clock in period) == (then == clock and clock in period)
    assert period.of(None) in period
