"""A library with people, places and dates, one that may be written, and an inbox: where the table of writes is tried.

It is made in this process, by the tree's own hands; then it is served, or written to as it is.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from haven_fs.catalog.history import corrections
from haven_fs.catalog.libraries import add_inbox, set_writable
from haven_fs.catalog.undo import undo
from haven_fs.testing import make_photo
from helpers.catalogs import open_catalog
from helpers.dav import Client
from helpers.files import states
from helpers.hands import Hands, Http, hands_of
from helpers.home import Home
from helpers.meaning.cells import Facts
from helpers.people import LEFT, RIGHT, group, looks, plant
from helpers.serving import serve
from helpers.tree_hands import TreeHands

PARIS, BERLIN = (48.8584, 2.2945), (52.5163, 13.3777)
MAY, JUNE = "/Timeline/2020/2020-05", "/Timeline/2021/2021-06"
HANDS = ("tree", "http", "rclone", "mount", "gio")


@dataclass
class World:
    """What is on disk, whose hands write to the drive, `plain` ones that read from it, and where it is served."""

    data: Path
    root: Path
    own: Path
    inbox: Path
    new: Path
    hands: Hands
    plain: TreeHands | Http
    url: str = ""

    def facts(self) -> Facts:
        """Return all that writes may have changed, by photos' names."""
        db = sqlite3.connect(f"file:{self.data}/catalog.sqlite?mode=ro", uri=True)

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
        with open_catalog(self.data, readonly=True).read() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM correction").fetchone()[0])

    def take_back(self, after: int) -> None:
        """Take back everything said since that correction."""
        catalog = open_catalog(self.data)
        try:
            with catalog.write(by="") as w:
                undo(w, [one for one in corrections(w.db) if one.id > after], time.time())
        finally:
            catalog.close()


@contextmanager
def world_of(name: str, folder: Path) -> Iterator[World]:
    """Give a world in the hands of that name; the originals of its first library are the same at the end."""
    home = _made(folder)
    before = states(home.root)
    world = partial(World, home.data, home.root, folder / "Own", folder / "Inbox", folder / "new.jpg")
    if name == "tree":
        try:
            add_inbox(home.catalog, folder / "Inbox", home.data)
            home.indexer().walk()
            hands = TreeHands(home)
            yield world(hands, hands)
        finally:
            home.close()
    else:
        home.close()
        with (
            serve(data=home.data, inbox=folder / "Inbox") as serving,
            Client(serving.url) as client,
            hands_of(name, serving, folder) as hands_,
        ):
            yield world(hands_, Http(client), serving.url)
    assert states(home.root) == before


def _made(folder: Path) -> Home:
    home = Home(folder)
    for number in (1, 2, 3):
        caption = "A dog" if number == 1 else None
        home.add(f"A{number}.jpg", f"2020-05-0{number} 12:00:00", position=PARIS, caption=caption)
        home.add(f"B{number}.jpg", f"2021-06-0{number} 12:00:00", position=BERLIN, caption=caption)
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
    with home.catalog.write() as w:
        set_writable(w, "Own", writable=True)
    hands = TreeHands(home)
    for number, name in enumerate(("Alice", "Bob"), 1):
        assert hands.move_folder(f"/People/Person {number}", f"/People/{name}")
    for path in ("/Albums/Summer", "/Albums/Winter", "/Search/dog"):
        assert hands.make(path)
    assert hands.copy(f"{MAY}/A1.jpg", "/Albums/Summer/A1.jpg")
    assert hands.copy(f"{JUNE}/B1.jpg", "/Favorites/B1.jpg")
    return home
