"""The catalog: one SQLite database that is the source of truth for all Haven knows about the photos."""

import sys
from typing import TYPE_CHECKING

from haven_fs.lazy import door

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Catalog as Catalog
    from haven_fs.catalog.catalog import Writer as Writer
else:
    # Whoever needs no more than names pays for no database.
    __getattr__, __all__ = door(sys.modules[__name__], {"haven_fs.catalog.catalog": "Catalog Writer"})
