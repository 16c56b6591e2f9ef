"""The two halves of a CLIP model run by torch, for a graphics card. Needs the extra [torch].

The model's folder must hold open_clip's own weights in `open_clip/`, which `haven models export --torch` puts there.
Everything around, making pictures and texts ready, is the same as for onnxruntime.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haven_fs import UserError
from haven_models.layout import TORCH, Layout
from haven_models.tokens import Tokens

if TYPE_CHECKING:
    import torch

MOST_AT_ONCE = 64
"""Pictures or texts that go through the model together."""


def graphics_card() -> str | None:
    """Return what torch computes on besides the processor, "cuda" or "mps"; None if nothing, or there is no torch."""
    try:
        import torch
    except (ImportError, OSError):  # OSError: a library it was built with is not here
        return None
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None


class TorchModel:
    """One model on one device: a graphics card, or the processor if there is none. Threads may share it."""

    def __init__(self, layout: Layout, threads: int, device: str | None = None) -> None:
        from haven_models.open_clip_source import model_from_folder

        if not (layout.folder / TORCH).is_dir():
            raise UserError(
                f"The model {layout.name} cannot run with torch: it has no torch weights in its folder"
                f" {TORCH}. Export it again with --torch, or run it with onnxruntime."
            )
        import torch

        self._device = device or graphics_card() or "cpu"
        if threads and self._device == "cpu":
            torch.set_num_threads(threads)
        model, _ = model_from_folder(layout.folder / TORCH)
        self._model = model.eval().to(self._device)

    def images(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors (n, dim) of pictures made ready, (n, 3, height, width)."""
        return self._run(self._model.encode_image, pictures)

    def texts(self, tokens: Tokens) -> NDArray[np.float32]:
        """Return the vectors (n, dim) of texts as tokens."""
        return self._run(self._model.encode_text, tokens.ids)

    def _run(self, encode: "Callable[[torch.Tensor], Any]", given: NDArray[Any]) -> NDArray[np.float32]:
        import torch

        parts = []
        with torch.inference_mode():
            for start in range(0, len(given), MOST_AT_ONCE):
                part = torch.from_numpy(np.ascontiguousarray(given[start : start + MOST_AT_ONCE]))
                parts.append(encode(part.to(self._device)).float().cpu().numpy())
        return np.concatenate(parts)
