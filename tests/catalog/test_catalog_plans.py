"""Listings of 100,000 photos come from an index: SQLite says how it would answer every statement they run.

How much work a listing is, is counted in SQLite's own steps, which do not depend on the machine.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from helpers.home import Home, plans

from haven_fs.tree.nodes import Folder

PHOTOS = 100_000
TEMPLATE, COLUMNS = "<%s %s %s>", ("href", "etag", "modified")
FILL = f"""
INSERT INTO library (id, root, name, fold) VALUES (1, x'2f70', 'Pictures', 'pictures');
INSERT INTO dir (id, library_id, parent_id, path, shown, shown_fold, seq) VALUES (1, 1, NULL, x'', '', '', 5);
INSERT INTO dir (id, library_id, parent_id, path, shown, shown_fold, seq)
    VALUES (2, 1, 1, CAST('all' AS BLOB), 'all', 'all', 5), (3, 1, 1, CAST('few' AS BLOB), 'few', 'few', 5);
INSERT INTO value (id, facet, key, name, fold, parent, seq)
    VALUES (1, 'type', 'video', 'Videos', 'videos', NULL, 5), (2, 'country', 'FR', 'France', 'france', NULL, 5);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO value (id, facet, key, name, fold, parent, seq)
    SELECT 100 + i, 'place', i, 'Town ' || i, 'town ' || i, 'FR', 5 FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PHOTOS})
INSERT INTO photo (id, main_id, kind, added, shown, taken, taken_source, day, latitude, placed, seq)
    SELECT i, i, iif(i % 50, 'image', 'video'), i, 1, i, iif(i % 100, 'exif', 'file'),
    (2000 + i / 7 % 25) * 10000 + (1 + i / 3 % 12) * 100 + 1 + i % 28, iif(i % 10, 1.0, NULL), i % 10 > 0, i FROM n;
INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown, shown_fold,
    shown_href, shown_xml, probed, kind, photo_id, role, name, name_fold, href, xml, seq)
    SELECT id, iif(id % 1000, 2, 3), CAST(name AS BLOB), 'i' || id, id, id, id, 'e' || id, 'm', 'c', name, lower(name),
    name, name, 1, 'image', id, 'main', name, lower(name), name, name, id
    FROM (SELECT id, 'I' || id || '.jpg' AS name FROM photo);
INSERT INTO member SELECT 101 + id / 11 % 500, id FROM photo WHERE latitude IS NOT NULL;
INSERT INTO member SELECT 2, id FROM photo WHERE latitude IS NOT NULL;
INSERT INTO member SELECT 1, id FROM photo WHERE kind = 'video';
"""


@pytest.fixture(scope="module", params=["as it was filled", "after ANALYZE"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("full"), settings={"tree.split_above": 5000})
    with made.catalog.write() as w:
        for statement in FILL.split(";\n"):
            w.db.execute(statement)
    if request.param != "as it was filled":
        with made.catalog.write() as w:
            w.db.execute("ANALYZE")
    yield made
    made.close()


@contextmanager
def watched(db: sqlite3.Connection) -> Iterator[tuple[list[str], list[int]]]:
    """Give the statements that are run meanwhile, and thousands of steps, one by one."""
    statements: list[str] = []
    steps: list[int] = []
    db.set_trace_callback(statements.append)
    db.set_progress_handler(lambda: steps.append(1), 1000)
    try:
        yield statements, steps
    finally:
        db.set_trace_callback(None)
        db.set_progress_handler(None, 0)


def list_it(folder: Folder) -> int:
    db = folder.view.db
    folder.stamp()
    count = sum(1 for _ in folder.entries())
    files = folder.files()
    return count if files is None else count + b"".join(files.render(db, TEMPLATE, COLUMNS)).count(b"<")


def open_one(folder: Folder) -> int:
    files = folder.opens()
    assert files is not None
    return int(files.find(folder.view.db, "I12000.JPG") is not None)


@pytest.mark.parametrize(
    ("path", "act", "listed", "most"),
    [
        ("Timeline", list_it, 25, 5000),
        ("Timeline/2007", list_it, 12, 250),
        ("Timeline/2007/2007-08", list_it, 332, 50),
        ("Places", list_it, 501, 20_000),
        ("Places/Countries", list_it, 1, 8000),
        ("Places/Town 7", list_it, 190, 50),
        ("Places/Town 7/Timeline", list_it, 17, 50),
        ("Types", list_it, 1, 200),
        ("Types/Videos", list_it, 2000, 500),
        ("Recent", list_it, 500, 100),
        ("Originals/Pictures/few", list_it, 100, 5),
        ("Originals/Pictures/all", list_it, 99_900, 25_000),
        ("Review/Undated", list_it, 1000, 100),
        ("Review/Dated by Folder", list_it, 0, 5),
        ("Review/Unplaced", list_it, 25, 1000),
        ("Review/Unreadable", list_it, 0, 5),
        ("Review/Damaged", list_it, 0, 5),
        ("Timeline/2007/2007-08", open_one, 0, 1),
        ("Timeline", open_one, 1, 1),
        ("Places", open_one, 0, 1),
        ("Places/Town 7", open_one, 0, 10),
        ("Types/Videos", open_one, 1, 50),
        ("Originals/Pictures/few", open_one, 1, 1),
        ("Originals/Pictures/all", open_one, 0, 1),
    ],
)
def test_a_listing_comes_from_an_index(
    full: Home, path: str, act: Callable[[Folder], int], listed: int, most: int
) -> None:
    """`most` is thousands of steps: twice what it took when this was written."""
    tree = full.tree()
    with tree.view() as view, watched(view.db) as (statements, steps):
        folder = tree.resolve(view, path.split("/"))
        assert isinstance(folder, Folder)
        steps.clear()
        found = act(folder)
    with full.catalog.read() as db:
        for step, sql in plans(db, [s for s in statements if s.lstrip().upper().startswith(("SELECT", "WITH"))]):
            table = step.split()[1] if step.startswith("SCAN ") else ""
            assert table not in ("p", "o", "photo", "original") or "INDEX" in step, f"{step} for {sql}"
    assert (found, len(steps)) <= (listed, most)
    assert found == listed
