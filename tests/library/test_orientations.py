"""Every format in every orientation lies as it does everywhere else, in pictures, renditions and boxes around faces."""

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.beneath import Beneath
from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import read_metadata
from haven_fs.library.picture import open_picture
from haven_fs.library.regions import NamedArea
from haven_fs.library.upright import upright
from haven_fs.renditions.making import make
from haven_fs.renditions.orders import Order

pillow_heif.register_heif_opener()
RED = (220, 20, 20)
FACE = (0.1, 0.2, 0.35, 0.4)
"""Of the picture as it is stored: left, top, right, bottom."""
FORMATS = ("jpeg", "png", "webp", "tiff", "lzw.tiff", "mapped.tiff", "heic", "avif", "jxl")


def stored() -> Image.Image:
    """Draw four corners of four colors, and something red where the face is."""
    picture = Image.new("RGB", (320, 240))
    for number, colour in enumerate(((30, 30, 30), (30, 120, 30), (30, 30, 160), (200, 200, 60))):
        picture.paste(
            colour, (160 * (number % 2), 120 * (number // 2), 160 * (number % 2) + 160, 120 * (number // 2) + 120)
        )
    left, top, right, bottom = FACE
    picture.paste(RED, (int(left * 320), int(top * 240), int(right * 320), int(bottom * 240)))
    return picture


def written(folder: Path, form: str, orientation: int) -> Path:
    path = folder / f"a.{form}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    match form:
        case "tiff" | "lzw.tiff":
            stored().save(path, tiffinfo={274: orientation}, compression="raw" if form == "tiff" else "tiff_lzw")
        case "mapped.tiff":
            stored().convert("RGBA").save(path, tiffinfo={274: orientation}, compression="raw", strip_size=1 << 30)
        case "heic":
            pillow_heif.from_pillow(stored()).save(path, exif=exif.tobytes(), quality=95)
        case "jxl":
            pytest.importorskip("pillow_jxl")
            # What writes JPEG XL here leaves the codestream as it is, which alone counts.
            stored().save(path, quality=95)
        case _:
            stored().save(path, exif=exif, **({} if form == "png" else {"quality": 95}))
    return path


def red_box(picture: Image.Image) -> tuple[float, ...]:
    """Return where the picture is red, as shares of it."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    height, width = red.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", FORMATS)
def test_pictures_renditions_and_faces_lie_as_everywhere_else(tmp_path: Path, form: str, orientation: int) -> None:
    path = written(tmp_path, form, orientation)
    with path.open("rb") as file, Image.open(file) as image:
        expected = ImageOps.exif_transpose(image).convert("RGB")
    found = read_metadata(path, kind_of(path))
    seen = open_picture(path, None, 320)  # what analyzers see
    assert difference(seen, expected) < 6
    small = make(Order("small", Beneath(path.parent, path.name))).data  # what /Small and the page show
    (tmp_path / "small.jpg").write_bytes(small)
    with Image.open(tmp_path / "small.jpg") as rendered:
        assert "exif" not in rendered.info
        assert difference(rendered.convert("RGB"), expected) < 6
    # Pillow makes an AVIF's orientation the container's own, and no EXIF tells others that there was one.
    drawn = red_box(expected) if form == "avif" else FACE
    assert upright(NamedArea("Ann", drawn), found) == pytest.approx(red_box(seen), abs=0.02)
    assert red_box(seen) == pytest.approx(red_box(expected), abs=0.02)
    shown = (found.height, found.width) if (found.orientation or 1) >= 5 else (found.width, found.height)
    assert shown == expected.size


def test_an_area_is_where_it_was_drawn() -> None:
    turned = Metadata("image", "jpeg", 320, 240, orientation=6)
    assert upright(NamedArea("Ann", FACE), turned) == pytest.approx((0.6, 0.1, 0.8, 0.35))
