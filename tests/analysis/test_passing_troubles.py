"""Troubles that pass are no facts: what could not be read, or was judged by a wrong clock, is looked at again."""

import errno
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home
from PIL import Image

from haven_fs import Analyzer, Facts, Sample, hookimpl
from haven_fs.catalog.again import ahead_of_clock, make_due, troubles
from haven_fs.library import beneath

Fails = Callable[..., Any]


class Eyes(Analyzer):
    """Looks at the picture, which takes decoding it."""

    name, version, needs = "eyes", 1, "picture"

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        return [Facts(values={"rating": self.version}) for _ in batch]


class EyesPlugin:
    """A plugin that brings them, in the version of now."""

    eyes = Eyes()

    @hookimpl
    def haven_analyzers(self, settings: object) -> list[Analyzer]:
        return [self.eyes]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Fails:
    """Have the operating system refuse files: to be opened, or more than so many bytes of them."""

    @contextmanager
    def fails(*paths: Path, number: int = errno.EACCES, beyond: int | None = None) -> Iterator[None]:
        names = {str(path) for path in paths}
        opened = io.open

        class Failing(io.FileIO):
            left = beyond or 0

            def readinto(self, buffer: Any) -> int:
                self.left -= len(buffer)
                if self.left < 0:
                    raise OSError(number, os.strerror(number))
                return super().readinto(buffer)

            def readall(self) -> bytes:
                raise OSError(number, os.strerror(number))

        def refuse(file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
            if isinstance(file, str | Path) and str(file) in names:
                if beyond is None:
                    raise OSError(number, os.strerror(number), str(file))
                return io.BufferedReader(Failing(str(file)), 1)
            return opened(file, mode, *args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(io, "open", refuse)
            patch.setattr("builtins.open", refuse)
            yield

    return fails


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the clock of this computer."""
    real = time.time

    def set_to(day: str) -> None:
        ahead = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() - real()
        monkeypatch.setattr(time, "time", lambda: real() + ahead)

    return set_to


def days(home: Home) -> list[tuple[str, int | None]]:
    return [
        (name, day)
        for name, day in home.query(
            "SELECT o.name, p.day FROM photo p JOIN original o ON o.id = p.main_id WHERE p.shown = 1 ORDER BY 1"
        )
    ]


def known_troubles(home: Home) -> list[tuple[str, bool]]:
    with home.catalog.read() as db:
        return [(Path(one.path).name, one.passing) for one in troubles(db)]


def reasons(home: Home) -> str:
    with home.looking() as look:
        texts = look.folder("Review/Unreadable").texts()
        return texts[0].text if texts else ""


# Rights and disks


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_file_that_can_be_read_later(home: Home, failing: Fails, number: int) -> None:
    path, _ = home.add("a.jpg", "2019-05-04 12:00:00"), home.add("b.jpg", "2020-01-01 00:00:00")
    with failing(path, number=number):
        for _ in range(2):  # which ends with nothing pending, see Home.index
            home.index()
            assert days(home) == [("b.jpg", 20200101)]
            assert home.list("/Review/Unreadable") == ["Reasons.txt", "a.jpg"]
            assert "Haven tries again each time it looks" in reasons(home)
            assert known_troubles(home) == [("a.jpg", True)]
    home.index()
    assert days(home) == [("a.jpg", 20190504), ("b.jpg", 20200101)]
    assert home.list("/Review/Unreadable") == [] and known_troubles(home) == []


def test_a_file_that_stays_as_it_is_changes_no_folder(home: Home, failing: Fails) -> None:
    path = home.add("a.jpg")
    home.add("b.jpg")
    with failing(path):
        home.index()
        before = home.query("SELECT max(seq), (SELECT max(seq) FROM dir) FROM photo")
        home.index()
        assert home.query("SELECT max(seq), (SELECT max(seq) FROM dir) FROM photo") == before


def test_what_is_known_of_a_file_stays_while_it_cannot_be_read(home: Home, failing: Fails) -> None:
    path = home.add("a.jpg", "2019-05-04 12:00:00", caption="One")
    home.index()
    home.make("/Albums/Trip")
    home.copy("/Recent/a.jpg", "/Albums/Trip/")
    os.utime(path, (1, 1))
    with failing(path, number=errno.EIO):
        home.index()
        assert days(home) == [("a.jpg", 20190504)] and home.list("/Albums/Trip") == ["a.jpg"]
        assert home.list("/Review/Unreadable") == ["Reasons.txt", "a.jpg"]
    home.index()
    assert days(home) == [("a.jpg", 20190504)] and home.list("/Review/Unreadable") == []


def test_a_companion_that_cannot_be_read(home: Home, failing: Fails) -> None:
    """The others need not wait for it, and it joins them later; once it has, it stays though it cannot be read."""
    home.add("a.jpg", "2019-05-04 12:00:00")
    sidecar = home.root / "a.jpg.xmp"
    sidecar.write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' photoshop:DateCreated="2001-02-03T04:05:06"/></rdf:RDF></x:xmpmeta>'
    )
    with failing(sidecar):
        home.index()
        assert days(home) == [("a.jpg", 20190504)] and known_troubles(home) == [("a.jpg.xmp", True)]
    home.index()
    assert days(home) == [("a.jpg", 20010203)] and known_troubles(home) == []
    os.utime(sidecar, (1, 1))
    with failing(sidecar):
        home.index()
        assert days(home) == [("a.jpg", 20010203)] and known_troubles(home) == [("a.jpg.xmp", True)]
    home.index()
    assert days(home) == [("a.jpg", 20010203)] and known_troubles(home) == []


def noise(path: Path, quality: int = 95) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(path, quality=quality)
    assert path.stat().st_size > 500_000
    return path


def test_a_disk_that_fails_while_the_picture_is_looked_at(
    tmp_path: Path, failing: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headers can be read, and what is far behind them cannot: the photo is there and the rest waits."""
    ratings = (
        "SELECT p.rating, a.version, a.failed FROM photo p JOIN analysis a ON a.photo_id = p.id AND analyzer = 'eyes'"
    )
    with Home(tmp_path, [EyesPlugin()]) as home:
        path = noise(home.root / "a.jpg")
        with failing(path, number=errno.EIO, beyond=200_000):
            for _ in range(2):
                home.index()
                ((rating, version, failed),) = home.query(ratings)
                assert (rating, version) == (None, 1) and "Input/output error" in failed
                assert home.list("/Recent") == ["a.jpg"] and "a.jpg" in home.list("/Review/Unreadable")
                assert known_troubles(home) == [("a.jpg", True)]
        home.index()
        assert home.query(ratings) == [(1, 1, None)]
        assert home.list("/Review/Unreadable") == [] and known_troubles(home) == []
        # A new version: what the old one said holds until the disk gives the file again.
        monkeypatch.setattr(Eyes, "version", 2)
        with failing(path, number=errno.EIO, beyond=200_000):
            home.index()
            assert home.query(ratings)[0][0] == 1 and home.query(ratings)[0][2]
        home.index()
        assert home.query(ratings) == [(2, 2, None)]


def test_a_picture_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    with Home(tmp_path, [EyesPlugin()]) as home:
        os.truncate(noise(home.root / "a.webp"), 300_000)
        home.index()
        assert home.query("SELECT failed, again FROM analysis WHERE analyzer = 'eyes'") == [
            ("The picture is damaged and cannot be decoded.", None)
        ]


def test_a_library_that_goes_away_while_its_pictures_are_looked_at(tmp_path: Path) -> None:
    """What was due then is due again when it is back, and not before."""
    with Home(tmp_path, [EyesPlugin()]) as home:
        noise(home.root / "a.jpg")
        home.add_library()
        indexer = home.indexer()
        indexer.walk()
        eyes = indexer.analyzers.pop("eyes")
        indexer.work()
        indexer.analyzers["eyes"] = eyes
        away = home.root.rename(home.root.with_name("away"))
        indexer.work()
        assert indexer.counts().pending == 0
        home.indexer().run()
        failed = "SELECT version, failed IS NULL FROM analysis WHERE analyzer = 'eyes'"
        assert home.query(failed) == [(1, 0)], "it is not tried while the library is away"
        away.rename(home.root)
        home.index()
        assert home.query(failed) == [(1, 1)]


def test_a_folder_without_rights_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.add("a/x.jpg")
    home.add("b/y.jpg")
    closed, open_folder = home.root.resolve() / "b", beneath.open_folder

    def refuse(path: Path) -> int:
        if path == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return open_folder(path)

    with monkeypatch.context() as patch:
        patch.setattr(beneath, "open_folder", refuse)
        home.index()
        assert known_troubles(home) == [("b", True)] and [name for name, _ in days(home)] == ["x.jpg"]
    home.index()
    assert known_troubles(home) == [] and [name for name, _ in days(home)] == ["x.jpg", "y.jpg"]


def test_damaged_files_are_facts(home: Home) -> None:
    (home.root / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    home.index()
    assert known_troubles(home) == [("broken.jpg", False)]
    assert home.query("SELECT count(*) FROM original WHERE trouble IS NOT NULL") == [0]


# The clock


def test_a_clock_that_was_behind(home: Home, clock: Callable[[str], None]) -> None:
    clock("2016-01-01")
    path = home.add("a.jpg", "2019-05-04 12:00:00")
    os.utime(path, (1.55e9, 1.55e9))
    home.index()
    assert days(home) == [("a.jpg", None)]
    clock("2018-01-01")
    home.index()
    assert days(home) == [("a.jpg", None)]
    clock("2024-01-01")
    home.index()
    assert days(home) == [("a.jpg", 20190504)]
    assert home.query("SELECT count(*) FROM analysis WHERE again IS NOT NULL") == [0]


def test_a_camera_whose_clock_is_ahead_costs_nothing(home: Home, clock: Callable[[str], None]) -> None:
    home.add("a.jpg", "2099-05-04 12:00:00")
    home.index()
    with home.catalog.read() as db:
        assert ahead_of_clock(db, time.time()) == 1
    with home.catalog.write(quiet=True) as w:
        statements: list[str] = []
        w.db.set_trace_callback(statements.append)
        make_due(w, time.time(), time.time())
        w.db.set_trace_callback(None)
        assert w.db.execute("SELECT count(*) FROM analysis WHERE version = -1").fetchone() == (0,)
    assert len(statements) == 2, "all that a walk costs"
    clock("2099-05-05")
    home.index()
    assert days(home) == [("a.jpg", 20990504)]


def test_a_clock_that_was_ahead_and_is_set_back(home: Home, clock: Callable[[str], None]) -> None:
    clock("2035-01-01")
    path = home.add("a.jpg", "2034-05-04 12:00:00")
    os.utime(path, (1.55e9, 1.55e9))
    home.add("b.jpg", "2019-05-04 12:00:00")
    home.index()
    assert days(home) == [("a.jpg", 20340504), ("b.jpg", 20190504)]
    clock("2024-01-01")
    home.index()
    assert days(home) == [("a.jpg", 20190212), ("b.jpg", 20190504)]
    clock("2034-06-01")
    home.index()
    assert days(home)[0] == ("a.jpg", 20340504)


def test_a_video_with_a_date_that_is_yet_to_come(home: Home, clock: Callable[[str], None]) -> None:
    from haven_fs.testing import make_video

    clock("2020-01-01")
    path = make_video(home.root / "film.mp4", taken="2021-01-02 03:04:05")
    os.utime(path, (1.55e9, 1.55e9))
    home.index()
    assert days(home) == [("film.mp4", 20190212)], "the file's own date, meanwhile"
    clock("2022-01-01")
    home.index()
    assert days(home) == [("film.mp4", 20210102)]
