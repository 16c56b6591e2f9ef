"""What /Review/Duplicates finds: made copies of real and drawn pictures, and pictures that it takes for copies.

    python tests/benchmarks/duplicates_quality.py FOLDER... [--most 200] [--half tune|report|both] [--drawn 40]

A library is made of the pictures in the folders, drawn ones, copies of each in some thirty kinds, and pictures that are
no copies of one another: plain skies, black frames, documents, nights, frames of films, bursts. It is indexed as
`haven index` does, without any model, and /Review/Duplicates is read as it is listed. For each kind of copy: the share
that is in the folder of its picture. For pictures that are no copies: how many pairs lie in one folder. Precision is
the share of all photos after the first one in their folders that are copies of the first.

Pictures are split by their names: thresholds may be chosen on the half "tune"; what counts is the half "report".
"""

import argparse
import random
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from common import scratch
from duplicates_made import (
    FILES,
    PICTURES,
    black_frames,
    burst,
    documents,
    drawn_film,
    moving,
    nights,
    saved,
    skies,
)
from PIL import Image

from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_picture, fits
from haven_fs.library.kinds import sniff
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_fs.testing import Home

LEAST = 240
"""Pixels that the shorter side of a picture has at least."""
ANOTHER = 0.95
"""Correlation of two pictures of 16 x 16 pixels from which one is left out: test pictures come in series of a scene."""


def pictures(folders: list[Path], most: int, half: str) -> Iterator[Image.Image]:
    """Give the pictures of one half in the folders and below, as the indexer opens them."""
    given: list[np.ndarray] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        mine = "tune" if zlib.crc32(path.name.encode()) % 2 else "report"
        if len(given) == most or half not in ("both", mine):
            continue
        with path.open("rb") as file:
            kind = sniff(file.read(65536), path.name)
        if kind.kind in ("image", "raw"):
            try:
                picture = open_picture(path, kind)
            except (Unreadable, OSError):
                continue
            tiny = np.asarray(picture.convert("L").resize((16, 16)), np.float64).ravel()
            tiny[0] += 1e-3  # of a plain picture, too
            if min(picture.size) >= LEAST and not any(np.corrcoef(tiny, other)[0, 1] > ANOTHER for other in given):
                given.append(tiny)
                yield picture


def drawn(count: int, half: str) -> Iterator[Image.Image]:
    """Give drawn pictures, others for each half."""
    dice = random.Random(f"drawn {half}")
    for _ in range(count):
        scene, moment = dice.choice(SCENES), dice.choice(TIMES)
        subject = dice.choice([name for name in SUBJECTS if fits(name, scene)])
        yield draw_picture(subject, scene, dice.choice(SUBJECTS[subject].colours), moment, (960, 720), dice)


def fill(
    root: Path, some: list[Image.Image], places: list[Image.Image], half: str
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Write the library; return how many copies there are of each kind, and how many of each that is no copy.

    `places`: where films and bursts are taken.
    """
    dice = random.Random(f"made {half}")
    made = Counter[str]()
    for number, picture in enumerate(some):
        (root / f"p{number:04} original.jpg").write_bytes(saved(picture, quality=93))
        for kind, (ending, make) in FILES.items():
            (root / f"p{number:04} {kind}{ending}").write_bytes(make(picture))
            made[kind] += 1
        for kind, change in PICTURES.items():
            (root / f"p{number:04} {kind}.jpg").write_bytes(saved(change(picture, dice)))
            made[kind] += 1
    other = {
        "plain sky": [[one] for one in skies(dice, 24)],
        "black frame": [[one] for one in black_frames(dice, 12)],
        "document": [[one] for one in documents(dice, 24)],
        "night": [[one] for one in nights(dice, 24)],
        "frame of a drawn film": [drawn_film(dice, 9) for _ in range(6)],
        "frame of a film": [moving(place, places[number - 1], dice, 6) for number, place in enumerate(places[::2])],
        "burst": [burst(place, dice, 4) for place in places[1::2]],
    }
    for kind, runs in other.items():
        for run, frames in enumerate(runs):
            for frame, picture in enumerate(frames):
                (root / f"n{run:03}-{frame:02} {kind}.jpg").write_bytes(saved(picture))
    return dict(made), {kind: [len(frames) for frames in runs] for kind, runs in other.items()}


def groups(home: Home) -> list[list[str]]:
    """Return the names in each folder of /Review/Duplicates, the best first."""
    with home.looking() as look:
        return [
            [name.partition(" ")[2] for name in look.files(f"Review/Duplicates/{folder}")]
            for folder in look.folders("Review/Duplicates")
        ]


def report(found: list[list[str]], made: dict[str, int], other: dict[str, list[int]]) -> None:
    """Print what was found."""
    with_original: dict[str, int] = defaultdict(int)
    right = wrong = 0
    mixed = Counter[str]()
    for some in found:
        kinds = [name.partition(" ")[2].rpartition(".")[0] for name in some]
        sources = [name.partition(" ")[0] for name in some]
        for kind, source in zip(kinds, sources, strict=True):
            with_original[kind] += (source, "original") in set(zip(sources, kinds, strict=True))
        right += sum(source == sources[0] for source in sources[1:])
        wrong += sum(source != sources[0] for source in sources[1:])
        named = ["picture" if source[0] == "p" else kind for source, kind in zip(sources, kinds, strict=True)]
        for one, two in combinations(range(len(some)), 2):
            if sources[one] != sources[two]:
                mixed[" / ".join(sorted({named[one], named[two]}))] += 1
    for kind, count in made.items():
        print(f"{kind:<26} found {with_original[kind] / count:.3f} of {count}")
    print(f"precision {right / max(right + wrong, 1):.4f} ({wrong} wrong of {right + wrong})")
    print("pairs that are no copies and lie in one folder:", dict(mixed) or "none")
    for kind, runs in other.items():
        pairs = sum(runs) * (sum(runs) - 1) // 2
        print(f"    {kind:<24} {sum(runs)} pictures, {pairs} pairs, {mixed[kind]} in one folder")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--drawn", type=int, default=40)
    parser.add_argument("--half", choices=("tune", "report", "both"), default="report")
    parser.add_argument("--keep", type=Path, help="an empty folder to leave the library in")
    arguments = parser.parse_args()
    found = list(pictures(arguments.folders, arguments.most, arguments.half))
    places = found[::6]
    some = [picture for number, picture in enumerate(found) if number % 6] + list(
        drawn(arguments.drawn, arguments.half)
    )
    with scratch() as folder, Home(arguments.keep or folder / "home", settings={"tree.split_above": 10**6}) as home:
        made, other = fill(home.root, some, places, arguments.half)
        started = time.perf_counter()
        home.index()
        print(f"{len(some)} pictures of the half {arguments.half}; indexed in {time.perf_counter() - started:.0f} s")
        report(groups(home), made, other)


if __name__ == "__main__":
    main()
