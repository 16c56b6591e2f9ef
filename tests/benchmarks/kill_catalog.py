"""The catalog is lost after corrections of every kind, in several ways: indexed again, all is as it was.

python tests/benchmarks/kill_catalog.py [SEEDS] [PHOTOS] [CORRECTIONS]

Lost are the whole catalog; its log alone, as after a kill; all but an older copy; all but its first bytes. Then more is
said, and the catalog is lost once more. What differs afterwards is printed: rows that say what owners said, the log of
it, and what every folder lists.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.replaying import differences, facts, lose
from helpers.saying_much import Family, library

from haven_fs.catalog.repair import repair
from haven_fs.testing import Home


def main() -> None:
    """Do it."""
    seeds, photos, said = (int(word) for word in (*sys.argv[1:], *("3", "2000", "500")[len(sys.argv) - 1 :]))
    failed = 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as base:
            failed += _run(Path(base), seed, photos, said)
    print("all is as it was" if not failed else f"{failed} differences")
    sys.exit(bool(failed))


def _run(base: Path, seed: int, photos: int, said: int) -> int:
    home = library(base, photos)
    family = Family(home, seed)
    family.say(said // 2)
    half = base / "half.sqlite"
    home.catalog.close()
    shutil.copy(home.data / "catalog.sqlite", half)
    home.catalog = home.folder.open_catalog()
    began = time.monotonic()
    family.say(said - said // 2)
    print(f"seed {seed}: {len(home.said())} corrections of {photos} photos in {time.monotonic() - began:.0f} s")
    home.index()
    before = facts(home)
    failed = 0
    for way, lose_it in _WAYS.items():
        failed += _lose(home, way, before, lambda lose_it=lose_it: lose_it(home, half))  # type: ignore[misc]
    family.say(50)
    home.index()
    failed += _lose(home, "deleted again", facts(home), lambda: _deleted(home, half))
    print(f"  {len(family.done)} kinds: {dict(sorted(family.done.items()))}")
    home.close()
    return failed


def _lose(home: Home, way: str, before: dict[str, object], lose_it: Callable[[], None]) -> int:
    lines = (home.data / "corrections.jsonl").read_bytes()
    lose_it()
    began = time.monotonic()
    home.catalog = home.folder.open_catalog()
    opened = time.monotonic()
    home.index()
    found = differences(before, facts(home))
    if (home.data / "corrections.jsonl").read_bytes() != lines:
        found.append("the record was changed")
    print(f"  {way}: opened in {opened - began:.1f} s, indexed in {time.monotonic() - opened:.0f} s,"
          f" {len(found)} differences")  # fmt: skip
    for one in found[:40]:
        print(f"    {one[:300]}")
    return len(found)


def _deleted(home: Home, half: Path) -> None:
    home.catalog.close()
    lose(home.data)


def _without_its_log(home: Home, half: Path) -> None:
    """What a kill leaves, less the log."""
    kept = home.data / "kept.sqlite"
    shutil.copy(home.data / "catalog.sqlite", kept)
    home.catalog.close()
    lose(home.data, kept=kept)
    kept.unlink()


def _older(home: Home, half: Path) -> None:
    home.catalog.close()
    lose(home.data, kept=half)


def _truncated(home: Home, half: Path) -> None:
    home.catalog.close()
    os.truncate(home.data / "catalog.sqlite", 0)
    repair(home.data / "catalog.sqlite")  # Haven starts with it no more, and says so


_WAYS = {
    "deleted": _deleted,
    "its log deleted": _without_its_log,
    "an older one": _older,
    "truncated": _truncated,
}

if __name__ == "__main__":
    main()
