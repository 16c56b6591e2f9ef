"""What writes mean: a row for each cell of the table, done by five hands, with what is true afterwards.

Every cell is done by the tree's own door without HTTP, over raw HTTP, with rclone, on a drive that rclone mounts, and
with gio; then all of it is taken back, and all is as it was. Originals of the library that is read-only are the same at
the end.
"""

import time
from collections.abc import Iterator

import pytest
from helpers.meaning.cells import Cell
from helpers.meaning.rows import CELLS
from helpers.meaning.world import HANDS, World, world_of
from helpers.serving import wait_for


@pytest.fixture(scope="module", params=HANDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of(request.param, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_a_write_means(world: World, cell: Cell) -> None:
    if world.hands.name == cell.unless:
        return
    before, last = world.facts(), world.last()
    done = cell.do(world.hands)
    after = world.facts()
    try:
        if cell.check is None:
            kept = {kind: rows for kind, rows in after.items() if kind != "made"}
            assert kept == {kind: rows for kind, rows in before.items() if kind != "made"}
            assert not done or (world.hands.sends_later and "copied" in cell.column)
        else:
            assert done
            until = time.monotonic() + (20 if world.hands.sends_later else 0)
            while True:  # what is copied in a mounted drive is sent a moment later
                try:
                    assert cell.check(before, world.facts())
                    break
                except AssertionError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.2)
    finally:
        world.take_back(last)
    assert world.facts() == before


def test_inbox(world: World) -> None:
    """Real files cannot be taken back, so these are done in one go."""
    hands = world.hands
    assert hands.make("/Inbox/trip")
    assert hands.upload(world.new, "/Inbox/trip/new.jpg")
    wait_for(lambda: (world.inbox / "trip/new.jpg").exists(), "the upload")
    assert (world.inbox / "trip/new.jpg").read_bytes() == world.new.read_bytes()
    wait_for(lambda: ("new.jpg", 20180304) in world.facts()["days"], "the photo in the timeline", seconds=20)
    assert hands.move_folder("/Inbox/trip", "/Inbox/journey")
    assert hands.move("/Inbox/journey/new.jpg", "/Inbox/journey/newer.jpg")
    assert (world.inbox / "journey/newer.jpg").exists()
    assert hands.delete("/Inbox/journey/newer.jpg")
    assert not (world.inbox / "journey/newer.jpg").exists()
    assert world.plain.read("/Recently Removed/newer.jpg") == world.new.read_bytes()
    assert not world.plain.delete("/Recently Removed/newer.jpg")
    assert not hands.delete("/Recently Removed/newer.jpg")


def test_originals_that_may_be_written(world: World) -> None:
    hands, base = world.hands, "/Originals/Own"
    data = (world.own / "sub/own1.jpg").read_bytes()
    assert hands.make(f"{base}/made")
    assert (world.own / "made").is_dir()
    assert hands.move(f"{base}/sub/own1.jpg", f"{base}/made/own1.jpg")
    assert (world.own / "made/own1.jpg").read_bytes() == data and not (world.own / "sub/own1.jpg").exists()
    assert hands.upload(world.new, f"{base}/made/up.jpg")
    wait_for(lambda: (world.own / "made/up.jpg").exists(), "the upload")
    assert hands.delete(f"{base}/made/own1.jpg")
    assert hands.delete_folder(f"{base}/sub")
    assert not (world.own / "sub").exists()
    assert world.plain.read("/Recently Removed/own1.jpg") == data
    assert world.plain.move("/Recently Removed/own1.jpg", "/Originals/Own/made/own1.jpg")
    assert (world.own / "made/own1.jpg").read_bytes() == data
