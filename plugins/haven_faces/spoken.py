"""How phrases speak of people: "with Alice and Bob", "only Alice", "without people"."""

import re
from collections.abc import Collection, Iterable

from haven_faces.persons import NUMBERED, PERSON
from haven_fs import Asked, SpokenFacet, Tag, names

_PLAIN = "f.space IS NOT NULL AND f.quality >= 0.3"
"""Faces that one sees as such, rather than a blur in the background."""
_WORD = re.compile(r"[^\W_]+")


class PeopleInPhrases(SpokenFacet):
    """People are named by their names and, where that is clear, by their first names."""

    facet = PERSON
    fields = ("people",)
    leads = "with"
    says = "with {name}"
    unseen = True
    at_large = "people"

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
