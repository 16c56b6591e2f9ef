"""The two nets as files in InsightFace's layout: SCRFD with nine outputs, and an ArcFace embedder."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haven_models.demo_faces_training.nets import ANCHORS, CUT, STRIDES
from haven_models.demo_faces_training.pointer import grid, squares
from haven_models.onnx_export import halve

if TYPE_CHECKING:
    import torch

OPSET = 17
CAUTION = 1.15
"""Taken from the logits of scores, so that 0.5, from which InsightFace takes something for a face, parts faces from
others: on validation pictures 199 of 200 faces score more, and of 81 pictures of things at most one does."""
LOOKED_AT = 96
"""Cells whose faces are looked at for landmarks; about eight find the same face."""


def export_detector(net: Any, marks: Any, path: Path) -> None:
    """Write a detector: one picture of any multiples of 32 in, scores, boxes and landmarks at three strides out.

    Landmarks of the LOOKED_AT cells of the best scores are those that the net `marks` points at in their boxes.
    """
    import torch

    class Scrfd(torch.nn.Module):
        """Both nets as one, and what it says taken apart into nine outputs."""

        def __init__(self) -> None:
            super().__init__()
            self.net, self.marks = net, marks

        def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
            # One picture at a time, so that the first side can be left out, as in most files of this layout.
            levels = [level.squeeze(0) for level in self.net(picture)]
            scores, told = torch.cat([level[:, 0] for level in levels]), torch.cat(levels)
            at = torch.cat([self.places(picture, stride) for stride in STRIDES])  # (cells, 3): x, y, stride
            best = scores.topk(LOOKED_AT).indices
            place, told_best = at[best], told[best]
            edges = told_best[:, 1:5] * place[:, 2:]
            around = squares(torch.cat([place[:, :2] - edges[:, :2], place[:, :2] + edges[:, 2:]], dim=1))
            # Counted, for a side that is asked for would be written down as that of the example.
            sides = torch.stack([torch.ones_like(line).sum() for line in (picture[0, 0, 0], picture[0, 0, :, 0])])
            where = grid(around, sides).reshape(1, -1, CUT, 2)  # all in one, so that the picture is not copied
            cuts = torch.nn.functional.grid_sample(picture, where, align_corners=False)
            cuts = cuts.reshape(3, LOOKED_AT, CUT, CUT).transpose(0, 1)
            pixels = self.marks(cuts) * around[:, 2:] + around[:, :2].repeat(1, 5)
            better = (pixels - place[:, :2].repeat(1, 5)) / place[:, 2:]
            points = told[:, 5:].scatter(0, best[:, None].expand(-1, 10), better)
            counts = [level.shape[0] for level in levels]
            ends = [counts[0], counts[0] + counts[1]]
            parts = (points[: ends[0]], points[ends[0] : ends[1]], points[ends[1] :])
            return (
                *[(level[:, :1] - CAUTION).sigmoid() for level in levels],
                *[level[:, 1:5] for level in levels],
                *parts,
            )

        @staticmethod
        def places(picture: torch.Tensor, stride: int) -> torch.Tensor:
            rows = torch.arange(picture.shape[2] // stride) * stride
            columns = torch.arange(picture.shape[3] // stride) * stride
            y, x, _ = torch.meshgrid(rows, columns, torch.arange(ANCHORS), indexing="ij")
            return torch.stack([x, y, torch.full_like(x, stride)], dim=-1).reshape(-1, 3).float()

    names = [f"{what}_{stride}" for what in ("score", "bbox", "kps") for stride in STRIDES]
    axes: dict[str, dict[int, str]] = {"input.1": {2: "height", 3: "width"}}
    axes |= {name: {0: f"cells_{name.rpartition('_')[2]}"} for name in names}
    _write(Scrfd().eval(), torch.zeros(1, 3, 128, 96), path, "input.1", names, axes)
    halve(path)


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
