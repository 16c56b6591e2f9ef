"""The page of a folder: what it shows, where its links lead, and that no name on it can be markup."""

import gzip
import json
from html import unescape
from urllib.parse import quote, unquote, urljoin

import pytest
from helpers.gallery import BUSY, EVIL, Gallery, Pages, shown_as
from helpers.pages import Element

DAY = int(BUSY.replace("-", ""))


def tiles(page: Element) -> list[str]:
    return [unquote(tile["href"].removesuffix("?view")) for tile in page.all("a", "tile")]


def all_pages(web: Pages, path: str) -> list[Element]:
    """Follow the links to older photos that a page without scripts has."""
    pages, at = [], path
    while True:
        page = web.page(at)
        pages.append(page)
        onward = [link for link in page.all("a") if link.get("rel") == "next"]
        if not onward:
            return pages
        at = urljoin(at, onward[0]["href"])
        assert len(pages) < 20


def test_the_root_is_a_home(web: Pages, gallery: Gallery) -> None:
    page = web.page("/")
    assert page.one("p", "says").text == f"{len(gallery.names)} photos"
    faces = [card.one("span", "name").text for card in page.one("ul", "faces").all("a")]
    assert faces == ["_b_Mallory__b_", "Anna", "Bo"]
    cards = {card.one("span", "name").text: card for card in page.one("ul", "cards").all("a")}
    assert list(cards)[:4] == ["Timeline", "Places", "Albums", "Favorites"]
    assert cards["Places"].one("span", "count").text == "91 photos"
    assert not {"People", "Originals", "Recent"} & cards.keys()
    assert [link.text for link in page.one("nav", "more").all("a")] == [
        "Originals",
        "Inbox",
        "Review",
        "Recently Removed",
    ]
    assert len(page.one("div", "tiles").all("a", "tile")) == 24


@pytest.mark.parametrize(
    "path", ["/", "/People/", "/Places/", "/Places/Paris/", "/Albums/Summer/", "/Search/", "/Review/", "/Originals/"]
)
def test_every_link_and_picture_of_a_page_is_there(web: Pages, path: str) -> None:
    page = web.page(path)
    addresses = {link["href"] for link in page.all("a") + page.all("link") if not link["href"].startswith("#")}
    addresses |= {image["src"] for image in page.all("img") + page.all("script") if image.get("src")}
    assert len(addresses) > 5
    for address in addresses:
        answer = web("GET", urljoin(path, address), Accept="text/html,image/*")
        assert answer.status in (200, 302), address
        if answer.status == 302:
            assert web("GET", answer["Location"]).status == 200


@pytest.mark.parametrize("path", ["/Timeline/", "/Recent/", "/Originals/Pictures/2024/", "/Search/%22busy%22/"])
def test_without_scripts_every_photo_is_on_one_of_its_pages(web: Pages, gallery: Gallery, path: str) -> None:
    shown = [name for page in all_pages(web, path) for name in tiles(page)]
    wanted = (
        gallery.days[DAY] if "2024" in path or "busy" in path else {unquote(shown_as(name)) for name in gallery.names}
    )
    assert len(shown) == len(set(shown))
    assert set(shown) == wanted


def test_photos_are_by_day_the_newest_first(web: Pages, gallery: Gallery) -> None:
    headings: list[str] = []
    shown: dict[str, list[str]] = {}
    for page in all_pages(web, "/Timeline/"):
        for section in page.all("section", "day"):
            heading = section.one("h2")
            name = (heading.get("aria-label") or heading.text).removesuffix(", continued")
            if name.rpartition(", ")[2] not in [one.rpartition(", ")[2] for one in headings]:
                headings.append(name)
            shown.setdefault(section["data-day"], []).extend(tiles(section))
    assert headings[:2] == ["Saturday, 6 July 2024", "Monday, 1 May 2023"]
    assert list(shown) == sorted(shown, reverse=True) == [str(day) for day in sorted(gallery.days, reverse=True)]
    assert shown["20240706"] == [f"BUSY_{number:03d}.jpg" for number in reversed(range(150))]


def test_the_photos_of_a_split_folder_are_all_on_its_page(home_with_few: Pages) -> None:
    page = home_with_few.page("/Timeline/")
    assert [card.text for card in page.one("ul", "chips").all("a")] == ["2021 2", "2020 3"]
    assert len(tiles(page)) == 5
    page = home_with_few.page("/Timeline/2020/")
    assert page.one("h1").text == "2020"
    assert [card.text for card in page.one("ul", "chips").all("a")] == ["May 2020 2", "April 2020 1"]


@pytest.fixture
def home_with_few(tmp_path):
    from helpers.home import Home
    from helpers.serving import serve

    home = Home(tmp_path, settings={"tree.split_above": 2})
    for number, day in enumerate(("2020-04-01", "2020-05-01", "2020-05-02", "2021-01-01", "2021-01-02")):
        home.add(f"{number}.jpg", f"{day} 12:00:00")
    home.index()
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as client:
        yield client


def test_days_and_parts_are_what_the_page_is_made_of(web: Pages, gallery: Gallery) -> None:
    days = json.loads(web("GET", "/Timeline/?days").body)
    assert days == [[day, len(gallery.days[day])] for day in sorted(gallery.days, reverse=True)]
    one = web.page(f"/Timeline/?day={DAY}")
    assert len(tiles(one)) == 150
    assert one.one("h2").text == "Saturday, 6 July 2024"
    part = web.page(f"/Timeline/?day={DAY}&from=140&count=100")
    assert tiles(part) == tiles(one)[140:]
    assert not part.all("h2")
    run = web.page("/Timeline/?day=20230501-20221030")
    assert run.all("section", "day")[0]["data-day"] == "20230501"
    assert sum(len(tiles(section)) for section in run.all("section")) == len(tiles(run))
    assert len(tiles(web.page("/Timeline/?from=50&count=20"))) == 20


@pytest.mark.parametrize("query", ["day=x", "day=", "day=99999999999999", "day=20240706-x", "day=-1", "day=2024-07-06"])
def test_days_that_are_none_are_refused_or_empty(web: Pages, query: str) -> None:
    answer = web("GET", f"/Timeline/?{query}", Accept="text/html")
    assert answer.status == 404 or not tiles(web.page(f"/Timeline/?{query}"))


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99", "from=99999", "count=0", "days=&day=", "a=b&" * 30])
def test_queries_that_mean_nothing_do_no_harm(web: Pages, query: str) -> None:
    assert web("GET", f"/Timeline/?{query}", Accept="text/html").status == 200


def test_photos_without_a_date_come_last(tmp_path) -> None:
    from helpers.home import Home
    from helpers.serving import serve

    home = Home(tmp_path)
    for number in range(3):
        home.add(f"dated {number}.jpg", f"2020-04-0{number + 1} 12:00:00")
        home.add(f"undated {number}.png", None, format="PNG", camera=None)
    home.index()
    with home.catalog.write() as w:
        undated = "SELECT photo_id FROM original WHERE mime = 'image/png'"
        w.db.execute(f"UPDATE photo SET day = NULL, taken = NULL WHERE id IN ({undated})")
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as web:
        page = web.page("/Recent/")
        assert page.all("section", "day")[-1].one("h2").text == "Without a date"
        assert [name[:5] for name in tiles(page)] == ["dated"] * 3 + ["undat"] * 3
        run = web.page("/Recent/?day=20200402-0")
        assert [section["data-day"] for section in run.all("section", "day")] == ["20200402", "20200401", "0"]
        order = tiles(page)
        for number, name in enumerate(order):
            view = web.page(f"/Recent/{quote(name)}?view")
            links = {link.get("rel"): unquote(link["href"]) for link in view.all("a", "turn")}
            assert links.get("next", "?view") == (order[number + 1] if number < 5 else "") + "?view"
            assert links.get("prev", "?view") == (order[number - 1] if number else "") + "?view"


def test_a_search_says_what_was_understood_and_keeps_its_order(web: Pages) -> None:
    page = web.page("/Places/Paris/%22anna%22/")
    assert page.one("h1").text == "“anna”"
    assert "You searched for: anna" in page.one("div", "note").text
    assert "ANNA_1.jpg" in tiles(page)
    ranked = web.page("/Search/%22terrace%22/")
    listed = [member.name for member in web.members("/Search/%22terrace%22/") if not member.name.endswith(".txt")]
    assert [name[4:] for name in listed] == tiles(ranked) == ["ANNA_1.jpg"]
    assert "No photos match" in web.page("/Search/%22zzzz%22/").one("div", "note").text


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/?q=dog+on+beach", "/Search/%22dog%20on%20beach%22/"),
        ("/Places/Paris/?q=dog&in=all", "/Search/%22dog%22/"),
        ("/Places/Paris/?q=dog&in=here", "/Places/Paris/%22dog%22/"),
        ("/?q=a%2Fb%5Cc", "/Search/%22a%E2%81%84b%20c%22/"),
        ("/?q=say+%22hi%22", "/Search/%3Dsay%20%22hi%22/"),
        ("/?q=..", "/"),
        ("/?q=+", "/"),
        ("/?q=%F0%9F%90%95", "/Search/%22%F0%9F%90%95%22/"),
        ("/?q=" + "x" * 1000, f"/Search/%22{'x' * 200}%22/"),
    ],
)
def test_the_search_box_leads_to_the_phrase_in_quotes(web: Pages, asked: str, path: str) -> None:
    answer = web("GET", asked, Accept="text/html")
    assert answer.status == 303
    assert answer["Location"] == path
    assert web("GET", path, Accept="text/html").status == 200


def test_the_search_box_has_the_phrase_and_searches_again_in_the_same_place(web: Pages) -> None:
    form = web.page("/Places/Paris/%22anna%22/").one("form", "search")
    assert form["action"] == "/Places/Paris/"
    assert form.one("input")["value"] == "anna"
    assert [option.text for option in form.all("option")] == ["All photos", "In Paris"]
    assert [option["value"] for option in form.all("option") if option.get("selected") is not None] == ["here"]
    saved = web.page("/Search/anna/").one("form", "search")
    assert (saved["action"], saved.one("input")["value"], saved.all("option")) == ("/Search/", "anna", [])


def test_names_cannot_be_markup(web: Pages, gallery: Gallery) -> None:
    name = unquote(shown_as(EVIL))
    for path in ("/Timeline/2021/2021-03/", "/Originals/Pictures/2021/", "/", "/People/"):
        body = web("GET", path, Accept="text/html").body
        assert b"<img src=x" not in body
        assert b"<b>Mallory" not in body
    page = web.page("/Timeline/2021/2021-03/")
    (link,) = [tile for tile in page.all("a", "tile") if "onerror" in tile["href"]]
    assert unquote(link["href"]) == f"{name}?view"
    assert "<img src=x onerror=alert(1)>" in link.one("img")["alt"]
    real = [tile for tile in web.page("/Originals/Pictures/2021/").all("a", "tile") if "onerror" in tile["href"]]
    assert unquote(real[0]["href"]) == f"{EVIL}?view"
    view = web.page(f"/Originals/Pictures/2021/{quote(EVIL)}?view")
    assert EVIL in [line.one("dd").text for line in view.one("dl").all("div") if line.one("dt").text == "File"]


def test_other_files_of_a_folder_are_links(web: Pages) -> None:
    page = web.page("/Originals/Pictures/2021/")
    assert [link["href"] for link in page.one("ul", "files").all("a")] == ["notes.txt"]
    assert [tile.one("span", "name").text for tile in page.all("a", "plain")] == ["broken.jpg"]


def test_a_film_has_its_length(web: Pages) -> None:
    (tile,) = web.page("/Types/Videos/").all("a", "tile")
    assert tile.one("span", "length").text == "0:08"
    assert tile.all("img")[0]["alt"] == "Video of 8 seconds, 4 March 2021"


def test_tiles_are_read_out_with_date_and_place(web: Pages) -> None:
    alts = {tile["href"]: tile.all("img")[0]["alt"] for tile in web.page("/Places/Paris/").all("a", "tile")}
    assert alts["BUSY_001.jpg?view"] == "Photo, 6 July 2024, Paris"
    assert alts["ANNA_1.jpg?view"] == "Photo, 1 May 2023, Paris: On the terrace"


def test_only_the_first_screen_of_pictures_is_loaded_by_itself(web: Pages) -> None:
    images = [tile.all("img")[0] for tile in web.page("/Timeline/").all("a", "tile")]
    assert len(images) == 100
    assert all(image.get("src") for image in images[:24])
    assert not any(image.get("src") or image.get("srcset") for image in images[24:])
    # Browsers keep what they have decoded: on screens with no use for more pixels there are none.
    assert all("/tile/" in (image.get("src") or image.get("data-src")) for image in images)
    assert all("/grid/" in (image.get("srcset") or image.get("data-srcset")) for image in images)
    assert all(tile.one("noscript") for tile in web.page("/Timeline/").all("a", "tile")[24:])


def test_the_same_names_narrow_a_folder_as_by_typing(web: Pages) -> None:
    page = web.page("/People/Anna/")
    names = [link["href"] for link in page.one("nav", "within").all("a")]
    assert names == ["Albums/", "Favorites/", "Places/", "Timeline/", "Types/"]
    assert [card.one("span", "name").text for card in web.page("/People/Anna/Places/").all("a", "card")][1:] == [
        "Paris"
    ]
    assert not web.page("/Review/Undated/").all("nav", "within")


def test_a_folder_without_its_slash_is_led_to_it(web: Pages) -> None:
    answer = web("GET", "/Places/paris", Accept="text/html")
    assert (answer.status, answer["Location"]) == (303, "/Places/Paris/")
    assert web("HEAD", "/Places/paris").status == 200  # of a program, which knows where it is


def test_small_and_tv_are_for_programs(web: Pages) -> None:
    for path, to in (
        ("/Small/", "/"),
        ("/TV/Places/Paris/", "/Places/Paris/"),
        ("/Small/Places/Paris", "/Places/Paris/"),
        ("/Small/Recent/ANNA_1.jpg?view", "/Recent/ANNA_1.jpg?view"),
    ):
        answer = web("GET", path, Accept="text/html")
        assert (answer.status, answer["Location"]) == (303, to)
    assert web("GET", "/Small/Recent/ANNA_1.jpg", Accept="text/html")["Content-Type"] == "image/jpeg"
    assert not {"Small", "TV"} & {link.text for link in web.page("/").all("a")}


def test_headers_shut_out_what_is_foreign(web: Pages) -> None:
    picture = web.page("/Places/Paris/").all("a", "tile")[0].one("img")["src"]
    for path in (
        "/",
        "/Places/Paris/",
        "/Places/Paris/ANNA_1.jpg?view",
        "/Timeline/?days",
        picture,
        "/.haven/progress",
    ):
        headers = web("GET", path, Accept="text/html").headers
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for path in ("/", "/Timeline/", "/Places/Paris/ANNA_1.jpg?view"):
        page = web.page(path)
        assert not [
            one for one in page.all() if any(name == "style" or name.startswith("on") for name in one.attributes)
        ]
        assert not [one for one in page.all("script") if one.text or not one.get("src")]
        assert not page.all("style")


def test_a_page_is_compressed_and_asked_for_again_only_when_it_is_new(web: Pages) -> None:
    plain = web("GET", "/Timeline/", Accept="text/html")
    packed = web("GET", "/Timeline/", Accept="text/html", Accept_Encoding="gzip, br")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) * 4 < len(plain.body)
    assert plain["Cache-Control"] == "private, no-cache"
    for path in ("/", "/Timeline/", "/Timeline/?days", f"/Timeline/?day={DAY}", "/Timeline/BUSY_001.jpg?view"):
        tag = web("GET", path, Accept="text/html")["ETag"]
        again = web("GET", path, Accept="text/html", If_None_Match=tag)
        assert (again.status, again.body) == (304, b"")
        head = web("HEAD", path, Accept="text/html")
        assert (head.status, head.body) == (200, b"")


def test_what_is_not_there_is_a_page_for_people_and_xml_for_programs(web: Pages) -> None:
    for path in ("/People/Nobody/", "/Nothing", "/Timeline/none.jpg", "/.haven/none", "/.haven/grid/9999-0.jpg"):
        page = web.page(path, 404)
        assert page.one("h1").text == "There is nothing here"
        assert page.one("form")["action"] == "/"
        answer = web("GET", path)
        assert answer.status == 404
        assert answer.reason()
        assert "xml" in answer["Content-Type"]
    body = web("GET", "/%3Cscript%3Ealert(1)%3C/script%3E/", Accept="text/html").body
    assert b"<script" not in body
    assert unescape(body.decode())
