"""Who there is: people as the tables have them, read by whoever has a connection to the catalog.

A person is a group of faces with an id for good. It shows as a folder once it has a name, a number ("Person 12", given
when the group is large enough) or was made by the owner. What changes people is in haven_faces.people.
"""

import re
import sqlite3
import time
from dataclasses import dataclass

from haven_faces.facerows import OWNER
from haven_fs import Writer, names

PERSON = "person"
"""The facet of people; its keys are their ids."""
PERSON_NAME = "coalesce(q.name, 'Person ' || q.number)"
"""SQL for what the folder of a person `q` is called; NULL while it has none."""
NUMBERED = re.compile(r"person (\d{1,9})")
"""A folded name that Haven gives people who have none."""
_JUST = 600.0
"""Seconds that a removal was just made."""
_SHOWN = "q.hidden = 0 AND q.merged_into IS NULL AND (q.name IS NOT NULL OR q.number IS NOT NULL)"


class NameTaken(Exception):
    """Another person has that name; `hidden` if that one has no folder now."""

    def __init__(self, name: str, *, hidden: bool) -> None:
        super().__init__(name)
        self.name = name
        self.hidden = hidden


def find_person(db: sqlite3.Connection, name: str, *, hidden: bool = False) -> int | None:
    """Return the person whose folder has that name, in any case and composition; of hidden ones only if asked."""
    fold = names.fold(name)
    row = db.execute("SELECT id, hidden FROM person WHERE fold = ? AND merged_into IS NULL", (fold,)).fetchone()
    if row is None and (numbered := NUMBERED.fullmatch(fold)) and str(int(numbered[1])) == numbered[1]:
        row = db.execute(
            "SELECT id, hidden FROM person WHERE number = ? AND name IS NULL AND merged_into IS NULL",
            (int(numbered[1]),),
        ).fetchone()
    return None if row is None or (row[1] and not hidden) else int(row[0])


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a folder of that name.

    `kept`: it is shown without photos too, since somebody named it, or has just taken out the last: `rm -r` goes on to
    remove the folder, and must find it.
    """

    id: int
    name: str
    seq: int
    kept: bool


def shown_people(db: sqlite3.Connection) -> list[Person]:
    """Return everybody who has a folder: by name, those with a number only after the others."""
    rows = db.execute(
        f"SELECT q.id, {PERSON_NAME}, q.seq, q.named = {OWNER} OR q.made OR"
        " EXISTS (SELECT 1 FROM not_person n WHERE n.person_id = q.id AND n.at > ?)"
        f" FROM person q WHERE {_SHOWN} ORDER BY q.name IS NULL, q.fold, q.number",
        (time.time() - _JUST,),
    )
    return [Person(id_, name, seq, bool(kept)) for id_, name, seq, kept in rows]


def people_seq(db: sqlite3.Connection) -> int:
    """Return when who there is, or who is where, last changed."""
    return int(db.execute("SELECT value FROM state WHERE key = 'people'").fetchone()[0])


def merged_into(db: sqlite3.Connection, name: str) -> int | None:
    """Return the person that one of that name was last made part of, None if there was none."""
    row = db.execute(
        "SELECT q.merged_into FROM person q WHERE q.merged_into IS NOT NULL AND (q.fold = ? OR"
        " (q.name IS NULL AND 'person ' || q.number = ?)) ORDER BY q.seq DESC LIMIT 1",
        (names.fold(name), names.fold(name)),
    ).fetchone()
    return None if row is None else whole(db, row[0])


def whole(db: sqlite3.Connection, person_id: int) -> int:
    """Return the person that one is part of by now, after merging; itself if none."""
    while True:
        row = db.execute("SELECT merged_into FROM person WHERE id = ?", (person_id,)).fetchone()
        if row is None or row[0] is None:
            return person_id
        person_id = int(row[0])


def person_name(db: sqlite3.Connection, person_id: int) -> str:
    """Return what the person's folder is called, "" if there is none."""
    row = db.execute(f"SELECT {PERSON_NAME} FROM person q WHERE q.id = ?", (person_id,)).fetchone()
    return str(row[0] or "") if row else ""


def people_in(db: sqlite3.Connection, photo_id: int) -> set[int]:
    """Return the people whose faces are in a photo, those without a folder too."""
    rows = db.execute("SELECT DISTINCT person_id FROM face WHERE photo_id = ?", (photo_id,))
    return {int(id_) for (id_,) in rows if id_ is not None}


def barred_from(db: sqlite3.Connection, photo_id: int) -> set[int]:
    """Return the people of whom the owner said that they are not in a photo."""
    rows = db.execute("SELECT person_id FROM not_person WHERE photo_id = ?", (photo_id,))
    return {int(id_) for (id_,) in rows}


def unknown(face: str, person: str, *, dismissed: bool = False) -> str:
    """Return SQL that a row of `face` is nobody's who has a folder: nobody's at all, or of a group that is too small.

    `person`: the alias of its row of `person`, if any. Those that the owner does not want to be asked about count only
    if `dismissed`.
    """
    asked = "" if dismissed else f" AND {face}.dismissed = 0"
    small = f"{person}.name IS NULL AND {person}.number IS NULL AND {person}.hidden = 0"
    return f"{face}.space IS NOT NULL{asked} AND ({face}.person_id IS NULL OR ({small}))"


def touch_people(w: Writer) -> None:
    """Move the clock of people on: who there is, or who is where, has changed."""
    w.db.execute("UPDATE state SET value = ? WHERE key = 'people'", (w.seq,))
