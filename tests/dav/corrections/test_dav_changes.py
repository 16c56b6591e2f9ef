"""/Review/Changes over WebDAV: what was changed lately, a file each; whoever deletes one takes the change back."""

import json
import re
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people
from helpers.programs import gio, mounted, rclone, run
from helpers.serving import Serving, haven

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 9)]
MAY, CHANGES = "/Timeline/2020/2020-05", "/Review/Changes/"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two people in eight photos."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for name in PHOTOS:
        home.add(name, size=(64, 48))
    plant_people(home, (LEFT, PHOTOS[:5]), (RIGHT, PHOTOS[3:]))
    home.close()
    return home.data.parent


def changes(dav: Client) -> list[str]:
    """Return what is listed, without the times that names begin with."""
    names = dav.files(CHANGES)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d\.\d\d .+\.txt", name) for name in names), names
    return [name[17:-4] for name in names]


def at(dav: Client, words: str) -> str:
    """Return the path of the change that those words are about, percent-encoded."""
    (name,) = [name for name in dav.files(CHANGES) if name[17:-4] == words]
    return CHANGES + quote(name)


def say_all(dav: Client) -> None:
    """Name somebody, make another the same person, make an album of three photos, and take one out again."""
    assert dav.transfer("MOVE", "/People/Person 1", "/People/Alice").status == 201
    assert dav.transfer("MOVE", "/People/Person 2", "/People/Alice/Person 2").status == 201
    assert dav("MKCOL", "/Albums/Summer").status == 201
    for name in PHOTOS[:3]:
        assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/Summer/{name}").status == 201
    assert dav("DELETE", f"/Albums/Summer/{PHOTOS[0]}").status == 204


SAID = [
    "IMG_1.jpg is not in the album Summer",
    "3 photos are in the album Summer",
    "New album Summer",
    "Person 2 is Alice too",
    "Person 1 is Alice",
]


def test_what_is_listed_and_what_it_says(house: Serving, dav: Client) -> None:
    assert dav.files(CHANGES) == [] and "Changes" in dav.folders("/Review/")
    tag = dav.one(CHANGES, "getetag")["getetag"]
    say_all(dav)
    assert changes(dav) == SAID, "the newest first"
    assert dav.one(CHANGES, "getetag")["getetag"] != tag
    answer = dav("GET", at(dav, SAID[1]))
    text = answer.body.decode()
    assert answer.status == 200 and answer["Content-Type"].startswith("text/plain")
    assert text.startswith("3 photos are in the album Summer.\r\n") and text.endswith(".\r\n")
    assert "in /Albums/Summer" in text and time.strftime("%Y-%m-%d") in text
    assert all(f"{name} is in the album Summer\r\n" in text for name in PHOTOS[:3])
    assert "delete this file" in text
    for one in dav.propfind(CHANGES):
        if not one.is_folder:
            sent = dav("GET", CHANGES + quote(one.name))
            assert len(sent.body) == int(one["getcontentlength"]) and sent["ETag"] == one["getetag"]
            assert dav("GET", CHANGES + quote(one.name), If_None_Match=one["getetag"]).status == 304


def test_deleting_one_takes_it_back(house: Serving, dav: Client) -> None:
    say_all(dav)
    path, tag = at(dav, SAID[3]), dav.one(CHANGES, "getetag")["getetag"]
    assert dav("DELETE", path).status == 204
    assert dav.folders("/People/") == ["Alice", "Person 2"]
    assert changes(dav) == [*SAID[:3], SAID[4]]
    assert dav.one(CHANGES, "getetag")["getetag"] != tag
    assert dav("DELETE", path).status == 404 and dav("GET", path).status == 404
    assert dav.folders("/People/") == ["Alice", "Person 2"]
    assert dav("DELETE", at(dav, SAID[0])).status == 204
    assert sorted(dav.files("/Albums/Summer/")) == PHOTOS[:3]
    assert dav("DELETE", at(dav, SAID[1])).status == 204
    assert dav.files("/Albums/Summer/") == []
    # It is in the log, and can be taken back as any undo can.
    lines = [json.loads(line) for line in haven("log", "--json", "--data", house.data).stdout.splitlines()]
    assert (lines[0]["words"], lines[0]["place"]) == ("3 changes undone", "/Review/Changes")
    haven("undo", str(lines[0]["id"]), "--data", house.data)
    assert sorted(dav.files("/Albums/Summer/")) == PHOTOS[:3]
    assert changes(dav) == [*SAID[1:3], SAID[4]]
    # What `haven undo` takes back is not listed any more either.
    haven("undo", "--data", house.data)
    assert changes(dav) == [SAID[2], SAID[4]]


def test_what_cannot_be_taken_back_says_so_and_changes_nothing(dav: Client) -> None:
    assert dav.transfer("MOVE", "/People/Person 1", "/People/Alice").status == 201
    assert dav.transfer("MOVE", "/People/Alice", "/People/Anna").status == 201
    refused = dav("DELETE", at(dav, "Person 1 is Alice"))
    assert refused.status == 409 and "changed again since" in refused.reason()
    assert dav.folders("/People/") == ["Anna", "Person 2"]
    assert changes(dav) == ["Alice is Anna", "Person 1 is Alice"]
    assert dav("DELETE", at(dav, "Alice is Anna")).status == 204
    assert dav("DELETE", at(dav, "Person 1 is Alice")).status == 204
    assert dav.folders("/People/") == ["Person 1", "Person 2"] and changes(dav) == []


def test_nothing_else_can_be_done_here(dav: Client) -> None:
    say_all(dav)
    refused = dav("DELETE", CHANGES)
    assert refused.status == 403 and "Delete one" in refused.reason()
    assert dav("PUT", f"{CHANGES}new.txt", b"text").status == 403
    assert dav("MKCOL", f"{CHANGES}new").status == 403
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", f"{CHANGES}IMG_1.jpg").status == 403
    path = at(dav, SAID[4])
    assert dav("MOVE", path, Destination=f"{dav.address}{CHANGES}x.txt").status == 403
    assert dav("PUT", path, b"text").status == 403
    assert changes(dav) == SAID
    # A text of Haven's own, as others are: an album takes a copy, and it stays what it was.
    assert dav("COPY", path, Destination=f"{dav.address}/Albums/Summer/a.txt").status == 201
    assert dav("GET", "/Albums/Summer/a.txt").body.startswith(b"Person 1 is Alice.")


def test_equal_names_are_numbered_and_stay_what_they_are(dav: Client) -> None:
    """A program that deletes a file twice, since the answer got lost, takes back one change."""
    assert dav("MKCOL", "/Search/aa").status == 201
    for source, to in (("aa", "bb"), ("bb", "aa"), ("aa", "bb"), ("bb", "aa"), ("aa", "bb")):
        assert dav.transfer("MOVE", f"/Search/{source}", f"/Search/{to}").status == 201
    named = dav.files(CHANGES)
    if len({name[:16] for name in named}) > 1:
        pytest.skip("a minute has just passed")
    renamed = [f"{named[0][:16]} The search aa is now bb{number}.txt" for number in ("", " (2)", " (3)")]
    assert {*renamed} <= {*named} and len(named) == 6
    assert [dav("DELETE", CHANGES + quote(renamed[0])).status for _ in range(2)] == [204, 404]
    assert dav.folders("/Search/") == ["aa"]
    assert sorted(dav.files(CHANGES)) == sorted({*named} - {renamed[0]}), "the others are called what they were"


def test_many_deleted_in_one_go_are_stopped(house: Serving, dav: Client) -> None:
    """Somebody clears the folder, or a sync tool does, and never meant to undo a week's work."""
    for number in range(30):
        assert dav("MKCOL", f"/Albums/Album%20{number:02}").status == 201
    statuses = [dav("DELETE", CHANGES + quote(name)).status for name in dav.files(CHANGES)]
    assert statuses == [204] * 20 + [403] * 10
    assert len(dav.folders("/Albums/")) == 10
    refused = dav("DELETE", CHANGES + quote(dav.files(CHANGES)[0]))
    assert refused.status == 403 and "haven allow" in refused.reason()
    haven("allow", "--data", house.data)
    assert dav("DELETE", CHANGES + quote(dav.files(CHANGES)[0])).status == 204
    haven("undo", "--since", "5m", "--dry-run", "--data", house.data)
    log = haven("log", "--json", "--limit", "21", "--data", house.data).stdout
    haven("undo", *(str(json.loads(line)["id"]) for line in log.splitlines()), "--data", house.data)
    assert len(dav.folders("/Albums/")) == 30


def test_as_a_program_that_locks_first(dav: Client) -> None:
    """Some look for the companions that macOS makes, and lock what they delete."""
    say_all(dav)
    path = at(dav, SAID[3])
    assert dav("DELETE", path.replace(CHANGES, f"{CHANGES}._")).status == 404
    locked = dav("LOCK", path, LOCKINFO.format(scope="exclusive"))
    assert locked.status == 200
    assert dav("DELETE", path).status == 423 and dav.folders("/People/") == ["Alice"]
    assert dav("DELETE", path, If=f"({locked['Lock-Token']})").status == 204
    assert dav.folders("/People/") == ["Alice", "Person 2"]


def test_with_rclone(house: Serving, dav: Client) -> None:
    say_all(dav)
    name = next(name for name in dav.files(CHANGES) if SAID[0] in name)
    assert rclone(house, "cat", f"haven:Review/Changes/{name}").startswith(SAID[0])
    rclone(house, "deletefile", f"haven:Review/Changes/{name}")
    assert changes(dav) == SAID[1:] and sorted(dav.files("/Albums/Summer/")) == PHOTOS[:3]


def test_with_curl(house: Serving, dav: Client) -> None:
    say_all(dav)
    url = house.url.rstrip("/") + at(dav, SAID[3])
    told = run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "DELETE", url).stdout
    assert told == "204" and dav.folders("/People/") == ["Alice", "Person 2"]


def test_with_gnome(house: Serving, dav: Client, tmp_path: Path) -> None:
    say_all(dav)
    name = next(name for name in dav.files(CHANGES) if SAID[3] in name)
    gio(house, tmp_path, f'gio mount "$1" >/dev/null 2>&1; gio remove "$1/Review/Changes/{name}"')
    assert dav.folders("/People/") == ["Alice", "Person 2"]


def test_in_a_mounted_drive(house: Serving, dav: Client, tmp_path: Path) -> None:
    say_all(dav)
    with mounted(house, tmp_path, "--dir-cache-time", "0s") as mount:
        folder = mount / "Review/Changes"
        (one,) = [path for path in folder.iterdir() if SAID[3] in path.name]
        assert one.read_text().startswith(SAID[3])
        subprocess.run(["rm", one], check=True)
        assert sorted(path.name[17:-4] for path in folder.iterdir()) == sorted([*SAID[:3], SAID[4]])
    assert dav.folders("/People/") == ["Alice", "Person 2"]
