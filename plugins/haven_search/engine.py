"""Answers phrases: the planner's filters, the words that match, and what a searcher ranks by meaning, as one order.

Answers are kept as long as the catalog and the day are the same, since a file browser asks for a folder many times.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from haven_fs import PhotoSet, Ranking, View, names
from haven_search.planner import Plan, matching_words, plan

KEPT = 64
"""Answers that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a phrase was understood and what fits it.

    `ranked`: ids of photos, the best first; None if the phrase is filters only, then all of `plan.photos` fit.
    `scores` are those of the searcher, None for photos found by their words alone. `by_words_only`: there was a text
    to rank by and nothing that could. `note`: see Ranking.
    """

    plan: Plan
    ranked: tuple[int, ...] | None
    scores: tuple[float | None, ...] = ()
    by_words_only: bool = False
    note: str = ""

    @property
    def photos(self) -> PhotoSet:
        """The photos that fit."""
        return self.plan.photos if self.ranked is None else self.plan.photos.among(self.ranked)


class Engine:
    """Answers phrases and remembers the last answers. Thread-safe."""

    def __init__(self) -> None:
        self._answers: OrderedDict[object, tuple[object, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, view: View, phrase: str) -> Answer:
        """Return what fits a phrase among the photos that the view is confined to."""
        # One process may serve several data folders, which share this object.
        key = (view.settings["data_dir"], names.fold(phrase), view.within)
        version = (view.seq, view.now.date())
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None and kept[0] == version:
                self._answers.move_to_end(key)
                return kept[1]
        answer = _answer(view, phrase)
        with self._lock:
            self._answers[key] = version, answer
            self._answers.move_to_end(key)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return answer


def _answer(view: View, phrase: str) -> Answer:
    understood = plan(
        view.db,
        phrase,
        now=view.now,
        language=str(view.settings.get("language", "en")),
        within=view.within,
        spoken=view.spoken,
    )
    if not understood.text and not understood.words:
        return Answer(understood, None)
    by_words = matching_words(view.db, understood)
    ranking = _by_meaning(view, understood) if understood.text else None
    if ranking is None:
        return Answer(understood, tuple(by_words), (None,) * len(by_words), bool(understood.text))
    scores = dict(zip(ranking.photo_ids, ranking.scores, strict=True))
    place = {photo_id: position for position, photo_id in enumerate(by_words)}
    # What somebody wrote about a photo is surer than what a model sees in it; among those the model decides.
    first = sorted(by_words, key=lambda photo_id: (-scores.get(photo_id, -2.0), place[photo_id]))
    ranked = (*first, *(photo_id for photo_id in ranking.photo_ids if photo_id not in place))
    return Answer(understood, ranked, tuple(scores.get(photo_id) for photo_id in ranked), note=ranking.note)


def _by_meaning(view: View, understood: Plan) -> Ranking | None:
    """Return the answer of the first searcher that has one."""
    answers = (searcher.by_text(view, understood.text, understood.photos) for searcher in view.searchers)
    return next((answer for answer in answers if answer is not None), None)
