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
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haven_fs.errors import UserError
from haven_fs.vectors.childprocess import ChildLost, How
from haven_fs.vectors.kinds import Hits
from haven_fs.vectors.ownerprocess import Later, OwnerProcess
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
_QUERY_SECONDS, _STEP_SECONDS, _OPEN_SECONDS = 5.0, 300.0, 600.0
_FIRST_REST, _LONGEST_REST = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class _Held:
    """What a verified collection holds: the rows below `rows` of a numbering that then had `dead` removed ones."""

    token: str
    rows: int
    dead: int
    process: int
    """The number of the process that has it open."""

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
        self._process = OwnerProcess(store.folder, where, idle_seconds)
        self._syncing = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._spoilt: set[str] = set()
        self._hung: set[str] = set()
        self._states: dict[str, str] = {}
        self._failures = 0
        self._rests_until = 0.0
        self._background: threading.Thread | None = None
        self._stopping = False

    def nearest(self, space: str, query: "npt.NDArray[np.float32]", count: int) -> Hits | None:
        """Return the `count` photos nearest to the question, scored exactly; None if the index cannot say now."""
        import numpy as np

        if self._where == "off" or not 0 < count <= MOST or (now := self._store.numbering(space)) is None:
            return None
        held, running = self._held.get(space), self._process.number
        if held is None or held.token != now.token or not running or held.process != running:
            self._wake(now)
            return None
        if held.behind(now) > _LAG:
            self.sync(wait=False)
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

        words = {"do": "query", "space": space, "count": count}
        try:
            _, data = self._process.ask(words, question.tobytes(), timeout=_QUERY_SECONDS, patiently=False)
            return np.frombuffer(data, np.int64)
        except ChildLost as error:
            self._lost(space, error)
        except Later as error:
            logger.debug("The Chroma index does not answer: %s", error)
        return None

    def sync(self, only: Collection[str] | None = None, *, wait: bool = True) -> None:
        """Bring every collection up to date with the store, or build it, which takes minutes for a new library.

        `only`: the spaces of which nearest neighbours are asked, all if None. Call it at the start and when vectors
        were put or removed. It returns early when `stop` is called. Without `wait` it is done in a thread of its own.
        What fails is logged, and tried again by a later call.
        """
        if self._stopping:
            return
        if not wait:
            if not self._syncing.locked() and (self._background is None or not self._background.is_alive()):
                self._background = threading.Thread(target=self.sync, args=(only,), daemon=True, name="chroma")
                self._background.start()
            return
        with self._syncing:
            if self._where == "off":
                if not self._store.readonly:
                    shutil.rmtree(self._store.folder / "chroma", ignore_errors=True)
                return
            self._states = {space: said for space, said in self._states.items() if self._store.numbering(space)}
            for space, info in self._store.spaces().items():
                if self._stopping or time.monotonic() < self._rests_until:
                    return
                if only is not None and space not in only:
                    continue
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
            except ChildLost as error:
                self._lost(space, error)
            except Later as error:
                if self._stopping:
                    return
                logger.warning("The Chroma index cannot be used now, so searches run without it: %s", error)
                self._states[space] = f"waits: {error}"
                break
        self._failures += 1
        self._rests_until = time.monotonic() + min(_FIRST_REST * 2**self._failures, _LONGEST_REST)

    def _build(self, space: str, *, anew: bool) -> None:
        self._ask("open", space, _OPEN_SECONDS, anew=anew)
        self._spoilt.discard(space)
        if anew:
            self._hung.discard(space)
        done = False
        while not done and not self._stopping:
            now = self._store.numbering(space)
            said = self._ask("step", space, _STEP_SECONDS)
            done = said["done"]
            self._states[space] = f"{said['rows']:,} of {said['of']:,} vectors"
            if done and now is not None and now.token == said["token"]:
                self._ask("seal", space, _OPEN_SECONDS)
                self._held[space] = _Held(now.token, min(now.rows, said["rows"]), now.dead, self._process.number)
                self._states[space] = "ready"

    def _ask(self, what: str, space: str, timeout: float, **more: Any) -> dict[str, Any]:
        return self._process.ask({"do": what, "space": space, **more}, timeout=timeout, patiently=True)[0]

    def _lost(self, space: str, error: ChildLost) -> None:
        # A machine that is short of memory kills and stalls what is good: that is looked at again first.
        spoilt = error.how in (How.CRASHED, How.BROKEN) or (error.how is How.HUNG and space in self._hung)
        then = "will be rebuilt" if spoilt else "will be checked again"
        logger.warning("The Chroma index of %s %s: %s", space, then, error)
        self._states[space] = f"{then}: {error}"
        self._held.pop(space, None)
        if spoilt:
            self._spoilt.add(space)
        if error.how is How.HUNG:
            self._hung.add(space)

    def _wake(self, now: Numbering) -> None:
        """Have the index brought up in the background, since somebody asks for it."""
        if now.rows - now.dead >= self._at_least and time.monotonic() >= self._rests_until and not self._stopping:
            if not self._syncing.locked():
                self._held.pop(now.name, None)
            self.sync(wait=False)

    def states(self) -> dict[str, str]:
        """Return for each space a word or two about its collection."""
        return dict(self._states)

    @property
    def pid(self) -> int | None:
        """The id of the process that owns Chroma, None while there is none."""
        return self._process.pid

    def release(self) -> None:
        """End the process, which gives its memory back; the next question brings it up again."""
        self._process.release()

    def discard(self) -> None:
        """Delete the embedded index, whose removals leave what was removed on the disk; it is built again when due."""
        self._process.release()
        self._held.clear()
        if self._where in ("embedded", "off"):
            shutil.rmtree(self._store.folder / "chroma", ignore_errors=True)

    def stop(self) -> None:
        """Have a `sync` in another thread return, in a second or so; there will be no other."""
        self._stopping = True

    def close(self) -> None:
        """Stop, and end the process, within some seconds."""
        self.stop()
        self._process.close()
        if self._background is not None:
            self._background.join()
