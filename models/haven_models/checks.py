"""Whether a folder holds a model that works, found out by using it once."""

from pathlib import Path

from haven_fs import UserError
from haven_models.registry import Task


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
    """Look for faces in a picture and embed what is none; where InsightFace cannot be loaded only open the files."""
    import numpy as np

    from haven_models.face_layout import FaceLayout
    from haven_models.faces import open_face_pack
    from haven_models.insight import missing
    from haven_models.onnx_towers import new_session

    layout = FaceLayout(folder)
    if missing() is not None:  # which is not the pack's fault, and is said where people are looked for
        for path in (layout.detector, layout.embedder):
            try:
                new_session(path, threads=1)
            except UserError:
                raise
            except Exception as error:  # onnxruntime's errors have no base of their own
                raise UserError(f"{path} cannot be opened: {' '.join(str(error).split())[:300]}.") from error
        return
    pack = open_face_pack(folder, threads=1)
    picture = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    pack.detect(picture)
    eyes_and_mouth = np.array([[[120, 80], [180, 80], [150, 120], [130, 160], [170, 160]]], np.float32)
    pack.embed(pack.cut_out(picture, eyes_and_mouth))
