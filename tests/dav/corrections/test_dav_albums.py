"""Albums and favourites over WebDAV with the programs families use: rclone, its mount, gio, and raw HTTP."""

import json
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.home import Home
from helpers.people import LEFT, plant_people
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_video

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 7)]
LIVE = ["LIVE.jpg", "LIVE.mov"]
MAY, JUNE = "/Timeline/2020/2020-05", "/Timeline/2021/2021-06"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, and six photos beside it, with somebody in four."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for name in PHOTOS:
        home.add(name, size=(160, 120))
    home.add("LIVE.jpg", "2021-06-01 12:00:00")
    make_video(home.root / "LIVE.mov", taken="2021-06-01 12:00:00")
    plant_people(home, (LEFT, PHOTOS[:4]))
    home.close()
    return home.data.parent


def albums(dav: Client, path: str = "/Albums/") -> dict[str, list[str]]:
    """Return all albums by their path, with the photos listed in them in the order of the listing."""
    found: dict[str, list[str]] = {}
    for name in dav.folders(path):
        below = f"{path}{quote(name)}/"
        found[name] = dav.files(below)
        found |= {f"{name}/{nested}": photos for nested, photos in albums(dav, below).items()}
    return found


def test_what_is_there(dav: Client) -> None:
    assert albums(dav) == {} and dav.files("/Favorites/") == []
    assert dav.files("/Albums/") == ["How to make albums.txt"]
    assert b"To keep a person or a search as an album" in dav("GET", "/Albums/How%20to%20make%20albums.txt").body


def test_raw_http_as_finder_and_explorer_send_it(dav: Client) -> None:
    # Both make a folder under a name of their own, look whether it is there, and rename it to what is typed.
    for new, name in (("untitled folder", "Summer"), ("New folder", "Sommer 2020")):
        assert dav("PROPFIND", f"/Albums/{quote(new)}/", Depth=0).status == 404
        assert dav("MKCOL", f"/Albums/{quote(new)}/").status == 201
        assert dav("MKCOL", f"/Albums/{quote(new)}").status == 405
        assert dav.transfer("MOVE", f"/Albums/{new}/", f"/Albums/{name}/", Overwrite="F").status == 201
    assert dav.transfer("COPY", f"{MAY}/IMG_2.jpg", "/Albums/Summer/IMG_2.jpg", Overwrite="F").status == 201
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Albums/Summer/IMG_1.jpg", Overwrite="F").status == 201
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Albums/Summer/IMG_1.jpg", Overwrite="F").status == 412
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Albums/Summer/IMG_1.jpg", Overwrite="T").status == 204
    assert dav.transfer("COPY", f"{MAY}/IMG_3.jpg", "/Albums/Summer/IMG_1.jpg", Overwrite="T").status == 403
    assert (
        dav.transfer("COPY", "/Originals/Pictures/IMG_3.jpg", "/Albums/Summer/IMG_3.jpg", Overwrite="T").status == 201
    )
    assert albums(dav) == {"Sommer 2020": [], "Summer": ["IMG_2.jpg", "IMG_1.jpg", "IMG_3.jpg"]}
    assert (
        dav.transfer("MOVE", "/Albums/Summer/IMG_1.jpg", "/Albums/Sommer 2020/IMG_1.jpg", Overwrite="F").status == 201
    )
    assert dav.transfer("MOVE", "/Albums/Summer/IMG_3.jpg", "/Albums/Summer/Other.jpg", Overwrite="F").status == 403
    assert dav("DELETE", "/Albums/Summer/IMG_3.jpg").status == 204
    assert dav("DELETE", "/Albums/Summer/IMG_3.jpg").status == 404
    assert albums(dav) == {"Sommer 2020": ["IMG_1.jpg"], "Summer": ["IMG_2.jpg"]}
    # The default drag between folders of different questions adds, and takes nothing away.
    assert dav.transfer("MOVE", f"{MAY}/IMG_5.jpg", "/Albums/Summer/IMG_5.jpg", Overwrite="F").status == 201
    assert "IMG_5.jpg" in dav.files(f"{MAY}/")
    answer = dav("MKCOL", "/Albums/.Trash-1000")
    assert answer.status == 403 and "begin with a dot" in answer.reason()
    answer = dav("DELETE", "/Albums")
    assert answer.status == 403


def test_whole_albums(dav: Client) -> None:
    for path in ("/Albums/A", "/Albums/A/Inner", "/Albums/B"):
        assert dav("MKCOL", path).status == 201
    assert dav("MKCOL", "/Albums/C/D").status == 409
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Albums/A/Inner/IMG_1.jpg").status == 201
    assert dav.transfer("MOVE", "/Albums/A/Inner", "/Albums/B/Outer").status == 201  # moved and named in one go
    assert dav.transfer("MOVE", "/Albums/B", "/Albums/B/Outer/B").status == 403
    assert dav.transfer("MOVE", "/Albums/A", "/Albums/b").status == 412
    assert dav.transfer("MOVE", "/Albums/A", "/Albums/B/OUTER", Overwrite="T").status == 412
    assert albums(dav) == {"A": [], "B": [], "B/Outer": ["IMG_1.jpg"]}
    assert dav.transfer("COPY", "/Albums/B", "/Albums/A/Copy").status == 201
    assert dav.transfer("COPY", "/Albums/B", "/Albums/A/Bare", Depth="0").status == 201
    assert dav.transfer("MOVE", "/Albums/B/Outer", "/Albums/Outer").status == 201
    assert albums(dav) == {
        "A": [], "A/Bare": [], "A/Copy": [], "A/Copy/Outer": ["IMG_1.jpg"], "B": [], "Outer": ["IMG_1.jpg"]
    }  # fmt: skip
    assert dav("DELETE", "/Albums/A").status == 204
    assert albums(dav) == {"B": [], "Outer": ["IMG_1.jpg"]}


def test_whole_folders_become_albums(dav: Client) -> None:
    assert dav.transfer("COPY", "/People/Person 1", "/Albums/Somebody").status == 201
    assert dav.transfer("COPY", "/Timeline/2020", "/Albums/All").status == 201
    assert dav.transfer("COPY", '/People/Person 1/"IMG_2"', "/Albums/All/Found").status == 201
    assert dav.transfer("COPY", "/Originals/Pictures", "/Albums/On disk", Overwrite="F").status == 201
    assert dav.transfer("MOVE", "/People/Person 1", "/Albums/Moved").status == 201
    found = albums(dav)
    assert found.pop("Moved") == found.pop("Somebody") == PHOTOS[:4]
    assert found == {"All": PHOTOS, "All/Found": ["IMG_2.jpg"], "On disk": PHOTOS + LIVE}
    assert "Person 1" in dav.folders("/People/")
    for overwrite in ("T", "F"):
        answer = dav("COPY", "/Timeline", Destination=f"{dav.address}/Albums/ALL", Overwrite=overwrite)
        assert answer.status == 412 and "already" in answer.reason()
    answer = dav("COPY", "/Review", Destination=f"{dav.address}/Albums/Review")
    assert answer.status == 403 and "contains no photos" in answer.reason()
    answer = dav("MOVE", "/Originals/Pictures", Destination=f"{dav.address}/Albums/X")
    assert answer.status == 403 and "originals" in answer.reason()


def test_albums_narrow_and_are_narrowed(dav: Client) -> None:
    assert dav("MKCOL", "/Albums/Summer").status == 201
    for name in PHOTOS[2:5]:
        assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/Summer/{name}").status == 201
    assert dav.folders("/People/Person%201/Albums/") == ["Summer"]
    assert dav.files("/People/Person%201/Albums/Summer/") == PHOTOS[2:4]
    assert dav.files("/Albums/Summer/People/Person%201/") == PHOTOS[2:4]
    found = dav.files("/Search/" + quote('"album:summer"') + "/")
    assert [name for name in found if name.endswith(".jpg")] == PHOTOS[2:5]
    assert dav("DELETE", "/People/Person%201/Albums/Summer").status == 403


def test_favorites(dav: Client) -> None:
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Favorites/IMG_1.jpg", Overwrite="F").status == 201
    assert dav.transfer("MOVE", "/People/Person 1/IMG_2.jpg", "/Favorites/best.jpg").status == 201
    assert set(dav.files("/Favorites/")) == {"IMG_1.jpg", "best.jpg"}
    assert dav("MKCOL", "/Albums/A").status == 201
    assert dav.transfer("MOVE", "/Favorites/best.jpg", "/Albums/A/best.jpg").status == 201
    assert set(dav.files("/Favorites/")) == {"IMG_1.jpg", "best.jpg"}
    assert dav.transfer("MOVE", "/Favorites/best.jpg", "/Favorites/better.jpg").status == 403
    assert dav("DELETE", "/Favorites/best.jpg").status == 204
    assert dav.files("/Favorites/") == ["IMG_1.jpg"]
    assert dav.files("/People/Person%201/Favorites/") == ["IMG_1.jpg"]
    assert dav("DELETE", "/Favorites").status == 403


def test_versions_move(dav: Client) -> None:
    def tags() -> list[str]:
        return [dav.one(path, "getetag")["getetag"] for path in ("/", "/Albums/", "/Albums/A/")]

    assert dav("MKCOL", "/Albums/A").status == 201
    assert dav("MKCOL", "/Albums/A/Inner").status == 201
    seen = [tags()]
    for method, source, to in (
        ("COPY", f"{MAY}/IMG_1.jpg", "/Albums/A/Inner/x.jpg"),
        ("MOVE", "/Albums/A/Inner", "/Albums/A/Most"),
        ("DELETE", "/Albums/A/Most/x.jpg", ""),
        ("DELETE", "/Albums/A/Most", ""),
    ):
        assert dav.transfer(method, source, to).status in (201, 204)
        seen.append(tags())
    for column in zip(*seen, strict=True):
        assert len(set(column)) == len(seen)


def test_locks_and_conditions_hold_for_what_is_said(dav: Client) -> None:
    assert dav("MKCOL", "/Albums/A").status == dav("MKCOL", "/Albums/B").status == 201
    assert dav.transfer("COPY", f"{MAY}/IMG_1.jpg", "/Albums/B/IMG_1.jpg").status == 201
    tag = dav.one("/Albums/B/IMG_1.jpg", "getetag")["getetag"]
    for method in ("DELETE", "COPY"):
        assert dav.transfer(method, "/Albums/B/IMG_1.jpg", "/Albums/A/x.jpg", If_Match='"another"').status == 412
    lock = dav("LOCK", "/Albums/A", LOCKINFO.format(scope="exclusive"), Depth="infinity")
    token = f"<{dav.address}/Albums/A> ({lock['Lock-Token']})"
    for method in ("COPY", "MOVE"):
        assert dav.transfer(method, f"{MAY}/IMG_2.jpg", "/Albums/A/IMG_2.jpg").status == 423
        assert dav.transfer(method, "/Albums/B/IMG_1.jpg", "/Albums/A/IMG_1.jpg").status == 423
    assert albums(dav) == {"A": [], "B": ["IMG_1.jpg"]}
    assert dav.transfer("MOVE", "/Albums/B/IMG_1.jpg", "/Albums/A/IMG_1.jpg", If=token, If_Match=tag).status == 201
    assert albums(dav) == {"A": ["IMG_1.jpg"], "B": []}


def test_names_at_once(house: Serving) -> None:
    answers: list[int] = []
    barrier = threading.Barrier(6)

    def make(number: int) -> None:
        with Client(house.url) as client:
            barrier.wait()
            answers.append(client("MKCOL", f"/Albums/{('summer', 'SUMMER')[number % 2]}").status)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(201) == 1 and set(answers) <= {201, 405, 412}


def test_files_that_are_one_photo(house: Serving, dav: Client) -> None:
    for name in ("A", "B"):
        assert dav("MKCOL", f"/Albums/{name}").status == 201
    # Each file is copied, moved and deleted by a request of its own; the first takes the other along.
    for name in LIVE:
        assert dav.transfer("COPY", f"{JUNE}/{name}", f"/Albums/A/{name}", Overwrite="F").status in (201, 204)
        assert dav.transfer("COPY", f"{JUNE}/{name}", f"/Albums/A/{name}", Overwrite="F").status == 412
    for name in LIVE:
        assert dav.transfer("MOVE", f"/Albums/A/{name}", f"/Albums/B/{name}", Overwrite="F").status in (201, 204)
    assert albums(dav) == {"A": [], "B": LIVE}
    for name in LIVE:
        assert dav("DELETE", f"/Albums/B/{name}").status == 204
    assert dav("DELETE", "/Albums/B/IMG_1.jpg").status == 404
    assert albums(dav) == {"A": [], "B": []}
    rclone(house, "copy", f"haven:{JUNE[1:]}", "haven:Albums/A")
    rclone(house, "move", "haven:Albums/A", "haven:Albums/B")
    assert albums(dav) == {"A": [], "B": LIVE}
    rclone(house, "delete", "haven:Albums/B")
    assert albums(dav) == {"A": [], "B": []}


def said(dav: Client) -> None:
    """Check what each client's writes have said: see the tests that call it."""
    assert albums(dav) == {"Trips": [], "Trips/Rome": ["IMG_2.jpg"], "Winter": ["IMG_1.jpg"]}
    assert dav.files("/Favorites/") == ["IMG_2.jpg"]
    assert set(PHOTOS) == set(dav.files(f"{MAY}/"))


def test_rclone(house: Serving, dav: Client) -> None:
    for path in ("Summer", "Trips", "Rome", "Old/Inner"):
        rclone(house, "mkdir", f"haven:Albums/{path}")
    for name in PHOTOS[:3]:
        rclone(house, "copyto", f"haven:{MAY[1:]}/{name}", f"haven:Albums/Summer/{name}")
        rclone(house, "copyto", f"haven:Albums/Summer/{name}", f"haven:Albums/Old/Inner/{name}")
    rclone(house, "moveto", "haven:Albums/Summer/IMG_2.jpg", "haven:Albums/Rome/IMG_2.jpg")
    rclone(house, "deletefile", "haven:Albums/Summer/IMG_3.jpg")
    rclone(house, "moveto", "haven:Albums/Summer", "haven:Albums/Winter")
    rclone(house, "moveto", "haven:Albums/Rome", "haven:Albums/Trips/Rome")
    rclone(house, "purge", "haven:Albums/Old")
    rclone(house, "copyto", f"haven:{MAY[1:]}/IMG_2.jpg", "haven:Favorites/IMG_2.jpg")
    said(dav)


@pytest.mark.parametrize("source", ["People/Person 1", 'Search/"IMG_2"', "Originals/Pictures"])
def test_rclone_copies_whole_folders(house: Serving, dav: Client, source: str) -> None:
    listed = set(dav.files(f"/{quote(source)}/"))
    rclone(house, "copy", f"haven:{source}", "haven:Albums/Kept")
    assert listed and set(dav.files("/Albums/Kept/")) == listed
    tag = dav.one("/Albums/Kept/", "getetag")["getetag"]
    rclone(house, "copy", f"haven:{source}", "haven:Albums/Kept")  # all is there already
    assert dav.one("/Albums/Kept/", "getetag")["getetag"] == tag


def test_a_mounted_drive(house: Serving, dav: Client, tmp_path: Path) -> None:
    for path in ("Summer", "Trips", "Rome", "Old", "Old/Inner"):
        assert dav("MKCOL", f"/Albums/{path}").status == 201
    for name in PHOTOS[:3]:
        for album in ("Summer", "Old", "Old/Inner"):
            assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/{album}/{name}").status == 201
    with mounted(house, tmp_path, "--dir-cache-time", "0s", "--vfs-cache-mode", "writes") as mount:
        top = mount / "Albums"
        (top / "Made/There").mkdir(parents=True)
        subprocess.run(["mv", top / "Summer/IMG_2.jpg", top / "Rome/"], check=True)
        subprocess.run(["rm", top / "Summer/IMG_3.jpg"], check=True)
        subprocess.run(["mv", top / "Summer", top / "Winter"], check=True)
        subprocess.run(["mv", top / "Rome", top / "Trips/"], check=True)
        subprocess.run(["mv", mount / MAY[1:] / "IMG_2.jpg", mount / "Favorites/"], check=True)
        (top / "Made/There").rmdir()
        (top / "Made").rmdir()
        subprocess.run(["rm", "-r", top / "Old"], check=True)
        said(dav)
    # `rm -r` took out photo by photo; what was meant is the album, and `haven undo` brings it back whole.
    house.stop()
    newest = json.loads(haven("log", "--json", "--data", house.data).stdout.splitlines()[0])
    assert newest["kind"] == "album removed"
    haven("undo", newest["id"], "--data", house.data)
    with serve(data=house.data) as again, Client(again.url) as client:
        now = albums(client)
        assert now["Old"] == now["Old/Inner"] == PHOTOS[:3]


GIO = """
gio mount "$1" >/dev/null 2>&1
set -e
for name in Summer Trips Rome Old Old/Inner; do gio mkdir "$1/Albums/$name"; done
for name in IMG_1.jpg IMG_2.jpg IMG_3.jpg; do
    gio copy "$1/Timeline/2020/2020-05/$name" "$1/Albums/Summer/$name"
    gio copy "$1/Timeline/2020/2020-05/$name" "$1/Albums/Old/Inner/$name"
done
gio move "$1/Albums/Summer/IMG_2.jpg" "$1/Albums/Rome/"
gio remove "$1/Albums/Summer/IMG_3.jpg"
gio rename "$1/Albums/Summer" Winter
gio move "$1/Albums/Rome" "$1/Albums/Trips/"
gio copy "$1/Timeline/2020/2020-05/IMG_2.jpg" "$1/Favorites/IMG_2.jpg"
gio remove "$1/Albums/Old/Inner/IMG_1.jpg" "$1/Albums/Old/Inner/IMG_2.jpg" "$1/Albums/Old/Inner/IMG_3.jpg"
gio remove "$1/Albums/Old/Inner"
gio remove "$1/Albums/Old"
gio list "$1/Albums"
"""


def test_gnome(house: Serving, dav: Client, tmp_path: Path) -> None:
    done = gio(house, tmp_path, GIO)
    assert {"Trips", "Winter"} <= set(done.stdout.splitlines())
    said(dav)


def test_a_kill_loses_nothing(house: Serving, dav: Client) -> None:
    assert dav("MKCOL", "/Albums/A").status == 201
    assert dav.transfer("COPY", "/People/Person 1", "/Albums/A/Somebody").status == 201
    assert dav("DELETE", "/Albums/A/Somebody/IMG_1.jpg").status == 204
    assert dav.transfer("COPY", f"{MAY}/IMG_6.jpg", "/Favorites/IMG_6.jpg").status == 201
    assert dav.transfer("MOVE", "/Albums/A/Somebody", "/Albums/Somebody").status == 201
    before = albums(dav)
    assert before == {"A": [], "Somebody": PHOTOS[1:4]}
    house.process.kill()
    house.process.wait()
    with serve(data=house.data) as again, Client(again.url) as client:
        assert albums(client) == before and client.files("/Favorites/") == ["IMG_6.jpg"]
