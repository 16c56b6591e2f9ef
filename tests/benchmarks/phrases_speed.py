"""What phrases cost in a catalog of a million photos: understanding each, and counting what it finds.

    python tests/benchmarks/phrases_speed.py [PHOTOS] [--indexless]

The catalog is made of rows alone, with people, places, faces, files and parts of the day as a family would have them.
Each phrase is asked several times and the best time counts. "scan" is what it takes to read all photos once, in the
same run, which nothing that asks for a few of them may come near to. `--indexless` drops the indexes that plugins bring
first, to see what those save.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from helpers.catalogs import facets, make_tables  # noqa: E402

from haven_fs.config import load_settings  # noqa: E402
from haven_fs.plugins import Plugins  # noqa: E402
from haven_search.planner import plan  # noqa: E402

PHRASES = (
    "photos", "with Alice", "2019", "weekend", "Sunday", "in the morning", "at sunset", "at night in Paris",
    "without location", "undated", "no GPS", "favourites", "unrated", "4 stars", "with a caption", "without keywords",
    "longer than a minute", "videos over 5 minutes", "bigger than 50 MB", "smaller than 1 MB", "in HEIC", "in JPEG",
    "portrait format", "square photos", "selfies", "edited", "more than 3 people", "two people", "alone",
    "unknown people", "not in any album", "in the album Summer", "bank holidays", "Mother's Day", "Hanukkah",
    "between Easter and summer", "early May", "the eighties", "more than 12 megapixels",
    "videos longer than a minute of Alice in Paris on a Sunday evening",
)  # fmt: skip
INDEXES = (
    "photo_length", "photo_shape", "photo_selfie", "photo_captioned", "photo_stars", "original_format",
    "original_weight", "original_edit", "photo_weekday",
)  # fmt: skip
TRIES = 5


def fill(db: sqlite3.Connection, photos: int) -> None:
    """Make the rows of a catalog."""
    rng = random.Random(1)
    values = [("person", f"p{n}", "Alice" if not n else f"Person {n}") for n in range(40)]
    values += [("place", f"t{n}", "Paris" if not n else f"Town {n}") for n in range(400)]
    values += [("country", code, code) for code in ("FR", "DE", "IT", "ES")]
    values += [("type", "video", "Videos"), ("album", "1", "Summer"), ("keyword", "dog", "dog")]
    values += [("daytime", key, key.title()) for key in ("morning", "afternoon", "evening", "night", "sunset", "day")]
    ids: dict[tuple[str, str], int] = {}
    for facet, key, name in values:
        row = (facet, key, name, name.lower())
        insert = "INSERT INTO value (facet, key, name, fold, seq) VALUES (?, ?, ?, ?, 1)"
        ids[facet, key] = db.execute(insert, row).lastrowid or 0
    rows, members, originals, faces = [], [], [], []
    for number in range(1, photos + 1):
        year = rng.choice((1985, *range(2005, 2025)))
        day = year * 10000 + rng.randint(1, 12) * 100 + rng.randint(1, 28)
        video, placed = rng.random() < 0.08, rng.random() < 0.7
        lens = rng.choice((None, "back camera 4.2mm", "back camera 6mm", "front camera 2.7mm"))
        stars = rng.choice((None, None, None, 0, 3, 4, 5))
        width, height = rng.choice(((4032, 3024), (3024, 4032), (4032, 3024), (2000, 2000)))
        rows.append(
            (
                number, number, "video" if video else "image", float(number), 1, day, number * 600, "exif", width,
                height, 1, rng.expovariate(1 / 20) if video else None, "Apple", "iPhone", lens, stars,
                "words" if rng.random() < 0.03 else None, 48.0 if placed else None, 2.0 if placed else None,
                number if placed else None, int(placed), 1,
            )
        )  # fmt: skip
        of = [("daytime", rng.choice(("morning", "afternoon", "evening", "night"))), ("daytime", "day")]
        of += [("daytime", "sunset")] if rng.random() < 0.03 else []
        of += [("place", f"t{rng.randrange(400)}"), ("country", rng.choice(("FR", "DE", "IT")))] if placed else []
        people = rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
        of += [("person", f"p{n}") for n in rng.sample(range(40), min(people, 2))]
        of += [("type", "video")] if video else []
        of += [("keyword", "dog")] if rng.random() < 0.05 else []
        of += [("album", "1")] if rng.random() < 0.01 else []
        members += [(ids[one], number) for one in of]
        faces += [(number, "faces:x", rng.random(), None) for _ in range(people)]
        name, format_ = f"{number}.jpg", "mov" if video else rng.choice(("jpeg", "jpeg", "heic", "png"))
        size = int(rng.lognormvariate(15, 0.8)) * (20 if video else 1)
        originals.append((number, name.encode(), size, name, format_, number, "main"))
        if len(rows) == 20_000 or number == photos:
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(
                "INSERT INTO photo (id, main_id, kind, added, shown, day, taken, taken_source, width, height,"
                " orientation, duration, make, model, lens, rating, caption, latitude, longitude, quadkey, placed, seq)"
                f" VALUES ({marks})",
                rows,
            )
            db.executemany("INSERT INTO member VALUES (?, ?)", members)
            db.executemany("INSERT INTO face (photo_id, space, quality, person_id) VALUES (?, ?, ?, ?)", faces)
            db.executemany(
                "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
                " shown_fold, shown_href, shown_xml, format, photo_id, role, seq)"
                " VALUES (?1, 1, ?2, '', ?3, 0, 0, '', '', '', ?4, ?4, '', '', ?5, ?6, ?7, 1)",
                originals,
            )
            for one in (rows, members, faces, originals):
                one.clear()  # type: ignore[attr-defined]


def best(act: object) -> float:
    """Return the best time of several tries, in milliseconds."""
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        act()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def main() -> None:
    """Make the catalog, ask, and print a table."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
    photos = numbers[0] if numbers else 1_000_000
    plugins = Plugins()
    spoken = plugins.spoken(load_settings(Path("nowhere"), plugins.settings()))
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder, "catalog.sqlite"), isolation_level=None)
        make_tables(db)
        db.execute("PRAGMA synchronous = OFF")
        start = time.perf_counter()
        db.execute("BEGIN")
        fill(db, photos)
        db.execute("COMMIT")
        print(f"{photos:,} photos made in {time.perf_counter() - start:.0f} s by {len(facets())} facets")
        if "--indexless" in sys.argv:
            for name in INDEXES:
                db.execute(f"DROP INDEX {name}")
        scan = best(lambda: db.execute("SELECT count(*), max(seq + width) FROM photo NOT INDEXED").fetchone())
        print(f"{'scan of all photos':<66} {'':>8} {scan:>8.1f} ms")
        found = []
        for phrase in PHRASES:
            made = plan(db, phrase, now=datetime(2026, 7, 3), spoken=spoken)
            understood = best(lambda phrase=phrase: plan(db, phrase, now=datetime(2026, 7, 3), spoken=spoken))
            counted = best(lambda made=made: made.photos.stamp(db))
            found.append((understood, counted))
            count = made.photos.stamp(db).count
            print(f"{phrase:<66} {count:>8,} {counted:>8.1f} ms = {counted / scan:.2f} scans; read in {understood:.1f}")
        middle = statistics.median(counted for _, counted in found)
        print(f"median {middle:.1f} ms; to understand a phrase {statistics.median(read for read, _ in found):.1f} ms")


if __name__ == "__main__":
    main()
