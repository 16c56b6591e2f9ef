"""What it takes to look at pictures of 40 to 270 megapixels: seconds and memory, each in a process of its own.

    nice python tests/benchmarks/large_pictures.py

Fails if one cannot be looked at, or takes more memory than haven_fs.library.picture promises.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from haven_fs.library.kinds import kind_of
from haven_fs.library.picture import MOST_BYTES, open_picture

Image.MAX_IMAGE_PIXELS = None


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Draw waves and a little noise: it compresses about as a photo does."""
    tile = np.random.default_rng(1).integers(0, 12, (512, 512), dtype=np.uint8)
    rows = (np.sin(np.arange(height) / 90) * 60 + 100).astype(np.uint8)[:, None]
    columns = (np.cos(np.arange(width) / 70) * 40 + 60).astype(np.uint8)[None, :]
    plane = rows + columns // 2
    for top in range(0, height, 512):
        for left in range(0, width, 512):
            part = plane[top : top + 512, left : left + 512]
            part += tile[: part.shape[0], : part.shape[1]]
    picture = Image.fromarray(plane)
    return picture if mode == "L" else Image.merge(mode, [picture] * len(mode))


CASES: dict[str, Callable[[Path], None]] = {
    "TIFF, plain, 63 MP": lambda path: scene(9000, 7000).save(path.with_suffix(".tif")),
    "TIFF, LZW, turned, 100 MP": lambda path: scene(12500, 8000).save(
        path.with_suffix(".tif"), compression="tiff_lzw", tiffinfo={274: 6}
    ),
    "TIFF, one plain strip, 100 MP": lambda path: scene(12500, 8000).save(path.with_suffix(".tif"), strip_size=1 << 40),
    "PNG, 16k, 268 MP": lambda path: scene(16384, 16384).save(path.with_suffix(".png"), compress_level=1),
    "PNG with alpha, 80 MP": lambda path: scene(10000, 8000, "RGBA").save(path.with_suffix(".png"), compress_level=1),
    "JPEG, 200 MP": lambda path: scene(16320, 12240).save(path.with_suffix(".jpg"), quality=80),
    "JPEG, panorama, 240 MP": lambda path: scene(60000, 4000).save(path.with_suffix(".jpg"), quality=80),
    "JPEG, progressive, 180 MP": lambda path: scene(15000, 12000).save(path.with_suffix(".jpg"), progressive=True),
    "WebP, 80 MP": lambda path: scene(10000, 8000).save(path.with_suffix(".webp"), quality=60, method=0),
    "WebP, lossless, 80 MP": lambda path: scene(10000, 8000).save(path.with_suffix(".webp"), lossless=True, method=0),
    "JPEG 2000, 80 MP": lambda path: scene(10000, 8000, "L").save(path.with_suffix(".jp2")),
    "JPEG XL, 48 MP": lambda path: scene(8000, 6000).save(path.with_suffix(".jxl"), effort=1),
}


def made(name: str, path: Path) -> None:
    """Write a case."""
    if "XL" in name:
        import pillow_jxl  # noqa: F401
    CASES[name](path)


def looked_at(path: Path) -> tuple[float, float, str]:
    """Return seconds, bytes at the peak above what the process took before, and what went wrong."""
    small = path.with_name("warm.png")
    Image.new("RGB", (10, 10)).save(small)
    open_picture(small)
    before, start = peak(), time.perf_counter()
    try:
        picture = open_picture(path, kind_of(path))
        wrong = "" if max(picture.size) == 1280 else f"it has {picture.size}"
    except Exception as error:
        wrong = str(error)
    return time.perf_counter() - start, peak() - before, wrong


def peak() -> float:
    """Return the most memory that this process ever had, in bytes; Linux tells."""
    status = Path("/proc/self/status").read_text()
    return 1024.0 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def main() -> int:
    """Print a line for each case."""
    failed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool,
    ):
        for name in CASES:
            pool.apply(made, (name, Path(folder) / "a"))
            path = next(Path(folder).glob("a.*"))
            seconds, taken, wrong = pool.apply(looked_at, (path,))
            path.unlink()
            failed += bool(wrong) or taken > MOST_BYTES
            print(f"{name:32}{seconds:7.1f} s {taken / 1e6:6.0f} MB  {wrong}", flush=True)
    print(f"at most {MOST_BYTES / 1e6:.0f} MB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
