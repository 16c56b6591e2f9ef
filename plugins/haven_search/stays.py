"""Reads "when we were in Rome": the days of the stays there, so photos that do not say where they were taken count too.

A stay is a run of days with photos of the place; a day or two between them belongs to it.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import timedelta

from haven_search.dates import Span, day_of, number
from haven_search.filters import Filter
from haven_search.known import Name

GAP = 3
"""Days from one photo of a place to the next at which it is still the same stay."""
_TOLD = 3


STAYS = ("stay", "stay-last", "stay-first")
"""The roles of words that lead to a place whose days are meant: of all stays, of the last, of the first."""


def stays(db: sqlite3.Connection, names: Sequence[Name], role: str = "stay") -> Filter:
    """Return the filter for photos taken on the days of the stays at any of these places; `role`: one of STAYS."""
    marks = ", ".join("?" * len(names))
    # CROSS JOIN: the place's photos one by one, each by its id.
    query = (
        "SELECT DISTINCT p.day FROM member m CROSS JOIN photo p ON p.id = m.photo_id"
        f" WHERE m.value_id IN ({marks}) AND p.shown = 1 AND p.day > 0 ORDER BY 1"
    )
    spans = _spans([day for (day,) in db.execute(query, [name.id for name in names])])
    spans = spans[-1:] if role == "stay-last" else spans[:1] if role == "stay-first" else spans
    called = " or ".join(dict.fromkeys(name.name for name in names))
    told = [span.say().removeprefix("taken ") for span in spans[-_TOLD:]]
    more = f"; {len(spans) - _TOLD} stays before" if len(spans) > _TOLD else ""
    says = f"taken during a stay in {called}: {', '.join(told)}{more}"
    return Filter(
        "date", "p.day IN (SELECT value FROM json_each(?))", (json.dumps(_days(spans)),), says, "p.day IS NULL"
    )


def _spans(days: Sequence[int]) -> list[Span]:
    spans: list[Span] = []
    for day in days:
        here, before = day_of(day), day_of(spans[-1].last or 0) if spans else None
        if here is not None and before is not None and (here - before).days <= GAP:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return spans


def _days(spans: Sequence[Span]) -> list[int]:
    """Return every day of some stretches."""
    found: list[int] = []
    for span in spans:
        first, last = day_of(span.first or 0), day_of(span.last or 0)
        if first is not None and last is not None:
            found += [number(first + timedelta(count)) for count in range((last - first).days + 1)]
    return found
