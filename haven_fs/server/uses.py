"""When and from where each password was last used, in signins.json.

It says which of a user's devices are still used, which sign-ins are new, and from which addresses a name signs in, so
that others who try that name elsewhere do not slow it down. Kept in memory and written every few minutes, so a server
that is killed forgets the last of them.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from haven_fs.errors import why
from haven_fs.library.whole import written_whole
from haven_fs.server.throttle import network
from haven_fs.server.users import User

logger = logging.getLogger(__name__)

WRITE_SECONDS = 180.0
"""Least time between two writes of the file."""
PLACES = 16
"""Networks kept for each password."""
KNOWN_SECONDS = 30 * 86400.0
"""How long a name is known at an address after its last sign-in from there."""


class Use(NamedTuple):
    """A use of a password: when, in seconds since 1970, and the address."""

    when: float
    address: str


class Uses:
    """The last uses of all passwords; safe between threads. One process writes; what cannot be read counts as empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._table: dict[tuple[str, str], dict[str, Use]] = _read(path)  # (name, device): {network: last use}
        self._writes_at = float("-inf")

    def note(self, name: str, device: str, address: str) -> bool:
        """Note a right password; return whether it was not used from there lately."""
        now, place = time.time(), network(address)
        with self._lock:
            places = self._table.setdefault((name, device), {})
            before = places.pop(place, None)
            places[place] = Use(now, address)
            if len(places) > PLACES:
                del places[next(iter(places))]
        return before is None or now - before.when > KNOWN_SECONDS

    def write_in(self, new: bool) -> float | None:
        """Return in how many seconds to write what was noted, at once if it is `new`; None if that is on its way."""
        now = time.monotonic()
        with self._lock:
            if self._writes_at > now and not new:
                return None
            self._writes_at = now if new else max(now, self._writes_at + WRITE_SECONDS)
            return self._writes_at - now

    def is_known(self, name: str, address: str) -> bool:
        """Return whether a user signed in from there lately, with any password."""
        place, since = network(address), time.time() - KNOWN_SECONDS
        with self._lock:
            uses = (places.get(place) for (known, _), places in self._table.items() if known == name)
            return any(use is not None and use.when > since for use in uses)

    def last(self, name: str, device: str) -> Use | None:
        """Return the last use of a password."""
        with self._lock:
            return max(self._table.get((name, device), {}).values(), default=None)

    def save(self, users: Mapping[str, User]) -> None:
        """Write all that is noted of passwords that are still there."""
        with self._lock:
            there = {(name, one.device) for name, user in users.items() for one in user}
            self._table = {key: places for key, places in self._table.items() if key in there}
            table = [[name, device, list(places.values())] for (name, device), places in self._table.items()]
        try:
            with written_whole(self.path) as file:
                file.write(json.dumps({"uses": table}).encode())
        except OSError as error:
            logger.warning("%s cannot be written: %s", self.path, why(error))


def _read(path: Path) -> dict[tuple[str, str], dict[str, Use]]:
    try:
        kept: list[Any] = json.loads(path.read_text(encoding="utf-8"))["uses"]
        return {
            (str(name), str(device)): {network(str(where)): Use(float(when), str(where)) for when, where in places}
            for name, device, places in kept
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        logger.warning("%s cannot be read, and is begun anew: %s", path, why(error))
        return {}
