"""The details of a picture: some dozens of places that are found again in any part of it, and a tiny copy of it.

Places are corners at several scales (ORB's), spread over the picture. Each has a code of 96 bits: the signs of random
sums of the slow waves in the patch around it, turned upright and made equally strong. Mirroring a patch changes the
sign of half of the waves, and the sums come in pairs that differ so; thus the code of a mirrored place is the code
with its halves exchanged.

Places are looked for in the content: what surrounds it is left out, the bars of a film, a frame, what a phone shows
around a photo. All lengths are in units of the picture's longer side. No model is needed. agreement.py and overlap.py
compare details.
"""

import io
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from haven_duplicates.head import HEAD, VERSION

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

MOST = 48
"""Places that are kept of a picture; half as many more if it has something plain around it."""
CODE = 12
"""Bytes of a code."""
FEWEST = 8
"""A picture with fewer places has nothing that it could be known by, such as a plain sky or a black frame."""
THUMB = 64
"""Pixels of the longer side of the tiny copy."""
_LONGEST = 320
_LEVELS, _STEP = 8, 1.2
_CORNERS = 240
_EDGE, _PATCH = 10, 31
_CELLS = 6
_SAMPLES, _RADIUS = 12, 18.0
_GRID = np.meshgrid(*[((np.arange(_SAMPLES) + 0.5) / _SAMPLES * 2 - 1) * _RADIUS] * 2, indexing="ij")
_PAD = 24
"""Pixels that the picture is continued at its edges: patches reach beyond them."""
_WAVES = 5
_TWINS = 6
"""Pixels within which two corners are one place."""
_PLAIN, _SAME = 2.5, 4.0
"""In levels of 255: up to which standard deviation a row or column is plain, and how far it may then be from the colour
of the picture's edge to be no part of the content."""
_SIGNS = 0.25
"""Share of the rows around the content that may have something in them, such as the time."""
_LEAST_CONTENT = 0.2
"""Share of the width or height that the content has at least; else the whole picture is the content."""
_CONTENT = 0.97
"""Share of the picture from which the content is as good as all of it."""
_FINENESS, _LEAST_SCALE = 24, 4
"""Steps of the scale of a place within a doubling; and how many times it may be halved."""
_PLACE = np.dtype([("x", "<u2"), ("y", "<u2"), ("scale", "u1"), ("angle", "u1"), ("code", "u1", CODE)])


@dataclass(frozen=True, eq=False)
class Details:
    """`size`: width and height, the longer one 1. `content`: its left, top, right and bottom, in the same units.

    `at`: (n, 2), where each place is. `scale`: of each place, log 2; `angle`: of each place, radians. `codes`: (n,
    CODE). `tiny`: the tiny copy of the whole picture, as WebP.
    """

    size: tuple[float, float]
    content: tuple[float, float, float, float]
    at: Floats
    scale: Floats
    angle: Floats
    codes: Bytes
    tiny: bytes

    @cached_property
    def thumb(self) -> Floats:
        """The brightness of the picture, (height, width), 0 to 255."""
        with Image.open(io.BytesIO(self.tiny)) as image:
            return np.asarray(image.convert("L"), np.float32)

    @cached_property
    def signs(self) -> Floats:
        """The bits of the codes as 1 and -1, (n, 8 * CODE)."""
        return np.unpackbits(self.codes, axis=1).astype(np.float32) * 2 - 1

    @property
    def whole(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the picture."""
        return 0.0, 0.0, *self.size

    def mirrored(self) -> "Details":
        """Return the mirrored picture; the tiny copy stays as it is."""
        left, top, right, bottom = self.content
        width = self.size[0]
        at = np.stack([width - self.at[:, 0], self.at[:, 1]], axis=1)
        codes = np.roll(self.codes, CODE // 2, axis=1)
        content = (width - right, top, width - left, bottom)
        return Details(self.size, content, at, self.scale, np.float32(np.pi) - self.angle, codes, self.tiny)

    def dumps(self) -> bytes:
        """Return all of it in some 1,500 bytes, or 2,000 if it has something plain around it."""
        places = np.zeros(len(self.at), _PLACE)
        places["x"], places["y"] = np.round(self.at.clip(0, 1).T * 65535)
        places["scale"] = np.round((self.scale + _LEAST_SCALE) * _FINENESS).clip(0, 255)
        places["angle"] = np.round(self.angle / (2 * np.pi) * 256).astype(np.int64) % 256
        places["code"] = self.codes
        sides = (min(255, round(side / self.size[number % 2] * 255)) for number, side in enumerate(self.content))
        size = (round(side * 65535) for side in self.size)
        return HEAD.pack(VERSION, *size, *sides, len(places)) + places.tobytes() + self.tiny

    @classmethod
    def loads(cls, data: bytes) -> Self:
        """Return what `dumps` was given. Raises ValueError for anything else."""
        if len(data) < HEAD.size or data[0] != VERSION:
            raise ValueError("these are no details of a picture")
        _, wide, high, *sides, count = HEAD.unpack_from(data)
        size = (wide / 65535, high / 65535)
        places = np.frombuffer(data, _PLACE, count, HEAD.size)
        left, top, right, bottom = (side / 255 * size[number % 2] for number, side in enumerate(sides))
        return cls(
            size,
            (left, top, right, bottom),
            (np.stack([places["x"], places["y"]], axis=1) / 65535).astype(np.float32),
            (places["scale"] / _FINENESS - _LEAST_SCALE).astype(np.float32),
            places["angle"].astype(np.float32) * np.float32(2 * np.pi / 256),
            places["code"],
            data[HEAD.size + places.nbytes :],
        )


def details_of(picture: Image.Image) -> Details | None:
    """Return the details of an RGB picture, None if there is too little in it to know it by."""
    width, height = picture.size
    unit = max(width, height)
    whole = _fitted(_grey(picture.reduce(max(1, unit // _LONGEST))), _LONGEST)
    left, top, right, bottom = (side * unit / max(whole.shape) for side in content(whole))
    looks = [(whole, 0.0, 0.0, 1.0, MOST)]
    if (right - left) * (bottom - top) < _CONTENT * width * height:
        # What is plain at the edge may be a bar, or a night's sky: places are looked for both ways.
        part = picture.crop((round(left), round(top), round(right), round(bottom)))
        share = max(right - left, bottom - top) / unit
        of_content = _fitted(_grey(part.reduce(max(1, max(part.size) // _LONGEST))), _LONGEST)
        looks = [(of_content, left / unit, top / unit, share, MOST), (whole, 0.0, 0.0, 1.0, 2 * MOST)]
    found = [_places(*look) for look in looks]
    # What is around the content is what all screenshots of a phone share.
    corner, end = np.array([left, top]) / unit, np.array([right, bottom]) / unit
    found[1:] = [_picked(some, (some[0] > corner) & (some[0] < end), MOST // 2) for some in found[1:]]
    at, scale, angle, codes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if len(at) < FEWEST:
        return None
    buffer = io.BytesIO()
    Image.fromarray(_fitted(whole, THUMB)).save(buffer, "WEBP", quality=50, method=0)
    size, sides = (width / unit, height / unit), (left / unit, top / unit, right / unit, bottom / unit)
    return Details(size, sides, at, scale, angle, codes, buffer.getvalue())


_Places = tuple[Floats, Floats, Floats, Bytes]
"""Where places are, their scales, angles and codes."""


def _picked(places: _Places, wanted: npt.NDArray[np.bool_], most: int) -> _Places:
    rows = np.flatnonzero(wanted.all(axis=1))[:most]
    return places[0][rows], places[1][rows], places[2][rows], places[3][rows]


def _places(grey: Bytes, left: float, top: float, share: float, most: int) -> _Places:
    """Return where the places of a part of a picture are, their scales, angles and codes.

    `left`, `top`, `share`: where the part is, and how long its longer side, in units of the picture's.
    """
    corners = _corners(grey, most)
    at = (corners[:, :2] + 0.5) / max(grey.shape) * share + (left, top)
    scale = corners[:, 2] * np.log2(_STEP) + np.log2(share)
    return at.astype(np.float32), scale.astype(np.float32), np.deg2rad(corners[:, 3]), _codes(grey, corners)


def _grey(picture: Image.Image) -> Bytes:
    return np.asarray(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2GRAY))


def _fitted(grey: Bytes, longest: int) -> Bytes:
    scale = longest / max(grey.shape)
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR))


def content(grey: Bytes) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what has plain bars around it, with perhaps a few signs in them."""
    height, width = grey.shape
    if min(side.std() for side in (grey[0], grey[-1], grey[:, 0], grey[:, -1])) > _PLAIN:
        return 0, 0, width, height  # as most photos
    pixels = grey.astype(np.float32)
    left, top, right, bottom = 0, 0, width, height
    for _ in range(2):
        first, last = _inside(pixels[top:bottom, left:right])
        top, bottom = top + first, top + last
        first, last = _inside(pixels[top:bottom, left:right].T)
        left, right = left + first, left + last
    if bottom - top < _LEAST_CONTENT * height or right - left < _LEAST_CONTENT * width:
        return 0, 0, width, height
    return left, top, right, bottom


def _inside(pixels: Floats) -> tuple[int, int]:
    """Return the first row of the content and the one after its last."""
    mean = pixels.mean(axis=1)
    as_edge = np.minimum(np.abs(mean - mean[0]), np.abs(mean - mean[-1])) <= _SAME
    something = (pixels.std(axis=1) > _PLAIN) | ~as_edge
    first, last = _longest_run(something)
    signs = np.count_nonzero(something) - np.count_nonzero(something[first:last])
    # A bar has few signs in it; what has more is a sky with stars.
    return (first, last) if signs <= _SIGNS * (len(something) - (last - first)) else (0, len(something))


def _longest_run(wanted: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return where the longest run begins and ends; all of it if there is none."""
    edges = np.flatnonzero(np.diff(wanted.astype(np.int8), prepend=0, append=0))
    if not len(edges):
        return 0, len(wanted)
    longest = int(np.argmax(edges[1::2] - edges[::2]))
    return int(edges[2 * longest]), int(edges[2 * longest + 1])


def _corners(grey: Bytes, most: int) -> Floats:
    """Return x, y, level and angle in degrees of the places in a picture, (n, 4); those of each region in turn."""
    found = [(*p.pt, p.octave, p.angle, p.response) for p in _detector().detect(grey, None)]
    corners = np.array(found, np.float32).reshape(-1, 5)
    corners = corners[np.argsort(-corners[:, 4], kind="stable")]
    spots = (corners[:, 1] // _TWINS).astype(np.int64) * 4096 + (corners[:, 0] // _TWINS).astype(np.int64)
    corners = corners[np.sort(np.unique(spots, return_index=True)[1])]
    height, width = grey.shape
    down, across = (np.minimum(corners[:, n] * _CELLS // size, _CELLS - 1) for n, size in ((1, height), (0, width)))
    region = (down * _CELLS + across).astype(np.int64)
    by_region = np.argsort(region, kind="stable")
    turn = np.empty(len(corners), np.int64)
    turn[by_region] = np.arange(len(corners)) - np.searchsorted(region[by_region], region[by_region])
    return corners[np.argsort(turn, kind="stable")[:most], :4]


@cache
def _detector() -> cv2.ORB:
    return cv2.ORB.create(
        nfeatures=_CORNERS, scaleFactor=_STEP, nlevels=_LEVELS, edgeThreshold=_EDGE, patchSize=_PATCH, fastThreshold=7
    )


def _codes(grey: Bytes, corners: Floats) -> Bytes:
    """Return the code of each corner, (n, CODE)."""
    if not len(corners):
        return np.empty((0, CODE), np.uint8)
    below, aside = _GRID
    x, y, level, angle = (corners[:, column, None, None] for column in range(4))
    sizes, rows = _STEP ** (2 * np.arange(_LEVELS // 2)), [0]
    smaller = []  # versions of the picture, one below the other, so that one call takes all patches out of them
    for size in sizes:
        shape = max(1, round(grey.shape[1] / size)), max(1, round(grey.shape[0] / size))
        small = grey if size == 1 else cv2.resize(grey, shape, interpolation=cv2.INTER_AREA)
        smaller.append(
            cv2.copyMakeBorder(small, _PAD, _PAD, _PAD, grey.shape[1] - small.shape[1] + _PAD, cv2.BORDER_REPLICATE)
        )
        rows.append(rows[-1] + len(smaller[-1]))
    sheet = cv2.GaussianBlur(np.concatenate(smaller), (5, 5), 1.3)
    which = level.astype(np.int64) // 2
    wide, turn = _STEP ** (level - 2 * which), np.deg2rad(angle)
    cosine, sine = np.cos(turn) * wide, np.sin(turn) * wide
    across = x / sizes[which] + cosine * aside - sine * below + _PAD
    down = y / sizes[which] + sine * aside + cosine * below + _PAD + np.array(rows)[which]
    columns, lines = (one.reshape(-1, _SAMPLES).astype(np.float32) for one in (across, down))
    taken = np.asarray(cv2.remap(sheet, columns, lines, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    patches = taken.reshape(len(corners), _SAMPLES * _SAMPLES).astype(np.float32)
    waves, mean, sums = _projection()
    strengths = patches @ waves
    strengths /= np.maximum(np.linalg.norm(strengths, axis=1, keepdims=True), 1e-6)
    return np.packbits((strengths - mean) @ sums > 0, axis=1)


_USUAL = {(0, 1): -0.51, (0, 3): 0.15, (2, 1): 0.15, (2, 0): -0.03, (2, 3): -0.09}
"""What waves down and across are on average in photos, where corners are turned to point to what is bright."""
_SPREAD = {
    (0, 1): 0.31, (0, 2): 0.26, (0, 3): 0.19, (0, 4): 0.14, (1, 0): 0.23, (1, 1): 0.27, (1, 2): 0.18, (1, 3): 0.15,
    (1, 4): 0.12, (2, 0): 0.24, (2, 1): 0.19, (2, 2): 0.17, (2, 3): 0.14, (2, 4): 0.11, (3, 0): 0.15, (3, 1): 0.14,
    (3, 2): 0.13, (3, 3): 0.12, (4, 0): 0.13, (4, 1): 0.11, (4, 2): 0.12,
}  # fmt: skip
"""How much they vary. Both measured on photos that nothing here is judged with."""


@cache
def _projection() -> tuple[Floats, Floats, Floats]:
    """Return the waves of a patch, what they usually are, and the sums whose signs are a code, (waves, 8 * CODE)."""
    place = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    table = np.cos(np.pi * np.arange(_WAVES)[:, None] * place)
    turns = np.array(sorted(_SPREAD))
    waves = (table[turns[:, 0]][:, :, None] * table[turns[:, 1]][:, None, :]).reshape(len(turns), -1)
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    mean = np.array([_USUAL.get(wave, 0.0) for wave in sorted(_SPREAD)])
    spread = np.array([_SPREAD[wave] for wave in sorted(_SPREAD)])
    # RandomState gives the same numbers in every version of numpy: codes are kept.
    sums = np.concatenate([_turned(np.random.RandomState(seed), len(turns)) for seed in (5, 6, 7)])[: 4 * CODE]
    sums = np.concatenate([sums, sums * np.where(turns[:, 0] % 2, -1, 1)]) / spread
    return waves.T.astype(np.float32), mean.astype(np.float32), sums.T.astype(np.float32)


def _turned(dice: np.random.RandomState, size: int) -> npt.NDArray[np.float64]:
    """Return a random rotation: sums that have nothing in common."""
    return np.linalg.qr(dice.standard_normal((size, size)))[0]
