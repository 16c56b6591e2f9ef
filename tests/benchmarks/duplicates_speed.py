"""How long /Review/Duplicates takes in a large library: the first time, again, and after changes; memory that it takes.

    python tests/benchmarks/duplicates_speed.py [FOLDER] [--photos 60000] [--copies 6000]

The photos' looks are those of random parts of the pictures in FOLDER, or of drawn ones: spread as real ones are, and
some of them alike because they show nearly the same part. To these come near copies, and exact ones. All is in a real
catalog and a real vector store; the folder is listed as the server does it, without HTTP.
"""

import argparse
import random
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import psutil
from common import scratch
from PIL import Image

from haven_duplicates import folders
from haven_duplicates.analyzer import SPACE
from haven_duplicates.look import DIM, WAVES, look_of
from haven_fs.catalog import Catalog, names
from haven_fs.config import load_settings
from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_picture, fits
from haven_fs.library.kinds import sniff
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_fs.plugins import Plugins
from haven_fs.vectors import Vector

DICE = np.random.default_rng(1)
FREQUENCY = np.concatenate([waves.frequency for waves in WAVES])


def sources(folder: Path | None) -> list[Image.Image]:
    """Return the pictures in the folder, or 200 drawn ones, small."""
    found = []
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file():
            try:
                found.append(open_picture(path, sniff(path.read_bytes()[:65536], path.name), 640))
            except (Unreadable, OSError):
                continue
    dice = random.Random(1)
    while not folder and len(found) < 200:
        scene, time_ = dice.choice(SCENES), dice.choice(TIMES)
        subject = dice.choice([name for name in SUBJECTS if fits(name, scene)])
        found.append(draw_picture(subject, scene, dice.choice(SUBJECTS[subject].colours), time_, (640, 480), dice))
    return [picture for picture in found if min(picture.size) > 100]


def parts(pictures: list[Image.Image], count: int) -> np.ndarray:
    """Return the looks of that many random parts of pictures, (count, DIM)."""
    dice, looks = random.Random(2), []
    while len(looks) < count:
        picture = dice.choice(pictures)
        width = dice.uniform(0.3, 0.7) * picture.width
        height = min(picture.height, width * dice.choice((0.75, 0.75, 0.67, 1.33, 0.56)))
        x, y = dice.uniform(0, picture.width - width), dice.uniform(0, picture.height - height)
        part = picture.crop(tuple(map(round, (x, y, x + width, y + height))))
        if look := look_of(part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if dice.random() < 0.5 else part):
            looks.append(np.frombuffer(look, "<f2"))
    return np.stack(looks)


def near(looks: np.ndarray, cosine: float) -> np.ndarray:
    """Return looks at that cosine from these."""
    aside = DICE.standard_normal(looks.shape) * FREQUENCY
    aside -= (aside * looks).sum(1, keepdims=True) * looks
    mixed = cosine * looks + np.sqrt(1 - cosine**2) * aside / np.linalg.norm(aside, axis=1, keepdims=True)
    return (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype("<f2")


def fill(catalog: Catalog, first: int, looks: np.ndarray, fingerprints: Iterable[int]) -> None:
    """Put photos with these looks into the catalog, from an id on."""
    catalog.vectors.store.put(SPACE, [Vector(first + n, 0, look.tobytes()) for n, look in enumerate(looks)])
    with catalog.write() as w:
        w.db.execute("INSERT OR IGNORE INTO library (id, root, name, fold) VALUES (1, x'61', 'A', 'a')")
        w.db.execute(
            "INSERT OR IGNORE INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)"
        )
        for id_, print_ in zip(range(first, first + len(looks)), fingerprints, strict=True):
            name = f"IMG_{id_:06d}.jpg"
            day = 20150101 + id_ % 9 * 10000 + id_ // 9 % 12 * 100
            w.db.execute(
                "INSERT INTO photo (id, main_id, kind, added, shown, day, width, height, seq)"
                " VALUES (?, ?, 'image', ?, 1, ?, 4000, 3000, ?)",
                (id_, id_, float(id_), day, w.seq),
            )
            w.db.execute("INSERT INTO analysis VALUES (?, 'look', 1, '{}', NULL, NULL)", (id_,))
            w.db.execute(
                "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
                " shown_fold, shown_href, shown_xml, probed, kind, fingerprint, photo_id, role, name, name_fold, href,"
                " xml, seq) VALUES (?, 1, ?, '', 1, 0, 0, '', '', '', ?, ?, '', '', 1, 'image', ?, ?, 'main', ?, ?, ?,"
                " ?, ?)",
                (id_, name.encode(), name, str(id_), print_.to_bytes(16, "little"), id_, name, names.fold(name), name,
                 name, w.seq),
            )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--photos", type=int, default=60000)
    parser.add_argument("--copies", type=int, default=6000)
    arguments = parser.parse_args()
    looks = parts(sources(arguments.folder), arguments.photos - arguments.copies + 1001)
    looks, later = looks[:-1001], looks[-1001:]
    plugins = Plugins()
    with scratch() as folder:
        catalog = Catalog(folder / "catalog.sqlite")
        tree = plugins.tree(catalog, load_settings(folder, plugins.settings()))
        fill(catalog, 1, looks, range(1, len(looks) + 1))
        half = arguments.copies // 2
        copied = DICE.choice(len(looks), arguments.copies, replace=False)
        fill(catalog, len(looks) + 1, near(looks[copied[:half]].astype(np.float32), 0.97), range(10**6, 10**6 + half))
        fill(catalog, len(looks) + half + 1, looks[copied[half:]], (copied[half:] + 1).tolist())
        memory = psutil.Process().memory_info

        def listed(what: str) -> None:
            before, wall, cpu = memory().rss, time.perf_counter(), time.process_time()
            with tree.view() as view:
                found = tree.resolve(view, ("Review", "Duplicates"))
                entries = list(found.entries())
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            with tree.view() as view:
                groups = len(folders._ANSWERS.of(view).groups)
            taken = (memory().rss - before) / 1e6
            print(f"{what:<36}{wall * 1000:9.1f} ms  {cpu * 1000:9.1f} ms of CPU  {groups} groups in {len(entries)}"
                  f" folders  {taken:+.0f} MB", flush=True)  # fmt: skip

        listed(f"first time, {arguments.photos} photos of {DIM} numbers")
        listed("again, nothing changed")
        with catalog.write() as w:
            w.db.execute("UPDATE photo SET rating = 5 WHERE id = 1")
        listed("after a change that is no picture's")
        fill(catalog, 10**6, later[:1], [10**7])
        listed("after one new photo")
        fill(catalog, 2 * 10**6, later[1:], range(2 * 10**7, 2 * 10**7 + 1000))
        listed("after 1,000 new photos")
        catalog.close()


if __name__ == "__main__":
    main()
