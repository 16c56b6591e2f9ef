"""Ranks photos by the vectors of a CLIP model, and says where relevance ends.

The model's text half answers phrases; it stays, since its weights are mapped from the file, while all else is let go
of when nobody has asked for a while. Vectors of texts are kept, so that a saved search costs no model at all. While
another model's vectors are being made, the older one answers.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from haven_clip.model import ChosenModel, chosen_model, older_models
from haven_fs import Hits, PhotoSet, Ranking, Settings, View

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from haven_clip.cutoff import Cutoff
    from haven_models.clip import ClipModel

    Vector = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

IDLE = 300.0
"""Seconds without a question after which memory is given back: see _unload."""
SAMPLE = 4000
"""Vectors of the library from which is learnt where relevance ends."""
CHOICE_LASTS = 10.0
"""Seconds after which it is looked again which model the owner chose."""
GROWTH = 1.2
"""It is learnt anew when the library has grown by this factor."""


class ClipSearcher:
    """Answers from the vectors of one data folder. Thread-safe."""

    name = "clip"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chosen: ChosenModel | None = None
        self._chosen_at = float("-inf")
        self._lock = threading.RLock()
        self._models: dict[str, ClipModel] = {}
        self._cutoffs: dict[str, tuple[int, Cutoff]] = {}
        self._older: dict[str, ChosenModel] | None = None
        self._timer: threading.Timer | None = None

    def by_text(self, view: View, text: str, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that show what `text` says; None as long as no photo has been looked at."""
        found = self._answering(view)
        if found is None:
            return None
        model, note = found
        query = self._text(view, model, text)
        # All scores there are tell where relevance ends, so that it does not depend on what is asked within.
        hits = view.vectors().store.search(model.space, query)
        cutoff = self._cutoff(view, model)
        count = int((hits.scores >= cutoff.least(hits.scores)).sum())
        finds = self._carrying(view, model, text, query, Hits(hits.photo_ids[:count], hits.scores[:count]), cutoff)
        return _among(view, photos, finds, note)

    def _carrying(
        self, view: View, model: ChosenModel, text: str, query: "Vector", finds: Hits, cutoff: "Cutoff"
    ) -> Hits:
        """Return those of a text's finds that carry all of its words."""
        import numpy as np

        from haven_clip.parts import carried, telling, without_each

        texts = without_each(text) if len(finds) else []
        if not texts:
            return finds
        parts = self._texts(view, model, texts)
        parts = parts[telling(query, parts)]
        if len(parts) < 2:
            return finds
        scores = view.vectors().store.compare(model.space, np.vstack([query[None], parts]), finds.photo_ids)
        kept = carried(query, parts, scores, cutoff.spread)
        return Hits(finds.photo_ids[kept], finds.scores[kept])

    def by_photo(self, view: View, photo_id: int, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that look like a photo of the catalog."""
        found = self._answering(view)
        if found is None:
            return None
        model, note = found
        vectors = view.vectors().store.get(model.space, photo_id)
        if not len(vectors):
            return Ranking(note=note)
        return self._alike(view, model, vectors[0], photos.narrowed("p.id <> ?", photo_id), note)

    def by_picture(self, view: View, picture: Path, photos: PhotoSet) -> Ranking | None:
        """Return those of `photos` that look like a picture in a file. Raises Unreadable, OSError."""
        found = self._answering(view)
        if found is None:
            return None
        model, note = found
        key = f"{model.space} picture {picture.name}"
        query = self._kept(view, [key], lambda due: self._embed_file(model, picture))[0]
        return self._alike(view, model, query, photos, note)

    def _alike(self, view: View, model: ChosenModel, query: "Vector", photos: PhotoSet, note: str) -> Ranking:
        least = self._cutoff(view, model).alike
        hits = view.vectors().search(model.space, query, least=least)
        return _among(view, photos, hits, note)

    def _answering(self, view: View) -> tuple[ChosenModel, str] | None:
        """Return the model whose vectors answer now, and what the owner should know of that."""
        chosen = self._choose()
        spaces = view.vectors().store.spaces()
        if chosen is None or not spaces:
            return None
        shown = view.db.execute("SELECT count(*) FROM photo WHERE shown = 1").fetchone()[0]
        done = view.db.execute(
            "SELECT count(*) FROM analysis WHERE analyzer = 'clip' AND version = ?", (chosen.version,)
        ).fetchone()[0]
        note = f"Haven has not yet looked at {shown - done} of {shown} photos." if done < shown else ""
        others = {name for name in spaces if name.startswith("clip:") and name != chosen.space}
        if note and others:
            with self._lock:
                if self._older is None:
                    self._older = {model.space: model for model in older_models(self._settings, others)}
            older = [model for space, model in self._older.items() if space in others]
            if older:
                fullest = max(older, key=lambda model: spaces[model.space].photos)
                return fullest, f"The model {fullest.id} is used until the new one has looked at all photos. {note}"
        return (chosen, note) if chosen.space in spaces else None

    def _choose(self) -> ChosenModel | None:
        """Return the model that the owner chose, who may choose another one at any time."""
        with self._lock:
            if time.monotonic() - self._chosen_at > CHOICE_LASTS:
                chosen = chosen_model(self._settings)
                if chosen != self._chosen:
                    self._older = None
                self._chosen, self._chosen_at = chosen, time.monotonic()
            return self._chosen

    def _text(self, view: View, model: ChosenModel, text: str) -> "Vector":
        vector: Vector = self._texts(view, model, [text])[0]
        return vector

    def _texts(self, view: View, model: ChosenModel, texts: Sequence[str]) -> "Vector":
        """Return the vectors of texts, (n, dim)."""
        keys = [f"{model.space} text {text}" for text in texts]
        return self._kept(view, keys, lambda due: self._model(model).embed_texts([texts[number] for number in due]))

    def _kept(self, view: View, keys: Sequence[str], compute: "Callable[[Sequence[int]], Vector]") -> "Vector":
        """Return vectors, (n, dim), that were computed before; compute the others, by their numbers, and keep them."""
        import numpy as np

        store = view.vectors().store
        digests = [hashlib.sha256(key.encode(errors="replace")).hexdigest() for key in keys]
        found = [store.recall(digest) for digest in digests]
        due = [number for number, data in enumerate(found) if data is None]
        if due:
            with self._lock:
                computed = compute(due).astype("<f2")
            for number, vector in zip(due, computed, strict=True):
                found[number] = vector.tobytes()
                if not store.readonly:
                    store.remember(digests[number], vector.tobytes())
        vectors = np.stack([np.frombuffer(data or b"", "<f2") for data in found]).astype(np.float32)
        units: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return units

    def _embed_file(self, model: ChosenModel, picture: Path) -> "Vector":
        from haven_fs import open_picture  # decoders, which searches by words have no use for

        return self._model(model).embed_images([open_picture(picture)])

    def _cutoff(self, view: View, model: ChosenModel) -> "Cutoff":
        """Return where relevance ends, learnt from a sample of the library; again when that has grown."""
        import numpy as np

        from haven_clip.cutoff import BACKGROUND, Cutoff

        store = view.vectors().store
        with self._lock:
            rows = store.spaces()[model.space].rows
            learnt = self._cutoffs.get(model.space)
            if learnt is None or not rows / GROWTH <= learnt[0] <= rows * GROWTH:
                background = self._texts(view, model, BACKGROUND)
                photo_ids, matrix = store.matrix(model.space)
                there = np.flatnonzero(photo_ids >= 0)
                chosen = there[np.linspace(0, len(there) - 1, min(len(there), SAMPLE)).astype(np.int64)]
                sample = np.asarray(matrix[chosen], np.float32)
                learnt = rows, Cutoff.fit(sample, background, model.known_cutoff)
                self._cutoffs[model.space] = learnt
            return learnt[1]

    def _model(self, chosen: ChosenModel) -> "ClipModel":
        """Return the model, and see to it that it does not stay for ever."""
        with self._lock:
            if chosen.id not in self._models:
                self._models[chosen.id] = chosen.open()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(IDLE, self._unload)
            self._timer.daemon = True
            self._timer.start()
            return self._models[chosen.id]

    def _unload(self) -> None:
        """Give memory back, but for the text half of the model that is asked next, so that it answers at once."""
        with self._lock:
            chosen = self._chosen
            for id_, model in list(self._models.items()):
                is_chosen = chosen is not None and chosen.id == id_
                model.unload(keep_texts=is_chosen)
                if not is_chosen:
                    del self._models[id_]


def _among(view: View, photos: PhotoSet, hits: Hits, note: str) -> Ranking:
    """Return those of the hits that are among the photos."""
    among = photos.among(hits.photo_ids.tolist())
    kept = {row[0] for row in view.db.execute(f"SELECT p.id FROM photo p WHERE {among.condition}", among.params)}
    found = [
        (id_, score) for id_, score in zip(hits.photo_ids.tolist(), hits.scores.tolist(), strict=True) if id_ in kept
    ]
    return Ranking([id_ for id_, _ in found], [score for _, score in found], note)
