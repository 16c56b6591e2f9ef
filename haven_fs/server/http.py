"""The HTTP server: cheroot with what it lacks for a family's network drive.

What may be relied on: a client that stalls, reading or shaking hands, holds no thread; files go out by the kernel
where it can; a request body that the application leaves unread neither fills memory nor spills into the next
request; `100 Continue` is said only when the application begins to read; a client that goes away is no error.

An application may have part of a file sent as haven_fs.sendfile says, and be asked again as haven_fs.later says.
"""

import logging
import socket
import ssl
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot import errors
from cheroot import server as cheroot_server
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Gateway_10
from cheroot.wsgi import Server as CherootServer

from haven_fs import later, sendfile
from haven_fs.server.body import open_body
from haven_fs.server.sending import Outgoing, Waiter
from haven_fs.server.tls import TlsFiles

__all__ = ["Server", "make_server"]

log = logging.getLogger(__name__)

PATIENCE = 0.05
"""Seconds a worker waits for a client's socket before it parks the connection."""
HEAD_SECONDS = 10.0
"""A request's head and a TLS handshake must come without a longer pause than this."""
BODY_SECONDS = 30.0
"""The same for a request's body."""
KEEP_SECONDS = 75
"""How long a connection may stay open between two requests."""
DRAIN = 2**20
"""Bytes of an unread request body that are read and dropped to keep the connection."""
LINGER_SECONDS = 1.0
"""How long a client that still uploads gets to see a refusal before its connection is cut."""
BODYLESS = ("1", "204", "304")


class Request(cheroot_server.HTTPRequest):
    """A request whose body is framed by ours: see haven_fs.server.body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header_reader = self._read_headers
        self.expects_continue = False
        self.waits_for: Future[Any] | None = None
        """What the application said its answer takes; see haven_fs.later."""
        self.kept: dict[str, Any] = {}
        """What the application keeps until it is asked again."""
        self._closes = False

    def park(self, future: "Future[Any]") -> None:
        """Forget an answer that was begun: the application is to be asked again when `future` is done."""
        self.waits_for, self._closes = future, self.close_connection
        self.close_connection, self.ready = False, False
        self.status, self.outheaders = "", []
        self.conn.parked = self

    def respond_again(self) -> None:
        """Ask the application again."""
        self.close_connection, self.ready = self._closes, True
        self.respond()

    def _read_headers(self, rfile: Any, headers: dict[bytes, bytes]) -> None:
        cheroot_server.HeaderReader()(rfile, headers)
        # X_Forwarded_For would be taken for what a proxy says in X-Forwarded-For: WSGI has one name for both.
        for name in [name for name in headers if b"_" in name]:
            del headers[name]
        # Kept from cheroot, which would invite the body before the application has looked at the request.
        self.expects_continue = headers.pop(b"Expect", b"").lower() == b"100-continue"
        if not headers.get(b"Content-Length", b"0").isdigit():
            raise ValueError("Content-Length must be a number.")

    def send_headers(self) -> None:
        body = self.conn.body
        # A client that waits for an invitation it did not get may send its body or not: nobody can know.
        if body is not None and not body.finished and (body.uninvited or not body.drain(DRAIN)):
            self.close_connection = True
        super().send_headers()


class Gateway(Gateway_10):
    """WSGI between cheroot and the application, with files sent by the kernel."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        request = self.req
        length = None if request.chunked_read else int(request.inheaders.get(b"Content-Length", 0))
        invite = request.conn.invite if request.expects_continue else None
        request.conn.socket.settimeout(BODY_SECONDS)
        request.rfile, request.conn.body = open_body(request.conn.rfile, length, invite)
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        environ[sendfile.SUPPORTED] = environ[later.SUPPORTED] = True
        environ["haven.kept"] = request.kept
        if request.waits_for is not None:
            environ[later.DONE], request.waits_for = request.waits_for, None
        if request.method == b"OPTIONS":  # cheroot leaves the path of these, and only these, as it came
            environ["PATH_INFO"] = unquote_to_bytes(request.path).decode("latin-1")
        return environ

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        for name, value in headers:
            if name.lower() == "connection" and value.lower() == "close":
                self.req.close_connection = True
        return super().start_response(status, headers, exc_info)

    def respond(self) -> None:
        """Run the application and send its answer, or as much of it as the client takes now."""
        request = self.req
        part = None
        response = request.server.wsgi_app(self.env, self.start_response)
        try:
            for chunk in response:
                if chunk and self._has_body() and later.FUTURE not in self.env:
                    self.write(chunk)
            part = self.env.pop(sendfile.PART, None)
            future = self.env.get(later.FUTURE)
            if future is not None and not request.sent_headers:
                request.park(future)
                return
            request.ensure_headers_sent()
            if part is not None and self._has_body():
                part, file = None, part
                request.conn.wfile.write_file(file)
        finally:
            if part is not None:
                part.file.close()
            if hasattr(response, "close"):
                response.close()

    def _has_body(self) -> bool:
        return self.req.method != b"HEAD" and not self.req.status.decode("latin-1").startswith(BODYLESS)


class Connection(cheroot_server.HTTPConnection):
    """One client's socket; may be left with part of an answer that is still to go out."""

    RequestHandlerClass = Request

    def __init__(self, server: "Server", sock: socket.socket, *args: Any) -> None:
        super().__init__(server, sock, *args)
        self.wfile = Outgoing(sock, hurry=lambda: server.requests.qsize > 0, stopping=lambda: not server.ready)
        self.body: Any = None
        self.parked: Request | None = None
        self._handshaken = not isinstance(sock, ssl.SSLSocket)
        self._keep = False

    def communicate(self) -> bool:
        """Answer one request, or go on with an answer; return whether the connection stays open."""
        try:
            if not self.wfile.pending:
                self.socket.settimeout(HEAD_SECONDS)
                if not self._handshaken:
                    return self._shake_hands()  # the request has a thread when it comes
                self._keep = self._answer()
            return not self.wfile.send(PATIENCE) or self._keep
        except OSError as error:
            log.debug("%s went away: %s", self.remote_addr, error)
            return False

    def _answer(self) -> bool:
        """Answer a new request, or one whose answer took a while; return whether the connection may stay open."""
        request, self.parked = self.parked, None
        if request is None:
            self.body = None
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        try:
            request.respond_again()
            return not request.close_connection
        except OSError:
            raise
        except Exception as error:
            self.server.error_log(repr(error), level=logging.ERROR, traceback=True)
            self._conditional_error(request, "500 Internal Server Error")  # type: ignore[attr-defined]
            return False

    def invite(self) -> None:
        """Tell a client that asked that it may send its body."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def close(self) -> None:
        """Close the socket; a client in the midst of an upload gets a moment to see the answer first."""
        self.wfile.close()
        try:
            if self.body is not None and not self.body.finished and self.server.ready:
                self._linger()
            super().close()
        except (OSError, ValueError):
            self.socket.close()

    def _shake_hands(self) -> bool:
        """TLS's beginning, in a worker: in cheroot's accepting thread a silent client would lock out all others."""
        try:
            self.socket.do_handshake()
        except ssl.SSLError as error:
            if "HTTP_REQUEST" in (error.reason or ""):
                message = b"This address only speaks HTTPS: use https:// instead of http://.\n"
                head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {len(message)}\r\n"
                with socket.socket(fileno=self.socket.detach()) as plain:
                    plain.sendall(head.encode() + b"Connection: close\r\n\r\n" + message)
            log.debug("%s: no TLS: %s", self.remote_addr, error)
            return False
        self._handshaken = True
        return True

    def _linger(self) -> None:
        """Read on for a moment: closing with unread bytes would make the kernel throw the answer away."""
        self.socket.shutdown(socket.SHUT_WR)
        until = time.monotonic() + LINGER_SECONDS
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            if not self.socket.recv(65536):
                return


class TlsAdapter(BuiltinSSLAdapter):
    """cheroot's TLS, without the handshake, which Connection does, and without the variables that need it."""

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


class Server(CherootServer):
    """cheroot's server with a Waiter; `prepare()` binds, `serve()` blocks, `stop()` ends it from another thread."""

    ConnectionClass = Connection
    keep_alive_conn_limit = 1000
    max_request_header_size = 64 * 1024
    _waiter: Waiter | None = None

    def prepare(self) -> None:
        """Bind the address and start the threads; OSError if the address cannot be had."""
        super().prepare()
        self._waiter = Waiter(self.process_conn)

    def process_conn(self, conn: Connection) -> None:
        """Give a connection to a worker, a new one only when it has said something."""
        if conn.last_used is None:
            self.put_conn(conn)
        else:
            super().process_conn(conn)

    def put_conn(self, conn: Connection) -> None:
        """Take a connection back from a worker: to send on, to go on reading, or to wait for a request."""
        if conn.parked is not None and conn.parked.waits_for is not None:
            conn.parked.waits_for.add_done_callback(lambda _: self._resume(conn))
        elif self._waiter is not None and self.ready and conn.wfile.pending:
            self._waiter.add(conn)
        elif conn.last_used is not None and isinstance(conn.socket, ssl.SSLSocket) and conn.socket.pending():
            super().process_conn(conn)  # decrypted bytes that no selector sees
        else:
            super().put_conn(conn)

    def _resume(self, conn: Connection) -> None:
        """Give a connection to a worker whose answer can be made now."""
        if self.ready:
            super().process_conn(conn)
        else:
            conn.close()

    def stop(self) -> None:
        """End serving within about two seconds, whatever the clients do."""
        super().stop()
        if self._waiter is not None:
            self._waiter.stop()
            self._waiter = None

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Send cheroot's messages to the log; its INFO is about clients that left."""
        error = sys.exc_info()[1]
        if isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError, errors.FatalSSLAlert)):
            level, traceback = logging.DEBUG, False
        log.log(level if level > logging.INFO else logging.DEBUG, "%s", msg, exc_info=traceback)
        if isinstance(error, OSError) and level >= logging.ERROR:
            time.sleep(0.1)  # such as too many open files: do not spin


def make_server(app: Callable[..., Any], host: str, port: int, *, threads: int, tls: TlsFiles | None = None) -> Server:
    """Return a server for `app`, not yet bound; after `prepare()`, `bind_addr` holds the real port if `port` is 0.

    Raises OSError or ssl.SSLError if the certificate or key cannot be read.
    """
    server = Server(
        (host, port),
        app,
        numthreads=threads,
        server_name="Haven",
        request_queue_size=128,
        timeout=KEEP_SECONDS,
        shutdown_timeout=1,
    )
    server.gateway = Gateway
    if tls is not None:
        server.ssl_adapter = TlsAdapter(str(tls.cert), str(tls.key))
    return server
