"""Amounts in phrases: "more than 3 people", "videos longer than a minute", "files of 10 MB or more".

What is measured, and in which units, plugins say (SpokenFacet.measures); the words for it stand in the tables. What
counts things needs only a number ("4 people"), anything else a word that compares, since "5 minutes" alone may be said
of much.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from haven_fs import Amount, Asked, Measure
from haven_search.cues import Cues

_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,3})?")
_GLUED = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)([^\W\d_]{1,12})")
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})")
_BEFORE = ("more", "less", "least", "most")
_BEHIND = ("or-more", "or-less")


@dataclass(frozen=True, slots=True)
class Measured:
    """An amount that was read. `end`: the place after its words; `facet`: whose it is; `asked`: the condition."""

    end: int
    facet: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class _Numbers:
    """One number or a range at a place; `unit`: pieces of a unit that is written in one with it, as in "10MB"."""

    end: int
    first: float
    last: float
    unit: tuple[str, ...] = ()


class MeasureReader:
    """Reads the amounts of one phrase. `measures`: by facet, then as SpokenFacet.measures gives them."""

    def __init__(self, cues: Cues, measures: Mapping[str, Mapping[str, Measure]]) -> None:
        self._cues = cues
        self._words = cues.words
        self._all = [(facet, key, one) for facet, those in measures.items() for key, one in those.items()]

    def find(self, place: int) -> Measured | None:
        """Return the amount that the words from `place` on are; None if they are none."""
        if not self._all:
            return None
        opened = self._cues.find(place, *_BEFORE)
        between = self._cues.find(place, "between") if opened is None else None
        start = (opened or between or (place,))[0]
        numbers = self._numbers(start, between=between is not None, compared=opened is not None)
        if numbers is None:
            return None
        behind = self._cues.find(numbers.end, *_BEHIND)
        for unit, end in self._units(numbers, behind[0] if behind is not None else numbers.end):
            after = behind or self._cues.find(end, *_BEHIND)
            end = max(end, after[0]) if after is not None and opened is None else end
            sign = opened or after
            for facet, key, measure in self._all:
                fits = sign is None or sign[1].value in (None, "any", key)
                compared = sign is not None or numbers.first < numbers.last
                if unit in measure.units and fits and (compared or measure.counts):
                    size = measure.units[unit]
                    amount = _amount(sign[1].role if sign else "", numbers.first * size, numbers.last * size)
                    return Measured(end, facet, measure.asked(amount))
        return None

    def _units(self, numbers: _Numbers, end: int) -> Iterator[tuple[str, int]]:
        """Give the units at `end`, those of the most words first, each with the place after it."""
        if numbers.unit:
            senses = self._cues.vocabulary.senses.get(numbers.unit, ())
            yield from ((str(sense.value), end) for sense in senses if sense.role == "amount")
            return
        for count, sense in self._cues.at(end):
            if sense.role == "amount":
                yield str(sense.value), end + count

    def _numbers(self, place: int, *, between: bool, compared: bool) -> _Numbers | None:
        first = self._number(place, article=compared)
        if first is None:
            match = _RANGE.fullmatch(self._words[place].key) if self._is_open(place) else None
            if match is None:
                return None
            low, high = sorted(map(float, match.groups()))
            return _Numbers(place + 1, low, high)
        to = self._cues.find(first.end, "to", "and") if between else self._cues.find(first.end, "to", "or")
        last = self._number(to[0], article=False) if to is not None and not compared else None
        if last is None:
            return None if between else first
        return _Numbers(last.end, min(first.first, last.first), max(first.first, last.first), last.unit)

    def _number(self, place: int, *, article: bool) -> _Numbers | None:
        if not self._is_open(place):
            return None
        if (half := self._cues.find(place, "half")) is not None:
            return _Numbers(half[0], 0.5, 0.5)
        key = self._words[place].key
        if _NUMBER.fullmatch(key):
            end = place + 1
            # A comma parts words, so "2,5" is two of them.
            rest = self._words[end] if end < len(self._words) else None
            close = rest is not None and rest.comma and rest.start == self._words[place].end + 1
            if rest is not None and close and re.fullmatch(r"\d{1,2}", rest.key):
                key, end = f"{key}.{rest.key}", end + 1
            return _Numbers(end, float(key), float(key))
        if match := _GLUED.fullmatch(key):
            return _Numbers(place + 1, float(match[1]), float(match[1]), (match[2],))
        if (number := self._cues.find(place, "number")) is not None:
            return _Numbers(number[0], number[1].value, number[1].value)
        one = self._cues.find(place, "article") if article else None
        return _Numbers(one[0], 1, 1) if one is not None else None

    def _is_open(self, place: int) -> bool:
        return place < len(self._words) and not self._words[place].quoted and self._words[place].field is None


def _amount(role: str, first: float, last: float) -> Amount:
    if role in ("more", "less"):
        return Amount(first, None, strict=True) if role == "more" else Amount(None, last, strict=True)
    if role in ("least", "or-more"):
        return Amount(first, None)
    return Amount(None, last) if role in ("most", "or-less") else Amount(first, last)
