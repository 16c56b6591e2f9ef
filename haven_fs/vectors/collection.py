"""One Chroma collection, kept in step with one space of the store. Runs in the child process that owns Chroma.

What the collection holds is written down beside it, in state.json: the rows of the space below some number, less those
removed up to some seq. Before Chroma is made to change anything, the state is marked dirty on the disk; whoever finds
it so throws the collection away. So does whoever finds that the files are not those that were left, that vectors are
missing or different, or that questions are answered wrongly. Ids are row numbers, which never change in one numbering
of a space; another numbering gets another collection.
"""

import json
import os
import random
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from haven_fs.vectors.rowcopy import Numbering, removed_rows, stored_rows

EMBEDDED = "embedded"
HNSW: dict[str, str | int] = {
    "space": "ip",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 2000,
    "batch_size": 1000,
    "sync_threshold": 2000,
}
"""Of the best 100 among 100,000 vectors in bursts, that finds as many as exact search does. Chroma's own values, with
which whole bursts are never reached, find 0.70 of them by words and 0.88 by likeness."""
STEP = 1000
"""Rows added at a time: about a second's work, in which no question can be asked."""
_MOST_IDS = 5000  # Chroma takes up to 5,461 at once
_SAMPLES = 200
_QUESTIONS = 5
_DATABASE = "chroma.sqlite3"


class Broken(Exception):
    """The collection is not what it should be, and must be made anew."""


class Away(Exception):
    """The Chroma server does not answer; nothing is known to be wrong with the collection."""


@dataclass(slots=True)
class State:
    """What a collection holds: the rows below `rows` of the numbering `token`, less those removed up to `seq`."""

    token: str
    where: str
    rows: int = 0
    seq: int = 0
    dirty: bool = True
    hnsw: dict[str, str | int] = field(default_factory=lambda: dict(HNSW))
    files: dict[str, list[int]] | None = None
    """Size and checksum of each file of the index, once nothing changes any more."""

    @staticmethod
    def read(folder: Path) -> "State | None":
        """Return the state of the collection in `folder`, None if there is none. Raises Broken."""
        try:
            return State(**json.loads((folder / "state.json").read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise Broken(f"its state cannot be read: {error}") from error

    def write(self, folder: Path) -> None:
        """Put the state on the disk, at once and as a whole."""
        new = folder / "state.new"
        with new.open("w") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / "state.json")


class Collection:
    """The collection of the numbering `space` in `folder`, made if there is none.

    Raises Broken, Away, and whatever Chroma raises, which may be no Exception but a panic.
    """

    def __init__(self, folder: Path, where: str, space: Numbering, db: sqlite3.Connection) -> None:
        self._folder = folder
        self._where = where
        self._name = f"haven-{folder.name}"
        state = State.read(folder)
        if state is None:
            folder.mkdir(parents=True, exist_ok=True)
            client = connect(where, folder / "index")
            self.state = State(space.token, where)
            self.state.write(folder)
            self._chroma = client.create_collection(
                self._name, embedding_function=None, configuration={"hnsw": dict(HNSW)}
            )
            self._save(dirty=False)
            return
        self.state = state
        if (state.token, state.where, state.hnsw) != (space.token, where, HNSW) or state.rows > space.rows:
            raise Broken("it belongs to another state of the vectors")
        if state.dirty and where == EMBEDDED:
            raise Broken("it was interrupted in the middle of a change")
        if where == EMBEDDED:
            self._check_files()
        self._chroma = connect(where, folder / "index").get_collection(self._name, embedding_function=None)
        self._check_content(space, db)

    def _save(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.state, name, value)
        self.state.write(self._folder)

    def step(self, space: Numbering, db: sqlite3.Connection) -> bool:
        """Do the next piece of work and tell whether the collection is in step with the space now."""
        seq = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0]
        gone = removed_rows(db, space, self.state.seq, self.state.rows)
        some = next(stored_rows(db, space, self.state.rows, STEP), [])
        rows = some[-1][0] + 1 if len(some) == STEP else space.rows
        if gone or some:
            self._save(dirty=True, files=None)
            for start in range(0, len(gone), _MOST_IDS):
                self._chroma.delete(ids=[str(row) for row in gone[start : start + _MOST_IDS]])
            if some:
                vectors = np.frombuffer(b"".join(data for _, _, data in some), "<f2").astype(np.float32)
                # A server may have got them already, from one who was then killed.
                self._chroma.upsert(ids=[str(row) for row, _, _ in some], embeddings=vectors.reshape(-1, space.dim))
        if gone or rows != self.state.rows:
            self._save(rows=rows, seq=seq, dirty=False)
        return rows == space.rows

    def query(self, question: npt.NDArray[np.float32], count: int) -> list[int]:
        """Return the rows nearest to a question, best first."""
        found = self._chroma.query(query_embeddings=question[np.newaxis], n_results=count, include=[])
        return [int(row) for row in found["ids"][0]]

    def seal(self, space: Numbering, db: sqlite3.Connection) -> None:
        """Check the number of vectors and note what the files are like, so that damage to them will be seen."""
        self._check_count(space, db)
        if self._where == EMBEDDED and self.state.files is None:
            self._save(files=dict(_fingerprints(self._folder / "index")))

    def _check_files(self) -> None:
        index = self._folder / "index"
        try:
            if self.state.files is not None and dict(_fingerprints(index)) != self.state.files:
                raise Broken("its files have been changed or damaged")
            with closing(sqlite3.connect(f"{(index / _DATABASE).as_uri()}?mode=ro", uri=True)) as db:
                said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        except (OSError, sqlite3.Error) as error:
            raise Broken(f"its files cannot be read: {error}") from error
        if said != "ok":
            raise Broken(f"its database is damaged: {said}")

    def _check_count(self, space: Numbering, db: sqlite3.Connection) -> None:
        expected = self.state.rows - len(removed_rows(db, space, 0, self.state.rows, until=self.state.seq))
        if (count := self._chroma.count()) != expected:
            raise Broken(f"it has {count} vectors and should have {expected}")

    def _check_content(self, space: Numbering, db: sqlite3.Connection) -> None:
        if not self.state.dirty:
            self._check_count(space, db)
        rows = random.sample(range(self.state.rows), min(_SAMPLES, self.state.rows))
        marks = ", ".join("?" * len(rows))
        stored = {
            str(id_ - space.base): np.frombuffer(data, "<f2").astype(np.float32)
            for id_, data in db.execute(
                f"SELECT id, data FROM vector WHERE id IN ({marks})", [space.base + row for row in rows]
            )
        }
        if not stored:
            return
        found = self._chroma.get(ids=list(stored), include=["embeddings"])
        held = dict(zip(found["ids"], found["embeddings"], strict=True))
        if held.keys() != stored.keys() or any(not np.allclose(held[row], stored[row], atol=1e-4) for row in held):
            raise Broken("vectors are missing or different")
        asked = list(stored)[:_QUESTIONS]
        answers = self._chroma.query(
            query_embeddings=np.array([stored[row] for row in asked]), n_results=1, include=["distances"]
        )["distances"]
        # A vector is nearest to itself, or to its like.
        if sum(bool(nearest) and nearest[0] < 0.01 for nearest in answers) * 2 < len(asked):
            raise Broken("it gives wrong answers")


def connect(where: str, index: Path) -> Any:
    """Return a client of the Chroma in the folder `index`, or of the server at `where`. Raises Away."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if where == EMBEDDED:
        index.mkdir(exist_ok=True)
        return chromadb.PersistentClient(str(index), settings)
    address = urlsplit(where)
    try:
        return chromadb.HttpClient(
            address.hostname or "", address.port or 8000, ssl=address.scheme == "https", settings=settings
        )
    except Exception as error:
        raise Away(f"the Chroma server at {where} does not answer: {error}") from error


def _fingerprints(index: Path) -> Iterator[tuple[str, list[int]]]:
    """Give size and checksum of every file of an index that opening it does not change.

    It changes the database, and the other files as long as Chroma keeps all vectors in the database.
    """
    for metadata in sorted(index.glob("*/index_metadata.pickle")):
        for path in sorted(metadata.parent.iterdir()):
            checksum = 0
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    checksum = zlib.crc32(piece, checksum)
            yield path.relative_to(index).as_posix(), [path.stat().st_size, checksum]
