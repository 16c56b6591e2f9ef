"""Search among many vectors: exact and by the Chroma index, beside numpy over float32 in memory, in the same run.

    python tests/benchmarks/vector_search.py [--rows 100000] [--dim 512] [--questions 200] [--seed 7]

The vectors are made: photos in bursts of very different size, each of one of sixty subjects, all of them, as with real
models, in one narrow part of the space. Half of the questions lie apart from the photos, as those for words do, half
beside one, as those for look-alikes. Recall is counted against the best 100 by the float32 vectors before they were
rounded to float16. The index's process is not part of this one: its memory is its own.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from common import pss, scratch, show

from haven_fs.vectors import Vector, Vectors

SPACE = "clip:benchmark-00000000"
COUNT = 100
SEARCH_ONCE = """
import json, sys, time
from pathlib import Path
import numpy as np
started = time.monotonic()
from haven_fs.vectors import VectorStore
store = VectorStore(Path(sys.argv[1]), readonly=True)
question = np.frombuffer(bytes.fromhex(sys.stdin.read()), np.float32)
def kept():
    lines = open("/proc/self/status").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
before = kept()
store.search(sys.argv[2], question, count=100)
print(json.dumps({"seconds": time.monotonic() - started, "memory": kept() - before}))
"""


def made(rows: int, dim: int, questions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors (rows, dim) and questions (questions, dim), float32, of unit length."""
    rng = np.random.default_rng(seed)

    def unit(x: np.ndarray) -> np.ndarray:
        return x / np.linalg.norm(x, axis=-1, keepdims=True)

    def directions(*count: int) -> np.ndarray:
        return unit(rng.standard_normal((*count, dim), dtype=np.float32))

    middle, subjects, bursts = directions(), directions(60), directions(max(rows // 40, 1))
    subject = rng.integers(60, size=len(bursts))
    size = rng.pareto(1.5, len(bursts)) + 0.2
    burst = rng.choice(len(bursts), rows, p=size / size.sum())
    vectors = unit(0.8 * middle + 0.5 * subjects[subject[burst]] + 0.45 * bursts[burst] + 0.45 * directions(rows))
    words, alike = questions // 2, questions - questions // 2
    text = (
        0.8 * unit(middle + 1.5 * directions())
        + 0.35 * subjects[rng.integers(60, size=words)]
        + 0.25 * subjects[rng.integers(60, size=words)]
        + 0.2 * bursts[rng.integers(len(bursts), size=words)]
        + 0.4 * directions(words)
    )
    near = vectors[rng.integers(rows, size=alike)] + 0.3 * directions(alike)
    return vectors.astype(np.float32), unit(np.concatenate([text, near])).astype(np.float32)


def brute(vectors: np.ndarray, question: np.ndarray, within: np.ndarray | None = None) -> np.ndarray:
    """Return the best photos, which are row numbers here, as one would find them with everything in memory."""
    scores = (vectors if within is None else vectors[within]) @ question
    best = np.argpartition(-scores, COUNT)[:COUNT]
    best = best[np.argsort(-scores[best])]
    return best if within is None else within[best]


def timed(ask: Callable[[np.ndarray], np.ndarray], questions: np.ndarray) -> tuple[list[float], list[np.ndarray]]:
    """Return milliseconds and answer of each question."""
    ask(questions[0])
    times, answers = [], []
    for question in questions:
        started = time.perf_counter()
        answers.append(ask(question))
        times.append((time.perf_counter() - started) * 1000)
    return times, answers


def report(
    name: str, times: list[float], answers: list[np.ndarray], base: list[float], truth: list[np.ndarray]
) -> None:
    """Print times, their ratio to numpy's, and recall, apart for the two kinds of questions."""
    found = [np.isin(best, answer).mean() for best, answer in zip(truth, answers, strict=True)]
    half = len(found) // 2
    p50, p95 = np.quantile(times, (0.5, 0.95))
    ratio = p50 / np.median(base)
    print(
        f"{name:<28}{p50:8.2f} {p95:8.2f} ms {ratio:7.2f} x numpy   recall@{COUNT}: words {np.mean(found[:half]):.4f}"
        f" (worst {min(found[:half]):.2f}), alike {np.mean(found[half:]):.4f} (worst {min(found[half:]):.2f})",
        flush=True,
    )


def size(*paths: Path) -> float:
    """Return the MiB that files and folders take."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) / 2**20


def main() -> None:
    """Fill, ask, build, ask again, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    vectors, questions = made(args.rows, args.dim, args.questions, args.seed)
    rng = np.random.default_rng(args.seed)
    tenth, hundredth = (np.sort(rng.choice(args.rows, args.rows // part, replace=False)) for part in (10, 100))
    print(f"{args.rows} vectors of {args.dim}, {args.questions} questions, seed {args.seed}")
    with scratch() as folder:
        with_index = Vectors(folder)
        store, halves = with_index.store, vectors.astype("<f2")
        started, cpu = time.monotonic(), time.process_time()
        for start in range(0, args.rows, 500):
            rows = range(start, min(start + 500, args.rows))
            store.put(SPACE, [Vector(row, 0, halves[row].tobytes()) for row in rows])
        show("put, 500 at a time", [time.monotonic() - started], "s")
        show("put, processor time", [time.process_time() - cpu], "s")
        store.matrix(SPACE)
        show("vectors.sqlite", [size(*folder.glob("vectors.sqlite*"))], "MiB")
        show("mapped copy", [size(*folder.glob("*.f16"), *folder.glob("*.ids"))], "MiB")
        command = [sys.executable, "-c", SEARCH_ONCE, str(folder), SPACE]
        once = json.loads(subprocess.check_output(command, input=questions[0].tobytes().hex(), text=True))
        show("one search in a new process", [once["seconds"]], "s")
        show("memory it takes, but for the mapping", [once["memory"]], "MB")

        print(f"\n{'':<28}{'p50':>8} {'p95':>8}")
        bases = {}
        for name, within in (("all", None), ("1 in 10", tenth), ("1 in 100", hundredth)):
            base, truth = timed(lambda question, within=within: brute(vectors, question, within), questions)
            bases[name] = base, truth
            report(f"numpy float32, {name}", base, truth, base, truth)
            times, answers = timed(
                lambda question, within=within: store.search(SPACE, question, within=within, count=COUNT).photo_ids,
                questions,
            )
            report(f"exact, {name}", times, answers, base, truth)

        started = time.monotonic()
        with_index.sync()
        took = time.monotonic() - started
        assert with_index.chroma.pid is not None, with_index.chroma.states()
        cpu_times = psutil.Process(with_index.chroma.pid).cpu_times()
        times, answers = timed(lambda question: asked(with_index, question), questions)
        report("Chroma, all", times, answers, *bases["all"])
        memory = pss(with_index.chroma.pid)
        with_index.chroma.release()
        started = time.monotonic()
        while with_index.chroma.nearest(SPACE, questions[0], COUNT) is None:
            time.sleep(0.01)
        print()
        show("building the Chroma index", [took], "s")
        show("building it, processor time", [cpu_times.user + cpu_times.system], "s")
        show("Chroma index on disk", [size(folder / "chroma")], "MiB")
        show("memory of its process after building", [memory], "MB")
        show("from no process to its first answer", [time.monotonic() - started], "s")
        show("memory of its process then", [pss(with_index.chroma.pid)], "MB")
        with_index.close()


def asked(vectors: Vectors, question: np.ndarray) -> np.ndarray:
    """Ask the index alone."""
    hits = vectors.chroma.nearest(SPACE, question, COUNT)
    assert hits is not None, vectors.chroma.states()
    return hits.photo_ids


if __name__ == "__main__":
    main()
