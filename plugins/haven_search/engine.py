"""Answers phrases: as they are read first, else as they may be meant as well.

A word that is nobody's and nothing's is taken for the nearest that is known. If what a phrase seems to say finds
nothing, it is read otherwise: "Sydney 2013" is the city if nobody called Sydney was photographed in 2013. What was
taken for what, the answer says. Answers are kept as long as the catalog and the day are the same, since a file browser
asks for a folder many times.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from haven_fs import View, names
from haven_search.finding import Answer, find, how_many_without
from haven_search.fulltext import FullText
from haven_search.known import known
from haven_search.ownwords import translated
from haven_search.plan import Plan
from haven_search.planner import plan
from haven_search.spelling import Speller
from haven_search.vocabulary import vocabulary

KEPT = 64
"""Answers that are kept."""
READINGS = 6
"""Ways in which a phrase is read otherwise before it is given up."""


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
        answer = _Asking(view, phrase).answer()
        with self._lock:
            self._answers[key] = version, answer
            self._answers.move_to_end(key)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return answer


class _Asking:
    """One phrase, asked in a view."""

    def __init__(self, view: View, phrase: str) -> None:
        self._view = view
        self._asked = phrase
        self._phrase, self._own = translated(phrase, view.settings.get("search.words", ()))
        self._language = str(view.settings.get("language", "en"))
        self._vocabulary = vocabulary(self._language, Path(view.settings["data_dir"], "languages"))
        self._fulltext = FullText(view.db, self._language)
        self._speller = Speller(
            known(view.db, self._language, view.spoken, self._vocabulary.kin),
            self._vocabulary,
            self._fulltext,
            self._language,
        )

    def answer(self) -> Answer:
        """Return the first answer that photos fit; else what fits it in part, or says why nothing does."""
        understood = self._plan(self._phrase)
        phrase, taken = self._speller.corrected(self._phrase, understood.left)
        understood = self._plan(phrase) if taken else understood
        first = self._find(understood, taken)
        if first.fits:
            return first
        others: list[Answer] = []
        for answer in self._other_answers(phrase, first, taken):
            if answer.fits:
                return answer
            others.append(answer)
        for answer in (first, *others):
            if answer.ranked != () and answer.photos.stamp(self._view.db).count:
                return answer
        return replace(first, remarks=(*first.remarks, *how_many_without(self._view, first.plan, self._fulltext)))

    def _other_answers(self, phrase: str, first: Answer, taken: Mapping[str, str]) -> Iterator[Answer]:
        """Give the answers to what the phrase may mean as well, the likeliest first; `first`: as it was read first."""
        understood = first.plan
        says = "; ".join(one.meaning.partition(" (")[0] for one in understood.understood)
        for other in understood.other_readings[:READINGS]:
            answer = self._find(self._plan(phrase, other), taken)
            if not answer.fits:
                continue
            remarks = (f"Read as “{says}”, it finds less or nothing.",) if says else ()
            yield replace(answer, remarks=(*remarks, *answer.remarks))
        if (either := self._either(phrase, first)) is not None:
            yield either
        guess, meant = self._speller.guessed(phrase, understood.left)
        if meant:
            yield self._find(self._plan(guess), {**taken, **meant})

    def _either(self, phrase: str, first: Answer) -> Answer | None:
        """Return what fits any of the parts that "or" stands between: "Alice in Paris or Bob in London"."""
        clauses = first.plan.clauses
        answers = [self._find(self._plan(phrase[start:end]), {}) for start, end in clauses]
        if not answers or not all(answer.fits for answer in answers):
            return None
        ids = sorted({id_ for answer in answers for id_ in answer.photos.ids(self._view.db)})
        parts = "; or ".join(f"“{phrase[start:end]}”" for start, end in clauses)
        within = self._view.within.among(ids)
        return replace(first, found=within, ranked=None, scores=(), fits=True, remarks=(f"Read as {parts}.",))

    def _plan(self, phrase: str, *otherwise: tuple[int, str]) -> Plan:
        understood = plan(
            self._view.db,
            phrase,
            now=self._view.now,
            language=self._language,
            within=self._view.within,
            spoken=self._view.spoken,
            words_of_language=self._vocabulary,
            otherwise=otherwise,
            country=str(self._view.settings.get("country", "")),
        )
        return replace(understood, phrase=" ".join(self._asked.split())) if phrase != self._asked else understood

    def _find(self, understood: Plan, taken: Mapping[str, str]) -> Answer:
        answer = find(self._view, understood, self._fulltext)
        own = (f"“{written}” means “{meant}”, as you have set." for written, meant in self._own.items())
        said = (*own, *(f"“{written}” was taken for “{meant}”." for written, meant in taken.items()))
        return replace(answer, remarks=(*said, *answer.remarks)) if said else answer
