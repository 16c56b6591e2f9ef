"""How phrases speak of albums: as a field, "album:Summer", since an album may be called by any word."""

from haven_albums.nesting import ALBUM
from haven_fs import SpokenFacet


class AlbumsInPhrases(SpokenFacet):
    """Albums, and photos of those that are nested in them."""

    facet = ALBUM
    fields = ("albums",)
    says = "in the album {name}"
