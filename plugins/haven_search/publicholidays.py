"""The public holidays of countries, by the package `holidays` (MIT), which is loaded when a phrase first needs it.

The package answers for the years it knows, some from 1900 on and some for fewer. What is observed on another day since
it falls on a Sunday has both days.
"""

import logging
import warnings
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from haven_search.folding import pieces

_log = logging.getLogger(__name__)

_FIRST = 1900
_ENGLISH = "en_US"
_PUBLIC, _KEPT, _ALL = range(3)
"""Which holidays: those on which all are off work; also what some keep, as banks do; also days without school."""
_NOT_KEPT = ("school", "workday", "armed_forces")


@lru_cache(maxsize=4)
def all_days(country: str, years: range) -> tuple[int, ...]:
    """Return the public holidays of a country, yyyymmdd in order; none if the package does not know it."""
    return tuple(sorted(date_number(day) for day, _ in _listed(country, "", years.stop, _PUBLIC)))


@lru_cache(maxsize=4)
def by_name(country: str, language: str, years: range) -> dict[tuple[str, ...], tuple[str, tuple[int, ...]]]:
    """Return what is kept in a country, by the pieces of its names: how it is called, and its days in order."""
    found: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for tongue in dict.fromkeys(("", _ENGLISH, language)):
        for day, text in _listed(country, tongue, years.stop, _KEPT):
            for name in text.split("; "):
                bare = name.partition(" (")[0]
                if key := pieces(bare):
                    found.setdefault(key, (bare, set()))[1].add(date_number(day))
    return {key: (name, tuple(sorted(days))) for key, (name, days) in found.items()}


@lru_cache(maxsize=32)
def days_called(country: str, called: tuple[str, ...], years: range) -> tuple[date, ...]:
    """Return the days that are called so in a country, in English."""
    return tuple(
        day
        for day, text in _listed(country, _ENGLISH, years.stop, _ALL)
        if any(name.startswith(called) for name in text.split("; "))
    )


def date_number(day: date) -> int:
    """Return a day as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


@lru_cache(maxsize=16)
def _listed(country: str, language: str, end: int, which: int) -> tuple[tuple[date, str], ...]:
    """Return days and what they are called in a language that the package has for that country, "" for its own."""
    if not country:
        return ()
    import holidays

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it does not know all of these years
            kind: Any = type(holidays.country_holidays(country))
            spoken = language if language in kind.supported_languages else _alike(language, kind.supported_languages)
            if language and not spoken:
                return ()
            kept = tuple(one for one in kind.supported_categories if which == _ALL or one not in _NOT_KEPT)
            listed = holidays.country_holidays(
                country,
                years=range(_FIRST, end),
                language=spoken or None,
                categories=None if which == _PUBLIC else kept,
            )
    except NotImplementedError:
        _log.info("The public holidays of %s are not known.", country)
        return ()
    return tuple(sorted(listed.items()))


def _alike(language: str, spoken: Iterable[str]) -> str:
    """Return the one of some languages that has the same base as a tag such as "de-AT", "" if there is none."""
    base = language.replace("-", "_").partition("_")[0].lower()
    return next((one for one in spoken if one.partition("_")[0] == base), "") if base else ""
