"""Finds that carry all words of a text, in a world of made-up concepts that texts and photos are sums of."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from haven_clip.cutoff import Cutoff
from haven_clip.parts import FEW, MOST, carried, telling, without_each

DIM = 512
Floats = NDArray[np.float32]


class Concepts:
    """Words are directions. A text is the sum of its words'; a photo has some of each that it shows."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.photo_cone, text_cone = self._unit(2)
        self.text_cone = text_cone + 0.25 * self.photo_cone
        self.words = dict(zip(("ant", "bee", "cow"), self._unit(3), strict=True))
        self.words["the"] = 0.05 * self._unit(1)[0]

    def _unit(self, count: int) -> Floats:
        return normed(self.rng.standard_normal((count, DIM), np.float32))

    def text(self, text: str) -> Floats:
        return normed(0.6 * self.text_cone + 0.8 * normed(sum(self.words[word] for word in text.split())))

    def photos(self, count: int, shows: str = "") -> Floats:
        made = 0.7 * self.photo_cone + 0.6 * self._unit(count)
        for word in shows.split():
            made = made + self.rng.normal(0.2, 0.03, size=(count, 1)) * self.words[word]
        return normed(made)

    def found(self, text: str, library: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return what a text finds by its score, and what of that carries all of its words."""
        cutoff = Cutoff.fit(library, normed(0.6 * self.text_cone + 0.8 * self._unit(96)))
        whole, texts = self.text(text), without_each(text)
        scores = library @ whole
        finds = np.flatnonzero(cutoff.select(scores))
        parts = np.stack([self.text(one) for one in texts]) if texts else np.empty((0, DIM), np.float32)
        parts = parts[telling(whole, parts)]
        kept = finds[carried(whole, parts, np.vstack([whole[None], parts]) @ library[finds].T, cutoff.spread)]
        return np.isin(np.arange(len(library)), finds), np.isin(np.arange(len(library)), kept)


def normed(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def rates(found: NDArray[np.bool_], fitting: int) -> tuple[float, float]:
    return float(found[:fitting].sum() / max(1, found.sum())), float(found[:fitting].mean())


def mean_rates(text: str, counts: Sequence[tuple[int, str]]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return precision and recall by the score alone, and of what carries all words; the first photos are right."""
    results = []
    for seed in range(6):
        world = Concepts(seed)
        library = np.concatenate([world.photos(count, shows) for count, shows in counts])
        results.append([rates(found, counts[0][0]) for found in world.found(text, library)])
    (before, after) = np.mean(results, axis=0)
    return (float(before[0]), float(before[1])), (float(after[0]), float(after[1]))


@pytest.mark.parametrize("text", ["ant bee", "ant the bee", "ant bee cow"])
def test_what_fits_all_but_one_word_is_no_find(text: str) -> None:
    words = text.replace("the ", "").split()
    lacking = [(60, " ".join(other for other in words if other != word)) for word in words]
    before, after = mean_rates(text, [(12, text.replace("the ", "")), *lacking, (2000, "")])
    assert after[0] > 0.9 and after[0] >= before[0]
    assert after[1] > 0.75 * before[1]


def test_where_all_have_what_a_word_says_all_stay() -> None:
    before, after = mean_rates("ant bee", [(80, "ant bee"), (2000, "")])
    assert after[1] > 0.8 * before[1]


def test_a_single_word_is_left_as_it_is() -> None:
    world = Concepts(1)
    library = np.concatenate([world.photos(40, "ant"), world.photos(900)])
    for text in ("ant", "the ant"):
        before, after = world.found(text, library)
        assert before.any() and (before == after).all()


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("dog", []),
        ("a dog", []),
        ("at an inn", []),
        ("dog on the beach", ["dog", "the", "beach"]),
        ("Hund am Strand", ["Hund", "Strand"]),
        ("собака на пляже", ["собака", "пляже"]),
        ("개 해변", ["개", "해변"]),
        ("海边的狗", []),
        ("", []),
        ("one two three four five six seven eight", ["three", "four", "five", "seven", "eight", "one"]),
    ],
)
def test_words_are_left_out_one_by_one(text: str, left_out: list[str]) -> None:
    texts = without_each(text)
    assert len(texts) == len(left_out) <= MOST
    assert sorted(left_out) == sorted(next(word for word in text.split() if word not in one.split()) for one in texts)


def test_a_few_finds_are_compared_with_one_another() -> None:
    world = Concepts(2)
    whole, parts = world.text("ant bee"), np.stack([world.text("ant"), world.text("bee")])
    for count in range(FEW + 1):
        library = world.photos(count, "ant bee")
        kept = carried(whole, parts, np.vstack([whole[None], parts]) @ library.T, 0.02)
        assert kept.shape == (count,)
