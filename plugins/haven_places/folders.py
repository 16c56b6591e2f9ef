"""The folders that places make, and what writing to them says.

A photo copied into a place's folder was taken there, if nobody knew where; one moved from another place's was taken
there instead; one deleted was not taken there. Renaming a place's folder says what the owner calls the place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
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
from haven_places.learned import lies_in
from haven_places.mapfile import shown_map, with_map
from haven_places.ownplaces import COUNTRY, PLACE, REGION
from haven_places.said import TakenHere

_COUNTRIES_FOLDER = "Countries"
_REGION_ENDING = " (region)"
"""After the name of a region that a town of the country has too."""


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
        place = f"outside {self.fact.region or self.fact.country or 'all'}"
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
    """/Places/Countries: a folder a country, in which regions and towns are."""

    refusal = "These are the countries where your photos were taken. Put photos into their folders instead."

    def __init__(self, view: View) -> None:
        super().__init__(view, COUNTRY)

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one country."""
        return CountryFolder(view, key, photos)

    def path_to(self, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the path of a country's folder, or of a region's in it."""
        if facet != REGION:
            return super().path_to(facet, key)
        country = key.replace("-", ".").partition(".")[0]
        above = super().path_to(COUNTRY, country)
        if above is None:
            return None
        folder = CountryFolder(self.view.below(above[0]), country, self.view.within.with_facet(COUNTRY, country))
        below = folder.path_to(facet, key)
        return None if below is None else (*above, *below)


class CountryFolder(_Towns):
    """One country: its towns as folders, and what was taken in it outside any town.

    Where there are more towns than one looks through, those of a region are in the region's folder; a region with a
    single town is left out, so Berlin is in Germany and not in a folder Berlin of its own. Once it is so, it stays.
    Both towns and regions open in any case, whether listed or not; a name that both have is the town's.
    """

    MANY = 20
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

    def entries(self) -> Iterable[Entry]:
        """Return the towns; of a country with many of them regions, and the towns that are in none of those."""
        towns = list(super().entries())
        if not self._has_regions(len(towns)):
            return towns
        regions = {key: (name, stamp) for key, name, stamp in self._regions()}
        inside = self._region_of([entry.key.removeprefix("place ") for entry in towns if entry.key])
        many = {region for region, count in Counter(inside.values()).items() if count > 1 and region in regions}
        taken = {names.fold(entry.name) for entry in towns}
        listed = [
            Entry(self._listed(name, taken), stamp, photos=stamp.count, key=f"region {key}")
            for key, (name, stamp) in regions.items()
            if key in many
        ]
        left = [one for one in towns if one.key is None or inside.get(one.key.removeprefix("place ")) not in many]
        return sorted([*listed, *left], key=lambda entry: names.fold(entry.name))

    def enter(self, name: str) -> Folder | None:
        """Return a town's folder, or else a region's."""
        found = super().enter(name)
        if found is not None:
            return found
        bare = name.removesuffix(_REGION_ENDING)
        row = self.view.db.execute(
            "SELECT key, name FROM value WHERE facet = ? AND fold IN (?, ?) ORDER BY fold = ? DESC",
            (REGION, names.fold(name), names.fold(bare), names.fold(name)),
        ).fetchone()
        if row is None or row[0].replace("-", ".").partition(".")[0] != self.fact.country:
            return None
        photos = self.view.within.with_facet(REGION, row[0])
        if not photos.stamp(self.view.db).count:
            return None
        assert self.fact.country is not None
        shown = self.path_to(REGION, row[0]) or (row[1],)
        return RegionFolder(self.view.below(shown[0], key=f"region {row[0]}"), row[0], self.fact.country, photos)

    def path_to(self, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the path of a town's folder, or of a region's."""
        if facet != REGION:
            return super().path_to(facet, key)
        row = self.view.db.execute("SELECT name FROM value WHERE facet = ? AND key = ?", (REGION, key)).fetchone()
        if row is None or key.replace("-", ".").partition(".")[0] != self.fact.country:
            return None
        same = "SELECT name FROM value WHERE facet = ? AND parent = ? AND fold = ?"
        towns = self.view.db.execute(same, (PLACE, self.fact.country, names.fold(row[0])))
        return (self._listed(row[0], {names.fold(name) for (name,) in towns}),)

    @staticmethod
    def _listed(name: str, taken: Collection[str]) -> str:
        return name + _REGION_ENDING if names.fold(name) in taken else name

    def _has_regions(self, towns: int) -> bool:
        """Tell whether regions are listed; once they are, they stay."""
        path = "/".join(self.view.path)
        if self.view.db.execute("SELECT 1 FROM split WHERE path = ?", (path,)).fetchone():
            return True
        if towns <= self.MANY:
            return False
        self.view.remember_split(path)
        return True

    def _regions(self) -> list[tuple[str, str, Stamp]]:
        """Return the key, name and version of the regions, not of parts of regions."""
        keys = dict(
            self.view.db.execute(
                "SELECT id, key FROM value WHERE facet = ? AND parent = ?", (REGION, self.fact.country)
            ).fetchall()
        )
        found = self._all.by_value(self.view.db, REGION, self.fact.country) if keys else []
        return [(keys[id_], name, stamp) for id_, name, stamp in found]

    def _region_of(self, towns: Iterable[str]) -> dict[str, str]:
        """Return the region that each town lies in, by their keys."""
        known = lies_in(self.view.db, PLACE, towns)
        return {town: tag.key for town, tags in known.items() for tag in tags[:1] if tag.parent == self.fact.country}


class RegionFolder(_Towns):
    """A region: the towns in it that photos were taken in, and what was taken in it outside any town."""

    refusal = (
        "Copy or move photos here if they were taken in this region. Regions cannot be renamed or deleted, and other"
        " files cannot be added."
    )

    def __init__(self, view: View, key: str, country: str, photos: PhotoSet) -> None:
        super().__init__(view, PLACE, parent=country)
        self._all = photos
        self.fact = TakenHere(country=country, region=key)
        self.place = f"region {key}"

    def entries(self) -> Iterable[Entry]:
        """Return the towns in it."""
        entries = list(super().entries())
        inside = self._inside([entry.key.removeprefix("place ") for entry in entries if entry.key])
        return [one for one in entries if one.key is None or one.key.removeprefix("place ") in inside]

    def enter(self, name: str) -> Folder | None:
        """Return the folder of a town in it."""
        row = self.view.db.execute(
            "SELECT key FROM value WHERE facet = ? AND fold = ?", (PLACE, names.fold(name))
        ).fetchone()
        return super().enter(name) if row is None or self._inside([row[0]]) else None

    def _inside(self, towns: Iterable[str]) -> set[str]:
        """Return those of the towns that lie in it, by their keys."""
        known = lies_in(self.view.db, PLACE, towns)
        return {town for town, tags in known.items() if any(tag.key == self.fact.region for tag in tags)}

    @property
    def photos(self) -> PhotoSet:
        """Every photo taken in the region."""
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
