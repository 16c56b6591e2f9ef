"""The guard: who is let in without a password; and how large an XML body may be."""

import http.client
import io
import socket

import pytest
from helpers.http_app import running

from haven_fs.server.guard import Guard, is_loopback
from haven_fs.server.proxied import LOOPBACK, Proxied, parse_networks, parse_public_url
from haven_fs.server.reading import SMALL


class Kept(io.BytesIO):
    """Receives an upload."""

    def write(self, block) -> bool:
        return bool(super().write(block))

    def discard(self) -> None:
        self.close()


def echo(environ, start_response):
    if environ["REQUEST_METHOD"] == "PUT" and "haven.received" not in environ:
        environ["haven.receiving"], body = Kept(), b""
    elif environ["REQUEST_METHOD"] == "PUT":
        body = environ["haven.received"].getvalue()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture(scope="module", params=[True, False], ids=["passwordless", "with passwords"])
def passwordless(request) -> bool:
    return request.param


@pytest.fixture(scope="module")
def port(passwordless):
    with running(Proxied(Guard(echo, passwordless)), threads=2) as server:
        yield server.bind_addr[1]


@pytest.fixture
def connection(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    yield connection
    connection.close()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.9.1:1", "[::1]", "[::1]:8080"])
def test_this_computer_is_let_in(connection, host):
    connection.request("GET", "/", headers={"Host": host})
    assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:8080"},
        {"Host": "127.0.0.1.nip.example"},
        {"Host": "192.168.1.5"},
        {"Host": "[::2]:80"},
        {"Host": ""},
        {"Host": "localhost", "X-Forwarded-For": "10.0.0.1"},
        {"Host": "localhost", "X-Forwarded-Host": "x"},
        {"Host": "localhost", "Forwarded": "for=10.0.0.1"},
        {"Host": "localhost", "Via": "1.1 proxy"},
    ],
)
def test_others_and_proxies_are_told_what_to_do(connection, passwordless, headers):
    connection.request("GET", "/", headers=headers)
    response = connection.getresponse()
    body = response.read()
    assert response.status == (403 if passwordless else 200)
    assert not passwordless or b"haven serve --host" in body


@pytest.mark.parametrize("host", ["127.0.0.1@evil", "localhost:80:80", "127.0.0.1:x", "[::1", "0x7f.1", "0.0.0.0"])
def test_odd_hosts_are_not_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "LOCK"])
@pytest.mark.parametrize("chunked", [False, True])
def test_xml_bodies_have_a_limit(connection, method, chunked):
    headers = {"Host": "localhost"}
    for size, status in ((0, 200), (SMALL, 200), (SMALL + 1, 413), (50 * 2**20, 413)):
        body = (bytes(min(65536, size - at)) for at in range(0, size, 65536)) if chunked else bytes(min(size, 10**6))
        if not chunked:
            headers["Content-Length"] = str(size)
        try:
            connection.request(method, "/", body=body, headers=headers, encode_chunked=chunked)
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut off in the midst of fifty megabytes, the answer is there all the same
        response = connection.getresponse()
        answered = response.read()
        assert response.status == status
        assert status == 413 or len(answered) == size
        connection.close()


def test_uploads_have_none(connection):
    connection.request("PUT", "/", body=bytes(2**20), headers={"Host": "localhost"})
    assert len(connection.getresponse().read()) == 2**20


@pytest.mark.parametrize("method", ["PUT", "DELETE", "MKCOL", "MOVE", "COPY", "POST", "PROPFIND", "GET", "HEAD"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_are_refused(connection, method, site):
    connection.request(method, "/a", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 403


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
        ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}),
        ("DELETE", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}),
        ("DELETE", {"Origin": "http://127.0.0.1:{port}"}),
        ("PUT", {}),
        ("GET", {"Origin": "http://127.0.0.1:{port}"}),
    ],
)
def test_links_from_other_sites_and_own_pages_are_not(connection, port, method, headers):
    connection.request(method, "/a", headers={name: value.format(port=port) for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "http://127.0.0.1:1", "null"])
def test_writes_of_other_sites_from_old_browsers_are_refused(connection, origin):
    connection.request("DELETE", "/a", headers={"Origin": origin})
    answer = connection.getresponse()
    assert b"another website" in answer.read()
    assert answer.status == 403


def test_following_a_link_writes_nothing(connection):
    connection.request("POST", "/a", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 403


def test_a_digest_sign_in_gives_away_a_path_that_a_proxy_took_off(port):
    def ask(path: str, uri: str, version: str = "1.0") -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            header = f'Authorization: Digest username="anna", uri="{uri}", response="0"'
            sock.sendall(
                f"GET {path} HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n".encode()
            )
            return b"".join(iter(lambda: sock.recv(65536), b""))

    for path, uri in (("/Albums/", "/my%20photos/Albums/"), ("/", "/my%20photos/"), ("/", "/my%20photos")):
        assert b"--url https://.../my%20photos/" in ask(path, uri)
    for path, uri in (("/Albums/", "/Albums/"), ("/Albums", "/Other"), ("/", "/"), ("/", "*"), ("/a", "http://h/a")):
        assert b"--url" not in ask(path, uri), (path, uri)
    assert b"--url" not in ask("/Albums/", "/my%20photos/Albums/", version="1.1")  # nobody was in between


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket", "Upgrade": "websocket"}),
        ("GET", {"Origin": "http://elsewhere.example", "Upgrade": "websocket", "Connection": "Upgrade"}),
        ("GET", {"Origin": "http://elsewhere.example"}),
        ("GET", {"Origin": "null"}),
        ("GET", {"Origin": "http://127.0.0.1:{port}.elsewhere.example"}),
        ("OPTIONS", {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "PROPFIND"}),
        ("OPTIONS", {"Sec-Fetch-Site": "cross-site", "Access-Control-Request-Method": "DELETE"}),
    ],
)
def test_a_page_of_another_site_gets_one_answer_whatever_is_there(connection, port, method, headers):
    answers = []
    for path in ("/there.jpg", "/not%20there.jpg", "/%ff", "/a/../b"):
        connection.request(method, path, headers={name: value.format(port=port) for name, value in headers.items()})
        answer = connection.getresponse()
        sent = {name: value for name, value in answer.getheaders() if name != "Date"}
        answers.append((answer.status, sent, answer.read()))
    assert answers[0][0] == 403
    assert answers == [answers[0]] * 4
    assert not [name for name in answers[0][1] if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("photos.example.org", 200),
        ("Photos.Example.org.:443", 200),
        ("evil.example:8080", 403),
    ],
)
def test_a_page_that_pretends_to_be_a_proxy_is_found_by_its_host(host, status):
    """A page can write X-Forwarded-Host, but not the name by which the browser asks."""
    url = parse_public_url("https://photos.example.org/")
    app = Proxied(Guard(lambda environ, start: start("200 OK", []) or [], True, url), parse_networks(LOOPBACK), url)
    answered: list[str] = []
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": host, "PATH_INFO": "/", "REQUEST_METHOD": "GET"}
    environ |= {"HTTP_X_FORWARDED_HOST": "photos.example.org", "wsgi.url_scheme": "http"}
    app(environ, lambda line, headers: answered.append(line))
    assert int(answered[0][:3]) == status
