"""Where results end, phrase by phrase: precision and recall on drawings that no model and no limit has seen.

    python tests/benchmarks/cutoff_quality.py SEED [--each 120] [--size 640x480] [--all]

Every pair of subject and scene is drawn EACH times, in any colour and at any time, so that one phrase fits a few
pictures in a thousand. Asked are all unseen pairs, all colours and times of them and of all subjects, and the pairs
that were trained. `before`: cut by the score of the whole text alone. `possible`: the recall with a precision of 0.9 if
the cut were at the best place, which is what the model can do at all. Without --all, phrases below 0.9 are listed.
Choose another seed than the one that limits were tuned on.
"""

import argparse
import io
import sys
import time
from collections.abc import Iterator
from itertools import islice

import numpy as np
from PIL import Image
from retrieval import BATCH, Selection

from haven_clip.parts import without_each
from haven_fs.demo import SCENES, SUBJECTS, TIMES, WHERE, dice
from haven_models.clip import ClipModel, open_clip_model
from haven_models.demo import demo_model
from haven_models.demo_training import measure, pairs
from haven_models.demo_training.captions import Caption, Shown, Term, caption, fitting

ALWAYS = ("yellow balloon in the mountains", "train at night", "dog on the beach")


def planned(seed: str, each: int) -> list[Shown]:
    """Return what is drawn: every pair as often, and places with nothing in them."""
    rng = dice(seed)

    def time_in(scene: str) -> str:
        return "night" if scene == "night sky" else rng.choice(TIMES)

    shown = []
    for subject, scene in pairs.PAIRS:
        for _ in range(each):
            when = time_in(scene)
            shown.append(Shown(subject, scene, rng.choice(SUBJECTS[subject].colours), when))
    for scene in SCENES:
        shown += [Shown("nothing", scene, None, time_in(scene)) for _ in range(each // 3)]
    return shown


def phrases() -> list[tuple[str, Caption]]:
    """Return what is asked, by kind."""
    rng = dice("phrases")

    def asking(kind: str, text: str, **shown: str) -> tuple[str, Caption]:
        terms = [Term(field, value, (value,)) for field, value in shown.items()]
        return kind, Caption(text, caption(rng, terms).codes)

    made = []
    for subject, scene in pairs.PAIRS:
        kind = "unseen" if (subject, scene) in pairs.TEST_PAIRS else "trained"
        made.append(asking(f"{kind} pair", f"{subject} {WHERE[scene]}", subject=subject, scene=scene))
        for colour in SUBJECTS[subject].colours:
            text = f"{colour} {subject} {WHERE[scene]}"
            made.append(asking(f"colour of {kind} pair", text, subject=subject, scene=scene, colour=colour))
    for subject in SUBJECTS:
        made += [asking("colour", f"{one} {subject}", subject=subject, colour=one) for one in SUBJECTS[subject].colours]
        for when, text in (("morning", "in the morning"), ("day", "by day"), ("night", "at night")):
            made.append(asking("time", f"{subject} {text}", subject=subject, time=when))
        made.append(asking("subject alone", subject, subject=subject))
    return made


def drawn(seed: str, shown: list[Shown], size: tuple[int, int] | None) -> Iterator[Image.Image]:
    """Give the pictures, in the sizes of the demo library or all in one."""
    if size is None:
        yield from measure.drawn(seed, shown)
        return
    sizes, measure.SIZES = measure.SIZES, (size,)
    try:
        for number, one in enumerate(shown):
            yield Image.open(io.BytesIO(measure._file((f"{seed} {number}", one)))).convert("RGB")
    finally:
        measure.SIZES = sizes


def embedded(model: ClipModel, pictures: Iterator[Image.Image], count: int) -> np.ndarray:
    """Return the vectors of pictures, and say how far it is."""
    parts, started, done = [], time.perf_counter(), 0
    while batch := list(islice(pictures, BATCH)):
        parts.append(model.embed_images(batch))
        done += len(batch)
        if done % (BATCH * 40) == 0:
            print(f"{done:,} of {count:,} pictures, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return np.concatenate(parts)


def rates(fits: np.ndarray, chosen: np.ndarray) -> tuple[float, float]:
    """Return precision, NaN if nothing was found, and recall."""
    right = (fits & chosen).sum()
    return float(right / chosen.sum()) if chosen.any() else np.nan, float(right / fits.sum())


def possible(fits: np.ndarray, scores: np.ndarray, precision: float = 0.9) -> float:
    """Return the most recall with a precision that a cut of these scores can have."""
    right = fits[np.argsort(-scores, kind="stable")].cumsum()
    good = right >= precision * np.arange(1, len(right) + 1)
    return float(right[good].max() / fits.sum()) if good.any() else 0.0


def main() -> None:
    """Draw, ask, and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("seed")
    args.add_argument("--each", type=int, default=120)
    args.add_argument("--size", help="such as 640x480: all pictures in one size, which is drawn faster")
    args.add_argument("--all", action="store_true", help="list every phrase")
    args.add_argument("--vectors", help="a .npy of the same drawings' vectors, kept there if it is not there yet")
    a = args.parse_args()
    shown, model = planned(a.seed, a.each), open_clip_model(demo_model(), threads=1)
    size = tuple(int(side) for side in a.size.split("x")) if a.size else None
    try:
        pictures = np.load(a.vectors)
    except (OSError, TypeError):
        pictures = embedded(model, drawn(a.seed, shown, size), len(shown))  # type: ignore[arg-type]
        if a.vectors:
            np.save(a.vectors, pictures)
    asked, select = phrases(), Selection(model, pictures)
    fits = fitting([one for _, one in asked], shown)
    rows: dict[str, list[tuple[float, ...]]] = {}
    print(f"{len(shown):,} pictures, {len(asked)} phrases")
    print(f"{'':42}{'fit':>6}{'found':>7}{'precision':>11}{'recall':>8}{'before':>9}{'recall':>8}{'possible':>10}")
    for (kind, one), right in zip(asked, fits, strict=True):
        if not right.any():
            continue
        scores = pictures @ model.embed_texts([one.text])[0]
        now, was = rates(right, chosen := select(one.text, scores)), rates(right, select.by_score(scores))
        rows.setdefault(kind, []).append((*now, *was, possible(right, scores)))
        if a.all or one.text in ALWAYS or (without_each(one.text) and not now[0] >= 0.9):
            figures = f"{right.sum():6}{chosen.sum():7}{now[0]:11.2f}{now[1]:8.2f}{was[0]:9.2f}{was[1]:8.2f}"
            print(f"{one.text:42}{figures}{rows[kind][-1][4]:10.2f}")
    for title, least in (("all phrases", 0.0), ("those of which the model can do half", 0.5)):
        print(f"\nmeans, {title}")
        for kind, found in rows.items():
            table = np.array([row for row in found if row[4] >= least])
            means, below = np.nanmean(table, axis=0), (table[:, 0] < 0.9).sum()
            cells = f"{means[0]:11.3f}{means[1]:8.3f}{means[2]:9.3f}{means[3]:8.3f}{means[4]:10.3f}"
            print(f"{kind:30}{len(table):5} phrases{'':10}{cells}   {below} below 0.9")


if __name__ == "__main__":
    main()
