"""One client's connection: where it is between a handshake and the end of an answer, and what it does next.

A worker thread has it only while there is something to do at once; otherwise it waits with all the others
(haven_fs.server.connections).
"""

import logging
import selectors
import socket
import ssl
import time
from concurrent.futures import Future
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from haven_fs import receiving
from haven_fs.server import connections
from haven_fs.server.connections import Phase
from haven_fs.server.framing import Malformed
from haven_fs.server.gateway import PATIENCE, Gateway, Request
from haven_fs.server.reading import Incoming
from haven_fs.server.sending import Outgoing
from haven_fs.server.shielded import ALWAYS

if TYPE_CHECKING:
    from haven_fs.server.http import Server

log = logging.getLogger(__name__)

_FAILED = "Haven failed at this. Its log says more."
_ONLY_HTTPS = "This address only speaks HTTPS: use https:// instead of http://."
_SLOW = "The rest of the request did not come in time."
_SHIELDED = "".join(f"{name}: {value}\r\n" for name, value in ALWAYS)
_CROWD = "Too many requests from here are waiting for their rest. This was the slowest."


class Connection:
    """One client's socket, and how far its request and answer have come; in the place of cheroot's HTTPConnection."""

    peercreds_enabled = False
    requests_seen = 0

    def __init__(self, server: "Server", sock: socket.socket, address: tuple[Any, ...]) -> None:
        self.server, self.socket = server, sock
        self.remote_addr, self.remote_port = str(address[0]), address[1]
        secure = isinstance(sock, ssl.SSLSocket)
        self.ssl_env = {"wsgi.url_scheme": "https", "HTTPS": "on"} if secure else {}
        self.incoming = self.rfile = Incoming(sock)
        self.wfile = Outgoing(sock, hurry=server.is_busy, stopping=lambda: not server.ready)
        self.user = ""
        self.request: Request | None = None
        self.receiver: receiving.Receiver | None = None
        self.waits_for_answer: Future[Any] | None = None
        self.body_is_wanted = False
        self.uninvited = False
        self._gateway: Gateway | None = None
        self._keep = self._is_answered = False
        self._why_ended: Malformed | None = None
        self._ended = False
        self.phase: Phase | None = None
        self._credit = 0.0
        self._enter(Phase.HANDSHAKE if secure else Phase.IDLE)

    # Waiting: what server/connections.py asks

    @property
    def waits_for(self) -> int:
        """What the socket must be ready for."""
        return self.wfile.waits_for if self.phase is Phase.SENDING else self.incoming.waits_for

    @property
    def waiting(self) -> int:
        """Bytes of an answer that wait in memory."""
        return self.wfile.waiting

    def fraction(self, now: float) -> float:
        """Return how much of its time a phase has left, of 1."""
        return (self.until - now) / connections.SECONDS[self.phase or Phase.IDLE]

    def _enter(self, phase: Phase) -> None:
        self.phase, self.until = phase, time.monotonic() + connections.SECONDS[phase]

    def read(self) -> bool:
        """Read on, without blocking; return whether there is something for a worker. Raises OSError."""
        try:
            if self.phase is Phase.HANDSHAKE and not self._shake_hands():
                return False
            if self.phase is Phase.LINGERING:
                while self.incoming.fill():
                    self.incoming.data.clear()
                return False
            if self.phase is Phase.DROPPED:
                while not self.incoming.drop():
                    if not self.incoming.fill():
                        return False
                self._next_request()
            while not self.incoming.is_there():
                if self.phase is Phase.IDLE and self.incoming.has_begun:
                    self._enter(Phase.HEAD)
                if self.phase is Phase.HEAD and self.incoming.head is not None:
                    self._enter(Phase.BODY)
                if not self.incoming.fill():
                    return False
        except Malformed as error:
            if not self._is_answered:
                self.refuse(error)
            if not self._linger():
                self._shut()
            return False
        self.phase = None
        return True

    def expire(self) -> None:
        """End a connection whose time is up."""
        self._end(Malformed(_SLOW, 408))

    def give_up(self) -> None:
        """End a connection for which there is no more room."""
        self._end(Malformed(_CROWD, 503))

    def _end(self, why: Malformed) -> None:
        if self.phase is Phase.UPLOAD:  # a file is to be removed, which may take a while
            self._why_ended = why
            self.server.process_conn(self)
            return
        if self.phase in (Phase.HEAD, Phase.BODY):
            self.refuse(why)
        else:
            self._ended = True
        self.close()

    def _shake_hands(self) -> bool:
        try:
            self.socket.do_handshake()  # type: ignore[attr-defined]
        except ssl.SSLWantReadError:
            self.incoming.waits_for = selectors.EVENT_READ
            return False
        except ssl.SSLWantWriteError:
            self.incoming.waits_for = selectors.EVENT_WRITE
            return False
        except ssl.SSLError as error:
            log.debug("%s: no TLS: %s", self.remote_addr, error)
            if "HTTP_REQUEST" in (error.reason or ""):
                self.socket = socket.socket(fileno=self.socket.detach())
                self.wfile = Outgoing(self.socket, hurry=self.server.is_busy, stopping=lambda: True)
                self.incoming = self.rfile = Incoming(self.socket)
                raise Malformed(_ONLY_HTTPS) from error
            raise
        self.incoming.waits_for = selectors.EVENT_READ
        self._enter(Phase.IDLE)
        return True

    # Working: what cheroot's workers ask

    def communicate(self) -> bool:
        """Go on with a request or its answer, as far as that is possible now; return whether the connection stays."""
        try:
            if self._why_ended is not None:
                raise self._why_ended
            if self.wfile.pending and not self.wfile.send(PATIENCE):
                return True
            if self._is_answered:
                return self._keep
            self._work()
            if self._is_parked():
                return True
            return not self.wfile.send(PATIENCE) or self._keep
        except Malformed as error:
            self.refuse(error)
        except OSError as error:
            log.debug("%s went away: %s", self.remote_addr, error)
            self._ended = True
        except Exception:
            log.exception("A request failed")
            if self.request is not None and not self.request.sent_headers:
                self.refuse(Malformed(_FAILED, 500))
        return False

    def _is_parked(self) -> bool:
        return (
            self._gateway is not None
            or self.receiver is not None
            or self.waits_for_answer is not None
            or self.body_is_wanted
        )

    def _work(self) -> None:
        """Have a request answered, as far as it goes now."""
        if self._gateway is None:
            if self.request is None:
                assert self.incoming.head is not None
                self.request = Request(self.server, self, self.incoming.head)
                self.uninvited = self.incoming.head.invites and not self.incoming.framing.finished
            self.body_is_wanted = False
            if self.receiver is not None and not self._receive():
                return
            while not self._ask():
                if self.receiver is None:
                    if self.body_is_wanted:
                        self._invite()
                    return
                self._invite()
                self._credit = connections.SECONDS[Phase.UPLOAD]
                if not self._receive():
                    return
        assert self._gateway is not None and self.request is not None
        if self._gateway.go_on():
            self._keep = not self.request.close_connection
            self._gateway = self.request = None
            self._is_answered = True

    def _ask(self) -> bool:
        """Ask the application; return whether it answers."""
        assert self.request is not None
        self._gateway = Gateway(self.request)
        if self._gateway.begin():
            return True
        self._gateway = None
        self.request.forget_answer()
        return False

    def _invite(self) -> None:
        """Tell a client that waits for that that it may send its body."""
        if self.uninvited:
            self.uninvited = False
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _receive(self) -> bool:
        """Give the receiver what has come; return whether it is to get no more, so that the application is asked."""
        assert self.receiver is not None and self.request is not None
        is_over, got = self.incoming.feed(self.receiver, self.server.is_busy)
        self._credit = min(self._credit + got / connections.RATE, connections.SECONDS[Phase.UPLOAD])
        if is_over:
            self.request.received, self.receiver = self.receiver, None
        return is_over

    def rest(self) -> bool:
        """Get ready to be held by nobody; return whether there is something to do at once, for whoever takes over."""
        if self.wfile.pending or self._gateway is not None:
            self._enter(Phase.SENDING)
        elif self.receiver is not None:
            self.phase, self.until = Phase.UPLOAD, time.monotonic() + self._credit
        elif self.body_is_wanted:
            self._enter(Phase.BODY)
        elif not self.incoming.framing.finished:
            self._enter(Phase.DROPPED)
        else:
            self._next_request()
        waits = self.phase is not Phase.SENDING and (self.phase is not Phase.UPLOAD or self.server.is_busy())
        return waits and (bool(self.incoming.data) or self._has_decrypted())

    def _has_decrypted(self) -> bool:
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def resume(self) -> None:
        """Note that a worker goes on, so that the time does not count in which it is busy."""
        if self.phase is Phase.UPLOAD:
            self._credit = self.until - time.monotonic()
        self.phase = None

    def answered(self) -> None:
        """Note that what the answer takes is done."""
        assert self.request is not None
        self.request.done, self.waits_for_answer = self.waits_for_answer, None

    def _next_request(self) -> None:
        self.incoming.begin()
        self.uninvited = self._is_answered = False
        self._enter(Phase.IDLE)

    # Ending

    def refuse(self, error: Malformed) -> None:
        """Answer what is no request, or cannot go on; the connection is then to be closed."""
        reason = str(error)
        body = reason.encode() + b"\n"
        self._discard()
        if not self.wfile.pending:
            head = (
                f"HTTP/1.1 {error.status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nServer: Haven\r\n"
                f"Date: {formatdate(usegmt=True)}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
                f"{_SHIELDED}\r\n"
            )
            is_head = self.incoming.head is not None and self.incoming.head.method == b"HEAD"
            try:
                self.wfile.write(head.encode() + (b"" if is_head else body))
            except OSError:
                self._ended = True

    def _discard(self) -> None:
        gateway, self._gateway = self._gateway, None
        receivers = [self.receiver, self.request.received if self.request is not None else None]
        self.receiver = self.request = None
        for close in [gateway.close if gateway is not None else None, *(one.discard for one in receivers if one)]:
            try:
                if close is not None:
                    close()
            except Exception:
                log.exception("What came of a request could not be removed")

    def close(self) -> None:
        """Close the socket; a client that still sends gets a moment to see the answer first."""
        if self._linger():
            self.server.wait(self)
        else:
            self._shut()

    def _linger(self) -> bool:
        """End an answer but read on: closing with unread bytes would make the kernel throw the answer away.

        Return False if nobody needs that.
        """
        self._discard()
        self.wfile.close()
        is_heard = not self.incoming.data and self.incoming.framing.finished and self._why_ended is None
        if is_heard or self._ended or self.phase is Phase.LINGERING or not self.server.ready or self.incoming.closed:
            return False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.incoming.waits_for = selectors.EVENT_READ
        self._enter(Phase.LINGERING)
        return True

    def _shut(self) -> None:
        if self.incoming.closed:
            return
        self._discard()
        self.wfile.close()
        self.phase, self.incoming.closed = None, True
        self.server.forget(self)
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
