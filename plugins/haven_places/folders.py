"""The folders that places make."""

from haven_fs import FacetFolder, Folder, PhotoFolder, PhotoSet, SmartFolder, View

_TOWNS = "SELECT photo_id FROM member JOIN value ON value.id = value_id WHERE facet = 'place'"
_COUNTRIES = "SELECT photo_id FROM member JOIN value ON value.id = value_id WHERE facet = 'country'"


class PlacesFolder(FacetFolder):
    """/Places: a folder of countries, then the towns, and what was taken far from both, as at sea."""

    def __init__(self, view: View) -> None:
        super().__init__(view, "place", extra={"Countries": CountriesFolder})

    @property
    def photos(self) -> PhotoSet:
        """Every photo whose place is known."""
        # A range, unlike "is not null", always comes from the index.
        return self.view.within.narrowed("p.latitude >= -90")

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds and no country's."""
        return self.photos.narrowed(f"p.id NOT IN ({_TOWNS})").narrowed(f"p.id NOT IN ({_COUNTRIES})")


class CountriesFolder(FacetFolder):
    """/Places/Countries: a folder a country."""

    def __init__(self, view: View) -> None:
        super().__init__(view, "country")

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one country."""
        return CountryFolder(view, key, photos)


class CountryFolder(FacetFolder):
    """One country: its towns as folders, and what was taken in it outside any town."""

    def __init__(self, view: View, key: str, photos: PhotoSet) -> None:
        super().__init__(view, "place", parent=key)
        self._all = photos

    @property
    def photos(self) -> PhotoSet:
        """Every photo taken in the country."""
        return self._all

    def rest(self) -> PhotoSet:
        """Return the photos that no town's folder holds."""
        return self._all.narrowed(f"p.id NOT IN ({_TOWNS})")


def open_unplaced(view: View) -> PhotoFolder:
    """Open the photos of which nobody knows where they were taken."""
    return PhotoFolder(view, view.within.narrowed("p.latitude IS NULL"))


FOLDERS = (
    SmartFolder("Places", PlacesFolder, facet=True),
    SmartFolder("Review/Unplaced", open_unplaced),
)
