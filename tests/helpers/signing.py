"""Signing in, for tests: a real server that asks, and the headers that clients send."""

import base64
import hashlib
import http.client
import io
import threading
import urllib.error
import urllib.request

from wsgidav.error_printer import ErrorPrinter
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.server.digest import Given, parameters
from haven_fs.server.http import make_server
from haven_fs.server.login import SignIn
from haven_fs.server.passwords import REALM, ha1s

PASSWORD = "correct horse"
PATH = "/a%20b,c.txt"
OLD = {
    "users": {
        "anna": {
            "salt": "00112233445566778899aabbccddeeff",
            "scrypt": hashlib.scrypt(
                PASSWORD.encode(), salt=b"00112233445566778899aabbccddeeff", n=2**14, r=8, p=1, maxmem=2**26, dklen=32
            ).hex(),
            "ha1": hashlib.md5(f"anna:{REALM}:{PASSWORD}".encode()).hexdigest(),
        }
    }
}
"""users.json as older versions wrote it."""


def _reads_first(app):
    """Have a body read before anything is changed, as our server wants it of what takes no receivers."""

    def asked(environ, start_response):
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read())
        return app(environ, start_response)

    return asked


class Served:
    """A wsgidav over one folder, with our way of signing in, on a real server."""

    def __init__(self, folder, users, basic=False, threads=3) -> None:
        config = {
            "provider_mapping": {"/": str(folder)},
            "middleware_stack": [ErrorPrinter, RequestResolver],
            "http_authenticator": {"accept_basic": False},
            "logging": {"enable": False},
            "verbose": 1,
        }
        self.app = SignIn(_reads_first(WsgiDAVApp(config)), users, allow_basic=basic)
        self.server = make_server(self.from_afar, "127.0.0.1", 0, threads=threads)
        self.server.prepare()
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self.port = self.server.bind_addr[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def from_afar(self, environ, start_response):
        """Take the address from a header, as behind a proxy that is trusted."""
        environ["REMOTE_ADDR"] = environ.pop("HTTP_X_FROM", environ["REMOTE_ADDR"])
        return self.app(environ, start_response)

    def ask(self, authorization=None, method="GET", path=PATH, body=None, **headers):
        """Return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if authorization is not None:
            sent["Authorization"] = authorization
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def challenge(self) -> dict[str, str]:
        """Return a new challenge."""
        offered = self.ask()[1].get_all("WWW-Authenticate")[0]
        return parameters(offered.partition(" ")[2]) or {}

    def digest(self, user="anna", password=PASSWORD, **headers):
        """Sign in by digest, with a new nonce."""
        return self.ask(signed(self.challenge()["nonce"], 1, user, password), **headers)

    def urllib(self, user="anna", password=PASSWORD):
        book = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        book.add_password(None, self.url, user, password)
        handler = urllib.request.HTTPDigestAuthHandler(book)
        handler.retried = 4  # urllib tries a wrong one five times; once is enough here
        try:
            with urllib.request.build_opener(handler).open(self.url + PATH, timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(5)


class Clock:
    """A clock that stands still until it is put forward."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def signed(nonce, count, user="anna", password=PASSWORD, method="GET", path=PATH, more=""):
    """Return an Authorization header by digest; `count` None leaves qop out."""
    nc = "" if count is None else f"{count:08x}"
    given = Given(user, nonce, path, "", "c", nc, count)
    response = given.answers(ha1s(user, password)[0], method)
    counted = "" if count is None else f', qop=auth, nc={nc}, cnonce="c"'
    name = user.encode().decode("latin-1")
    start = f'Digest username="{name}", realm="Haven FS", nonce="{nonce}", uri="{path}", response="{response}"'
    return start + counted + more


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
