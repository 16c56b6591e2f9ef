"""Kill a server many times amid moves and deletions of real files, and see that nothing is lost or there twice.

python tests/benchmarks/kill_removals.py [ROUNDS]
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.killing import killed_in_the_middle


def main() -> None:
    """Do it, 20 times unless told otherwise."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as base:
        done = killed_in_the_middle(Path(base), rounds)
    print(f"{rounds} kills amid {done.total()} operations ({dict(done)}): nothing lost, nothing twice")


if __name__ == "__main__":
    main()
