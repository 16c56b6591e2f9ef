"""What is written down of sign-ins, and what is remembered of where passwords are used."""

import json
import threading
import time
from pathlib import Path

import pytest

from haven_fs.server import audit, checks, uses
from haven_fs.server.audit import Audit, escaped
from haven_fs.server.checks import Checks
from haven_fs.server.passwords import Password
from haven_fs.server.uses import Uses


def test_strangers_write_no_lines_of_their_own():
    assert escaped('a"b\\c') == '"a\\"b\\\\c"'
    assert escaped("a\r\n\x1b[2J\u202e\u2028\x7f\0é") == '"a\\r\\n\\x1b[2J\\u202e\\u2028\\x7f\\x00é"'
    assert len(escaped("x" * 10_000)) == 66 and len(escaped("\u202e" * 10_000)) < 400
    assert escaped("\ud800") == '"\\ud800"'


def test_failures_are_gathered_and_counted(tmp_path: Path):
    log, later = Audit(tmp_path / "audit.log"), []
    for n in range(500):
        log.failed(f"name{n % 100}", "10.0.0.1", lambda seconds, flush: later.append((seconds, flush)))
    lines = (tmp_path / "audit.log").read_text().splitlines()
    assert len(lines) == 1 and lines[0].endswith('1 failed: 1 for "name0" from "10.0.0.1"')
    assert [seconds for seconds, _ in later] == [audit.GATHER_SECONDS]
    later[0][1]()
    line = (tmp_path / "audit.log").read_text().splitlines()[1]
    assert " 499 failed: " in line and "others" in line and line.count("for") == audit.SHOWN
    log.flush()
    assert (tmp_path / "audit.log").read_text().count("\n") == 2


def test_the_file_is_the_owners_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "LARGEST", 2000)
    log = Audit(tmp_path / "audit.log")
    for n in range(200):
        log.note(f"line {n}")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["audit.log", "audit.log.1"]
    assert all(file.stat().st_size <= 2000 and file.stat().st_mode & 0o077 == 0 for file in files)
    assert "line 199\n" in files[0].read_text()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "other").write_text("mine")
    (tmp_path / "audit.log").symlink_to(tmp_path / "other")
    Audit(tmp_path / "audit.log").note("x")
    assert (tmp_path / "other").read_text() == "mine" and "cannot be written" in caplog.text


def test_last_uses_are_kept_for_passwords_that_are_there(tmp_path: Path):
    path = tmp_path / "signins.json"
    before = Uses(path)
    assert before.note("anna", "", "10.0.0.1") and before.note("anna", "phone", "10.0.0.1")
    assert not before.note("anna", "", "10.0.0.1") and before.note("anna", "", "2001:db8::1")
    assert not before.note("anna", "", "2001:db8::2")  # the same network
    assert before.write_in(False) == 0 and before.write_in(True) == 0
    assert uses.WRITE_SECONDS - 1 < before.write_in(False) <= uses.WRITE_SECONDS and before.write_in(False) is None
    before.save({"anna": (Password(),)})
    after = Uses(path)
    assert after.is_known("anna", "10.0.0.1") and after.is_known("anna", "2001:db8::77")
    assert not after.is_known("anna", "10.0.0.2") and not after.is_known("bob", "10.0.0.1")
    assert after.last("anna", "").address == "2001:db8::2" and after.last("anna", "phone") is None
    assert path.stat().st_mode & 0o077 == 0


def test_places_are_bounded_and_a_damaged_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "signins.json"
    path.write_text('{"uses": [["anna"]]}')
    kept = Uses(path)
    assert "begun anew" in caplog.text
    for n in range(100):
        kept.note("anna", "", f"10.0.0.{n}")
    kept.save({"anna": (Password(),)})
    places = json.loads(path.read_text())["uses"][0][2]
    assert len(places) == uses.PLACES and places[-1][1] == "10.0.0.99"


def test_checks_come_in_time_one_by_one_and_not_too_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "MOST", 20)
    monkeypatch.setattr(checks, "IDLE_SECONDS", 0.05)
    later, order, running = Checks(), [], threading.Lock()

    def check(n: int) -> int:
        assert running.acquire(blocking=False)
        time.sleep(0.005)
        running.release()
        order.append(n)
        return n

    futures = [later.after(0.1 * (n % 2), lambda n=n: check(n)) for n in range(19)]
    failing = later.after(0.0, lambda: 1 // 0)
    assert [future.result(5) for future in futures] == list(range(19))
    assert order == [*range(0, 19, 2), *range(1, 19, 2)]
    with pytest.raises(ZeroDivisionError):
        failing.result(5)
    waiting = [later.after(60, lambda: 1) for _ in range(20)]
    assert all(waiting) and later.after(0, lambda: 1) is None
    ending = Checks()
    assert ending.after(0, lambda: 1).result(5) == 1
    time.sleep(0.5)
    assert not ending._running and ending.after(0, lambda: 2).result(5) == 2
