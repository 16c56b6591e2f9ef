"""A CLIP model from a folder: vectors of pictures and of texts that can be compared.

    model = open_clip_model(folder, threads=1)
    scores = model.embed_texts(["a dog on a beach"]) @ model.embed_images(pictures).T

Everything heavy is loaded at first use and given back by `unload`. Vectors are float32 and of unit length, so the
product of two is their cosine similarity. A model's `id` stands for the vectors it gives: stored vectors can be
compared only with those of the same id.
"""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs import UserError
from haven_models.layout import TORCH, Cutoff, Layout
from haven_models.preprocess import Preprocess

__all__ = ["Backend", "ClipModel", "Cutoff", "open_clip_model"]

Backend = Literal["auto", "onnx", "torch"]


class ClipModel:
    """One model. Threads may share it; a load happens once."""

    def __init__(self, layout: Layout, backend: Backend, threads: int) -> None:
        self._layout = layout
        self._backend = backend
        self._threads = threads
        self._preprocess = Preprocess(layout.preprocess)
        self._lock = threading.Lock()
        self._loaded: dict[str, Any] = {}
        self.id = layout.id
        self.dim = layout.dim
        self.cutoff: Cutoff | None = layout.cutoff

    @property
    def name(self) -> str:
        """The model's name."""
        return self._layout.name

    def embed_images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Return the vectors of pictures, (n, dim), of unit length.

        Pictures of any size and mode; some 1,000 pixels are plenty. Raises UserError if the model's files are broken.
        """
        if not pictures:
            return np.empty((0, self.dim), np.float32)
        return self._normalised(self._part("visual")(self._preprocess(pictures)))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, (n, dim), of unit length. Raises UserError if the model's files are broken."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return self._normalised(self._part("textual")(self._part("tokenizer")(texts)))

    def unload(self, *, keep_texts: bool = False) -> None:
        """Give the memory back; the next use loads again.

        `keep_texts`: all but the half for texts, so that the next one is answered at once. Its weights are mapped from
        the file and the system's to take back; its own are some megabytes and the tokenizer. What torch computes goes.
        """
        with self._lock:
            kept = {"textual", "tokenizer"} if keep_texts and "torch" not in self._loaded else set()
            self._loaded = {name: part for name, part in self._loaded.items() if name in kept}
        _trim()

    @property
    def loaded(self) -> frozenset[str]:
        """What is in memory: "visual", "textual", "tokenizer", and "torch" if that computes them."""
        return frozenset(self._loaded)

    def _part(self, name: str) -> Any:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def _load(self, name: str) -> Any:
        if name == "tokenizer":
            from haven_models.tokens import Tokenizer

            return Tokenizer(self._layout)
        if self._backend == "torch" or (self._backend == "auto" and name == "visual" and self._torch_helps()):
            from haven_models.torch_towers import TorchModel

            if "torch" not in self._loaded:
                self._loaded["torch"] = TorchModel(self._layout, self._threads)
            whole = self._loaded["torch"]
            return whole.images if name == "visual" else whole.texts
        from haven_models import onnx_towers

        tower = onnx_towers.OnnxVisual if name == "visual" else onnx_towers.OnnxTextual
        return tower(self._layout, self._threads)

    def _torch_helps(self) -> bool:
        """Tell whether there are weights for torch, and a graphics card; torch is not even looked for without."""
        if not (self._layout.folder / TORCH).is_dir():
            return False
        from haven_models.torch_towers import graphics_card

        return graphics_card() is not None

    def _normalised(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if vectors.shape[1] != self.dim or not (np.isfinite(lengths).all() and lengths.all()):
            raise UserError(
                f"The model {self.name} gave no usable vectors. If it was made for half precision or is damaged, choose"
                " another with `haven models use`, or fetch it again with `haven models pull`."
            )
        return np.asarray(vectors / lengths, np.float32)


def open_clip_model(folder: Path, *, backend: Backend = "auto", threads: int = 0) -> ClipModel:
    """Return the model in a folder, nothing of it loaded yet.

    `backend`: "onnx" computes with onnxruntime, which needs nothing else; "torch" with torch, for which the model must
    have been exported with --torch. "auto" has torch compute pictures, which come in batches, if it can and there is a
    graphics card, and everything else onnxruntime. Both give the same vectors, so the id is the same.
    `threads`: processor threads for one embedding; 0 means all cores, 1 is right for one of several worker processes.
    Raises UserError if the folder is not a whole model or there is no such backend.
    """
    if backend not in ("auto", "onnx", "torch"):
        raise UserError(f"There is no backend called {backend!r}: choose auto, onnx or torch.")
    return ClipModel(Layout(Path(folder)), backend, threads)


def _trim() -> None:
    """Have the C library give freed memory back to the system, which glibc else keeps."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass  # another C library
