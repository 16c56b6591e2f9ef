"""The country is decided by borders: twin towns, enclaves, islands, empty lands, coasts and the sea.

The list "tuning" was looked at while building the model and "heldout" only afterwards.
"""

import numpy as np
import pytest
from test_places_landmarks import NONE, landmarks, wrong_countries, wrong_towns

from haven_places.borders import Borders
from haven_places.gazetteer import Gazetteer
from haven_places.sources import read_places


@pytest.fixture(scope="module")
def borders() -> Borders:
    return Borders()


def codes(borders: Borders, *spots: tuple[float, float]) -> list[str]:
    north, east = np.array(spots).T
    return [borders.codes[number] or NONE for number in borders.countries(north, east).tolist()]


@pytest.mark.parametrize("which", ["tuning", "heldout"])
def test_countries_are_those_of_the_borders(gazetteer: Gazetteer, which: str) -> None:
    wanted = landmarks(f"borders_{which}")
    assert len(wanted) >= 60
    countries, towns = wrong_countries(gazetteer, wanted), wrong_towns(gazetteer, wanted)
    print(f"\n{which}: countries {len(wanted) - len(countries)} of {len(wanted)}, not: {'; '.join(countries)}")
    print(f"{which}: towns {len(wanted) - len(towns)} of {len(wanted)}, not: {'; '.join(towns)}")
    assert len(countries) <= 0.05 * len(wanted), countries
    assert len(towns) <= 0.05 * len(wanted), towns


def test_towns_lie_in_their_countries(borders: Borders) -> None:
    """Nearly all of GeoNames' do; what is left are towns beyond their borders as drawn, and disputes."""
    places = read_places()
    found = np.array(borders.codes)[borders.countries(np.array(places.latitude), np.array(places.longitude))]
    assert np.mean(found == np.array(places.country)) > 0.999


def test_close_to_a_border_the_time_zone_knows_better(borders: Borders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nusaybin, in Turkey, lies on the wrong side of the outline; Pristina's zone, Serbia's too, is mute."""
    nusaybin, pristina, nis = (37.07028, 41.21465), (42.66, 21.158), (43.326, 21.896)
    assert codes(borders, nusaybin, pristina, nis) == ["TR", "XK", "RS"]
    monkeypatch.setattr("haven_places.borders.country_by_zone", lambda *_: 0)
    assert codes(borders, nusaybin) == ["SY"]


def test_a_town_is_never_of_another_country(gazetteer: Gazetteer) -> None:
    random = np.random.default_rng(5)
    places = read_places()
    near = random.integers(0, len(places.id), 3000)
    north = np.array(places.latitude)[near] + random.normal(0, 0.1, len(near))
    east = np.array(places.longitude)[near] + random.normal(0, 0.1, len(near))
    country = dict(zip(map(str, places.id), places.country, strict=True))
    for found in gazetteer.localities(north.tolist(), east.tolist()):
        assert found.town is None or country[found.town] == found.country


def test_around_the_earth(borders: Borders) -> None:
    """The poles, both sides of the date line, and longitudes beyond 180."""
    assert codes(borders, (-90.0, 0.0), (90.0, 0.0)) == ["AQ", NONE]
    assert codes(borders, (66.32, 179.999), (66.32, -179.999), (66.32, 180.0), (66.32, 180.5)) == ["RU"] * 4
    assert codes(borders, (-16.8, 179.99), (-16.8, -179.95)) == ["FJ", "FJ"]


def test_waters_end_twelve_miles_from_land(borders: Borders) -> None:
    """Going west from Brest: land, waters, open sea. The grid of the waters is exact to some 5 km."""
    east = np.array([-4.6, -5.2, -5.7, -6.5])
    north = np.full(4, 48.35)
    assert codes(borders, *zip(north, east, strict=True)) == ["FR", "FR", NONE, NONE]
    assert borders.at_sea(north, east).tolist() == [False, True, True, True]


def test_at_sea_one_is_in_a_town_only_beside_it(gazetteer: Gazetteer) -> None:
    near, far = gazetteer.localities([43.665, 43.60], [7.27, 7.30])  # off Nice
    assert (near.town_name, near.country) == ("Nice", "FR")
    assert (far.town, far.country) == (None, "FR")
