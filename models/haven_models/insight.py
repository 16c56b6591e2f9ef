"""The two classes of InsightFace that Haven uses, loaded without the rest of it, and words for when that cannot be.

InsightFace comes with programs of its own, which its first import loads too: half a second and 51 MB in every worker,
against a fifth of a second and 25 MB for its models alone. None of its ways of fetching anything is ever called.

What fails most often is not InsightFace but OpenCV below it: `opencv-python` wants libraries of a desktop that slim
systems lack.
"""

import functools
import importlib
import importlib.util
import multiprocessing
import os
import re
import subprocess
import sys
import types
from typing import Any

from haven_fs import UserError

_NEEDED = ("onnxruntime", "insightface", "cv2")
_PATIENCE = 60.0


def model_classes() -> tuple[Any, Any]:
    """Return InsightFace's SCRFD, which finds faces, and ArcFaceONNX, which tells them apart. Raises UserError."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # as InsightFace itself does
    try:
        zoo = sys.modules.get("insightface.model_zoo") or _model_zoo()
        return zoo.SCRFD, zoo.ArcFaceONNX
    except ImportError as error:
        raise UserError(_in_words(str(error))) from error


def missing() -> str | None:
    """Return what keeps faces from being found on this computer, in words; None if nothing does.

    A worker finds out by loading it all, other processes have a short-lived one load OpenCV: its 70 MB are not theirs.
    """
    lacking = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        return f"the package {lacking[0]} is not installed. Reinstall Haven: pip install haven-fs"
    if multiprocessing.parent_process() is not None:
        try:
            model_classes()
        except UserError as error:
            return str(error)
        return None
    return _missing_elsewhere()


@functools.cache
def _missing_elsewhere() -> str | None:
    try:
        tried = subprocess.run(
            [sys.executable, "-c", "import cv2"], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None  # a worker will tell
    return None if tried.returncode == 0 else _in_words(tried.stderr)


def _in_words(said: str) -> str:
    last = said.strip().rpartition("\n")[2].removeprefix("ImportError: ")
    library = re.match(r"lib([^:/\s]+?)(-[\d.]+)?\.so[^:]*: cannot open shared object", last)
    if library:
        return (
            f"the system library lib{library[1]} is missing. On Debian, run: apt-get install libgl1 libglib2.0-0."
            " Or do without it: pip uninstall opencv-python, then pip install opencv-python-headless."
        )
    return f"InsightFace cannot be loaded: {last}. Reinstall it: pip install --force-reinstall insightface"


def _model_zoo() -> Any:
    """Import insightface.model_zoo but not what the package's own first import loads besides; else all of it."""
    spec = importlib.util.find_spec("insightface") if "insightface" not in sys.modules else None
    if spec is not None and spec.submodule_search_locations:
        bare = types.ModuleType("insightface")
        bare.__path__ = list(spec.submodule_search_locations)
        sys.modules["insightface"] = bare
        try:
            return importlib.import_module("insightface.model_zoo")
        except (ImportError, AttributeError) as error:
            if isinstance(error, ImportError) and not str(getattr(error, "name", "")).startswith("insightface"):
                raise
        finally:
            # Whoever imports InsightFace later gets the whole of it.
            sys.modules.pop("insightface", None)
    return importlib.import_module("insightface.model_zoo")
