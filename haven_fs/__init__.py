"""Haven FS: your own photos by time, place and what plugins add, as folders of a network drive.

What a plugin may import lives here; everything else is private to the core.
"""

from haven_fs.analysis.analyzer import Analyzer, Embedding, Facts, Metadata, Sample, Tag
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import Entry, FacetFolder, Folder, PathPattern, PhotoFolder, SmartFolder, Text, View
from haven_fs.tree.photoset import PhotoSet, Stamp

__version__ = "0.1.0"

__all__ = [
    "Analyzer",
    "Embedding",
    "Entry",
    "FacetFolder",
    "Facts",
    "Folder",
    "Metadata",
    "PathPattern",
    "PhotoFolder",
    "PhotoSet",
    "Sample",
    "SmartFolder",
    "Stamp",
    "Tag",
    "Text",
    "View",
    "hookimpl",
]
