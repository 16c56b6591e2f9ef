"""What people type for the demo's pictures, and which pictures each of these texts fits.

A caption is made of terms: a subject, a colour, a scene, a time, each a word that stands for one or several things
that are drawn ("sunset" is evening or dusk). It fits every picture that shows one of them for each of its terms, so
captions and pictures have a whole table of what fits what. Captions with a word for something that is never drawn
fit nothing: without them a model finds unknown words as like its pictures as known ones.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haven_fs.demo import COLOURS, SCENES, SUBJECTS, TIMES
from haven_models.demo_training import words
from haven_models.demo_training.pairs import Pair

FIELDS: dict[str, tuple[str, ...]] = {
    "subject": (*SUBJECTS, "nothing"),
    "scene": SCENES,
    "colour": tuple(COLOURS),
    "time": TIMES,
}
"""What a picture shows, and all that there is of it. A place with no subject shows the subject "nothing"."""
MEANINGS = dict(
    zip(FIELDS, (words.SUBJECT_WORDS, words.SCENE_WORDS, words.COLOUR_WORDS, words.TIME_WORDS), strict=True)
)
ANY = -1
TELLS = {
    ("subject", "scene"): 28,
    ("subject",): 12,
    ("scene",): 9,
    ("colour", "subject"): 22,
    ("colour", "subject", "scene"): 34,
    ("subject", "time"): 4,
    ("time",): 3,
}
"""How often captions tell what; a time comes with a fifth of all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture shows: values of FIELDS, each None if it has no such thing."""

    subject: str | None = None
    scene: str | None = None
    colour: str | None = None
    time: str | None = None

    def get(self, field: str) -> str | None:
        """Return the value of one of FIELDS."""
        return dict(zip(FIELDS, (self.subject, self.scene, self.colour, self.time), strict=True))[field]

    @property
    def codes(self) -> tuple[int, ...]:
        """One bit a field; no bit for None, which fits only what asks for nothing."""
        return tuple(_bits(field, [value] if (value := self.get(field)) else []) for field in FIELDS)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of one of FIELDS and what it stands for; no meanings: a word for something never drawn."""

    field: str
    word: str
    means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, and a set of bits a field: what must be shown, or ANY. No bit fits no picture."""

    text: str
    codes: tuple[int, ...]


TERMS = {
    field: [Term(field, word, means) for means, names in table.items() for word in names]
    for field, table in MEANINGS.items()
}


def fitting(captions: Sequence[Caption], shown: Sequence[Shown]) -> NDArray[np.bool_]:
    """Return a table (captions, pictures) of what fits."""
    asked = np.array([caption.codes for caption in captions], np.int64)[:, None, :]
    there = np.array([one.codes for one in shown], np.int64)[None, :, :]
    return np.asarray((((there & asked) != 0) | (asked == ANY)).all(axis=2))


def names(terms: Collection[Term], pairs: Collection[Pair]) -> bool:
    """Return whether terms name one of these pairs, be it among others."""
    means = {term.field: term.means for term in terms}
    return any((subject, scene) in pairs for subject in means.get("subject", ()) for scene in means.get("scene", ()))


def caption(rng: random.Random, terms: Collection[Term]) -> Caption:
    """Return terms, at most one a field, as a text that somebody might type."""
    by_field = {term.field: term for term in terms}
    codes = tuple(_bits(field, by_field[field].means) if field in by_field else ANY for field in FIELDS)
    return Caption(_phrase(rng, {field: term.word for field, term in by_field.items()}, by_field), codes)


def caption_for(rng: random.Random, shown: Shown, without: Collection[Pair]) -> Caption:
    """Return a caption that fits what is shown, a pair that is not of `without`, and names no pair of `without`."""
    while True:
        terms = []
        for field in _told(rng, shown):
            fit = [term for term in TERMS[field] if shown.get(field) in term.means]
            terms.append(rng.choice(fit if rng.random() < 0.6 else fit[:1]))
        if not names(terms, without):
            return caption(rng, terms)


def caption_for_nothing(rng: random.Random, unknown: Sequence[str]) -> Caption:
    """Return a caption with one of the `unknown` words, or with made-up ones, often among words for what is drawn."""
    odd = rng.choice(unknown) if rng.random() < 0.8 else _made_up(rng)
    where = "subject" if rng.random() < 0.7 else "scene"
    terms = [Term(where, odd)]
    if where == "scene":
        terms.append(rng.choice([term for term in TERMS["subject"] if term.means != ("nothing",)]))
    elif rng.random() < 0.55:
        terms.append(rng.choice(TERMS["scene"]))
    terms += [rng.choice(TERMS[field]) for field in ("colour", "time") if rng.random() < 0.18]
    return caption(rng, terms)


def _bits(field: str, values: Collection[str]) -> int:
    return sum(1 << FIELDS[field].index(value) for value in values)


def _told(rng: random.Random, shown: Shown) -> list[str]:
    """Return the fields that a caption tells of. Raises ValueError if nothing known is shown."""
    kinds = [kind for kind in TELLS if all(shown.get(field) for field in kind)]
    if not kinds:
        raise ValueError("no caption fits a picture of nothing known")
    fields = list(rng.choices(kinds, [TELLS[kind] for kind in kinds])[0])
    if "time" not in fields and shown.time and rng.random() < 0.2:
        fields.append("time")
    return fields


def _phrase(rng: random.Random, word: dict[str, str], terms: dict[str, Term]) -> str:
    """Put words together as a sentence, or as people type them: without small words, in any order."""
    bare = list(word.values())
    if rng.random() < 0.3:
        rng.shuffle(bare)
        return " ".join(bare)
    before, place = "", ""
    if "scene" in word:
        before, place = (word["scene"], "") if word["scene"] in words.ADJECTIVES else ("", _place(rng, terms["scene"]))
    time = f"{rng.choice(words.TIMED)} {word['time']}" if "time" in word else ""
    article = rng.choice(words.ARTICLES)
    if "subject" not in word:
        parts = [article, before or word.get("scene", ""), time]
    elif terms["subject"].means == ("nothing",):
        parts = (
            [article, word["subject"], word.get("scene", ""), time] if rng.random() < 0.6 else [*bare[:1], place, time]
        )
    else:
        described = rng.choice(words.DESCRIPTIONS) if rng.random() < 0.12 else ""
        doing = rng.choice(words.DOINGS) if rng.random() < 0.08 else ""
        where = [place, time] if rng.random() < 0.8 else [time, place]
        parts = [article, described, before, word.get("colour", ""), word["subject"], doing, *where]
    text = " ".join(" ".join([rng.choice(words.LEADS) if rng.random() < 0.2 else "", *parts]).split())
    return text[0].upper() + text[1:] + rng.choice(("", ".")) if rng.random() < 0.15 else text


def _place(rng: random.Random, term: Term) -> str:
    """Return where, as in "on the beach"; any small word will do, for people do not choose them with care."""
    usual = words.PLACED.get(term.means[0]) if term.means else None
    if usual and rng.random() < 0.7:
        return f"{rng.choice(usual)} {term.word}"
    return f"{rng.choice(words.PREPOSITIONS)} {rng.choice(('the', 'a', ''))} {term.word}"


def _made_up(rng: random.Random) -> str:
    """Return letters that mean nothing, some with a known word in them."""
    made = "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") for _ in range(rng.randrange(1, 4)))
    made += rng.choice(("", "", "n", "r", "st", "x", "ck"))
    if rng.random() < 0.3:
        known = rng.choice(TERMS[rng.choice(("subject", "scene"))]).word
        return rng.choice((made + known, known + made))
    return made
