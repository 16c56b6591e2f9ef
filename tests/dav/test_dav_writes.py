"""Writes that mean nothing: each is refused with a reason in words, and nothing anywhere changes by it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client, propfind_body
from helpers.family import Family
from helpers.serving import Serving

# Each kind of folder, and a file in it if there are files.
KINDS = {
    "/": None,
    "/Timeline": None,
    "/Timeline/2022": None,
    "/Timeline/2022/2022-08": "IMG_7001.jpg",
    "/Places": None,
    "/Places/Paris": "IMG_7001.jpg",
    "/Places/Countries": None,
    "/Places/Countries/France": None,
    "/Places/Countries/France/Paris": "IMG_7001.MOV",
    "/Recent": "DSC_0001.JPG",
    "/On This Day": None,
    "/Types": None,
    "/Types/Videos": "VID_20221105_070809.mp4",
    "/Types/Live Photos": "IMG_7001.jpg",
    "/Review": None,
    "/Review/Undated": None,
    "/Review/Unplaced": "DSC_0002.JPG",
    "/Review/Unreadable": "Reasons.txt",
    "/Originals": None,
    "/Originals/Family": None,
    "/Originals/Family/Live": "IMG_7002.AAE",
    "/Originals/Family/2022/Home": "DSC_0003.JPG",
    "/Places/Paris/Timeline/2022": None,
}
NARROWED = ("/Places", "/Recent", "/On This Day", "/Types")
"""Folders in which one that is made narrows; see test_dav_narrow.py."""
LET_GO = ("/Places", "/Review/Undated", "/Review/Unplaced")
"""Folders that photos can be taken out of; see test_dav_said.py."""
VERBS = ("PUT", "DELETE", "MKCOL", "COPY", "MOVE", "POST", "PATCH")
BODIES = {"PUT": b"other bytes", "POST": b"a=b", "PATCH": b"x"}


@pytest.fixture(scope="module")
def untouched(family: Family, house: Serving) -> Iterator[None]:
    """Every original and the tree as they were, after all tests of this file."""
    house.settle()
    with Client(house.url) as client:
        before, tree = hashes(family.root), listing(client)
        yield
        assert hashes(family.root) == before
        assert listing(client) == tree


def hashes(root: Path) -> dict[str, tuple[str, int]]:
    """Return the hash and time of every file below `root`, and its folders."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "", path.lstat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
    }


def listing(client: Client) -> list[tuple[str, str, str]]:
    """Return every address in the tree with its version."""
    return [(member.href, member["getetag"], member["getlastmodified"]) for member in client.walk("/")]


def send(dav: Client, verb: str, path: str, *, there: bool) -> None:
    """Send a write and check that it is refused as it should be."""
    path = path.replace(" ", "%20")
    assert (dav("PROPFIND", path, propfind_body("resourcetype"), Depth=0).status == 207) is there
    headers = {"Destination": f"{dav.address}/Timeline/moved"} if verb in ("COPY", "MOVE") else {}
    answer = dav(verb, path, BODIES.get(verb), **headers)
    assert answer.status in ((403, 405) if there else (403, 404, 405, 409)), (verb, path, answer.status)
    # Of verbs that WebDAV does not have, the tree is not even asked.
    reason = answer.body.decode().strip() if verb == "PATCH" else answer.reason()
    assert len(reason) > 15, answer.body
    assert reason.endswith("."), reason
    assert answer.status != 405 or "GET" in answer["Allow"]
    assert (dav("PROPFIND", path, Depth=0).status == 207) is there


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("folder", KINDS)
def test_a_write_is_refused_in_every_folder(dav: Client, folder: str, verb: str) -> None:
    base = folder.rstrip("/")
    send(dav, verb, folder, there=True)
    send(dav, verb, f"{base}/", there=True)
    if verb != "MKCOL" or not folder.startswith(NARROWED):
        send(dav, verb, f"{base}/New thing", there=False)
    send(dav, verb, f"{base}/No such folder/New thing", there=False)
    if KINDS[folder] and (verb != "DELETE" or not folder.startswith(LET_GO)):
        send(dav, verb, f"{base}/{KINDS[folder]}", there=True)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("verb", ["COPY", "MOVE"])
@pytest.mark.parametrize(
    "target", ["/Types/Videos/x.jpg", "/Originals/Family/x.jpg", "/x.jpg", "http://other.example/x.jpg", ""]
)
@pytest.mark.parametrize("overwrite", ["T", "F"])
def test_nothing_is_copied_anywhere(dav: Client, verb: str, target: str, overwrite: str) -> None:
    elsewhere = target.startswith("http")
    target = target if elsewhere else dav.address + target
    for source in ("/Places/Paris/IMG_7001.jpg", "/Originals/Family/Live", "/Timeline/2022"):
        answer = dav(verb, source, Destination=target, Overwrite=overwrite, Depth="infinity")
        assert answer.status == (502 if elsewhere else 403)
        assert answer.reason()


@pytest.mark.usefixtures("untouched")
def test_an_upload_is_refused_before_it_is_sent(dav: Client) -> None:
    big = b"x" * (3 << 20)
    answer = dav("PUT", "/Timeline/2022/big.jpg", big, Expect="100-continue")
    assert answer.status == 403
    with Client(dav.address) as other:
        chunked = other("PUT", "/Recent/big.jpg", iter([b"x" * 1000] * 100), Transfer_Encoding="chunked")
        assert chunked.status == 403
        assert other("GET", "/Recent/").status == 200


@pytest.mark.usefixtures("untouched")
def test_a_folder_that_is_there_cannot_be_made(dav: Client) -> None:
    # rclone makes each parent first and takes 405 for "is there".
    for folder in ("/Timeline", "/Places/Paris", "/originals/family", "/Review"):
        assert dav("MKCOL", folder).status == 405


@pytest.mark.usefixtures("untouched")
def test_reasons_are_about_the_folder(dav: Client) -> None:
    assert "originals" in dav("DELETE", "/Originals/Family/Live/IMG_7001.jpg").reason()
    assert "haven taken" in dav("DELETE", "/Timeline/2022/2022-08/IMG_7001.jpg").reason()


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("verb", ["SEARCH", "REPORT", "ACL", "MKCALENDAR", "TRACE", "BREW"])
def test_verbs_that_mean_nothing_are_refused(dav: Client, verb: str) -> None:
    assert dav(verb, "/Timeline/").status in (400, 403, 405, 501)
    assert dav("GET", "/").status == 200
