"""Erasing a person: the vectors of the face, the name, and what was said about the person, from everything Haven keeps.

What stays is where in which photos the faces were, so that they are not looked at again, and digests of the names, so
that files which say them name nobody. Photos themselves are never touched. The vectors go first and the catalog's rows
in one transaction after, so a command that was killed can be given again; files are rewritten last, and that is done at
the next occasion if it was cut short.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from haven_faces.absorbing import sync
from haven_faces.facerows import ANALYZER, name_digest, without_forgotten
from haven_faces.forgotten import Named
from haven_faces.people import People
from haven_faces.persons import PERSON, find_person
from haven_fs import FOR_GOOD, Analysis, Catalog, Settings, Vector, VectorStore, Writer, forget_parts, name_of

_SCRUB = "scrub"
"""In `state`: who is still to be taken out of files, as the catalogs that they were made in and their numbers there."""
_COMMAND = "haven people forget"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased."""

    faces: int
    photos: int


def forget(catalog: Catalog, settings: Settings, name: str) -> Forgotten | None:
    """Erase the person of that name, hidden or not; None if nothing knows one. Raises OSError if a file is not written.

    The caller holds the lock of the data folder.
    """
    with catalog.read() as db:
        person_id = find_person(db, name, hidden=True)
    if person_id is None:
        return _forget_record(catalog, name)
    with catalog.write(place=_COMMAND, act=FOR_GOOD) as w:
        ids = _all_of(w, person_id)
        marks = json.dumps(ids)
        with w.noting():  # in the record too: nobody comes back when the catalog is lost
            photos = _bar(w, marks)
            w.correct("person forgotten", photos=len(photos))
        faces = w.db.execute(
            "SELECT count(*) FROM face WHERE person_id IN (SELECT value FROM json_each(?))", (marks,)
        ).fetchone()[0]
        people = People(w)
        for photo_id in photos:
            _rewrite(w, catalog.vectors.store, photo_id)
        people_told = [list(name_of(w.db, PERSON, id_)) for id_ in ids]
        _erase(w, marks)
        for photo_id in photos:
            sync(w, photo_id)
            people.unsettle(photo_id)
        people.finish()
        w.note_removal()
        _note_scrub(w, people_told)
    forget_parts(settings)
    scrub(catalog)
    return Forgotten(faces, len(photos))


def _forget_record(catalog: Catalog, name: str) -> Forgotten | None:
    """Erase somebody whom the record alone knows, since the catalog was lost; None if it does not say the name."""
    with catalog.read() as db:
        named = Named([name_digest(name)])
        named.learn(catalog.record.lines())
        if not any(named.is_in(line) for line in catalog.record.lines()):
            return None
        about = [catalog.record.find(db, line) for line in catalog.record.lines() if named.is_about(line)]
    with catalog.write(place=_COMMAND, act=FOR_GOOD) as w:
        with w.noting():
            w.db.execute("INSERT OR IGNORE INTO forgotten_name VALUES (?)", (name_digest(name),))
            w.correct("person forgotten", photos=0)
        w.erase_corrections([id_ for id_ in about if id_ is not None])
        _note_scrub(w, [])
    scrub(catalog)
    return Forgotten(0, 0)


def scrub(catalog: Catalog) -> None:
    """Rewrite the files that something was erased from, if that is still to be done."""
    with catalog.read() as db:
        due = db.execute("SELECT value FROM state WHERE key = ?", (_SCRUB,)).fetchone()
        if due:
            digests = db.execute("SELECT digest FROM forgotten_name").fetchall()
            named = Named((digest for (digest,) in digests), json.loads(due[0]) if isinstance(due[0], str) else ())
            named.learn(catalog.record.lines())
    if due:
        with catalog.write(quiet=True) as w:
            _drop_waiting(w, named)
        catalog.scrub(named.is_in)
        with catalog.write(quiet=True) as w:
            w.db.execute("DELETE FROM state WHERE key = ?", (_SCRUB,))


def _note_scrub(w: Writer, people: Sequence[Sequence[object]]) -> None:
    row = w.db.execute("SELECT value FROM state WHERE key = ?", (_SCRUB,)).fetchone()
    before = json.loads(row[0]) if row and isinstance(row[0], str) else []
    w.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (_SCRUB, json.dumps([*before, *people])))


def _drop_waiting(w: Writer, named: Named) -> None:
    """Forget what waits to be done again, since a catalog was lost, and names somebody who is forgotten."""
    rows = w.db.execute("SELECT n, told FROM waiting WHERE instr(told, '\"person')").fetchall()
    gone = [(n,) for n, told in rows if named.is_beside({"changes": [json.loads(told)]})]
    w.db.executemany("DELETE FROM waiting WHERE n = ?", gone)


def _all_of(w: Writer, person_id: int) -> list[int]:
    """Return a person and all who were moved into that one."""
    rows = w.db.execute(
        "WITH RECURSIVE part (id) AS (VALUES (?) UNION SELECT q.id FROM person q JOIN part ON q.merged_into = part.id)"
        " SELECT id FROM part",
        (person_id,),
    )
    return [int(id_) for (id_,) in rows]


def _bar(w: Writer, marks: str) -> list[int]:
    """Note which faces and names are not to be known again, and return the photos that the person is in."""
    among = "person_id IN (SELECT value FROM json_each(?))"
    w.db.execute(
        "INSERT INTO forgotten (photo_id, frame, left, top, right, bottom)"
        f" SELECT photo_id, frame, left, top, right, bottom FROM face WHERE {among} AND left IS NOT NULL",
        (marks,),
    )
    said = w.db.execute(
        "SELECT name FROM person WHERE id IN (SELECT value FROM json_each(?)) AND name IS NOT NULL"
        f" UNION SELECT fold FROM person_alias WHERE {among}",
        (marks, marks),
    ).fetchall()
    digests = [(name_digest(name),) for (name,) in said]
    w.db.executemany("INSERT OR IGNORE INTO forgotten_name VALUES (?)", digests)
    rows = w.db.execute(
        f"SELECT photo_id FROM face WHERE {among} UNION SELECT photo_id FROM not_person WHERE {among}", (marks, marks)
    )
    return [int(photo_id) for (photo_id,) in rows]


def _rewrite(w: Writer, store: VectorStore, photo_id: int) -> None:
    """Take the person out of what analyzers said of a photo, and out of its vectors."""
    rows = w.db.execute("SELECT analyzer, version, facts FROM analysis WHERE photo_id = ?", (photo_id,)).fetchall()
    spaces = [space for space in store.spaces() if space.startswith(f"{ANALYZER}:")]
    for analyzer, version, facts in rows:
        used = _space_of(facts)
        vectors = store.get(used, photo_id).astype("<f2") if used is not None else ()
        # A backup has no vectors: then only the numbers of the parts matter.
        data = [vector.tobytes() for vector in vectors] or [b""] * facts.count('"part"')
        analysis = Analysis(version, facts, embeddings=[(used or "", one) for one in data])
        without_forgotten(w.db, photo_id, {analyzer: analysis})
        if analysis.facts != facts:
            w.db.execute(
                "UPDATE analysis SET facts = ? WHERE photo_id = ? AND analyzer = ?",
                (analysis.facts, photo_id, analyzer),
            )
        if used in spaces:
            spaces.remove(used)
            if len(vectors):
                _put(store, used, photo_id, analysis.embeddings)
    for space in spaces:  # another model's, about to go
        store.remove(space, [photo_id])


def _put(store: VectorStore, space: str, photo_id: int, embeddings: Sequence[tuple[str, bytes]]) -> None:
    if embeddings:
        store.put(space, [Vector(photo_id, part, data) for part, (_, data) in enumerate(embeddings)])
    else:
        store.remove(space, [photo_id])


def _space_of(facts: str) -> str | None:
    if '"regions"' not in facts:
        return None
    return next((r["space"] for r in json.loads(facts).get("regions", ()) if r["kind"] == "face" and r["space"]), None)


def _erase(w: Writer, marks: str) -> None:
    """Remove every row that is about the person."""
    among = "IN (SELECT value FROM json_each(?))"
    w.db.execute(
        f"DELETE FROM maybe WHERE person_id {among} OR face_id IN (SELECT id FROM face WHERE person_id {among})",
        (marks, marks),
    )
    w.db.execute(f"DELETE FROM face WHERE person_id {among}", (marks,))
    for table in ("not_person", "person_alias"):
        w.db.execute(f"DELETE FROM {table} WHERE person_id {among}", (marks,))
    w.db.execute(
        "DELETE FROM alias WHERE place IN (SELECT 'person ' || value FROM json_each(?))"
        " OR EXISTS (SELECT 1 FROM json_each(?) WHERE alias.place LIKE 'person ' || value || '/%')",
        (marks, marks),
    )
    about = w.db.execute(
        "SELECT id FROM correction WHERE EXISTS (SELECT 1 FROM json_each(?) WHERE value IN"
        " (json_extract(data, '$.person'), json_extract(data, '$.into'), json_extract(data, '$.instead')))",
        (marks,),
    )
    named = Named(digest for (digest,) in w.db.execute("SELECT digest FROM forgotten_name"))
    places = w.db.execute("SELECT id, place FROM correction WHERE place LIKE '/people/%'")
    within = [id_ for id_, place in places if named.is_in({"place": place})]
    w.erase_corrections({*(id_ for (id_,) in about), *within})
    # Of sidecars from which an export took names, what stood there before is kept: it may say this one.
    w.db.execute(
        "UPDATE exported SET wrote = json_set(wrote, '$.took', json('[]'), '$.was', '', '$.left', '')"
        " WHERE json_extract(wrote, '$.was') <> ''"
    )
    w.db.execute(f"DELETE FROM known_as WHERE kind = ? AND id {among}", (PERSON, marks))
    w.db.execute(f"DELETE FROM person WHERE id {among}", (marks,))
