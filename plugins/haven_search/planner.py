"""Understands phrases: "dog on beach Paris 2019 without Bob" becomes filters and what is left to look for.

What a phrase names that the library knows (people, places, cameras), dates, types and files' names narrow the photos
in SQL. What is left goes to a model as a text and to full text as words. Keywords act through words: "dog" looks for
dogs everywhere, `keyword:dog` only where somebody has noted it. A phrase is never refused and never fails.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from haven_fs import PhotoSet, SpokenFacet
from haven_search import filters, joining
from haven_search.atlarge import read_at_large
from haven_search.conditions import Conditions, Meaning
from haven_search.cues import Cues
from haven_search.datewords import DateReader
from haven_search.fields import Fields, field_names
from haven_search.folding import writable
from haven_search.homeland import homeland
from haven_search.known import Name, known
from haven_search.phrase import read_words
from haven_search.picks import read_pick
from haven_search.plan import Plan, Understood
from haven_search.reading import Item, Reading
from haven_search.remainder import clauses_of
from haven_search.stays import stays
from haven_search.vocabulary import Vocabulary, vocabulary

_CUT = "The phrase is so long that only its beginning was used."


def plan(
    db: sqlite3.Connection,
    phrase: str,
    *,
    now: datetime,
    language: str = "en",
    within: PhotoSet = PhotoSet(),  # noqa: B008
    spoken: Sequence[SpokenFacet] = (),
    words_of_language: Vocabulary | None = None,
    otherwise: Collection[tuple[int, str]] = (),
    country: str = "",
) -> Plan:
    """Understand a phrase as of `now`, in the owner's language and in English, among the photos of `within`.

    `spoken`: how phrases speak of facets, see View. `words_of_language`: if not what comes with Haven for the language.
    `otherwise`: some of the `other_readings` of a plan of this phrase. `country`: the ISO code of that whose feasts are
    meant, "" to find it out.
    """
    words_of_language = words_of_language or vocabulary(language)
    names = known(db, language, spoken, words_of_language.kin)
    words, cut = read_words(phrase, field_names(names), words_of_language.elisions)
    cues = Cues(words, words_of_language)
    today = now.date()
    home = partial(homeland, db, country, language, spoken)
    fields = Fields(db, names, words_of_language, today, home)
    reading = Reading(db, cues, names, DateReader(cues, today, home), fields, otherwise)
    joining.drop_taken_back(reading)
    joining.mark_excluded(reading)
    joining.mark_alone(reading)
    read_at_large(reading)
    picked = read_pick(reading)
    joining.exclude_words(reading)
    items = sorted(reading.items, key=lambda item: item.start)
    filtering = [item for item in items if item.look is None]
    meanings = _meanings(db, filtering, joining.resolve_names(reading, db, within), names.spoken)
    conditions = Conditions(reading, items, meanings)
    narrowing = [item for item in filtering if id(item) not in conditions.grouped]
    shown = writable(phrase)
    return Plan(
        " ".join(shown.split()),
        within,
        tuple(conditions.found),
        tuple(conditions.groups),
        tuple(item.look for item in items if item.look is not None),
        tuple(
            Understood(
                meanings[id(item)].filter.kind,
                shown[words[item.start].start : words[item.end - 1].end].strip(),
                _say(item, meanings[id(item)], another=id(item) in conditions.others),
            )
            for item in narrowing
        ),
        any(not meanings[id(item)].filter.broad for item in narrowing),
        tuple((words[place].start, words[place].end) for place in conditions.places if not words[place].quoted),
        clauses_of(reading),
        reading.other_readings(
            {
                id(item): {name.facet for name in meanings[id(item)].names}
                for item in filtering
                if meanings[id(item)].names
            }
        ),
        (_CUT,) if cut else (),
        picked,
    )


def _meanings(
    db: sqlite3.Connection,
    items: Sequence[Item],
    chosen: dict[int, tuple[list[Name], str]],
    spoken: Mapping[str, SpokenFacet],
) -> dict[int, Meaning]:
    found: dict[int, Meaning] = {}
    for item in items:
        if item.stay:
            found[id(item)] = Meaning(stays(db, chosen[id(item)][0], item.stay))
        elif item.names:
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
