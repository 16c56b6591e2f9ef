"""The child process that owns Chroma: `python -m haven_fs.vectors.owner FOLDER WHERE`, asked by chroma.py.

It reads vectors.sqlite by itself and writes nothing but below `chroma` in the folder, of which it holds a lock. Each
collection has a folder of its own there, named after its numbering and a count; one that cannot be trusted is removed
and the next one gets the next number, since files of the old one may still be open.
"""

import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from haven_fs.vectors.childprocess import private_streams, read_frame, write_frame
from haven_fs.vectors.collection import EMBEDDED, Away, Collection, State, connect
from haven_fs.vectors.database import Database
from haven_fs.vectors.rowcopy import Numbering, numbering

NICENESS = 10
_OTHERS_END = 20.0
"""Seconds in which a child whose parent was killed finishes its piece of work."""


class Owner:
    """Does what it is asked to with the collections in `folder`."""

    def __init__(self, folder: Path, where: str) -> None:
        self._folder = folder / "chroma"
        self._where = where
        self._database = Database(folder / "vectors.sqlite", readonly=True)
        self._open: dict[str, Collection] = {}

    def answer(self, words: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """Answer one message; what goes wrong is part of the answer."""
        try:
            with self._database.read() as db:
                if db is None:
                    raise Away("there are no vectors")
                if words["do"] == "open":
                    self._tidy(db)
                space = numbering(db, words["space"])
                if space is None:
                    raise Away("there is no such space")
                return self._do(words, data, space, db)
        except Away as error:
            return {"away": str(error)}, b""
        except BaseException as error:  # a panic of Chroma's is no Exception
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            return {"away" if _is_of_network(error) else "broken": reason}, b""

    def _do(
        self, words: dict[str, Any], data: bytes, space: Numbering, db: sqlite3.Connection
    ) -> tuple[dict[str, Any], bytes]:
        collection = self._open.get(space.token)
        if collection is None:
            if words["do"] == "query":
                raise Away("it is not open")
            place = self._place(space, words.get("anew", False))
            collection = self._open[space.token] = Collection(place, self._where, space, db)
        done = False
        if words["do"] == "step":
            done = collection.step(space, db)
        elif words["do"] == "seal":
            collection.seal(space, db)
        elif words["do"] == "query":
            rows = collection.query(np.frombuffer(data, np.float32), words["count"])
            return {"token": space.token}, np.array(rows, np.int64).tobytes()
        return {"token": space.token, "rows": collection.state.rows, "of": space.rows, "done": done}, b""

    def _place(self, space: Numbering, anew: bool) -> Path:
        """Return the folder of a space's collection; the next one, after removing it, if it shall be made anew."""
        numbers = [int(path.name.rpartition("-")[2]) for path in self._folder.glob(f"{space.token}-*")]
        for number in numbers:
            if anew or number < max(numbers):
                self._remove(self._folder / f"{space.token}-{number}")
        return self._folder / f"{space.token}-{max(numbers, default=0) + (anew or not numbers)}"

    def _tidy(self, db: sqlite3.Connection) -> None:
        """Remove the collections of numberings that are no more."""
        tokens = {token for (token,) in db.execute("SELECT token FROM space")}
        self._open = {token: collection for token, collection in self._open.items() if token in tokens}
        for path in self._folder.iterdir():
            if path.is_dir() and path.name.partition("-")[0] not in tokens:
                self._remove(path)

    def _remove(self, path: Path) -> None:
        try:
            state = State.read(path)
            if state is not None and state.where != EMBEDDED:
                connect(state.where, path).delete_collection(f"haven-{path.name}")
        except Exception as error:
            print(f"{path.name} may still be on its server: {error}", file=sys.stderr)
        shutil.rmtree(path, ignore_errors=True)


def _is_of_network(error: BaseException) -> bool:
    import httpx

    return isinstance(error, httpx.TransportError)


def main() -> None:
    """Answer until nobody asks any more."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent says when to end; in mid-write it would cost the index
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    folder, where = Path(sys.argv[1]), sys.argv[2]
    questions, answers = private_streams()
    with filelock.FileLock(folder / "chroma" / "lock", timeout=_OTHERS_END):
        owner = Owner(folder, where)
        while (frame := read_frame(questions)) is not None:
            write_frame(answers, *owner.answer(*frame))


if __name__ == "__main__":
    main()
