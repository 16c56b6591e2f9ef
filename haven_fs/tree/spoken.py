"""How people speak of what plugins know: the names of facets' values, what leads to them, what they ask of photos.

A plugin brings a SpokenFacet for each of its facets that a phrase may name, such as people ("with Alice") or places
("in Paris"). Whoever understands phrases goes by these alone, and so knows nothing of faces or towns.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from haven_fs.catalog.findings import Tag
from haven_fs.tree.photoset import having


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on photos in SQL over `photo AS p`, its parameters, and how it is said, such as "with people".

    `broad`: nearly all photos fulfil it, so a phrase that asks for nothing else narrows nothing.
    It must be true or false of every photo, never NULL. `opposite`: the condition that it is false, with the same
    parameters, where an index answers that better than `NOT (sql)`.
    """

    sql: str
    params: tuple[Any, ...]
    says: str
    broad: bool = False
    opposite: str = ""

    @classmethod
    def of_value(cls, facet: str, key: str, says: str) -> "Asked":
        """Return the condition that a photo has a value of a facet."""
        sql, *params = having(facet, key)
        return cls(sql, tuple(params), says)

    @classmethod
    def of_words(cls, text: str, says: str) -> "Asked":
        """Return the condition that these words, one after another, were found in a photo: see Facts.words."""
        quoted = text.replace('"', '""')
        return cls("p.id IN (SELECT rowid FROM words WHERE words MATCH ?)", (f'{{seen}} : "{quoted}"',), says)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is asked for: from `least` to `most`, None: however much. `strict`: those themselves not."""

    least: float | None = None
    most: float | None = None
    strict: bool = False

    def sql(self, expression: str) -> tuple[str, tuple[float, ...]]:
        """Return the condition that an SQL expression is so much, and its parameters."""
        if self.least is not None and self.least == self.most:
            return f"{expression} = ?", (self.least,)
        sign = "" if self.strict else "="
        bounds = [
            (f"{expression} {mark}{sign} ?", edge)
            for mark, edge in ((">", self.least), ("<", self.most))
            if edge is not None
        ]
        return " AND ".join(sql for sql, _ in bounds) or "1", tuple(edge for _, edge in bounds)

    def say(self, amount: Callable[[float], str]) -> str:
        """Return it in words, such as "more than 3 people"; `amount` says a number of them: "3 people"."""
        if self.least is None or self.most is None:
            edge = self.most if self.least is None else self.least
            words = ("less than", "at most") if self.least is None else ("more than", "at least")
            return f"{words[0 if self.strict else 1]} {amount(edge or 0)}"
        first, last = amount(self.least), amount(self.most)
        unit = first.partition(" ")[2]
        if first != last and unit and last.endswith(f" {unit}"):
            first = first.partition(" ")[0]
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something of photos that is counted or measured, such as how long a video is.

    `units`: how many of the smallest each of its units is, by the keys that tables of words have for them: a "minute"
    is 60. `asked`: the condition for an amount in the smallest unit. `counts`: it counts things, so that a number
    alone is an amount ("4 people"); else there must be more, such as "longer than".
    """

    units: Mapping[str, float]
    asked: Callable[[Amount], Asked]
    counts: bool = False


class SpokenFacet:
    """How people speak of one facet. What a subclass does not define, is not spoken of.

    `facet`: its name, by which any value can be asked for ("colour:red"); `fields`: what else may stand before the
    colon. `leads`: whether its values are named without that, and after which words: "with" as in "with Alice" and "of
    Alice", "in" as in "in Paris" and "at home". `says`: how a photo of a value is described. `single`: a photo has one
    value, so that two that are named mean either. `within`: the facet of what its values lie in. `yields`: where one of
    its values shares a name with what lies in it, that is meant: the town of New York, not the state. `wide`: they are
    too large to be shown with a photo, beside the rest. `unseen`: names count though no photo has them. `at_large`: the
    key of words that mean any value, in the tables of those who read phrases, such as "people". `by_noun`: its values
    are named beside such a word: "album Summer". `nations`: the keys of its values are countries' ISO codes, such as
    "FR".
    """

    facet: str
    fields: tuple[str, ...] = ()
    leads: Literal["with", "in"] | None = None
    says: str = "with the {facet} {name}"
    single: bool = False
    within: str | None = None
    yields: bool = False
    wide: bool = False
    unseen: bool = False
    at_large: str = ""
    by_noun: bool = False
    nations: bool = False

    def can_tell(self, db: sqlite3.Connection) -> bool:
        """Tell whether it is known of photos what they have of it, so that the others have not; else words stay words.

        `sorts`, `measures` and `anything` count only then.
        """
        return True

    def asked(self, value: str) -> Asked | None:
        """Return what is asked by any text after the colon; None if only names of values stand there."""
        return None

    def also_called(self, value: Tag, language: str) -> Iterable[str]:
        """Return what else a value is called, in any language that the owner may speak."""
        return ()

    def shortly_called(self, value: Tag) -> Iterable[str]:
        """Return what a value is called for short, which counts where nothing else is meant by it."""
        return ()

    def other_names(self, db: sqlite3.Connection) -> Mapping[str, Iterable[str]]:
        """Return what values are called by others, by key: it counts where nothing else has that name."""
        return {}

    def inside(self, db: sqlite3.Connection) -> Mapping[str, Iterable[tuple[str, str]]]:
        """Return what values lie in besides their parent, facet and key each, by their keys: a town in its region."""
        return {}

    def around(self, db: sqlite3.Connection, key: str, km: float | None) -> Asked | None:
        """Return the condition of being taken within `km` of a value, by default near it; None if it is nowhere."""
        return None

    def related(self, db: sqlite3.Connection, word: str) -> Asked | None:
        """Return what is asked by a word whose meaning depends on the library, by its key in the tables: "abroad"."""
        return None

    def sorts(self) -> Mapping[str, Asked]:
        """Return what is asked by words of a language, by the keys that tables of words have for them: "video"."""
        return {}

    def measures(self) -> Mapping[str, Measure]:
        """Return what is measured, by the keys that tables have for words such as "longer than": "length"."""
        return {}

    def anything(self) -> Asked | None:
        """Return what photos with any value fulfil, whether it is known which or not; None if that cannot be told."""
        return None

    def nothing_but(self, keys: Collection[str]) -> Asked | None:
        """Return what photos fulfil that have none but these values; None if that cannot be told."""
        return None


def facets_led_by(spoken: Sequence[SpokenFacet], lead: str) -> list[str]:
    """Return the facets whose values are spoken of after "in" or "with" and shown with a photo; the narrowest first."""
    inner = sorted(spoken, key=lambda one: one.within is None)
    return [one.facet for one in inner if one.leads == lead and not one.wide]
