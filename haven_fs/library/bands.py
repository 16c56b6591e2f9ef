"""What the readers of pictures band by band share: what a band is, and how large one may be."""

from typing import NamedTuple

from PIL import Image

BAND = 4_000_000
"""Pixels of a band, about: enough that what each costs by itself does not count."""
MOST_OF_BAND = 256 << 20
"""Bytes that a band may have in the file, or when inflated."""


class NotInBands(Exception):
    """This picture cannot be read band by band."""


class PartDamaged(ValueError):
    """Only the upper part of a picture can be read. `share`: how much of it, 0 to 1; `part`: that, white below."""

    def __init__(self, share: float, part: Image.Image) -> None:
        super().__init__(f"only {share:.0%} of the picture can be read")
        self.share = share
        self.part = part


class Band(NamedTuple):
    """Rows of a picture, from one on."""

    top: int
    picture: Image.Image
