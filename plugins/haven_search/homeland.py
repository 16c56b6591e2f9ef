"""The owner's country, whose Mother's Day and bank holidays a phrase means.

It is the setting `country`, or else the region of the language ("pt-BR"), or else where most photos were taken of the
countries where the language is spoken, or else the country where most people speak it.
"""

import sqlite3
from collections.abc import Iterable
from functools import lru_cache

from haven_fs import Setting, SpokenFacet
from haven_search.vocabulary import locale_of

COUNTRY = Setting(
    "country",
    "",
    'Your country, such as "GB": its holidays are meant. Empty: where most photos were taken.',
    wrong=lambda text: None if _is_country(text) else 'must be the two letters of a country, such as "GB"',
)
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Regions that CLDR gives two letters, too."""
_MOST = (
    "SELECT v.key FROM value v JOIN member m ON m.value_id = v.id WHERE v.facet = ? GROUP BY v.id"
    " ORDER BY count(*) DESC"
)
_kept: dict[tuple[str, str], tuple[int, list[str]]] = {}


def homeland(db: sqlite3.Connection, setting: str, language: str, spoken: Iterable[SpokenFacet]) -> str:
    """Return the ISO 3166 code of the owner's country, "" if nothing speaks for any."""
    if setting:
        return setting.upper()
    tag = language.strip().replace("_", "-")
    region = tag.rpartition("-")[2] if "-" in tag else ""
    if len(region) == 2:
        return region.upper()
    nations = next((one.facet for one in spoken if one.nations), None)
    there = _by_photos(db, nations) if nations is not None else []
    return next((country for country in there if _is_spoken(tag, country)), "") or likely(tag)


def _is_country(code: str) -> bool:
    from babel import Locale

    return len(code) == 2 and code.upper() in Locale("en").territories.keys() - _NO_COUNTRIES


def _by_photos(db: sqlite3.Connection, facet: str) -> list[str]:
    """Return the countries, that of most photos first; they are counted anew only when there is another one."""
    file = str(db.execute("PRAGMA database_list").fetchone()[2])
    count = int(db.execute("SELECT count(*) FROM value WHERE facet = ?", (facet,)).fetchone()[0])
    kept = _kept.get((file, facet)) if file else None
    if kept is not None and kept[0] == count:
        return kept[1]
    _kept[file, facet] = (count, [str(key) for (key,) in db.execute(_MOST, (facet,))])
    return _kept[file, facet][1]


@lru_cache(maxsize=256)
def _is_spoken(language: str, country: str) -> bool:
    """Tell whether a language is official in a country, at least in a part of it."""
    from babel.languages import get_official_languages

    base = (language.partition("-")[0] or "en").lower()
    return base in (one.partition("_")[0] for one in get_official_languages(country, regional=True, de_facto=True))


@lru_cache(maxsize=8)
def likely(language: str) -> str:
    """Return the country where most people speak a language, "" if there is none."""
    if language.replace("_", "-").partition("-")[0].lower() in ("", "en"):
        return "US"  # as CLDR has it, without loading that
    locale = locale_of(language)
    if locale is None:
        return ""
    from babel.core import get_global

    return str(get_global("likely_subtags").get(locale.language, "")).rpartition("_")[2]
