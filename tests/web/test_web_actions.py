"""What one does on the page, in Chromium: each click is a request of the drive's, and can be undone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from helpers.browser import opened, until
from helpers.dav import Client
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

FACE = (0.3, 0.2, 0.5, 0.6)
PARIS = (48.8584, 2.2945)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Serving]:
    """A server of its own for each test: Anna is in two photos, Annie in one, and there is an inbox."""
    root = tmp_path / "Pictures"
    for number in range(6):
        people = {0: {"Anna": FACE}, 1: {"Anna": FACE}, 2: {"Annie": FACE}}.get(number, {})
        make_photo(root / f"IMG_{number}.jpg", f"2021-05-0{number + 1} 10:00:00", PARIS, people=people, size=(320, 240))
    with serve(root, data=tmp_path / "data", inbox=tmp_path / "Inbox") as serving:
        yield serving


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    with Client(house.url) as client:
        yield client


def url(house: Serving, path: str) -> str:
    return house.url.rstrip("/") + path


def news(page: Any, words: str) -> None:
    """Wait for the line at the foot of the page to say something."""
    until(page, f"document.querySelector('.news:not([hidden])')?.textContent.includes({words!r})")


def answer(page: Any, text: str) -> None:
    page.fill(".ask input", text)
    page.click(".ask .main")


def test_naming_and_undoing(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/People/Anna/"), refusals=True) as page:
        page.click("[data-do=rename]")
        answer(page, "Anna Maria")
        page.wait_for_url("**/People/Anna%20Maria/")
        news(page, "Anna Maria")
        assert set(dav.folders("/People")) == {"Anna Maria", "Annie"}
        page.click(".news >> text=Undo")
        page.wait_for_url("**/People/")
        news(page, "as it was")
    assert set(dav.folders("/People")) == {"Anna", "Annie"}


def test_a_name_that_is_taken_is_the_same_person_if_one_says_so(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/People/Annie/")) as page:
        page.click("[data-do=rename]")
        answer(page, "anna")
        until(page, "document.querySelector('.ask p')?.textContent.includes('Annie')")
        page.click(".ask >> text=Cancel")
        assert set(dav.folders("/People")) == {"Anna", "Annie"}
        page.click("[data-do=merge]")
        answer(page, "Anna")
        page.click(".ask .main")
        page.wait_for_url("**/People/Anna/")
    assert dav.folders("/People") == ["Anna"]
    assert len([name for name in dav.files("/People/Anna") if name.endswith(".jpg")]) == 3


def test_one_photo_is_a_favourite_in_an_album_and_not_anna(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/People/Anna/")) as page:
        page.click("#photos .tile")
        page.click(".view [data-do=favorite]")
        news(page, "favourite")
        (name,) = dav.files("/Favorites")
        assert page.get_attribute(".view [data-do=favorite]", "aria-pressed") == "true"
        page.click(".view [data-do=album]")
        answer(page, "Best of 2021")
        news(page, "Best of 2021")
        assert dav.files("/Albums/Best of 2021".replace(" ", "%20")) == [name]
        page.keyboard.press("f")
        until(page, "document.querySelector('.view [data-do=favorite]').ariaPressed === 'false'")
        assert dav.files("/Favorites") == []
        page.click(".view [data-do=take_out]")
        news(page, "Anna is not in")
        assert name not in dav.files("/People/Anna")
        assert page.locator(f"#photos .tile[href^='{name}']").count() == 0


def test_many_at_once(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/Places/Paris/")) as page:
        page.click("[data-do=select]")
        tiles = page.locator("#photos .tile")
        tiles.nth(0).click()
        tiles.nth(3).click(modifiers=["Shift"])
        assert page.inner_text(".chosen p") == "4 chosen"
        tiles.nth(1).press(" ")
        assert page.inner_text(".chosen p") == "3 chosen"
        assert tiles.nth(1).get_attribute("aria-checked") == "false"
        page.click(".chosen [data-do=hide]")
        until(page, "document.querySelectorAll('#photos .tile').length === 3")
        assert len(dav.files("/Recently%20Removed")) == 3
        page.click(".news >> text=Undo")
        until(page, "document.querySelectorAll('#photos .tile').length === 6")
        assert dav.files("/Recently%20Removed") == []
        page.click("[data-do=select]")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.body.classList.contains('choosing')")


def test_a_photo_is_meant_by_the_name_that_it_is_shown_by(browser: Any, tmp_path: Path) -> None:
    """On the disk, two photos of two folders have one name; and a number before a name is part of it."""
    root = tmp_path / "Pictures"
    paths = ("a/IMG_1.jpg", "b/IMG_1.jpg", "b/2019 Party.jpg", "b/2020 Party.jpg", "b/Party.jpg")
    for number, path in enumerate(paths):
        make_photo(root / path, f"2021-05-0{number + 1} 10:00:00", size=(320, 240))
    with serve(root, data=tmp_path / "data", inbox=tmp_path / "Inbox") as house, Client(house.url) as dav:
        for path in paths:
            with opened(browser, url(house, f"/Originals/Pictures/{quote(path)}?view")) as page:
                heart = ".view [data-do=favorite]"
                assert page.get_attribute(heart, "aria-pressed") == "false"
                page.click(heart)
                news(page, "favourite")
                page.reload()
                assert page.get_attribute(heart, "aria-pressed") == "true"
        assert len(dav.files("/Favorites")) == 5
        with opened(browser, url(house, "/Originals/Pictures/b/")) as page:
            page.click("[data-do=select]")
            for tile in page.locator("#photos .tile").all():
                tile.click()
            page.click(".chosen [data-do=hide]")
            until(page, "document.querySelectorAll('#photos .tile').length === 0")
        assert len(dav.files("/Recently%20Removed")) == 4


def test_what_is_hidden_is_seen_and_shown_again(browser: Any, house: Serving, dav: Client) -> None:
    for number in (1, 2):
        assert dav.transfer("MOVE", f"/Recent/IMG_{number}.jpg", f"/Recently Removed/IMG_{number}.jpg").status == 201
    with opened(browser, url(house, "/Recently%20Removed/")) as page:
        page.click("#photos .tile")
        until(page, "document.querySelector('.view .stage img')?.naturalWidth > 0")
        assert page.locator(".view [data-do=hide]").count() == 0
        page.click(".view [data-do=show]")
        until(page, "document.querySelectorAll('#photos .tile').length === 1")
    assert len(dav.files("/Recently%20Removed")) == 1


def test_changes_are_undone_where_they_are_listed(browser: Any, house: Serving, dav: Client) -> None:
    dav("MKCOL", "/Albums/Summer")
    dav("MKCOL", "/Albums/Winter")
    with opened(browser, url(house, "/Review/Changes/")) as page:
        page.click(".changes li:has-text('Summer') [data-do=undo]")
        news(page, "as it was")
        assert page.locator(".changes li:has-text('Winter') [data-do=undo]").count() == 1
        assert page.locator(".changes li:has-text('New album Summer')").count() == 0
    assert dav.folders("/Albums") == ["Winter"]


def test_an_undo_that_cannot_be_whole_says_so(browser: Any, house: Serving, dav: Client) -> None:
    dav("MKCOL", "/Albums/Summer")
    dav.transfer("COPY", "/Recent/IMG_1.jpg", "/Albums/Summer/IMG_1.jpg")
    with opened(browser, url(house, "/Albums/Summer/"), refusals=True) as page:
        page.click("[data-do=remove]")
        page.click(".ask .main")
        page.wait_for_url("**/Albums/")
        dav("MKCOL", "/Albums/Summer")
        page.click(".news >> text=Undo")
        news(page, "changed again since")
    assert dav.files("/Albums/Summer") == []


def test_a_name_that_will_not_do_is_there_to_be_changed(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/Albums/"), refusals=True) as page:
        page.click("[data-do=make]")
        answer(page, "Summer/Rome")
        assert "a slash" in page.evaluate("document.querySelector('.ask input').validationMessage")
        answer(page, "Summer?")
        until(page, "document.querySelector('.ask .problem')")
        assert page.input_value(".ask input") == "Summer?"
        answer(page, "Summer")
        page.wait_for_url("**/Albums/Summer/")
    assert dav.folders("/Albums") == ["Summer"]


def test_a_search_is_kept_and_forgotten(browser: Any, house: Serving, dav: Client) -> None:
    with opened(browser, url(house, "/Search/%22Paris%202021%22/")) as page:
        page.click("[data-do=save]")
        page.wait_for_url("**/Search/Paris%202021/")
        assert dav.folders("/Search") == ["Paris 2021"]
        page.click("[data-do=remove]")
        page.click(".ask .main")
        page.wait_for_url("**/Search/")
    assert dav.folders("/Search") == []


def test_files_are_sent_by_dropping_and_by_choosing_them(
    browser: Any, house: Serving, dav: Client, tmp_path: Path
) -> None:
    dav("MKCOL", "/Albums/Summer")
    new = [make_photo(tmp_path / f"new/{name}.jpg", "2022-02-02 10:00:00") for name in ("one", "two", "IMG_1")]
    with opened(browser, url(house, "/Albums/Summer/"), refusals=True) as page:
        page.set_input_files("[data-upload]", [str(path) for path in new])
        news(page, "3 files are there")
        assert set(dav.files("/Albums/Summer")) == {"one.jpg", "two.jpg", "IMG_1.jpg"}
        other = make_photo(tmp_path / "other/one.jpg", "2022-02-04 10:00:00")
        page.set_input_files("[data-upload]", str(other))
        news(page, "1 file is there")
        assert set(dav.files("/Albums/Summer")) == {"one.jpg", "one (2).jpg", "two.jpg", "IMG_1.jpg"}
    data = list(make_photo(tmp_path / "new/dropped.jpg", "2022-02-03 10:00:00").read_bytes())
    with opened(browser, url(house, "/Timeline/")) as page:
        handle = page.evaluate_handle(
            """bytes => {
                const given = new DataTransfer();
                given.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
                return given;
            }""",
            data,
        )
        for event in ("dragenter", "drop"):
            page.dispatch_event("body", event, {"dataTransfer": handle})
        news(page, "1 file is in the inbox.")
    assert "dropped.jpg" in dav.files("/Inbox")
    assert dav("GET", "/Inbox/dropped.jpg").body == bytes(data)


def test_a_refusal_is_a_sentence(browser: Any, house: Serving, dav: Client, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    dav("MKCOL", "/Albums/Summer")
    with opened(browser, url(house, "/Albums/Summer/"), refusals=True) as page:
        page.set_input_files("[data-upload]", str(text))
        until(page, "document.querySelector('.news.error')?.textContent.includes('notes.txt')")
        said = page.inner_text(".news p")
        assert "could not be sent" in said and said.endswith(".") and "<" not in said
    with opened(browser, url(house, "/Albums/"), refusals=True) as page:
        page.click("[data-do=make]")
        answer(page, "a: b?")
        until(page, "document.querySelector('.ask .problem')")
    assert dav.folders("/Albums") == ["Summer"]


class Elsewhere(BaseHTTPRequestHandler):
    """Another site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Elsewhere</title><link rel='icon' href='data:,'>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_of_another_site_can_do_nothing(browser: Any, house: Serving, dav: Client, elsewhere: str) -> None:
    """What a page of another origin sends is refused, and it cannot even tell whether a photo is there."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    outcome = page.evaluate(
        """([inbox, photo, favorite]) => {
            const tries = [
                () => fetch(inbox, { method: "PUT", body: "x" }),
                () => fetch(favorite, { method: "DELETE" }),
                () => fetch(inbox, { method: "POST", mode: "no-cors", body: "x" }).then((one) => one.type),
                () => new Promise((done, failed) => {
                    const image = new Image();
                    image.onload = () => done("seen");
                    image.onerror = () => failed(new Error("hidden"));
                    image.src = photo;
                }),
            ];
            return Promise.all(tries.map((one) => one().catch((error) => error.message)));
        }""",
        [url(house, "/Inbox/x.jpg"), url(house, "/Recent/IMG_1.jpg"), url(house, "/Recent/IMG_1.jpg")],
    )
    context.close()
    assert outcome == ["Failed to fetch"] * 3 + ["hidden"]
    assert dav.files("/Inbox") == []
    assert "IMG_1.jpg" in dav.files("/Recent")
