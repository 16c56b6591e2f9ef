"""Vectors of photos: what looks or means alike. One SQLite file is the truth, all else here is a cache of it."""

from haven_fs.vectors.chroma import ChromaIndex
from haven_fs.vectors.kinds import Hits, SpaceInfo, Vector
from haven_fs.vectors.store import VectorStore
from haven_fs.vectors.vectors import Vectors

__all__ = ["ChromaIndex", "Hits", "SpaceInfo", "Vector", "VectorStore", "Vectors"]
