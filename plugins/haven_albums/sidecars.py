"""What sidecars are to say of favourites: five stars, which is what other programs call them by."""

import sqlite3
from collections.abc import Mapping

from haven_fs import SidecarNotes


class StarsInSidecars:
    """Five stars for photos that the owner made favourites, fewer for those that the owner said are none."""

    name = "favorites"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what the owner said of photos; what their files say stays as it is."""
        rows = db.execute("SELECT photo_id, is_favorite FROM favorite")
        return {photo_id: SidecarNotes(five_stars=bool(is_favorite)) for photo_id, is_favorite in rows}
