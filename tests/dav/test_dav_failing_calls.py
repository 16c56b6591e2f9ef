"""System calls of writes fail one by one: what is refused has not happened, and nothing is lost.

A part of what tests/benchmarks/failing_calls.py tries, chosen so that it takes about a minute.
"""

from collections.abc import Iterator

import pytest
from helpers.effort import times
from helpers.failing import EIO, FULL, KILLED, SHORT, UNREADABLE, Way, can_fail
from helpers.failing_all import KINDS
from helpers.failing_commands import backed_up, exported, purged, user_added, user_removed
from helpers.failing_kinds import (
    Kind,
    copied_folder,
    deleted,
    deleted_folder,
    half_sent,
    made,
    moved,
    new,
    over,
)
from helpers.failing_smart import renamed, retimed, said
from helpers.failing_writes import Trial, trial

pytestmark = [pytest.mark.long, pytest.mark.skipif(not can_fail(), reason="needs Linux and gcc")]

FILES = [
    new("/Inbox/put"),
    over("/Inbox/over"),
    over("/Originals/Lib"),
    moved("/Inbox/move", "/Inbox/moved"),
    moved("/Originals/Lib", "/Originals/Lib/sub"),
    copied_folder("/Originals/Lib"),
    deleted("/Inbox/delete"),
    deleted_folder("/Originals/Lib"),
    made("/Originals/Lib"),
]
SAID = [
    new("/Inbox/put"),
    half_sent("/Inbox/put"),
    retimed("/Inbox/times"),
    made("/Search"),
    renamed("/People"),
    said("/Albums"),
]
COMMANDS = [purged(), backed_up(), exported("--sidecars"), user_added(), user_removed()]


def _name(kind: Kind) -> str:
    return kind.name


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A server whose libraries' disks fail."""
    with trial(tmp_path_factory.mktemp("failing"), "libraries") as server:
        yield server


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A server and commands whose data folder's disk fails."""
    with trial(tmp_path_factory.mktemp("failing-data"), "data") as server:
        yield server


@pytest.mark.parametrize("way", times([EIO], [EIO, UNREADABLE]), ids=lambda way: way.name)
@pytest.mark.parametrize("kind", FILES, ids=_name)
def test_a_call_on_the_photos_disk(libraries: Trial, kind: Kind, way: Way) -> None:
    found = libraries.try_all(kind, way, every=times(4, 3) if way is EIO else 2)
    assert found.is_right, found
    assert found.tries >= 3 and (found.refused or way is not EIO)


@pytest.mark.parametrize("kind", [new("/Inbox/put"), over("/Inbox/over"), over("/Originals/Lib")], ids=_name)
def test_half_a_write_to_the_photos_disk(libraries: Trial, kind: Kind) -> None:
    """Only what sends bytes writes any there."""
    found = libraries.try_all(kind, SHORT)
    assert found.is_right and found.tries, found


@pytest.mark.parametrize("way", times([EIO], [EIO, FULL, SHORT]), ids=lambda way: way.name)
@pytest.mark.parametrize("kind", SAID, ids=_name)
def test_a_call_on_the_disk_of_the_data_folder(data: Trial, kind: Kind, way: Way) -> None:
    found = data.try_all(kind, way, every=times(3, 2))
    assert found.is_right, found
    assert found.tries >= 2 and (found.refused or way is SHORT)


@pytest.mark.parametrize("kind", COMMANDS, ids=_name)
def test_a_call_of_a_command(data: Trial, kind: Kind) -> None:
    found = data.try_all(kind, EIO, every=times(9, 5), most=times(100, 2000))
    assert found.is_right, found
    assert found.tries >= 2


@pytest.mark.parametrize("kind", [new("/Inbox/put"), *times([], [over("/Originals/Lib")])], ids=_name)
def test_a_kill_at_a_call(libraries: Trial, kind: Kind) -> None:
    found = libraries.try_all(kind, KILLED, every=9)
    assert found.is_right and found.tries, found


def test_names_are_unique() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
