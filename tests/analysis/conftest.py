"""Analysis is tested with plugins of the test's own, in worker processes started for it."""

from collections.abc import Callable
from typing import Any

import pytest
from helpers.home import Home
from helpers.planting import plant

from haven_fs.analysis.indexer import Indexer
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins

__all__ = ["plant"]


@pytest.fixture
def fresh(home: Home) -> Callable[..., Indexer]:
    """Return a function that makes an indexer with workers and plugins of its own."""

    def make(workers: int = 1, **settings: Any) -> Indexer:
        home.add_library()
        # Only what the test planted, and time: a worker without the table of places starts sooner.
        plugins = Plugins()
        kept = [f.name for f in plugins.found if f.problem is None and f.name not in ("places", "media")]
        plugins = Plugins(only=kept)
        declared = {**load_settings(home.data, plugins.settings()), "index.workers": workers, **settings}
        return Indexer(home.catalog, plugins, declared)

    return make
