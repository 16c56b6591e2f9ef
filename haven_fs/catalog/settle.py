"""The one place where what analyzers said becomes what folders show: a photo's columns and its facet values.

`analysis` keeps each analyzer's words, `face` whose faces they are (see haven_fs.catalog.faces); nothing else becomes a
facet. Whoever changes them settles the photo.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.albums import ALBUM, albums_of
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.findings import FACTS, WORD_FACETS
from haven_fs.catalog.placenames import COUNTRY, PLACE, PlaceNames

_COLUMNS = tuple(sorted(FACTS))
_UPDATE = (
    f"UPDATE photo SET {', '.join(f'{column} = ?' for column in _COLUMNS)}, day = ?, placed = ?, shown = ?, seq = ?"
    " WHERE id = ?"
)
_EPOCH = datetime(1970, 1, 1)

TAGS = "tags:"
"""What the name of a fact in the table `said` begins with if it is all values of a facet."""
PERSON = "person"
"""The facet of people; its keys are their ids."""
PERSON_NAME = "coalesce(q.name, 'Person ' || q.number)"
"""SQL for what the folder of a person `q` is called; NULL while it has none."""
_PEOPLE = (
    f"SELECT DISTINCT q.id, {PERSON_NAME} FROM face f JOIN person q ON q.id = f.person_id"
    " WHERE f.photo_id = ? AND q.hidden = 0 AND (q.name IS NOT NULL OR q.number IS NOT NULL)"
)

Tags = dict[tuple[str, str], tuple[str, str | None]]


class Settler:
    """Settles photos in one write transaction."""

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._db = w.db
        self._values: dict[tuple[str, str, str, str | None], int] = {}
        self._places = PlaceNames(self._db)

    def found(self, photo_id: int) -> tuple[dict[str, Any], Tags]:
        """Return the facts and facet values of a photo as they are without what the owner said of it."""
        texts = self._db.execute("SELECT facts FROM analysis WHERE photo_id = ? ORDER BY analyzer", (photo_id,))
        values, tags = self._merged(text for (text,) in texts)
        for person_id, name in self._db.execute(_PEOPLE, (photo_id,)):
            tags[PERSON, str(person_id)] = (name, None)
        return values, tags

    def settle(self, photo_id: int) -> None:
        """Derive the columns and facet values of a photo anew from its analyses and what the owner said."""
        values, tags = self.found(photo_id)
        tags |= {(ALBUM, key): (name, parent) for _, (key, name, parent) in albums_of(self._db, [photo_id])}
        said = self._db.execute("SELECT fact, value FROM said WHERE photo_id = ?", (photo_id,)).fetchall()
        self._overrule(values, tags, said)
        *before, readable = self._db.execute(
            "SELECT shown, day, taken_source, placed, unreadable IS NULL AND EXISTS"
            " (SELECT 1 FROM original WHERE photo_id = photo.id AND gone IS NULL)"
            " AND NOT EXISTS (SELECT 1 FROM hidden WHERE photo_id = photo.id) FROM photo WHERE id = ?",
            (photo_id,),
        ).fetchone()
        self._put(photo_id, values, tags, readable)
        wanted = {self._value_id(facet, key, *named) for (facet, key), named in tags.items()}
        current = {row[0] for row in self._db.execute("SELECT value_id FROM member WHERE photo_id = ?", (photo_id,))}
        self._add(photo_id, wanted - current)
        self._db.executemany(
            "DELETE FROM member WHERE value_id = ? AND photo_id = ?", [(value, photo_id) for value in current - wanted]
        )
        self._put_words(photo_id, values, tags)
        after = [readable, day_of(values.get("taken")), values.get("taken_source"), _is_placed(values, tags)]
        if before[0] and (current - wanted or after != before):
            self._w.note_removal()

    def settle_albums(self, photo_ids: Collection[int]) -> None:
        """Bring the albums that photos are in up to date, and nothing else of them: it may be all there are."""
        wanted = {(self._value_id(ALBUM, *album), id_) for id_, album in albums_of(self._db, photo_ids)}
        ids = (json.dumps(list(photo_ids)),)
        members = "SELECT value_id, photo_id FROM json_each(?) j CROSS JOIN member ON photo_id = j.value"
        albums = "SELECT id FROM value WHERE facet = ?"
        current = set(self._db.execute(f"{members} WHERE value_id IN ({albums})", (*ids, ALBUM)))
        self._db.executemany("INSERT INTO member VALUES (?, ?)", wanted - current)
        self._db.executemany("DELETE FROM member WHERE value_id = ? AND photo_id = ?", current - wanted)
        self._db.execute("UPDATE photo SET seq = ? WHERE id IN (SELECT value FROM json_each(?))", (self._w.seq, *ids))
        drop_empty_values(self._db, ALBUM)
        self._values.clear()

    def settle_new(self, photo_id: int, facts: Iterable[str], *, readable: bool) -> None:
        """Derive the columns and facet values of a photo that was in no folder yet.

        `facts` are those of its analyses, in the order of the analyzers' names, as `settle` reads them.
        """
        values, tags = self._merged(facts)
        self._put(photo_id, values, tags, readable)
        self._add(photo_id, {self._value_id(facet, key, *named) for (facet, key), named in tags.items()})
        self._put_words(photo_id, values, tags, is_new=True)

    def _merged(self, texts: Iterable[str]) -> tuple[dict[str, Any], Tags]:
        values: dict[str, Any] = {}
        tags: Tags = {}
        for text in texts:
            facts = json.loads(text)
            values.update(facts.get("values", {}))
            for facet, key, name, parent in facts.get("tags", ()):
                tags[facet, key] = (name, parent)
        for place in self._places.around(values.get("latitude"), values.get("longitude")):
            tags[PLACE, place.key] = (place.name, place.country)
        return values, tags

    def _overrule(self, values: dict[str, Any], tags: Tags, said: Iterable[tuple[str, str]]) -> None:
        """Put what the owner said in place of what analyzers did."""
        for fact, text in said:
            value = json.loads(text)
            if not fact.startswith(TAGS):
                values[fact] = value
                continue
            facet = fact.removeprefix(TAGS)
            for known in [one for one in tags if one[0] == facet]:
                del tags[known]
            for key, name, parent in value or ():
                # Which value was said is for good; what that is called may have changed, as with another language.
                row = self._db.execute("SELECT name, parent FROM value WHERE facet = ? AND key = ?", (facet, key))
                tags[facet, key] = row.fetchone() or (name, parent)

    def _put(self, photo_id: int, values: dict[str, Any], tags: Tags, shown: bool) -> None:
        columns = [values.get(column) for column in _COLUMNS]
        day = day_of(values.get("taken"))
        self._db.execute(_UPDATE, (*columns, day, _is_placed(values, tags), shown, self._w.seq, photo_id))

    def _put_words(self, photo_id: int, values: dict[str, Any], tags: Tags, *, is_new: bool = False) -> None:
        """Keep what was written about a photo where searches by words look."""
        name = self._db.execute(
            "SELECT o.name FROM photo p JOIN original o ON o.id = p.main_id WHERE p.id = ?", (photo_id,)
        ).fetchone()
        keywords = "; ".join(sorted(named for (facet, _), (named, _) in tags.items() if facet in WORD_FACETS))
        words = ((name and name[0]) or "", values.get("caption") or "", keywords)
        if not is_new:
            before = self._db.execute("SELECT name, caption, keywords FROM words WHERE rowid = ?", (photo_id,))
            if (known := before.fetchone()) == words:
                return
            if known:
                self._db.execute("DELETE FROM words WHERE rowid = ?", (photo_id,))
        if any(words):
            self._db.execute(
                "INSERT INTO words (rowid, name, caption, keywords) VALUES (?, ?, ?, ?)", (photo_id, *words)
            )

    def _add(self, photo_id: int, value_ids: Iterable[int]) -> None:
        self._db.executemany("INSERT INTO member VALUES (?, ?)", [(value, photo_id) for value in value_ids])

    def _value_id(self, facet: str, key: str, name: str, parent: str | None) -> int:
        wanted = (facet, key, name, parent)
        if wanted not in self._values:
            self._values[wanted] = self._find_value(*wanted)
        return self._values[wanted]

    def _find_value(self, facet: str, key: str, name: str, parent: str | None) -> int:
        name = names.portable((self._places.name(key) if facet == PLACE else None) or name)
        row = self._db.execute(
            "SELECT id, name, parent FROM value WHERE facet = ? AND key = ?", (facet, key)
        ).fetchone()
        if row and row[2] == parent and (row[1] == name or row[1].startswith(f"{name} (")):
            return int(row[0])
        wanted, number = name, 1
        while True:
            folded = names.fold(wanted)
            owner = self._db.execute("SELECT key FROM value WHERE facet = ? AND fold = ?", (facet, folded)).fetchone()
            if owner is None or owner[0] == key:
                break
            number += 1
            wanted = f"{name} ({number})"
        if row:
            # A folder leaves under its old name.
            self._w.note_removal()
        stored = self._db.execute(
            "INSERT INTO value (facet, key, name, fold, parent, seq) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (facet, key)"
            " DO UPDATE SET name = excluded.name, fold = excluded.fold, parent = excluded.parent, seq = excluded.seq"
            " RETURNING id",
            (facet, key, wanted, folded, parent, self._w.seq),
        ).fetchone()
        return int(stored[0])


def _is_placed(values: dict[str, Any], tags: Tags) -> bool:
    """Tell whether it is known where a photo was taken, at least in which country."""
    return values.get("latitude") is not None or any(facet in (PLACE, COUNTRY) for facet, _ in tags)


def day_of(taken: int | None) -> int | None:
    """Return yyyymmdd of a wall-clock time in seconds since 1970, None if there is none or no calendar has it."""
    if taken is None:
        return None
    try:
        date = _EPOCH + timedelta(seconds=taken)
    except OverflowError:
        return None
    return date.year * 10000 + date.month * 100 + date.day


def drop_empty_values(db: sqlite3.Connection, facet: str) -> None:
    """Free the names of values that no photo belongs to any more."""
    db.execute(
        "DELETE FROM value WHERE facet = ? AND NOT EXISTS (SELECT 1 FROM member WHERE value_id = value.id)", (facet,)
    )
