"""How long a first index takes beside exiftool reading the same files, and what a second start and idling cost.

    python tests/benchmarks/index_speed.py LIBRARY [--runs 3]

LIBRARY: a folder of photos, such as 10,000 small JPEGs with EXIF. Needs exiftool. The time is from the start of
`haven serve` with an empty data folder to the last photo being in /Timeline and /Places.
"""

import argparse
import sqlite3
import time
import urllib.request
from pathlib import Path

from common import pss, quiet, scratch, serving, settle, show

WORKERS_GONE = 20
"""Seconds after which an idle server has ended its workers."""
DONE = "SELECT NOT EXISTS (SELECT 1 FROM original WHERE probed = 0) AND (SELECT count(*) FROM original) >= ?"


def first_index(library: Path, data: Path, files: int) -> tuple[float, float, float]:
    """Return the seconds to the first answer and to completion, and the MB held when idle."""
    started = time.monotonic()
    with serving(library, data) as (_, pid):
        answered = time.monotonic() - started
        while True:
            db = sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)
            done = db.execute(DONE, (files,)).fetchone()[0]
            db.close()
            if done:
                break
            time.sleep(0.02)
        complete = time.monotonic() - started
        settle(data)
        time.sleep(WORKERS_GONE)
        return answered, complete, pss(pid)


def second_start(library: Path, data: Path) -> float:
    """Return the seconds until a start with nothing changed lists /Timeline."""
    started = time.monotonic()
    with serving(library, data) as (url, _):
        request = urllib.request.Request(f"{url}Timeline/", method="PROPFIND", headers={"Depth": "1"})
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 207
        return time.monotonic() - started


def main() -> None:
    """Measure in turn and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("library", type=Path)
    args.add_argument("--runs", type=int, default=3)
    a = args.parse_args()
    files = sum(path.is_file() for path in a.library.rglob("*"))
    exiftool, answered, complete, again, idle = [], [], [], [], []
    for _ in range(a.runs):
        exiftool.append(quiet(["exiftool", "-fast2", "-json", "-r", str(a.library)]))
        with scratch() as data:
            times = first_index(a.library, data, files)
            answered.append(times[0])
            complete.append(times[1])
            idle.append(times[2])
            again.append(second_start(a.library, data))
    print(f"{files} files, {a.runs} runs")
    base = show("exiftool -fast2 -json", exiftool, "s")
    show("haven serve: first answer", answered, "s")
    took = show("haven serve: Timeline and Places complete", complete, "s")
    print(f"{'times as fast as exiftool':<40}{base / took:10.2f}")
    show("second start to a listing", again, "s")
    show("idle memory (PSS, whole process tree)", idle, "MB")


if __name__ == "__main__":
    main()
