"""The provider in somebody's own wsgidav.yaml: below a path of its own, behind wsgidav's own pages and server."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from helpers.dav import ALLPROP, DAV, LOCKINFO, PROPNAME, Client, propfind_body
from helpers.family import Family
from helpers.pages import read_page
from helpers.serving import environment, haven

CONFIG = """
host: 127.0.0.1
port: {port}
provider_mapping:
  "/photos":
    class: haven_dav.HavenProvider
    kwargs: {{data: {data}}}
  "/other": {other}
http_authenticator:
  domain_controller: null
simple_dc:
  user_mapping:
    "*": true
lock_storage: true
logging:
  enable: false
verbose: 1
"""


@pytest.fixture(scope="module")
def shared(family: Family, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the `wsgidav` command, serving an index beside a plain folder."""
    folder = tmp_path_factory.mktemp("wsgidav")
    haven("index", family.root, "--data", folder / "data")
    (folder / "other").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "wsgidav.yaml"
    config.write_text(CONFIG.format(port=port, data=folder / "data", other=folder / "other"))
    command = [sys.executable, "-c", "from wsgidav.server.server_cli import run; run()", "--config", str(config)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment())
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        with Client(f"http://127.0.0.1:{port}/photos") as client:
            yield client
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_addresses_begin_with_the_share(shared: Client) -> None:
    hrefs = [member.href for member in shared.walk("/")]
    assert len(hrefs) > 200
    assert all(href.startswith("/photos/") for href in hrefs)
    assert shared.one("/Timeline").href == "/photos/Timeline/"
    assert shared.one("/").href in ("/photos", "/photos/")


@pytest.mark.parametrize("body", [None, ALLPROP, PROPNAME, propfind_body("getetag", "{urn:x}y")])
def test_every_way_of_asking_is_answered(shared: Client, body: str | None) -> None:
    assert len(shared.members("/Timeline/2022/2022-08", body)) == 3


def test_files_are_sent(shared: Client, family: Family) -> None:
    content = (family.root / "Live/IMG_7001.jpg").read_bytes()
    got = shared("GET", "/Places/Paris/IMG_7001.jpg")
    assert got.body == content
    assert got["ETag"] == shared.one("/Recent/IMG_7001.jpg")["getetag"]
    assert shared("GET", "/Places/Paris/IMG_7001.jpg", Range="bytes=10-19").body == content[10:20]
    assert shared("GET", "/Places/Paris/IMG_7001.jpg", If_None_Match=got["ETag"]).status == 304
    assert not shared("HEAD", "/Places/Paris/IMG_7001.jpg").body


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/Timeline/",
        "/Places/Paris/",
        "/Originals/Family/Live/",
        "/Places/Paris/IMG_7001.jpg?view",
        "/Search/%22paris%22/",
    ],
)
def test_pages_work_below_a_share(shared: Client, path: str) -> None:
    answer = shared("GET", path, Accept="text/html", User_Agent="Mozilla/5.0")
    assert answer.status == 200
    page = read_page(answer.body)
    assert page.one("html")["data-root"] == "/photos/"
    addresses = {one["href"] for one in page.all("a") + page.all("link") if not one["href"].startswith("#")}
    addresses |= {one["src"] for one in page.all("img") + page.all("script") if one.get("src")}
    addresses |= {f"{one['action']}?q=paris" for one in page.all("form")}
    assert len(addresses) > 8
    for address in addresses:
        whole = urljoin(f"/photos{path}", address)
        assert whole.startswith("/photos/"), address
        below = whole.removeprefix("/photos")
        found = shared("GET", below, Accept="text/html,image/*")
        assert found.status in (200, 302, 303), address
        if found.status != 200:
            assert found["Location"].startswith("/photos/")


def test_what_is_not_there_below_a_share_is_a_page(shared: Client) -> None:
    page = read_page(shared("GET", "/People/Nobody/", Accept="text/html").body)
    assert page.one("form")["action"] == "/photos/"
    assert shared("GET", "/People/Nobody/").reason()


def test_locks_name_the_share(shared: Client) -> None:
    for path in ("/Timeline/2022", "/Places/Paris/IMG_7001.jpg"):
        lock = shared("LOCK", path, LOCKINFO.format(scope="exclusive"))
        assert lock.status == 200
        root = shared.one(path, "lockdiscovery").found[f"{DAV}lockdiscovery"].findtext(f".//{DAV}lockroot/{DAV}href")
        assert root is not None
        assert root.startswith("/photos/")
        assert shared("LOCK", path, If=f"({lock['Lock-Token']})").status == 200
        assert shared("UNLOCK", path, Lock_Token=lock["Lock-Token"]).status == 204
        assert not shared.one(path, "lockdiscovery")["lockdiscovery"]


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH"])
def test_writes_are_refused(shared: Client, verb: str) -> None:
    for path in ("/Timeline/2022/2022-08/IMG_7001.jpg", "/Originals/Family/new.jpg", "/Places/Paris"):
        answer = shared(verb, path, Destination=f"{shared.address}/other/x")
        assert answer.status in (403, 404, 405, 502)
        assert answer.reason()
    with Client(f"{shared.address}/other") as other:
        assert not other.members("/")


def test_bodies_are_bounded_without_havens_server_too(shared: Client) -> None:
    assert shared("PROPFIND", "/", ALLPROP + " " * 100_000, Depth=0).status == 400
    assert shared("PROPFIND", "/", "<junk", Depth=0).status == 400
    assert shared("PROPFIND", "/", Depth="infinity").status == 403
