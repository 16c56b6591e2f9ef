"""Folders that photos can be put into, since being in them says something of a photo: a `Fact`.

What is the same for every facet stands here. A photo answers by the name that it was written under, in that folder and
in those of dates below it; one that is moved between two folders of one facet leaves the first. A plugin says what its
fact is, and what becomes of it in the catalog.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from haven_fs.catalog import Writer
from haven_fs.errors import Forbidden
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.files import File, FileSet
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.photoset import PhotoSet


class Fact(Protocol):
    """What it means that a photo is in a folder, such as that Alice is in it. Facts of one class are alike."""

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say it of a photo; False if that was known, so that there was nothing to say. Raises Refused."""
        ...

    def move(self, w: Writer, photo_id: int, source: Any) -> bool:
        """Say it of a photo in place of another fact of this class; the answer is as in `put`. Raises Refused."""
        ...


@runtime_checkable
class Checkable(Fact, Protocol):
    """A fact that in some folders can be said of no photo."""

    def check(self) -> None:
        """Raise Refused if this is one that can be said of none."""
        ...


class Retractable(Fact, Protocol):
    """A fact that can be taken back by taking the photo out of the folder."""

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Say that it is not so. Raises Refused."""
        ...


class WrittenFolder(Folder):
    """A folder of photos, of whatever kind, that others can be put into. A subclass sets `fact`, `place` and `home`.

    `place` is what the folder is about, for good, such as "person 12"; a folder of dates in it adds its own name, after
    a slash. `home`: the smart folder in which folders like it show all their photos, such as "People".
    """

    fact: Fact
    place: str
    home: ClassVar[str]

    @property
    def about(self) -> str:
        """What the folder is about, whether it is the whole or one of the folders of dates in it."""
        return self.place.partition("/")[0]

    @property
    def aliases(self) -> Aliases:
        """The names that photos were written under here."""
        return Aliases(self.view, self.place)

    @property
    def own(self) -> PhotoSet:
        """The photos that show here by the names they were written under."""
        photos = self.photos
        return self.view.within if photos is None else photos

    def extras(self) -> Sequence[File]:
        """Return the files that were written here under other names than their own."""
        return self.aliases.files(self.own)

    def check_photo(self) -> None:
        """Raise Refused if no photo at all can be put here."""
        if isinstance(self.fact, Checkable):
            self.fact.check()

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Say of a photo what being here means; it answers here by that name. Raises Refused."""
        self._write(w, name, file, said=self.fact.put(w, photo_of(file)))

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Say of a photo what being here means rather than being in a folder like this. Raises Refused."""
        if not isinstance(source, WrittenFolder) or type(source.fact) is not type(self.fact):
            return False
        if source.place == self.place:
            raise Forbidden("Photos keep the names that Haven shows them by: their files are never renamed.")
        if source.about == self.about:
            # Else it would be said of the photo that it does not belong where it is moved to.
            raise Forbidden("This photo belongs here already. In which folder of dates it is follows from its date.")
        photo_id = photo_of(file)
        said = self.fact.move(w, photo_id, source.fact)
        source.forget_names(w, photo_id)
        self._write(w, name, file, said=said)
        return True

    def rename_photo(self, w: Writer, name: str, to: str, file: File) -> None:
        """Have a photo that was just written here under one name answer by another."""
        self.aliases.rename(w, name, to, file, always=self.files() is None)
        w.touch([photo_of(file)])
        w.correct("written here", file.photo_id, name=to)

    def set_time(self, w: Writer, name: str, file: File) -> None:
        """Have a photo that is here show the time that it was sent with."""
        self.aliases.put(w, name, file)
        w.touch([photo_of(file)])

    def has_another(self, file: File) -> bool:
        """Tell whether a file was written here under another name than the one it was found by."""
        return self.aliases.others(file)

    def drop_name(self, w: Writer, file: File) -> None:
        """Have a file answer here by that name no more; it stays by the others."""
        self.aliases.drop_name(w, file.name)
        w.touch([photo_of(file)])
        w.note_removal()

    def _write(self, w: Writer, name: str, file: File, *, said: bool) -> None:
        if not self.own.narrowed("p.id = ?", file.photo_id).stamp(w.db).count:
            raise Forbidden(
                "This folder shows only some of the photos that belong here, and this one would not be among them. Put"
                f" it into {self._whole()} itself."
            )
        self.aliases.put(w, name, file, always=self.files() is None)
        if not said:
            # The listing may be another all the same.
            w.touch([photo_of(file)])
            w.correct("written here", file.photo_id, name=name, folder=self.view.path[-1])

    def _whole(self) -> str:
        """Return the path of the folder that shows all the photos that belong here."""
        path = self.view.path[: len(self.view.path) - self.place.count("/")]
        below = path[::-1].index(self.home) if self.home in path else 0
        return "/".join(("", self.home, *path[len(path) - below :]))

    def forget_names(self, w: Writer, photo_id: int) -> None:
        """Forget the names that a photo was written under, in this folder and those of dates with it."""
        w.db.execute(
            "DELETE FROM alias WHERE (place = ? OR substr(place, 1, ?) = ?)"
            " AND original_id IN (SELECT id FROM original WHERE photo_id = ?)",
            (self.about, len(self.about) + 1, f"{self.about}/", photo_id),
        )


class WrittenPhotos(WrittenFolder, PhotoFolder):
    """Photos that others can be put among: all, or those of a year, a month or a day.

    `dates`: what its folders of dates are, if not of this class: they cannot be renamed or removed.
    """

    dates: "ClassVar[type[WrittenPhotos] | None]" = None

    def __init__(
        self, view: View, photos: PhotoSet, fact: Fact, place: str, *, level: int = 0, always_split: int = 0
    ) -> None:
        super().__init__(view, photos, level=level, always_split=always_split)
        self.fact = fact
        self.place = place

    @property
    def own(self) -> PhotoSet:
        """The photos that are in this folder itself."""
        return self._photos

    def listed(self) -> FileSet:
        """Return the photos' files in their order; a subclass may have one of its own."""
        return self._photos.files()

    def files(self) -> FileSet | None:
        """Return the photos' files under their display names, unless they are in folders by date."""
        return None if self.is_split() else self.aliases.rest(self.listed())

    def opens(self) -> FileSet | None:
        """Return the photos' files, which open here also if they are in folders by date."""
        return self.listed()

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, which says the same of photos."""
        kind = self.dates or type(self)
        place = f"{self.place}/{view.path[-1]}"
        return kind(view, photos, self.fact, place, level=level, always_split=self._always)


class ChosenPhotos(WrittenPhotos):
    """Photos that others can be put among and taken out of again: its fact is Retractable."""

    fact: Retractable

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Say that a photo does not belong here; what is none, such as a cover, stays. Raises Refused."""
        if isinstance(node, File) and node.photo_id is not None:
            self.fact.take_out(w, node.photo_id)
            self.forget_names(w, node.photo_id)


def photo_of(file: File) -> int:
    """Return the photo that a file belongs to. Raises Refused if it is none."""
    if file.photo_id is None:
        raise Forbidden(
            "Haven does not take this file for a photo: it is no picture or video that Haven knows, or a program keeps"
            " it as the backup of one. Give a backup another name, and it is a photo of its own."
        )
    return file.photo_id
