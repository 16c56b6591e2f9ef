"""How phrases speak of albums and favourites: "in the album Summer", "not in any album", "favourites".

An album may be called by any word, so its name counts beside the word "album", or as a field: "album:Summer".
"""

from collections.abc import Mapping

from haven_albums.favorites import CONDITION
from haven_albums.nesting import ALBUM
from haven_fs import Asked, PhotoSet, SpokenFacet


class AlbumsInPhrases(SpokenFacet):
    """Albums, and photos of those that are nested in them."""

    facet = ALBUM
    fields = ("albums",)
    says = "in the album {name}"
    at_large = "album"
    by_noun = True

    def anything(self) -> Asked:
        """Return what photos in any album fulfil."""
        return Asked(PhotoSet().with_facet(ALBUM).where[0], (ALBUM,), "in an album")


class FavoritesInPhrases(SpokenFacet):
    """Favourites: what is in /Favorites."""

    facet = "favorite"

    def sorts(self) -> Mapping[str, Asked]:
        """Return favourites."""
        return {"favorite": Asked(CONDITION, (), "favourites")}
