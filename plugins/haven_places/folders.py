"""The folders that places make, and what writing to them says.

A photo copied into a place's folder was taken there, if nobody knew where; one moved from another place's was taken
there instead; one deleted was not taken there. Renaming a place's folder says what the owner calls the place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from haven_fs import (
    AlreadyExists,
    AskingFolder,
    ChosenPhotos,
    Conflict,
    Entry,
    FacetFolder,
    File,
    Folder,
    PhotoFolder,
    PhotoSet,
    SmartFolder,
    Stamp,
    View,
    Writer,
    WrittenFolder,
    folder_name,
    names,
)
from haven_places.calling import PlaceNameTaken, name_place
from haven_places.mapfile import shown_map, with_map
from haven_places.ownplaces import COUNTRY, PLACE
from haven_places.said import TakenHere

_COUNTRIES_FOLDER = "Countries"


class PlacePhotos(ChosenPhotos):
    """Photos of a place: all, or those of a year, a month or a day."""

    home = "Places"
    refusal = (
        "Copy or move photos here if they were taken here, or rename this folder to call the place what you like."
        " The place itself cannot be deleted, and other files cannot be added."
    )
    fact: TakenHere


class PlaceFolder(PlacePhotos):
    """The folder of a place."""

    dates = PlacePhotos

    def rename(self, w: Writer, name: str) -> None:
        """Call the place by the owner's own name, everywhere; by the one it had, it is called as before."""
        assert self.fact.place is not None
        name = folder_name(name)
        if names.fold(name) in (names.fold(_COUNTRIES_FOLDER), names.fold(FacetFolder.ELSEWHERE)):
            raise AlreadyExists(f"Haven has a folder of its own called {name}. Choose another name.")
        try:
            name_place(w, self.fact.place, name)
        except PlaceNameTaken as taken:
            raise AlreadyExists(
                f"There is already a place called {taken.name}. Choose another name, or move the photos there."
            ) from taken
        except LookupError as gone:
            raise Conflict("This place no longer exists. Open the folder again.") from gone


class _Towns(WrittenFolder, FacetFolder):
    """A folder of places, and of what was taken outside of any."""

    home = "Places"
    fact: TakenHere = TakenHere()
    place = ""

    def entries(self) -> Iterable[Entry]:
        """Return the places that photos were taken in."""
        rows = self.view.db.execute("SELECT name, key FROM value WHERE facet = ?", (PLACE,))
        keys = {name: f"place {key}" for name, key in rows}
        return [replace(entry, key=keys.get(entry.name)) for entry in super().entries()]

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one place."""
        view = replace(view, key=(*view.key[:-1], f"place {key}"))
        return PlaceFolder(view, photos, TakenHere(place=key), f"place {key}")

    def _elsewhere(self) -> PhotoFolder | None:
        rest = self.rest()
        if rest is None or not rest.stamp(self.view.db).count:
            return None
        place = f"outside {self.fact.country or 'all'}"
        return _Elsewhere(self.view.below(self.ELSEWHERE), rest, self.fact, place)


class _Elsewhere(PlacePhotos):
    """What was taken outside of any town, in a country or none; only of a country can that be said."""

    refusal = "These photos were taken outside any town. Copy or move photos into the folder of a place instead."


class PlacesFolder(_Towns):
    """/Places: a folder of countries, then the towns, and what was taken far from both, as at sea."""

    refusal = "These folders come from where your photos were taken. You can put photos into them and rename them."

    def __init__(self, view: View) -> None:
        super().__init__(view, PLACE, extra={_COUNTRIES_FOLDER: CountriesFolder})

    @property
    def photos(self) -> PhotoSet:
        """Every photo whose place is known."""
        return self.view.within.narrowed("p.placed = 1")

    @property
    def _is_top(self) -> bool:
        return self.view.path == (self.home,)

    def extras(self) -> Sequence[File]:
        """Return what was written here, and the map of all photos."""
        found = shown_map(self.view) if self._is_top else None
        return [*super().extras(), *([found] if found is not None else [])]

    def stamp(self) -> Stamp:
        """Return the version, which is another one with a new map too."""
        stamp = super().stamp()
        return with_map(self.view.db, stamp) if self._is_top else stamp

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds and no country's."""
        return self.photos.without_facet(PLACE).without_facet(COUNTRY)


class CountriesFolder(FacetFolder):
    """/Places/Countries: a folder a country."""

    refusal = "These are the countries where your photos were taken. Put photos into their folders instead."

    def __init__(self, view: View) -> None:
        super().__init__(view, COUNTRY)

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one country."""
        return CountryFolder(view, key, photos)


class CountryFolder(_Towns):
    """One country: its towns as folders, and what was taken in it outside any town."""

    refusal = (
        "Copy or move photos here if they were taken in this country. Countries cannot be renamed or deleted, and other"
        " files cannot be added."
    )

    def __init__(self, view: View, key: str, photos: PhotoSet) -> None:
        super().__init__(view, PLACE, parent=key)
        self._all = photos
        self.fact = TakenHere(country=key)
        self.place = f"country {key}"

    @property
    def photos(self) -> PhotoSet:
        """Every photo taken in the country."""
        return self._all

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds."""
        return self._all.without_facet(PLACE)


def open_unplaced(view: View) -> PhotoFolder:
    """Open the photos of which nobody knows where they were taken."""
    refusal = (
        "Copy or move a photo into a place's folder to say where it was taken; delete it here to stop being asked."
    )
    return AskingFolder(view, view.within.narrowed("p.placed = 0"), "place", refusal)


FOLDERS = (
    SmartFolder("Places", PlacesFolder, facet=True),
    SmartFolder("Review/Unplaced", open_unplaced),
)
