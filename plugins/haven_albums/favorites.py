"""/Favorites: photos that the owner put there, and those that their files give five stars. The owner's word counts.

A photo that was taken out stays out, whatever its file says, until it is put in again.
"""

from haven_fs import ChosenPhotos, Folder, SmartFolder, View, Words, Writer

PLACE = "favorites"
CONDITION = (
    "(p.id IN (SELECT photo_id FROM favorite WHERE is_favorite) OR (p.rating IS NOT NULL AND p.rating >= 5"
    " AND p.id NOT IN (SELECT photo_id FROM favorite WHERE NOT is_favorite)))"
)
"""That a photo `p` is a favourite."""


class Favorite:
    """The fact that a photo is a favourite."""

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say that a photo is a favourite."""
        _say(w, photo_id, favorite=True)
        w.correct("photo made a favourite", photo_id)
        return True

    def move(self, w: Writer, photo_id: int, source: "Favorite") -> bool:
        """Say nothing: it is one in both folders."""
        return False

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Say that a photo is no favourite, though its file may give it five stars."""
        _say(w, photo_id, favorite=False)
        w.note_removal()
        w.correct("photo no longer a favourite", photo_id)


class FavoritePhotos(ChosenPhotos):
    """Favourites: all, or those of a year, a month or a day, or of another folder."""

    home = "Favorites"
    refusal = "Copy photos here to make them favourites; delete them here when they no longer are."


def _say(w: Writer, photo_id: int, *, favorite: bool) -> None:
    w.db.execute(
        "INSERT INTO favorite (photo_id, is_favorite) VALUES (?, ?)"
        " ON CONFLICT (photo_id) DO UPDATE SET is_favorite = excluded.is_favorite",
        (photo_id, favorite),
    )
    w.touch([photo_id])


def _open(view: View) -> Folder:
    return FavoritePhotos(view, view.within.narrowed(CONDITION), Favorite(), PLACE)


WORDS = (
    Words("photo made a favourite", "{photo} is a favourite", "{photos} are favourites"),
    Words("photo no longer a favourite", "{photo} is no favourite", "{photos} are no favourites"),
)
FAVORITES = SmartFolder("Favorites", _open, facet=True)
