"""What /Review/Duplicates finds: made variants of real pictures, and pairs of pictures that it takes for one.

    python tests/benchmarks/duplicates_quality.py FOLDER... [--most 200]

Of each picture in the folders variants are saved as files and opened as the indexer does, so that what counts is the
whole way: decoding, look, search for pairs, comparison. For each kind of variant: the share that is linked with its
picture. Then every pair of the folders' own pictures that is linked, by name, of how many pairs there are: a person has
to say which of them are right. The threshold was chosen on drawn pictures and on photos that are not to be judged with.
"""

import argparse
import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pillow_heif
from common import scratch
from PIL import Image, ImageEnhance

from haven_duplicates.alike import LookAlikes
from haven_duplicates.analyzer import SPACE
from haven_duplicates.look import look_of
from haven_fs.library.kinds import sniff
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_fs.vectors import Vector, VectorStore

Make = Callable[[Image.Image], bytes]


def saved(picture: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    """Return the picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def scaled(share: float) -> Make:
    """Return what makes a picture smaller."""
    return lambda p: saved(p.resize((max(1, round(p.width * share)), max(1, round(p.height * share)))), quality=85)


def cropped(left: float, top: float, right: float, bottom: float) -> Make:
    """Return what cuts shares of the width and height away."""

    def crop(p: Image.Image) -> bytes:
        box = (p.width * left, p.height * top, p.width * (1 - right), p.height * (1 - bottom))
        return saved(p.crop(tuple(map(round, box))), quality=90)

    return crop


def brighter(factor: float) -> Make:
    """Return what makes a picture brighter."""
    return lambda p: saved(ImageEnhance.Brightness(p).enhance(factor), quality=90)


def heic(picture: Image.Image) -> bytes:
    """Return the picture as HEIC."""
    buffer = io.BytesIO()
    picture.info.clear()  # an EXIF in it would turn the copy once more
    pillow_heif.from_pillow(picture).save(buffer, quality=60)
    return buffer.getvalue()


def turned(picture: Image.Image) -> bytes:
    """Return the picture lying on its side, with EXIF that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(picture.transpose(Image.Transpose.ROTATE_90), quality=90, exif=exif)


VARIANTS: dict[str, tuple[str, Make]] = {
    "half the size": ("a.jpg", scaled(0.5)),
    "a quarter of the size": ("a.jpg", scaled(0.25)),
    "JPEG of quality 50": ("a.jpg", lambda p: saved(p, quality=50)),
    "JPEG of quality 20": ("a.jpg", lambda p: saved(p, quality=20)),
    "PNG": ("a.png", lambda p: saved(p, "PNG", compress_level=1)),
    "PNG, then JPEG": ("a.jpg", lambda p: saved(Image.open(io.BytesIO(saved(p, "PNG", compress_level=1))), quality=85)),
    "HEIC": ("a.heic", heic),
    "WebP": ("a.webp", lambda p: saved(p, "WEBP", quality=60, method=0)),
    "cropped by 2 %, 1 % a side": ("a.jpg", cropped(0.01, 0.01, 0.01, 0.01)),
    "cropped by 2 % at one corner": ("a.jpg", cropped(0.02, 0.02, 0, 0)),
    "cropped by 4 %, 2 % a side": ("a.jpg", cropped(0.02, 0.02, 0.02, 0.02)),
    "10 % brighter": ("a.jpg", brighter(1.1)),
    "10 % darker": ("a.jpg", brighter(0.9)),
    "turned, with EXIF": ("a.jpg", turned),
}


def pictures(folders: list[Path], most: int) -> Iterator[tuple[str, Image.Image]]:
    """Give every picture in the folders and below, as the indexer opens it, with its name."""
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())[:most]:
        with path.open("rb") as file:
            kind = sniff(file.read(65536), path.name)
        if kind.kind in ("image", "raw"):
            try:
                yield f"{path.parent.name}/{path.name}", open_picture(path, kind)
            except (Unreadable, OSError) as error:
                print(f"left out: {path.name}: {error}")


def look(picture: Image.Image) -> tuple[bytes | None, float]:
    """Return the look and the milliseconds it took."""
    started = time.perf_counter()
    return look_of(picture), (time.perf_counter() - started) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--most", type=int, default=1000)
    arguments = parser.parse_args()
    names: list[str] = []
    made: dict[str, dict[int, int]] = defaultdict(dict)  # of each kind: the variant's id to its picture's
    took: list[float] = []
    with scratch() as folder, VectorStore(folder / "vectors") as store:
        for name, picture in pictures(arguments.folders, arguments.most):
            original, milliseconds = look(picture)
            took.append(milliseconds)
            if original is None:
                print(f"next to nothing in it: {name}")
                continue
            id_ = len(names) * 100
            names.append(name)
            vectors = [Vector(id_, 0, original)]
            for number, (kind, (file, make)) in enumerate(VARIANTS.items(), start=1):
                (folder / file).write_bytes(data := make(picture))
                variant, _ = look(open_picture(folder / file, sniff(data[:65536], file)))
                made[kind][id_ + number] = id_
                if variant is not None:
                    vectors.append(Vector(id_ + number, 0, variant))
            store.put(SPACE, vectors)
        links = {tuple(sorted(pair)) for pair in LookAlikes().update(store).pairs.tolist()}
    print(f"{len(names)} pictures; a look takes {np.median(took):.2f} ms (least {min(took):.2f})")
    for kind, variants in made.items():
        missed = [names[id_ // 100] for variant, id_ in variants.items() if (id_, variant) not in links]
        share = 1 - len(missed) / len(variants)
        print(f"{kind:<30} found {share:.3f} of {len(variants)}  missed: {', '.join(missed[:4]) or 'none'}")
    taken = [pair for pair in links if not pair[0] % 100 and not pair[1] % 100]
    print(f"linked of {len(names) * (len(names) - 1) // 2} pairs of the pictures themselves: {len(taken)}")
    for one, other in sorted(taken):
        print(f"    {names[one // 100]}  {names[other // 100]}")
    others = [pair for pair in links if pair[0] // 100 != pair[1] // 100 and pair not in taken]
    both = {(one // 100, other // 100) for one, other in others} - {(one // 100, other // 100) for one, other in taken}
    print(f"pairs of which only variants are linked: {[(names[one], names[other]) for one, other in sorted(both)]}")


if __name__ == "__main__":
    main()
