"""Analyzers that are asked at leisure: when nothing else is due, by one process, and for as long as nobody comes."""

from collections.abc import Callable

from helpers.home import Home
from helpers.planting import Plant

from haven_fs.analysis.indexer import Indexer

Fresh = Callable[..., Indexer]

SLOW = """
import os
from pathlib import Path

from haven_fs import Analyzer, Facts, Tag, hookimpl

CALLS = Path(__file__).with_suffix(".calls")


class Slow(Analyzer):
    name, version, needs, at_leisure = "slow", 1, "picture", True

    def analyze(self, batch):
        with CALLS.open("a") as calls:
            for sample in batch:
                calls.write(f"{os.getpid()} {os.nice(0)} {sample.path.name}\\n")
        return [Facts(words=["found"] if sample.path.name == "0.jpg" else []) for sample in batch]


@hookimpl
def haven_analyzers(settings):
    return [Slow()]
"""


def fill(home: Home, count: int) -> None:
    for number in range(count):
        home.add(f"{number}.jpg")


def test_they_wait_until_all_else_is_done_and_count_apart(home: Home, fresh: Fresh, plant: Plant) -> None:
    module = plant("slow", SLOW)
    fill(home, 3)
    indexer = fresh()
    indexer.walk()
    indexer.work()
    counts = indexer.counts()
    assert (counts.pending, counts.at_leisure) == (0, 3)
    assert not module.with_suffix(".calls").exists()
    indexer.work_at_leisure()
    indexer.rest()
    assert indexer.counts().at_leisure == 0
    assert len(module.with_suffix(".calls").read_text().splitlines()) == 3


def test_one_process_of_the_lowest_priority_looks_at_one_after_another(home: Home, fresh: Fresh, plant: Plant) -> None:
    module = plant("slow", SLOW)
    fill(home, 6)
    fresh(workers=2).run()
    calls = [line.split() for line in module.with_suffix(".calls").read_text().splitlines()]
    assert len({pid for pid, *_ in calls}) == 1
    assert {nice for _, nice, _ in calls} == {"15"}
    assert [name for *_, name in calls] == [f"{number}.jpg" for number in range(6)]


def test_whoever_interrupts_waits_for_the_photos_in_hand_and_no_more(home: Home, fresh: Fresh, plant: Plant) -> None:
    plant("slow", SLOW)
    fill(home, 12)
    indexer = fresh()
    indexer.walk()
    indexer.work()
    asked = iter([False, False, False])
    indexer.work_at_leisure(lambda: next(asked, True))
    indexer.rest()
    assert indexer.counts().at_leisure == 10  # the first question is whether to begin
    indexer.work_at_leisure()
    indexer.rest()
    assert indexer.counts().at_leisure == 0


def test_photos_of_which_nothing_was_found_leave_the_clock_as_it_is(home: Home, fresh: Fresh, plant: Plant) -> None:
    plant("slow", SLOW)
    home.add("1.jpg")
    indexer = fresh()
    indexer.walk()
    indexer.work()

    def clock() -> int:
        return int(home.query("SELECT value FROM state WHERE key = 'seq'")[0])

    before = clock()
    indexer.work_at_leisure()
    assert clock() == before
    home.add("0.jpg")
    indexer.walk()
    indexer.work()
    before = clock()
    indexer.work_at_leisure()
    indexer.rest()
    assert clock() > before
    assert home.query("SELECT seen FROM words WHERE words MATCH 'found'") == ["found"]
