"""Faces put into a catalog as an analyzer would have found them, and what the catalog then says of people."""

import json
from collections.abc import Sequence

import numpy as np

from haven_faces.people import People
from haven_fs.catalog.findings import Analysis
from helpers.home import Home

SPACE = "faces:planted"
DIM = 64
LEFT, RIGHT = (0.1, 0.2, 0.3, 0.5), (0.6, 0.2, 0.8, 0.5)


def looks(person: int, *, turn: float = 0.0, seed: int = 0) -> np.ndarray:
    """Return a face's vector: that person's own direction, turned a little."""
    own = np.random.default_rng(1000 + person).normal(size=DIM)
    other = np.random.default_rng(77 * person + seed).normal(size=DIM)
    vector = own / np.linalg.norm(own) + turn * other / np.linalg.norm(other)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def face(
    box: Sequence[float], part: int | None, *, quality: float = 0.9, name: str | None = None, clothes: object = None
) -> dict[str, object]:
    """Return a region as an analysis holds it."""
    space = None if part is None else SPACE
    details: dict[str, object] = {"quality": quality} | ({} if clothes is None else {"clothes": clothes})
    return {"kind": "face", "box": box, "frame": 0, "space": space, "part": part, "name": name, "details": details}


def plant(
    home: Home,
    photo: str,
    faces: Sequence[tuple[Sequence[float], np.ndarray]],
    *,
    version: int = 1,
    quality: float = 0.9,
    clothes: object = None,
) -> int:
    """Have the analyzer of faces say that these boxes with these vectors are in a photo; return the photo's id."""
    photo_id = photo_of(home, photo)
    regions = [face(list(box), part, quality=quality, clothes=clothes) for part, (box, _) in enumerate(faces)]
    embeddings = [(SPACE, vector.astype("<f2").tobytes()) for _, vector in faces]
    say(home, photo_id, "faces", Analysis(version, json.dumps({"regions": regions}), embeddings=embeddings))
    return photo_id


def say(home: Home, photo_id: int, analyzer: str, analysis: Analysis) -> None:
    """Store what an analyzer said of a photo, as the indexer does."""
    indexer = home.indexer()
    indexer.followers.clear()
    indexer._put_analyses([(_Photo(photo_id), (photo_id, {analyzer: analysis}))])  # type: ignore[list-item]


class _Photo:
    def __init__(self, photo_id: int) -> None:
        self.id = photo_id
        self.due = frozenset[str]()
        self.files: tuple[()] = ()


def plant_people(home: Home, *people: tuple[Sequence[float], Sequence[str]]) -> None:
    """Index, and have "Person 1", "Person 2", ... be found: each at a place of the picture, in some photos."""
    home.index()
    faces: dict[str, list[tuple[Sequence[float], np.ndarray]]] = {}
    for number, (box, photos) in enumerate(people, 1):
        for seed, photo in enumerate(photos):
            faces.setdefault(photo, []).append((box, looks(number, turn=0.2, seed=seed)))
    for photo, found in faces.items():
        plant(home, photo, found)
    for box, photos in people:
        group(home, photos, box)


def photo_of(home: Home, name: str) -> int:
    """Return the id of the photo with that display name."""
    with home.catalog.read() as db:
        row = db.execute("SELECT photo_id FROM original WHERE name = ?", (name,)).fetchone()
    assert row is not None, name
    return int(row[0])


def group(
    home: Home, photos: Sequence[str], box: Sequence[float] = LEFT, *, person: int = -1, smallest: int = 3
) -> int:
    """Have the grouping say that the faces at that place in these photos are one person; return the person."""
    with home.catalog.write() as w:
        people = People(w)
        ids = {}
        for photo in photos:
            row = w.db.execute(
                "SELECT id FROM face WHERE photo_id = (SELECT photo_id FROM original WHERE name = ?)"
                " AND abs(left - ?) < 0.05",
                (photo, box[0]),
            ).fetchone()
            ids[int(row[0])] = person
        made = people.group(ids, smallest)  # type: ignore[arg-type]
        people.finish()
    return made.get(person, person)


def members(home: Home) -> dict[str, set[str]]:
    """Return who is in which photos, as the folders say it."""
    with home.catalog.read() as db:
        rows = db.execute(
            "SELECT v.name, o.name FROM member m JOIN value v ON v.id = m.value_id JOIN photo p ON p.id = m.photo_id"
            " JOIN original o ON o.id = p.main_id WHERE v.facet = 'person' AND p.shown = 1"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for person, photo in rows:
        found.setdefault(person, set()).add(photo)
    return found
