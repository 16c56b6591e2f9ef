"""What files say of whole folders, such as the title of an album, and of whole libraries.

A trigger notes the folder, whoever moves, changes or removes such a file. What is read at the same time may have been
read without it, so the photos of the folder are made due when all files have been looked into. Then facets also hear
what Haven's own file in a library says, unless this catalog had it written: that is nothing new, or was taken back.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256

from haven_fs.catalog.catalog import Catalog
from haven_fs.catalog.exported import had_written
from haven_fs.catalog.schema import LOCATED
from haven_fs.library.beneath import placed
from haven_fs.library.ownnotes import FORMAT, LONGEST, parsed

logger = logging.getLogger(__name__)

ANALYZER = "beside"
"""The one that reads what is said of folders."""


def tell_of_folders(catalog: Catalog) -> None:
    """Make the photos due of folders of which something else is said by now, and tell facets of libraries."""
    with catalog.read() as db:
        if db.execute("SELECT 1 FROM folder_said").fetchone() is None:
            return
        said = _of_libraries(db)
    with catalog.write(quiet=not said) as w:
        for texts in said:
            w.facets.hear(w, texts)
        w.db.execute(
            "UPDATE analysis SET version = -1 WHERE analyzer = ? AND photo_id IN (SELECT o.photo_id FROM folder_said f"
            " JOIN original o ON o.dir_id = f.dir_id WHERE o.gone IS NULL AND o.photo_id IS NOT NULL"
            " AND EXISTS (SELECT 1 FROM original n WHERE n.dir_id = f.dir_id AND n.format = 'googlealbum'))",
            (ANALYZER,),
        )
        w.db.execute("DELETE FROM folder_said")


def _of_libraries(db: sqlite3.Connection) -> list[Mapping[str, Sequence[str]]]:
    query = (
        f"SELECT l.root, d.path, o.file FROM folder_said f CROSS JOIN original o {LOCATED}"
        f" WHERE o.dir_id = f.dir_id AND o.format = '{FORMAT}' AND o.gone IS NULL"
    )
    found: list[Mapping[str, Sequence[str]]] = []
    for root, folder, file in db.execute(query).fetchall():
        path = placed(root, folder, file)
        try:
            with path.open("rb") as opened:
                data = opened.read(LONGEST + 1)
        except OSError as error:
            logger.warning("%s cannot be read: %s", path, error)
            continue
        if not had_written(db, sha256(data).hexdigest()):
            found.append(parsed(data))
    return found
