"""A request and its answer between cheroot and the application, with heads and bodies that are read by ours.

An application may have part of a file sent as haven_fs.sendfile says, be asked again as haven_fs.later says, and
receives the body of a PUT as haven_fs.receiving says. All other bodies are read before it is asked.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from cheroot import server as cheroot_server
from cheroot.wsgi import Gateway_10

from haven_fs import later, receiving, sendfile
from haven_fs.server.framing import Head
from haven_fs.server.reading import BodyWanted

if TYPE_CHECKING:
    from haven_fs.server.connection import Connection
    from haven_fs.server.http import Server

PATIENCE = 0.05
"""Seconds a worker waits for a client's socket to take more before others wait for it."""
BODYLESS = ("1", "204", "304")


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
        """Send the head of the answer, and say whether the connection is kept; called by cheroot."""
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
        """Return the environ of WSGI; called by cheroot."""
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
        """Take the head of an answer; called by the application."""
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
