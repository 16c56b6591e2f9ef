"""The HTTP server: cheroot's workers and answers, with what it lacks for a family's network drive.

What may be relied on: a client that is slow, or silent, in any part of a request or an answer, holds no thread, and has
a time limit; what is no request by the letter ends its connection (haven_fs.server.framing); a body is asked for only
when it is wanted; a client that goes away is no error.

An application may have part of a file sent as haven_fs.sendfile says, be asked again as haven_fs.later says, and
receives the body of a PUT as haven_fs.receiving says. All other bodies are read before it is asked.
"""

import logging
import selectors
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from cheroot import server as cheroot_server
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Gateway_10
from cheroot.wsgi import Server as CherootServer

from haven_fs import later, receiving, sendfile
from haven_fs.server import connections
from haven_fs.server.connections import Connections, Phase
from haven_fs.server.framing import Head, Malformed
from haven_fs.server.reading import BodyWanted, Incoming
from haven_fs.server.sending import Outgoing
from haven_fs.server.tls import TlsFiles

__all__ = ["Server", "make_server"]

log = logging.getLogger(__name__)

PATIENCE = 0.05
"""Seconds a worker waits for a client's socket to take more before others wait for it."""
BODYLESS = ("1", "204", "304")
_FAILED = "Haven failed at this. Its log says more."
_ONLY_HTTPS = "This address only speaks HTTPS: use https:// instead of http://."
_SLOW = "The rest of the request did not come in time."
_CROWD = "Too many requests from here are waiting for their rest. This was the slowest."


class Request(cheroot_server.HTTPRequest):
    """cheroot's request, with a head and a body that we have read."""

    def __init__(self, server: "Server", conn: "Connection", head: Head) -> None:
        super().__init__(server, conn)
        self.head = head
        self.method, self.uri, self.path, self.qs = head.method, head.target, head.path, head.query
        self.request_protocol = b"HTTP/%d.%d" % head.version
        self.response_protocol = self.request_protocol.decode()
        self.kept: dict[str, Any] = {}
        """What haven_fs.receiving.KEPT is."""
        self.done: Future[Any] | None = None
        """What the answer took, when the application is asked again; see haven_fs.later."""
        self.received: receiving.Receiver | None = None
        self.rfile = None
        self.forget_answer()

    def forget_answer(self) -> None:
        """Forget an answer that was begun: the application is to be asked again."""
        self.status, self.outheaders, self.chunked_write = "", [], False
        self.close_connection, self.ready = self.head.closes, True

    def send_headers(self) -> None:
        incoming = self.conn.incoming
        # A client that waits for an invitation it did not get may send its body or not: nobody can know.
        if not incoming.framing.finished and (self.conn.uninvited or not incoming.can_drop()):
            self.close_connection = True
        super().send_headers()


class Gateway(Gateway_10):
    """WSGI between cheroot and the application: one asking, and its answer as far as it goes."""

    def __init__(self, req: Request) -> None:
        super().__init__(req)
        self._response: Any = None
        self._rest: Iterator[bytes] = iter(())

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        request: Request = self.req
        incoming = request.conn.incoming
        request.inheaders = {name: value for name, value in request.head.fields.items() if name != b"expect"}
        if incoming.body is not None:
            request.inheaders.pop(b"transfer-encoding", None)
            if incoming.body or b"content-length" in request.head.fields or request.head.length is None:
                request.inheaders[b"content-length"] = b"%d" % len(incoming.body)
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        environ["wsgi.input"] = incoming.stream()
        environ[sendfile.SUPPORTED] = environ[later.SUPPORTED] = True
        environ[receiving.KEPT] = request.kept
        if request.done is not None:
            environ[later.DONE], request.done = request.done, None
        if request.received is not None:
            environ[receiving.RECEIVED] = request.received
        elif request.method == b"PUT" and incoming.body in (None, b""):
            environ[receiving.SUPPORTED] = True
        return environ

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        for name, value in headers:
            if name.lower() == "connection" and value.lower() == "close":
                self.req.close_connection = True
        return super().start_response(status, headers, exc_info)

    def begin(self) -> bool:
        """Ask the application; return whether there is an answer, and not only what it takes."""
        env, conn = self.env, self.req.conn
        try:
            self._response = self.req.server.wsgi_app(env, self.start_response)
            self._rest = iter(self._response)
            first = next((chunk for chunk in self._rest if chunk), b"")
        except BodyWanted:
            self.close()
            conn.incoming.want_body()
            conn.body_is_wanted = True
            return False
        conn.user = str(env.get("wsgidav.auth.user_name") or "")
        if self.req.sent_headers:
            pass
        elif (future := env.get(later.FUTURE)) is not None:
            conn.waits_for_answer = future
        elif (receiver := env.pop(receiving.RECEIVER, None)) is not None:
            conn.receiver = receiver
        if conn.waits_for_answer is not None or conn.receiver is not None:
            self.close()
            return False
        if first and self._has_body():
            self.write(first)
        return True

    def go_on(self) -> bool:
        """Send on as far as the client takes it; return whether all is out or with the connection's Outgoing."""
        wfile, request = self.req.conn.wfile, self.req
        for chunk in self._rest:
            if chunk and self._has_body():
                self.write(chunk)
                if not wfile.send(PATIENCE):
                    return False
            if (future := self.env.pop(later.FUTURE, None)) is not None:
                request.conn.waits_for_answer = future
                return False
        request.ensure_headers_sent()
        part = self.env.pop(sendfile.PART, None)
        if part is not None and self._has_body():
            wfile.write_file(part)
        elif part is not None:
            part.file.close()
        if request.chunked_write:
            wfile.write(b"0\r\n\r\n")
        self.close()
        return True

    def close(self) -> None:
        """Forget the answer."""
        part = self.env.pop(sendfile.PART, None)
        if part is not None:
            part.file.close()
        response, self._response, self._rest = self._response, None, iter(())
        if hasattr(response, "close"):
            response.close()

    def _has_body(self) -> bool:
        return self.req.method != b"HEAD" and not self.req.status.decode("latin-1").startswith(BODYLESS)


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
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
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


class TlsAdapter(BuiltinSSLAdapter):
    """cheroot's TLS, without the handshake, which Connection does."""

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}


class Server(CherootServer):
    """cheroot's server; `prepare()` binds, `serve()` blocks, `stop()` ends it from another thread."""

    many: Callable[[str], bool]
    _connections: Connections

    def prepare(self) -> None:
        """Bind the address and start the threads; OSError if the address cannot be had."""
        super().prepare()
        self.socket.setblocking(False)
        self._connections._selector.close()  # cheroot's, which has not begun
        self._connections = Connections(self, self.many)

    def connect(self, sock: socket.socket, address: tuple[Any, ...]) -> Connection:
        """Return a new connection; OSError if the client has gone."""
        return Connection(self, self.ssl_adapter.wrap(sock)[0] if self.ssl_adapter is not None else sock, address)

    def is_busy(self) -> bool:
        """Return whether a worker that is done would have something else to do."""
        return bool(self.requests.qsize > 0)

    def process_conn(self, conn: Connection) -> None:
        """Give a connection to a worker."""
        conn.resume()
        self.requests.put(conn)

    def put_conn(self, conn: Connection) -> None:
        """Take a connection back from a worker: to send on, to read on, or to wait for a request."""
        try:
            self._put(conn)
        except Exception:  # would end the worker, and cheroot with it
            log.exception("A connection failed")
            conn.close()

    def _put(self, conn: Connection) -> None:
        if conn.waits_for_answer is not None:
            conn.waits_for_answer.add_done_callback(lambda _: self._resume(conn))
        elif not self.ready:
            conn.close()
        elif conn.rest():
            self._connections.go_on(conn)
        else:
            self._connections.add(conn)

    def wait(self, conn: Connection) -> None:
        """Have a connection wait."""
        self._connections.add(conn)

    def forget(self, conn: Connection) -> None:
        """Note that a connection is closed."""
        self._connections.forget(conn)

    def _resume(self, conn: Connection) -> None:
        """Give a connection to a worker whose answer can be made now."""
        if self.ready:
            conn.answered()
            self.process_conn(conn)
        else:
            conn.close()

    def stop(self) -> None:
        """End serving within about two seconds, whatever the clients do."""
        super().stop()
        self._connections.close_all()

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Send cheroot's messages to the log; its INFO is about clients that left."""
        log.log(level if level > logging.INFO else logging.DEBUG, "%s", msg, exc_info=traceback)
        if isinstance(sys.exc_info()[1], OSError) and level >= logging.ERROR:
            time.sleep(0.1)  # do not spin


def make_server(
    app: Callable[..., Any],
    host: str,
    port: int,
    *,
    threads: int,
    tls: TlsFiles | None = None,
    many: Callable[[str], bool] = lambda address: False,
) -> Server:
    """Return a server for `app`, not yet bound; after `prepare()`, `bind_addr` holds the real port if `port` is 0.

    `many`: says of an address that it is a proxy's, behind which there are many clients; the limits for one address do
    not hold for it then. Raises OSError or ssl.SSLError if the certificate or key cannot be read.
    """
    server = Server((host, port), app, numthreads=threads, server_name="Haven", request_queue_size=128)
    server.shutdown_timeout = 1
    server.timeout = int(connections.SECONDS[Phase.IDLE])
    server.gateway = Gateway
    server.many = many
    if tls is not None:
        server.ssl_adapter = TlsAdapter(str(tls.cert), str(tls.key))
    return server
