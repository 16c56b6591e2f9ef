"""Finds what a plan asks for: its filters, the words that match, and what a searcher ranks by meaning, as one order.

What is left of a phrase ranks and cuts. But where something was understood and what is left fits none of those photos,
they are all shown, in order of time: "nice photos of Alice" are Alice's photos. A phrase of which nothing was
understood, or with its words in quotes, finds nothing then.
"""

import json
from dataclasses import dataclass, field, replace

from haven_fs import PhotoSet, Ranking, View
from haven_search.fulltext import FullText
from haven_search.plan import Group, Look, Plan

_MOST_COUNTED = 6
"""Conditions of an empty search that are tried without."""
_Place = tuple[int, float, int]
"""Where a photo comes: how it was found; less its score; its place among equals."""
_WRITTEN, _LABELLED, _LOOKS, _MENTIONED = range(4)
"""How: somebody wrote the words about it; they stand in it and hardly any others; a model says so; it says much."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a phrase was understood and what fits it.

    `found`: the photos that filters leave; `ranked`: ids of photos, the best first; None if all of `found` fit, in no
    order of their own. `scores` are those of the searcher, None for photos found by their words alone. `fits`: photos
    fit all that was asked. `by_words_only`: there was a text to rank by and nothing that could. `note`: see Ranking.
    `remarks`: what the owner should know of how this was found.
    """

    plan: Plan
    found: PhotoSet
    ranked: tuple[int, ...] | None
    scores: tuple[float | None, ...] = ()
    fits: bool = True
    by_words_only: bool = False
    note: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def photos(self) -> PhotoSet:
        """The photos that fit."""
        return self.found if self.ranked is None else self.found.among(self.ranked)


@dataclass(slots=True)
class Hits:
    """What one thing that was looked for was found in. `places`: by the ids of photos; `scores`: as far as known."""

    places: dict[int, _Place] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    by_words_only: bool = False
    note: str = ""


def find(view: View, plan: Plan, fulltext: FullText) -> Answer:
    """Return what fits a plan among the photos that the view is confined to."""
    answer = _find(view, plan, fulltext)
    if plan.pick is None:
        return answer
    picked = plan.pick.of(view.db, answer.photos)
    if answer.ranked is None:
        return replace(answer, found=picked, fits=answer.fits and _any(view, picked))
    kept = set(picked.ids(view.db))
    pairs = [pair for pair in zip(answer.ranked, answer.scores, strict=True) if pair[0] in kept]
    return replace(answer, ranked=tuple(id_ for id_, _ in pairs), scores=tuple(score for _, score in pairs))


def _find(view: View, plan: Plan, fulltext: FullText) -> Answer:
    photos, remarks = _left(view, plan, fulltext)
    if not plan.groups:
        return Answer(plan, photos, None, fits=_any(view, photos), remarks=remarks)
    found: Hits | None = None
    for group in plan.groups:
        hits, said = _either(view, fulltext, group, photos)
        remarks += said
        found = hits if found is None else _both(found, hits)
    assert found is not None
    if found.places:
        return _ranked(plan, photos, found, remarks)
    if not plan.narrows or any(look.exact for look in plan.looks) or not _any(view, photos):
        return replace(_ranked(plan, photos, found, remarks), fits=False)
    return _relaxed(view, plan, fulltext, photos, found)


def how_many_without(view: View, plan: Plan, fulltext: FullText) -> list[str]:
    """Return, for a plan that finds nothing, which of its conditions to leave out, and what that would bring."""
    if len(plan.conditions) + len(plan.groups) < 2:
        return []
    remarks = []
    for condition in plan.conditions[:_MOST_COUNTED]:
        others = replace(plan, conditions=tuple(one for one in plan.conditions if one is not condition))
        answer = find(view, others, fulltext)
        count = answer.photos.stamp(view.db).count if answer.fits else 0
        if count:
            photos = "1 photo" if count == 1 else f"{count:,} photos"
            remarks.append(f"Without “{condition.written}” there would be {photos}.")
    return remarks


def _left(view: View, plan: Plan, fulltext: FullText) -> tuple[PhotoSet, tuple[str, ...]]:
    """Return the photos that the conditions leave and nothing excludes, and what could not be excluded."""
    photos, remarks = plan.photos, []
    out: set[int] = set()
    for look in plan.without:
        hits = _look(view, fulltext, look, photos)
        out.update(id_ for id_, place in hits.places.items() if place[0] != _MENTIONED)
        if not hits.places:
            remarks.append(f"No photo looks like or mentions “{look}”, so nothing is left out for it.")
    if out:
        photos = photos.narrowed("p.id NOT IN (SELECT value FROM json_each(?))", json.dumps(sorted(out)))
    return photos, tuple(remarks)


def _relaxed(view: View, plan: Plan, fulltext: FullText, photos: PhotoSet, found: Hits) -> Answer:
    """Return all photos that the conditions fit, those first that have some of the words."""
    words = tuple(dict.fromkeys(word for look in plan.looks for word in look.words))
    also = [pair for look in plan.looks for pair in look.also]
    some = fulltext.matching(words, photos, some=True, also=also) if len(words) > 1 else []
    sought = ", ".join(f"“{look}”" for look in plan.looks)
    remark = f"Not understood, and found in none of these photos: {sought}. So all are shown that fit the rest"
    if not some:
        return Answer(plan, photos, None, (), False, found.by_words_only, found.note, (f"{remark}.",))
    rest = photos.narrowed("p.id NOT IN (SELECT value FROM json_each(?))", json.dumps(some))
    query = f"SELECT p.id FROM photo p WHERE {rest.condition} ORDER BY p.day, p.taken, p.id"
    ids = (*some, *(id_ for (id_,) in view.db.execute(query, rest.params)))
    remarks = (f"{remark}, those with some of the words first.",)
    return Answer(plan, photos, ids, (None,) * len(ids), False, found.by_words_only, found.note, remarks)


def _ranked(plan: Plan, photos: PhotoSet, hits: Hits, remarks: tuple[str, ...]) -> Answer:
    ids = sorted(hits.places, key=hits.places.__getitem__)
    scores = tuple(hits.scores.get(id_) for id_ in ids)
    return Answer(plan, photos, tuple(ids), scores, True, hits.by_words_only, hits.note, remarks)


def _either(view: View, fulltext: FullText, group: Group, photos: PhotoSet) -> tuple[Hits, tuple[str, ...]]:
    """Return the photos that any alternative of a group fits, and which of them fit none."""
    whole, remarks = Hits(), []
    for one in group:
        if isinstance(one, Look):
            hits = _look(view, fulltext, one, photos)
            if not hits.places and len(group) > 1:
                remarks.append(f"Nothing was found for “{one}”.")
        else:
            ids = one.narrow(photos).ids(view.db)
            hits = Hits({id_: (_WRITTEN, 2.0, place) for place, id_ in enumerate(ids)})
        for id_, place in hits.places.items():
            whole.places[id_] = min(place, whole.places.get(id_, place))
        whole.scores |= {id_: max(score, whole.scores.get(id_, score)) for id_, score in hits.scores.items()}
        whole.by_words_only = whole.by_words_only or hits.by_words_only
        whole.note = whole.note or hits.note
    return whole, tuple(remarks)


def _both(first: Hits, second: Hits) -> Hits:
    """Return the photos that two things were found in, each where the worse of them stands."""
    shared = first.places.keys() & second.places.keys()
    places = {id_: max(first.places[id_], second.places[id_]) for id_ in shared}
    pairs = {id_: (first.scores.get(id_), second.scores.get(id_)) for id_ in shared}
    scores = {id_: min(one, other) for id_, (one, other) in pairs.items() if one is not None and other is not None}
    return Hits(places, scores, first.by_words_only or second.by_words_only, first.note or second.note)


def _look(view: View, fulltext: FullText, look: Look, photos: PhotoSet) -> Hits:
    """Return the photos that a look fits, those first whose words do.

    What somebody wrote about a photo is surer than what a model sees in it; among those the model decides. What stands
    in a picture comes next, unless so much stands there that the words tell little of what it shows. Words in quotes
    that somebody wrote are what is wanted, and nothing that only looks like them.
    """
    by_words = fulltext.matching(look.words, photos, also=look.also)
    if look.exact and by_words:
        return Hits({id_: (_WRITTEN, 2.0, place) for place, id_ in enumerate(by_words)})
    seen = fulltext.seen(look.words, photos, by_words, look.also)
    said: dict[int, _Place] = {
        id_: (_LABELLED if labelled else _MENTIONED, 2.0, place) for place, (id_, labelled) in enumerate(seen.items())
    }
    ranking = None
    for text in filter(None, dict.fromkeys((look.english, look.text))):
        ranking = _by_meaning(view, text, photos)
        if ranking is not None and ranking.photo_ids:
            break
    if ranking is None:
        said |= {id_: (_WRITTEN, 2.0, place) for place, id_ in enumerate(by_words)}
        return Hits(said, {}, bool(look.text), _note("", len(seen)))
    scores = dict(zip(ranking.photo_ids, ranking.scores, strict=True))
    places = {id_: (_LOOKS, -scores[id_], place) for place, id_ in enumerate(ranking.photo_ids)}
    places |= {id_: min(place, places.get(id_, place)) for id_, place in said.items()}
    places |= {id_: (_WRITTEN, -scores.get(id_, -2.0), place) for place, id_ in enumerate(by_words)}
    return Hits(places, scores, note=_note(ranking.note, len(seen)))


def _note(note: str, seen: int) -> str:
    """Return a note that also says how many photos were found by words that stand in them."""
    found = f"Found by words in the picture itself: {seen:,} photo{'s' if seen != 1 else ''}." if seen else ""
    return " ".join(filter(None, (note, found)))


def _by_meaning(view: View, text: str, photos: PhotoSet) -> Ranking | None:
    """Return the answer of the first searcher that has one."""
    answers = (searcher.by_text(view, text, photos) for searcher in view.searchers)
    return next((answer for answer in answers if answer is not None), None)


def _any(view: View, photos: PhotoSet) -> bool:
    query = f"SELECT 1 FROM photo p WHERE {photos.condition} LIMIT 1"
    return view.db.execute(query, photos.params).fetchone() is not None
