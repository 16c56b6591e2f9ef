"""Pages of other sites, in Chromium: they learn nothing of what a drive holds, and a link from them leads there."""

import contextlib
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import until
from helpers.gallery import Gallery
from helpers.serving import haven, serve

from haven_fs.testing import make_photo

PASSWORD = "correct horse battery"
PROBES = """
async (url) => {
  performance.clearResourceTimings();
  const soon = (start) => Promise.race([
    new Promise(start), new Promise((done) => setTimeout(() => done("silence"), 4000))]);
  const element = (name, source, more = {}) => soon((done) => {
    const one = Object.assign(document.createElement(name), more);
    for (const event of ["load", "error", "loadeddata"]) one.addEventListener(event, () => done(event));
    one[source] = url;
    document.body.append(one);
  });
  const fetched = (options) => fetch(url, options).then((a) => a.type + a.status, (e) => e.name);
  const found = {
    img: element("img", "src"),
    "img cors": element("img", "src", {crossOrigin: "use-credentials"}),
    script: element("script", "src"),
    style: element("link", "href", {rel: "stylesheet"}),
    prefetch: element("link", "href", {rel: "prefetch"}),
    preload: element("link", "href", {rel: "preload", as: "image"}),
    video: element("video", "src", {preload: "auto"}),
    object: element("object", "data"),
    embed: element("embed", "src"),
    frame: element("iframe", "src"),
    "no-cors": fetched({mode: "no-cors", credentials: "include"}),
    cors: fetched({credentials: "include"}),
    propfind: fetched({method: "PROPFIND", credentials: "include"}),
    websocket: soon((done) => {
      const socket = new WebSocket(url.replace("http", "ws"));
      socket.onerror = () => done("error");
      socket.onopen = () => done("open");
    }),
  };
  for (const name in found) found[name] = await found[name];
  found.seen = performance.getEntriesByType("resource").filter((one) => one.name.startsWith(url))
    .map((one) => [one.responseStatus, one.transferSize, one.encodedBodySize].join()).sort().join(" ");
  return found;
}
"""


@contextlib.contextmanager
def foreign(link: str = "") -> Iterator[str]:
    """Serve a page of another site; give its address."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!DOCTYPE html><title>Elsewhere</title><a href="{link}">look</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def probe(page: Any, base: str, there: str) -> dict[str, str]:
    """Return what a page finds out about a photo that is there, which must be what it does about one that is not."""
    found = page.evaluate(PROBES, f"{base}{there}")
    name, dot, ending = there.rpartition(".") if "." in there else (there.rstrip("/"), "/", "")
    missing = page.evaluate(PROBES, f"{base}{name}_2{dot}{ending}")  # browsers go by how an address ends, too
    assert found == missing
    return dict(found)


def test_another_site_cannot_find_out_what_is_there(browser: Any, gallery: Gallery) -> None:
    with foreign() as elsewhere, contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(elsewhere)
        for there in (
            "/Recent/ANNA_1.jpg",
            "/People/Anna/",
            "/Types/Videos/FILM_1.mp4",
            "/Originals/Pictures/2021/",
        ):
            found = probe(page, gallery.url, there)
            assert found["img"] == found["websocket"] == "error"
            assert found["no-cors"] == found["cors"] == found["propfind"] == "TypeError"


def test_nor_where_browsers_do_not_say_who_asks(browser: Any, pictures: Path, tmp_path: Path) -> None:
    """Over plain HTTP Chromium sends no Sec-Fetch-Site: what is left is what the answers say."""
    program = os.environ.get("HAVEN_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    haven("users", "add", "anna", "--digest", "--data", tmp_path / "data", input=f"{PASSWORD}\n")
    args = ["--no-sandbox", "--host-resolver-rules=MAP nas.test 127.0.0.1"]
    with (
        serve(pictures, data=tmp_path / "data") as serving,
        foreign() as elsewhere,
        contextlib.closing(browser.browser_type.launch(executable_path=program, args=args)) as naming,
    ):
        context = naming.new_context(http_credentials={"username": "anna", "password": PASSWORD})
        page = context.new_page()
        base = f"http://nas.test:{serving.port}"
        assert page.goto(f"{base}/Recent/a.jpg").status == 200
        page.goto(elsewhere)
        found = probe(page, base, "/Recent/a.jpg")
        assert found["img"] == found["websocket"] == "error"
        assert found["no-cors"] == found["cors"] == found["propfind"] == "TypeError"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    make_photo(tmp_path / "Pictures/a.jpg", "2019-07-01 10:00:00")
    return tmp_path / "Pictures"


def test_a_link_from_another_site_leads_to_the_drive(browser: Any, gallery: Gallery) -> None:
    for path in ("/People/Anna/", "/Recent/ANNA_1.jpg?view", "/Recent/ANNA_1.jpg"):
        with foreign(f"{gallery.url}{path}") as elsewhere, contextlib.closing(browser.new_context()) as context:
            page = context.new_page()
            page.goto(elsewhere)
            page.click("a")
            page.wait_for_url(f"{gallery.url}{path}")
            until(page, "document.images.length && [...document.images].every((one) => one.complete)")
            assert page.evaluate("document.images[0].naturalWidth") > 0


def test_a_window_that_another_site_opened_is_out_of_its_reach(browser: Any, gallery: Gallery) -> None:
    with foreign() as elsewhere, contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(elsewhere)
        for path in ("/Recent/ANNA_1.jpg", "/Recent/NOT_THERE.jpg", "/"):
            with page.expect_popup() as popup:
                page.evaluate(f"window.opened = window.open('{gallery.url}{path}')")
            popup.value.wait_for_load_state()
            until(page, "window.opened.closed")  # as it seems from there
            popup.value.close()


@pytest.mark.parametrize(
    "path",
    ["/", "/Recent/ANNA_1.jpg", "/nothing", "/Types/Videos/FILM_1.mp4", "/.haven/static/page.css", "/%ff", "/a/../b"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PROPFIND", "OPTIONS", "DELETE", "PUT", "LOCK", "MKCOL", "BREW"])
def test_every_answer_keeps_other_sites_out(gallery: Gallery, web: Any, method: str, path: str) -> None:
    if method in ("DELETE", "PUT", "LOCK", "MKCOL"):
        path = f"/Timeline{path}"  # where none of them can do anything
    answer = web(method, path)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_a_file_with_scripts_does_not_act_in_the_drives_name(browser: Any, tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    make_photo(root / "a.jpg", "2019-07-01 10:00:00")
    script = "fetch('/').then(() => document.title = 'in', () => document.title = 'out')"
    for name, text in {"evil.html": f"<script>{script}</script>", "evil.svg": SVG.format(script)}.items():
        (root / name).write_text(text)
    with serve(root, data=tmp_path / "data") as serving, contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        for name in ("evil.html", "evil.svg"):
            with contextlib.suppress(Exception):  # some types are downloaded
                page.goto(f"{serving.url}Originals/Pictures/{name}")
                page.wait_for_timeout(500)
            assert page.title() != "in"


SVG = "<svg xmlns='http://www.w3.org/2000/svg'><title/><script>{}</script></svg>"
