"""nginx, Apache, Caddy and Traefik before the real server, set up as the guide says, with programs families use."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import opened
from helpers.dav import Client
from helpers.programs import QUIET, run
from helpers.proxies import STOCK, proxied, recipe
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

BELOW = ["", "/photos"]
PASSWORD = "correct horse battery"
FACE = (0.3, 0.2, 0.5, 0.6)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("proxies") / "Pictures"
    make_photo(root / "a.jpg", "2019-07-01 10:00:00", people={"Anna": FACE})
    return root


@pytest.fixture(scope="module")
def house(pictures: Path) -> Iterator[Serving]:
    """A server whose owner trusts proxies on this computer and has them ask for passwords."""
    with serve(
        pictures, data=pictures.parent / "data", inbox=pictures.parent / "Inbox", behind_proxy=True, no_auth=True
    ) as serving:
        yield serving


@pytest.fixture(scope="module", params=[f"{name}{below}" for name in ("nginx", "apache") for below in BELOW])
def drive(request: Any, house: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The drive's address behind a proxy."""
    name, slash, path = request.param.partition("/")
    site = recipe(name, below=slash + path, tls=False)
    with proxied(name, site, house.port, tmp_path_factory.mktemp(name)) as url:
        yield f"{url}{slash}{path}/"


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize("name", ["nginx", "apache", "caddy", "traefik"])
def test_the_guides_recipes(name: str, below: str, tls: bool, house: Serving, pictures: Path, tmp_path: Path) -> None:
    photo = (pictures / "a.jpg").read_bytes()
    with proxied(name, recipe(name, below=below, tls=tls), house.port, tmp_path) as url, Client(url + below) as client:
        assert url.startswith("https" if tls else "http:")
        hrefs = [one.href for one in client.propfind("/Timeline/2019/2019-07")]
        assert hrefs == [f"{below}/Timeline/2019/2019-07/", f"{below}/Timeline/2019/2019-07/a.jpg"]
        part = client("GET", "/Timeline/2019/2019-07/a.jpg", Range="bytes=10-19")
        assert (part.status, part.body) == (206, photo[10:20])
        folder = f"/Inbox/{name}{len(below)}{tls}"
        assert client("MKCOL", folder).status == 201
        assert client("PUT", f"{folder}/100%25%20caf%C3%A9.jpg", photo + folder.encode()).status == 201
        assert client.transfer("COPY", f"{folder}/100% café.jpg", f"{folder}/two.jpg").status == 201
        assert client.transfer("MOVE", f"{folder}/100% café.jpg", f"{folder}/#1?é.jpg").status == 201
        assert sorted(client.files(folder)) == ["#1?é.jpg", "two.jpg"]
        locked = client("LOCK", f"{folder}/two.jpg", LOCK, Timeout="Second-60")
        assert locked.status == 200
        token = locked["Lock-Token"]
        tagged = f"<{client.address}{below}{folder}/two.jpg> ({token})"
        assert client("LOCK", f"{folder}/two.jpg", If=f"({token})", Timeout="Second-60").status == 200
        assert client("DELETE", f"{folder}/two.jpg").status == 423
        assert client("DELETE", f"{folder}/two.jpg", If=tagged).status == 204
        elsewhere = client(
            "MOVE", f"{folder}/%231%3F%C3%A9.jpg", Destination=f"http://other.example{below}{folder}/x.jpg"
        )
        assert elsewhere.status == 502
        said = {
            f"X_Forwarded_{name}": word for name, word in (("Host", "evil"), ("Prefix", "/evil"), ("For", "10.9.9.9"))
        }
        said["Forwarded"] = "for=10.9.9.9;host=evil"
        evil = client("MOVE", f"{folder}/%231%3F%C3%A9.jpg", Destination=f"http://evil{below}{folder}/x.jpg", **said)
        assert evil.status == 502
        assert client("GET", "/?q=beach", Accept="text/html", **said)["Location"].startswith(f"{below}/Search/")
        assert client("DELETE", folder).status == 204
        page = client("GET", "/Timeline/", Accept="text/html").body.decode()
        assert f'src="{below}/.haven/' in page
        assert f'action="{below}/' in page
        assert not below or client("GET", "", Accept="text/html")["Location"] == f"{below}/"
        moved = client("GET", "/?q=beach", Accept="text/html")
        assert moved["Location"].startswith(f"{below}/Search/")
        assert f'href="{below}/"' in client("GET", "/nowhere/", Accept="text/html").body.decode()


LOCK = (
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    "<D:locktype><D:write/></D:locktype></D:lockinfo>"
)


def test_a_large_upload_is_neither_refused_nor_kept_twice(house: Serving, tmp_path: Path) -> None:
    film = tmp_path / "film.bin"
    film.write_bytes(os.urandom(20 * 2**20))  # nginx refuses more than 1 MB unless it is told
    with proxied("nginx", recipe("nginx", tls=False), house.port, tmp_path / "nginx") as url:
        run("curl", "-sSf", "-T", str(film), f"{url}/Inbox/film.bin")
        run("curl", "-sSf", "-o", str(tmp_path / "back"), f"{url}/Inbox/film.bin")
        assert (tmp_path / "back").read_bytes() == film.read_bytes()
        run("curl", "-sSf", "-X", "DELETE", f"{url}/Inbox/film.bin")
    assert not any(path.is_file() for path in (tmp_path / "nginx/client_body").rglob("*"))


def test_rclone(drive: str, pictures: Path, tmp_path: Path) -> None:
    remote = {"RCLONE_CONFIG_HAVEN_TYPE": "webdav", "RCLONE_CONFIG_HAVEN_URL": drive, **QUIET}
    (tmp_path / "new.jpg").write_bytes((pictures / "a.jpg").read_bytes() + drive.encode())
    assert "Timeline/\n" in run("rclone", "lsf", "haven:", **remote).stdout
    run("rclone", "copy", str(tmp_path), "haven:Inbox/rclone", **remote)
    run("rclone", "moveto", "haven:Inbox/rclone/new.jpg", "haven:Inbox/rclone/mövéd.jpg", **remote)
    assert run("rclone", "lsf", "haven:Inbox/rclone", **remote).stdout == "mövéd.jpg\n"
    run("rclone", "purge", "haven:Inbox/rclone", **remote)


def test_cadaver(drive: str, tmp_path: Path) -> None:
    commands = ["cd Albums", "mkcol cadaver", "move cadaver horse", "ls", "lock horse", "steal horse", "rmcol horse"]
    out = run("cadaver", drive, input="\n".join([*commands, "quit", ""]), HOME=str(tmp_path)).stdout
    assert "Coll:   horse" in out
    assert out.count("succeeded") >= 4
    assert "502" not in out and "409" not in out


GIO = """
set -e
gio mount "$1"
gio list "$1/Timeline/2019/2019-07"
gio copy "$1/Timeline/2019/2019-07/a.jpg" "$2/one.jpg"
gio mkdir "$1/Albums/gnome"
gio rename "$1/Albums/gnome" "dwarf"
gio list "$1/Albums"
gio remove "$1/Albums/dwarf"
gio mount -u "$1"
"""


def test_gnome(drive: str, house: Serving, pictures: Path, tmp_path: Path) -> None:
    from helpers.programs import gio

    done = gio(Serving(drive, house.data, house.process, house.output), tmp_path, GIO, str(tmp_path))
    lines = done.stdout.splitlines()
    assert "a.jpg" in lines and "dwarf" in lines
    assert (tmp_path / "one.jpg").read_bytes() == (pictures / "a.jpg").read_bytes()


def test_the_page(browser: Any, drive: str) -> None:
    with opened(browser, f"{drive}People/Anna/", refusals=True) as page:
        assert page.locator("a.tile img").first.evaluate("image => image.complete && image.naturalWidth > 0")
        for name in ("Annie", "Anna"):
            page.click("[data-do=rename]")
            page.fill(".ask input", name)
            page.click(".ask .main")
            page.wait_for_url(f"{drive}People/{name}/")


def test_names_and_passwords_through_tls(pictures: Path, tmp_path: Path) -> None:
    """A proxy's https lets Basic in; said over http, or by one who is not trusted, it does not."""
    data = tmp_path / "data"
    haven("users", "add", "anna", "--digest", "--data", data, input=f"{PASSWORD}\n")
    with serve(pictures, data=data, behind_proxy=True) as serving:
        for tls, status in ((True, 207), (False, 401)):
            site = recipe("nginx", below="/photos", tls=tls)
            with proxied("nginx", site, serving.port, tmp_path / f"nginx{tls}") as url:
                with Client(f"{url}/photos", auth=("anna", PASSWORD)) as client:
                    assert client("PROPFIND", "/", Depth=0).status == status
                digest = ["curl", "-skf", "--digest", "-u", f"anna:{PASSWORD}", f"{url}/photos/Timeline/"]
                assert "2019" in run(*digest).stdout
    with serve(data=data, behind_proxy="10.1.2.3") as serving, Client(serving.url, auth=("anna", PASSWORD)) as client:
        assert client("PROPFIND", "/", Depth=0, X_Forwarded_Proto="https").status == 401


# nginx without any header


@contextlib.contextmanager
def stock(serving: Serving, folder: Path, *, path: str = "/", to: str = "") -> Iterator[str]:
    """Run nginx as its own examples have it; give the address of what is behind it."""
    with proxied("nginx", STOCK.format(path=path, to=to), serving.port, folder) as url:
        yield f"{url}{path}"


@pytest.mark.parametrize("options", [{}, {"behind_proxy": True}])
def test_a_proxy_that_says_nothing(options: dict[str, Any], pictures: Path, tmp_path: Path) -> None:
    with (
        serve(pictures, data=tmp_path / "data", no_auth=True, settled=False, **options) as serving,
        stock(serving, tmp_path / "nginx") as url,
        Client(url) as client,
    ):
        assert client("MKCOL", "/Albums/A").status == 201
        assert client.transfer("MOVE", "/Albums/A", "/Albums/B").status == 201
        assert client.folders("/Albums") == ["B"]
        with Client(serving.url) as direct:  # whom nothing was hidden from
            answer = direct("MOVE", "/Albums/B", Destination=f"{client.address}/Albums/C")
            assert answer.status == (201 if options else 502)
        log = (serving.data.parent / f"{serving.data.name}.log").read_text()
        assert log.count("through a proxy that does not say so") == (0 if options else 1)


@pytest.mark.parametrize("to", ["/", ""], ids=["taken off", "left"])
def test_below_a_path_with_the_address_given_by_hand(to: str, pictures: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(
        pictures, data=data, no_auth=True, settled=False, url="http://127.0.0.1/photos/"
    ) as serving, stock(serving, tmp_path / "nginx", path="/photos/", to=to) as url, Client(url) as client:  # fmt: skip
        assert "http://127.0.0.1/photos/" in "".join(serving.lines)
        assert "Timeline/\n" in run("rclone", "lsf", ":webdav:", "--webdav-url", url, **QUIET).stdout
        assert client("MKCOL", "/Albums/A").status == 201
        assert client.transfer("MOVE", "/Albums/A", "/Albums/B").status == 201
        assert client.folders("/Albums") == ["B"]


def test_below_a_path_that_the_proxy_takes_off_and_says(house: Serving, tmp_path: Path) -> None:
    site = STOCK.format(path="/photos/", to="/; proxy_set_header X-Forwarded-Prefix /photos")
    with proxied("nginx", site, house.port, tmp_path / "nginx") as url, Client(f"{url}/photos") as client:
        assert next(one.href for one in client.propfind("/Albums")) == "/photos/Albums/"
        assert client("MKCOL", "/Albums/Off").status == 201
        assert client.transfer("MOVE", "/Albums/Off", "/Albums/On").status == 201
        assert client("DELETE", "/Albums/On").status == 204


def test_below_a_path_that_nobody_says_is_told_at_once(
    browser: Any, house: Serving, pictures: Path, tmp_path: Path
) -> None:
    with stock(house, tmp_path / "nginx", path="/photos/", to="/") as url, Client(url) as client:
        done = run("rclone", "lsf", ":webdav:", "--webdav-url", url, check=False, **QUIET)
        assert done.returncode != 0
        assert f"--url {url}" in done.stderr
        assert client("MKCOL", "/Albums/Lost").status == 201
        answer = client.transfer("MOVE", "/Albums/Lost", "/Albums/Found")
        assert answer.status == 409
        assert f"--url {url}" in answer.reason()
        assert client("DELETE", "/Albums/Lost").status == 204
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        assert page.get_by_text("X-Forwarded-Prefix").is_visible()
        page.goto(house.url)
        assert not page.get_by_text("X-Forwarded-Prefix").is_visible()
        context.close()


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_a_drive_without_a_password_still_turns_proxies_away(name: str, pictures: Path, tmp_path: Path) -> None:
    with (
        serve(pictures, data=tmp_path / "data", settled=False) as serving,
        proxied(name, recipe(name, tls=False), serving.port, tmp_path / name) as url,
        Client(url) as client,
    ):
        answer = client("PROPFIND", "/", Depth=0)
        assert answer.status == 403
        assert b"--behind-proxy" in answer.body


def test_a_proxy_has_people_asked_for_a_password(pictures: Path, tmp_path: Path) -> None:
    with serve(pictures, data=tmp_path / "data", settled=False, behind_proxy=True) as serving:
        assert "Password:" in "".join(serving.lines)
        with Client(serving.url) as client:
            assert client("GET", "/").status == 401


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--behind-proxy=nginx"], "no address or network"),
        (["--behind-proxy=0.0.0.0/0"], "everybody"),
        (["--url", "photos.example.org"], "no address to reach a drive by"),
        (["--url", "ftp://photos.example.org/"], "no address to reach a drive by"),
        (["--url", "https://photos.example.org/Albums/"], "has a folder Albums itself"),
    ],
)
def test_what_cannot_be_is_said_in_words(options: list[str], words: str, tmp_path: Path) -> None:
    done = haven("serve", *options, "--data", tmp_path / "data", "--port", "0", check=False)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
