"""What the catalog keeps of copies: the details of pictures, which are copies of which, and the groups that are shown.

All but the details can be derived again. `copy_details` numbers its rows as they come, and the keeper notes up to which
number it has compared them; what is to be grouped anew stands in `copy_due` until the transaction that has done it.
So whatever a killed process leaves undone is done by the next one.
"""

import json
import sqlite3
from collections.abc import Collection

from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.head import content_share
from haven_fs import Facet, Found, Writer

_WHOLE_FILES = """
    CREATE TABLE whole_file (               -- what all bytes of a file are, if there may be another like it
        original_id INTEGER PRIMARY KEY REFERENCES original,
        mtime_ns INTEGER NOT NULL,          -- of the file when it was read
        digest BLOB NOT NULL
    );
"""
_COPIES = """
    CREATE TABLE copy_details (             -- what a picture is compared by, see details.py
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        photo_id INTEGER NOT NULL UNIQUE REFERENCES photo,
        content REAL NOT NULL,              -- the share of the picture that is no frame or bar around it
        data BLOB NOT NULL
    );
    CREATE TABLE copy_pair (                -- two photos that are copies, each way round
        one INTEGER NOT NULL,
        other INTEGER NOT NULL,
        PRIMARY KEY (one, other)
    ) WITHOUT ROWID;
    CREATE TABLE copy_group (               -- a folder in /Review/Duplicates
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        fold TEXT NOT NULL UNIQUE
    );
    CREATE TABLE copy_member (              -- a photo of a group, or one that may be again: hidden, or left alone
        photo_id INTEGER PRIMARY KEY,
        group_id INTEGER,
        place INTEGER NOT NULL,             -- in its group, the best is 1
        same_as INTEGER NOT NULL,           -- the first place of which it is an exact copy; its own if it is none
        checked INTEGER                     -- 1: all its bytes were compared, 0: not yet, NULL: no exact copy of any
    );
    CREATE INDEX copy_member_group ON copy_member (group_id, place);
    CREATE INDEX copy_member_best ON copy_member (photo_id) WHERE place = 1;
    CREATE INDEX copy_member_unchecked ON copy_member (photo_id) WHERE checked = 0;
    CREATE TABLE copy_due (photo_id INTEGER PRIMARY KEY);   -- photos that are to be grouped anew
    CREATE TABLE copy_state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO copy_state VALUES ('compared', 0), ('seen', 0), ('due', 0), ('token', lower(hex(randomblob(8))));
    INSERT INTO copy_due SELECT p.id FROM photo p JOIN original o ON o.id = p.main_id WHERE o.gone IS NULL
        AND (o.size, o.fingerprint) IN (SELECT size, fingerprint FROM original WHERE gone IS NULL AND fingerprint <> x''
        GROUP BY 1, 2 HAVING count(*) > 1);
"""

_CHECKSUMS = """
    DROP TABLE whole_file;                  -- the core's `checksum` has that of every file
    INSERT INTO copy_state VALUES ('read', 0);
"""


class CopiesFacet(Facet):
    """Keeps what LookAnalyzer finds, and notes which photos are to be grouped anew."""

    name = "duplicates"
    migrations = (_WHOLE_FILES, _COPIES, _CHECKSUMS)

    def absorb(self, w: Writer, found: Found) -> None:
        """Take in the details of pictures. Every photo that was looked into may be a copy by its bytes."""
        w.db.execute("INSERT OR IGNORE INTO copy_due SELECT value FROM json_each(?)", (json.dumps(list(found)),))
        details, plain, lost = [], [], []
        for photo_id, analyses in found.items():
            said = analyses.get(LookAnalyzer.name)
            if said is None or said.version != LookAnalyzer.version:
                continue
            if said.kept:
                details.append((photo_id, said.kept))
            elif said.kept is None and said.failed is None:
                lost.append(photo_id)
            else:
                plain.append(photo_id)
        if details:
            w.db.executemany(
                "INSERT OR REPLACE INTO copy_details (photo_id, content, data) VALUES (?, ?, ?)",
                [(photo_id, content_share(data), data) for photo_id, data in details],
            )
        if plain:
            w.db.executemany("DELETE FROM copy_details WHERE photo_id = ?", [(id_,) for id_ in plain])
            drop_pairs(w.db, plain)
        # The plugin was away, or failed, when these came: they are to be looked at again.
        w.db.executemany(
            "UPDATE analysis SET version = -1 WHERE photo_id = ? AND analyzer = ?",
            [(id_, LookAnalyzer.name) for id_ in lost],
        )


def drop_pairs(db: sqlite3.Connection, photo_ids: Collection[int]) -> None:
    """Forget of what these photos were copies, and have the others be grouped anew."""
    ids = json.dumps(list(photo_ids))
    mine = "one IN (SELECT value FROM json_each(?))"
    db.execute(f"INSERT OR IGNORE INTO copy_due SELECT other FROM copy_pair WHERE {mine}", (ids,))
    reverse = f"SELECT other, one FROM copy_pair WHERE {mine}"
    db.execute(f"DELETE FROM copy_pair WHERE (one, other) IN ({reverse})", (ids,))
    db.execute(f"DELETE FROM copy_pair WHERE {mine}", (ids,))


def state(db: sqlite3.Connection, key: str) -> int:
    """Return a number that is kept, such as up to which row of `copy_details` all were compared."""
    return int(db.execute("SELECT value FROM copy_state WHERE key = ?", (key,)).fetchone()[0])


def set_state(db: sqlite3.Connection, key: str, value: float) -> None:
    """Keep a number."""
    db.execute("UPDATE copy_state SET value = ? WHERE key = ?", (value, key))
