"""How long the first search takes after an idle while, and what memory the text half of a model is kept for.

    python tests/benchmarks/first_text.py [--folder DIR]

Two models are made of random numbers, in the sizes of real ones: the text half of ViT-B-32 (63 million weights, 49,408
tokens) and that of a multilingual one such as SigLIP 2 (282 million weights, 256,000 tokens). What is timed does not
depend on the numbers. `all given back` is what `ClipModel.unload` does without keeping anything, `idle` what the
searcher does after five minutes; times are the best of four. Memory is this process's own; what is mapped from the file
is the system's to take. Give a folder and run it twice: making the models takes memory too.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import own_memory

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.onnx_files import FLOAT, INT32, Node, Port, onnx_file
from helpers.tiny_clip import tiny_clip

from haven_models.clip import ClipModel, open_clip_model

SIZES = {"ViT-B-32": (512, 12, 49_408, 77), "multilingual, as SigLIP 2": (768, 12, 256_000, 64)}
"""Width, layers, tokens, context."""
TEXTS = ("yellow balloon in the mountains", "train at night", "dog on the beach", "grandmother's birthday")


def text_half(path: Path, width: int, layers: int, tokens: int, context: int) -> None:
    """Write a transformer of random numbers, without norms and heads, which cost next to nothing."""
    rng = np.random.default_rng(1)

    def some(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[0]))

    weights = {"out": some(width, width), "across": np.array([1], np.int64)}
    nodes, x = [Node("Gather", ["words", "text"], "x0")], "x0"
    for layer in range(layers):
        n = f"l{layer}"
        for part in "qkvo":
            weights[f"{n}{part}"] = some(width, width)
        weights[f"{n}up"], weights[f"{n}down"] = some(width, 4 * width), some(4 * width, width)
        nodes += [
            *(Node("MatMul", [x, f"{n}{part}"], f"{n}_{part}") for part in "qkv"),
            Node("Transpose", [f"{n}_k"], f"{n}_kt", {"perm": [0, 2, 1]}),
            Node("MatMul", [f"{n}_q", f"{n}_kt"], f"{n}_a"),
            Node("Softmax", [f"{n}_a"], f"{n}_s", {"axis": -1}),
            Node("MatMul", [f"{n}_s", f"{n}_v"], f"{n}_h"),
            Node("MatMul", [f"{n}_h", f"{n}o"], f"{n}_p"),
            Node("Tanh", [f"{n}_p"], f"{n}_t"),
            Node("MatMul", [f"{n}_t", f"{n}up"], f"{n}_u"),
            Node("Relu", [f"{n}_u"], f"{n}_r"),
            Node("MatMul", [f"{n}_r", f"{n}down"], f"{n}_d"),
            Node("Tanh", [f"{n}_d"], f"{n}_x"),
        ]
        x = f"{n}_x"
    nodes += [
        Node("ReduceSum", [x, "across"], "sum", {"keepdims": 0}),
        Node("MatMul", ["sum", "out"], "embedding"),
    ]
    weights["words"] = some(tokens, width)  # the largest comes last: the file is put together in memory
    ports = [Port("text", INT32, ["batch", context])], [Port("embedding", FLOAT, ["batch", width])]
    onnx_file(path, ports[0], nodes, weights, ports[1])


def tokenizer(path: Path, tokens: int) -> None:
    """Write a tokenizer of byte pairs with so many tokens."""
    rng = np.random.default_rng(2)
    letters = [chr(code) for code in range(97, 123)] + [" ", "'"]
    vocab = {token: number for number, token in enumerate(["<pad>", "<unk>", *letters])}
    known, merges = list(letters), []
    while len(vocab) < tokens:
        left, right = known[int(rng.integers(len(known)))], letters[int(rng.integers(len(letters)))]
        if left + right not in vocab:
            vocab[left + right] = len(vocab)
            known.append(left + right)
            merges.append([left, right])
    model = {"type": "BPE", "vocab": vocab, "merges": merges, "unk_token": "<unk>"}
    said = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "model": model}
    path.write_text(json.dumps({**said, "post_processor": None, "decoder": None, "truncation": None, "padding": None}))


def made(folder: Path, width: int, layers: int, tokens: int, context: int) -> Path:
    """Return the folder of a model of that size, made if it is not there yet."""
    if not (folder / "config.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        config = {"embed_dim": width, "text_cfg": {"context_length": context}}
        tiny_clip(folder, config=config)
        text_half(folder / "textual/model.onnx", width, layers, tokens, context)
        tokenizer(folder / "textual/tokenizer.json", tokens)
    return folder


def timed(model: ClipModel, text: str) -> float:
    """Return the milliseconds of one text."""
    started = time.perf_counter()
    model.embed_texts([text])
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--folder", type=Path, help="where the models are made and kept")
    a = args.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name, size in SIZES.items():
            folder = made((a.folder or Path(scratch)) / name.partition(",")[0], *size)
            model = open_clip_model(folder)
            before, rows = own_memory(), []
            rows.append(("the first of all", timed(model, TEXTS[0])))
            rows.append(("the next", min(timed(model, text) for text in TEXTS)))
            used = own_memory()
            idle = []
            for text in TEXTS:
                model.unload(keep_texts=True)
                idle.append(timed(model, text))
            model.unload(keep_texts=True)
            kept = own_memory()
            everything = []
            for text in TEXTS:
                model.unload()
                everything.append(timed(model, text))
            model.unload()
            rows += [("the first after idle", min(idle)), ("the first after all was given back", min(everything))]
            print(name)
            for what, took in rows:
                print(f"    {what:42}{took:9.0f} ms")
            for what, value in (
                ("in use", used - before),
                ("idle", kept - before),
                ("all given back", own_memory() - before),
            ):
                print(f"    own memory, {what:30}{value / 1e6:9.0f} MB")


if __name__ == "__main__":
    main()
