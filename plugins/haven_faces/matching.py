"""Which face in a photo is meant when the owner says that somebody is in it."""

import json
import sqlite3
from typing import TYPE_CHECKING

from haven_faces.persons import unknown

if TYPE_CHECKING:
    from haven_fs import VectorStore

_DOUBTFUL = 0.1
"""Cosine under which a face is hardly that person's: then the person is somewhere else in the picture."""
_DOMINANT = 2.0
"""How much larger than the others a face must be to be the one meant, when nothing is known of the person's looks."""
_EXEMPLARS = 32


def best_face(db: sqlite3.Connection, store: "VectorStore", photo_id: int, person_id: int) -> int | None:
    """Return the face in a photo, of those that are nobody's, that is most like a person's other faces.

    One of which the owner was asked whether it is that person is meant. So is the only face in a photo: people turn
    away, and grow up. Of a person without other faces it is one far larger than the rest. None if there is none.
    """
    rows = db.execute(
        "SELECT f.id, f.space, f.part, (f.right - f.left) * (f.bottom - f.top) FROM face f"
        f" LEFT JOIN person q ON q.id = f.person_id WHERE f.photo_id = ? AND {unknown('f', 'q', dismissed=True)}"
        " ORDER BY 4 DESC",
        (photo_id,),
    ).fetchall()
    if not rows:
        return None
    asked = db.execute(
        "SELECT a.face_id FROM maybe a WHERE a.person_id = ? AND a.face_id IN (SELECT value FROM json_each(?))",
        (person_id, json.dumps([row[0] for row in rows])),
    ).fetchone()
    if asked is not None:  # the owner says yes
        return int(asked[0])
    if len(rows) == 1 and db.execute("SELECT count(*) FROM face WHERE photo_id = ?", (photo_id,)).fetchone()[0] == 1:
        return int(rows[0][0])
    space = rows[0][1]
    known = db.execute(
        "SELECT photo_id, part FROM face WHERE person_id = ? AND space = ? ORDER BY said DESC, quality DESC LIMIT ?",
        (person_id, space, _EXEMPLARS),
    ).fetchall()
    if not known:
        alone = len(rows) == 1 or rows[0][3] >= _DOMINANT * rows[1][3]
        return int(rows[0][0]) if alone else None
    import numpy as np

    faces = store.gather(space, np.array([(photo_id, part) for _, _, part, _ in rows], np.int64))
    exemplars = store.gather(space, np.array(known, np.int64))
    scores = (faces.astype(np.float32) @ exemplars.astype(np.float32).T).max(axis=1)
    best = int(scores.argmax())
    return int(rows[best][0]) if scores[best] >= _DOUBTFUL else None
