"""All that owners said comes back from sidecars alone: the catalog and the record of corrections are deleted.

    python tests/benchmarks/rebuild_from_sidecars.py [PHOTOS] [CORRECTIONS] [SEED] [mirror|beside|again]...

Corrections of every kind are made at random by the same door that the server's requests go through, in a library of
made photos with made-up faces. Then all is exported, as a mirror that is copied onto the photos, and beside them;
copies of the photos are indexed with an empty data folder; and of each kind that photos have, what both catalogs know
is shown as a share of what either does. `again`: and once more after the rebuilt one was exported, which takes nothing
back. Without a word for it, all three ways are tried.
"""

import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import scratch
from helpers.rebuilding import Family, export, known, lost, rebuilt, say_more, shares
from helpers.saying_much import library

LEAST = 0.999


def main() -> None:
    """Do it; exit with 1 if less of any kind is back."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    photos, said, seed = (*numbers, *(5000, 500, 1)[len(numbers) :])
    ways = {word for word in sys.argv[1:] if not word.isdecimal()} or {"mirror", "beside", "again"}
    with scratch() as base:
        home = library(base / "first", photos)
        home.add_library(writable=True)
        family = Family(home, seed)
        family.say(said)
        say_more(home, family, said // 10)
        home.index()
        before = known(home)
        print(f"{len(home.said())} corrections of {photos} photos, {len(family.done)} kinds of acts")
        began = time.monotonic()
        written = export(home, base / "mirror")["written"]
        print(f"exported to a folder in {time.monotonic() - began:.1f} s: {written} sidecars")
        again = time.monotonic()
        assert export(home, base / "mirror")["written"] == 0
        print(f"exported again in {time.monotonic() - again:.1f} s: nothing to do")
        bad = 0
        if "mirror" in ways:
            bad += _compare("mirror", before, base, lambda at: rebuilt(home, at, base / "mirror"))
        if ways & {"beside", "again"}:
            export(home, "--sidecars")
            bad += _compare("beside", before, base, lambda at: rebuilt(home, at), again="again" in ways)
        home.close()
    sys.exit(bad)


def _compare(way: str, before: dict, base: Path, rebuild, again: bool = False) -> int:  # type: ignore[no-untyped-def,type-arg]
    began = time.monotonic()
    other = rebuild(base / f"from {way}")
    print(f"{way}: indexed in {time.monotonic() - began:.0f} s")
    bad = 0
    for when in ("rebuilt", "exported again"):
        found = known(other)
        for kind, share in shares(before, found).items():
            mark = "" if share >= LEAST else "  TOO LITTLE"
            print(f"  {when:<16}{kind:<18}{100 * share:8.2f} %  of {len(before[kind])}{mark}")
            bad += share < LEAST
        for line in lost(before, found):
            print(f"    {line[:200]}")
        if when != "rebuilt" or not again:
            break
        other.add_library(writable=True)
        export(other, "--sidecars")
        other.index()
    other.close()
    shutil.rmtree(base / f"from {way}")
    return bad


if __name__ == "__main__":
    main()
