"""The Chroma index: answers "nearest of all" in a few milliseconds, however many photos there are. A cache.

Chroma runs in a child process of its own: a damaged index makes its native code crash, and that way its memory comes
back when nobody asks. The index is verified whenever the child opens it; one that is lost, torn, wrong, or that Chroma
dies of is thrown away and built again. Until it is whole, and whenever it is busy, `nearest` says None, and exact
search answers: nothing here can make an answer wrong, only slower.
"""

import logging
import shutil
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haven_fs.errors import UserError
from haven_fs.vectors.childprocess import ChildLost, ChildProcess, Frame
from haven_fs.vectors.kinds import Hits
from haven_fs.vectors.rowcopy import Numbering
from haven_fs.vectors.store import VectorStore

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

logger = logging.getLogger(__name__)

AT_LEAST = 10_000
"""Vectors from which an index is kept; as many are searched exactly in 5 ms."""
IDLE_SECONDS = 300.0
MOST = 2000
"""Photos; whoever asks for more is as well served by exact search."""
_LAG = 1000
"""Newer rows that are compared one by one beside the index's answer, in about a millisecond."""
_SLACK = 500
"""Newer or removed rows for which the index is not brought up to date."""
_QUERY_SECONDS, _STEP_SECONDS, _OPEN_SECONDS = 10.0, 300.0, 600.0
_FIRST_REST, _LONGEST_REST = 60.0, 3600.0


class _Unusable(Exception):
    """Chroma failed; `spoilt`: so that the collection must be made anew."""

    def __init__(self, reason: str, *, spoilt: bool = True) -> None:
        super().__init__(reason)
        self.spoilt = spoilt


class _Later(Exception):
    """It cannot be done now, though nothing is known to be wrong."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What a verified collection holds: the rows below `rows` of a numbering that then had `dead` removed ones."""

    token: str
    rows: int
    dead: int

    def behind(self, space: Numbering) -> int:
        """How many rows have come or gone since."""
        return space.rows - self.rows + space.dead - self.dead


class ChromaIndex:
    """The index over a store that this process writes. Thread-safe.

    `where`: "embedded", "off", or the address of a Chroma server such as "http://127.0.0.1:8000". Raises UserError if
    it is none of these.
    """

    def __init__(
        self,
        store: VectorStore,
        where: str = "embedded",
        *,
        at_least: int = AT_LEAST,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        if where not in ("embedded", "off") and not where.startswith(("http://", "https://")):
            raise UserError(
                f'vectors.chroma must be "embedded", "off" or the address of a Chroma server, not "{where}".'
            )
        self._store = store
        self._where = where
        self._at_least = at_least
        self._idle_seconds = idle_seconds
        self._root = store.folder / "chroma"
        self._asking = threading.Lock()
        self._syncing = threading.Lock()
        self._child: ChildProcess | None = None
        self._held: dict[str, _Held] = {}
        self._open: set[str] = set()  # in the child that runs now
        self._spoilt: set[str] = set()
        self._states: dict[str, str] = {}
        self._failures = 0
        self._rests_until = 0.0
        self._used = 0.0
        self._timer: threading.Timer | None = None
        self._background: threading.Thread | None = None
        self._stopping = False

    def nearest(self, space: str, query: "npt.NDArray[np.float32]", count: int) -> Hits | None:
        """Return the `count` photos nearest to the question, scored exactly; None if the index cannot say now."""
        import numpy as np

        if self._where == "off" or not 0 < count <= MOST or (now := self._store.numbering(space)) is None:
            return None
        held = self._held.get(space)
        if space not in self._open or held is None or held.token != now.token:
            self._wake(now)
            return None
        if held.behind(now) > _LAG:
            return None
        question = np.ascontiguousarray(query, np.float32)
        if question.shape != (now.dim,):
            raise ValueError(f"{space} has vectors of {now.dim} numbers, the question {question.shape}")
        wanted = count + (now.rows - now.dead > now.photos) * count
        while wanted <= max(MOST * 4, count):
            rows = self._nearest_rows(space, question, min(wanted, held.rows))
            if rows is None:
                return None
            scored = self._store.rescore(space, question, rows, count, token=held.token, beyond=held.rows)
            if scored is None:
                return None
            hits, photos = scored
            if photos >= count or wanted >= held.rows:
                return hits
            wanted *= 2
        return None

    def _nearest_rows(
        self, space: str, question: "npt.NDArray[np.float32]", count: int
    ) -> "npt.NDArray[np.int64] | None":
        import numpy as np

        if not self._asking.acquire(blocking=False):
            return None
        try:
            if self._child is None:
                return None
            words = {"do": "query", "space": space, "count": count}
            _, data = self._exchange(words, question.tobytes(), _QUERY_SECONDS)
            return np.frombuffer(data, np.int64)
        except _Unusable as error:
            self._spoil(space, error)
        except _Later as error:
            logger.info("The Chroma index does not answer: %s", error)
        finally:
            self._asking.release()
        return None

    def sync(self) -> None:
        """Bring every collection up to date with the store, or build it. Takes minutes for a new library.

        For the background thread that indexes: call it at the start and when vectors were put or removed. It returns
        early when `close` is called. What fails is logged, and tried again by a later call.
        """
        with self._syncing:
            if self._where == "off":
                if self._root.exists() and not self._store.readonly:
                    shutil.rmtree(self._root, ignore_errors=True)
                return
            for space, info in self._store.spaces().items():
                if self._stopping or time.monotonic() < self._rests_until:
                    return
                now = self._store.numbering(space)
                if now is not None and info.rows >= self._at_least and self._is_due(now):
                    self._bring_up(space)

    def _is_due(self, now: Numbering) -> bool:
        held = self._held.get(now.name)
        return held is None or held.token != now.token or now.name in self._spoilt or held.behind(now) > _SLACK

    def _bring_up(self, space: str) -> None:
        for _ in range(2):
            try:
                self._build(space, anew=space in self._spoilt)
                self._failures = 0
                return
            except _Unusable as error:
                self._spoil(space, error)
            except _Later as error:
                if self._stopping:
                    return
                logger.warning("The Chroma index cannot be used now, search goes on without it: %s", error)
                self._states[space] = f"waits: {error}"
                break
        self._failures += 1
        self._rests_until = time.monotonic() + min(_FIRST_REST * 2**self._failures, _LONGEST_REST)

    def _build(self, space: str, *, anew: bool) -> None:
        done = False
        said = self._ask({"do": "open", "space": space, "anew": anew}, _OPEN_SECONDS)
        self._spoilt.discard(space)
        while not done and not self._stopping:
            now = self._store.numbering(space)
            said = self._ask({"do": "step", "space": space}, _STEP_SECONDS)
            done = said["done"]
            self._states[space] = f"{said['rows']:,} of {said['of']:,} vectors"
            if done and now is not None and now.token == said["token"]:
                self._ask({"do": "seal", "space": space}, _OPEN_SECONDS)
                self._held[space] = _Held(now.token, min(now.rows, said["rows"]), now.dead)
                self._open.add(space)
                self._states[space] = "ready"

    def _ask(self, words: dict[str, Any], timeout: float) -> dict[str, Any]:
        with self._asking:
            if self._stopping:
                raise _Later("Haven ends")
            if self._child is None:
                self._root.mkdir(parents=True, exist_ok=True)
                arguments = [str(self._store.folder.absolute()), self._where]
                self._child = ChildProcess("haven_fs.vectors.owner", arguments, self._root.absolute() / "log.txt")
                self._watch_idle()
            return self._exchange(words, b"", timeout)[0]

    def _exchange(self, words: dict[str, Any], data: bytes, timeout: float) -> Frame:
        """Ask the child; `_asking` is held."""
        assert self._child is not None
        self._used = time.monotonic()
        try:
            said, answer = self._child.ask(words, data, timeout=timeout)
        except ChildLost as error:
            self._child = None
            self._open.clear()
            raise _Unusable(str(error), spoilt=not error.killed) from error
        self._used = time.monotonic()
        if "broken" in said:
            self._end_child()
            raise _Unusable(said["broken"])
        if "away" in said:
            self._open.discard(words["space"])
            raise _Later(said["away"])
        return said, answer

    def _spoil(self, space: str, error: _Unusable) -> None:
        then = "is made anew" if error.spoilt else "is looked at again"
        logger.warning("The Chroma index of %s %s: %s", space, then, error)
        self._states[space] = f"{then}: {error}"
        self._held.pop(space, None)
        if error.spoilt:
            self._spoilt.add(space)

    def _wake(self, now: Numbering) -> None:
        """Have the index brought up in the background, since somebody asks for it."""
        if now.rows - now.dead < self._at_least or time.monotonic() < self._rests_until or self._stopping:
            return
        if not self._syncing.locked() and (self._background is None or not self._background.is_alive()):
            self._held.pop(now.name, None)
            self._background = threading.Thread(target=self.sync, daemon=True, name="chroma")
            self._background.start()

    def states(self) -> dict[str, str]:
        """Return for each space a word or two about its collection."""
        return dict(self._states)

    @property
    def pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        child = self._child
        return child.pid if child is not None else None

    def release(self) -> None:
        """End the child, which gives its memory back; the next question brings it up again."""
        with self._asking:
            self._end_child()

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None
        self._open.clear()

    def _watch_idle(self) -> None:
        self._timer = threading.Timer(self._idle_seconds, self._release_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _release_if_idle(self) -> None:
        with self._asking:
            if self._child is None or self._stopping:
                return
            if time.monotonic() - self._used >= self._idle_seconds:
                self._end_child()
            else:
                self._watch_idle()

    def close(self) -> None:
        """End the child after what it is doing; a `sync` in another thread returns."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        self.release()
        if self._background is not None:
            self._background.join()
