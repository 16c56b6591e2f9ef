"""The name of every place and country: portable as a folder's name, unique in the table, the same for every library.

The plain name belongs to the most populous place of that name in the world. The others say where they are: "Paris
(US-TX)" by country and first-order division, its letters where it has them and else its word, "Springfield
(AU-Queensland)"; the most populous of one division has this, others add their district, "Greenwood (US-PA, Juniata
County)", or last their GeoNames id.

Countries are called as CLDR (babel) calls them in the language asked for, and so are the towns it has names for: the
400 or so that a time zone is called after, such as Reykjavik in English, Rom, Wien, Mexiko-Stadt in German. In many
languages more have a name (`areas.spoken`), a thousand or thousands in German, French, Spanish, Portuguese, Polish,
Russian, Ukrainian, Chinese and Japanese, a hundred or so in Italian, Dutch, Swedish, Danish and Norwegian: München,
Luik. Such a town keeps its other name too, so Rome in Georgia is "Rome (US-GA)" in German as well. For all other towns
GeoNames' own name stands. That is the English one of nearly all well-known cities (Munich, Florence), Köln being the
largest exception.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np
from babel import Locale
from babel.core import get_global

from haven_fs import names as spelling
from haven_places.areas.spoken import spoken_names
from haven_places.sources import Places, plain

_PLAIN = re.compile(r"[\w '’,-]{4,}[\w)]")  # nearly all names; longer than the names that Windows keeps for devices
_BY_PARTS = re.compile(r"\s*[/\\|]\s*")


def name_countries(english: dict[str, str], locale: Locale) -> dict[str, str]:
    """Return a name for each country code, unique; CLDR's, or the English one given where CLDR has none."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in sorted(english):
        name = _readable(str(locale.territories.get(code) or english[code]))
        name = f"{name} ({code})" if spelling.fold(name) in taken else name
        taken.add(spelling.fold(name))
        names[code] = name
    return names


def name_places(places: Places, locale: Locale) -> list[str]:
    """Return a name for each row of `places`."""
    names = list(map(_readable, places.name))
    translated = {row: _readable(name) for row, name in _translations(places, locale).items()}
    other = {row: _folded(names[row]) for row in translated}
    for row, name in translated.items():
        names[row] = name
    folded = list(map(_folded, names))
    taken = Counter(folded)
    taken.update(other.values())
    shared = np.array([row for row, name in enumerate(folded) if taken[name] > 1 or row in other], np.int64)
    rank = np.lexsort((np.array(places.id)[shared], -np.array(places.population)[shared]))
    owned: set[str] = set()
    for row in shared[rank].tolist():
        if folded[row] in owned:
            for ending in _endings(places, row):
                if (fuller := folded[row] + _folded(ending)) not in taken:
                    break
            taken[fuller] = 1
            names[row] += ending
        owned |= {folded[row], other.get(row, folded[row])}
    return names


def _endings(places: Places, row: int) -> Iterator[str]:
    """Give ever more exact words for where a place lies, the last ones unique by the place's id."""
    country, admin1 = places.country[row], places.admin1[row]
    region = admin1 if admin1.isalpha() else places.regions.get((country, admin1), admin1)
    where = _readable(f"{country}-{region}") if region else country
    yield f" ({where})"
    if places.admin2[row]:
        yield f" ({_readable(f'{where}, {places.admin2[row]}')})"
    yield f" ({where} {places.id[row]})"


def _folded(name: str) -> str:
    return name.lower() if name.isascii() else spelling.fold(name)  # the same, and most names are plain letters


def _readable(name: str) -> str:
    """Return a name without what a folder's name may not have: "Biel/Bienne" is Biel-Bienne."""
    if _PLAIN.fullmatch(name) and (name.isascii() or unicodedata.is_normalized("NFC", name)):
        return name
    return spelling.portable(_BY_PARTS.sub("-", name))


def _translations(places: Places, locale: Locale) -> dict[int, str]:
    """Return the rows of towns that are called otherwise in this language, with the name; CLDR's counts first."""
    spoken = {} if locale.script == "Hant" else spoken_names(locale.language)  # the names in Chinese are simplified
    found = {row: spoken[id_] for row, id_ in enumerate(places.id) if id_ in spoken}
    return {row: name for row, name in (found | _zones(places, locale)).items() if places.name[row] != name}


def _zones(places: Places, locale: Locale) -> dict[int, str]:
    """Return the rows of towns that time zones are called after, with what CLDR calls those in this language.

    CLDR names a city a time zone; it is the most populous place there that bears the zone's or the English name, with
    or without accents. Where it has none, the zone's own name is the English one, as the tz database has it.
    """
    aliases = get_global("zone_aliases")
    zones = [aliases.get(zone, zone) for zone in places.timezone]
    english, local = _cities(Locale.parse("en")), _cities(locale)
    wanted: dict[tuple[str, str], str] = {}
    for zone in set(zones):
        own = zone.rpartition("/")[2].replace("_", " ")
        known = english.get(zone, own)
        if called := local.get(zone, known if locale.language == "en" else None):
            wanted[zone, plain(own).lower()] = wanted[zone, plain(known).lower()] = called
    best: dict[tuple[str, str], int] = {}
    for row, zone in enumerate(zones):
        key = (zone, plain(places.name[row]).lower())
        if key in wanted and (key not in best or places.population[row] > places.population[best[key]]):
            best[key] = row
    return {row: wanted[key] for key, row in best.items()}


def _cities(locale: Locale) -> dict[str, str]:
    """Return the names of cities by time zone, without those that CLDR writes with their state ("Knox, Indiana")."""
    aliases = get_global("zone_aliases")
    cities = ((zone, str(names.get("city", "")).replace("\xad", "")) for zone, names in locale.time_zones.items())
    return {aliases.get(zone, zone): city for zone, city in cities if city and "," not in city}
