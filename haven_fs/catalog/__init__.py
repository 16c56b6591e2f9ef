"""The catalog: one SQLite database that is the source of truth for all Haven knows about the photos."""

from haven_fs.catalog.catalog import Catalog, Writer

__all__ = ["Catalog", "Writer"]
