"""Kill whoever writes vectors and the Chroma index, again and again, and damage the index: answers stay right.

    python tests/benchmarks/kill_chroma.py [--kills 50] [--photos 3000] [--seed 1] [--damages 1000]

A process puts, replaces and removes vectors and brings the index up to date, over and over. It is killed (SIGKILL) at a
random moment, mostly while the index is marked as being changed: it and the index's process together, it alone, or the
index's process first, in turn. Then the store is opened. It must hold every transaction that was acknowledged, and none
in part; exact search must at once answer as brute force over what SQLite holds does; and the index, brought up to
date, must find at least 99 in 100 of the best. After the kills the same is done with the index's folder deleted, and
with each of its files cut off, emptied, overwritten in part, and deleted. The exit status is 1 if any of this fails.
"""

import argparse
import itertools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
from common import scratch, show

from haven_fs.vectors import Vector, Vectors

SPACE, DIM, COUNT = "clip:killed-00000000", 64, 20
WHOM = ("both", "the writer", "the index's process")
WAYS = ("cut off", "emptied", "overwritten", "deleted")

Photos = dict[int, list[bytes]]
"""Every photo's vectors, in the order of their parts."""


def changes(photos: int, seed: int) -> Iterator[Photos]:
    """Give transactions without end, the same for a seed; a photo without vectors is removed."""
    rng = np.random.default_rng(seed)
    while True:
        ids = rng.choice(photos, photos // 4, replace=False).tolist()
        change = {}
        for photo in ids[10:]:
            vectors = rng.standard_normal((rng.choice((1, 1, 1, 3)), DIM))
            vectors += 2 * np.random.default_rng(photo % 40).standard_normal(DIM)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            change[photo] = [vector.astype("<f2").tobytes() for vector in vectors]
        yield change
        yield {photo: [] for photo in ids[:10]}


def write(folder: Path, photos: int, seed: int) -> None:
    """Change and bring up to date for ever; a line is printed after each transaction."""
    both = Vectors(folder, at_least=1)
    for number, change in enumerate(changes(photos, seed), start=1):
        put = [Vector(photo, part, data) for photo, parts in change.items() for part, data in enumerate(parts)]
        if put:
            both.store.put(SPACE, put)
        else:
            both.store.remove(SPACE, change)
        print(number, flush=True)
        if not put:
            both.sync()


def after(photos: Photos, some: list[Photos]) -> Photos:
    """Return what is there after some transactions."""
    merged = dict(photos)
    for change in some:
        merged.update(change)
    return {photo: parts for photo, parts in merged.items() if parts}


def stored(folder: Path) -> Photos:
    """Return what SQLite holds, read without any code of the store."""
    found: Photos = {}
    db = sqlite3.connect(folder / "vectors.sqlite")
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for photo, data in db.execute("SELECT photo_id, data FROM vector ORDER BY photo_id, part"):
            found.setdefault(photo, []).append(data)
    finally:
        db.close()
    return found


def is_dirty(folder: Path) -> bool:
    """Tell whether a collection is being changed, or a change was cut short."""
    try:
        return any('"dirty": true' in path.read_text() for path in folder.glob("chroma/*/state.json"))
    except OSError:
        return False


def kill(folder: Path, photos: int, seed: int, whom: str) -> tuple[int, bool]:
    """Run the writer and kill; return how many transactions it acknowledged, and whether a change was cut short."""
    rng = random.Random(seed)
    command = [sys.executable, __file__, "--write", str(folder), "--photos", str(photos), "--seed", str(seed)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert writer.stdout is not None
    said: list[bytes] = []
    listener = threading.Thread(target=said.extend, args=(writer.stdout,))
    listener.start()
    rounds = rng.choice((2, 2, 4))
    by_clock = rng.random() < 0.3
    began = time.monotonic()
    while writer.poll() is None and time.monotonic() - began < 240:
        if len(said) >= rounds and by_clock:
            time.sleep(rng.uniform(0, 8))
            break
        if len(said) >= rounds and is_dirty(folder):
            time.sleep(rng.uniform(0, 0.4))
            break
        time.sleep(0.005)
    below = psutil.Process(writer.pid).children()
    if whom == WHOM[1]:
        writer.kill()
    else:
        if whom == WHOM[2] and below:
            below[0].kill()
            time.sleep(rng.uniform(0, 1))
        os.killpg(writer.pid, signal.SIGKILL)
    writer.wait()
    psutil.wait_procs(below, timeout=60)
    listener.join()
    writer.stdout.close()
    return len(said), is_dirty(folder)


def check(folder: Path, seed: int) -> tuple[float, float]:
    """Open, compare answers, bring the index up to date, compare; return its recall and the seconds that took."""
    held = stored(folder)
    photos = np.array([photo for photo, parts in held.items() for _ in parts])
    vectors = np.frombuffer(b"".join(itertools.chain(*held.values())), "<f2").reshape(-1, DIM).astype(np.float32)
    questions = vectors[np.random.default_rng(seed).integers(len(vectors), size=10)]
    truth = []
    for question in questions:
        best: dict[int, float] = {}
        for photo, score in zip(photos.tolist(), (vectors @ question).tolist(), strict=True):
            best[photo] = max(score, best.get(photo, -2))
        truth.append(best)
    both = Vectors(folder, at_least=1)
    try:
        for question, best in zip(questions, truth, strict=True):
            hits = both.search(SPACE, question, count=COUNT)
            assert np.allclose(hits.scores, [best[photo] for photo in hits.photo_ids.tolist()], atol=1e-5)
            assert np.allclose(hits.scores, sorted(best.values(), reverse=True)[:COUNT], atol=1e-5), "not the best"
        began = time.monotonic()
        both.sync()
        took = time.monotonic() - began
        assert both.chroma.states() == {SPACE: "ready"}, f"the index is not ready: {both.chroma.states()}"
        found = 0
        for question, best in zip(questions, truth, strict=True):
            answer = both.chroma.nearest(SPACE, question, COUNT)
            assert answer is not None, f"the index does not answer: {both.chroma.states()}"
            assert np.allclose(answer.scores, [best[photo] for photo in answer.photo_ids.tolist()], atol=1e-5)
            found += int((answer.scores > sorted(best.values(), reverse=True)[COUNT - 1] - 1e-5).sum())
        recall = found / COUNT / len(questions)
        assert recall >= 0.99, f"the index finds {recall:.3f} of the best"
        return recall, took
    finally:
        both.close()


def damage(folder: Path, way: str, name: str, rng: random.Random) -> None:
    """Damage one file of the index, or delete the whole folder if `name` is empty."""
    if not name:
        shutil.rmtree(folder / "chroma")
        return
    file = next(iter(folder.glob(f"chroma/*/**/{name}")))
    content = file.read_bytes()
    if way == WAYS[3]:
        file.unlink()
        return
    start = rng.randrange(max(len(content) // 2, 1))
    scribble = rng.randbytes(min(4096, len(content) - start))
    changed = {
        WAYS[0]: content[: int(len(content) * rng.uniform(0.05, 0.95))],
        WAYS[1]: b"",
        WAYS[2]: content[:start] + scribble + content[start + len(scribble) :],
    }
    file.write_bytes(changed[way])


def main() -> int:
    """Kill, damage, check and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--photos", type=int, default=3000, help="of one to three vectors each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damages", type=int, default=1000, help="at most so many, drawn by lot")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.write:
        write(args.write, args.photos, args.seed)
    rng = random.Random(args.seed)
    recalls, seconds, wrong = [], [], []
    dirty, transactions = 0, 0

    def look(what: str, number: int) -> None:
        try:
            recall, took = check(folder, number)
        except AssertionError as error:
            wrong.append(f"{what}: {error}")
            print(wrong[-1], file=sys.stderr, flush=True)
        else:
            recalls.append(recall)
            seconds.append(took)

    with scratch() as folder:
        model: Photos = {}
        for number in range(args.kills):
            whom, seed = WHOM[number % len(WHOM)], args.seed * 1000 + number
            done, cut_short = kill(folder, args.photos, seed, whom)
            dirty += cut_short
            transactions += done
            some = list(itertools.islice(changes(args.photos, seed), done + 1))
            held = stored(folder)
            may = [after(model, some[:done]), after(model, some)]  # the last may have been committed, not acknowledged
            if held not in may:
                wrong.append(f"kill {number} of {whom}: what was acknowledged is not what is stored")
            model = held
            look(f"kill {number} of {whom}", number)
        if not args.kills:
            both = Vectors(folder, at_least=1)
            for change in itertools.islice(changes(args.photos, args.seed), 8):
                for photo, parts in change.items():
                    both.store.put(SPACE, [Vector(photo, part, data) for part, data in enumerate(parts)])
            both.sync()
            both.close()
        names = sorted({path.name for path in folder.glob("chroma/*/**/*") if path.is_file()})
        ways = [(way, name) for name in names for way in WAYS]
        chosen = [("deleted", ""), *rng.sample(ways, len(ways))][: args.damages]
        for number, (way, name) in enumerate(chosen):
            damage(folder, way, name, rng)
            look(f"{name or 'the folder'} {way}", number)
    print(f"{args.kills} kills, {len(chosen)} damages to {', '.join(names)}; seed {args.seed}")
    print(f"{transactions} transactions acknowledged; {dirty} kills cut a change of the index short")
    if recalls:
        show("to be whole again", seconds, "s")
        show(f"recall@{COUNT} of the index afterwards", recalls, "")
    print(f"{'wrong':<40}{len(wrong):10}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
