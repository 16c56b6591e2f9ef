"""What somebody wears, roughly: the colours below a face, by which a person is known again on one day.

Only ever a hint: whole classes wear the same.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIDE = 16
_BINS = 3
"""Parts of lightness and of both colours: twenty-seven in all."""
_ALIKE = 0.8
"""How much of two sets of colours is common to both if they are the same clothes, 0 to 1."""
_LEAST = 0.4
"""The share of the clothes that must be in the picture."""
_EVEN = 100


def clothes_of(pixels: "NDArray[np.uint8]", box: Sequence[float]) -> list[float] | None:
    """Return how much of each colour there is below a face, (27,) of hundredths; None if that is not in the picture.

    `pixels`: (height, width, 3) of RGB. `box`: left, top, right, bottom of the face, in pixels.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    across, down = box[2] - box[0], box[3] - box[1]
    wanted = box[0] - across / 4, box[3] + down * 0.35, box[2] + across / 4, box[3] + down * 1.4
    left, top, right, bottom = (
        round(min(max(at, 0), most)) for at, most in zip(wanted, (width, height, width, height), strict=True)
    )
    if (right - left) * (bottom - top) < max(_LEAST * 1.5 * across * 1.05 * down, 4):
        return None
    step = max(1, min(right - left, bottom - top) // (2 * _SIDE))  # most pixels tell nothing more
    small = cv2.resize(pixels[top:bottom:step, left:right:step], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.int64)
    light = np.minimum(lab[:, 0] * _BINS // 256, _BINS - 1)
    first, second = (np.digitize(lab[:, channel], (120, 136)) for channel in (1, 2))
    bins = np.bincount((light * _BINS + first) * _BINS + second, minlength=_BINS**3)
    return [float(count) for count in np.round(bins * _EVEN / len(lab))]


def same_clothes(one: Sequence[float] | None, other: Sequence[float] | None) -> bool:
    """Tell whether two people wear about the same, as far as that is known."""
    if not one or not other or len(one) != len(other):
        return False
    return sum(math.sqrt(a * b) for a, b in zip(one, other, strict=True)) >= _ALIKE * _EVEN
