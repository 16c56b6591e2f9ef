"""The page of one photo: what it tells, what is before and after it, and the picture or film on it."""

from urllib.parse import quote, unquote

import pytest
from helpers.gallery import Gallery, Pages
from helpers.pages import Element

from haven_fs.testing import make_photo, make_video


def facts(page: Element) -> dict[str, list[str]]:
    lines = page.one("dl").all("div")
    return {line.one("dt").text: [value.text for value in line.all("dd")] for line in lines}


def turns(page: Element) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in page.all("a", "turn")}


def test_it_tells_all_that_is_known(web: Pages) -> None:
    page = web.page("/Places/Paris/ANNA_1.jpg?view")
    known = facts(page)
    assert known["When"] == ["Monday, 1 May 2023, 00:00"]
    assert known["Where"][:2] == ["Paris", "France"]
    assert known["Who"] == ["Anna"]
    assert known["Albums"] == ["Summer"]
    assert known["Camera"] == ["Haven Test"]
    assert known["Size"][0].startswith("640 × 480, ")
    assert known["File"] == ["ANNA_1.jpg"]
    assert known["Folder"] == ["Pictures/2023"]
    assert page.one("p", "caption").text == "On the terrace"
    assert page.one("h1").text == "Monday, 1 May 2023, 00:00"
    links = {link.text: link["href"] for link in page.one("dl").all("a")}
    assert links["Paris"] == "/Places/Paris/"
    assert links["France"] == "/Places/Countries/France/"
    assert links["Anna"] == "/People/Anna/"
    assert links["Summer"] == "/Albums/Summer/"
    assert links["Pictures/2023"] == "/Originals/Pictures/2023/"
    for href in links.values():
        assert web("GET", href, Accept="text/html").status == 200, href
    (stars,) = [value for value in web.page("/Recent/ANNA_2.jpg?view").all("dd") if value.get("role") == "img"]
    assert (stars.text, stars["aria-label"]) == ("★★★★★", "5 of 5 stars")


@pytest.mark.parametrize("path", ["/Timeline/", "/Originals/Pictures/2023/", "/Albums/Summer/", "/Search/%22anna%22/"])
def test_before_and_after_are_those_of_the_grid(web: Pages, path: str) -> None:
    order = [tile["href"] for tile in web.page(path).all("a", "tile")][:12]
    count = len(web.page(path).all("a", "tile"))
    for number, href in enumerate(order):
        page = web.page(path + href)
        assert turns(page).get("prev") == (order[number - 1] if number else None)
        if number + 1 < len(order):
            assert turns(page).get("next") == order[number + 1]
        elif count <= 12:
            assert "next" not in turns(page)


def test_the_whole_of_a_folder_can_be_looked_through(web: Pages, gallery: Gallery) -> None:
    at, seen = "FILM_1.mp4?view", []
    while at:
        seen.append(unquote(at))
        at = turns(web.page(f"/Timeline/{at}")).get("prev", "")
        assert len(seen) <= len(gallery.names)
    assert len(set(seen)) == len(gallery.names) - 1  # one is older


def test_a_picture_that_browsers_show_can_be_looked_into(web: Pages) -> None:
    image = web.page("/Timeline/ANNA_1.jpg?view").one("img")
    assert image["data-full"] == "ANNA_1.jpg"
    assert (image["width"], image["height"]) == ("640", "480")
    assert image["alt"] == "Photo, 1 May 2023, Paris: On the terrace"
    answer = web("GET", image["src"])
    assert (answer.status, answer["Content-Type"]) == (200, "image/jpeg")
    assert web.page("/Timeline/ANNA_2.jpg?view").one("img")["alt"].endswith("with Anna and Bo")


def test_a_film_is_played_from_its_original_by_parts(web: Pages) -> None:
    page = web.page("/Types/Videos/FILM_1.mp4?view")
    film = page.one("video")
    assert (film["src"], film.get("controls")) == ("FILM_1.mp4", "")
    assert web("GET", film["poster"])["Content-Type"] == "image/jpeg"
    part = web("GET", "/Types/Videos/FILM_1.mp4", Range="bytes=100-199")
    assert (part.status, len(part.body), part["Content-Type"]) == (206, 100, "video/mp4")
    assert facts(page)["Length"] == ["0:08"]
    assert [link["href"] for link in page.one("video").all("a")] == ["FILM_1.mp4"]


def test_what_cannot_be_read_says_why(web: Pages) -> None:
    page = web.page("/Review/Unreadable/broken.jpg?view")
    assert not page.all("img")
    assert "damaged" in page.one("div", "cannot").text
    assert page.one("div", "cannot").one("a")["href"] == "broken.jpg"


def test_other_files_are_no_pages(web: Pages) -> None:
    assert web("GET", "/Originals/Pictures/2021/notes.txt?view", Accept="text/html").body == b"Not a photo.\n"
    assert web("GET", "/Timeline/none.jpg?view", Accept="text/html").status == 404


def test_companions_and_turned_pictures(tmp_path) -> None:
    from helpers.home import Home
    from helpers.serving import serve
    from PIL import Image

    home = Home(tmp_path)
    home.add("Live/IMG_1.jpg")
    make_video(home.root / "Live/IMG_1.MOV", taken="2020-05-04 12:00:00")
    path = make_photo(home.root / "Live/turned.jpg", "2020-05-05 12:00:00", size=(80, 40))
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(path, exif=exif)
    Image.new("RGB", (3000, 2000), "red").save(home.root / "Live/large.png")
    home.index()
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as web:
        for folder in ("Timeline", "Originals/Pictures/Live"):
            page = web.page(f"/{folder}/IMG_1.jpg?view")
            assert facts(page)["Belongs to it"] == ["IMG_1.MOV"]
            film = web.page(f"/{folder}/IMG_1.MOV?view")
            assert film.one("video")["src"] == "IMG_1.MOV"
            assert facts(film)["Belongs to it"] == ["IMG_1.jpg"]
        assert [tile["href"] for tile in web.page("/Originals/Pictures/Live/").all("a", "tile")] == [
            "IMG_1.jpg?view",
            "large.png?view",
            "turned.jpg?view",
        ]
        image = web.page("/Timeline/turned.jpg?view").one("img")
        assert (image["width"], image["height"]) == ("40", "80")
        assert web.page("/Recent/large.png?view").one("img")["width"] == "3000"


def test_a_photo_with_a_comma_or_a_quote_in_its_name(tmp_path) -> None:
    from helpers.home import Home
    from helpers.serving import serve

    home = Home(tmp_path)
    names = ["a, b; c.jpg", "it's.jpg", "100%.jpg", "a+b=c&d.jpg", "ä 日本.jpg", "%2e%2e.jpg", "(1).jpg", "#.jpg"]
    for number, name in enumerate(names):
        home.add(name, f"2020-05-0{number + 1} 12:00:00")
    home.index()
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as web:
        for folder in ("/Recent/", "/Originals/Pictures/"):
            for tile in web.page(folder).all("a", "tile"):
                page = web.page(folder + tile["href"])
                (name,) = facts(page)["File"]
                assert name in names
                assert web("GET", folder + page.one("a", "tool")["href"]).status == 200
        assert quote("100%.jpg") in [link["href"] for link in web.page("/Recent/100%25.jpg?view").all("a")]
