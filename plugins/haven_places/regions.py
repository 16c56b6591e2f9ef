"""The regions, islands and groups of countries that places lie in, and what they are called in a language.

A region's key is GeoNames' code ("DE.02", "FR.84.74"), an island's "ES-mallorca", a continent's "EU". The tables and
where they are from: areas/README.md. Loaded by whoever learns what places are, not by requests.
"""

import gettext
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

from haven_fs import names as spelling
from haven_places import sources

_TABLES = Path(__file__).with_name("areas")
_WORDS = frozenset(["AL", "CO", "DE", "HI", "ID", "IN", "LA", "MA", "ME", "OH", "OK", "OR", "PA"])
_TRAVELLERS = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "pl")
_BRACKETS = re.compile(r"\s*\[([^\]]*)\]")
# What the words of 2015 for districts have besides the name: "Departement de la Haute-Savoie", "Orange County".
_KINDS = frozenset(
    (
        "departement", "department", "de", "la", "le", "du", "des", "d", "l", "di", "del", "della", "dell", "of", "the",
        "province", "provincia", "provincie", "prov", "county", "region", "regierungsbezirk", "borough", "city", "and",
        "district", "metropolitan", "unitary", "authority", "municipality", "municipio", "gemeente", "kommune",
        "bezirk", "shi",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """What places lie in. `names`: what else it is called, in any language; `parent`: the key of what it lies in."""

    key: str
    name: str
    parent: str | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    iso: str
    english: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Island:
    key: str
    within: str
    box: tuple[float, float, float, float]
    names: tuple[str, ...]


def regions_of(country: str, admin1: str, district: str, latitude: float, longitude: float) -> Iterator[str]:
    """Give the keys of the regions and islands that a town lies in, the largest region first.

    `admin1`: GeoNames' code; `district`: a word for the second-order division, "" if not known.
    """
    region = f"{country}.{admin1}"
    if region in _rows():
        yield region
    if (found := _districts().get((region, telling(district)))) is not None:
        yield found
    for island in _islands():
        south, west, north, east = island.box
        if island.within in (country, region) and south <= latitude <= north and west <= longitude <= east:
            yield island.key


@lru_cache(maxsize=2)
def areas(language: str) -> dict[str, Area]:
    """Return all regions and islands by key, called as in a language, no two alike."""
    countries = sources.languages()
    found: dict[str, Area] = {}
    taken: set[str] = set()
    islands = {island.key: island for island in _islands()}
    for key in sorted([*_rows(), *islands], key=lambda key: (key.count(".") or 1.5, key)):
        if key in islands:
            name, parent = islands[key].names[0], islands[key].within if "." in islands[key].within else None
            others = islands[key].names
        else:
            row = _rows()[key]
            translated = _translations(row.iso).values()
            known = [name for _, name in _exonyms().get(key, ())]
            others = tuple(dict.fromkeys((row.english, *row.others, *known, *translated, *_official(row.iso))))
            others += _letters(row.iso)
            spoken = countries.get(key.partition(".")[0], ())
            name = _called(key, row, language, language.partition("-")[0].lower() in spoken)
            parent = key.rpartition(".")[0]
        name = spelling.portable(name)
        where = "-".join(key.split(".")[: max(1, key.count("."))]) if key not in islands else key.partition("-")[0]
        ending = next(one for one in ("", f" ({where})", f" ({key})") if spelling.fold(name + one) not in taken)
        taken.add(spelling.fold(name + ending))
        found[key] = Area(key, name + ending, parent, tuple(one for one in others if one != name))
    return found


def _letters(iso: str) -> tuple[str, ...]:
    """Return the letters that a state is called by, as "TX", unless they may as well mean something else."""
    country, _, state = iso.partition("-")
    return (state,) if country == "US" and len(state) == 2 and state not in _WORDS else ()


def called(key: str) -> tuple[str, ...]:
    """Return what a region is called, in English first; nothing if there is no such region."""
    row = _rows().get(key)
    return () if row is None else (row.english, *row.others)


def version() -> str:
    """Return what changes with the tables here."""
    files = ("regions.tsv", "exonyms.tsv", "islands.tsv", "wider.tsv", "divisions.npz", "towns.tsv.gz", "called.tsv")
    return format(crc32(b"".join((_TABLES / file).read_bytes() for file in files)), "x")


def _called(key: str, row: _Row, language: str, native: bool) -> str:
    """Return what a region is called in a language: as translated, as at home, or else in English."""
    base = language.strip().replace("_", "-").partition("-")[0].lower() or "en"
    for table in (dict(_exonyms().get(key, ())), {"en": row.english}, _translations(row.iso)):
        if base in table:
            return table[base]
    official = _official(row.iso)
    return official[-1] if native and official else row.english


@cache
def continents() -> dict[str, list[str]]:
    """Return the keys of the continent and the groups that each country is part of, the continent first."""
    found = {country: [continent] for country, continent in sources.continents().items()}
    for key, _, countries, _ in _lines("wider.tsv"):
        for country in countries.split():
            found.setdefault(country, []).append(key)
    return found


@lru_cache(maxsize=2)
def wider(language: str) -> dict[str, Area]:
    """Return the continents and groups of countries by key, called as in a language."""
    from haven_places.locales import locale_of  # babel, which only building the table has a use for

    locale = locale_of(language)
    found = {}
    for key, code, _, called in _lines("wider.tsv"):
        others = tuple(called.split("|"))
        name = spelling.portable(str(locale.territories.get(code) or others[0]))
        found[key] = Area(key, name, None, tuple(dict.fromkeys((*others, *sources.continent_names(key)))))
    return found


@lru_cache(maxsize=2)
def country_names(language: str) -> dict[str, list[str]]:
    """Return what countries are called in the languages that many travellers speak, and in this one, by ISO code."""
    from haven_places.locales import locale_of

    found: dict[str, list[str]] = {}
    for one in dict.fromkeys((*_TRAVELLERS, language)):
        for code, name in locale_of(one).territories.items():
            if len(code) == 2:
                found.setdefault(code, []).append(str(name))
    return {code: list(dict.fromkeys(names)) for code, names in found.items()}


def _lines(file: str) -> list[list[str]]:
    return [line.split("\t") for line in (_TABLES / file).read_text(encoding="utf-8").splitlines()]


@cache
def _rows() -> dict[str, _Row]:
    return {
        code: _Row(iso, english, tuple(one for one in others.split("|") if one))
        for code, iso, english, others in _lines("regions.tsv")
    }


@cache
def _exonyms() -> dict[str, list[tuple[str, str]]]:
    """Return languages, "+" for none, and names by the key of the region."""
    return {
        key: [(language, name) for language, _, name in (one.partition("=") for one in names.split("|"))]
        for key, names in _lines("exonyms.tsv")
    }


@cache
def _districts() -> dict[tuple[str, frozenset[str]], str]:
    """Return second-order divisions by the region and the telling words of any of their names."""
    found: dict[tuple[str, frozenset[str]], str] = {}
    for key, row in _rows().items():
        if key.count(".") == 2:
            for name in (row.english, *row.others):
                found.setdefault((key.rpartition(".")[0], telling(name)), key)
    return {known: key for known, key in found.items() if known[1]}


def telling(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others, without those such as "District of"."""
    return frozenset(re.findall(r"[a-z]+", sources.plain(name).lower())) - _KINDS


@cache
def _islands() -> list[_Island]:
    return [
        _Island(key, within, (float(south), float(west), float(north), float(east)), tuple(called.split("|")))
        for key, within, south, west, north, east, called in _lines("islands.tsv")
    ]


@cache
def _iso_names() -> dict[str, str]:
    """Return what ISO 3166-2 calls regions, by code."""
    file = _pycountry("databases", "iso3166-2.json")
    table = json.loads(file.read_bytes())["3166-2"] if file is not None else ()
    return {row["code"]: row["name"] for row in table}


def _official(iso: str) -> list[str]:
    """Return what a region is called at home: ISO's "Catalunya [Cataluña]" is both."""
    name = _iso_names().get(iso, "")
    found = [_BRACKETS.sub("", name), *_BRACKETS.findall(name)]
    return [one for one in found if one and not re.fullmatch(r"[A-Z]{2}-\w+", one)]


def _translations(iso: str) -> dict[str, str]:
    """Return what a region is called in other languages, by their codes."""
    official = _iso_names().get(iso)
    if not official:
        return {}
    found = {language: table.get(official) for language, table in _catalogs().items()}
    return {language: _BRACKETS.sub("", name) for language, name in found.items() if name}


@cache
def _catalogs() -> dict[str, dict[str, str]]:
    folder = _pycountry("locales")
    found: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("*/LC_MESSAGES/iso3166-2.mo")) if folder is not None else ():
        with file.open("rb") as opened:
            table: dict[str, str] = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
        found.setdefault(file.parts[-3].replace("_", "-").partition("-")[0].partition("@")[0], table)
    return found


def _pycountry(*parts: str) -> Path | None:
    """Find a file of the package without importing it: it would read all its tables."""
    spec = importlib.util.find_spec("pycountry")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent.joinpath(*parts)
