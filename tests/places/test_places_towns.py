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
    gazetteer = made_of([CITY, district, beside])
    assert spot(gazetteer, 48.8600, 2.3600).town == "1"
    assert spot(gazetteer, 48.9356, 2.3539).town_name == "Beside"


def test_a_district_between_two_cities_is_of_the_one_it_lies_deeper_in(made_of: Make) -> None:
    """It is 5 km from the middle of two million people and 2 km from that of 130,000."""
    beside: Row = (2, "Beside", 48.9130, 2.3488, "FR", 130_000, "Europe/Paris", "11", "Another Department")
    district: Row = (3, "Between", 48.8950, 2.3488, "FR", 9_000, "Europe/Paris", "11", "")
    gazetteer = made_of([CITY, beside, district])
    assert spot(gazetteer, 48.8950, 2.3488).town_name == "Metropolis"
    assert spot(gazetteer, 48.9130, 2.3488).town_name == "Beside"


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


def test_the_country_of_a_spot_is_that_of_the_border_not_of_the_nearest_town(made_of: Make) -> None:
    """Across the Rhine, and on a hill of which nobody knows more than the country."""
    strasbourg: Row = (1, "Strasbourg", 48.5839, 7.7455, "FR", 284_677, "Europe/Paris", "44", "")
    kehl: Row = (2, "Kehl", 48.5733, 7.8158, "DE", 36_000, "Europe/Berlin", "01", "")
    gazetteer = made_of([strasbourg, kehl])
    assert spot(gazetteer, 48.5760, 7.8080).town_name == "Kehl"
    assert spot(gazetteer, 48.5739, 7.7935).town_name == "Strasbourg"
    alone = spot(made_of([strasbourg]), 48.5760, 7.8080)
    assert (alone.town, alone.country) == (None, "DE")


def test_one_is_at_sea_in_a_town_only_beside_it(made_of: Make) -> None:
    gazetteer = made_of([(1, "Harbour", 49.6390, -1.6160, "FR", 2_000, "Europe/Paris", "99", "")])
    assert spot(gazetteer, 49.6750, -1.6160).town_name == "Harbour"
    off = spot(gazetteer, 49.7500, -1.6160)
    assert (off.town, off.country) == (None, "FR")
    assert spot(gazetteer, 50.0500, -1.6160) == Locality()


def test_an_airport_is_the_city_that_it_serves(made_of: Make) -> None:
    """Terminal 2 of Munich's lies between villages 30 km away; Freising's own streets stay Freising."""
    munich: Row = (1, "Munich", 48.1374, 11.5755, "DE", 1_505_005, "Europe/Berlin", "02", "")
    village: Row = (2, "Hallbergmoos", 48.3325, 11.7422, "DE", 9_000, "Europe/Berlin", "02", "")
    freising: Row = (3, "Freising", 48.4035, 11.7488, "DE", 45_000, "Europe/Berlin", "02", "")
    gazetteer = made_of([munich, village, freising])
    assert spot(gazetteer, 48.3540, 11.7860).town_name == "Munich"
    assert spot(gazetteer, 48.3325, 11.7422).town_name == "Hallbergmoos"
    assert spot(gazetteer, 48.4000, 11.7440).town_name == "Freising"


def test_a_division_that_is_a_city_has_no_towns(made_of: Make) -> None:
    """The district has too many people to be folded otherwise, and none in a country that is more than its city."""
    rows: list[Row] = [
        (1, "Gibraltar", 36.14474, -5.35257, "GI", 26_544, "Europe/Gibraltar", "", ""),
        (2, "Reclamation Areas", 36.14399, -5.35689, "GI", 13_690, "Europe/Gibraltar", "", ""),
        (3, "Luxembourg", 49.6098, 6.1327, "LU", 76_684, "Europe/Luxembourg", "", ""),
        (4, "Esch", 49.4958, 5.9806, "LU", 28_228, "Europe/Luxembourg", "", ""),
    ]
    gazetteer = made_of(rows)
    assert spot(gazetteer, 36.1440, -5.3569).town_name == "Gibraltar"
    assert spot(gazetteer, 49.4958, 5.9806).town_name == "Esch"
