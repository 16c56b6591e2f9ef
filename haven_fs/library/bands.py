"""What the readers of pictures band by band share: what a band is, and how large one may be."""

from typing import NamedTuple

from PIL import Image

BAND = 4_000_000
"""Pixels of a band, about: enough that what each costs by itself does not count."""
MOST_OF_BAND = 256 << 20
"""Bytes that a band may have in the file, or when inflated."""


class NotInBands(Exception):
    """This picture cannot be read band by band."""


class Band(NamedTuple):
    """Rows of a picture, from one on."""

    top: int
    picture: Image.Image
