"""What the owner says of a photo's facts: when it was taken, where. It outranks every analyzer, and is kept for good.

One table, `said`, which settling puts over what analyzers found (catalog/settle.py). A photo's place is not one fact
but the values of facets, so a fact may also be "tags:place": all of the photo's values of that facet. And of some
facets a photo has several values that are found one by one: "tag:type:document" is whether it has that one.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.settle import TAG, TAGS, settle


def said_of(db: sqlite3.Connection, photo_id: int) -> dict[str, Any]:
    """Return what the owner said of a photo, by fact; None for what the owner said is not known."""
    rows = db.execute("SELECT fact, value FROM said WHERE photo_id = ?", (photo_id,))
    return {fact: json.loads(value) for fact, value in rows}


def said_facts(db: sqlite3.Connection, facts: Collection[str]) -> dict[int, dict[str, Any]]:
    """Return what the owner said of all photos of which one of these facts was said, by photo and fact."""
    found: dict[int, dict[str, Any]] = {}
    query = "SELECT photo_id, fact, value FROM said WHERE fact IN (SELECT value FROM json_each(?))"
    for photo_id, fact, value in db.execute(query, (json.dumps(list(facts)),)):
        found.setdefault(photo_id, {})[fact] = json.loads(value)
    return found


def say(w: Writer, photo_id: int, facts: Mapping[str, Any], kind: str, **data: Any) -> None:
    """Have the owner say facts of a photo, and settle it. `kind` and `data`: of the correction, see Writer.correct.

    `facts`: names of FACTS to values, or "tags:FACET" to a list of (key, name, parent); None: it is not known. Or
    "tag:FACET:KEY" to (name, parent) if the photo has this value, to None if it does not. Raises ValueError for a fact
    that is not there.
    """
    for fact, value in facts.items():
        if fact not in FACTS and not fact.startswith((TAG, TAGS)):
            raise ValueError(f"there is no fact {fact}")
        w.db.execute(
            "INSERT INTO said (photo_id, fact, value) VALUES (?, ?, ?)"
            " ON CONFLICT (photo_id, fact) DO UPDATE SET value = excluded.value",
            (photo_id, fact, json.dumps(value, ensure_ascii=False)),
        )
    settle(w, [photo_id])
    w.correct(kind, photo_id, facts=dict(facts), **data)


def unsay(w: Writer, photo_id: int, facts: Collection[str], kind: str, **data: Any) -> None:
    """Have the owner leave facts of a photo to the analyzers again, and settle it; see `say`."""
    for fact in facts:
        w.db.execute("DELETE FROM said WHERE photo_id = ? AND fact = ?", (photo_id, fact))
    settle(w, [photo_id])
    w.correct(kind, photo_id, as_found=sorted(facts), **data)
