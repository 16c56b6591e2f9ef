"""Renditions of an exact length, whatever is in the picture and whatever is said of the photo."""

import io

import numpy as np
import pytest
from PIL import Image

from haven_fs.renditions.jpeg import encoded, filled, fitted
from haven_fs.renditions.orders import Said
from haven_fs.renditions.sizes import LONGEST, TILE, reserve
from haven_fs.renditions.tile import tile

SYDNEY = Said(taken=1_000_000_000, offset=-210, latitude=-33.8568, longitude=151.2153, rating=4)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 90).convert("RGB")


@pytest.mark.parametrize("length", [*range(60_000, 60_009), 148_480, 300_000])
def test_a_length_is_kept_to_the_byte(length: int) -> None:
    for picture in (noise((400, 300)), Image.new("RGB", (900, 700), "navy")):
        data = fitted(picture, length, 80, SYDNEY)
        assert len(data) == length
        assert opened(data).size == picture.size
        assert data.endswith(b"\xff\xd9"), "nothing may follow the end of the picture"


def test_what_is_too_detailed_becomes_smaller() -> None:
    data = fitted(noise((1600, 1200)), 24_000, 80)
    assert len(data) == 24_000
    assert max(opened(data).size) < 1600


def test_a_picture_is_coded_as_well_as_its_length_allows() -> None:
    plain = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    assert opened(fitted(plain, 148_480, 90)).quantization == opened(encoded(plain, 90)).quantization
    rng = np.random.default_rng(1)
    shapes = Image.fromarray(rng.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    for size in ((1600, 1200), (1200, 1600), (640, 480), (3000, 40)):
        picture = shapes.resize(size, Image.Resampling.BICUBIC)
        length = len(encoded(picture, 60))
        coarse, found = encoded(picture, 54), fitted(picture, length, 90)
        assert opened(found).quantization[0][1] < opened(coarse).quantization[0][1], size


def test_what_does_not_fit_is_refused() -> None:
    data = encoded(noise((64, 64)), 80)
    with pytest.raises(ValueError, match="do not fit"):
        filled(data, len(data) - 1)
    with pytest.raises(ValueError, match="no picture fits"):
        fitted(noise((64, 64)), 100, 80)


def test_it_says_when_where_and_how_good_and_nothing_else() -> None:
    exif = opened(fitted(noise((300, 200)), 60_000, 80, SYDNEY)).getexif()
    inner, gps = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    assert inner == {0x9003: "2001:09:09 01:46:40", 0x9004: "2001:09:09 01:46:40", 0x9011: "-03:30"}
    assert (gps[1], gps[3]) == ("S", "E")
    assert [float(part) for part in gps[2]] == [33.0, 51.0, 24.48]
    assert exif[0x4746] == 4
    assert exif.keys() == {0x0132, 0x4746, 0x4749, 0x8769, 0x8825}
    assert not opened(fitted(noise((300, 200)), 60_000, 80, Said())).getexif()


@pytest.mark.parametrize("said", [Said(taken=-1e18), Said(taken=1e18), Said(latitude=12.0), Said(rating=-1)])
def test_nonsense_is_left_out(said: Said) -> None:
    assert not opened(fitted(noise((64, 64)), 60_000, 80, said)).getexif()


@pytest.mark.parametrize(
    "what", [("image", "jpeg"), ("image", "heic"), ("raw", "nef"), ("video", "mp4"), ("image", "tiff")]
)
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (4000, 3000), (120_000, 90), (None, None)])
def test_every_reserve_takes_a_tile(what: tuple[str, str], size: tuple[int | None, int | None]) -> None:
    reserved = reserve(*what, 30_000, *size)
    assert reserved.small <= 150_000
    picture = tile(*what)
    for length in (reserved.small, reserved.tv, TILE):
        assert not length or len(fitted(picture, length, 80, SYDNEY)) == length


def test_reserves() -> None:
    assert reserve("other", "", 1000, None, None).small == 0
    assert reserve("image", "png", 9_000_000, 4000, 3000).tv == 0
    assert reserve("image", "jpeg", 4_000_000, 4000, 3000).small <= 4_000_000 / 20
    assert reserve("image", "heic", 2_000_000, 4032, 3024).tv > 2_000_000
    assert reserve("image", "jpeg", 30_000, 640, 480).small < 50_000
    assert LONGEST["small"] == 1600 and LONGEST["tv"] == 3840
