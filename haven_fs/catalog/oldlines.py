"""Lines of the record that do not say which rows they changed, since an older Haven wrote them: what they say is told.

As far as that is certain: what was said of one photo's facts, questions and being hidden. Facets tell theirs
(Facet.say_again). What nobody can tell is counted, and named to the owner.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from haven_fs.catalog.changes import Change
from haven_fs.catalog.portable import Told, told_photo


def photo_of_old(db: sqlite3.Connection, line: Mapping[str, Any]) -> Told:
    """Return the photo that an old line is about, told as newer lines do; None if it is not there."""
    print_, file = line.get("fingerprint"), str(line.get("file") or "").rpartition("/")[2]
    if not isinstance(print_, str):
        return None
    rows = db.execute(
        "SELECT photo_id, file FROM original WHERE fingerprint = ? AND photo_id IS NOT NULL"
        " ORDER BY gone IS NOT NULL, id",
        (bytes.fromhex(print_),),
    ).fetchall()
    rows.sort(key=lambda row: row[1] != file.encode(errors="surrogateescape"))
    return told_photo(db, rows[0][0]) if rows else None


def changed(
    table: str, key: Mapping[str, Told], more: Mapping[str, Told] | None = None, *, gone: bool = False
) -> Change:
    """Return a change, told: a row that is there now, or is `gone`."""
    row = {**key, **(more or {})}
    return {"table": table, "key": dict(key), "before": row if gone else None, "after": None if gone else row}


def say_again(line: Mapping[str, Any], photo: Told) -> list[Change] | None:
    """Return what an old line of the core changed, None if it is another's or does not say."""
    kind, data = line["kind"], line["data"]
    if photo is None:
        return None
    of = {"photo_id": {"photo": photo}}
    if isinstance(data.get("facts"), dict):
        facts = data["facts"].items()
        return [changed("said", {**of, "fact": fact}, {"value": json.dumps(value)}) for fact, value in facts]
    if isinstance(data.get("as_found"), list):
        return [changed("said", {**of, "fact": fact}, gone=True) for fact in data["as_found"]]
    if kind == "not asked again" and "question" in data:
        return [changed("dismissed", {**of, "question": data["question"]})]
    if kind == "hidden":
        return [changed("hidden", of, {"at": line["at"], "by": line.get("by", "")})]
    return [changed("hidden", of, gone=True)] if kind == "shown again" else None
