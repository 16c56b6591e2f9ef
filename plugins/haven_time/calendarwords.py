"""Months, seasons and feasts by the names that families give folders, and when in the year they are.

Where one language spells a month as another a feast (Jul), the month is meant.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_MONTHS = """
1 january jan januar jänner jaenner jener janvier janv enero ene gennaio januari janeiro styczeń tammikuu leden ocak
1 январь
2 february feb februar feber février fev febrero febbraio februari fevereiro luty helmikuu únor şubat февраль
3 march mar märz maerz mrz mars marzo maart mrt março marzec maaliskuu březen mart март
4 april apr avril avr abril abr aprile kwiecień huhtikuu duben nisan апрель
5 may mai mayo maggio mei maio maj toukokuu květen mayıs май
6 june jun juni juin junio giugno junho czerwiec kesäkuu červen haziran июнь
7 july jul juli juillet juil julio luglio julho lipiec heinäkuu červenec temmuz июль
8 august aug août agosto augustus augusti sierpień elokuu srpen ağustos август
9 september sep sept septembre septiembre settembre setembro wrzesień syyskuu září eylül сентябрь
10 october oct oktober okt octobre octubre ottobre outubro październik lokakuu říjen ekim октябрь
11 november nov novembre noviembre novembro listopad marraskuu kasım ноябрь
12 december dec dezember dez décembre diciembre dicembre dezembro desember des grudzień joulukuu prosinec aralık
12 декабрь
"""

# The month it is filed in, the months it may be in, and the day if it is always on one.
_TIMES = """
4 3-6 spring frühling fruehling frühjahr fruehjahr printemps primavera voorjaar våren forår vår wiosna весна
7 6-9 summer sommer été verano estate zomer verão sommar sommaren sommeren kesä lato лето
10 9-12 autumn fall herbst automne otoño autunno herfst outono hösten syksy jesień осень
1 1-12 winter hiver invierno inverno vinter vintern talvi zima зима
12 12-12-25 christmas xmas weihnachten weihnacht noël navidad natale kerst kerstmis natal joulu
12 12-12-25 julen narodzenie vánoce karácsony
12 12-12-24 heiligabend kerstavond nochebuena julafton wigilia
12 12-12-31 silvester sylvester sylwester nochevieja capodanno oudjaar nyårsafton réveillon
1 1-1-1 neujahr nieuwjaar nyår
10 10-10-31 halloween
4 3-4 easter ostern pâques pascua pasqua pasen páscoa påsk påske påsken wielkanoc pääsiäinen
11 11-11 thanksgiving
7 7-7-4 independence
"""


_PHRASES = (
    (re.compile(r"new year['’]?s?[ -]eve|veille du nouvel an|vigilia di capodanno"), "silvester"),
    (re.compile(r"new year['’]?s?(?:[ -]day)?\b|nouvel an\b|a[nñ]o nuevo|ano novo|nowy rok"), "neujahr"),
    (re.compile(r"christmas eve|veille de noel|vigilia di natale|vespera de natal"), "heiligabend"),
    (re.compile(r"\b(?:4th|fourth) of july\b|independence day"), "independence"),
)
"""Feasts of several words, with those of one that are the same."""


class Time(NamedTuple):
    """A part of a year: months from `first` to `last`, or one day of a month. It is filed in the month `stands`.

    Seasons are the north's, with every month that people count to them. A winter is that of its year's January.
    """

    stands: int
    first: int
    last: int
    day: int | None = None

    @property
    def is_easter(self) -> bool:
        """Whether it is the feast that is on another day each year."""
        return (self.first, self.last) == (3, 4)


def plain(text: str) -> str:
    """Return text without case and accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def spoken(text: str) -> str:
    """Return plain text with feasts in one word."""
    text = plain(text)
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    return text


def easter(year: int) -> tuple[int, int]:
    """Return the month and the day of Easter Sunday in the Gregorian calendar (Meeus, after Butcher's rule of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + sunday - 7 * ((golden + 11 * moon + 22 * sunday) // 451) + 114, 31)
    return month, day + 1


def _rows(table: str) -> Iterator[tuple[list[str], str]]:
    """Give each name of a table, and the numbers before it."""
    for line in table.strip().splitlines():
        words = line.split()
        numbers = [word for word in words if word[0].isdecimal()]
        yield from ((numbers, plain(word)) for word in words[len(numbers) :])


MONTHS: Mapping[str, int] = {name: int(numbers[0]) for numbers, name in _rows(_MONTHS)}
_TIMES_BY_NAME: Mapping[str, Time] = {
    name: Time(int(numbers[0]), *(int(part) for part in numbers[1].split("-"))) for numbers, name in _rows(_TIMES)
}
_COMPOUND = re.compile(
    r"(sommer|winter|herbst|fruhlings|fruhjahrs|oster|weihnachts|silvester|zomer|kerst|sommar|host|jul|paasch?)"
    r"(?:ferien|urlaub|reise|fest|feier|markt|party|lager|freizeit|ausflug|tage|zeit|fahrt|vakantie|ferie|lov|semester)"
)
_OF_COMPOUND = {"fruhlings": "fruhling", "fruhjahrs": "fruhjahr", "oster": "ostern", "host": "herbst", "jul": "joulu"}
_OF_COMPOUND |= {"weihnachts": "weihnachten", "paas": "pasen", "paasch": "pasen"}


def time_called(word: str) -> Time | None:
    """Return the part of a year that a plain word names: "sommer", and "sommerferien", which has the month alone."""
    if (time := _TIMES_BY_NAME.get(word)) is not None:
        return time
    match = _COMPOUND.fullmatch(word)
    return _TIMES_BY_NAME[_OF_COMPOUND.get(match[1], match[1])]._replace(day=None) if match else None
