"""How many photos of 12 megapixels a second are embedded by a whole index run, beside what its parts cost.

    python tests/benchmarks/embed_speed.py MODEL [MODEL ...] [--photos 200] [--workers 2]

MODEL: a folder in the ONNX CLIP layout, such as `haven models export ViT-B-32 --random --out DIR` makes. Decoding and
inference are timed apart first, in processor seconds of one thread, in as many processes at once as there will be
workers, since two threads of one core are slower than two cores. So many workers could at best do
workers / (decode + inference) photos a second; the run is given as a share of that. The photos are known already, so
that only what needs the picture is in it; starting the workers is in it too.
"""

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from common import scratch
from PIL import Image

from haven_fs.analysis.indexer import Indexer
from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import add_library
from haven_fs.config import load_settings
from haven_fs.demo.drawing import draw_picture
from haven_fs.demo.pen import dice
from haven_fs.library.kinds import sniff
from haven_fs.library.picture import open_picture
from haven_fs.plugins import Plugins
from haven_models.clip import open_clip_model
from haven_models.store import model_store

SIZE = (4000, 3000)
DIFFERENT = 8


def make_photos(folder: Path, count: int) -> list[Path]:
    """Write `count` JPEGs with the grain of a camera, of which DIFFERENT differ in more than their last bytes."""
    folder.mkdir(parents=True)
    paths = []
    rng = np.random.default_rng(1)
    for number in range(min(count, DIFFERENT)):
        drawn = draw_picture("dog", "beach", "brown", "day", (1000, 750), dice(str(number))).resize(SIZE)
        grain = rng.normal(0, 6, (SIZE[1], SIZE[0], 3))
        picture = Image.fromarray(np.clip(np.asarray(drawn) + grain, 0, 255).astype(np.uint8))
        paths.append(folder / f"{number:04d}.jpg")
        picture.save(paths[-1], quality=90)
    for number in range(len(paths), count):
        path = folder / f"{number:04d}.jpg"
        path.write_bytes(paths[number % DIFFERENT].read_bytes() + str(number).encode())
        paths.append(path)
    return paths


def parts(paths: list[Path], model_folder: Path) -> tuple[float, float]:
    """Return the processor seconds that decoding and embedding a photo take on one thread."""
    model = open_clip_model(model_folder, threads=1)
    decoded = []
    for path in paths[:2]:
        with path.open("rb") as file:
            kind = sniff(file.read(65536), path.name)
        decoded.append(open_picture(path, kind))
    model.embed_images(decoded)  # loads it
    started = time.process_time()
    decoded = [open_picture(path, kind) for path in paths[:16]]
    decode = (time.process_time() - started) / len(decoded)
    started = time.process_time()
    model.embed_images(decoded)
    return decode, (time.process_time() - started) / len(decoded)


def run(library: Path, model_folder: Path, workers: int) -> float:
    """Return the photos a second of an index run in which every photo is due for the model alone."""
    with scratch() as data:
        plugins = Plugins(only=["time", "media", "clip", "models"])
        settings = {**load_settings(data, plugins.settings()), "index.workers": workers}
        catalog = Catalog(data / "catalog.sqlite")
        try:
            add_library(catalog, library, data)
            Indexer(catalog, plugins, settings).run()
            model_store(settings).add("clip", model_folder, "measured")
            indexer = Indexer(catalog, plugins, settings)
            photos = indexer.counts().photos
            started = time.monotonic()
            indexer.work()
            seconds = time.monotonic() - started
            indexer.rest()
            assert indexer.counts().pending == 0
            (space,) = catalog.vectors.store.spaces().values()
            assert space.photos == photos
        finally:
            catalog.close()
    return photos / seconds


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("models", type=Path, nargs="+")
    args.add_argument("--photos", type=int, default=200)
    args.add_argument("--workers", type=int, default=2)
    a = args.parse_args()
    with scratch() as folder:
        library = folder / "Pictures"
        paths = make_photos(library, a.photos)
        size = paths[0].stat().st_size / 1e6
        print(f"{a.photos} JPEGs of {SIZE[0]} x {SIZE[1]}, {size:.1f} MB each, {a.workers} workers")
        for model in a.models:
            with ProcessPoolExecutor(a.workers, mp_context=get_context("spawn")) as pool:
                each = list(pool.map(parts, [paths] * a.workers, [model] * a.workers))
            decode, inference = (statistics.mean(part) for part in zip(*each, strict=True))
            rate = run(library, model, a.workers)
            limit = a.workers / (decode + inference)
            print(f"{model.name}: decode {decode * 1000:.0f} ms, inference {inference * 1000:.0f} ms a photo;"
                  f" at best {limit:.1f} a second, the run {rate:.1f}: {rate / limit:.2f} of it")  # fmt: skip


if __name__ == "__main__":
    main()
