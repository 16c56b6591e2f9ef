"""Feasts by their keys in the tables of words: fixed ones, those that follow Easter, and those that each country keeps.

What the calendar of a country or of a religion decides comes from the package `holidays` (publicholidays.py):
Diwali, Hanukkah, Eid, and every public holiday of the owner's country by its name.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from haven_search import publicholidays
from haven_search.dates import Yearly, easter, number
from haven_search.homeland import likely

FIXED = {
    "christmas": ("Christmas", 1224, 1226),
    "christmas-eve": ("Christmas Eve", 1224, 1224),
    "christmas-day": ("Christmas Day", 1225, 1225),
    "boxing-day": ("26 December", 1226, 1226),
    "new-year": ("New Year", 1231, 101),
    "new-years-eve": ("New Year's Eve", 1231, 1231),
    "new-years-day": ("New Year's Day", 101, 101),
    "halloween": ("Halloween", 1031, 1031),
    "valentines-day": ("Valentine's Day", 214, 214),
    "epiphany": ("Epiphany", 106, 106),
    "st-patricks-day": ("Saint Patrick's Day", 317, 317),
    "may-day": ("1 May", 501, 501),
    "st-john": ("Midsummer (Saint John)", 623, 624),
    "assumption": ("15 August", 815, 815),
    "all-saints": ("All Saints' Day", 1101, 1101),
    "day-of-the-dead": ("the Day of the Dead", 1101, 1102),
    "bonfire-night": ("Bonfire Night", 1105, 1105),
    "st-martin": ("Saint Martin's Day", 1111, 1111),
    "st-nicholas": ("Saint Nicholas' Day", 1205, 1206),
    "lucia": ("Saint Lucy's Day", 1213, 1213),
}
"""What they are called, first and last day as month and day (mmdd)."""
FROM_EASTER = {
    "carnival": ("carnival", -52, -47),
    "rose-monday": ("Rose Monday", -48, -48),
    "shrove-tuesday": ("Shrove Tuesday", -47, -47),
    "ash-wednesday": ("Ash Wednesday", -46, -46),
    "palm-sunday": ("Palm Sunday", -7, -7),
    "holy-week": ("Holy Week", -7, 0),
    "good-friday": ("Good Friday", -2, -2),
    "easter": ("Easter", -2, 1),
    "easter-sunday": ("Easter Sunday", 0, 0),
    "easter-monday": ("Easter Monday", 1, 1),
    "ascension": ("Ascension Day", 39, 39),
    "pentecost": ("Pentecost", 49, 50),
    "whit-sunday": ("Whit Sunday", 49, 49),
    "whit-monday": ("Whit Monday", 50, 50),
    "corpus-christi": ("Corpus Christi", 60, 60),
}
"""What they are called, first and last day counted from Easter Sunday."""
_SUNDAY, _MONDAY, _THURSDAY = 6, 0, 3
_BY_COUNTRY: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "thanksgiving": (
        "Thanksgiving",
        {"": (11, _THURSDAY, 4), "CA": (10, _MONDAY, 2), **dict.fromkeys(("DE", "AT", "CH"), (10, _SUNDAY, 1))},
    ),
    "mothers-day": (
        "Mother's Day",
        {
            "": (5, _SUNDAY, 2), "GB": (-21,), "IE": (-21,), "FR": (5, _SUNDAY, -1), "ES": (5, _SUNDAY, 1),
            "PT": (5, _SUNDAY, 1), "PL": (526, 0), "SE": (5, _SUNDAY, -1), "NO": (2, _SUNDAY, 2), "MX": (510, 0),
            "AR": (10, _SUNDAY, 3), "HU": (5, _SUNDAY, 1), "RO": (5, _SUNDAY, 1),
        },
    ),
    "fathers-day": (
        "Father's Day",
        {
            "": (6, _SUNDAY, 3), "DE": (39,), "AT": (6, _SUNDAY, 2), "BE": (6, _SUNDAY, 2), "CH": (6, _SUNDAY, 1),
            **dict.fromkeys(("IT", "ES", "PT", "HR"), (319, 0)), "PL": (623, 0), "DK": (605, 0),
            **dict.fromkeys(("SE", "NO", "FI", "IS", "EE"), (11, _SUNDAY, 2)), "BR": (8, _SUNDAY, 2),
            "AU": (9, _SUNDAY, 1), "NZ": (9, _SUNDAY, 1), "LU": (10, _SUNDAY, 1), "RO": (5, _SUNDAY, 2),
        },
    ),
    "labour-day": (
        "Labour Day",
        {"": (501, 0), "US": (9, _MONDAY, 1), "CA": (9, _MONDAY, 1), "NZ": (10, _MONDAY, 4)},
    ),
    "national-day": (
        "the national day",
        {
            "US": (704, 0), "FR": (714, 0), "DE": (1003, 0), "CH": (801, 0), "AT": (1026, 0), "IT": (602, 0),
            "ES": (1012, 0), "PT": (610, 0), "NL": (427, 0), "BE": (721, 0), "IE": (317, 0), "NO": (517, 0),
            "SE": (606, 0), "DK": (605, 0), "PL": (1111, 0), "CA": (701, 0), "AU": (126, 0), "NZ": (206, 0),
            "BR": (907, 0), "MX": (916, 0), "AR": (709, 0), "IN": (815, 0), "FI": (1206, 0), "LU": (623, 0),
            "CZ": (1028, 0), "HU": (820, 0), "GR": (325, 0), "IL": (514, 0), "JP": (211, 0), "TR": (1029, 0),
        },
    ),
}  # fmt: skip
"""By country, "" for all others: (month, weekday, which of the month's), (mmdd, 0), or (days from Easter,)."""
_FRENCH_MOTHERS = 49
_CALENDARS = {
    "diwali": ("Diwali", "SG", ("Diwali",), -1, 1),
    "holi": ("Holi", "IN", ("Holi",), -1, 0),
    "hanukkah": ("Hanukkah", "IL", ("Hanukkah",), -1, 0),
    "passover": ("Passover", "IL", ("Pesach", "Seventh day of Pesach"), -1, 0),
    "rosh-hashanah": ("Rosh Hashanah", "IL", ("Rosh Hashanah",), -1, 0),
    "yom-kippur": ("Yom Kippur", "IL", ("Yom Kippur",), -1, 0),
    "purim": ("Purim", "IL", ("Purim",), -1, 0),
    "eid": ("Eid", "TR", ("Eid al-Fitr", "Eid al-Adha"), 0, 0),
    "eid-al-fitr": ("Eid al-Fitr", "TR", ("Eid al-Fitr",), 0, 0),
    "eid-al-adha": ("Eid al-Adha", "TR", ("Eid al-Adha",), 0, 0),
    "ramadan": ("Ramadan", "MV", ("First Day of Ramadan",), 0, 29),
    "lunar-new-year": ("Lunar New Year", "SG", ("Chinese New Year",), -1, 1),
}
"""What they are called; a country whose public holidays they are, by these names in English; days around that count.

Jewish feasts begin in the evening before; the new moon may be seen a day earlier or later elsewhere.
"""


class Feasts:
    """Finds feasts in the years that photos may be of. `country`: returns the owner's, an ISO code or ""."""

    def __init__(self, country: Callable[[], str], language: str, years: range) -> None:
        self._country = lru_cache(maxsize=1)(country)
        self._language = language
        self._years = years
        self._kept_in: tuple[str, ...] | None = None

    def by_key(self, key: str) -> Yearly | None:
        """Return a feast by its key in the tables; None if nobody knows when it is."""
        if key in FIXED:
            name, start, end = FIXED[key]
            return Yearly("mmdd", _mmdd(start, end), _words(name, single=start == end))
        if key in FROM_EASTER:
            name, first, last = FROM_EASTER[key]
            days = (easter(year) + timedelta(offset) for year in self._years for offset in range(first, last + 1))
            return _yearly(days, name, single=first == last)
        if key == "advent":
            return _yearly((day for year in self._years for day in _advent(year)), "Advent", single=False)
        if key in _BY_COUNTRY:
            return self._kept(key)
        return self._of_calendar(key) if key in _CALENDARS else None

    def public(self) -> Yearly | None:
        """Return the public holidays of the owner's country; None if they are not known."""
        country = self._country()
        days = publicholidays.all_days(country, self._years)
        return Yearly("day", days, f"on a public holiday ({country})") if days else None

    def called(self, key: tuple[str, ...]) -> Yearly | None:
        """Return the holiday that has this name, in the country's languages or in English; None if there is none.

        It is one of the owner's country, or of that whose language the owner speaks.
        """
        if self._kept_in is None:
            self._kept_in = tuple(dict.fromkeys((self._country(), likely(self._language))))
        for country in self._kept_in:
            found = publicholidays.by_name(country, self._language, self._years).get(key)
            if found is not None:
                return Yearly("day", found[1], f"{_words(found[0], single=True)} ({country})")
        return None

    def _kept(self, key: str) -> Yearly | None:
        name, rules = _BY_COUNTRY[key]
        country = self._country()
        rule = rules.get(country, rules.get(""))
        if rule is None:
            return None
        days = [_day(year, rule) for year in self._years]
        if (key, country) == ("mothers-day", "FR"):  # not on Whit Sunday: then a week later
            days = [day + timedelta(7 * (day == easter(day.year) + timedelta(_FRENCH_MOTHERS))) for day in days]
        called = f"{name} ({country})" if country in rules else name
        return _yearly(days, called, single=True)

    def _of_calendar(self, key: str) -> Yearly | None:
        name, country, called, before, after = _CALENDARS[key]
        days = [
            day + timedelta(offset)
            for day in publicholidays.days_called(country, called, self._years)
            for offset in range(before, after + 1)
        ]
        return _yearly(days, name, single=False) if days else None


def _words(name: str, *, single: bool) -> str:
    return f"{'on' if single else 'at'} {name} of any year"


def _yearly(days: Iterable[date], name: str, *, single: bool) -> Yearly:
    return Yearly("day", tuple(sorted({number(day) for day in days})), _words(name, single=single))


def _mmdd(start: int, end: int) -> tuple[int, ...]:
    return (start, end) if end < start else tuple(range(start, end + 1))


def _day(year: int, rule: Sequence[int]) -> date:
    if len(rule) == 1:
        return easter(year) + timedelta(rule[0])
    if len(rule) == 2:
        return date(year, rule[0] // 100, rule[0] % 100)
    month, weekday, which = rule
    if which < 0:
        last = date(year, month + 1, 1) - timedelta(1)
        return last - timedelta((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (which - 1))


def _advent(year: int) -> Iterable[date]:
    """Give the days from the fourth Sunday before Christmas to Christmas Eve."""
    eve = date(year, 12, 24)
    first = eve - timedelta((eve.weekday() + 1) % 7 + 21)
    return (first + timedelta(offset) for offset in range((eve - first).days + 1))
