"""What lies in what: a town in its region, that in its country. So "Munich, Bavaria" is the town, and New York too."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from haven_fs import SpokenFacet

Inside = Mapping[tuple[str, str], frozenset[tuple[str, str]]]
"""What values lie in, by facet and key: facets and keys of their parents and of all that is above."""


class Name(NamedTuple):
    """A value of a facet. `parent`: the key of the value above it, as of a town's country."""

    id: int
    facet: str
    name: str
    fold: str
    key: str
    parent: str | None


def all_inside(db: sqlite3.Connection, values: Sequence[Name], spoken: Mapping[str, SpokenFacet]) -> Inside:
    """Return what values lie in, as plugins say it."""
    direct: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for name in values:
        within = spoken[name.facet].within
        if within is not None and name.parent is not None:
            direct.setdefault((name.facet, name.key), set()).add((within, name.parent))
    for facet in {name.facet for name in values}:
        for key, those in spoken[facet].inside(db).items():
            direct.setdefault((facet, key), set()).update(those)
    return {value: frozenset(_above(value, direct)) for value in direct}


def _above(value: tuple[str, str], direct: Mapping[tuple[str, str], set[tuple[str, str]]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting = [value]
    while waiting:
        more = direct.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found - {value}


def above(names: Iterable[Name], inside: Inside) -> set[tuple[str, str]]:
    """Return all that any of these values lies in."""
    return {one for name in names for one in inside.get((name.facet, name.key), ())}


def lies_in_any(name: Name, outer: Collection[tuple[str, str]], inside: Inside) -> bool:
    """Tell whether a value lies in any of these."""
    return not inside.get((name.facet, name.key), frozenset()).isdisjoint(outer)


def meant(
    pairs: Sequence[tuple[int, Name]], spoken: Mapping[str, SpokenFacet], inside: Inside
) -> tuple[list[tuple[int, Name]], str]:
    """Return which of the values that share a name are meant where some lie in others; how the others are asked for.

    Of a region and a town in it, it is the town (SpokenFacet.yields). What is called otherwise in the first place does
    not count: "Oklahoma" is the state, whatever else Oklahoma City is called.
    """
    dropped: list[tuple[int, Name]] = []
    for said, name in pairs:
        around = inside.get((name.facet, name.key), frozenset())
        dropped += [
            outer
            for outer in pairs
            if (outer[1].facet, outer[1].key) in around
            and outer[1].facet in spoken
            and spoken[outer[1].facet].yields
            and said <= outer[0]
        ]
    left = [pair for pair in pairs if pair not in dropped]
    others = dict.fromkeys(name for _, name in dropped)
    return left, "; ".join(f'for the {name.facet}, write: {name.facet}:"{name.name}"' for name in others)
