"""The nonces that digest sign-ins answer: each count once, for minutes.

A challenge costs nothing: its nonce says when it was made and carries a seal, and only a nonce that was answered
rightly is kept, with the counts that were used. Of each the last WINDOW counts are known one by one, since parallel
connections overtake each other; older ones are taken as used. A nonce belongs to the password and the address that
first used it. What is forgotten is never taken again: a nonce that is not kept counts only while it is young, and
younger than any that had to be forgotten early.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

YOUNG_SECONDS = 300.0
"""How long a challenge may wait for its first answer, and a nonce between two answers."""
LIFE_SECONDS = 1800.0
WINDOW = 128
MOST = 4096
"""Nonces kept; the least recently used go first. About 1.5 MB."""
MOST_WRONG = 8
"""Wrong answers to a nonce in use after which it ends: whoever overhears one may not guess with it."""
_MASK = (1 << WINDOW) - 1


@dataclass(slots=True)
class _Used:
    owner: Hashable
    address: str
    last: float
    highest: int
    seen: int = 1  # bit n: the count highest - n was used
    wrong: int = 0
    ended: bool = False


class Nonces:
    """Makes nonces and says which answers count; safe between threads. Those of another process are stale."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._used: OrderedDict[int, _Used] = OrderedDict()  # by when they were made, in ns
        self._latest = self._floor = 0

    def make(self) -> str:
        """Return a new nonce."""
        with self._lock:
            self._latest = made = max(self._latest + 1, int(self._clock() * 1e9))
        return f"{made:x}-{self._seal(f'{made:x}')}"

    def counts(self, nonce: str) -> bool:
        """Return whether an answer to this nonce may still be right: it is ours and not too old."""
        made = self._made(nonce)
        if made is None:
            return False
        with self._lock:
            return self._alive(made)

    def owner(self, nonce: str, address: str) -> Hashable | None:
        """Return whose nonce this is, if it is in use from that address; None if not."""
        with self._lock:
            used = self._used.get(self._made(nonce) or 0)
            return None if used is None or used.ended or used.address != address else used.owner

    def is_ageing(self, nonce: str) -> bool:
        """Return whether the client had better be given another."""
        return self._clock() - (self._made(nonce) or 0) / 1e9 > LIFE_SECONDS * 2 / 3

    def use(self, nonce: str, owner: Hashable, address: str, count: int | None) -> bool:
        """Take a right answer; False if it is stale. `count` None: the client does not count, so it counts once."""
        made = self._made(nonce)
        with self._lock:
            if made is None or not self._alive(made):
                return False
            now = self._clock()
            used = self._used.get(made)
            if used is None:
                self._used[made] = _Used(owner, address, now, count or 0, ended=count is None)
                self._forget(now)
                return True
            if used.ended or count is None or used.owner != owner or used.address != address:
                return False
            if not _take(used, count):
                return False
            used.last = now
            self._used.move_to_end(made)
            return True

    def wrong(self, nonce: str) -> None:
        """Note a wrong answer."""
        with self._lock:
            used = self._used.get(self._made(nonce) or 0)
            if used is not None:
                used.wrong += 1
                used.ended = used.ended or used.wrong >= MOST_WRONG

    def _alive(self, made: int) -> bool:
        now, used = self._clock(), self._used.get(made)
        if used is None:
            return made > self._floor and now - made / 1e9 <= YOUNG_SECONDS
        return now - used.last <= YOUNG_SECONDS and now - made / 1e9 <= LIFE_SECONDS

    def _forget(self, now: float) -> None:
        """Drop what is too old, which needs no memory to be refused, and what is too much."""
        while self._used:
            made, used = next(iter(self._used.items()))
            if now - used.last <= YOUNG_SECONDS:
                if len(self._used) <= MOST:
                    return
                self._floor = max(self._floor, made)
            del self._used[made]

    def _made(self, nonce: str) -> int | None:
        text, _, seal = nonce.partition("-")
        if not nonce.isascii() or not hmac.compare_digest(seal, self._seal(text)):
            return None
        return int(text, 16)

    def _seal(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _take(used: _Used, count: int) -> bool:
    """Mark a count as used; False if it was, or is too old to know."""
    ahead = count - used.highest
    if ahead > 0:
        used.seen = ((used.seen << ahead) | 1) & _MASK if ahead < WINDOW else 1
        used.highest = count
    elif ahead <= -WINDOW or used.seen >> -ahead & 1:
        return False
    else:
        used.seen |= 1 << -ahead
    return True
