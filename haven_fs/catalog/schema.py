"""The catalog's tables, as numbered migrations: `PRAGMA user_version` counts how many have been applied.

A migration is never edited once released; a change is a new one at the end of MIGRATIONS. tests/catalog applies them
from an empty file and from every older version.

How the tables hang together: a `library` is a root on disk, a `dir` a folder in it, an `original` a file. Originals
that belong together (a picture, its live video, its RAW twin, its sidecar) are one `photo`. What analyzers found is
kept word for word in `analysis`; `photo`'s columns and `member` are derived from that in one place, settle.py.

`seq` is a logical clock: milliseconds since the epoch, but always higher than any before. A row carries the seq of
the transaction that last changed how it shows. A folder's version is the count and the highest seq of what is in it:
an addition always brings a new highest seq and a removal a lower count, so two states never share a version.
"""

LOCATED = "JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id"
"""The joins that tell where an original `o` lies."""

MIGRATIONS = (
    """
    CREATE TABLE state (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    INSERT INTO state VALUES ('seq', 1), ('last_removal', 1);

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
        seq INTEGER NOT NULL
    );
    CREATE INDEX photo_day ON photo (day, seq) WHERE shown = 1;
    CREATE INDEX photo_added ON photo (added, taken) WHERE shown = 1;
    CREATE INDEX photo_undated ON photo (seq) WHERE shown = 1 AND (taken_source IS NULL OR taken_source = 'file');
    CREATE INDEX photo_unplaced ON photo (day, seq) WHERE shown = 1 AND latitude IS NULL;
    CREATE INDEX photo_placed ON photo (latitude, seq) WHERE shown = 1;
    CREATE INDEX photo_unreadable ON photo (seq) WHERE unreadable IS NOT NULL;

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
    """,
    """
    -- What was written about a photo, for searches by words; rowid is photo.id.
    CREATE VIRTUAL TABLE words USING fts5(
        name, caption, keywords, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );
    INSERT INTO words (rowid, name, caption, keywords)
        SELECT p.id, o.name, coalesce(p.caption, ''), coalesce((SELECT group_concat(v.name, '; ') FROM member m
            JOIN value v ON v.id = m.value_id WHERE m.photo_id = p.id AND v.facet = 'keyword'), '')
        FROM photo p JOIN original o ON o.id = p.main_id WHERE o.name IS NOT NULL;

    CREATE INDEX photo_camera ON photo (make, model, lens);     -- which cameras there are, for phrases

    CREATE TABLE made (                     -- folders that somebody made in a smart folder, such as saved searches
        id INTEGER PRIMARY KEY,
        parent TEXT NOT NULL,               -- the path of the folder it is in, folded: 'search'
        name TEXT NOT NULL,
        fold TEXT NOT NULL,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX made_name ON made (parent, fold);

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
    CREATE TABLE person (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        number INTEGER,                     -- the 12 of "Person 12"; given when its folder first shows, to nobody else
        name TEXT,                          -- what its folder is called; NULL until somebody says
        fold TEXT,
        named INTEGER NOT NULL DEFAULT 0,   -- who said the name: 0 nobody, 1 a file, 2 the owner
        made INTEGER NOT NULL DEFAULT 0,    -- 1: the owner made the folder, which shows even empty
        hidden INTEGER NOT NULL DEFAULT 0,  -- 1: the owner wants no folder of it
        merged_into INTEGER REFERENCES person,
        seq INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX person_fold ON person (fold) WHERE fold IS NOT NULL AND merged_into IS NULL;
    CREATE UNIQUE INDEX person_number ON person (number) WHERE number IS NOT NULL;

    CREATE TABLE person_alias (             -- every name a person had: files go on using the old one
        fold TEXT PRIMARY KEY,
        person_id INTEGER NOT NULL REFERENCES person
    ) WITHOUT ROWID;

    CREATE TABLE face (
        id INTEGER PRIMARY KEY,
        photo_id INTEGER NOT NULL REFERENCES photo,
        frame INTEGER NOT NULL DEFAULT 0,
        left REAL, top REAL, right REAL, bottom REAL,   -- shares of the upright picture; NULL: somewhere in it
        space TEXT, part INTEGER,           -- where its vector is; NULL if no analyzer finds it now
        quality REAL NOT NULL DEFAULT 0,    -- 0 to 1: how far to trust its vector
        person_id INTEGER REFERENCES person,
        said INTEGER NOT NULL DEFAULT 0,    -- who said that person: 0 the grouping, 1 a file, 2 the owner
        dismissed INTEGER NOT NULL DEFAULT 0    -- 1: the owner does not want to be asked who it is
    );
    CREATE INDEX face_photo ON face (photo_id);
    CREATE INDEX face_person ON face (person_id, photo_id);
    CREATE INDEX face_space ON face (space, id);

    CREATE TABLE not_person (               -- the owner said that a person is not in a photo
        photo_id INTEGER NOT NULL REFERENCES photo,
        person_id INTEGER NOT NULL REFERENCES person,
        faces TEXT NOT NULL,                -- [[face id, said before], ...]: what was taken for that person
        at REAL NOT NULL,                   -- seconds since the epoch
        by TEXT NOT NULL,
        PRIMARY KEY (photo_id, person_id)
    ) WITHOUT ROWID;
    CREATE INDEX not_person_person ON not_person (person_id, at);

    CREATE TABLE forgotten (                -- where a face was that must not be looked at again
        id INTEGER PRIMARY KEY,
        photo_id INTEGER NOT NULL REFERENCES photo,
        frame INTEGER NOT NULL,
        left REAL NOT NULL, top REAL NOT NULL, right REAL NOT NULL, bottom REAL NOT NULL
    );
    CREATE INDEX forgotten_photo ON forgotten (photo_id);
    CREATE TABLE forgotten_name (digest BLOB PRIMARY KEY) WITHOUT ROWID;   -- of names that files may still say

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
    CREATE TABLE alias (                    -- names that files were written under in a smart folder, for good
        place TEXT NOT NULL,                -- the folder: what it is about, such as 'person 12'
        fold TEXT NOT NULL,
        name TEXT NOT NULL,
        original_id INTEGER NOT NULL REFERENCES original,
        PRIMARY KEY (place, fold)
    ) WITHOUT ROWID;
    CREATE INDEX alias_original ON alias (original_id);
    INSERT INTO state VALUES ('people', 1);     -- seq of the last change of who there is
    """,
    """
    CREATE TABLE said (                     -- what the owner said a fact of a photo is; outranks every analyzer
        photo_id INTEGER NOT NULL REFERENCES photo,
        fact TEXT NOT NULL,                 -- one of FACTS, or "tags:FACET" for all of a facet's values
        value TEXT NOT NULL,                -- JSON: null if the owner said it is not known; [[key, name, parent], ...]
        PRIMARY KEY (photo_id, fact)
    ) WITHOUT ROWID;

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

    CREATE TABLE favorite (                 -- what the owner said of photos, whatever their rating is
        photo_id INTEGER PRIMARY KEY REFERENCES photo,
        is_favorite INTEGER NOT NULL
    );
    """,
    """
    -- 1: what is uploaded goes here; one library at most
    ALTER TABLE library ADD COLUMN inbox INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX original_bytes ON original (size) WHERE gone IS NULL;      -- whether an upload is there already
    """,
    """
    CREATE TABLE place_name (               -- what the owner calls a place, and places of the owner's own
        key TEXT PRIMARY KEY,               -- in the facet "place": a town's GeoNames id, or 'at LAT LON' of an own one
        name TEXT NOT NULL,
        original TEXT,                      -- what a town was called before
        latitude REAL, longitude REAL,      -- the middle of an own place; NULL of a town
        radius REAL,                        -- metres
        country TEXT                        -- the key of the country that an own place is in
    ) WITHOUT ROWID;

    CREATE TABLE dismissed (                -- what the owner does not want to be asked about a photo
        photo_id INTEGER NOT NULL REFERENCES photo,
        question TEXT NOT NULL,             -- 'time' or 'place'
        PRIMARY KEY (photo_id, question)
    ) WITHOUT ROWID;

    ALTER TABLE photo ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;     -- 1: it is known where, at least the country
    UPDATE photo SET placed = 1 WHERE latitude IS NOT NULL;
    DROP INDEX photo_unplaced;
    DROP INDEX photo_placed;
    CREATE INDEX photo_unplaced ON photo (day, seq) WHERE shown = 1 AND placed = 0;
    CREATE INDEX photo_placed ON photo (placed, seq) WHERE shown = 1;
    """,
    """
    CREATE TABLE removed (                  -- real files and folders deleted or replaced in a writable library
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
    CREATE UNIQUE INDEX removed_name ON removed (fold);
    CREATE UNIQUE INDEX removed_token ON removed (library_id, token);

    CREATE TABLE removed_file (             -- which originals the files of a removed thing were
        removed_id INTEGER NOT NULL REFERENCES removed,
        path BLOB NOT NULL,                 -- below the removed folder; empty of a removed file
        original_id INTEGER NOT NULL REFERENCES original,
        PRIMARY KEY (removed_id, path)
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
    """,
    """
    CREATE TABLE album_note (               -- Haven's own texts that were copied into an album, such as a search's
        album_id INTEGER NOT NULL REFERENCES album,
        fold TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (album_id, fold)
    ) WITHOUT ROWID;

    CREATE INDEX photo_rated ON photo (rating, seq) WHERE rating >= 5;      -- favourites by their files
    """,
)
