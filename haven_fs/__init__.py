"""Haven FS: your own photos by people, places, time and meaning, as folders of a network drive.

What a plugin may import lives here; everything else is private to the core.
"""

import pluggy

from haven_fs.analysis.analyzer import Analyzer, Facts, Metadata, Sample, Tag
from haven_fs.tree.nodes import FacetFolder, Folder, PathPattern, PhotoFolder, SmartFolder
from haven_fs.tree.photoset import PhotoSet

__version__ = "0.1.0"

hookimpl = pluggy.HookimplMarker("haven_fs")

__all__ = [
    "Analyzer",
    "FacetFolder",
    "Facts",
    "Folder",
    "Metadata",
    "PathPattern",
    "PhotoFolder",
    "PhotoSet",
    "Sample",
    "SmartFolder",
    "Tag",
    "hookimpl",
]
