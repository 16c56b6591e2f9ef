"""Naming towns and countries: positions a second, memory of a worker, and the table that is made once.

Positions lie near towns of the table, as photos do, and are asked about as a worker does, in batches of 500. Time is
that of the processor.

python tests/benchmarks/places_lookup.py [POSITIONS]
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from common import scratch

from haven_places.gazetteer import Gazetteer, stored

BATCH = 500
KEPT = "import pathlib, sys; from haven_places.gazetteer import Gazetteer; Gazetteer.open([pathlib.Path(sys.argv[1])])"
MADE = "from haven_places.gazetteer import _build; _build('en')"


def resident() -> float:
    """Return the memory of this process in MB."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Make the table, ask it, and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    with scratch() as base:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", MADE], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"the table is made in {took:.1f} s, with at most {after.ru_maxrss / 1024:.0f} MB")
        # In another process, so that what making it takes is not counted here.
        subprocess.run([sys.executable, "-c", KEPT, str(base)], check=True)
        size = sum(path.stat().st_size for path in base.glob("*.npz"))
        memory, began = resident(), time.process_time()
        gazetteer = Gazetteer.open([base])
        took = time.process_time() - began
        print(f"opened in {took:.2f} s: {size / 1e6:.1f} MB, {resident() - memory:.0f} MB in memory")
        table = stored([base], "en", ("latitude", "longitude"))
        assert table is not None
        random = np.random.default_rng(0)
        near = random.integers(0, len(table["latitude"]), count)
        north, east = (table[name].astype(float)[near] + random.normal(0, 0.03, count) for name in table)
        best = np.inf
        for _ in range(3):
            began = time.process_time()
            for start in range(0, count, BATCH):
                gazetteer.localities(north[start : start + BATCH], east[start : start + BATCH])  # type: ignore[arg-type]
            best = min(best, time.process_time() - began)
        print(f"{count / best:,.0f} positions a second; {resident() - memory:.0f} MB in memory afterwards")


if __name__ == "__main__":
    main()
