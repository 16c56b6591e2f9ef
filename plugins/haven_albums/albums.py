"""What the owner says about albums: each of these is one correction, in one transaction.

An album is a row with the album it is nested in, and rows of its photos with their place in the order of adding.
Whoever removes an album means it whole: photos that were taken out of it one by one just before, as programs do that
delete a folder, are put back first, so that taking the removal back brings back all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from haven_albums.nesting import ALBUM, albums_above, photos_in
from haven_fs import (
    AlreadyExists,
    Conflict,
    Forbidden,
    NotFound,
    Words,
    Writer,
    folder_name,
    names,
    settle_facet,
    void_gesture,
)

TOP = 0
"""The `parent_id` of albums that are nested in none."""
_GONE = "This album no longer exists. Open the folder again."
_TAKEN_OUT = "photo taken out of album"
_NOTE_TAKEN_OUT = "note taken out of album"
_REMOVED = "album removed"


class Albums:
    """Changes albums in one write transaction."""

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._db = w.db

    def make(self, parent_id: int, name: str) -> int:
        """Make an empty album. Raises Refused."""
        album_id = self._insert(parent_id, name)
        self._w.correct("album made", album=album_id, parent=parent_id, name=name)
        return album_id

    def _insert(self, parent_id: int, name: str) -> int:
        if parent_id != TOP:
            self._name(parent_id)
        name = self._free_name(parent_id, name)
        row = self._db.execute(
            "INSERT INTO album (parent_id, name, fold, seq) VALUES (?, ?, ?, ?) RETURNING id",
            (parent_id, name, names.fold(name), self._w.seq),
        ).fetchone()
        return int(row[0])

    def rename(self, album_id: int, name: str) -> None:
        """Give an album another name. Raises Refused."""
        before, parent_id = self._name(album_id), self._parent(album_id)
        name = self._free_name(parent_id, name, album_id)
        self._put(album_id, parent_id, name)
        self._w.correct("album renamed", album=album_id, name=name, before=before)
        # One photo brings the new name to the facet; those in it are none the newer for that.
        settle_facet(self._w, ALBUM, photos_in(self._db, [album_id])[:1])

    def nest(self, album_id: int, parent_id: int, name: str) -> None:
        """Put an album, with all in it, into another, or at the top. Raises Refused."""
        before = self._parent(album_id)
        if parent_id != TOP:
            self._name(parent_id)
            if parent_id == album_id or album_id in albums_above(self._db, parent_id):
                raise Forbidden("An album cannot be moved into itself.")
        self._put(album_id, parent_id, self._free_name(parent_id, name, album_id))
        into = "no other album" if parent_id == TOP else f"the album {self._name(parent_id)}"
        self._w.correct("album moved", album=album_id, name=name, parent=parent_id, before=before, into=into)
        settle_facet(self._w, ALBUM, photos_in(self._db, [album_id]))

    def _put(self, album_id: int, parent_id: int, name: str) -> None:
        self._db.execute(
            "UPDATE album SET parent_id = ?, name = ?, fold = ?, seq = ?, found = 0 WHERE id = ?",
            (parent_id, name, names.fold(name), self._w.seq, album_id),
        )
        self._w.note_removal()

    def remove(self, album_id: int) -> None:
        """Remove an album and those nested in it; photos stay. Raises Refused."""
        name, parent_id = self._name(album_id), self._parent(album_id)
        self._void_gesture(album_id)
        photo_ids = photos_in(self._db, [album_id])
        self._delete(album_id)
        self._w.note_removal()
        self._w.correct(_REMOVED, album=album_id, parent=parent_id, name=name, photos=photo_ids)
        settle_facet(self._w, ALBUM, photo_ids)

    def _delete(self, album_id: int) -> None:
        for (nested,) in self._db.execute("SELECT id FROM album WHERE parent_id = ?", (album_id,)).fetchall():
            self._delete(nested)
        place = place_of(album_id)
        self._db.execute("DELETE FROM alias WHERE place = ? OR substr(place, 1, ?) = ?",
                         (place, len(place) + 1, f"{place}/"))  # fmt: skip
        self._db.execute("DELETE FROM album_note WHERE album_id = ?", (album_id,))
        self._db.execute(
            "INSERT OR IGNORE INTO album_not SELECT album_id, photo_id FROM album_photo WHERE album_id = ? AND found",
            (album_id,),
        )
        self._db.execute("DELETE FROM album_photo WHERE album_id = ?", (album_id,))
        self._db.execute("DELETE FROM album WHERE id = ?", (album_id,))

    def _void_gesture(self, album_id: int) -> None:
        """Take back what the same user took out of an album just before, nested albums among it."""
        those = {album_id}

        def concerns(kind: str, said: Mapping[str, Any]) -> bool:
            if kind == _REMOVED and said["parent"] in those:
                those.add(said["album"])
                return True
            return kind in (_TAKEN_OUT, _NOTE_TAKEN_OUT) and said["album"] in those

        void_gesture(self._w, concerns)

    def add(self, album_id: int, photo_id: int) -> None:
        """Put a photo at the end of an album; one that is in it keeps its place. Raises Refused."""
        name = self._name(album_id)
        self._append(album_id, [photo_id])
        self._w.correct("photo added to album", photo_id, album=album_id, name=name)
        settle_facet(self._w, ALBUM, [photo_id])

    def _append(self, album_id: int, photo_ids: Iterable[int]) -> None:
        row = self._db.execute("SELECT coalesce(max(position), 0) FROM album_photo WHERE album_id = ?", (album_id,))
        first = int(row.fetchone()[0]) + 1
        added = [(album_id, photo_id, position) for position, photo_id in enumerate(photo_ids, first)]
        self._db.executemany(
            "INSERT INTO album_photo (album_id, photo_id, position) VALUES (?, ?, ?)"
            " ON CONFLICT (album_id, photo_id) DO UPDATE SET found = 0",
            added,
        )
        self._db.executemany("DELETE FROM album_not WHERE album_id = ? AND photo_id = ?", [one[:2] for one in added])
        # The owner has spoken of it, so it stays whatever becomes of the sidecars that named it.
        self._db.execute("UPDATE album SET found = 0 WHERE id = ? AND found", (album_id,))

    def take_out(self, album_id: int, photo_id: int) -> None:
        """Take a photo out of an album. Raises Refused."""
        name = self._name(album_id)
        self._drop(album_id, photo_id)
        self._w.correct(_TAKEN_OUT, photo_id, album=album_id, name=name)
        settle_facet(self._w, ALBUM, [photo_id])

    def _drop(self, album_id: int, photo_id: int) -> None:
        dropped = self._db.execute(
            "DELETE FROM album_photo WHERE album_id = ? AND photo_id = ?", (album_id, photo_id)
        ).rowcount
        if not dropped:
            raise NotFound("This photo is no longer in the album.")
        self._db.execute("INSERT OR IGNORE INTO album_not VALUES (?, ?)", (album_id, photo_id))
        self._w.note_removal()

    def move(self, photo_id: int, source_id: int, album_id: int) -> None:
        """Put a photo at the end of an album and take it out of another. Raises Refused."""
        source, name = self._name(source_id), self._name(album_id)
        self._drop(source_id, photo_id)
        self._append(album_id, [photo_id])
        self._w.correct("photo moved to album", photo_id, album=album_id, name=name, before=source_id, source=source)
        settle_facet(self._w, ALBUM, [photo_id])

    def put_note(self, album_id: int, name: str, text: str) -> None:
        """Keep a text in an album, in place of one of that name. Raises Refused."""
        album, name = self._name(album_id), folder_name(name)
        self._db.execute(
            "INSERT INTO album_note (album_id, fold, name, text) VALUES (?, ?, ?, ?) ON CONFLICT (album_id, fold)"
            " DO UPDATE SET name = excluded.name, text = excluded.text",
            (album_id, names.fold(name), name, text),
        )
        self._touch(album_id)
        self._w.correct("note added to album", album=album_id, name=album, note=name)

    def drop_note(self, album_id: int, name: str) -> None:
        """Take a text out of an album."""
        self._db.execute("DELETE FROM album_note WHERE album_id = ? AND fold = ?", (album_id, names.fold(name)))
        self._touch(album_id)
        self._w.note_removal()
        self._w.correct(_NOTE_TAKEN_OUT, album=album_id, name=self._name(album_id), note=name)

    def _touch(self, album_id: int) -> None:
        self._db.execute("UPDATE album SET seq = ? WHERE id = ?", (self._w.seq, album_id))

    def keep(self, parent_id: int, name: str, content: "Content", source: str) -> int:
        """Make an album with photos in it, and with nested ones. `source`: the folder they are from. Raises Refused."""
        album_id = self._fill(parent_id, name, content)
        photo_ids = photos_in(self._db, [album_id])
        self._w.correct("folder kept as album", album=album_id, name=name, source=source, photos=len(photo_ids))
        settle_facet(self._w, ALBUM, photo_ids)
        return album_id

    def _fill(self, parent_id: int, name: str, content: "Content") -> int:
        photo_ids, nested = content
        album_id = self._insert(parent_id, name)
        self._append(album_id, photo_ids)
        for below, inner in nested:
            self._fill(album_id, below, inner)
        return album_id

    def _name(self, album_id: int) -> str:
        """Return an album's name. Raises Refused if it is not there any more."""
        row = self._db.execute("SELECT name FROM album WHERE id = ?", (album_id,)).fetchone()
        if row is None:
            raise Conflict(_GONE)
        return str(row[0])

    def _parent(self, album_id: int) -> int:
        row = self._db.execute("SELECT parent_id FROM album WHERE id = ?", (album_id,)).fetchone()
        if row is None:
            raise Conflict(_GONE)
        return int(row[0])

    def _free_name(self, parent_id: int, name: str, album_id: int = 0) -> str:
        """Return the name as it is kept. Raises Refused if an album cannot be called that there."""
        if name.startswith("."):
            raise Forbidden("Names that begin with a dot are for hidden files. Choose another name.")
        name = folder_name(name)
        if self._db.execute(
            "SELECT 1 FROM album WHERE parent_id = ? AND fold = ? AND id <> ?", (parent_id, names.fold(name), album_id)
        ).fetchone():
            raise AlreadyExists(f"There is already an album called {name}. Choose another name.")
        return name


WORDS = (
    Words("album made", "New album {name}"),
    Words("album renamed", "The album {before} is called {name}"),
    Words("album moved", "The album {name} is in {into}"),
    Words(_REMOVED, "The album {name} is removed"),
    Words("photo added to album", "{photo} is in the album {name}", "{photos} are in the album {name}"),
    Words(_TAKEN_OUT, "{photo} is not in the album {name}", "{photos} are not in the album {name}"),
    Words(
        "photo moved to album",
        "{photo} is in the album {name} rather than {source}",
        "{photos} are in the album {name} rather than {source}",
    ),
    Words("note added to album", "{note} is in the album {name}", "{photos} are in the album {name}"),
    Words(_NOTE_TAKEN_OUT, "{note} is not in the album {name}", "{photos} are not in the album {name}"),
    Words("folder kept as album", "New album {name} with the photos of {source}"),
)
"""How what is said about albums is put."""

Content = tuple[Sequence[int], Sequence[tuple[str, "Content"]]]
"""An album to be: photos in order, and by name what is to be nested in it."""


def place_of(album_id: int) -> str:
    """Return what an album is called where its name may change."""
    return f"album {album_id}"
