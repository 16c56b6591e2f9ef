"""Two clients write to the same paths at once: an order of their requests explains each answer, through kills too."""

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.two_clients_model import DIR, Request, State, explain
from helpers.two_clients_walk import walk

pytestmark = pytest.mark.long

HERE, A, B = "/x", "/x/a.txt", "/x/b.txt"
EMPTY: State = frozenset({(HERE, DIR)})


def put(client: int, began: float, ended: float, data: bytes, status: int = 201) -> Request:
    return Request(client, "PUT", A, data=data, began=began, ended=ended, status=status)


def got(client: int, began: float, ended: float, what: str, status: int = 200) -> Request:
    return Request(client, "GET", A, began=began, ended=ended, status=status, got=what)


def test_the_model_itself() -> None:
    """What no order explains is found: an answer of before, a lost write, a write that was refused and is there."""
    first = put(1, 0, 1, b"one")
    (after,) = explain(EMPTY, [first], [])
    one = dict(after)[A]
    assert explain(EMPTY, [first], [got(2, 0.5, 0.9, "", 404)]) == {after}, "it may come before"
    assert explain(EMPTY, [first], [got(2, 2, 3, one)]) == {after}
    assert not explain(EMPTY, [first], [got(2, 2, 3, "", 404)]), "an acknowledged file is not there"
    assert not explain(EMPTY, [first], [put(2, 2, 3, b"two", 201)]), "a file that is there is no new one"
    both = explain(EMPTY, [put(1, 0, 2, b"one", 201)], [put(2, 1, 3, b"two", 204)])
    assert len(both) == 2, "either may be the last"
    cut = put(1, 0, float("inf"), b"one")
    cut.status = None
    assert explain(EMPTY, [cut], []) == {EMPTY, after}
    gone = Request(1, "DELETE", A, began=2, ended=3, status=409)
    assert not explain(EMPTY, [first, gone], []), "nothing else was under way that would explain it"
    assert explain(EMPTY, [first, gone], [Request(2, "MOVE", A, B, True, b"", 2, 3, 201)])


def test_the_model_of_conditions_and_locks() -> None:
    """A change that its sender would not have made, and one of what somebody else has locked, are found."""
    first = put(1, 0, 1, b"one")
    (after,) = explain(EMPTY, [first], [])
    knowing = Request(1, "PUT", A, data=b"two", began=1, ended=4, status=204, expects=dict(after)[A])
    assert explain(after, [knowing], [])
    theirs = Request(2, "PUT", A, data=b"three", began=2, ended=3, status=204, expects=dict(after)[A])
    assert not explain(after, [knowing], [theirs]), "both changed what only one of them can have found"
    locked = [
        Request(1, "LOCK", A, began=1, ended=2, status=200),
        Request(1, "UNLOCK", A, began=4, ended=5, status=204),
    ]
    assert not explain(after, locked, [put(2, 2.5, 3, b"two", 204)]), "it was locked"
    assert explain(after, locked, [put(2, 2.5, 3, b"two", 423)])
    assert explain(after, locked, [put(2, 2.5, 6, b"two", 204)])


def test_the_model_of_copies() -> None:
    """A copy is of what was there once while it was made, and is there when it is answered."""
    first = put(1, 0, 1, b"one")
    (after,) = explain(EMPTY, [first], [])
    copy = Request(1, "COPY", A, B, began=1, ended=5, status=201)
    (both,) = explain(after, [copy], [])
    assert dict(both)[B] == dict(after)[A]
    gone = [Request(2, "DELETE", A, began=2, ended=3, status=204), Request(2, "GET", B, began=3, ended=4, status=404)]
    assert explain(after, [copy], gone), "it was read before, and written after that"
    assert not explain(after, [copy], [*gone, Request(2, "GET", B, began=6, ended=7, status=404)])
    late = Request(1, "COPY", A, B, began=3.5, ended=5, status=201)
    assert not explain(after, [late], gone), "there was nothing to copy any more"


def test_the_model_of_entity_tags() -> None:
    """The same bytes may get another tag where they are copied onto themselves, and nowhere else."""
    (after,) = explain(EMPTY, [put(1, 0, 1, b"one")], [])
    here = frozenset({*after, (B, dict(after)[A])})
    refused = Request(1, "DELETE", A, began=4, ended=5, status=412, expects=dict(after)[A], seen=2)
    assert not explain(here, [refused], [])
    copy = Request(2, "COPY", B, A, began=2.5, ended=3, status=204)
    assert explain(here, [refused], [copy]) == {here}
    known = replace(copy, began=1, ended=1.5)
    assert not explain(here, [refused], [], [known]), "it was there when the tag was seen"


def test_the_model_of_reading() -> None:
    """What is read at one path and then at another cannot be of before and after a move in between."""
    (after,) = explain(EMPTY, [put(1, 0, 1, b"one")], [])
    what = dict(after)[A]
    move = Request(1, "MOVE", A, B, began=2, ended=9, status=201)
    reading = [Request(2, "GET", A, began=3, ended=4, status=404), Request(2, "GET", B, began=5, ended=6, status=404)]
    assert not explain(after, [move], reading), "it was nowhere"
    assert explain(after, [move], [reading[0], replace(reading[1], status=200, got=what)])
    assert explain(after, [move], [replace(reading[0], status=200, got=what), reading[1]])


@pytest.mark.parametrize("seed", range(1, times(1, 3) + 1))
def test_two_clients_on_the_same_paths(tmp_path: Path, seed: int) -> None:
    found = walk(tmp_path, times(8, 16), 15, kill_every=times(4, 8), seed=seed)
    assert found.overlapping > times(10, 30), "requests met"
