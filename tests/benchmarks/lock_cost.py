"""What names that programs reserve by LOCK cost: taking them, and listing the folder that has them.

python tests/benchmarks/lock_cost.py [NAMES]

The listing is compared, in the same run, with that of as many names that nobody holds a lock on, and with half as many.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.dav import ALLPROP, LOCKINFO, Client
from helpers.serving import haven, serve

from haven_fs.testing import make_photo

FOLDERS = ("/Search", "/Inbox")
ROUNDS = 5


def main() -> None:
    """Print a line for each folder."""
    names = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as base:
        make_photo(Path(base) / "Pictures" / "a.jpg", "2019-05-04 12:00:00")
        (Path(base) / "Inbox").mkdir()
        data = Path(base) / "data"
        with serve(Path(base) / "Pictures", data=data, inbox=Path(base) / "Inbox") as house, Client(house.url) as dav:
            for folder in FOLDERS:
                first = _reserve(dav, folder, 0, names // 2)
                half, _ = _listed(dav, folder)
                second = _reserve(dav, folder, names // 2, names)
                whole, count = _listed(dav, folder)
                haven("locks", "break", "--all", "--data", data)
                bare, _ = _listed(dav, folder)
                print(
                    f"{folder}: {count} names; LOCK {first:.1f} ms, later {second:.1f} ms; listed in {whole:.2f} s,"
                    f" half of them in {half:.2f} s ({whole / half:.1f} times), without locks {bare:.2f} s"
                    f" ({whole / bare:.1f} times)"
                )


def _reserve(dav: Client, folder: str, first: int, last: int) -> float:
    """Lock names that nothing has and return the milliseconds of each."""
    began = time.perf_counter()
    for number in range(first, last):
        assert dav("LOCK", f"{folder}/reserved%20{number}.jpg", LOCKINFO.format(scope="exclusive")).status == 201
    return (time.perf_counter() - began) * 1000 / (last - first)


def _listed(dav: Client, folder: str) -> tuple[float, int]:
    """Return the median seconds of a listing with its locks, and how many names it has."""
    seconds, body = [], b""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = dav("PROPFIND", folder, ALLPROP, Depth=1)
        seconds.append(time.perf_counter() - began)
        assert answer.status == 207
        body = answer.body
    return statistics.median(seconds), body.count(b"<D:response>") - 1


if __name__ == "__main__":
    main()
