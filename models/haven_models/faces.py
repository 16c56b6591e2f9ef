"""A pack of models for faces from a folder: where faces are in a picture, and vectors that tell them apart.

    pack = open_face_pack(folder, threads=1)
    found = pack.detect(picture)
    vectors = pack.embed(pack.cut_out(picture, found.points))

InsightFace's own classes prepare pictures and read what the models give, so the vectors are those that its FaceAnalysis
gives for the same detection. The models themselves are opened as CLIP's are: on a graphics card if there is one, else
with the weights mapped from the file, one copy for all workers (344 MB at the peak against 737 MB with a pack of
buffalo_l's size). Vectors are float32 and of unit length; a pack's `id` stands for the vectors it gives.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs import UserError
from haven_models.face_layout import FaceLayout, is_yunet
from haven_models.insight import model_classes

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Picture = Image.Image | Pixels
"""A picture: RGB by Pillow, or (height, width, 3) of RGB."""

LEAST_SCORE = 0.5
"""How sure the detector must be; what InsightFace takes."""
AREA = 640 * 480
"""Pixels at which a picture is looked over: a photo of 4:3 at 640 by 480, and a panorama of the same area, so that its
faces are not lost; InsightFace's 640 by 640 would be a quarter of black margin with most photos."""
MOST_AT_ONCE = 16
"""Faces that go through the embedder together: more cost memory and gain nothing."""
_STEP = 32  # what sides of a detector's picture must be divided by
_LOOK, _ASIDE = 160, 30
"""Sides of the picture that a face is looked at again in, and how far from its middle the face may be found."""
_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where both eyes, the nose and the corners of the mouth belong in a face of 112 pixels: ArcFace's."""


@dataclass(frozen=True, slots=True)
class Detections:
    """Faces in one picture, in its pixels. The surest first.

    `boxes`: (n, 4) left, top, right, bottom, which may reach beyond the picture; `scores`: (n,) 0 to 1; `points`:
    (n, 5, 2) left and right eye as one sees them, nose, left and right corner of the mouth.
    """

    boxes: Floats
    scores: Floats
    points: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: Any) -> "Detections":
        """Return some of them, by index, slice or mask."""
        return Detections(self.boxes[which], self.scores[which], self.points[which])


class FacePack:
    """One pack. Its models load at first use; threads may share it, one at a time finds faces."""

    def __init__(self, layout: FaceLayout, threads: int) -> None:
        self._layout = layout
        self._threads = threads
        self._lock = threading.Lock()
        self._detector: Any = None
        self._embedder: Any = None
        self.id = layout.id
        self.name = layout.name
        self.same = layout.same
        self.judge = layout.judge

    @property
    def resizes(self) -> bool:
        """Whether the detector takes pictures of any size, so that a small one costs less."""
        return self._loaded()[0].static_input_size is None

    def detect(self, picture: Picture, area: int = AREA) -> Detections:
        """Return the faces in a picture that is looked over at about `area` pixels, fewer if it is smaller.

        Raises UserError if the model cannot be used.
        """
        import cv2

        detector = self._loaded()[0]
        pixels = _rgb(picture)
        height, width = pixels.shape[:2]
        within = detector.static_input_size or _looked_at(width, height, area)
        # As InsightFace scales it, but before the colours are put in its order, which is much less work.
        scale = min(within[0] / width, within[1] / height)
        size = max(1, int(width * scale)), max(1, int(height * scale))
        pixels = np.ascontiguousarray(cv2.resize(pixels, size)[:, :, ::-1])
        try:
            with self._lock:
                found, points = detector.detect(pixels, input_size=within)
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise self._broken(self._layout.detector, error) from error
        if points is None:
            raise UserError(
                f"{self._layout.detector} does not mark eyes and mouths, which Haven needs to turn faces upright. Use a"
                " pack whose detector does, such as those that `haven models list` shows."
            )
        back = np.array([width / size[0], height / size[1]], np.float32)
        boxes = found[:, :4] * np.concatenate([back, back])
        return Detections(boxes.astype(np.float32), found[:, 4].astype(np.float32), (points * back).astype(np.float32))

    def look_again(self, picture: Picture, points: Floats) -> float | None:
        """Return how sure the detector is of one face, points (5, 2), when it is cut out, upright and gray; 0 to 1.

        None if the detector takes pictures of one size only: the look would cost as much as the first.
        """
        import cv2

        if not self.resizes:
            return None
        target = _TEMPLATE + (_LOOK - 112) / 2
        pixels, matrix = _rgb(picture), _similarity(points, target)
        tile = cv2.warpAffine(pixels, matrix, (_LOOK, _LOOK))
        gray = cv2.cvtColor(tile, cv2.COLOR_RGB2GRAY)
        seen = self.detect(np.repeat(gray[:, :, None], 3, axis=2))
        away = np.abs((seen.boxes[:, :2] + seen.boxes[:, 2:]) / 2 - _LOOK / 2).max(axis=1)
        return float(seen.scores[away <= _ASIDE].max(initial=0.0))

    def cut_out(self, picture: Picture, points: Floats) -> list[Pixels]:
        """Return each face, by its points (n, 5, 2), upright in a square of RGB, (side, side, 3)."""
        import cv2

        side = int(self._loaded()[1].input_size[0])
        pixels = _rgb(picture)
        target = _template(side)
        matrices = (_similarity(one, target) for one in points)
        return [np.asarray(cv2.warpAffine(pixels, one, (side, side), borderValue=0.0), np.uint8) for one in matrices]

    def embed(self, faces: Sequence[Pixels]) -> Floats:
        """Return the vectors of faces that were cut out, (n, dim), of unit length. Raises UserError."""
        embedder = self._loaded()[1]
        dim = embedder.output_shape[-1]
        if not faces:
            return np.empty((0, dim if isinstance(dim, int) else 0), np.float32)
        fixed = embedder.input_shape[0]
        step = fixed if isinstance(fixed, int) and fixed > 0 else MOST_AT_ONCE
        parts = []
        for start in range(0, len(faces), step):
            some = [np.ascontiguousarray(face[:, :, ::-1]) for face in faces[start : start + step]]
            whole = some + some[-1:] * (fixed - len(some)) if step == fixed else some
            try:
                parts.append(np.asarray(embedder.get_feat(whole), np.float32)[: len(some)])
            except Exception as error:  # onnxruntime's errors have no base of their own
                raise self._broken(self._layout.embedder, error) from error
        vectors = np.concatenate(parts)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise UserError(f"The model {self.name} gave no usable vectors. Choose another with `haven models use`.")
        return np.asarray(vectors / lengths, np.float32)

    def unload(self) -> None:
        """Give the memory back; the next use loads again."""
        with self._lock:
            self._detector = self._embedder = None

    def _loaded(self) -> tuple[Any, Any]:
        with self._lock:
            if self._detector is None or self._embedder is None:
                self._detector, self._embedder = self._load()
            return self._detector, self._embedder

    def _load(self) -> tuple[Any, Any]:
        from haven_models.mapped import graph_without_weights
        from haven_models.onnx_towers import new_session
        from haven_models.yunet import YuNetSession

        scrfd, arcface = model_classes()
        path = self._layout.detector
        try:
            session = new_session(path, self._threads)
            detector = scrfd(session=YuNetSession(session) if is_yunet(path) else session)
            detector.prepare(0, det_thresh=LEAST_SCORE)
            path = self._layout.embedder
            # It looks through the graph for how faces are to be prepared, for which it need not read the weights.
            graph = graph_without_weights(path)
            embedder = arcface(
                str(path) if graph is None else BytesIO(graph), new_session(path, self._threads, accelerate=True)
            )
        except UserError:
            raise
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise self._broken(path, error) from error
        if self._layout.raw:
            embedder.input_mean, embedder.input_std = 0.0, 1.0
        return detector, embedder

    def _broken(self, path: Path, error: Exception) -> UserError:
        return UserError(
            f"The model {self.name} cannot be used: {path}: {' '.join(str(error).split())[:300]}."
            f" `haven models verify {self.name}` shows whether it is damaged."
        )


def open_face_pack(folder: Path, *, threads: int = 0) -> FacePack:
    """Return the pack in a folder, nothing of it loaded yet.

    `threads`: processor threads for one picture; 0 means all cores, 1 is right for one of several worker processes.
    Raises UserError if the folder is no pack.
    """
    return FacePack(FaceLayout(Path(folder)), threads)


def _rgb(picture: Picture) -> Pixels:
    """Return a picture's pixels."""
    pixels = np.asarray(picture)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise ValueError(f"an RGB picture is needed, not {pixels.shape} of {pixels.dtype}")
    return pixels


def _looked_at(width: int, height: int, area: int) -> tuple[int, int]:
    """Return the size, of sides that the detector takes, in which a picture of some size is looked over."""
    scale = min(1.0, (area / (width * height)) ** 0.5)
    across, down = (max(_STEP, -(-round(side * scale) // _STEP) * _STEP) for side in (width, height))
    return across, down


def _template(side: int) -> Floats:
    """Return where the five points belong in a square: as InsightFace has it, with a margin where 128 divides it."""
    plain = side % 112 == 0
    points = _TEMPLATE * (side / 112) if plain else (_TEMPLATE + np.array([8, 0])) * (side / 128)
    return np.asarray(points, np.float32)


def _similarity(points: Floats, target: Floats) -> NDArray[np.float64]:
    """Return the matrix (2, 3) that turns, scales and moves points nearest to others, by least squares.

    Taken as complex numbers, that is a line through them, so that it has a short form; for points of a plane it is the
    same as Umeyama's, unless the points are mirrored.
    """
    given, wanted = (one.astype(np.float64) @ np.array([1, 1j]) for one in (points, target))
    centred = given - given.mean()
    turn = np.vdot(centred, wanted - wanted.mean()) / max(float(np.vdot(centred, centred).real), 1e-9)
    move = wanted.mean() - turn * given.mean()
    return np.array([[turn.real, -turn.imag, move.real], [turn.imag, turn.real, move.imag]])
