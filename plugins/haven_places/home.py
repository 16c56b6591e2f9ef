"""Where the owner is at home, as far as photos tell: for "at home" and "abroad"."""

import sqlite3

from haven_fs import Asked, Tag, names, value_of
from haven_places.ownplaces import COUNTRY, PLACE

_CALLED_HOME = frozenset(
    map(
        names.fold,
        (
            "home", "our home", "my home", "at home", "zuhause", "zu hause", "daheim", "maison", "chez nous",
            "la maison", "casa", "casa nostra", "nuestra casa", "a casa", "em casa", "nossa casa", "thuis", "hem",
            "hemma", "hjem", "hjemme", "dom", "w domu",
        ),
    )
)  # fmt: skip
_CANDIDATES = 5
_SURE = 1.5  # times as many months as any other


def at_home(db: sqlite3.Connection) -> Asked | None:
    """Return what photos fulfil that were taken at home, None if nobody could tell where that is.

    The owner's place of such a name, else the town with photos of by far the most months.
    """
    rows = db.execute("SELECT key, name FROM value WHERE facet = ?", (PLACE,))
    named = next(((key, name) for key, name in rows if names.fold(name) in _CALLED_HOME), None)
    if named is not None:
        return Asked.of_value(PLACE, named[0], f"taken in {named[1]}")
    town = _home(db, PLACE)
    if town is None:
        return None
    return Asked.of_value(PLACE, town.key, f"taken at home: in {town.name}, where your photos are from the most months")


def abroad(db: sqlite3.Connection) -> Asked | None:
    """Return what photos fulfil that were taken in a country that is not the home country, None if there is none."""
    home = _home(db, COUNTRY)
    if home is None:
        return None
    sql = "p.id IN (SELECT photo_id FROM member WHERE value_id IN (SELECT id FROM value WHERE facet = ? AND key <> ?))"
    return Asked(sql, (COUNTRY, home.key), f"taken abroad: outside {home.name}, where most of your photos were taken")


def find_home(db: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Return the home town and country as rows of `place_home`; looks at many photos, so nothing for a request."""
    return [(PLACE, _most_months(db, PLACE, _SURE)), (COUNTRY, _most_months(db, COUNTRY))]


def _home(db: sqlite3.Connection, facet: str) -> Tag | None:
    row = db.execute("SELECT key FROM place_home WHERE facet = ?", (facet,)).fetchone()
    # In the first minutes of a library nobody has looked yet, and there is little to look at.
    key = row[0] if row else dict(find_home(db))[facet]
    return None if key is None else value_of(db, facet, key)


def _most_months(db: sqlite3.Connection, facet: str, lead: float = 1.0) -> str | None:
    """Return the key of the value of a facet with photos of the most months; None if others come near."""
    rows = db.execute(
        "SELECT v.id, v.key, (SELECT count(*) FROM member m WHERE m.value_id = v.id) AS photos FROM value v"
        " WHERE v.facet = ? ORDER BY photos DESC LIMIT ?",
        (facet, _CANDIDATES),
    ).fetchall()
    counted = sorted(((_months(db, id_), photos, key) for id_, key, photos in rows if photos), reverse=True)
    if not counted or (len(counted) > 1 and counted[0][0] < lead * counted[1][0]):
        return None
    return str(counted[0][2])


def _months(db: sqlite3.Connection, value_id: int) -> int:
    """Return in how many months photos of a value were taken."""
    query = (
        "SELECT count(DISTINCT p.day / 100) FROM member m CROSS JOIN photo p ON p.id = m.photo_id"
        " WHERE m.value_id = ? AND p.shown = 1"
    )
    return int(db.execute(query, (value_id,)).fetchone()[0])
