"""Faces and people that follow what analyzers said of a photo: boxes that were found, and names that files give."""

import json
from collections.abc import Iterable, Sequence

from haven_faces.facerows import FILE, GROUPED, OWNER, Region, faces_of, name_digest, sync_faces
from haven_faces.persons import NUMBERED, barred_from, find_person, people_in, whole
from haven_faces.sidecars import ABSENT
from haven_fs import Found, Writer, names


def sync(w: Writer, photo_id: int) -> bool:
    """Bring the faces of a photo in step with its analyses, and names that files say with people.

    Return whether other people are in it now. The caller settles the photo.
    """
    before = people_in(w.db, photo_id)
    named = sync_faces(w.db, photo_id)
    _put_named(w, photo_id, [(face.id if face else None, region) for face, region in named])
    return before != people_in(w.db, photo_id)


def absorb_absent(w: Writer, found: Found) -> set[int]:
    """Note whom sidecars say are not in photos, and forget what they say no more; return the photos of which they did.

    Whom the owner has put into a photo stays in it.
    """
    said = {id_: analyses["beside"].notes().get(ABSENT, []) for id_, analyses in found.items() if "beside" in analyses}
    before = w.db.execute(
        "DELETE FROM not_person WHERE found AND photo_id IN (SELECT value FROM json_each(?)) RETURNING photo_id",
        (json.dumps(list(said)),),
    ).fetchall()
    for photo_id, absent in said.items():
        for name in filter(None, map(str.strip, absent)):
            person_id = _by_file(w, name)
            if person_id is not None:
                w.db.execute(
                    "INSERT OR IGNORE INTO not_person (photo_id, person_id, faces, at, by, found)"
                    " SELECT ?1, ?2, '[]', 0, '', 1 WHERE NOT EXISTS"
                    " (SELECT 1 FROM face WHERE photo_id = ?1 AND person_id = ?2 AND said = ?3)",
                    (photo_id, person_id, OWNER),
                )
    return {photo_id for (photo_id,) in before} | {photo_id for photo_id, absent in said.items() if absent}


def new_person(w: Writer, name: str | None, named: int, *, made: bool = False) -> int:
    """Make a person; `named`: who said the name, `made`: its folder shows even empty."""
    row = w.db.execute(
        "INSERT INTO person (name, fold, named, made, seq) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (name, names.fold(name) if name is not None else None, named, made, w.seq),
    ).fetchone()
    return int(row[0])


def _put_named(w: Writer, photo_id: int, named: Sequence[tuple[int | None, Region]]) -> None:
    before = {face.id: face for face in faces_of(w.db, photo_id) if face.said == FILE}
    barred = barred_from(w.db, photo_id)
    still: set[int] = set()
    for face_id, region in named:
        person_id = _by_file(w, str(region["name"]))
        if person_id is None or person_id in barred:
            continue
        face = next((f for f in faces_of(w.db, photo_id) if f.id == face_id), None)
        if face is None and region["box"] is None:
            # Somewhere in it: no face of its own if the person is there already.
            there = [f for f in faces_of(w.db, photo_id) if f.person_id == person_id]
            still |= {f.id for f in there if f.said == FILE}
            if there:
                continue
        if face is None:
            box = region["box"] or (None,) * 4
            row = w.db.execute(
                "INSERT INTO face (photo_id, frame, left, top, right, bottom, person_id, said)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (photo_id, region["frame"], *box, person_id, FILE),
            ).fetchone()
            still.add(int(row[0]))
        elif face.said < OWNER:
            w.db.execute("UPDATE face SET person_id = ?, said = ? WHERE id = ?", (person_id, FILE, face.id))
            still.add(face.id)
    for face in before.values():
        if face.id in still:
            continue
        if face.space is None:
            w.db.execute("DELETE FROM face WHERE id = ?", (face.id,))
        else:
            w.db.execute("UPDATE face SET said = ? WHERE id = ?", (GROUPED, face.id))


def _by_file(w: Writer, name: str) -> int | None:
    """Return the person that a file means, made if there is none; None if that name is to be forgotten."""
    name = names.portable(name)
    if w.db.execute("SELECT 1 FROM forgotten_name WHERE digest = ?", (name_digest(name),)).fetchone():
        return None
    found = find_person(w.db, name, hidden=True) or _by_alias(w, name)
    if found is not None or NUMBERED.fullmatch(names.fold(name)):
        return found
    return new_person(w, name, FILE)


def hide_named(w: Writer, called: Iterable[str]) -> list[int]:
    """Have those of these names have no folder, unless the owner made or named them here; return who that changed."""
    hidden: list[int] = []
    for name in called:
        person_id = _by_file(w, name) if name.strip() else None
        if (
            person_id is not None
            and w.db.execute(
                "UPDATE person SET hidden = 1, seq = ? WHERE id = ? AND NOT hidden AND NOT made AND named <= ?",
                (w.seq, person_id, FILE),
            ).rowcount
        ):
            hidden.append(person_id)
            w.note_removal()
    return hidden


def _by_alias(w: Writer, name: str) -> int | None:
    row = w.db.execute("SELECT person_id FROM person_alias WHERE fold = ?", (names.fold(name),)).fetchone()
    return whole(w.db, row[0]) if row else None
