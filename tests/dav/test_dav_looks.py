"""/Small and /TV over HTTP: lengths that hold before a file is made, and writes that mean what they mean elsewhere."""

import io
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pillow_heif
import pytest
from helpers.dav import Client, url_of
from helpers.files import states
from helpers.films import draw, watch, whole
from helpers.serving import Serving, serve
from PIL import Image

from haven_fs.testing import make_photo, make_video, picture


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("looks") / "Pictures"
    for number in range(6):
        make_photo(root / f"IMG_{number}.jpg", f"2021-05-0{number + 1} 10:00:00", (48.85, 2.35), size=(2000, 1500))
    pillow_heif.from_pillow(picture("heic", (1200, 900))).save(root / "phone.heic")
    picture("tif", (800, 600)).save(root / "scan.tif")
    make_video(root / "film.mp4")
    draw(root / "phone.mov", frames=200)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    (root / "note.txt").write_text("a note")
    return root


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Iterator[Serving]:
    before = states(root)
    with serve(root, data=tmp_path / "data", inbox=tmp_path / "Inbox") as serving:
        yield serving
    assert states(root) == before


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    with Client(house.url) as client:
        yield client


def test_lengths_hold_that_were_told_before_a_file_was_made(dav: Client, house: Serving) -> None:
    told = {one.href: one for look in ("/Small", "/TV") for one in dav.walk(look) if not one.is_folder}
    assert not house_has(house, "small")
    assert len(told) > 100
    for href, one in told.items():
        answer = dav("GET", href)
        assert answer.status == 200, href
        assert str(len(answer.body)) == one["getcontentlength"] == answer["Content-Length"], href
        assert answer["ETag"] == one["getetag"], href
        assert answer["Content-Type"] == one["getcontenttype"], href
        if one["getcontenttype"] == "image/jpeg" and "broken" not in href:
            assert Image.open(io.BytesIO(answer.body)).format == "JPEG", href
    assert house_has(house, "small")


def house_has(house: Serving, what: str) -> bool:
    with closing(sqlite3.connect(f"file:{house.data}/renditions.sqlite?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT 1 FROM rendition WHERE what = ?", (what,)).fetchall())


def test_parts_and_conditions(dav: Client) -> None:
    path = "/Small/Timeline/2021/2021-05/IMG_2.jpg"
    head = dav("HEAD", path)
    part = dav("GET", path, Range="bytes=1000-1999")
    assert part.status == 206 and len(part.body) == 1000
    whole = dav("GET", path)
    assert whole.body[1000:2000] == part.body
    assert (head["Content-Length"], head["ETag"]) == (str(len(whole.body)), whole["ETag"])
    assert dav("GET", path, Range=f"bytes={len(whole.body)}-").status == 416
    assert dav("GET", path, If_None_Match=whole["ETag"]).status == 304
    assert dav("GET", path, If_Match='"another"').status == 412
    assert dav("GET", path).body == whole.body


def test_only_the_bytes_are_made_that_are_asked_for(dav: Client, house: Serving) -> None:
    path = "/Small/Recent/IMG_1.jpg"
    tag = dav("HEAD", path)["ETag"]
    assert dav("GET", path, If_None_Match=tag).status == 304
    assert dav.one(path)["getetag"] == tag
    assert not house_has(house, "small")


def test_many_who_wait_hold_up_nobody(dav: Client, house: Serving) -> None:
    """More wait for pictures than there are threads, and a listing is answered in between."""
    answered = threading.Event()

    def get(number: int) -> int:
        with Client(house.url) as client:
            # Each is made anew, since nothing is kept of a file whose picture is being asked for the first time.
            status = client("GET", f"/TV/Recent/{('scan.tif.jpg', 'phone.heic.jpg')[number % 2]}").status
            answered.set()
            return status

    with ThreadPoolExecutor(120) as clients:
        waiting = [clients.submit(get, number) for number in range(120)]
        assert dav.files("/Recent")
        assert [one.result(60) for one in waiting] == [200] * 120


def test_a_film_is_sent_as_somebody_looks(dav: Client, house: Serving, root: Path) -> None:
    path = "/TV/Types/Videos/phone.mov.mp4"
    told = dav.one(path)
    film, data = whole(root / "phone.mov")
    assert (told["getcontentlength"], told["getcontenttype"]) == (str(len(data)), "video/mp4")
    start, length = film.span(film.segments - 1)
    assert dav("GET", path, Range=f"bytes={start + 5}-{start + 104}").body == data[start + 5 : start + 105]
    with closing(sqlite3.connect(f"file:{house.data}/renditions.sqlite?mode=ro", uri=True)) as db:
        kept = [what for (what,) in db.execute("SELECT what FROM rendition WHERE what LIKE 'film%'")]
    assert kept == [f"film {film.segments - 1}"], "one segment was looked at"
    assert dav("GET", path, Range="bytes=0-99").body == data[:100]
    assert (
        dav("GET", path, Range=f"bytes={film.head - 10}-{film.head + 9}").body == data[film.head - 10 : film.head + 10]
    )
    assert dav("GET", path, Range="bytes=-50").body == data[-50:]
    answer = dav("GET", path)
    assert answer.body == data and length
    assert len(watch(answer.body)) == 200
    assert dav("GET", path, If_None_Match=answer["ETag"]).status == 304
    assert dav.files("/Types/Videos") == ["film.mp4", "phone.mov"]
    assert dav("GET", "/Small/Types/Videos/phone.mov.jpg").status == 200


def test_what_cannot_be_shown_has_a_tile(dav: Client) -> None:
    (name,) = [name for name in dav.files("/Small/Review/Unreadable") if name.startswith("broken")]
    answer = dav("GET", url_of("Small", "Review", "Unreadable", name))
    assert answer.status == 200
    assert Image.open(io.BytesIO(answer.body)).size == (640, 640)


def test_a_file_that_is_away_says_so(tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    for number in range(3):
        make_photo(root / f"IMG_{number}.jpg", "2021-05-01 10:00:00")
    with serve(root, data=tmp_path / "data") as house, Client(house.url) as dav:
        kept = dav("GET", "/Small/Recent/IMG_0.jpg")
        root.rename(tmp_path / "elsewhere")
        assert dav("GET", "/Small/Recent/IMG_0.jpg").body == kept.body
        answer = dav("GET", "/Small/Recent/IMG_1.jpg")
        assert answer.status == 503 and answer["Retry-After"]
        assert "disk" in answer.reason() or "library" in answer.reason()


# Writes


def test_writes_mean_the_same(dav: Client) -> None:
    assert dav("MKCOL", "/Small/Albums/Summer").status == 201
    assert dav.folders("/Albums") == ["Summer"]
    source = "/Small/Timeline/2021/2021-05/IMG_1.jpg"
    assert dav.transfer("COPY", source, "/Small/Albums/Summer/IMG_1.jpg").status == 201
    assert dav.files("/Albums/Summer") == ["IMG_1.jpg"]
    assert dav.transfer("MOVE", "/TV/Albums/Summer", "/TV/Albums/Holidays").status == 201
    assert dav.folders("/Small/Albums") == ["Holidays"]
    assert dav("DELETE", "/Small/Albums/Holidays/IMG_1.jpg").status == 204
    assert dav.files("/Albums/Holidays") == []
    assert dav("DELETE", "/Small").status == 403
    assert dav("MKCOL", "/Small/More").status == 403


def test_a_photo_keeps_its_own_name_in_the_tree(dav: Client) -> None:
    dav("MKCOL", "/Albums/One")
    dav("MKCOL", "/Albums/Two")
    assert dav.transfer("COPY", "/Small/Recent/phone.heic.jpg", "/Small/Albums/One/phone.heic.jpg").status == 201
    assert dav.files("/Albums/One") == ["phone.heic"]
    assert dav.files("/Small/Albums/One") == ["phone.heic.jpg"]
    moved = dav.transfer("MOVE", "/TV/Albums/One/phone.heic.jpg", "/TV/Albums/Two/phone.heic.jpg")
    assert moved.status == 201
    assert dav.files("/Albums/One") == []
    assert dav.files("/Albums/Two") == ["phone.heic"]
    assert dav("GET", "/TV/Albums/Two/phone.heic.jpg").status == 200
    assert dav("DELETE", "/Small/Albums/Two/phone.heic.jpg").status == 204
    assert dav.files("/Albums/Two") == []


def test_a_new_name_ends_as_the_file_does(dav: Client, house: Serving, tmp_path: Path) -> None:
    """In /Small a HEIC has the ending of a JPEG; on the disk no program could open it by that name."""
    for number, (name, to, own) in enumerate(
        (
            ("phone.heic", "Beach.jpg", "Beach.heic"),
            ("phone.heic", "Sea.heic.jpg", "Sea.heic"),
            ("phone.heic", "Sand.jpeg", "Sand.jpeg"),
            ("phone.jpg", "Hill.jpg", "Hill.jpg"),
        )
    ):
        image = picture(f"sent {number}", (300, 200))
        if name.endswith("heic"):
            pillow_heif.from_pillow(image).save(tmp_path / name)
        else:
            image.save(tmp_path / name)
        folder = f"/Inbox/{number}"
        dav("MKCOL", folder)
        assert dav("PUT", f"{folder}/{name}", (tmp_path / name).read_bytes()).status == 201
        (seen,) = dav.files(f"/Small{folder}")
        assert dav.transfer("MOVE", f"/Small{folder}/{seen}", f"/Small{folder}/{to}").status == 201
        assert [path.name for path in (house.data.parent / folder[1:]).iterdir()] == [own]
        (seen,) = dav.files(f"/Small{folder}")
        assert dav("GET", f"/Small{folder}/{seen}")["Content-Type"] == "image/jpeg"


def test_no_two_files_have_one_name(dav: Client) -> None:
    """A photo may be written under the name that another one is seen by, or that it is seen by itself."""
    for number, source in enumerate(("IMG_1.jpg", "phone.heic")):
        album = f"/Albums/{number}"
        dav("MKCOL", album)
        assert dav.transfer("COPY", "/Recent/phone.heic", f"{album}/phone.heic").status == 201
        assert dav.transfer("COPY", f"/Recent/{source}", f"{album}/phone.heic.jpg").status == 201
        plain = dav.files(album)
        for look in ("/Small", "/TV"):
            listed = dav.files(look + album)
            assert len(listed) == len(set(listed)) == len(plain), listed
            for one in dav.members(look + album):
                answer = dav("GET", one.href)
                assert answer.status == 200 and len(answer.body) == int(one["getcontentlength"])


def test_no_copy_takes_the_place_of_a_photo(dav: Client, house: Serving, tmp_path: Path) -> None:
    """Whatever is sent to where copies are shown, and whatever copy is sent over a file: the file stays."""
    inbox = house.data.parent / "Inbox"
    new = make_photo(tmp_path / "new.jpg", "2022-02-02 10:00:00", size=(1200, 900)).read_bytes()
    assert dav("PUT", "/Inbox/new.jpg", new).status == 201
    small = dav("GET", "/Small/Inbox/new.jpg").body
    assert small != new
    edited = small.replace(b"2022:02:02", b"2022:02:03")
    assert dav("PUT", "/Small/Inbox/new.jpg", small).status == 204, "what is there already may be sent"
    for data in (new, edited, b"other"):
        assert dav("PUT", "/Small/Inbox/new.jpg", data).status == 403
        assert dav("PUT", "/Small/Inbox/another.jpg", data).status == 403
    assert dav("PUT", "/Small/Inbox/.new.jpg.part", edited).status == 201
    assert dav.transfer("MOVE", "/Small/Inbox/.new.jpg.part", "/Small/Inbox/new.jpg").status == 403
    refused = dav("PUT", "/Inbox/new.jpg", small)
    assert refused.status == 403 and "stays" in refused.reason()
    assert {path.name: path.read_bytes() for path in inbox.rglob("*.jpg")} == {"new.jpg": new}
    assert dav.files("/Recently%20Removed") == []


def test_a_copy_may_be_sent_twice(dav: Client) -> None:
    """Programs send again what they find in another size than they sent it."""
    dav("MKCOL", "/Albums/One")
    data = dav("GET", "/Small/Recent/IMG_3.jpg").body
    assert [dav("PUT", "/Albums/One/IMG_3.jpg", data).status for _ in range(3)] == [201, 204, 204]
    assert [dav("PUT", "/Small/Albums/One/IMG_3.jpg", data).status for _ in range(2)] == [204, 204]


def test_what_was_shown_is_known_without_the_cache(root: Path, tmp_path: Path) -> None:
    names = ("phone.heic.jpg", "phone.mov.mp4")
    with serve(root, data=tmp_path / "data", inbox=tmp_path / "Inbox") as house, Client(house.url) as dav:
        shown = {name: dav("GET", f"/TV/Recent/{name}").body for name in names}
    for path in (tmp_path / "data").glob("renditions.sqlite*"):
        path.unlink()
    with serve(data=tmp_path / "data", inbox=tmp_path / "Inbox") as house, Client(house.url) as dav:
        dav("MKCOL", "/Albums/One")
        for name, data in shown.items():
            assert dav("PUT", f"/Albums/One/{name}", data).status == 201
        assert sorted(one["getcontenttype"] for one in dav.members("/Albums/One")) == ["image/heic", "video/quicktime"]
    assert not [path for path in (tmp_path / "Inbox").rglob("*") if path.is_file()]


def test_conditions_are_about_what_is_seen(dav: Client) -> None:
    dav("MKCOL", "/Albums/One")
    dav.transfer("COPY", "/Recent/IMG_3.jpg", "/Albums/One/IMG_3.jpg")
    small, plain = (dav.one(f"{look}/Albums/One/IMG_3.jpg")["getetag"] for look in ("/Small", ""))
    assert small != plain
    assert dav("DELETE", "/Small/Albums/One/IMG_3.jpg", If_Match=plain).status == 412
    assert dav("DELETE", "/Small/Albums/One/IMG_3.jpg", If_Match=small).status == 204


@pytest.mark.parametrize("look", ["Small", "TV"])
def test_a_rendition_sent_back_is_the_photo_it_is_of(dav: Client, house: Serving, look: str) -> None:
    """Mounts copy by reading and writing: the album gets the photo, not a small copy of it."""
    dav("MKCOL", "/Albums/One")
    name = "phone.heic.jpg"
    data = dav("GET", f"/{look}/Recent/{quote(name)}").body
    assert dav("PUT", f"/Albums/One/{name}", data).status == 201
    assert not list((house.data.parent / "Inbox").rglob("*.jpg"))
    (only,) = dav.members("/Albums/One")
    assert only["getcontenttype"] in ("image/heic", "image/heif")
    assert dav("PUT", f"/{look}/Albums/One/{name}", data).status == 204
    assert dav("PUT", f"/{look}/Albums/One/{name}", data[:-1] + b"x").status == 403


def test_a_slash_within_a_name_is_refused(dav: Client) -> None:
    """Servers make a slash between names of one, or keep it as three letters: people were merged by it."""
    for name in ("Alice", "Zoe"):
        assert dav("MKCOL", f"/Albums/{name}").status == 201
    assert dav("MKCOL", "/Albums/Summer%2FRome").status == 400
    moved = dav("MOVE", "/Albums/Zoe", Destination=f"{dav.address}/Albums/Alice%2fBob")
    assert moved.status == 400 and "slash" in moved.reason()
    assert sorted(dav.folders("/Albums")) == ["Alice", "Zoe"]
