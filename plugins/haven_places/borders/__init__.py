"""Which country a position lies in, by borders, and whether it lies at sea.

`borders.npz`, beside this file, has the outlines of countries, the cells of a grid that they run through, and where
land is; README.md says what it is made from and how exact it is, `__main__` makes it.

An outline is looked for in one cell only: the file says which country the middle of each cell of a degree is in, and
each edge in the cell that lies between the middle and the position leads into its country or out of it. On land within
DOUBT_KM of an outline the exact word is had from `zones`.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from haven_places.borders.zones import country_by_zone

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FILE = Path(__file__).with_name("borders.npz")
DEGREE = 100_000  # units of the file
COLUMNS, ROWS = 360, 180
FINE = 40
"""Cells a degree of the grid that says where land is."""
COARSE = 20
"""Cells a degree of the grid that says where countries' waters are."""
DOUBT_KM = 5.0
"""How far a border may be from where the outlines have it."""
_KM_PER_DEGREE = 111.195
_MARGIN = 0.1  # degrees by which an edge counts as in a cell beside it: DOUBT_KM up to 63 degrees of latitude
_NEARLY_90, _NEARLY_180 = 89.99999, 179.98


class Borders:
    """Answers for many positions at once. Nothing changes it, so threads may share it.

    `codes`: ISO codes of countries by their numbers; 0 is none.
    """

    def __init__(self, path: Path = FILE) -> None:
        """Load the file, half a MB in a few hundredths of a second. Raises OSError or ValueError."""
        with np.load(path, allow_pickle=False) as kept:
            self.codes = [str(code) for code in kept["codes"]]
            self._zones = dict(zip(map(str, kept["zones"]), kept["zone_of"].tolist(), strict=True))
            x, y, ends = kept["x"].cumsum(dtype=np.int32), kept["y"].cumsum(dtype=np.int32), kept["ends"]
            self._of = kept["of"].astype(np.int64)
            self._exact = kept["exact"]
            self._middle = kept["middle"].astype(np.int64)
            self._land, self._waters = (kept[name].cumsum(dtype=np.int32) for name in ("land", "waters"))
        starts = np.ones(len(x), bool)
        starts[ends - 1] = False  # the last point of a line begins no edge
        begin = np.flatnonzero(starts)
        self._edges = np.stack([x[begin], y[begin], x[begin + 1], y[begin + 1]]) / DEGREE
        self._of, self._exact = (np.repeat(one, np.diff(ends, prepend=0) - 1) for one in (self._of, self._exact))
        self._cells, self._first = _in_cells(self._edges)

    def countries(self, latitude: Floats, longitude: Floats) -> Ints:
        """Return the number of the country that each position, in degrees, lies in or in the waters of; 0 for none."""
        # The outlines leave out the poles, and a gap of up to a km along the date line.
        y, x = np.clip(latitude, -_NEARLY_90, _NEARLY_90), np.clip(_around(longitude), -_NEARLY_180, _NEARLY_180)
        cell = cell_of(y, x)
        found = self._middle[cell]
        count = self._first[cell + 1] - self._first[cell]
        point = np.repeat(np.arange(len(y)), count)
        within = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
        edge = self._cells[np.repeat(self._first[cell], count) + within]
        north, east = middle_of(cell[point])
        close = _are_close(y[point], x[point], *self._edges[:, edge])
        doubtful, doubts = point[close], edge[close]
        crossed = _cross(y[point], x[point], north, east, *self._edges[:, edge])
        point, edge = point[crossed], edge[crossed]
        # Each crossing of a country's outline leads into it or out of it, beginning with that of the middle.
        known = np.flatnonzero(found)
        size = len(self.codes)
        keys = np.concatenate([point * size + self._of[edge], known * size + found[known]])
        keys, times = np.unique(keys, return_counts=True)
        keys = keys[times % 2 == 1]
        found[:] = 0
        found[keys[::-1] // size] = keys[::-1] % size
        self._settle(found, y, x, doubtful, doubts)
        return np.where(self._lies_in(self._waters, y, x, COARSE), found, 0)

    def _settle(self, found: Ints, y: Floats, x: Floats, point: Ints, edge: Ints) -> None:
        """Put right what is found of points on land that are close to edges."""
        land = ~self.at_sea(y[point], x[point])
        near: dict[int, set[int]] = {}
        for one, line in zip(point[land].tolist(), edge[land].tolist(), strict=True):
            near.setdefault(one, set()).add(0 if self._exact[line] else int(self._of[line]))
        for one, countries in near.items():
            if 0 not in countries and len(countries) > 1:
                said = country_by_zone(float(y[one]), float(x[one]), self._zones)
                found[one] = said if said in countries else found[one]

    def at_sea(self, latitude: Floats, longitude: Floats) -> Bools:
        """Return whether each position is so far from land that none is in its cell, of some 3 km."""
        return ~self._lies_in(self._land, latitude, _around(longitude), FINE)

    def _lies_in(self, turns: npt.NDArray[np.int32], latitude: Floats, longitude: Floats, cells: int) -> Bools:
        inside: Bools = np.searchsorted(turns, grid_of(latitude, longitude, cells).astype(np.int32), "right") % 2 == 1
        return inside


def _around(longitude: Floats) -> Floats:
    around: Floats = (longitude + 180) % 360 - 180
    return around


def cell_of(latitude: Floats, longitude: Floats) -> Ints:
    """Return the number of the cell of a degree that a position is in."""
    row = np.clip(np.floor(latitude) + 90, 0, ROWS - 1)
    cell: Floats = row * COLUMNS + np.clip(np.floor(longitude) + 180, 0, COLUMNS - 1)
    return cell.astype(np.int64)


def middle_of(cell: Ints) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of a point in a cell, which no corner of a border has."""
    return (cell // COLUMNS).astype(float) - 89.499996859, (cell % COLUMNS).astype(float) - 179.499997282


def grid_of(latitude: Floats, longitude: Floats, cells: int) -> Ints:
    """Return the number of the cell of a grid that has so many a degree, row by row from the north."""
    row = np.clip(np.floor((90 - latitude) * cells), 0, 180 * cells - 1)
    column = np.clip(np.floor((longitude + 180) * cells), 0, 360 * cells - 1)
    cell: Floats = row * 360 * cells + column
    return cell.astype(np.int64)


def _in_cells(edges: Floats) -> tuple[Ints, Ints]:
    """Return the edges of all cells, one cell after the other, and where those of each begin."""
    left, right = np.minimum(edges[0], edges[2]), np.maximum(edges[0], edges[2])
    low, high = np.minimum(edges[1], edges[3]), np.maximum(edges[1], edges[3])
    first, last = cell_of(low - _MARGIN, left - _MARGIN), cell_of(high + _MARGIN, right + _MARGIN)
    wide, tall = last % COLUMNS - first % COLUMNS + 1, last // COLUMNS - first // COLUMNS + 1
    count = wide * tall
    edge = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    cell = first[edge] + within // wide[edge] * COLUMNS + within % wide[edge]
    order = np.argsort(cell, kind="stable")
    return edge[order], np.searchsorted(cell[order], np.arange(COLUMNS * ROWS + 1))


def _are_close(y: Floats, x: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Bools:
    """Return whether (x, y) is within DOUBT_KM of the edge from a to b."""
    shrink = np.cos(np.radians(y))
    ax, bx, ay, by = (ax - x) * shrink, (bx - x) * shrink, ay - y, by - y
    right, up = bx - ax, by - ay
    along = np.clip(-(ax * right + ay * up) / np.maximum(right**2 + up**2, 1e-12), 0, 1)
    close: Bools = np.hypot(ax + along * right, ay + along * up) < DOUBT_KM / _KM_PER_DEGREE
    return close


def _cross(y: Floats, x: Floats, north: Floats, east: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Bools:
    """Return whether the way from (x, y) to (east, north) crosses the edge from a to b."""

    def side(of_x: Floats, of_y: Floats) -> Bools:
        left: Bools = (east - x) * (of_y - y) > (north - y) * (of_x - x)
        return left

    across: Bools = (side(ax, ay) != side(bx, by)) & (
        ((bx - ax) * (y - ay) > (by - ay) * (x - ax)) != ((bx - ax) * (north - ay) > (by - ay) * (east - ax))
    )
    return across
