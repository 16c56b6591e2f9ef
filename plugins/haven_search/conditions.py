"""What photos must fulfil for the items of a phrase: which of them narrow together, and which are alternatives.

"Alice and Bob" is both, "Alice or Bob" either. A photo has only one place and one camera, so two that are named mean
either, and a country beside a place in it says which place is meant. Of dates, any of those named counts, within all
bounds. Whatever "or" stands between is an alternative, of whichever kinds: "Alice or Paris", "Alice or a dog".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haven_search import filters, joining, levels
from haven_search.dates import Span, Stretch, Yearly
from haven_search.filters import Filter
from haven_search.known import Name
from haven_search.plan import Condition, Group, Look
from haven_search.reading import Item, Reading
from haven_search.remainder import Part, look_of, parts_of

_EITHER = ("camera", "lens", "file", "name")
"""Kinds of which a photo has only one, so that two of them mean either; so do some facets."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """An item's filter as it stands by itself; the values of a name; what is to be said about the choice."""

    filter: Filter
    names: tuple[Name, ...] = ()
    note: str = ""


class Conditions:
    """What the photos must fulfil. `found`: all of it; `groups`: of each something must fit, see Plan; `places`: of the
    words that are looked for; `others`: the ids of the items that only say another possibility; `grouped`: of those
    that are in a group."""

    def __init__(self, reading: Reading, items: Sequence[Item], meanings: Mapping[int, Meaning]) -> None:
        self._reading = reading
        self._meanings = meanings
        self.found: list[Condition] = []
        self.groups: list[Group] = []
        self.places: list[int] = []
        self.others: set[int] = set()
        self.grouped: set[int] = set()
        parts = parts_of(reading)
        self.places += [place for part in parts for place in part.places]
        joined: set[int] = set()
        for chain in _chains(parts):
            if len(chain) == 1 and chain[0].item is not None:
                continue
            items_of = [part.item for part in chain if part.item is not None]
            if len(items_of) < len(chain):
                self.groups.append(tuple(self._alternative(part) for part in chain))
                self.grouped.update(map(id, items_of))
            elif len({_family(item, self._meanings) for item in items_of}) > 1:
                self._add(filters.any_of([self._meanings[id(item)].filter for item in items_of]), items_of)
            else:
                continue
            joined.update(map(id, items_of))
            self.others.update(id(part.item) for part in chain[1:] if part.item is not None)
        for item in items:
            if item.out and item.look is None:
                self._add(meanings[id(item)].filter.negated(), [item])
        self._read([item for item in items if not item.out and id(item) not in joined])

    def _alternative(self, part: Part) -> Look | Filter:
        if part.item is not None:
            return self._meanings[id(part.item)].filter
        return look_of(self._reading, part.places)

    def _add(self, chosen: Filter, items: Sequence[Item]) -> None:
        """Note a condition and by which words it was asked."""
        words = self._reading.words
        written = (" ".join(word.raw for word in words[item.start : item.end]) for item in items)
        self.found.append(Condition(chosen, ", ".join(written)))

    def _read(self, wanted: Sequence[Item]) -> None:
        named = [item for item in wanted if self._meanings[id(item)].names]
        single = [item for item in named if self._is_single(item)]
        for facet in dict.fromkeys(self._facet(item) for item in named if item not in single):
            self._all_of([item for item in named if item not in single and self._facet(item) == facet])
        self._where(single)
        self._when([item for item in wanted if item.moment is not None])
        rest = [item for item in wanted if item.filter is not None or item.stay]
        either = (*(one.facet for one in self._reading.known.spoken.values() if one.single), *_EITHER)
        for kind in either:
            same = [item for item in rest if self._meanings[id(item)].filter.kind == kind]
            if same:
                self._add(filters.any_of([self._meanings[id(item)].filter for item in same]), same)
                self.others.update(map(id, same[1:]))
        for item in rest:
            if self._meanings[id(item)].filter.kind not in either:
                self._add(self._meanings[id(item)].filter, [item])

    def _facet(self, item: Item) -> str:
        return self._meanings[id(item)].names[0].facet

    def _is_single(self, item: Item) -> bool:
        spoken = self._reading.known.spoken.get(self._facet(item))
        return spoken is not None and spoken.single

    def _all_of(self, items: Sequence[Item]) -> None:
        """Add the filters for values of one facet, such as people: all of them, but either where "or" is between."""
        groups: list[tuple[list[Name], list[Item]]] = []
        for item, joint in zip(items, joining.joints(self._reading, items), strict=True):
            names = self._meanings[id(item)].names
            if joint == "or":
                groups[-1][0].extend(names)
                groups[-1][1].append(item)
                self.others.add(id(item))
            else:
                groups.append((list(names), [item]))
        spoken = self._reading.known.spoken
        for names_, asked_by in groups:
            self._add(filters.with_names(names_, spoken), asked_by)
        facet = groups[0][0][0].facet
        if any(item.only for item in items) and facet in spoken:
            alone = spoken[facet].nothing_but([name.key for names_, _ in groups for name in names_])
            if alone is not None:
                self._add(filters.asked(facet, alone), items)

    def _where(self, items: Sequence[Item]) -> None:
        """Add the filter for places: any of them; a country only if no place in it is named beside it."""
        joint = joining.joints(self._reading, items)
        spoken = self._reading.known.spoken
        inside = levels.above(
            (name for item in items for name in self._meanings[id(item)].names), self._reading.known.inside
        )
        places: dict[Name, None] = {}
        for place, item in enumerate(items):
            names = self._meanings[id(item)].names
            listed = "or" in (joint[place], *joint[place + 1 : place + 2])
            narrowed = not listed and all((name.facet, name.key) in inside for name in names)
            if not narrowed:
                if places:
                    self.others.add(id(item))
                places |= dict.fromkeys(names)
        if places:
            self._add(filters.with_names(list(places), spoken), items)

    def _when(self, items: Sequence[Item]) -> None:
        """Add the filters for dates: any of those named, in any of the months or seasons named, within all bounds."""
        for kind in (Span, Yearly):
            stretches: list[Stretch] = []
            asked_by: list[Item] = []
            for item in items:
                moment = item.moment
                if moment is None or not isinstance(moment.stretches[0], kind):
                    continue
                if moment.bound:
                    self._add(filters.dated(moment.stretches), [item])
                    continue
                if stretches:
                    self.others.add(id(item))
                stretches += moment.stretches
                asked_by.append(item)
            if stretches:
                self._add(filters.dated(stretches), asked_by)


def _chains(parts: Sequence[Part]) -> list[list[Part]]:
    """Return the parts, those together that "or" stands between; nothing that is left out is an alternative."""
    chains: list[list[Part]] = []
    for part in parts:
        before = chains[-1][-1] if chains else None
        if part.joint == "or" and before is not None and not (_is_out(part) or _is_out(before)):
            chains[-1].append(part)
        else:
            chains.append([part])
    return chains


def _is_out(part: Part) -> bool:
    return part.item is not None and part.item.out


def _family(item: Item, meanings: Mapping[int, Meaning]) -> str:
    """Return what items are alternatives of by themselves: those of one facet, dates of one sort; others of none."""
    if meanings[id(item)].names:
        return meanings[id(item)].names[0].facet
    if item.moment is not None:
        return f"date {type(item.moment.stretches[0]).__name__}"
    return f"{item.kind} {id(item)}"
