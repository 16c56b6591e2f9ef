"""Saying where and when photos were taken, by the programs families use: rclone, its mount, gio, and raw HTTP."""

import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, haven, serve

PARIS, BERLIN = (48.8584, 2.2945), (52.5163, 13.3777)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose photos are in two towns and two months, and scans of which nothing is known."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for number in (1, 2, 3):
        home.add(f"p{number}.jpg", f"2019-07-{number + 28} 10:00:00", position=PARIS)
        home.add(f"b{number}.jpg", f"2020-02-0{number} 10:00:00", position=BERLIN)
        scan = home.add(f"s{number}.jpg", None, camera=None)
        os.utime(scan, (1_500_000_000 + number, 1_500_000_000 + number))
    home.index()
    home.close()
    return home.data.parent


def shown(dav: Client) -> dict[str, list[str]]:
    """Return what is where."""
    found = {name: dav.files(f"/Places/{quote(name)}/") for name in dav.folders("/Places/") if name != "Countries"}
    for year in dav.folders("/Timeline/"):
        found |= {month: dav.files(f"/Timeline/{year}/{month}/") for month in dav.folders(f"/Timeline/{year}/")}
    for review in ("Unplaced", "Undated"):
        found[review] = dav.files(f"/Review/{review}/")
    return found


P, B, S = ([f"{letter}{number}.jpg" for number in (1, 2, 3)] for letter in "pbs")
BEFORE = {"Paris": P, "Berlin": B, "2017-07": S, "2019-07": P, "2020-02": B, "Unplaced": S, "Undated": S}


def send(dav: Client, method: str, source: str, to: str, **headers: str) -> tuple[int, str]:
    answer = dav.transfer(method, source, to, **headers)
    return answer.status, answer.reason() if answer.status >= 400 else ""


def test_what_is_there(dav: Client) -> None:
    assert shown(dav) == BEFORE


PLACES = ("/Places/Paris", "/Places/Countries/France/Paris")


@pytest.mark.parametrize("folder", PLACES)
def test_places(dav: Client, folder: str) -> None:
    """The row of the table "What writes mean", a cell after the other."""
    tags = tuple(dav.one(path, "getetag")["getetag"] for path in ("/", "/Places/", f"{folder}/", "/Review/Unplaced/"))
    scan = "/Review/Unplaced/s1.jpg"
    assert send(dav, "COPY", scan, f"{folder}/s1.jpg", Overwrite="F") == (201, "")
    assert dav.files(f"{folder}/") == [*P, "s1.jpg"]
    now = tuple(dav.one(path, "getetag")["getetag"] for path in ("/", "/Places/", f"{folder}/", "/Review/Unplaced/"))
    assert all(was != one for was, one in zip(tags, now, strict=True))
    assert send(dav, "COPY", f"{folder}/s1.jpg", f"{folder}/s1 again.jpg")[0] == 201
    assert dav("PROPFIND", f"{folder}/s1%20again.jpg", Depth=0).status == 207
    status, reason = send(dav, "COPY", "/Timeline/2020/2020-02/b1.jpg", f"{folder}/b1.jpg")
    assert status == 403 and "move the photo here" in reason
    status, reason = send(dav, "MOVE", "/Timeline/2020/2020-02/b1.jpg", f"{folder}/b1.jpg")
    assert status == 403 and "Berlin" in reason
    assert send(dav, "MOVE", "/Places/Berlin/b1.jpg", f"{folder}/b1.jpg", Overwrite="F") == (201, "")
    assert "b1.jpg" in dav.files(f"{folder}/") and dav.files("/Places/Berlin/") == B[1:]
    assert dav("DELETE", f"{folder}/p1.jpg").status == 204
    assert dav.files("/Review/Unplaced/") == ["p1.jpg", "s2.jpg", "s3.jpg"]
    for method in ("PUT", "DELETE"):
        answer = dav(method, f"{folder}{'/new.jpg' if method == 'PUT' else '/'}", b"x" if method == "PUT" else b"")
        assert answer.status == 403 and len(answer.reason()) > 20
    assert send(dav, "MOVE", folder, folder.replace("Paris", "Berlin"))[0] == 412


def test_renaming_a_place(dav: Client) -> None:
    assert send(dav, "MOVE", "/Places/Paris/", "/Places/Oma & Opa/", Overwrite="F") == (201, "")
    assert dav.files("/Places/Oma%20%26%20Opa/") == P
    assert dav.folders("/Places/Countries/France/") == ["Oma & Opa"]
    assert send(dav, "MOVE", "/Places/Berlin", "/Places/oma & opa", Overwrite="T")[0] == 412
    assert send(dav, "MOVE", "/Places/Countries/France/Oma & Opa", "/Places/Countries/France/Grandma's")[0] == 201
    assert set(dav.files("/Search/" + quote('"in Grandma\'s 2019"') + "/")) >= set(P)
    assert send(dav, "MOVE", "/Places/Countries/France", "/Places/Countries/Frankreich")[0] == 403
    assert send(dav, "MOVE", "/Places/Grandma's", "/Places/Paris") == (201, "")
    assert shown(dav) == BEFORE


def test_timeline(dav: Client) -> None:
    """The row of the table, a cell after the other."""
    month = "/Timeline/2019/2019-07"
    for refused in (
        dav("MKCOL", f"{month}/new"),
        dav("MKCOL", "/Timeline/1998"),
        dav("DELETE", f"{month}/"),
        dav("DELETE", f"{month}/p1.jpg"),
        dav("PUT", f"{month}/new.jpg", b"x"),
        dav("MOVE", month, Destination=f"{dav.address}/Timeline/2019/2019-08"),
        dav("MOVE", month, Destination=f"{dav.address}/Timeline/2020/2020-08"),
    ):
        assert refused.status == 403 and len(refused.reason()) > 20
    assert send(dav, "COPY", "/Review/Undated/s1.jpg", f"{month}/s1.jpg") == (201, "")
    assert send(dav, "MOVE", "/Review/Undated/s2.jpg", f"{month}/s2.jpg") == (201, "")
    status, reason = send(dav, "COPY", "/Places/Berlin/b1.jpg", f"{month}/b1.jpg")
    assert status == 403 and "2020-02 in Timeline" in reason
    assert send(dav, "MOVE", "/Timeline/2020/2020-02/b1.jpg", f"{month}/b1.jpg") == (201, "")
    assert dav.files(f"{month}/") == ["b1.jpg", *P, "s1.jpg", "s2.jpg"]
    assert dav.files("/Review/Undated/") == ["s3.jpg"] and dav.files("/Timeline/2020/2020-02/") == B[1:]
    # Phrases and narrowed folders follow.
    assert dav.files("/Places/Berlin/Timeline/2019/2019-07/") == ["b1.jpg"]
    assert "b1.jpg" in dav.files("/Search/" + quote('"in Berlin 2019"') + "/")


@pytest.mark.parametrize("review", ["Unplaced", "Undated"])
def test_review(dav: Client, review: str) -> None:
    for refused in (
        dav("MKCOL", f"/Review/{review}/new"),
        dav("DELETE", f"/Review/{review}/"),
        dav("PUT", f"/Review/{review}/x.jpg", b"x"),
        dav("COPY", "/Places/Paris/p1.jpg", Destination=f"{dav.address}/Review/{review}/p1.jpg"),
        dav("MOVE", f"/Review/{review}", Destination=f"{dav.address}/Review/Other"),
    ):
        assert refused.status == 403 and len(refused.reason()) > 20
    assert dav("DELETE", f"/Review/{review}/s1.jpg").status == 204
    assert shown(dav) == {**BEFORE, review: S[1:]}


def test_all_of_it_outlasts_a_kill_and_can_be_taken_back(house: Serving, dav: Client) -> None:
    send(dav, "MOVE", "/Places/Paris", "/Places/Home")
    send(dav, "MOVE", "/Places/Berlin/b1.jpg", "/Places/Home/b1.jpg")
    send(dav, "MOVE", "/Timeline/2019/2019-07/p1.jpg", "/Timeline/2020/2020-02/p1.jpg")
    dav("DELETE", "/Review/Undated/s1.jpg")
    before = shown(dav)
    assert before["Home"] == ["b1.jpg", *P] and before["2020-02"] == [*B, "p1.jpg"]
    house.process.kill()
    house.process.wait()
    with serve(data=house.data) as again, Client(again.url) as client:
        assert shown(client) == before
        haven("undo", "--since", "10m", "--data", house.data)
        assert shown(client) == BEFORE


AFTER = {
    "Paris": ["b1.jpg", "p2.jpg", "p3.jpg", "s1.jpg"],
    "Berlin": ["b2.jpg", "b3.jpg"],
    "2017-07": ["s1.jpg", "s3.jpg"],
    "2019-07": ["p1.jpg", "p2.jpg", "s2.jpg"],
    "2020-02": [*B, "p3.jpg"],
    "Unplaced": ["p1.jpg", "s2.jpg"],
    "Undated": ["s1.jpg", "s3.jpg"],
}
"""What is where after the writes of each program below."""


def test_rclone(house: Serving, dav: Client) -> None:
    rclone(house, "copyto", "haven:Review/Unplaced/s1.jpg", "haven:Places/Paris/s1.jpg")
    rclone(house, "moveto", "haven:Places/Berlin/b1.jpg", "haven:Places/Countries/France/Paris/b1.jpg")
    rclone(house, "deletefile", "haven:Places/Paris/p1.jpg")
    rclone(house, "deletefile", "haven:Review/Unplaced/s3.jpg")
    rclone(house, "copyto", "haven:Review/Undated/s2.jpg", "haven:Timeline/2019/2019-07/s2.jpg")
    rclone(house, "moveto", "haven:Timeline/2019/2019-07/p3.jpg", "haven:Timeline/2020/2020-02/p3.jpg")
    assert shown(dav) == AFTER
    # Once more, as a script does that is run each night: nothing is to be done.
    rclone(house, "copy", "haven:Places/Paris", "haven:Places/Countries/France/Paris")
    assert shown(dav) == AFTER
    rclone(house, "moveto", "haven:Places/Paris", "haven:Places/Home")
    assert dav.files("/Places/Home/") == AFTER["Paris"]


def test_a_mounted_drive(house: Serving, dav: Client, tmp_path: Path) -> None:
    def do(*command: object, check: bool = True) -> int:
        return subprocess.run(list(map(str, command)), check=check, capture_output=True).returncode

    with mounted(house, tmp_path, "--dir-cache-time", "0s", "--vfs-cache-mode", "writes") as mount:
        do("mv", mount / "Review/Unplaced/s1.jpg", mount / "Places/Paris/")
        do("mv", mount / "Places/Berlin/b1.jpg", mount / "Places/Countries/France/Paris/")
        do("rm", mount / "Places/Paris/p1.jpg")
        do("rm", mount / "Review/Unplaced/s3.jpg")
        do("mv", mount / "Review/Undated/s2.jpg", mount / "Timeline/2019/2019-07/")
        do("mv", mount / "Timeline/2019/2019-07/p3.jpg", mount / "Timeline/2020/2020-02/")
        assert shown(dav) == AFTER
        assert do("rm", mount / "Timeline/2020/2020-02/b1.jpg", check=False)
        assert do("mkdir", mount / "Timeline/1998", check=False)
        assert shown(dav) == AFTER
        do("mv", mount / "Places/Paris", mount / "Places/Home")
    assert dav.files("/Places/Home/") == AFTER["Paris"]


GIO = """
gio mount "$1" >/dev/null 2>&1
set -e
gio copy "$1/Review/Unplaced/s1.jpg" "$1/Places/Paris/s1.jpg"
gio move "$1/Places/Berlin/b1.jpg" "$1/Places/Paris/b1.jpg"
gio remove "$1/Places/Paris/p1.jpg"
gio remove "$1/Review/Unplaced/s3.jpg"
gio copy "$1/Review/Undated/s2.jpg" "$1/Timeline/2019/2019-07/s2.jpg"
gio move "$1/Timeline/2019/2019-07/p3.jpg" "$1/Timeline/2020/2020-02/p3.jpg"
"""


def test_gnome(house: Serving, dav: Client, tmp_path: Path) -> None:
    gio(house, tmp_path, GIO)
    assert shown(dav) == AFTER
    done = gio(house, tmp_path, 'gio mount "$1" >/dev/null 2>&1; gio rename "$1/Places/Paris" Home')
    assert done.returncode == 0 and dav.files("/Places/Home/") == AFTER["Paris"]
