"""The processes that make renditions: what crashes or hangs costs itself."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from haven_fs.renditions import makers as module
from haven_fs.renditions.makers import Makers
from haven_fs.renditions.orders import NotNow

PATIENCE = 120


def double(number: int) -> int:
    return 2 * number


def die(_: object) -> None:
    os._exit(1)


def die_once(path: str) -> str:
    if not Path(path).exists():
        Path(path).touch()
        os._exit(1)
    return "well"


def hang(_: object) -> None:
    time.sleep(1000)


def fail(_: object) -> None:
    raise NotNow("not now")


def no_result() -> None:
    raise AssertionError("it did not end its process")


@pytest.fixture
def makers() -> Iterator[Makers]:
    made = Makers(2)
    yield made
    made.stop()


def test_they_work(makers: Makers) -> None:
    results = [makers.do(double, number, fallback=no_result) for number in range(20)]
    assert [one.result(PATIENCE) for one in results] == [2 * number for number in range(20)]


def test_an_error_is_handed_on(makers: Makers) -> None:
    with pytest.raises(NotNow, match="not now"):
        makers.do(fail, 0, fallback=no_result).result(PATIENCE)


def test_what_ends_its_process_costs_itself(makers: Makers) -> None:
    good = [makers.do(double, number, fallback=no_result) for number in range(6)]
    bad = [makers.do(die, 0, fallback=lambda: "tile") for _ in range(2)]
    more = [makers.do(double, number, fallback=no_result) for number in range(6)]
    assert [one.result(PATIENCE) for one in bad] == ["tile", "tile"]
    assert [one.result(PATIENCE) for one in good + more] == [0, 2, 4, 6, 8, 10] * 2


def test_who_was_only_near_is_tried_again(makers: Makers, tmp_path: Path) -> None:
    assert makers.do(die_once, str(tmp_path / "been"), fallback=lambda: "tile").result(PATIENCE) == "well"


def test_what_hangs_is_given_up(makers: Makers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANGS_AFTER", 3.0)
    assert makers.do(hang, 0, fallback=lambda: "tile").result(PATIENCE) == "tile"
    assert makers.do(double, 4, fallback=no_result).result(PATIENCE) == 8


def test_too_many_wishes_are_refused(makers: Makers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    with pytest.raises(NotNow, match="busy"):
        for _ in range(9):
            makers.do(hang, 0, fallback=no_result)


def test_processes_end_when_there_is_nothing_to_do(makers: Makers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    pid = makers.do(own_pid, 0, fallback=no_result).result(PATIENCE)
    until = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    assert makers.do(double, 1, fallback=no_result).result(PATIENCE) == 2


def own_pid(_: object) -> int:
    return os.getpid()


def test_stopping_leaves_nobody_waiting() -> None:
    makers = Makers(1)
    waiting = [makers.do(hang, 0, fallback=no_result) for _ in range(4)]
    time.sleep(0.5)
    makers.stop()
    for one in waiting:
        with pytest.raises(CancelledError):
            one.result(PATIENCE)
    with pytest.raises(NotNow):
        makers.do(double, 1, fallback=no_result)
