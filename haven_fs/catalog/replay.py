"""Doing again what lines of the record say that a catalog lacked: row by row, as soon as what they are about is there.

haven_fs.catalog.takein has noted each changed row in `waiting`. Here they are done in order. One whose photo has not
been found yet waits for it, and so do later ones of the same row; the others go on, since each says all of its row. A
row of which the owner has said something since the catalog was lost, in `touched`, stays as it is. What is done leaves
`waiting` in the transaction that does it, so a process that was killed goes on where it was.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from haven_fs.catalog import names
from haven_fs.catalog.changes import Change, has_seq, take_back
from haven_fs.catalog.disktrouble import is_trouble
from haven_fs.catalog.finder import Finder, NotYet
from haven_fs.catalog.history import KIND
from haven_fs.catalog.oldlines import photo_of_old, say_again
from haven_fs.catalog.portable import (
    CORRECTION,
    PHOTO,
    Told,
    found_photo,
)
from haven_fs.catalog.undo import follow
from haven_fs.catalog.waiting import TOO_LITTLE, is_waiting

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Catalog, Writer

logger = logging.getLogger(__name__)

_SAYS_NOTHING = ("written here",)
_AT_ONCE = 400
"""Rows that are done in one transaction."""


def replay_new(catalog: "Catalog") -> int:
    """Do what was taken in and not tried yet; return how many rows that were."""
    return _in_batches(catalog, "want IS NULL", (), complete=False)


def replay_for(catalog: "Catalog", photo_ids: Iterable[int]) -> int:
    """Do what waited for these photos, which were just found or looked into."""
    with catalog.read() as db:
        if not is_waiting(db):
            return 0
        rows = db.execute(
            "SELECT DISTINCT o.size || ' ' || lower(hex(o.fingerprint)) FROM json_each(?) j"
            " CROSS JOIN original o ON o.photo_id = j.value WHERE o.fingerprint IS NOT NULL",
            (json.dumps(list(photo_ids)),),
        ).fetchall()
    marks = json.dumps([want for (want,) in rows])
    return _in_batches(catalog, "want IN (SELECT value FROM json_each(?))", (marks,), complete=False)


def replay_rest(catalog: "Catalog", *, everything: bool) -> int:
    """Try what waits, now that all has been looked into and faces are grouped.

    `everything`: what waits for a photo too, which may be an edited one where it lay; else what waits for other things.
    """
    with catalog.read() as db:
        if not is_waiting(db):
            return 0
    return _in_batches(catalog, "1" if everything else "want = ''", (), complete=True)


def _in_batches(catalog: "Catalog", condition: str, params: tuple[Any, ...], *, complete: bool) -> int:
    done = last = 0
    while True:
        with catalog.read() as db:
            rows = db.execute(
                f"SELECT n FROM waiting WHERE {condition} AND n > ? AND held = 0 ORDER BY n LIMIT ?",
                (*params, last, _AT_ONCE),
            ).fetchall()
        if not rows:
            break
        numbers = [n for (n,) in rows]
        last = numbers[-1]
        try:
            with catalog.write() as w:
                done += _Replay(w, complete=complete).run(numbers)
        except Exception as error:
            words = "What was said before could not be done again; it is tried again at the next start: %s"
            logger.error(words, error, exc_info=not is_trouble(error))
            return done
    if done:
        logger.info("%d things that corrections.jsonl says were done again", done)
        _close(catalog)
    return done


def _close(catalog: "Catalog") -> None:
    with catalog.write(quiet=True) as w:
        if not is_waiting(w.db):
            w.db.execute("DELETE FROM touched")


class _Replay:
    """Does rows again in one transaction."""

    def __init__(self, w: "Writer", *, complete: bool) -> None:
        self._w, self._db, self._complete = w, w.db, complete
        self._finder = Finder(w, complete=complete)
        self._done: list[Change] = []
        self._of: dict[int, list[Change]] = {}
        self._called: dict[int, str] = {}

    def run(self, numbers: Sequence[int]) -> int:
        """Do those that can be done, and note of the others what they wait for; return how many were done."""
        count = 0
        marks = json.dumps(list(numbers))
        query = (
            "SELECT n, correction_id, what, told, row, want FROM waiting WHERE n IN (SELECT value FROM json_each(?))"
        )
        for n, id_, what, text, row, want in self._db.execute(f"{query} ORDER BY n", (marks,)).fetchall():
            told = json.loads(text)
            try:
                if row is not None:
                    self._check_turn(n, row)
                with self._savepoint():
                    self._do(id_, what, told)
            except NotYet as missing:
                if missing.want != want:
                    self._db.execute("UPDATE waiting SET want = ? WHERE n = ?", (missing.want, n))
                continue
            self._db.execute("DELETE FROM waiting WHERE n = ?", (n,))
            count += 1
        for id_, changes in self._of.items():
            before = self._db.execute("SELECT changes FROM correction WHERE id = ?", (id_,)).fetchone()
            if before is not None:
                together = json.dumps([*json.loads(before[0]), *changes], ensure_ascii=False)
                self._db.execute("UPDATE correction SET changes = ? WHERE id = ?", (together, id_))
        if self._done:
            follow(self._w, self._done)
            self._w.note_removal()
        return count

    def _savepoint(self) -> Any:
        from haven_fs.catalog.facetcalls import savepoint

        return savepoint(self._db)

    def _check_turn(self, n: int, row: str) -> None:
        """Raise NotYet if an earlier change of the same row still waits; this one comes with it."""
        query = "SELECT want FROM waiting WHERE row = ? AND n < ? AND held = 0 ORDER BY n LIMIT 1"
        earlier = self._db.execute(query, (row, n)).fetchone()
        if earlier is not None:
            raise NotYet(earlier[0] or "")

    def _do(self, id_: int, what: str, told: Told) -> None:
        if what == "change":
            self._change(id_, told)
        elif what == PHOTO:
            photo_id = self._finder.value(PHOTO, told)
            self._db.execute("UPDATE correction SET photo_id = ? WHERE id = ?", (photo_id, id_))
        elif what == "data":
            self._mention(id_, told)
        elif what == "old":
            self._old(id_, told)
        elif what == "void":
            self._void(id_)

    def _void(self, id_: int) -> None:
        """Take back what a correction made void, as far as it was done here; the rest of that is not done any more."""
        (text,) = self._db.execute("SELECT data FROM correction WHERE id = ?", (id_,)).fetchone()
        void = json.dumps(sorted(json.loads(text)["void"], reverse=True))
        query = "SELECT c.id, c.changes FROM json_each(?) v JOIN correction c ON c.id = v.value ORDER BY v.key"
        for one, changes in self._db.execute(query, (void,)).fetchall():
            changes = [*json.loads(changes), *self._of.get(one, ())]
            self._done += take_back(self._db, changes, self._w.seq)[0]
        rest = "correction_id IN (SELECT value FROM json_each(?)) AND what IN ('change', 'old')"
        self._db.execute(f"DELETE FROM waiting WHERE {rest}", (void,))

    def _old(self, id_: int, line: dict[str, Any]) -> None:
        """Do what a line says that an older Haven wrote, as far as anybody can tell."""
        photo = photo_of_old(self._db, line)
        if line.get("fingerprint") and photo is None and not self._complete:
            raise NotYet
        changes: Sequence[Change] | None = say_again(line, photo)
        if changes is None:
            changes = self._w.facets.say_again(self._w, line, photo)
        if changes is None and line["kind"] not in (KIND, *_SAYS_NOTHING):
            raise NotYet(TOO_LITTLE)
        if photo is not None:
            photo_id = found_photo(self._db, photo)
            self._db.execute("UPDATE correction SET photo_id = ? WHERE id = ?", (photo_id, id_))
        for change in changes or ():
            self._change(id_, change)

    def _mention(self, id_: int, told: Told) -> None:
        (text,) = self._db.execute("SELECT data FROM correction WHERE id = ?", (id_,)).fetchone()
        said = {
            name: [self._mentioned(one) for one in value] if isinstance(value, list) else self._mentioned(value)
            for name, value in told.items()
        }
        data = json.dumps({**json.loads(text), **said}, ensure_ascii=False)
        if data != text:
            self._db.execute("UPDATE correction SET data = ? WHERE id = ?", (data, id_))

    def _mentioned(self, told: Told) -> Any:
        """Return the number of a row that a correction names, which may be gone; None if there never was one."""
        ((kind, value),) = told.items() if isinstance(told, dict) else ((CORRECTION, [told]),)
        known = self._finder.known(kind, value, gone=True) if kind in self._finder.portable.rows else None
        if known is not None:
            return known
        try:
            return self._finder.value(kind, value)
        except NotYet:
            if not self._complete:
                raise
            return None

    # Doing it

    def _change(self, id_: int, told: Told) -> None:
        table = told["table"]
        key = self._finder.portable.keys.get(table)
        if key is None:
            raise NotYet  # its plugin is away
        is_new = told["before"] is None
        made = is_new and table in self._finder.portable.rows and tuple(told["key"]) == ("id",)
        sides = {
            "before": told["before"] and {c: self._was(one) for c, one in told["before"].items() if c not in key},
            "after": told["after"] and {c: self._finder.find(one) for c, one in told["after"].items() if c not in key},
        }
        if made:
            here = {"id": self._finder.number(table, told["key"]["id"], sides["after"])}
        else:
            try:
                here = {column: self._finder.find(one) for column, one in told["key"].items()}
            except NotYet as missing:
                if told["after"] is None and self._complete and not missing.want:
                    return  # it is not there
                raise
        for side in sides.values():
            if side is not None and (is_new or told["after"] is None):
                side.update(here)
        was = here
        if sides["before"] is not None and sides["after"] is not None:
            # What a row is known by may have changed too, as whom somebody is said not to be.
            changed = [column for column in key if column in told["before"]]
            was = {**here, **{column: self._was(told["before"][column]) for column in changed}}
            sides["before"] |= {column: was[column] for column in changed}
            sides["after"] |= {column: here[column] for column in changed}
        change = {"table": table, "key": here, "before": sides["before"], "after": sides["after"]}
        if self._is_touched(id_, change):
            return
        if self._put(change, was):
            self._done.append(change)
            self._of.setdefault(id_, []).append(change)

    def _was(self, told: Told) -> Any:
        """Return what was before, as far as it is there: nothing hangs on it but what an undo brings back."""
        try:
            return self._finder.find(told)
        except NotYet:
            if not self._complete:
                raise
            return None

    def _is_touched(self, id_: int, change: Change) -> bool:
        rows = self._db.execute(
            "SELECT columns FROM touched WHERE tbl = ? AND key = ? AND correction_id > ?",
            (change["table"], json.dumps(change["key"], sort_keys=True), id_),
        ).fetchall()
        if not rows:
            return False
        mine = set(change["after"]) if change["before"] is not None and change["after"] is not None else None
        return any(columns == "" or mine is None or mine & set(columns.split(" ")) for (columns,) in rows)

    def _put(self, change: Change, key: dict[str, Any]) -> bool:
        """Have a row be as it was after a change; `key`: that of before. Return whether anything was done."""
        table, after = change["table"], change["after"]
        where = " AND ".join(f"{column} IS ?" for column in key)
        if after is None:
            return self._db.execute(f"DELETE FROM {table} WHERE {where}", tuple(key.values())).rowcount > 0
        stamp = {"seq": self._w.seq} if has_seq(self._db, table) else {}
        for values in self._namings({**after, **stamp}):
            if self._db.execute(f"SELECT 1 FROM {table} WHERE {where}", tuple(key.values())).fetchone():
                changed = {
                    column: value for column, value in values.items() if column not in key or key[column] != value
                }
                if not changed:
                    return True
                query = f"UPDATE OR IGNORE {table} SET {', '.join(f'{c} = ?' for c in changed)} WHERE {where}"
                if self._db.execute(query, (*changed.values(), *key.values())).rowcount:
                    return True
            elif change["before"] is not None:
                return False
            else:
                query = f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
                if self._db.execute(query, tuple(values.values())).rowcount:
                    return True
        return False

    def _namings(self, values: dict[str, Any]) -> Iterable[dict[str, Any]]:
        """Give values as they are, and with a number after the name, if another has it by now."""
        yield values
        if values.get("name") is not None and "fold" in values:
            for name in islice(names.numbered(values["name"]), 20):
                yield {**values, "name": name, "fold": names.fold(name)}
