"""/Favorites: photos that the owner put there, and those that their files give five stars. The owner's word counts.

A photo that was taken out stays out, whatever its file says, until it is put in again.
"""

from haven_albums.written import WrittenPhotos, photo_of
from haven_fs import File, Folder, Forbidden, PhotoFolder, PhotoSet, SmartFolder, Text, View, Writer

PLACE = "favorites"
_CONDITION = (
    "(p.id IN (SELECT photo_id FROM favorite WHERE is_favorite) OR (p.rating >= 5"
    " AND p.id NOT IN (SELECT photo_id FROM favorite WHERE NOT is_favorite)))"
)


class FavoritePhotos(WrittenPhotos):
    """Favourites: all, or those of a year, a month or a day, or of another folder."""

    refusal = "Copy photos here to make them favourites, delete them here if they are none any more."

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day."""
        return FavoritePhotos(view, photos, (*self.place, view.path[-1]), level=level)

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Say that a photo is a favourite."""
        photo_id = photo_of(file)
        _say(w, photo_id, favorite=True)
        self.write_name(w, name, file)
        w.correct("photo made a favourite", photo_id)

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Refuse another name for a favourite; what comes from elsewhere is put here as a copy is. Raises Refused."""
        if isinstance(source, FavoritePhotos):
            raise Forbidden("Photos keep the names that Haven shows them by.")
        return False

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Say that a photo is no favourite, though its file may give it five stars."""
        if isinstance(node, File) and node.photo_id is not None:
            _say(w, node.photo_id, favorite=False)
            self.forget_names(w, node.photo_id)
            w.note_removal()
            w.correct("photo no favourite any more", node.photo_id)


def _say(w: Writer, photo_id: int, *, favorite: bool) -> None:
    w.db.execute(
        "INSERT INTO favorite (photo_id, is_favorite) VALUES (?, ?)"
        " ON CONFLICT (photo_id) DO UPDATE SET is_favorite = excluded.is_favorite",
        (photo_id, favorite),
    )
    w.db.execute("UPDATE photo SET seq = ? WHERE id = ?", (w.seq, photo_id))


def _open(view: View) -> Folder:
    return FavoritePhotos(view, view.within.narrowed(_CONDITION), (PLACE,))


FAVORITES = SmartFolder("Favorites", _open, facet=True)
