"""Where land and countries' waters are, as grids: a step of the recipe."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Cells = npt.NDArray[np.bool_]
"""Rows from the north, columns from the west."""
WATERS_KM = 22.224
"""Twelve nautical miles: how far a country reaches into the sea (UN Convention on the Law of the Sea, article 3)."""
_KM_PER_DEGREE = 111.195
_FINER = 2


def land_cells(world_atlas: Path, cells: int) -> Cells:
    """Return which cells, so many a degree, have land in them."""
    data: dict[str, Any] = json.loads((world_atlas / "land-10m.json").read_bytes())
    (right, up), (left, low) = data["transform"]["scale"], data["transform"]["translate"]
    arcs = [np.cumsum(arc, 0) * (right, up) + (left, low) for arc in data["arcs"]]
    scale = cells * _FINER
    image = Image.new("1", (360 * scale, 180 * scale))
    draw = ImageDraw.Draw(image)
    for geometry in data["objects"]["land"]["geometries"]:
        for polygon in [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]:
            for hole, ring in enumerate(polygon):
                line = _unrolled(np.concatenate([arcs[~n][::-1] if n < 0 else arcs[n] for n in ring]))
                for turn in (-360, 0, 360):
                    spots = [((x + turn + 180) * scale, (90 - y) * scale) for x, y in line.tolist()]
                    draw.polygon(spots, fill=0 if hole else 1, outline=1)
    fine = np.asarray(image)
    rows, columns = 180 * cells, 360 * cells
    found: Cells = fine.reshape(rows, _FINER, columns, _FINER).max(axis=(1, 3))
    return found


def _unrolled(ring: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a ring that goes on beyond the date line and, around a pole, is closed there."""
    ring[:, 0] = np.unwrap(ring[:, 0], period=360)
    (first, _), (last, _) = ring[0], ring[-1]
    if abs(last - first) < 180:
        return ring
    return np.concatenate([ring, [(last, -90.0), (first, -90.0)]])


def waters_cells(land: Cells, by: int) -> Cells:
    """Return which cells, `by` times as wide, are no further from land than a country reaches."""
    rows, columns = land.shape[0] // by, land.shape[1] // by
    coarse: Cells = land.reshape(rows, by, columns, by).max(axis=(1, 3))
    high = 180 * _KM_PER_DEGREE / rows
    found = np.zeros_like(coarse)
    reach = int(WATERS_KM / high)
    for row in range(rows):
        wide = high * max(math.cos(math.radians(90 - (row + 0.5) * 180 / rows)), 0.01)
        for other in range(max(row - reach, 0), min(row + reach + 1, rows)):
            aside = int(math.sqrt(WATERS_KM**2 - (high * (other - row)) ** 2) / wide)
            found[row] |= _spread(coarse[other], min(aside, columns // 2 - 1))
    return found


def _spread(row: Cells, aside: int) -> Cells:
    """Return which cells of a row have a set one within so many cells, around the earth."""
    if not row.any():
        return row
    around = np.concatenate([row[-aside:] if aside else row[:0], row, row[:aside]]).astype(np.int64)
    sums = np.concatenate([[0], np.cumsum(around)])
    found: Cells = sums[2 * aside + 1 :] - sums[: len(row)] > 0
    return found
