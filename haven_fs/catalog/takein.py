"""Taking lines of the record into a catalog that lacks them, since it was lost or is older than the record.

Each becomes a correction as it was, with its time, user, gesture and words, in the order of the file; what was said
since then comes after it. What it changed is not done here but noted in the table `waiting`: haven_fs.catalog.replay
does it once what it is about is there. All of it is one transaction.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from haven_fs.catalog.corrections import mark, note_touched
from haven_fs.catalog.history import KIND
from haven_fs.catalog.portable import CORRECTION, PHOTO, found_photo
from haven_fs.catalog.promised import promise

Line = dict[str, Any]
Key = tuple[int, float]

_SAMPLE = 500
"""Lines that are looked at to tell whether a record is about the photos of this catalog."""


def id_of(db: sqlite3.Connection, key: Key) -> int | None:
    """Return the correction that a line is of, None if this catalog has none."""
    number, at = key
    row = db.execute(
        "SELECT id FROM correction WHERE at = ?2 AND (id = ?1 AND line IS NULL OR line = ?1)", (number, at)
    ).fetchone()
    return None if row is None else int(row[0])


def is_related(db: sqlite3.Connection, lines: Iterable[Line]) -> bool:
    """Tell whether lines are of this catalog, of one before it, or at least about photos that it has.

    A catalog that nothing was said in and that knows no photo yet takes what is there.
    """
    if db.execute("SELECT NOT EXISTS (SELECT 1 FROM correction) AND NOT EXISTS (SELECT 1 FROM photo)").fetchone()[0]:
        return True
    own = names_of(db)
    for number, line in enumerate(lines):
        if "catalog" not in line or root_of(line["catalog"]) in own:
            return True
        if number < _SAMPLE and _has_photo(db, line):
            return True
    return False


def _has_photo(db: sqlite3.Connection, line: Line) -> bool:
    if line.get(PHOTO):
        return found_photo(db, line[PHOTO]) is not None
    print_ = line.get("fingerprint")
    query = "SELECT 1 FROM original WHERE fingerprint = ? AND file = ? LIMIT 1"
    file = os.fsencode(str(line.get("file", "")).rpartition("/")[2])
    return isinstance(print_, str) and db.execute(query, (bytes.fromhex(print_), file)).fetchone() is not None


def names_of(db: sqlite3.Connection) -> set[str]:
    """Return what this catalog is called in the record, and what those were called whose lines it took in."""
    rows = db.execute("SELECT key, value FROM state WHERE key IN ('catalog', 'catalogs')")
    names: set[str] = set()
    for key, value in rows:
        names.update(map(root_of, json.loads(value) if key == "catalogs" else [value]))
    return names


def root_of(name: object) -> str:
    """Return what a catalog was called before it ever went back to an older state."""
    return str(name).partition("/")[0]


def take_in(
    db: sqlite3.Connection, read: Callable[[], Iterator[Line]], erased: Collection[Key], numbers: Collection[str]
) -> int:
    """Take in the lines that the catalog lacks, but for those that are `erased`; return how many those were.

    `read` gives all lines of the file from its beginning; it is called twice. `numbers`: the tables whose rows are
    known by a number (Portable.rows).
    """
    last, after, written = 0, False, set()
    for line in read():
        known = id_of(db, _key(line))
        if known is None:
            after |= _key(line) not in erased
        elif after:
            written.add(known)
        else:
            last = max(last, known)
    said_since = db.execute("SELECT EXISTS (SELECT 1 FROM correction WHERE id > ?)", (last,)).fetchone()[0]
    if said_since:
        _set_aside(db, last, written, numbers)
    taken = _Taking(db, last, bool(said_since))
    for line in read():
        known = id_of(db, _key(line))
        if known is None and _key(line) not in erased:
            taken.add(line)
        elif known is not None and known < 0:
            taken.move(known, line["id"])
    taken.end()
    return taken.count


def _set_aside(db: sqlite3.Connection, last: int, written: Collection[int], tables: Collection[str]) -> None:
    """Make room for lines before corrections that were said since: these are below 0 until they get other numbers.

    What was made by those that are not `written` yet is of another name from here on, since the lines may make things
    of the same numbers.
    """
    own = db.execute("SELECT value FROM state WHERE key = 'catalog'").fetchone()[0]
    fresh = f"{own}/{last}/{os.urandom(6).hex()}"
    made = {
        (change["table"], int(change["key"]["id"]))
        for id_, changes in db.execute("SELECT id, changes FROM correction WHERE id > ?", (last,))
        if id_ not in written
        for change in json.loads(changes)
        if change["before"] is None and change["table"] in tables
    }
    for table in tables:
        for (id_,) in db.execute(f"SELECT id FROM {table}").fetchall():
            name = json.dumps([fresh if (table, id_) in made else own, id_])
            if not db.execute("SELECT 1 FROM known_as WHERE kind = ? AND id = ?", (table, id_)).fetchone():
                db.execute("INSERT OR IGNORE INTO known_as VALUES (?, ?, ?)", (table, name, id_))
    db.execute("UPDATE state SET value = ? WHERE key = 'catalog'", (fresh,))
    db.execute("UPDATE correction SET line = id WHERE id > ? AND line IS NULL", (last,))
    db.execute("UPDATE correction SET id = -id WHERE id > ?", (last,))


class _Taking:
    def __init__(self, db: sqlite3.Connection, last: int, moving: bool) -> None:
        self._db, self._next, self._moving = db, last + 1, moving
        if moving:
            db.execute("CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER)")
        self._ids: dict[tuple[str, int], int] = {}
        self._catalogs: set[str] = set()
        self.count = 0

    def add(self, line: Line) -> None:
        """Take in a line, with its own number if that is free."""
        id_ = max(self._next, line["id"]) if not self._moving else self._next
        self._next = id_ + 1
        root = root_of(line.get("catalog", ""))
        if id_ != line["id"]:
            self._ids[root, line["id"]] = id_
        else:
            self._ids.pop((root, id_), None)
        self._catalogs.add(root)
        gesture = self._ids.get((root, line.get("gesture", 0)), line.get("gesture", id_))
        data = {**line["data"], **self._corrections(line, root)}
        self._db.execute(
            "INSERT INTO correction (id, at, by, place, act, gesture, kind, data, changes, line)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]', ?)",
            (id_, line["at"], line.get("by", ""), line.get("place", ""), line.get("act", ""), gesture, line["kind"],
             json.dumps(data, ensure_ascii=False), line["id"] if id_ != line["id"] else None),
        )  # fmt: skip
        _mark(self._db, line["kind"], data, line["at"])
        self._wait(id_, line)
        promise(self._db, [line.get("changes"), {PHOTO: line.get(PHOTO)}])
        self.count += 1

    def _corrections(self, line: Line, root: str) -> dict[str, list[int]]:
        """Return the corrections that a line names, by their numbers here."""
        found: dict[str, list[int]] = {}
        told = line.get("mentions", {})
        for name in ("corrections", "void"):
            numbers = line["data"].get(name)
            if not isinstance(numbers, list):
                continue
            keys = [one[CORRECTION] for one in told.get(name, ())]
            if keys:
                known = (id_of(self._db, (number, at)) for number, at in keys if at is not None)
                found[name] = [id_ for id_ in known if id_ is not None]
            else:
                found[name] = [self._ids.get((root, int(number)), int(number)) for number in numbers]
        return found

    def _wait(self, id_: int, line: Line) -> None:
        told: list[tuple[str, Any]] = [("change", one) for one in line.get("changes", ())]
        if line.get(PHOTO):
            told.insert(0, (PHOTO, line[PHOTO]))
        mentions = {name: one for name, one in line.get("mentions", {}).items() if name not in ("corrections", "void")}
        if mentions:
            told.append(("data", mentions))
        if "changes" not in line:
            told.append(("old", line))
        if line["data"].get("void"):  # what is void was taken back before this was done
            told.insert(0, ("void", None))
        self._db.executemany(
            "INSERT INTO waiting (correction_id, what, told, row) VALUES (?, ?, ?, ?)",
            [(id_, what, json.dumps(one), row_of(one) if what == "change" else None) for what, one in told],
        )

    def move(self, id_: int, number: int) -> None:
        """Give a correction that was set aside its place in the order of the file."""
        self._db.execute("UPDATE correction SET id = ? WHERE id = ?", (self._next, id_))
        self._db.execute("UPDATE correction SET line = nullif(?, id) WHERE id = ?", (number, self._next))
        self._db.execute("INSERT INTO temp.moved VALUES (?, ?)", (-id_, self._next))
        self._next += 1

    def end(self) -> None:
        """Put those in order that the file lacks, and have what was set aside name the others as they are now."""
        db = self._db
        if self._moving:
            for (id_,) in db.execute("SELECT id FROM correction WHERE id < 0 ORDER BY id DESC").fetchall():
                db.execute("INSERT INTO temp.moved VALUES (?, ?)", (-id_, self._next))
                # The file does not have it yet, and gets it by its new number.
                db.execute("UPDATE correction SET id = ?, line = NULL WHERE id = ?", (self._next, id_))
                self._next += 1
            _follow_on(db)
        if self._catalogs:
            own = db.execute("SELECT value FROM state WHERE key = 'catalogs'").fetchone()
            names = sorted(self._catalogs.union(json.loads(own[0]) if own else ()) - {""})
            db.execute("INSERT OR REPLACE INTO state VALUES ('catalogs', ?)", (json.dumps(names),))


def _follow_on(db: sqlite3.Connection) -> None:
    """Have what was set aside name the others as they are now, and outweigh what was said before it."""
    moved = dict(db.execute("SELECT old, new FROM temp.moved").fetchall())
    rows = db.execute(
        "SELECT id, at, gesture, kind, data, changes FROM correction WHERE id IN (SELECT new FROM temp.moved)"
        " ORDER BY id"
    ).fetchall()
    for id_, at, gesture, kind, text, changes in rows:
        data = json.loads(text)
        for name in ("corrections", "void"):
            if isinstance(data.get(name), list):
                data[name] = [moved.get(one, one) for one in data[name]]
        db.execute(
            "UPDATE correction SET gesture = ?, data = ? WHERE id = ?",
            (moved.get(gesture, gesture), json.dumps(data, ensure_ascii=False), id_),
        )
        note_touched(db, json.loads(changes), id_)
        _mark(db, kind, data, at)
    db.execute("DROP TABLE temp.moved")


def _mark(db: sqlite3.Connection, kind: str, data: dict[str, Any], at: float) -> None:
    """Note of those that a correction took back, or made void, that they were."""
    if kind == KIND:
        mark(db, data.get("corrections", []), at, at)
    if void := data.get("void"):
        db.execute(
            "UPDATE correction SET undone = ? WHERE id IN (SELECT value FROM json_each(?))", (at, json.dumps(void))
        )


def row_of(change: Any) -> str:
    """Return which row a change that was told is of, the same however it is told where a photo lies."""
    return json.dumps([change["table"], _bare(change["key"])], sort_keys=True)


def _bare(told: Any) -> Any:
    if isinstance(told, dict) and len(told) == 1:
        ((kind, value),) = told.items()
        if kind in ("photo", "original") and isinstance(value, list):
            return {kind: value[2:4] if value[3] else value[:2]}
        if isinstance(value, list) and len(value) == 3:  # without what a facet says besides
            return {kind: value[:2]}
    if isinstance(told, dict):
        return {name: _bare(one) for name, one in told.items()}
    return [_bare(one) for one in told] if isinstance(told, list) else told


def _key(line: Line) -> Key:
    return int(line["id"]), float(line["at"])
