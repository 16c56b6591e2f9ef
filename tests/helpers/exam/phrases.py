"""What is asked in the exam and what should come: reads en.tsv, de.tsv and so on, a file for each language.

A line is: kind, phrase, what should come, and marks, separated by tabs. What should come is an expression over what is
true of a photo, such as `Alice and year == 2019`; see `Facts`. `F :: L` is what a phrase means that filters by F and
has L left over: those of F that L fits, or all of F if it fits none. `F >> L` is all of F, those that L fits first: for
whole sentences, of which no photo has every word. ` | ` separates readings that are equally fair.
Marks are "model", if the phrase cannot be answered without one, "empty", if nothing should come, and "stills", if it
says pictures, which may mean to leave out films. loose_dev.tsv has loose phrases in all languages, which a first
column more names; all are of the half for development.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

from helpers.exam.library import HOME, PLACES, Photo

OPEN = "loose_dev.tsv"
"""The file of loose phrases of all languages that are all for development."""
DEVELOPMENT = "development"
"""The mark of the phrases in it."""
LOOSE = "loose"
"""The kind of phrases as people really speak; they are counted by themselves."""
NOTHING = "nothing"
"""The kind of phrases that should find nothing."""
ENOUGH = 0.9
"""The precision and the recall that make a right answer where the model decides."""
PEOPLE = ("Alice", "Anna", "Bob", "Dad", "Grandma", "Grandpa", "Mum", "Rose", "Syd", "Tom")
"""Names in expressions: Syd is the girl called Sydney, Sydney the city."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and what should come; `language`: that of the family, "en" or "de"."""

    language: str
    kind: str
    text: str
    expected: str
    marks: frozenset[str]

    @property
    def held(self) -> bool:
        """Whether it is of the half by whose failures nobody may improve search: a fixed rule by its digest."""
        if DEVELOPMENT in self.marks:
            return False
        return blake2b(f"{self.language} {self.text}".encode(), digest_size=1).digest()[0] % 2 == 1

    @property
    def by_content(self) -> bool:
        """Whether the model has a say in what should come."""
        return "see(" in self.expected or "shows(" in self.expected

    def readings(self, facts: Collection["Facts"]) -> list["Reading"]:
        """Return what should come, a reading for each that is fair."""
        stills = [one for one in facts if not one["video"]]
        meant = [facts, stills] if "stills" in self.marks else [facts]
        return [_reading(reading, some) for reading in self.expected.split(" | ") for some in meant]

    def right(self, found: Sequence[str], facts: Collection["Facts"], *, model: bool) -> bool:
        """Return whether these are photos that should come: exactly so, or nearly where the model has a say."""
        return any(reading.fits(found, nearly=model and self.by_content) for reading in self.readings(facts))


@dataclass(frozen=True, slots=True)
class Reading:
    """The names of the photos that should come, and of those that should come before all others."""

    wanted: frozenset[str]
    first: frozenset[str] = frozenset()

    def fits(self, found: Sequence[str], *, nearly: bool) -> bool:
        """Return whether a search found that; `nearly`: it is enough if it has nearly all and hardly any others."""
        if frozenset(found[: len(self.first)]) != self.first:
            return False
        both = len(self.wanted.intersection(found))
        near = both > 0 and both >= ENOUGH * len(found) and both >= ENOUGH * len(self.wanted)
        return frozenset(found) == self.wanted or (nearly and near)


def phrases() -> list[Phrase]:
    """Return all that is asked."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if path.name == OPEN:
                language, kind, text, expected, *marks = line.split("\t")
                marks.append(DEVELOPMENT)
            else:
                language = path.stem
                kind, text, expected, *marks = line.split("\t")
            found.append(Phrase(language, kind, text, expected, frozenset(marks)))
    return found


class Facts(Mapping[str, Any]):
    """What expressions may name of a photo: names of PEOPLE and PLACES are true of those in it and of where it was.

    `year`, `month`, `dom`, `weekday` (Monday is 0) and `hour` are numbers, 0 and -1 without a date. `says(WORDS)` is
    whether its name, caption or keywords have these words, `shows(WORD)` whether it is drawn, `see(WORD)` either: the
    last two are only so if there is a `model`.
    """

    def __init__(self, photo: Photo, *, model: bool) -> None:
        self.name = photo.name
        self.model = model
        self._photo = photo
        self._names = self._values(photo)

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def fits(self, expression: str) -> bool:
        """Return whether an expression is true of the photo."""
        return bool(eval(expression, {"__builtins__": {}}, self))

    def _values(self, photo: Photo) -> dict[str, Any]:
        place, taken = photo.place, photo.taken
        people = ["Syd" if name == "Sydney" else name for name in photo.people]
        camera = f"{photo.camera.make} {photo.camera.model}" if photo.camera else ""
        return {
            **{name: name in people for name in PEOPLE},
            **{name: place is not None and place.town == one.town for name, one in PLACES.items()},
            **{name: getattr(place, name, None) for name in ("region", "country", "continent")},
            **{name: getattr(taken, name, 0) for name in ("year", "month")},
            **{mark: mark in photo.marks for mark in ("tall", "large", "pano", "selfie", "screen")},
            **{
                name: getattr(photo, name)
                for name in ("name", "scene", "colour", "stars", "album", "seconds", "at_home")
            },
            "dom": taken.day if taken else 0,
            "weekday": taken.weekday() if taken else -1,
            "morning": taken is not None and taken.hour < 10,
            "evening": taken is not None and 17 <= taken.hour < 21,
            "night": taken is not None and taken.hour >= 22,
            "undated": taken is None,
            "placed": place is not None,
            "unnamed": photo.stranger is not None,
            "n": len(people),
            "video": photo.seconds > 0,
            "fav": "loved" in photo.marks or photo.stars == 5,
            "on": lambda start: taken is not None and taken.date().isoformat().startswith(start),
            "between": self._between,
            "km": self._km,
            "cam": lambda part: part in camera,
            "tagged": lambda word: _has([*photo.keywords], word),
            "captioned": lambda words: _has([photo.caption], words),
            "says": self._says,
            "shows": self._shows,
            "see": lambda word: self._says(word) or self._shows(word),
        }

    def _between(self, first: str, last: str) -> bool:
        taken = self._photo.taken
        return taken is not None and date.fromisoformat(first) <= taken.date() <= date.fromisoformat(last)

    def _km(self, name: str) -> float:
        if self._photo.place is None:
            return math.inf
        middle = HOME if name == "Home" else PLACES[name].position
        (a, b), (c, d) = (map(math.radians, position) for position in (middle, self._photo.place.position))
        return 6371 * math.acos(min(1, math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)))

    def _says(self, words: str) -> bool:
        return _has([self._photo.name, self._photo.caption, *self._photo.keywords], words)

    def _shows(self, word: str) -> bool:
        photo = self._photo
        return self.model and word in (photo.subject, photo.scene) and "screen" not in photo.marks


def told(photos: Iterable[Photo], *, model: bool) -> list[Facts]:
    """Return what is true of photos, as it can be known with or without a model."""
    return [Facts(photo, model=model) for photo in photos]


def _reading(reading: str, facts: Collection[Facts]) -> Reading:
    known, cuts, left = reading.partition(" :: ")
    if not cuts:
        known, _, left = reading.partition(" >> ")
    fitting = frozenset(one.name for one in facts if one.fits(known))
    best = frozenset(one.name for one in facts if one.name in fitting and one.fits(left)) if left else frozenset()
    return Reading(best or fitting) if cuts else Reading(fitting, best)


def _has(texts: Iterable[str], words: str) -> bool:
    """Return whether one of the texts has these words, one after the other, in the singular or the plural."""
    wanted = _words(words)
    return any(
        wanted == there[start : start + len(wanted)]
        for there in map(_words, texts)
        for start in range(len(there) - len(wanted) + 1)
    )


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).casefold()
    return [word.removesuffix("s") for word in re.findall(r"\w+", folded.replace("_", " "))]
