"""axe-core finds nothing serious on any kind of page, light or dark, wide or narrow, nor with a photo over the grid."""

from typing import Any

import pytest
from helpers.browser import axe_core, complaints, opened
from helpers.gallery import Gallery

PAGES = {
    "home": "/",
    "people": "/People/",
    "places": "/Places/",
    "grid": "/Timeline/",
    "person": "/People/Anna/",
    "search": "/Search/%22anna%22/",
    "nothing found": "/Search/%22zzzz%22/",
    "files": "/Originals/Pictures/2021/",
    "photo": "/Timeline/ANNA_1.jpg?view",
    "film": "/Types/Videos/FILM_1.mp4?view",
    "unreadable": "/Review/Unreadable/broken.jpg?view",
}


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    return axe_core()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_a_page(browser: Any, axe: str, gallery: Gallery, name: str, scheme: str, width: int) -> None:
    with opened(browser, gallery.url + PAGES[name], color_scheme=scheme, width=width) as page:
        if "view" in PAGES[name]:
            page.keyboard.press("i")
        assert complaints(page, axe) == []


def test_a_photo_over_the_grid(browser: Any, axe: str, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Timeline/") as page:
        page.locator("a.tile").first.click()
        page.wait_for_selector("dialog .view")
        page.keyboard.press("i")
        assert complaints(page, axe) == []


def test_an_error(browser: Any, axe: str, gallery: Gallery) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{gallery.url}/Nothing/")
        assert complaints(page, axe) == []
        context.close()
