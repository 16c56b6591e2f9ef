"""Where the sun is, against what almanacs say."""

from datetime import UTC, datetime

import pytest

from haven_time.sun import sun_at
from haven_time.zoneat import offset_at

RISES = -0.833
"""Degrees at which almanacs have the sun rise and set: its upper edge, lifted by the air."""


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_declination() -> None:
    # Meeus, Astronomical Algorithms, example 25.a: at the pole the height is the declination.
    assert sun_at(moment("1992-10-13 00:00"), 90, 0).height == pytest.approx(-7.785, abs=0.02)


@pytest.mark.parametrize(
    ("when", "declination"),
    [("2024-03-20 03:06", 0.0), ("2024-06-20 20:51", 23.44), ("2024-09-22 12:44", 0.0), ("2024-12-21 09:20", -23.44)],
)
def test_equinoxes_and_solstices(when: str, declination: float) -> None:
    assert sun_at(moment(when), 90, 0).height == pytest.approx(declination, abs=0.02)


# Times of the almanacs, in UTC, which are given to the minute.
TIMES = [
    ("London", 51.5074, -0.1278, "2024-06-20 03:43", "2024-06-20 20:21"),
    ("London", 51.5074, -0.1278, "2024-12-21 08:04", "2024-12-21 15:53"),
    ("New York", 40.7128, -74.0060, "2023-12-21 12:17", "2023-12-21 21:32"),
    ("Sydney", -33.8688, 151.2093, "2023-12-20 18:41", "2023-12-21 09:05"),
    ("Quito", -0.1807, -78.4678, "2024-03-20 11:18", "2024-03-20 23:24"),
]


@pytest.mark.parametrize(("place", "north", "east", "rise", "set_"), TIMES)
def test_sunrise_and_sunset(place: str, north: float, east: float, rise: str, set_: str) -> None:
    for when, side in ((rise, -1), (set_, 1)):
        sun = sun_at(moment(when), north, east)
        assert sun.height == pytest.approx(RISES, abs=0.5), (place, when)  # two or three minutes
        assert sun.angle * side > 0


def test_it_stands_highest_at_noon() -> None:
    # Greenwich, when the equation of time is nought (15 April) and when the sun is 16 minutes ahead (3 November).
    assert sun_at(moment("2024-04-15 12:00"), 51.48, 0).angle == pytest.approx(0, abs=0.1)
    assert sun_at(moment("2024-11-03 12:00"), 51.48, 0).angle == pytest.approx(16.4 / 4, abs=0.1)


@pytest.mark.parametrize(
    ("north", "east", "when", "minutes"),
    [
        (40.4168, -3.7038, "2019-07-14 21:30", 120),  # Madrid, far west in its zone
        (48.8584, 2.2945, "2019-01-14 12:00", 60),
        (-33.86, 151.21, "2019-01-14 12:00", 660),
        (22.57, 88.36, "2019-01-14 12:00", 330),
        (40.71, -74.0, "2019-07-04 21:00", -240),
    ],
)
def test_zones_of_places(north: float, east: float, when: str, minutes: int) -> None:
    assert offset_at(int(moment(when)), north, east) == minutes
