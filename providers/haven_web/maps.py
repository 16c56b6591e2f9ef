"""The map on a folder's page: at the top of /Places, and where one asks for it."""

from dataclasses import dataclass

from markupsafe import Markup

from haven_fs.tree.maps.html import map_head, map_html
from haven_fs.tree.nodes import Folder
from haven_fs.tree.photofolders import FacetFolder
from haven_fs.tree.spoken import facets_led_by


@dataclass(frozen=True, slots=True)
class Map:
    """What a template puts into the head of a page and onto it, "" without a map; `is_offered`: it can be asked for."""

    head: Markup
    html: Markup
    is_offered: bool

    @classmethod
    def of(cls, folder: Folder, root: str, *, is_asked: bool) -> "Map":
        """Return the map of a folder, if it has one. `root`: the URL path of the drive."""
        is_about_places = isinstance(folder, FacetFolder) and folder.facet in facets_led_by(folder.view.spoken, "in")
        if folder.photos is None or not (is_asked or is_about_places):
            return cls(Markup(), Markup(), folder.photos is not None)
        # What they make is escaped already.
        return cls(Markup(map_head(root)), Markup(map_html(folder, root)), False)  # noqa: S704
