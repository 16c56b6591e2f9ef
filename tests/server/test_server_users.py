"""Users on disk, and signing in through wsgidav's whole stack on a real server."""

import base64
import json
import stat
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from wsgidav.error_printer import ErrorPrinter
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.errors import UserError
from haven_fs.server import login
from haven_fs.server.http import make_server
from haven_fs.server.login import HavenAuthenticator, Throttle
from haven_fs.server.users import REALM, Users, auth_config

PASSWORD = "correct horse"


@pytest.fixture
def users(tmp_path) -> Users:
    made = Users(tmp_path / "data" / "users.json")
    made.add("anna", PASSWORD)
    return made


def test_passwords_are_checked_and_not_kept(users, tmp_path):
    assert users.names() == ["anna"]
    assert users.verify("anna", PASSWORD)
    assert not users.verify("anna", PASSWORD + "x") and not users.verify("anna", "") and not users.verify("bob", "")
    text = (tmp_path / "data" / "users.json").read_text()
    assert PASSWORD not in text
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "data" / "users.json").stat().st_mode) == 0o600


def test_a_checked_password_is_cheap_the_next_time_and_a_wrong_one_never(users):
    users.verify("anna", PASSWORD)
    start = time.perf_counter()
    for _ in range(100):
        assert users.verify("anna", PASSWORD)
    assert time.perf_counter() - start < 0.25
    start = time.perf_counter()
    assert not users.verify("anna", "wrong one")
    assert time.perf_counter() - start > 0.005


def test_changes_by_another_process_are_seen(users, tmp_path):
    assert users.verify("anna", PASSWORD)
    other = Users(tmp_path / "data" / "users.json")
    other.add("anna", "another password")
    assert not users.verify("anna", PASSWORD) and users.verify("anna", "another password")
    other.remove("anna")
    assert users.names() == [] and not users.verify("anna", "another password") and users.ha1("anna") is None


def test_the_first_user_is_made_once(tmp_path):
    users = Users(tmp_path / "users.json")
    name, password = users.create_first()
    assert users.verify(name, password) and len(password) == 19
    with pytest.raises(UserError, match="already"):
        users.create_first()
    assert Users(tmp_path / "other.json").create_first()[1] != password


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("a:b", PASSWORD), ("é", PASSWORD), ("bob", "short")])
def test_names_and_passwords_that_cannot_be_are_refused(users, name, password):
    with pytest.raises(UserError):
        users.add(name, password)
    with pytest.raises(UserError, match="no user"):
        users.remove("nobody")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": {"anna": {}}}', '{"users": 3}'])
def test_a_broken_file_is_never_taken_for_no_users(tmp_path, text):
    path = tmp_path / "users.json"
    path.write_text(text)
    with pytest.raises(UserError, match="cannot be read"):
        Users(path).names()
    with pytest.raises(UserError, match="cannot be read"):
        Users(path).create_first()
    assert path.read_text() == text


def test_the_file_holds_the_hash_that_digest_is_defined_on(users, tmp_path):
    import hashlib

    wanted = hashlib.md5(f"anna:{REALM}:{PASSWORD}".encode()).hexdigest()
    assert (
        users.ha1("anna")
        == wanted
        == json.loads((tmp_path / "data" / "users.json").read_text())["users"]["anna"]["ha1"]
    )


class Served:
    """A wsgidav over one folder, with our way of signing in, on a real server."""

    def __init__(self, folder, users, tls=False, allow_basic=False) -> None:
        config = {
            "provider_mapping": {"/": str(folder)},
            "http_authenticator": auth_config(users, tls, allow_basic),
            "middleware_stack": [ErrorPrinter, HavenAuthenticator, RequestResolver],
            "logging": {"enable": False},
            "verbose": 1,
        }
        self.app = WsgiDAVApp(config)
        self.server = make_server(self.app, "127.0.0.1", 0, threads=3)
        self.server.prepare()
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.bind_addr[1]}"

    def get(self, path="/a%20b,c.txt", authorization=None, opener=None):
        request = urllib.request.Request(self.url + path)
        if authorization is not None:
            request.add_header("Authorization", authorization)
        try:
            with (opener or urllib.request.build_opener()).open(request, timeout=10) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def digest(self, path="/a%20b,c.txt", user="anna", password=PASSWORD):
        book = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        book.add_password(None, self.url, user, password)
        handler = urllib.request.HTTPDigestAuthHandler(book)
        handler.retried = 4  # urllib tries a wrong one five times; once is enough here
        return self.get(path, opener=urllib.request.build_opener(handler))

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(5)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    (made / "a b,c.txt").write_text("hello")
    return made


@pytest.fixture(params=[False, True], ids=["digest only", "basic too"])
def basic(request) -> bool:
    return request.param


@pytest.fixture
def served(folder, users, basic) -> Iterator[Served]:
    server = Served(folder, users, tls=basic)
    yield server
    server.stop()


def basic_header(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_both_ways_are_offered_only_where_a_clear_password_is_accepted(served, basic, caplog):
    status, headers, _ = served.get()
    offers = [value.split()[0] for value in headers.get_all("WWW-Authenticate")]
    assert status == 401 and offers == (["Digest", "Basic"] if basic else ["Digest"])
    status, _, body = served.get(authorization=basic_header("anna", PASSWORD))
    assert (status, body) == (200, b"hello") if basic else (status == 401 and b"https" in body)
    assert "Duplicate" not in caplog.text


def test_digest_lets_in_and_keeps_out(served):
    assert served.digest()[::2] == (200, b"hello")
    assert served.digest(password="wrong one")[0] == 401
    assert served.digest(user="bob")[0] == 401


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic YWJj", "Bearer x", "Digest", "Digest x=y", "", "\xff",
     'Digest username="anna", nonce="\xe9", response="\xe9"',
     f'Digest username="anna", nonce="1-2-3", response="{"0" * 32}"'],
)  # fmt: skip
def test_headers_that_are_no_sign_in_are_401(served, header):
    status, headers, _ = served.get(authorization=header)
    assert status == 401 and headers["WWW-Authenticate"]


def test_a_nonce_from_elsewhere_or_long_ago_is_stale(served, users, monkeypatch):
    monkeypatch.setattr(login, "NONCE_SECONDS", -1)
    status, headers, _ = served.digest()
    assert status == 401 and "stale=true" in headers["WWW-Authenticate"]
    monkeypatch.undo()
    assert served.digest()[0] == 200


def test_a_guesser_has_to_wait_and_others_do_not(folder, users):
    users.add("bob", "bobs password")
    server = Served(folder, users, allow_basic=True)
    try:
        answers = [server.get(authorization=basic_header("anna", f"guess {i}"))[0] for i in range(12)]
        assert answers == [401] * 10 + [429] * 2
        status, headers, _ = server.get(authorization=basic_header("anna", PASSWORD))
        assert status == 429 and int(headers["Retry-After"]) >= 0
        assert server.digest(password=PASSWORD)[0] == 429
        assert server.get(authorization=basic_header("bob", "bobs password"))[0] == 200
    finally:
        server.stop()


def test_without_users_nobody_is_asked(folder):
    server = Served(folder, None)
    try:
        assert server.get()[::2] == (200, b"hello")
    finally:
        server.stop()


def test_waits_grow_end_and_take_bounded_memory():
    now = [1000.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(9):
        throttle.failed("10.0.0.1", "anna")
    assert throttle.wait("10.0.0.1", "anna") == 0
    throttle.failed("10.0.0.1", "anna")
    assert throttle.wait("10.0.0.1", "anna") == 1 and throttle.wait("10.0.0.2", "anna") == 0
    throttle.failed("10.0.0.1", "anna")
    assert throttle.wait("10.0.0.1", "anna") == 2
    for _ in range(30):
        throttle.failed("10.0.0.1", "anna")
    assert throttle.wait("10.0.0.1", "anna") == login.LONGEST_WAIT
    now[0] += login.LONGEST_WAIT
    assert throttle.wait("10.0.0.1", "anna") == 0
    throttle.succeeded("10.0.0.1", "anna")
    throttle.failed("10.0.0.1", "anna")
    assert throttle.wait("10.0.0.1", "anna") == 0
    for i in range(60):
        throttle.failed("10.0.0.9", f"name {i}")
    assert throttle.wait("10.0.0.9", "one more") > 0
    for i in range(login.REMEMBERED + 50):
        throttle.failed(f"2001:db8::{i:x}", "x")
    assert len(throttle._failures) == login.REMEMBERED


def test_one_ipv6_network_is_one_guesser():
    assert login._network("2001:db8::1") == login._network("2001:db8::ffff") != login._network("2001:db8:0:1::1")
    assert login._network("fe80::1%eth0") == login._network("fe80::2") and login._network("") == ""
