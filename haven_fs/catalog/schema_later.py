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

_MOUNTS = """
    ALTER TABLE library ADD COLUMN mounts TEXT NOT NULL DEFAULT '[]';   -- JSON: folders that are disks of their own
"""

_FAILED = """
    CREATE INDEX analysis_failed ON analysis (photo_id) WHERE failed IS NOT NULL AND again IS NULL;
"""

_BROUGHT = """
    CREATE TABLE brought (                  -- photos that an import has copied into a library
        photo_id INTEGER PRIMARY KEY REFERENCES photo,
        source TEXT NOT NULL                -- where they are from: "Google Photos"
    );
"""

_SKIPPED = """
    CREATE TABLE skipped (          -- what a walk passed over in a folder, by the reason: catalog/skipped.py
        library_id INTEGER NOT NULL REFERENCES library,
        path BLOB NOT NULL,         -- of the folder, below the root, which may itself be skipped
        reason TEXT NOT NULL,       -- one of haven_fs.library.leavings.REASONS
        files INTEGER NOT NULL,
        folders INTEGER NOT NULL,
        PRIMARY KEY (library_id, path, reason)
    ) WITHOUT ROWID;
    CREATE INDEX original_spare ON original (dir_id) WHERE role = 'backup' AND gone IS NULL;
    -- more names belong together than before, and what files say of themselves has the last word on it
    UPDATE original SET stem = haven_stem(file) WHERE stem <> haven_stem(file);
    UPDATE original SET probed = 0 WHERE gone IS NULL AND (dir_id, stem) IN
        (SELECT dir_id, stem FROM original WHERE gone IS NULL GROUP BY dir_id, stem HAVING count(*) > 1);
"""

_GUESSED = """
    CREATE INDEX photo_guessed ON photo (seq) WHERE shown = 1 AND taken_source = 'folder';
    ALTER TABLE original ADD COLUMN ctime_ns INTEGER;   -- when the disk says its bytes or rights changed last
"""

_UNOPENED = """
    ALTER TABLE analysis ADD COLUMN unopened INTEGER NOT NULL DEFAULT 0;    -- 1: the picture could not be opened
    CREATE INDEX analysis_unopened ON analysis (photo_id) WHERE unopened = 1;
    -- More can be opened now, and TIFFs are no longer turned twice.
    UPDATE analysis SET version = -1 WHERE failed IS NOT NULL AND again IS NULL;
    UPDATE analysis SET version = -1 WHERE photo_id IN (SELECT p.id FROM photo p JOIN original o ON o.id = p.main_id
        WHERE o.format = 'tiff' AND p.orientation > 1);
"""

_INSIDE = """
    ALTER TABLE original ADD COLUMN inside INTEGER NOT NULL DEFAULT 0;      -- bytes of the film inside a photo's file
    ALTER TABLE original ADD COLUMN inside_at INTEGER NOT NULL DEFAULT 0;   -- and where they begin
    CREATE INDEX original_inside ON original (id) WHERE inside > 0;
    -- Pictures say more than was read of them: films, IPTC, all of XMP; and JPEG XL are some.
    UPDATE original SET probed = 0 WHERE gone IS NULL AND (kind = 'image' OR name LIKE '%.jxl');
"""

_EXPORTED = """
    CREATE TABLE exported (         -- what Haven wrote into a sidecar: catalog/exported.py
        place TEXT NOT NULL,        -- the folder that it was exported to, '' for beside its photo
        library_id INTEGER NOT NULL,
        file BLOB NOT NULL,         -- the sidecar's path below the library
        photo_id INTEGER NOT NULL,
        wrote TEXT NOT NULL,        -- JSON
        PRIMARY KEY (place, library_id, file)
    ) WITHOUT ROWID;
"""

_HIDDEN = """
    ALTER TABLE hidden ADD COLUMN found INTEGER NOT NULL DEFAULT 0;     -- 1, 2: sidecars say so, not the owner
    CREATE TABLE unhidden (         -- photos that the owner has shown again, whatever their sidecars say
        photo_id INTEGER PRIMARY KEY REFERENCES photo
    );
"""

_OF_FOLDERS = """
    CREATE INDEX original_of_folder ON original (dir_id) WHERE format = 'googlealbum' AND gone IS NULL;
    CREATE INDEX original_of_library ON original (dir_id) WHERE format = 'haven' AND gone IS NULL;
    CREATE TABLE folder_said (      -- folders of which something else is said than what their photos were told of
        dir_id INTEGER PRIMARY KEY
    );
    CREATE TRIGGER original_of_folder_said AFTER UPDATE OF format, fingerprint, dir_id, gone ON original
    WHEN (OLD.format IN ('googlealbum', 'haven') OR NEW.format IN ('googlealbum', 'haven'))
        AND (OLD.format, OLD.fingerprint, OLD.dir_id, OLD.gone)
        IS NOT (NEW.format, NEW.fingerprint, NEW.dir_id, NEW.gone)
    BEGIN
        INSERT OR IGNORE INTO folder_said VALUES (OLD.dir_id), (NEW.dir_id);
    END;
    -- What Google says of albums, and of what is in its bin, was not read.
    UPDATE original SET probed = 0 WHERE gone IS NULL AND photo_id IS NULL AND CAST(file AS TEXT) LIKE '%.json';
    UPDATE analysis SET version = -1 WHERE analyzer = 'beside'
        AND photo_id IN (SELECT photo_id FROM original WHERE format = 'google' AND gone IS NULL);
"""

LATER = (
    *(_LOCKS, _REPLAY, _CHECKSUMS, _MOUNTS, _FAILED, _SKIPPED, _GUESSED, _UNOPENED, _INSIDE),
    *(_EXPORTED, _HIDDEN, _BROUGHT, _OF_FOLDERS),
)
