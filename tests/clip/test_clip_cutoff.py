"""Where relevance ends, on made-up vectors: their scores are those of ordinary CLIP models, or of wholly others."""

import numpy as np
import pytest
from numpy.typing import NDArray

from haven_clip.cutoff import BACKGROUND, Cutoff

DIM = 512
NOTHING = np.zeros(0, np.int64)


class World:
    """Photos and texts as a CLIP model sees them: each kind in a cone of its own, scores of 0.05 to 0.2 by chance.

    A photo that fits a text scores about 0.3, as with ViT-B-32. `offset` and `scale` move all scores of texts.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.photo_cone, text_cone = self._unit(2)
        self.text_cone = text_cone + 0.25 * self.photo_cone

    def _unit(self, count: int) -> NDArray[np.float32]:
        made = self.rng.standard_normal((count, DIM), np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)

    def texts(self, count: int) -> NDArray[np.float32]:
        made = 0.6 * self.text_cone + 0.8 * self._unit(count)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)

    def photos(self, count: int, text: NDArray[np.float32] | None = None, strength: float = 0.2) -> NDArray[np.float32]:
        made = 0.7 * self.photo_cone + 0.6 * self._unit(count)
        if text is not None:
            made = made + self.rng.normal(strength, 0.15 * strength, size=(count, 1)) * text
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def judged(world: World, fitting: int, others: int, partly: int = 0) -> tuple[float, float]:
    """Return precision and recall for a text that some photos fit, and some fit in part."""
    text = world.texts(1)[0]
    library = np.concatenate(
        [world.photos(fitting, text), world.photos(partly, text, 0.07), world.photos(others - partly)]
    )
    chosen = Cutoff.fit(library, world.texts(96)).select(library @ text)
    right = chosen[:fitting].sum()
    return float(right / max(1, chosen.sum())), float(right / fitting)


@pytest.mark.parametrize(
    ("fitting", "others"), [(1, 59), (5, 55), (30, 30), (55, 5), (1, 3000), (40, 3000), (1500, 1500)]
)
def test_what_fits_is_found_be_it_one_photo_or_half_of_them(fitting: int, others: int) -> None:
    results = np.array([judged(World(seed), fitting, others) for seed in range(8)])
    precision, recall = results.mean(axis=0)
    assert precision > (0.6 if fitting == 1 else 0.9)
    assert recall > (0.4 if fitting > others else 0.7)


def test_photos_that_fit_in_part_are_mostly_left_out() -> None:
    precision, recall = np.mean([judged(World(seed), 20, 1000, partly=200) for seed in range(8)], axis=0)
    assert precision > 0.7 and recall > 0.7


@pytest.mark.parametrize("photos", [60, 3000])
def test_a_text_that_nothing_fits_finds_nothing(photos: int) -> None:
    empty = []
    for seed in range(8):
        world = World(seed)
        library = world.photos(photos)
        cutoff = Cutoff.fit(library, world.texts(96))
        empty += [not cutoff.select(library @ text).any() for text in world.texts(10)]
    assert np.mean(empty) > 0.7


def test_a_few_background_texts_that_photos_do_fit_change_nothing() -> None:
    world = World(1)
    background, text = world.texts(96), world.texts(1)[0]
    library = np.concatenate([world.photos(40, text), world.photos(900), world.photos(60, background[7])])
    found = Cutoff.fit(library, background).select(library @ text)
    assert found[:40].mean() > 0.8 and found[40:].mean() < 0.01


@pytest.mark.parametrize(("scale", "offset"), [(1.0, -0.4), (0.3, 0.0), (3.0, -0.6)])
def test_the_level_of_a_models_scores_does_not_matter(scale: float, offset: float) -> None:
    """The scores of SigLIP lie about 0, those of the demo model about -0.4, and each model's are wider or narrower."""
    world = World(2)
    text, background = world.texts(1)[0], world.texts(96)
    library = np.concatenate([world.photos(30, text), world.photos(600)])
    plain = Cutoff.fit(library, background).select(library @ text)
    # Scores are moved by a dimension in which all photos are alike, and scaled by longer texts.
    moved = np.hstack([library, np.ones((len(library), 1), np.float32)])
    texts = np.hstack([background * scale, np.full((96, 1), offset, np.float32)])
    other = Cutoff.fit(moved, texts).select(library @ text * np.float32(scale) + np.float32(offset))
    assert (plain == other).mean() > 0.995 and plain[:30].mean() > 0.8


def test_a_part_of_the_library_is_judged_by_all_of_it() -> None:
    world = World(3)
    text = world.texts(1)[0]
    fitting, others = world.photos(30, text), world.photos(600)
    cutoff = Cutoff.fit(np.concatenate([fitting, others]), world.texts(96))
    assert cutoff.select(fitting @ text).mean() > 0.6
    assert cutoff.select(fitting[:1] @ text).all()
    assert not cutoff.select(others[:20] @ text).any()
    assert not cutoff.select(np.empty(0, np.float32)).any()
    assert cutoff.least(np.empty(0, np.float32)) == np.inf


def test_what_was_measured_for_a_model_is_a_floor() -> None:
    world = World(4)
    text, background = world.texts(1)[0], world.texts(96)
    library = np.concatenate([world.photos(30, text), world.photos(600)])
    scores = library @ text
    assert Cutoff.fit(library, background).least(scores) < 0.32
    assert Cutoff.fit(library, background, known=0.32).least(scores) >= 0.32
    assert Cutoff.fit(library, background, known=0.9).least(scores) == np.inf


def test_the_mask_and_the_least_score_agree() -> None:
    world = World(5)
    text = world.texts(1)[0]
    library = np.concatenate([world.photos(30, text), world.photos(600)])
    cutoff = Cutoff.fit(library, world.texts(96))
    scores = library @ text
    assert (cutoff.select(scores) == (scores >= cutoff.least(scores))).all()
    assert cutoff.select(scores).any()


@pytest.mark.parametrize("photos", [1, 2, 5])
def test_a_library_of_a_few_photos_has_noise_too(photos: int) -> None:
    found, missed = [], []
    for seed in range(20):
        world = World(seed)
        text, other = world.texts(2)
        library = np.concatenate([world.photos(1, text), world.photos(photos - 1)])
        cutoff = Cutoff.fit(library, world.texts(96))
        found.append(bool(cutoff.select(library @ text)[0]))
        missed.append(not cutoff.select(library @ other).any())
    assert np.mean(found) > 0.7 and np.mean(missed) > 0.7


def test_photos_look_alike_that_are_nearer_than_most() -> None:
    world = World(6)
    themes = world.texts(12)
    library = np.concatenate([world.photos(10, theme, 0.8) for theme in themes])
    alike = (library @ library.T) >= Cutoff.fit(library, world.texts(96)).alike
    same = np.repeat(np.arange(12), 10)[:, None] == np.repeat(np.arange(12), 10)[None]
    assert alike[same].mean() > 0.8 and alike[~same].mean() < 0.05


def test_it_needs_something_to_learn_from() -> None:
    world = World(7)
    with pytest.raises(ValueError, match="at least one photo and one text"):
        Cutoff.fit(np.empty((0, DIM), np.float32), world.texts(3))
    with pytest.raises(ValueError, match="at least one photo and one text"):
        Cutoff.fit(world.photos(3), np.empty((0, DIM), np.float32))


def test_background_texts_are_many_and_differ() -> None:
    assert len(set(BACKGROUND)) == len(BACKGROUND) >= 64
