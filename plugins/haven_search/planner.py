"""Understands phrases: "dog on beach Paris 2019 without Bob" becomes filters and what is left to look for.

What a phrase names that the library knows (people, places, cameras), dates, types and files' names narrow the photos
in SQL. What is left goes to a model as a text and to full text as words. Keywords act through words: "dog" looks for
dogs everywhere, `keyword:dog` only where somebody has noted it. A phrase is never refused and never fails.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from haven_fs import PhotoSet
from haven_search import filters, fulltext, joining
from haven_search.cues import Cues
from haven_search.dates import Span, Yearly
from haven_search.datewords import DateReader, Moment
from haven_search.fields import Fields, field_names
from haven_search.filters import Filter
from haven_search.folding import writable
from haven_search.known import Name, known
from haven_search.phrase import read_words
from haven_search.plan import Plan, Understood
from haven_search.reading import Item, Reading
from haven_search.remainder import text_of, words_of
from haven_search.vocabulary import vocabulary

__all__ = ["Plan", "Understood", "matching_words", "plan"]

_EITHER = ("type", "camera", "lens", "file", "name")
"""Kinds of which a photo has only one, so that two of them mean either."""
_CUT = "The phrase is so long that only its beginning was read."


def plan(
    db: sqlite3.Connection,
    phrase: str,
    *,
    now: datetime,
    language: str = "en",
    within: PhotoSet = PhotoSet(),  # noqa: B008
) -> Plan:
    """Understand a phrase as of `now`, in the owner's language and in English, among the photos of `within`."""
    names = known(db, language)
    spoken = vocabulary(language)
    words, cut = read_words(phrase, field_names(names), spoken.elisions)
    cues = Cues(words, spoken)
    today = now.date()
    reading = Reading(db, cues, names, DateReader(cues, today), Fields(db, names, spoken, today))
    joining.mark_excluded(reading)
    joining.exclude_words(reading)
    values = joining.resolve_names(reading, db, within)
    items = sorted(reading.items, key=lambda item: item.start)
    shown = writable(phrase)
    understood: list[Understood] = []
    for item in items:
        meant, note = _meant(item, values)
        written = shown[words[item.start].start : words[item.end - 1].end].strip()
        says = meant.negated().says if item.out else meant.says + (" and nobody else" if item.only else "")
        understood.append(Understood(meant.kind, written, f"{says} ({note})" if note else says))
    photos = within
    for one in _conditions(reading, items, values):
        photos = one.narrow(photos)
    text = text_of(reading)
    left = words_of(reading)
    return Plan(" ".join(shown.split()), photos, text, left, tuple(understood), (_CUT,) if cut else ())


def matching_words(db: sqlite3.Connection, plan: Plan) -> Sequence[int]:
    """Return the ids of the plan's photos whose names, captions or keywords have all its words, the best first."""
    if not plan.words:
        return []
    query = (
        "SELECT words.rowid FROM words JOIN photo p ON p.id = words.rowid WHERE words MATCH ?"
        f" AND {plan.photos.condition} ORDER BY {fulltext.RANK}, words.rowid"
    )
    return [row[0] for row in db.execute(query, (fulltext.match_all(plan.words), *plan.photos.params))]


def _meant(item: Item, values: dict[int, tuple[list[Name], str]]) -> tuple[Filter, str]:
    """Return an item's filter as it stands by itself, and what is to be said about it."""
    if item.names:
        names, note = values[id(item)]
        return filters.with_names(names), note
    if item.moment is not None:
        return filters.dated(item.moment.stretches), ""
    assert item.filter is not None
    return item.filter, ""


def _conditions(reading: Reading, items: Sequence[Item], values: dict[int, tuple[list[Name], str]]) -> list[Filter]:
    """Return what the photos must fulfil, all of it."""
    wanted = [item for item in items if not item.out]
    found = [_meant(item, values)[0].negated() for item in items if item.out]
    found += _people(reading, wanted, values)
    found += _where(reading, wanted, values)
    found += _when([item.moment for item in wanted if item.moment is not None])
    rest = [item.filter for item in wanted if item.filter is not None]
    for kind in _EITHER:
        same = [one for one in rest if one.kind == kind]
        if same:
            found.append(filters.any_of(same))
    return found + [one for one in rest if one.kind not in _EITHER]


def _people(reading: Reading, wanted: Sequence[Item], values: dict[int, tuple[list[Name], str]]) -> list[Filter]:
    """Return the filters for people: all of them, but either where "or" stands between."""
    items = [item for item in wanted if item.names and values[id(item)][0][0].facet == "person"]
    groups: list[list[Name]] = []
    for before, item in zip([None, *items], items, strict=False):
        names = values[id(item)][0]
        if before is not None and joining.joint_between(reading, before, item) == "or":
            groups[-1].extend(names)
        else:
            groups.append(list(names))
    found = [filters.with_names(group) for group in groups]
    if any(item.only for item in items):
        found.append(filters.nobody_but([name for group in groups for name in group]))
    return found


def _where(reading: Reading, wanted: Sequence[Item], values: dict[int, tuple[list[Name], str]]) -> list[Filter]:
    """Return the filter for places: any of them; a country only if no place in it is named beside it."""
    items = [item for item in wanted if item.names and values[id(item)][0][0].facet != "person"]
    chosen = [values[id(item)][0] for item in items]
    inside = {name.parent for names in chosen for name in names if name.facet == "place"}
    listed = {
        id(item)
        for before, after in pairwise(items)
        if joining.joint_between(reading, before, after) == "or"
        for item in (before, after)
    }
    places = [
        name
        for item, names in zip(items, chosen, strict=True)
        for name in names
        if name.facet == "place" or id(item) in listed or name.key not in inside or len({n.facet for n in names}) > 1
    ]
    return [filters.with_names(list(dict.fromkeys(places)))] if places else []


def _when(moments: Sequence[Moment]) -> list[Filter]:
    """Return the filters for dates: any of those named, in any of the months or seasons named, within all bounds."""
    bounds = [filters.dated(moment.stretches) for moment in moments if moment.bound]
    stretches = [stretch for moment in moments if not moment.bound for stretch in moment.stretches]
    spans = [stretch for stretch in stretches if isinstance(stretch, Span)]
    yearly = [stretch for stretch in stretches if isinstance(stretch, Yearly)]
    return bounds + [filters.dated(some) for some in (spans, yearly) if some]
