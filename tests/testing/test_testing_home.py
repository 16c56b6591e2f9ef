"""A home as plugins' tests have it: what it draws, what it shows, what it takes, and what it tells a broken plugin."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

import haven_time
from haven_fs import AlreadyExists, Facts, Forbidden, NotFound, Sample, Tag, hookimpl
from haven_fs.testing import History, Home, check_reading, jpeg, make_video, snapshot

ROME = (41.8902, 12.4922)


class Kinds:
    """Tags photos by what their headers say."""

    name, version, needs = "kinds", 1, "metadata"
    light, indexed, at_leisure, space = False, False, False, None

    def analyze(self, batch: list[Sample]) -> list[Facts]:
        return [Facts(tags=[Tag("kind", sample.metadata.kind, sample.metadata.kind)]) for sample in batch]


def test_what_is_drawn_is_found(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        people = {"Alice": (0.1, 0.1, 0.3, 0.3), "Bob & Co": None}
        home.add("a.jpg", "2020-05-04 12:00:00", position=ROME, people=people, rating=5, keywords=["sun & sea"])
        home.add("b.png", None, format="PNG", camera=None, image=Image.new("RGB", (20, 10), "red"))
        make_video(home.root / "film.mp4", taken="2021-01-02 03:04:05")
        home.index()
        assert home.list("/People") == ["Alice/", "Bob & Co/", "How to name people.txt"]
        assert home.list("/Places") == ["Countries/", "Rome/"]
        assert home.list("/Timeline/2021/2021-01") == ["film.mp4"]
        assert home.list("/Favorites") == ["a.jpg"]
        assert "sun & sea" in home.query("SELECT name FROM value WHERE facet = 'keyword'")
        assert home.list("/Review/Undated") == ["b.png"]
        assert Image.open(home.root / "b.png").getpixel((5, 5)) == (255, 0, 0)


def test_writes_of_a_user(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        home.add("a.jpg")
        home.index()
        with pytest.raises(Forbidden, match="uploads"):
            home.put("/Favorites/sent.jpg", jpeg("sent"))
        inbox = home.add_inbox()
        assert home.put("/Favorites/sent.jpg", jpeg("sent"), by="anna").created
        assert [path.name for path in inbox.rglob("*.jpg")] == ["sent.jpg"]
        home.make("/Albums/Summer")
        home.copy("/Recent/a.jpg", "/Albums/Summer/", by="bob")
        home.move("/Albums/Summer", "/Albums/Winter")
        assert home.list("/Albums/Winter") == ["a.jpg"]
        with pytest.raises(AlreadyExists):
            home.copy("/Recent/a.jpg", "/Albums/Winter/a.jpg", overwrite=False)
        home.delete("/Albums/Winter/a.jpg")
        with pytest.raises(NotFound):
            home.delete("/Albums/Winter/a.jpg")
        assert [one.by for one in home.said()] == ["", "", "bob", "", "anna"]
        home.undo(home.said()[0].id)
        assert home.list("/Albums/Winter") == ["a.jpg"]


def test_a_gesture_is_undone_whole_and_time_ends_it(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        for name in ("a", "b", "c"):
            home.add(f"{name}.jpg", rating=5)
        home.index()
        home.delete("/Favorites/a.jpg")
        home.later()
        home.delete("/Favorites/b.jpg")
        home.delete("/Favorites/c.jpg")
        assert home.undo().corrections == 2
        assert home.list("/Favorites") == ["b.jpg", "c.jpg"]
        assert home.undo().corrections == 1
        assert home.list("/Favorites") == ["a.jpg", "b.jpg", "c.jpg"]
        assert home.undo().corrections == 0


def test_plugins_and_settings(tmp_path: Path) -> None:
    plugin = SimpleNamespace(haven_analyzers=hookimpl(lambda: [Kinds()]))
    with Home(tmp_path, [plugin, haven_time], settings={"tree.recent_photos": 1, "language": "de"}) as home:
        home.add("a.jpg", position=ROME)
        home.add("b.jpg", "2021-05-04 12:00:00")
        home.index()
        assert home.list("/Recent") == ["b.jpg"]
        assert home.list("/Places") == ["Countries/", "Rom/"]
        assert home.query("SELECT name FROM value WHERE facet = 'kind'") == ["image"]
        assert "recent_photos = 1" in (home.data / "haven.toml").read_text()


@pytest.mark.parametrize(
    ("hooks", "problem"),
    [
        ({"haven_smart_folders": hookimpl(lambda: 1 / 0)}, "ZeroDivisionError"),
        ({"haven_analyzers": hookimpl(lambda: ["red"])}, "'red' is not of the type Analyzer"),
        ({"haven_teleport": hookimpl(lambda: [])}, "haven_teleport"),
    ],
)
def test_a_broken_plugin_fails_the_test(tmp_path: Path, hooks: dict[str, object], problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        Home(tmp_path, [SimpleNamespace(**hooks)])


def test_what_an_analyzer_raises_is_kept_with_the_photo(tmp_path: Path) -> None:
    class Broken(Kinds):
        def analyze(self, batch: list[Sample]) -> list[Facts]:
            raise KeyError("no such colour")

    with Home(tmp_path, [SimpleNamespace(haven_analyzers=hookimpl(lambda: [Broken()]))]) as home:
        home.add("a.jpg")
        home.index()
        assert home.query("SELECT failed FROM analysis WHERE analyzer = 'kinds'") == ["KeyError: 'no such colour'"]


def test_made_folders_are_looked_at_too(tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        home.add("a.jpg", caption="A dog")
        home.index()
        home.make("/Recent/dog")
        history = History()
        with home.looking() as look:
            assert look.listed("/Recent") == ["dog/", "a.jpg"]
            assert check_reading(look, "/Recent") == 2
            shown = snapshot(look)
        assert ("Recent", "dog") in shown
        history.note(shown)


def test_it_needs_no_pytest() -> None:
    code = "import sys, haven_fs.testing; print({'pytest', 'hypothesis', 'av', 'wsgidav'} & sys.modules.keys())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
