"""How many faces a second the whole analyzer gives, beside the bare models in the same run.

    python tests/benchmarks/faces_speed.py PACK PICTURES [--longest 0] [--processes 2] [--rounds 3]

PACK: a folder in InsightFace's layout; "demo" for the drawn faces' one. PICTURES: a folder with photos of faces, at
any depth. They are decoded first, and if --longest is given scaled to that longer side, as a decode of camera photos
is to 1,280. Then as many processes as there will be workers, one thread each, take turns in the same minutes:

    analyzer      FacesAnalyzer.analyze in batches of 8: every look, cutting out, quality, vectors, regions
    bare models   the two ONNX files alone: each picture once through the detector at the analyzer's size, each face it
                  found once through the embedder, in batches of 16; what goes in was made ready before
    insightface   FaceAnalysis.get with its usual 640 by 640, nothing besides

A round is timed in seconds of the processor, so that other programs on the machine count less.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from haven_faces.analyzer import FacesAnalyzer
from haven_faces.model import ChosenFaces
from haven_fs.analysis.analyzer import Metadata, Sample
from haven_models.face_layout import FaceLayout, is_yunet
from haven_models.faces import AREA, FacePack, _looked_at, open_face_pack
from haven_models.onnx_towers import new_session

BATCH = 8
Timed = dict[str, tuple[float, int]]
"""What was timed to its seconds, and the faces that came of it."""


def decoded(folder: Path, longest: int) -> list[Image.Image]:
    """Return the pictures below a folder."""
    pictures = []
    for path in sorted(folder.rglob("*.jpg")):
        with Image.open(path) as image:
            picture = image.convert("RGB")
        if longest:
            scale = longest / max(picture.size)
            picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), 3)
        pictures.append(picture)
    return pictures


def analyzer(folder: Path, pictures: list[Image.Image]) -> Callable[[], int]:
    """Return what runs the whole analyzer."""
    layout = FaceLayout(folder)
    made = FacesAnalyzer(ChosenFaces(folder, layout.id, layout.same))
    metadata = Metadata("image", "jpeg")
    samples = [Sample(Path("a.jpg"), 0, metadata, picture=one, frames=[one]) for one in pictures]

    def run() -> int:
        batches = (samples[start : start + BATCH] for start in range(0, len(samples), BATCH))
        return sum(len(facts.regions) for batch in batches for facts in made.analyze(batch))

    return run


def bare(folder: Path, pack: FacePack, pictures: list[Image.Image]) -> Callable[[], int]:
    """Return what runs the two models and nothing else."""
    layout = FaceLayout(folder)
    finder, teller = (new_session(path, 1) for path in (layout.detector, layout.embedder))
    blobs, crops = [], []
    fixed = finder.get_inputs()[0].shape[2:]
    for picture in pictures:
        size = _looked_at(*picture.size, AREA) if pack.resizes else tuple(fixed[::-1])
        pixels = np.asarray(picture.resize(size), np.float32)
        ready = pixels[:, :, ::-1] if is_yunet(layout.detector) else (pixels - 127.5) / 128
        blobs.append(np.ascontiguousarray(ready.transpose(2, 0, 1)[None], np.float32))
        crops += pack.cut_out(picture, pack.detect(picture).points)
    faces = (np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32) - 127.5) / 127.5
    one_by_one = isinstance(teller.get_inputs()[0].shape[0], int)
    takes, gives = finder.get_inputs()[0].name, teller.get_inputs()[0].name

    def run() -> int:
        for blob in blobs:
            finder.run(None, {takes: blob})
        step = 1 if one_by_one else 16
        for start in range(0, len(faces), step):
            teller.run(None, {gives: faces[start : start + step]})
        return len(faces)

    return run


def insightface(folder: Path, pictures: list[Image.Image]) -> Callable[[], int]:
    """Return what runs InsightFace's own program."""
    warnings.simplefilter("ignore")
    import onnxruntime
    from insightface.app import FaceAnalysis

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    app = FaceAnalysis(
        str(folder),
        allowed_modules=["detection", "recognition"],
        providers=["CPUExecutionProvider"],
        sess_options=options,
    )
    app.prepare(0, det_size=(640, 640))
    arrays = [np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]) for picture in pictures]
    return lambda: sum(len(app.get(array)) for array in arrays)


def timed(folder: Path, source: Path, longest: int, rounds: int) -> list[Timed]:
    """Time everything in turn, after a round that does not count."""
    pictures = decoded(source, longest)
    pack = open_face_pack(folder, threads=1)
    ways = {"analyzer": analyzer(folder, pictures), "bare models": bare(folder, pack, pictures)}
    try:
        ways["insightface"] = insightface(folder, pictures)
    except (ImportError, AssertionError, RuntimeError) as error:  # it does not read every pack that Haven reads
        print(f"InsightFace itself cannot be timed: {error}")
    for run in ways.values():
        run()
    results = []
    for _ in range(rounds):
        result: Timed = {}
        for name, run in ways.items():
            started = time.process_time()
            faces = run()
            result[name] = time.process_time() - started, faces
        results.append(result)
    return results


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("pack")
    args.add_argument("pictures", type=Path)
    args.add_argument("--longest", type=int, default=0)
    args.add_argument("--processes", type=int, default=2)
    args.add_argument("--rounds", type=int, default=3)
    a = args.parse_args()
    if a.pack == "demo":
        from haven_models.demo_faces import demo_faces

        a.pack = demo_faces()
    given = (Path(a.pack), a.pictures, a.longest, a.rounds)
    with ProcessPoolExecutor(a.processes, mp_context=get_context("spawn")) as pool:
        every = list(pool.map(timed, *zip(*[given] * a.processes, strict=True)))
    count = len(decoded(a.pictures, 0))
    print(f"{count} pictures, {a.processes} processes of one thread, median of {a.rounds} rounds")
    rates: dict[str, float] = {}
    for name in every[0][0]:
        # A second of each process at once.
        of_rounds = [sum(one[number][name][1] / one[number][name][0] for one in every) for number in range(a.rounds)]
        rates[name] = statistics.median(of_rounds)
        faces = every[0][0][name][1]
        seconds = statistics.median(one[number][name][0] for one in every for number in range(a.rounds))
        print(
            f"{name:<14}{rates[name]:8.1f} faces a second ({min(of_rounds):.1f} to {max(of_rounds):.1f}),"
            f" {faces} faces, {seconds / count * 1000:.1f} ms a picture;"
            f" {rates['analyzer'] / rates[name]:.2f} times as fast is the analyzer"
        )


if __name__ == "__main__":
    main()
