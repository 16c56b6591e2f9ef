"""What is written as "year:2019", "type:video", "camera:'iPhone 13'": filters that leave nothing to guess.

A facet of the catalog is a field by its name, so those that plugins bring are too ("colour:red"). Several values
between commas mean any of them. A value that cannot be read leaves the word as it is; one that the library does not
have means that nothing fits.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date

from haven_fs import Asked, names
from haven_search import dates, filters
from haven_search.cues import Cues
from haven_search.datepoints import Moment
from haven_search.datewords import DateReader
from haven_search.filters import Filter
from haven_search.folding import pieces, plain
from haven_search.known import Known, Name
from haven_search.phrase import Word, read_words
from haven_search.vocabulary import Vocabulary

_DATES = ("date", "year", "month", "day", "before", "after", "since", "until")
_OTHERS = ("camera", "make", "model", "lens", "rating", "stars", "name", "file", "filename", "caption")
_STARS = re.compile(
    r"(?P<op>>=|<=|[<>≥≤])?(?P<from>[0-5])(?:(?P<plus>\+)|(?:-|\.\.)(?P<to>[0-5]))?|(?P<glyphs>[★*]{1,5})"
)
_OPERATORS = {">=": "since", "≥": "since", ">": "after", "<": "before", "<=": "until", "≤": "until"}


class Fields:
    """Reads the fields of one phrase."""

    def __init__(
        self,
        db: sqlite3.Connection,
        known: Known,
        vocabulary: Vocabulary,
        today: date,
        country: Callable[[], str] = str,
    ) -> None:
        self._db = db
        self._known = known
        self._vocabulary = vocabulary
        self._today = today
        self._country = country
        self._called = {plain(other): one.facet for one in known.spoken.values() for other in one.fields}

    def read(self, word: Word) -> Filter | Moment | list[Name] | None:
        """Return what a word that is a field means; None if its value cannot be read.

        People, places and countries come as their values, any of which is meant.
        """
        name, value = word.field or "", word.raw
        if not pieces(value) and name not in ("rating", "stars"):
            return None
        if name in _DATES:
            return self._date(name, value)
        readers: dict[str, Callable[[str], Filter | None]] = {
            "camera": self._camera, "make": self._camera, "model": self._camera,
            "lens": self._lens, "rating": _rating, "stars": _rating, "name": filters.named_like,
            "file": filters.named_like, "filename": filters.named_like, "caption": filters.captioned,
        }  # fmt: skip
        if name in readers:
            return readers[name](value)
        facet = self._called.get(name, name)
        spoken = self._known.spoken.get(facet)
        if spoken is not None and (condition := spoken.asked(value)) is not None:
            return filters.asked(facet, condition)
        if spoken is not None and (sorts := spoken.sorts()):
            return self._sorts(facet, sorts, value)
        return self._facet(facet, value)

    def _date(self, name: str, value: str) -> Moment | None:
        if name in ("before", "after", "since", "until"):
            return self._moment(value, name)
        for sign, bound in _OPERATORS.items():
            if value.startswith(sign):
                return self._moment(value.removeprefix(sign), bound)
        if value.endswith(("+", "..")):
            return self._moment(value.rstrip("+."), "since")
        moments = [self._one(name, part) for part in re.split(r"[,|]", value) if part]
        known = [moment for moment in moments if moment is not None]
        if not known or len(known) < len(moments):
            return None
        return Moment(0, tuple(stretch for moment in known for stretch in moment.stretches))

    def _one(self, name: str, value: str) -> Moment | None:
        if value.isdecimal() and name in ("month", "day") and len(value) < 3:
            top = 12 if name == "month" else 31
            if not 1 <= int(value) <= top:
                return None
            monthly = dates.Yearly("monthday", (int(value),), f"on day {int(value)} of any month")
            return Moment(0, (dates.months((int(value),)) if name == "month" else monthly,))
        return self._moment(value)

    def _moment(self, value: str, bound: str = "") -> Moment | None:
        """Return the date that all words of `value` are."""
        words, _ = read_words(value)
        moment = DateReader(Cues(words, self._vocabulary), self._today, self._country).whole(bound)
        return moment if moment is not None and moment.end == len(words) else None

    def _sorts(self, facet: str, sorts: Mapping[str, Asked], value: str) -> Filter | None:
        found = [self._sort(facet, sorts, part) for part in re.split(r"[,|]", value) if part]
        return filters.any_of(found) if found else None

    def _sort(self, facet: str, sorts: Mapping[str, Asked], value: str) -> Filter:
        senses = self._vocabulary.senses.get(pieces(value), ())
        key = next((str(sense.value) for sense in senses if sense.role == facet), plain(value))
        if key not in sorts and (found := self._names(facet, value)):
            return filters.with_names(found, self._known.spoken)  # such as a type that another plugin knows
        if key not in sorts:
            return filters.nothing(facet, f"{value}; there is no such {facet}")
        return filters.asked(facet, sorts[key])

    def _camera(self, value: str) -> Filter:
        wanted = pieces(value)
        found = self._known.cameras.get(wanted)
        if found:
            best = min(said for said, _ in found)
            return filters.taken_with([camera for said, camera in found if said == best])
        text = f" {' '.join(wanted)} "
        cameras = {
            camera: None
            for key, those in self._known.cameras.items()
            if text in f" {' '.join(key)} "
            for _, camera in those
        }
        if not cameras:
            return filters.nothing("camera", f"taken with {value}; there is no such camera")
        return filters.taken_with(list(cameras))

    def _lens(self, value: str) -> Filter:
        wanted = "".join(pieces(value))
        return filters.with_lens([lens for lens in self._known.lenses if wanted in "".join(pieces(lens))], value)

    def _facet(self, facet: str, value: str) -> Filter | list[Name]:
        found = self._names(facet, value)
        if not found:  # one value may have a comma in it
            found = [name for part in re.split(r"[,|]", value) if part for name in self._names(facet, part)]
        return (
            filters.with_names(found, self._known.spoken)
            if found
            else filters.nothing(facet, f"with the {facet} {value}; there is none")
        )

    def _names(self, facet: str, value: str) -> list[Name]:
        wanted = pieces(value)
        if facet in self._known.spoken and self._known.spoken[facet].leads is not None:
            found = [(said, name) for said, name in self._known.names.get(wanted, ()) if name.facet == facet]
            best = min((said for said, _ in found), default=0)
            called = [name for said, name in found if said == best]
            return [name for name in called if name.fold == names.fold(value)] or called
        columns = "SELECT id, facet, name, fold, key, parent FROM value WHERE facet = ?"
        exact = [Name(*row) for row in self._db.execute(f"{columns} AND fold = ?", (facet, names.fold(value)))]
        return exact or [Name(*row) for row in self._db.execute(columns, (facet,)) if pieces(row[2]) == wanted]


def field_names(known: Known) -> frozenset[str]:
    """Return what may stand before a colon."""
    spoken = (name for one in known.spoken.values() for name in (one.facet, *one.fields))
    return frozenset((*_DATES, *_OTHERS, *map(plain, spoken), *map(plain, known.facets)))


def _rating(value: str) -> Filter | None:
    match = _STARS.fullmatch(value.strip())
    if match is None:
        return None
    if match["glyphs"]:
        count = len(match["glyphs"])
        return filters.rated(count, count, _stars(count))
    first, sign = int(match["from"]), match["op"]
    if sign in (">", "<"):
        # Ratings may be halves.
        bounds = (first + 0.01, 5.0) if sign == ">" else (0.0, first - 0.01)
        return filters.rated(*bounds, f"with {'more' if sign == '>' else 'less'} than {_stars(first)[5:]}")
    if sign in (">=", "≥") or match["plus"]:
        return filters.rated(first, 5, f"{_stars(first)} or more")
    if sign:
        return filters.rated(0, first, f"{_stars(first)} or less")
    last = int(match["to"] or first)
    return filters.rated(
        min(first, last), max(first, last), _stars(first) if last == first else f"{_stars(first)[:-6]} to {last} stars"
    )


def _stars(count: int) -> str:
    return f"with {count} star{'s' if count != 1 else ''}"
