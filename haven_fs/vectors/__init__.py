"""Vectors of photos: what looks or means alike. One SQLite file is the truth, all else here is a cache of it."""

import sys
from typing import TYPE_CHECKING

from haven_fs.lazy import door

_EXPORTS = {
    "haven_fs.vectors.kinds": "Hits SpaceInfo Vector",
    "haven_fs.vectors.store": "VectorStore",
    "haven_fs.vectors.chroma": "ChromaIndex",
    "haven_fs.vectors.vectors": "Vectors",
}

# The same again for type checkers; tests/docs compares the two.
# fmt: off
# ruff: isort: off
if TYPE_CHECKING:
    from haven_fs.vectors.kinds import Hits, SpaceInfo, Vector
    from haven_fs.vectors.store import VectorStore
    from haven_fs.vectors.chroma import ChromaIndex
    from haven_fs.vectors.vectors import Vectors
else:
    __getattr__, __all__ = door(sys.modules[__name__], _EXPORTS)
