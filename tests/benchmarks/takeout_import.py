"""How much of a Google Photos export is right once it has moved in, how long that takes, and what undo leaves.

    python tests/benchmarks/takeout_import.py [--photos 2000] [--seed 1] [--zips 0]

Needs nothing: the export is made, with every quirk that public reports tell of (tests/helpers/takeout.py), from a truth
that is kept apart. Also says what of it is right if the export is merely indexed as a library.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.takeout import Maker, Shares, catalogued, judge

from haven_fs.cli import main
from haven_fs.testing import Home

LOOKED_AT = ("/", "/Albums", "/People", "/Favorites", "/Timeline", "/Inbox")


def _show(what: str, said: str) -> None:
    print(f"{what}: {said}", flush=True)


def told(shares: Shares, maker: Maker) -> str:
    """Return shares in words."""
    whole = {"parts": len(maker.truth.parts), "left out": len(maker.truth.left_out)}
    return ", ".join(f"{what} {right}/{whole.get(what, shares.photos)}" for what, right in shares.right.items())


def reopened(home: Home) -> None:
    """Have a home see what another process wrote, and index it."""
    home.catalog.close()
    home.catalog = home.folder.open_catalog()
    home.index()


def moved_in(maker: Maker, folder: Path, zips: int) -> None:
    """Import, import again, and undo."""
    paths = maker.zipped(folder / "export", zips) if zips else [maker.unpacked(folder / "export")]
    (folder / "home").mkdir()
    with Home(folder / "home") as home:
        home.add("mine.jpg")
        home.add_inbox()
        home.index()
        before = [list(home.list(path)) for path in LOOKED_AT]

        def run(*command: str) -> float:
            started = time.monotonic()
            assert main([*command, "--data", str(home.data)]) == 0
            return time.monotonic() - started

        command = ("import", "takeout", *map(str, paths), "--yes")
        seconds = run(*command)
        reopened(home)
        shares = judge(maker.truth, catalogued(home))
        said = home.query("SELECT count(*), count(DISTINCT gesture) FROM correction")[0]
        again = run(*command)
        reopened(home)
        changed = home.query("SELECT count(*) FROM correction")[0] - said[0]
        undone = run("undo")
        reopened(home)
        left = [path for path, listed in zip(LOOKED_AT, before, strict=True) if list(home.list(path)) != listed]
    _show("imported", f"{told(shares, maker)}; {seconds:.0f} s, {said[1]} gesture")
    for wrong in shares.wrong[:5]:
        print("   ", wrong)
    _show("again", f"{changed} corrections more; {again:.1f} s")
    _show("undone", f"folders that are not as before: {left or 'none'}; {undone:.1f} s")


def indexed(maker: Maker, folder: Path) -> None:
    """Index the export as a library: all but the albums is known without a command."""
    folder.mkdir()
    with Home(folder) as home:
        maker.unpacked(home.root)
        home.index()
        _show("indexed as a library", told(judge(maker.truth, catalogued(home)), maker))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zips", type=int, default=0, help="how many zips the export comes in; 0: unpacked")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = Maker(given.photos, given.seed).make()
        moved_in(made, Path(scratch, "moved"), given.zips)
        indexed(made, Path(scratch, "library"))
