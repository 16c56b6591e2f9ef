"""What writes cost: statements and milliseconds of each, in a library of a few thousand photos, without HTTP.

python tests/benchmarks/write_cost.py [PHOTOS]
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.home import Home

from haven_fs.testing import make_photo

TIMES = 15


class Counter:
    """Counts the statements of every connection that is opened after it, which it replaces the class of."""

    def __init__(self) -> None:
        self.statements = 0
        connect = sqlite3.connect

        def counted(*arguments: Any, **named: Any) -> sqlite3.Connection:
            db: sqlite3.Connection = connect(*arguments, **named)
            db.set_trace_callback(self._count)
            return db

        sqlite3.connect = counted  # type: ignore[assignment]

    def _count(self, statement: str) -> None:
        self.statements += not statement.startswith("--")


def main() -> None:
    """Print a line for each kind of write: the medians of several."""
    photos = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    counter = Counter()
    with tempfile.TemporaryDirectory() as base, Home(Path(base)) as home:
        for number in range(photos):
            home.add(f"{number % 40}/{number}.jpg", f"2019-{number % 12 + 1:02}-01 10:00:00", size=(24, 16))
        home.add_library(writable=True)
        home.add_inbox()
        home.index()
        for path in ("Albums/A", "People/Alice", "Albums/B"):
            home.make(path)
        new = [
            make_photo(Path(base) / "new" / f"{n}.jpg", "2020-02-02 10:00:00").read_bytes() for n in range(6 * TIMES)
        ]
        one = iter(range(photos))
        sent = iter(new)
        lib = "Originals/Pictures"

        def path_of(number: int) -> str:
            return f"{lib}/{number % 40}/{number}.jpg"

        writes: dict[str, Callable[[int], object]] = {
            "copy into an album": lambda n: home.copy(path_of(next(one)), f"Albums/A/{n} a.jpg"),
            "copy to a person": lambda n: home.copy(path_of(next(one)), f"People/Alice/{n} p.jpg"),
            "make a favourite": lambda n: home.copy(path_of(next(one)), f"Favorites/{n} f.jpg"),
            "take out of an album": lambda n: home.delete(f"Albums/A/{n} a.jpg"),
            "send a new photo to the inbox": lambda n: home.put(f"Inbox/{n} i.jpg", next(sent)),
            "send a new photo to an album": lambda n: home.put(f"Albums/B/{n} b.jpg", next(sent)),
            "send other bytes over a photo": lambda n: home.put(f"Inbox/{n} i.jpg", next(sent)),
            "rename a file": lambda n: home.move(path_of(next(one)), f"{lib}/0/{n} r.jpg"),
            "move a file over another": lambda n: home.move(path_of(next(one)), path_of(next(one))),
            "delete a file": lambda n: home.delete(path_of(next(one))),
        }
        print(f"{photos} photos; medians of {TIMES}")
        for name, write in writes.items():
            counts, seconds = [], []
            for number in range(TIMES):
                before, began = counter.statements, time.perf_counter()
                write(number)
                seconds.append(time.perf_counter() - began)
                counts.append(counter.statements - before)
            print(f"{name:32} {statistics.median(counts):5.0f} statements {statistics.median(seconds) * 1000:7.1f} ms")


if __name__ == "__main__":
    main()
