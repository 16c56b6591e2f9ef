"""What it costs the catalog in a walk to notice edits that keep a file's size and time.

That is next to a walk that finds nothing changed: in the first walk of a catalog from before, and after a chmod of
everything. No file is read.

python tests/benchmarks/ctime_cost.py [FILES]
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import scratch
from helpers.catalogs import open_catalog

from haven_fs.catalog import Catalog
from haven_fs.catalog.disk import MOST_STIRRED, Mirror
from haven_fs.library.walk import FileStat

A_FOLDER = 2000
"""Files of one, and of a transaction."""


def walk(catalog: Catalog, folders: Sequence[Sequence[FileStat]]) -> tuple[float, float, int]:
    """Bring the catalog in step; return the seconds, those of the longest transaction, and the files to look at."""
    began, longest = time.perf_counter(), 0.0
    with catalog.write() as w:
        mirror = Mirror(w, 1)
    for number, files in enumerate(folders):
        start = time.perf_counter()
        with catalog.write() as w:
            mirror.put(w, b"d%d" % number, files)
        longest = max(longest, time.perf_counter() - start)
    return time.perf_counter() - began, longest, len(mirror.found.stirred)


def main() -> None:
    """Print each walk next to one that finds nothing changed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    folders = [
        [FileStat(f"{first + n}.jpg", n, 10**18, n, 1, 10**18) for n in range(A_FOLDER)]
        for first in range(0, count, A_FOLDER)
    ]
    with scratch() as folder:
        catalog = open_catalog(folder)
        with catalog.write() as w:
            root = (os.fsencode(folder),)
            w.db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, ?, 'Pictures', 'pictures')", root)
            w.db.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 5)")
        walk(catalog, folders)
        plain = min(walk(catalog, folders) for _ in range(3))
        print(f"{count} files, nothing changed: {plain[0]:.2f} s, the longest transaction {plain[1]:.3f} s")
        with catalog.write() as w:
            w.db.execute("UPDATE original SET ctime_ns = NULL")
        stirred = [[stat._replace(ctime_ns=7) for stat in files] for files in folders]
        for what, files in (("the first walk after an update", folders), ("after a chmod of all", stirred)):
            seconds, longest, found = walk(catalog, files)
            print(
                f"{what}: {seconds / plain[0]:.1f} times, the longest transaction {longest:.3f} s, {found} to look at"
            )
            assert found <= MOST_STIRRED
        catalog.close()


if __name__ == "__main__":
    main()
