"""The map driven in Chromium, as a file and as a part of a page: mouse, keys, touch, dates, a phone, dark."""

import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from helpers.home import Home
from helpers.map_browser import MAP, Shown, chromium, shown
from PIL import Image

from haven_fs.errors import Malformed
from haven_fs.tree.maps.answers import clusters_json
from haven_fs.tree.maps.html import map_head, map_html
from haven_fs.tree.maps.statics import static_files
from haven_fs.tree.nodes import Folder
from haven_places import mapfile
from haven_places.mapfile import MapKeeper

LISBON, PARIS, TOKYO = (38.7223, -9.1393), (48.8566, 2.3522), (35.6897, 139.6922)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def travels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("travels")) as home:
        for number in range(12):
            place = (LISBON[0] + number % 4 / 50, LISBON[1] + number // 4 / 50)
            home.add(f"l{number}.jpg", f"{2010 + number}-07-06 10:00:00", position=place, size=(160, 120))
        for number in range(3):
            home.add(f"p{number}.jpg", f"201{number}-01-02 10:00:00", position=PARIS, size=(160, 120))
        home.add("t.jpg", "2021-05-06 10:00:00", position=TOKYO, size=(160, 120))
        home.add("zero.jpg", "2015-05-06 10:00:00", position=(0.0002, 0.0002), size=(160, 120))
        home.index()
        yield home


@pytest.fixture(scope="module")
def file(travels: Home, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the map, as it lies on a mounted drive."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapfile, "_QUIET", 0.0)
        travels.list("Places")
        MapKeeper(travels.settings).idle(travels.catalog, None, lambda: False)  # type: ignore[arg-type]
    with travels.looking() as look:
        found = look.at("Places/Map.html")
    assert found is not None and not isinstance(found, Folder)
    drive = tmp_path_factory.mktemp("drive") / "Places"
    drive.mkdir()
    (drive / "Map.html").write_bytes(found.path.read_bytes())  # type: ignore[union-attr]
    return (drive / "Map.html").as_uri()


@contextmanager
def page(home: Home) -> Iterator[str]:
    """Serve folders' maps as a page would, each at the folder's address, and give the address of the drive."""
    tree = home.tree()
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "JPEG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path, query = [part for part in unquote(parts.path).split("/") if part], dict(parse_qsl(parts.query))
            if path[:2] == [".haven", "static"]:
                static = static_files()[path[2]]
                assert query["v"] == static.version
                return self.answer(static.read(), static.mime)
            if path[:2] == [".haven", "grid"]:
                return self.answer(picture.getvalue(), "image/jpeg")
            with tree.view() as view:
                folder = tree.resolve(view, path)
                assert isinstance(folder, Folder), path
                if "clusters" not in query:
                    icon = '<link rel="icon" href="data:,">'  # else browsers ask for one
                    body = f"<!DOCTYPE html><title>.</title>{icon}{map_head()}<main>{map_html(folder)}</main>"
                    return self.answer(body.encode(), "text/html; charset=utf-8")
                try:
                    found = clusters_json(view, folder.scope, query)
                except Malformed as wrong:
                    return self.answer(wrong.reason.encode(), "text/plain", 400)
            return self.answer(json.dumps(found).encode(), "application/json")

        def answer(self, body: bytes, mime: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def drive(travels: Home) -> Iterator[str]:
    with page(travels) as address:
        yield address


@pytest.fixture(params=["file", "page"])
def url(request: pytest.FixtureRequest) -> str:
    """The same map, as a file and as a part of a page: both do the same."""
    return str(
        request.getfixturevalue("file") if request.param == "file" else f"{request.getfixturevalue('drive')}/Places/"
    )


def test_it_opens_where_the_photos_are(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        assert seen.count == 17
        assert any(label.startswith("12 photos near Lisbon") for label in seen.labels)
        assert any(
            label == "1 photo near Tokyo, 6 May 2021" or "near Tokyo, May 2021" in label for label in seen.labels
        )
        # Names of countries and towns, drawn on the canvas, are in the language asked for.
        assert seen.page.evaluate(f"{MAP}.painter.regions.of('PT')") == "Portugal"
        assert seen.page.locator(".map-text").count() == 0
        assert len(seen.page.title()) >= 1


def test_a_file_asks_nobody_for_anything(browser: Any, file: str) -> None:
    with shown(browser, file) as seen:
        seen.look_at(*LISBON, 8)
        assert seen.asked == [file]


def test_a_page_asks_its_own_server_only(browser: Any, drive: str) -> None:
    with shown(browser, f"{drive}/Places/") as seen:
        seen.look_at(*LISBON, 8)
        seen.until(lambda: any("map-fine.bin" in address for address in seen.asked))
        assert {urlsplit(address).netloc for address in seen.asked} == {urlsplit(drive).netloc}


def test_it_is_dragged_with_the_mouse(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(*PARIS, 6)
        x, y, zoom = seen.looks_at
        seen.page.mouse.move(500, 300)
        seen.page.mouse.down()
        seen.page.mouse.move(600, 350, steps=4)
        seen.page.mouse.up()
        seen.rest()
        size = 256 * 2**zoom
        assert seen.looks_at == (pytest.approx(x - 100 / size), pytest.approx(y - 50 / size), zoom)


def test_it_is_dragged_by_a_cluster_too(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(*PARIS, 5)
        before = seen.looks_at
        box = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        seen.page.mouse.move(box["x"] + 15, box["y"] + 15)
        seen.page.mouse.down()
        seen.page.mouse.move(box["x"] + 115, box["y"] + 15, steps=4)
        seen.page.mouse.up()
        seen.rest()
        assert seen.looks_at[0] < before[0] and seen.looks_at[2] == before[2]
        assert seen.page.locator(".map-strip:visible").count() == 0


def test_the_wheel_zooms_at_the_pointer(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(*PARIS, 6)
        before = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        seen.page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
        seen.page.mouse.wheel(0, -200)
        seen.page.mouse.wheel(0, -200)
        seen.until(lambda: seen.looks_at[2] > 7)
        seen.rest()
        after = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        assert after["x"] == pytest.approx(before["x"], abs=3) and after["y"] == pytest.approx(before["y"], abs=3)


def test_buttons_and_double_click_zoom(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(45, 20, 5)
        seen.page.get_by_role("button", name="Zoom in").click()
        seen.rest()
        assert seen.looks_at[2] == 6
        seen.page.get_by_role("button", name="Zoom out").click()
        seen.page.get_by_role("button", name="Zoom out").click()
        seen.rest()
        assert seen.looks_at[2] == 4
        seen.page.mouse.dblclick(700, 200)
        seen.rest()
        assert seen.looks_at[2] == 5
        seen.page.get_by_role("button", name="Show all photos").click()
        seen.rest()
        assert seen.count == 17


def test_the_keyboard_does_all_of_it(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(45, 20, 5)
        x, y, zoom = seen.looks_at
        seen.page.locator(".map-stage").focus()
        for key in ("ArrowRight", "ArrowDown", "+", "+", "-"):
            seen.page.keyboard.press(key)
        seen.rest()
        assert seen.looks_at[0] > x and seen.looks_at[1] > y and seen.looks_at[2] == zoom + 1
        seen.page.keyboard.press("0")
        seen.rest()
        assert seen.count == 17
        seen.page.keyboard.press("Tab")
        assert "near" in seen.page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_a_cluster_opens_up(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.page.locator(".map-mark[aria-label^='12 photos']").click()
        seen.until(lambda: seen.looks_at[2] > 6)  # it asks what is there first
        seen.rest()
        assert seen.looks_at[2] > 7
        assert seen.count == 12 and len(seen.labels) > 4
        assert seen.page.locator(".map-strip:visible").count() == 0


def test_photos_of_one_spot_are_shown_in_a_strip(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(*PARIS, 9)
        mark = seen.page.locator(".map-mark[aria-label^='3 photos near Paris']")
        mark.focus()
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector(".map-strip:visible")
        assert seen.page.locator(".map-strip h3").inner_text().startswith("3 photos near Paris")
        links = seen.page.locator(".map-strip li a:has(img)")
        hrefs = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        names = {href.rpartition("/")[2].partition("?")[0] for href in hrefs}
        assert names == {"p0.jpg", "p1.jpg", "p2.jpg"}
        assert set(seen.page.locator(".map-strip img").evaluate_all("i => i.map(e => e.alt)")) == names
        assert seen.page.evaluate("document.activeElement.closest('.map-strip') !== null")
        seen.page.keyboard.press("Escape")
        assert seen.page.locator(".map-strip:visible").count() == 0
        assert seen.page.evaluate("document.activeElement.className").startswith("map-mark")


def test_links_of_a_page_lead_to_the_photo_and_to_all_of_them(browser: Any, travels: Home, tmp_path: Path) -> None:
    with Home(tmp_path / "many") as home:
        for number in range(65):
            home.add(f"{number:02}.jpg", f"2020-01-01 10:{number % 60:02}:00", position=PARIS, size=(8, 8))
        home.index()
        with page(home) as drive, shown(browser, f"{drive}/Places/") as seen:
            seen.page.locator(".map-mark").click()
            seen.page.wait_for_selector(".map-strip:visible")
            links = seen.page.locator(".map-strip li a").evaluate_all(
                "links => links.map(link => link.getAttribute('href'))"
            )
            assert len(links) == 61
            assert all(link.startswith("./") and link.endswith(".jpg?view") for link in links[:60])
            with home.looking() as look:
                assert len(look.listed(f"Places/{unquote(links[60])}")) == 65


def test_dates_narrow_it(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        first, last = seen.page.get_by_label("From"), seen.page.get_by_label("To", exact=True)
        assert first.get_attribute("aria-valuetext") == "January 2010"
        assert last.get_attribute("aria-valuetext") == "July 2021"
        first.focus()
        for _ in range(60):
            seen.page.keyboard.press("ArrowRight")
        seen.rest()
        assert first.get_attribute("aria-valuetext") == "January 2015"
        assert seen.page.locator(".map-range").inner_text() == "Jan 2015 – Jul 2021"
        assert seen.count == 9
        last.focus()
        for _ in range(100):  # it stops where the other one is
            seen.page.keyboard.press("ArrowLeft")
        seen.rest()
        assert last.get_attribute("aria-valuetext") == "January 2015"
        assert seen.labels == []
        seen.page.get_by_role("button", name="Show all dates").click()
        seen.rest()
        assert seen.count == 17


def test_a_page_that_is_come_back_to_looks_as_before(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(*PARIS, 9)
        first = seen.page.get_by_label("From")
        first.focus()
        seen.page.keyboard.press("ArrowRight")
        seen.rest()
        before = seen.looks_at
        seen.page.goto("about:blank")
        seen.page.go_back()
        seen.rest()
        assert seen.looks_at == pytest.approx(before)
        assert seen.page.locator(".map-range").inner_text().startswith("Feb 2010")


def touches(seen: Shown, *steps: list[tuple[int, int]]) -> None:
    """Put down fingers, move them, and lift them: each step has a place for each finger."""
    session = seen.page.context.new_cdp_session(seen.page)
    for number, step in enumerate(steps):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(step)]
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": points}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    seen.rest()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone(browser: Any, url: str, scheme: str) -> None:
    with shown(browser, url, width=360, height=640, device_scale_factor=2, has_touch=True, color_scheme=scheme) as seen:
        assert seen.count == 17
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
        for part in (".map-tools", ".map-days", ".map-mark"):
            for box in [one.bounding_box() for one in seen.page.locator(f"{part}:visible").all()]:
                assert box["width"] >= 40 or part == ".map-tools"
                if part != ".map-mark":
                    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        seen.look_at(*PARIS, 5)
        x, y, zoom = seen.looks_at
        top = seen.page.locator(".map-stage").bounding_box()["y"]
        middle = int(top + seen.page.evaluate(f"{MAP}.height") / 2)
        touches(seen, [(180, middle)], [(200, middle)], [(260, middle)])
        assert seen.looks_at == (pytest.approx(x - 80 / (256 * 2**zoom), abs=1e-6), pytest.approx(y), zoom)
        seen.look_at(*PARIS, 5)
        touches(seen, [(140, middle), (220, middle)], [(120, middle), (240, middle)], [(100, middle), (260, middle)])
        assert seen.looks_at[2] == pytest.approx(6, abs=0.05)
        seen.page.locator(".map-mark[aria-label*='Paris']").tap()
        seen.page.wait_for_selector(".map-strip:visible")
        box = seen.page.locator(".map-strip").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360


def colour_at(seen: Shown, x: int, y: int) -> tuple[int, ...]:
    """Return what is drawn at a place on the screen."""
    found: list[int] = seen.page.evaluate(
        f"([x, y]) => {{ const p = {MAP}.painter, r = devicePixelRatio;"
        " return [...p.context.getImageData(x * r, y * r, 1, 1).data].slice(0, 3); }",
        [x, y],
    )
    return tuple(found)


def test_light_and_dark(browser: Any, url: str) -> None:
    drawn: dict[str, list[int]] = {}
    for scheme in ("light", "dark"):
        with shown(browser, url, color_scheme=scheme) as seen:
            seen.look_at(39.6, -4, 7)  # inland
            land = sum(colour_at(seen, 333, 222))
            seen.look_at(45, -30, 7)  # out on the sea
            sea = sum(colour_at(seen, 333, 222))
            drawn[scheme] = [land, sea]
            ink = seen.page.evaluate("getComputedStyle(document.querySelector('.map-days')).color")
            assert ("rgb(2" in ink) == (scheme == "dark")
    assert min(drawn["light"]) > 600
    assert max(drawn["dark"]) < 200
    assert all(land != sea for land, sea in drawn.values())


def test_it_follows_when_the_day_ends(browser: Any, file: str) -> None:
    with shown(browser, file, color_scheme="light") as seen:
        before = sum(colour_at(seen, 20, 20))
        seen.page.emulate_media(color_scheme="dark")
        seen.until(lambda: sum(colour_at(seen, 20, 20)) < before - 200)


def test_nothing_moves_for_those_who_want_it_so(browser: Any, url: str) -> None:
    with shown(browser, url, reduced_motion="reduce") as seen:
        before = seen.looks_at[2]
        seen.page.evaluate(f"{MAP}.zoomBy(1)")
        assert seen.looks_at[2] > before
        assert seen.page.evaluate(f"{MAP}.flying") == 0


def test_it_goes_round_the_earth(browser: Any, url: str) -> None:
    with shown(browser, url) as seen:
        seen.look_at(20, 179.9, 3)
        assert any("Tokyo" in label for label in seen.labels)
        seen.look_at(20, -179.9, 3)
        assert any("Tokyo" in label for label in seen.labels)


def test_without_a_script_it_is_a_list(browser: Any, url: str) -> None:
    with shown(browser, url, java_script_enabled=False) as seen:
        text = seen.page.locator(".map-text").inner_text()
        assert "Lisbon" in text and "3 photos" in text and "Tokyo" in text
        assert seen.page.locator(".map-text a").count() >= 3


def test_a_server_that_is_gone_is_said_to_be(browser: Any, travels: Home) -> None:
    with page(travels) as drive:
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        opened = context.new_page()
        opened.goto(f"{drive}/Places/")
        opened.wait_for_load_state("networkidle")
    opened.evaluate(f"{MAP}.zoomBy(4)")
    opened.wait_for_selector(".map-failed")
    assert "cannot be reached" in opened.locator(".map-status").inner_text()
    context.close()


def test_a_folder_without_positions_says_so(browser: Any, tmp_path: Path) -> None:
    with Home(tmp_path) as home:
        home.add("a.jpg", "2020-01-01 10:00:00")
        home.index()
        with page(home) as drive, shown(browser, f"{drive}/Timeline/") as seen:
            assert seen.page.locator(".map-status").inner_text() == "None of these photos says where it was taken."
            assert seen.page.locator(".map-days:visible").count() == 0


def test_pictures_are_in_the_file(browser: Any, file: str) -> None:
    with shown(browser, file) as seen:
        sources = seen.page.locator(".map-mark img").evaluate_all("images => images.map(image => image.src)")
        assert len(sources) == len(seen.labels)
        for source in sources:
            kind, _, data = source.partition(";base64,")
            assert kind == "data:image/jpeg"
            with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
                assert picture.size == (112, 112)
        assert seen.page.locator(".map-mark img").evaluate_all("images => images.every(image => image.naturalWidth)")
