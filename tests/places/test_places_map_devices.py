"""The map in Chromium on a phone, by night, for those who want calm, without a script, and without a server."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home
from helpers.map_browser import MAP, PARIS, Shown, shown
from helpers.map_page import page
from PIL import Image


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
def test_a_phone(browser: Any, map_url: str, scheme: str) -> None:
    with shown(
        browser, map_url, width=360, height=640, device_scale_factor=2, has_touch=True, color_scheme=scheme
    ) as seen:
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


def test_light_and_dark(browser: Any, map_url: str) -> None:
    drawn: dict[str, list[int]] = {}
    for scheme in ("light", "dark"):
        with shown(browser, map_url, color_scheme=scheme) as seen:
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


def test_it_follows_when_the_day_ends(browser: Any, map_file: str) -> None:
    with shown(browser, map_file, color_scheme="light") as seen:
        before = sum(colour_at(seen, 20, 20))
        seen.page.emulate_media(color_scheme="dark")
        seen.until(lambda: sum(colour_at(seen, 20, 20)) < before - 200)


def test_nothing_moves_for_those_who_want_it_so(browser: Any, map_url: str) -> None:
    with shown(browser, map_url, reduced_motion="reduce") as seen:
        before = seen.looks_at[2]
        seen.page.evaluate(f"{MAP}.zoomBy(1)")
        assert seen.looks_at[2] > before
        assert seen.page.evaluate(f"{MAP}.flying") == 0


def test_it_goes_round_the_earth(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        seen.look_at(20, 179.9, 3)
        assert any("Tokyo" in label for label in seen.labels)
        seen.look_at(20, -179.9, 3)
        assert any("Tokyo" in label for label in seen.labels)


def test_without_a_script_it_is_a_list(browser: Any, map_url: str) -> None:
    with shown(browser, map_url, java_script_enabled=False) as seen:
        text = seen.page.locator(".map-text").inner_text()
        assert "Lisbon" in text and "3 photos" in text and "Tokyo" in text
        assert seen.page.locator(".map-text a").count() >= 3


def test_a_server_that_is_gone_is_said_to_be(browser: Any, mapped: Home) -> None:
    with page(mapped) as drive:
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


def test_pictures_are_in_the_file(browser: Any, map_file: str) -> None:
    with shown(browser, map_file) as seen:
        sources = seen.page.locator(".map-mark img").evaluate_all("images => images.map(image => image.src)")
        assert len(sources) == len(seen.labels)
        for source in sources:
            kind, _, data = source.partition(";base64,")
            assert kind == "data:image/jpeg"
            with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
                assert picture.size == (112, 112)
        assert seen.page.locator(".map-mark img").evaluate_all("images => images.every(image => image.naturalWidth)")
