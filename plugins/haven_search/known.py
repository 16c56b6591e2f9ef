"""What the library knows by name: the values that plugins speak of, and cameras, found in the words of a phrase.

All names are read once and kept as long as nothing that bears a name has changed; a phrase then costs a few look-ups,
and no query goes through the photos. Names are compared as `folding.pieces`, so accents, case and hyphens are nothing.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from haven_fs import SpokenFacet, Tag
from haven_search.folding import pieces
from haven_search.levels import Name as Name
from haven_search.levels import all_inside
from haven_search.phrase import Word

EXACT, QUALIFIED, OTHER, SHORT = range(4)
"""How a name is said: as it is, "Paris TX" too; without its "(US-TX)"; as others call it, "Firenze"; for short, as by a
first name alone."""

_QUALIFIED = re.compile(r"(.+?)\s*\(([^()]+)\)")
_KEPT = 4


@dataclass(frozen=True, slots=True)
class Camera:
    """A make and model that photos have, as their files spell them."""

    make: str | None
    model: str | None

    def __str__(self) -> str:
        make, model = self.make or "", self.model or ""
        return model if pieces(model)[:1] == pieces(make)[:1] else f"{make} {model}".strip()


Found = TypeVar("Found")
Index = dict[tuple[str, ...], list[tuple[int, Found]]]


@dataclass(slots=True)
class Known:
    """What one catalog names at one time; each name with how it is said: EXACT is 0, what is surer is lower.

    `spellings`: the words of the names, and names written as one word, with how these are written else, ""; `facets`:
    all there are; `spoken`: how those are spoken of that plugins say; `longest`: pieces of the longest name;
    `inside`: what values lie in, their parents and all above those, by facet and key; `version`: of the names in the
    catalog.
    """

    names: Index[Name] = field(default_factory=dict)
    cameras: Index[Camera] = field(default_factory=dict)
    lenses: list[str] = field(default_factory=list)
    spellings: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    facets: frozenset[str] = frozenset()
    spoken: Mapping[str, SpokenFacet] = field(default_factory=dict)
    longest: int = 1
    inside: Mapping[tuple[str, str], frozenset[tuple[str, str]]] = field(default_factory=dict)
    version: tuple[int, int] = (0, 0)
    seq: int = 0

    def names_at(self, words: Sequence[Word], place: int) -> list[tuple[int, list[tuple[int, Name]]]]:
        """Return the names that the words from `place` on are: how many words, and which; the most words first."""
        return _at(self.names, words, place, self.longest)

    def cameras_at(self, words: Sequence[Word], place: int) -> list[tuple[int, list[tuple[int, Camera]]]]:
        """Return the cameras that the words from `place` on are, the most words first."""
        return _at(self.cameras, words, place, self.longest)


def _at(
    index: Index[Found], words: Sequence[Word], place: int, longest: int
) -> list[tuple[int, list[tuple[int, Found]]]]:
    answers: list[tuple[int, list[tuple[int, Found]]]] = []
    key: tuple[str, ...] = ()
    for count, word in enumerate(words[place : place + longest], 1):
        if word.quoted or word.field is not None or (count > 1 and (word.comma or word.out)):
            break
        key += word.pieces
        if key in index:
            answers.insert(0, (count, index[key]))
        if len(key) >= longest:
            break
    return answers


_kept: dict[tuple[str, str, tuple[str, ...], int], Known] = {}


def known(
    db: sqlite3.Connection,
    language: str,
    spoken: Sequence[SpokenFacet] = (),
    kin: Mapping[tuple[str, ...], str] = MappingProxyType({}),
) -> Known:
    """Return what the catalog of a connection names, as of its transaction, where plugins speak of it.

    `kin`: words for kin, in pieces, each with who that is; who is called by one is called by the others of them.
    """
    file = str(db.execute("PRAGMA database_list").fetchone()[2])
    key = (file, language, tuple(one.facet for one in spoken), len(kin))
    seq = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
    kept = _kept.get(key) if file else None
    if kept is not None and kept.seq == seq:
        return kept
    version = db.execute("SELECT count(*), coalesce(max(seq), 0) FROM value").fetchone()
    fresh = Known(version=version, seq=seq, spoken={one.facet: one for one in spoken})
    if kept is not None and kept.version == version:
        fresh.names, fresh.facets, fresh.longest, fresh.inside = kept.names, kept.facets, kept.longest, kept.inside
        fresh.spellings, fresh.foreign = kept.spellings, kept.foreign
    else:
        _read_names(db, fresh, language, kin)
    _read_cameras(db, fresh)
    if file:
        while len(_kept) >= _KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = fresh
    return fresh


def _read_names(db: sqlite3.Connection, fresh: Known, language: str, kin: Mapping[tuple[str, ...], str]) -> None:
    fresh.facets = frozenset(facet for (facet,) in db.execute("SELECT DISTINCT facet FROM value"))
    named = [one.facet for one in fresh.spoken.values() if one.leads is not None]
    marks = ", ".join("?" * len(named))
    rows = db.execute(f"SELECT id, facet, name, fold, key, parent FROM value WHERE facet IN ({marks})", named)
    values = [Name(*row) for row in rows]
    others = {facet: fresh.spoken[facet].other_names(db) for facet in named}
    for name in values:
        called = _called(name, fresh.spoken[name.facet], others[name.facet], language)
        if fresh.spoken[name.facet].leads == "with" and (who := kin.get(pieces(name.name))) is not None:
            called = {key: QUALIFIED for key, other in kin.items() if other == who} | called
        for key, said in called.items():
            if key:
                fresh.names.setdefault(key, []).append((said, name))
                fresh.longest = max(fresh.longest, len(key))
                if fresh.spoken[name.facet].leads == "with" and key[-1].isalpha() and not key[-1].endswith("s"):
                    # "Annas Reise", "grandmas birthday"
                    fresh.names.setdefault((*key[:-1], f"{key[-1]}s"), []).append((max(said, QUALIFIED), name))
                spellings = fresh.foreign if said == OTHER else fresh.spellings
                spellings |= dict.fromkeys(key, "")
                if len(key) > 1:
                    spellings.setdefault("".join(key), " ".join(key))
    fresh.inside = all_inside(db, values, fresh.spoken)


@lru_cache(maxsize=8192)
def _in_pieces(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return what names are compared as: kept, since all are read again after any change of a name."""
    return tuple(dict.fromkeys(map(pieces, names)))


def _called(
    name: Name, spoken: SpokenFacet, others: Mapping[str, Iterable[str]], language: str
) -> dict[tuple[str, ...], int]:
    """Return what a value may be called, with how it is said then."""
    value = Tag(name.facet, name.key, name.name, name.parent)
    keys = {pieces(name.name): EXACT}
    if "'" in name.name:
        keys.setdefault(pieces(name.name.replace("'", "")), EXACT)
    if name.name.endswith(")") and (match := _QUALIFIED.fullmatch(name.name)):
        keys.setdefault(pieces(match[1]), QUALIFIED)
        keys.setdefault((*pieces(match[1]), *pieces(match[2])[1:]), EXACT)
    keys |= {pieces(other): EXACT for other in spoken.also_called(value, language)}
    for other in _in_pieces(tuple(others.get(name.key, ()))):
        keys.setdefault(other, OTHER)
    for short in spoken.shortly_called(value):
        keys.setdefault(pieces(short), SHORT)
    return keys


def _read_cameras(db: sqlite3.Connection, fresh: Known) -> None:
    lenses: set[str] = set()
    cameras: set[Camera] = set()
    for make, model, lens in db.execute("SELECT DISTINCT make, model, lens FROM photo"):
        if make or model:
            cameras.add(Camera(make, model))
        if lens:
            lenses.add(lens)
    fresh.lenses = sorted(lenses)
    for camera in sorted(cameras, key=str):
        for key, said in camera_keys(camera).items():
            fresh.cameras.setdefault(key, []).append((said, camera))
            fresh.longest = max(fresh.longest, len(key))


def camera_keys(camera: Camera) -> dict[tuple[str, ...], int]:
    """Return what a camera may be called: its make, its model, both, EXACT; what these begin with, QUALIFIED."""
    make, model = pieces(camera.make or ""), pieces(camera.model or "")
    own = model[len(make) :] if make and model[: len(make)] == make else model
    names = [whole for whole in (make, make[:1], model, own, make + own, make[:1] + own) if whole]
    keys = {whole[:count]: QUALIFIED for whole in names for count in range(1, len(whole))} | dict.fromkeys(names, EXACT)
    return {key: said for key, said in keys.items() if any(len(piece) > 1 and not piece.isdecimal() for piece in key)}
