"""Changes on a real disk reach the callback soon, and nothing that goes wrong reaches the server."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haven_fs.library import notify
from haven_fs.library.watch import Watcher


class Heard:
    """Collects what a watcher says."""

    def __init__(self) -> None:
        self.calls: list[tuple[Path, set[str] | None]] = []
        self._news = threading.Condition()

    def __call__(self, root: Path, folders: set[str] | None) -> None:
        with self._news:
            self.calls.append((root, folders))
            self._news.notify_all()

    def folders(self) -> set[str]:
        return set().union(*(folders for _, folders in self.calls if folders))

    def until(self, true: Callable[[], bool], timeout: float = 10.0) -> bool:
        with self._news:
            return self._news.wait_for(true, timeout)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watch(heard: Heard) -> Iterator[Callable[..., Watcher]]:
    started: list[Watcher] = []

    def start(*roots: Path, retry: float = 0.2) -> Watcher:
        watcher = Watcher(roots, heard, retry=retry)
        started.append(watcher)
        watcher.start()
        assert watcher.wait_until_watching(10)
        return watcher

    yield start
    for watcher in started:
        watcher.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("watch ")]


def test_a_new_file_is_told_at_once(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "x/y").mkdir(parents=True)
    two.mkdir()
    watch(one, two)
    started = time.monotonic()
    (one / "x/y/a.jpg").write_bytes(b"1")
    assert heard.until(lambda: bool(heard.calls))
    assert time.monotonic() - started < 2  # about 0.3 s on an idle machine
    assert heard.calls == [(one, {"x/y"})]
    (two / "b.jpg").write_bytes(b"1")
    assert heard.until(lambda: (two, {""}) in heard.calls)


def test_changes_renames_and_removals(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").write_bytes(b"1")
    watch(tmp_path)
    (tmp_path / "a/1.jpg").write_bytes(b"2")
    (tmp_path / "b/1.jpg").rename(tmp_path / "c/2.jpg")
    (tmp_path / "d/1.jpg").unlink()
    assert heard.until(lambda: heard.folders() == {"a", "b", "c", "d"})


def test_new_folders_and_what_is_in_them(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    watch(root)
    (tmp_path / "trip/day1/raw").mkdir(parents=True)
    (tmp_path / "trip").rename(root / "trip")  # one notice for the whole tree
    assert heard.until(lambda: heard.folders() >= {"", "trip", "trip/day1", "trip/day1/raw"})
    (root / "trip").rename(root / "holiday")
    assert heard.until(lambda: "holiday/day1/raw" in heard.folders())
    for number in range(20):  # an import: a folder, at once a file in it
        (root / f"n{number}/m").mkdir(parents=True)
        (root / f"n{number}/m/a.jpg").write_bytes(b"1")
    assert heard.until(lambda: heard.folders() >= {f"n{number}/m" for number in range(20)})
    time.sleep(3 * notify.STEP)
    heard.calls.clear()
    (root / "holiday/day1/raw/a.dng").write_bytes(b"1")
    (root / "n7/m/b.jpg").write_bytes(b"1")
    assert heard.until(lambda: heard.folders() == {"holiday/day1/raw", "n7/m"})


def test_what_is_skipped_is_not_told(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "@eaDir", root / "private", root / "x", outside):
        folder.mkdir(parents=True)
    (root / "link").symlink_to(outside)
    (root / ".havenignore").write_text("private/\n*.png\n")
    watch(root)
    for path in ("@eaDir/a.jpg", "private/a.jpg", "x/a.png", "x/.DS_Store", "x/a.jpg.part", "../outside/a.jpg"):
        (root / path).write_bytes(b"1")
    (root / "@eaDir/b").mkdir()
    time.sleep(4 * notify.STEP)
    assert heard.calls == []
    (root / ".havenignore").write_text("*.png\n")  # now private/ is let in
    assert heard.until(lambda: heard.folders() == {"", "private", "x"})
    time.sleep(3 * notify.STEP)
    heard.calls.clear()
    (root / "private/b.jpg").write_bytes(b"1")
    assert heard.until(lambda: heard.folders() == {"private"})


def test_a_marker_that_comes_and_goes_is_told(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    (tmp_path / "sent/deep").mkdir(parents=True)
    watch(tmp_path)
    (tmp_path / "sent/.nomedia").touch()
    assert heard.until(lambda: heard.folders() == {"sent"})
    time.sleep(3 * notify.STEP)
    heard.calls.clear()
    (tmp_path / "sent/a.jpg").write_bytes(b"1")
    time.sleep(4 * notify.STEP)
    assert heard.calls == []
    (tmp_path / "sent/.nomedia").unlink()
    assert heard.until(lambda: heard.folders() == {"sent", "sent/deep"})


def test_a_root_that_goes_and_comes_back(
    tmp_path: Path, heard: Heard, watch: Callable[..., Watcher], caplog: pytest.LogCaptureFixture
) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    watch(root, other, retry=0.1)
    root.rename(tmp_path / "elsewhere")
    assert heard.until(lambda: (root, None) in heard.calls)
    time.sleep(1.0)
    (other / "a.jpg").write_bytes(b"1")
    assert heard.until(lambda: (other, {""}) in heard.calls)
    assert [
        r.getMessage().startswith(f"Changes in {root} are only found by the regular walk") for r in caplog.records
    ] == [True]
    root.mkdir()
    assert heard.until(lambda: heard.calls.count((root, None)) == 2)
    (root / "a.jpg").write_bytes(b"1")
    assert heard.until(lambda: (root, {""}) in heard.calls)


def test_a_root_that_is_not_there_yet(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    watch(tmp_path / "disk", retry=0.1)
    assert heard.calls == []
    (tmp_path / "disk").mkdir()
    assert heard.until(lambda: heard.calls == [(tmp_path / "disk", None)])


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError("OS file watch limit reached."), "raise fs.inotify.max_user_watches"),
        (notify.WatchfilesRustInternalError("Too many open files"), "raise fs.inotify.max_user_instances"),
    ],
)
def test_the_limit_of_watches(
    tmp_path: Path,
    heard: Heard,
    watch: Callable[..., Watcher],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    advice: str,
) -> None:
    real, tries = notify.RustNotify, []

    def refuse(*arguments: object) -> object:
        tries.append(arguments)
        if len(tries) < 4:
            raise error
        return real(*arguments)

    monkeypatch.setattr(notify, "RustNotify", refuse)
    watch(tmp_path, retry=0.05)
    assert heard.until(lambda: heard.calls == [(tmp_path, None)])
    assert [advice in record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [True]


def test_names_that_are_not_utf8(tmp_path: Path, heard: Heard, watch: Callable[..., Watcher]) -> None:
    for name in (os.fsdecode(b"x/\xe9"), "y", "z"):
        (tmp_path / name).mkdir(parents=True)
    odd = tmp_path / os.fsdecode(b"y/\xff.jpg")
    watch(tmp_path, retry=0.1)
    odd.write_bytes(b"1")
    assert heard.until(lambda: heard.calls == [(tmp_path, None)])  # not told where, but that
    time.sleep(0.5)
    assert list((tmp_path / "x").iterdir()) and odd.read_bytes()  # reading must not break the watch again
    (tmp_path / "z/a.jpg").write_bytes(b"1")
    assert heard.until(lambda: "z" in heard.folders())
    assert heard.calls == [(tmp_path, None), (tmp_path, {"z"})]


def test_a_callback_that_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def fail(root: Path, folders: set[str] | None) -> None:
        calls.release()
        raise RuntimeError("no")

    watcher = Watcher([tmp_path], fail)
    watcher.start()
    assert watcher.wait_until_watching(10)
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"1")
        assert calls.acquire(timeout=10)
    watcher.stop()
    assert "could not be handled" in caplog.text


def test_stopping_is_quick_and_idle_is_idle(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}").mkdir()
    watcher = Watcher([tmp_path, tmp_path / "nope"], lambda root, folders: None, retry=60)
    watcher.start()
    assert watcher.wait_until_watching(10)
    cpu = time.process_time()
    time.sleep(2)
    assert time.process_time() - cpu < 0.1
    started = time.monotonic()
    watcher.stop()
    assert time.monotonic() - started < 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("watch ")]
    Watcher([tmp_path], lambda root, folders: None).stop()  # never started
    shutil.rmtree(tmp_path)
