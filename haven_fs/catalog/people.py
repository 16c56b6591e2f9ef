"""Who there is, and who is in which photo: everything that changes a person goes through People, in one transaction.

A person is a group of faces with an id for good. It shows as a folder once it has a name, a number ("Person 12", given
when the group is large enough) or was made by the owner. What the owner says is noted as a correction, and outranks
files and the grouping; see haven_fs.catalog.faces.
"""

import json
import re
import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.changes import Change
from haven_fs.catalog.corrections import GESTURE
from haven_fs.catalog.faces import FILE, GROUPED, OWNER, faces_of, name_digest, sync_faces
from haven_fs.catalog.settle import PERSON, PERSON_NAME, Settler, drop_empty_values

_JUST = 600.0
"""Seconds that a removal was just made."""
_NUMBERED = re.compile(r"person (\d{1,9})")
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
    if row is None and (numbered := _NUMBERED.fullmatch(fold)) and str(int(numbered[1])) == numbered[1]:
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
        f"SELECT q.id, {PERSON_NAME}, q.seq, q.name IS NOT NULL OR"
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


class People:
    """Changes people in one write transaction; `finish` must be called at its end."""

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._db = w.db
        self._unsettled: set[int] = set()
        self.changed = False

    # What analyses say

    def sync(self, photo_id: int) -> None:
        """Bring the faces of a photo in step with its analyses, and names that files say with people.

        The caller settles the photo.
        """
        before = self._people_in(photo_id)
        named = sync_faces(self._db, photo_id)
        self._put_named(photo_id, [(face.id if face else None, region) for face, region in named])
        self.changed |= before != self._people_in(photo_id)

    def _put_named(self, photo_id: int, named: list[tuple[int | None, dict[str, object]]]) -> None:
        before = {face.id: face for face in faces_of(self._db, photo_id) if face.said == FILE}
        barred = self._barred(photo_id)
        still: set[int] = set()
        for face_id, region in named:
            person_id = self._by_file(str(region["name"]))
            if person_id is None or person_id in barred:
                continue
            face = next((f for f in faces_of(self._db, photo_id) if f.id == face_id), None)
            if face is None and region["box"] is None:
                # Somewhere in it: no face of its own if the person is there already.
                there = [f for f in faces_of(self._db, photo_id) if f.person_id == person_id]
                still |= {f.id for f in there if f.said == FILE}
                if there:
                    continue
            if face is None:
                box = region["box"] or (None,) * 4
                row = self._db.execute(
                    "INSERT INTO face (photo_id, frame, left, top, right, bottom, person_id, said)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    (photo_id, region["frame"], *box, person_id, FILE),  # type: ignore[misc]
                ).fetchone()
                still.add(int(row[0]))
            elif face.said < OWNER:
                self._db.execute("UPDATE face SET person_id = ?, said = ? WHERE id = ?", (person_id, FILE, face.id))
                still.add(face.id)
        for face in before.values():
            if face.id in still:
                continue
            if face.space is None:
                self._db.execute("DELETE FROM face WHERE id = ?", (face.id,))
            else:
                self._db.execute("UPDATE face SET said = ? WHERE id = ?", (GROUPED, face.id))

    def _by_file(self, name: str) -> int | None:
        """Return the person that a file means, made if there is none; None if that name is to be forgotten."""
        name = names.portable(name)
        if self._db.execute("SELECT 1 FROM forgotten_name WHERE digest = ?", (name_digest(name),)).fetchone():
            return None
        found = find_person(self._db, name, hidden=True) or self._by_alias(name)
        if found is not None or _NUMBERED.fullmatch(names.fold(name)):
            return found
        return self._new(name, FILE)

    def _by_alias(self, name: str) -> int | None:
        row = self._db.execute("SELECT person_id FROM person_alias WHERE fold = ?", (names.fold(name),)).fetchone()
        return whole(self._db, row[0]) if row else None

    def _new(self, name: str | None, named: int, *, made: bool = False) -> int:
        row = self._db.execute(
            "INSERT INTO person (name, fold, named, made, seq) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (name, names.fold(name) if name is not None else None, named, made, self._w.seq),
        ).fetchone()
        return int(row[0])

    # What the grouping says

    def group(self, assigned: dict[int, int | None], smallest: int) -> dict[int, int]:
        """Say for faces whose they are: a person, nobody (None), or a new one by a negative label.

        Return the new people by label. Faces that a file or the owner spoke of, and photos that a person is not in,
        stay as they are. A group of `smallest` photos gets a number, and with it a folder.
        """
        made: dict[int, int] = {}
        touched: set[int] = set()
        for face_id, person in assigned.items():
            row = self._db.execute("SELECT photo_id, person_id, said FROM face WHERE id = ?", (face_id,)).fetchone()
            if row is None or row[2] != GROUPED:
                continue
            if person is not None and person < 0:
                if person not in made:
                    made[person] = self._new(None, GROUPED)
                person = made[person]
            if person == row[1] or (person is not None and person in self._barred(row[0])):
                continue
            self._db.execute("UPDATE face SET person_id = ? WHERE id = ?", (person, face_id))
            self._unsettled.add(row[0])
            touched |= {person_id for person_id in (person, row[1]) if person_id is not None}
        self.number(touched, smallest)
        return made

    def number(self, person_ids: Iterable[int], smallest: int) -> None:
        """Give those of these people a folder that are in enough photos and have none; drop groups without faces."""
        for person_id in sorted(person_ids):
            row = self._db.execute(
                "SELECT q.number, q.name, q.made, count(DISTINCT f.photo_id) FROM person q"
                " LEFT JOIN face f ON f.person_id = q.id WHERE q.id = ? AND q.merged_into IS NULL",
                (person_id,),
            ).fetchone()
            if row[3] is None or row[0] is not None or row[1] is not None or row[2]:
                continue
            if row[3] >= smallest:
                self._give_number(person_id)
                self._unsettled |= self._photos_of(person_id)
            elif row[3] == 0:
                self._db.execute("DELETE FROM person WHERE id = ? AND NOT EXISTS"
                                 " (SELECT 1 FROM not_person WHERE person_id = person.id)", (person_id,))  # fmt: skip

    def _give_number(self, person_id: int) -> None:
        row = self._db.execute("SELECT value FROM state WHERE key = 'person_number'").fetchone()
        number = (int(row[0]) if row else 0) + 1
        self._db.execute("INSERT OR REPLACE INTO state VALUES ('person_number', ?)", (number,))
        self._db.execute("UPDATE person SET number = ?, seq = ? WHERE id = ?", (number, self._w.seq, person_id))

    # What the owner says

    def make(self, name: str) -> int:
        """Make a person of that name, or show the hidden one who has it. Raises NameTaken."""
        hidden = find_person(self._db, name, hidden=True)
        if hidden is not None:
            if find_person(self._db, name) is not None:
                raise NameTaken(name, hidden=False)
            self._db.execute("UPDATE person SET hidden = 0, made = 1, seq = ? WHERE id = ?", (self._w.seq, hidden))
            self._unsettled |= self._photos_of(hidden)
            self._w.correct("person shown", person=hidden)
            return hidden
        person_id = self._new(name, OWNER, made=True)
        self._w.correct("person made", person=person_id, name=name)
        return person_id

    def rename(self, person_id: int, name: str) -> None:
        """Name a person. Raises NameTaken if another has the name; its own number takes the name away."""
        other = find_person(self._db, name, hidden=True)
        if other is not None and other != person_id:
            raise NameTaken(name, hidden=find_person(self._db, name) is None)
        before = self._db.execute("SELECT name, named, number FROM person WHERE id = ?", (person_id,)).fetchone()
        unnamed = before[2] is not None and names.fold(name) == f"person {before[2]}"
        self._remember_name(person_id, before[0])
        self._drop_empty_values()
        self._db.execute(
            "UPDATE person SET name = ?, fold = ?, named = ?, seq = ? WHERE id = ?",
            (None if unnamed else name, None if unnamed else names.fold(name), GROUPED if unnamed else OWNER,
             self._w.seq, person_id),
        )  # fmt: skip
        self._db.execute("DELETE FROM person_alias WHERE fold = ?", (names.fold(name),))
        self._w.correct("person named", person=person_id, name=name, before=before[0])
        self._rename_value(person_id)
        self._w.note_removal()

    def _remember_name(self, person_id: int, name: str | None) -> None:
        if name is not None:
            self._db.execute("INSERT OR REPLACE INTO person_alias VALUES (?, ?)", (names.fold(name), person_id))

    def _drop_empty_values(self) -> None:
        """Free the names of people who are in no photo that shows them any more."""
        drop_empty_values(self._db, PERSON)

    def _rename_value(self, person_id: int) -> None:
        """Have the photos' facet bear the person's name now; one statement, however many photos there are."""
        name = person_name(self._db, person_id)
        if not name:
            return
        self._db.execute(
            "UPDATE OR IGNORE value SET name = ?, fold = ?, seq = ? WHERE facet = ? AND key = ?",
            (name, names.fold(name), self._w.seq, PERSON, str(person_id)),
        )

    def merge(self, person_id: int, into: int) -> None:
        """Say that two people are one: `into` keeps its name, and has all that the other had."""
        faces = self._db.execute("SELECT id, said FROM face WHERE person_id = ?", (person_id,)).fetchall()
        self._unsettled |= self._photos_of(person_id)
        name, number = self._db.execute("SELECT name, number FROM person WHERE id = ?", (person_id,)).fetchone()
        self._db.execute(
            "UPDATE face SET person_id = NULL, said = ? WHERE person_id = ? AND photo_id IN"
            " (SELECT photo_id FROM not_person WHERE person_id = ?)",
            (GROUPED, person_id, into),
        )
        # Said by the owner now: no regrouping takes the two apart again.
        self._db.execute("UPDATE face SET person_id = ?, said = ? WHERE person_id = ?", (into, OWNER, person_id))
        barred = self._db.execute("SELECT photo_id FROM not_person WHERE person_id = ?", (person_id,)).fetchall()
        self._db.execute(
            "UPDATE OR IGNORE not_person SET person_id = ? WHERE person_id = ? AND photo_id NOT IN"
            " (SELECT photo_id FROM face WHERE person_id = ?)",
            (into, person_id, into),
        )
        self._db.execute("DELETE FROM not_person WHERE person_id = ?", (person_id,))
        self._db.execute("UPDATE person SET merged_into = ?, seq = ? WHERE id = ?", (into, self._w.seq, person_id))
        self._db.execute("UPDATE person_alias SET person_id = ? WHERE person_id = ?", (into, person_id))
        self._remember_name(into, name)
        self._touch(into)
        self._w.correct(
            "people merged",
            person=person_id,
            into=into,
            name=name or (f"Person {number}" if number else None),
            faces=faces,
            barred=[photo_id for (photo_id,) in barred],
        )
        self._w.note_removal()

    def hide(self, person_id: int) -> None:
        """Show no folder of a person. Photos taken out in the same gesture, as `rm -r` does, are put back first."""
        self._undo_gesture(person_id)
        self._db.execute("UPDATE person SET hidden = 1, seq = ? WHERE id = ?", (self._w.seq, person_id))
        self._unsettled |= self._photos_of(person_id)
        self._w.correct("person hidden", person=person_id)
        self._w.note_removal()

    def _undo_gesture(self, person_id: int) -> None:
        last = time.time()
        rows = self._db.execute(
            "SELECT photo_id, at FROM not_person WHERE person_id = ? AND by = ? ORDER BY at DESC",
            (person_id, self._w.by),
        ).fetchall()
        for photo_id, at in rows:
            if last - at > GESTURE:
                break
            last = at
            self._allow(photo_id, person_id, restore=True)

    def add(self, photo_id: int, person_id: int, face_id: int | None = None) -> None:
        """Say that a person is in a photo: with this face, or somewhere in it."""
        self._allow(photo_id, person_id, restore=True)
        there = [face for face in faces_of(self._db, photo_id) if face.person_id == person_id]
        before: tuple[int | None, int] | None = None
        if there:
            self._db.execute(
                "UPDATE face SET said = ? WHERE photo_id = ? AND person_id = ?", (OWNER, photo_id, person_id)
            )
        elif face_id is not None:
            before = self._db.execute("SELECT person_id, said FROM face WHERE id = ?", (face_id,)).fetchone()
            self._db.execute("UPDATE face SET person_id = ?, said = ? WHERE id = ?", (person_id, OWNER, face_id))
        else:
            self._db.execute(
                "INSERT INTO face (photo_id, person_id, said) VALUES (?, ?, ?)", (photo_id, person_id, OWNER)
            )
        self._unsettled.add(photo_id)
        self._touch(person_id)
        self._w.correct("person in photo", photo_id, person=person_id, face=face_id, before=before)

    def deny(self, photo_id: int, person_id: int, instead: int | None = None) -> None:
        """Say that a person is not in a photo; with `instead`, that what was taken for it is that one."""
        faces = [face for face in faces_of(self._db, photo_id) if face.person_id == person_id]
        for face in faces:
            if instead is not None:
                self._db.execute("UPDATE face SET person_id = ?, said = ? WHERE id = ?", (instead, OWNER, face.id))
            elif face.box is None:
                self._db.execute("DELETE FROM face WHERE id = ?", (face.id,))
            else:
                self._db.execute("UPDATE face SET person_id = NULL, said = ? WHERE id = ?", (GROUPED, face.id))
        if instead is not None:
            self._allow(photo_id, instead, restore=False)
            if not faces:
                self.add(photo_id, instead)
            self._touch(instead)
        said = [[face.id if face.box else None, face.said] for face in faces]
        self._db.execute(
            "INSERT OR REPLACE INTO not_person (photo_id, person_id, faces, at, by) VALUES (?, ?, ?, ?, ?)",
            (photo_id, person_id, json.dumps(said), time.time(), self._w.by),
        )
        self._unsettled.add(photo_id)
        self._touch(person_id)
        self._w.correct("person not in photo", photo_id, person=person_id, instead=instead, faces=said)

    def _allow(self, photo_id: int, person_id: int, *, restore: bool) -> None:
        """Take back that a person is not in a photo; `restore`: what was taken for that person is again."""
        row = self._db.execute(
            "DELETE FROM not_person WHERE photo_id = ? AND person_id = ? RETURNING faces", (photo_id, person_id)
        ).fetchone()
        if row is None or not restore:
            return
        for face_id, said in json.loads(row[0]):
            if face_id is None:
                self._db.execute(
                    "INSERT INTO face (photo_id, person_id, said) VALUES (?, ?, ?)", (photo_id, person_id, said)
                )
            else:
                self._db.execute(
                    "UPDATE face SET person_id = ?, said = ? WHERE id = ? AND person_id IS NULL",
                    (person_id, said, face_id),
                )
        self._unsettled.add(photo_id)

    def dismiss(self, photo_id: int) -> None:
        """Ask no more who the unknown faces in a photo are."""
        faces = self._db.execute(
            "UPDATE face SET dismissed = 1 WHERE id IN (SELECT f.id FROM face f LEFT JOIN person q"
            f" ON q.id = f.person_id WHERE f.photo_id = ? AND {unknown('f', 'q')}) RETURNING id",
            (photo_id,),
        ).fetchall()
        self._db.execute("UPDATE photo SET seq = ? WHERE id = ?", (self._w.seq, photo_id))
        self._w.correct("faces dismissed", photo_id, faces=[id_ for (id_,) in faces])
        self._w.note_removal()

    # The end

    def unsettle(self, photo_id: int) -> None:
        """Have a photo settled at the end, since somebody else changed who is in it."""
        self._unsettled.add(photo_id)

    def follow(self, changes: Iterable[Change]) -> None:
        """Have everything settled that rows which were changed beside this object bear on, names among it."""
        persons: set[int] = set()
        for change in changes:
            sides = [side for side in (change["before"], change["after"], change["key"]) if side]
            if change["table"] == "person":
                persons.add(int(change["key"]["id"]))
            if change["table"] == "face":
                where = self._db.execute("SELECT photo_id FROM face WHERE id = ?", (change["key"]["id"],)).fetchone()
                self._unsettled |= {int(where[0])} if where else set()
            self._unsettled |= {int(side["photo_id"]) for side in sides if side.get("photo_id")}
        self._drop_empty_values()
        # Two may have each other's name: first nobody has one.
        for rename in (False, True):
            for person_id in persons:
                if rename:
                    self._rename_value(person_id)
                else:
                    query = "UPDATE value SET fold = 'person ' || key || ' renamed' WHERE facet = ? AND key = ?"
                    self._db.execute(query, (PERSON, str(person_id)))
        for person_id in persons:
            self._unsettled |= self._photos_of(person_id)

    def finish(self) -> None:
        """Settle the photos whose people changed, and move the clock of people on."""
        settler = Settler(self._w)
        for photo_id in sorted(self._unsettled):
            settler.settle(photo_id)
        self._unsettled.clear()
        self._drop_empty_values()
        self._db.execute("UPDATE state SET value = ? WHERE key = 'people'", (self._w.seq,))

    def _touch(self, person_id: int) -> None:
        self._db.execute("UPDATE person SET seq = ? WHERE id = ?", (self._w.seq, person_id))

    def _people_in(self, photo_id: int) -> set[int]:
        rows = self._db.execute("SELECT DISTINCT person_id FROM face WHERE photo_id = ?", (photo_id,))
        return {int(id_) for (id_,) in rows if id_ is not None}

    def _photos_of(self, person_id: int) -> set[int]:
        rows = self._db.execute("SELECT DISTINCT photo_id FROM face WHERE person_id = ?", (person_id,))
        return {int(id_) for (id_,) in rows}

    def _barred(self, photo_id: int) -> Collection[int]:
        rows = self._db.execute("SELECT person_id FROM not_person WHERE photo_id = ?", (photo_id,))
        return {int(id_) for (id_,) in rows}


def unknown(face: str, person: str, *, dismissed: bool = False) -> str:
    """Return SQL that a row of `face` is nobody's who has a folder: nobody's at all, or of a group that is too small.

    `person`: the alias of its row of `person`, if any. Those that the owner does not want to be asked about count only
    if `dismissed`.
    """
    asked = "" if dismissed else f" AND {face}.dismissed = 0"
    small = f"{person}.name IS NULL AND {person}.number IS NULL AND {person}.hidden = 0"
    return f"{face}.space IS NOT NULL{asked} AND ({face}.person_id IS NULL OR ({small}))"
