"""The later migrations of the core, since one file would be too long: locks, replay, checksums."""

_LOCKS = """
    CREATE TABLE lock (             -- of a file, folder or name, for a program that writes to it: catalog/locks.py
        token TEXT PRIMARY KEY,
        root TEXT NOT NULL,         -- the path that it is kept under, however a client came there
        shown TEXT NOT NULL,        -- the path that it was taken by, a folder's with a slash at its end
        deep INTEGER NOT NULL,      -- whether it is on everything below too
        shared INTEGER NOT NULL,
        only_root INTEGER NOT NULL, -- whether it keeps nobody from what is in a folder of Haven's own
        owner TEXT NOT NULL,        -- what the program says of who it is, as XML
        by TEXT NOT NULL,           -- the user, '' if nobody signed in
        program TEXT NOT NULL,
        taken REAL NOT NULL,        -- seconds since the epoch
        until REAL NOT NULL,
        seconds INTEGER NOT NULL    -- how long it is granted each time
    ) WITHOUT ROWID;
    CREATE INDEX lock_root ON lock (root);
    CREATE INDEX lock_until ON lock (until);
    CREATE INDEX lock_by ON lock (by);
    """

_REPLAY = """
    -- lines of the record that a catalog was given again: haven_fs.catalog.takein, haven_fs.catalog.replay
    ALTER TABLE correction ADD COLUMN line INTEGER;     -- its number in its line of the record, if that is another
    CREATE INDEX correction_said ON correction (at);
    CREATE TABLE waiting (                  -- what they changed and is still to be done, in order
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        correction_id INTEGER NOT NULL REFERENCES correction,
        what TEXT NOT NULL,                 -- change, photo, data, or old: a line that does not say its changes
        told TEXT NOT NULL,                 -- JSON: see haven_fs.catalog.portable
        row TEXT,                           -- JSON: the row that it changes, by which it waits for what was before
        want TEXT,                          -- the photo that it waits for, '' for something else, NULL: not tried yet
        held INTEGER NOT NULL DEFAULT 0     -- 1: its correction was taken back meanwhile
    );
    CREATE INDEX waiting_want ON waiting (want, n);
    CREATE INDEX waiting_row ON waiting (row, n);
    CREATE INDEX waiting_correction ON waiting (correction_id);
    CREATE TABLE touched (                  -- rows that the owner has spoken of since, while anything waits
        tbl TEXT NOT NULL,
        key TEXT NOT NULL,
        columns TEXT NOT NULL,              -- those that were changed, '' for all
        correction_id INTEGER NOT NULL,     -- the last that did: what was said before it does not count any more
        PRIMARY KEY (tbl, key, columns)
    ) WITHOUT ROWID;
    CREATE TABLE promised (                 -- display names of photos that lines name, until these are found
        want TEXT NOT NULL,                 -- the photo, as in waiting
        name TEXT NOT NULL,
        place TEXT NOT NULL,                -- where it lay, to tell copies from one another
        PRIMARY KEY (want, name)
    ) WITHOUT ROWID;
    CREATE TABLE known_as (                 -- rows that owners made in a catalog before this one
        kind TEXT NOT NULL,                 -- the table
        name TEXT NOT NULL,                 -- JSON: the catalog that it was made in, and its number there
        id INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
    );
    CREATE INDEX known_as_id ON known_as (kind, id);
    INSERT INTO state VALUES ('record_short', 1);       -- lines do not say yet what they changed
"""

_CHECKSUMS = """
    CREATE TABLE checksum (         -- what all bytes of an original are, when it was last right: catalog/checksums.py
        original_id INTEGER PRIMARY KEY REFERENCES original,
        size INTEGER NOT NULL,      -- of the file when they were read, and its times
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        digest BLOB NOT NULL,       -- SHA-256
        ending BLOB NOT NULL,       -- what stands for its last bytes
        seen REAL NOT NULL,         -- when it was last read and right, seconds since the epoch
        damaged REAL,               -- when it was found to have other bytes, which nobody seems to have written
        reason TEXT                 -- why it counts as damaged, in words
    );
    CREATE INDEX checksum_seen ON checksum (seen);
    CREATE INDEX checksum_damaged ON checksum (damaged) WHERE damaged IS NOT NULL;
    ALTER TABLE original ADD COLUMN hashed INTEGER;     -- its mtime_ns when all its bytes were last read
    CREATE INDEX original_unhashed ON original (id) WHERE hashed IS NOT mtime_ns AND gone IS NULL;
    ALTER TABLE trash ADD COLUMN digest BLOB;   -- of the old bytes of a file that was replaced, which no original has
"""

LATER = (_LOCKS, _REPLAY, _CHECKSUMS)
