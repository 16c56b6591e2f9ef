"""What people are in the catalog: their tables, and how what analyzers found becomes faces of people."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from haven_faces.absorbing import absorb_absent, hide_named, sync
from haven_faces.counting import COUNTING
from haven_faces.facerows import without_forgotten
from haven_faces.people import People
from haven_faces.persons import PERSON, PERSON_NAME, touch_people
from haven_faces.sidecars import HIDDEN
from haven_faces.telling import DENIED, find, tell
from haven_fs import Change, Facet, Found, FoundFacts, Tag, Writer, settle_facet

_PEOPLE = (
    f"SELECT DISTINCT f.photo_id, q.id, {PERSON_NAME} FROM json_each(?) j CROSS JOIN face f ON f.photo_id = j.value"
    " JOIN person q ON q.id = f.person_id WHERE q.hidden = 0 AND (q.name IS NOT NULL OR q.number IS NOT NULL)"
)


class PeopleFacet(Facet):
    """People: regions of analyses become faces, and faces of people who have a folder are values of photos."""

    name = PERSON
    migrations = (
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

    INSERT OR IGNORE INTO state VALUES ('people', 1);   -- seq of the last change of who there is
        """,
        """
        UPDATE person SET fold = haven_fold(name) WHERE fold <> haven_fold(name);
        """,
        COUNTING,
        """
    CREATE TABLE maybe (                    -- whom an unknown face may be: worked out anew when all is regrouped
        face_id INTEGER PRIMARY KEY REFERENCES face,
        person_id INTEGER NOT NULL REFERENCES person,
        "like" REAL NOT NULL                -- cosine to the nearest face of that person
    );
    CREATE INDEX maybe_person ON maybe (person_id, face_id);
        """,
        """
    CREATE TABLE forgotten_digest (digest TEXT PRIMARY KEY) WITHOUT ROWID;  -- as a line of the record can say it
    INSERT INTO forgotten_digest SELECT lower(hex(digest)) FROM forgotten_name;
    DROP TABLE forgotten_name;
    ALTER TABLE forgotten_digest RENAME TO forgotten_name;
        """,
        """
    ALTER TABLE not_person ADD COLUMN found INTEGER NOT NULL DEFAULT 0;     -- 1: a sidecar says so, not the owner
        """,
    )
    owned: ClassVar = {
        "person": ("id",),
        "person_alias": ("fold",),
        "face": ("id",),
        "not_person": ("photo_id", "person_id"),
        "forgotten": ("id",),
        "forgotten_name": ("digest",),
    }
    refers: ClassVar = {
        PERSON: {"merged_into": PERSON},
        "person_alias": {"person_id": PERSON},
        "face": {"person_id": PERSON},
        "not_person": {"person_id": PERSON, "faces": DENIED},
    }
    mentions: ClassVar = dict.fromkeys(("person", "into", "instead"), PERSON)

    def tell(self, db: sqlite3.Connection, kind: str, value: Any, changes: Sequence[Change]) -> Any:
        """Say what a person, a face, or what was taken for a person is found by."""
        return tell(db, kind, value, changes)

    def find(self, w: Writer, kind: str, told: Any, *, complete: bool) -> Any:
        """Find them in another catalog."""
        return find(w, kind, told, complete=complete)

    def screen(self, db: sqlite3.Connection, found: Found) -> None:
        """Take out the faces and names that the owner had forgotten."""
        for photo_id, analyses in found.items():
            without_forgotten(db, photo_id, analyses)

    def absorb(self, w: Writer, found: Found) -> None:
        """Bring faces in step with what analyzers said, and names in files with people."""
        with_regions = {id_ for id_, said in found.items() if any('"regions"' in a.facts for a in said.values())}
        others = json.dumps(sorted(found.keys() - with_regions))
        rows = w.db.execute(
            "SELECT DISTINCT f.photo_id FROM json_each(?) j CROSS JOIN face f ON f.photo_id = j.value", (others,)
        )
        with_regions.update([photo_id for (photo_id,) in rows])
        with_regions |= absorb_absent(w, found)
        changed = [photo_id for photo_id in sorted(with_regions) if sync(w, photo_id)]
        if changed:
            touch_people(w)

    def hear(self, w: Writer, texts: Mapping[str, Sequence[str]]) -> None:
        """Hide those who are to have no folder, also if files name them later."""
        for person_id in hide_named(w, texts.get(HIDDEN, ())):
            photos = w.db.execute("SELECT DISTINCT photo_id FROM face WHERE person_id = ?", (person_id,)).fetchall()
            settle_facet(w, PERSON, [photo_id for (photo_id,) in photos])

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        """Give the people who are in photos, of those who have a folder."""
        for photo_id, person_id, name in db.execute(_PEOPLE, (json.dumps(list(photos)),)).fetchall():
            yield photo_id, Tag(PERSON, str(person_id), name)

    def follow(self, w: Writer, changes: Sequence[Change]) -> Collection[int]:
        """Have names and photos follow the rows that were brought back."""
        return People(w).follow(changes)
