"""What albums and favourites are in the catalog: their tables, and how those show.

The folders read the tables themselves; that a photo is in an album is a value of the facet "album" too, for phrases and
for plugins that ask what a photo belongs to.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from haven_albums.absorbing import absorb_albums, hear_albums
from haven_albums.nesting import ALBUM, album_at, album_path, albums_above, albums_of, photos_in
from haven_albums.oldlines import said_of_albums, said_of_favourites
from haven_fs import Change, Facet, Found, FoundFacts, Tag, Writer, photos_named, rename_values, settle_facet


class AlbumsFacet(Facet):
    """Albums, nested ones counted: a photo in an album has it and all that it is nested in as values."""

    name = ALBUM
    migrations = (
        """
    CREATE TABLE album (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        parent_id INTEGER NOT NULL DEFAULT 0,   -- 0: at the top
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX album_name ON album (parent_id, fold);

    CREATE TABLE album_photo (
        album_id INTEGER NOT NULL REFERENCES album,
        photo_id INTEGER NOT NULL REFERENCES photo,
        position INTEGER NOT NULL,          -- the order in which photos were added
        PRIMARY KEY (album_id, photo_id)
    ) WITHOUT ROWID;
    CREATE INDEX album_photo_photo ON album_photo (photo_id);

    CREATE TABLE album_note (               -- Haven's own texts that were copied into an album, such as a search's
        album_id INTEGER NOT NULL REFERENCES album,
        fold TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (album_id, fold)
    ) WITHOUT ROWID;
        """,
        """
        UPDATE album SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
        UPDATE album_note SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
        """,
        """
    ALTER TABLE album ADD COLUMN found INTEGER NOT NULL DEFAULT 0;      -- 1: sidecars say that it is there, nobody else
    ALTER TABLE album_photo ADD COLUMN found INTEGER NOT NULL DEFAULT 0;    -- 1: a sidecar says so, not the owner

    CREATE TABLE album_not (                -- the owner took the photo out, whatever its sidecars say
        album_id INTEGER NOT NULL REFERENCES album,
        photo_id INTEGER NOT NULL REFERENCES photo,
        PRIMARY KEY (album_id, photo_id)
    ) WITHOUT ROWID;
    CREATE INDEX album_not_photo ON album_not (photo_id);

    CREATE TABLE album_path (               -- which album sidecars mean, whatever its owner calls it by now
        fold TEXT PRIMARY KEY,              -- the names that lead to it
        album_id INTEGER NOT NULL           -- one that is not there any more was removed by the owner
    ) WITHOUT ROWID;
        """,
    )
    owned: ClassVar = {
        ALBUM: ("id",),
        "album_photo": ("album_id", "photo_id"),
        "album_not": ("album_id", "photo_id"),
        "album_note": ("album_id", "fold"),
    }
    refers: ClassVar = {
        ALBUM: {"parent_id": ALBUM},
        "album_photo": {"album_id": ALBUM},
        "album_not": {"album_id": ALBUM},
        "album_note": {"album_id": ALBUM},
    }
    mentions: ClassVar = {"album": ALBUM, "parent": ALBUM}

    def say_again(self, w: Writer, line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
        """Tell what an older version noted of albums."""
        return said_of_albums(line, photo)

    def tell(self, db: sqlite3.Connection, kind: str, value: Any, changes: Sequence[Change]) -> Any:
        """Say of an album that sidecars made, for which there is no line, what leads to it."""
        row = db.execute("SELECT found FROM album WHERE id = ?", (value,)).fetchone()
        return list(album_path(db, int(value)) or ()) if row is not None and row[0] else None

    def find(self, w: Writer, kind: str, told: Any, *, complete: bool) -> Any:
        """Find it again, once sidecars were read."""
        return album_at(w.db, told)

    def absorb(self, w: Writer, found: Found) -> None:
        """Put photos into the albums that their sidecars name, and take them out of those that they name no more."""
        absorb_albums(w, found)

    def hear(self, w: Writer, texts: Mapping[str, Sequence[str]]) -> None:
        """Make the albums that no photo is in, and put texts into albums."""
        hear_albums(w, texts)

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        """Give the albums that photos are in."""
        return albums_of(db, photos.keys())

    def follow(self, w: Writer, changes: Sequence[Change]) -> Collection[int]:
        """Bring the values up to date of all photos concerned: nothing else of them hangs on their albums.

        Of two albums that were moved into each other at different times, one goes to the top.
        """
        for change in changes:
            if change["table"] == "album_note":
                w.db.execute("UPDATE album SET seq = ? WHERE id = ?", (w.seq, change["key"]["album_id"]))
        ids = sorted({int(change["key"]["id"]) for change in changes if change["table"] == "album"})
        rows = w.db.execute(
            "SELECT id, name FROM album WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
        )
        rename_values(w, ALBUM, {str(id_): name for id_, name in rows.fetchall()})
        for album_id in ids:
            if album_id in albums_above(w.db, album_id):
                w.db.execute("UPDATE OR IGNORE album SET parent_id = 0, seq = ? WHERE id = ?", (w.seq, album_id))
        put = photos_named(change for change in changes if change["table"] == "album_photo")
        settle_facet(w, ALBUM, put.union(photos_in(w.db, ids)))
        return ()


class FavoritesFacet(Facet):
    """What the owner said of photos being favourites; the folder reads the table itself."""

    name = "favorite"
    migrations = (
        """
    CREATE TABLE favorite (                 -- what the owner said of photos, whatever their rating is
        photo_id INTEGER PRIMARY KEY REFERENCES photo,
        is_favorite INTEGER NOT NULL
    );
    CREATE INDEX photo_rated ON photo (rating, seq) WHERE rating >= 5;      -- favourites by their files
        """,
    )
    owned: ClassVar = {"favorite": ("photo_id",)}

    def say_again(self, w: Writer, line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
        """Tell what an older version noted of favourites."""
        return said_of_favourites(line, photo)

    def follow(self, w: Writer, changes: Sequence[Change]) -> Collection[int]:
        """Have the photos show as changed: nothing is derived from their being favourites."""
        w.touch(photos_named(changes))
        return ()
