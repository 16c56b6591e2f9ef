"""All connections that no worker is busy with: one thread that accepts, reads requests, and waits for slow clients.

It stands in for cheroot's ConnectionManager. A connection is held by a worker or by this thread, never by both. Here it
waits in a Phase, until its socket is ready or its time is up. A client costs a socket and some memory, and never a
thread. What many clients could use up is shared out: where one address or user, or all of them, have more half-done
requests than they may, the slowest of theirs is dropped, and never the one that has just come.
"""

import errno
import logging
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

log = logging.getLogger(__name__)

PER_ADDRESS = 100
"""Half-done requests that one address may have, or one user."""
MOST_OPEN = 2000
MOST_WAITING = 256 * 2**20
"""Bytes of answers that may wait in memory for slow readers."""
_SPARE = 256
"""File descriptors that are left for everything but connections."""
_NO_MORE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Phase(Enum):
    """What a connection waits for."""

    HANDSHAKE = "TLS to begin"
    IDLE = "a request"
    HEAD = "the rest of a head"
    BODY = "the rest of a body that is read before the application is asked"
    UPLOAD = "more of an upload"
    DROPPED = "the rest of a body that was refused"
    SENDING = "the client to take more of an answer"
    LINGERING = "a client that was refused to notice it"


SECONDS = {
    Phase.HANDSHAKE: 20.0,
    Phase.IDLE: 75.0,
    Phase.HEAD: 20.0,
    Phase.BODY: 30.0,
    Phase.UPLOAD: 120.0,
    Phase.DROPPED: 10.0,
    Phase.SENDING: 300.0,
    Phase.LINGERING: 2.0,
}
"""How long it may, in all, however its bytes trickle. But what comes of an upload gives it more time, see RATE."""
RATE = 1024
"""Bytes that earn an upload another second, up to those of its phase: slow ones at a fair rate may take hours."""
HALF_DONE = frozenset({Phase.HANDSHAKE, Phase.HEAD, Phase.BODY, Phase.UPLOAD})


class Connections:
    """The connections of a server; see the module's docstring.

    A connection has `phase`, `until` (when its time is up), `fraction(now)` (how much of its time is left, of 1),
    `remote_addr`, `user`, `socket`, `waits_for`, `waiting` (bytes of its answer in memory), and `read()`, `expire()`,
    `give_up()` and `close()`. `many`: says of an address that it is a proxy, for which there are no limits but those
    for all.
    """

    can_add_keepalive_connection = True

    def __init__(self, server: Any, many: Callable[[str], bool]) -> None:
        self._server = server
        self._many = many
        self._lock = threading.RLock()
        self._open: set[Any] = set()
        self._held: dict[Any, tuple[Any, ...]] = {}  # by connection, what it is counted under; the oldest first
        self._counts: Counter[Any] = Counter()
        self._waiting = 0
        self._said = float("-inf")
        self._most = _most_open()
        self._selector = selectors.DefaultSelector()
        self._wake, self._bell = socket.socketpair()
        for end in (self._wake, self._bell):
            end.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._listening = False
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._stopped.set()

    # From any thread

    def add(self, conn: Any) -> None:
        """Take over a connection until it can go on."""
        with self._lock:
            if self._stopping.is_set():
                conn.close()
                return
            try:
                self._selector.register(conn.socket, conn.waits_for, conn)
            except (ValueError, KeyError, OSError):  # not a socket that lives any more
                conn.close()
                return
            keys = self._keys(conn)
            self._held[conn] = (*keys, conn.waiting)
            self._counts.update(keys)
            self._waiting += conn.waiting
            self._drop_slowest(keys, conn)
        if not _LISTENS_AT_ONCE:
            self._ring()

    def forget(self, conn: Any) -> None:
        """Note that a connection is closed."""
        with self._lock:
            self._open.discard(conn)

    def _keys(self, conn: Any) -> tuple[Any, ...]:
        if conn.phase is Phase.SENDING:
            return ("readers",) if self._many(conn.remote_addr) else (("readers", conn.remote_addr),)
        if conn.phase not in HALF_DONE:
            return ()
        keys: list[Any] = ["all"]
        if not self._many(conn.remote_addr):
            keys.append(("address", conn.remote_addr))
        if conn.user:
            keys.append(("user", conn.user))
        return tuple(keys)

    def _take(self, conn: Any) -> bool:
        """Take a connection out, for the one who called; return whether it was held."""
        with self._lock:
            counted = self._held.pop(conn, None)
            if counted is None:
                return False
            self._selector.unregister(conn.socket)
            *keys, waiting = counted
            self._waiting -= waiting
            for key in keys:
                self._counts[key] -= 1
                if not self._counts[key]:
                    del self._counts[key]
            return True

    # Limits

    def _drop_slowest(self, keys: Iterable[Any], newcomer: Any) -> None:
        for key in keys:
            if self._counts[key] > (PER_ADDRESS if key[0] in ("address", "user") else self._most // 2):
                self._drop([conn for conn, counted in self._held.items() if key in counted and conn is not newcomer])
        if self._waiting > MOST_WAITING:
            self._drop([conn for conn in self._held if conn.waiting and conn is not newcomer])

    def _drop(self, conns: list[Any]) -> bool:
        """Drop the slowest of some connections; return whether there was one."""
        now = time.monotonic()
        conn = min(conns, key=lambda conn: conn.fraction(now), default=None)
        if conn is None or not self._take(conn):
            return False
        if now > self._said + 60:
            self._said = now
            log.warning("%s leaves too many requests unfinished; the slowest are dropped", conn.remote_addr)
        conn.give_up()
        return True

    def _make_room(self) -> bool:
        """Close one connection of whoever has most: an idle one rather than one with something to do."""
        with self._lock:
            addresses = Counter(None if self._many(conn.remote_addr) else conn.remote_addr for conn in self._held)
            addresses.pop(None, None)
            busiest = max(addresses, key=addresses.__getitem__, default=None)
            conns = [conn for conn in self._held if busiest is None or conn.remote_addr == busiest]
            idle = next((conn for conn in conns if conn.phase is Phase.IDLE), None)
            return self._drop([idle] if idle is not None else conns)

    # The thread

    def run(self, expiration_interval: float) -> None:
        """Go on until `stop`; cheroot calls this."""
        self._stopped.clear()
        try:
            self._listen(True)
            next_look = time.monotonic()
            while not self._stopping.is_set():
                for key, _ in self._selector.select(expiration_interval):
                    if key.data is None:
                        self._wake.recv(4096)
                    elif key.data is self:
                        self._accept()
                    elif self._take(key.data):
                        self.go_on(key.data)
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + expiration_interval
                    self._expire()
                    self._listen(True)
        finally:
            self._stopped.set()

    def go_on(self, conn: Any) -> None:
        """Have a connection that nobody holds read on, or give it to a worker if there is something to do."""
        try:
            if conn.phase in (Phase.SENDING, Phase.UPLOAD) or conn.read():
                self._server.process_conn(conn)
            elif conn.phase is not None:
                self.add(conn)
        except OSError as error:
            log.debug("%s went away: %s", conn.remote_addr, error)
            conn.close()
        except Exception:
            log.exception("A connection failed")
            conn.close()

    def _expire(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [conn for conn in self._held if conn.until < now]
        for conn in late:
            if self._take(conn):
                conn.expire()

    def _listen(self, on: bool) -> None:
        if on != self._listening:
            if on:
                self._selector.register(self._server.socket, selectors.EVENT_READ, self)
            else:
                self._selector.unregister(self._server.socket)
            self._listening = on

    def _accept(self) -> None:
        if len(self._open) >= self._most:
            self._make_room()
        try:
            sock, address = self._server.socket.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError as error:
            if error.errno not in _NO_MORE or not self._make_room():
                log.warning("No connection can be accepted for a moment: %s", error)
                self._listen(False)  # until the next look
            return
        try:
            sock.setblocking(False)
            conn = self._server.connect(sock, address)
        except OSError as error:
            log.debug("%s went away: %s", address, error)
            sock.close()
            return
        with self._lock:
            self._open.add(conn)
        self.add(conn)

    def _ring(self) -> None:
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # rung already, or over

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._ring()
        self._stopped.wait()

    def close(self) -> None:
        """Close every connection that is held; those of workers are theirs."""
        with self._lock:
            for conn in list(self._held):
                if self._take(conn):
                    conn.close()
            self._selector.close()
        self._wake.close()
        self._bell.close()

    def close_all(self) -> None:
        """Close what is left when the workers have ended."""
        for conn in list(self._open):
            conn.close()


_LISTENS_AT_ONCE = hasattr(selectors, "EpollSelector") or hasattr(selectors, "KqueueSelector")
"""Whether a selector that waits takes notice of what another thread registers."""


def _most_open() -> int:
    """Return how many connections there may be; each may have a file open as well."""
    try:
        import resource
    except ImportError:
        return MOST_OPEN // 4
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_OPEN + _SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (OSError, ValueError):
            soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_OPEN if soft == resource.RLIM_INFINITY else max(32, min(MOST_OPEN, (soft - _SPARE) // 2))
