"""What changes who there is and who is in which photo: everything goes through People, in one transaction.

What the owner says is noted as a correction, and outranks files and the grouping; see haven_faces.facerows.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from haven_faces.absorbing import new_person
from haven_faces.facerows import GROUPED, OWNER, faces_of
from haven_faces.persons import PERSON, NameTaken, barred_from, find_person, person_name, touch_people, unknown
from haven_fs import (
    Change,
    Words,
    Writer,
    drop_empty_values,
    names,
    photos_named,
    rename_values,
    settle,
    void_gesture,
)

_NOT_IN_PHOTO = "person not in photo"


class People:
    """Changes people in one write transaction; `finish` must be called at its end."""

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._db = w.db
        self._unsettled: set[int] = set()

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
                    made[person] = new_person(self._w, None, GROUPED)
                person = made[person]
            if person == row[1] or (person is not None and person in barred_from(self._db, row[0])):
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

    def call_again(self, person_id: int, number: int | None) -> bool:
        """Have a person be called by the number that was known: whoever has that in this catalog takes the other.

        Return whether that changes anything.
        """
        mine = self._db.execute("SELECT number FROM person WHERE id = ?", (person_id,)).fetchone()[0]
        if number is None or mine == number:
            return False
        other = self._db.execute("SELECT id FROM person WHERE number = ?", (number,)).fetchone()
        self._db.execute("UPDATE person SET number = NULL WHERE id = ?", (person_id,))
        last = self._db.execute("SELECT value FROM state WHERE key = 'person_number'").fetchone()
        last = max(int(last[0]) if last else 0, number)
        called = {person_id: number}
        if other is not None:
            if mine is None:
                last = mine = last + 1
            called = {other[0]: mine, **called}
        for one, its in called.items():
            self._db.execute("UPDATE person SET number = ?, seq = ? WHERE id = ?", (its, self._w.seq, one))
            self._unsettled |= self._photos_of(one)
        self._rename_values(called)
        self._db.execute("INSERT OR REPLACE INTO state VALUES ('person_number', ?)", (last,))
        return True

    # What the owner says

    def make(self, name: str) -> int:
        """Make a person of that name, or show the hidden one who has it. Raises NameTaken."""
        hidden = find_person(self._db, name, hidden=True)
        if hidden is not None:
            if find_person(self._db, name) is not None:
                raise NameTaken(name, hidden=False)
            self._db.execute("UPDATE person SET hidden = 0, made = 1, seq = ? WHERE id = ?", (self._w.seq, hidden))
            self._unsettled |= self._photos_of(hidden)
            self._w.correct("person shown", person=hidden, name=name)
            return hidden
        person_id = new_person(self._w, name, OWNER, made=True)
        self._w.correct("person made", person=person_id, name=name)
        return person_id

    def rename(self, person_id: int, name: str) -> None:
        """Name a person. Raises NameTaken if another has the name; its own number takes the name away."""
        other = find_person(self._db, name, hidden=True)
        if other is not None and other != person_id:
            raise NameTaken(name, hidden=find_person(self._db, name) is None)
        before = self._db.execute("SELECT name, named, number FROM person WHERE id = ?", (person_id,)).fetchone()
        called = person_name(self._db, person_id)
        unnamed = before[2] is not None and names.fold(name) == f"person {before[2]}"
        self._remember_name(person_id, before[0])
        self._drop_empty_values()
        self._db.execute(
            "UPDATE person SET name = ?, fold = ?, named = ?, seq = ? WHERE id = ?",
            (None if unnamed else name, None if unnamed else names.fold(name), GROUPED if unnamed else OWNER,
             self._w.seq, person_id),
        )  # fmt: skip
        self._db.execute("DELETE FROM person_alias WHERE fold = ?", (names.fold(name),))
        self._w.correct("person named", person=person_id, name=name, before=before[0], called=called)
        self._rename_values([person_id])
        self._w.note_removal()

    def _remember_name(self, person_id: int, name: str | None) -> None:
        if name is not None:
            self._db.execute("INSERT OR REPLACE INTO person_alias VALUES (?, ?)", (names.fold(name), person_id))

    def _drop_empty_values(self) -> None:
        """Free the names of people who are in no photo that shows them any more."""
        drop_empty_values(self._db, PERSON)

    def _rename_values(self, person_ids: Iterable[int]) -> None:
        """Have the photos' facet bear the people's names now, however many photos there are."""
        named = {str(id_): name for id_ in person_ids if (name := person_name(self._db, id_))}
        rename_values(self._w, PERSON, named)

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
            called=person_name(self._db, into),
            faces=faces,
            barred=[photo_id for (photo_id,) in barred],
        )
        self._w.note_removal()

    def hide(self, person_id: int) -> None:
        """Show no folder of a person. Photos taken out just before, as `rm -r` does, are put back first."""

        def concerns(kind: str, said: Mapping[str, Any]) -> bool:
            return kind == _NOT_IN_PHOTO and said["person"] == person_id

        self._unsettled |= self.follow(void_gesture(self._w, concerns))
        self._db.execute("UPDATE person SET hidden = 1, seq = ? WHERE id = ?", (self._w.seq, person_id))
        self._unsettled |= self._photos_of(person_id)
        self._w.correct("person hidden", person=person_id, name=person_name(self._db, person_id))
        self._w.note_removal()

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
        name = person_name(self._db, person_id)
        self._w.correct("person in photo", photo_id, person=person_id, name=name, face=face_id, before=before)

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
        name = person_name(self._db, person_id)
        if instead is None:
            self._w.correct(_NOT_IN_PHOTO, photo_id, person=person_id, name=name, faces=said)
        else:
            other = person_name(self._db, instead)
            self._w.correct(
                "other person in photo",
                photo_id,
                person=person_id,
                name=name,
                instead=instead,
                other=other,
                faces=said,
            )

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
        self._w.touch([photo_id])
        self._w.correct("faces dismissed", photo_id, faces=[id_ for (id_,) in faces])
        self._w.note_removal()

    # The end

    def unsettle(self, photo_id: int) -> None:
        """Have a photo settled at the end, since somebody else changed who is in it."""
        self._unsettled.add(photo_id)

    def follow(self, changes: Iterable[Change]) -> set[int]:
        """Have rows that were changed beside this object show, names among them; return the photos to settle."""
        persons: set[int] = set()
        photo_ids = photos_named(changes := list(changes))
        for change in changes:
            if change["table"] == "person":
                persons.add(int(change["key"]["id"]))
            if change["table"] == "face":
                where = self._db.execute("SELECT photo_id FROM face WHERE id = ?", (change["key"]["id"],)).fetchone()
                photo_ids |= {int(where[0])} if where else set()
        self._drop_empty_values()
        self._rename_values(persons)
        for person_id in persons:
            photo_ids |= self._photos_of(person_id)
        touch_people(self._w)
        return photo_ids

    def finish(self) -> None:
        """Settle the photos whose people changed, and move the clock of people on."""
        settle(self._w, self._unsettled)
        self._unsettled.clear()
        self._drop_empty_values()
        touch_people(self._w)

    def _touch(self, person_id: int) -> None:
        self._db.execute("UPDATE person SET seq = ? WHERE id = ?", (self._w.seq, person_id))

    def _photos_of(self, person_id: int) -> set[int]:
        rows = self._db.execute("SELECT DISTINCT photo_id FROM face WHERE person_id = ?", (person_id,))
        return {int(id_) for (id_,) in rows}


WORDS = (
    Words("person made", "New person {name}"),
    Words("person shown", "{name} is shown again"),
    Words("person named", "{called} is {name}"),
    Words("people merged", "{name} is {called} too"),
    Words("person hidden", "{name} is hidden"),
    Words("person forgotten", "Somebody is forgotten"),
    Words("person in photo", "{name} is in {photo}", "{name} is in {photos}"),
    Words(_NOT_IN_PHOTO, "{name} is not in {photo}", "{name} is not in {photos}"),
    Words("other person in photo", "{other}, not {name}, is in {photo}", "{other}, not {name}, is in {photos}"),
    Words(
        "faces dismissed",
        "Who else is in {photo} is not asked any more",
        "Who else is in {photos} is not asked any more",
    ),
)
"""How what the owner says about people is put."""
