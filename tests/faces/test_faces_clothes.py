"""What is worn below a face: colours that are known again in other light, and not taken for others."""

import numpy as np
import pytest

from haven_faces.clothes import clothes_of, same_clothes

BOX = (80.0, 40.0, 120.0, 90.0)


def person(colour: tuple[int, int, int], seed: int = 0, light: float = 1.0) -> np.ndarray:
    """Return a picture of 200 by 200 of somebody in that colour."""
    dice = np.random.default_rng(seed)
    picture = np.full((200, 200, 3), (120, 160, 120), np.float64)
    picture[92:, 60:140] = colour
    return np.clip((picture + dice.normal(0, 6, picture.shape)) * light, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [0.85, 1.0, 1.1])
def test_the_same_clothes_in_other_light(light: float) -> None:
    assert same_clothes(clothes_of(person((180, 40, 40)), BOX), clothes_of(person((180, 40, 40), 1, light), BOX))


@pytest.mark.parametrize("other", [(40, 60, 170), (240, 240, 240), (60, 150, 60)])
def test_other_clothes(other: tuple[int, int, int]) -> None:
    assert not same_clothes(clothes_of(person((180, 40, 40)), BOX), clothes_of(person(other), BOX))


def test_clothes_out_of_the_picture() -> None:
    assert clothes_of(person((180, 40, 40))[:100], BOX) is None
    assert clothes_of(person((180, 40, 40)), (0.0, 150.0, 60.0, 199.0)) is None
    assert not same_clothes(None, clothes_of(person((180, 40, 40)), BOX))
    assert not same_clothes(None, None)
