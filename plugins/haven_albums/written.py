"""Folders of photos that the owner chose: what is written to them answers by the name it was written under."""

from collections.abc import Sequence

from haven_fs import File, Forbidden, PhotoFolder, PhotoSet, View, Writer
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.photoset import FileSet


class WrittenPhotos(PhotoFolder):
    """Photos that others can be put among: all, or those of a year, a month or a day."""

    def __init__(self, view: View, photos: PhotoSet, place: tuple[str, ...], *, level: int = 0) -> None:
        """`place`: what the folder is about, for good, and the names of the folders of dates that lead here."""
        super().__init__(view, photos, level=level)
        self.place = place
        self.aliases = Aliases(view, "/".join(place))

    def files(self) -> FileSet | None:
        """Return the photos' files under their display names, unless they are in folders by date."""
        return None if self.is_split() else self.aliases.rest(self.listed())

    def opens(self) -> FileSet | None:
        """Return the photos' files, which open here also if they are in folders by date."""
        return self.listed()

    def listed(self) -> FileSet:
        """Return the photos' files in their order; a subclass may have one of its own."""
        return self._photos.files()

    def extras(self) -> Sequence[File]:
        """Return the files that were written here under other names."""
        return self.aliases.files(self._photos)

    def write_name(self, w: Writer, name: str, file: File) -> None:
        """Have a photo that was put here answer by a name. Raises Refused if it does not show here."""
        if not self._photos.narrowed("p.id = ?", file.photo_id).stamp(w.db).count:
            raise Forbidden(
                "This folder shows only some of the photos that were put together, and this one would not be among"
                f" them. Put it into {self.place_said()} itself.",
            )
        self.aliases.put(w, name, file, always=self.is_split())

    def forget_names(self, w: Writer, photo_id: int) -> None:
        """Forget the names that a photo was written under, in the folders of dates too."""
        whole = self.place[0]
        w.db.execute(
            "DELETE FROM alias WHERE (place = ? OR substr(place, 1, ?) = ?)"
            " AND original_id IN (SELECT id FROM original WHERE photo_id = ?)",
            (whole, len(whole) + 1, f"{whole}/", photo_id),
        )

    def place_said(self) -> str:
        """Return what to call the folder with all the photos."""
        return "/".join(["", *self.view.path[: len(self.view.path) - self.level]])


def photo_of(file: File) -> int:
    """Return the photo that a file belongs to. Raises Refused if it is none."""
    if file.photo_id is None:
        raise Forbidden("This file is no photo of your libraries.")
    return file.photo_id
