"""Reads the words in a picture with rapidocr: PP-OCR's detector and recogniser, whose weights lie in its wheel.

Nothing is ever fetched: the weights are named by their paths, and without them there is no reader. One thread, and no
memory kept between pictures: a small server reads beside everything else that it does.
"""

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_PARTS = {"Det": "det", "Cls": "cls", "Rec": "rec"}
"""What rapidocr calls its models, and what the names of their files have in them."""
_GLANCE = 640
"""Pixels of the longer side at which it is looked for text at all: a fifth of the time that reading takes."""
_DETECT = 1280
"""Pixels of the longer side at which lines are looked for."""
LONGEST = 2000
"""Pixels of the longer side of a picture from which lines are read; more says nothing more."""
_SMALLEST = 32
"""Pixels of the shorter side below which nothing can be read."""
_LEAST = 0.5
"""The confidence below which a line is not even considered."""


class Line(NamedTuple):
    """A line that was read: its text, how sure that is from 0 to 1, and its corners in pixels, 4 x (x, y)."""

    text: str
    confidence: float
    corners: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Weights:
    """Where the weights of the three models are."""

    paths: tuple[tuple[str, Path], ...]

    @classmethod
    def installed(cls) -> "Weights | None":
        """Return those in rapidocr's wheel, None if it is not installed or has none. Imports nothing."""
        spec = importlib.util.find_spec("rapidocr")
        if spec is None or spec.origin is None or importlib.util.find_spec("cv2") is None:
            return None
        folder = Path(spec.origin).parent / "models"
        found = {name: sorted(folder.glob(f"*_{part}_*.onnx")) for name, part in _PARTS.items()}
        if not all(found.values()):
            return None
        return cls(tuple((name, files[-1]) for name, files in found.items()))


class Reader:
    """Reads pictures one after another. The models are loaded when the first is to be read."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @cached_property
    def _engine(self) -> Any:
        from rapidocr import RapidOCR

        return RapidOCR(
            params={
                **{f"{name}.model_path": str(path) for name, path in self._weights.paths},
                "Global.log_level": "error",
                "Global.max_side_len": LONGEST,
                "Global.text_score": _LEAST,
                "Det.limit_type": "max",
                "Det.limit_side_len": _DETECT,
                "Rec.rec_batch_num": 1,  # several together are padded to the longest: more memory, and no quicker
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def sees_text(self, picture: "Image.Image") -> bool:
        """Tell whether there seems to be any text in an RGB picture: a look at a small copy of it."""
        if min(picture.size) < _SMALLEST:
            return False
        found = self._engine(_pixels(picture, _GLANCE), use_det=True, use_cls=False, use_rec=False)
        return found.boxes is not None and len(found.boxes) > 0

    def read(self, picture: "Image.Image") -> list[Line]:
        """Return the lines in an RGB picture, from the top down; their corners are those in `picture`."""
        import numpy as np

        pixels = _pixels(picture, LONGEST)
        found = self._engine(pixels, use_det=True, use_cls=True, use_rec=True)
        if found.boxes is None or not getattr(found, "txts", None):
            return []
        scale = picture.width / pixels.shape[1]
        return [
            Line(text, float(score), np.asarray(box, np.float32) * scale)
            for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
        ]


def _pixels(picture: "Image.Image", longest: int) -> "NDArray[np.uint8]":
    """Return an RGB picture as rapidocr takes it, blue first, its longer side at most `longest`."""
    import numpy as np  # with PIL, only where pictures are read: this module is imported by every command
    from PIL import Image

    if max(picture.size) > longest:
        picture = picture.copy()
        picture.thumbnail((longest, longest), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[..., ::-1])
