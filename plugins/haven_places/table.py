"""Builds the table of places that `gazetteer` answers from, out of the packages' tables, in a second or two."""

import gc
import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from haven_places import locales, naming, regions, sources, towns
from haven_places.areas.divisions import is_named_after
from haven_places.towns import Floats, Ints

_DATE_LINE_DEGREES = 5.0  # places this near the date line stand on both sides of it, for searches across


def build(language: str) -> dict[str, npt.NDArray[np.generic]]:
    """Make the table. Rows of `ids`, `ends`, `names` are towns; `town` leads to them from the places to search."""
    collecting = gc.isenabled()
    gc.disable()  # a million small objects, no cycles: looking for some would take a third of the time
    try:
        return _build(language)
    finally:
        if collecting:
            gc.enable()


def _build(language: str) -> dict[str, npt.NDArray[np.generic]]:
    places = sources.read_places()
    locale = locales.locale_of(language)
    english = dict(zip(places.country, places.country, strict=True)) | sources.country_names()
    countries = naming.name_countries(english, locale)
    text = np.frombuffer("\n".join([*naming.name_places(places, locale), ""]).encode(), np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    codes = ["", *sorted(countries)]
    latitude, longitude = np.array(places.latitude), np.array(places.longitude)
    rows = towns.order(latitude, longitude)
    latitude, longitude = latitude[rows], longitude[rows]
    population = np.array(places.population, np.float64)[rows]
    country = _numbers(places.country, codes)[rows]
    admin1 = [
        f"{country} {admin1}" if admin1 else "" for country, admin1 in zip(places.country, places.admin1, strict=True)
    ]
    older = np.array(places.older)[rows]
    first = _numbers(admin1)[rows]
    second, words = np.array(places.division)[rows], _numbers(places.admin2)[rows]

    def region(row: int) -> Iterable[str]:
        return regions.called(admin1[row].replace(" ", "."))

    named = [
        (country, _namesakes(country, population, lambda row: [english[places.country[row]]], places.name, rows)),
        (first, _namesakes(first, population, region, places.name, rows)),
        (second, _largest(second, population, np.array(sorted(places.namesakes), np.int64))),
    ]
    town = rows[towns.fold(latitude, longitude, population, country, first, (second, words), older, named)]
    radius = towns.radius_km(population)
    airports, served = airports_of(places, sources.read_airports())
    latitude = np.concatenate([latitude, [airport.latitude for airport in airports]])
    longitude = np.concatenate([longitude, [airport.longitude for airport in airports]])
    radius = np.concatenate([radius, np.full(len(airports), towns.AIRPORT_KM)])
    country = np.concatenate([country, _numbers([airport.country for airport in airports], codes)])
    town = np.concatenate([town, np.array(served, np.int64)])

    districts = ["", *sorted(set(places.admin2) - {""})]
    across = np.flatnonzero(np.abs(longitude) > 180 - _DATE_LINE_DEGREES)
    every = np.concatenate([np.arange(len(latitude)), across])
    east = np.concatenate([longitude, longitude[across] - np.copysign(360, longitude[across])])
    latitude, longitude = (stored.astype(np.float32).astype(np.float64) for stored in (latitude[every], east))
    again = towns.order(latitude, longitude)  # of the rounded numbers, as the reader has them
    every = every[again]
    return {
        "ids": np.array(places.id, np.int32),
        "ends": (ends - np.arange(len(ends))).astype(np.int32),
        "names": text[text != ord("\n")],
        "codes": np.array(codes),
        "countries": np.array(["", *(countries[code] for code in codes[1:])]),
        "latitude": latitude[again].astype(np.float32),
        "longitude": longitude[again].astype(np.float32),
        "radius": radius[every].astype(np.float32),
        "country": country[every].astype(np.int16),
        "town": town[every].astype(np.int32),
        "offset": np.array(places.offset, np.int32),
        "district": _numbers(places.admin2, districts).astype(np.int32),
        "districts": np.array(districts),
        "areas": _as_json(regions.areas(language)),
        "wider": _as_json(regions.wider(language)),
        "called": np.frombuffer(json.dumps(regions.country_names(language), ensure_ascii=False).encode(), np.uint8),
    }


def airports_of(
    places: sources.Places, airports: Collection[sources.Airport]
) -> tuple[list[sources.Airport], list[int]]:
    """Return the airports that serve a city of the table, and the row of that city for each."""
    known = {(airport.country, _plain(airport.city)) for airport in airports}
    named: dict[tuple[str, str], list[int]] = {}
    for row, (name, country) in enumerate(zip(places.name, places.country, strict=True)):
        if places.population[row] >= towns.MIN_CITY and (key := (country, _plain(name))) in known:
            named.setdefault(key, []).append(row)
    found: list[sources.Airport] = []
    served: list[int] = []
    for airport in airports:
        for row in named.get((airport.country, _plain(airport.city)), ()):
            north, east = places.latitude[row] - airport.latitude, places.longitude[row] - airport.longitude
            degrees = math.hypot(north, east * math.cos(math.radians(airport.latitude)))
            if degrees * towns.KM_PER_DEGREE < towns.SERVED_KM:
                found.append(airport)
                served.append(row)
                break
    return found, served


def _largest(division: Ints, population: Floats, wanted: Ints | None = None) -> Ints:
    """Return the row of the most populous place of each division, -1 for those that are not wanted."""
    found = np.full(int(division.max(initial=0)) + 1, -1)
    rising = np.argsort(population, kind="stable")
    found[division[rising]] = rising
    found[0] = -1
    return found if wanted is None else np.where(np.isin(np.arange(len(found)), wanted), found, -1)


def _namesakes(
    division: Ints, population: Floats, called: Callable[[int], Iterable[str]], names: Sequence[str], rows: Ints
) -> Ints:
    """Return the row of the most populous place of each division, if that is named after it; -1 if not.

    `called`: what the division of a place is called, by the place's row of the source, as `rows` and `names` have it.
    """
    found = _largest(division, population)
    for number, row in enumerate(found.tolist()):
        if row >= 0 and not is_named_after(called(rows[row]), names[rows[row]]):
            found[number] = -1
    return found


def _plain(name: str) -> str:
    return sources.plain(name).lower()


def _as_json(areas: Mapping[str, regions.Area]) -> npt.NDArray[np.uint8]:
    """Return areas as the bytes of a text; see haven_places.atlas."""
    text = json.dumps([[one.key, one.name, one.parent, list(one.names)] for one in areas.values()], ensure_ascii=False)
    return np.frombuffer(text.encode(), np.uint8)


def _numbers(words: Sequence[str], known: Sequence[str] | None = None) -> npt.NDArray[np.int64]:
    """Return a number for each word, 0 for the empty one; its place in `known`, if that is given."""
    number = {word: index for index, word in enumerate(known or ["", *sorted(set(words) - {""})])}
    return np.array([number[word] for word in words], np.int64)
