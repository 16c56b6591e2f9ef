"""The analyzer that embeds photos: one vector a picture, several a video, from the decode that all analyzers share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from haven_clip.model import ChosenModel
from haven_fs import Analyzer, Embedding, Facts, Sample

if TYPE_CHECKING:
    from haven_models.clip import ClipModel


class ClipAnalyzer(Analyzer):
    """Gives embeddings in the model's space. The model is loaded with the first batch; it runs on one thread.

    Workers are as many as there are cores, so that decoding and computing share them evenly.
    """

    name = "clip"
    needs = "picture"
    indexed = True

    def __init__(self, model: ChosenModel) -> None:
        self._chosen = model
        self._model: ClipModel | None = None
        self.version = model.version
        self.space = model.space

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample, in order."""
        if self._model is None:
            self._model = self._chosen.open(threads=1)
        frames = [sample.frames for sample in batch]
        vectors = self._model.embed_images([frame for some in frames for frame in some])
        data = iter(vectors.astype("<f2"))
        return [
            Facts(embeddings=[Embedding(self._chosen.space, next(data).tobytes()) for _ in some]) for some in frames
        ]
