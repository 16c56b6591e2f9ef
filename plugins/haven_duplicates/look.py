"""The look of a picture: a few hundred numbers that stay nearly the same when it is resized, recompressed or converted.

The picture is scaled to 32 x 32, whatever its shape, and turned into waves (a discrete cosine transform): up to 14 of
them across in brightness, up to 7 in colour. Each wave counts by its frequency, since in photos slow waves are as
much stronger as they are slower, and would drown what tells two apart. The mean is left out and the length made 1,
so that a brighter or more contrasty copy looks the same. No model is needed.

Rows of numbers are in the order of WAVES; likeness.py compares them.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

SIZE = 32
_BRIGHTNESS, _COLOUR = 14, 7
FAINT = 2.5
"""Root mean square in levels of 255: a picture with less in it than this looks like nothing, and gets no vector."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Which waves a plane of the picture is described by: how many half turns each makes down and across."""

    down: npt.NDArray[np.intp]
    across: npt.NDArray[np.intp]

    @property
    def frequency(self) -> Floats:
        """The number of half turns along its direction."""
        return np.hypot(self.down, self.across).astype(np.float32)


def _waves(below: int) -> Waves:
    down, across = np.indices((below, below))
    wanted = (down + across > 0) & (np.hypot(down, across) < below)
    return Waves(down[wanted], across[wanted])


WAVES = (_waves(_BRIGHTNESS), _waves(_COLOUR), _waves(_COLOUR))
"""Of the brightness, of blue against it, of red against it."""
DIM = sum(len(waves.down) for waves in WAVES)


@cache
def cosines() -> Floats:
    """Return the waves of one dimension, (SIZE, SIZE): row n makes n half turns; rows are orthonormal."""
    turns, place = np.arange(SIZE)[:, None], (np.arange(SIZE) + 0.5) / SIZE
    table = np.cos(np.pi * turns * place) * np.sqrt(2 / SIZE)
    table[0] /= np.sqrt(2)
    cosines: Floats = table.astype(np.float32)
    return cosines


def look_of(picture: "Image.Image") -> bytes | None:
    """Return the look of an RGB picture as a unit vector of DIM float16, None if there is next to nothing in it."""
    from PIL import Image

    small = picture.resize((SIZE, SIZE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    red, green, blue = np.moveaxis(np.asarray(small, np.float32), 2, 0)
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue
    planes = (brightness, (blue - brightness) * 0.564, (red - brightness) * 0.713)
    table = cosines()
    strengths = [
        (table @ plane @ table.T)[waves.down, waves.across] for plane, waves in zip(planes, WAVES, strict=True)
    ]
    if np.linalg.norm(np.concatenate(strengths)) < FAINT * SIZE:
        return None
    vector = np.concatenate([some * waves.frequency for some, waves in zip(strengths, WAVES, strict=True)])
    data: bytes = (vector / np.linalg.norm(vector)).astype("<f2").tobytes()
    return data
