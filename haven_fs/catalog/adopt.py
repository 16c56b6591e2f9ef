"""What makes a catalog from before facets owned their tables one of the first version that was released."""

ADOPT = """
    CREATE TABLE facet (
        name TEXT PRIMARY KEY, version INTEGER NOT NULL, tables TEXT NOT NULL, asked TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE behind (facet TEXT NOT NULL, photo_id INTEGER NOT NULL, PRIMARY KEY (facet, photo_id)) WITHOUT ROWID;
    CREATE TABLE kept_name (
        parent TEXT NOT NULL, fold TEXT NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (parent, fold)
    ) WITHOUT ROWID;
    INSERT INTO kept_name SELECT parent, fold, name, seq FROM dropped
        WHERE photo_id IS NULL AND file IS NULL AND parent <> 'search';
    DELETE FROM dropped WHERE photo_id IS NULL AND file IS NULL AND parent <> 'search';
    ALTER TABLE removed RENAME TO trash;
    ALTER TABLE removed_file RENAME TO trash_file;
    ALTER TABLE trash_file RENAME COLUMN removed_id TO trash_id;
    DROP INDEX removed_name;
    DROP INDEX removed_token;
    CREATE UNIQUE INDEX trash_name ON trash (fold);
    CREATE UNIQUE INDEX trash_token ON trash (library_id, token);
    CREATE INDEX trash_path ON trash (library_id, path);
    CREATE INDEX correction_photo ON correction (photo_id);
"""
