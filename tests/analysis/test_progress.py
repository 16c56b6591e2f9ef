"""How far a run is: never at more things than there are."""

import logging

import pytest

from haven_fs.analysis import progress
from haven_fs.analysis.progress import Progress


def test_work_that_came_up_meanwhile_counts_in_the_total(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "_LOG_EVERY", -1.0)
    caplog.set_level(logging.INFO)
    run = Progress()
    run.begin("Comparing photos", 1)
    run.advance(35)
    assert caplog.messages == ["Comparing photos: 35 of 35"]
    now = run.now()
    assert now is not None and (now.done, now.total) == (35, 35)
