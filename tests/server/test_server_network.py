"""Off this computer: a password is asked for, never taken in clear, and a page in the owner's browser cannot get in."""

import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

LINE = re.compile(r"User: (\S+)\s+Password: (\S+)")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("network") / "Pictures"
    make_photo(root / "a.jpg", "2019-07-01 10:00:00")
    return root


@pytest.fixture(scope="module")
def open_house(pictures: Path) -> Iterator[tuple[Serving, str, tuple[str, str]]]:
    """A server on every address, its URL on this computer, and the user it made."""
    with serve(pictures, data=pictures.parent / "open", host="0.0.0.0") as serving:
        yield serving, f"http://127.0.0.1:{serving.port}/", shown(serving)


def shown(serving: Serving) -> tuple[str, str]:
    """Return the user and password that the server shows."""
    match = LINE.search("".join(serving.lines))
    assert match, serving.lines
    return match[1], match[2]


def curl(*arguments: str) -> tuple[int, str]:
    """Return the last status and the body."""
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def test_a_user_is_made_and_shown_once(open_house: tuple[Serving, str, tuple[str, str]], pictures: Path) -> None:
    serving, _, (user, password) = open_house
    assert len(password) >= 16
    assert haven("users", "list", "--data", serving.data).stdout.splitlines()[0] == user
    kept = (serving.data / "users.json").read_text()
    assert password not in kept
    assert (serving.data / "users.json").stat().st_mode & 0o077 == 0
    assert password not in (serving.data.parent / f"{serving.data.name}.log").read_text()


@pytest.mark.parametrize("method", ["GET", "PROPFIND", "OPTIONS", "LOCK", "PUT", "HEAD"])
@pytest.mark.parametrize("path", ["/", "/Timeline/2019/2019-07/a.jpg", "/nothing", "/.metadata_never_index"])
def test_nothing_is_told_without_the_password(
    open_house: tuple[Serving, str, tuple[str, str]], method: str, path: str
) -> None:
    with Client(open_house[1]) as client:
        answer = client(method, path, Depth=0)
    assert answer.status == 401
    challenges = answer.headers.get_all("WWW-Authenticate")
    assert [challenge.split()[0] for challenge in challenges or []] == ["Digest"]
    assert b"a.jpg" not in answer.body


def test_digest_signs_in(open_house: tuple[Serving, str, tuple[str, str]], pictures: Path) -> None:
    _, url, (user, password) = open_house
    status, body = curl("--digest", "-u", f"{user}:{password}", "-X", "PROPFIND", "-H", "Depth: 1", f"{url}Timeline")
    assert status == 207
    assert "/Timeline/2019/" in body
    assert curl("--digest", "-u", f"{user}:wrong", url)[0] == 401
    assert curl("--digest", "-u", f"nobody:{password}", url)[0] == 401
    assert (
        curl("--digest", "-u", f"{user}:{password}", f"{url}Timeline/2019/2019-07/a.jpg", "-o", "/dev/null")[0] == 200
    )


def test_a_password_in_clear_is_refused_in_words(open_house: tuple[Serving, str, tuple[str, str]]) -> None:
    _, url, auth = open_house
    with Client(url, auth=auth) as client:
        answer = client("GET", "/")
    assert answer.status == 401
    assert b"https://" in answer.body


def test_over_tls_both_ways_sign_in(pictures: Path) -> None:
    with serve(pictures, data=pictures.parent / "tls", host="0.0.0.0", tls=True) as serving:
        user, password = shown(serving)
        assert serving.url.startswith("https://")
        assert "Certificate SHA-256" in "".join(serving.lines)
        url = f"https://127.0.0.1:{serving.port}/"
        with Client(url, auth=(user, password)) as client:
            assert client.files("/Timeline/2019/2019-07") == ["a.jpg"]
            got = client("GET", "/Timeline/2019/2019-07/a.jpg")
            assert got.body == (pictures / "a.jpg").read_bytes()
        with Client(url) as client:
            offered = client("GET", "/").headers.get_all("WWW-Authenticate") or []
            assert {challenge.split()[0] for challenge in offered} == {"Digest", "Basic"}
        with Client(url, auth=(user, "wrong")) as client:
            assert client("GET", "/").status == 401
        assert curl("-k", "--digest", "-u", f"{user}:{password}", url)[0] == 200
        # The certificate is its own authority, good for this name.
        trusting = ssl.create_default_context(cafile=str(serving.data / "tls/cert.pem"))
        assert trusting.verify_mode == ssl.CERT_REQUIRED
        assert curl("--cacert", str(serving.data / "tls/cert.pem"), "-u", f"{user}:{password}", url)[0] == 200
        assert "https" in curl(f"http://127.0.0.1:{serving.port}/")[1]


def test_a_second_start_shows_no_password_and_keeps_the_user(
    open_house: tuple[Serving, str, tuple[str, str]], tmp_path: Path, pictures: Path
) -> None:
    data = tmp_path / "data"
    haven("users", "add", "anna", "--digest", "--data", data, input="a long password\n")
    with serve(pictures, data=data, host="0.0.0.0", settled=False) as serving:
        assert not LINE.search("".join(serving.lines))
        url = f"http://127.0.0.1:{serving.port}/"
        assert curl("--digest", "-u", "anna:a long password", url)[0] == 200
        haven("users", "remove", "anna", "--data", data)
        assert curl("--digest", "-u", "anna:a long password", url)[0] == 401


def test_no_password_off_this_computer_is_refused_in_words(pictures: Path, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        done = haven(
            "serve", pictures, "--data", tmp_path / "data", "--host", host, "--port", 0, "--no-auth", check=False
        )
        assert done.returncode == 1
        assert "this computer" in done.stderr
        assert "Traceback" not in done.stderr


HOSTS = {
    "localhost": 200,
    "localhost:80": 200,
    "127.0.0.1": 200,
    "[::1]:80": 200,
    "evil.example": 403,
    "192.168.1.5": 403,
    "": 403,
}


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
def test_without_a_password_only_this_computers_names_are_answered(house: Serving, host: str, status: int) -> None:
    with Client(house.url) as client:
        for method, path in (("GET", "/"), ("PROPFIND", "/Timeline"), ("OPTIONS", "/")):
            answer = client(method, path, Host=host, Depth=0)
            assert answer.status in ((200, 207) if status == 200 else (403,))
            assert status == 200 or b"password" in answer.body


@pytest.mark.parametrize("header", ["Forwarded", "X_Forwarded_For", "X_Forwarded_Host", "Via"])
def test_without_a_password_a_proxy_is_not_answered(house: Serving, header: str) -> None:
    with Client(house.url) as client:
        assert client("GET", "/", **{header: "for=192.0.2.1"}).status == 403


def test_a_web_page_elsewhere_is_not_let_in_by_cors(house: Serving) -> None:
    with Client(house.url) as client:
        answer = client("GET", "/", Origin="https://evil.example")
        assert "Access-Control-Allow-Origin" not in answer.headers
        preflight = client("OPTIONS", "/", Origin="https://evil.example", Access_Control_Request_Method="PROPFIND")
        assert "Access-Control-Allow-Origin" not in preflight.headers


def test_guessing_is_slowed_and_its_victim_is_not(
    pictures: Path, open_house: tuple[Serving, str, tuple[str, str]]
) -> None:
    _, url, (user, password) = open_house
    times = []
    for n in range(14):
        begin = time.monotonic()
        assert curl("--digest", "-u", f"{user}:{n}", url)[0] == 401
        times.append(time.monotonic() - begin)
    assert sum(times[10:]) > 0.5 + 1 + 2
    begin = time.monotonic()
    assert curl("--digest", "-u", f"{user}:{password}", url)[0] == 200
    assert time.monotonic() - begin < max(times)


def test_a_device_has_a_password_of_its_own(open_house: tuple[Serving, str, tuple[str, str]], pictures: Path) -> None:
    serving, url, (user, _) = open_house
    made = haven("users", "passwords", "add", user, "Anna's laptop", "--data", serving.data).stdout
    password = made.split()[3]
    assert made.startswith(f"User: {user}   Password: ") and len(password) == 24
    assert curl("--digest", "-u", f"{user}:{password}", url)[0] == 200
    shown = haven("users", "list", "--data", serving.data).stdout
    assert "password for Anna's laptop, with or without TLS, last used 2" in shown and " from 127.0.0.1\n" in shown
    assert haven("users", "passwords", "list", user, "--data", serving.data).stdout in shown
    assert (
        haven("users", "passwords", "add", user, "Anna's laptop", "--data", serving.data, check=False).returncode == 1
    )
    assert haven("users", "passwords", "add", user, "--data", serving.data, check=False).returncode == 1
    haven("users", "passwords", "remove", user, "Anna's laptop", "--data", serving.data)
    assert curl("--digest", "-u", f"{user}:{password}", url)[0] == 401
    audit = (serving.data / "audit.log").read_text()
    assert f'"{user}" got a password for "Anna\'s laptop"\n' in audit
    assert f'"{user}" signed in from "127.0.0.1" with the password of "Anna\'s laptop", a new place\n' in audit
    assert f'the password of "{user}" for "Anna\'s laptop" was removed\n' in audit
    assert password not in audit


def test_who_cannot_sign_in_without_tls_is_named(pictures: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = haven("users", "add", "anna", "--data", data, input="a long password\n")
    assert "over TLS" in done.stdout and "haven users passwords add anna DEVICE" in done.stdout
    with serve(pictures, data=data, host="0.0.0.0", settled=False) as serving:
        assert "Without --tls, this password does not work: that of anna." in "".join(serving.lines)
        assert curl("--digest", "-u", "anna:a long password", f"http://127.0.0.1:{serving.port}/")[0] == 401
    with serve(pictures, data=data, host="0.0.0.0", tls=True, settled=False) as serving:
        assert "Without --tls" not in "".join(serving.lines)
        url = f"https://127.0.0.1:{serving.port}/"
        assert curl("-k", "--anyauth", "-u", "anna:a long password", url)[0] == 200
