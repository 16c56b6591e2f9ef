"""How well the demo's face models do on people they were not trained on, used as InsightFace uses any others."""

import random
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs.demo import SCENES, TIMES, Face, dice, draw_group, draw_picture, identity, moment

DETECT = (640, 640)
OVERLAP = 0.5
"""Intersection over union from which a box is the face's."""
SIZES = ((640, 480), (800, 600), (1024, 768), (768, 1024))


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of people, who they are, and where their faces are."""

    image: Image.Image
    people: tuple[int, ...]
    faces: tuple[Face, ...]


def photos(numbers: Sequence[int], each: int, seed: str, hard: float = 1.0) -> list[Photo]:
    """Draw pictures of one to four people each, until everybody is in `each` of them."""
    rng = dice(f"photos {seed}")
    waiting = [number for number in numbers for _ in range(each)]
    rng.shuffle(waiting)
    found = []
    while waiting:
        people: list[int] = []
        for number in waiting[: rng.randint(1, 4)]:
            if number not in people:
                people.append(number)
        for number in people:
            waiting.remove(number)
        found.append(photo(tuple(people), rng, hard))
    return found


def photo(people: tuple[int, ...], rng: random.Random, hard: float = 1.0) -> Photo:
    """Draw people at a moment by chance."""
    scene = rng.choice(SCENES)
    time = "night" if scene == "night sky" else rng.choice(TIMES)
    background = draw_picture(None, scene, "white", time, rng.choice(SIZES), rng)
    image, faces = draw_group(background, [(identity(one), moment(rng, hard)) for one in people], time, rng)
    return Photo(image, people, tuple(faces))


def load(folder: Path) -> Any:
    """Return InsightFace's FaceAnalysis with the models of a folder."""
    from insightface.app import FaceAnalysis

    app = FaceAnalysis(
        name=str(folder), allowed_modules=["detection", "recognition"], providers=["CPUExecutionProvider"]
    )
    app.prepare(ctx_id=-1, det_size=DETECT)
    return app


def faces_of(app: Any, image: Image.Image) -> list[Any]:
    """Return InsightFace's faces in a picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # InsightFace's use of scikit-image
        return list(app.get(np.ascontiguousarray(np.asarray(image)[:, :, ::-1])))


@dataclass(slots=True)
class Found:
    """What was found in photos: of the faces there, and vectors of unit length of those found, and whose they are."""

    there: int
    right: int
    wrong: int
    off: float
    """How far landmarks are off, on average, as a part of the distance of the eyes."""
    who: NDArray[np.int64]
    photo: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @property
    def recall(self) -> float:
        """The share of faces that were found."""
        return self.right / self.there

    @property
    def precision(self) -> float:
        """The share of what was found that is a face."""
        return self.right / max(1, self.right + self.wrong)


def find(app: Any, shown: Iterable[Photo]) -> Found:
    """Look for faces in photos."""
    there = wrong = 0
    who, where, vectors, off = [], [], [], []
    for number, one in enumerate(shown):
        there += len(one.faces)
        left = dict(enumerate(one.faces))
        for face in sorted(faces_of(app, one.image), key=lambda face: -float(face.det_score)):
            best = max(left, key=lambda key: overlap(left[key].box, face.bbox), default=None)
            if best is None or overlap(left[best].box, face.bbox) < OVERLAP:
                wrong += 1
                continue
            marks = np.array(left.pop(best).landmarks)
            off.append(np.linalg.norm(face.kps - marks, axis=1).mean() / np.linalg.norm(marks[0] - marks[1]))
            who.append(one.people[best])
            where.append(number)
            vectors.append(face.normed_embedding)
    arrays = (
        np.array(who, np.int64),
        np.array(where, np.int64),
        np.array(vectors, np.float32).reshape(len(who), -1 if who else 1),
    )
    return Found(there, len(who), wrong, float(np.mean(off)) if off else 0.0, *arrays)


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return intersection over union of two boxes."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    both = max(0.0, right - left) * max(0.0, bottom - top)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return float(both / (sum(areas) - both))


def pairs(found: Found) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return cosines of all pairs of faces of different photos, and whether both are of one person."""
    first, second = np.triu_indices(len(found.who), 1)
    apart = found.photo[first] != found.photo[second]
    first, second = first[apart], second[apart]
    cosines = np.einsum("nd,nd->n", found.vectors[first], found.vectors[second])
    return cosines, found.who[first] == found.who[second]


def figures(cosines: NDArray[np.float32], same: NDArray[np.bool_], limit: float) -> dict[str, float]:
    """Return precision, recall and F of pairs at a limit."""
    joined = cosines >= limit
    right = int((joined & same).sum())
    precision, recall = right / max(1, int(joined.sum())), right / max(1, int(same.sum()))
    f = 2 * precision * recall / max(1e-9, precision + recall)
    return {"precision": precision, "recall": recall, "f": f}


def limit(cosines: NDArray[np.float32], same: NDArray[np.bool_], precision: float = 0.99) -> float:
    """Return the lowest cosine from which on `precision` of all pairs are of one person."""
    order = np.argsort(-cosines, kind="stable")
    right = np.cumsum(same[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(right >= precision)
    return float(cosines[order[good[-1]]]) if len(good) else 1.0
