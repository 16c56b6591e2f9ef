"""A folder of this computer, kept in step with an album, a person, a month, the favourites or the inbox.

What a person does in the local folder means the same as if they did it in the drive, and what others do in the drive
comes to the local folder. A run that follows has nothing to do.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.meaning.cells import Facts
from helpers.meaning.world import MAY, World, world_of
from helpers.syncing import Synced

from haven_fs.testing import make_photo

CHOSEN = ["Albums/Synced", "People/Alice", "Favorites"]
MONTH = MAY[1:]
SPELLED = ["IMG_9.JPG", "IMG_9.jpg", "Straße.jpg", "Strasse.jpg", "Ä.jpg", "ä.jpg"]
PROGRAMS = [("sync", "other"), ("bisync", "nextcloud")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of("http", tmp_path_factory.mktemp("world")) as made:
        assert made.hands.make("/Albums/Synced")
        for name in ("A1.jpg", "A2.jpg", "A3.jpg"):
            for folder in ("/Albums/Synced", "/Favorites"):
                assert made.hands.copy(f"{MAY}/{name}", f"{folder}/{name}")
        yield made


@pytest.fixture(params=PROGRAMS, ids="-".join)
def begin(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Synced]]:
    """Begin to keep a folder in step; afterwards what was said in it is taken back, and it is as it was."""
    verb, vendor = request.param
    last, before = world.last(), world.facts()

    def start(folder: str) -> Synced:
        synced = Synced(world.url, tmp_path / "local", folder, verb, vendor)
        if folder.startswith("Inbox"):
            assert world.hands.make(f"/{folder}")
            for number in (1, 2):
                data = make_photo(tmp_path / "new.jpg", f"2022-01-0{number} 10:00:00", camera=("Haven", folder))
                assert world.hands.upload(data, f"/{folder}/A{number}.jpg")
        synced.begin()
        return synced

    yield start
    world.take_back(last)
    after = world.facts()
    assert {kind: rows for kind, rows in after.items() if kind != "days"} == {
        kind: rows for kind, rows in before.items() if kind != "days"
    }


def photo(path: Path, size: tuple[int, int] = (70, 50), day: str = "2017-08-09") -> Path:
    """Make a photo that no other test has."""
    return make_photo(path, f"{day} 10:00:00", size=size, camera=("Haven", str(path)))


def in_step(world: World, synced: Synced) -> None:
    """Both folders are alike, and a further run does nothing."""
    assert synced.run() == ""
    drive = {name: world.plain.read(f"/{synced.remote}/{name}") for name in world.plain.list(f"/{synced.remote}")}
    assert drive == synced.here()


def belongs(facts: Facts, folder: str) -> set[str]:
    """Return the photos that belong to a folder, by their names in Recent."""
    top, _, name = folder.partition("/")
    if top == "Favorites":
        return {photo for photo, is_one in facts["favorites"] if is_one}
    facet = {"Albums": "album", "People": "person"}[top]
    return {photo for kind, value, photo in facts["in"] if (kind, value) == (facet, name)}


def rename(world: World, synced: Synced, old: str, new: str) -> None:
    """Rename a local file: rclone sends it under the new name, then deletes the old one; nothing is said by it."""
    before = world.facts()
    (synced.local / old).rename(synced.local / new)
    report = synced.run() or ""
    assert f"{new}: Copied (new)" in report and f"{old}: Deleted" in report
    assert world.facts() == before
    in_step(world, synced)


@pytest.mark.parametrize("begin", PROGRAMS[:1], indirect=True, ids="-".join)
@pytest.mark.parametrize("folder", CHOSEN)
def test_photos_that_were_chosen(world: World, begin: Callable[[str], Synced], folder: str) -> None:
    synced = begin(folder)
    before = belongs(world.facts(), folder)
    photo(synced.local / "fresh.jpg")
    assert "fresh.jpg: Copied (new)" in (synced.run() or "")
    (new,) = belongs(world.facts(), folder) - before
    in_step(world, synced)
    rename(world, synced, "A1.jpg", "best.jpg")
    rename(world, synced, "fresh.jpg", "fresher.jpg")
    for name in ("best.jpg", "fresher.jpg"):
        (synced.local / name).unlink()
    assert (synced.run() or "").count(": Deleted") == 2
    assert before - belongs(world.facts(), folder) == {"A1.jpg"}
    assert {new, "A1.jpg"} <= dict(world.facts()["days"]).keys(), "the photos stay"
    in_step(world, synced)
    unchanged = world.facts()
    photo(synced.local / "A2.jpg")
    assert synced.run() is None, "what is changed is refused"
    assert world.facts() == unchanged and {"A1.jpg", "A2.jpg"} & set(world.plain.list(f"/{folder}")) == {"A2.jpg"}


def test_a_month(world: World, begin: Callable[[str], Synced], tmp_path: Path) -> None:
    synced, new = begin(MONTH), f"{tmp_path.name}.jpg"
    photo(synced.local / new, day="2020-05-20")
    assert f"{new}: Copied (new)" in (synced.run() or "")
    assert (new, 20200520) in world.facts()["days"]
    in_step(world, synced)
    rename(world, synced, "A1.jpg", "best.jpg")
    rename(world, synced, new, f"renamed {new}")
    before, listed = world.facts(), world.plain.list(f"/{MONTH}")
    (synced.local / "A2.jpg").unlink()
    assert synced.run() is None, "a month lets no photo go"
    assert world.facts() == before and world.plain.list(f"/{MONTH}") == listed


def test_the_inbox(world: World, begin: Callable[[str], Synced], request: pytest.FixtureRequest) -> None:
    """New, renamed, changed and removed files."""
    folder = f"Inbox/{request.node.callspec.id}"
    synced, there = begin(folder), world.inbox / request.node.callspec.id
    photo(synced.local / "fresh.jpg")
    synced.run()
    in_step(world, synced)
    rename(world, synced, "A1.jpg", "best.jpg")
    rename(world, synced, "fresh.jpg", "fresher.jpg")
    assert {path.name: path.read_bytes() for path in there.iterdir()} == synced.here()
    photo(synced.local / "best.jpg", (80, 60))
    assert "best.jpg: Copied (replaced existing)" in (synced.run() or "")
    in_step(world, synced)
    (synced.local / "A2.jpg").unlink()
    assert "A2.jpg: Deleted" in (synced.run() or "")
    in_step(world, synced)
    assert {path.name for path in there.iterdir()} == {"best.jpg", "fresher.jpg"}


@pytest.mark.parametrize("begin", PROGRAMS[1:], indirect=True, ids="-".join)
@pytest.mark.parametrize("folder", [*CHOSEN, "Inbox/both"])
def test_changes_on_both_sides(world: World, begin: Callable[[str], Synced], folder: str) -> None:
    synced = begin(folder)
    assert world.hands.copy("/Timeline/2021/2021-06/B2.jpg", f"/{folder}/B2.jpg")
    assert world.hands.delete(f"/{folder}/A1.jpg")
    photo(synced.local / "fresh.jpg")
    report = synced.run() or ""
    assert "B2.jpg: Copied (new)" in report and "fresh.jpg: Copied (new)" in report and "A1.jpg: Deleted" in report
    assert {"B2.jpg", "fresh.jpg"} <= synced.here().keys() and "A1.jpg" not in synced.here()
    in_step(world, synced)
    (synced.local / "B2.jpg").unlink()
    assert world.hands.delete(f"/{folder}/fresh.jpg")
    synced.run()
    assert not {"B2.jpg", "fresh.jpg"} & synced.here().keys()
    in_step(world, synced)


@pytest.mark.parametrize("folder", ["Inbox/spelled", "Albums/Spelled", "Originals/Own/spelled"])
def test_names_that_differ_by_spelling_alone_are_all_kept(world: World, tmp_path: Path, folder: str) -> None:
    synced = Synced(world.url, tmp_path / "local", folder, "copy", "nextcloud")
    for number, name in enumerate(SPELLED):
        photo(synced.local / name, (70, 50 + number))
    assert (synced.run() or "").count(": Copied (new)") == len(SPELLED)
    in_step(world, synced)
    for name in ("IMG_9.jpg", "Straße.jpg"):
        photo(synced.local / name, (90, 50))
        if not folder.startswith("Albums"):
            assert f"{name}: Copied (replaced existing)" in (synced.run() or "")
            in_step(world, synced)


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
@pytest.mark.parametrize("folder", ["Inbox/empty", "Albums/Empty", "Originals/Own/empty"])
def test_empty_files_are_in_step_too(world: World, tmp_path: Path, vendor: str, folder: str) -> None:
    """They are names that are kept, with the time they were sent with."""
    folder = f"{folder} {vendor}"
    synced = Synced(world.url, tmp_path / "local", folder, "sync", vendor)
    photo(synced.local / "a.jpg")
    for name in ("none.jpg", "none.mp4"):
        (synced.local / name).touch()
        os.utime(synced.local / name, (1e9, 1e9))
    assert (synced.run() or "").count(": Copied (new)") == 3
    in_step(world, synced)
    os.utime(synced.local / "none.mp4", (1.1e9, 1.1e9))
    synced.run()
    in_step(world, synced)
    photo(synced.local / "none.jpg")
    assert "none.jpg: Copied (replaced existing)" in (synced.run() or "")
    in_step(world, synced)
