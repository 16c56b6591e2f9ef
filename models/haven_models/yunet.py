"""YuNet, OpenCV's small face detector, made to look like SCRFD, which is what InsightFace reads.

YuNet gives for each of three grids, of cells of 8, 16 and 32 pixels: how likely a cell is a face and how likely it is
an object, the box as an offset of its middle and the logarithms of its sides, and five points as offsets; all in cells.
It takes BGR from 0 to 255. SCRFD gives one score, the distances from a cell's corner to the four sides and the points,
for two anchors a cell, and takes RGB from -1 to 1. Nothing of the file changes, so its checksum stays what it was.

Source: the decoding in OpenCV's FaceDetectorYN and in InsightFace's SCRFD. Both order a cell's five points alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haven_models.face_layout import YUNET_OUTPUTS

STRIDES = (8, 16, 32)

Floats = NDArray[np.float32]


class _Port:
    """An output as onnxruntime describes one."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.shape = name, [None, width]


class YuNetSession:
    """An onnxruntime session of YuNet that takes and gives what one of SCRFD with points does."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name

    def get_inputs(self) -> Any:
        """Return what it takes: pictures, of any size or one, as the file says."""
        return self._session.get_inputs()

    def get_outputs(self) -> list[_Port]:
        """Return what it gives: scores, boxes and points, each at three scales."""
        return [
            _Port(f"{part}_{stride}", width)
            for part, width in (("score", 1), ("box", 4), ("points", 10))
            for stride in STRIDES
        ]

    def get_providers(self) -> list[str]:
        """Return what computes."""
        return list(self._session.get_providers())

    def run(self, names: Sequence[str], feed: Mapping[str, Floats]) -> list[Floats]:
        """Return all outputs of one picture, (1, 3, height, width) with sides that 32 divides."""
        (picture,) = feed.values()
        wanted = sorted(YUNET_OUTPUTS)
        outputs = self._session.run(wanted, {self._input: np.ascontiguousarray(picture[:, ::-1] * 128 + 127.5)})
        cells = {
            name: np.asarray(values, np.float32).reshape(-1, values.shape[-1])
            for name, values in zip(wanted, outputs, strict=True)
        }
        scores, boxes, points = [], [], []
        for stride in STRIDES:
            likely = np.sqrt(np.clip(cells[f"cls_{stride}"], 0, 1) * np.clip(cells[f"obj_{stride}"], 0, 1))
            middle, half = cells[f"bbox_{stride}"][:, :2], np.exp(cells[f"bbox_{stride}"][:, 2:]) / 2
            scores.append(_two_anchors(likely, 0.0))
            boxes.append(_two_anchors(np.concatenate([half - middle, half + middle], axis=1)))
            points.append(_two_anchors(cells[f"kps_{stride}"]))
        return [*scores, *boxes, *points]


def _two_anchors(cells: Floats, second: float | None = None) -> Floats:
    """Return (2n, k) of (n, k): every cell twice in a row, or once and filled with a number."""
    other = cells if second is None else np.full_like(cells, second)
    return np.stack([cells, other], axis=1).reshape(-1, cells.shape[1])
