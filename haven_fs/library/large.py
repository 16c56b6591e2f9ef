"""Pictures too large to be decoded at once, reduced band by band: TIFFs by their strips or tiles, PNGs by their rows.

Of each band a small file of the same format is made in memory, which Pillow decodes; so all that a decoder knows is
used, and only the reduced picture and one band are in memory. What cannot be parted so (an interlaced PNG, a TIFF of
planes or of one compressed strip) is not read here.
"""

import math

import numpy as np
from PIL import Image

from haven_fs.library.bands import NotInBands, PartDamaged
from haven_fs.library.bands_png import png_bands
from haven_fs.library.bands_tiff import tiff_bands
from haven_fs.library.containers import Source

MOST_PIXELS = 2_000_000_000
"""A larger picture would take minutes."""
_READERS = {"png": png_bands, "tiff": tiff_bands}
_WHITE: dict[str, float | tuple[int, ...]] = {
    "L": 255,
    "LA": (255, 255),
    "RGB": (255, 255, 255),
    "RGBA": (255, 255, 255, 255),
    "CMYK": (0, 0, 0, 0),
}


def reduced(source: Source, form: str, size: tuple[int, int], longest: int) -> Image.Image:
    """Return a PNG or TIFF of a size (width, height, as stored) as one of the modes of _WHITE, not turned.

    Its longer side is from `longest` to twice that. Raises NotInBands, PartDamaged, and whatever Pillow raises for data
    of which nothing can be read.
    """
    width, height = size
    if form not in _READERS or width * height > MOST_PIXELS:
        raise NotInBands
    factor = 1 << max(0, int(math.log2(max(1.0, max(size) / longest))))
    small: Image.Image | None = None
    read = 0
    try:
        for top, band in _READERS[form](source, size, factor):
            part = _reducible(band).reduce(factor)
            if small is None:
                small = Image.new(part.mode, (-(-width // factor), -(-height // factor)), _WHITE[part.mode])
            small.paste(part, (0, top // factor))
            read = top + band.height
    except (OSError, ValueError, SyntaxError) as error:
        if small is None:
            raise
        raise PartDamaged(min(1.0, read / height), small) from error
    if small is None:
        raise NotInBands
    return small


def _reducible(band: Image.Image) -> Image.Image:
    """Return a band in a mode whose pixels can be averaged. Raises NotInBands for one whose range is not known."""
    if band.mode in _WHITE:
        return band
    if band.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(band) >> 8).astype(np.uint8))
    if band.mode in ("I", "F", "LAB"):
        raise NotInBands
    return band.convert("L" if band.mode == "1" else "RGB")
