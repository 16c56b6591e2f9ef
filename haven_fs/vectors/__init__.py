"""Vectors of photos: what looks or means alike. The SQLite file is the truth, all else here is a cache of it."""

from haven_fs.vectors.kinds import Hits, SpaceInfo, Vector
from haven_fs.vectors.store import VectorStore

__all__ = ["Hits", "SpaceInfo", "Vector", "VectorStore"]
