"""How a pack's figures are read: what the detector says of faces, and where vectors of covered faces lie.

Detectors find faces in bears, balloons and plates. But a face is found again when it is cut out, stood upright and
taken to gray; of what only resembles one in its colours, or by where it is in the picture, hardly anything is. That is
the second look, for detectors that take small pictures.

Sunglasses, masks and helmets leave a face as sharp as it was, and its vector nearer to those of others behind the same
thing. What covering does to the vectors of an embedder is nearly the same for all faces: a direction for each kind of
cover. How far a vector lies along it tells how covered a face is.

All of it belongs to a pack: haven.json has it below "faces" as "judge", the registry for packs that it knows; for
others there are cautious figures, and `haven people calibrate` measures better ones.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from haven_fs import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from haven_models.faces import FacePack

    Floats = NDArray[np.float32]
    Pixels = NDArray[np.uint8]
Knots = tuple[float, float]
"""From where to where something goes from 0 to 1."""

_SCORE, _LOOK = (0.5, 0.75), (0.3, 0.6)
"""Where detectors of which nobody measured it are sure: at first, and of what is nothing but a face."""
_BELOW, _RAMP = 0.06, 0.3
"""How much less sure of a face than of nearly all good ones a detector may be, and how much less it is of things."""
_BEYOND = 0.4
"""How far above where it is sure a detector must be, of what is left to 1, to need no second look."""
_EACH = 4
"""How often a face is covered in each way when that is measured."""
_LEAST_FACES = 40
_EVEN = 3.0
"""How far the spread of faces is taken to be even, since it is known from a few: 0 not at all."""
_APART = 0.12
"""How far covered faces must lie from clear ones along a direction, as a cosine, for it to tell them apart."""
_CLEAR, _COVERED = 98, 25
"""Of clear and of covered faces, in a hundred: the place along a direction where they begin and where they are."""


@dataclass(frozen=True, eq=False)
class Covers:
    """Directions in which covered faces lie: each (dim,) of unit length, packed; `begin` and `there`, cosines.

    At `begin` are the least clear of clear faces, at `there` are faces that are covered.
    """

    packed: tuple[str, ...]
    begin: tuple[float, ...]
    there: tuple[float, ...]

    @cached_property
    def directions(self) -> "Floats":
        """The directions, (k, dim)."""
        import numpy as np

        return np.stack([np.frombuffer(base64.b64decode(one), "<f2") for one in self.packed]).astype(np.float32)

    def of(self, vectors: "NDArray[Any]") -> "Floats":
        """Return how covered faces are in each way, (n, k): 0 and less not at all, 1 and more surely."""
        import numpy as np

        begin, there = (np.array(one, np.float32) for one in (self.begin, self.there))
        along = np.asarray(vectors, np.float32) @ self.directions.T
        return np.asarray((along - begin) / (there - begin), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A pack's figures. `score`, `look`: from where on the detector is sure, at first and at the second look.

    `look` is None if there is no second look, `covers` if nobody measured what covering does.
    """

    score: Knots = _SCORE
    look: Knots | None = _LOOK
    covers: Covers | None = field(default=None)

    def doubts(self, score: float) -> bool:
        """Tell whether a second look may find that something is no face: not if the detector is as sure as can be."""
        return self.look is not None and score < self.score[1] + _BEYOND * (1 - self.score[1])

    def face(self, score: float, look: float | None) -> float:
        """Return how likely something is a face, 0 to 1, by what the detector says at first and at the second look."""
        sure = between(score, *self.score)
        return sure if look is None or self.look is None else min(sure, between(look, *self.look))

    def as_json(self) -> dict[str, Any]:
        """Return what haven.json says of it."""
        said: dict[str, Any] = {"score": list(self.score), "look": None if self.look is None else list(self.look)}
        if self.covers is not None:
            said["covers"] = {
                "begin": list(self.covers.begin),
                "there": list(self.covers.there),
                "directions": list(self.covers.packed),
            }
        return said


def read_judge(said: object) -> Judge:
    """Return what haven.json says. Raises UserError if it cannot be read."""
    try:
        if not isinstance(said, Mapping):
            raise TypeError
        covers = said.get("covers")
        return Judge(
            score=_knots(said["score"]),
            look=None if said["look"] is None else _knots(said["look"]),
            covers=None if covers is None else _read_covers(covers),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            'What haven.json says as "judge" below "faces" cannot be read. Remove it; `haven people calibrate` measures'
            " it again."
        ) from error


def _knots(said: Any) -> Knots:
    low, high = (float(one) for one in said)
    if not low < high:
        raise ValueError
    return low, high


def _read_covers(said: Any) -> Covers:
    packed = tuple(str(one) for one in said["directions"])
    begin, there = (tuple(float(one) for one in said[name]) for name in ("begin", "there"))
    sizes = {len(base64.b64decode(one, validate=True)) for one in packed}
    if not (len(begin) == len(there) == len(packed) and len(sizes) == 1 and min(sizes) % 2 == 0):
        raise ValueError
    if not all(low < high for low, high in zip(begin, there, strict=True)):
        raise ValueError
    return Covers(packed, begin, there)


def measure_judge(
    pack: "FacePack",
    faces: "Sequence[Pixels]",
    who: Sequence[int],
    scores: Sequence[float],
    looks: Sequence[float] | None,
) -> Judge | None:
    """Measure a pack on good, clear faces that were cut out: who each is, and what the detector said of it.

    `looks`: of the second look; None if the detector takes no small pictures. Returns None for fewer than forty faces.
    """
    if len(faces) < _LEAST_FACES:
        return None
    import numpy as np

    look = None
    if looks is not None and np.percentile(looks, 10) > 0:  # or it knows faces only as parts of pictures
        look = _from(looks, _LOOK)
    return Judge(_from(scores, _SCORE), look, measure_covers(pack, faces, who))


def _from(said: Sequence[float], least: Knots) -> Knots:
    """Return knots such that what nearly all good faces reach is sure, which is no less than `least`."""
    import numpy as np

    high = max(float(np.percentile(said, 2)) - _BELOW, least[1])
    return round(max(high - _RAMP, least[0]), 3), round(high, 3)


def measure_covers(pack: "FacePack", faces: "Sequence[Pixels]", who: Sequence[int]) -> Covers | None:
    """Measure in which directions vectors go when faces are covered; None if this embedder does not tell.

    Fisher's discriminant: the way from clear to covered faces, of each pair, bent away from where clear faces differ
    among each other, since that is who they are. Every person counts alike there.
    """
    import numpy as np

    from haven_models.covering import KINDS

    dice = np.random.default_rng(1)
    clear = pack.embed(faces)
    _, people, count = np.unique(np.asarray(who), return_inverse=True, return_counts=True)
    spread = np.atleast_2d(np.cov(clear.T, aweights=1 / count[people]))
    spread += _EVEN * np.trace(spread) / len(spread) * np.eye(len(spread))
    found: list[tuple[Floats, float, float]] = []
    for painter in KINDS:
        hidden = pack.embed([painter(face.copy(), dice) for face in faces for _ in range(_EACH)])
        way = np.linalg.solve(spread, (hidden - np.repeat(clear, _EACH, axis=0)).mean(axis=0).astype(np.float64))
        way = np.asarray(way / max(float(np.linalg.norm(way)), 1e-9), np.float32)
        begin, there = np.percentile(clear @ way, _CLEAR), np.percentile(hidden @ way, _COVERED)
        if there - begin >= _APART:
            found.append((way, float(begin), float(there)))
    if not found:
        return None
    ways, begins, theres = zip(*found, strict=True)
    return covers_of(ways, begins, theres)


def covers_of(directions: "Iterable[Floats]", begin: Iterable[float], there: Iterable[float]) -> Covers:
    """Return covers of directions, each (dim,) of unit length."""
    packed = tuple(base64.b64encode(one.astype("<f2").tobytes()).decode() for one in directions)
    return Covers(packed, tuple(round(float(one), 3) for one in begin), tuple(round(float(one), 3) for one in there))


def between(value: float, low: float, high: float) -> float:
    """Return how far a value is from one number to another, 0 to 1."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
