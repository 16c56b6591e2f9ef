"""What sidecars are to say of albums, as keywords for other programs, and of favourites, as five stars."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from haven_albums.absorbing import ALBUMS, NONE, PROPERTY, TEXTS, spelled
from haven_albums.nesting import album_path
from haven_fs import SidecarNotes, names

_RATING = "xmp:Rating"
_ROOT = "Albums"
_KEYWORDS = {"lr:hierarchicalSubject": "|", "digiKam:TagsList": "/"}
"""Keywords as paths, and what parts them. Keywords without a path stay as they are: albums would be lost among them."""
_SAID = "SELECT f.photo_id, f.is_favorite, coalesce(p.rating, 0) >= 5 FROM favorite f JOIN photo p ON p.id = f.photo_id"

_TAKEN_OUT = (
    "SELECT n.photo_id, EXISTS (SELECT 1 FROM original o JOIN original f ON f.dir_id = o.dir_id"
    " WHERE o.photo_id = n.photo_id AND o.role = 'main' AND o.gone IS NULL"
    " AND f.format = 'googlealbum' AND f.gone IS NULL) FROM album_not n GROUP BY n.photo_id"
)
"""Photos that were taken out of albums, and whether something describes their folders."""


class AlbumsInSidecars:
    """The albums that photos are in, whoever says so: one that was renamed is called so everywhere."""

    name = "albums"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return the albums of photos, and of those that the owner took out of one that they are in no more of."""
        paths = _paths(db)
        meant = {fold for (fold,) in db.execute("SELECT fold FROM album_path")}
        notes: dict[int, SidecarNotes] = {}
        query = (
            "SELECT photo_id, album_id, position FROM album_photo WHERE album_id IN (SELECT id FROM album)"
            " ORDER BY photo_id, album_id"
        )
        for photo_id, album_id, position in db.execute(query):
            note = notes.setdefault(photo_id, SidecarNotes())
            note.items.setdefault(PROPERTY, []).append(spelled(paths[album_id], position))
            for name, separator in _KEYWORDS.items():
                note.items.setdefault(name, []).append(separator.join((_ROOT, *paths[album_id])))
        for photo_id, is_said in db.execute(_TAKEN_OUT):
            note = notes.setdefault(photo_id, SidecarNotes())
            if is_said and not note.items:
                note.items[PROPERTY] = [NONE]
        for note in notes.values():
            for name in (PROPERTY, *_KEYWORDS):
                note.gone[name] = _Others(note.items.get(name, ()), _KEYWORDS.get(name), meant)
        return notes

    def of_no_photo(self, db: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
        """Return albums that no photo is in, and texts in albums."""
        paths = _paths(db)
        empty = "SELECT id FROM album WHERE id NOT IN (SELECT album_id FROM album_photo) ORDER BY id"
        notes = "SELECT album_id, name, text FROM album_note ORDER BY album_id, fold"
        return {
            ALBUMS: ["/".join(paths[id_]) for (id_,) in db.execute(empty).fetchall()],
            TEXTS: [
                json.dumps(["/".join(paths[id_]), *note], ensure_ascii=False)
                for id_, *note in db.execute(notes).fetchall()
                if id_ in paths
            ],
        }

    def lists(self, db: sqlite3.Connection) -> Mapping[tuple[str, ...], Sequence[int]]:
        """Return the photos of albums in the order in which they were added, by the names that lead to an album."""
        paths = _paths(db)
        found: dict[tuple[str, ...], list[int]] = {(_ROOT, *path): [] for path in paths.values()}
        query = (
            "SELECT album_id, photo_id FROM album_photo WHERE album_id IN (SELECT id FROM album)"
            " ORDER BY album_id, position"
        )
        for album_id, photo_id in db.execute(query):
            found[(_ROOT, *paths[album_id])].append(photo_id)
        return found


class _Others:
    """Tells which texts of a list are of albums that a photo is not in: Haven's own, and keywords that name such."""

    def __init__(self, own: Sequence[str], separator: str | None, meant: set[str]) -> None:
        self._own, self._separator, self._meant = frozenset(own), separator, meant

    def __call__(self, text: str) -> bool:
        if text in self._own:
            return False
        if self._separator is None:
            return True
        root, *path = text.split(self._separator)
        return root == _ROOT and "/".join(map(names.fold, path)) in self._meant


def _paths(db: sqlite3.Connection) -> dict[int, tuple[str, ...]]:
    return {id_: album_path(db, id_) or () for (id_,) in db.execute("SELECT id FROM album").fetchall()}


class StarsInSidecars:
    """Five stars for photos that the owner made favourites, fewer for those that the owner said are none."""

    name = "favorites"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what the owner said of photos; what their files say stays as it is."""
        return {
            photo_id: SidecarNotes(texts={_RATING: "5" if is_favorite else _unstarred if rated else _fewer})
            for photo_id, is_favorite, rated in db.execute(_SAID)
        }


def _fewer(stars: str) -> str:
    """Return the stars of a photo that is no favourite: what a sidecar gives, if that is fewer than five."""
    try:
        return stars if float(stars) < 5 else "0"
    except ValueError:
        return stars


def _unstarred(stars: str) -> str:
    """Return the same for a photo whose own file may give five, which only a sidecar that says otherwise outdoes."""
    return _fewer(stars) or "0"
