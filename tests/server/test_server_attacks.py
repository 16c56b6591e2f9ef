"""Somebody tries passwords, on a real server: what is checked, who waits, and what is written down."""

import itertools
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from helpers.signing import PASSWORD, basic, signed

from haven_fs.server import passwords, throttle


def hashes(monkeypatch) -> list[str]:
    """Return a list that grows with each password that is hashed."""
    done: list[str] = []
    real = passwords._is_argon2
    monkeypatch.setattr(passwords, "_is_argon2", lambda kept, given: done.append(given) or real(kept, given))
    return done


def test_unknown_names_take_the_same_as_wrong_passwords(open_served, users, monkeypatch):
    done = hashes(monkeypatch)
    assert open_served.ask(basic("anna", "wrong one"))[0] == 401 and len(done) == 1
    assert open_served.ask(basic("nobody", "wrong one"))[0] == 401 and len(done) == 2
    assert passwords._NOBODYS.split("$")[1:4] == users.of("anna")[0].argon2.split("$")[1:4]


def test_parallel_tries_do_not_slip_through(open_served, monkeypatch):
    done = hashes(monkeypatch)
    start = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda n: open_served.ask(basic("anna", f"guess {n}")), range(200)))
    seconds = time.monotonic() - start
    counts = Counter(status for status, _, _ in answers)
    assert set(counts) == {401, 429} and counts[401] == len(done)
    assert len(done) <= 10 + 2 * seconds + 2
    assert {headers["Retry-After"] for status, headers, _ in answers if status == 429} <= {"1", "2", "3"}
    start = time.monotonic()
    while open_served.ask(basic("anna", PASSWORD))[0] != 200:
        time.sleep(0.2)
    assert time.monotonic() - start < 2 * throttle.LONGEST_WAIT


def test_parallel_tries_of_many_names_do_not_slip_through(open_served, monkeypatch):
    done = hashes(monkeypatch)
    start = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: open_served.ask(basic(f"name{n}", "guess"))[0], range(200)))
    assert len(done) <= 50 + 4 * (time.monotonic() - start) + 2


def test_sixty_unknown_names_delay_a_right_password_by_less_than_seconds(open_served, users):
    """From the same address, as behind a proxy that does not say who asks."""
    device = users.add_device("anna", "laptop")
    for n in range(60):
        assert open_served.ask(basic(f"name{n}", "guess"))[0] in (401, 429)
    start = time.monotonic()
    assert open_served.ask(basic("anna", device))[0] == 200
    assert open_served.digest(password=device)[0] == 200
    assert time.monotonic() - start < 3
    assert open_served.ask(basic("anna", PASSWORD))[0] == 200
    assert time.monotonic() - start < throttle.LONGEST_WAIT


def test_a_device_that_signed_in_before_is_not_held_back(open_served):
    nonce = open_served.challenge()["nonce"]
    assert open_served.ask(signed(nonce, 1))[0] == 200 and open_served.ask(basic("anna", PASSWORD))[0] == 200
    stop = threading.Event()

    def scan(number):
        while not stop.is_set():
            for n in itertools.count():
                open_served.ask(basic("anna" if number else f"name{n}", f"guess {n}"))
                if stop.is_set():
                    return

    with ThreadPoolExecutor(8) as pool:
        scans = [pool.submit(scan, n % 2) for n in range(8)]
        time.sleep(1)
        answers = Counter(open_served.ask(signed(nonce, count))[0] for count in range(2, 32))
        answers.update(open_served.ask(basic("anna", PASSWORD))[0] for _ in range(30))
        stop.set()
    assert all(scan.exception() is None for scan in scans)
    assert answers == {200: 60}


def test_sign_ins_that_wait_hold_no_thread(open_served):
    """Three threads serve; more sign-ins wait for their turn, and a request that needs none is answered."""
    with ThreadPoolExecutor(80) as pool:
        waiting = [pool.submit(open_served.ask, basic(f"n{n % 4}", f"guess {n}")) for n in range(80)]
        time.sleep(2.0)
        assert sum(not one.done() for one in waiting) > 3
        start = time.monotonic()
        assert open_served.ask()[0] == 401
        assert time.monotonic() - start < 2
        assert {one.result()[0] for one in waiting} == {401, 429}


def test_a_write_that_waited_for_its_turn_is_done_once(open_served, folder):
    for n in range(11):
        open_served.ask(basic("anna", f"guess {n}"))
    assert open_served.ask(basic("anna", PASSWORD), "PUT", "/later.txt", b"x" * 50_000)[0] == 201
    assert (folder / "later.txt").read_bytes() == b"x" * 50_000


def test_who_signs_in_and_who_fails_is_written_down(open_served, users):
    password = users.add_device("anna", "laptop")
    open_served.ask(basic("anna", password))
    open_served.ask(basic("anna", password))
    evil = 'x"\n2026-01-01T00:00:00Z "root" signed in\x1b[2J\u202e'
    open_served.ask(basic(evil, "secret guess"))
    text = users.path.with_name("audit.log").read_text()
    assert text.count("\n") == 2 and "\x1b" not in text and "\u202e" not in text
    assert '"anna" signed in from "127.0.0.1" with the password of "laptop", a new place' in text
    assert '1 failed: 1 for "x\\"\\n2026' in text
    assert password not in text and "secret" not in text and PASSWORD not in text
    uses = json.loads(users.path.with_name("signins.json").read_text())["uses"]
    assert [use[:2] for use in uses] == [["anna", "laptop"]]
    for name in ("audit.log", "signins.json"):
        assert users.path.with_name(name).stat().st_mode & 0o077 == 0
