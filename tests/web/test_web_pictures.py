"""The page's own folder: pictures of photos, covers of folders, CSS and scripts, and how far the indexer is."""

import io
import json
import re
from urllib.parse import urljoin

import pytest
from helpers.gallery import Gallery, Pages
from PIL import Image

from haven_fs.analysis.progress import Doing
from haven_web import words


def opened(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image


def original(gallery: Gallery, name: str) -> tuple[int, str]:
    ((id_, etag),) = gallery.serving.query("SELECT id, etag FROM original WHERE name = ? AND gone IS NULL", name)
    return id_, etag


def test_small_and_large_pictures_are_for_good(web: Pages, gallery: Gallery) -> None:
    id_, tag = original(gallery, "ANNA_1.jpg")
    for kind, size in (("tile", (168, 168)), ("grid", (320, 240)), ("screen", (640, 480))):
        answer = web("GET", f"/.haven/{kind}/{id_}-{tag}.jpg")
        assert answer.status == 200
        assert "immutable" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert opened(answer.body).size == size
    stale = web("GET", f"/.haven/grid/{id_}-0-0.jpg")
    assert (stale.status, stale["Cache-Control"]) == (200, "private, no-cache")
    assert web("HEAD", f"/.haven/grid/{id_}-{tag}.jpg").body == b""


def test_a_part_of_a_picture(web: Pages, gallery: Gallery) -> None:
    id_, tag = original(gallery, "ANNA_1.jpg")
    cut = opened(web("GET", f"/.haven/crop/{id_}-{tag}-250,0,500,500.jpg").body)
    assert cut.size == (160, 240)  # never enlarged


@pytest.mark.parametrize(
    "name",
    [
        "grid/{}.jpg", "grid/{}-x.jpg", "crop/{}-1.jpg", "crop/{}-1-0,0,0,0.jpg", "crop/{}-1-0,0,1001,5.jpg",
        "grid/{}-1-0,0,5,5.jpg", "other/{}-1.jpg", "grid/{}-1.png", "grid/../grid/{}-1.jpg",
        "grid/99999999999999999999-1.jpg", "grid/-1-1.jpg", "static/none.css", "static/../page.css", "",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_not_there(web: Pages, gallery: Gallery, name: str) -> None:
    id_, _ = original(gallery, "ANNA_1.jpg")
    assert web("GET", f"/.haven/{name.format(id_)}").status in (400, 404)


def test_no_picture_of_what_is_gone_or_cannot_be_read(tmp_path) -> None:
    from helpers.home import Home
    from helpers.serving import serve

    home = Home(tmp_path)
    home.add("a.jpg")
    home.add("b.jpg")
    (home.root / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    home.index()
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as web:
        ids = dict(serving.query("SELECT shown, id FROM original"))
        assert web("GET", f"/.haven/grid/{ids['a.jpg']}-0.jpg").status == 200
        to = f"{web.address}/Recently%20Removed/a.jpg"
        assert web("MOVE", "/Recent/a.jpg", Destination=to).status in (201, 204)
        assert web("GET", f"/.haven/grid/{ids['a.jpg']}-0.jpg").status == 200, "it is looked at where it is hidden"
        assert web("GET", f"/.haven/grid/{ids['broken.jpg']}-0.jpg").status == 404
        page = web.page("/Recently%20Removed/")
        assert [tile["href"] for tile in page.all("a", "tile")] == ["a.jpg?view"]
        assert page.all("img") and not page.all("a", "plain")
        (home.root / "b.jpg").unlink()
        assert web("GET", f"/.haven/grid/{ids['b.jpg']}-0.jpg").status == 404


def test_nothing_of_the_pages_own_folder_is_in_the_tree(web: Pages) -> None:
    assert not [member for member in web.members("/") if ".haven" in member.href]
    assert web("PROPFIND", "/.haven/", Depth=1).status == 404
    assert web("PROPFIND", "/.haven/static/", Depth=1).status == 404
    assert web("PUT", "/.haven/static/page.css", b"body {}").status in (403, 404, 409)
    assert web("MKCOL", "/.haven").status in (403, 405)


def test_a_persons_cover_is_the_face(web: Pages, gallery: Gallery) -> None:
    (card,) = [one for one in web.page("/People/").all("a", "card") if one["href"] == "Anna/"]
    answer = web("GET", f"/People/{card.one('img')['src']}")
    assert answer.status == 302
    assert "immutable" in answer["Cache-Control"]
    name = re.fullmatch(r"/\.haven/crop/(\d+)-[0-9a-f-]+-(\d+),(\d+),(\d+),(\d+)\.jpg", answer["Location"])
    assert name is not None
    left, top, right, bottom = map(int, name.groups()[1:])
    assert left < 300 < 600 < right
    assert top < 200 < 700 <= bottom
    assert abs((right - left) * 4 - (bottom - top) * 3) < 8  # a square of a picture of 4:3
    width, height = opened(web("GET", answer["Location"]).body).size
    assert abs(width - height) <= 3


def test_other_covers_are_the_newest_photo_and_none_is_an_empty_picture(web: Pages, gallery: Gallery) -> None:
    ((newest,),) = gallery.serving.query(
        "SELECT max(p.main_id) FROM photo p WHERE p.shown = 1 AND p.id = (SELECT max(id) FROM photo WHERE shown = 1)"
    )
    assert f"/.haven/grid/{newest}-" in web("GET", "/Recent/?cover=1-1")["Location"]
    assert "/.haven/grid/" in web("GET", "/Places/Paris/?cover")["Location"]
    assert "/.haven/grid/" in web("GET", "/Originals/Pictures/?cover")["Location"]
    assert "/.haven/grid/" in web("GET", "/Albums/?cover")["Location"]
    assert web("GET", "/Places/Paris/?cover")["Cache-Control"] == "private, no-cache"
    for path in ("/Review/Changes/", "/Inbox/", "/Recently%20Removed/"):
        answer = web("GET", f"{path}?cover=1-1")
        assert (answer.status, answer["Content-Type"]) == (200, "image/svg+xml")


def test_css_and_scripts_change_their_address_with_their_content(web: Pages) -> None:
    page = web.page("/Timeline/")
    addresses = [one["href"] for one in page.all("link") if one["rel"] == "stylesheet"]
    addresses += [one["src"] for one in page.all("script")]
    assert len(addresses) == 7
    total = 0
    for address in addresses:
        answer = web("GET", address)
        assert answer.status == 200
        assert "immutable" in answer["Cache-Control"]
        assert web("GET", address.partition("?")[0])["Cache-Control"] == "private, no-cache"
        total += len(web("GET", address, Accept_Encoding="gzip").body)
        for imported in re.findall(rb'from "(\./[^"]+)"', answer.body):
            other = web("GET", urljoin(address, imported.decode()))
            assert other.status == 200
            assert "immutable" in other["Cache-Control"]
            total += len(other.body) // 3
    assert total < 32_000
    assert b"http" not in b"".join(web("GET", address).body for address in addresses if ".css" in address)


def test_how_far_the_indexer_is(web: Pages) -> None:
    assert json.loads(web("GET", "/.haven/progress").body) == {"says": "", "busy": False}
    assert web.page("/").one("p", "progress").get("hidden") == ""
    said = words.progress(Doing("Analysing photos", 120, 361, 125.0))
    assert said == "120 of 361 photos looked at, about 2 minutes left"
    assert words.progress(Doing("Reading files", 1, 20_000)) == "1 of 20,000 files read"
    assert words.progress(Doing("Comparing copies", 3, 4, 20)) == "Comparing copies: 3 of 4, less than a minute left"
    assert words.progress(Doing("Reading files", 1, 9, 9000)).endswith("about 2 hours left")
    assert words.progress(None) == ""
