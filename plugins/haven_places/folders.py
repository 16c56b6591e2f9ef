"""The folders that places make, and what writing to them says.

A photo copied into a place's folder was taken there, if nobody knew where; one moved from another place's was taken
there instead; one deleted was not taken there. Renaming a place's folder says what the owner calls the place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from haven_fs import (
    AlreadyExists,
    Conflict,
    Entry,
    FacetFolder,
    File,
    Folder,
    Forbidden,
    PhotoFolder,
    PhotoSet,
    SmartFolder,
    Text,
    View,
    Writer,
)
from haven_fs.catalog import names
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.asking import AskingFolder
from haven_fs.tree.photoset import FileSet
from haven_fs.tree.writes import folder_name
from haven_places.calling import PlaceNameTaken, name_place
from haven_places.ownplaces import COUNTRY, PLACE
from haven_places.said import Spot, move_here, not_here, put_here

_TOWNS = "SELECT photo_id FROM member JOIN value ON value.id = value_id WHERE facet = 'place'"
_COUNTRIES = "SELECT photo_id FROM member JOIN value ON value.id = value_id WHERE facet = 'country'"
_COUNTRIES_FOLDER = "Countries"


class _AboutPlaces(Folder):
    """A folder that a photo may be moved to or from to say where it was taken; `spot`: where, None if it is no place.

    `where`: what stands for it in the table of written names.
    """

    spot: Spot | None = None
    where = ""

    @property
    def aliases(self) -> Aliases:
        """The names that photos were written under here."""
        return Aliases(self.view, self.where)

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Say that a photo was taken here, if nobody knows where it was. Raises Refused."""
        photo_id = _photo_of(file)
        said = put_here(w, photo_id, self._spot())
        self._write(w, name, file, said=said)

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Say that a photo was taken here and not where Haven thought. Raises Refused."""
        if not isinstance(source, _AboutPlaces):
            return False
        if source.view.path == self.view.path:
            raise Forbidden("Photos keep the names that Haven shows them by: their files are never renamed.")
        said = move_here(w, _photo_of(file), self._spot(), source.spot)
        if source.where:
            source.aliases.drop(w, _photo_of(file))
        self._write(w, name, file, said=said)
        return True

    def _spot(self) -> Spot:
        if self.spot is None:
            raise Forbidden("Put photos into the folder of a place: then they were taken there.")
        return self.spot

    def _write(self, w: Writer, name: str, file: File, *, said: bool) -> None:
        """Have the photo answer by the name it was written under. Raises Refused if it is none of this folder's."""
        photo_id = _photo_of(file)
        photos = self.photos
        if photos is None or not photos.narrowed("p.id = ?", photo_id).stamp(w.db).count:
            raise Forbidden("This folder holds only some of the photos of the place. Put the photo into Places.")
        self.aliases.put(w, name, file, always=self.files() is None)
        if not said:
            # The listing may be another all the same.
            w.db.execute("UPDATE photo SET seq = ? WHERE id = ?", (w.seq, photo_id))
            w.correct("written here", photo_id, name=name)


class PlacePhotos(_AboutPlaces, PhotoFolder):
    """Photos of a place: all, or those of a year, a month or a day."""

    refusal = (
        "Copy or move photos here to say that they were taken here, rename this folder to call the place by your own"
        " name; a place itself cannot be removed, nor files added."
    )

    def __init__(
        self, view: View, photos: PhotoSet, spot: Spot, where: str, *, level: int = 0, below: tuple[str, ...] = ()
    ) -> None:
        """`below`: the names of the folders of dates that lead here."""
        super().__init__(view, photos, level=level)
        self.spot = spot
        self.where = "/".join((where, *below))
        self._place = where
        self._below = below

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, of this place."""
        assert self.spot is not None
        return PlacePhotos(view, photos, self.spot, self._place, level=level, below=(*self._below, view.path[-1]))

    def files(self) -> FileSet | None:
        """Return the photos' files under their display names, unless they are in folders by date."""
        return None if self.is_split() else self.aliases.rest(self.photos.files())

    def extras(self) -> Sequence[File]:
        """Return the files that were written here under other names."""
        return self.aliases.files(self.photos)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Say that a photo was not taken here."""
        if isinstance(node, File):
            assert self.spot is not None
            not_here(w, _photo_of(node), self.spot)
            self.aliases.drop(w, _photo_of(node))


class PlaceFolder(PlacePhotos):
    """The folder of a place."""

    def rename(self, w: Writer, name: str) -> None:
        """Call the place by the owner's own name, everywhere; by the one it had, it is called as before."""
        assert self.spot is not None and self.spot.place is not None
        name = folder_name(name)
        if names.fold(name) in (names.fold(_COUNTRIES_FOLDER), names.fold(FacetFolder.ELSEWHERE)):
            raise AlreadyExists(f"There is a folder of Haven's own named {name}. Choose another name.")
        try:
            name_place(w, self.spot.place, name)
        except PlaceNameTaken as taken:
            raise AlreadyExists(
                f"There is a place named {taken.name} already. Choose another name, or move the photos there."
            ) from taken
        except LookupError as gone:
            raise Conflict("This place is not there any more. Open the folder again.") from gone


class _Towns(_AboutPlaces, FacetFolder):
    """A folder of places, and of what was taken outside of any."""

    elsewhere = Spot()

    def entries(self) -> Iterable[Entry]:
        """Return the places that photos were taken in."""
        rows = self.view.db.execute("SELECT name, key FROM value WHERE facet = ?", (PLACE,))
        keys = {name: f"place {key}" for name, key in rows}
        return [replace(entry, key=keys.get(entry.name)) for entry in super().entries()]

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one place."""
        view = replace(view, key=(*view.key[:-1], f"place {key}"))
        return PlaceFolder(view, photos, Spot(place=key), f"place {key}")

    def _elsewhere(self) -> PhotoFolder | None:
        rest = self.rest()
        if rest is None or not rest.stamp(self.view.db).count:
            return None
        where = f"outside {self.elsewhere.country or 'all'}"
        return _Elsewhere(self.view.below(self.ELSEWHERE), rest, self.elsewhere, where)


class _Elsewhere(PlacePhotos):
    """What was taken outside of any town, in a country or none; only of a country can that be said."""

    refusal = "Here is what was taken outside of any town. Copy or move photos into the folder of a place instead."

    def _spot(self) -> Spot:
        if self.spot is None or self.spot.country is None:
            raise Forbidden(self.refusal)
        return self.spot


class PlacesFolder(_Towns):
    """/Places: a folder of countries, then the towns, and what was taken far from both, as at sea."""

    refusal = "The folders here come from where your photos were taken. Put photos into them, or rename them."

    def __init__(self, view: View) -> None:
        super().__init__(view, PLACE, extra={_COUNTRIES_FOLDER: CountriesFolder})

    @property
    def photos(self) -> PhotoSet:
        """Every photo whose place is known."""
        return self.view.within.narrowed("p.placed = 1")

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds and no country's."""
        return self.photos.narrowed(f"p.id NOT IN ({_TOWNS})").narrowed(f"p.id NOT IN ({_COUNTRIES})")


class CountriesFolder(FacetFolder):
    """/Places/Countries: a folder a country."""

    refusal = "The countries here are those where photos were taken. Put photos into their folders instead."

    def __init__(self, view: View) -> None:
        super().__init__(view, COUNTRY)

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one country."""
        return CountryFolder(view, key, photos)


class CountryFolder(_Towns):
    """One country: its towns as folders, and what was taken in it outside any town."""

    refusal = (
        "Copy or move photos here to say that they were taken in this country; countries cannot be renamed or removed,"
        " nor files added."
    )

    def __init__(self, view: View, key: str, photos: PhotoSet) -> None:
        super().__init__(view, PLACE, parent=key)
        self._all = photos
        self.spot = self.elsewhere = Spot(country=key)
        self.where = f"country {key}"

    @property
    def photos(self) -> PhotoSet:
        """Every photo taken in the country."""
        return self._all

    def extras(self) -> Sequence[File]:
        """Return the files that were written here under other names."""
        return self.aliases.files(self.photos)

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds."""
        return self._all.narrowed(f"p.id NOT IN ({_TOWNS})")


def open_unplaced(view: View) -> PhotoFolder:
    """Open the photos of which nobody knows where they were taken."""
    refusal = "Copy or move a photo into a place's folder to say where it was; delete it here not to be asked."
    return AskingFolder(view, view.within.narrowed("p.placed = 0"), "place", refusal)


def _photo_of(file: File) -> int:
    if file.photo_id is None:
        raise Forbidden("This file is no photo of your libraries.")
    return file.photo_id


FOLDERS = (
    SmartFolder("Places", PlacesFolder, facet=True),
    SmartFolder("Review/Unplaced", open_unplaced),
)
