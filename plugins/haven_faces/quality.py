"""How much a face's vector can be trusted: whether it is a face, how sharp and large it is, and which way it looks.

Vectors of blurred, tiny and sideways faces drift towards each other, so that strangers among them look alike; who
groups faces must know which those are. The knots below were set by what blurring and shrinking did to the vectors of
100 photos of faces with the open model: the share of pairs of one person that stayed above 0.45 was 0.92 for sharp
ones; 0.89, 0.86, 0.65, 0.35 and 0.08 at 40, 32, 24, 20 and 16 pixels of face; 0.84, 0.64, 0.26 and 0.06 when 110 pixels
of face were blurred by 1.5, 2, 2.5 and 3 pixels. Sharpness as measured here follows both.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haven_models.judging import between

Floats = NDArray[np.float32]

_BLURRED, _SHARP = 0.004, 0.02
"""Sharpness at which hardly any and nearly all vectors are good."""
_TINY, _LARGE = 12.0, 28.0
_YAW = 30.0, 75.0
_PITCH = 25.0, 65.0
"""Degrees up to which a face is as good as from the front, and from which it is good for nothing."""
_FLAT = 25.0  # variance of gray that makes of a face without contrast none that is sharp
_WIDE, _HIGH, _DEEP = 32.0, 40.4, 14.5
"""Of a head: how far eyes and corners of the mouth are apart, on average; eyes from mouth; and how far the tip of the
nose stands out before them. Units of about 1.8 mm, in which ArcFace wants faces; the depth is that of a grown head."""
_NOSE = 0.49
"""Where the tip of the nose is of a face seen from the front, from the eyes (0) to the mouth (1)."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees: `yaw` to the viewer's right, `pitch` downwards, `roll` clockwise; 0 looks straight ahead."""

    yaw: float
    pitch: float
    roll: float


def pose_of(points: Floats) -> Pose:
    """Estimate which way a face looks from its points (5, 2), in pixels.

    The nose stands out, so it goes to the side by the sine of the angle as eyes and mouth narrow by its cosine; so too
    up and down. It is worked out as if seen from afar, and is right within some 10 degrees, enough to tell a profile.
    """
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = (mouth - eyes).astype(np.float64)
    high = float(np.hypot(*down))
    if high <= 1e-6:
        return Pose(0.0, 0.0, 0.0)
    down /= high
    across = np.array([down[1], -down[0]])
    wide = float(((points[1] - points[0]) + (points[4] - points[3])) @ across) / 2
    nose = points[2] - eyes
    return Pose(
        _degrees(float((points[2] - (eyes + mouth) / 2) @ across) / _DEEP, wide / _WIDE),
        _degrees((float(nose @ down) - _NOSE * high) / _DEEP, high / _HIGH),
        _degrees(-down[0], down[1]),
    )


def _degrees(sine: float, cosine: float) -> float:
    return math.degrees(math.atan2(sine, cosine))


def blur_of(face: NDArray[np.uint8]) -> float:
    """Return how blurred a face is that was cut out, (side, side, 3) of RGB: 0 is sharp, 1 good for nothing.

    The variance of the Laplacian, after a slight blur against noise, against that of the gray levels themselves, so
    that dark and pale faces are not taken for blurred ones.
    """
    import cv2

    side = face.shape[0]
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[side // 7 : -side // 14, side // 7 : -side // 7].astype(np.float32)
    edges = cv2.Laplacian(cv2.GaussianBlur(gray, (3, 3), 0), cv2.CV_32F)
    sharpness = float(edges.var()) / (float(gray.var()) + _FLAT)
    return 1.0 - between(math.log(max(sharpness, 1e-9)), math.log(_BLURRED), math.log(_SHARP))


def quality_of(face: float, pixels: float, blur: float, pose: Pose) -> float:
    """Return how far a face's vector can be trusted, 0 to 1: a product, so that each fault counts alone.

    `face`: how likely it is a face (`haven_models.judging`). `pixels`: its size in the picture that was looked at. From
    0.5 on a face is one to build a person on; near 0 it says nothing of anybody.
    """
    sideways = between(abs(pose.yaw), *_YAW)
    tilted = between(abs(pose.pitch), *_PITCH)
    return face * (1.0 - blur) * between(pixels, _TINY, _LARGE) * (1.0 - sideways) * (1.0 - tilted)
