"""The name of every place and country: portable as a folder's name, unique in the table, the same for every library.

The plain name belongs to the most populous place of that name in the world. The others say where they are: "Paris
(US-TX)" by country and first-order division, its letters where it has them and else its word, "Springfield
(AU-Queensland)"; the most populous of one division has this, others add their district, "Greenwood (US-PA, Juniata
County)", or last their GeoNames id.

In another language than English, countries are called as CLDR (babel) does, and so are the towns it has names for: the
400 or so that a time zone is called after, such as Rom, Wien, Athen, Mexiko-Stadt. For all others GeoNames' own name
stands, as no table of translations marked by language comes with a package.
"""

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from haven_fs.catalog.names import fold, portable
from haven_places.sources import Places

_log = logging.getLogger(__name__)
_PLAIN = re.compile(r"[\w '’,-]{4,}[\w)]")  # nearly all names; longer than the names that Windows keeps for devices
_BY_PARTS = re.compile(r"\s*[/\\|]\s*")


def locale_of(language: str) -> Locale:
    """Return the locale for a tag such as "de" or "pt-BR"; English, with a warning in the log, if there is none."""
    try:
        return Locale.parse(language.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        _log.warning("places.language: there are no names in %r, English is used.", language)
        return Locale.parse("en")


def name_countries(english: dict[str, str], locale: Locale) -> dict[str, str]:
    """Return a name for each country code, unique; CLDR's, or the English one given where CLDR has none."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in sorted(english):
        name = _readable(str(locale.territories.get(code) or english[code]))
        name = f"{name} ({code})" if fold(name) in taken else name
        taken.add(fold(name))
        names[code] = name
    return names


def name_places(places: Places, locale: Locale) -> list[str]:
    """Return a name for each row of `places`."""
    names = list(map(_readable, places.name))
    for row, name in _translations(places, locale).items():
        names[row] = _readable(name)
    folded = list(map(_folded, names))
    taken = Counter(folded)
    shared = np.array([row for row, name in enumerate(folded) if taken[name] > 1], np.int64)
    rank = np.lexsort((np.array(places.id)[shared], -np.array(places.population)[shared]))
    owned: set[str] = set()
    for row in shared[rank].tolist():
        if folded[row] in owned:
            for ending in _endings(places, row):
                if (fuller := folded[row] + _folded(ending)) not in taken:
                    break
            taken[fuller] = 1
            names[row] += ending
        owned.add(folded[row])
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
    return name.lower() if name.isascii() else fold(name)  # the same, and most names are plain letters


def _readable(name: str) -> str:
    """Return a name without what a folder's name may not have: "Biel/Bienne" is Biel-Bienne."""
    if _PLAIN.fullmatch(name) and (name.isascii() or unicodedata.is_normalized("NFC", name)):
        return name
    return portable(_BY_PARTS.sub("-", name))


def _translations(places: Places, locale: Locale) -> dict[int, str]:
    """Return the rows of towns that CLDR has a name for in this language.

    CLDR names a city a time zone; it is the most populous place there that bears the zone's or the English name.
    """
    if locale.language == "en":
        return {}
    aliases = get_global("zone_aliases")
    english = {aliases.get(zone, zone): names.get("city") for zone, names in Locale.parse("en").time_zones.items()}
    wanted: dict[tuple[str, str], str] = {}
    for zone, names in locale.time_zones.items():
        city = names.get("city")
        zone = aliases.get(zone, zone)
        if city:
            for name in (zone.rpartition("/")[2].replace("_", " "), english.get(zone)):
                if name:
                    wanted[zone, fold(name)] = city
    zones = {zone for zone, _ in wanted}
    best: dict[tuple[str, str], int] = {}
    for row, zone in enumerate(places.timezone):
        zone = aliases.get(zone, zone)
        if zone not in zones:
            continue
        key = (zone, fold(places.name[row]))
        if key in wanted and (key not in best or places.population[row] > places.population[best[key]]):
            best[key] = row
    return {row: wanted[key] for key, row in best.items()}
