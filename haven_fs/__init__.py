"""Your photos as a network drive: a folder for every person, place, date and search.

What a plugin may import lives here, Haven's own plugins too; everything else is private to the core. docs/plugins.md
says what each name is for. A name is imported when it is first asked for.
"""

import sys
from typing import TYPE_CHECKING

from haven_fs.lazy import door

__version__ = "0.1.0"

_EXPORTS = {
    # What a plugin is made of
    "haven_fs.hook": "hookimpl",
    "haven_fs.config": "Setting Settings one_of",
    "haven_fs.command": "Command",
    # What is refused, and what the person at the keyboard can put right
    "haven_fs.errors": (
        "UserError Refused Forbidden NotFound NotPossible Conflict AlreadyExists Malformed TooLarge "
        "UnsupportedType Unavailable DiskFull DiskFailed"
    ),
    # What analyzers are given, and what they find
    "haven_fs.analysis.analyzer": "Analyzer Sample Facts Region Embedding",
    "haven_fs.catalog.findings": "Scalar Tag Analysis GUESSED",
    "haven_fs.library.headers": "Metadata",
    "haven_fs.library.position": "position_of",
    "haven_fs.analysis.follower": "Follower",
    "haven_fs.analysis.progress": "Progress",
    "haven_fs.analysis.checksums": "take_checksums",
    # The catalog
    "haven_fs.catalog.catalog": "Catalog Writer MADE",
    "haven_fs.catalog.facets": "Facet Found FoundFacts ValuesOf photos_named",
    "haven_fs.catalog.changes": "Change",
    "haven_fs.catalog.undo": "void_gesture",
    "haven_fs.catalog.history": "FOR_GOOD",
    "haven_fs.catalog.portable": "told_photo found_photo name_of",
    "haven_fs.catalog.wording": "Words",
    "haven_fs.catalog.settle": "settle settle_facet as_found",
    "haven_fs.catalog.values": "value_of values_of rename_values drop_empty_values",
    "haven_fs.catalog.said": "say unsay said_facts",
    "haven_fs.catalog.dismissed": "ask_again",
    "haven_fs.catalog.lookup": "photo_at photo_with_bytes originals_paths",
    # Sets of photos, and their files
    "haven_fs.tree.photoset": "PhotoSet",
    "haven_fs.tree.files": "FileSet File Stamp",
    "haven_fs.tree.cover": "Cover newest",
    # Folders
    "haven_fs.tree.nodes": "SmartFolder PathPattern View Folder Entry Text",
    "haven_fs.tree.photofolders": "FacetFolder PhotoFolder RankedFolder",
    "haven_fs.tree.asking": "AskingFolder",
    "haven_fs.tree.originals": "DiskFolder",
    "haven_fs.tree.narrowing": "Narrower",
    # Maps
    "haven_fs.tree.maps.circle": "within_km",
    "haven_fs.tree.maps.standalone": "Sights map_file map_version",
    # Folders that can be written to
    "haven_fs.tree.written": "WrittenFolder WrittenPhotos ChosenPhotos Fact Retractable photo_of",
    "haven_fs.tree.writes": "Upload folder_name",
    "haven_fs.tree.placeholders": "kept_since",
    # Searching
    "haven_fs.tree.searcher": "Searcher Ranking",
    "haven_fs.tree.spoken": "SpokenFacet Asked Measure Amount",
    "haven_fs.vectors.kinds": "Vector Hits",
    "haven_fs.vectors.store": "VectorStore",
    # Files on the disk
    "haven_fs.library.beneath": "Beneath placed",
    "haven_fs.library.kinds": "Kind kind_of",
    "haven_fs.library.rights": "users_umask",
    "haven_fs.library.whole": "written_whole",
    "haven_fs.library.metadata": "Unreadable",
    "haven_fs.library.picture": "open_picture",
    "haven_fs.renditions.renditions": "forget_parts",
    "haven_fs.renditions.squares": "small_squares",
    "haven_fs.library.ignore": "is_noise",
    "haven_fs.library.named": "named_people",
    "haven_fs.library.regions": "Box Named",
    "haven_fs.library.upright": "around overlap",
    "haven_fs.sidecars": "LibrarySource ListSource SidecarNotes SidecarSource",
}
_MODULES = {"names": "haven_fs.catalog.names", "options": "haven_fs.cli.options"}

# The same again for type checkers; tests/docs compares the two.
# fmt: off
# ruff: isort: off
if TYPE_CHECKING:
    from haven_fs.catalog import names as names
    from haven_fs.cli import options as options
    from haven_fs.hook import hookimpl
    from haven_fs.config import Setting, Settings, one_of
    from haven_fs.command import Command
    from haven_fs.errors import (
        AlreadyExists, Conflict, DiskFailed, DiskFull, Forbidden, Malformed, NotFound, NotPossible, Refused,
        TooLarge, Unavailable, UnsupportedType, UserError,
    )
    from haven_fs.analysis.analyzer import Analyzer, Embedding, Facts, Region, Sample
    from haven_fs.catalog.findings import GUESSED, Analysis, Scalar, Tag
    from haven_fs.library.headers import Metadata
    from haven_fs.library.position import position_of
    from haven_fs.analysis.follower import Follower
    from haven_fs.analysis.progress import Progress
    from haven_fs.analysis.checksums import take_checksums
    from haven_fs.catalog.catalog import MADE, Catalog, Writer
    from haven_fs.catalog.facets import Facet, Found, FoundFacts, ValuesOf, photos_named
    from haven_fs.catalog.changes import Change
    from haven_fs.catalog.undo import void_gesture
    from haven_fs.catalog.history import FOR_GOOD
    from haven_fs.catalog.portable import found_photo, name_of, told_photo
    from haven_fs.catalog.wording import Words
    from haven_fs.catalog.settle import as_found, settle, settle_facet
    from haven_fs.catalog.values import drop_empty_values, rename_values, value_of, values_of
    from haven_fs.catalog.said import said_facts, say, unsay
    from haven_fs.catalog.dismissed import ask_again
    from haven_fs.catalog.lookup import originals_paths, photo_at, photo_with_bytes
    from haven_fs.tree.photoset import PhotoSet
    from haven_fs.tree.placeholders import kept_since
    from haven_fs.tree.files import File, FileSet, Stamp
    from haven_fs.tree.cover import Cover, newest
    from haven_fs.tree.nodes import Entry, Folder, PathPattern, SmartFolder, Text, View
    from haven_fs.tree.photofolders import FacetFolder, PhotoFolder, RankedFolder
    from haven_fs.tree.asking import AskingFolder
    from haven_fs.tree.originals import DiskFolder
    from haven_fs.tree.narrowing import Narrower
    from haven_fs.tree.maps.circle import within_km
    from haven_fs.tree.maps.standalone import Sights, map_file, map_version
    from haven_fs.tree.written import ChosenPhotos, Fact, Retractable, WrittenFolder, WrittenPhotos, photo_of
    from haven_fs.tree.writes import Upload, folder_name
    from haven_fs.tree.searcher import Ranking, Searcher
    from haven_fs.tree.spoken import Amount, Asked, Measure, SpokenFacet
    from haven_fs.vectors.kinds import Hits, Vector
    from haven_fs.vectors.store import VectorStore
    from haven_fs.library.beneath import Beneath, placed
    from haven_fs.library.kinds import Kind, kind_of
    from haven_fs.library.rights import users_umask
    from haven_fs.library.whole import written_whole
    from haven_fs.library.metadata import Unreadable
    from haven_fs.library.picture import open_picture
    from haven_fs.renditions.renditions import forget_parts
    from haven_fs.renditions.squares import small_squares
    from haven_fs.library.ignore import is_noise
    from haven_fs.library.named import named_people
    from haven_fs.library.regions import Box, Named
    from haven_fs.library.upright import around, overlap
    from haven_fs.sidecars import LibrarySource, ListSource, SidecarNotes, SidecarSource
else:
    __getattr__, __all__ = door(sys.modules[__name__], _EXPORTS, _MODULES)
