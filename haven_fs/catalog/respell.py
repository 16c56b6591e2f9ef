"""Names in /Originals follow the disk: what another's leaving made possible, is spelled as it is there.

Two files of one folder whose names differ by case alone cannot both bear them, so the later one has a number. A file
that was renamed from a.jpg to A.JPG is for a moment such a pair: the new name is seen while the old one is known.
"""

import os
from collections.abc import Iterable

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer

_NUMBERED = "* ([0-9]*)*"


def respell(w: Writer, dir_ids: Iterable[int]) -> None:
    """Give what lies in these folders its name on disk, where nothing else there bears that any more."""
    for dir_id in dir_ids:
        for id_, file in w.db.execute(
            "SELECT id, file FROM original WHERE dir_id = ? AND gone IS NULL AND shown GLOB ?", (dir_id, _NUMBERED)
        ).fetchall():
            shown = names.shown(os.fsdecode(file))
            w.db.execute(
                "UPDATE OR IGNORE original SET shown = ?, shown_fold = ?, shown_href = ?, shown_xml = ?, seq = ?"
                " WHERE id = ? AND shown <> ?",
                (shown, names.fold(shown), names.href(shown), names.xml(shown), w.seq, id_, shown),
            )
        for id_, path in w.db.execute(
            "SELECT id, path FROM dir WHERE parent_id = ? AND gone IS NULL AND shown GLOB ?", (dir_id, _NUMBERED)
        ).fetchall():
            shown = names.shown(os.fsdecode(path.rpartition(b"/")[2]))
            w.db.execute(
                "UPDATE OR IGNORE dir SET shown = ?, shown_fold = ?, seq = ? WHERE id = ? AND shown <> ?",
                (shown, names.fold(shown), w.seq, id_, shown),
            )
