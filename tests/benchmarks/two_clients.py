"""Two clients write to the same paths at once, and the server is killed: an order explains each answer, all is kept.

python tests/benchmarks/two_clients.py [SEEDS] [ROUNDS] [REQUESTS] [FIRST SEED] [few]

With `few` a round is about two to four paths, so that the clients meet on them far more often.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.two_clients_walk import walk


def main() -> None:
    """Do it."""
    words = [word for word in sys.argv[1:] if word != "few"]
    given = (int(word) for word in (*words, *("20", "60", "20", "1")[len(words) :]))
    seeds, rounds, requests, first = given
    total: Counter[str] = Counter()
    overlapping = wrong = 0
    for seed in range(first, first + seeds):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as base:
            try:
                found = walk(Path(base), rounds, requests, kill_every=6, seed=seed, few="few" in sys.argv)
            except AssertionError as error:
                wrong += 1
                print(f"seed {seed}: {error}", flush=True)
                continue
        total += found.done
        overlapping += found.overlapping
        print(f"seed {seed}: {found.done.total()} requests, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{seeds} seeds, {wrong} wrong; {total.total()} requests, {overlapping} pairs on one path at one time")
    print(dict(sorted(total.items())))


if __name__ == "__main__":
    main()
