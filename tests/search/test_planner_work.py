"""What a phrase costs on a big catalog, in SQLite's own steps: no photo is read to understand it."""

import sqlite3
from collections.abc import Iterator

import pytest
from helpers.catalogs import make_tables
from little_library import NOW, matching_words, plan

PHOTOS, TOWNS = 20_000, 2000
FILL = f"""
INSERT INTO value (id, facet, key, name, fold, seq)
    VALUES (1, 'person', 'a', 'Alice', 'alice', 1), (2, 'person', 'b', 'Bob', 'bob', 1),
    (3, 'place', 'p', 'Paris', 'paris', 1), (4, 'type', 'video', 'Videos', 'videos', 1);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {TOWNS})
INSERT INTO value (id, facet, key, name, fold, seq)
    SELECT 100 + i, 'place', i, 'Old Town ' || i, 'old town ' || i, 1 FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PHOTOS})
INSERT INTO photo (id, main_id, kind, added, shown, taken, day, make, model, seq)
    SELECT i, i, 'image', 0, 1, i, (2000 + i / 7 % 25) * 10000 + (1 + i / 3 % 12) * 100 + 1 + i % 28,
    'Maker ' || (i % 9), 'Model ' || (i % 99), 1 FROM n;
INSERT INTO member SELECT 1 + id % 4, id FROM photo;
INSERT INTO member SELECT 101 + id % {TOWNS}, id FROM photo;
INSERT INTO words (rowid, name, caption, keywords) SELECT id, 'IMG_' || id || '.jpg', '', 'dog' FROM photo;
"""


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path_factory.mktemp("big") / "catalog.sqlite", isolation_level=None)
    make_tables(db)
    db.executescript(f"BEGIN; {FILL}; COMMIT")
    yield db
    db.close()


def work(db: sqlite3.Connection, phrase: str) -> tuple[list[str], int]:
    """Return the statements that understanding a phrase runs, and how many hundreds of steps they take."""
    statements: list[str] = []
    steps: list[int] = []
    db.set_trace_callback(statements.append)
    db.set_progress_handler(lambda: steps.append(1), 100)
    try:
        plan(db, phrase, now=NOW)
    finally:
        db.set_trace_callback(None)
        db.set_progress_handler(None, 0)
    return statements, len(steps)


@pytest.mark.parametrize(
    "phrase",
    [
        "dog on beach Paris 2019 without Bob",
        "videos of Alice in March with Model 7",
        "Alice or Bob in Old Town 17 last summer",
        "type:video year:2020 camera:maker place:paris",
        "IMG_2041",
        "dog " * 100,
        "Old Town 1 Old Town 2 Old Town 3 Old Town 4",
    ],
)
def test_no_photo_is_read_to_understand_a_phrase(big: sqlite3.Connection, phrase: str) -> None:
    plan(big, "once", now=NOW)
    statements, steps = work(big, phrase)
    for sql in statements:
        for row in big.execute(f"EXPLAIN QUERY PLAN {sql}"):
            table = row[3].split()[1] if row[3].startswith("SCAN ") else ""
            assert table not in ("p", "photo", "m", "member", "value", "v"), f"{row[3]} for {sql}"
    assert steps <= 10


def test_names_are_read_again_only_when_one_has_changed(big: sqlite3.Connection) -> None:
    def names_are_read() -> bool:
        return any("facet IN" in sql for sql in work(big, "dog")[0])

    plan(big, "once", now=NOW)
    assert not names_are_read()
    big.execute("UPDATE state SET value = value + 1 WHERE key = 'seq'")
    assert not names_are_read()
    big.execute("UPDATE state SET value = value + 1 WHERE key = 'seq'")
    big.execute("UPDATE value SET name = 'Alicia', fold = 'alicia', seq = 2 WHERE id = 1")
    assert names_are_read()
    assert [one.meaning for one in plan(big, "Alicia", now=NOW).understood] == ["with Alicia"]


def test_filters_come_from_indexes(big: sqlite3.Connection) -> None:
    made = plan(big, "only Bob in Old Town 5 2019 -keyword:dog", now=NOW)
    query = f"EXPLAIN QUERY PLAN SELECT count(*), max(p.seq) FROM photo p WHERE {made.photos.condition}"
    steps = [row[3] for row in big.execute(query, made.photos.params)]
    assert not [step for step in steps if step.startswith("SCAN ") and "INDEX" not in step]


def test_words_are_found_by_full_text(big: sqlite3.Connection) -> None:
    made = plan(big, "dog 2019", now=NOW)
    assert (
        len(matching_words(big, made))
        == big.execute(f"SELECT count(*) FROM photo p WHERE {made.photos.condition}", made.photos.params).fetchone()[0]
    )
