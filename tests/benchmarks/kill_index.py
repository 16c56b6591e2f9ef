"""Kill `haven index` again and again, and see that nothing is lost, doubled or touched.

    python tests/benchmarks/kill_index.py LIBRARY [--kills 30] [--seed 1]

LIBRARY: a folder of photos. It is indexed undisturbed once, which says how long that takes. Then, with an empty data
folder, `haven index` with all its workers is killed (SIGKILL) at a random moment of it, started again, killed again,
and so on; the last start may end. After each kill the catalog must be whole. At the end it must say what the
undisturbed one says of every file: its name, photo, role, facts and facet values. And every original must have the
bytes, the modification time and the mode that it had before. The exit status is 1 if any of this fails.

`--restart N`: begin with an empty data folder again after every N kills, so that kills fall on all stages.
"""

import argparse
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from common import HAVEN, scratch, show

from haven_fs.catalog.findings import FACTS

Record = tuple[object, ...]


def hashes(library: Path) -> dict[str, Record]:
    """Return what must not change of every file of the library."""
    found: dict[str, Record] = {}
    for path in sorted(library.rglob("*")):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (content, status.st_mtime_ns, status.st_mode, status.st_size if content else 0)
    return found


def catalog_says(data: Path) -> dict[bytes, Record]:
    """Return, for every file, all that folders are made of; ids and clocks are left out, for they differ by nature."""
    db = sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)
    try:
        facts = ", ".join(f"p.{fact}" for fact in sorted(FACTS))
        rows = db.execute(
            "SELECT l.root || '/' || d.path || '/' || o.file, o.photo_id, m.file, md.path, o.role, o.name, o.shown,"
            f" o.kind, o.format, o.mime, o.size, o.etag, p.shown, p.day, p.kind, p.unreadable, {facts} FROM original o"
            " JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id"
            " LEFT JOIN photo p ON p.id = o.photo_id LEFT JOIN original m ON m.id = p.main_id"
            " LEFT JOIN dir md ON md.id = m.dir_id WHERE o.gone IS NULL"
        ).fetchall()
        values: dict[int, list[Record]] = {}
        for photo, *value in db.execute(
            "SELECT photo_id, facet, key, name, parent FROM member JOIN value ON id = value_id ORDER BY facet, key"
        ):
            values.setdefault(photo, []).append(tuple(value))
        analyses: dict[int, list[Record]] = {}
        for photo, *said in db.execute(
            "SELECT photo_id, analyzer, version, facts, failed FROM analysis ORDER BY analyzer"
        ):
            analyses.setdefault(photo, []).append(tuple(said))
        files = {row[0]: (*row[2:], values.get(row[1]), analyses.get(row[1])) for row in rows}
        assert len(files) == len(rows), "a file is in the catalog twice"
        names = [row[0] for row in db.execute("SELECT name_fold FROM original WHERE name IS NOT NULL AND gone IS NULL")]
        assert len(names) == len(set(names)), "two files have one name"
        return files
    finally:
        db.close()


def check_whole(data: Path) -> None:
    """Look whether the catalog is whole; before its first transaction there may be none."""
    path = data / "catalog.sqlite"
    if path.exists():
        db = sqlite3.connect(path)
        check = db.execute("PRAGMA integrity_check").fetchall() + db.execute("PRAGMA foreign_key_check").fetchall()
        db.close()
        assert check == [("ok",)], check


def start(library: Path, data: Path) -> subprocess.Popen[bytes]:
    """Start `haven index` in a process group of its own."""
    command = [*HAVEN, "index", str(library), "--data", str(data), "--json"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def index(library: Path, data: Path) -> float:
    """Index without disturbance and return the seconds it took."""
    began = time.monotonic()
    status = start(library, data).wait()
    assert status == 0, f"haven index ended with status {status}"
    return time.monotonic() - began


def kills(library: Path, data: Path, seconds: float, count: int, restart: int) -> Iterator[tuple[float, int]]:
    """Start and kill `count` times and give after how many seconds, and how many files were done then.

    In turn the moment is one of the clock, and one at which so many files are done: most of the time of a small
    library goes into starting the workers.
    """
    total = sum(path.is_file() for path in library.rglob("*"))
    for number in range(count):
        if restart and number % restart == 0:
            rmtree(data, ignore_errors=True)
        moment = random.uniform(0.1, seconds)
        wanted = random.randint(min(_done(data) + 1, total), total) if number % 2 else total + 1
        began = time.monotonic()
        process = start(library, data)
        while process.poll() is None and _done(data) < wanted and (number % 2 or time.monotonic() - began < moment):
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        took = time.monotonic() - began
        check_whole(data)
        yield took, _done(data)


def _done(data: Path) -> int:
    try:
        db = sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)
        done = db.execute("SELECT count(*) FROM original WHERE probed = 1").fetchone()[0]
        db.close()
    except sqlite3.Error:  # killed before there were tables
        return 0
    return int(done)


def differences(wanted: dict[bytes, Record], found: dict[bytes, Record]) -> list[str]:
    """Return a line for each file of which the two catalogs say different things."""
    return [
        f"{path!r}:\n  undisturbed {wanted.get(path)}\n  killed      {found.get(path)}"
        for path in sorted(wanted.keys() | found.keys())
        if wanted.get(path) != found.get(path)
    ]


def main() -> int:
    """Index, kill, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--restart", type=int, default=10, metavar="N")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.randrange(10**6)
    random.seed(seed)
    before = hashes(args.library)
    with scratch() as folder:
        seconds = index(args.library, folder / "undisturbed")
        wanted = catalog_says(folder / "undisturbed")
        data = folder / "killed"
        moments, done = zip(*kills(args.library, data, seconds, args.kills, args.restart), strict=True)
        last = index(args.library, data)
        wrong = differences(wanted, catalog_says(data))
    touched = [path for path, was in hashes(args.library).items() if before.get(path) != was] + [
        path for path in before if not Path(path).exists()
    ]
    print(f"{len(wanted)} files, {args.kills} kills, seed {seed}")
    show("undisturbed index", [seconds], "s")
    show("killed after", list(moments), "s")
    show("files done when killed", list(map(float, done)), "")
    show("last start, which ended", [last], "s")
    print(f"{'files known differently':<40}{len(wrong):10}\n{'originals touched':<40}{len(touched):10}")
    for line in (wrong + touched)[:10]:
        print(line, file=sys.stderr)
    return 1 if wrong or touched else 0


if __name__ == "__main__":
    raise SystemExit(main())
