"""What small pictures cost: to be sent, to be made, to be made while indexing, and what a file app fetches.

    python tests/benchmarks/renditions_speed.py [--photos 1000] [--heic 20] [--indexed 300]

Makes photos of 12 megapixels, JPEGs of 3 to 5 MB and HEICs, each of its own bytes, in a scratch folder (5 GB for
1,000).
`warm`, `cold`: from the request to the last byte over one connection to `haven serve`, of pictures that were made
before and of ones that were not; `grid` are the smallest, `small` those of /Small. `index`: `haven index` of some of
the photos with small pictures and without, in turns.
"""

import argparse
import http.client
import io
import json
import random
import sqlite3
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pillow_heif
from common import HAVEN, quiet, scratch, serving, settle, show
from PIL import Image

SIZE = (4000, 3000)
BASES = 24
CALM = "[renditions]\npercent = 0.0\nleast_megabytes = 0\n"


def picture(seed: int) -> Image.Image:
    """Return a picture with large shapes and fine grain, as photos have."""
    rng = np.random.default_rng(seed)
    shapes = Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    texture = Image.fromarray(rng.integers(0, 255, (750, 1000), dtype=np.uint8)).resize(SIZE, Image.Resampling.BILINEAR)
    mixed = np.asarray(shapes).astype(np.int16) * 3 // 4 + (np.asarray(texture).astype(np.int16) // 5)[..., None]
    grain = rng.normal(0, 2.5, (SIZE[1], SIZE[0])).astype(np.int16)[..., None]
    return Image.fromarray(np.clip(mixed + grain, 0, 255).astype(np.uint8))


def make_library(folder: Path, jpegs: int, heics: int) -> None:
    """Fill a folder with photos of one month."""
    folder.mkdir(parents=True)
    for base in range(BASES):
        data = io.BytesIO()
        exif = Image.Exif()
        exif[0x0132] = "2024:07:01 00:00:00"
        exif.get_ifd(0x8769)[0x9003] = "2024:07:01 00:00:00"
        image = picture(base)
        image.save(data, "JPEG", quality=92, exif=exif)
        for number in range(base, jpegs, BASES):
            clock = f"2024:07:{1 + number % 28:02d} {number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
            made = data.getvalue().replace(b"2024:07:01 00:00:00", clock.encode())
            (folder / f"IMG_{number:05d}.jpg").write_bytes(made)
        if base < heics:
            for number in range(base, heics, BASES):
                pillow_heif.from_pillow(image).save(folder / f"HEIC_{number:05d}.heic", quality=60 - number // BASES)


class Client:
    """One connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def get(self, path: str) -> tuple[float, int]:
        """Return the milliseconds that an answer takes and its bytes."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        length = len(answer.read())
        assert answer.status == 200, (path, answer.status)
        return 1000 * (time.perf_counter() - started), length


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def told(name: str, values: list[float]) -> None:
    """Print the median and the 95th percentile."""
    print(f"{name:<40}{statistics.median(values):10.2f} ms   p95 {percentile(values, 0.95):.2f}", flush=True)


def serve_them(library: Path, data: Path) -> None:
    """Measure warm and cold answers, and what a file app fetches of a month."""
    with serving(library, data) as (url, _):
        settle(data)
        client = Client(url)
        with sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True) as db:
            rows = db.execute("SELECT id, etag, name, size FROM original WHERE gone IS NULL").fetchall()
        random.Random(1).shuffle(rows)
        jpegs = [row for row in rows if row[2].endswith(".jpg")]
        heics = [row for row in rows if row[2].endswith(".heic")]
        client.get(f"/Small/Recent/{jpegs[-1][2]}")  # starts the processes
        told("cold small, JPEG", [client.get(f"/Small/Recent/{row[2]}")[0] for row in jpegs[:200]])
        if heics:
            told("cold small, HEIC", [client.get(f"/Small/Recent/{row[2]}.jpg")[0] for row in heics])
        told("warm small", [client.get(f"/Small/Recent/{row[2]}")[0] for row in jpegs[:200]])
        told("warm grid", [client.get(f"/.haven/grid/{id_}-{tag}.jpg")[0] for id_, tag, _, _ in rows])
        with sqlite3.connect(data / "renditions.sqlite") as cache:
            cache.execute("DELETE FROM rendition WHERE what = 'grid'")
        told("cold grid, JPEG", [client.get(f"/.haven/grid/{id_}-{tag}.jpg")[0] for id_, tag, _, _ in jpegs[:200]])
        if heics:
            told("cold grid, HEIC", [client.get(f"/.haven/grid/{id_}-{tag}.jpg")[0] for id_, tag, _, _ in heics])
        originals = sum(client.get(f"/Recent/{row[2]}")[1] for row in jpegs)
        small = sum(client.get(f"/Small/Recent/{row[2]}")[1] for row in jpegs)
        print(f"{'a grid of the month, originals':<40}{originals / 1e6:10.1f} MB   through /Small {small / 1e6:.1f} MB")
        print(f"{'originals to /Small':<40}{originals / small:10.1f}", flush=True)


def index_them(library: Path, runs: int) -> None:
    """Measure indexing with and without small pictures, in turns."""
    took: dict[str, list[float]] = {"with small pictures": [], "without": []}
    for _ in range(runs):
        for name, seconds in took.items():
            with scratch() as data:
                (data / "haven.toml").write_text("" if name == "with small pictures" else CALM, encoding="utf-8")
                seconds.append(quiet([*HAVEN, "index", str(library), "--data", str(data)]))
    figures = [show(f"index, {name}", seconds, "s") for name, seconds in took.items()]
    print(f"{'with to without':<40}{figures[0] / figures[1]:10.3f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--heic", type=int, default=20)
    parser.add_argument("--indexed", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with scratch() as folder:
        make_library(folder / "month", args.photos, args.heic)
        (folder / "data").mkdir()
        (folder / "data/haven.toml").write_text(
            f"[tree]\nrecent_photos = {args.photos + args.heic}\n", encoding="utf-8"
        )
        serve_them(folder / "month", folder / "data")
        make_library(folder / "indexed", args.indexed, 0)
        index_them(folder / "indexed", args.runs)
    print(json.dumps({"photos": args.photos, "size": SIZE}))


if __name__ == "__main__":
    main()
