"""The two halves of an open_clip model as ONNX files, and what can be done to such a file.

torch's older exporter is used on purpose: with torch 2.14 the newer one takes five times as long and wrote a file for
SigLIP2 texts that onnxruntime refuses. Needs the extra [torch].
"""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_OPSET = 17
_WEIGHTS = "model.onnx_data"
_MOST_IN_ONE_FILE = (2 << 30) - (64 << 20)
"""Bytes of weights up to which a model is one file; protocol buffers end at 2 GB, with the graph."""
_LARGE = 1024
"""Weights of fewer numbers stay in full precision."""


def export_visual(model: Any, side: tuple[int, int], path: Path) -> None:
    """Write the half for pictures of `side` (height, width): any number of them in, vectors of unit length out."""
    import torch

    _export(model, model.encode_image, "image", torch.zeros(2, 3, *side), path)


def export_textual(model: Any, context: int, path: Path) -> None:
    """Write the half for texts of `context` tokens; they are 32-bit numbers, as Immich gives them."""
    import torch

    _export(model, model.encode_text, "text", torch.ones(2, context, dtype=torch.int32), path)


def _export(model: Any, encode: Callable[..., Any], name: str, example: "torch.Tensor", path: Path) -> None:
    import torch

    class Half(torch.nn.Module):
        """One way through the model, which `model` is a part of so that its weights are found."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            vectors: torch.Tensor = encode(given, normalize=True)
            return vectors

    path.parent.mkdir(parents=True, exist_ok=True)
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # what it runs instead has no counterpart in ONNX
    try:
        with warnings.catch_warnings(), torch.no_grad():
            # That the exporter is the older one, and that what depends on the batch is fixed: parity is tested.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Half().eval(),
                (example,),
                str(path),
                input_names=[name],
                output_names=["embedding"],
                dynamic_axes={name: {0: "batch"}, "embedding": {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    _gather(path)


def _gather(path: Path) -> None:
    """Put the weights of a model above 2 GB, which are written to a file each, into one."""
    scattered = [other for other in path.parent.iterdir() if other != path and other.suffix != ".json"]
    if scattered:
        import onnx

        model = onnx.load(str(path))
        for other in (path, *scattered):
            other.unlink()
        _save(model, path)


def _save(model: Any, path: Path) -> None:
    import onnx

    (path.parent / _WEIGHTS).unlink(missing_ok=True)
    if sum(len(weight.raw_data) for weight in model.graph.initializer) < _MOST_IN_ONE_FILE:
        onnx.save(model, str(path))
    else:
        onnx.save(model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=_WEIGHTS)


def halve(path: Path) -> None:
    """Keep the weights of a file in half precision: half the size on disk, computed with as before.

    Rows of a table of words are made whole when they are looked up, so that the table can stay on the disk; other
    weights are made whole when the model loads, and so cannot be shared by processes.
    """
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    before, after = [], {}
    for number, weight in enumerate(model.graph.initializer):
        if weight.data_type != TensorProto.FLOAT or numpy_helper.to_array(weight).size < _LARGE:
            continue
        values, name, small = numpy_helper.to_array(weight), weight.name, f"{weight.name}_half"
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), small))
        users = [node for node in model.graph.node if name in node.input]
        if all(node.op_type == "Gather" and node.input[0] == name and node.input[1] != name for node in users):
            for node in users:
                whole, node.input[0], node.output[0] = node.output[0], small, f"{node.output[0]}_half"
                after[node.output[0]] = helper.make_node("Cast", [node.output[0]], [whole], to=TensorProto.FLOAT)
        else:
            cast = helper.make_node("Cast", [small], [name], name=f"whole_{number}", to=TensorProto.FLOAT)
            before.append(cast)
    nodes = list(before)  # what a node needs must stand before it
    for node in model.graph.node:
        nodes.append(node)
        if node.output[0] in after:
            nodes.append(after[node.output[0]])
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    _save(model, path)


def quantize(path: Path) -> None:
    """Have a file multiply matrices in 8-bit whole numbers: a quarter of their size, and twice as fast or more."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    draft = path.with_name("quantized.onnx")
    with hushed_root():  # advice to its programmer
        quantize_dynamic(
            str(path),
            str(draft),
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QUInt8,  # nearest to the original of all that was tried, and nowhere slower
            per_channel=True,
        )
    (path.parent / _WEIGHTS).unlink(missing_ok=True)
    draft.replace(path)


@contextmanager
def hushed_root() -> Iterator[None]:
    """Keep quiet what libraries tell the root logger about their own doings."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
