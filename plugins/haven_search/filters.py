"""The filters that a phrase is made of: each a condition over `photo AS p`, its parameters, and how it is said."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haven_fs import Asked, PhotoSet, SpokenFacet
from haven_search import fulltext
from haven_search.dates import Stretch
from haven_search.known import Camera, Name

_WORDS = "p.id IN (SELECT rowid FROM words WHERE words MATCH ?)"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `kind`: what it is about; `says`: what it asks for, such as "taken in Paris".

    `unknown`: the condition of photos of which it is not known, if SQL would say neither yes nor no to them: "not
    2019" means undated photos too. `of_company`: the opposite of "with Alice" is "without Alice". `broad`, `opposite`:
    see Asked.
    """

    kind: str
    sql: str
    params: tuple[Any, ...]
    says: str
    unknown: str = ""
    of_company: bool = False
    broad: bool = False
    opposite: str = ""

    def negated(self) -> "Filter":
        """Return what all other photos fulfil."""
        sql = self.opposite or f"NOT ({self.sql})"
        sql = f"({self.unknown} OR {sql})" if self.unknown else sql
        says = self.says.removeprefix("with ")
        return Filter(self.kind, sql, self.params, f"without {says}" if self.of_company else f"not {self.says}")

    def narrow(self, photos: PhotoSet) -> PhotoSet:
        """Return the photos of a set that fulfil it."""
        return photos.narrowed(self.sql, *self.params)


def any_of(filters: Sequence[Filter]) -> Filter:
    """Return the filter for what fulfils any of these, at least one."""
    if len(filters) == 1:
        return filters[0]
    sql = " OR ".join(f"({one.sql})" for one in filters)
    says = " or ".join(dict.fromkeys(one.says for one in filters))
    first = filters[0]
    params = sum((one.params for one in filters), ())
    return Filter(first.kind, f"({sql})", params, says, first.unknown, first.of_company)


def with_names(names: Sequence[Name], spoken: Mapping[str, SpokenFacet]) -> Filter:
    """Return the filter for photos that have any of these values."""
    marks = ", ".join("?" * len(names))
    called = " or ".join(dict.fromkeys(name.name for name in names))
    facets = dict.fromkeys(name.facet for name in names)
    # Of a place and a country beside it, it is the place that is meant.
    inner = (facet for facet in facets if facet in spoken and spoken[facet].within in facets)
    facet = next(inner, names[0].facet)
    how = spoken.get(facet) or SpokenFacet()
    return Filter(
        facet,
        f"p.id IN (SELECT photo_id FROM member WHERE value_id IN ({marks}))",
        tuple(name.id for name in names),
        how.says.format(facet=facet, name=called),
        of_company=how.leads == "with",
    )


def asked(kind: str, condition: Asked, *, of_company: bool = False) -> Filter:
    """Return the filter for a condition that a plugin speaks of."""
    return Filter(
        kind, condition.sql, condition.params, condition.says, of_company=of_company, broad=condition.broad,
        opposite=condition.opposite,
    )  # fmt: skip


def nothing(kind: str, says: str) -> Filter:
    """Return the filter that nothing fulfils: what was asked for is not in the library."""
    return Filter(kind, "0", (), says)


def taken_with(cameras: Sequence[Camera], says: str | None = None) -> Filter:
    """Return the filter for cameras."""
    rows = ", ".join(["(?, ?)"] * len(cameras))
    params = tuple(text for camera in cameras for text in (camera.make or "", camera.model or ""))
    called = [*dict.fromkeys(map(str, cameras))]
    named = " or ".join(called) if len(called) < 5 else f"{', '.join(called[:3])} or {len(called) - 3} other cameras"
    sql = f"(coalesce(p.make, ''), coalesce(p.model, '')) IN (VALUES {rows})"
    return Filter("camera", sql, params, says or f"taken with {named}")


def with_lens(lenses: Sequence[str], written: str) -> Filter:
    """Return the filter for lenses."""
    if not lenses:
        return nothing("lens", f"taken with a lens called {written}; there is none")
    marks = ", ".join("?" * len(lenses))
    named = " or ".join(lenses[:3]) + (f" or {len(lenses) - 3} others" if len(lenses) > 3 else "")
    return Filter("lens", f"p.lens IN ({marks})", tuple(lenses), f"taken with {named}", "p.lens IS NULL")


def rated(least: float, most: float, says: str) -> Filter:
    """Return the filter for stars."""
    return Filter("rating", "p.rating BETWEEN ? AND ?", (least, most), says, "p.rating IS NULL")


def dated(stretches: Sequence[Stretch]) -> Filter:
    """Return the filter for photos taken in any of these stretches of time."""
    found = ((*stretch.sql(), stretch.say()) for stretch in stretches)
    return any_of([Filter("date", sql, params, says, "p.day IS NULL") for sql, params, says in found])


def named_like(text: str) -> Filter:
    """Return the filter for photos whose file's name, or a part of it, begins so."""
    return Filter("name", _WORDS, (fulltext.match_in("name", text, prefix=True),), f"with {text} in the file's name")


def captioned(text: str) -> Filter:
    """Return the filter for photos whose caption has this text."""
    return Filter("caption", _WORDS, (fulltext.match_in("caption", text),), f"with “{text}” in the caption")


def has_value(db: sqlite3.Connection, name: Name, photos: PhotoSet = PhotoSet()) -> bool:  # noqa: B008
    """Tell whether any photo of a set has a value."""
    # CROSS JOIN: the value's photos one by one, until one is in the set.
    query = "SELECT 1 FROM member m CROSS JOIN photo p ON p.id = m.photo_id WHERE m.value_id = ?"
    return bool(db.execute(f"{query} AND {photos.condition} LIMIT 1", (name.id, *photos.params)).fetchone())


def fits_any(db: sqlite3.Connection, one: Filter) -> bool:
    """Tell whether any photo fulfils a filter."""
    photos = one.narrow(PhotoSet())
    return bool(db.execute(f"SELECT 1 FROM photo p WHERE {photos.condition} LIMIT 1", photos.params).fetchone())
