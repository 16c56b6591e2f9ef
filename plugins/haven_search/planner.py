"""Understands phrases: "dog on beach Paris 2019 without Bob" becomes filters and what is left to look for.

What a phrase names that the library knows (people, places, cameras), dates, types and files' names narrow the photos
in SQL. What is left goes to a model as a text and to full text as words. Keywords act through words: "dog" looks for
dogs everywhere, `keyword:dog` only where somebody has noted it. A phrase is never refused and never fails.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from haven_fs import PhotoSet, SpokenFacet
from haven_search import filters, fulltext, joining
from haven_search.cues import Cues
from haven_search.dates import Span, Stretch, Yearly
from haven_search.datewords import DateReader
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

_EITHER = ("camera", "lens", "file", "name")
"""Kinds of which a photo has only one, so that two of them mean either; so do some facets."""
_CUT = "The phrase is so long that only its beginning was used."


def plan(
    db: sqlite3.Connection,
    phrase: str,
    *,
    now: datetime,
    language: str = "en",
    within: PhotoSet = PhotoSet(),  # noqa: B008
    spoken: Sequence[SpokenFacet] = (),
) -> Plan:
    """Understand a phrase as of `now`, in the owner's language and in English, among the photos of `within`.

    `spoken`: how phrases speak of facets, see View.
    """
    names = known(db, language, spoken)
    words_of_language = vocabulary(language)
    words, cut = read_words(phrase, field_names(names), words_of_language.elisions)
    cues = Cues(words, words_of_language)
    today = now.date()
    reading = Reading(db, cues, names, DateReader(cues, today), Fields(db, names, words_of_language, today))
    joining.mark_excluded(reading)
    joining.exclude_at_large(reading)
    joining.exclude_words(reading)
    items = sorted(reading.items, key=lambda item: item.start)
    meanings = _meanings(items, joining.resolve_names(reading, db, within), names.spoken)
    conditions, others = _conditions(reading, items, meanings)
    photos = within
    for condition in conditions:
        photos = condition.narrow(photos)
    shown = writable(phrase)
    return Plan(
        " ".join(shown.split()),
        photos,
        text_of(reading),
        words_of(reading),
        tuple(
            Understood(
                meanings[id(item)].filter.kind,
                shown[words[item.start].start : words[item.end - 1].end].strip(),
                _say(item, meanings[id(item)], another=id(item) in others),
            )
            for item in items
        ),
        (_CUT,) if cut else (),
    )


def matching_words(db: sqlite3.Connection, plan: Plan) -> Sequence[int]:
    """Return the ids of the plan's photos whose names, captions or keywords have all its words, the best first."""
    if not plan.words:
        return []
    query = (
        "SELECT words.rowid FROM words JOIN photo p ON p.id = words.rowid WHERE words MATCH ?"
        f" AND {plan.photos.condition} ORDER BY {fulltext.RANK}, words.rowid"
    )
    return [row[0] for row in db.execute(query, (fulltext.match_all(plan.words), *plan.photos.params))]


@dataclass(frozen=True, slots=True)
class Meaning:
    """An item's filter as it stands by itself; the values of a name; what is to be said about the choice."""

    filter: Filter
    names: tuple[Name, ...] = ()
    note: str = ""


def _meanings(
    items: Sequence[Item], chosen: dict[int, tuple[list[Name], str]], spoken: Mapping[str, SpokenFacet]
) -> dict[int, Meaning]:
    found: dict[int, Meaning] = {}
    for item in items:
        if item.names:
            names, note = chosen[id(item)]
            found[id(item)] = Meaning(filters.with_names(names, spoken), tuple(names), note)
        elif item.moment is not None:
            found[id(item)] = Meaning(filters.dated(item.moment.stretches))
        elif item.filter is not None:
            found[id(item)] = Meaning(item.filter)
    return found


def _say(item: Item, meaning: Meaning, *, another: bool) -> str:
    says = meaning.filter.negated().says if item.out else meaning.filter.says
    says = f"or {says}" if another else says
    says = f"{says} and nobody else" if item.only and meaning.filter.of_company else says
    return f"{says} ({meaning.note})" if meaning.note else says


def _conditions(reading: Reading, items: Sequence[Item], meanings: dict[int, Meaning]) -> tuple[list[Filter], set[int]]:
    """Return what the photos must fulfil, all of it; and the ids of the items that only say another possibility."""
    wanted = [item for item in items if not item.out]
    found = [meanings[id(item)].filter.negated() for item in items if item.out]
    others: set[int] = set()
    named = [item for item in wanted if item.names]
    single = [item for item in named if _is_single(reading, meanings[id(item)].names)]
    for facet in dict.fromkeys(meanings[id(item)].names[0].facet for item in named if item not in single):
        same = [item for item in named if item not in single and meanings[id(item)].names[0].facet == facet]
        found += _all_of(reading, same, meanings, others)
    found += _where(reading, single, meanings, others)
    found += _when([item for item in wanted if item.moment is not None], others)
    rest = [item for item in wanted if item.filter is not None]
    either = (*(one.facet for one in reading.known.spoken.values() if one.single), *_EITHER)
    for kind in either:
        same = [item for item in rest if meanings[id(item)].filter.kind == kind]
        if same:
            found.append(filters.any_of([meanings[id(item)].filter for item in same]))
            others.update(map(id, same[1:]))
    found += [meanings[id(item)].filter for item in rest if meanings[id(item)].filter.kind not in either]
    return found, others


def _is_single(reading: Reading, names: Sequence[Name]) -> bool:
    spoken = reading.known.spoken.get(names[0].facet)
    return spoken is not None and spoken.single


def _all_of(reading: Reading, items: Sequence[Item], meanings: dict[int, Meaning], others: set[int]) -> list[Filter]:
    """Return the filters for values of one facet, such as people: all of them, but either where "or" stands between."""
    groups: list[list[Name]] = []
    for item, joint in zip(items, joining.joints(reading, items), strict=True):
        names = meanings[id(item)].names
        if joint == "or":
            groups[-1].extend(names)
            others.add(id(item))
        else:
            groups.append(list(names))
    spoken = reading.known.spoken
    found = [filters.with_names(group, spoken) for group in groups]
    facet = groups[0][0].facet
    if any(item.only for item in items) and facet in spoken:
        alone = spoken[facet].nothing_but([name.key for group in groups for name in group])
        found += [filters.asked(facet, alone)] if alone is not None else []
    return found


def _where(reading: Reading, items: Sequence[Item], meanings: dict[int, Meaning], others: set[int]) -> list[Filter]:
    """Return the filter for places: any of them; a country only if no place in it is named beside it."""
    joint = joining.joints(reading, items)
    spoken = reading.known.spoken
    inside = {(spoken[name.facet].within, name.parent) for item in items for name in meanings[id(item)].names}
    places: dict[Name, None] = {}
    for place, item in enumerate(items):
        names = meanings[id(item)].names
        listed = "or" in (joint[place], *joint[place + 1 : place + 2])
        narrowed = not listed and all((name.facet, name.key) in inside for name in names)
        if not narrowed:
            if places:
                others.add(id(item))
            places |= dict.fromkeys(names)
    return [filters.with_names(list(places), spoken)] if places else []


def _when(items: Sequence[Item], others: set[int]) -> list[Filter]:
    """Return the filters for dates: any of those named, in any of the months or seasons named, within all bounds."""
    found: list[Filter] = []
    for kind in (Span, Yearly):
        stretches: list[Stretch] = []
        for item in items:
            moment = item.moment
            if moment is None or not isinstance(moment.stretches[0], kind):
                continue
            if moment.bound:
                found.append(filters.dated(moment.stretches))
                continue
            if stretches:
                others.add(id(item))
            stretches += moment.stretches
        if stretches:
            found.append(filters.dated(stretches))
    return found
