"""Dates, numbers and notes as a page puts them, and the phrase that a search box asks."""

import pytest

from haven_fs.catalog.spelling import picture_name
from haven_fs.tree.nodes import Text
from haven_web import words
from haven_web.notes import note
from haven_web.searching import phrase_in, quoted


def test_dates():
    assert words.long_day(20240706) == "Saturday, 6 July 2024"
    assert words.short_day(20240706) == "6 July 2024"
    assert words.short_day(20240906, brief=True) == "6 Sep 2024"
    assert words.long_day(0) == words.short_day(0) == words.long_day(20241399) == "Without a date"
    assert words.moment(1720274700) == "Saturday, 6 July 2024, 14:05"
    assert words.moment(-1_000_000_000) == "Sunday, 24 April 1938, 22:13"
    assert words.moment(10**15) == "Without a date"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2024-07", "July 2024"),
        ("2024-07-06", "6 July 2024"),
        ("2024", "2024"),
        ("2024-13", "2024-13"),
        ("2024-07 Summer", "2024-07 Summer"),
        ("Undated", "Undated"),
    ],
)
def test_folders_of_dates(name: str, shown: str):
    assert words.dated(name) == shown


def test_numbers():
    assert words.photos(0) == "No photos"
    assert words.photos(1) == "1 photo"
    assert words.photos(12_345) == "12,345 photos"
    assert [words.length(seconds) for seconds in (0.2, 8, 65, 3725)] == ["0:01", "0:08", "1:05", "1:02:05"]
    assert words.spoken_length(3725) == "1 hour 2 minutes 5 seconds"
    assert [words.size(size) for size in (0, 340_000, 4_200_000, 3e9)] == ["1 kB", "340 kB", "4.2 MB", "3.0 GB"]
    assert words.listed(["Anna"]) == "Anna"
    assert words.listed(["Anna", "Bo", "Cy"]) == "Anna, Bo and Cy"


def test_notes_are_unwrapped():
    wrapped = "A line that goes on for so long that somebody wrapped it where a window of old would have ended and\r\n"
    text = Text("About it.txt", wrapped + "here it ends.\r\n    indented\r\n\r\nAnother\r\nshort one\r\n")
    made = note(text, "About%20it.txt")
    assert made.title == "About it"
    assert made.paragraphs[0] == [wrapped.strip() + " here it ends.", "indented"]
    assert made.paragraphs[1] == ["Another", "short one"]
    assert made.is_short


@pytest.mark.parametrize(
    "phrase", ["dog", "dog on beach", "it's", "say “hi”", 'camera:"iPhone 13"', "= odd", "😀", "ß/x", "a\nb"]
)
def test_a_phrase_is_understood_as_it_was_typed(phrase: str):
    from haven_search.segments import unquote

    name = quoted(phrase)
    assert name is not None
    assert "/" not in name
    plain = " ".join(phrase.split())
    asked = (unquote(name) or "").replace("⁄", "/")  # which phrases read as a slash
    assert asked == plain.lstrip("= ") or asked == plain
    assert phrase_in(("Search", name)) == plain


@pytest.mark.parametrize("phrase", ["", "  ", "..", "/", '"', "\x00\x1f"])
def test_nothing_is_no_phrase(phrase: str):
    assert quoted(phrase) is None
    assert phrase_in(()) == phrase_in(("Search", "dog")) == ""


def test_the_name_of_a_content_is_safe_in_an_address():
    assert picture_name(12, "-17f0a-3e8") == "12--17f0a-3e8"
    assert picture_name(12, "../x?y") == "12-"
