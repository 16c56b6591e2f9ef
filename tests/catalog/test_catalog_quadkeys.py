"""Where photos are on the map of the world, as one number: by arithmetic, and as the catalog keeps it."""

import math
import sqlite3
from pathlib import Path

import pytest
from helpers.catalogs import facets
from helpers.home import Home
from hypothesis import given, settings
from hypothesis import strategies as st
from test_catalog_migrations import make_old

from haven_fs.catalog import Catalog
from haven_fs.catalog.quadkeys import (
    BITS,
    SIDE,
    interleave,
    latitude_at,
    longitude_at,
    map_x,
    map_y,
    quadkey_of,
    split,
)

LISBON = (38.7223, -9.1393)
SQUARE = st.integers(0, SIDE - 1)


@settings(deadline=None)
@given(SQUARE, SQUARE)
def test_a_quadkey_is_its_square(x: int, y: int) -> None:
    assert split(interleave(x, y)) == (x, y)


@settings(deadline=None)
@given(SQUARE, SQUARE, st.integers(0, BITS))
def test_a_larger_square_is_a_range_of_quadkeys(x: int, y: int, level: int) -> None:
    shift = BITS - level
    assert split(interleave(x, y) >> 2 * shift) == (x >> shift, y >> shift)


@settings(deadline=None)
@given(st.floats(-85, 85), st.floats(-180, 179.999))
def test_a_position_is_in_its_square(latitude: float, longitude: float) -> None:
    quadkey = quadkey_of(latitude, longitude)
    assert quadkey is not None
    x, y = split(quadkey)
    slack = 1e-6
    assert longitude_at(x / SIDE) - slack <= longitude <= longitude_at((x + 1) / SIDE) + slack
    assert latitude_at((y + 1) / SIDE) - slack <= latitude <= latitude_at(y / SIDE) + slack


@pytest.mark.parametrize("latitude", [90, -90, 1e9, -1e9, 85.06, 0])
@pytest.mark.parametrize("longitude", [180, -180, 540, 1e9, 0])
def test_every_number_is_somewhere_on_the_map(latitude: float, longitude: float) -> None:
    assert 0 <= map_x(longitude) < 1
    assert 0 <= map_y(latitude) < 1
    quadkey = quadkey_of(latitude, longitude)
    assert quadkey is not None and 0 <= quadkey < SIDE * SIDE


def test_the_poles_are_at_the_ends_and_the_date_line_has_two_sides() -> None:
    assert map_y(90) == 0
    assert map_y(-90) > 0.999
    assert map_x(-180) == map_x(180) == 0
    assert map_x(179.9999) > 0.999
    assert math.isclose(latitude_at(map_y(51.5)), 51.5)
    assert quadkey_of(None, 3.0) is quadkey_of(3.0, None) is None


def test_an_older_catalog_learns_where_its_photos_are(tmp_path: Path) -> None:
    make_old(path := tmp_path / "old.sqlite", 15)
    db = sqlite3.connect(path)
    row = (
        "INSERT INTO photo (id, main_id, kind, added, shown, latitude, longitude, seq)"
        " VALUES (?, 1, 'image', 1, 1, ?, ?, 1)"
    )
    db.executemany(row, [(1, *LISBON), (2, None, None), (3, 5.0, None)])
    db.commit()
    db.close()
    catalog = Catalog(path, facets())
    with catalog.read() as db:
        assert db.execute("SELECT quadkey FROM photo ORDER BY id").fetchall() == [
            (quadkey_of(*LISBON),),
            (None,),
            (None,),
        ]
    catalog.close()


def test_a_photo_that_is_said_to_be_elsewhere_leaves_its_square(home: Home) -> None:
    home.add("a.jpg", position=LISBON)
    home.index()
    (quadkey,) = home.query("SELECT quadkey FROM photo")
    assert quadkey == quadkey_of(*home.query("SELECT latitude, longitude FROM photo")[0])
    home.delete("Places/Lisbon/a.jpg")
    assert home.query("SELECT quadkey FROM photo") == [None]
    home.undo()
    assert home.query("SELECT quadkey FROM photo") == [quadkey]
