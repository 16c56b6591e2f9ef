"""/People and /Review/Unknown faces: the folders, and what writing to them says.

Renaming a person's folder names the person, moving a photo from one to another says whose face it is, deleting a photo
says who is not in it, copying one says who is. A folder moved into another makes two people one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haven_faces.covers import best_face_of
from haven_faces.matching import best_face
from haven_faces.people import People
from haven_faces.persons import (
    PERSON,
    NameTaken,
    find_person,
    merged_into,
    people_seq,
    person_name,
    shown_people,
    unknown,
)
from haven_fs import (
    AlreadyExists,
    ChosenPhotos,
    Conflict,
    Cover,
    Entry,
    FacetFolder,
    File,
    Folder,
    Forbidden,
    PhotoFolder,
    Refused,
    SmartFolder,
    Stamp,
    Text,
    View,
    Writer,
    folder_name,
    names,
)

_ROOT = ("People",)
_GONE = "This person no longer exists. Open the folder again."
_HOW_TO = Text(
    "How to name people.txt",
    "Each folder here is a person whose face Haven found in several photos.\r\n\r\n"
    "Rename a folder, such as Person 12, to say who it is.\r\n"
    "If two folders are the same person, move one into the other.\r\n"
    "If a photo is in the wrong person's folder, move it to the right one.\r\n"
    "If a person is not in a photo, delete it from the folder. If one was missed, copy the photo into the folder.\r\n"
    "To stop seeing a person, delete the folder. To see them again, create a folder with that name.\r\n\r\n"
    "Your photos stay as they are, and where they are.\r\n",
)
_NO_FACES = Text(
    "No people yet.txt",
    "Haven needs a model to find faces, and time to look at your photos with it.\r\n"
    "To see which models you can fetch:  haven models list\r\n\r\n"
    "People whose names another program stored in your photos appear here without one.\r\n",
)


@dataclass(frozen=True, slots=True)
class InPhoto:
    """The fact that a person is in a photo; `view`: what the folder was opened with."""

    person_id: int
    view: View

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say that this person is in a photo: with the face that fits best, or somewhere in it. Raises Refused."""
        people = People(w)
        face_id = best_face(w.db, self.view.vectors().store, photo_id, self.still(w))
        people.add(photo_id, self.person_id, face_id)
        people.finish()
        return True

    def move(self, w: Writer, photo_id: int, source: "InPhoto") -> bool:
        """Say that a face is this person's and not that of the one whose folder the photo was in. Raises Refused."""
        people = People(w)
        people.deny(photo_id, source.still(w), instead=self.still(w))
        people.finish()
        return True

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Say that this person is not in a photo. Raises Refused."""
        people = People(w)
        people.deny(photo_id, self.still(w))
        people.finish()

    def still(self, w: Writer) -> int:
        """Return the person, if it is still one. Raises Refused."""
        row = w.db.execute(
            "SELECT 1 FROM person WHERE id = ? AND hidden = 0 AND merged_into IS NULL", (self.person_id,)
        ).fetchone()
        if row is None:
            raise Conflict(_GONE)
        return self.person_id


class PersonPhotos(ChosenPhotos):
    """Photos of a person: all, or those of a year, a month or a day."""

    home = "People"
    refusal = "Copy or move photos here if this person is in them."
    fact: InPhoto


class PersonFolder(PersonPhotos):
    """The folder of a person."""

    dates = PersonPhotos

    def __init__(self, view: View, person_id: int) -> None:
        photos = view.within.with_facet(PERSON, str(person_id))
        super().__init__(view, photos, InPhoto(person_id, view), f"person {person_id}")
        self.person_id = person_id

    def enter(self, name: str) -> Folder | None:
        """Return a date's folder, or this person again by the name of one who was moved in."""
        found = super().enter(name)
        if found is None and merged_into(self.view.db, name) == self.person_id:
            return PersonPhotos(self.view.below(name), self.photos, self.fact, self.place)
        return found

    def cover(self) -> Cover | None:
        """Return the person's best face, or else the newest photo."""
        return best_face_of(self.view.db, self.person_id, self.view.within) or super().cover()

    def stamp(self) -> Stamp:
        """Return the version, which a name or a correction changes too."""
        return _with_people(self.view, super().stamp())

    def rename(self, w: Writer, name: str) -> None:
        """Name the person. Raises Refused."""
        name = _checked(name, w, self.person_id)
        people = People(w)
        try:
            people.rename(self.fact.still(w), name)
        except NameTaken as taken:
            raise _taken(taken) from taken
        people.finish()

    def remove(self, w: Writer) -> None:
        """Show no folder of this person. Raises Refused where only some of the photos are."""
        if self.view.path[:-1] != _ROOT:
            raise Forbidden("To stop seeing this person, delete the folder in People.")
        people = People(w)
        people.hide(self.fact.still(w))
        people.finish()

    def take_folder(self, w: Writer, folder: Folder, name: str = "") -> None:
        """Say that another person is this one. Raises Refused."""
        if not isinstance(folder, PersonFolder) or folder.person_id == self.person_id:
            raise Forbidden("Only the folder of another person can be moved here, to make the two one person.")
        people = People(w)
        people.merge(folder.fact.still(w), self.fact.still(w))
        people.finish()


class PeopleFolder(FacetFolder):
    """/People, or the people in the photos of another folder."""

    refusal = "To add a person, create a folder here; you can also rename, move and delete people's folders."

    def __init__(self, view: View) -> None:
        super().__init__(view, PERSON)

    @property
    def _is_root(self) -> bool:
        return self.view.path == _ROOT

    def entries(self) -> Iterable[Entry]:
        """Return the people, those with a name first; at the root those without photos too, if they were named."""
        stamps = {name: stamp for _, name, stamp in self.view.within.by_value(self.view.db, PERSON)}
        kept = []
        for person in shown_people(self.view.db):
            if person.name in stamps or (self._is_root and person.kept):
                stamp = stamps.get(person.name, Stamp(0, 0))
                version = _with_people(self.view, stamp)
                kept.append(Entry(person.name, version, key=f"person {person.id}", photos=stamp.count))
        return kept

    def enter(self, name: str) -> Folder | None:
        """Return a person's folder. At the root it is there without photos too: they may just have been removed."""
        person_id = find_person(self.view.db, name)
        if person_id is None:
            return None
        view = self.view.below(person_name(self.view.db, person_id), key=f"person {person_id}")
        folder = PersonFolder(view, person_id)
        return folder if self._is_root or folder.photos.stamp(view.db).count else None

    def texts(self) -> Sequence[Text]:
        """Return how to name people, or how to come by some."""
        if not self._is_root:
            return []
        return [_HOW_TO if next(iter(self.entries()), None) else _NO_FACES]

    def stamp(self) -> Stamp:
        """Return the version, which a name or a correction changes too."""
        return _with_people(self.view, super().stamp())

    def make_folder(self, w: Writer, name: str) -> None:
        """Add a person, or show a hidden one again. Raises Refused."""
        if not self._is_root:
            raise Forbidden(self.refusal)
        people = People(w)
        try:
            people.make(_checked(name, w))
        except NameTaken as taken:
            raise _taken(taken) from taken
        people.finish()


class UnknownFaces(PhotoFolder):
    """/Review/Unknown faces: photos with faces that are nobody's so far, and too few to be a person's folder."""

    refusal = "Copy or move a photo into a person's folder to say who is in it; delete it here to stop being asked."

    def __init__(self, view: View) -> None:
        condition = (
            "p.id IN (SELECT f.photo_id FROM face f LEFT JOIN person q ON q.id = f.person_id"
            f" WHERE {unknown('f', 'q')} AND f.quality >= ?)"
        )
        super().__init__(view, view.within.narrowed(condition, view.settings["people.least_quality"]))

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Ask no more who is in a photo."""
        if isinstance(node, File) and node.photo_id is not None:
            people = People(w)
            people.dismiss(node.photo_id)
            people.finish()

    def stamp(self) -> Stamp:
        """Return the version, which a correction changes too."""
        return _with_people(self.view, super().stamp())


def _checked(name: str, w: Writer, person_id: int | None = None) -> str:
    """Return the name as it is kept. Raises Refused if a person cannot be called that."""
    name = folder_name(name)
    fold = names.fold(name)
    if fold.startswith("person ") and fold[7:].isdecimal():
        row = w.db.execute("SELECT number FROM person WHERE id = ?", (person_id,)).fetchone()
        if row is None or row[0] is None or fold != f"person {row[0]}":
            raise Forbidden("Names such as Person 12 are Haven's own, for people without a name.")
    return name


def _taken(taken: NameTaken) -> Refused:
    if taken.hidden:
        return AlreadyExists(
            f"There is a person called {taken.name} whose folder was deleted. To see them again, create a folder with"
            " that name; otherwise choose another name.",
        )
    return AlreadyExists(
        f"There is already a person called {taken.name}. If they are the same person, move this folder into that one;"
        " if not, choose another name.",
    )


def _with_people(view: View, stamp: Stamp) -> Stamp:
    return Stamp(stamp.count, max(stamp.seq, people_seq(view.db)), stamp.steady)


PEOPLE = SmartFolder("People", PeopleFolder, facet=True)
UNKNOWN = SmartFolder("Review/Unknown faces", UnknownFaces)
