"""Signing in, on a real server: by digest, by Basic, under attack, and with headers that are no sign-in at all."""

import base64
import http.client
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_server_users import OLD
from wsgidav.error_printer import ErrorPrinter
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.server import login, nonces, throttle
from haven_fs.server.digest import Given, parameters
from haven_fs.server.http import make_server
from haven_fs.server.login import SignIn
from haven_fs.server.passwords import ha1s
from haven_fs.server.users import Users

PASSWORD = "correct horse"
PATH = "/a%20b,c.txt"


@pytest.fixture
def users(tmp_path) -> Users:
    made = Users(tmp_path / "data" / "users.json")
    made.add("anna", PASSWORD, digest=True)
    return made


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
        self.app = SignIn(WsgiDAVApp(config), users, allow_basic=basic)
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


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    (made / "a b,c.txt").write_text("hello")
    return made


@pytest.fixture
def served(folder, users) -> Iterator[Served]:
    server = Served(folder, users)
    yield server
    server.stop()


@pytest.fixture
def open_served(folder, users) -> Iterator[Served]:
    """One that takes Basic as well."""
    server = Served(folder, users, basic=True)
    yield server
    server.stop()


def offers(answer) -> list[str]:
    return [value.split()[0] for value in answer[1].get_all("WWW-Authenticate")]


# What is offered


def test_basic_is_offered_and_taken_only_where_a_clear_password_is_accepted(served, caplog):
    assert offers(served.ask()) == ["Digest"]
    status, _, body = served.ask(basic("anna", PASSWORD))
    assert status == 401 and b"https" in body
    assert "Duplicate" not in caplog.text


def test_digest_is_offered_beside_basic_if_it_can_check_all_passwords(open_served, users):
    assert offers(open_served.ask()) == ["Digest", "Basic"]
    assert open_served.ask(basic("anna", PASSWORD))[::2] == (200, b"hello")
    users.add("bob", PASSWORD)
    assert offers(open_served.ask()) == ["Basic"]
    nonce = parameters(open_served.ask("Digest x")[1]["WWW-Authenticate"].partition(" ")[2])["nonce"]
    assert open_served.ask(signed(nonce, 1))[0] == 200  # who speaks digest all the same is answered in it
    assert open_served.ask(basic("bob", PASSWORD))[0] == 200


def test_utf_8_is_announced_and_understood(open_served, users):
    users.add("José", "pässword", digest=True)
    challenges = open_served.ask()[1].get_all("WWW-Authenticate")
    assert "charset=UTF-8" in challenges[0] and 'charset="UTF-8"' in challenges[1]
    assert open_served.ask(basic("José", "pässword"))[0] == 200
    assert open_served.ask(basic("Jose\u0301", "pa\u0308ssword"))[0] == 200
    old = base64.b64encode("José:pässword".encode("latin-1")).decode()
    assert open_served.ask(f"Basic {old}")[0] == 200
    assert open_served.digest("José", "pässword")[0] == 200
    nonce = open_served.challenge()["nonce"]
    in_latin_1 = Given("", nonce, PATH, "", "c", "00000001", 1).answers(ha1s("José", "pässword")[1], "GET")
    old = f'Digest username="José", realm="Haven FS", nonce="{nonce}", uri="{PATH}", response="{in_latin_1}"'
    assert open_served.ask(f'{old}, qop=auth, nc=00000001, cnonce="c"'.encode("latin-1"))[0] == 200
    name = signed(open_served.challenge()["nonce"], 1, "José", "pässword").replace(
        'username="JosÃ©"', "username*=UTF-8''Jos%C3%A9"
    )
    assert "username*" in name and open_served.ask(name)[0] == 200


def test_without_users_nobody_is_asked(folder):
    server = Served(folder, None)
    try:
        assert server.ask()[::2] == (200, b"hello")
    finally:
        server.stop()


def test_a_list_of_users_that_cannot_be_read_lets_nobody_in(open_served, users):
    users.path.write_text("{")
    for header in (None, basic("anna", PASSWORD), signed(open_served.server and "x", 1)):
        assert open_served.ask(header)[0] in (401, 503)
    assert open_served.ask(basic("anna", PASSWORD))[0] == 503


# Headers of any kind

TARGETS = ["//[x", "http://[", "http://[::1", "?", "", "\xff", "/%", "/a%20b,c.txt#x", "*", "/" * 2000, "ü", "\\\\x"]


@pytest.mark.parametrize("uri", TARGETS)
def test_a_strange_uri_is_401(served, uri):
    header = signed(served.challenge()["nonce"], 1, path=uri)
    assert served.ask(header.encode("latin-1"))[0] == 401


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic YWJj", "Basic é", "Bearer x", "Digest", "Digest x=y", "", "\xff", "Digest ,,,",
     'Digest username="anna', "Digest " + "a" * 60000, "Digest " + ',a="' * 10000, "Basic " + "/" * 60000,
     'Digest username="anna", nonce="\xe9", response="\xe9"', "Basic " + base64.b64encode(b"\0:\0").decode(),
     f'Digest username="anna", nonce="1-2-3", response="{"0" * 32}"', "Negotiate YII=", "NTLM TlRM", "=", "Digest\t"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["served", "open_served"])
def test_headers_that_are_no_sign_in_are_401(request, kind, header):
    answer = request.getfixturevalue(kind).ask(header.encode("latin-1"))
    assert answer[0] == 401 and answer[1]["WWW-Authenticate"]


# Digest


def test_digest_lets_in_and_keeps_out(served):
    assert served.urllib() == 200 and served.urllib(password="wrong one") == 401 and served.urllib("bob") == 401
    status, headers, body = served.digest()
    assert (status, body) == (200, b"hello")
    info = parameters(headers["Authentication-Info"])
    nonce = served.challenge()["nonce"]
    status, headers, _ = served.ask(signed(nonce, 1))
    info = parameters(headers["Authentication-Info"])
    assert info["rspauth"] == Given("anna", nonce, PATH, "", "c", "00000001", 1).answers(ha1s("anna", PASSWORD)[0], "")
    assert (info["nc"], info["cnonce"], info["qop"]) == ("00000001", "c", "auth") and "nextnonce" not in info


def test_a_recorded_sign_in_is_worth_nothing(served, folder):
    """The same header again, for the same request, another body and another destination."""
    get, put, move = (served.challenge()["nonce"] for _ in range(3))
    headers = {
        "GET": signed(get, 1),
        "PUT": signed(put, 1, method="PUT", path="/new.txt"),
        "MOVE": signed(move, 1, method="MOVE", path="/new.txt"),
    }
    assert served.ask(headers["GET"])[0] == 200
    assert served.ask(headers["PUT"], "PUT", "/new.txt", b"mine")[0] == 201
    again = [
        served.ask(headers["GET"]),
        served.ask(headers["PUT"], "PUT", "/new.txt", b"other"),
        served.ask(headers["PUT"], "PUT", "/else.txt", b"other"),
        served.ask(headers["GET"], "DELETE"),
    ]
    assert served.ask(headers["MOVE"], "MOVE", "/new.txt", Destination=served.url + "/moved.txt")[0] == 201
    (folder / "new.txt").write_text("mine")
    again.append(served.ask(headers["MOVE"], "MOVE", "/new.txt", Destination=served.url + "/stolen.txt"))
    assert [answer[0] for answer in again] == [401] * 5
    assert ["stale=true" in answer[1]["WWW-Authenticate"] for answer in again] == [True, True, False, False, True]
    assert (folder / "new.txt").read_text() == "mine" and not (folder / "stolen.txt").exists()
    assert (folder / "a b,c.txt").exists()


def test_a_client_without_qop_uses_a_nonce_once(served):
    header = signed(served.challenge()["nonce"], None)
    assert [served.ask(header)[0] for _ in range(2)] == [200, 401]


def test_parallel_connections_may_overtake_each_other(served):
    nonce = served.challenge()["nonce"]
    counts = [*range(40, 0, -1), *range(41, 81)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda count: served.ask(signed(nonce, count))[0], counts))
    assert answers == [200] * 80
    with ThreadPoolExecutor(8) as pool:  # of the same request at the same time one is let in
        answers = list(pool.map(lambda _: served.ask(signed(nonce, 100))[0], range(16)))
    assert Counter(answers) == {200: 1, 401: 15}


def test_a_nonce_is_bound_to_user_and_address(served, users):
    users.add("bob", PASSWORD, digest=True)
    nonce = served.challenge()["nonce"]
    assert served.ask(signed(nonce, 1), X_From="10.0.0.1")[0] == 200
    other = [
        served.ask(signed(nonce, 2), X_From="10.0.0.2"),
        served.ask(signed(nonce, 2, "bob"), X_From="10.0.0.1"),
    ]
    assert all(answer[0] == 401 and "stale=true" in answer[1]["WWW-Authenticate"] for answer in other)
    assert served.ask(signed(nonce, 2), X_From="10.0.0.1")[0] == 200


def test_a_nonce_from_elsewhere_or_long_ago_is_stale(served, monkeypatch):
    assert "stale=true" in served.ask(signed("12-34", 1))[1]["WWW-Authenticate"]
    nonce = served.challenge()["nonce"]
    monkeypatch.setattr(nonces, "YOUNG_SECONDS", -1)
    status, headers, _ = served.ask(signed(nonce, 1))
    assert status == 401 and "stale=true" in headers["WWW-Authenticate"]
    monkeypatch.undo()
    assert served.ask(signed(nonce, 1))[0] == 200


def test_a_client_is_given_its_next_nonce_before_this_one_ends(served, monkeypatch):
    monkeypatch.setattr(nonces, "LIFE_SECONDS", 0.01)
    monkeypatch.setattr(nonces.Nonces, "_alive", lambda self, made: True)
    nonce = served.challenge()["nonce"]
    time.sleep(0.02)
    info = parameters(served.ask(signed(nonce, 1))[1]["Authentication-Info"])
    monkeypatch.undo()
    assert served.ask(signed(info["nextnonce"], 1))[0] == 200


# Passwords of devices, and changes while serving


def test_a_devices_password_opens_until_it_is_removed(open_served, users):
    password = users.add_device("anna", "laptop")
    nonce = open_served.challenge()["nonce"]
    assert open_served.ask(signed(nonce, 1, "anna", password))[0] == 200
    assert open_served.ask(basic("anna", password))[0] == 200 and open_served.ask(basic("anna", PASSWORD))[0] == 200
    assert open_served.ask(basic("bob", password))[0] == 401
    users.remove_device("anna", "laptop")
    assert open_served.ask(signed(nonce, 2, "anna", password))[0] == 401
    assert open_served.ask(basic("anna", password))[0] == 401 and open_served.ask(basic("anna", PASSWORD))[0] == 200


def test_a_changed_password_holds_at_once(open_served, users):
    nonce = open_served.challenge()["nonce"]
    assert open_served.ask(signed(nonce, 1))[0] == 200 and open_served.ask(basic("anna", PASSWORD))[0] == 200
    users.add("anna", "another password", digest=True)
    assert open_served.ask(signed(nonce, 2))[0] == 401 and open_served.ask(basic("anna", PASSWORD))[0] == 401
    assert open_served.digest(password="another password")[0] == 200


def test_users_of_older_versions_sign_in_and_are_kept_anew(folder, tmp_path):
    users = Users(tmp_path / "old.json")
    users.path.write_text(json.dumps(OLD))
    server = Served(folder, users, basic=True)
    try:
        assert server.digest()[0] == 200 and "scrypt" in users.path.read_text()
        assert server.ask(basic("anna", PASSWORD + "x"))[0] == 401 and "scrypt" in users.path.read_text()
        assert server.ask(basic("anna", PASSWORD))[0] == 200
        assert "scrypt" not in users.path.read_text() and "argon2id" in users.path.read_text()
        assert server.ask(basic("anna", PASSWORD))[0] == 200 and server.digest()[0] == 200
    finally:
        server.stop()


def test_a_password_that_cannot_be_kept_anew_opens_all_the_same(folder, tmp_path, monkeypatch, caplog):
    users = Users(tmp_path / "old.json")
    users.path.write_text(json.dumps(OLD))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(users, "renew", full)
    server = Served(folder, users, basic=True)
    try:
        assert server.ask(basic("anna", PASSWORD))[0] == 200 and "cannot be written" in caplog.text
        assert server.ask(basic("anna", PASSWORD))[0] == 200
    finally:
        server.stop()


def test_a_checked_password_is_not_hashed_again(open_served, users):
    def took(password):
        start = time.perf_counter()
        status = open_served.ask(basic("anna", password))[0]
        return time.perf_counter() - start, status

    first = min(took(f"wrong {n}")[0] for n in range(3))
    open_served.ask(basic("anna", PASSWORD))
    again = min(took(PASSWORD)[0] for _ in range(10))
    assert again < first / 2
    users.add("bob", PASSWORD)  # which is none of anna's business
    assert took(PASSWORD)[0] < first


# Attacks


def hashes(monkeypatch) -> list[str]:
    """Return a list that grows with each password that is hashed."""
    done: list[str] = []
    real = login.passwords._is_argon2
    monkeypatch.setattr(login.passwords, "_is_argon2", lambda kept, given: done.append(given) or real(kept, given))
    return done


def test_unknown_names_take_the_same_as_wrong_passwords(open_served, users, monkeypatch):
    done = hashes(monkeypatch)
    assert open_served.ask(basic("anna", "wrong one"))[0] == 401 and len(done) == 1
    assert open_served.ask(basic("nobody", "wrong one"))[0] == 401 and len(done) == 2
    assert login.passwords._NOBODYS.split("$")[1:4] == users.of("anna")[0].argon2.split("$")[1:4]


def test_parallel_tries_do_not_slip_through(open_served, monkeypatch):
    done = hashes(monkeypatch)
    start = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda n: open_served.ask(basic("anna", f"guess {n}")), range(200)))
    seconds = time.monotonic() - start
    counts = Counter(status for status, _, _ in answers)
    assert set(counts) == {401, 429} and counts[401] == len(done)
    assert len(done) <= 10 + 2 * seconds + 2
    assert {headers["Retry-After"] for status, headers, _ in answers if status == 429} <= {"1", "2", "3"}
    start = time.monotonic()
    while open_served.ask(basic("anna", PASSWORD))[0] != 200:
        time.sleep(0.2)
    assert time.monotonic() - start < 2 * throttle.LONGEST_WAIT


def test_parallel_tries_of_many_names_do_not_slip_through(open_served, monkeypatch):
    done = hashes(monkeypatch)
    start = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: open_served.ask(basic(f"name{n}", "guess"))[0], range(200)))
    assert len(done) <= 50 + 4 * (time.monotonic() - start) + 2


def test_sixty_unknown_names_delay_a_right_password_by_less_than_seconds(open_served, users):
    """From the same address, as behind a proxy that does not say who asks."""
    device = users.add_device("anna", "laptop")
    for n in range(60):
        assert open_served.ask(basic(f"name{n}", "guess"))[0] in (401, 429)
    start = time.monotonic()
    assert open_served.ask(basic("anna", device))[0] == 200
    assert open_served.digest(password=device)[0] == 200
    assert time.monotonic() - start < 1
    assert open_served.ask(basic("anna", PASSWORD))[0] == 200
    assert time.monotonic() - start < throttle.LONGEST_WAIT


def test_a_device_that_signed_in_before_is_not_held_back(open_served):
    nonce = open_served.challenge()["nonce"]
    assert open_served.ask(signed(nonce, 1))[0] == 200 and open_served.ask(basic("anna", PASSWORD))[0] == 200
    stop = threading.Event()

    def scan(number):
        while not stop.is_set():
            for n in itertools.count():
                open_served.ask(basic("anna" if number else f"name{n}", f"guess {n}"))
                if stop.is_set():
                    return

    with ThreadPoolExecutor(8) as pool:
        scans = [pool.submit(scan, n % 2) for n in range(8)]
        time.sleep(1)
        answers = Counter(open_served.ask(signed(nonce, count))[0] for count in range(2, 32))
        answers.update(open_served.ask(basic("anna", PASSWORD))[0] for _ in range(30))
        stop.set()
    assert all(scan.exception() is None for scan in scans)
    assert answers == {200: 60}


def test_sign_ins_that_wait_hold_no_thread(open_served):
    """Three threads serve; more sign-ins wait for their turn, and a request that needs none is answered."""
    with ThreadPoolExecutor(80) as pool:
        waiting = [pool.submit(open_served.ask, basic(f"n{n % 4}", f"guess {n}")) for n in range(80)]
        time.sleep(2.0)
        assert sum(not one.done() for one in waiting) > 3
        start = time.monotonic()
        assert open_served.ask()[0] == 401
        assert time.monotonic() - start < 0.5
        assert {one.result()[0] for one in waiting} == {401, 429}


def test_a_write_that_waited_for_its_turn_is_done_once(open_served, folder):
    for n in range(11):
        open_served.ask(basic("anna", f"guess {n}"))
    assert open_served.ask(basic("anna", PASSWORD), "PUT", "/later.txt", b"x" * 100_000)[0] == 201
    assert (folder / "later.txt").read_bytes() == b"x" * 100_000


def test_who_signs_in_and_who_fails_is_written_down(open_served, users):
    password = users.add_device("anna", "laptop")
    open_served.ask(basic("anna", password))
    open_served.ask(basic("anna", password))
    evil = 'x"\n2026-01-01T00:00:00Z "root" signed in\x1b[2J\u202e'
    open_served.ask(basic(evil, "secret guess"))
    text = users.path.with_name("audit.log").read_text()
    assert text.count("\n") == 2 and "\x1b" not in text and "\u202e" not in text
    assert '"anna" signed in from "127.0.0.1" with the password of "laptop", a new place' in text
    assert '1 failed: 1 for "x\\"\\n2026' in text
    assert password not in text and "secret" not in text and PASSWORD not in text
    uses = json.loads(users.path.with_name("signins.json").read_text())["uses"]
    assert [use[:2] for use in uses] == [["anna", "laptop"]]
    for name in ("audit.log", "signins.json"):
        assert users.path.with_name(name).stat().st_mode & 0o077 == 0
