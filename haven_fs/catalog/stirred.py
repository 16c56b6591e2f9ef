"""Which files were written anew although their size and time are as before.

`exiftool -P`, some sync tools and editors set a file's time back after they wrote it. The disk's own time of change
(ctime) gives them away, but so it does for a mere chmod, a new owner or a backup tool's mark. So such a file is not
taken for changed but looked at: its fingerprint costs two reads, and tells. A walk looks at a bounded number, those
first that have another inode too, as after a save by way of a temporary file; the rest wait for the next walk.
"""

import json

from haven_fs.catalog.catalog import Catalog
from haven_fs.catalog.disk import MOST_STIRRED, Differences
from haven_fs.library.beneath import placed
from haven_fs.library.fingerprint import fingerprint


def tell_stirred(catalog: Catalog, root: bytes, found: Differences) -> list[tuple[int, int]]:
    """Move the stirred files that have other bytes to the changed ones; return the ctime and original of the others.

    Call it outside any transaction: it reads files. One that cannot be read now is left for the next walk.
    """
    if not found.stirred:
        return []
    with catalog.read() as db:
        known = {
            id_: (print_, inode)
            for id_, print_, inode in db.execute(
                "SELECT id, fingerprint, inode FROM original WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps([row.id for row, _ in found.stirred]),),
            )
        }
    stirred = [(row, stat) for row, stat in found.stirred if row.id in known]
    stirred.sort(key=lambda one: known[one[0].id][1] == one[1].inode)
    untouched = []
    for row, stat in stirred[:MOST_STIRRED]:
        try:
            print_ = fingerprint(placed(root, row.path), stat.size) if known[row.id][0] else None
        except OSError:
            continue
        if print_ is None or print_ == known[row.id][0]:
            untouched.append((stat.ctime_ns, row.id))
        else:
            found.changed.append((row, stat))
    return untouched
