"""How well a model finds the demo's pictures: pairs it was not trained on, colours, single words, unknown words.

The pictures are the demo library's kind: JPEGs of its sizes. Everything is drawn and asked from a seed, so that all
models are asked the same.
"""

import io
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs.demo import SCENES, SIZES, SUBJECTS, TIMES, WHERE, dice, draw_picture, jpeg
from haven_models.demo_training.captions import TERMS, Caption, Shown, Term, caption, fitting
from haven_models.demo_training.pairs import Pair

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

PHRASINGS = (
    "a {subject} {where}",
    "the {subject} {where}",
    "{subject} {scene}",
    "{scene} {subject}",
    "a photo of a {subject} {where}",
)
COLOURED = ("a {colour} {subject} {where}", "{colour} {subject} {scene}")
OTHER_WORDS = 5
"""Captions besides, of each pair, in any words the model was taught."""
EACH = 40
"""Pictures of each pair that is asked for: twice what P@20 looks at."""
OTHERS = 8
"""Pictures of each other pair, which must not be found."""
UNKNOWN_KINDS = ("unknown word", "unknown word in a known place")


@dataclass(frozen=True, slots=True)
class Question:
    """A text, the kind it is of, and which of the gallery's pictures fit it (pictures,)."""

    kind: str
    text: str
    fits: Flags


def planned(seed: str, asked: Collection[Pair], others: Collection[Pair]) -> list[Shown]:
    """Return what a gallery shows: EACH of the pairs that are asked for, in all colours, OTHERS of the others."""
    rng = dice(seed)
    shown: list[Shown] = []
    for pairs, each in ((asked, EACH), (others, OTHERS)):
        for subject, scene in pairs:
            colours = SUBJECTS[subject].colours
            for number in range(each):
                time = "night" if scene == "night sky" else rng.choice(TIMES)
                shown.append(Shown(subject, scene, colours[number % len(colours)], time))
    for scene in SCENES:
        shown += [Shown("nothing", scene, None, "night" if scene == "night sky" else time) for time in TIMES]
    return shown


def drawn(seed: str, shown: Sequence[Shown], processes: int = 2) -> Iterator[Image.Image]:
    """Give the pictures of what is shown, in turn."""
    numbered = [(f"{seed} {number}", one) for number, one in enumerate(shown)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for data in pool.map(_file, numbered, chunksize=8):
            yield Image.open(io.BytesIO(data)).convert("RGB")  # decoded here, not where it is looked at


def _file(numbered: tuple[str, Shown]) -> bytes:
    seed, shown = numbered
    rng = dice(seed)
    subject = None if shown.subject == "nothing" else shown.subject
    scene, colour, time = shown.scene or SCENES[0], shown.colour or "white", shown.time or "day"
    return jpeg(draw_picture(subject, scene, colour, time, rng.choice(SIZES), rng), None)


def questions(shown: Sequence[Shown], asked: Collection[Pair], unknown: Sequence[str], seed: str) -> list[Question]:
    """Return all that is asked of a gallery that shows this."""
    rng = dice(seed)
    made: list[tuple[str, Caption]] = []
    for subject, scene in asked:
        terms = [_plain("subject", subject), _plain("scene", scene)]
        words = {"subject": subject, "scene": scene, "where": WHERE[scene]}
        codes = caption(rng, terms).codes
        made += [("pair", Caption(form.format(**words), codes)) for form in PHRASINGS]
        made += [("pair in other words", caption(rng, _others(rng, terms))) for _ in range(OTHER_WORDS)]
        for colour in SUBJECTS[subject].colours:
            codes = caption(rng, [*terms, _plain("colour", colour)]).codes
            made += [("colour and pair", Caption(form.format(colour=colour, **words), codes)) for form in COLOURED]
    for subject in SUBJECTS:
        for colour in SUBJECTS[subject].colours:
            made.append(("colour and subject", caption(rng, [_plain("subject", subject), _plain("colour", colour)])))
    for field in ("subject", "scene", "time"):
        made += [(f"{field} alone", Caption(term.word, caption(rng, [term]).codes)) for term in TERMS[field]]
    for word in unknown:
        odd = Term("subject", word)
        codes = caption(rng, [odd]).codes
        made += [(UNKNOWN_KINDS[0], Caption(text, codes)) for text in (word, f"a photo of a {word}")]
        made.append((UNKNOWN_KINDS[1], caption(rng, [odd, _plain("scene", rng.choice(SCENES))])))
    fits = fitting([one for _, one in made], shown)
    return [Question(kind, one.text, row) for (kind, one), row in zip(made, fits, strict=True)]


def _plain(field: str, value: str) -> Term:
    """Return the plainest word for just that."""
    return next(term for term in TERMS[field] if term.means == (value,))


def _others(rng: random.Random, terms: Sequence[Term]) -> list[Term]:
    return [rng.choice([other for other in TERMS[term.field] if other.means == term.means]) for term in terms]


def figures(
    asked: Sequence[Question], scores: Floats, select: Callable[[str, Floats], Flags] | None = None
) -> dict[str, dict[str, float]]:
    """Return, by kind of question, what is found by scores (questions, pictures).

    R@1: the best picture fits. P@20: the share of the best 20 that fit, of fewer where fewer do. With `select`, which
    says which scores of a text are of what fits: the means of precision, where anything is selected, and of recall, and
    the share of questions that find nothing. And how scores lie: medians of fitting and unfitting pictures, and of the
    best.
    """
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(one.kind for one in asked):
        texts = [(one.text, one.fits, scores[row]) for row, one in enumerate(asked) if one.kind == kind]
        texts = [one for one in texts if one[1].any() or kind in UNKNOWN_KINDS]
        rows = [(fits, row) for _, fits, row in texts]
        if not rows:
            continue
        one = found[kind] = {"questions": float(len(rows))}
        one["best score, median"] = float(np.median([row.max() for _, row in rows]))
        if kind not in UNKNOWN_KINDS:
            ranked = [fits[np.argsort(-row, kind="stable")] for fits, row in rows]
            one["R@1"] = float(np.mean([hits[0] for hits in ranked]))
            one["P@20"] = float(np.mean([hits[: min(20, int(hits.sum()))].mean() for hits in ranked]))
            one["fitting, median"] = float(np.median(np.concatenate([row[fits] for fits, row in rows])))
            one["unfitting, median"] = float(np.median(np.concatenate([row[~fits] for fits, row in rows])))
        if select is not None:
            one |= _selected([(fits, select(text, row)) for text, fits, row in texts], kind not in UNKNOWN_KINDS)
    return found


def _selected(rows: Sequence[tuple[Flags, Flags]], known: bool) -> dict[str, float]:
    one = {"nothing found": float(np.mean([not chosen.any() for _, chosen in rows]))}
    if known:
        some = [(fits & chosen).sum() / chosen.sum() for fits, chosen in rows if chosen.any()]
        one["precision"] = float(np.mean(some)) if some else 0.0
        one["recall"] = float(np.mean([(fits & chosen).sum() / fits.sum() for fits, chosen in rows]))
    return one
