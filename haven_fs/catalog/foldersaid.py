"""What files say of whole folders, such as the title of an album: their photos are asked anew when that changes.

A trigger notes the folder, whoever moves, changes or removes such a file. What is read at the same time may have been
read without it, so the photos are made due when all files have been looked into.
"""

from haven_fs.catalog.catalog import Catalog

ANALYZER = "beside"
"""The one that reads it."""


def tell_of_folders(catalog: Catalog) -> None:
    """Make the photos due of folders of which something else is said by now."""
    with catalog.read() as db:
        if db.execute("SELECT 1 FROM folder_said").fetchone() is None:
            return
    with catalog.write(quiet=True) as w:
        w.db.execute(
            "UPDATE analysis SET version = -1 WHERE analyzer = ? AND photo_id IN (SELECT o.photo_id FROM folder_said f"
            " JOIN original o ON o.dir_id = f.dir_id WHERE o.gone IS NULL AND o.photo_id IS NOT NULL)",
            (ANALYZER,),
        )
        w.db.execute("DELETE FROM folder_said")
