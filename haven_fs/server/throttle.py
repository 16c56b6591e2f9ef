"""How fast passwords may be tried: slower the more are wrong, and never so slow that a right one is shut out for long.

Only passwords that people chose are held back. Those that Haven made are checked at once, and are still out of reach:
at a million tries a second the shorter ones (79 bits) last 10 billion years. A device that signed in before is not held
back either (see haven_fs.server.credentials).

A try is counted before it is checked, so tries that come together do not slip through together. It belongs to lanes:
one for its name from its address, and if this name did not sign in from there lately, one for its name from anywhere,
one for all names from the address, and for IPv6, where an address is a network of 64 bits, one for the network of 48.
After a number of tries each further one gets a turn some time after the one before, in all its lanes; it waits for
that, unless the wait is longer than LONGEST_WAIT: then it is refused, not counted, and may come again in a few seconds.

What an attacker gets checked: of one name, 10 tries at once from each address and 20 from all of them, then one every 3
seconds, 28,800 a day, however many addresses there are, and as much again from each address where its owner signed in
lately; of all names from one address, 50 at once and 4 a second; in all, the first times the number of names that there
are. A lane that nobody used for 15 minutes is as new.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_WAIT = 6.0
"""Seconds."""
FORGET_SECONDS = 900.0
REMEMBERED = 4096
"""Lanes kept of names, and as many of addresses; the least recently used go first."""


class _Kind(NamedTuple):
    free: int  # tries at once
    shortest: float  # seconds between two tries after these, twice as long each time,
    longest: float  # up to this


_PAIR = _Kind(10, 0.5, 3.0)
_NAME = _Kind(20, 0.5, 3.0)
_ADDRESS = _Kind(50, 0.25, 0.25)
_NETWORK = _Kind(100, 0.1, 0.1)


@dataclass(slots=True)
class _Lane:
    tries: int = 0
    free_at: float = 0.0
    last: float = 0.0


class Throttle:
    """Gives tries their turns; safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._names: OrderedDict[tuple[str, str], _Lane] = OrderedDict()
        self._addresses: OrderedDict[str, _Lane] = OrderedDict()

    def take(self, name: str, address: str, *, known: bool) -> tuple[bool, float]:
        """Count a try and return True and the seconds until it may be checked, or False and when to come again.

        `known`: this name signed in from this address lately.
        """
        with self._lock:
            now = self._clock()
            lanes = [(self._lane(*key), kind) for *key, kind in _lanes(name, address, known)]
            for lane, _ in lanes:
                if now - max(lane.last, lane.free_at) > FORGET_SECONDS:
                    lane.tries, lane.free_at = 0, 0.0
            turn = max(max(now, lane.free_at) if lane.tries >= kind.free else now for lane, kind in lanes)
            if turn - now > LONGEST_WAIT:
                return False, float(math.ceil(turn - now - LONGEST_WAIT))
            for lane, kind in lanes:
                lane.tries, lane.last = lane.tries + 1, now
                if (over := lane.tries - kind.free) >= 0:
                    lane.free_at = turn + min(kind.longest, kind.shortest * 2.0 ** min(over, 9))
            return True, turn - now

    def right(self, name: str, address: str) -> None:
        """Forget the tries of this name from this address."""
        with self._lock:
            self._names.pop((name, address), None)

    def _lane(self, table: str, key: str, more: str) -> _Lane:
        lanes: OrderedDict[tuple[str, str], _Lane] | OrderedDict[str, _Lane]
        if table == "name":
            lane = self._names.setdefault((key, more), _Lane(last=self._clock()))
            self._names.move_to_end((key, more))
            lanes = self._names
        else:
            lane = self._addresses.setdefault(key, _Lane(last=self._clock()))
            self._addresses.move_to_end(key)
            lanes = self._addresses
        while len(lanes) > REMEMBERED:
            lanes.popitem(last=False)
        return lane


def _lanes(name: str, address: str, known: bool) -> Iterator[tuple[str, str, str, _Kind]]:
    yield "name", name, address, _PAIR
    if known:
        return
    yield "name", name, "*", _NAME
    yield "address", address, "", _ADDRESS
    if address.endswith("/64"):
        wider = ipaddress.ip_network(address).supernet(new_prefix=48)
        yield "address", str(wider), "", _NETWORK


def network(address: str) -> str:
    """Return an address as one guesser has it: an IPv6 network of 64 bits is one person's."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
