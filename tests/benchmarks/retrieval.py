"""How well a model finds pictures by their captions, how fast, and in how much memory.

    python tests/benchmarks/retrieval.py FOLDER [--model DIR] [--json]
    python tests/benchmarks/retrieval.py --demo test [--model DIR] [--json]

FOLDER holds pictures, anywhere below it, and what they show: either a file captions.tsv with lines NAME<tab>CAPTION,
NAME being the path in FOLDER, or a text file beside each picture (dog.jpg, dog.txt) with a caption a line. A picture
may have several captions, each of which is asked. R@5 is the share of captions of which the picture, or another one
with the very same caption, is among the best five.

`--demo` draws pictures and asks for the subjects and scenes that the demo model was not trained on; `--demo choosing`
asks for the validation pairs. The test pairs are to be looked at when a model is done, not to choose one.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from haven_clip.cutoff import BACKGROUND, Cutoff
from haven_clip.parts import carried, telling, without_each
from haven_clip.searcher import SAMPLE
from haven_fs.library.kinds import HEAD_SIZE, sniff
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_models.clip import ClipModel, open_clip_model
from haven_models.demo import demo_model
from haven_models.demo_training import measure, pairs, words

BATCH = 16
RANKS = (1, 5, 10)


def captioned(folder: Path) -> dict[Path, list[str]]:
    """Return the pictures of a folder that have captions, and these."""
    table = folder / "captions.tsv"
    found: dict[Path, list[str]] = {}
    if table.is_file():
        for line in table.read_text(encoding="utf-8").splitlines():
            name, _, caption = line.partition("\t")
            if caption.strip():
                found.setdefault(folder / name, []).append(caption.strip())
        return found
    for path in sorted(folder.rglob("*")):
        beside = path.with_suffix(".txt")
        if path.is_file() and path != beside and beside.is_file():
            captions = [line.strip() for line in beside.read_text(encoding="utf-8").splitlines()]
            found[path] = [caption for caption in captions if caption]
    return found


class Clock:
    """Seconds of what is named, added up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def add(self, name: str, started: float) -> None:
        """Add the time since `started`."""
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def decoded(paths: Iterable[Path], kept: list[Path]) -> Iterator[Image.Image]:
    """Give the pictures that can be read, as Haven reads them, and put their paths into `kept`."""
    for path in paths:
        try:
            with path.open("rb") as file:
                picture = open_picture(path, sniff(file.read(HEAD_SIZE), path.name))
        except (OSError, Unreadable) as error:
            print(f"left out: {path}: {error}", file=sys.stderr)
            continue
        kept.append(path)
        yield picture


def embedded(model: ClipModel, pictures: Iterator[Image.Image], clock: Clock) -> np.ndarray:
    """Return the vectors of pictures; the time for decoding and embedding goes to the clock."""
    parts = [np.empty((0, model.dim), np.float32)]
    while True:
        started = time.perf_counter()
        batch = list(islice(pictures, BATCH))
        clock.add("decoding", started)
        if not batch:
            return np.concatenate(parts)
        started = time.perf_counter()
        parts.append(model.embed_images(batch))
        clock.add("embedding pictures", started)


def asked(model: ClipModel, texts: list[str], clock: Clock) -> np.ndarray:
    """Return the vectors of texts."""
    started = time.perf_counter()
    vectors = model.embed_texts(texts)
    clock.add("embedding texts", started)
    return vectors


def folder_report(model: ClipModel, folder: Path) -> dict[str, object]:
    """Return how well the captions of a folder find its pictures."""
    kept: list[Path] = []
    captions, clock = captioned(folder), Clock()
    pictures = embedded(model, decoded(captions, kept), clock)
    if not kept:
        raise SystemExit(f"{folder} holds no picture with a caption: see --help for how to write them.")
    pairs_ = [(caption, row) for row, path in enumerate(kept) for caption in captions[path]]
    texts = asked(model, [caption for caption, _ in pairs_], clock)
    same = {caption: {row for other, row in pairs_ if other == caption} for caption, _ in pairs_}
    best = np.argsort(-(texts @ pictures.T), axis=1, kind="stable")[:, : max(RANKS)]
    ranks = [
        next((rank for rank, row in enumerate(rows) if row in same[caption]), max(RANKS))
        for rows, (caption, _) in zip(best, pairs_, strict=True)
    ]
    recall = {f"R@{count}": float(np.mean([rank < count for rank in ranks])) for count in RANKS}
    return {"pictures": len(kept), "captions": len(pairs_), **recall, **costs(clock, len(kept), len(pairs_))}


class Selection:
    """What a text finds among pictures, cut as `haven_clip` cuts it: by its score, and by what carries all words."""

    def __init__(self, model: ClipModel, pictures: np.ndarray) -> None:
        self._model, self._pictures = model, pictures
        sample = pictures[np.linspace(0, len(pictures) - 1, min(len(pictures), SAMPLE)).astype(np.int64)]
        known = model.cutoff.score if model.cutoff else None
        self._cutoff = Cutoff.fit(sample, model.embed_texts(BACKGROUND), known)

    def by_score(self, scores: np.ndarray) -> np.ndarray:
        """Return which of a text's scores are high enough."""
        return self._cutoff.select(scores)

    def __call__(self, text: str, scores: np.ndarray) -> np.ndarray:
        """Return which pictures a text finds."""
        chosen, texts = self.by_score(scores), without_each(text)
        if not texts or not chosen.any():
            return chosen
        whole, *others = self._model.embed_texts([text, *texts])
        parts = np.stack(others)[telling(whole, np.stack(others))]
        finds = np.flatnonzero(chosen)
        table = np.vstack([whole[None], parts]) @ self._pictures[finds].T
        chosen[finds] = carried(whole, parts, table, self._cutoff.spread)
        return chosen


def demo_report(model: ClipModel, split: str) -> dict[str, object]:
    """Return how well drawn pictures of pairs that were kept out of training are found, and where relevance is cut."""
    wanted = pairs.TEST_PAIRS if split == "test" else pairs.VALIDATION_PAIRS
    unknown = words.UNKNOWN_IN_TEST if split == "test" else words.UNKNOWN_WHILE_CHOOSING
    shown = measure.planned(split, wanted, [pair for pair in pairs.SEEN_PAIRS if pair not in wanted])
    clock = Clock()
    pictures = embedded(model, measure.drawn(split, shown), clock)
    questions = measure.questions(shown, wanted, unknown, split)
    texts = asked(model, [question.text for question in questions], clock)
    found = measure.figures(questions, texts @ pictures.T, Selection(model, pictures))
    clock.seconds.pop("decoding")  # here it was drawing
    return {"split": split, "found": found, **costs(clock, len(shown), len(questions))}


def costs(clock: Clock, pictures: int, texts: int) -> dict[str, object]:
    """Return seconds, speeds and the peak memory of this process."""
    scale = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": {name: round(value, 3) for name, value in clock.seconds.items()},
        "pictures a second": round(
            pictures / (clock.seconds.get("decoding", 0) + clock.seconds["embedding pictures"]), 1
        ),
        "ms a picture, embedding": round(1000 * clock.seconds["embedding pictures"] / pictures, 2),
        "ms a text": round(1000 * clock.seconds["embedding texts"] / texts, 2),
        "peak memory MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6),
    }


def show(report: dict[str, object]) -> None:
    """Print a report as a table."""
    for name, value in report.items():
        if name == "found" and isinstance(value, dict):
            columns = list(dict.fromkeys(column for row in value.values() for column in row))
            print(f"{'':30}" + "".join(f"{column:>20}" for column in columns))
            for kind, row in value.items():
                cells = (f"{row[column]:20.3f}" if column in row else f"{'':20}" for column in columns)
                print(f"{kind:30}" + "".join(cells))
        elif isinstance(value, dict):
            for part, number in value.items():
                print(f"{f'{name}: {part}':40}{number:>12}")
        else:
            print(f"{name:40}{f'{value:.4f}' if isinstance(value, float) else value!s:>12}")


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folder", type=Path, nargs="?")
    args.add_argument("--demo", choices=("test", "choosing"))
    args.add_argument("--model", type=Path, help="a model's folder; the demo model if none is named")
    args.add_argument("--threads", type=int, default=0)
    args.add_argument("--json", action="store_true")
    a = args.parse_args()
    if (a.folder is None) == (a.demo is None):
        args.error("name a folder of pictures with captions, or --demo")
    model = open_clip_model(a.model or demo_model(), threads=a.threads)
    report = {"model": model.id} | (demo_report(model, a.demo) if a.demo else folder_report(model, a.folder))
    print(json.dumps(report)) if a.json else show(report)


if __name__ == "__main__":
    main()
