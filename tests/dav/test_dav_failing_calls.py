"""System calls of writes fail one by one: what is refused has not happened, and nothing is lost.

A part of what tests/benchmarks/failing_calls.py tries, chosen so that it takes about a minute.
"""

from collections.abc import Iterator

import pytest
from helpers.effort import times
from helpers.failing import EIO, KILLED, SHORT, Way, can_fail
from helpers.failing_kinds import KINDS, Kind, deleted, deleted_folder, made, moved, new, over
from helpers.failing_writes import Trial, trial

pytestmark = pytest.mark.skipif(not can_fail(), reason="needs Linux and gcc")

FEW = [
    new("/Inbox/put"),
    over("/Inbox/over"),
    over("/Originals/Lib"),
    moved("/Inbox/move", "/Inbox/moved"),
    moved("/Originals/Lib", "/Originals/Lib/sub"),
    deleted("/Inbox/delete"),
    deleted_folder("/Originals/Lib"),
    made("/Originals/Lib"),
]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A server whose libraries' disks fail."""
    with trial(tmp_path_factory.mktemp("failing"), "libraries") as server:
        yield server


@pytest.mark.parametrize("way", times([EIO], [EIO, SHORT]), ids=lambda way: way.name)
@pytest.mark.parametrize("kind", FEW, ids=lambda kind: kind.name)
def test_a_call_fails(libraries: Trial, kind: Kind, way: Way) -> None:
    found = libraries.try_all(kind, way, every=times(4, 3))
    assert found.is_right, found
    assert found.tries >= 3 and (found.refused or way is SHORT)
    assert not found.tracebacks


@pytest.mark.parametrize("kind", [new("/Inbox/put"), *times([], [over("/Originals/Lib")])], ids=lambda kind: kind.name)
def test_a_kill_at_a_call(libraries: Trial, kind: Kind) -> None:
    found = libraries.try_all(kind, KILLED, every=9)
    assert found.is_right and found.tries, found


def test_names_are_unique() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
