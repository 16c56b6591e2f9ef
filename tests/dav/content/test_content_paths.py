"""A path that gets new content, by every way there is: the photo at it stays that photo, and no bytes are lost.

Done by the tree's own door and over raw HTTP, in the inbox and in a library that may be written to.
"""

from collections.abc import Callable

import pytest
from helpers.hands import Http
from helpers.meaning.world import World
from helpers.tree_hands import TreeHands

Plain = TreeHands | Http
FOLDERS = ("/Inbox", "/Originals/Own/sub")
MONTH, OTHER_MONTH = "/Timeline/2016/2016-03", "/Timeline/2020/2020-05"


def put(hands: Plain, path: str, other: str, data: bytes) -> bool:
    return hands.put(data, path)


def move(hands: Plain, path: str, other: str, data: bytes) -> bool:
    return hands.put(data, other) and hands.move(other, path, overwrite=True)


def copy(hands: Plain, path: str, other: str, data: bytes) -> bool:
    return hands.put(data, other) and hands.copy(other, path, overwrite=True) and hands.delete(other)


def temporary(hands: Plain, path: str, other: str, data: bytes) -> bool:
    return hands.put(data, f"{path}.part") and hands.move(f"{path}.part", path, overwrite=True)


def brought_back(hands: Plain, path: str, other: str, data: bytes) -> bool:
    removed = f"/Recently Removed/{other.rpartition('/')[2]}"
    return hands.put(data, other) and hands.delete(other) and hands.move(removed, path, overwrite=True)


def deleted_before(hands: Plain, path: str, other: str, data: bytes) -> bool:
    """As rclone moves over a file."""
    return hands.put(data, other) and hands.delete(path) and hands.move(other, path)


def deleted_and_sent(hands: Plain, path: str, other: str, data: bytes) -> bool:
    return hands.delete(path) and hands.put(data, path)


WAYS = (put, move, copy, temporary, brought_back, deleted_before, deleted_and_sent)
Way = Callable[[Plain, str, str, bytes], bool]


def say(hands: Plain, path: str, stem: str) -> None:
    """Say all kinds of things of a photo."""
    name = f"{stem}.jpg"
    assert hands.make(f"/Albums/{stem}") and hands.make(f"/People/Somebody {stem}")
    for folder in (f"/Albums/{stem}", "/Favorites", f"/People/Somebody {stem}"):
        assert hands.copy(path, f"{folder}/{name}"), folder
    assert hands.move(f"{MONTH}/{name}", f"{OTHER_MONTH}/{name}")


def folders_that_say_so(stem: str) -> tuple[str, ...]:
    return (f"/Albums/{stem}", "/Favorites", f"/People/Somebody {stem}", OTHER_MONTH)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("way", WAYS)
def test_the_photo_at_the_path_stays_that_photo(
    hands: Plain, folder: str, way: Way, stem: str, first: bytes, second: bytes
) -> None:
    path, other, name = f"{folder}/{stem}.jpg", f"{folder}/new {stem}.jpg", f"{stem}.jpg"
    assert hands.put(first, path)
    say(hands, path, stem)
    assert way(hands, path, other, second)
    assert hands.read(path) == second
    for says in folders_that_say_so(stem):
        assert hands.read(f"{says}/{name}") == second, says
    assert hands.read(f"/Recently Removed/{name}") == first
    shown = [one for one in hands.list(folder) if stem in one]
    assert shown == [name], "nothing else is left, and the file keeps its name on the disk"
    assert [one for one in hands.list("/Recent") if stem in one] == [name], "there is one photo"
    # What was replaced can be had again, and the photo is still the same.
    assert hands.move(f"/Recently Removed/{name}", path, overwrite=True)
    for says in folders_that_say_so(stem):
        assert hands.read(f"{says}/{name}") == first, says
    assert hands.read(f"/Recently Removed/{name}") == second


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("way", [put, move, copy, temporary])
def test_the_same_bytes_replace_nothing(hands: Plain, folder: str, way: Way, stem: str, first: bytes) -> None:
    path, other, name = f"{folder}/{stem}.jpg", f"{folder}/new {stem}.jpg", f"{stem}.jpg"
    assert hands.put(first, path)
    say(hands, path, stem)
    assert way(hands, path, other, first)
    assert [one for one in hands.list(folder) if stem in one] == [name]
    assert [one for one in hands.list("/Recently Removed") if one.startswith(stem)] == []
    assert hands.read(f"/Albums/{stem}/{name}") == first


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("way", [move, brought_back])
def test_what_is_said_of_the_one_that_comes_alone_is_not_lost(
    hands: Plain, folder: str, way: Way, stem: str, first: bytes, second: bytes
) -> None:
    """Nothing was said of the photo at the path, and something of the one that is moved there."""
    path, other = f"{folder}/old {stem}.jpg", f"{folder}/{stem}.jpg"
    assert hands.put(first, path) and hands.put(second, other)
    say(hands, other, stem)
    assert way(hands, path, other, second)
    assert hands.read(path) == second
    for says in folders_that_say_so(stem):
        assert hands.read(f"{says}/{stem}.jpg") == second, says
    assert hands.read(f"/Recently Removed/old {stem}.jpg") == first


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_said_of_both_is_lost_of_none(
    hands: Plain, folder: str, stem: str, first: bytes, second: bytes
) -> None:
    """The one that is moved keeps what was said of it; the other comes back from the trash with what was said of it."""
    path, other, again = (f"{folder}/{name}{stem}.jpg" for name in ("there ", "moved ", "again "))
    assert hands.put(first, path) and hands.put(second, other)
    for name, file in (("Of first", path), ("Of second", other)):
        assert hands.make(f"/Albums/{name} {stem}") and hands.copy(file, f"/Albums/{name} {stem}/x.jpg")
    assert hands.move(other, path, overwrite=True)
    assert hands.read(f"/Albums/Of second {stem}/x.jpg") == second
    assert hands.list(f"/Albums/Of first {stem}") == []
    assert hands.move(f"/Recently Removed/there {stem}.jpg", again)
    assert hands.read(f"/Albums/Of first {stem}/x.jpg") == first


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_said_of_many_at_once_is_said_of_each(
    hands: Plain, folder: str, stem: str, first: bytes, second: bytes
) -> None:
    """A folder that is kept as an album: the photo in it is the one that goes on."""
    path, other = f"{folder}/old {stem}.jpg", f"{folder}/{stem}/{stem}.jpg"
    assert hands.put(first, path) and hands.make(f"{folder}/{stem}") and hands.put(second, other)
    assert hands.copy(f"{folder}/{stem}", f"/Albums/{stem}")
    assert hands.list(f"/Albums/{stem}") == [f"{stem}.jpg"]
    assert hands.move(other, path, overwrite=True)
    assert hands.read(path) == second
    assert hands.list(f"/Albums/{stem}") == [f"{stem}.jpg"]


@pytest.mark.parametrize("folder", [*FOLDERS, "/Albums/{}", "/People/{}"])
@pytest.mark.parametrize("way", [put, move, copy, temporary])
@pytest.mark.parametrize("other", ["{}.JPG", "{}ß.jpg", "{}ﬁ.jpg"])
def test_another_spelling_is_another_file(
    hands: Plain, folder: str, way: Way, other: str, stem: str, first: bytes, second: bytes
) -> None:
    """Neither is lost, and each has the name that it was written under."""
    folder = folder.format(stem)
    if folder not in FOLDERS:
        assert hands.make(folder)
        if way is copy:
            return  # a photo that is copied within a folder has two names there
    there = other.format(stem).replace("JPG", "jpg").replace("ß", "ss").replace("ﬁ", "fi")
    path, new = f"{folder}/{there}", f"{folder}/{other.format(stem)}"
    assert hands.put(first, path)
    assert way(hands, new, f"{folder}/new {stem}.jpg", second)
    assert (hands.read(path), hands.read(new)) == (first, second)
    assert sorted(one for one in hands.list(folder) if stem in one) == sorted([there, other.format(stem)])
    assert hands.delete(new)
    assert hands.read(path) == first


@pytest.mark.parametrize("way", [move, brought_back])
def test_a_copy_sent_later_is_not_taken_for_the_one_that_was_moved(
    hands: Plain, way: Way, stem: str, first: bytes, second: bytes
) -> None:
    path, other, copy = (f"/Originals/Own/sub/{name} {stem}.jpg" for name in ("at", "new", "copy"))
    assert hands.put(first, path) and way(hands, path, other, second)
    assert hands.put(second, copy)
    assert [one for one in hands.list("/Recent") if stem in one] == [f"at {stem}.jpg", f"copy {stem}.jpg"]


@pytest.mark.parametrize("way", WAYS)
def test_a_photo_of_another_library_that_is_only_shown_there_gives_way(
    world: World, hands: Plain, way: Way, stem: str, first: bytes
) -> None:
    known = (world.root / "A1.jpg").read_bytes()
    path = f"/Inbox/{stem}.jpg"
    assert hands.put(known, path) and not (world.inbox / f"{stem}.jpg").exists()
    assert way(hands, path, f"/Inbox/new {stem}.jpg", first)
    assert hands.read(path) == first
    assert [one for one in hands.list("/Inbox") if stem in one] in ([f"{stem}.jpg"], [f"{stem}.JPG"])
    assert hands.read("/Originals/Pictures/A1.jpg") == known


@pytest.mark.parametrize("way", [put, move, copy, temporary])
def test_bytes_of_another_library_sent_over_a_file_are_stored_there(
    world: World, hands: Plain, way: Way, stem: str, first: bytes
) -> None:
    """As a program does that goes back to an older version of what it saved."""
    known = (world.root / "A1.jpg").read_bytes()
    path = f"/Inbox/{stem}.jpg"
    assert hands.put(first, path)
    say(hands, path, stem)
    assert way(hands, path, f"/Inbox/new {stem}.jpg", known)
    assert (world.inbox / f"{stem}.jpg").read_bytes() == known
    assert hands.read(f"/Albums/{stem}/{stem}.jpg") == known
    assert hands.read(f"/Recently Removed/{stem}.jpg") == first
    assert [one for one in hands.list("/Inbox") if stem in one] == [f"{stem}.jpg"]


@pytest.mark.parametrize("folder", ["/Albums/{}", "/People/{}", "/Inbox", "/Originals/Own/sub"])
def test_half_a_file_that_gets_its_name_is_one_that_was_sent(
    hands: Plain, folder: str, stem: str, first: bytes
) -> None:
    folder = folder.format(stem)
    assert folder in FOLDERS or hands.make(folder)
    half, path = f"{folder}/{stem}.jpg.part", f"{folder}/{stem}.jpg"
    assert hands.put(first, half)
    assert not [one for one in hands.list(folder) if stem in one]
    assert hands.move(half, path)
    assert hands.read(path) == first and hands.read(half) is None
    assert [one for one in hands.list("/Recent") if stem in one] == [f"{stem}.jpg"]


def test_a_folder_in_the_way_goes_whole(hands: Plain, stem: str, first: bytes) -> None:
    folder, file = f"/Inbox/{stem}", f"/Inbox/{stem}.jpg"
    assert hands.make(folder) and hands.put(first, f"{folder}/inside.jpg") and hands.put(first + b" ", file)
    assert not hands.move(file, folder)
    assert hands.move(file, folder, overwrite=True)
    assert hands.read(folder) == first + b" "
    assert hands.read(f"/Recently Removed/{stem}/inside.jpg") == first
