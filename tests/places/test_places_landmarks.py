"""Famous places get the name a person would say.

The lists "tuning" were used while building the model and "heldout" only afterwards. "edges" holds hard ones at the rims
of big cities (airports, suburbs, stadiums), where a point and a population tell least; so do the lists "more".
"""

import csv
import warnings
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers.little_places import plain

from haven_places.gazetteer import Gazetteer

NONE, ANY = "-", "*"


class Landmark(NamedTuple):
    where: str
    latitude: float
    longitude: float
    countries: set[str]
    towns: set[str]


def landmarks(which: str) -> list[Landmark]:
    lines = (Path(__file__).parent / f"{which}.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Landmark(
            where, float(north), float(east), set(countries.split("|")), {plain(town) for town in towns.split("|")}
        )
        for where, north, east, countries, towns in rows
    ]


def wrong_towns(gazetteer: Gazetteer, wanted: list[Landmark]) -> list[str]:
    found = gazetteer.localities([mark.latitude for mark in wanted], [mark.longitude for mark in wanted])
    return [
        f"{mark.where}: {spot.town_name}"
        for mark, spot in zip(wanted, found, strict=True)
        if mark.towns != {ANY} and plain(spot.town_name or NONE) not in mark.towns
    ]


def wrong_countries(gazetteer: Gazetteer, wanted: list[Landmark]) -> list[str]:
    found = gazetteer.localities([mark.latitude for mark in wanted], [mark.longitude for mark in wanted])
    return [
        f"{mark.where}: {spot.country}"
        for mark, spot in zip(wanted, found, strict=True)
        if (spot.country or NONE) not in mark.countries
    ]


def raw_wrong(wanted: list[Landmark]) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import reverse_geocoder

        found = reverse_geocoder.RGeocoder(mode=1, verbose=False).query([(m.latitude, m.longitude) for m in wanted])
    return [m.where for m, row in zip(wanted, found, strict=True) if plain(row["name"]) not in m.towns]


@pytest.fixture(scope="module")
def all_landmarks() -> list[Landmark]:
    return landmarks("landmarks_tuning") + landmarks("landmarks_heldout")


def test_the_lists_are_broad(all_landmarks: list[Landmark]) -> None:
    assert len(all_landmarks) >= 90
    assert len({mark.where for mark in all_landmarks}) == len(all_landmarks)
    assert len(set().union(*(mark.countries for mark in all_landmarks))) >= 45


@pytest.mark.parametrize(
    ("which", "right"),
    [("tuning", 0.95), ("heldout", 0.95), ("edges", 0.90), ("more_tuning", 0.88), ("more_heldout", 0.88)],
)
def test_towns_are_those_a_person_would_say(gazetteer: Gazetteer, which: str, right: float) -> None:
    wanted = landmarks(f"landmarks_{which}")
    wrong, raw = wrong_towns(gazetteer, wanted), raw_wrong(wanted)
    print(f"\n{which}: {len(wanted) - len(wrong)} of {len(wanted)} right, not: {'; '.join(wrong)}")
    print(f"{which}: raw reverse_geocoder {len(wanted) - len(raw)} of {len(wanted)}")
    assert len(wrong) <= (1 - right) * len(wanted), wrong
    assert len(wrong) < len(raw)


def test_countries_are_right(gazetteer: Gazetteer, all_landmarks: list[Landmark]) -> None:
    wrong = wrong_countries(gazetteer, all_landmarks)
    print(f"\ncountries: {len(all_landmarks) - len(wrong)} of {len(all_landmarks)}, not: {'; '.join(wrong)}")
    assert len(wrong) <= 0.03 * len(all_landmarks), wrong
