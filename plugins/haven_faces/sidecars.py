"""What sidecars are to say of people: who is in a photo and where, and which names are not to stay."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence

from haven_fs import Named, SidecarNotes

_PEOPLE = (
    "SELECT f.photo_id, q.name, f.frame = 0 AND p.kind <> 'video', f.left, f.top, f.right, f.bottom FROM face f"
    " JOIN person q ON q.id = f.person_id JOIN photo p ON p.id = f.photo_id"
    " WHERE q.name IS NOT NULL AND q.hidden = 0 ORDER BY f.said DESC, f.quality DESC, f.id"
)
_GONE = (
    "SELECT n.photo_id, q.fold FROM not_person n JOIN person q ON q.id = n.person_id WHERE q.fold IS NOT NULL"
    " UNION ALL SELECT n.photo_id, a.fold FROM not_person n JOIN person_alias a ON a.person_id = n.person_id"
    " UNION ALL SELECT f.photo_id, a.fold FROM face f JOIN person_alias a ON a.person_id = f.person_id"
)
_ABSENT = (
    "SELECT n.photo_id, q.name FROM not_person n JOIN person q ON q.id = n.person_id WHERE q.name IS NOT NULL"
    " ORDER BY q.fold"
)
ABSENT = "haven:NotInImage"
"""The property that names those who are not in a photo, for which no standard has a word."""

HIDDEN = "hidden people"
"""What a library's own file calls those who are to have no folder."""


class NamesInSidecars:
    """Names that somebody gave people; those that Haven gave, such as Person 12, are nobody else's business."""

    name = "people"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return who is in which photo, and who is not, as the owner said."""
        found: dict[int, SidecarNotes] = {}
        for photo_id, name, placed, *box in db.execute(_PEOPLE):
            # A video is many pictures: a place in one of them is none in the film.
            there = (box[0], box[1], box[2], box[3]) if placed and box[0] is not None else None
            found.setdefault(photo_id, SidecarNotes()).named.append(Named(name, there))
        for (photo_id,) in db.execute("SELECT photo_id FROM not_person"):
            found.setdefault(photo_id, SidecarNotes())
        for photo_id, fold in db.execute(_GONE):
            if photo_id in found:
                found[photo_id].unnamed.add(fold)
        for photo_id, name in db.execute(_ABSENT):
            found[photo_id].items.setdefault(ABSENT, []).append(name)
        for note in found.values():
            note.gone[ABSENT] = _others(note.items.get(ABSENT, ()))
        return found

    def of_no_photo(self, db: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
        """Return who is to have no folder, by name: other programs may still name them."""
        query = "SELECT name FROM person WHERE hidden AND name IS NOT NULL AND merged_into IS NULL ORDER BY fold"
        return {HIDDEN: [name for (name,) in db.execute(query)]}


def _others(names: Collection[str]) -> Callable[[str], bool]:
    return lambda text: text not in names
