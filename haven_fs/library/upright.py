"""From where photo programs say that somebody is in a picture to where that is in the upright one, and back.

Their boxes are of the picture as it is stored, before EXIF's orientation turns it: so the guidelines of the Metadata
Working Group say, and so digiKam, Lightroom and Windows write. Those that name the size they were drawn on can be
checked: if it is the size of the upright picture, the boxes are too.
"""

import math

from haven_fs.library.headers import Metadata
from haven_fs.library.regions import Box, NamedArea

SAME_SHAPE = 0.05
"""Difference of the logarithms of two aspect ratios up to which they are one: RAW programs crop a few pixels."""
SMALLEST = 0.001
"""Share of the picture's width or height that an area has at least."""
SAME_FACE = 0.25
"""Overlap (intersection over union) from which a box that somebody drew is around a face."""
HEAD = 8.0
"""How many times as large as a face a box around it may be drawn."""
WHOLE = 0.98
"""An area of more than this share of the picture is the whole picture: some phones mark it as one face."""


def turned(box: Box, orientation: int) -> Box:
    """Return where a box of a stored picture is after EXIF's orientation has turned the picture upright."""
    left, top, right, bottom = box
    if orientation >= 5:
        left, top, right, bottom = top, left, bottom, right
    if orientation in (2, 3, 6, 7):
        left, right = 1 - right, 1 - left
    if orientation in (3, 4, 7, 8):
        top, bottom = 1 - bottom, 1 - top
    return left, top, right, bottom


def turned_back(box: Box, orientation: int) -> Box:
    """Undo `turned`."""
    return turned(box, {6: 8, 8: 6}.get(orientation, orientation))


def as_stored(metadata: Metadata) -> tuple[int | None, int | None, int]:
    """Return the width, height and orientation that other programs go by.

    Of a HEIC, which turns itself, Haven takes the size when turned; EXIF, and so everybody's regions, when not.
    """
    said = metadata.exif.get("Image Orientation")
    if metadata.orientation == 1 and isinstance(said, int) and 2 <= said <= 8:
        size = (metadata.height, metadata.width) if said >= 5 else (metadata.width, metadata.height)
        return *size, said
    return metadata.width, metadata.height, metadata.orientation or 1


def frame_of(area: NamedArea, metadata: Metadata) -> int | None:
    """Return how the picture that an area was drawn on is turned: 1 as stored, 2 to 8 upright by that orientation.

    None if it was drawn on a picture of another shape, such as one that has been cropped or turned for good since.
    """
    width, height, orientation = as_stored(metadata)
    if not area.drawn_on or not width or not height:
        return 1
    drawn, stored = math.log(area.drawn_on[0] / area.drawn_on[1]), math.log(width / height)
    if abs(drawn - stored) <= SAME_SHAPE:
        return 1
    by = area.turned or orientation
    return by if by >= 5 and abs(drawn + stored) <= SAME_SHAPE else None


def upright(area: NamedArea, metadata: Metadata) -> Box | None:
    """Return an area as shares of the upright picture, clipped to it; None if it cannot be told or nothing is left."""
    frame = frame_of(area, metadata)
    width, height, orientation = as_stored(metadata)
    if area.box is None or frame is None:
        return None
    box = area.box
    if area.pixels:
        if not width or not height:
            return None
        box = box[0] / width, box[1] / height, box[2] / width, box[3] / height
    box = turned(turned_back(box, frame), orientation)
    left, top, right, bottom = (min(1.0, max(0.0, side)) for side in box)
    if right - left < SMALLEST or bottom - top < SMALLEST or (right - left) * (bottom - top) > WHOLE:
        return None
    return left, top, right, bottom


def overlap(one: Box, other: Box) -> float:
    """Return the share of two boxes' joint area that both cover."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


def around(face: Box, drawn: Box) -> float:
    """Return how well a box that somebody drew fits a face, above 0 if it is around it: heads are drawn larger."""
    if (share := overlap(face, drawn)) >= SAME_FACE:
        return share
    x, y = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
    inside = drawn[0] < x < drawn[2] and drawn[1] < y < drawn[3]
    return share if inside and share > 1 / HEAD else 0.0
