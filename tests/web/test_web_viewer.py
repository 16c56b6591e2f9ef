"""One photo in Chromium: its bar on a phone, a server that is away, and what follows from things that were done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import opened, until
from helpers.dav import Client
from helpers.films import draw
from helpers.gallery import Gallery
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

PARIS = (48.8584, 2.2945)
LONGEST = "Wilhelmina Theodora Featherstonehaugh-Li"
PEOPLE = ("Bo", "Grandma Rosemary", LONGEST)
NEWS = "document.querySelector('.news:not([hidden])')?.textContent.includes"
BROKEN_WORDS = """() => {
  const broken = [];
  for (const text of document.querySelector('.view h1').childNodes)
    for (const { 0: word, index } of text.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (range.getClientRects().length > 1) broken.push(word);
    }
  return broken;
}"""
OUT_OF_REACH = """() => [...document.querySelectorAll('.view .bar :is(a, button), .view summary')].filter((one) => {
  const box = one.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.width < 36 || box.left < 0 || box.right > innerWidth || !one.contains(top);
}).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose people have short and long names."""
    folder = tmp_path_factory.mktemp("family")
    for number, name in enumerate(PEOPLE):
        box = (0.1, 0.2, 0.3, 0.5)
        path = folder / f"Pictures/IMG_{number}.jpg"
        make_photo(path, f"2022-09-{28 - 7 * number} 14:05:00", PARIS, people={name: box}, size=(640, 480))
    with serve(folder / "Pictures", data=folder / "data", inbox=folder / "Inbox") as serving:
        yield serving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Serving]:
    """A server of its own for each test: Anna is in one photo, Bo in another."""
    for number in range(6):
        people = {0: {"Anna": (0.3, 0.2, 0.5, 0.6)}, 1: {"Bo": (0.3, 0.2, 0.5, 0.6)}}.get(number, {})
        make_photo(tmp_path / f"Pictures/IMG_{number}.jpg", f"202{number % 2}-05-0{number + 1} 10:00:00", people=people)
    with serve(tmp_path / "Pictures", data=tmp_path / "data", inbox=tmp_path / "Inbox") as serving:
        yield serving


@pytest.mark.parametrize("width", [320, 360, 390, 430])
def test_on_a_phone_the_date_and_every_button_have_room(browser: Any, family: Serving, width: int) -> None:
    folders = [f"People/{name}/" for name in PEOPLE] + ["Timeline/2022/2022-09/"]
    for folder in folders:
        with opened(browser, family.url + folder, width=width, height=740, has_touch=True) as page:
            page.locator("#photos a.tile").first.tap()
            page.wait_for_selector("dialog .view")
            assert page.locator(".view .bar").bounding_box()["height"] <= 120, folder
            assert page.locator(".view .stage").bounding_box()["height"] >= 740 - 120, folder
            assert page.locator(".view h1").bounding_box()["width"] >= 150, folder
            assert "14:05" in page.inner_text(".view h1")
            assert page.evaluate(
                "(one => one.scrollHeight <= one.clientHeight + 1)(document.querySelector('.view h1'))"
            )
            assert page.evaluate(BROKEN_WORDS) == [], folder
            assert page.evaluate(OUT_OF_REACH) == [], folder
            wanted = 5 if folder.startswith("People") else 4
            assert page.locator(".view .bar button:visible").count() == wanted


@pytest.mark.parametrize("width", [640, 720, 840, 1280])
def test_a_long_name_leaves_room_for_the_date_in_wider_windows(browser: Any, family: Serving, width: int) -> None:
    with opened(browser, f"{family.url}People/{LONGEST}/IMG_2.jpg?view", width=width) as page:
        assert page.locator(".view .bar").bounding_box()["height"] <= 120
        assert page.locator(".view h1").bounding_box()["width"] >= 180
        assert page.evaluate(OUT_OF_REACH) == []
        assert page.get_attribute(".view .word", "title") == f"Not {LONGEST}"


def test_without_scripts_no_button_is_there_that_does_nothing(browser: Any, family: Serving) -> None:
    address = f"{family.url}People/Bo/IMG_0.jpg?view"
    with opened(browser, address) as page:
        assert page.locator(".view button:visible").count() == 5
    with opened(browser, address, java_script_enabled=False) as page:
        assert page.locator(".view button:visible").count() == 0
        assert page.locator(".view .bar a[download]").is_visible()
        assert page.locator(".view .close").is_visible()


def test_a_server_that_is_away_leaves_one_where_one_is(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/2024/2024-07/", refusals=True) as page:
        page.locator("a.tile[href^='BUSY_140']").click()
        page.wait_for_selector("dialog .view")
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        page.keyboard.press("ArrowRight")  # fetched ahead
        page.wait_for_url("**/BUSY_139.jpg?view")
        page.keyboard.press("ArrowRight")
        until(page, f"{NEWS}('Haven cannot be reached. Try again in a moment.')")
        assert page.evaluate("location.pathname").endswith("/BUSY_139.jpg")
        page.locator("dialog .close").click()
        page.wait_for_selector("dialog", state="hidden")
        page.locator("a.tile[href^='BUSY_130']").click()
        until(page, f"{NEWS}('Haven cannot be reached.')")
        assert page.evaluate("location.pathname").endswith("/2024-07/")
        page.context.set_offline(False)
        page.locator("a.tile[href^='BUSY_130']").click()
        page.wait_for_url("**/BUSY_130.jpg?view")
        until(page, "!document.querySelector('.news:not([hidden])')")
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/BUSY_129.jpg?view")
        page.go_back()
        page.wait_for_selector("dialog", state="hidden")
    with opened(browser, f"{gallery.url}/Timeline/BUSY_100.jpg?view", refusals=True) as page:
        page.context.set_offline(True)
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/BUSY_099.jpg?view")
        page.keyboard.press("ArrowRight")
        until(page, f"{NEWS}('Haven cannot be reached.')")
        page.context.set_offline(False)
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/BUSY_098.jpg?view")
        until(page, "!document.querySelector('.news:not([hidden])')")


@pytest.mark.parametrize("path", ["/", "/Timeline/"])
def test_the_number_of_photos_follows_what_is_taken_away(browser: Any, gallery: Gallery, path: str) -> None:
    removed = "number => document.dispatchEvent(new CustomEvent('haven:removed', { detail: number }))"
    with opened(browser, gallery.url + path) as page:
        before = page.inner_text(".head .says")
        number, _, rest = before.partition(" photos")
        count = int(number.replace(",", ""))
        page.evaluate(removed, 2)
        assert page.inner_text(".head .says") == f"{count - 2} photos{rest}"
        page.evaluate(removed, count - 3)
        assert page.inner_text(".head .says") == f"1 photo{rest}"
        page.evaluate(removed, 1)
        assert page.inner_text(".head .says") == "No photos"
        page.evaluate("document.querySelector('.head .says').textContent = '2,001 photos, 2012 to 2024'")
        page.evaluate(removed, 1)
        assert page.inner_text(".head .says") == "2,000 photos, 2012 to 2024"
    with opened(browser, f"{gallery.url}/People/") as page:
        before = page.inner_text(".head .says")
        page.evaluate(removed, 1)
        assert page.inner_text(".head .says") == before


def test_the_details_follow_what_is_said_of_a_photo(browser: Any, house: Serving) -> None:
    facts = "document.querySelector('dialog .facts')"
    with opened(browser, f"{house.url}People/Anna/", refusals=True) as page, Client(house.url) as dav:
        page.locator("#photos a.tile").click()
        page.wait_for_selector("dialog .view")
        page.keyboard.press("i")
        page.locator("dialog .facts a", has_text="Anna").focus()
        page.evaluate(f"void ({facts}.isOld = true)")
        to = f"{dav.address}/People/Bo/IMG_0.jpg"
        assert dav("COPY", "/People/Anna/IMG_0.jpg", Destination=to).status in (201, 204)
        page.evaluate("document.dispatchEvent(new CustomEvent('haven:changed'))")
        page.locator("dialog .facts a", has_text="Bo").wait_for(state="visible")
        assert page.evaluate(f"!{facts}.isOld && document.activeElement.textContent") == "Anna"
        assert page.evaluate("location.search") == "?view"
        # Where the photo is not in this folder any more, what is shown stays.
        assert dav("DELETE", "/People/Anna/IMG_0.jpg").status == 204
        with page.expect_response(lambda answer: answer.status == 404):
            page.evaluate("document.dispatchEvent(new CustomEvent('haven:changed'))")
        assert page.locator("dialog .facts a", has_text="Bo").is_visible()


def test_a_photo_that_is_gone_is_nobodys_neighbour(browser: Any, house: Serving) -> None:
    # The photo's picture may still be asked for while it is taken away.
    with opened(browser, f"{house.url}Timeline/", refusals=True) as page, Client(house.url) as dav:
        page.locator("#photos a.tile[href^='IMG_3']").click()
        page.wait_for_selector("dialog .view")
        page.wait_for_load_state("networkidle")
        to = f"{dav.address}/Recently%20Removed/IMG_3.jpg"
        assert dav("MOVE", "/Timeline/IMG_3.jpg", Destination=to).status in (201, 204)
        page.evaluate("document.dispatchEvent(new CustomEvent('haven:removed', { detail: 1 }))")
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/IMG_1.jpg?view")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/IMG_5.jpg?view")


def test_a_film_of_which_only_the_sound_is_known_says_so(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "Pictures").mkdir()
    draw(tmp_path / "Pictures/OLD.mp4", codec="mpeg4", sound="libopus", container="mp4")
    draw(tmp_path / "Pictures/NEW.webm", codec="libvpx-vp9", sound="libopus", container="webm")
    with serve(tmp_path / "Pictures", data=tmp_path / "data") as serving:
        for name, width in (("OLD.mp4", 0), ("NEW.webm", 128)):
            for path in ("Types/Videos/", f"Types/Videos/{name}?view"):
                with opened(browser, serving.url + path) as page:
                    if not path.endswith("view"):
                        page.locator(f"a.tile[href^='{name}']").click()
                    until(page, "document.querySelector('.view video')?.readyState > 0")
                    assert page.evaluate("document.querySelector('.view video').error") is None
                    assert page.evaluate("document.querySelector('.view video').videoWidth") == width
                    said = page.locator(".view p.cannot")
                    if width:
                        assert not said.is_visible()
                        continue
                    said.wait_for(state="visible")
                    assert "This browser cannot play the video." in said.inner_text()
                    said.locator("a").click(trial=True)  # nothing lies over it
