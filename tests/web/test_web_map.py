"""The map on the page: on top of /Places, for any folder that has photos, and as a list for those without scripts."""

import json
from typing import Any

import pytest
from helpers.browser import axe_core, complaints, opened, until
from helpers.gallery import Gallery, Pages


def test_places_begins_with_a_map_and_others_offer_one(web: Pages) -> None:
    assert web.page("/Places/").one("div", "haven-map")
    person = web.page("/People/Anna/")
    assert not person.all("div", "haven-map")
    assert [one for one in person.all("a", "button") if one["href"] == "?map"]
    assert web.page("/People/Anna/?map").one("div", "haven-map")
    assert not web.page("/Review/?map").all("div", "haven-map")


def test_what_it_is_made_of_is_kept_for_good(web: Pages) -> None:
    page = web.page("/Places/")
    addresses = [one["src"] for one in page.all("script") if "/map" in one["src"]]
    addresses += [one["href"] for one in page.all("link") if "/map" in one["href"]]
    config = json.loads(page.one("div", "haven-map")["data-map"])
    addresses += [config[name] for name in ("coarse", "fine", "towns")]
    assert len(addresses) == 6
    for address in addresses:
        answer = web("GET", address)
        assert answer.status == 200 and answer.body
        assert "immutable" in answer["Cache-Control"]
        assert web("GET", address.partition("?")[0])["Cache-Control"] == "private, no-cache"


def test_clusters_are_made_by_the_server(web: Pages) -> None:
    found = json.loads(web("GET", "/Places/?clusters=-180,-80,180,80&zoom=2").body)["clusters"]
    assert (
        sum(one["count"] for one in found)
        == json.loads(web.page("/Places/").one("div", "haven-map")["data-map"])["count"]
    )
    paris = json.loads(web("GET", "/Places/Paris/?clusters=-180,-80,180,80&zoom=2").body)["clusters"]
    assert len(paris) == 1 and abs(paris[0]["lat"] - 48.86) < 0.1
    assert web("GET", f"/.haven/grid/{paris[0]['pic']}.jpg")["Content-Type"] == "image/jpeg"
    for nonsense in ("clusters=x&zoom=2", "clusters=1,2,3,4", "clusters=-180,-80,180,80&zoom=nan"):
        assert web("GET", f"/Places/?{nonsense}").status == 400


def test_positions_for_other_programs(web: Pages) -> None:
    links = [one["href"] for one in web.page("/Places/Paris/?map").one("p", "map-files").all("a")]
    assert links == ["../Paris.gpx", "../Paris.kml"]
    assert b"<wpt lat=" in web("GET", "/Places/Paris.gpx").body
    assert b"<Placemark>" in web("GET", "/Places/Paris.kml").body


@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_looked_at_in_a_browser(browser: Any, gallery: Gallery, width: int) -> None:
    with opened(browser, f"{gallery.url}/Places/", width=width) as page:
        until(page, "document.querySelectorAll('.haven-map button[aria-label*=photo]').length > 1")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not complaints(page, axe_core())
        first = page.locator(".haven-map button[aria-label*=photo]").first
        assert "photo" in (first.get_attribute("aria-label") or "")
        first.click()
        page.wait_for_timeout(800)
        until(page, "document.querySelectorAll('.haven-map button[aria-label*=photo], .haven-map a').length > 0")


def test_without_scripts_it_is_a_list(browser: Any, gallery: Gallery) -> None:
    with opened(browser, f"{gallery.url}/Places/", java_script_enabled=False) as page:
        assert "photos near Paris" in page.inner_text(".haven-map")
        href = page.get_attribute(".haven-map li a", "href")
        answer = page.goto(f"{gallery.url}/Places/{href}")
        assert answer is not None and answer.status == 200
        assert page.locator("#photos .tile").count() > 0
