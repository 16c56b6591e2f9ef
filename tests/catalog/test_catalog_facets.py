"""Facets: tables of their own, what the core asks of them, and that one that fails costs only itself."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from haven_fs import Facet, Found, FoundFacts, Scalar, Tag, Writer, hookimpl, say, settle, settle_facet
from haven_fs.catalog import Catalog
from haven_fs.catalog.behind import catch_up
from haven_fs.catalog.findings import Analysis, GroupFound, PhotoFound, Probe
from haven_fs.catalog.history import corrections
from haven_fs.catalog.photos import PhotoStore
from haven_fs.catalog.undo import undo
from haven_fs.errors import UserError
from haven_fs.plugins import Plugins

TABLE = "CREATE TABLE sticker (photo_id INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (photo_id, word));"


class Stickers(Facet):
    """Words that were stuck on photos; fails where it is told to."""

    name = "sticker"
    migrations = (TABLE,)
    owned: ClassVar = {"sticker": ("photo_id", "word")}
    is_words = True

    def __init__(self, *fails: str) -> None:
        self.fails = set(fails)

    def _fail(self, what: str, photo_ids: Iterable[int]) -> None:
        if what in self.fails or any(f"{what} {photo_id}" in self.fails for photo_id in photo_ids):
            raise RuntimeError(f"{what} failed")

    def screen(self, db: sqlite3.Connection, found: Found) -> None:
        self._fail("screen", found)
        for analyses in found.values():
            for analysis in analyses.values():
                facts = json.loads(analysis.facts)
                if "regions" in facts:
                    analysis.facts = json.dumps({**facts, "regions": [r for r in facts["regions"] if r != "secret"]})

    def absorb(self, w: Writer, found: Found) -> None:
        for photo_id, analyses in found.items():
            if "eyes" in analyses:
                w.db.execute("INSERT OR IGNORE INTO sticker VALUES (?, 'seen')", (photo_id,))
            self._fail("absorb", [photo_id])

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        self._fail("tags", photos)
        query = "SELECT photo_id, word FROM json_each(?) j JOIN sticker s ON s.photo_id = j.value"
        for photo_id, word in db.execute(query, (json.dumps(list(photos)),)).fetchall():
            yield photo_id, Tag("sticker", word, word)

    def facts(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Mapping[str, Scalar]]]:
        self._fail("facts", photos)
        query = "SELECT photo_id, word FROM json_each(?) j JOIN sticker s ON s.photo_id = j.value WHERE word LIKE '%!'"
        for photo_id, word in db.execute(query, (json.dumps(list(photos)),)).fetchall():
            yield photo_id, {"caption" if word != "nonsense!" else "nonsense": f"{photos[photo_id]['caption']} {word}"}

    def called(self, db: sqlite3.Connection) -> Mapping[str, str]:
        self._fail("called", ())
        return {"old": "Vintage"}

    def follow(self, w: Writer, changes):  # type: ignore[no-untyped-def]
        self._fail("follow", ())
        return super().follow(w, changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[tuple[Catalog, Stickers]]:
    """A catalog with a facet and three photos, of one of which something was said."""
    stickers = Stickers()
    catalog = Catalog(path, [stickers])
    with catalog.write() as w:
        w.db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, x'61', 'L', 'l')")
        w.db.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)")
        for number in (1, 2, 3):
            w.db.execute(
                "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
                " shown_fold, shown_href, shown_xml, seq) VALUES (?, 1, ?, ?, 1, 1, 1, '', '', '', ?, ?, '', '', 1)",
                (number, f"{number}.jpg".encode(), str(number), f"{number}.jpg", f"{number}.jpg"),
            )
        PhotoStore(w).put_groups([found(number) for number in (1, 2, 3)])
    yield catalog, stickers
    catalog.close()


def found(number: int, facts: str = '{"values": {"caption": "x"}}', analyzer: str = "words") -> GroupFound:
    probe = Probe(number, "image", "jpeg", "image/jpeg", bytes([number]))
    return GroupFound([probe], [PhotoFound(number, "image", analyses={analyzer: Analysis(1, facts)})])


def stick(catalog: Catalog, photo_id: int, word: str) -> None:
    with catalog.write(by="anna") as w:
        w.db.execute("INSERT INTO sticker VALUES (?, ?)", (photo_id, word))
        settle(w, [photo_id])
        w.correct("stuck", photo_id, word=word)


def members(catalog: Catalog) -> list[tuple[int, str]]:
    with catalog.read() as db:
        rows = "SELECT m.photo_id, v.name FROM member m JOIN value v ON v.id = m.value_id WHERE v.facet = 'sticker'"
        return sorted(db.execute(rows).fetchall())


def take_back(catalog: Catalog) -> int:
    with catalog.write(by="anna") as w:
        return undo(w, corrections(w.db), 1.0).corrections


def test_what_a_facet_keeps_shows_is_found_and_is_taken_back(opened: tuple[Catalog, Stickers]) -> None:
    catalog, _ = opened
    stick(catalog, 2, "party")
    stick(catalog, 3, "old")
    assert members(catalog) == [(2, "party"), (3, "Vintage")]
    with catalog.read() as db:
        assert db.execute("SELECT rowid FROM words WHERE words MATCH 'party'").fetchall() == [(2,)]
    assert take_back(catalog) == 2
    assert members(catalog) == []
    with catalog.read() as db:
        assert db.execute("SELECT * FROM sticker").fetchall() == []
        assert db.execute("SELECT rowid FROM words WHERE words MATCH 'party'").fetchall() == []


def captions(catalog: Catalog) -> list[str]:
    with catalog.read() as db:
        return [caption for (caption,) in db.execute("SELECT caption FROM photo ORDER BY id")]


def test_a_facet_s_facts_lie_over_the_analyzers_and_below_the_owner_s(opened: tuple[Catalog, Stickers]) -> None:
    catalog, _ = opened
    stick(catalog, 2, "wow!")
    stick(catalog, 3, "wow!")
    with catalog.write() as w:
        say(w, 3, {"caption": "mine"}, "taken then", when="")
    assert captions(catalog) == ["x", "x wow!", "mine"]


@pytest.mark.parametrize("what", ["facts", "facts 2"])
def test_what_a_facet_cannot_say_is_as_it_was_found(opened: tuple[Catalog, Stickers], what: str) -> None:
    catalog, stickers = opened
    stick(catalog, 2, "wow!")
    stickers.fails = {what}
    stick(catalog, 2, "new")
    assert captions(catalog) == ["x", "x", "x"]
    with catalog.read() as db:
        assert db.execute("SELECT facet, photo_id FROM behind").fetchall() == [("sticker", 2)]
    stickers.fails = set()
    assert catch_up(catalog) == 1 and captions(catalog) == ["x", "x wow!", "x"]


def test_a_fact_that_there_is_not_is_refused(opened: tuple[Catalog, Stickers]) -> None:
    catalog, _ = opened
    stick(catalog, 2, "nonsense!")
    assert captions(catalog) == ["x", "x", "x"]


def test_findings_are_screened_before_and_absorbed_after_they_are_stored(opened: tuple[Catalog, Stickers]) -> None:
    catalog, _ = opened
    with catalog.write() as w:
        PhotoStore(w).put_groups([found(1, '{"regions": ["secret", "open"]}', "eyes")])
    assert members(catalog) == [(1, "seen")]
    with catalog.read() as db:
        (facts,) = db.execute("SELECT facts FROM analysis WHERE analyzer = 'eyes'").fetchone()
    assert json.loads(facts) == {"regions": ["open"]}


def test_a_facet_that_cannot_absorb_costs_what_it_failed_on(opened: tuple[Catalog, Stickers]) -> None:
    catalog, stickers = opened
    stickers.fails = {"absorb 2"}
    with catalog.write() as w:
        PhotoStore(w).put_groups([found(number, '{"values": {"rating": 5}}', "eyes") for number in (1, 2, 3)])
    assert members(catalog) == [(1, "seen"), (3, "seen")], "and not what it had changed before it failed"
    with catalog.read() as db:
        assert db.execute("SELECT rating, shown FROM photo").fetchall() == [(5, 1)] * 3


def test_what_cannot_be_screened_is_not_kept(
    opened: tuple[Catalog, Stickers], caplog: pytest.LogCaptureFixture
) -> None:
    catalog, stickers = opened
    stickers.fails = {"screen 2"}
    with catalog.write() as w:
        PhotoStore(w).put_groups([found(number, '{"regions": ["secret", "open"]}', "eyes") for number in (1, 2)])
    with catalog.read() as db:
        rows = db.execute("SELECT photo_id, facts, failed FROM analysis WHERE analyzer = 'eyes'").fetchall()
        assert db.execute("SELECT shown FROM photo WHERE id = 2").fetchone() == (1,)
    assert rows[0][1:] == ('{"regions": ["open"]}', None)
    assert rows[1][1] == "{}" and '"sticker"' in rows[1][2]
    assert "photo 2" in caplog.text


@pytest.mark.parametrize("what", ["tags", "called"])
def test_photos_stay_where_they_are_by_a_facet_that_cannot_say(opened: tuple[Catalog, Stickers], what: str) -> None:
    catalog, stickers = opened
    stick(catalog, 2, "old")
    stickers.fails = {what}
    with catalog.write() as w:
        settle(w, [1, 2, 3])
        settle_facet(w, "sticker", [1, 2, 3])
    assert members(catalog) == [(2, "Vintage")]


def test_an_undo_that_a_facet_cannot_follow_changes_nothing(opened: tuple[Catalog, Stickers]) -> None:
    catalog, stickers = opened
    stick(catalog, 2, "party")
    stickers.fails = {"follow"}
    with pytest.raises(UserError, match="Nothing was changed"):
        take_back(catalog)
    assert members(catalog) == [(2, "party")]
    stickers.fails = set()
    assert take_back(catalog) == 1
    assert members(catalog) == []


def test_without_its_plugin_undo_is_refused_in_words_and_tables_stay(
    opened: tuple[Catalog, Stickers], path: Path
) -> None:
    catalog, _ = opened
    stick(catalog, 2, "party")
    catalog.close()
    without = Catalog(path)
    with pytest.raises(UserError, match='the plugin that keeps "sticker" is not installed'):
        take_back(without)
    with without.read() as db:
        assert db.execute("SELECT * FROM sticker").fetchall() == [(2, "party")]
        assert db.execute("SELECT undone FROM correction").fetchall() == [(None,)]
    without.close()
    again = Catalog(path, [Stickers()])
    assert take_back(again) == 1
    assert members(again) == []
    again.close()


def test_migrations_are_counted_a_facet(opened: tuple[Catalog, Stickers], path: Path) -> None:
    catalog, _ = opened
    stick(catalog, 2, "party")
    catalog.close()

    class Later(Stickers):
        migrations = (TABLE, "ALTER TABLE sticker ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';")

    with pytest.raises(UserError, match='tables of "sticker"'):
        Catalog(path, [Later()], readonly=True)
    for _ in range(2):
        later = Catalog(path, [Later()])
        with later.read() as db:
            assert db.execute("SELECT * FROM sticker").fetchall() == [(2, "party", "red")]
        later.close()


def test_a_facet_whose_tables_cannot_be_made_is_left_out(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Stickers):
        migrations = (TABLE, "CREATE TABLE half (x); CREATE TABLE nonsense (")

    catalog = Catalog(path, [Broken()])
    with catalog.read() as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    assert not tables & {"sticker", "half"} and "sticker" not in catalog.facets.owned
    assert '"sticker" could not be made' in caplog.text
    catalog.close()


def test_tables_of_a_newer_plugin_are_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Newer(Stickers):
        migrations = (TABLE, "CREATE TABLE more (x);")

    Catalog(path, [Newer()]).close()
    with caplog.at_level(logging.ERROR):
        catalog = Catalog(path, [Stickers()])
    assert "newer version of its plugin" in caplog.text and "sticker" not in catalog.facets.owned
    catalog.close()


def test_what_a_new_photo_costs(opened: tuple[Catalog, Stickers]) -> None:
    """Facets are asked in batches: a hundred photos more cost no further question to a facet."""
    catalog, _ = opened
    counts = []
    for first, last in ((10, 20), (100, 200)):
        with catalog.write() as w:
            for number in range(first, last):
                w.db.execute(
                    "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created,"
                    " shown, shown_fold, shown_href, shown_xml, seq)"
                    " VALUES (?, 1, ?, ?, 1, 1, 1, '', '', '', ?, ?, '', '', 1)",
                    (number, f"{number}.jpg".encode(), str(number), f"{number}.jpg", f"{number}.jpg"),
                )
            statements: list[str] = []
            w.db.set_trace_callback(statements.append)
            PhotoStore(w).put_groups([found(number) for number in range(first, last)])
            w.db.set_trace_callback(None)
            own = [one for one in statements if not one.startswith("--")]  # not those inside triggers and full text
            counts.append((sum("sticker" in one for one in own), len(own) / (last - first)))
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] < 10.5, counts


def missed(catalog: Catalog) -> list[tuple[str, int]]:
    with catalog.read() as db:
        return db.execute("SELECT facet, photo_id FROM behind ORDER BY 1, 2").fetchall()


def test_what_was_stored_while_a_facet_was_away_is_made_up_for(opened: tuple[Catalog, Stickers], path: Path) -> None:
    catalog, _ = opened
    stick(catalog, 2, "party")
    catalog.close()
    without = Catalog(path)
    with without.write() as w:
        PhotoStore(w).put_groups([found(number, '{"regions": ["secret", "open"]}', "eyes") for number in (1, 2)])
        settle(w, [3])
    assert members(without) == [(2, "party")], "photos stay where they are"
    with without.read() as db:
        kept = db.execute("SELECT facts FROM analysis WHERE analyzer = 'eyes'").fetchall()
    assert kept == [("{}",), ("{}",)], "nobody could say whether that is to be kept"
    assert missed(without) == [("sticker", 1), ("sticker", 2), ("sticker", 3)]
    without.close()
    again = Catalog(path, [Stickers()])
    assert catch_up(again) == 3 and missed(again) == []
    with again.read() as db:
        assert db.execute("SELECT 1 FROM analysis WHERE analyzer = 'eyes'").fetchall() == [], "which are due again"
    with again.write() as w:
        PhotoStore(w).put_groups([found(number, '{"regions": ["secret", "open"]}', "eyes") for number in (1, 2)])
    assert members(again) == [(1, "seen"), (2, "party"), (2, "seen")]
    again.close()


def test_what_could_not_be_taken_in_is_taken_in_later(opened: tuple[Catalog, Stickers]) -> None:
    catalog, stickers = opened
    stickers.fails = {"absorb 2"}
    with catalog.write() as w:
        PhotoStore(w).put_groups([found(number, analyzer="eyes") for number in (1, 2)])
    assert members(catalog) == [(1, "seen")] and missed(catalog) == [("sticker", 2)]
    assert catch_up(catalog) == 1 and missed(catalog) == [("sticker", 2)], "it fails still"
    stickers.fails = set()
    assert catch_up(catalog) == 1 and missed(catalog) == []
    assert members(catalog) == [(1, "seen"), (2, "seen")]


def test_a_photo_on_which_a_facet_fails_stays_and_the_others_do_not(opened: tuple[Catalog, Stickers]) -> None:
    catalog, stickers = opened
    stick(catalog, 1, "old")
    stickers.fails = {"tags 1"}
    with catalog.write() as w:
        w.db.execute("DELETE FROM sticker")
        w.db.executemany("INSERT INTO sticker VALUES (?, 'new')", [(1,), (2,)])
        settle(w, [1, 2, 3])
    assert members(catalog) == [(1, "Vintage"), (2, "new")]
    with catalog.write(by="") as w:
        say(w, 1, {"tags:sticker": []}, "unstuck")
    assert members(catalog) == [(2, "new")], "the owner knows better, whether the facet fails or not"


class Nameless(Facet):
    """A facet without what every facet needs."""


class Listed(Stickers):
    owned: ClassVar = ["sticker"]  # type: ignore[assignment]


class Elsewhere(Stickers):
    owned: ClassVar = {"nowhere": ("id",)}


def test_a_facet_with_a_mistake_is_left_out(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for wrong in (Nameless, Listed):
        plugin = type("Plugin", (), {"haven_facets": staticmethod(hookimpl(lambda: [wrong()]))})()  # noqa: B023
        others = [type(facet) for facet in Plugins([], only=()).facets({})]
        assert [type(facet) for facet in Plugins([plugin], only=()).facets({})] == others
    catalog = Catalog(path, [Elsewhere()])
    assert "nowhere" not in catalog.facets.owned and "it owns nowhere, which has no column id" in caplog.text
    catalog.close()


def test_a_transaction_that_ended_is_not_gone_on_with(opened: tuple[Catalog, Stickers]) -> None:
    """SQLite ends it by itself when the disk is full: what would then be written would be half of it."""
    catalog, stickers = opened

    def full(w: Writer, found: Found) -> None:
        w.db.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    stickers.absorb = full  # type: ignore[method-assign]
    with pytest.raises(sqlite3.OperationalError, match="full"), catalog.write() as w:
        PhotoStore(w).put_groups([found(1, analyzer="eyes")])
    del stickers.absorb
    with catalog.write() as w:
        PhotoStore(w).put_groups([found(1, analyzer="eyes")])
    assert members(catalog) == [(1, "seen")]
