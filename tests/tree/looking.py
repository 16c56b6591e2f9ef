"""Looking around in the tree on the day of the tests."""

from contextlib import AbstractContextManager
from datetime import datetime

from helpers.home import Home

from haven_fs.testing import Look

NOW = datetime(2024, 7, 3, 12, 0)
"""The day of the tests; photos of the library were taken on a 3rd of July of other years."""


def looking(home: Home, now: datetime = NOW) -> AbstractContextManager[Look]:
    """Open the tree over a data folder's catalog."""
    return home.looking(now)
