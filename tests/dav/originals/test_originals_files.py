"""Real files and folders in writable libraries: what each verb does to them, and what it may not do."""

import hashlib
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.writable import House, at, contents, listed


def test_files_and_folders(own: House, dav_own: Client) -> None:
    assert dav_own("MKCOL", f"{at(own.lib)}/New").status == 201
    assert (own.lib / "New").is_dir()
    assert dav_own("PUT", f"{at(own.lib)}/New/notes.txt", b"first").status == 201
    assert dav_own("PUT", f"{at(own.lib)}/New/notes.txt", b"second").status == 204
    assert (own.lib / "New/notes.txt").read_bytes() == b"second"
    assert dav_own.transfer("MOVE", f"{at(own.lib)}/New/notes.txt", f"{at(own.other)}/2020/kept.txt").status == 201
    assert (own.other / "2020/kept.txt").read_bytes() == b"second"
    assert dav_own.transfer("COPY", f"{at(own.other)}/2020", f"{at(own.lib)}/New/2020").status == 201
    assert contents(own.lib / "New/2020") == contents(own.other / "2020")
    assert dav_own("DELETE", f"{at(own.lib)}/New").status == 204
    assert not (own.lib / "New").exists()
    found = listed(dav_own, "/Recently%20Removed/")
    assert {name for name in found if "/" not in name} == {"New", "notes.txt"}
    assert found["notes.txt"] == hashlib.sha256(b"first").hexdigest()
    assert {name.removeprefix("New/2020/") for name in found if name.startswith("New/2020/")} == {
        path.name for path in (own.other / "2020").iterdir()
    }


def test_a_photo_stays_itself(own: House, dav_own: Client) -> None:
    def id_of(path: str) -> str:
        return dav_own.one(path, "getetag")["getetag"]

    assert dav_own("MKCOL", "/Albums/Summer").status == 201
    assert dav_own.transfer("COPY", f"{at(own.lib)}/2020/IMG_00.jpg", "/Albums/Summer/IMG_00.jpg").status == 201
    etag = id_of("/Albums/Summer/IMG_00.jpg")
    assert dav_own.transfer("MOVE", f"{at(own.lib)}/2020", f"{at(own.lib)}/Twenty").status == 201
    assert dav_own.transfer("MOVE", f"{at(own.lib)}/Twenty/IMG_00.jpg", f"{at(own.other)}/beach.jpg").status == 201
    assert dav_own.files("/Albums/Summer/") == ["IMG_00.jpg"]
    assert id_of("/Albums/Summer/IMG_00.jpg") == etag
    assert dav_own("GET", "/Albums/Summer/IMG_00.jpg").body == (own.other / "beach.jpg").read_bytes()
    assert dav_own("DELETE", f"{at(own.other)}/beach.jpg").status == 204
    assert dav_own.files("/Albums/Summer/") == []
    assert "IMG_00.jpg" not in dav_own.files("/Timeline/2020/2020-05/")
    assert dav_own.transfer("MOVE", "/Recently Removed/beach.jpg", f"{at(own.lib)}/Twenty/back.jpg").status == 201
    assert dav_own.files("/Albums/Summer/") == ["IMG_00.jpg"]
    assert dav_own("GET", "/Timeline/2020/2020-05/IMG_00.jpg").body == (own.lib / "Twenty/back.jpg").read_bytes()
    own.serving.settle()
    assert dav_own.files("/Albums/Summer/") == ["IMG_00.jpg"]


@pytest.mark.parametrize("verb", ["DELETE", "MKCOL", "PUT", "COPY", "MOVE"])
def test_what_is_only_read_stays(house: House, dav: Client, verb: str) -> None:
    inside = "/Originals/Fixed/2020/IMG_20.jpg"
    answers = {
        "DELETE": lambda: [dav("DELETE", inside), dav("DELETE", "/Originals/Fixed/2020")],
        "MKCOL": lambda: [dav("MKCOL", "/Originals/Fixed/New")],
        "PUT": lambda: [dav("PUT", inside, b"x"), dav("PUT", "/Originals/Fixed/new.jpg", b"x")],
        "COPY": lambda: [dav.transfer("COPY", inside, "/Originals/Fixed/2020/b.jpg")],
        "MOVE": lambda: [
            dav.transfer("MOVE", inside, f"{at(house.lib)}/b.jpg"),
            dav.transfer("MOVE", f"{at(house.lib)}/2020/IMG_20.jpg", "/Originals/Fixed/b.jpg"),
            dav.transfer("MOVE", "/Originals/Fixed/2020", f"{at(house.lib)}/b"),
        ],
    }
    before = contents(house.lib)
    for answer in answers[verb]():
        assert answer.status == 403
        assert "only reads" in answer.reason()
    assert contents(house.lib) == before


def test_what_is_only_read_may_be_copied_out(house: House, dav: Client) -> None:
    assert dav.transfer("COPY", "/Originals/Fixed/2020", f"{at(house.lib)}/Copied").status == 201
    assert contents(house.lib / "Copied") == contents(house.fixed / "2020")


@pytest.mark.parametrize(
    ("verb", "source", "to", "headers", "status"),
    [
        ("COPY", "2020/IMG_20.jpg", "2020/IMG_21.jpg", {"Overwrite": "F"}, 412),
        ("COPY", "2020/IMG_20.jpg", "2020/IMG_21.jpg", {"Overwrite": "T"}, 204),
        ("COPY", "2020/IMG_20.jpg", "2020/new.jpg", {"Overwrite": "F"}, 201),
        ("MOVE", "2020/IMG_20.jpg", "2020/IMG_21.jpg", {"Overwrite": "F"}, 412),
        ("MOVE", "2020/IMG_20.jpg", "2020/IMG_21.jpg", {}, 204),
        ("MOVE", "2020", "2021", {"Overwrite": "F"}, 201),
        ("MOVE", "2020", "2020/inside", {}, 403),
        ("COPY", "2020", "2020/inside", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "2020", {}, 403),
        ("MOVE", "2020", "2020", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "no/such/x.jpg", {}, 409),
        ("COPY", "2020/IMG_20.jpg", "2020/IMG_21.jpg/x.jpg", {}, 409),
        ("MOVE", "2020/none.jpg", "2020/x.jpg", {}, 404),
        ("COPY", "2020", "shallow", {"Depth": "0"}, 201),
        ("COPY", "2020", "one", {"Depth": "1"}, 400),
        ("MOVE", "2020", "one", {"Depth": "0"}, 400),
        ("MOVE", "2020/IMG_20.jpg", "2020/img_00.JPG", {"Overwrite": "F"}, 201),
        ("COPY", "2020/IMG_20.jpg", ".hidden.jpg", {}, 201),
        ("MOVE", "2020/IMG_20.jpg", "x" * 252 + ".jpg", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "back\\slash\x01.jpg", {}, 403),
        ("COPY", "2020/IMG_20.jpg", "download.part", {}, 201),
    ],
)
def test_statuses(
    house: House, dav: Client, verb: str, source: str, to: str, headers: dict[str, str], status: int
) -> None:
    written = set()
    for number in range(3):
        body = f"{house.lib.name} {number}".encode()
        assert dav("PUT", f"{at(house.lib)}/2020/IMG_2{number}.jpg", body).status == 204
        written.add(hashlib.sha256(body).hexdigest())
    answer = dav.transfer(verb, f"{at(house.lib)}/{source}", f"{at(house.lib)}/{to}", **headers)
    assert answer.status in ((201, 204) if to == "2020/img_00.JPG" else (status,)), answer.body
    if status >= 400:
        assert answer.reason()
    assert written <= set(contents(house.lib.parent, removed=True).values()), "something was lost"
    if headers.get("Depth") == "0" and verb == "COPY":
        assert list((house.lib / "shallow").iterdir()) == []


def test_other_servers_and_no_destination(house: House, dav: Client) -> None:
    path = f"{at(house.lib)}/2020/IMG_20.jpg"
    assert dav("MOVE", path, None, Destination="http://other.example/Originals/Lib/x.jpg").status == 502
    assert dav("MOVE", path).status == 400
    assert dav("DELETE", f"{at(house.lib)}/2020", Depth="0").status == 400


def test_smart_folders_and_originals(house: House, dav: Client) -> None:
    original, smart = f"{at(house.lib)}/2020/IMG_20.jpg", "/Timeline/2020/2020-05/IMG_21.jpg"
    dav("MKCOL", "/Albums/Summer")
    for verb, source, to in (
        ("MOVE", original, "/Albums/Summer/IMG_20.jpg"),
        ("MOVE", smart, f"{at(house.lib)}/x.jpg"),
        ("COPY", smart, f"{at(house.lib)}/x.jpg"),
        ("MOVE", f"{at(house.lib)}/2020", "/Albums/2020"),
        ("COPY", "/Timeline/2020", f"{at(house.lib)}/Year"),
    ):
        answer = dav.transfer(verb, source, to)
        assert answer.status == 403, (verb, source, to)
        assert "." in answer.reason()
    assert dav.transfer("COPY", original, "/Albums/Summer/IMG_20.jpg").status == 201
    assert len(contents(house.lib)) == 4


def test_links_are_not_followed(house: House, dav: Client, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (house.lib / "2020").rename(house.lib / "real")
    (house.lib / "2020").symlink_to(outside, target_is_directory=True)
    for answer in (
        dav("DELETE", f"{at(house.lib)}/2020/IMG_20.jpg"),
        dav("PUT", f"{at(house.lib)}/2020/new.txt", b"x"),
        dav("MKCOL", f"{at(house.lib)}/2020/new"),
        dav.transfer("MOVE", f"{at(house.other)}/2020/IMG_20.jpg", f"{at(house.lib)}/2020/x.jpg"),
        dav.transfer("COPY", f"{at(house.other)}/2020", f"{at(house.lib)}/2020/x"),
    ):
        assert 400 <= answer.status < 500, answer.body
    assert [path.name for path in outside.iterdir()] == ["secret.txt"]
    assert (house.other / "2020/IMG_20.jpg").exists()


def test_a_disk_that_is_away_takes_nothing(own: House, dav_own: Client, tmp_path: Path) -> None:
    before = contents(own.other)
    own.other.rename(tmp_path / "away")
    for answer in (
        dav_own("DELETE", "/Originals/Other/2020/IMG_10.jpg"),
        dav_own("MKCOL", "/Originals/Other/new"),
        dav_own.transfer("COPY", "/Originals/Fixed/2020", "/Originals/Other/2021"),
        dav_own.transfer("MOVE", "/Originals/Other/2020/IMG_10.jpg", "/Originals/Lib/x.jpg"),
    ):
        assert answer.status == 503
    assert not own.other.exists()
    (tmp_path / "away").rename(own.other)
    assert contents(own.other) == before
