"""The two halves of a CLIP model, run by onnxruntime: one for pictures, one for texts.

They load at first use, apart, since the texts' half of a multilingual model is by far the larger and a worker that
embeds pictures never needs it. Files differ in what they take: names and types of inputs, one picture at a time or
many, half precision; all that is read from the file.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haven_fs import UserError
from haven_models import mapped
from haven_models.layout import TEXTUAL, VISUAL, Layout
from haven_models.tokens import Tokens

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 16
"""Pictures or texts that go through the model together: more cost memory and gain nothing."""
_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}

_CORE_ML = ("CoreMLExecutionProvider", {"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU"})


class OnnxTower:
    """One model.onnx, opened. Threads may share it."""

    def __init__(self, layout: Layout, file: str, threads: int) -> None:
        self._layout, self._file = layout, file
        try:
            self._session = new_session(layout.folder / file, threads)
        except UserError:
            raise
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise layout.broken(file, f"it cannot be opened ({_line(error)})") from error
        self._inputs = list(self._session.get_inputs())
        unknown = [f"{one.name} {one.type}" for one in self._inputs if one.type not in _TYPES]
        if unknown:
            raise layout.broken(file, f"it needs inputs that Haven does not know: {', '.join(unknown)}")
        first = self._inputs[0].shape[0] if self._inputs[0].shape else None
        self._fixed = first if isinstance(first, int) and first > 0 else None
        self._output = self._pick_output()

    def _pick_output(self) -> str:
        """Return the name of the output with the vectors: the first that can be (n, dim)."""
        for output in self._session.get_outputs():
            # A length that is not fixed has a name, or None.
            if len(output.shape) == 2 and (output.shape[1] == self._layout.dim or not isinstance(output.shape[1], int)):
                return str(output.name)
        shapes = ", ".join(f"{output.name} {output.shape}" for output in self._session.get_outputs())
        raise self._layout.broken(
            self._file, f"it returns {shapes}, but config.json promises vectors of {self._layout.dim} numbers"
        )

    def _run(self, arrays: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run all rows of the inputs' arrays, as many at once as the file takes; return (n, dim)."""
        rows = len(arrays[0])
        step = self._fixed or MOST_AT_ONCE
        parts = []
        for start in range(0, rows, step):
            feed = {}
            for one, array in zip(self._inputs, arrays, strict=True):
                part = array[start : start + step].astype(_TYPES[one.type], copy=False)
                if self._fixed and len(part) < self._fixed:
                    part = np.concatenate([part, np.repeat(part[-1:], self._fixed - len(part), axis=0)])
                feed[one.name] = np.ascontiguousarray(part)
            try:
                (found,) = self._session.run([self._output], feed)
            except Exception as error:  # onnxruntime's errors have no base of their own
                raise self._layout.broken(self._file, f"it fails ({_line(error)})") from error
            parts.append(np.asarray(found, np.float32)[: rows - start])
        return np.concatenate(parts)


class OnnxVisual(OnnxTower):
    """The half for pictures."""

    def __init__(self, layout: Layout, threads: int) -> None:
        super().__init__(layout, VISUAL, threads)
        if len(self._inputs) != 1 or len(self._inputs[0].shape) != 4:
            raise layout.broken(VISUAL, "it takes more than pictures")

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vectors (n, dim), not normalised, of pictures made ready, (n, 3, height, width)."""
        return self._run([pictures])


class OnnxTextual(OnnxTower):
    """The half for texts."""

    def __init__(self, layout: Layout, threads: int) -> None:
        super().__init__(layout, TEXTUAL, threads)

    def __call__(self, tokens: Tokens) -> NDArray[np.float32]:
        """Return the vectors (n, dim), not normalised, of texts as tokens."""
        return self._run([self._array(one.name, tokens) for one in self._inputs])

    def _array(self, name: str, tokens: Tokens) -> NDArray[np.int64]:
        """Return what an input of that name takes."""
        if "mask" in name:
            return tokens.mask
        if "type" in name:
            return np.zeros_like(tokens.ids)
        if "position" in name:
            return np.broadcast_to(np.arange(tokens.ids.shape[1]), tokens.ids.shape)
        return tokens.ids


def new_session(path: Path, threads: int, *, accelerate: bool = False) -> Any:
    """Return an onnxruntime session of a file, on a graphics card if this onnxruntime was built for one.

    `accelerate`: on a Mac by Core ML too, for a model whose pictures all have one size; where that cannot be had the
    processor computes. Raises UserError if there is no onnxruntime, and otherwise what it raises, for which it has no
    base class.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError(
            f"Models need onnxruntime, which cannot be loaded: {error}. Reinstall Haven; until then, searches use"
            " words alone."
        ) from error
    onnxruntime.set_default_logger_severity(3)
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Memory goes back to the system after each run, and idle threads do not turn in circles: photos come in bursts.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Weights stay mapped from the file, one copy for all processes: copies put in another order would compute some 5 %
    # faster, a batch at a time, and take as much memory again as the weights, in every process.
    options.add_session_config_entry("session.disable_prepacking", "1")
    options.add_session_config_entry(mapped.FOLDER_OPTION, str(path.parent))
    providers = _providers(onnxruntime)
    if accelerate and "CoreMLExecutionProvider" in onnxruntime.get_available_providers():
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=[_CORE_ML, *providers])
        except Exception:  # onnxruntime's errors have no base of their own
            logger.debug("Core ML does not take %s", path, exc_info=True)
    graph = mapped.graph_without_weights(path)
    if graph is not None:
        try:
            return onnxruntime.InferenceSession(graph, options, providers=providers)
        except Exception:  # onnxruntime's errors have no base of their own
            logger.debug("%s is read the usual way", path, exc_info=True)
    return onnxruntime.InferenceSession(str(path), options, providers=providers)


def _providers(onnxruntime: Any) -> list[str]:
    """Return what is to compute: a graphics card if this onnxruntime was built for it, and always the processor."""
    available = onnxruntime.get_available_providers()
    return [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in available]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
