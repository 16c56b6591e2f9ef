"""A CLIP model of a few numbers in the layout on disk, whose vectors can be worked out by hand.

A picture's vector is its pixels, made ready, times a matrix; a text's is the sum of a row a token. They are not
normalised, as some published models are not.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.onnx_files import FLOAT, HALF, INT32, INT64, Node, Port, onnx_file

DIM, SIDE, CONTEXT = 6, 8, 7
WORDS = ("<pad>", "<s>", "</s>", "<unk>", "a", "dog", "cat", "on", "beach", "the")


@dataclass(frozen=True)
class Weights:
    """What the vectors are made of."""

    pixels: np.ndarray
    words: np.ndarray


def tiny_clip(
    folder: Path,
    *,
    batch: int | str = "batch",
    half: bool = False,
    ids: int = INT32,
    masked: bool = False,
    weights_file: str | None = None,
    seed: int = 1,
    pad: object = "<pad>",
    config: dict[str, object] | None = None,
    ours: dict[str, object] | None = None,
) -> Weights:
    """Write the model and return its weights. `masked`: texts come with an attention mask, as M-CLIP wants them."""
    rng = np.random.default_rng(seed)
    kind, number = (HALF, np.float16) if half else (FLOAT, np.float32)
    weights = Weights(
        rng.normal(0, 0.1, (3 * SIDE * SIDE, DIM)).astype(number), rng.normal(0, 1, (len(WORDS), DIM)).astype(number)
    )
    vectors = Port("embedding", kind, [batch, DIM])
    onnx_file(
        folder / "visual/model.onnx",
        [Port("image", kind, [batch, 3, SIDE, SIDE])],
        [Node("Flatten", ["image"], "flat", {"axis": 1}), Node("MatMul", ["flat", "pixels"], "embedding")],
        {"pixels": weights.pixels},
        [vectors],
        weights_file=weights_file,
    )
    tokens = [Port(name, ids, [batch, CONTEXT]) for name in (("input_ids", "attention_mask") if masked else ("text",))]
    nodes = [Node("Gather", ["words", tokens[0].name], "each")]
    constants = {"words": weights.words}
    if masked:
        constants["last"] = np.array([2], np.int64)
        nodes += [
            Node("Cast", ["attention_mask"], "weight", {"to": kind}),
            Node("Unsqueeze", ["weight", "last"], "column"),
            Node("Mul", ["each", "column"], "kept"),
        ]
    constants["across"] = np.array([1], np.int64)
    nodes.append(Node("ReduceSum", [nodes[-1].output, "across"], "embedding", {"keepdims": 0}))
    onnx_file(folder / "textual/model.onnx", tokens, nodes, constants, [vectors])
    (folder / "visual/preprocess_cfg.json").write_text(
        json.dumps({"size": [SIDE, SIDE], "mean": [0.5] * 3, "std": [0.25] * 3, "interpolation": "bicubic"})
    )
    write_tokenizer(folder / "textual")
    (folder / "textual/tokenizer_config.json").write_text(json.dumps({"pad_token": pad}))
    settings = {"embed_dim": DIM, "text_cfg": {"context_length": CONTEXT}, **(config or {})}
    (folder / "config.json").write_text(json.dumps(settings))
    if ours is not None:
        (folder / "haven.json").write_text(json.dumps(ours))
    return weights


def write_tokenizer(folder: Path) -> None:
    """Write a tokenizer that knows ten words and puts a start before a text and an end after it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


__all__ = ["CONTEXT", "DIM", "INT32", "INT64", "SIDE", "WORDS", "Weights", "tiny_clip", "write_tokenizer"]
