"""Faces as the catalog keeps them: one row a face, brought in step with what analyzers said of the photo.

A row lives on while a face stays where it is in the picture, whoever finds it: another model, another version, the same
bytes read again. So what the owner said of a face, and whose it is, outlast every analysis. What an analyzer finds no
more goes, unless a file or the owner said who it is.

Who said a person decides: the owner before a file, a file before the grouping.
"""

import hashlib
import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from haven_faces.sidecars import ABSENT
from haven_fs import Analysis, Box, around, overlap

GROUPED, FILE, OWNER = 0, 1, 2
"""Who said whose face it is."""

ANALYZER = "faces"
"""The analyzer whose regions are the faces in a picture; names in files may come from any."""

SAME_FACE = 0.4
"""Overlap (intersection over union) from which two boxes are one face: detectors draw them differently."""
Region = dict[str, Any]
"""A region as an analysis holds it: kind, box, frame, space, part, name, details."""


@dataclass(slots=True)
class Face:
    """A row of the table `face`; `box` is None for a person who is only known to be somewhere in the picture."""

    id: int
    frame: int
    box: Box | None
    space: str | None
    person_id: int | None
    said: int


def faces_of(db: sqlite3.Connection, photo_id: int) -> list[Face]:
    """Return the faces of a photo, in the order they were first seen."""
    rows = db.execute(
        "SELECT id, frame, left, top, right, bottom, space, person_id, said FROM face WHERE photo_id = ? ORDER BY id",
        (photo_id,),
    )
    return [
        Face(id_, frame, None if left is None else (left, top, right, bottom), space, person_id, said)
        for id_, frame, left, top, right, bottom, space, person_id, said in rows
    ]


def sync_faces(db: sqlite3.Connection, photo_id: int) -> list[tuple[Face | None, Region]]:
    """Bring a photo's faces in step with its analyses; return each region that a file names, and the face it is around.

    The face is None if none was found there.
    """
    said = dict(db.execute("SELECT analyzer, facts FROM analysis WHERE photo_id = ?", (photo_id,)))
    regions = {name: _faces_in(facts) for name, facts in said.items()}
    if ANALYZER in said:
        _put_found(db, photo_id, regions[ANALYZER])
    named = [region for analyzer in sorted(regions) for region in regions[analyzer] if region["name"]]
    return _with_faces(faces_of(db, photo_id), named)


def _faces_in(facts: str) -> list[Region]:
    if '"regions"' not in facts:
        return []
    return [region for region in json.loads(facts).get("regions", ()) if region["kind"] == "face"]


def _put_found(db: sqlite3.Connection, photo_id: int, found: Sequence[Region]) -> None:
    """Match what the analyzer found with the faces known before: the nearest in place are the same."""
    before = [face for face in faces_of(db, photo_id) if face.box is not None]
    boxed = [region for region in found if region["box"] is not None]
    pairs = sorted(
        (
            (-share, number, face.id)
            for number, region in enumerate(boxed)
            for face in before
            if face.frame == region["frame"] and face.box and (share := overlap(face.box, region["box"])) >= SAME_FACE
        )
    )
    matched: dict[int, int] = {}
    for _, number, face_id in pairs:
        if number not in matched and face_id not in matched.values():
            matched[number] = face_id
    for number, region in enumerate(boxed):
        columns = (*region["box"], region["space"], region["part"], region["details"].get("quality", 0.0))
        if number in matched:
            db.execute(
                "UPDATE face SET left = ?, top = ?, right = ?, bottom = ?, space = ?, part = ?, quality = ?"
                " WHERE id = ?",
                (*columns, matched[number]),
            )
        else:
            db.execute(
                "INSERT INTO face (photo_id, frame, left, top, right, bottom, space, part, quality)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (photo_id, region["frame"], *columns),
            )
    for face in before:
        if face.id in matched.values() or face.space is None:
            continue
        if face.person_id is None or face.said == GROUPED:
            db.execute("DELETE FROM face WHERE id = ?", (face.id,))
        else:
            db.execute("UPDATE face SET space = NULL, part = NULL WHERE id = ?", (face.id,))


def _with_faces(faces: Sequence[Face], named: Iterable[Region]) -> list[tuple[Face | None, Region]]:
    """Return each named region with the face it is drawn around; no face is taken twice."""
    found: list[tuple[Face | None, Region]] = []
    taken: set[int] = set()
    for region in named:
        box, best = region["box"], None
        if box is not None:
            near = [
                (fits, -face.id, face)
                for face in faces
                if face.box is not None and face.frame == region["frame"] and face.id not in taken
                if (fits := around(face.box, box)) > 0
            ]
            best = max(near)[2] if near else None
        if best is not None:
            taken.add(best.id)
        found.append((best, region))
    return found


def name_digest(name: str) -> str:
    """Return what is kept of a forgotten name: enough to know it again, in any case, not to read it."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return hashlib.sha256(folded.encode()).hexdigest()


def without_forgotten(db: sqlite3.Connection, photo_id: int, analyses: dict[str, Analysis]) -> None:
    """Take out of analyses, before they are stored, the faces and names that the owner had forgotten."""
    if not any('"regions"' in analysis.facts or ABSENT in analysis.facts for analysis in analyses.values()):
        return
    boxes = [
        (frame, (left, top, right, bottom))
        for frame, left, top, right, bottom in db.execute(
            "SELECT frame, left, top, right, bottom FROM forgotten WHERE photo_id = ?", (photo_id,)
        )
    ]
    any_names = db.execute("SELECT EXISTS (SELECT 1 FROM forgotten_name)").fetchone()[0]
    if not boxes and not any_names:
        return
    for analysis in analyses.values():
        facts = json.loads(analysis.facts)
        absent = facts.get("notes", {}).get(ABSENT, [])
        if any(_is_forgotten_name(db, name) for name in absent):
            facts["notes"][ABSENT] = [name for name in absent if not _is_forgotten_name(db, name)]
            analysis.facts = json.dumps(facts, ensure_ascii=False)
        kept = [region for region in facts.get("regions", ()) if not _is_forgotten(db, region, boxes)]
        if len(kept) == len(facts.get("regions", ())):
            continue
        parts = sorted(region["part"] for region in kept if region["part"] is not None)
        renumbered = {part: number for number, part in enumerate(parts)}
        for region in kept:
            region["part"] = renumbered.get(region["part"])
        analysis.facts = json.dumps({**facts, "regions": kept}, ensure_ascii=False)
        analysis.embeddings = [analysis.embeddings[part] for part in parts]


def _is_forgotten_name(db: sqlite3.Connection, name: str) -> bool:
    return db.execute("SELECT 1 FROM forgotten_name WHERE digest = ?", (name_digest(name),)).fetchone() is not None


def _is_forgotten(db: sqlite3.Connection, region: Region, boxes: Sequence[tuple[int, Box]]) -> bool:
    if region["name"] and _is_forgotten_name(db, region["name"]):
        return True
    box = region["box"]
    return box is not None and any(
        frame == region["frame"] and overlap(box, other) >= SAME_FACE for frame, other in boxes
    )
