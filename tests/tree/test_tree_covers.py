"""What stands for folders, where the values of facets have theirs, and how many photos a listing says they have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home

from haven_fs.tree.cover import Cover
from haven_fs.tree.nodes import Folder

PARIS, BERLIN = (48.8584, 2.2945), (52.5163, 13.3777)
FACE = (0.3, 0.2, 0.5, 0.6)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two photos of Paris with Anna, one of Berlin, and a file that cannot be read; albums in albums."""
    made = Home(tmp_path_factory.mktemp("covers"))
    made.add("a.jpg", "2020-05-01 12:00:00", position=PARIS, people={"Anna": FACE}, size=(400, 300))
    made.index()
    made.add("b.jpg", "2019-05-01 12:00:00", position=PARIS)
    made.index()
    made.add("Trip/c.jpg", "2021-05-01 12:00:00", position=BERLIN)
    (made.root / "d.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    made.index()
    for path in ("Albums/Summer", "Albums/Summer/Best", "Albums/Empty"):
        made.make(path)
    made.copy("Recent/a.jpg", "Albums/Summer/Best/")
    made.copy("Recent/c.jpg", "Albums/Summer/")
    yield made
    made.close()


def folder(home: Home, path: str) -> Any:
    tree = home.tree()
    with tree.view() as view:
        found = tree.resolve(view, [part for part in path.split("/") if part])
        assert isinstance(found, Folder), path
        return found.cover(), {entry.name: entry.photos for entry in tree.listing(found).folders}, tree.facets(found)


def main(home: Home, name: str) -> int:
    return next(one.id for one in home.seen().values() if one.name == name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Timeline", "c.jpg"),
        ("Timeline/2020", "a.jpg"),
        ("Recent", "c.jpg"),
        ("Places", "c.jpg"),
        ("Places/Paris", "b.jpg"),
        ("Places/Countries/France", "b.jpg"),
        ("Albums", "c.jpg"),
        ("Albums/Summer/Best", "a.jpg"),
        ("Originals/Pictures", "c.jpg"),
        ("Originals/Pictures/Trip", "c.jpg"),
        ("People/Anna/Places/Paris", "a.jpg"),
        ("Places/Paris/Albums/Summer", "a.jpg"),
        ('Search/"in Paris"', "b.jpg"),
    ],
)
def test_the_cover_is_the_photo_that_came_last(home: Home, path: str, name: str) -> None:
    assert folder(home, path)[0] == Cover(main(home, name))


@pytest.mark.parametrize("path", ["", "Search", "Review", "Review/Unreadable", "Albums/Empty", "Inbox"])
def test_what_has_no_photos_has_no_cover(home: Home, path: str) -> None:
    assert folder(home, path)[0] is None


def test_the_cover_of_a_person_is_a_square_around_the_best_face(home: Home) -> None:
    cover = folder(home, "People/Anna")[0]
    assert cover.original_id == main(home, "a.jpg")
    left, top, right, bottom = cover.box
    assert left < FACE[0] and right > FACE[2]
    assert top < FACE[1] and bottom > FACE[3]
    assert (right - left) * 400 == pytest.approx((bottom - top) * 300)
    assert min(cover.box) >= 0 and max(cover.box) <= 1
    assert folder(home, "Places/Berlin/People")[0] is None


def test_the_best_of_a_search_is_its_cover(home: Home) -> None:
    tree = home.tree()
    with tree.view() as view:
        found = tree.resolve(view, ["Search", '"trip"'])
        assert isinstance(found, Folder)
        assert found.cover() is None  # nothing is called that
        found = tree.resolve(view, ["Search", '"a"'])
        assert isinstance(found, Folder)
        assert found.cover() == Cover(main(home, "a.jpg"))


def test_listings_say_how_many_photos_there_are(home: Home) -> None:
    assert folder(home, "Places")[1] == {"Countries": None, "Berlin": 1, "Paris": 2}
    assert folder(home, "People")[1] == {"Anna": 1}
    assert folder(home, "Albums")[1] == {"Empty": 0, "Summer": 2}
    assert folder(home, "Albums/Summer")[1] == {"Best": 1}
    assert folder(home, "People/Anna/Albums")[1] == {"Summer": 1}
    assert folder(home, "Timeline")[1] == {"2019": 1, "2020": 1, "2021": 1}
    assert folder(home, "Originals/Pictures")[1] == {"Trip": None}


@pytest.mark.parametrize(
    ("facet", "name", "path"),
    [
        ("person", "Anna", ("People", "Anna")),
        ("place", "Paris", ("Places", "Paris")),
        ("country", "France", ("Places", "Countries", "France")),
        ("album", "Best", ("Albums", "Summer", "Best")),
    ],
)
def test_a_value_has_its_folder(home: Home, facet: str, name: str, path: tuple[str, ...]) -> None:
    (key,) = home.query("SELECT key FROM value WHERE facet = ? AND name = ?", facet, name)
    tree = home.tree()
    with tree.view() as view:
        assert tree.path_to(view, facet, key) == path
        assert isinstance(tree.resolve(view, path), Folder)
        assert tree.path_to(view, facet, "none") is None
        assert tree.path_to(view, "nothing", key) is None


def test_what_may_be_typed_in_a_folder(home: Home) -> None:
    facets = ["Albums", "Favorites", "People", "Places", "Timeline", "Types"]
    assert folder(home, "Places/Paris")[2] == facets
    assert folder(home, "")[2] == folder(home, "Originals/Pictures")[2] == []


def test_a_run_can_be_asked_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from haven_fs.analysis import progress

    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    run = progress.Progress()
    assert run.now() is None
    run.begin("Reading files", 100)
    assert run.now() == progress.Doing("Reading files", 0, 100, None)
    run.advance(19)
    clock[0] += 20
    assert run.now() == progress.Doing("Reading files", 19, 100, None)  # too few to tell
    run.advance(21)
    assert run.now() == progress.Doing("Reading files", 40, 100, 30.0)
    run.advance(90)
    assert run.now() == progress.Doing("Reading files", 130, 130, 0.0)
    run.end()
    assert run.now() is None
