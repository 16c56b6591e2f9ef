"""ETags and dates of folders, by which sync tools decide: never the same for another content, never back."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from helpers.dav import Client, propfind_body
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.datafolder import DataFolder
from haven_fs.testing import make_photo
from haven_fs.tree.nodes import Folder

JULY, AUGUST = "/Timeline/2019/2019-07/", "/Timeline/2019/2019-08/"
PARIS, ROME = (48.8584, 2.2945), (41.8902, 12.4922)
ASKED = propfind_body("resourcetype", "getetag", "getlastmodified", "getcontentlength")


@dataclass(frozen=True)
class Version:
    """A folder as a client sees it: its entity tag, its date, and all that is listed in it and below it."""

    tag: str
    modified: datetime
    content: tuple[object, ...]


def versions(dav: Client) -> dict[str, Version]:
    """Return every folder's version by its path."""
    found: dict[str, Version] = {}

    def visit(path: str) -> tuple[object, ...]:
        own, *members = dav.propfind(path, ASKED)
        content = tuple(
            (m.name, *(visit(m.href) if m.is_folder else (m["getetag"], m["getcontentlength"]))) for m in members
        )
        found[path] = Version(own["getetag"], parsedate_to_datetime(own["getlastmodified"]), content)
        return content

    visit("/")
    return found


def compare(before: dict[str, Version], after: dict[str, Version]) -> set[str]:
    """Return the folders that have another content, having checked that their versions tell so."""
    changed = set()
    for path in before.keys() & after.keys():
        old, new = before[path], after[path]
        assert new.modified >= old.modified, f"the date of {path} went back"
        if new.content != old.content:
            changed.add(path)
            assert new.tag != old.tag, f"{path} has another content and the same entity tag"
            assert new.modified > old.modified, f"{path} has another content and the same date"
    return changed


class Home:
    """A server over a library that a test may change."""

    def __init__(self, root: Path, serving: Serving, dav: Client) -> None:
        self.root, self.serving, self.dav = root, serving, dav

    def change(self, done: object, condition: object) -> tuple[dict[str, Version], dict[str, Version], set[str]]:
        """Do something, wait until `condition()` holds, and return the versions before, after, and what changed."""
        before = versions(self.dav)
        time.sleep(1.1)  # dates are told in seconds
        done()  # type: ignore[operator]
        wait_for(condition, "the change to be noticed")
        self.serving.settle()
        after = versions(self.dav)
        return before, after, compare(before, after)

    def files(self, path: str) -> list[str]:
        return self.dav.files(path) if self.dav("PROPFIND", path, Depth=0).status == 207 else []


def make_library(root: Path) -> None:
    for day in range(1, 4):
        make_photo(root / f"july/J{day}.jpg", f"2019-07-0{day} 10:00:00", PARIS, seed=f"july {day}")
        make_photo(root / f"august/A{day}.jpg", f"2019-08-0{day} 10:00:00", ROME, seed=f"august {day}")
    (root / "august/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no picture")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    make_library(root)
    data.mkdir()
    (data / "haven.toml").write_text("[tree]\nrecent_photos = 3\n")
    with serve(root, data=data) as serving, Client(serving.url) as dav:
        yield Home(root, serving, dav)


def test_versions_tell_of_every_change(home: Home) -> None:
    root = home.root

    # A photo is added: all above it has changed, its neighbours have not.
    before, after, changed = home.change(
        lambda: make_photo(root / "july/J4.jpg", "2019-07-04 10:00:00", PARIS, seed="july 4"),
        lambda: "J4.jpg" in home.files(JULY),
    )
    assert changed >= {"/", "/Timeline/", "/Timeline/2019/", JULY, "/Places/", "/Places/Paris/", "/Recent/"}
    assert changed >= {"/Originals/", "/Originals/Pictures/", "/Originals/Pictures/july/", "/Places/Countries/"}
    for path in (
        AUGUST,
        "/Places/Rome/",
        "/Places/Countries/Italy/",
        "/Originals/Pictures/august/",
        "/Review/Unreadable/",
    ):
        assert after[path] == before[path]

    # Other bytes at the same path.
    size = len(home.dav("GET", f"{JULY}J4.jpg").body)
    before, after, changed = home.change(
        lambda: make_photo(root / "july/J4.jpg", "2019-07-04 10:00:00", PARIS, seed="other", caption="longer" * 50),
        lambda: home.dav.one(f"{JULY}J4.jpg", "getcontentlength")["getcontentlength"] != str(size),
    )
    assert changed >= {"/", JULY, "/Places/Paris/", "/Originals/Pictures/july/", "/Recent/"}
    assert after[AUGUST] == before[AUGUST]

    # The same bytes with another time.
    tag = home.dav.one(f"{JULY}J1.jpg", "getetag")["getetag"]
    before, after, changed = home.change(
        lambda: os.utime(root / "july/J1.jpg", (1_000_000_000, 1_000_000_000)),
        lambda: home.dav.one(f"{JULY}J1.jpg", "getetag")["getetag"] != tag,
    )
    assert changed >= {"/", JULY, "/Places/Paris/", "/Originals/Pictures/july/"}
    assert after[AUGUST] == before[AUGUST]

    # One of the three most recent is removed, and an older one takes its place.
    recent = home.files("/Recent/")
    assert len(recent) == 3
    third = next(name for name in recent if name != "J4.jpg")
    before, after, changed = home.change(
        next(root.glob(f"*/{third}")).unlink, lambda: third not in home.files("/Recent/")
    )
    assert changed >= {"/", "/Timeline/", "/Recent/", "/Originals/Pictures/"}
    assert len(home.files("/Recent/")) == 3

    # The newest is removed: what is left is older, but the folder is not.
    before, after, changed = home.change((root / "july/J4.jpg").unlink, lambda: "J4.jpg" not in home.files(JULY))
    assert changed >= {"/", JULY, "/Timeline/", "/Places/Paris/", "/Originals/Pictures/july/", "/Recent/"}
    assert after[AUGUST].tag == before[AUGUST].tag

    # A photo gets another date, so it goes from one month to another.
    before, after, changed = home.change(
        lambda: make_photo(root / "july/J3.jpg", "2019-08-20 10:00:00", PARIS, seed="july 3"),
        lambda: "J3.jpg" in home.files(AUGUST),
    )
    assert changed >= {"/", JULY, AUGUST, "/Originals/Pictures/july/"}
    assert "/Originals/Pictures/august/" not in changed


def test_versions_tell_of_moves_repairs_and_removed_folders(home: Home) -> None:
    root = home.root

    # Moved on disk: smart folders show it as before, the real ones have changed.
    _, _, changed = home.change(
        lambda: (root / "july/J1.jpg").rename(root / "august/J1.jpg"),
        lambda: "J1.jpg" in home.files("/Originals/Pictures/august/") and not home.serving.status()["pending"],
    )
    assert changed >= {"/", "/Originals/Pictures/july/", "/Originals/Pictures/august/"}
    assert "J1.jpg" in home.files(JULY)

    # A second file cannot be read, and is repaired, so that the first is alone again.
    good = make_photo(root.parent / "good.jpg", "2019-08-09 10:00:00", ROME).read_bytes()
    _, _, changed = home.change(
        lambda: (root / "august/cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 nor is this one"),
        lambda: "cut.jpg" in home.files("/Review/Unreadable/"),
    )
    assert changed >= {"/", "/Review/", "/Review/Unreadable/"}
    _, _, changed = home.change(
        lambda: (root / "august/cut.jpg").write_bytes(good), lambda: "cut.jpg" in home.files(AUGUST)
    )
    assert changed >= {"/", "/Review/", "/Review/Unreadable/", AUGUST, "/Places/Rome/"}

    # A whole folder goes.
    _, after, changed = home.change(
        lambda: shutil.rmtree(root / "july"), lambda: "july" not in home.dav.folders("/Originals/Pictures/")
    )
    assert changed >= {"/", JULY, "/Timeline/", "/Places/Paris/", "/Originals/", "/Originals/Pictures/"}
    assert "/Originals/Pictures/july/" not in after


def test_versions_survive_a_restart(tmp_path: Path) -> None:
    root, other, data = tmp_path / "Pictures", tmp_path / "Other", tmp_path / "data"
    make_library(root)
    with serve(root, data=data) as serving, Client(serving.url) as dav:
        first = versions(dav)
    time.sleep(1.1)
    make_photo(other / "o.jpg", "2018-01-01 10:00:00", seed="other")
    with serve(other, data=data) as serving, Client(serving.url) as dav:
        second = versions(dav)
        changed = compare(first, second)
    assert changed >= {"/", "/Timeline/", "/Originals/", "/Recent/"}
    for path in (JULY, AUGUST, "/Timeline/2019/", "/Places/Paris/", "/Originals/Pictures/", "/Review/Unreadable/"):
        assert second[path] == first[path]
    time.sleep(1.1)
    haven("libraries", "remove", "Other", "--data", data)
    with serve(data=data) as serving, Client(serving.url) as dav:
        assert compare(second, versions(dav)) >= {"/", "/Timeline/", "/Originals/"}


def test_on_this_day_is_another_folder_each_day(tmp_path: Path) -> None:
    for day in (1, 2):
        make_photo(tmp_path / f"Pictures/{day}.jpg", f"2019-07-0{day} 10:00:00", seed=day)
    haven("index", tmp_path / "Pictures", "--data", tmp_path / "data")
    data = DataFolder(tmp_path / "data")
    today = datetime.now()
    midsummer = today.replace(year=today.year + 1, month=7, day=1)
    with data.catalog(readonly=True) as catalog:
        tree = data.tree(catalog)
        with tree.view() as view:
            seen = []
            for days in range(4):
                now = replace(view, now=midsummer + timedelta(days=days))
                folder = tree.resolve(now, ["On This Day"])
                assert isinstance(folder, Folder)
                assert folder.files()
                names = [file.name for file in folder.files().files(view.db)]  # type: ignore[union-attr]
                seen.append((names, str(folder.stamp()), now.modified(folder.stamp())))
            root = replace(view, now=midsummer + timedelta(days=9))
            top = tree.resolve(root, [])
            assert isinstance(top, Folder)
            assert root.modified(top.stamp()) > seen[-1][2]  # above it, too
    assert [names for names, _, _ in seen] == [["1.jpg"], ["2.jpg"], [], []]
    assert len({stamp for _, stamp, _ in seen[:3]}) == 3
    dates = [modified for _, _, modified in seen]
    assert dates == sorted(dates)
