"""Two clients write to a server at random, which is killed again and again: what was said stays with the pictures.

python tests/benchmarks/kill_writes.py [RUNS] [OPERATIONS] [KILL EVERY]
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.writing_walk import walk


def main() -> None:
    """Do it."""
    runs, operations, kill_every = (int(word) for word in (*sys.argv[1:], *("20", "2000", "200")[len(sys.argv) - 1 :]))
    total: Counter[str] = Counter()
    for run in range(runs):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as base:
            done = walk(Path(base), operations, kill_every, run)
        total += done
        print(f"run {run + 1}: {done.total()} operations, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{runs} runs, {total.total()} operations ({dict(total)}): facts as the model says, every byte kept")


if __name__ == "__main__":
    main()
