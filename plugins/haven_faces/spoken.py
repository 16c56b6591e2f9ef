"""How phrases speak of people: "with Alice and Bob", "only Alice", "without people", "more than 3 people"."""

import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping

from haven_faces.persons import NUMBERED, PERSON
from haven_fs import Amount, Asked, Measure, SpokenFacet, Tag, names

_PLAIN = "f.space IS NOT NULL AND f.quality >= 0.3"
"""Faces that one sees as such, rather than a blur in the background."""
_FOUND = "SELECT EXISTS (SELECT 1 FROM face WHERE space IS NOT NULL)"
_KNOWN = "SELECT EXISTS (SELECT 1 FROM value WHERE facet = ?)"
_UNNAMED = (
    "SELECT f.photo_id FROM face f WHERE f.person_id IS NULL AND f.dismissed = 0 AND f.space IS NOT NULL"
    " AND f.quality >= 0.3 UNION ALL SELECT f.photo_id FROM person q CROSS JOIN face f ON f.person_id = q.id"
    f" WHERE q.name IS NULL AND q.hidden = 0 AND {_PLAIN}"
)
_GROUP = 3
_WORD = re.compile(r"[^\W_]+")


class PeopleInPhrases(SpokenFacet):
    """People are named by their names and, where that is clear, by their first names."""

    facet = PERSON
    fields = ("people",)
    leads = "with"
    says = "with {name}"
    unseen = True
    at_large = "people"

    def can_tell(self, db: sqlite3.Connection) -> bool:
        """Tell whether anybody was found or named in a photo."""
        return bool(db.execute(_FOUND).fetchone()[0] or db.execute(_KNOWN, (PERSON,)).fetchone()[0])

    def shortly_called(self, value: Tag) -> Iterable[str]:
        """Return the first of several names; "Person 12" has none."""
        words = _WORD.findall(value.name)
        if len(words) > 1 and len(words[0]) > 1 and not NUMBERED.fullmatch(names.fold(value.name)):
            yield words[0]

    def anything(self) -> Asked:
        """Return what photos fulfil with any person, whether the owner has said who it is or not."""
        people = (
            "SELECT m.photo_id FROM member m JOIN value v ON v.id = m.value_id WHERE v.facet = ?"
            f" UNION ALL SELECT f.photo_id FROM face f WHERE {_PLAIN}"
        )
        return Asked(f"p.id IN ({people})", (PERSON,), "with people")

    def nothing_but(self, keys: Collection[str]) -> Asked:
        """Return what photos fulfil with nobody but these people."""
        marks = ", ".join("?" * len(keys))
        others = (
            "NOT EXISTS (SELECT 1 FROM member m JOIN value v ON v.id = m.value_id"
            f" WHERE m.photo_id = p.id AND v.facet = ? AND v.key NOT IN ({marks}))"
            f" AND NOT EXISTS (SELECT 1 FROM face f WHERE f.photo_id = p.id AND {_PLAIN}"
            f" AND (f.person_id IS NULL OR f.person_id NOT IN ({marks})))"
        )
        ids = (int(key) if key.isdecimal() else 0 for key in keys)
        return Asked(others, (PERSON, *keys, *ids), "with nobody else")


class CompanyInPhrases(SpokenFacet):
    """How many people are in photos, found there or known to be, and whether all of them have a name."""

    facet = "company"

    def can_tell(self, db: sqlite3.Connection) -> bool:
        """Tell whether anybody was found in a photo, or is known to be in one."""
        return bool(db.execute("SELECT EXISTS (SELECT 1 FROM face_count)").fetchone()[0])

    def sorts(self) -> Mapping[str, Asked]:
        """Return groups, one alone, and photos of people without a name."""
        return {
            "group": _counted(Amount(_GROUP, None)),
            "alone": _counted(Amount(1, 1)),
            "unknown": Asked(f"p.id IN ({_UNNAMED})", (), "with people who have no name yet"),
        }

    def measures(self) -> Mapping[str, Measure]:
        """Return people as what is counted."""
        return {"people": Measure({"person": 1}, _counted, counts=True)}


def _counted(amount: Amount) -> Asked:
    sql, params = amount.sql("people")
    says = f"with {amount.say(lambda count: f'{count:g} person' if count == 1 else f'{count:g} people')}"
    if (amount.least or 0) > 0:
        return Asked(f"p.id IN (SELECT photo_id FROM face_count WHERE {sql})", params, says)
    # Photos with nobody have no row.
    return Asked(f"p.id NOT IN (SELECT photo_id FROM face_count WHERE NOT ({sql}))", params, says)
