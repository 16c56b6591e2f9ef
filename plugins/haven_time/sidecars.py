"""What sidecars are to say of when photos were taken: the dates that photo programs read, with the zone if it is known.

digiKam, Lightroom, exiftool and Immich read "exif:DateTimeOriginal" first, others "photoshop:DateCreated" or
"xmp:CreateDate"; so all three are written, and Haven's own analyzer reads them back.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from haven_fs import SidecarNotes, said_facts

_DATES = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")
_EPOCH = datetime(1970, 1, 1)


class DatesInSidecars:
    """When owners said that photos were taken."""

    name = "dates"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return the dates that owners said."""
        notes: dict[int, SidecarNotes] = {}
        for photo_id, facts in said_facts(db, ("taken", "taken_offset")).items():
            if (clock := facts.get("taken")) is not None:
                text = spelled(int(clock), facts.get("taken_offset"))
                notes[photo_id] = SidecarNotes(texts=dict.fromkeys(_DATES, text))
        return notes


def spelled(clock: int, offset: int | None) -> str:
    """Return a time of a clock, in seconds since 1970, as XMP has it; `offset`: its minutes ahead of UTC."""
    text = (_EPOCH + timedelta(seconds=clock)).isoformat()
    if offset is None:
        return text
    hours, minutes = divmod(abs(offset), 60)
    return f"{text}{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
