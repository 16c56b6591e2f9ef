"""Locks as programs meet them: refreshed by members, shared, kept over a start, broken, and of Haven's own folders."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import DAV, LOCKINFO, Answer, Client
from helpers.serving import Serving, haven, serve

EXCLUSIVE, SHARED = LOCKINFO.format(scope="exclusive"), LOCKINFO.format(scope="shared")


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    with Client(house.url) as client:
        yield client


def token_of(answer: Answer) -> str:
    assert answer.status in (200, 201), answer.body
    return answer["Lock-Token"]


def timeout_of(answer: Answer) -> str:
    return answer.xml().findtext(f".//{DAV}timeout") or ""


def test_any_member_of_a_locked_folder_refreshes(dav: Client, new: list[Path]) -> None:
    assert dav("MKCOL", "/Inbox/d").status == 201
    token = token_of(dav("LOCK", "/Inbox/d/", EXCLUSIVE, Depth="infinity"))
    assert dav("PUT", "/Inbox/d/m.jpg", new[0].read_bytes(), If=f"({token})").status == 201
    assert dav("LOCK", "/Inbox/d/m.jpg", If=f"({token})").status == 200
    assert dav("LOCK", "/Inbox/d/not%20there", If=f"({token})").status == 200
    assert dav("LOCK", "/Inbox/else.jpg", If=f"({token})").status == 412
    assert dav("LOCK", "/Inbox/d/m.jpg").status == 400
    # However one comes there, it is the same folder on the disk.
    assert dav("DELETE", "/Originals/Inbox/d/m.jpg").status == 423
    assert dav("UNLOCK", "/Inbox/d/m.jpg", Lock_Token=token).status == 204
    assert dav("DELETE", "/Originals/Inbox/d/m.jpg").status == 204


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("Second-5", 5),
        ("Second-3600", 3600),
        ("Second-3601", 3600),
        ("Infinite, Second-4100000000", 3600),
        ("Second-99999999999999999999", 3600),
        ("Second-0", 3600),
        ("Fortnight-1, Second-60", 60),
        ("second-007", 7),
        ("", 3600),
    ],
)
def test_timeouts(dav: Client, asked: str, granted: int) -> None:
    answer = dav("LOCK", "/Inbox/new.txt", EXCLUSIVE, Timeout=asked)
    assert answer.status == 201
    assert timeout_of(answer) == f"Second-{granted}"
    for _ in range(3):
        assert timeout_of(dav("LOCK", "/Inbox/new.txt", If=f"({answer['Lock-Token']})")) == f"Second-{granted}"


def test_a_lock_that_has_run_out_is_gone(dav: Client) -> None:
    token = token_of(dav("LOCK", "/Inbox/new.txt", EXCLUSIVE, Timeout="Second-1"))
    assert dav("PUT", "/Inbox/new.txt", b"x").status == 423
    time.sleep(1.1)
    assert not dav.one("/Inbox/new.txt", "lockdiscovery")["lockdiscovery"]
    assert len(dav.members("/Inbox")) == 1
    assert dav("LOCK", "/Inbox/new.txt", If=f"({token})").status == 412
    assert dav("UNLOCK", "/Inbox/new.txt", Lock_Token=token).status == 409
    assert dav("PUT", "/Inbox/new.txt", b"x").status in (201, 204)


def test_shared_locks_are_given_back_one_by_one(dav: Client, new: list[Path]) -> None:
    dav("PUT", "/Inbox/a.jpg", new[0].read_bytes())
    first, second = (token_of(dav("LOCK", "/Inbox/a.jpg", SHARED)) for _ in range(2))
    assert first != second
    assert dav("UNLOCK", "/Inbox/a.jpg", Lock_Token=first).status == 204
    assert dav("DELETE", "/Inbox/a.jpg").status == 423
    assert dav("UNLOCK", "/Inbox/a.jpg", Lock_Token=second).status == 204
    assert dav("DELETE", "/Inbox/a.jpg").status == 204


def test_locks_outlast_a_start_and_can_be_broken(dav: Client, house: Serving, inbox: Path, new: list[Path]) -> None:
    dav("PUT", "/Inbox/a.jpg", new[0].read_bytes())
    owner = EXCLUSIVE.replace("<D:href>test</D:href>", "Anna &amp; <x:y xmlns:x='u:'>Ben</x:y>")
    token = token_of(dav("LOCK", "/Inbox/a.jpg", owner, User_Agent="Writer/1"))
    token_of(dav("LOCK", "/Inbox/b.jpg", EXCLUSIVE))
    house.stop()
    with serve(data=house.data, inbox=inbox) as again, Client(again.url) as client:
        assert client("DELETE", "/Inbox/a.jpg").status == 423
        found = client.one("/Inbox/a.jpg", "lockdiscovery").found[f"{DAV}lockdiscovery"]
        assert "".join(found.find(f".//{DAV}owner").itertext()) == "Anna & Ben"  # type: ignore[union-attr]
        assert found.findtext(f".//{DAV}lockroot/{DAV}href") == "/Inbox/a.jpg"
        assert client("LOCK", "/Inbox/a.jpg", If=f"({token})").status == 200
        lines = haven("locks", "--data", house.data).stdout.splitlines()
        assert [line.split()[0] for line in lines] == ["/Inbox/a.jpg", "/Inbox/b.jpg"]
        assert "with Writer/1" in lines[0]
        assert '"program": "Writer/1"' in haven("locks", "--data", house.data, "--json").stdout
        assert "Broke 1 lock." in haven("locks", "break", "/inbox/a.jpg", "--data", house.data).stdout
        assert haven("locks", "break", "/Inbox/a.jpg", "--data", house.data, check=False).returncode == 1
        assert haven("locks", "break", "--data", house.data, check=False).returncode == 1
        assert client("DELETE", "/Inbox/a.jpg").status == 204
        assert client("DELETE", "/Inbox/b.jpg").status == 423
        haven("locks", "break", "--all", "--data", house.data)
        assert "Nothing is locked." in haven("locks", "--data", house.data).stdout
        assert client("DELETE", "/Inbox/b.jpg").status == 204


@pytest.mark.parametrize(
    "path", ["/", "/Search", "/Albums", "/People", "/Inbox", "/Timeline", "/Timeline/2019", "/Small"]
)
@pytest.mark.parametrize("depth", ["0", "infinity"])
def test_a_lock_of_havens_own_folders_stops_nobody(dav: Client, new: list[Path], path: str, depth: str) -> None:
    token = token_of(dav("LOCK", path, EXCLUSIVE, Depth=depth, Timeout="Infinite"))
    assert dav("LOCK", path, EXCLUSIVE).status == 423
    for folder in ("/Search/some%20words", "/Albums/mine", "/Inbox/sub"):
        assert dav("MKCOL", folder).status == 201, folder
    assert dav("LOCK", "/Albums/mine", EXCLUSIVE).status == 200
    assert dav("PUT", "/Inbox/a.jpg", new[0].read_bytes()).status == 201
    assert dav("UNLOCK", path, Lock_Token=token).status == 204


def test_a_lock_of_what_somebody_made_does(dav: Client, new: list[Path]) -> None:
    assert dav("MKCOL", "/Albums/mine").status == 201
    token = token_of(dav("LOCK", "/Albums/mine", EXCLUSIVE))
    assert dav("PUT", "/Albums/mine/a.jpg", new[0].read_bytes()).status == 423
    assert dav("MKCOL", "/Albums/mine/below").status == 423
    assert dav("DELETE", "/Albums/mine").status == 423
    assert dav("PUT", "/Albums/mine/a.jpg", new[0].read_bytes(), If=f"</Albums/mine> ({token})").status == 201


@pytest.mark.parametrize("deep", [51, 5000])
def test_owners_have_a_limit(dav: Client, deep: int) -> None:
    nested = EXCLUSIVE.replace("<D:href>test</D:href>", "<a>" * deep + "</a>" * deep)
    assert dav("LOCK", "/Inbox/new.txt", nested).status == 400
    assert dav("LOCK", "/Inbox/new.txt", EXCLUSIVE.replace("test", "x" * 2000)).status == 400
    assert dav("PROPFIND", "/Inbox/new.txt", Depth=0).status == 404
    assert dav("PROPPATCH", "/Inbox", nested.replace("lockinfo", "propertyupdate")).status in (400, 403)


def test_a_refused_lock_keeps_no_name(dav: Client) -> None:
    token_of(dav("LOCK", "/Inbox/new.txt", EXCLUSIVE))
    assert dav("LOCK", "/Inbox/new.txt", EXCLUSIVE).status == 423
    assert dav("LOCK", "/Inbox/other.txt", EXCLUSIVE, If_Match="*").status == 412
    assert dav.files("/Inbox") == ["new.txt"]
