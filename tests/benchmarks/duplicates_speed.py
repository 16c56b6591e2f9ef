"""What /Review/Duplicates costs in a large library: looking at a photo, comparing new ones, grouping, listing; memory.

    python tests/benchmarks/duplicates_speed.py [FOLDER] [--photos 100000] [--copies 10000] [--groups 0]

The photos' details are made of those of the pictures in FOLDER, or of drawn ones: each has places of several of them,
their codes a little changed, so that codes are spread as real ones are. To these come copies, which have most of the
places of one photo, and exact ones. All is in a real catalog, and the keeper does what it does in `haven serve`; the
folder is listed as the server does it, without HTTP. `--groups`: so many groups of three more, put into the tables as
the keeper would have left them, to see what listing costs where a great many photos are alike.
"""

import argparse
import random
import resource
import time
from pathlib import Path

import numpy as np
from common import scratch
from duplicates_quality import drawn, pictures
from PIL import Image

from haven_duplicates.details import Details, details_of
from haven_duplicates.keeper import CopyKeeper
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog, names
from haven_fs.config import load_settings
from haven_fs.library.picture import open_picture
from haven_fs.plugins import Plugins
from haven_fs.renditions.making import small_copies
from haven_fs.tree.tree import Tree

DICE = np.random.default_rng(1)
AT_ONCE = 2000


def analysed(some: list[Image.Image], folder: Path) -> None:
    """Print what finding the details adds to what is done of each photo without any model."""
    path = folder / "large.jpg"
    best = {"decoding and small copies": float("inf"), "details": float("inf")}
    for picture in some[:12]:
        picture.resize((4000, 3000)).save(path, quality=90)
        for _ in range(3):
            started = time.perf_counter()
            opened = open_picture(path)
            small_copies(opened)
            between = time.perf_counter()
            details_of(opened)
            best["decoding and small copies"] = min(best["decoding and small copies"], between - started)
            best["details"] = min(best["details"], time.perf_counter() - between)
    shown = ", ".join(f"{what} {seconds * 1000:.1f} ms" for what, seconds in best.items())
    print(f"a JPEG of 12 million pixels: {shown}", flush=True)


def made(real: list[Details], count: int) -> list[bytes]:
    """Return details of photos that nobody took."""
    places = [(one, n) for one in real for n in range(len(one.at))]
    dice, found = random.Random(2), []
    for _ in range(count):
        some = dice.sample(places, 48)
        bits = np.unpackbits(np.stack([one.codes[n] for one, n in some]), axis=1)
        bits ^= DICE.random(bits.shape) < 0.06
        found.append(
            Details(
                (1.0, 0.75),
                (0.0, 0.0, 1.0, 0.75),
                DICE.random((48, 2), np.float32) * np.float32(0.75),
                np.array([one.scale[n] for one, n in some]),
                np.array([one.angle[n] for one, n in some]),
                np.packbits(bits, axis=1),
                some[0][0].tiny,
            ).dumps()
        )
    return found


def copied(data: bytes) -> bytes:
    """Return details of a copy."""
    one = Details.loads(data)
    bits = np.unpackbits(one.codes, axis=1) ^ (DICE.random((len(one.at), one.codes.shape[1] * 8)) < 0.04)
    kept = DICE.permutation(len(one.at))[:36]
    codes = np.packbits(bits.astype(np.uint8), axis=1)[kept]
    return Details(one.size, one.content, one.at[kept], one.scale[kept], one.angle[kept], codes, one.tiny).dumps()


def fill(catalog: Catalog, first: int, details: list[bytes | None], fingerprints: list[int]) -> None:
    """Put photos with these details into the catalog, from an id on."""
    with catalog.write() as w:
        w.db.execute("INSERT OR IGNORE INTO library (id, root, name, fold) VALUES (1, x'61', 'A', 'a')")
        w.db.execute(
            "INSERT OR IGNORE INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)"
        )
        for id_, data, print_ in zip(range(first, first + len(details)), details, fingerprints, strict=True):
            name = f"IMG_{id_:07d}.jpg"
            day = 20150101 + id_ % 9 * 10000 + id_ // 9 % 12 * 100 + id_ // 108 % 28
            w.db.execute(
                "INSERT INTO photo (id, main_id, kind, added, shown, day, width, height, seq)"
                " VALUES (?, ?, 'image', ?, 1, ?, 4000, 3000, ?)",
                (id_, id_, float(id_), day, w.seq),
            )
            w.db.execute("INSERT INTO analysis VALUES (?, 'look', 2, '{}', NULL, NULL)", (id_,))
            w.db.execute(
                "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
                " shown_fold, shown_href, shown_xml, probed, kind, fingerprint, photo_id, role, name, name_fold, href,"
                " xml, seq) VALUES (?, 1, ?, '', 1, 0, 0, '', '', '', ?, ?, '', '', 1, 'image', ?, ?, 'main', ?, ?, ?,"
                " ?, ?)",
                (id_, name.encode(), name, str(id_), print_.to_bytes(16, "little"), id_, name, names.fold(name), name,
                 name, w.seq),
            )  # fmt: skip
            w.db.execute("INSERT INTO copy_due VALUES (?)", (id_,))
            if data is not None:
                w.db.execute("INSERT INTO copy_details (photo_id, content, data) VALUES (?, 1, ?)", (id_, data))


def grouped(catalog: Catalog, first: int, count: int) -> None:
    """Put so many groups of three photos into the catalog."""
    for start in range(0, count, AT_ONCE):
        ids = range(first + 3 * start, first + 3 * min(start + AT_ONCE, count))
        fill(catalog, ids[0], [None] * len(ids), [10**9 + id_ for id_ in ids])
        with catalog.write() as w:
            w.db.execute("DELETE FROM copy_due WHERE photo_id BETWEEN ? AND ?", (ids[0], ids[-1]))
            for best in ids[::3]:
                name = f"IMG_{best:07d} and 2 more"
                row = w.db.execute("INSERT INTO copy_group (name, fold) VALUES (?, ?)", (name, names.fold(name)))
                w.db.executemany(
                    "INSERT INTO copy_member VALUES (?, ?, ?, ?, NULL)",
                    [(best + n, row.lastrowid, n + 1, n + 1) for n in range(3)],
                )
                both = [pair for n in (1, 2) for pair in ((best, best + n), (best + n, best))]
                w.db.executemany("INSERT INTO copy_pair VALUES (?, ?)", both)


def peak() -> float:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def listed(tree: Tree, what: str) -> None:
    """List the folder, and one of the folders in it down to a group, and print what that took."""
    wall = time.perf_counter()
    with tree.view() as view:
        folder = tree.resolve(view, ("Review", "Duplicates"))
        entries, texts = list(folder.entries()), list(folder.texts())
    took, path, levels = time.perf_counter() - wall, ["Review", "Duplicates"], []
    while True:
        wall = time.perf_counter()
        with tree.view() as view:
            below = list(tree.resolve(view, tuple(path)).entries())
        levels.append(time.perf_counter() - wall)
        if not below:
            break
        path.append(below[0].name)
    deepest = ", ".join(f"{seconds * 1000:.1f}" for seconds in levels)
    print(f"{what:<44}{took * 1000:8.1f} ms for {len(entries)} folders and {len(texts)} text; on the way to a group:"
          f" {deepest} ms; peak {peak():.0f} MB", flush=True)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=0)
    arguments = parser.parse_args()
    some = list(pictures([arguments.folder], 100, "both")) if arguments.folder else list(drawn(60, "speed"))
    real = [details for picture in some if (details := details_of(picture)) is not None]
    with scratch() as folder:
        analysed(some, folder)
        plugins = Plugins()
        settings = load_settings(folder, plugins.settings())
        catalog = Catalog(folder / "catalog.sqlite", facets=plugins.facets(settings))
        tree, keeper = plugins.tree(catalog, settings), CopyKeeper(settings)

        def kept(what: str, photos: int) -> None:
            wall, cpu = time.perf_counter(), time.process_time()
            keeper.idle(catalog, Progress(), lambda: False)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(f"{what:<44}{wall:8.2f} s, {cpu / max(photos, 1) * 1000:.2f} ms of CPU a photo, peak {peak():.0f} MB",
                  flush=True)  # fmt: skip

        first, left = 1, arguments.photos - arguments.copies
        sample: list[bytes] = []
        for step in range(10):
            batch = made(real, left // 10)
            sample += batch[: arguments.copies // 10]
            fill(catalog, first, batch, list(range(first, first + len(batch))))
            first += len(batch)
            kept(f"the {step + 1}. tenth of {left} photos, compared", len(batch))
        half = arguments.copies // 2
        fill(catalog, first, [copied(data) for data in sample[:half]], list(range(first, first + half)))
        exact = [int(n) for n in DICE.choice(np.arange(1, first), arguments.copies - half, replace=False)]
        fill(catalog, first + half, [None] * len(exact), exact)
        first += arguments.copies
        kept(f"{half} copies and {len(exact)} exact ones", arguments.copies)
        kept("again, nothing changed", 0)
        with catalog.read() as db:
            found = db.execute("SELECT count(*) FROM copy_group").fetchone()[0]
        print(f"{found} groups of {arguments.copies} copies")
        sizes = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
        index = sum(size for name, size in sizes.items() if name[-2:] in ("-0", "-1"))
        print(f"catalog {sizes['catalog.sqlite'] / 1e6:.0f} MB, index {index / 1e6:.0f} MB of {first - 1} photos")
        listed(tree, f"listed, {first - 1} photos")
        if arguments.groups:
            grouped(catalog, first, arguments.groups)
            first += 3 * arguments.groups
            listed(tree, f"listed, {first - 1} photos, {found + arguments.groups} groups")
            listed(tree, "again")
            kept("all of them grouped anew", 3 * arguments.groups)
            fill(catalog, first, made(real, 1), [first])
            kept("one new photo", 1)
            listed(tree, "listed after it")
        keeper.rest()
        catalog.close()


if __name__ == "__main__":
    main()
