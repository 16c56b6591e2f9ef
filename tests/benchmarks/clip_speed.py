"""How fast models embed pictures and texts, what they hold in memory, and how far apart their vectors are.

    python tests/benchmarks/clip_speed.py MODEL [MODEL ...] [--threads 2] [--runs 5]

MODEL: a folder in the ONNX CLIP layout, such as `haven models export ViT-B-32 --random --out DIR` makes, with and
without --int8. Pictures are drawn ones of 1,280 x 960 pixels, as photos are decoded to. Models take turns, so that what
else the machine does meets all alike; processor seconds are given beside what the clock says, since they tell more on
a busy machine. Each model's memory is that of a process of its own: anonymous (its own) and mapped (shared).
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import show
from PIL import Image

from haven_fs.demo.drawing import draw_picture
from haven_fs.demo.pen import dice
from haven_models.clip import ClipModel, open_clip_model
from haven_models.layout import Layout
from haven_models.preprocess import Preprocess

SIZE = (1280, 960)
BATCH = 16
TEXT = "a dog on the beach"


def pictures() -> list[Image.Image]:
    """Return a batch of pictures, some alike."""
    drawn = [draw_picture("dog", "beach", "brown", "day", SIZE, dice(str(number))) for number in range(4)]
    return [drawn[number % 4] for number in range(BATCH)]


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds by the clock and of the processors that an act takes."""
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - clock, time.process_time() - processor


def memory() -> np.ndarray:
    """Return the anonymous and the mapped memory of this process, and its highest mark, in MB (Linux)."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    said = {line[0]: int(line[1]) / 1024 for line in lines if line[0] in ("RssAnon:", "RssFile:", "VmHWM:")}
    return np.array([said["RssAnon:"], said["RssFile:"], said["VmHWM:"]])


def footprint(folder: str) -> dict[str, list[float]]:
    """Return, for each half of a model, seconds to load with the first use, and memory it adds, then what stays."""
    model = open_clip_model(Path(folder), threads=1)
    small, found = [Image.new("RGB", (64, 64))], {}
    import onnxruntime
    import tokenizers

    assert onnxruntime
    assert tokenizers
    before = memory()
    for half, act in (("pictures", lambda: model.embed_images(small)), ("texts", lambda: model.embed_texts([TEXT]))):
        seconds, _ = timed(act)
        found[half] = [seconds, *(memory() - before)]
        model.unload()
    found["after unload"] = [0.0, *(memory() - before)]
    return found


def vectors(model: ClipModel, shown: list[Image.Image]) -> np.ndarray:
    """Return the vectors of a few different pictures."""
    return model.embed_images(shown[:4])


def main() -> None:
    """Measure in turn and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("models", nargs="+", type=Path)
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--runs", type=int, default=5)
    a = args.parse_args()
    shown = pictures()
    models = {path.name: open_clip_model(path, threads=a.threads) for path in a.models}
    ready = {path.name: Preprocess(Layout(path).preprocess) for path in a.models}
    rates: dict[str, dict[str, list[float]]] = {name: {} for name in models}
    for run in range(a.runs + 1):
        for name, model in models.items():
            acts = {
                "pictures a second, all": lambda m=model: m.embed_images(shown),
                "making ready": lambda p=ready[name]: p(shown),
                "texts": lambda m=model: m.embed_texts([TEXT]),
            }
            for what, act in acts.items():
                clock, processor = timed(act)
                if run:  # the first loads
                    count = 1 if what == "texts" else BATCH
                    rates[name].setdefault(f"{what}: clock", []).append(clock / count)
                    rates[name].setdefault(f"{what}: processor", []).append(processor / count)
    first = vectors(models[a.models[0].name], shown)
    print(f"{a.threads} threads, batches of {BATCH}, {a.runs} runs")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for path in a.models:
            print(f"\n{path.name}")
            found = rates[path.name]
            show("pictures a second", [1 / value for value in found["pictures a second, all: clock"]], "/s")
            for what, label in (("pictures a second, all", "a picture"), ("making ready", "  of it making ready")):
                show(f"{label}, processor", [value * 1000 for value in found[f"{what}: processor"]], "ms")
            show("a text", [value * 1000 for value in found["texts: clock"]], "ms")
            show("a text, processor", [value * 1000 for value in found["texts: processor"]], "ms")
            for half, (seconds, own, shared, peak) in pool.apply(footprint, (str(path),)).items():
                said = f"memory {half}"
                print(f"{said:<40}{own:10.0f} MB own, {shared:.0f} MB mapped, peak {peak:.0f} MB, {seconds:.2f} s")
            if vectors(models[path.name], shown).shape == first.shape:
                cosines = (vectors(models[path.name], shown) * first).sum(1)
                print(f"{'cosine to the first model, lowest':<40}{cosines.min():10.6f}")


if __name__ == "__main__":
    main()
