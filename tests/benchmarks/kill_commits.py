"""Files are written by a process that dies before a commit or a change of the disk: the next one finds all as it is.

python tests/benchmarks/kill_commits.py [SEEDS] [KILLS] [FIRST SEED]
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.dying import Dying
from helpers.home import Home


def main() -> None:
    """Do it; the status is 1 if something was wrong."""
    seeds, kills, first = (int(word) for word in (*sys.argv[1:], *("50", "12", "1")[len(sys.argv) - 1 :]))
    done = wrong = 0
    began = time.monotonic()
    for seed in range(first, first + seeds):
        with tempfile.TemporaryDirectory() as base:
            dying = Dying(Home(Path(base)), seed)
            dying.begin()
            for number in range(kills):
                try:
                    dying.write(number)
                    dying.check()
                except Exception as error:
                    wrong += 1
                    print(f"seed {seed}, process {number + 1}: {type(error).__name__}: {error}", flush=True)
                    break
            done += dying.kills
    print(f"{seeds} seeds, {done} kills in {time.monotonic() - began:.0f} s, {wrong} seeds wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
