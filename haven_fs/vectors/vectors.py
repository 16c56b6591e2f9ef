"""All that has to do with vectors in one data folder: the store, and the Chroma index over it where that is of use."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs.vectors.chroma import AT_LEAST, ChromaIndex
from haven_fs.vectors.kinds import Hits
from haven_fs.vectors.store import VectorStore

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PROBE = 1000
"""Photos asked of the index when only a least score is given; if that is not the end of them, exact search answers."""


class Vectors:
    """The vectors in `folder`. A read-only process has no index; for the others see ChromaIndex.

    `chroma`: where it is. `at_least`: vectors from which one is kept.
    """

    def __init__(
        self, folder: Path, *, readonly: bool = False, chroma: str = "embedded", at_least: int = AT_LEAST
    ) -> None:
        self.store = VectorStore(folder, readonly=readonly)
        self.chroma = ChromaIndex(self.store, "off" if readonly else chroma, at_least=at_least)

    def search(
        self,
        space: str,
        query: "npt.NDArray[np.float32]",
        *,
        within: "npt.NDArray[np.int64] | None" = None,
        count: int | None = None,
        least: float | None = None,
    ) -> Hits:
        """Search as VectorStore.search does, over the index where that is faster.

        The index finds all but about one in a thousand of the photos that exact search finds; scores are exact.
        """
        if within is None and (count is not None or least is not None):
            hits = self.chroma.nearest(space, query, _PROBE if count is None else count)
            if hits is not None and least is not None:
                above = hits.scores >= least
                if count is None and len(hits) >= _PROBE and above[-1]:
                    hits = None
                else:
                    hits = Hits(hits.photo_ids[above], hits.scores[above])
            if hits is not None:
                return hits
        return self.store.search(space, query, within=within, count=count, least=least)

    def sync(self, only: Collection[str] | None = None, *, wait: bool = True) -> None:
        """Bring the index up to date: at the start, and after vectors were put or removed. See ChromaIndex.sync."""
        self.chroma.sync(only, wait=wait)

    def stop(self) -> None:
        """Have whoever brings the index up to date return soon, before `close`."""
        self.chroma.stop()

    def close(self) -> None:
        """End the index's process, bring the store's copies up to date and close it."""
        self.chroma.close()
        self.store.close()
