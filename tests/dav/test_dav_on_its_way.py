"""A file that is asked for while another request moves it: its paths show what is so before or after, nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from helpers.dav import Answer, Client
from helpers.home import Home
from helpers.http_app import running

from haven_dav import HavenProvider
from haven_fs.catalog import Writer
from haven_fs.catalog.moving import file_at
from haven_fs.renditions.renditions import Renditions
from haven_fs.server.app import make_app
from haven_fs.tree.disk.content import Arrival
from haven_fs.tree.disk.place import DiskPlace

MONTH = "/Timeline/2019/2019-07"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path) as home:
        home.add("old/a.jpg", "2019-07-01 10:00:00", size=(640, 480))
        home.add("new/b.jpg", "2018-07-01 10:00:00")
        home.add_library(writable=True)
        home.index()
        yield home


@pytest.fixture
def dav(home: Home) -> Iterator[Client]:
    with closing(Renditions(home.catalog, home.settings)) as renditions:
        app = make_app(HavenProvider(home.tree(), renditions=renditions), None)
        with running(app, threads=2) as server, Client(f"http://127.0.0.1:{server.bind_addr[1]}/") as client:
            yield client


@contextmanager
def moving(home: Home) -> Iterator[Writer]:
    """Have the block run when the file is in its new place and the catalog knows, but nobody has been told."""
    old, new = (DiskPlace(home.library(), path) for path in ("old/a.jpg", "new/a.jpg"))
    arrival = Arrival(old.on_disk, new, None)
    with home.catalog.write(by="", place="/Originals/Pictures") as w:
        row = file_at(w.db, old.library.id, old.below)
        assert row is not None
        arrival.put_file(w, row.id)
        yield w


def asked_meanwhile(home: Home, ask: Callable[[], Answer], *, fails: bool = False) -> Answer:
    """Return the answer to what is asked while a file moves; `fails`: the move is taken back."""
    with ThreadPoolExecutor(1) as pool:
        answer: Future[Answer]
        try:
            with moving(home):
                answer = pool.submit(ask)
                wait([answer], 1)
                if fails:
                    raise OSError("the disk is full")
        except OSError:
            assert fails
        return answer.result(60)


def test_its_old_path_shows_nothing(home: Home, dav: Client) -> None:
    answer = asked_meanwhile(home, lambda: dav("GET", "/Originals/Pictures/old/a.jpg"))
    assert answer.status == 404, "no disk is missing, although its folder is empty"
    assert answer.reason() == "There is nothing here."


def test_it_stays_where_photos_are_shown(home: Home, dav: Client) -> None:
    """A program that syncs would delete its copy of what is 404."""
    body = (home.root / "old/a.jpg").read_bytes()
    answer = asked_meanwhile(home, lambda: dav("GET", f"{MONTH}/a.jpg"))
    assert answer.status == 200
    assert answer.body == body


def test_a_move_that_is_taken_back(home: Home, dav: Client) -> None:
    body = (home.root / "old/a.jpg").read_bytes()
    answer = asked_meanwhile(home, lambda: dav("GET", "/Originals/Pictures/old/a.jpg"), fails=True)
    assert answer.status == 200
    assert answer.body == body


def test_a_copy_to_look_at_is_made_of_it(home: Home, dav: Client) -> None:
    answer = asked_meanwhile(home, lambda: dav("GET", f"/TV{MONTH}/a.jpg"))
    assert answer.status == 200
    assert answer.body.startswith(b"\xff\xd8")


def test_what_is_really_missing(home: Home, dav: Client) -> None:
    """Nobody moves it: it is gone, or with all of its folder, so that its disk may be."""
    home.add("old/c.jpg", "2019-07-01 10:00:00", seed="c")
    home.index()
    (home.root / "old/a.jpg").unlink()
    assert dav("GET", f"{MONTH}/a.jpg").status == 404
    assert dav("GET", f"/TV{MONTH}/a.jpg").status == 404
    (home.root / "old/c.jpg").unlink()
    assert dav("GET", f"{MONTH}/c.jpg").status == 503
    assert dav("GET", f"/TV{MONTH}/c.jpg").status == 503
