"""The page in Chromium: a long grid that loads what comes near, photos over it, keys, fingers, small windows."""

from typing import Any
from urllib.parse import unquote

import pytest
from helpers.browser import opened, until
from helpers.gallery import Gallery

NARROW = {"width": 360, "height": 740}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "/",
    "/People/",
    "/Places/",
    "/Timeline/",
    "/Albums/Summer/",
    "/Search/%22anna%22/",
    "/Originals/Pictures/2021/",
)


def path_of(page: Any) -> str:
    """Return the path of where the browser is."""
    return unquote(page.evaluate("location.pathname + location.search"))


def names(page: Any) -> list[str]:
    """Return the photos whose tiles are in the page now."""
    found = page.evaluate("[...document.querySelectorAll('#photos a.tile')].map(one => one.pathname)")
    return [unquote(name).rpartition("/")[2] for name in found]


def scroll_through(page: Any) -> set[str]:
    """Scroll to the end, and return the photos that were in the page on the way."""
    seen: set[str] = set()
    while True:
        until(page, "document.querySelector('#photos').getAttribute('aria-busy') !== 'true'")
        seen |= set(names(page))
        before = page.evaluate("scrollY")
        page.evaluate("scrollBy(0, innerHeight)")
        page.wait_for_timeout(150)
        if page.evaluate("scrollY") == before:
            return seen


def test_the_whole_of_a_grid_can_be_scrolled_through(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", height=600) as page:
        page.wait_for_selector(".scrolls")
        total = page.evaluate("document.documentElement.scrollHeight")
        assert len(names(page)) < len(gallery.names)
        from haven_fs.catalog.names import portable

        assert scroll_through(page) == {portable(name) for name in gallery.names}
        # The height was right from the start, and what is far away is gone again.
        assert abs(page.evaluate("document.documentElement.scrollHeight") - total) < 20
        assert "BUSY_149.jpg" not in names(page)
        page.evaluate("scrollTo(0, 0)")
        until(page, "document.querySelector('#photos a.tile')?.pathname.endsWith('BUSY_149.jpg')")
        assert abs(page.evaluate("document.documentElement.scrollHeight") - total) < 20


def test_photos_of_one_day_stay_in_order_where_it_is_cut(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", height=600) as page:
        page.wait_for_selector(".scrolls")
        page.evaluate("document.querySelectorAll('.block')[1].scrollIntoView()")
        until(page, "document.querySelectorAll('.block')[1].querySelectorAll('a.tile').length > 0")
        busy = [name for name in names(page) if name.startswith("BUSY")]
        assert busy == [f"BUSY_{number:03d}.jpg" for number in reversed(range(150))][: len(busy)]
        lefts = page.evaluate(
            "[...document.querySelectorAll('.block')].slice(0, 2)"
            ".map(block => block.querySelector('a.tile').getBoundingClientRect().left)"
        )
        assert lefts[0] == lefts[1]  # no row is cut


def test_results_of_a_search_load_in_their_order(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Search/%22busy%22/", height=600) as page:
        page.wait_for_selector(".scrolls")
        assert not page.locator(".dates").count()
        assert len(scroll_through(page)) == 150


def test_the_dates_at_the_side_lead_to_any_time(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", height=500) as page:
        dates = page.locator(".dates")
        dates.focus()
        for key, said in (("End", "March 2021"), ("Home", "July 2024"), ("ArrowDown", "May 2023")):
            page.keyboard.press(key)
            until(page, f"document.querySelector('.dates').getAttribute('aria-valuetext') === '{said}'")
        page.keyboard.press("End")
        until(page, "document.querySelector('[data-day=\"20210304\"]')?.getBoundingClientRect().top < innerHeight")
        box = dates.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 20, box["y"] + 3)
        until(page, "scrollY < 500")


def test_a_photo_opens_over_the_grid_and_leaves_it_as_it_was(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", height=600) as page:
        page.wait_for_selector(".scrolls")
        page.evaluate("scrollTo(0, 900)")
        page.wait_for_timeout(300)
        tile = page.locator("a.tile[href^='BUSY_100']")
        tile.scroll_into_view_if_needed()
        place = page.evaluate("scrollY")
        assert place > 300
        tile.click()
        page.wait_for_selector("dialog .view")
        assert path_of(page) == "/Timeline/BUSY_100.jpg?view"
        assert page.evaluate("document.activeElement.className") == "view"
        assert "BUSY_100" not in page.title() and "2024" in page.title()
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/BUSY_099.jpg?view")
        page.locator("dialog .next").click()
        page.wait_for_url("**/BUSY_098.jpg?view")
        assert "next" in page.evaluate("document.activeElement.className")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/BUSY_099.jpg?view")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="hidden")
        assert path_of(page) == "/Timeline/"
        assert page.evaluate("scrollY") == place
        assert page.evaluate("document.activeElement.pathname").endswith("BUSY_099.jpg")
        page.go_forward()
        page.wait_for_selector("dialog .view")
        page.go_back()
        page.wait_for_selector("dialog", state="hidden")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog .view")
        page.locator("dialog .close").click()
        page.wait_for_selector("dialog", state="hidden")
        assert path_of(page) == "/Timeline/"


def test_one_can_look_closer_and_at_the_details(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/People/Anna/") as page:
        page.locator("a.tile[href^='ANNA_1']").click()
        image = page.locator("dialog .stage img")
        image.wait_for()
        assert "/.haven/screen/" in (image.get_attribute("src") or "")
        page.keyboard.press("+")
        until(page, "document.querySelector('dialog .stage img').style.transform.includes('scale')")
        until(page, "document.querySelector('dialog .stage img').src.endsWith('/People/Anna/ANNA_1.jpg')")
        page.keyboard.press("Escape")  # back to the whole picture first
        until(page, "!document.querySelector('dialog .stage img').style.transform")
        assert page.locator("dialog .view").count() == 1
        box = page.locator("dialog .stage").bounding_box()
        assert box is not None
        page.mouse.dblclick(box["x"] + 200, box["y"] + 200)
        until(page, "document.querySelector('dialog .stage').classList.contains('close-up')")
        page.keyboard.press("0")
        page.mouse.wheel(0, -400)
        until(page, "document.querySelector('dialog .stage').classList.contains('close-up')")
        page.keyboard.press("0")
        assert not page.locator("dialog dl").is_visible()
        page.keyboard.press("i")
        page.locator("dialog dl").wait_for(state="visible")
        page.locator("dialog dl a", has_text="Paris").click()
        page.wait_for_url("**/Places/Paris/")


def test_fingers_turn_pages_and_close(browser: Any, gallery: Gallery) -> None:
    swipe = """([dx, dy]) => {
      const stage = document.querySelector('dialog .stage');
      const at = (type, x, y) => stage.dispatchEvent(new PointerEvent(type, {
        pointerId: 5, pointerType: 'touch', isPrimary: true, bubbles: true, clientX: x, clientY: y, button: 0 }));
      stage.setPointerCapture = () => {};
      at('pointerdown', 200, 200); at('pointermove', 200 + dx / 2, 200 + dy / 2); at('pointerup', 200 + dx, 200 + dy);
    }"""
    with opened(browser, f"{gallery.url}/Timeline/2024/2024-07/", **NARROW, has_touch=True) as page:
        page.locator("a.tile[href^='BUSY_140']").tap()
        page.wait_for_selector("dialog .view")
        page.evaluate(swipe, [-120, 5])
        page.wait_for_url("**/BUSY_139.jpg?view")
        page.evaluate(swipe, [120, 5])
        page.wait_for_url("**/BUSY_140.jpg?view")
        page.evaluate(swipe, [3, 150])
        page.wait_for_selector("dialog", state="hidden")


def test_a_film_plays_and_can_be_stopped(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Types/Videos/") as page:
        page.locator("a.tile").click()
        film = page.locator("dialog video")
        film.wait_for()
        assert film.get_attribute("src") == "FILM_1.mp4"
        page.keyboard.press("ArrowRight")  # there is none
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="hidden")


def test_a_photos_own_page_works_by_keys_too(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/BUSY_100.jpg?view") as page:
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/BUSY_099.jpg?view")
        page.reload()
        assert page.locator(".view").count() == 1
        page.keyboard.press("Escape")
        page.wait_for_url("**/Timeline/")


def test_arrows_go_from_tile_to_tile(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/2024/2024-07/") as page:
        tiles = page.evaluate("[...document.querySelectorAll('a.tile')].map(one => one.pathname)")
        columns = page.evaluate(
            "getComputedStyle(document.querySelector('.block')).gridTemplateColumns.split(' ').length"
        )
        page.locator("a.tile").first.focus()
        for key, place in (("ArrowRight", 1), ("ArrowDown", 1 + columns), ("ArrowLeft", columns), ("ArrowUp", 0)):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.pathname") == tiles[place], key


def test_searching_from_the_box(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/") as page:
        page.get_by_role("searchbox").fill("anna in paris")
        page.keyboard.press("Enter")
        page.wait_for_url("**/Search/%22anna%20in%20paris%22/")
        assert names(page) == ["ANNA_1.jpg"]
        assert "anna in paris" in page.locator(".note").inner_text()
        assert page.get_by_role("searchbox").input_value() == "anna in paris"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_of_a_narrow_window(browser: Any, gallery: Gallery, path: str) -> None:
    with opened(browser, gallery.url + path, **NARROW) as page:
        assert page.evaluate(SIDEWAYS) == 0
        for tile in page.locator("a.tile, a.card").all()[:30]:
            box = tile.bounding_box()
            assert box is not None
            assert box["width"] >= 40
    with opened(browser, f"{gallery.url}/Timeline/BUSY_001.jpg?view", **NARROW) as page:
        page.keyboard.press("i")
        page.locator("dl").wait_for(state="visible")
        assert page.evaluate(SIDEWAYS) == 0


def test_dark_is_dark(browser: Any, gallery: Gallery) -> None:
    lightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number).at(0)"
    with opened(browser, f"{gallery.url}/", color_scheme="dark") as page:
        assert page.evaluate(lightness) < 40
    with opened(browser, f"{gallery.url}/") as page:
        assert page.evaluate(lightness) > 240


def test_without_scripts_all_can_be_reached(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", java_script_enabled=False) as page:
        assert page.locator("a.tile").count() == 100
        assert page.locator("a.tile img:visible").count() >= 100
        page.get_by_role("link", name="Older photos").click()
        page.wait_for_load_state()
        assert page.locator("a.tile").count() == 100
        page.get_by_role("link", name="Newer photos").click()
        page.locator("a.tile").first.click()
        assert path_of(page) == "/Timeline/BUSY_149.jpg?view"
        page.locator("a.next").click()
        assert path_of(page) == "/Timeline/BUSY_148.jpg?view"
        page.locator("summary").click()
        assert page.locator("dl").is_visible()
        page.locator("a.close").click()
        page.get_by_role("searchbox").fill("anna")
        page.keyboard.press("Enter")
        page.wait_for_url("**/Search/%22anna%22/")
        assert page.locator("h1").inner_text() == "“anna”"


def test_what_does_not_load_says_so_and_can_be_tried_again(browser: Any, gallery: Gallery) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 600})
    page = context.new_page()
    page.route("**/Timeline/?day=*", lambda route: route.abort())
    page.goto(f"{gallery.url}/Timeline/")
    page.wait_for_selector(".scrolls")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    again = page.get_by_role("button", name="Try again").last
    again.wait_for()
    page.unroute("**/Timeline/?day=*")
    again.click()
    until(page, "[...document.querySelectorAll('a.tile')].some(one => one.pathname.endsWith('FILM_1.mp4'))")
    context.close()


def test_a_window_of_another_size_shows_the_same_time(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/", height=600) as page:
        page.wait_for_selector(".scrolls")
        page.locator(".dates").focus()
        page.keyboard.press("End")
        until(page, "document.querySelector('[data-day=\"20210304\"]')")
        page.set_viewport_size({"width": 700, "height": 600})
        until(
            page,
            "(one => one && one.top < innerHeight && one.bottom > 0)"
            "(document.querySelector('[data-day=\"20210304\"]')?.getBoundingClientRect())",
        )
        assert page.evaluate(SIDEWAYS) == 0
