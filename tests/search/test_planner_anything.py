"""Whatever is typed is planned without failing, in bounded work, and its SQL runs."""

import sqlite3

import pytest
from helpers.effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from little_library import NOW, found, looked_for, matching_words, plan, words_of

from haven_search.phrase import MOST_WORDS, read_words
from haven_search.segments import is_junk, is_placeholder, unquote

TYPED = """
Alice Bob Paris Florence Nice May June March 2019 14 90s - -- .. / & | , ; : " “ ” ' ( ) * ^ AND OR NOT NEAR and or not
without with in of the last this summer christmas years ago between from to before since until only videos video raw
type: type:video year: year:2019 -year: month:99 day:0 rating:9 rating:< camera: name: caption: keyword: person: 31 3
IMG_2041 x.jpg 99999999999999999999 0000-00-00 2019-13-45 31.2.2019 February winter 2019/20 Person 12 犬 é ß ﬁ people
either today 1000 stars l' d'Alice été 2019年 🐶 %s ?
"""
PARTS = st.sampled_from([*TYPED.split(), "\x00", "\ud800", "\u202e", "\u0301", "\n"])
PHRASES = st.one_of(
    st.text(max_size=80),
    st.lists(PARTS, max_size=14).map(" ".join),
    st.lists(PARTS, max_size=6).map("".join),
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es", "it", "nl", "pt", "sv", "pl", "ja", "xx"])


def check(db: sqlite3.Connection, phrase: str, language: str = "en") -> None:
    made = plan(db, phrase, now=NOW, language=language)
    assert made.explain().endswith("\r\n")
    assert made.as_json()["phrase"] == made.phrase
    for text in (made.phrase, looked_for(made), *words_of(made), *(one.written for one in made.understood)):
        text.encode()  # no half characters: this goes into a file
        assert "\x00" not in text
    assert set(words_of(made)) == {word for word in words_of(made) if word.strip()}
    names = found(db, made)
    assert len(matching_words(db, made)) <= len(names)


@given(phrase=PHRASES, language=LANGUAGES)
@settings(max_examples=times(100, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_phrase_is_planned(db: sqlite3.Connection, phrase: str, language: str) -> None:
    check(db, phrase, language)


@pytest.mark.parametrize(
    "phrase",
    [
        "dog " * 1000,
        "-dog " * 1000,
        "without x and " * 500,
        "Alice or Bob and " * 300,
        "Paris, London, " * 300,
        "2019 or 2018 or March or Christmas or " * 200,
        "iPhone or Canon or IMG_2041 or " * 200,
        "keyword:dog -keyword:cat rating:3 " * 100,
        '"' * 1000,
        '"a' * 1000,
        "(" * 2000,
        "year:" * 500,
        "year:" + "2019," * 400,
        "type:" + "video," * 400,
        "1" * 5000,
        "a" * 100_000,
        "\u0301" * 3000,
        "last " * 500,
        "the in of " * 300,
        "in in in 2019",
        "x' OR 1=1; DROP TABLE photo; --",
        'NEAR("a" "b") OR words MATCH "*"',
        "{name} : dog * ^ -",
        "rowid:1 AND name:*",
    ],
    ids=lambda phrase: phrase[:20],
)
def test_long_and_hostile_phrases_are_planned(db: sqlite3.Connection, phrase: str) -> None:
    check(db, phrase)
    words, cut = read_words(phrase)
    assert len(words) <= MOST_WORDS
    assert not cut or plan(db, phrase, now=NOW).notes


def test_nothing_that_is_typed_reaches_sql_but_as_a_parameter(db: sqlite3.Connection) -> None:
    for phrase in ("Alice' OR '1", 'dog" OR "cat', "caption:x');--", "keyword:'; DROP TABLE photo"):
        made = plan(db, phrase, now=NOW)
        assert not any("DROP" in where or "--" in where or '"' in where for where in made.photos.where)


@given(segment=st.text(max_size=60))
@settings(max_examples=times(60, 200), deadline=None)
def test_any_segment_is_judged(segment: str) -> None:
    phrase = unquote(segment)
    assert phrase is None or (phrase and phrase == phrase.strip() and phrase in segment)
    assert is_junk(segment) in (True, False)
    assert is_placeholder(segment) in (True, False)
