"""What phrases say besides names: what photos lack, amounts, feasts, parts of days and dates, favourites, albums."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from little_library import NOW, PHOTOS, found, looked_for, make, plan

from haven_search.filters import Filter

TABLES = sorted((Path(__file__).parent / "meanings").glob("*.txt"))
"""By language, a phrase a line: the phrase, what is understood, what is left to look for."""
CASES = [
    (table.stem, *(part.strip() for part in (*row.split(" | "), "")[:3]))
    for table in TABLES
    for row in table.read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    """The little catalog with albums, faces, files, lengths and times of day."""
    made = make()
    for number, name in ((1, "Summer"), (2, "Grandma 80")):
        insert = "INSERT INTO value (facet, key, name, fold, seq) VALUES ('album', ?, ?, ?, 1) RETURNING id"
        value = made.execute(insert, (str(number), name, name.lower())).fetchone()[0]
        made.execute("INSERT INTO member VALUES (?, ?)", (value, number))
    for photo_id, faces in ((1, 4), (2, 1), (4, 2)):
        for _ in range(faces):
            made.execute("INSERT INTO face (photo_id, space, quality) VALUES (?, 'faces:x', 0.9)", (photo_id,))
    made.execute("INSERT INTO face (photo_id, space, quality) VALUES (2, 'faces:x', 0.1)")
    for photo_id, *columns in (
        (1, 4000, 3000, 1, None, 1),
        (2, 4000, 3000, 6, None, 1),
        (3, 1920, 1080, 1, 75.0, 0),
        (4, 1000, 1000, 1, None, 0),
    ):
        made.execute(
            "UPDATE photo SET width = ?, height = ?, orientation = ?, duration = ?, placed = ? WHERE id = ?",
            (*columns, photo_id),
        )
    made.execute("UPDATE photo SET lens = 'iPhone 13 front camera 2.71mm f/2.2', taken_source = 'exif' WHERE id = 1")
    made.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, '', '', '', 1)")
    for photo_id, size, format_ in ((1, 12_000_000, "heic"), (2, 3_000_000, "jpeg"), (3, 60_000_000, "mov")):
        made.execute(
            "INSERT INTO original (dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
            " shown_fold, shown_href, shown_xml, format, photo_id, role, seq)"
            " VALUES (1, ?, '', ?, 0, 0, '', '', '', ?, '', '', '', ?, ?, 'main', 1)",
            (str(photo_id), size, str(photo_id), format_, photo_id),
        )
    yield made
    made.close()


@pytest.mark.parametrize(("language", "phrase", "understood", "left"), CASES)
def test_meanings(db: sqlite3.Connection, language: str, phrase: str, understood: str, left: str) -> None:
    made = plan(db, phrase, now=NOW, language=language)
    assert ("; ".join(f"{one.kind}: {one.meaning}" for one in made.understood), looked_for(made)) == (understood, left)
    found(db, made)  # its SQL is sound


NAMES = [name for name, *_ in PHOTOS]
FOUND = [
    ("more than 3 people", {1}),
    ("at least two people", {1, 4}),
    ("alone", {2}),
    ("one person", {2}),
    ("1 or 2 people", {2, 4}),
    ("between 2 and 3 people", {4}),
    ("unknown people", {1, 2, 4}),
    ("videos longer than a minute", {3}),
    ("videos over 75 seconds", set()),
    ("at least 75 seconds", {3}),
    ("shorter than a minute", set()),
    ("bigger than 10 MB", {1, 3}),
    ("bigger than 12 MB", {3}),
    ("12 MB or more", {1, 3}),
    ("less than 10 megabytes", {2}),
    ("in HEIC", {1}),
    ("HEIC or JPEG", {1, 2}),
    ("portrait format", {2}),
    ("landscape orientation", {1, 3}),
    ("square photos", {4}),
    ("more than 2 megapixels", {1, 2, 3}),
    ("selfies", {1}),
    ("album summer", {1}),
    ('album "Grandma 80"', {2}),
    ("favourites", {1}),
    ("4 stars", {2}),
    ("4 stars or more", {1, 2}),
    ("with a location", {1, 2}),
    ("with a date", {1}),
]


@pytest.mark.parametrize(("phrase", "expected"), FOUND)
def test_what_is_found(db: sqlite3.Connection, phrase: str, expected: set[int]) -> None:
    made = plan(db, phrase, now=NOW)
    assert found(db, made) == {NAMES[number - 1] for number in expected}


@pytest.mark.parametrize(
    "phrase",
    ["longer than a minute", "in HEIC", "portrait format", "selfies", "unknown people", "album summer", "favourites",
     "at night", "weekend", "bigger than 10 MB", "alone", "4 stars", "diwali", "bank holidays"],
)  # fmt: skip
def test_not_is_everything_else(db: sqlite3.Connection, phrase: str) -> None:
    everything = {name for name, *_ in PHOTOS if name != "hidden.jpg"}
    left_out = found(db, plan(db, f"not {phrase}", now=NOW))
    assert left_out == everything - found(db, plan(db, phrase, now=NOW))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("5 minutes", "5 minutes"),
        ("a person on the beach", "a person on the beach"),
        ("night sky", "night sky"),
        ("sunset", "sunset"),
        ("portrait of my mother", "portrait of my mother"),
        ("town square", "town square"),
        ("without a place setting", None),
        ("people on the beach", "people on the beach"),
        ("with people", "with people"),
        ("late dinner", "late dinner"),
        ("wedding album cover", "wedding album cover"),
        ("best friend", "best friend"),
        ("over the hills", "over the hills"),
        ("a few dogs", "a few dogs"),
    ],
)
def test_ordinary_words_stay_words(db: sqlite3.Connection, phrase: str, text: str | None) -> None:
    made = plan(db, phrase, now=NOW)
    assert text is None or (made.understood, looked_for(made)) == ((), text)
    assert not any(one.kind == "place" for one in made.understood)


def test_only_stays_only(db: sqlite3.Connection) -> None:
    for phrase, language in (
        ("Alice alone", "en"),
        ("only Alice", "en"),
        ("allein Alice", "de"),
        ("alleen Alice", "nl"),
    ):
        made = plan(db, phrase, now=NOW, language=language)
        assert [one.meaning for one in made.understood] == ["with Alice and nobody else"]


def test_people_are_not_counted_where_nobody_looked() -> None:
    bare = make()
    made = plan(bare, "two people on a beach", now=NOW)
    assert (made.understood, looked_for(made)) == ((), "two people on a beach")
    bare.close()


@pytest.mark.parametrize(
    ("language", "country", "meaning"),
    [
        ("en", "GB", "19 March 2023"), ("en", "US", "14 May 2023"), ("en-GB", "", "19 March 2023"),
        ("en", "FR", "4 June 2023"), ("en", "ES", "7 May 2023"), ("en", "no", "12 February 2023"),
    ],
)  # fmt: skip
def test_the_owners_country_decides(db: sqlite3.Connection, language: str, country: str, meaning: str) -> None:
    made = plan(db, "Mother's Day 2023", now=NOW, language=language, country=country)
    assert [one.meaning for one in made.understood] == [f"taken on {meaning}"]


def test_the_country_of_most_photos_counts_where_the_language_is_spoken() -> None:
    bare = make()
    for language, country in (("en", "US"), ("fr", "FR"), ("de", "DE"), ("nl", "NL")):
        made = plan(bare, "bank holiday", now=NOW, language=language)
        assert [one.meaning for one in made.understood] == [f"taken on a public holiday ({country})"]
    bare.execute("DELETE FROM member WHERE value_id IN (SELECT id FROM value WHERE facet = 'country' AND key = 'US')")
    made = plan(bare, "bank holiday", now=NOW)
    assert [one.meaning for one in made.understood] == ["taken on a public holiday (GB)"]
    bare.close()


def test_an_opposite_is_the_opposite() -> None:
    one = Filter("place", "p.placed = 1", (), "with a location", of_company=True, opposite="p.placed = 0")
    assert (one.negated().sql, one.negated().says) == ("p.placed = 0", "without a location")
