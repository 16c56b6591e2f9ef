"""The conformance suite of writing on every folder Haven has: what each takes, and that it refuses all else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.people import LEFT, looks, plant

from haven_fs.testing import check_writing, jpeg, make_photo
from haven_fs.tree.looks import LOOKS

pytestmark = pytest.mark.long

PARIS, ROME = (48.8584, 2.2945), (41.8902, 12.4922)
ALICE, BOB = {"Alice": (0.1, 0.1, 0.3, 0.3)}, {"Bob": (0.6, 0.1, 0.8, 0.3)}
PHOTOS = {"put", "move", "send", "take out"}
"""What folders take that say something of photos, and of which it can be said that it is not so."""
TAKES = {
    "/": set(),
    "/People": {"make"},
    "/People/Alice": PHOTOS | {"make", "rename", "remove", "join"},
    "/People/Alice/dog": {"make", "rename", "remove", "take out"},
    "/People/Alice/Places/Paris": {"make", "rename", "take out"},
    "/Albums": {"make", "join", "keep"},
    "/Albums/Summer": PHOTOS | {"make", "rename", "remove", "join", "keep", "note"},
    "/Albums/Summer/Nested": PHOTOS - {"move"} | {"make", "rename", "remove", "keep", "note"},
    "/Favorites": PHOTOS | {"make"},
    "/Places": {"make"},
    "/Places/Paris": PHOTOS | {"make", "rename"},
    "/Places/Paris/Albums/Summer": {"make", "rename", "put", "take out"},
    "/Places/Countries": {"make"},
    "/Places/Countries/France": {"make", "put", "send"},
    "/Timeline": set(),
    "/Timeline/2021": {"put", "send"},
    "/Timeline/2021/2021-06": {"put", "move", "send"},
    "/Recent": {"make"},
    "/On This Day": {"make"},
    "/Types": {"make"},
    "/Search": PHOTOS | {"make"},
    "/Search/dog": {"make", "rename", "remove", "take out"},
    "/Review": set(),
    "/Review/Changes": {"take out"},
    "/Review/Undated": {"take out"},
    "/Review/Dated by Folder": set(),
    "/Review/Unplaced": {"take out"},
    "/Review/Unreadable": set(),
    "/Review/Damaged": set(),
    "/Review/Duplicates": set(),
    "/Review/Unknown faces": {"take out"},
    "/Review/Maybe": set(),
    "/Inbox": PHOTOS | {"make"},
    "/Originals": set(),
    "/Originals/Pictures": set(),
    "/Originals/Own": {"make", "send", "take out"},
    "/Originals/Own/sub": {"make", "rename", "send", "take out"},
    "/Recently Removed": {"move"},
}
"""What each folder takes of haven_fs.testing.writing.ABILITIES."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Something in every folder, an inbox, and a library that may be written to."""
    home = Home(tmp_path)
    home.add("a1.jpg", "2020-05-04 12:00:00", position=PARIS, people=ALICE, rating=5, caption="A dog")
    home.add("a2.jpg", "2020-05-05 12:00:00", position=PARIS, people=ALICE | BOB)
    home.add("b1.jpg", "2021-06-04 12:00:00", position=ROME, people=BOB)
    home.add("b2.jpg", "2021-07-04 12:00:00", position=ROME)
    home.add("c1.jpg", "2022-07-04 12:00:00", caption="A dog")
    home.add("d1.jpg", None, camera=None)
    home.add("d2.jpg", None, camera=None)
    make_photo(tmp_path / "Own/own1.jpg", "2023-01-02 12:00:00")
    make_photo(tmp_path / "Own/sub/own2.jpg", "2023-01-03 12:00:00")
    home.add_library(tmp_path / "Own", writable=True)
    home.add_inbox()
    home.index()
    plant(home, "c1.jpg", [(LEFT, looks(3))])
    for folder in ("Albums/Summer", "Albums/Winter", "Albums/Summer/Nested", "Search/dog", "People/Alice/dog"):
        home.make(folder)
    for photo, album in (("a1", "Summer"), ("b1", "Summer"), ("b2", "Winter"), ("c1", "Summer/Nested")):
        home.copy(f"Recent/{photo}.jpg", f"Albums/{album}/")
    home.put("Search/Like this.jpg", jpeg("like this"))
    yield home
    home.close()


def test_these_are_all_there_are(home: Home) -> None:
    tops = {path.split("/")[1] for path in TAKES if path != "/"}
    assert {name.strip("/") for name in home.list("/")} - {look.name for look in LOOKS} == tops
    assert {f"/Review/{name.strip('/')}" for name in home.list("/Review")} <= TAKES.keys()


@pytest.mark.parametrize("path", TAKES)
def test_a_folder(home: Home, path: str) -> None:
    assert check_writing(home, path) == TAKES[path]
