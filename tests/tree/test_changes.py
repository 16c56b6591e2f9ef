"""/Review/Changes in the tree: what is listed for how long, by which names, and what listing it costs."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from helpers.home import Home

from haven_fs.catalog import names
from haven_fs.errors import Conflict, Forbidden, NotFound
from haven_fs.testing import check_reading
from haven_fs.tree.changes import DAYS, LINES, MOST
from haven_fs.tree.nodes import Text

CHANGES = "/Review/Changes"
LONG = "Ünterwegs in der weiten Welt und wieder zurück nach Hause, immer weiter und weiter " * 2


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three photos."""
    with Home(tmp_path) as made:
        for number in range(3):
            made.add(f"{number}.jpg")
        made.index()
        yield made


def words(home: Home) -> list[str]:
    """Return the names that are listed, without times and endings."""
    return [name[17:-4] for name in home.list(CHANGES)]


def test_what_an_undo_of_an_undo_of_an_undo_leaves(home: Home) -> None:
    home.make("/Albums/A")
    made = home.said()[0].id
    for listed in ([], ["New album A"], [], ["New album A"]):
        home.undo(home.said()[0].id)
        assert words(home) == listed
        assert [one.undone is None for one in home.said() if one.id == made] == [bool(listed)]
        assert ("A/" in home.list("/Albums")) == bool(listed)


def test_names(home: Home) -> None:
    home.make(f"/Albums/{LONG[:150].strip()}")
    home.make("/Search/what? why: a<b | c*")
    home.make("/Favorites/2020")
    with home.looking() as look:
        check_reading(look, CHANGES)
    listed = home.list(CHANGES)
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d\.\d\d \S", name) for name in listed)
    assert all(len(name.encode()) <= names.LONGEST - 16 for name in listed)
    assert listed[1].endswith("New search what_ why_ a_b _ c_.txt") and "Ünterwegs in der" in listed[2]


def test_what_is_too_old_goes_at_midnight(home: Home) -> None:
    home.make("/Albums/A")
    now = datetime.now()
    for days, listed in ((0, 1), (DAYS - 1, 1), (DAYS, 0)):
        with home.looking(now + timedelta(days=days)) as look:
            assert len(look.listed(CHANGES)) == listed
    with home.looking() as today, home.looking(now + timedelta(days=1)) as tomorrow:
        assert today.folder(CHANGES).stamp() != tomorrow.folder(CHANGES).stamp()


def test_a_gesture_in_part_taken_back_is_listed_with_the_rest(home: Home) -> None:
    home.make("/Albums/A")
    for number in range(3):
        home.copy(f"/Recent/{number}.jpg", "/Albums/A/")
    home.undo(home.said()[0].id)
    assert words(home) == ["2 photos are in the album A", "New album A"]
    home.delete(f"{CHANGES}/{home.list(CHANGES)[0]}")
    assert home.list("/Albums/A") == [] and words(home) == ["New album A"]


def test_what_a_plugin_noted_that_is_away_is_refused(home: Home) -> None:
    home.make("/Albums/A")
    (name,) = home.list(CHANGES)
    with home.catalog.write() as w:
        w.db.execute("UPDATE correction SET changes = replace(changes, '\"album\"', '\"gone_table\"')")
    before = home.query("SELECT * FROM correction")
    with pytest.raises(Forbidden, match="gone_table"):
        home.delete(f"{CHANGES}/{name}")
    assert home.query("SELECT * FROM correction") == before and home.list(CHANGES) == [name]


def test_anybody_may_take_back_what_somebody_else_said(home: Home) -> None:
    home.make("/Albums/A", by="anna")
    (name,) = home.list(CHANGES)
    with home.looking() as look:
        (text,) = look.folder(CHANGES).texts()
    assert "in /Albums by anna" in text.text
    home.delete(f"{CHANGES}/{name}", by="bob")
    assert "A/" not in home.list("/Albums")
    assert [(one.by, one.place) for one in home.said()] == [("bob", CHANGES), ("anna", "/Albums")]


def test_somebody_else_was_faster(home: Home) -> None:
    home.make("/Albums/A")
    with home.looking() as look:
        folder = look.folder(CHANGES)
        (text,) = folder.texts()
        assert isinstance(text, Text)
        home.undo()
        with pytest.raises(NotFound, match="already"), home.catalog.write(by="") as w:
            folder.take_out(w, text)  # type: ignore[attr-defined]


def test_what_has_changed_since_is_refused_and_a_part_of_it_is_not(home: Home) -> None:
    home.make("/Albums/A")
    home.copy("/Recent/0.jpg", "/Albums/A/")
    home.copy("/Recent/1.jpg", "/Albums/A/")
    home.delete("/Albums/A/0.jpg")
    put = next(name for name in home.list(CHANGES) if "2 photos are in the album A" in name)
    home.delete(f"{CHANGES}/{put}")
    assert home.list("/Albums/A") == [] and len(words(home)) == 2
    home.move("/Albums/A", "/Albums/B")
    made = next(name for name in home.list(CHANGES) if "New album A" in name)
    with pytest.raises(Conflict, match="changed again since"):
        home.delete(f"{CHANGES}/{made}")
    assert "B/" in home.list("/Albums")


@pytest.mark.parametrize(("gestures", "size"), [(600, 1), (100_000, 1), (1, 100_000), (2_000, 50)])
def test_what_listing_costs_follows_what_is_listed(home: Home, gestures: int, size: int) -> None:
    """A few statements, each by an index, however much was ever said."""
    with home.catalog.write() as w:
        w.db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO correction (id, at, by, place, gesture, kind, photo_id, data, changes, act)"
            " SELECT i, unixepoch() - 60, 'anna', '/Albums/A', i - (i - 1) % ?, 'photo added to album', 1 + i % 3,"
            " '{\"name\": \"A\"}', ?, 'put' FROM n",
            (gestures * size, size, '[{"table": "album_photo", "key": {}, "before": null, "after": {}}]'),
        )
    with home.looking() as look:
        statements: list[str] = []
        steps: list[int] = []
        look.view.db.set_trace_callback(statements.append)
        look.view.db.set_progress_handler(lambda: steps.append(1), 1000)
        folder = look.folder(CHANGES)
        texts = look.tree.listing(folder).texts
        stamp = folder.stamp()
        look.view.db.set_progress_handler(None, 0)
        look.view.db.set_trace_callback(None)
        assert len(texts) == min(gestures, MOST) and stamp
        assert len(statements) <= 6, statements
        assert len(steps) <= 250 + 120 * min(gestures, 2 * MOST) * size / 1000, len(steps)
        for statement in statements:
            plan = [row[3] for row in look.view.db.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not any(step.startswith("SCAN correction") for step in plan), (statement, plan)
        if size > LINES:
            assert f"and {size - LINES:,} more, which `haven log` lists" in texts[0].text
