"""Signing in, on a real server: by digest, by Basic, and with headers that are no sign-in at all."""

import base64
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers.signing import OLD, PASSWORD, PATH, Served, basic, signed

from haven_fs.server import nonces
from haven_fs.server.digest import Given, parameters
from haven_fs.server.passwords import ha1s
from haven_fs.server.users import Users


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
     'Digest username="anna', "Digest " + "a" * 15000, "Digest " + ',a="' * 3000, "Basic " + "/" * 15000,
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
