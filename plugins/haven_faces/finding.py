"""All faces of one picture, with points exact enough to tell people apart.

A detector looks the whole picture over at a reduced size, which finds nearly every face. But the points of a face that
was small then are off by a pixel, which is much of a small face: of pairs of one person with 32 pixels of face, 73 in
100 stayed alike enough, and 87 with points found by a second look at the face alone; with 24 pixels 23 and 65. So
small faces are looked at again, enlarged; very large ones reduced, since detectors know neither.

Lying faces, in photos that lie on their side or of people who do, are found by most detectors, with points where they
would be if the face stood: their vectors are noise. They are found less surely though. So the largest unsure face is
also looked at turned, and if it is found more surely that way, so are the others. If nothing was found, the picture is
looked over turned and at smaller sizes, quickly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haven_models.faces import AREA, Detections, FacePack, Picture

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

MOST_FACES = 100
"""Faces of one picture that are kept, the largest ones: a crowd beyond that is nobody's family."""
LEAST_SIDE = 16.0
"""Pixels of a face below which its vector says nothing (see `quality`), so that it is left out."""
_SMALL, _HUGE = 48.0, 240.0
"""Sides of faces, as they were looked at, outside of which there is a second look."""
_LEAST_AGAIN = 20.0
"""Pixels of a face up to which no look makes its vector a good one."""
_TILE, _FACE = 128, 80
"""Sides of the picture that a second look is at, and of the face in it."""
_UNSURE, _UPSIDE_DOWN = 0.88, 0.92
"""Standing faces of 60 pixels and more all were surer than these. Lying ones never were surer than the first, and those
upside down than the second."""
_SURER, _SURE = 0.03, 0.88
"""By how much surer a face must be when it is turned, and how sure; profiles are found turned at up to 0.85."""
_LEAST_TURNED = 0.8
"""How sure a face must be that is found only in a picture that was turned; textures are found there at up to 0.65."""
_QUICK_AREA = AREA * 9 // 64
_DOUBLED = 0.5
"""The share of two boxes that is common to both from which on they are one face."""
_TINY_PICTURE = 64


@dataclass(frozen=True, slots=True)
class _View:
    """How a picture is seen: `matrix` (2, 3) takes its pixels to those of what is looked at."""

    matrix: NDArray[np.float64]

    def back(self, points: Floats) -> Floats:
        """Return where points of the tile, (..., 2), are in the picture."""
        inverse = np.linalg.inv(self.matrix[:, :2])
        return np.asarray((points - self.matrix[:, 2]) @ inverse.T, np.float32)


def find_faces(pack: FacePack, picture: Picture) -> Detections:
    """Return the faces of a picture, the largest first, in its pixels; boxes may reach beyond it.

    A detector that takes pictures of one size only looks once: every further look would cost as much as the first.
    """
    pixels, margin = _with_margin(np.asarray(picture))
    found, turn = pack.detect(pixels), None
    if not len(found) and pack.resizes:
        found, turn = _searched(pack, pixels)
    found = found.take(sides_of(found) >= LEAST_SIDE)
    found = found.take(np.argsort(-sides_of(found), kind="stable")[:MOST_FACES])
    if len(found) and pack.resizes:
        found = _looked_at_again(pack, pixels, found, turn)
    return Detections(found.boxes - np.tile(margin, 2), found.scores, found.points - margin)


def _with_margin(pixels: Pixels) -> tuple[Pixels, Floats]:
    """Return a tiny picture with its border repeated around it, so that a face that fills it can be found at all."""
    height, width = pixels.shape[:2]
    if min(height, width) >= _TINY_PICTURE:
        return pixels, np.zeros(2, np.float32)
    across, down = ((max(_TINY_PICTURE, side) + 1) // 2 for side in (width, height))
    padded = np.pad(pixels, ((down, down), (across, across), (0, 0)), mode="edge")
    return padded, np.array([across, down], np.float32)


def _searched(pack: FacePack, pixels: Pixels) -> tuple[Detections, int | None]:
    """Look a picture over in which nothing was found: for faces that fill it, and for some that lie.

    Returns them, and by how many quarters the picture had to be turned; None if there is nothing.
    """
    import cv2

    height, width = pixels.shape[:2]
    scale = min(1.0, (_QUICK_AREA / (width * height)) ** 0.5)
    across, down = (max(1, round(side * scale)) for side in (width, height))
    step = max(1, int(0.5 / scale))  # half of the way by leaving pixels out, which takes no time
    small = np.asarray(cv2.resize(pixels[::step, ::step], (across, down), interpolation=cv2.INTER_AREA), np.uint8)
    best, best_turn = pack.detect(small, _QUICK_AREA // 2), 0
    if not len(best):
        for turn in (1, 3):
            turned = pack.detect(np.ascontiguousarray(np.rot90(small, turn)), _QUICK_AREA)
            turned = turned.take(turned.scores >= _LEAST_TURNED)
            if len(turned) and (not len(best) or turned.scores[0] > best.scores[0]):
                matrix = _quarter_turns(turn, (across - 1) / 2, (down - 1) / 2, 1.0)
                matrix[:, 2] += (down - 1) / 2, (across - 1) / 2
                best, best_turn = _taken_back(turned, _View(matrix)), turn
    back = np.array([width / across, height / down], np.float32)
    found = Detections(best.boxes * np.tile(back, 2), best.scores, best.points * back)
    return found, best_turn if len(best) else None


def _looked_at_again(pack: FacePack, pixels: Pixels, found: Detections, turn: int | None) -> Detections:
    """Give faces better points where a second look may have some, and turn those that lie.

    `turn`: by how many quarters the picture was turned when they were found in a quick look; None if in a good one.
    """
    height, width = pixels.shape[:2]
    sides = sides_of(found) * min(1.0, (AREA / (width * height)) ** 0.5)
    again = (sides < _SMALL) & (sides_of(found) > _LEAST_AGAIN) | (sides > _HUGE) | (turn is not None)
    unsure = (found.scores < _UPSIDE_DOWN) & (sides_of(found) >= 2 * LEAST_SIDE) & (not turn)
    first = int(np.argmax(unsure)) if unsure.any() else None  # the largest, which speaks for the others
    lying = None
    boxes, scores, points = found.boxes.copy(), found.scores.copy(), found.points.copy()
    for index in sorted(range(len(found)), key=lambda number: number != first):
        turns: tuple[int, ...] = (turn or 0,) if again[index] else ()
        if unsure[index] and lying is not False:
            turns = (0, 1, 2, 3) if found.scores[index] < _UNSURE else (0, 2)
        best = _best_look(pack, pixels, found.boxes[index], turns)
        if index == first:
            lying = best is not None and best[0] != 0
        if best is not None:
            boxes[index], points[index] = best[1].boxes[0], best[1].points[0]
            scores[index] = max(scores[index], best[1].scores[0]) if best[0] else scores[index]
    return _without_doubles(Detections(boxes, scores, points))


def _best_look(pack: FacePack, pixels: Pixels, box: Floats, turns: tuple[int, ...]) -> tuple[int, Detections] | None:
    """Return the face in a box as it is found in a tile, and by how many quarters that was turned; None if nowhere.

    The first of `turns` is how it was found so far, which others must beat.
    """
    best: tuple[int, Detections] | None = None
    for turn in turns:
        tile = _View(_matrix(box, turn))
        seen = pack.detect(_cut(pixels, tile))
        if not len(seen):
            continue
        away = np.abs((seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2 - _TILE / 2).max(axis=1)
        nearest = int(np.argmin(away))
        one = seen.take(slice(nearest, nearest + 1))
        if away[nearest] > _FACE / 2 or not _FACE / 2 < float(sides_of(one)[0]) < _FACE * 2:
            continue  # another face, or a part of this one
        if turn != turns[0] and one.scores[0] < _SURE:
            continue
        if turn == turns[0] and one.scores[0] >= _UPSIDE_DOWN:
            return turn, _taken_back(one, tile)  # at this size it would be less sure if it lay
        if best is None or one.scores[0] > best[1].scores[0] + (_SURER if best[0] == turns[0] else 0):
            best = turn, _taken_back(one, tile)
    return best


def _matrix(box: Floats, turns: int) -> NDArray[np.float64]:
    """Return what takes a box's face to the middle of a tile, turned by quarters against the clock."""
    middle = (box[:2] + box[2:]) / 2
    scale = _FACE / max(float((box[2:] - box[:2]).max()), 1.0)
    matrix = _quarter_turns(turns, float(middle[0]), float(middle[1]), scale)
    matrix[:, 2] += _TILE / 2
    return matrix


def _quarter_turns(turns: int, x: float, y: float, scale: float) -> NDArray[np.float64]:
    """Return the matrix that turns around a point, scales, and puts the point to the origin."""
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns % 4]
    turn = scale * np.array([[cos, sin], [-sin, cos]], np.float64)
    return np.concatenate([turn, -(turn @ [[x], [y]])], axis=1)


def _cut(pixels: Pixels, tile: _View) -> Pixels:
    """Return the tile; of a large face every pixel counts, as when a picture is made smaller well."""
    import cv2

    scale = float(np.hypot(*tile.matrix[0, :2]))
    if scale >= 0.5:
        return np.asarray(cv2.warpAffine(pixels, tile.matrix, (_TILE, _TILE)), np.uint8)
    # Reduced first, by averaging, as far as the tile does not need; warping alone would take single pixels.
    step = int(1 / scale)
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    matrix = tile.matrix.copy()
    factor = np.array([width / small.shape[1], height / small.shape[0]])
    matrix[:, 2] += matrix[:, :2] @ (factor / 2 - 0.5)
    matrix[:, :2] *= factor
    return np.asarray(cv2.warpAffine(small, matrix, (_TILE, _TILE)), np.uint8)


def _taken_back(seen: Detections, tile: _View) -> Detections:
    """Return faces of a tile as they are in the picture."""
    first, second = tile.back(seen.boxes[:, :2]), tile.back(seen.boxes[:, 2:])
    boxes = np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)
    return Detections(boxes, seen.scores, tile.back(seen.points))


def _without_doubles(found: Detections) -> Detections:
    """Leave out what a second look found to be a face that is there already."""
    first, last = found.boxes[:, None, :2], found.boxes[:, None, 2:]
    both = np.minimum(last, found.boxes[:, 2:]) - np.maximum(first, found.boxes[:, :2])
    shared = np.maximum(both, 0).prod(axis=2)
    areas = sides_of(found) ** 2
    doubled = shared > _DOUBLED * (areas[:, None] + areas - shared)
    order = np.argsort(-found.scores, kind="stable")
    rank = np.argsort(order)
    surer = rank[None] < rank[:, None]
    if not (doubled & surer).any():
        return found
    kept: list[int] = []
    for index in order.tolist():
        if not doubled[index, kept].any():
            kept.append(index)
    return found.take(sorted(kept))


def sides_of(found: Detections) -> Floats:
    """Return the sizes of faces: the geometric mean of a box's sides."""
    sides = np.maximum(found.boxes[:, 2:] - found.boxes[:, :2], 0)
    return np.asarray(np.sqrt(sides[:, 0] * sides[:, 1]), np.float32)
