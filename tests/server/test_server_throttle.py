"""How fast passwords may be tried."""

from collections import Counter

import pytest
from helpers.signing import Clock

from haven_fs.server import throttle
from haven_fs.server.throttle import LONGEST_WAIT, Throttle, network

DAY = 86400.0


@pytest.fixture
def tries(clock) -> Throttle:
    return Throttle(clock)


def flood(tries: Throttle, clock: Clock, seconds: float, step: float, who) -> int:
    """Try as often as `step` says; return how many tries were checked."""
    checked, until, n = 0, clock.now + seconds, 0
    while clock.now < until:
        name, address = who(n)
        checked += tries.take(name, address, known=False)[0]
        clock.now += step
        n += 1
    return checked


def test_ten_tries_are_free_and_each_further_one_waits_longer(tries, clock):
    assert [tries.take("anna", "10.0.0.1", known=False) for _ in range(10)] == [(True, 0.0)] * 10
    waits = []
    for _ in range(6):
        taken, seconds = tries.take("anna", "10.0.0.1", known=False)
        assert taken
        waits.append(seconds)
        clock.now += seconds
    assert waits == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0]
    assert tries.take("anna", "10.0.0.2", known=False) == (True, 0.0)


def test_what_would_wait_too_long_comes_again_in_seconds(tries):
    answers = [tries.take("anna", "10.0.0.1", known=False) for _ in range(200)]
    assert all(seconds <= LONGEST_WAIT for _, seconds in answers)
    taken = [answer for answer in answers if answer[0]]
    assert len(taken) == 10 + 3 and answers[-1][0] is False and 1 <= answers[-1][1] <= 3


def test_a_right_password_gets_its_turn_in_seconds_after_any_flood(tries, clock):
    flood(tries, clock, 60, 0.01, lambda n: ("anna", "10.0.0.1"))
    begin = clock.now
    while not (answer := tries.take("anna", "10.0.0.1", known=False))[0]:
        clock.now += answer[1]
    assert clock.now + answer[1] - begin <= LONGEST_WAIT + 4


@pytest.mark.parametrize("addresses", [1, 1000])
def test_of_one_name_so_many_tries_are_checked_a_day(tries, clock, addresses):
    checked = flood(tries, clock, DAY / 24, 0.25, lambda n: ("anna", f"10.0.{n % addresses // 250}.{n % 250}"))
    assert 1000 < checked <= 20 + 3600 / 3 + 10


def test_of_all_names_so_many_are_checked_from_one_address(tries, clock):
    assert 3500 < flood(tries, clock, 900, 0.05, lambda n: (f"name{n}", "10.0.0.1")) <= 50 + 4 * 900 + 30


def test_many_networks_of_one_owner_are_one_guesser_too(tries, clock):
    checked = flood(tries, clock, 100, 0.02, lambda n: (f"n{n}", network(f"2001:db8:0:{n % 4096:x}::1")))
    assert checked <= 100 + 10 * 100 + 100


def test_who_is_known_at_an_address_has_a_lane_of_its_own(tries, clock):
    flood(tries, clock, 60, 0.01, lambda n: (f"name{n}", "10.0.0.1"))
    flood(tries, clock, 60, 0.01, lambda n: ("anna", f"10.1.{n // 250}.{n % 250}"))
    assert tries.take("anna", "10.0.0.1", known=True) == (True, 0.0)
    assert tries.take("anna", "10.0.0.1", known=False)[1] > 0


def test_a_right_password_and_quiet_are_a_new_start(tries, clock):
    for _ in range(12):
        tries.take("anna", "10.0.0.1", known=True)
    assert tries.take("anna", "10.0.0.1", known=True)[1] > 0
    tries.right("anna", "10.0.0.1")
    assert tries.take("anna", "10.0.0.1", known=True) == (True, 0.0)
    for _ in range(12):
        tries.take("anna", "10.0.0.1", known=True)
    clock.now += throttle.FORGET_SECONDS + 10
    assert tries.take("anna", "10.0.0.1", known=True) == (True, 0.0)


def test_memory_is_bounded(tries):
    kinds = Counter(tries.take(f"n{n}", network(f"2001:db8:{n:x}::1"), known=False)[0] for n in range(9000))
    assert kinds == {True: 9000}
    assert len(tries._names) == len(tries._addresses) == throttle.REMEMBERED


def test_one_ipv6_network_is_one_guesser():
    assert network("2001:db8::1") == network("2001:db8::ffff") == "2001:db8::/64" != network("2001:db8:0:1::1")
    assert network("fe80::1%eth0") == network("fe80::2") and network("") == ""
    assert network("::ffff:10.0.0.1") == network("10.0.0.1") == "10.0.0.1"
    assert len(network("x" * 1000)) == 64
