"""Sending answers so that a client that reads slowly, or not at all, costs a socket and no thread.

cheroot writes to a client from the worker thread that made the answer, and a reader that stalls keeps that thread.
Here a worker sends what the socket takes at once. What is left stays with the connection as its `Outgoing`, the
connection waits in server/connections.py, and any worker goes on when the socket can take more.

Threads: an Outgoing belongs to whoever holds its connection, and never to two.
"""

import errno
import logging
import os
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Callable

from haven_fs.library.seldom import Seldom
from haven_fs.sendfile import SendFile

log = logging.getLogger(__name__)
_seldom = Seldom(log)

BLOCK = 256 * 1024
"""Bytes read from a file at a time where the kernel cannot send it by itself."""
_DISK = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO})
"""What is no client's fault, though a file is sent in one call."""
NO_SENDFILE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSOCK})


class Outgoing:
    """The bytes and pieces of files still to be sent on one connection; stands in for cheroot's `wfile`.

    The socket does not block. `hurry` says whether the thread that sends is wanted elsewhere, `stopping` whether the
    server ends. Any method may raise OSError, the client being gone or a file being shorter than promised; the
    connection is then to be closed.
    """

    closed = False

    def __init__(self, sock: socket.socket, hurry: Callable[[], bool], stopping: Callable[[], bool]) -> None:
        self._socket = sock
        self._hurry = hurry
        self._stopping = stopping
        self._items: deque[memoryview | SendFile] = deque()
        self.waiting = 0
        """Bytes of memory among what is still to be sent."""
        self._kernel_sends = hasattr(os, "sendfile") and not isinstance(sock, ssl.SSLSocket)
        self.bytes_written = 0
        self.waits_for = selectors.EVENT_WRITE

    @property
    def pending(self) -> bool:
        """Whether anything is still to be sent."""
        return bool(self._items)

    def write(self, data: bytes) -> int:
        """Send `data`, or keep what the client does not take yet."""
        if data:
            self._items.append(memoryview(data))
            self.waiting += len(data)
            if len(self._items) == 1:
                self.send(patience=0)
        return len(data)

    def write_file(self, part: SendFile) -> None:
        """Send part of a file after what was written; the file is closed when it is out, or when that fails."""
        self._items.append(part)
        self.send(patience=0)

    def send(self, patience: float) -> bool:
        """Send what the socket takes and return whether that was all; wait at most `patience` seconds at a time."""
        if not self._items:
            return True
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

    def close(self) -> None:
        """Forget what was not sent and close its files."""
        self.closed = True
        for item in self._items:
            if isinstance(item, SendFile):
                item.file.close()
        self._items.clear()
        self.waiting = 0

    def _send_some(self) -> int:
        """Send part of the first item once; return how many bytes went out."""
        item = self._items[0]
        if isinstance(item, memoryview):
            sent = self._socket.send(item)
            self.waiting -= sent
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
                    if error.errno in _DISK:
                        _say_unread(item, error)
                    raise
                self._kernel_sends = False  # a file system that cannot: read it instead
                return 0
        else:
            try:
                item.file.seek(item.offset)
                block = item.file.read(min(BLOCK, item.count))
            except OSError as error:
                _say_unread(item, error)
                raise
            sent = len(block)
            # A TLS socket wants the very same bytes again after it could not take them, so they become an item.
            self._items.appendleft(memoryview(block))
            self.waiting += sent
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


def _say_unread(item: SendFile, error: OSError) -> None:
    words = "%s cannot be read on (%s); the client got only part of it"
    _seldom.say(error.errno, words, item.file.name, error.strerror)
