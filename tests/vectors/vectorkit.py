"""What the tests of the vector store share: made vectors, and brute force over a plain dict."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from haven_fs.vectors import Hits, Vector

SPACE = "clip:test-01234567"


def some_vectors(count: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    """Return float16 vectors of unit length, (count, dim), in clusters."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, dim)) + 1.5 * rng.standard_normal((20, dim))[rng.integers(20, size=count)]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f2")


def as_put(photos: Mapping[int, Sequence[np.ndarray]]) -> list[Vector]:
    """Return what `put` takes."""
    return [Vector(photo, part, row.tobytes()) for photo, rows in photos.items() for part, row in enumerate(rows)]


def one_each(vectors: np.ndarray, start: int = 0) -> dict[int, list[np.ndarray]]:
    """Return photos with one vector each, numbered from `start`."""
    return {start + number: [row] for number, row in enumerate(vectors)}


def brute(
    photos: Mapping[int, Sequence[np.ndarray]], question: np.ndarray, within: Iterable[int] | None = None
) -> list[tuple[int, float]]:
    """Return photo ids and scores, best first, as the slowest and plainest program would."""
    wide = question.astype(np.float64)
    wanted = photos.keys() if within is None else set(within) & photos.keys()
    scores = {photo: max(float(row.astype(np.float64) @ wide) for row in photos[photo]) for photo in wanted}
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def same(hits: Hits, wanted: list[tuple[int, float]]) -> bool:
    """Tell whether hits are those wanted, but for the order of scores that float32 cannot tell apart."""
    assert hits.photo_ids.dtype == np.int64 and hits.scores.dtype == np.float32
    assert (np.diff(hits.scores) <= 0).all()
    assert len(set(hits.photo_ids.tolist())) == len(hits)
    scores = dict(wanted)
    return len(hits) == len(wanted) and all(
        abs(score - asked) < 1e-6 and abs(score - scores.get(photo, asked)) < 1e-6
        for photo, score, (_, asked) in zip(hits.photo_ids.tolist(), hits.scores.tolist(), wanted, strict=True)
    )
