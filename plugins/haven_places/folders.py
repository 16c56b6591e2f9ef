"""The folders that places make."""

from haven_fs import Entry, FacetFolder, Folder, PhotoFolder, PhotoSet, SmartFolder, View
from haven_fs.catalog import names


class CountriesFolder(FacetFolder):
    """/Places/Countries: a folder a country, with its towns and, beside them, the photos in none."""

    def __init__(self, view: View) -> None:
        super().__init__(view, "country")

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Open one country."""
        return CountryFolder(view, key, photos)


class CountryFolder(FacetFolder):
    """One country: its towns as folders, and the photos taken outside any town."""

    def __init__(self, view: View, key: str, photos: PhotoSet) -> None:
        super().__init__(view, "place", parent=key)
        self._all = photos

    @property
    def photos(self) -> PhotoSet:
        """Every photo taken in the country."""
        return self._all

    def _rest(self) -> PhotoFolder:
        towns = "SELECT photo_id FROM member JOIN value ON value.id = value_id WHERE facet = 'place'"
        return PhotoFolder(self.view.below("Elsewhere"), self._all.narrowed(f"p.id NOT IN ({towns})"))

    def entries(self) -> list[Entry]:
        """Return the towns, and Elsewhere if there are photos in none."""
        rest = self._rest().stamp()
        return [*super().entries(), *([Entry("Elsewhere", rest)] if rest.count else [])]

    def enter(self, name: str) -> Folder | None:
        """Return a town's folder, or Elsewhere."""
        if names.fold(name) == "elsewhere":
            rest = self._rest()
            return rest if rest.stamp().count else None
        return super().enter(name)


def open_places(view: View) -> FacetFolder:
    """Open the towns, after a folder of countries."""
    return FacetFolder(view, "place", extra={"Countries": CountriesFolder})


def open_unplaced(view: View) -> PhotoFolder:
    """Open the photos of which nobody knows where they were taken."""
    return PhotoFolder(view, view.within.narrowed("p.latitude IS NULL"))


FOLDERS = (
    SmartFolder("Places", open_places, facet=True),
    SmartFolder("Review/Unplaced", open_unplaced),
)
