"""The core's tables, as numbered migrations: `PRAGMA user_version` counts how many have been applied.

A migration is never edited once released; a change is a new one at the end of MIGRATIONS. What plugins keep is not
here: each facet has migrations of its own (haven_fs.catalog.migrations).

How the tables hang together: a `library` is a root on disk, a `dir` a folder in it, an `original` a file. Originals
that belong together (a picture, its live video, its RAW twin, its sidecar) are one `photo`. What analyzers found is
kept word for word in `analysis`; `photo`'s columns and `member` are derived from that in one place, settle.py.

`seq` is a logical clock: milliseconds since the epoch, but always higher than any before. A row carries the seq of
the transaction that last changed how it shows. A folder's version is the count and the highest seq of what is in it:
an addition always brings a new highest seq and a removal a lower count, so two states never share a version.
"""

LOCATED = "JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id"
"""The joins that tell where an original `o` lies."""

FIRST = 9
"""The version that the first of MIGRATIONS makes. Catalogs of versions below were never released."""

ADOPTED = 8
"""The last of the versions before; its tables are those of MIGRATIONS[0] but for what adopt.py does."""

MIGRATIONS = (
    """
    CREATE TABLE state (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    INSERT INTO state VALUES ('seq', 1), ('last_removal', 1);

    CREATE TABLE facet (                    -- the plugins' parts of this catalog: haven_fs.catalog.facets
        name TEXT PRIMARY KEY,
        version INTEGER NOT NULL,           -- how many of its migrations have been applied
        tables TEXT NOT NULL,               -- JSON: which tables hold what owners say by it
        asked TEXT NOT NULL                 -- JSON: what it answers, of screen, absorb and tags
    ) WITHOUT ROWID;

    CREATE TABLE behind (                   -- photos that a facet has yet to hear of: haven_fs.catalog.behind
        facet TEXT NOT NULL,
        photo_id INTEGER NOT NULL,
        PRIMARY KEY (facet, photo_id)
    ) WITHOUT ROWID;

    CREATE TABLE library (
        id INTEGER PRIMARY KEY,
        root BLOB NOT NULL UNIQUE,          -- absolute path as the file system spells it
        name TEXT NOT NULL,                 -- its folder in /Originals
        fold TEXT NOT NULL,
        writable INTEGER NOT NULL DEFAULT 0,
        device INTEGER,                     -- st_dev at the last good walk
        away TEXT,                          -- why the files are not to be had now, or NULL
        missing INTEGER NOT NULL DEFAULT 0, -- files the last walk did not find, not believed deleted
        walked REAL,                        -- when the last whole walk ended, seconds since the epoch
        inbox INTEGER NOT NULL DEFAULT 0,   -- 1: what is uploaded goes here; one library at most
        gone INTEGER                        -- seq at which the owner removed it
    );
    CREATE UNIQUE INDEX library_fold ON library (fold) WHERE gone IS NULL;

    CREATE TABLE dir (
        id INTEGER PRIMARY KEY,
        library_id INTEGER NOT NULL REFERENCES library,
        parent_id INTEGER REFERENCES dir,
        path BLOB NOT NULL,                 -- below the root, '/' between; empty for the root itself
        shown TEXT NOT NULL,                -- its name in /Originals
        shown_fold TEXT NOT NULL,
        gone INTEGER,                       -- seq at which it vanished from the disk
        seq INTEGER NOT NULL                -- of the last change in it or anywhere below
    );
    CREATE UNIQUE INDEX dir_path ON dir (library_id, path);
    CREATE UNIQUE INDEX dir_shown ON dir (parent_id, shown_fold) WHERE gone IS NULL AND parent_id IS NOT NULL;

    CREATE TABLE original (
        id INTEGER PRIMARY KEY,
        dir_id INTEGER NOT NULL REFERENCES dir,
        file BLOB NOT NULL,                 -- its name on disk as the file system spells it
        stem TEXT NOT NULL,                 -- what files that may belong together share (library/pair.py)
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        -- as WebDAV says it, made once here so that a listing is one join
        etag TEXT NOT NULL,
        modified TEXT NOT NULL,
        created TEXT NOT NULL,
        shown TEXT NOT NULL,                -- its name in /Originals
        shown_fold TEXT NOT NULL,
        shown_href TEXT NOT NULL,
        shown_xml TEXT NOT NULL,
        -- what its content is; known once probed
        probed INTEGER NOT NULL DEFAULT 0,
        kind TEXT NOT NULL DEFAULT 'other',
        format TEXT NOT NULL DEFAULT '',
        mime TEXT NOT NULL DEFAULT 'application/octet-stream',
        fingerprint BLOB,
        -- the photo it is part of, and its name in every smart folder
        photo_id INTEGER REFERENCES photo,
        role TEXT,                          -- main, live, raw, edit, thumbnail, sidecar
        name TEXT,
        name_fold TEXT,
        href TEXT,
        xml TEXT,
        gone INTEGER,                       -- seq at which it vanished from the disk
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX original_file ON original (dir_id, file) WHERE gone IS NULL;
    CREATE UNIQUE INDEX original_shown ON original (dir_id, shown_fold) WHERE gone IS NULL;
    CREATE INDEX original_stem ON original (dir_id, stem) WHERE gone IS NULL;
    CREATE INDEX original_due ON original (dir_id, stem) WHERE probed = 0 AND gone IS NULL;
    CREATE INDEX original_photo ON original (photo_id, name_fold);
    CREATE INDEX original_name ON original (name_fold);
    CREATE INDEX original_size ON original (size) WHERE gone IS NOT NULL;
    CREATE INDEX original_bytes ON original (size) WHERE gone IS NULL;      -- whether an upload is there already

    CREATE TABLE photo (
        id INTEGER PRIMARY KEY,
        main_id INTEGER NOT NULL,           -- the original one looks at
        kind TEXT NOT NULL,                 -- image, raw, video; other if unreadable
        added REAL NOT NULL,                -- when Haven first saw it, seconds since the epoch
        unreadable TEXT,                    -- why it cannot be read, in words
        shown INTEGER NOT NULL,             -- 1 while smart folders show it
        day INTEGER,                        -- yyyymmdd of `taken`
        taken INTEGER, taken_offset INTEGER, taken_source TEXT,
        width INTEGER, height INTEGER, orientation INTEGER, duration REAL,
        make TEXT, model TEXT, lens TEXT, rating REAL, caption TEXT,
        latitude REAL, longitude REAL,
        placed INTEGER NOT NULL DEFAULT 0,  -- 1: it is known where, at least the country
        seq INTEGER NOT NULL
    );
    CREATE INDEX photo_day ON photo (day, seq) WHERE shown = 1;
    CREATE INDEX photo_added ON photo (added, taken) WHERE shown = 1;
    CREATE INDEX photo_undated ON photo (seq) WHERE shown = 1 AND (taken_source IS NULL OR taken_source = 'file');
    CREATE INDEX photo_unplaced ON photo (day, seq) WHERE shown = 1 AND placed = 0;
    CREATE INDEX photo_placed ON photo (placed, seq) WHERE shown = 1;
    CREATE INDEX photo_unreadable ON photo (seq) WHERE unreadable IS NOT NULL;
    CREATE INDEX photo_camera ON photo (make, model, lens);     -- which cameras there are, for phrases

    CREATE TABLE name (                     -- every display name ever given: never given to another photo
        fold TEXT PRIMARY KEY,
        stem TEXT NOT NULL,                 -- without its ending
        base TEXT NOT NULL,                 -- the stem without Haven's own " (2)"
        photo_id INTEGER NOT NULL,
        grouped INTEGER NOT NULL            -- 1 if the photo has companions, which makes the stem its own
    ) WITHOUT ROWID;
    CREATE INDEX name_stem ON name (stem);
    CREATE INDEX name_base ON name (base);

    CREATE TABLE analysis (
        photo_id INTEGER NOT NULL REFERENCES photo,
        analyzer TEXT NOT NULL,
        version INTEGER NOT NULL,
        facts TEXT NOT NULL,                -- {"values": {}, "tags": [[facet, key, name, parent]], "problems": []}
        failed TEXT,                        -- why it gave no facts, or NULL
        PRIMARY KEY (photo_id, analyzer)
    ) WITHOUT ROWID;
    CREATE INDEX analysis_version ON analysis (analyzer, version);

    CREATE TABLE value (
        id INTEGER PRIMARY KEY,
        facet TEXT NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        parent TEXT,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX value_key ON value (facet, key);
    CREATE UNIQUE INDEX value_name ON value (facet, fold);
    CREATE INDEX value_parent ON value (facet, parent);

    CREATE TABLE member (
        value_id INTEGER NOT NULL REFERENCES value,
        photo_id INTEGER NOT NULL REFERENCES photo,
        PRIMARY KEY (value_id, photo_id)
    ) WITHOUT ROWID;
    CREATE INDEX member_photo ON member (photo_id);

    CREATE TABLE split (path TEXT PRIMARY KEY) WITHOUT ROWID;   -- folders once shown by year, for good

    CREATE VIRTUAL TABLE words USING fts5(
        name, caption, keywords, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );

    CREATE TABLE made (                     -- folders that somebody made in a smart folder, such as saved searches
        id INTEGER PRIMARY KEY,
        parent TEXT NOT NULL,               -- the path of the folder it is in, folded: 'search'
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX made_name ON made (parent, fold);

    CREATE TABLE correction (               -- what the owner said by a write, kept for ever
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,                   -- seconds since the epoch
        by TEXT NOT NULL,                   -- the user, empty if nobody signs in
        place TEXT NOT NULL,                -- the folder it was said in
        gesture INTEGER NOT NULL,           -- the first correction of those that were said in one go
        kind TEXT NOT NULL,
        photo_id INTEGER,
        data TEXT NOT NULL,                 -- JSON: what was said
        changes TEXT NOT NULL,              -- JSON: the rows that it changed, see catalog/undo.py
        undone REAL                         -- when it was taken back
    );
    CREATE INDEX correction_at ON correction (by, at);
    CREATE INDEX correction_photo ON correction (photo_id);

    CREATE TABLE alias (                    -- names that files were written under in a smart folder, for good
        place TEXT NOT NULL,                -- the folder: what it is about, such as 'person 12'
        fold TEXT NOT NULL,
        name TEXT NOT NULL,
        original_id INTEGER NOT NULL REFERENCES original,
        PRIMARY KEY (place, fold)
    ) WITHOUT ROWID;
    CREATE INDEX alias_original ON alias (original_id);

    CREATE TABLE said (                     -- what the owner said a fact of a photo is; outranks every analyzer
        photo_id INTEGER NOT NULL REFERENCES photo,
        fact TEXT NOT NULL,                 -- one of FACTS, or "tags:FACET" for all of a facet's values
        value TEXT NOT NULL,                -- JSON: null if the owner said it is not known; [[key, name, parent], ...]
        PRIMARY KEY (photo_id, fact)
    ) WITHOUT ROWID;

    CREATE TABLE dismissed (                -- what the owner does not want to be asked about a photo
        photo_id INTEGER NOT NULL REFERENCES photo,
        question TEXT NOT NULL,             -- such as 'time'
        PRIMARY KEY (photo_id, question)
    ) WITHOUT ROWID;

    CREATE TABLE trash (                    -- real files and folders deleted or replaced in a writable library
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        library_id INTEGER NOT NULL REFERENCES library,
        token TEXT NOT NULL,                -- the folder it is in, in the library's .haven-removed
        path BLOB NOT NULL,                 -- where it was below the root, and where it is below that folder
        is_folder INTEGER NOT NULL,
        name TEXT NOT NULL,                 -- what /Recently Removed calls it
        fold TEXT NOT NULL,
        files INTEGER NOT NULL,             -- how many files of the catalog it is
        size INTEGER NOT NULL,              -- their bytes
        at REAL NOT NULL,                   -- seconds since the epoch
        by TEXT NOT NULL,
        held INTEGER NOT NULL DEFAULT 0,    -- 1: removed with so much else that only `haven purge` erases it
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX trash_name ON trash (fold);
    CREATE UNIQUE INDEX trash_token ON trash (library_id, token);
    CREATE INDEX trash_path ON trash (library_id, path);

    CREATE TABLE trash_file (               -- which originals the files of a removed thing were
        trash_id INTEGER NOT NULL REFERENCES trash,
        path BLOB NOT NULL,                 -- below the removed folder; empty of a removed file
        original_id INTEGER NOT NULL REFERENCES original,
        PRIMARY KEY (trash_id, path)
    ) WITHOUT ROWID;

    CREATE TABLE hidden (                   -- photos that the owner moved into /Recently Removed: shown nowhere else
        photo_id INTEGER PRIMARY KEY REFERENCES photo,
        at REAL NOT NULL,
        by TEXT NOT NULL
    );

    CREATE TABLE property (                 -- what programs keep beside files and folders of /Originals (PROPPATCH)
        owner TEXT NOT NULL,                -- 'original 12', 'dir 3'
        space TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,                -- the element, as XML
        PRIMARY KEY (owner, space, name)
    ) WITHOUT ROWID;

    CREATE TABLE kept_name (                -- names that are kept for a program that will write to them
        parent TEXT NOT NULL,               -- the folder, as in made
        fold TEXT NOT NULL,
        name TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (parent, fold)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE vacated (                  -- places that originals were moved out of a moment ago
        dir_id INTEGER NOT NULL REFERENCES dir,
        file BLOB NOT NULL,
        original_id INTEGER NOT NULL REFERENCES original,
        at REAL NOT NULL,                   -- seconds since the epoch
        PRIMARY KEY (dir_id, file)
    ) WITHOUT ROWID;
    CREATE INDEX vacated_original ON vacated (original_id);

    -- a name is written in one spelling, and another may be beside it; the time that a file was sent with is kept
    CREATE TABLE written (
        place TEXT NOT NULL,                -- the folder: what it is about, such as 'person 12'
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        original_id INTEGER NOT NULL REFERENCES original,
        mtime_ns INTEGER,                   -- if it is another than the original's
        PRIMARY KEY (place, name)
    ) WITHOUT ROWID;
    INSERT INTO written SELECT place, haven_nfc(name), fold, original_id, NULL FROM alias;
    DROP TABLE alias;
    ALTER TABLE written RENAME TO alias;
    CREATE INDEX alias_fold ON alias (place, fold);
    CREATE INDEX alias_original ON alias (original_id);
    DROP INDEX original_shown;
    CREATE UNIQUE INDEX original_shown ON original (dir_id, shown) WHERE gone IS NULL;
    CREATE INDEX original_shown_fold ON original (dir_id, shown_fold) WHERE gone IS NULL;

    -- what makes two names one is less than it was: ß is not ss
    UPDATE original SET name_fold = haven_fold(name) WHERE name_fold <> haven_fold(name);
    UPDATE original SET shown_fold = haven_fold(shown) WHERE shown_fold <> haven_fold(shown);
    UPDATE original SET stem = haven_stem(file) WHERE stem <> haven_stem(file);
    UPDATE dir SET shown_fold = haven_fold(shown) WHERE shown_fold <> haven_fold(shown);
    UPDATE alias SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    UPDATE made SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    UPDATE value SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    UPDATE trash SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    UPDATE kept_name SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    UPDATE library SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
    INSERT OR IGNORE INTO name SELECT o.name_fold, n.stem, n.base, n.photo_id, n.grouped FROM original o
        JOIN name n ON n.photo_id = o.photo_id WHERE o.name IS NOT NULL;

    -- two scans of one size with equal margins are told apart by what is in between, which is read now
    UPDATE original SET probed = 0 WHERE gone IS NULL;
    """,
    """
    ALTER TABLE correction ADD COLUMN act TEXT NOT NULL DEFAULT '';  -- the kind of act, '' of one that stands alone
    CREATE INDEX correction_gesture ON correction (gesture, photo_id, undone);
    """,
    """
    INSERT INTO state VALUES ('catalog', lower(hex(randomblob(6))));    -- its name in the record: catalog/record.py
    """,
    """
    ALTER TABLE analysis ADD COLUMN again REAL; -- when to ask again, 0: at the next walk; see catalog/again.py
    CREATE INDEX analysis_again ON analysis (again) WHERE again IS NOT NULL;
    ALTER TABLE original ADD COLUMN trouble TEXT;   -- why it could not be read at the last try, if that may pass
    CREATE INDEX original_trouble ON original (trouble) WHERE trouble IS NOT NULL;
    ALTER TABLE library ADD COLUMN closed TEXT NOT NULL DEFAULT '[]';   -- JSON: folders the last walk could not list
    UPDATE original SET trouble = (SELECT unreadable FROM photo WHERE main_id = original.id)
        WHERE id IN (SELECT main_id FROM photo WHERE unreadable LIKE 'Haven is not allowed to read this file%');
    UPDATE analysis SET again = 0 WHERE failed LIKE '[Errno %' OR failed LIKE 'OSError: [Errno 5]%';
    UPDATE analysis SET again = 1 WHERE failed IS NULL AND facts LIKE '%was ignored: it is in the future.%';
    """,
    """
    ALTER TABLE original ADD COLUMN ending BLOB;    -- what stands for its last bytes, those of the picture itself
    CREATE INDEX name_photo ON name (photo_id);
    CREATE INDEX trash_file_original ON trash_file (original_id);
    """,
    """
    ALTER TABLE kept_name ADD COLUMN mtime_ns INTEGER;  -- the time that it was sent with, if any
    ALTER TABLE library ADD COLUMN inode INTEGER;   -- st_ino of the root at the last good walk
    UPDATE original SET mtime_ns = mtime_ns + 1 WHERE mtime_ns < 0 AND gone IS NULL;    -- was spelled as of 1970
    """,
    """
    -- bytes of its renditions in /Small and /TV, 0 where the file itself is shown: haven_fs.renditions.sizes
    ALTER TABLE original ADD COLUMN small INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE original ADD COLUMN tv INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE original ADD COLUMN film TEXT;  -- of a video that players may refuse: how its film is laid out
    UPDATE original SET probed = 0 WHERE gone IS NULL;
    """,
    """
    ALTER TABLE photo ADD COLUMN quadkey INTEGER;   -- where it is on a map of the world: catalog/quadkeys.py
    UPDATE photo SET quadkey = haven_quadkey(latitude, longitude) WHERE latitude IS NOT NULL;
    -- maps are answered from this index alone
    CREATE INDEX photo_quadkey ON photo (quadkey, day, latitude, longitude, placed, shown)
        WHERE shown = 1 AND quadkey IS NOT NULL;
    """,
    """
    ALTER TABLE photo ADD COLUMN altitude REAL;     -- metres above the sea
    """,
    """
    CREATE TABLE given (            -- a file that was shown in place of an original: haven_fs.renditions.given
        size INTEGER NOT NULL,
        upto INTEGER NOT NULL,      -- how many of its first bytes the digest is of, 0 for all
        digest BLOB NOT NULL,
        original_id INTEGER NOT NULL,
        PRIMARY KEY (size, upto, digest)
    ) WITHOUT ROWID;
    CREATE INDEX given_original ON given (original_id);
    """,
    """
    -- the words that `words` has, by column: for their other forms and for what was misspelt
    CREATE VIRTUAL TABLE words_terms USING fts5vocab(words, col);
    """,
    """
    -- what stands in pictures is searched with what was written about them
    CREATE VIRTUAL TABLE words_and_seen USING fts5(
        name, caption, keywords, seen, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );
    INSERT INTO words_and_seen (rowid, name, caption, keywords, seen)
        SELECT rowid, name, caption, keywords, '' FROM words;
    DROP TABLE words;
    ALTER TABLE words_and_seen RENAME TO words;
    """,
    """
    DROP INDEX original_bytes;
    -- whether an upload is there already, and which files may be copies of one another
    CREATE INDEX original_bytes ON original (size, fingerprint) WHERE gone IS NULL;
    """,
    """
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
    """,
)
