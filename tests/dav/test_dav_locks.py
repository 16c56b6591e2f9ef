"""OPTIONS and locks: what Finder and Office ask for before they believe in a drive."""

from collections.abc import Iterator

import pytest
from helpers.dav import ALLPROP, DAV, LOCKINFO, Answer, Client, Resource, multistatus, propfind_body

FILE = "/Timeline/2022/2022-08/IMG_7001.jpg"
SAME = ("/Places/Paris/IMG_7001.jpg", "/Originals/Family/Live/IMG_7001.jpg", "/recent/img_7001.JPG")
FOLDER = "/Timeline/2022/2022-08"
NOTE = "/Review/Unreadable/Reasons.txt"
ODD = "/Originals/Family/Odd%20%26%20strange"
EXCLUSIVE, SHARED = LOCKINFO.format(scope="exclusive"), LOCKINFO.format(scope="shared")
LOCKABLE = ("/", "/Timeline", FOLDER, "/Places/Paris", ODD, "/Originals/Family", FILE, NOTE)


class Locker:
    """Takes locks and gives every one back at the end."""

    def __init__(self, dav: Client) -> None:
        self.dav = dav
        self.held: list[tuple[str, str]] = []

    def lock(self, path: str, body: str = EXCLUSIVE, **headers: object) -> Answer:
        answer = self.dav("LOCK", path, body, **headers)
        if answer.status == 200 and "Lock-Token" in answer.headers:
            self.held.append((path, answer["Lock-Token"]))
        return answer

    def release(self) -> None:
        for path, token in self.held:
            self.dav("UNLOCK", path, Lock_Token=token)


@pytest.fixture
def locker(dav: Client) -> Iterator[Locker]:
    locker = Locker(dav)
    yield locker
    locker.release()


def tokens(resource: Resource) -> list[str]:
    """Return the tokens in a resource's lockdiscovery."""
    return [str(href.text) for href in resource.found[f"{DAV}lockdiscovery"].findall(f".//{DAV}locktoken/{DAV}href")]


@pytest.mark.parametrize("path", LOCKABLE)
def test_options_promises_locks(dav: Client, path: str) -> None:
    answer = dav("OPTIONS", path)
    assert answer.status == 200
    assert {part.strip() for part in answer["DAV"].split(",")} >= {"1", "2"}
    assert answer["MS-Author-Via"] == "DAV"
    allowed = {verb.strip() for verb in answer["Allow"].split(",")}
    assert allowed >= {"OPTIONS", "GET", "HEAD", "PROPFIND", "LOCK", "UNLOCK"}
    assert answer["Content-Length"] == "0"


def test_options_of_the_server_itself(dav: Client) -> None:
    answer = dav("OPTIONS", "*")
    assert answer.status == 200
    assert answer["DAV"].startswith("1,2")


@pytest.mark.parametrize("path", LOCKABLE)
def test_a_lock_is_granted_shown_and_given_back(dav: Client, locker: Locker, path: str) -> None:
    answer = locker.lock(path, Timeout="Second-600")
    assert answer.status == 200
    token = answer["Lock-Token"].strip("<>")
    found = dav.one(path, "lockdiscovery")
    assert tokens(found) == [token]
    active = found.found[f"{DAV}lockdiscovery"].find(f"{DAV}activelock")
    assert active is not None
    assert active.find(f"{DAV}lockscope/{DAV}exclusive") is not None
    assert active.find(f"{DAV}locktype/{DAV}write") is not None
    assert active.findtext(f"{DAV}owner/{DAV}href") == "test"
    assert active.findtext(f"{DAV}depth") == "infinity"
    assert 0 < int((active.findtext(f"{DAV}timeout") or "").removeprefix("Second-")) <= 600
    root = active.findtext(f"{DAV}lockroot/{DAV}href") or ""
    assert dav("HEAD", root)["Content-Length"] == dav("HEAD", path)["Content-Length"]
    assert dav("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
    assert not tokens(dav.one(path, "lockdiscovery"))


@pytest.mark.parametrize("body", [ALLPROP, None, propfind_body("lockdiscovery", "getetag", "{urn:x}y")])
def test_a_listing_shows_the_locks_in_it(dav: Client, locker: Locker, body: str | None) -> None:
    before = {member.href: member["getetag"] for member in dav.members(FOLDER, body)}
    token = locker.lock(FILE)["Lock-Token"].strip("<>")
    after = dav.members(FOLDER, body)
    assert {member.href: tokens(member) for member in after if tokens(member)} == {FILE: [token]}
    assert {member.href: member["getetag"] for member in after} == before


@pytest.mark.parametrize("path", SAME)
def test_a_photo_is_locked_in_every_folder(dav: Client, locker: Locker, path: str) -> None:
    token = locker.lock(FILE)["Lock-Token"].strip("<>")
    assert tokens(dav.one(path, "lockdiscovery")) == [token]
    assert locker.lock(path).status == 423
    assert dav("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
    assert not tokens(dav.one(FILE, "lockdiscovery"))


def test_a_folder_is_locked_however_it_is_spelled(dav: Client, locker: Locker) -> None:
    token = locker.lock("/timeline/2022/")["Lock-Token"].strip("<>")
    assert tokens(dav.one("/Timeline/2022", "lockdiscovery")) == [token]
    assert [m.href for m in dav.members("/Timeline") if tokens(m)] == ["/Timeline/2022/"]


def test_a_folders_name_may_be_odd(dav: Client, locker: Locker) -> None:
    token = locker.lock(ODD)["Lock-Token"].strip("<>")
    assert [tokens(m) for m in dav.members("/Originals/Family") if m.name == "Odd & strange"] == [[token]]


@pytest.mark.parametrize("path", [FILE, FOLDER, NOTE, "/"])
def test_a_lock_is_refreshed(dav: Client, locker: Locker, path: str) -> None:
    token = locker.lock(path, Timeout="Second-60")["Lock-Token"]
    answer = dav("LOCK", path, If=f"({token})", Timeout="Second-3000")
    assert answer.status == 200
    assert answer.xml().find(f"{DAV}lockdiscovery") is not None
    timeout = dav.one(path, "lockdiscovery").found[f"{DAV}lockdiscovery"].findtext(f".//{DAV}timeout") or ""
    assert int(timeout.removeprefix("Second-")) > 60
    assert dav("LOCK", path, If="(<opaquelocktoken:no-such>)").status == 412


def test_exclusive_locks_exclude_and_shared_ones_do_not(dav: Client, locker: Locker) -> None:
    assert locker.lock(FILE, SHARED).status == 200
    assert locker.lock(FILE, SHARED).status == 200
    assert len(tokens(dav.one(FILE, "lockdiscovery"))) == 2
    assert locker.lock(FILE, EXCLUSIVE).status == 423


def test_only_the_right_token_unlocks(dav: Client, locker: Locker) -> None:
    token = locker.lock(FILE)["Lock-Token"]
    assert dav("UNLOCK", FILE, Lock_Token="<opaquelocktoken:no-such>").status == 409
    assert dav("UNLOCK", FILE).status == 400
    assert dav("UNLOCK", FOLDER, Lock_Token=token).status == 409
    assert tokens(dav.one(FILE, "lockdiscovery"))


@pytest.mark.parametrize("path", ["/Recent/new.jpg", "/new", "/Review/new", "/Originals/Family/new.jpg"])
def test_a_name_that_is_not_there_cannot_be_locked(dav: Client, path: str) -> None:
    answer = dav("LOCK", path, EXCLUSIVE)
    assert answer.status == 403
    assert answer.body
    assert dav("PROPFIND", path, Depth=0).status == 404


def test_nor_one_in_a_folder_that_is_not_there(dav: Client) -> None:
    assert dav("LOCK", "/no/such/new.jpg", EXCLUSIVE).status == 409


@pytest.mark.parametrize(
    "body", ["junk", "<a/>", '<D:lockinfo xmlns:D="DAV:"/>', EXCLUSIVE.replace("exclusive", "other")]
)
def test_malformed_locks_are_refused(dav: Client, body: str) -> None:
    assert dav("LOCK", FILE, body).status == 400
    assert not tokens(dav.one(FILE, "lockdiscovery"))


@pytest.mark.parametrize(
    "owner", ["plain words", "<x:y xmlns:x='urn:x'>a &amp; b &lt; c</x:y>", "ä 🐕", "", "]]&gt;%s"]
)
def test_any_owner_leaves_listings_well_formed(dav: Client, locker: Locker, owner: str) -> None:
    body = EXCLUSIVE.replace("<D:href>test</D:href>", owner)
    assert locker.lock(FILE, body).status == 200
    assert len(multistatus(dav("PROPFIND", FOLDER, Depth=1))) == 4


def test_a_locked_photo_can_be_read(dav: Client, locker: Locker) -> None:
    locker.lock(FILE)
    assert dav("GET", FILE).status == 200
    locker.lock("/")
    assert dav("GET", "/Timeline/2022/").status == 200
