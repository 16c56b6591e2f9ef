"""The tables of vectors.sqlite, as numbered migrations: `PRAGMA user_version` counts how many have been applied.

A migration is never edited once released; a change is a new one at the end of MIGRATIONS.

A vector's id is its space and its row in one number, `space << ROW_BITS | row`, so that a space lies in one piece and
in the order of its rows. Rows are only ever added at the end of a space and never change: a vector that is replaced
gets a new row, and its old one is noted in `removed`. So whoever has read a space up to some row and some seq needs
only the rows above and the removals since. When too many rows are removed, the last ones move into the gaps; then
the space gets a new `token`, which tells everybody to begin again.
"""

ROW_BITS = 40
PAGE_SIZE = 16384
"""Bytes; vectors of 512 numbers leave 4 % of such a page empty, 25 % of one of 4096."""

MIGRATIONS = (
    """
    CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO state VALUES ('seq', 0);    -- milliseconds since the epoch, but always higher than before

    CREATE TABLE space (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,          -- such as "clip:demo-1a2b3c4d"
        dim INTEGER NOT NULL,               -- numbers per vector
        token TEXT NOT NULL,                -- of this numbering of rows
        rows INTEGER NOT NULL DEFAULT 0,    -- row numbers given out
        dead INTEGER NOT NULL DEFAULT 0,    -- of these, removed
        photos INTEGER NOT NULL DEFAULT 0
    );

    CREATE TABLE vector (
        id INTEGER PRIMARY KEY,
        space_id INTEGER NOT NULL REFERENCES space,
        photo_id INTEGER NOT NULL,
        part INTEGER NOT NULL,
        data BLOB NOT NULL                  -- float16, little endian, unit length
    );
    CREATE UNIQUE INDEX vector_photo ON vector (space_id, photo_id, part);

    CREATE TABLE removed (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
    CREATE INDEX removed_seq ON removed (seq);

    CREATE TABLE memo (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, data BLOB NOT NULL);
    """,
    """
    INSERT INTO state VALUES ('born', abs(random() >> 1) + 1);     -- tells this file from the one that it replaces
    """,
)
