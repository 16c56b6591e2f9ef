"""What sidecars are to say of captions and stars, as owners said them."""

import sqlite3
from collections.abc import Mapping

from haven_fs import SidecarNotes, said_facts

_PROPERTIES = {"caption": "dc:description", "rating": "xmp:Rating"}


class TextsInSidecars:
    """Captions and stars, in the properties that the analyzer reads before all others."""

    name = "captions"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what owners said; nothing where they said that there is none."""
        return {
            photo_id: SidecarNotes(texts={_PROPERTIES[fact]: "" if v is None else str(v) for fact, v in facts.items()})
            for photo_id, facts in said_facts(db, _PROPERTIES).items()
        }
