"""The HTTP server: cheroot's workers and answers, with what it lacks for a family's network drive.

What may be relied on: a client that is slow, or silent, in any part of a request or an answer, holds no thread, and has
a time limit; what is no request by the letter ends its connection (haven_fs.server.framing); a body is asked for only
when it is wanted; a client that goes away is no error.

An application may have part of a file sent as haven_fs.sendfile says, be asked again as haven_fs.later says, and
receives the body of a PUT as haven_fs.receiving says. All other bodies are read before it is asked.
"""

import logging
import socket
import ssl
import sys
import time
from collections.abc import Callable
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server as CherootServer

from haven_fs.server import connections
from haven_fs.server.connection import Connection
from haven_fs.server.connections import Connections, Phase
from haven_fs.server.gateway import Gateway
from haven_fs.server.tls import TlsFiles

__all__ = ["Server", "make_server"]

log = logging.getLogger(__name__)


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
