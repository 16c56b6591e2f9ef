"""What faces and people are found by in another catalog, where they have other numbers.

A face is its photo and its box. A person whom Haven found is some faces: whoever most of these are there. One whom the
owner made is made again, and one who has a name is known by that too.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from haven_faces.facerows import SAME_FACE, faces_of
from haven_faces.people import People
from haven_faces.persons import PERSON, find_person, person_name
from haven_fs import Change, Writer, found_photo, overlap, told_photo

FACE, DENIED = "face", "denied faces"
_FACES = 3
"""How many faces stand for a person."""


def tell(db: sqlite3.Connection, kind: str, value: Any, changes: Sequence[Change]) -> Any:
    """Return what a person, a face or the faces that were denied are, for PeopleFacet.tell."""
    if kind == PERSON:
        return _tell_person(db, value, changes)
    if kind == FACE:
        return _tell_face(db, value, changes)
    if kind != DENIED:
        return None
    # Of a face that was somewhere in the picture no row is left.
    return [[face and _tell_face(db, face, ()), said] for face, said in json.loads(value)]


def find(w: Writer, kind: str, told: Any, *, complete: bool) -> Any:
    """Return them again, for PeopleFacet.find."""
    if kind == PERSON:
        return _find_person(w, told, complete=complete)
    if kind == FACE:
        return _find_face(w, told)
    if kind != DENIED:
        return None
    found = [[face and _find_face(w, face), said] for face, said in told]
    return (
        None if any(face is None and one[0] for (face, _), one in zip(found, told, strict=True)) else json.dumps(found)
    )


def _tell_face(db: sqlite3.Connection, face_id: int, changes: Sequence[Change]) -> Any:
    columns = ("photo_id", "frame", "left", "top", "right", "bottom", "person_id")
    row = db.execute(f"SELECT {', '.join(columns)} FROM face WHERE id = ?", (face_id,)).fetchone()
    if row is None:  # it is gone: what it was stands in the change
        gone = [c["before"] for c in changes if c["table"] == FACE and c["key"]["id"] == face_id and c["before"]]
        whole = next((before for before in gone if "photo_id" in before), None)
        if whole is None:
            return None
        row = tuple(whole[name] for name in columns)
    photo_id, frame, *box, person_id = row
    moved = [c["before"] for c in changes if c["table"] == FACE and c["key"]["id"] == face_id and c["before"]]
    person_id = next((before["person_id"] for before in moved if "person_id" in before), person_id)
    said = {"photo": told_photo(db, photo_id), "frame": frame}
    if box[0] is None:  # somewhere in the picture: there is one at most of each person
        return {**said, "box": None, "name": person_id and person_name(db, person_id)}
    return {**said, "box": box}


def _find_face(w: Writer, told: Any) -> int | None:
    """Return a face by its place in the photo; made if nothing has been found there yet. None without the photo."""
    photo_id = found_photo(w.db, told["photo"])
    if photo_id is None:
        return None
    faces = faces_of(w.db, photo_id)
    if told["box"] is None:
        there = (f.id for f in faces if f.box is None and f.person_id is not None
                 and person_name(w.db, f.person_id) == told["name"])  # fmt: skip
        return next(there, None)
    near = [
        (share, -face.id)
        for face in faces
        if face.frame == told["frame"] and face.box and (share := overlap(face.box, tuple(told["box"]))) >= SAME_FACE
    ]
    if near:
        return -max(near)[1]
    row = w.db.execute(
        "INSERT INTO face (photo_id, frame, left, top, right, bottom) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (photo_id, told["frame"], *told["box"]),
    ).fetchone()
    return int(row[0])


def _tell_person(db: sqlite3.Connection, person_id: int, changes: Sequence[Change]) -> Any:
    row = db.execute("SELECT name, number, made FROM person WHERE id = ?", (person_id,)).fetchone()
    if row is None or row[2]:
        return None
    changed = [c["key"]["id"] for c in changes if c["table"] == FACE]
    faces = [
        id_
        for (id_,) in db.execute(
            "SELECT id FROM face WHERE person_id = ? AND left IS NOT NULL AND id NOT IN"
            " (SELECT value FROM json_each(?)) ORDER BY said, quality DESC, id LIMIT ?",
            (person_id, json.dumps(changed), _FACES),
        )
    ]
    if not faces:  # all that the person had went to another
        had = [c for c in changes if c["table"] == FACE and c["before"] and c["before"].get("person_id") == person_id]
        faces = [c["key"]["id"] for c in had[:_FACES]]
    told = [one for id_ in faces if (one := _tell_face(db, id_, changes)) and one["box"]]
    return {"name": row[0], "number": row[1], "faces": told}


def _find_person(w: Writer, told: Any, *, complete: bool) -> int | None:
    by_name = None if told["name"] is None else find_person(w.db, told["name"], hidden=True)
    if not told["faces"]:
        return by_name
    if not complete:
        return None  # until faces are grouped
    there = [(face, whose) for one in told["faces"] if (face := _find_face(w, one)) for whose in _whose(w, face)]
    if not there:
        return by_name
    known = Counter(whose for _, whose in there if whose is not None)
    if known:
        person_id = known.most_common(1)[0][0]
    elif by_name is not None:
        return by_name
    else:
        row = w.db.execute("INSERT INTO person (seq) VALUES (?) RETURNING id", (w.seq,)).fetchone()
        person_id = int(row[0])
        w.db.executemany("UPDATE face SET person_id = ? WHERE id = ?", [(person_id, face) for face, _ in there])
    people = People(w)
    if people.call_again(person_id, told["number"]):
        people.finish()
    return person_id


def _whose(w: Writer, face_id: int) -> list[int | None]:
    return [who for (who,) in w.db.execute("SELECT person_id FROM face WHERE id = ?", (face_id,))]
