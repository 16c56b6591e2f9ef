"""Builds the table of places that `gazetteer` answers from, out of the packages' tables, in a second or two."""

import gc
import json
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from haven_places import locales, naming, regions, sources, towns

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
    town = rows[
        towns.fold(
            latitude, longitude, population, country, _numbers(admin1)[rows], _numbers(places.admin2)[rows], older
        )
    ]

    words = ["", *sorted(set(places.admin2) - {""})]
    across = np.flatnonzero(np.abs(longitude) > 180 - _DATE_LINE_DEGREES)
    every = np.concatenate([np.arange(len(rows)), across])
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
        "radius": towns.radius_km(population)[every].astype(np.float32),
        "country": country[every].astype(np.int16),
        "town": town[every].astype(np.int32),
        "offset": np.array(places.offset, np.int32),
        "district": _numbers(places.admin2, words).astype(np.int32),
        "districts": np.array(words),
        "areas": _as_json(regions.areas(language)),
        "wider": _as_json(regions.wider(language)),
        "called": np.frombuffer(json.dumps(regions.country_names(language), ensure_ascii=False).encode(), np.uint8),
    }


def _as_json(areas: Mapping[str, regions.Area]) -> npt.NDArray[np.uint8]:
    """Return areas as the bytes of a text; see haven_places.atlas."""
    text = json.dumps([[one.key, one.name, one.parent, list(one.names)] for one in areas.values()], ensure_ascii=False)
    return np.frombuffer(text.encode(), np.uint8)


def _numbers(words: Sequence[str], known: Sequence[str] | None = None) -> npt.NDArray[np.int64]:
    """Return a number for each word, 0 for the empty one; its place in `known`, if that is given."""
    number = {word: index for index, word in enumerate(known or ["", *sorted(set(words) - {""})])}
    return np.array([number[word] for word in words], np.int64)
