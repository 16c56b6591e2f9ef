"""What is in the folders: the photos that belong there, and no others."""

import unicodedata
from datetime import datetime, timedelta

import pytest
from helpers.family import PLACES, TRIPS, Family
from helpers.home import Home
from looking import looking

from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text


def on_disk(look_at: object) -> str:
    assert isinstance(look_at, File)
    return look_at.path.name


def test_timeline(full: Home, family: Family) -> None:
    with looking(full) as look:
        months = [month for year in look.folders("Timeline") for month in look.folders(f"Timeline/{year}")]
        assert months == sorted(months)
        assert set(months) >= {fact.month for fact in family.facts if fact.month}
        assert len(look.files("Timeline/2019/2019-07")) == 6
        assert look.files("Timeline") == look.files("Timeline/2019") == []
        # Each photo opens by any shorter path too.
        name = look.files("Timeline/2019/2019-07")[0]
        assert (
            look.at(f"Timeline/2019/2019-07/{name}") == look.at(f"Timeline/{name}") == look.at(f"Timeline/2019/{name}")
        )
        for path in (
            "Timeline/2019/2021-07",
            "Timeline/2019/07",
            "Timeline/2018",
            "Timeline/20190",
            "Timeline/２０１９",
        ):
            assert look.at(path) is None
        assert look.at(f"Timeline/2021/{name}") is None


def test_places(full: Home) -> None:
    with looking(full) as look:
        assert set(look.folders("Places")) == {"Countries", "Elsewhere", *PLACES}
        countries = set(look.folders("Places/Countries"))
        assert countries >= {country for country, _ in PLACES.values()}
        for town, (country, _) in PLACES.items():
            files = look.files(f"Places/{town}")
            assert len(files) >= 5
            assert look.files(f"Places/Countries/{country}/{town}") == files
        # At sea, and in a desert far from any town but in a country.
        assert look.files("Places/Elsewhere") == ["IMG_9001.jpg"]
        (desert,) = countries - {country for country, _ in PLACES.values()}
        assert look.folders(f"Places/Countries/{desert}") == ["Elsewhere"]
        assert look.files(f"Places/Countries/{desert}/Elsewhere") == ["IMG_9002.jpg"]
        assert look.at("Places/Countries/France/Rome") is None
        assert look.at("Places/France") is None
        assert look.at("Places/IMG_9001.jpg") == look.at("Places/Elsewhere/IMG_9001.jpg") is not None


def test_facets_compose_by_typing(full: Home) -> None:
    with looking(full) as look:
        paris = set(look.files("Places/Paris"))
        july = set(look.files("Timeline/2019/2019-07"))
        assert set(look.files("Places/Paris/Timeline/2019/2019-07")) == paris & july
        assert set(look.files("Timeline/2019/2019-07/Places/Paris")) == paris & july
        assert look.folders("Places/Paris/Timeline") == ["2019", "2022"]
        assert look.folders("Timeline/2021/Places") == ["Countries", "Lisbon", "Rome"]
        assert look.files("Places/Paris/Types/Live Photos") == look.files("Types/Live Photos")
        assert look.files("Places/Countries/France/Timeline/2022/2022-08") == look.files("Types/Live Photos")
        # Listed nowhere.
        assert look.folders("Places/Paris") == []
        file = sorted(paris & july)[0]
        assert look.at(f"Places/Paris/Timeline/2019/{file}") == look.at(f"Places/Paris/{file}")


@pytest.mark.parametrize(
    "path",
    [
        "Nothing",
        "Places/Paris/Timeline/2021",
        "Places/Paris/2019",
        "Places/Paris/Recent",
        "Places/Paris/Originals",
        "Places/Paris/Review",
        "Places/Paris/Places/Rome",
        "Timeline/2019/Nothing",
        "Timeline/Undated",
        "Originals/Timeline",
        "Originals/Family/Timeline",
        "Review/Timeline",
        "Review/Undated/..",
        "Types/Nothing",
        "Places/Countries/Countries",
    ],
)
def test_what_is_not_there(full: Home, path: str) -> None:
    with looking(full) as look:
        assert look.at(path) is None


def test_any_spelling_leads_to_the_same_place(full: Home) -> None:
    with looking(full) as look:
        for path in ("places/PARIS/timeline/2019/2019-07", "PLACES/paris/TimeLine/2019/2019-07"):
            assert look.folder(path).view.path == ("Places", "Paris", "Timeline", "2019", "2019-07")
        for name in ("käse.jpg", "KÄSE.JPG", unicodedata.normalize("NFD", "Käse.JPG")):
            assert on_disk(look.at(f"timeline/2020/2020-05/{name}")) == "Käse.jpg"


def test_recent_is_what_came_last(home: Home) -> None:
    for number in range(8):
        home.add(f"{number}.jpg", f"20{10 + number}-01-01 00:00:00")
    home.index()
    home.add("late.jpg", "2001-01-01 00:00:00")
    home.index()
    home.settings["tree.recent_photos"] = 3
    with looking(home) as look:
        assert look.files("Recent") == ["6.jpg", "7.jpg", "late.jpg"]
    (home.root / "7.jpg").unlink()
    home.index()
    with looking(home) as look:
        assert look.files("Recent") == ["5.jpg", "6.jpg", "late.jpg"]


def test_on_this_day_is_of_earlier_years(full: Home) -> None:
    with looking(full) as look:
        assert set(look.files("On This Day")) >= {"IMG_9001.jpg", "IMG_9002.jpg", "IMG_9004.jpg"}
        assert "IMG_9005.jpg" not in look.files("On This Day")
        taken = [day for (day,) in look.view.db.execute("SELECT day FROM photo WHERE shown = 1 AND day % 10000 = 703")]
        assert len(look.files("On This Day")) == len(taken) - 1
        today = look.folder("On This Day").stamp()
    with looking(full, datetime(2025, 7, 3, 0, 0)) as look:
        assert "IMG_9005.jpg" in look.files("On This Day")
    with looking(full, datetime(2024, 7, 4, 23, 59)) as look:
        assert "IMG_9001.jpg" not in look.files("On This Day")
        assert str(look.folder("On This Day").stamp()) != str(today)
    with looking(full, datetime(2024, 2, 29, 1, 0)) as look:
        assert look.files("On This Day") == []


def test_types(full: Home) -> None:
    with looking(full) as look:
        assert look.files("Types/Videos") == ["VID_20221105_070809.mp4"]
        assert look.files("Types/Screenshots") == ["Screenshot_2022-10-04-05-06-07.jpg"]
        # A companion is beside its photo under one stem.
        photo, video = sorted(look.files("Types/Live Photos"), reverse=True)
        assert (photo, video) == ("IMG_7001.jpg", "IMG_7001.MOV")


def test_review(full: Home, family: Family) -> None:
    with looking(full) as look:
        assert look.files("Review/Undated") == [
            "IMG_9003.jpg",
            *(n for n in look.files("Review/Undated") if n[:5] != "IMG_9"),
        ]
        placed = {fact.path for fact in family.facts if fact.town}
        unplaced = look.files("Review/Unplaced")
        assert "IMG_9004.jpg" in unplaced
        assert "IMG_9001.jpg" not in unplaced
        assert len(unplaced) > len(placed)
        assert look.files("Review/Unreadable") == ["broken.jpg", "empty.jpg"]
        text = look.at("Review/Unreadable/reasons.TXT")
        assert isinstance(text, Text)
        for path, reason in (("Mixed/broken.jpg", "."), ("Mixed/empty.jpg", "The file is empty.")):
            assert f"/Originals/Family/{path}" in text.text
            assert reason in text.text
        assert "/tmp" not in text.text
        # What cannot be read is in no other folder but the real one.
        assert look.at("Recent/broken.jpg") is None
        assert on_disk(look.at("Originals/Family/Mixed/broken.jpg")) == "broken.jpg"


def test_nothing_unreadable_needs_no_reasons(home: Home) -> None:
    home.add("a.jpg")
    home.index()
    with looking(home) as look:
        assert look.folder("Review/Unreadable").texts() == []
        assert look.at("Review/Unreadable/Reasons.txt") is None


def test_originals_mirror_the_disk(full: Home, family: Family) -> None:
    with looking(full) as look:
        assert sorted(look.folders("Originals")) == ["Family", "Pictures"]
        for path, real in family.on_disk().items():
            if path.isprintable():  # others cannot be sent as they are
                found = look.at(f"Originals/Family/{path}")
                assert isinstance(found, File)
                assert found.path.samefile(real) or "case" in path.lower()
        assert look.folders("Originals/Family/Empty") == []
        assert len(look.files("Originals/Family/2019/Paris")) == 5
        for path in family.hidden:
            assert look.at(f"Originals/Family/{path}") is None


def test_nothing_is_indexed_yet(home: Home) -> None:
    with looking(home) as look:
        assert look.folders("Originals") == look.folders("Timeline") == look.folders("Types") == []
        assert look.folders("Places") == ["Countries"]
        assert look.files("Recent") == look.files("Review/Unreadable") == []


def test_a_folder_splits_for_good(home: Home) -> None:
    home.settings["tree.split_above"] = 4
    days = [datetime(2019, 1, 1) + timedelta(days=40 * number) for number in range(5)]
    for number, day in enumerate(days):
        home.add(f"{number}.jpg", day.isoformat(sep=" "))
    home.add("more.jpg", "2020-01-01 00:00:00")
    home.index()
    with looking(home) as look:
        assert look.folders("Recent") == ["2019", "2020"]
        assert look.folders("Recent/2019") == [f"2019-{month:02d}" for month in (1, 2, 3, 5, 6)]
        assert look.files("Recent/2019/2019-01") == ["0.jpg"]
        assert look.files("Recent/2020") == ["more.jpg"]
        assert look.files("Recent") == []
        assert look.at("Recent/0.jpg") == look.at("Recent/2019/0.jpg") == look.at("Recent/2019/2019-01/0.jpg")
        assert isinstance(look.at("Recent/0.jpg"), File)
        assert look.at("Recent/2020/0.jpg") is None
    for number in range(4):
        (home.root / f"{number}.jpg").unlink()
    home.index()
    with looking(home) as look:
        assert look.folders("Recent") == ["2019", "2020"]
        assert look.folders("Recent/2019") == ["2019-06"]
        assert look.files("Recent/2020") == ["more.jpg"]
        # One of as few photos that never held more is not split.
        assert look.files("Review/Unplaced") == ["4.jpg", "more.jpg"]


def test_months_split_into_days(home: Home) -> None:
    home.settings["tree.split_above"] = 2
    for day in (1, 1, 1, 2):
        home.add(f"{len(list(home.root.iterdir()))}.jpg", f"2019-01-0{day} 12:00:00")
    home.index()
    with looking(home) as look:
        assert look.folders("Timeline/2019/2019-01") == ["2019-01-01", "2019-01-02"]
        assert look.files("Timeline/2019/2019-01/2019-01-01") == ["0.jpg", "1.jpg", "2.jpg"]
        assert isinstance(look.at("Timeline/2019/2019-01/0.jpg"), File)
        assert look.folders("Timeline/2019/2019-01/2019-01-01") == []


def test_months_of_the_camera_without_a_clock(home: Home) -> None:
    home.add("a.jpg", "1970-01-01 00:00:00")
    home.add("b.jpg", "2038-01-20 00:00:00")
    home.index()
    with looking(home) as look:
        listed = [file for year in look.folders("Timeline") for m in look.folders(f"Timeline/{year}")
                  for file in look.files(f"Timeline/{year}/{m}")]  # fmt: skip
        assert sorted(listed) == ["a.jpg", "b.jpg"]


def test_every_folder_says_why_it_takes_no_writes(full: Home) -> None:
    with looking(full) as look:
        for path in ("", "Timeline", "Places/Paris", "Originals/Family/Mixed", "Review/Unreadable"):
            folder = look.at(path)
            assert isinstance(folder, Folder)
            assert len(folder.refusal) > 20


def test_trips(full: Home) -> None:
    """Every photo is in the one month and the one town it was taken in."""
    with looking(full) as look:
        for town, month in TRIPS:
            files = look.files(f"Places/{town}/Timeline/{month[:4]}/{month}")
            assert len(files) >= 5
            assert set(files) <= set(look.files(f"Timeline/{month[:4]}/{month}"))
            for other in PLACES.keys() - {town}:
                assert not set(files) & set(look.files(f"Places/{other}"))
