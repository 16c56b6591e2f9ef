"""Indexing in the process of the test: no workers to start, and whatever an analyzer raises or prints is seen at once.

`haven index` runs the same jobs in processes of their own. What those protect from, an analyzer that hangs or ends its
process, is not to be had here.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from haven_fs.analysis.worker import Analyzers, Job
from haven_fs.config import Settings
from haven_fs.plugins import Plugins

T = TypeVar("T")


class InProcess:
    """Does the jobs of an indexer, one after another, where it runs; see haven_fs.analysis.pool.Workers."""

    def __init__(self, plugins: Plugins, settings: Settings) -> None:
        self._plugins, self._settings = plugins, settings
        self._analyzers: Analyzers | None = None
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stopping

    def run(self, job: Job, batches: Iterable[Sequence[T]]) -> Iterator[tuple[T, Any]]:
        """Run `job` on batches of items and give each item with its result."""
        if self._analyzers is None:
            self._analyzers = self._plugins.analyzers(self._settings)
        for batch in batches:
            if self._stopping:
                return
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries, about damaged pictures; as in a worker
                results = job(batch, self._analyzers)
            yield from zip(batch, results, strict=True)

    def close(self) -> None:
        """Let the analyzers go, with the models and tables they have loaded."""
        self._analyzers = None

    def stop(self) -> None:
        """Make `run` end soon, from another thread."""
        self._stopping = True
