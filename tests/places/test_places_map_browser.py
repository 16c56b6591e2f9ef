"""The map driven in Chromium, as a file and as a part of a page: by mouse and by keys, its clusters, its dates."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from helpers.home import Home
from helpers.map_browser import LISBON, MAP, PARIS, shown
from helpers.map_page import page


def test_it_opens_where_the_photos_are(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        assert seen.count == 17
        assert any(label.startswith("12 photos near Lisbon") for label in seen.labels)
        assert any(
            label == "1 photo near Tokyo, 6 May 2021" or "near Tokyo, May 2021" in label for label in seen.labels
        )
        # Names of countries and towns, drawn on the canvas, are in the language asked for.
        assert seen.page.evaluate(f"{MAP}.painter.regions.of('PT')") == "Portugal"
        assert seen.page.locator(".map-text").count() == 0
        assert len(seen.page.title()) >= 1


def test_a_file_asks_nobody_for_anything(browser: Any, map_file: str) -> None:
    with shown(browser, map_file) as seen:
        seen.look_at(*LISBON, 8)
        assert seen.asked == [map_file]


def test_a_page_asks_its_own_server_only(browser: Any, map_drive: str) -> None:
    with shown(browser, f"{map_drive}/Places/") as seen:
        seen.look_at(*LISBON, 8)
        seen.until(lambda: any("map-fine.bin" in address for address in seen.asked))
        assert {urlsplit(address).netloc for address in seen.asked} == {urlsplit(map_drive).netloc}


def test_it_is_dragged_with_the_mouse(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        seen.look_at(*PARIS, 6)
        x, y, zoom = seen.looks_at
        seen.page.mouse.move(500, 300)
        seen.page.mouse.down()
        seen.page.mouse.move(600, 350, steps=4)
        seen.page.mouse.up()
        seen.rest()
        size = 256 * 2**zoom
        assert seen.looks_at == (pytest.approx(x - 100 / size), pytest.approx(y - 50 / size), zoom)


def test_it_is_dragged_by_a_cluster_too(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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


def test_the_wheel_zooms_at_the_pointer(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        seen.look_at(*PARIS, 6)
        before = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        seen.page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
        seen.page.mouse.wheel(0, -200)
        seen.page.mouse.wheel(0, -200)
        seen.until(lambda: seen.looks_at[2] > 7)
        seen.rest()
        after = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        assert after["x"] == pytest.approx(before["x"], abs=3) and after["y"] == pytest.approx(before["y"], abs=3)


def test_buttons_and_double_click_zoom(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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


def test_the_keyboard_does_all_of_it(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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


def test_what_the_keyboard_comes_to_is_seen(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        zoom = 7
        seen.look_at(PARIS[0], PARIS[1] + 515 / (256 * 2**zoom) * 360, zoom)
        assert seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()["x"] < 0
        seen.page.locator(".map-mark[aria-label*='Paris']").focus()
        seen.rest()
        box = seen.page.locator(".map-mark[aria-label*='Paris']").bounding_box()
        assert 0 < box["x"] < 960
        assert seen.page.evaluate("document.querySelector('.map-stage').scrollLeft") == 0


def test_a_cluster_opens_up(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
        seen.page.locator(".map-mark[aria-label^='12 photos']").click()
        seen.until(lambda: seen.looks_at[2] > 6)  # it asks what is there first
        seen.rest()
        assert seen.looks_at[2] > 7
        assert seen.count == 12 and len(seen.labels) > 4
        assert seen.page.locator(".map-strip:visible").count() == 0


def test_photos_of_one_spot_are_shown_in_a_strip(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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


def test_links_of_a_page_lead_to_the_photo_and_to_all_of_them(browser: Any, mapped: Home, tmp_path: Path) -> None:
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


def test_dates_narrow_it(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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


def test_a_page_that_is_come_back_to_looks_as_before(browser: Any, map_url: str) -> None:
    with shown(browser, map_url) as seen:
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
