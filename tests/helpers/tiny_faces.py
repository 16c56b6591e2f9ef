"""A pack of models for faces of a few numbers in InsightFace's layout: its faces are magenta squares of 32 pixels.

They are found where they lie on a grid of 32 pixels. A face's vector is its pixels, made small, times a matrix.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from helpers.onnx_files import FLOAT, Node, Port, onnx_file

SIDE, DIM = 32, 64
MAGENTA, GRAY = (255, 0, 255), (110, 110, 110)
POINTS = np.array([[0.34, 0.46], [0.66, 0.46], [0.5, 0.64], [0.37, 0.82], [0.63, 0.82]])
"""Where eyes, nose and mouth are said to be in a face: what ArcFace takes for one from the front."""
_NEVER = -50.0


def tiny_faces(folder: Path, *, batch: int | str = "batch", seed: int = 1, side: int | str = "any") -> Path:
    """Write the pack. `batch`: how many faces its embedder takes at once; `side`: of the detector's pictures."""
    detector(folder / "det_tiny.onnx", side)
    rng = np.random.default_rng(seed)
    onnx_file(
        folder / "rec_tiny.onnx",
        [Port("data", FLOAT, [batch, 3, 112, 112])],
        [
            Node("AveragePool", ["data"], "small", {"kernel_shape": [14, 14], "strides": [14, 14]}),
            Node("Flatten", ["small"], "flat", {"axis": 1}),
            Node("MatMul", ["flat", "matrix"], "vector"),
        ],
        {"matrix": rng.normal(0, 1, (3 * 8 * 8, DIM)).astype(np.float32)},
        [Port("vector", FLOAT, [batch, DIM])],
    )
    return folder


def detector(path: Path, side: int | str = "any") -> Path:
    """Write what finds magenta squares: nine outputs, of grids of 8, 16 and 32 pixels, two anchors a cell."""
    nodes, weights, outputs = [], {}, []
    for part, width in (("score", 1), ("box", 4), ("points", 10)):
        weights[f"shape_{part}"] = np.array([-1, width], np.int64)
        for stride in (8, 16, 32):
            name = f"{part}_{stride}"
            matrix, bias = np.zeros((2 * width, 3, 1, 1), np.float32), np.zeros(2 * width, np.float32)
            if part == "score":
                bias[:] = _NEVER
                if stride == SIDE:
                    matrix[0, :, 0, 0], bias[0] = (20, -20, 20), -54
            else:
                # From the cell's corner, in cells: the sides as distances, or the points.
                bias[:] = np.tile([0, 0, 1, 1] if part == "box" else POINTS.ravel(), 2)
            weights[f"w_{name}"], weights[f"b_{name}"] = matrix, bias
            pool = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
            nodes += [
                Node("AveragePool", ["input.1"], f"cells_{name}", pool),
                Node("Conv", [f"cells_{name}", f"w_{name}", f"b_{name}"], f"seen_{name}", {"kernel_shape": [1, 1]}),
                Node("Transpose", [f"seen_{name}"], f"rows_{name}", {"perm": [0, 2, 3, 1]}),
                Node("Reshape", [f"rows_{name}", f"shape_{part}"], f"raw_{name}" if part == "score" else name),
            ]
            if part == "score":
                nodes.append(Node("Sigmoid", [f"raw_{name}"], name))
            outputs.append(Port(name, FLOAT, ["cells", width]))
    sides = [side, side] if isinstance(side, int) else ["height", "width"]
    return onnx_file(path, [Port("input.1", FLOAT, [1, 3, *sides])], nodes, weights, outputs)


def draw_faces(size: tuple[int, int], *cells: tuple[int, int]) -> Image.Image:
    """Return a gray picture with faces in these cells of the grid, column and row."""
    picture = Image.new("RGB", size, GRAY)
    pen = ImageDraw.Draw(picture)
    for column, row in cells:
        left, top = column * SIDE, row * SIDE
        pen.rectangle((left, top, left + SIDE - 1, top + SIDE - 1), fill=MAGENTA)
    return picture
