"""Sending answers so that a client that reads slowly, or not at all, costs a socket and no thread.

cheroot writes to a client from the worker thread that made the answer, and a reader that stalls keeps that thread.
Here a worker sends what the socket takes at once. What is left stays with the connection as its `Outgoing`, the
connection is parked with the one `Waiter` thread, and any worker goes on when the socket can take more.

Threads: an Outgoing belongs to whoever holds its connection, a worker or the Waiter, and never to both.
"""

import errno
import logging
import os
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from haven_fs.sendfile import SendFile

log = logging.getLogger(__name__)

BLOCK = 256 * 1024
"""Bytes read from a file at a time where the kernel cannot send it by itself."""
AHEAD = 16 * 2**20
"""Bytes of an answer made piece by piece that may wait in memory before its maker has to."""
STALL_SECONDS = 300.0
"""A parked reader that takes nothing for so long is dropped."""
PINNED_SECONDS = 30.0
"""The same for one that keeps a thread, because more than AHEAD bytes wait for it."""
NO_SENDFILE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSOCK})


class Outgoing:
    """The bytes and pieces of files still to be sent on one connection; stands in for cheroot's `wfile`.

    `hurry` says whether the thread that sends is wanted elsewhere, `stopping` whether the server ends. Any method may
    raise OSError, the client being gone or a file being shorter than promised; the connection is then to be closed.
    """

    closed = False

    def __init__(self, sock: socket.socket, hurry: Callable[[], bool], stopping: Callable[[], bool]) -> None:
        self._socket = sock
        self._hurry = hurry
        self._stopping = stopping
        self._items: deque[memoryview | SendFile] = deque()
        self._waiting = 0  # bytes of memory among the items
        self._kernel_sends = hasattr(os, "sendfile") and not isinstance(sock, ssl.SSLSocket)
        self.bytes_written = 0
        self.waits_for = selectors.EVENT_WRITE

    @property
    def pending(self) -> bool:
        """Whether anything is still to be sent."""
        return bool(self._items)

    def write(self, data: bytes) -> int:
        """Send `data`, or keep what the client does not take yet; blocks only past AHEAD bytes."""
        if data:
            self._items.append(memoryview(data))
            self._waiting += len(data)
            self.send(patience=0)
            deadline = time.monotonic() + PINNED_SECONDS
            while self._waiting > AHEAD:
                if self._ready_within(0.5):
                    self.send(patience=0)
                    deadline = time.monotonic() + PINNED_SECONDS
                elif self._stopping() or time.monotonic() > deadline:
                    self.close()
                    raise ConnectionAbortedError("the client reads nothing")
        return len(data)

    def write_file(self, part: SendFile) -> None:
        """Send part of a file after what was written; the file is closed when it is out, or when that fails."""
        self._items.append(part)
        self.send(patience=0)

    def send(self, patience: float) -> bool:
        """Send what the socket takes and return whether that was all; wait at most `patience` seconds at a time."""
        if not self._items:
            return True
        timeout = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            while self._items:
                try:
                    self.bytes_written += self._send_some()
                except ssl.SSLWantReadError:
                    self.waits_for = selectors.EVENT_READ
                except (BlockingIOError, ssl.SSLWantWriteError):
                    self.waits_for = selectors.EVENT_WRITE
                else:
                    continue
                if not patience or self._hurry() or self._stopping() or not self._ready_within(patience):
                    return False
            return True
        except BaseException:
            self.close()
            raise
        finally:
            if self._socket.fileno() >= 0:
                self._socket.settimeout(timeout)

    def close(self) -> None:
        """Forget what was not sent and close its files."""
        self.closed = True
        for item in self._items:
            if isinstance(item, SendFile):
                item.file.close()
        self._items.clear()
        self._waiting = 0

    def _send_some(self) -> int:
        """Send part of the first item once; return how many bytes went out."""
        item = self._items[0]
        if isinstance(item, memoryview):
            sent = self._socket.send(item)
            self._waiting -= sent
            if sent == len(item):
                self._items.popleft()
            else:
                self._items[0] = item[sent:]
            return sent
        if not item.count:
            item.file.close()
            self._items.popleft()
            return 0
        if self._kernel_sends:
            try:
                sent = os.sendfile(self._socket.fileno(), item.file.fileno(), item.offset, item.count)
            except OSError as error:
                if error.errno not in NO_SENDFILE:
                    raise
                self._kernel_sends = False  # a file system that cannot: read it instead
                return 0
        else:
            item.file.seek(item.offset)
            block = item.file.read(min(BLOCK, item.count))
            sent = len(block)
            # A TLS socket wants the very same bytes again after it could not take them, so they become an item.
            self._items.appendleft(memoryview(block))
            self._waiting += sent
        if not sent:
            log.warning("%s became shorter while it was being sent; the client got only part of it", item.file.name)
            raise ConnectionAbortedError("a file became shorter while it was sent")
        item.offset += sent
        item.count -= sent
        return sent if self._kernel_sends else 0

    def _ready_within(self, seconds: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, self.waits_for)
            return bool(selector.select(seconds))


class Waiter:
    """One thread that holds connections with something left to send until their sockets take more.

    `resume` is called with a connection that can go on; it must not block. A connection has `socket`, `wfile` (its
    Outgoing) and `close`.
    """

    def __init__(self, resume: Callable[[Any], None]) -> None:
        self._resume = resume
        self._selector = selectors.DefaultSelector()
        self._newcomers: deque[Any] = deque()
        self._wake, self._bell = socket.socketpair()
        for end in (self._wake, self._bell):
            end.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="haven-waiter", daemon=True)
        self._thread.start()

    def add(self, connection: Any) -> None:
        """Take over a connection; from any thread."""
        self._newcomers.append(connection)
        self._ring()

    def stop(self) -> None:
        """End the thread and close every connection it holds."""
        self._stopping = True
        self._ring()
        self._thread.join()
        while self._newcomers:
            self._newcomers.popleft().close()

    def _ring(self) -> None:
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # rung already, or over

    def _run(self) -> None:
        next_look = time.monotonic() + 1
        while not self._stopping:
            for key, _ in self._selector.select(1):
                if key.data is None:
                    self._wake.recv(4096)
                else:
                    self._selector.unregister(key.fileobj)
                    self._resume(key.data[0])
            now = time.monotonic()
            while self._newcomers:
                connection = self._newcomers.popleft()
                held = (connection, now + STALL_SECONDS)
                try:
                    self._selector.register(connection.socket, connection.wfile.waits_for, held)
                except (ValueError, KeyError, OSError):  # not a socket that lives any more
                    connection.close()
            if now >= next_look:
                next_look = now + 1
                self._close([held for held in self._held() if held[1] < now])
        self._close(self._held())
        self._selector.close()
        self._wake.close()
        self._bell.close()

    def _held(self) -> list[tuple[Any, float]]:
        return [key.data for key in self._selector.get_map().values() if key.data is not None]

    def _close(self, held: list[tuple[Any, float]]) -> None:
        for connection, _ in held:
            self._selector.unregister(connection.socket)
            connection.close()
