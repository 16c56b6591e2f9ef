"""Which town one is in: the model's rules, each on a few places made for it."""

from collections.abc import Callable, Sequence

import pytest
from helpers.little_places import Row, little_places

from haven_places.gazetteer import Gazetteer, Locality

Make = Callable[[Sequence[Row]], Gazetteer]

CITY: Row = (1, "Metropolis", 48.8534, 2.3488, "FR", 2_100_000, "Europe/Paris", "11", "Metropolis")


@pytest.fixture
def made_of(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a function that makes a gazetteer of places."""

    def make(rows: Sequence[Row]) -> Gazetteer:
        monkeypatch.setattr("haven_places.sources.read_places", lambda: little_places(rows))
        return Gazetteer.open()

    return make


def spot(gazetteer: Gazetteer, latitude: float, longitude: float) -> Locality:
    return gazetteer.localities([latitude], [longitude])[0]


def test_a_village_is_not_swallowed_by_a_city(made_of: Make) -> None:
    """3 km out of a village of 600 people, 30 km from a city of two million, one is at the village."""
    village: Row = (2, "Hamlet", 48.97, 1.9600, "FR", 600, "Europe/Paris", "11", "Yvelines")
    gazetteer = made_of([CITY, village])
    assert spot(gazetteer, 48.97, 1.92).town_name == "Hamlet"
    assert spot(gazetteer, 48.8584, 2.2945).town_name == "Metropolis"


def test_a_district_is_its_city_and_a_town_beside_it_stays(made_of: Make) -> None:
    district: Row = (2, "Old Town", 48.8600, 2.3600, "FR", 20_000, "Europe/Paris", "11", "Metropolis")
    beside: Row = (3, "Beside", 48.9356, 2.3539, "FR", 96_000, "Europe/Paris", "11", "Another Department")
    state: Row = (4, "Little State", 48.8700, 2.3300, "VA", 800, "Europe/Vatican", "", "")
    gazetteer = made_of([CITY, district, beside, state])
    assert spot(gazetteer, 48.8600, 2.3600).town == "1"
    assert spot(gazetteer, 48.9356, 2.3539).town_name == "Beside"
    assert spot(gazetteer, 48.8700, 2.3300).town_name == "Little State"


def test_far_from_every_town_there_is_at_most_a_country(made_of: Make) -> None:
    around = [(64.1, -21.9), (65.7, -18.1), (65.3, -14.4), (63.4, -19.0), (64.3, -15.2), (66.0, -23.1)]
    gazetteer = made_of(
        [
            (number, f"T{number}", north, east, "IS", 2000, "Atlantic/Reykjavik", "", "")
            for number, (north, east) in enumerate(around)
        ]
    )
    inside = spot(gazetteer, 64.75, -18.2)
    assert (inside.town, inside.country) == (None, "IS")
    assert spot(gazetteer, 62.0, -30.0) == Locality()


def test_across_the_date_line(made_of: Make) -> None:
    """A place lies at 179.1° W; 42 km further west it is 179.9° E."""
    gazetteer = made_of([CITY, (2, "Farthest", 66.3217, -179.1190, "RU", 2_790, "Asia/Anadyr", "15", "")])
    assert [found.town_name for found in gazetteer.localities([66.32, 66.32], [179.95, -179.2])] == ["Farthest"] * 2
    assert spot(gazetteer, 66.32, 180.0) == spot(gazetteer, 66.32, -180.0)
