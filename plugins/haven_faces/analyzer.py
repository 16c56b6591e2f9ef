"""The analyzer that finds faces: where they are, how good they are, and a vector of each, from the shared decode.

A photo's faces are its regions of the kind "face". Their details, all but the last two plain numbers:

    score      0.5 to 1: how sure the detector is that it is a face
    again      0 to 1: how sure it is when it sees but the face, upright and gray; there if it had to look again
    pixels     the face's size in the picture that was looked at, whose longer side is at most 1,280 pixels
    blur       0 sharp to 1 good for nothing
    yaw, pitch, roll   degrees by which the head is turned to the right, bent down, and tilted clockwise
    quality    0 to 1: how far the vector can be trusted (see `quality`)
    clothes    hundredths of twenty-seven colours below the face (see `clothes`); not there if out of the picture
    landmarks  ten shares of width and height: x, y of both eyes, the nose and both corners of the mouth

Of a video all frames are looked at, so that one person may be there several times: `frame` tells them apart.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from haven_faces.model import ChosenFaces
from haven_fs import Analyzer, Embedding, Facts, Region, Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from haven_models.faces import FacePack

_DIGITS = 4
"""Of shares and of what is computed from them: a tenth of a pixel."""


class FacesAnalyzer(Analyzer):
    """Gives faces with embeddings in the pack's space. The pack is loaded with the first batch; it runs on one thread.

    Workers are as many as there are cores, so that decoding and computing share them evenly.
    """

    name = "faces"
    needs = "picture"
    indexed = False

    def __init__(self, model: ChosenFaces) -> None:
        self._chosen = model
        self._pack: FacePack | None = None
        self.version = model.version
        self.space = model.space

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample, in order. All faces of the batch are embedded together."""
        if self._pack is None:
            self._pack = self._chosen.open(threads=1)
        answers = [Facts() for _ in batch]
        cut_out: list[NDArray[np.uint8]] = []
        of: list[Facts] = []
        for facts, sample in zip(answers, batch, strict=True):
            for number, frame in enumerate(sample.frames):
                some = self._look(self._pack, frame, number, facts)
                cut_out += some
                of += [facts] * len(some)
        for facts, vector in zip(of, self._pack.embed(cut_out).astype("<f2"), strict=True):
            facts.embeddings.append(Embedding(self._chosen.space, vector.tobytes()))
        return answers

    def _look(self, pack: "FacePack", frame: object, number: int, facts: Facts) -> "list[NDArray[np.uint8]]":
        """Add a frame's faces to the facts and return them cut out, in the same order."""
        import numpy as np

        from haven_faces.clothes import clothes_of
        from haven_faces.finding import find_faces
        from haven_faces.quality import blur_of, pose_of, quality_of

        pixels = np.asarray(frame)
        size = np.array([pixels.shape[1], pixels.shape[0]], np.float32)
        found = find_faces(pack, pixels)
        kept = []
        for box, score, points in zip(found.boxes, found.scores, found.points, strict=True):
            left, top, right, bottom = np.clip(np.round(box / np.tile(size, 2), _DIGITS), 0, 1).tolist()
            if left >= right or top >= bottom:
                continue  # wholly in a margin
            (face,) = pack.cut_out(pixels, points[None])
            sides = box[2:] - box[:2]
            extent = float(np.sqrt(sides[0] * sides[1]))
            blur, pose = blur_of(face), pose_of(points)
            quality, again = quality_of(1.0, extent, blur, pose), None
            if quality > 0 and pack.judge.doubts(float(score)):
                again = pack.look_again(pixels, points)
            quality *= pack.judge.face(float(score), again)
            details: dict[str, float | list[float]] = {
                "score": round(float(score), _DIGITS),
                "pixels": round(extent, 1),
                "blur": round(blur, _DIGITS),
                "yaw": round(pose.yaw, 1),
                "pitch": round(pose.pitch, 1),
                "roll": round(pose.roll, 1),
                "quality": round(quality, _DIGITS),
                "landmarks": np.round((points / size).astype(np.float64), _DIGITS).ravel().tolist(),
            }
            if (worn := clothes_of(pixels, box.tolist())) is not None:
                details["clothes"] = worn
            if again is not None:
                details["again"] = round(again, _DIGITS)
            part = sum(region.part is not None for region in facts.regions)
            facts.regions.append(Region("face", (left, top, right, bottom), number, part, None, details))
            kept.append(face)
        return kept
