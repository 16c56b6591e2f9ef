"""/Review/Maybe: a folder for each named person whom unknown faces may be.

A photo that is moved or copied from there into the person's own folder is confirmed, as anywhere else.
"""

from collections.abc import Iterable, Sequence

from haven_faces.persons import PERSON_NAME, find_person, people_seq, person_name, unknown
from haven_fs import AskingFolder, Entry, Folder, PhotoSet, SmartFolder, Stamp, Text, View

_HOW_TO = Text(
    "How to answer.txt",
    "Each folder here holds photos in which Haven may have seen that person, but is not sure: the head is turned or\r\n"
    "partly hidden, or the face is small.\r\n\r\n"
    "If it is that person, move or copy the photo into the person's folder in /People.\r\n"
    "If not, delete it here. That changes nothing but that you are not asked again.\r\n",
)
_NAMED = "q.name IS NOT NULL AND q.hidden = 0 AND q.merged_into IS NULL"


class MaybeFolder(Folder):
    """The people, of those who are named, whom somebody in a photo may be."""

    refusal = "Move or copy a photo from here into a person's folder in /People to confirm it; delete it here if not."

    def entries(self) -> Iterable[Entry]:
        """Return the people who are asked about, by name."""
        rows = self.view.db.execute(
            f"SELECT q.id, {PERSON_NAME} FROM person q WHERE {_NAMED} AND q.id IN (SELECT person_id FROM maybe)"
            " ORDER BY q.fold"
        ).fetchall()
        found = []
        for person_id, name in rows:
            stamp = _open(self.view.below(name), person_id).stamp()
            if stamp.count:
                found.append(Entry(name, stamp, photos=stamp.count))
        return found

    def enter(self, name: str) -> Folder | None:
        """Return the photos in which a person may be, if there are any."""
        person_id = find_person(self.view.db, name)
        if person_id is None:
            return None
        folder = _open(self.view.below(person_name(self.view.db, person_id)), person_id)
        return folder if folder.stamp().count else None

    def texts(self) -> Sequence[Text]:
        """Return how to answer, if anything is asked."""
        return [_HOW_TO] if self._photos().stamp(self.view.db).count else []

    def stamp(self) -> Stamp:
        """Return the version, which a correction changes too."""
        stamp = self._photos().stamp(self.view.db)
        return Stamp(stamp.count, max(stamp.seq, people_seq(self.view.db)), stamp.steady)

    def _photos(self) -> PhotoSet:
        return self.view.within.narrowed(f"p.id IN (SELECT m.photo_id FROM ({_ASKED}) m)")


class MaybePhotos(AskingFolder):
    """Photos in which a person may be."""

    def stamp(self) -> Stamp:
        """Return the version, which a correction changes too."""
        stamp = super().stamp()
        return Stamp(stamp.count, max(stamp.seq, people_seq(self.view.db)), stamp.steady)


_ASKED = (
    "SELECT f.photo_id, a.person_id FROM maybe a JOIN face f ON f.id = a.face_id LEFT JOIN person q ON"
    f" q.id = f.person_id WHERE {unknown('f', 'q')} AND NOT EXISTS (SELECT 1 FROM dismissed d"
    " WHERE d.photo_id = f.photo_id AND d.question = 'person ' || a.person_id)"
)
"""The photos that are asked about, and the person whom each may show."""


def _open(view: View, person_id: int) -> MaybePhotos:
    photos = view.within.narrowed(f"p.id IN (SELECT m.photo_id FROM ({_ASKED}) m WHERE m.person_id = ?)", person_id)
    return MaybePhotos(view, photos, f"person {person_id}", MaybeFolder.refusal)


MAYBE = SmartFolder("Review/Maybe", MaybeFolder)
