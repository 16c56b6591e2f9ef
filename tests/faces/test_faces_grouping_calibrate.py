"""The limit for an embedder of which nobody says one, from faces with names and without."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.plain_faces import Album
from helpers.synthetic_faces import Shape, synthetic

from haven_faces.grouping import Limits, calibrate_labelled, calibrate_unlabelled

SHAPES = [Shape(), Shape(free=75, dimensions=256), Shape(free=150, core=0.5)]


@pytest.mark.parametrize("shape", SHAPES)
def test_different_people_hardly_ever_reach_it_and_one_person_mostly_does(shape: Shape) -> None:
    faces, truth = synthetic(3000, 41, shape)
    good = faces.good
    found = calibrate_labelled(faces.vectors[good].astype(np.float32), truth[good])
    others, who = synthetic(3000, 42, shape)
    vectors = others.vectors[others.good].astype(np.float32)
    cosines, one = vectors @ vectors.T, who[others.good]
    same = (one[:, None] == one) & ~np.eye(len(one), dtype=bool)
    assert (cosines[one[:, None] != one] >= found.same).mean() < 4e-4
    assert (cosines[same] >= found.same).mean() > 0.65
    assert found.sure > 0.9
    assert found.different[0] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("shape", SHAPES)
def test_without_names_it_comes_out_nearly_the_same(shape: Shape) -> None:
    faces, truth = synthetic(3000, 41, shape)
    good = faces.good
    named = calibrate_labelled(faces.vectors[good].astype(np.float32), truth[good])
    unnamed = calibrate_unlabelled(faces)
    assert unnamed.same == pytest.approx(named.same, abs=0.06)
    assert unnamed.sure < named.sure


def test_strangers_alone_say_how_like_different_people_are() -> None:
    faces, truth = synthetic(4000, 43, Shape(free=75, dimensions=256))
    _, first = np.unique(truth, return_index=True)
    found = calibrate_unlabelled(faces.take(np.sort(first)))
    assert found.alike is None
    assert 0.38 < found.same < 0.5
    assert found.sure <= 0.3


def test_faces_of_low_quality_have_no_say() -> None:
    faces, _ = synthetic(1500, 44, Shape(free=75, dimensions=256))
    blurred = faces.take(np.flatnonzero(~faces.good)[[0] * 500])
    mixed = replace(
        faces,
        ids=np.arange(2000),
        **{
            name: np.concatenate([getattr(faces, name), getattr(blurred, name)])
            for name in ("vectors", "picture", "quality", "person", "fixed")
        },
    )
    assert calibrate_unlabelled(mixed).same == calibrate_unlabelled(faces).same


def test_an_embedder_that_tells_nobody_apart_is_found_out() -> None:
    noise = np.random.default_rng(1).standard_normal((300, 64)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    found = calibrate_labelled(noise, np.arange(300) // 10)
    assert found.sure <= 0.5
    assert "hardly tells people apart" in found.why


def test_too_few_faces_are_refused() -> None:
    album = Album()
    album.add(1, count=4)
    faces = album.faces()
    with pytest.raises(ValueError, match="two people"):
        calibrate_labelled(faces.vectors.astype(np.float32), np.zeros(4, np.int64))
    with pytest.raises(ValueError, match="two people"):
        calibrate_labelled(faces.vectors.astype(np.float32), np.arange(4))
    with pytest.raises(ValueError, match="50 good faces"):
        calibrate_unlabelled(faces)


@pytest.mark.parametrize("same", [0.0, 1.0, -0.2, float("nan")])
def test_a_limit_is_a_cosine(same: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Limits(same)


@pytest.mark.parametrize("same", [0.2, 0.363, 0.45, 0.7])
def test_limits_follow_from_one_number(same: float) -> None:
    limits = Limits(same)
    assert limits.floor < limits.groups < same < limits.need(3) < limits.sure < 1
    assert limits.need(3, 0.1) > limits.need(3, 0.4) > limits.need(3, 0.5) == limits.need(3)
