"""Haven FS: your own photos by time, place and what plugins add, as folders of a network drive.

What a plugin may import lives here; everything else is private to the core.
"""

from haven_fs.analysis.analyzer import Analyzer, Embedding, Facts, Metadata, Region, Sample, Tag
from haven_fs.analysis.follower import Follower
from haven_fs.catalog import Writer
from haven_fs.catalog.changes import Change
from haven_fs.catalog.facets import Facet, Found, FoundFacts
from haven_fs.catalog.settle import settle, settle_facet
from haven_fs.catalog.values import rename_values
from haven_fs.errors import (
    AlreadyExists,
    Conflict,
    DiskFailed,
    DiskFull,
    Forbidden,
    Malformed,
    NotFound,
    NotPossible,
    Refused,
    TooLarge,
    Unavailable,
    UnsupportedType,
    UserError,
)
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import (
    Entry,
    FacetFolder,
    Folder,
    PathPattern,
    PhotoFolder,
    RankedFolder,
    SmartFolder,
    Text,
    View,
)
from haven_fs.tree.photoset import File, PhotoSet, Stamp
from haven_fs.tree.searcher import Ranking, Searcher
from haven_fs.tree.writes import Upload

__version__ = "0.1.0"

__all__ = [
    "AlreadyExists",
    "Analyzer",
    "Change",
    "Conflict",
    "DiskFailed",
    "DiskFull",
    "Embedding",
    "Entry",
    "Facet",
    "FacetFolder",
    "Facts",
    "File",
    "Folder",
    "Follower",
    "Forbidden",
    "Found",
    "FoundFacts",
    "Malformed",
    "Metadata",
    "NotFound",
    "NotPossible",
    "PathPattern",
    "PhotoFolder",
    "PhotoSet",
    "RankedFolder",
    "Ranking",
    "Refused",
    "Region",
    "Sample",
    "Searcher",
    "SmartFolder",
    "Stamp",
    "Tag",
    "Text",
    "TooLarge",
    "Unavailable",
    "UnsupportedType",
    "Upload",
    "UserError",
    "View",
    "Writer",
    "hookimpl",
    "rename_values",
    "settle",
    "settle_facet",
]
