"""The clock of a place: its zone by its borders, and the rules of the year."""

from datetime import UTC, datetime

import pytest

from haven_time.zoneat import offset_at, offset_of


@pytest.mark.parametrize(
    ("place", "north", "east", "moment", "minutes"),
    [
        ("Ciudad Juárez", 31.7390, -106.4850, "2023-07-01", -360),
        ("El Paso, across the river", 31.7700, -106.4850, "2023-01-15", -420),
        ("Phoenix, without summer time", 33.4484, -112.0740, "2023-07-01", -420),
        ("the Navajo Nation, with it", 36.5, -110.0, "2023-07-01", -360),
        ("Haparanda", 65.83, 24.10, "2023-07-01", 120),
        ("Tornio, two kilometres on", 65.85, 24.16, "2023-07-01", 180),
        ("Badajoz", 38.88, -6.97, "2023-01-15", 60),
        ("Elvas", 38.88, -7.16, "2023-01-15", 0),
        ("Kathmandu", 27.7172, 85.3240, "2023-01-15", 345),
        ("Lord Howe, half an hour of summer time", -31.5553, 159.0821, "2023-01-15", 660),
        ("Apia before it skipped a day", -13.8333, -171.75, "2011-12-01", -600),
        ("Apia after", -13.8333, -171.75, "2012-06-01", 780),
        ("Moscow of 2013", 55.7558, 37.6173, "2013-01-01", 240),
        ("Moscow of 2015", 55.7558, 37.6173, "2015-01-01", 180),
        ("at sea", 30.0, -45.0, "2023-07-01", -180),
        ("the pole", 90.0, 0.0, "2023-07-01", 0),
        ("the date line", 10.0, 180.0, "2023-07-01", 720),
    ],
)
def test_the_offset_of_a_place(place: str, north: float, east: float, moment: str, minutes: int) -> None:
    then = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) + 43_200
    assert offset_of(then, north, east) == minutes
    assert offset_at(then + minutes * 60, north, east) == minutes
