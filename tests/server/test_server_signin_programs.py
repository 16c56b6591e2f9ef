"""Real programs that sign in: curl, rclone, GNOME's gio, cadaver, requests and Chromium, by digest or Basic."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from helpers.browser import opened
from helpers.programs import QUIET, run
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

PHOTO = "Timeline/2019/2019-07/a.jpg"


class Door(NamedTuple):
    """A server that asks, its address, a user and a password."""

    serving: Serving
    url: str
    user: str
    password: str


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("programs") / "Pictures"
    make_photo(root / "a.jpg", "2019-07-01 10:00:00")
    return root


def opened_door(pictures: Path, **options: Any) -> Iterator[Door]:
    name = "tls" if options else "plain"
    data = pictures.parent / name
    with serve(pictures, data=data, host="0.0.0.0", inbox=pictures.parent / f"{name}-in", **options) as serving:
        match = re.search(r"User: (\S+)\s+Password: (\S+)", "".join(serving.lines))
        assert match
        url = f"{serving.url.partition(':')[0]}://127.0.0.1:{serving.port}/"
        yield Door(serving, url, match[1], match[2])


@pytest.fixture(scope="module")
def plain(pictures: Path) -> Iterator[Door]:
    yield from opened_door(pictures)


@pytest.fixture(scope="module")
def tls(pictures: Path) -> Iterator[Door]:
    yield from opened_door(pictures, tls=True)


@pytest.mark.parametrize("kind", ["--digest", "--anyauth"])
def test_curl_reads_and_writes(plain: Door, pictures: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "new.jpg").write_bytes(make_photo(tmp_path / "made.jpg", "2020-01-01 10:00:00").read_bytes())
    photo, inbox = f"{plain.url}{PHOTO}", f"{plain.url}Inbox/{kind}.jpg"
    login = ["-sSf", kind, "-u", f"{plain.user}:{plain.password}"]
    run("curl", *login, "-o", str(tmp_path / "a.jpg"), photo)
    assert (tmp_path / "a.jpg").read_bytes() == (pictures / "a.jpg").read_bytes()
    sent = run("curl", *login, "-T", str(tmp_path / "new.jpg"), "-w", "%{http_code}", inbox)
    assert sent.stdout == "201"


def test_curl_uses_one_nonce_for_many_requests_at_once(plain: Door, tmp_path: Path) -> None:
    """The first request gets a challenge; those that follow answer it, on several connections."""
    config = "".join(f'url = "{plain.url}{PHOTO}?n={n}"\noutput = "{tmp_path}/{n}"\n' for n in range(60))
    login = ["-sS", "--digest", "-u", f"{plain.user}:{plain.password}", "-w", "%{http_code} %{num_connects}\n"]
    one = run("curl", *login, "-K", "-", input=config).stdout.splitlines()
    assert [line.split()[0] for line in one] == ["200"] * 60
    together = run("curl", *login, "-Z", "--parallel-max", "8", "-K", "-", input=config).stdout.splitlines()
    assert [line.split()[0] for line in together] == ["200"] * 60


def test_rclone_reads_and_writes_by_basic_over_tls(tls: Door, tmp_path: Path) -> None:
    (tmp_path / "b.jpg").write_bytes(make_photo(tmp_path / "made.jpg", "2020-01-02 10:00:00").read_bytes())
    hidden = run("rclone", "obscure", tls.password).stdout.strip()
    remote = {
        "RCLONE_CONFIG_HAVEN_TYPE": "webdav",
        "RCLONE_CONFIG_HAVEN_URL": tls.url,
        "RCLONE_CONFIG_HAVEN_VENDOR": "other",
        "RCLONE_CONFIG_HAVEN_USER": tls.user,
        "RCLONE_CONFIG_HAVEN_PASS": hidden,
        **QUIET,
    }
    trust = ["--ca-cert", str(tls.serving.data / "tls/cert.pem")]
    listed = run("rclone", "lsf", "haven:/Timeline", "-R", "--files-only", *trust, **remote)
    assert listed.stdout.splitlines() == ["2019/2019-07/a.jpg"]
    run("rclone", "copyto", str(tmp_path / "b.jpg"), "haven:/Inbox/b.jpg", *trust, **remote)


GIO = """
printf '%s\\n%s\\n' "$2" "$3" | gio mount "$1" || exit 1
for n in 1 2 3 4 5; do gio copy "$1/$4" "$5/gio-$n.jpg" & done; wait
gio list "$1/Timeline/2019/2019-07"
gio copy "$5/made.jpg" "$1/Inbox/gio.jpg" && gio list "$1/Inbox"
gio mount -u "$1"
"""


def test_gnome_signs_in_by_digest(plain: Door, pictures: Path, tmp_path: Path) -> None:
    make_photo(tmp_path / "made.jpg", "2020-01-03 10:00:00")
    url = plain.url.replace("http", "dav").rstrip("/")
    home = {name: str(tmp_path) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")}
    arguments = (url, plain.user, plain.password, PHOTO, str(tmp_path))
    run("gio", "version")
    done = run("dbus-run-session", "--", "sh", "-c", GIO, "sh", *arguments, check=False, GVFS_DISABLE_FUSE="1", **home)
    if re.search(r"^gio: .*not supported", done.stderr, re.MULTILINE):
        pytest.skip("gio has no WebDAV here: gvfs-backends is not installed")
    assert done.returncode == 0, done.stderr
    assert "\na.jpg" in done.stdout and "\ngio.jpg" in done.stdout
    photo = (pictures / "a.jpg").read_bytes()
    assert all((tmp_path / f"gio-{n}.jpg").read_bytes() == photo for n in range(1, 6))


def test_cadaver_signs_in_by_digest(plain: Door, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {plain.user} password {plain.password}\n")
    netrc.chmod(0o600)
    commands = ["cd Timeline/2019/2019-07", "ls", "lock a.jpg", "unlock a.jpg", "get a.jpg got.jpg", "quit", ""]
    done = subprocess.run(
        ["cadaver", plain.url] if run("which", "cadaver").stdout else [],
        input="\n".join(commands), capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "Locking `a.jpg': succeeded" in done.stdout and "Unlocking `a.jpg': succeeded" in done.stdout
    assert (tmp_path / "got.jpg").stat().st_size > 0


def test_requests_keep_one_nonce(plain: Door) -> None:
    requests = pytest.importorskip("requests", reason="requests is not installed")
    with requests.Session() as session:
        session.auth = requests.auth.HTTPDigestAuth(plain.user, plain.password)
        answers = [session.get(f"{plain.url}{PHOTO}") for _ in range(20)]
        assert [(answer.status_code, len(answer.history)) for answer in answers] == [(200, 1)] + [(200, 0)] * 19
        assert session.put(f"{plain.url}Albums/x", data=b"").status_code >= 400
        session.auth = requests.auth.HTTPDigestAuth(plain.user, "wrong")
        assert session.get(f"{plain.url}{PHOTO}").status_code == 401


@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_chromium_shows_the_page(request: pytest.FixtureRequest, browser: Any, kind: str) -> None:
    """By digest, which it prefers; over TLS, once a password is there that only Basic takes, by that."""
    door: Door = request.getfixturevalue(kind)
    user, password = door.user, door.password
    if kind == "tls":
        user, password = "José", "ein Päßwort"
        haven("users", "add", user, "--data", door.serving.data, input=f"{password}\n")
    login = {"username": user, "password": password}
    with opened(browser, f"{door.url}Timeline/", http_credentials=login, ignore_https_errors=True) as page:
        page.wait_for_selector("a.tile img")
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
