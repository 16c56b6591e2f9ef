"""How well and how fast faces are grouped into people, as they come and all anew, and how many change person.

    python tests/benchmarks/faces_grouping.py [--counts 10000 30000 100000] [--seed 11] [--batch 64] [--shapes ...]
    python tests/benchmarks/faces_grouping.py --corpus FOLDER --pack FOLDER [--same 0.45]

Faces are drawn (see helpers/synthetic_faces); the limits are those that `calibrate_unlabelled` gives for other faces of
the same embedder. MB is the peak of the process, with what of the vectors' file is mapped. Seeds 1 to 3 and the shapes
"clear" and "vague" were used while the code was written: report others.
The corpus is a folder with a folder of pictures a person; of each picture the face in the middle is that person's.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import scratch
from helpers.face_scores import labelled, scores
from helpers.synthetic_faces import Shape, incrementally, synthetic

from haven_faces.grouping import Faces, Groups, Limits, calibrate_labelled, calibrate_unlabelled, regroup
from haven_faces.grouping.neighbours import neighbours

Ints = npt.NDArray[np.int64]

SHAPES = {
    "clear": Shape(),
    "vague": Shape(dimensions=256, free=75),
    "middling": Shape(free=150, core=0.62, relatives=0.15, relation=0.4, ageing=0.85, sizes=1.5),
    "street": Shape(free=250, family=0.15, strangers=0.6, poor=0.3, together=0.8, shuffled=False),
    "clan": Shape(free=200, family=0.7, strangers=0.05, relatives=0.4, relation=0.4, shuffled=False),
}
HEAD = f"{'':34}{'seconds':>9}{'of CPU':>9}{'us/face':>9}{'MB':>6}   pairs P, R, F        BCubed P, R, F"


def figures(what: str, started: tuple[float, float], faces: Faces, truth: Ints, person: Ints) -> None:
    """Print how long something took, and how well it went: with all faces, and with the good ones alone."""
    wall, cpu = (now - then for now, then in zip(clocks(), started, strict=True))
    took = f"{wall:9.1f}{cpu:9.1f}{cpu / len(faces) * 1e6:9.0f}{peak():6.0f}"
    for kind, rows in (("", truth >= 0), (", good faces", faces.good & (truth >= 0))):
        numbers = "   ".join(" ".join(f"{part:.3f}" for part in parts) for parts in scores(truth[rows], person[rows]))
        print(f"{what + kind:34}{took if not kind else '':33}   {numbers}", flush=True)


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def peak() -> float:
    """Return the most memory that this process had, in MB (Linux); rusage would tell that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def save(folder: Path, shape: str, count: int, seed: int) -> None:
    """Draw faces; this takes memory, so it is done in a process of its own."""
    faces, truth = synthetic(count, seed, SHAPES[shape])
    for name in ("ids", "vectors", "picture", "quality", "person", "fixed"):
        np.save(folder / f"{name}.npy", getattr(faces, name))
    np.save(folder / "truth.npy", truth)


def load(folder: Path) -> tuple[Faces, Ints]:
    """Return the faces that were drawn, their vectors memory-mapped, and the truth."""
    names = ("ids", "picture", "quality", "person", "fixed")
    arrays = {name: np.load(folder / f"{name}.npy") for name in names}
    return Faces(**arrays, vectors=np.load(folder / "vectors.npy", mmap_mode="r")), np.load(folder / "truth.npy")


def measure(folder: Path, kind: str, shape: str, seed: int, batch: int, same: float) -> None:
    """Measure one thing, in a process of its own so that the peak of memory is its own."""
    faces, truth = load(folder)
    limits, count = Limits(same), len(faces)
    name = f"{shape} {count} {kind}"
    if kind == "add":
        started = clocks()
        person, groups = incrementally(faces, limits, batch)
        figures(name, started, faces, truth, person)
        more, _ = synthetic(max(1000, count // 10), seed + 1, SHAPES[shape])
        started = clocks()
        for one in range(200):
            groups.add(replace(more.take(slice(one, one + 1)), ids=np.array([count + 1 + one])))
        print(f"{name + ', one more':34}{(clocks()[1] - started[1]) / 200 * 1e3:18.1f} ms of CPU", flush=True)
        started = clocks()
        Groups(replace(faces, person=person), {}, limits)
        print(f"{name + ', read in again':34}{clocks()[1] - started[1]:18.1f} s of CPU", flush=True)
    elif kind == "regroup":
        started = clocks()
        person = whole(regroup(faces, {}, limits))
        figures(name, started, faces, truth, person)
    elif kind == "churn":
        churn(name, faces, limits, batch)
    elif kind == "neighbours":
        recall(name, faces, truth, limits)


def whole(person: Ints | None) -> Ints:
    assert person is not None
    return person


def churn(name: str, faces: Faces, limits: Limits, batch: int) -> None:
    """Group 90 of 100 faces anew, add the rest, group all anew: how many of the first changed person meanwhile?"""
    first = len(faces) * 9 // 10
    before = labelled(whole(regroup(faces.take(slice(0, first)), {}, limits)), 1)
    known = replace(faces, person=np.concatenate([before, np.zeros(len(faces) - first, np.int64)]))
    added, _ = incrementally(known, limits, batch, first)
    again = whole(regroup(replace(faces, person=added), {}, limits))
    had = before > 0
    for what, now in (("after adding", added[:first]), ("after regrouping", again[:first])):
        changed, found = (now != before) & had, (now != before) & ~had
        print(f"{name + ' ' + what:50}{changed.sum() / first:8.3%} changed, {found.sum() / first:8.3%} got one")


def recall(name: str, faces: Faces, truth: Ints, limits: Limits) -> None:
    """Compare the neighbours that are found with all there are, of 500 faces."""
    good = faces.good
    found = neighbours(faces.vectors, good, 24, limits.floor, lambda: False)
    some = np.sort(np.random.default_rng(0).choice(len(faces), 500, replace=False))
    among = np.flatnonzero(good)
    exact = faces.vectors[some].astype(np.float32) @ faces.vectors[among].astype(np.float32).T
    exact[some[:, None] == among] = -1
    top = np.argsort(-exact, axis=1)[:, :24]
    hit = (among[top][:, :, None] == found.rows[some][:, None, :]).any(axis=2)
    near = np.take_along_axis(exact, top, 1)
    own = (truth[among[top]] == truth[some][:, None]) & (near >= limits.same)
    small = own & (np.bincount(truth)[truth[some]] <= 20)[:, None]
    print(
        f"{name:34}  found {hit[own].mean():.3f} of one's own, {hit[small].mean():.3f} of people with 20 faces or less"
    )


def corpus(folder: Path, pack: Path, same: float | None) -> None:
    """Group real faces, in five orders; `same` is chosen from the first half of the people unless given."""
    faces, who = embedded(folder, pack)
    half = who.max() // 2 + 1
    used = faces.good & (who >= 0) & (who < half)
    chosen = calibrate_labelled(faces.vectors[used].astype(np.float32), who[used])
    print(f"from the first {half} people: {chosen}\nfrom all, unnamed: {calibrate_unlabelled(faces)}")
    limits = Limits(same if same is not None else chosen.same)
    print(f"same = {limits.same}\n{HEAD}")
    others = np.unique(faces.picture[who >= half])
    for what, rows in (("other people", np.flatnonzero(np.isin(faces.picture, others))), ("all", np.arange(len(who)))):
        for order in range(5):
            mixed = np.random.default_rng(order).permutation(rows)
            some, truth = replace(faces.take(mixed), ids=np.arange(1, len(rows) + 1)), who[mixed]
            for kind in ("add", "regroup"):
                started = clocks()
                person = incrementally(some, limits, 1)[0] if kind == "add" else whole(regroup(some, {}, limits))
                figures(f"{what}, order {order}, {kind}", started, some, truth, person)
            churn(f"{what}, order {order}", some, limits, 1)


def embedded(folder: Path, pack: Path) -> tuple[Faces, Ints]:
    """Return the faces of a folder of folders and who they are, -1 for those that are not in the middle."""
    from haven_faces.analyzer import FacesAnalyzer
    from haven_faces.model import ChosenFaces
    from haven_fs.analysis.analyzer import Sample
    from haven_fs.library.kinds import sniff
    from haven_fs.library.metadata import Metadata
    from haven_fs.library.picture import open_picture

    analyzer = FacesAnalyzer(ChosenFaces(pack, "benchmark", 0.5))
    rows: list[tuple[int, int, float, npt.NDArray[np.float16]]] = []
    for label, person in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
        for number, path in enumerate(sorted(person.iterdir())):
            kind = sniff(path.read_bytes()[:65536], path.name)
            picture = open_picture(path, kind)
            about = Metadata(kind.kind, kind.format)
            (facts,) = analyzer.analyze([Sample(path, 0.0, about, picture=picture, frames=[picture])])
            boxes = [region.box for region in facts.regions if region.box is not None]
            aside = [abs(left + right - 1) + abs(top + bottom - 1) for left, top, right, bottom in boxes]
            for n, region in enumerate(facts.regions):
                assert region.part is not None
                vector = np.frombuffer(facts.embeddings[region.part].data, "<f2")
                who = label if n == int(np.argmin(aside)) else -1
                quality = region.details["quality"]
                assert isinstance(quality, float)
                rows.append((label * 1000 + number, who, quality, vector))
    nobody = np.zeros(len(rows), np.int64)
    faces = Faces(
        ids=np.arange(1, len(rows) + 1),
        vectors=np.stack([row[3] for row in rows]),
        picture=np.array([row[0] for row in rows]),
        quality=np.array([row[2] for row in rows], np.float32),
        person=nobody,
        fixed=nobody > 0,
    )
    return faces, np.array([row[1] for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=["middling", "street", "clan"])
    parser.add_argument("--kinds", nargs="+", default=["neighbours", "add", "regroup", "churn"])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--same", type=float)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--pack", type=Path)
    given = parser.parse_args()
    if given.corpus:
        corpus(given.corpus, given.pack, given.same)
        return
    fresh = multiprocessing.get_context("spawn")
    for shape in given.shapes:
        same = given.same or calibrate_unlabelled(synthetic(10_000, given.seed + 100, SHAPES[shape])[0]).same
        print(f"{shape}: same = {same}, {SHAPES[shape]}\n{HEAD}", flush=True)
        for count in given.counts:
            with scratch() as folder:
                jobs: list[tuple[Callable[..., None], tuple[object, ...]]] = [
                    (save, (folder, shape, count, given.seed))
                ]
                jobs += [(measure, (folder, kind, shape, given.seed, given.batch, same)) for kind in given.kinds]
                for job, arguments in jobs:
                    process = fresh.Process(target=job, args=arguments)
                    process.start()
                    process.join()


if __name__ == "__main__":
    main()
