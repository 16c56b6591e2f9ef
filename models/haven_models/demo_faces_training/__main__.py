"""The command `python -m haven_models.demo_faces_training OUT`: draws people, trains the nets, measures, writes.

Most of an hour on two quiet cores. The threshold is chosen on people that were not trained on, and what is told of it
is measured on people that it was not chosen on.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haven_fs.demo import TEST, TRAINING, VALIDATION, dice
from haven_models.demo_faces_training import measure
from haven_models.demo_faces_training.detector import train_detector
from haven_models.demo_faces_training.embedder import train_embedder
from haven_models.demo_faces_training.export import export_detector, export_embedder
from haven_models.demo_faces_training.pictures import draw_faces, draw_windows
from haven_models.demo_faces_training.pointer import train_pointer
from haven_models.faces import open_face_pack
from haven_models.judging import Judge, measure_judge

_PORTRAITS = 4
"""Pictures of each person on whom it is measured what a face is."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made of; the defaults made the committed models."""

    windows: int = 4000
    detector_steps: int = 2200
    pointer_steps: int = 1500
    people: int = 2000
    each: int = 14
    embedder_steps: int = 1500
    shaken_steps: int = 500
    measured: int = 60
    """People the threshold is chosen on, and as many others that it is measured on."""
    photos_each: int = 8


def make_models(out: Path, settings: Settings, *, processes: int = 2, tell: Callable[[str], None] = print) -> Path:
    """Draw people, train the nets on them and write them to the folder `out`, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    tell(f"Drawing {settings.windows} pictures ...")
    windows = draw_windows("train", settings.windows, processes)
    net = train_detector(*windows, settings.detector_steps, tell=tell)
    marks = train_pointer(*windows, settings.pointer_steps, tell=tell)
    export_detector(net, marks, out / "detection.onnx")
    tell(f"Drawing {settings.people} people, {settings.each} times each ...")
    faces = draw_faces("train", TRAINING[: settings.people], settings.each, processes)
    steps = settings.embedder_steps, settings.shaken_steps
    export_embedder(train_embedder(faces, settings.each, *steps, tell=tell), out / "recognition.onnx")
    describe(out, settings, tell)
    tell(f"Written to {out}.")
    return out


def describe(out: Path, settings: Settings, tell: Callable[[str], None] = print) -> None:
    """Choose the threshold, measure it on other people, and write haven.json."""
    app = measure.load(out)

    def look(numbers: Sequence[int], seed: str) -> measure.Found:
        return measure.find(app, measure.photos(numbers, settings.photos_each, seed))

    chosen_on = measure.pairs(look(VALIDATION[: settings.measured], "validation"))
    same = round(measure.limit(*chosen_on) + 0.005, 2)
    found = look(TEST[: settings.measured], "test")
    told = measure.figures(*measure.pairs(found), same)
    tell(f"Faces of new people: recall {found.recall:.3f}, precision {found.precision:.3f}, landmarks {found.off:.3f}.")
    tell(f"Pairs from a cosine of {same}: " + ", ".join(f"{name} {value:.3f}" for name, value in told.items()))
    judge = judged(out, VALIDATION[settings.measured : 2 * settings.measured])
    (out / "haven.json").write_text(json.dumps(ours(same, judge, found, told), indent=1) + "\n", encoding="utf-8")


def judged(folder: Path, numbers: Sequence[int]) -> Judge | None:
    """Measure what tells faces from things and covered faces from clear ones, on people drawn as in good portraits."""
    pack = open_face_pack(folder)
    faces, who, scores, looks = [], [], [], []
    for number in numbers:
        for one in range(_PORTRAITS):
            picture = np.asarray(measure.photo((number,), dice(f"judged {number} {one}"), 0.3).image)
            found = pack.detect(picture)
            if len(found):
                faces += pack.cut_out(picture, found.points[:1])
                who.append(number)
                scores.append(float(found.scores[0]))
                looks.append(pack.look_again(picture, found.points[0]) or 0.0)
    return measure_judge(pack, faces, who, scores, looks)


def ours(same: float, judge: Judge | None, found: measure.Found, told: dict[str, float]) -> dict[str, Any]:
    """Return what haven.json says of the models."""
    return {
        "name": "demo",
        "licence": "MIT",
        "source": "Trained by haven_models.demo_faces_training on people that Haven draws.",
        "about": (
            "A tiny detector and embedder for trying and testing Haven. They know drawn people and nobody real, so"
            " they are never picked for a real library silently."
        ),
        "faces": {"same": same, **({} if judge is None else {"judge": judge.as_json()})},
        "measured": (
            f"Chosen on drawn people they were not trained on; on {len(set(found.who.tolist()))} others: faces found"
            f" {found.recall:.3f}, of those right {found.precision:.3f}; pairs precision {told['precision']:.3f},"
            f" recall {told['recall']:.3f}."
        ),
    }


def main() -> None:
    """Read the command line and run."""
    args = argparse.ArgumentParser("python -m haven_models.demo_faces_training", description=__doc__)
    args.add_argument("out", type=Path, help="the folder for the two models and haven.json")
    args.add_argument("--threads", type=int, default=0, help="processor threads; 0: as many as torch likes")
    args.add_argument("--processes", type=int, default=2, help="processes that draw")
    for name, default in asdict(Settings()).items():
        args.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    chosen = vars(args.parse_args())
    if chosen["threads"]:
        import torch

        torch.set_num_threads(chosen["threads"])
    started = time.monotonic()
    settings = Settings(**{name: chosen[name] for name in asdict(Settings())})
    make_models(
        chosen["out"],
        settings,
        processes=chosen["processes"],
        tell=lambda text: print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True),
    )


if __name__ == "__main__":
    main()
