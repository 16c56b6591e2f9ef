"""Whole runs: what is due is done once, whatever interrupted the run before."""

import logging
import threading
from collections.abc import Callable

import pytest
from helpers.home import Home, plugins
from helpers.planting import Plant

from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.jobs import File, Group
from haven_fs.analysis.pool import Crashed, Pool
from haven_fs.analysis.worker import look_into
from haven_fs.config import load_settings
from haven_fs.library.beneath import below_of

Fresh = Callable[..., Indexer]

SLOW = """
import time

from haven_fs import Analyzer, Facts, hookimpl


class Slow(Analyzer):
    name, version, needs = "slow", 1, "picture"

    def analyze(self, batch):
        time.sleep(0.15 * len(batch))
        return [Facts() for sample in batch]


@hookimpl
def haven_analyzers(settings):
    return [Slow()]
"""


def test_a_run_that_is_stopped_is_completed_by_the_next(home: Home, fresh: Fresh, plant: Plant) -> None:
    plant("slow", SLOW)
    for number in range(60):
        home.add(f"{number}.jpg", size=(16, 16))
    indexer = fresh(workers=2)
    threading.Timer(2.0, indexer.stop).start()
    indexer.run()
    pending = indexer.counts().pending
    assert pending > 0
    again = fresh(workers=2)
    again.run()
    assert again.counts().pending == 0
    assert again.counts().photos == 60
    assert home.query("SELECT count(*) FROM analysis WHERE analyzer = 'slow' AND failed IS NULL") == [60]


def test_stopping_before_anything_began(home: Home, fresh: Fresh) -> None:
    home.add("a.jpg")
    indexer = fresh()
    indexer.stop()
    indexer.run()
    assert fresh().counts().pending == 1
    fresh().run()
    assert fresh().counts().pending == 0


def test_nothing_due_starts_no_worker(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.add("a.jpg")
    home.index()
    monkeypatch.setattr(Pool, "_submit", lambda *_: pytest.fail("a worker was started"))
    home.index()


def test_two_workers_do_what_one_does(home: Home, fresh: Fresh) -> None:
    for number in range(150):
        home.add(f"{number % 7}/{number}.jpg", f"20{number % 20:02d}-01-01 00:00:00", size=(16, 16))
    fresh(workers=2).run()
    assert home.query("SELECT count(*), count(DISTINCT day) FROM photo WHERE shown = 1") == [(150, 20)]


def test_a_file_that_vanishes_before_it_is_read_is_no_error(
    home: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING)
    home.add("a.jpg")
    home.add("b.jpg")
    home.add_library()
    indexer = home.indexer()
    indexer.walk()
    (home.root / "a.jpg").unlink()
    indexer.work()
    assert home.query("SELECT count(*) FROM photo") == [1]
    assert home.query("SELECT count(*) FROM photo WHERE unreadable IS NOT NULL") == [0]
    home.index()
    assert caplog.records == []


def test_a_folder_that_vanishes_while_away_keeps_what_is_due(home: Home) -> None:
    home.add("a.jpg")
    home.add_library()
    home.indexer().walk()
    home.root.rename(home.root.with_name("elsewhere"))
    home.indexer().run()
    assert home.query("SELECT count(*) FROM photo") == [0]
    assert home.query("SELECT count(*) FROM original WHERE probed = 0") == [1]
    home.root.with_name("elsewhere").rename(home.root)
    home.index()
    assert home.seen()["a.jpg"].shown


def test_the_pool_gives_each_item_its_own_result(home: Home) -> None:
    settings = {**load_settings(home.data, plugins().settings()), "index.workers": 1}
    pool = Pool(settings, [], niceness=0)
    try:
        paths = [home.add(f"{number}.jpg", size=(8 + number, 8)) for number in range(5)]
        files = [File(number, below_of(path.parent, path), 0) for number, path in enumerate(paths)]
        groups = [Group(1, str(file.id), (file,)) for file in files]
        results = list(pool.run(look_into, [groups[:2], groups[2:4], groups[4:]]))
    finally:
        pool.close()
    assert sorted((item.files[0].id, result.probes[0].id) for item, result in results) == [(n, n) for n in range(5)]
    assert not any(isinstance(result, Crashed) for _, result in results)
