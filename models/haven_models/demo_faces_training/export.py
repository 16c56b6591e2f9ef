"""The two nets as files in InsightFace's layout: SCRFD with nine outputs, and an ArcFace embedder."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haven_models.demo_faces_training.nets import STRIDES
from haven_models.onnx_export import halve

if TYPE_CHECKING:
    import torch

OPSET = 17


def export_detector(net: Any, path: Path) -> None:
    """Write a detector: one picture of any multiples of 32 in, scores, boxes and landmarks at three strides out."""
    import torch

    class Scrfd(torch.nn.Module):
        """The net's three outputs, taken apart into nine."""

        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
            # One picture at a time, so that the first side can be left out, as in most files of this layout.
            levels = [level.squeeze(0) for level in self.net(picture)]
            scores = [level[:, :1].sigmoid() for level in levels]
            return (*scores, *[level[:, 1:5] for level in levels], *[level[:, 5:] for level in levels])

    names = [f"{what}_{stride}" for what in ("score", "bbox", "kps") for stride in STRIDES]
    axes: dict[str, dict[int, str]] = {"input.1": {2: "height", 3: "width"}}
    axes |= {name: {0: f"cells_{name.rpartition('_')[2]}"} for name in names}
    _write(Scrfd().eval(), torch.zeros(1, 3, 128, 96), path, "input.1", names, axes)


def export_embedder(net: Any, path: Path) -> None:
    """Write an embedder: any number of aligned faces in, as many vectors out."""
    import torch

    axes = {"data": {0: "faces"}, "embedding": {0: "faces"}}
    _write(net.eval(), torch.zeros(2, 3, 112, 112), path, "data", ["embedding"], axes)
    halve(path)


def _write(
    net: Any, example: "torch.Tensor", path: Path, given: str, names: list[str], axes: dict[str, dict[int, str]]
) -> None:
    import torch

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # that the exporter is the older one; what it writes is tested
        torch.onnx.export(
            net.to(memory_format=torch.contiguous_format),
            (example,),
            str(path),
            input_names=[given],
            output_names=names,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
