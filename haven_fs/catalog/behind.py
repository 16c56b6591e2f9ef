"""Photos that a facet has yet to hear of, since it was away or failed when they were stored or settled.

They are noted in the table `behind`, and made up for once a process, by the indexer: a facet that fails again is asked
again by the next process.
"""

import json
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from haven_fs.catalog.findings import Analysis
from haven_fs.catalog.settle import settle

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Catalog, Writer

logger = logging.getLogger(__name__)

_AT_ONCE = 500


def catch_up(catalog: "Catalog") -> int:
    """Have facets take in what they missed; return how many photos that were.

    What could not be checked was not kept: its analyzers are to look at those photos again.
    """
    done = 0
    for name in sorted(catalog.facets.names):
        with catalog.read() as db:
            ids = [id_ for (id_,) in db.execute("SELECT photo_id FROM behind WHERE facet = ?", (name,))]
        for start in range(0, len(ids), _AT_ONCE):
            with catalog.write() as w:
                _take_in(w, name, ids[start : start + _AT_ONCE])
        done += len(ids)
    if done:
        logger.info("Made up for %d photos that plugins had missed", done)
    return done


def _take_in(w: "Writer", name: str, ids: Iterable[int]) -> None:
    marks = json.dumps(list(ids))
    among = "photo_id IN (SELECT value FROM json_each(?))"
    w.db.execute(f"DELETE FROM behind WHERE facet = ? AND {among}", (name, marks))
    w.db.execute(f"DELETE FROM analysis WHERE failed = ? AND {among}", (w.facets.unchecked(name), marks))
    found: dict[int, dict[str, Analysis]] = {}
    for photo_id, analyzer, version, facts, failed in w.db.execute(
        f"SELECT photo_id, analyzer, version, facts, failed FROM analysis WHERE {among}", (marks,)
    ).fetchall():
        found.setdefault(photo_id, {})[analyzer] = Analysis(version, facts, failed=failed)
    w.facets.absorb(w, found, only=name)
    settle(w, json.loads(marks))
