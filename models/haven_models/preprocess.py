"""Pictures made ready for a model, just as open_clip does at inference, without torch.

Equal to open_clip's own transform to the last bit (tests compare them): resized by Pillow with its antialiasing, cut or
padded about the middle, scaled to 0..1, and normalised channel by channel in float32. The one liberty: a picture more
than eight times as large as the model takes is first made smaller by averaging, which saves most of the time and kept
vectors of a trained model at a cosine above 0.9999.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs import UserError

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)
MODES = ("shortest", "longest", "squash")


class Preprocess:
    """What a model's preprocess_cfg.json asks for. Raises UserError if it asks for what nobody knows."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        try:
            size = config.get("size", 224)
            self.height, self.width = (size, size) if isinstance(size, int) else (int(size[0]), int(size[-1]))
            self._mean = _channels(config.get("mean"), _MEAN)
            self._std = _channels(config.get("std"), _STD)
            self._fill = int(config.get("fill_color", 0))
        except (TypeError, ValueError, IndexError) as error:
            raise UserError(f"preprocess_cfg.json of the model cannot be understood: {error}.") from error
        self._mode = config.get("resize_mode") or "shortest"
        if self._mode not in MODES or min(self.height, self.width) < 1 or not self._std.all():
            raise UserError(
                f"preprocess_cfg.json of the model cannot be understood: resize_mode {self._mode!r} with the size"
                f" {self.height} x {self.width}. Haven supports the modes {', '.join(MODES)}."
            )
        # open_clip has nothing but bicubic for pictures that are cut to another shape than a square.
        cut = self._mode == "shortest" and self.height != self.width
        bilinear = config.get("interpolation") == "bilinear" and not cut
        self._filter = Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC

    def __call__(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Return the pictures as the model takes them, (n, 3, height, width)."""
        ready = np.empty((len(pictures), 3, self.height, self.width), np.float32)
        for row, picture in zip(ready, pictures, strict=True):
            row[:] = np.asarray(self.fit(picture)).transpose(2, 0, 1)
            row /= 255.0
            row -= self._mean
            row /= self._std
        return ready

    def fit(self, picture: Image.Image) -> Image.Image:
        """Return the picture in the model's size, RGB."""
        picture = picture if picture.mode == "RGB" else picture.convert("RGB")
        size = (self.width, self.height)
        if self._mode == "squash":
            return self._resized(picture, size)
        width, height = self._scaled(*picture.size)
        if self._mode == "longest":
            canvas = Image.new("RGB", size, (self._fill,) * 3)
            canvas.paste(self._resized(picture, (width, height)), ((size[0] - width) // 2, (size[1] - height) // 2))
            return canvas
        left, top = round((width - self.width) / 2), round((height - self.height) / 2)
        resized = self._resized(picture, (width, height))
        return resized.crop((left, top, left + self.width, top + self.height))

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        """Return the size to resize to before cutting or padding, rounded as torchvision and open_clip do."""
        if self._mode == "shortest" and self.width == self.height:
            short, long = sorted((width, height))
            scaled = int(self.width * long / short)
            return (self.width, scaled) if width <= height else (scaled, self.width)
        ratios = (height / self.height, width / self.width)
        ratio = max(ratios) if self._mode == "longest" else min(ratios)
        return max(1, round(width / ratio)), max(1, round(height / ratio))

    def _resized(self, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
        # At 2.0 the demo model's vectors of some photos were off by a cosine of 0.998.
        return picture.resize(size, self._filter, reducing_gap=4.0)


def _channels(given: Any, default: tuple[float, ...]) -> NDArray[np.float32]:
    values = np.asarray(default if given is None else given, np.float32).reshape(-1)
    return np.broadcast_to(values, 3).reshape(3, 1, 1).copy()
