"""Who an unknown face may be, for /Review/Maybe: worked out in a quiet moment, and nothing but a question to the owner.

A face that is nearly like enough to be a named person's is one. So is one that is less so, as turned heads are, if that
person was there within hours and wore the same. What the owner answers is said of the photo as everywhere else.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from haven_faces.clothes import same_clothes
from haven_faces.facerows import ANALYZER
from haven_faces.persons import touch_people, unknown
from haven_fs import Catalog

if TYPE_CHECKING:
    from haven_faces.grouping import Faces, Limits

_HOURS = 6 * 3600
"""Seconds between two photos in which somebody wears the same."""
_BESIDE = 4
"""Photos of a person nearest in time that are looked at for what is worn."""
_AT_ONCE = 500
Hint = tuple[int, int, float]
"""A face, a person whom it may be, and how like it is, as a cosine."""
Place = tuple[int, int]
"""Photo and part: where a face's vector and details are."""


def renew(
    catalog: Catalog, faces: "Faces", named: Collection[int], limits: "Limits", stopped: Callable[[], bool]
) -> None:
    """Put the hints in step with whose faces are now. Raises grouping.Stopped."""
    import numpy as np

    from haven_faces.grouping import likely

    with catalog.read() as db:
        asked = {id_ for (id_,) in db.execute(_ASKED)}
        rows = np.flatnonzero(np.isin(faces.ids, np.fromiter(asked, np.int64, len(asked))))
        found = likely(faces, rows, named, limits, stopped)
        hints = list(zip(faces.ids[found.rows].tolist(), found.person.tolist(), found.like.tolist(), strict=True))
        hints = _allowed(db, hints)
        sure = [hint for hint in hints if hint[2] >= limits.likely]
        faint = [hint for hint in hints if hint[2] < limits.likely]
        hints = sorted([*sure, *_in_company(db, faint)])
        before = db.execute('SELECT face_id, person_id, "like" FROM maybe ORDER BY face_id').fetchall()
    if hints == before:
        return
    with catalog.write() as w:
        w.db.execute("DELETE FROM maybe")
        w.db.executemany("INSERT INTO maybe VALUES (?, ?, ?)", hints)
        touch_people(w)


_ASKED = (
    "SELECT f.id FROM face f LEFT JOIN person q ON q.id = f.person_id"
    f" WHERE {unknown('f', 'q')} AND f.left IS NOT NULL AND f.quality > 0"
)


def _allowed(db: sqlite3.Connection, hints: Iterable[Hint]) -> list[Hint]:
    """Leave out people who are in that photo already, or of whom the owner said that they are not."""
    kept: list[Hint] = []
    for face_id, person_id, like in hints:
        row = db.execute(
            "SELECT 1 FROM face f WHERE f.id = ? AND (EXISTS (SELECT 1 FROM face o WHERE o.photo_id = f.photo_id"
            " AND o.person_id = ?2) OR EXISTS (SELECT 1 FROM not_person n WHERE n.photo_id = f.photo_id"
            " AND n.person_id = ?2))",
            (face_id, person_id),
        ).fetchone()
        if row is None:
            kept.append((face_id, person_id, like))
    return kept


def _in_company(db: sqlite3.Connection, hints: Sequence[Hint]) -> list[Hint]:
    """Keep the hints of faces beside which, in time, that person wears what is worn below the face."""
    import bisect

    marks = json.dumps(sorted({person_id for _, person_id, _ in hints}))
    there: dict[int, list[tuple[int, Place]]] = defaultdict(list)
    for person_id, taken, photo_id, part in db.execute(
        "SELECT f.person_id, p.taken, f.photo_id, f.part FROM json_each(?) j CROSS JOIN face f ON f.person_id = j.value"
        " JOIN photo p ON p.id = f.photo_id WHERE p.taken IS NOT NULL AND p.taken_source NOT IN ('folder', 'file')"
        " AND f.part IS NOT NULL ORDER BY f.person_id, p.taken",
        (marks,),
    ):
        there[person_id].append((taken, (photo_id, part)))
    beside: dict[Hint, tuple[Place, list[Place]]] = {}
    for hint in hints:
        row = db.execute(
            "SELECT p.taken, f.photo_id, f.part FROM face f JOIN photo p ON p.id = f.photo_id"
            " WHERE f.id = ? AND p.taken IS NOT NULL AND p.taken_source NOT IN ('folder', 'file')",
            (hint[0],),
        ).fetchone()
        if row is None:
            continue
        taken, photo_id, part = row
        known = there[hint[1]]
        at = bisect.bisect_left(known, (taken,))
        near = [(abs(when - taken), place) for when, place in known[max(0, at - _BESIDE) : at + _BESIDE]]
        near = sorted(one for one in near if one[0] <= _HOURS)[:_BESIDE]
        if near:
            beside[hint] = (photo_id, part), [place for _, place in near]
    places = {place for own, others in beside.values() for place in (own, *others)}
    worn = _clothes(db, {photo_id for photo_id, _ in places})
    return [
        hint
        for hint, (own, others) in beside.items()
        if any(same_clothes(worn.get(own), worn.get(other)) for other in others)
    ]


def _clothes(db: sqlite3.Connection, photo_ids: Collection[int]) -> dict[Place, list[float]]:
    """Return what is worn below the faces of these photos, by photo and part."""
    found: dict[Place, list[float]] = {}
    ids = sorted(photo_ids)
    for start in range(0, len(ids), _AT_ONCE):
        rows = db.execute(
            "SELECT photo_id, facts FROM analysis WHERE analyzer = ? AND photo_id IN (SELECT value FROM json_each(?))",
            (ANALYZER, json.dumps(ids[start : start + _AT_ONCE])),
        )
        for photo_id, facts in rows:
            for region in json.loads(facts).get("regions", ()):
                if region["kind"] == "face" and region["part"] is not None and region["details"].get("clothes"):
                    found[photo_id, region["part"]] = region["details"]["clothes"]
    return found
