"""What waits to be done again since a catalog was lost, in words for its owner; see haven_fs.catalog.replay."""

import json
import sqlite3

from haven_fs.catalog.portable import ORIGINAL, PHOTO, Told

TOO_LITTLE = "old"
"""In `waiting.want`: the line is an older Haven's, and does not say what it changed."""
_NAMED = 5
"""Files that are named of those that something waits for."""


def is_waiting(db: sqlite3.Connection) -> bool:
    """Tell whether anything is still to be done."""
    return db.execute("SELECT 1 FROM waiting LIMIT 1").fetchone() is not None


def in_words(db: sqlite3.Connection) -> str | None:
    """Return what the owner should know of what waits to be done again, None if nothing does."""
    if not is_waiting(db):
        return None
    query = "SELECT count(DISTINCT correction_id) FROM waiting WHERE held = 0 AND want IS {} ?"
    count, old = (db.execute(query.format(word), (TOO_LITTLE,)).fetchone()[0] for word in ("NOT", ""))
    return " ".join(words for words in (_too_little(old), _waits(count, _files(db))) if words) or None


def _too_little(old: int) -> str:
    if not old:
        return ""
    return (
        f"{old:,} change{'s' * (old != 1)} that an older version of Haven wrote to corrections.jsonl say too little to"
        " be made again now that the catalog is lost: `haven log` shows them; make again what you miss."
    )


def _waits(count: int, files: list[str]) -> str:
    if not count:
        return ""
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    about = f" Photos that are not there yet: {', '.join(files[:_NAMED])}{more}." if files else ""
    changes, wait = ("change", "waits") if count == 1 else ("changes", "wait")
    return (
        f"{count:,} {changes} that you made before the catalog was lost, or went back to an older state, {wait} to be"
        f" made again.{about} Haven does so as soon as it finds what is missing; nothing is lost."
    )


def _files(db: sqlite3.Connection) -> list[str]:
    rows = db.execute(
        "SELECT DISTINCT told FROM waiting WHERE held = 0 AND what IN (?, 'change') AND want > '' LIMIT 200", (PHOTO,)
    )
    return list(dict.fromkeys(file for (told,) in rows if (file := _file_in(json.loads(told)))))


def _file_in(told: Told) -> str | None:
    if isinstance(told, dict):
        for kind in (PHOTO, ORIGINAL):
            if isinstance(told.get(kind), list):
                return "/".join(told[kind][:2])
        told = list(told.values())
    if isinstance(told, list):
        if len(told) == 5 and isinstance(told[0], str) and isinstance(told[1], str):
            return f"{told[0]}/{told[1]}"
        return next((file for one in told if (file := _file_in(one))), None)
    return None
