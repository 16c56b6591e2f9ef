"""Digest: what is read, what is right, and that each count of a nonce is taken once."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haven_fs.server import digest, nonces
from haven_fs.server.nonces import Nonces

HA1 = "3d78807defe7de2157e2b0b6573a855f"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('a="b"', {"a": "b"}),
        ('A = "b,c" ,d=e', {"a": "b,c", "d": "e"}),
        (r'a="x\"y\\z"', {"a": 'x"y\\z'}),
        (", a=b,, c=\t\"\" ,", {"a": "b", "c": ""}),
        ("", {}),
        ("a", None),
        ('a="b', None),
        ('a="b"c="d"', None),
        ("a=b a=c", None),
        ("a=1, A=2", None),
        ("=b", None),
    ],
)  # fmt: skip
def test_parameters_are_read_as_rfc_9110_has_them(text, wanted):
    assert digest.parameters(text) == wanted


FINE = (
    f'username="anna", realm="Haven FS", nonce="n", uri="/", response="{"0" * 32}", qop=auth, nc=00000001, cnonce="c"'
)


def test_what_clients_send_is_read():
    assert digest.read(FINE).count == 1
    assert digest.read(FINE.replace(', qop=auth, nc=00000001, cnonce="c"', "")).count is None
    assert digest.read(FINE.replace('"anna"', '"JosÃ©"')).name == "José"  # UTF-8, a letter each byte
    assert digest.read(FINE.replace('"anna"', '"Jos\xe9"')).name == "José"
    assert digest.read(FINE.replace('"anna"', '"Jose\xcc\x81"')).name == "José"
    assert digest.read(FINE.replace('username="anna"', "username*=UTF-8''Jos%C3%A9")).name == "José"


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ('username="anna"', ""), ('username="anna"', 'username=""'), ('username="anna"', "username*=UTF-8''%ff"),
        ('username="anna"', "username*=x"), ('username="anna"', "username=\"a\", username*=UTF-8''a"),
        ("Haven FS", "Other"), ('nonce="n"', ""), ('uri="/"', ""), ("0" * 32, "0" * 31), ("0" * 32, "g" * 32),
        ("qop=auth", "qop=auth-int"), ("nc=00000001", ""), ("nc=00000001", "nc=000000001"), ("nc=00000001", "nc=-1"),
        ('cnonce="c"', ""), ('cnonce="c"', 'cnonce="\x01"'), ("qop=auth", "qop=auth, algorithm=SHA-256"),
        ("qop=auth", "qop=auth, userhash=true"),
    ],
)  # fmt: skip
def test_what_answers_no_challenge_of_ours_is_not_read(part, other):
    assert part in FINE and digest.read(FINE.replace(part, other)) is None


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(max_codepoint=255)))
def test_no_bytes_at_all_make_an_error(text):
    digest.read(text)
    digest.read(FINE + text)
    digest.is_about(text, {"PATH_INFO": text, "QUERY_STRING": text, "REQUEST_METHOD": "GET"})


def test_the_right_answer_is_that_of_the_rfc():
    # RFC 7616, 3.9.1, which has MD5 of the same request.
    asked = digest.Given(
        "Mufasa", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "/dir/index.html", "",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "00000001", 1,
    )  # fmt: skip
    assert asked.answers(HA1, "GET") == "8ca523f5e9506fed4657c9700eebdbec"


@pytest.mark.parametrize(
    ("uri", "path", "right"),
    [
        ("/a%20b", "/a b", True), ("/a b", "/a b", True), ("/%61", "/a", True), ("http://h:1/a", "/a", True),
        ("http://h", "/", True), ("/a/", "/a", True), ("//a", "/a", True), ("/\xc3\xa9", "/\xc3\xa9", True),
        ("/%C3%A9", "/\xc3\xa9", True), ("/b", "/a", False), ("//[x", "/a", False), ("/a?x=1", "/a", False),
        ("/a/../b", "/b", False), ("", "/a", False), ("*", "/a", False),
    ],
)  # fmt: skip
def test_what_was_signed_is_what_is_done(uri, path, right):
    assert digest.is_about(uri, {"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_METHOD": "GET"}) == right


def test_a_proxys_prefix_the_question_and_a_star_are_part_of_it():
    below = {"SCRIPT_NAME": "/photos", "PATH_INFO": "/a", "QUERY_STRING": "p=2", "REQUEST_METHOD": "GET"}
    assert digest.is_about("/photos/a?p=2", below) and not digest.is_about("/a?p=2", below)
    assert not digest.is_about("/photos/a", below) and not digest.is_about("/photos/a?p=3", below)
    star = {"PATH_INFO": "*", "QUERY_STRING": "", "REQUEST_METHOD": "OPTIONS"}
    assert digest.is_about("*", star) and digest.is_about("/", star) and not digest.is_about("/a", star)


@pytest.fixture
def made(clock) -> Nonces:
    return Nonces(clock)


def test_each_count_is_taken_once_in_any_order_within_the_window(made):
    nonce = made.make()
    counts = list(range(1, 400))
    rng = random.Random(1)
    for start in range(0, 400, 60):  # as parallel connections overtake each other
        part = counts[start : start + 60]
        rng.shuffle(part)
        counts[start : start + 60] = part
    assert all(made.use(nonce, "anna", "1", count) for count in counts)
    assert not any(made.use(nonce, "anna", "1", count) for count in counts)
    assert made.use(nonce, "anna", "1", 0xFFFFFFFF) and not made.use(nonce, "anna", "1", 400)
    assert made.use(nonce, "anna", "1", 0xFFFFFFFF - nonces.WINDOW + 1)


def test_a_client_that_does_not_count_uses_a_nonce_once(made):
    nonce, counted = made.make(), made.make()
    assert made.use(nonce, "anna", "1", None)
    assert not made.use(nonce, "anna", "1", None) and not made.use(nonce, "anna", "1", 1)
    assert made.use(counted, "anna", "1", 1) and not made.use(counted, "anna", "1", None)


def test_a_nonce_is_of_who_first_used_it(made):
    nonce = made.make()
    assert made.owner(nonce, "1") is None
    assert made.use(nonce, "anna", "1", 1) and made.owner(nonce, "1") == "anna" and made.owner(nonce, "2") is None
    assert not made.use(nonce, "bob", "1", 2) and not made.use(nonce, "anna", "2", 2)
    assert made.use(nonce, "anna", "1", 2)


def test_nonces_end(made, clock):
    waiting, used = made.make(), made.make()
    assert made.use(used, "anna", "1", 1)
    clock.now += nonces.YOUNG_SECONDS - 1
    assert made.counts(waiting) and made.use(used, "anna", "1", 2)
    clock.now += 2
    assert not made.counts(waiting) and not made.use(waiting, "anna", "1", 1)
    for count in range(3, 100):
        if not made.use(used, "anna", "1", count):
            break
        clock.now += nonces.YOUNG_SECONDS - 1
    assert 1000 + nonces.LIFE_SECONDS <= clock.now < 1000 + nonces.LIFE_SECONDS + nonces.YOUNG_SECONDS
    assert not made.counts(used)


def test_a_forgotten_nonce_is_never_taken_again(made, clock, monkeypatch):
    monkeypatch.setattr(nonces, "MOST", 3)
    first = [made.make() for _ in range(4)]
    assert all(made.use(nonce, "anna", "1", 1) for nonce in first)
    assert len(made._used) == 3 and not made.use(first[0], "anna", "1", 1) and not made.counts(first[0])
    assert not made.use(first[1], "anna", "1", 1) and made.use(first[1], "anna", "1", 2)
    clock.now += nonces.YOUNG_SECONDS + 1
    assert made.use(made.make(), "anna", "1", 1) and len(made._used) == 1
    assert not any(made.counts(nonce) for nonce in first)


def test_challenges_cost_nothing_and_seals_cannot_be_made(made):
    for _ in range(1000):
        made.make()
    assert not made._used
    nonce = made.make()
    for other in ("", "x", "-", nonce[:-1], "1" + nonce, nonce.replace("-", "0-"), "\xe9-\xe9", Nonces().make()):
        assert not made.counts(other) and not made.use(other, "anna", "1", 1)


def test_who_overhears_a_nonce_may_not_guess_with_it(made):
    nonce = made.make()
    made.wrong(nonce)
    assert made.use(nonce, "anna", "1", 1)
    for _ in range(nonces.MOST_WRONG):
        assert made.owner(nonce, "1") == "anna"
        made.wrong(nonce)
    assert made.owner(nonce, "1") is None and not made.use(nonce, "anna", "1", 2)


def test_an_old_nonce_is_ageing(made, clock):
    nonce = made.make()
    assert not made.is_ageing(nonce)
    clock.now += nonces.LIFE_SECONDS * 0.7
    assert made.is_ageing(nonce)
