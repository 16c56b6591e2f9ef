"""Albums and favourites: what the owner puts together by hand, in folders that are made, filled and moved like any.

Copying a photo into an album adds it, and copying a whole folder into /Albums keeps what is in that now as an album.
"""

from collections.abc import Sequence

from haven_albums.albums import WORDS as ALBUM_WORDS
from haven_albums.facet import AlbumsFacet, FavoritesFacet
from haven_albums.favorites import FAVORITES
from haven_albums.favorites import WORDS as FAVORITE_WORDS
from haven_albums.folders import ALBUMS
from haven_albums.sidecars import AlbumsInSidecars, StarsInSidecars
from haven_albums.spoken import AlbumsInPhrases, FavoritesInPhrases
from haven_fs import Facet, SidecarSource, SmartFolder, SpokenFacet, Words, hookimpl


@hookimpl
def haven_facets() -> Sequence[Facet]:
    """Bring the tables of albums and favourites."""
    return [AlbumsFacet(), FavoritesFacet()]


@hookimpl
def haven_smart_folders() -> Sequence[SmartFolder]:
    """Bring /Albums and /Favorites."""
    return [ALBUMS, FAVORITES]


@hookimpl
def haven_sidecars() -> Sequence[SidecarSource]:
    """Bring what sidecars say of albums and favourites."""
    return [AlbumsInSidecars(), StarsInSidecars()]


@hookimpl
def haven_phrases() -> Sequence[SpokenFacet]:
    """Bring how phrases speak of albums and favourites."""
    return [AlbumsInPhrases(), FavoritesInPhrases()]


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how what is said about albums and favourites is put."""
    return [*ALBUM_WORDS, *FAVORITE_WORDS]
