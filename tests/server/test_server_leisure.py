"""Serving, Haven looks closer at photos once it is quiet, and lets what is new go first."""

import time
from collections.abc import Iterator

import pytest
from helpers.home import Home
from helpers.planting import plant

from haven_fs.analysis.progress import Progress
from haven_fs.plugins import Plugins
from haven_fs.renditions.renditions import Renditions
from haven_fs.server import background
from haven_fs.server.background import Background

__all__ = ["plant"]

SLOW = """
import time

from haven_fs import Analyzer, Facts, hookimpl


class Slow(Analyzer):
    name, version, needs, at_leisure = "slow", 1, "picture", True

    def analyze(self, batch):
        time.sleep(0.2)
        return [Facts() for _ in batch]


@hookimpl
def haven_analyzers(settings):
    return [Slow()]
"""


@pytest.fixture
def served(home: Home, plant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    plant("slow", SLOW)
    monkeypatch.setattr(background, "_WORKERS_WAIT", 0.2)
    for number in range(20):
        home.add(f"{number}.jpg")
    home.add_library()
    plugins = Plugins()
    renditions = Renditions(home.catalog, home.settings)
    works = Background(
        home.catalog,
        plugins,
        {**home.settings, "index.workers": 1},
        progress=Progress(),
        renditions=renditions,
        accept_missing=False,
    )
    works.start()
    yield home
    works.stop()
    renditions.close()


def wait_for(home: Home, query: str, least: int) -> int:
    """Wait until a query counts so many, and return what it counts."""
    end = time.monotonic() + 200
    while (count := int(home.query(query)[0])) < least:
        assert time.monotonic() < end, f"{count} of {least}: {query}"
        time.sleep(0.1)
    return count


def test_what_is_new_goes_first_and_then_it_goes_on(served: Home) -> None:
    looked = "SELECT count(*) FROM analysis WHERE analyzer = 'slow'"
    wait_for(served, "SELECT count(*) FROM photo WHERE day IS NOT NULL", 20)
    served.add("new.jpg")
    wait_for(served, "SELECT count(*) FROM photo WHERE day IS NOT NULL", 21)
    wait_for(served, looked, 21)
