"""What analyzers embed, on its way into the store of vectors; and making it again when that store is lost."""

import logging
from collections import Counter
from collections.abc import Mapping

from haven_fs.analysis.analyzer import Analyzer
from haven_fs.catalog import Catalog
from haven_fs.catalog.findings import Analysis
from haven_fs.vectors import Vector

logger = logging.getLogger(__name__)


def redo_lost(catalog: Catalog, analyzers: Mapping[str, Analyzer]) -> None:
    """Make what embeds photos due again if the vectors are gone, or older than the catalog remembers them."""
    with catalog.read() as db:
        state = dict(db.execute("SELECT key, value FROM state WHERE key IN ('vectors', 'vectors born')"))
    store = catalog.vectors.store
    if "vectors" not in state:
        return
    if store.seq >= state["vectors"] and store.born == state.get("vectors born", store.born):
        return
    logger.warning("The vectors of photos are lost or older than the catalog, so the photos are analysed again")
    with catalog.write() as w:
        for name, analyzer in analyzers.items():
            if analyzer.space:
                w.db.execute("UPDATE analysis SET version = -1 WHERE analyzer = ?", (name,))
        w.db.execute("DELETE FROM state WHERE key IN ('vectors', 'vectors born')")


def put_vectors(
    catalog: Catalog, analyzers: Mapping[str, Analyzer], found: Mapping[int, Mapping[str, Analysis]]
) -> None:
    """Store what embeddings came, before the catalog says that they are there: a kill between costs only a redo."""
    spaces: dict[str, list[Vector]] = {}
    lacking: dict[str, list[int]] = {}
    for photo_id, analyses in found.items():
        for name, analysis in analyses.items():
            analyzer = analyzers.get(name)
            space = analyzer.space if analyzer is not None else None
            if space and not analysis.embeddings and not analysis.is_passing:
                lacking.setdefault(space, []).append(photo_id)
            parts = Counter[str]()
            for space, data in analysis.embeddings:
                spaces.setdefault(space, []).append(Vector(photo_id, parts[space], data))
                parts[space] += 1
    store = catalog.vectors.store
    for space, photo_ids in lacking.items():
        if had := store.has(space, photo_ids):
            store.remove(space, had)
    if spaces:
        store.put_many(spaces.items())
