"""What searches are in the catalog, beside the folders that are made: pictures to look for, and what is not wanted."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from haven_fs import Change, Facet, Writer, names
from haven_search.dates import WEEKDAY_INDEX

PLACE = "search"
"""The value of `parent` in the tables made and dropped."""
SEARCHES = "searches"
FOLDER = "dropped"
"""Where the bytes of pictures are, in the data folder."""


class SearchFacet(Facet):
    """Pictures that were put into a folder to find what looks like them, and photos taken out of a search.

    Answers are made anew after every change, so nothing has to follow one.
    """

    name = "search"
    migrations = (
        """
    CREATE TABLE unwanted (                 -- what was taken out of a made folder; photo 0 is its note
        made_id INTEGER NOT NULL REFERENCES made ON DELETE CASCADE,
        photo_id INTEGER NOT NULL,
        PRIMARY KEY (made_id, photo_id)
    ) WITHOUT ROWID;

    CREATE TABLE dropped (                  -- pictures put into a smart folder to ask what looks like them
        id INTEGER PRIMARY KEY,
        parent TEXT NOT NULL,               -- as in made
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        photo_id INTEGER REFERENCES photo,  -- the photo it is a copy of, or NULL
        file TEXT,                          -- where its bytes are in the data folder's dropped/; NULL of a photo
        size INTEGER NOT NULL,
        mime TEXT NOT NULL,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX dropped_name ON dropped (parent, fold);
        """,
        """
        UPDATE dropped SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
        """,
        WEEKDAY_INDEX,
        """
        -- each path in /Search asks for the pictures, among thousands of names that were only reserved
        CREATE INDEX dropped_picture ON dropped (parent) WHERE photo_id IS NOT NULL OR file IS NOT NULL;
        """,
    )
    folders = (FOLDER,)
    owned: ClassVar = {"unwanted": ("made_id", "photo_id"), "dropped": ("id",)}
    refers: ClassVar = {"unwanted": {"made_id": "made"}, "dropped": {"parent": "key"}}
    mentions: ClassVar = {"search": "made"}

    def hear(self, w: Writer, texts: Mapping[str, Sequence[str]]) -> None:
        """Keep the searches again that were kept."""
        for name in map(names.portable, texts.get(SEARCHES, ())):
            w.db.execute(
                "INSERT OR IGNORE INTO made (parent, name, fold, seq) VALUES (?, ?, ?, ?)",
                (PLACE, name, names.fold(name), w.seq),
            )

    def follow(self, w: Writer, changes: Sequence[Change]) -> Collection[int]:
        """Settle no photo: that one is not wanted in a search changes nothing of it.

        A picture whose bytes were erased meanwhile is not there again.
        """
        folder = Path(w.db.execute("PRAGMA database_list").fetchone()[2]).with_name(FOLDER)
        for change in changes:
            if change["table"] == "dropped":
                row = w.db.execute("SELECT id, file FROM dropped WHERE id = ?", (change["key"]["id"],)).fetchone()
                if row is not None and row[1] is not None and not (folder / row[1]).exists():
                    w.db.execute("DELETE FROM dropped WHERE id = ?", (row[0],))
        return ()
