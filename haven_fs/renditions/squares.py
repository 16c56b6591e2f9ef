"""Small squares out of the middle of pictures, many at once, for whoever draws a page of them in the background."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, wait
from contextlib import closing, suppress

from haven_fs.catalog import Catalog
from haven_fs.config import Settings
from haven_fs.renditions.orders import NotNow
from haven_fs.renditions.renditions import Asked, Renditions

_OFTEN = 0.5
"""Seconds after which `stopped` is asked again."""


def small_squares(
    catalog: Catalog,
    settings: Settings,
    db: sqlite3.Connection,
    original_ids: Sequence[int],
    stopped: Callable[[], bool],
) -> dict[int, bytes]:
    """Return JPEGs of 112 pixels a side by the originals' rows, a tile for what cannot be decoded.

    Those that cannot be read now are left out; so are all that were not made yet once `stopped`.
    """
    made: dict[int, bytes] = {}
    with closing(Renditions(catalog, settings)) as renditions:
        asked: dict[int, Asked] = {}
        for original_id in original_ids:
            wanted = renditions.wanted(db, original_id, "square")
            if wanted is None:
                continue
            data = renditions.find(wanted)
            if data is not None:
                made[original_id] = data
            else:
                asked[original_id] = renditions.ask(wanted)
        for original_id, future in asked.items():
            while not stopped() and not wait([future], timeout=_OFTEN).done:
                continue
            with suppress(NotNow, CancelledError):
                if future.done():
                    made[original_id] = future.result()
    return made
