"""Uploads over HTTP: what is stored, under which name, and how it is catalogued."""

import hashlib
from pathlib import Path

from helpers.dav import Client
from helpers.files import digests
from helpers.serving import Serving

from haven_fs.testing import make_photo, make_video

AMONG = "/Timeline/2021/2021-05/"


def test_an_upload_is_a_photo_when_it_is_answered(dav: Client, inbox: Path, new: list[Path]) -> None:
    data = new[0].read_bytes()
    answer = dav("PUT", "/Inbox/IMG_1.jpg", data, X_OC_Mtime=1600000000)
    assert answer.status == 201
    assert answer["X-OC-Mtime"] == "accepted"
    assert (inbox / "IMG_1.jpg").read_bytes() == data
    assert (inbox / "IMG_1.jpg").stat().st_mtime == 1600000000
    for folder in ("/Inbox/", "/Recent/", AMONG, "/Originals/Inbox/"):
        assert "IMG_1.jpg" in dav.files(folder), folder
    assert dav("GET", f"{AMONG}IMG_1.jpg").body == data
    assert dav.one("/Inbox/IMG_1.jpg", "getetag")["getetag"] == answer["ETag"]


def test_the_rest_is_analysed_afterwards(house: Serving, dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/IMG_1.jpg", new[0].read_bytes()).status == 201
    house.settle()
    said = house.query("SELECT analyzer FROM analysis JOIN original o USING (photo_id) WHERE o.file = ?", b"IMG_1.jpg")
    assert {"time", "media", "places"} <= {name for (name,) in said}
    assert len(house.query("SELECT 1 FROM photo WHERE shown = 1")) == 3


def test_folders_are_made_on_the_disk(dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/Trip/IMG_1.jpg", new[0].read_bytes()).status == 409
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    assert dav("MKCOL", "/Inbox/trip").status == 405
    assert dav("MKCOL", "/Inbox/a/b").status == 409
    for name in ("Stra%C3%9Fe%20%231", "e%CC%81t%C3%A9"):
        assert dav("MKCOL", f"/Inbox/Trip/{name}").status == 201
    assert dav("PUT", "/Inbox/Trip/e%CC%81t%C3%A9/IMG_1.jpg", new[0].read_bytes()).status == 201
    assert sorted(path.name for path in (inbox / "Trip").iterdir()) == ["Straße #1", "été"]
    assert dav.files("/Inbox/Trip/%C3%A9t%C3%A9/") == ["IMG_1.jpg"]
    assert dav("MKCOL", "/Inbox/.hidden").status == 403
    assert dav("MKCOL", "/Inbox/@eaDir").status == 403


def test_what_is_in_a_library_already_is_not_stored_twice(
    house: Serving, dav: Client, inbox: Path, indexed: Path, new: list[Path]
) -> None:
    data = (indexed / "Pictures/old.jpg").read_bytes()
    for name in ("copy.jpg", "another.jpg"):
        assert dav("PUT", f"/Inbox/{name}", data).status == 201
    assert not list(inbox.iterdir())
    assert sorted(dav.files("/Inbox/")) == ["another.jpg", "copy.jpg"]
    assert dav("GET", "/Inbox/copy.jpg").body == data
    assert len(house.query("SELECT 1 FROM photo WHERE shown = 1")) == 2
    # Of one size is not the same.
    other = bytearray(data)
    other[len(data) // 2] ^= 1
    assert dav("PUT", "/Inbox/other.jpg", bytes(other)).status == 201
    assert [path.name for path in inbox.iterdir()] == ["other.jpg"]
    # Sent again it is the same; others take its place.
    assert dav("PUT", "/Inbox/copy.jpg", data).status == 204
    assert dav("PUT", "/Inbox/copy.jpg", new[0].read_bytes()).status == 204
    assert dav("GET", "/Inbox/copy.jpg").body == new[0].read_bytes()
    assert sorted(dav.files("/Inbox/")) == ["another.jpg", "copy.jpg", "other.jpg"]
    assert dav("DELETE", "/Inbox/another.jpg").status == 204
    assert sorted(dav.files("/Inbox/")) == ["copy.jpg", "other.jpg"]
    assert "old.jpg" in dav.files("/Recent/")


def test_a_file_put_over_another_is_the_same_photo_and_nothing_is_lost(
    house: Serving, dav: Client, inbox: Path, new: list[Path]
) -> None:
    first, second = (path.read_bytes() for path in new[:2])
    etag = dav("PUT", "/Inbox/x.jpg", first)["ETag"]
    (photo,) = house.query("SELECT photo_id FROM original WHERE file = ?", b"x.jpg")
    assert dav("PUT", "/Inbox/x.jpg", second, If_None_Match="*").status == 412
    assert dav("PUT", "/Inbox/x.jpg", second, If_Match='"1-1"').status == 412
    assert dav("PUT", "/Inbox/x.jpg", second, If_Match=etag).status == 204
    assert (inbox / "x.jpg").read_bytes() == second
    assert house.query("SELECT photo_id FROM original WHERE file = ?", b"x.jpg") == [photo]
    assert hashlib.sha256(first).hexdigest() in digests(house.data.parent).values()
    house.settle()
    assert dav("GET", "/Inbox/x.jpg").body == second


def test_a_photo_put_into_a_smart_folder_is_stored_by_its_date(
    house: Serving, dav: Client, inbox: Path, indexed: Path, new: list[Path]
) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    assert dav("PUT", "/People/Alice/IMG_1.jpg", new[0].read_bytes()).status == 201
    assert (inbox / "2021/2021-05/IMG_1.jpg").read_bytes() == new[0].read_bytes()
    # The written name answers, whatever the photo is called elsewhere.
    assert dav("PUT", "/People/Alice/old.jpg", new[1].read_bytes()).status == 201
    assert dav("GET", "/People/Alice/old.jpg").body == new[1].read_bytes()
    assert "old (2).jpg" in dav.files("/Recent/")
    # Known already: a fact, no second copy.
    assert dav("PUT", "/People/Alice/mine.jpg", (indexed / "Pictures/older.jpg").read_bytes()).status == 201
    assert sorted(dav.files("/People/Alice/")) == ["IMG_1.jpg", "mine.jpg", "old.jpg"]
    assert len(digests(inbox)) == 2
    # Another of one name is another file.
    assert dav("MKCOL", "/People/Bob").status == 201
    assert dav("PUT", "/People/Bob/IMG_1.jpg", new[2].read_bytes()).status == 201
    assert (inbox / "2021/2021-05/IMG_1 (2).jpg").read_bytes() == new[2].read_bytes()
    assert dav("GET", "/People/Bob/IMG_1.jpg").body == new[2].read_bytes()
    house.settle()
    assert sorted(dav.files("/People/Alice/")) == ["IMG_1.jpg", "mine.jpg", "old.jpg"]


def test_what_a_smart_folder_does_not_take_is_not_stored(dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    for data in (b"not a picture", new[0].read_bytes()[:20]):
        answer = dav("PUT", "/People/Alice/x.jpg", data)
        assert answer.status == 415
        assert "/Inbox" in answer.reason()
    assert dav("PUT", "/People/Alice/x.jpg", new[0].read_bytes()).status == 201
    # An editor's save of other bytes.
    answer = dav("PUT", "/People/Alice/x.jpg", new[1].read_bytes())
    assert answer.status == 403
    assert "cannot change" in answer.reason()
    assert dav("PUT", "/People/Alice/x.jpg", new[0].read_bytes()).status == 204
    assert len(digests(inbox)) == 1
    assert dav.files("/People/Alice/") == ["x.jpg"]


def test_the_version_of_the_inbox_changes_with_what_is_in_it(dav: Client, indexed: Path, new: list[Path]) -> None:
    seen = [dav.one("/Inbox/", "getetag", "getlastmodified")["getetag"]]
    for method, path, data in (
        ("PUT", "/Inbox/x.jpg", new[0].read_bytes()),
        ("PUT", "/Inbox/linked.jpg", (indexed / "Pictures/old.jpg").read_bytes()),
        ("PUT", "/Inbox/empty.jpg", b""),
        ("DELETE", "/Inbox/empty.jpg", None),
        ("DELETE", "/Inbox/linked.jpg", None),
        ("MKCOL", "/Inbox/Trip", None),
        ("PUT", "/Inbox/Trip/y.jpg", new[1].read_bytes()),
    ):
        assert dav(method, path, data).status in (201, 204), path
        seen.append(dav.one("/Inbox/", "getetag")["getetag"])
    assert len(set(seen)) == len(seen)


def test_a_live_photo_is_one_photo(house: Serving, dav: Client, tmp_path: Path) -> None:
    still = make_photo(tmp_path / "IMG_7.jpg", "2021-05-09 10:00:00").read_bytes()
    film = make_video(tmp_path / "IMG_7.mov", seconds=1.0).read_bytes()
    assert dav("PUT", "/Inbox/IMG_7.jpg", still).status == 201
    assert dav("PUT", "/Inbox/IMG_7.mov", film).status == 201
    photos = house.query("SELECT DISTINCT photo_id FROM original WHERE file IN (?, ?)", b"IMG_7.jpg", b"IMG_7.mov")
    assert len(photos) == 1
    assert set(dav.files(AMONG)) >= {"IMG_7.jpg", "IMG_7.mov"}


def test_real_files_are_renamed_and_removed(house: Serving, dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    assert dav("MKCOL", "/People/Alice").status == 201
    for number in (0, 1):
        assert dav("PUT", f"/Inbox/{number}.jpg", new[number].read_bytes()).status == 201
    assert dav.transfer("COPY", "/Inbox/0.jpg", "/People/Alice/0.jpg").status == 201
    assert dav.transfer("MOVE", "/Inbox/0.jpg", "/Inbox/Trip/first.jpg").status == 201
    assert dav.transfer("MOVE", "/Inbox/Trip/", "/Inbox/Journey/").status == 201
    assert (inbox / "Journey/first.jpg").read_bytes() == new[0].read_bytes()
    assert dav.files("/People/Alice/") == ["0.jpg"]  # it is the same photo
    assert dav.transfer("MOVE", "/Inbox/Journey/first.jpg", "/Inbox/1.jpg", Overwrite="F").status == 412
    assert dav("DELETE", "/Inbox/1.jpg").status == 204
    assert dav("DELETE", "/Inbox/Journey").status == 204
    assert dav.files("/Inbox/") == dav.folders("/Inbox/") == []
    assert {"1.jpg"} <= set(dav.files("/Recently%20Removed/"))
    assert not dav.files("/People/Alice/")
    assert dav.transfer("MOVE", "/Recently Removed/1.jpg", "/Inbox/again.jpg").status == 201
    assert (inbox / "again.jpg").read_bytes() == new[1].read_bytes()
    # What was overwritten can be had again.
    assert dav("PUT", "/Inbox/again.jpg", new[2].read_bytes()).status == 204
    assert dav("GET", "/Recently%20Removed/again.jpg").body == new[1].read_bytes()


def test_a_photo_of_a_library_that_is_copied_here_is_shown_here(dav: Client, inbox: Path, indexed: Path) -> None:
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    data = (indexed / "Pictures/old.jpg").read_bytes()
    assert dav.transfer("COPY", "/Timeline/2019/2019-05/old.jpg", "/Inbox/copied.jpg").status == 201
    assert dav.transfer("COPY", "/Timeline/2019/2019-05/old.jpg", "/Inbox/copied.jpg", Overwrite="F").status == 412
    assert dav.transfer("MOVE", "/Inbox/copied.jpg", "/Inbox/Trip/moved.jpg").status == 201
    assert dav.transfer("MOVE", "/Timeline/2019/2019-05/older.jpg", "/Inbox/moved.jpg").status == 201
    assert dav.files("/Inbox/") == ["moved.jpg"]
    assert dav.files("/Inbox/Trip/") == ["moved.jpg"]
    assert dav("GET", "/Inbox/Trip/moved.jpg").body == data
    assert "older.jpg" in dav.files("/Timeline/2019/2019-05/")
    assert not digests(inbox)
