"""Catalogs as Haven opens them, with the facets of all its own plugins."""

import sqlite3
from functools import cache
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.facets import Facet
from haven_fs.catalog.migrations import migrate
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins


@cache
def facets() -> tuple[Facet, ...]:
    """Return the facets that Haven's own plugins bring."""
    plugins = Plugins()
    return tuple(plugins.facets(load_settings(Path("nowhere"), plugins.settings())))


def open_catalog(data: Path, *, readonly: bool = False) -> Catalog:
    """Open the catalog of a data folder."""
    return Catalog(data / "catalog.sqlite", facets(), readonly=readonly)


def make_tables(db: sqlite3.Connection) -> None:
    """Make all tables in an empty database."""
    migrate(db, Path("catalog.sqlite"), facets())
