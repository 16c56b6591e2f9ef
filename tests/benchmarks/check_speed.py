"""Reading a catalog of a million photos through while it is used: how long, how it slows others, when it stops.

    python tests/benchmarks/check_speed.py [PHOTOS]

The catalog is made of rows alone, with what analyzers say of each photo at its usual length. A folder of a hundred
photos and a search by words are asked for again and again, first with nothing else, then while the check runs; the
ratio of the two medians and of the slowest twentieth is printed. Then a check is told to stop in the middle of the
largest table.
"""

import json
import sqlite3
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import own_memory, scratch
from helpers.catalogs import make_tables, open_catalog
from phrases_speed import fill

from haven_fs.catalog import Catalog
from haven_fs.catalog.soundness import read_through

_SAID = json.dumps(
    {"values": {"taken": 1.5e9, "latitude": 48.1, "longitude": 11.5, "make": "Canon"}, "tags": ["x" * 160]}
)
_ANALYZERS = ("media", "time", "places", "clip")
_QUERIES = (
    "SELECT id, day, width FROM photo WHERE shown = 1 AND day BETWEEN ?1 AND ?1 + 3 LIMIT 100",
    "SELECT o.id, o.shown FROM original o WHERE o.id BETWEEN ?1 % 900000 AND ?1 % 900000 + 100",
)


def make(folder: Path, photos: int) -> None:
    """Make the catalog."""
    db = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    make_tables(db)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    fill(db, photos)
    for name in _ANALYZERS:
        query = "INSERT INTO analysis (photo_id, analyzer, version, facts) SELECT id, ?, 1, ? FROM photo"
        db.execute(query, (name, _SAID))
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


def ask(catalog: Catalog, until: "threading.Event", seconds: float) -> list[float]:
    """Ask for folders until told to end, and return how long each took, in milliseconds."""
    took: list[float] = []
    began = time.monotonic()
    while not until.is_set() and time.monotonic() - began < seconds:
        started = time.perf_counter()
        with catalog.read() as db:
            for query in _QUERIES:
                db.execute(query, (20050101 + 10000 * (len(took) % 19),)).fetchall()
        took.append(1000 * (time.perf_counter() - started))
        time.sleep(0.005)
    return took


def slowest(times: list[float]) -> float:
    """Return what nineteen of twenty stay below."""
    return sorted(times)[int(len(times) * 0.95)]


def main() -> None:
    """Make the catalog, measure, and print."""
    photos = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch() as folder:
        make(folder, photos)
        size = (folder / "catalog.sqlite").stat().st_size / 1e6
        catalog = open_catalog(folder)
        never = threading.Event()
        ask(catalog, never, 2)
        alone = ask(catalog, never, 10)
        done, memory, took = threading.Event(), own_memory(), [0.0]

        def check() -> None:
            began = time.monotonic()
            assert read_through(catalog) is None
            took[0] = time.monotonic() - began
            done.set()

        threading.Thread(target=check).start()
        meanwhile = ask(catalog, done, 3600)
        more = (own_memory() - memory) / 1e6
        print(f"{photos:,} photos, {size:,.0f} MB: read through in {took[0]:.0f} s, {more:.0f} MB more memory")
        for name, of in (("median", statistics.median), ("slowest twentieth", slowest)):
            print(
                f"{name}: {of(alone):.2f} ms alone, {of(meanwhile):.2f} ms meanwhile, {of(meanwhile) / of(alone):.2f}x"
            )
        stop = threading.Event()
        ended: list[float] = []

        def stopped() -> None:
            read_through(catalog, stop.is_set)
            ended.append(time.monotonic())

        thread = threading.Thread(target=stopped)
        thread.start()
        time.sleep(1)
        told = time.monotonic()
        stop.set()
        thread.join()
        print(f"told to stop, it ended after {max(0.0, ended[0] - told):.2f} s")
        catalog.close()


if __name__ == "__main__":
    main()
