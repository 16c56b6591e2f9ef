"""Whether a folder holds a model that works, found out by using it once."""

from pathlib import Path
from typing import Any

from haven_fs.errors import UserError
from haven_models.registry import Task

FACE_SIDE = 112
"""Pixels of the square face that recognisers in InsightFace's layout take."""


def check_model(task: Task, folder: Path) -> None:
    """Raise UserError, saying what is wrong, if a folder holds no model for the task."""
    if task == "clip":
        _check_clip(folder)
    else:
        _check_faces(folder)


def _check_clip(folder: Path) -> None:
    """Embed a picture and a text; one half after the other, so that no more memory is taken than in use."""
    from PIL import Image

    from haven_models.clip import open_clip_model

    model = open_clip_model(folder)
    try:
        model.embed_images([Image.new("RGB", (320, 240), (90, 130, 60))])
        model.unload()
        model.embed_texts(["a dog on the beach"])
    finally:
        model.unload()


def _check_faces(folder: Path) -> None:
    files = sorted(folder.glob("*.onnx"))
    kinds = {_kind_of_face_model(path) for path in files}
    for kind, words in (("detector", "finds faces"), ("embedder", "tells faces apart")):
        if kind not in kinds:
            found = ", ".join(path.name for path in files) or "no .onnx file"
            raise UserError(
                f"{folder} is no pack of models for faces: none of its files {words} ({found}). It should be a folder"
                " of .onnx files as InsightFace has them, such as det_10g.onnx and w600k_r50.onnx."
            )


def _kind_of_face_model(path: Path) -> str:
    """Tell by its inputs and outputs what a model is, as InsightFace does."""
    from haven_models.onnx_towers import new_session

    try:
        session = new_session(path, threads=1)
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise UserError(f"{path} cannot be opened: {' '.join(str(error).split())[:300]}. Copy it again.") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(inputs[0].shape) != 4:
        return "other"
    if len(outputs) in (6, 9, 10, 15):  # scores, boxes and perhaps points at three or five scales
        return "detector"
    square = all(side == FACE_SIDE or not isinstance(side, int) for side in inputs[0].shape[2:])
    if len(outputs) == 1 and square and _is_vector(outputs[0].shape):
        return "embedder"
    return "other"


def _is_vector(shape: list[Any]) -> bool:
    """Tell whether an output is a vector a face, rather than a handful of numbers such as an age."""
    return len(shape) == 2 and (not isinstance(shape[1], int) or shape[1] >= 64)
