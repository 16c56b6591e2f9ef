"""What writes mean: a row for each cell of the table, done by four programs, with what is true afterwards.

Every cell is done over raw HTTP, with rclone, on a drive that rclone mounts, and with gio; then all of it is taken
back, and all is as it was. Originals of the library that is read-only are the same at the end.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from helpers.catalogs import open_catalog
from helpers.dav import Client
from helpers.hands import Hands, hands_of
from helpers.home import Home
from helpers.people import LEFT, RIGHT, group, looks, plant
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.catalog.undo import corrections, undo
from haven_fs.testing import make_photo

PARIS, BERLIN = (48.8584, 2.2945), (52.5163, 13.3777)
MAY, JUNE = "/Timeline/2020/2020-05", "/Timeline/2021/2021-06"
Facts = dict[str, Any]


@dataclass
class World:
    """A server over a library with people, places and dates, one that may be written, and an inbox."""

    serving: Serving
    root: Path
    own: Path
    inbox: Path
    new: Path
    hands: Hands = field(init=False)

    def facts(self) -> Facts:
        """Return all that writes may have changed, by photos' names."""
        db = sqlite3.connect(f"file:{self.serving.data}/catalog.sqlite?mode=ro", uri=True)

        def rows(query: str) -> list[Any]:
            return sorted(db.execute(query).fetchall(), key=str)

        name = "(SELECT o.name FROM photo p JOIN original o ON o.id = p.main_id WHERE p.id = {})"
        try:
            return {
                "in": rows(
                    f"SELECT v.facet, v.name, {name.format('m.photo_id')} FROM member m"
                    " JOIN value v ON v.id = m.value_id WHERE v.facet IN ('person', 'place', 'album')"
                ),
                "people": rows(
                    "SELECT coalesce(name, 'Person ' || number) FROM person WHERE hidden = 0 AND merged_into IS NULL"
                    " AND (name IS NOT NULL OR number IS NOT NULL)"
                ),
                "days": rows(f"SELECT {name.format('q.id')}, q.day FROM photo q WHERE q.shown = 1"),
                "made": rows("SELECT parent, name FROM made"),
                "unwanted": rows(f"SELECT {name.format('t.photo_id')} FROM unwanted t"),
                "albums": rows("SELECT name, parent_id FROM album"),
                "filled": rows(
                    f"SELECT a.name, {name.format('x.photo_id')} FROM album_photo x JOIN album a ON a.id = x.album_id"
                ),
                "favorites": rows(f"SELECT {name.format('t.photo_id')}, is_favorite FROM favorite t"),
                "dismissed": rows(f"SELECT {name.format('t.photo_id')}, question FROM dismissed t")
                + rows(f"SELECT {name.format('t.photo_id')}, 'face' FROM face t WHERE t.dismissed = 1"),
                "called": rows("SELECT name FROM place_name"),
            }
        finally:
            db.close()

    def last(self) -> int:
        """Return the newest correction."""
        with open_catalog(self.serving.data, readonly=True).read() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM correction").fetchone()[0])

    def take_back(self, after: int) -> None:
        """Take back everything said since that correction."""
        catalog = open_catalog(self.serving.data)
        try:
            with catalog.write(by="") as w:
                undo(w, [one for one in corrections(w.db) if one.id > after], time.time())
        finally:
            catalog.close()


@pytest.fixture(scope="module", params=["http", "rclone", "mount", "gio"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    home = Home(folder)
    for number in (1, 2, 3):
        home.add_library(
            f"A{number}.jpg", f"2020-05-0{number} 12:00:00", position=PARIS, caption="A dog" if number == 1 else None
        )
        home.add_library(
            f"B{number}.jpg", f"2021-06-0{number} 12:00:00", position=BERLIN, caption="A dog" if number == 1 else None
        )
    home.add("undated.jpg", None, camera=None)
    home.add("stranger.jpg", "2021-06-20 12:00:00")
    own = folder / "Own"
    for number in (1, 2, 3):
        make_photo(own / "sub" / f"own{number}.jpg", f"2019-01-0{number} 12:00:00")
    make_photo(folder / "new.jpg", "2018-03-04 12:00:00")
    home.add_library(own)
    home.index()
    for number in (1, 2, 3):
        plant(home, f"A{number}.jpg", [(LEFT, looks(1, turn=0.2, seed=number))])
        plant(home, f"B{number}.jpg", [(RIGHT, looks(2, turn=0.2, seed=number))])
    plant(home, "stranger.jpg", [(LEFT, looks(3))])
    group(home, ["A1.jpg", "A2.jpg", "A3.jpg"])
    group(home, ["B1.jpg", "B2.jpg", "B3.jpg"], RIGHT)
    home.close()
    haven("libraries", "set", "Own", "--writable", "--data", home.data)
    originals = {
        p.name: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in home.root.iterdir()
    }
    with serve(data=home.data, inbox=folder / "Inbox") as serving:
        made = World(serving, home.root, own, folder / "Inbox", folder / "new.jpg")
        with Client(serving.url) as client:
            for number, name in enumerate(("Alice", "Bob"), 1):
                to = f"{client.address}/People/{name}"
                assert client("MOVE", f"/People/Person%20{number}", Destination=to).status == 201
            for path in ("/Albums/Summer", "/Albums/Winter", "/Search/dog"):
                assert client("MKCOL", path).status == 201
            to = f"{client.address}/Albums/Summer/A1.jpg"
            assert client("COPY", f"{MAY}/A1.jpg", Destination=to).status == 201
            to = f"{client.address}/Favorites/B1.jpg"
            assert client("COPY", f"{JUNE}/B1.jpg", Destination=to).status == 201
        with hands_of(request.param, serving, folder) as hands:
            made.hands = hands
            yield made
    now = {p.name: (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns) for p in home.root.iterdir()}
    assert now == originals


Check = Callable[[Facts, Facts], bool]


@dataclass(frozen=True)
class Cell:
    """One cell: its row and column, what is done, and what is true then; no check: it is refused."""

    row: str
    column: str
    do: Callable[[Hands], bool]
    check: Check | None = None
    unless: str = ""
    """A program that means something else by it, and does that."""

    def __str__(self) -> str:
        return f"{self.row}-{self.column}".replace(" ", "_")


def changed(**wanted: tuple[set[Any], set[Any]]) -> Check:
    """Return the check that exactly these rows went and came: by kind of fact, (gone, new)."""

    def check(before: Facts, after: Facts) -> bool:
        for kind in before:
            gone, new = wanted.get(kind, (set(), set()))
            assert set(before[kind]) - set(after[kind]) == gone, (kind, before[kind], after[kind])
            assert set(after[kind]) - set(before[kind]) == new, (kind, before[kind], after[kind])
        return True

    return check


def person(name: str, *photos: str) -> set[Any]:
    return {("person", name, photo) for photo in photos}


def place(name: str, *photos: str) -> set[Any]:
    return {("place", name, photo) for photo in photos}


ALICE, BOB = ("A1.jpg", "A2.jpg", "A3.jpg"), ("B1.jpg", "B2.jpg", "B3.jpg")
CELLS = [
    # People
    Cell("People", "new folder", lambda h: h.make("/People/Carl"), changed(people=(set(), {("Carl",)}))),
    Cell(
        "People",
        "file copied in",
        lambda h: h.copy(f"{MAY}/A1.jpg", "/People/Bob/A1.jpg"),
        changed(**{"in": (set(), person("Bob", "A1.jpg"))}),
    ),
    Cell(
        "People",
        "rename folder",
        lambda h: h.move_folder("/People/Alice", "/People/Alicia"),
        changed(**{"in": (person("Alice", *ALICE), person("Alicia", *ALICE)), "people": ({("Alice",)}, {("Alicia",)})}),
    ),
    Cell(
        "People",
        "rename folder to a name that is taken",
        lambda h: h.move_folder("/People/Alice", "/People/Bob"),
        unless="rclone",  # moves what is in the one into the other, photo by photo
    ),
    Cell(
        "People",
        "move photo to a sibling",
        lambda h: h.move("/People/Alice/A2.jpg", "/People/Bob/A2.jpg"),
        changed(**{"in": (person("Alice", "A2.jpg"), person("Bob", "A2.jpg"))}),
    ),
    Cell(
        "People",
        "delete photo",
        lambda h: h.delete("/People/Alice/A1.jpg"),
        changed(**{"in": (person("Alice", "A1.jpg"), set())}),
    ),
    Cell(
        "People",
        "delete folder",
        lambda h: h.delete_folder("/People/Alice"),
        changed(**{"in": (person("Alice", *ALICE), set()), "people": ({("Alice",)}, set())}),
    ),
    Cell(
        "People",
        "a person folder moved in",
        lambda h: h.move_folder("/People/Bob", "/People/Alice/Bob"),
        changed(**{"in": (person("Bob", *BOB), person("Alice", *BOB)), "people": ({("Bob",)}, set())}),
    ),
    # Search
    Cell("Search", "new folder", lambda h: h.make("/Search/cake"), changed(made=(set(), {("search", "cake")}))),
    Cell(
        "Search",
        "rename folder",
        lambda h: h.move_folder("/Search/dog", "/Search/cat"),
        changed(made=({("search", "dog")}, {("search", "cat")})),
    ),
    Cell(
        "Search",
        "delete photo",
        lambda h: h.delete("/Search/dog/001 A1.jpg"),
        changed(unwanted=(set(), {("A1.jpg",)})),
    ),
    Cell(
        "Search", "delete folder", lambda h: h.delete_folder("/Search/dog"), changed(made=({("search", "dog")}, set()))
    ),
    Cell(
        "Search",
        "move photo to a sibling",
        lambda h: h.make("/Search/B") and h.move("/Search/dog/001 A1.jpg", "/Search/B/A1.jpg"),
    ),
    # Albums
    Cell("Albums", "new folder", lambda h: h.make("/Albums/Autumn"), changed(albums=(set(), {("Autumn", 0)}))),
    Cell(
        "Albums", "new folder in one", lambda h: h.make("/Albums/Summer/Lake"), changed(albums=(set(), {("Lake", 1)}))
    ),
    Cell(
        "Albums",
        "file copied in",
        lambda h: h.copy(f"{JUNE}/B1.jpg", "/Albums/Summer/B1.jpg"),
        changed(filled=(set(), {("Summer", "B1.jpg")}), **{"in": (set(), {("album", "Summer", "B1.jpg")})}),
    ),
    Cell(
        "Albums",
        "rename folder",
        lambda h: h.move_folder("/Albums/Summer", "/Albums/Sun"),
        changed(
            albums=({("Summer", 0)}, {("Sun", 0)}),
            filled=({("Summer", "A1.jpg")}, {("Sun", "A1.jpg")}),
            **{"in": ({("album", "Summer", "A1.jpg")}, {("album", "Sun", "A1.jpg")})},
        ),
    ),
    Cell(
        "Albums",
        "move photo to a sibling",
        lambda h: h.move("/Albums/Summer/A1.jpg", "/Albums/Winter/A1.jpg"),
        changed(
            filled=({("Summer", "A1.jpg")}, {("Winter", "A1.jpg")}),
            **{"in": ({("album", "Summer", "A1.jpg")}, {("album", "Winter", "A1.jpg")})},
        ),
    ),
    Cell(
        "Albums",
        "delete photo",
        lambda h: h.delete("/Albums/Summer/A1.jpg"),
        changed(filled=({("Summer", "A1.jpg")}, set()), **{"in": ({("album", "Summer", "A1.jpg")}, set())}),
    ),
    Cell(
        "Albums",
        "delete folder",
        lambda h: h.delete_folder("/Albums/Summer"),
        changed(
            albums=({("Summer", 0)}, set()),
            filled=({("Summer", "A1.jpg")}, set()),
            **{"in": ({("album", "Summer", "A1.jpg")}, set())},
        ),
    ),
    Cell(
        "Albums",
        "photo dragged from a person",
        lambda h: h.move("/People/Bob/B2.jpg", "/Albums/Winter/B2.jpg"),
        lambda before, after: ("Winter", "B2.jpg") in after["filled"] and ("person", "Bob", "B2.jpg") in after["in"],
    ),
    # Places
    Cell(
        "Places",
        "new folder",
        lambda h: h.make("/Places/Paris/with Alice"),
        lambda before, after: "with Alice" in {name for _, name in after["made"]},
    ),
    Cell(
        "Places",
        "file copied in, no place yet",
        lambda h: h.copy(f"{JUNE}/stranger.jpg", "/Places/Paris/stranger.jpg"),
        changed(**{"in": (set(), place("Paris", "stranger.jpg"))}),
    ),
    Cell("Places", "file copied in, place known", lambda h: h.copy(f"{JUNE}/B3.jpg", "/Places/Paris/B3.jpg")),
    Cell(
        "Places",
        "rename folder",
        lambda h: h.move_folder("/Places/Berlin", "/Places/Home"),
        lambda before, after: ("Home",) in after["called"] and place("Home", *BOB) <= set(after["in"]),
    ),
    Cell(
        "Places",
        "move photo to a sibling",
        lambda h: h.move("/Places/Berlin/B1.jpg", "/Places/Paris/B1.jpg"),
        changed(**{"in": (place("Berlin", "B1.jpg"), place("Paris", "B1.jpg"))}),
    ),
    Cell(
        "Places",
        "delete photo",
        lambda h: h.delete("/Places/Paris/A1.jpg"),
        changed(**{"in": (place("Paris", "A1.jpg"), set())}),
    ),
    # Timeline
    Cell("Timeline", "new folder", lambda h: h.make("/Timeline/2020/party")),
    Cell(
        "Timeline",
        "file copied in, undated",
        lambda h: h.copy("/Review/Undated/undated.jpg", f"{JUNE}/undated.jpg"),
        lambda before, after: dict(after["days"])["undated.jpg"] // 100 == 202106,
    ),
    Cell("Timeline", "file copied in, date known", lambda h: h.copy(f"{MAY}/A1.jpg", f"{JUNE}/A1.jpg")),
    Cell("Timeline", "rename folder", lambda h: h.move_folder("/Timeline/2020/2020-05", "/Timeline/2020/party")),
    Cell(
        "Timeline",
        "move photo to a sibling",
        lambda h: h.move(f"{MAY}/A3.jpg", f"{JUNE}/A3.jpg"),
        changed(days=({("A3.jpg", 20200503)}, {("A3.jpg", 20210603)})),
    ),
    Cell("Timeline", "delete photo", lambda h: h.delete(f"{MAY}/A1.jpg")),
    # Favorites
    Cell(
        "Favorites",
        "new folder",
        lambda h: h.make("/Favorites/dog"),
        changed(made=(set(), {("favorites", "dog")})),
    ),
    Cell(
        "Favorites",
        "file copied in",
        lambda h: h.copy(f"{MAY}/A1.jpg", "/Favorites/A1.jpg"),
        changed(favorites=(set(), {("A1.jpg", 1)})),
    ),
    Cell(
        "Favorites",
        "delete photo",
        lambda h: h.delete("/Favorites/B1.jpg"),
        lambda before, after: ("B1.jpg", 1) not in after["favorites"],
    ),
    # Review
    Cell("Review", "new folder", lambda h: h.make("/Review/Undated/dog")),
    Cell("Review", "file copied in", lambda h: h.copy(f"{MAY}/A1.jpg", "/Review/Undated/A1.jpg")),
    Cell(
        "Review",
        "settled by moving",
        lambda h: h.move("/Review/Unknown faces/stranger.jpg", "/People/Bob/stranger.jpg"),
        changed(**{"in": (set(), person("Bob", "stranger.jpg"))}),
    ),
    Cell(
        "Review",
        "delete photo",
        lambda h: h.delete("/Review/Unknown faces/stranger.jpg"),
        changed(dismissed=(set(), {("stranger.jpg", "face")})),
    ),
    Cell("Review", "rename folder", lambda h: h.move_folder("/Review/Undated", "/Review/Old")),
    # Recently Removed
    Cell("Recently Removed", "new folder", lambda h: h.make("/Recently Removed/more")),
    Cell(
        "Recently Removed",
        "photo moved in",
        lambda h: h.move(f"{MAY}/A2.jpg", "/Recently Removed/A2.jpg"),
        lambda before, after: "A2.jpg" not in dict(after["days"]),
    ),
    # Originals, read-only
    Cell("Originals", "new folder", lambda h: h.make("/Originals/Pictures/new")),
    Cell("Originals", "delete photo", lambda h: h.delete("/Originals/Pictures/A1.jpg")),
    Cell("Originals", "rename photo", lambda h: h.move("/Originals/Pictures/A1.jpg", "/Originals/Pictures/Z.jpg")),
    Cell(
        "Originals", "moved into a smart folder", lambda h: h.move("/Originals/Pictures/A1.jpg", "/People/Bob/A1.jpg")
    ),
]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_a_write_means(world: World, cell: Cell) -> None:
    if world.hands.name == cell.unless:
        return
    before, last = world.facts(), world.last()
    done = cell.do(world.hands)
    after = world.facts()
    try:
        if cell.check is None:
            kept = {kind: rows for kind, rows in after.items() if kind != "made"}
            assert kept == {kind: rows for kind, rows in before.items() if kind != "made"}
            assert not done or (world.hands.sends_later and "copied" in cell.column)
        else:
            assert done
            until = time.monotonic() + (20 if world.hands.sends_later else 0)
            while True:  # what is copied in a mounted drive is sent a moment later
                try:
                    assert cell.check(before, world.facts())
                    break
                except AssertionError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.2)
    finally:
        world.take_back(last)
    assert world.facts() == before


def test_inbox(world: World) -> None:
    """Real files cannot be taken back, so these are done in one go."""
    hands = world.hands
    assert hands.make("/Inbox/trip")
    assert hands.upload(world.new, "/Inbox/trip/new.jpg")
    wait_for(lambda: (world.inbox / "trip/new.jpg").exists(), "the upload")
    assert (world.inbox / "trip/new.jpg").read_bytes() == world.new.read_bytes()
    wait_for(lambda: ("new.jpg", 20180304) in world.facts()["days"], "the photo in the timeline", seconds=20)
    assert hands.move_folder("/Inbox/trip", "/Inbox/journey")
    assert hands.move("/Inbox/journey/new.jpg", "/Inbox/journey/newer.jpg")
    assert (world.inbox / "journey/newer.jpg").exists()
    assert hands.delete("/Inbox/journey/newer.jpg")
    assert not (world.inbox / "journey/newer.jpg").exists()
    with Client(world.serving.url) as client:
        assert client("GET", "/Recently%20Removed/newer.jpg").body == world.new.read_bytes()
        assert client("DELETE", "/Recently%20Removed/newer.jpg").status == 403
    assert not hands.delete("/Recently Removed/newer.jpg")


def test_originals_that_may_be_written(world: World) -> None:
    hands, base = world.hands, "/Originals/Own"
    data = (world.own / "sub/own1.jpg").read_bytes()
    assert hands.make(f"{base}/made")
    assert (world.own / "made").is_dir()
    assert hands.move(f"{base}/sub/own1.jpg", f"{base}/made/own1.jpg")
    assert (world.own / "made/own1.jpg").read_bytes() == data and not (world.own / "sub/own1.jpg").exists()
    assert hands.upload(world.new, f"{base}/made/up.jpg")
    wait_for(lambda: (world.own / "made/up.jpg").exists(), "the upload")
    assert hands.delete(f"{base}/made/own1.jpg")
    assert hands.delete_folder(f"{base}/sub")
    assert not (world.own / "sub").exists()
    with Client(world.serving.url) as client:
        assert client("GET", "/Recently%20Removed/own1.jpg").body == data
        moved = client(
            "MOVE", "/Recently%20Removed/own1.jpg", Destination=f"{client.address}/Originals/Own/made/own1.jpg"
        )
        assert moved.status == 201
    assert (world.own / "made/own1.jpg").read_bytes() == data
