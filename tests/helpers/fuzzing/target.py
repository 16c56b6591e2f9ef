"""One parser to fuzz, and what it is to do with any bytes at all: answer, or refuse in the way that it promises."""

import signal
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE = 20.0
"""Seconds after which a parser hangs: the slowest honest input takes a hundredth of it."""


class Hangs(BaseException):
    """A parser that does not come to an end; no `except Exception` of its own may stop it."""


@dataclass(frozen=True)
class Target:
    """A parser: `run` takes the input; `refuses` are the exceptions that it promises to raise for what is wrong.

    `words`: pieces of its language, which mutations put in. `seeds` gives inputs to begin from. `prepare` has what it
    takes made, which no input is to be blamed for.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    refuses: tuple[type[Exception], ...] = ()
    words: Sequence[bytes] = field(default=())
    prepare: Callable[[], object] = lambda: None

    def fails(self, data: bytes) -> str | None:
        """Return how the parser breaks its promise at an input, None if it does not."""
        self.prepare()
        try:
            with _bounded():
                self.run(data)
        except self.refuses:
            return None
        except Hangs:
            return f"hangs for {PATIENCE:.0f} seconds"
        except Exception:
            return traceback.format_exc(limit=-6)
        return None


@contextmanager
def _bounded() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return

    def stop(_: int, frame: types.FrameType | None) -> None:
        raise Hangs(frame)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
