"""Real file operations in a writable library: litmus, RFC 4918's fine print, and the same tree as a plain folder."""

import hashlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pytest
from helpers.dav import DAV, LOCKINFO, Answer, Client, propfind_body
from helpers.programs import mounted, rclone
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.testing import make_photo

REMOVED = ".haven-removed"
_NUMBERS = count(1)
EXCLUSIVE, SHARED = LOCKINFO.format(scope="exclusive"), LOCKINFO.format(scope="shared")


@dataclass(frozen=True)
class House:
    """A server with the writable libraries Lib and Other, and Fixed, which is only read."""

    serving: Serving
    lib: Path
    other: Path
    fixed: Path


@contextmanager
def housed(base: Path) -> Iterator[House]:
    """Serve three libraries; what is only read is bit for bit the same at the end."""
    roots = [base / name for name in ("Lib", "Other", "Fixed")]
    for number, root in enumerate(roots):
        for photo in range(3):
            make_photo(root / "2020" / f"IMG_{number}{photo}.jpg", f"2020-05-0{photo + 1} 12:00:00", size=(80, 60))
    before = contents(roots[2])
    haven("index", *roots, "--data", base / "data")
    for name in ("Lib", "Other"):
        haven("libraries", "set", name, "--writable", "--data", base / "data")
    with serve(data=base / "data") as serving:
        yield House(serving, *roots)
    assert contents(roots[2]) == before


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for tests that keep to a folder of their own."""
    with housed(tmp_path_factory.mktemp("shared")) as house:
        yield house


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another, for a few tests that need whole libraries."""
    with housed(tmp_path_factory.mktemp("own")) as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    """The shared one with folders of this test's own as its writable libraries, each with three photos."""
    name = f"test{next(_NUMBERS)}"
    with Client(shared.serving.url) as client:
        for library in ("Lib", "Other"):
            assert client("MKCOL", f"/Originals/{library}/{name}").status == 201
            to = f"{client.address}/Originals/{library}/{name}/2020"
            assert client("COPY", "/Originals/Fixed/2020", None, Destination=to).status == 201
    yield House(shared.serving, shared.lib / name, shared.other / name, shared.fixed)


@pytest.fixture
def dav(shared: House) -> Iterator[Client]:
    with Client(shared.serving.url) as client:
        yield client


@pytest.fixture
def dav_own(own: House) -> Iterator[Client]:
    with Client(own.serving.url) as client:
        yield client


def at(root: Path) -> str:
    """Return where the drive has a library, or the folder of a test in one."""
    inside = root.name.startswith("test")
    return f"/Originals/{root.parent.name}/{root.name}" if inside else f"/Originals/{root.name}"


def contents(root: Path, *, removed: bool = False) -> dict[str, str | None]:
    """Return every path below a root, with what is in the file; None of a folder."""
    return {
        path.relative_to(root).as_posix(): None if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if removed or REMOVED not in path.parts
    }


def listed(dav: Client, path: str) -> dict[str, str | None]:
    """Return the same as the drive shows it."""
    found: dict[str, str | None] = {}
    for member in dav.walk(path):
        name = member.href.removeprefix(dav.folder + path)
        body = None if member.is_folder else hashlib.sha256(dav("GET", member.href).body).hexdigest()
        found[unquote(name.rstrip("/"))] = body
    return found


def transfer(dav: Client, verb: str, source: str, to: str, **headers: object) -> Answer:
    return dav(verb, quote(source), None, Destination=dav.address + quote(to), **headers)


def test_litmus(shared: House, tmp_path: Path) -> None:
    """The real litmus 0.13: all its suites pass, without a warning."""
    if shutil.which("litmus") is None:
        pytest.skip("litmus is not installed")
    before = contents(shared.lib)
    done = subprocess.run(
        ["litmus", f"{shared.serving.url}Originals/Lib/"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    summaries = [line for line in done.stdout.splitlines() if "summary for" in line]
    assert len(summaries) == 5, done.stdout
    assert all(" 0 failed" in line for line in summaries), done.stdout
    assert not [line for line in done.stdout.splitlines() if "WARNING" in line or "SKIPPED" in line], done.stdout
    shutil.rmtree(shared.lib / "litmus", ignore_errors=True)
    assert contents(shared.lib) == before


def test_files_and_folders(own: House, dav_own: Client) -> None:
    assert dav_own("MKCOL", f"{at(own.lib)}/New").status == 201
    assert (own.lib / "New").is_dir()
    assert dav_own("PUT", f"{at(own.lib)}/New/notes.txt", b"first").status == 201
    assert dav_own("PUT", f"{at(own.lib)}/New/notes.txt", b"second").status == 204
    assert (own.lib / "New/notes.txt").read_bytes() == b"second"
    assert transfer(dav_own, "MOVE", f"{at(own.lib)}/New/notes.txt", f"{at(own.other)}/2020/kept.txt").status == 201
    assert (own.other / "2020/kept.txt").read_bytes() == b"second"
    assert transfer(dav_own, "COPY", f"{at(own.other)}/2020", f"{at(own.lib)}/New/2020").status == 201
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
    assert transfer(dav_own, "COPY", f"{at(own.lib)}/2020/IMG_00.jpg", "/Albums/Summer/IMG_00.jpg").status == 201
    etag = id_of("/Albums/Summer/IMG_00.jpg")
    assert transfer(dav_own, "MOVE", f"{at(own.lib)}/2020", f"{at(own.lib)}/Twenty").status == 201
    assert transfer(dav_own, "MOVE", f"{at(own.lib)}/Twenty/IMG_00.jpg", f"{at(own.other)}/beach.jpg").status == 201
    assert dav_own.files("/Albums/Summer/") == ["IMG_00.jpg"]
    assert id_of("/Albums/Summer/IMG_00.jpg") == etag
    assert dav_own("GET", "/Albums/Summer/IMG_00.jpg").body == (own.other / "beach.jpg").read_bytes()
    assert dav_own("DELETE", f"{at(own.other)}/beach.jpg").status == 204
    assert dav_own.files("/Albums/Summer/") == []
    assert "IMG_00.jpg" not in dav_own.files("/Timeline/2020/2020-05/")
    assert transfer(dav_own, "MOVE", "/Recently Removed/beach.jpg", f"{at(own.lib)}/Twenty/back.jpg").status == 201
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
        "COPY": lambda: [transfer(dav, "COPY", inside, "/Originals/Fixed/2020/b.jpg")],
        "MOVE": lambda: [
            transfer(dav, "MOVE", inside, f"{at(house.lib)}/b.jpg"),
            transfer(dav, "MOVE", f"{at(house.lib)}/2020/IMG_20.jpg", "/Originals/Fixed/b.jpg"),
            transfer(dav, "MOVE", "/Originals/Fixed/2020", f"{at(house.lib)}/b"),
        ],
    }
    before = contents(house.lib)
    for answer in answers[verb]():
        assert answer.status == 403
        assert "only reads" in answer.reason()
    assert contents(house.lib) == before


def test_what_is_only_read_may_be_copied_out(house: House, dav: Client) -> None:
    assert transfer(dav, "COPY", "/Originals/Fixed/2020", f"{at(house.lib)}/Copied").status == 201
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
        ("MOVE", "2020/IMG_20.jpg", ".hidden.jpg", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "x" * 252 + ".jpg", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "back\\slash\x01.jpg", {}, 403),
        ("MOVE", "2020/IMG_20.jpg", "download.part", {}, 403),
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
    answer = transfer(dav, verb, f"{at(house.lib)}/{source}", f"{at(house.lib)}/{to}", **headers)
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
        answer = transfer(dav, verb, source, to)
        assert answer.status == 403, (verb, source, to)
        assert "." in answer.reason()
    assert transfer(dav, "COPY", original, "/Albums/Summer/IMG_20.jpg").status == 201
    assert len(contents(house.lib)) == 4


class Holder:
    """Locks, and what they forbid."""

    def __init__(self, dav: Client) -> None:
        self.dav = dav

    def lock(self, path: str, body: str = EXCLUSIVE, **headers: object) -> str:
        answer = self.dav("LOCK", path, body, **headers)
        assert answer.status in (200, 201), answer.body
        return answer["Lock-Token"].strip("<>")


def test_locks_of_source_target_and_parents(house: House, dav: Client) -> None:
    holder, lib = Holder(dav), at(house.lib)
    token = holder.lock(f"{lib}/2020/IMG_20.jpg", Depth="0")
    answer = transfer(dav, "MOVE", f"{lib}/2020/IMG_20.jpg", f"{lib}/x.jpg")
    assert answer.status == 423
    href = answer.xml().findtext(f"{DAV}lock-token-submitted/{DAV}href")
    assert href == f"{lib}/2020/IMG_20.jpg"
    assert transfer(dav, "MOVE", f"{lib}/2020", f"{lib}/2021").status == 423
    assert transfer(dav, "COPY", f"{lib}/2020/IMG_21.jpg", f"{lib}/2020/IMG_20.jpg").status == 423
    assert transfer(dav, "COPY", f"{lib}/2020/IMG_20.jpg", f"{lib}/copied.jpg").status == 201
    moved = transfer(dav, "MOVE", f"{lib}/2020/IMG_20.jpg", f"{lib}/x.jpg", If=f"(<{token}>)")
    assert moved.status == 201
    assert dav("DELETE", f"{lib}/x.jpg").status == 204, "a lock does not move along"
    folder = holder.lock(f"{lib}/2020", Depth="0")
    assert dav("DELETE", f"{lib}/2020/IMG_21.jpg").status == 423
    assert dav("PUT", f"{lib}/2020/new.txt", b"x").status == 423
    assert dav("PUT", f"{lib}/2020/IMG_21.jpg", (house.lib / "2020/IMG_22.jpg").read_bytes()).status == 204
    tagged = f"<{dav.address}{lib}/2020> (<{folder}>)"
    assert dav("DELETE", f"{lib}/2020/IMG_21.jpg", If=tagged).status == 204
    assert dav("UNLOCK", f"{lib}/2020", Lock_Token=f"<{folder}>").status == 204
    holder.lock(lib, Depth="infinity")
    assert dav("MKCOL", f"{lib}/2020/deep").status == 423


def test_part_of_a_folder_is_locked(house: House, dav: Client) -> None:
    assert dav("MKCOL", f"{at(house.lib)}/2020/sub").status == 201
    assert transfer(dav, "COPY", f"{at(house.lib)}/2020/IMG_20.jpg", f"{at(house.lib)}/2020/sub/held.jpg").status == 201
    assert transfer(dav, "COPY", f"{at(house.lib)}/2020/IMG_21.jpg", f"{at(house.lib)}/2020/sub/free.jpg").status == 201
    Holder(dav).lock(f"{at(house.lib)}/2020/sub/held.jpg")
    answer = dav("DELETE", f"{at(house.lib)}/2020")
    assert answer.status == 207
    root = ElementTree.fromstring(answer.body)
    assert [r.findtext(f"{DAV}href") for r in root] == [f"{at(house.lib)}/2020/sub/held.jpg"]
    assert "423" in (root[0].findtext(f"{DAV}status") or "")
    assert set(contents(house.lib)) == {"2020", "2020/sub", "2020/sub/held.jpg"}
    below = f"{house.lib.name}/2020"
    gone = {
        path.partition(f"{below}/")[2] for path in contents(house.lib.parent / REMOVED, removed=True) if below in path
    }
    assert gone >= {"IMG_20.jpg", "IMG_21.jpg", "IMG_22.jpg", "sub/free.jpg"}


def test_shared_locks(house: House, dav: Client) -> None:
    path, holder = f"{at(house.lib)}/2020/IMG_20.jpg", Holder(dav)
    first, _ = holder.lock(path, SHARED), holder.lock(path, SHARED)
    assert dav("DELETE", path).status == 423
    assert dav("DELETE", path, If=f"(<{first}>)").status == 204


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("([{etag}])", 204),
        ('(["no such"])', 412),
        ("(Not [{etag}])", 412),
        ('(["no such"]) ([{etag}])', 204),
        ("(<opaquelocktoken:none>)", 412),
        ("(Not <DAV:no-lock> [{etag}])", 204),
        ("<http://elsewhere.example/x> ([{etag}])", 412),
        ("<{lib}/2020/IMG_21.jpg> ([{etag}])", 412),
        ("nonsense", 400),
        ("(", 400),
        ("()", 400),
    ],
)
def test_if_headers(house: House, dav: Client, header: str, status: int) -> None:
    path = f"{at(house.lib)}/2020/IMG_20.jpg"
    etag = dav.one(path, "getetag")["getetag"]
    assert dav("DELETE", path, If=header.format(etag=etag, lib=at(house.lib))).status == status


def patch(dav: Client, path: str, *changes: str) -> Answer:
    body = (
        f'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x">{"".join(changes)}</D:propertyupdate>'
    )
    return dav("PROPPATCH", path, body)


def test_properties_follow(house: House, dav: Client) -> None:
    lib, colour, notes = at(house.lib), "{urn:x}colour", "{urn:x}notes"
    set_ = "<D:set><D:prop>{}</D:prop></D:set>"
    for path in (f"{lib}/2020", f"{lib}/2020/IMG_20.jpg"):
        values = "<x:colour xml:lang='de'>Rot &amp; 100%s</x:colour><x:notes><x:a/>text</x:notes>"
        answer = patch(dav, path, set_.format(values))
        assert answer.status == 207
        assert b"200 OK" in answer.body

    def of(path: str) -> dict[str, str | None]:
        (found,) = dav.propfind(path, propfind_body(colour, notes), "0")
        return {tag: element.text for tag, element in found.found.items()}

    assert of(f"{lib}/2020")[colour] == "Rot & 100%s"
    assert set(of(f"{lib}/2020/IMG_20.jpg")) == {colour, notes}
    assert {m.name: set(m.found) for m in dav.members(f"{lib}/2020", propfind_body(colour))}["IMG_20.jpg"] == {colour}
    assert colour in dav.one(f"{lib}/2020/IMG_20.jpg").found
    assert transfer(dav, "COPY", f"{lib}/2020", f"{lib}/Copy").status == 201
    assert transfer(dav, "MOVE", f"{lib}/2020", f"{lib}/Moved").status == 201
    assert transfer(dav, "MOVE", f"{lib}/Moved/IMG_20.jpg", f"{at(house.other)}/x.jpg").status == 201
    for path in (f"{lib}/Copy", f"{lib}/Moved", f"{lib}/Copy/IMG_20.jpg", f"{at(house.other)}/x.jpg"):
        assert set(of(path)) == {colour, notes}, path
    patch(dav, f"{lib}/Copy", "<D:remove><D:prop><x:colour/></D:prop></D:remove>", set_.format("<x:notes>2</x:notes>"))
    assert of(f"{lib}/Copy") == {notes: "2"}
    assert set(of(f"{lib}/Moved")) == {colour, notes}
    refused = patch(dav, f"{lib}/Copy", set_.format("<D:getetag>x</D:getetag><x:colour>blue</x:colour>"))
    assert refused.status == 207
    assert b"403 Forbidden" in refused.body
    assert b"424 Failed Dependency" in refused.body
    assert of(f"{lib}/Copy") == {notes: "2"}
    assert dav("DELETE", f"{lib}/Copy").status == 204
    assert dav("MKCOL", f"{lib}/Copy").status == 201
    assert of(f"{lib}/Copy") == {}
    windows = "<w:Win32LastModifiedTime xmlns:w='urn:schemas-microsoft-com:'>Mon, 01 Jan 2024</w:Win32LastModifiedTime>"
    assert b"200 OK" in patch(dav, f"{at(house.other)}/x.jpg", set_.format(windows)).body
    assert patch(dav, "/Originals/Fixed/2020/IMG_20.jpg", set_.format("<x:colour/>")).status == 403


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
        transfer(dav, "MOVE", f"{at(house.other)}/2020/IMG_20.jpg", f"{at(house.lib)}/2020/x.jpg"),
        transfer(dav, "COPY", f"{at(house.other)}/2020", f"{at(house.lib)}/2020/x"),
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
        transfer(dav_own, "COPY", "/Originals/Fixed/2020", "/Originals/Other/2021"),
        transfer(dav_own, "MOVE", "/Originals/Other/2020/IMG_10.jpg", "/Originals/Lib/x.jpg"),
    ):
        assert answer.status == 503
    assert not own.other.exists()
    (tmp_path / "away").rename(own.other)
    assert contents(own.other) == before


NAMES = ("a", "b", "ü é", "c.txt", "D.jpg", "100% #?&+")


class Plain:
    """The same file operations on a plain folder, with what RFC 4918 says of each."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: str, body: bytes) -> bool:
        target = self.root / path
        if not target.parent.is_dir() or target.is_dir():
            return False
        target.write_bytes(body)
        return True

    def make(self, path: str) -> bool:
        target = self.root / path
        if target.exists() or not target.parent.is_dir():
            return False
        target.mkdir()
        return True

    def delete(self, path: str) -> bool:
        target = self.root / path
        if not target.exists():
            return False
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        return True

    def transfer(self, verb: str, source: str, to: str, overwrite: bool) -> bool:
        old, new = self.root / source, self.root / to
        inside = new == old or new.is_relative_to(old) or old.is_relative_to(new)
        if inside or not old.exists() or not new.parent.is_dir() or (new.exists() and not overwrite):
            return False
        if new.exists():
            self.delete(to)
        if verb == "MOVE":
            old.rename(new)
        else:
            shutil.copytree(old, new) if old.is_dir() else shutil.copy2(old, new)
        return True


def test_the_same_as_a_plain_folder(house: House, dav: Client, tmp_path: Path) -> None:
    """Hundreds of random operations here and there give the same tree, and nothing that was written is ever lost."""
    rng = random.Random(20240731)
    shutil.copytree(house.lib, tmp_path / "plain")
    plain, written = Plain(tmp_path / "plain"), {one for one in contents(house.lib).values() if one}

    def path() -> str:
        return "/".join(rng.choices(NAMES, k=rng.choice((1, 1, 2, 2, 3))))

    for step in range(400):
        kind = rng.choice(("put", "put", "make", "make", "delete", "MOVE", "MOVE", "COPY"))
        one = path()
        url = f"{at(house.lib)}/{quote(one)}"
        if kind == "put":
            body = f"{step} {rng.random()}".encode() if rng.random() < 0.9 else b""
            done, status = plain.put(one, body), dav("PUT", url, body).status
            written |= {hashlib.sha256(body).hexdigest()} if done else set()
        elif kind == "make":
            done, status = plain.make(one), dav("MKCOL", url).status
        elif kind == "delete":
            done, status = plain.delete(one), dav("DELETE", url).status
        else:
            to, overwrite = path(), rng.random() < 0.6
            done = plain.transfer(kind, one, to, overwrite)
            flag = "T" if overwrite else "F"
            status = transfer(dav, kind, f"{at(house.lib)}/{one}", f"{at(house.lib)}/{to}", Overwrite=flag).status
        assert (status < 300) is done, (step, kind, one, status)
        if step % 50 == 49:
            assert contents(house.lib) == contents(plain.root), step
            assert listed(dav, f"{at(house.lib)}/") == contents(plain.root), step
    assert written <= set(contents(house.lib.parent, removed=True).values())
    house.serving.settle()
    assert listed(dav, f"{at(house.lib)}/") == contents(plain.root)


def test_through_a_mount(own: House, tmp_path: Path) -> None:
    """What people do with cp, mv and rm on the mounted drive."""
    photo = own.fixed / "2020/IMG_20.jpg"
    with mounted(own.serving, tmp_path, "--vfs-cache-mode", "writes", "--vfs-write-back", "0s") as mount:
        lib = mount / "Originals" / "Lib"
        (lib / "Trip").mkdir()
        for name in ("one.jpg", "not wanted.jpg"):
            shutil.copy(photo, lib / "Trip" / name)
            wait_for((own.lib / "Trip" / name).exists, "the upload")
        (lib / "Trip" / "one.jpg").rename(lib / "Trip" / "two.jpg")
        (lib / "Trip").rename(lib / "Journey")
        (lib / "Journey" / "not wanted.jpg").unlink()
        assert {"Journey", "Trip"} & {path.name for path in lib.iterdir()} == {"Journey"}
    assert contents(own.lib / "Journey") == {"two.jpg": hashlib.sha256(photo.read_bytes()).hexdigest()}
    assert "not wanted.jpg" in rclone(own.serving, "lsf", "haven:Recently Removed")


def test_rclone_sync(own: House, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(own.fixed / "2020", source / "sub")
    (source / "note.txt").write_text("hello")
    (own.lib / "Synced").mkdir()
    (own.lib / "Synced" / "other.txt").write_text("to go")
    wait_for(lambda: "Synced" in rclone(own.serving, "lsf", "haven:Originals/Lib"), "the folder to be noticed")
    rclone(own.serving, "sync", str(source), "haven:Originals/Lib/Synced")
    assert contents(own.lib / "Synced") == contents(source)
    assert rclone(own.serving, "cat", "haven:Recently Removed/other.txt") == "to go"
    rclone(own.serving, "moveto", "haven:Originals/Lib/Synced/sub", "haven:Originals/Other/sub")
    assert contents(own.other / "sub") == contents(source / "sub")
