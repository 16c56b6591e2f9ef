"""What is left of a phrase when its filters are taken out: texts for a model of pictures, and words for full text.

A text keeps its order and its small words ("dog on beach"), but not those that only led to a filter ("in" of "in
Paris", "and" of "Alice and a dog"), nor what says nothing about a picture ("nice", "trip to"). "Or" and "and" part what
is left: "dog or cat" is either, "dog and cat" takes both. What is said of the last of them holds for all: "dog or cat
on the beach" is a dog on the beach or a cat on the beach.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from haven_fs import names
from haven_search.phrase import Word
from haven_search.plan import Look
from haven_search.reading import Item, Reading
from haven_search.stays import STAYS
from haven_search.vocabulary import FUNCTION

_TRAILING = ("with", "of", "at", "on", "and", "or", "article", "taken", "from", "to", "only", "not", "without")
_LEADING = ("with", "of", "at", "on", "and", "or", "taken", "from", "to", "only", *STAYS)
_JOINING = ("and", "or", "taken", "from", "to", "only")
_PLACING = ("with", "at", "on")
_SMALL = {"article": "", "with": "with", "on": "on", "at": "in", "of": "of"}
"""Small words by their roles, in English."""


@dataclass(slots=True)
class Part:
    """An item, or a stretch of words that are left. `joint`: "and", "or" or "" between it and the part before."""

    joint: str
    places: list[int] = field(default_factory=list)
    item: Item | None = None


def parts_of(reading: Reading) -> list[Part]:
    """Return the phrase's items and the words between them, in their order; words without anything to say are gone."""
    parts = list(_parted(reading))
    for place in range(len(parts) - 1, 0, -1):
        if parts[place].joint == ",":  # as the next one in its list: "dog, cat or bird"
            after = parts[place + 1].joint if place + 1 < len(parts) else ""
            parts[place].joint = after if parts[place].item is None else ""
    told = _merged(parts)
    for place, part in enumerate(told):
        if part.item is None:
            joined = bool(part.joint or (told[place + 1].joint if place + 1 < len(told) else ""))
            _trim(reading, part, joined=joined, follows=any(one.item is None for one in told[:place]))
    _share_placing(reading, told)
    for part, next_part in pairwise(told):
        if part.item is None and not part.places and not next_part.joint:
            next_part.joint = part.joint  # of "or in Paris" only "or" and Paris are left
    kept = [part for part in told if part.item is not None or part.places]
    telling = [part for part in kept if part.item is not None or _says_something(reading, part.places)]
    # What says nothing is looked for all the same if there is nothing else.
    return telling or kept


def clauses_of(reading: Reading) -> tuple[tuple[int, int], ...]:
    """Return where in the phrase the parts are that "or" stands between; none if it stands nowhere.

    "And" does as well between parts that each say two things: "Alice in Rome and Bob in Lyon" are two wishes.
    """
    found = _between(reading, "or")
    if found:
        return found
    found = _between(reading, "and")
    told = [sum(1 for item in reading.items if start <= reading.words[item.place].start < end) for start, end in found]
    return found if told and min(told) > 1 else ()


def _between(reading: Reading, role: str) -> tuple[tuple[int, int], ...]:
    words = reading.words
    found: list[tuple[int, int]] = []
    start = place = 0
    while place < len(words):
        joined = reading.cues.find(place, role)
        if joined is not None and place > start and reading.is_free(place, joined[0]):
            found.append((words[start].start, words[place - 1].end))
            start = place = joined[0]
        else:
            place += 1
    return (*found, (words[start].start, words[-1].end)) if found and start < len(words) else ()


def look_of(reading: Reading, places: list[int]) -> Look:
    """Return what some words of the phrase look for."""
    text = ""
    for place in places:
        word = reading.words[place]
        follows = place - 1 in places and text
        gap = "" if not text or (follows and word.glued) else ", " if follows and word.comma else " "
        text += gap + word.raw
    left = [reading.words[place] for place in places]
    left = [word for word in left if any(piece.isalnum() for piece in word.pieces)]
    telling = [word for word in left if word.quoted or not _is_frequent(reading, word)]
    little = reading.cues.vocabulary.vague | reading.cues.vocabulary.light
    plain = [word for word in telling if word.quoted or word.pieces not in little]
    english, also = _in_english(reading, places)
    pictured = [thing for word, thing in also if not any(map(str.isalnum, word))]  # "🎂" is written nowhere
    shows = any(letter.isalpha() or ord(letter) > 0x2000 for letter in text)
    return Look(
        text if shows else "",
        tuple(dict.fromkeys([*(names.fold(word.raw) for word in plain or telling or left), *pictured])),
        any(word.quoted for word in left),
        english,
        also,
    )


def _in_english(reading: Reading, places: Sequence[int]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return some words in English, "" if the tables do not know all that tell something; and those that they know."""
    said: list[str] = []
    known: list[tuple[str, str]] = []
    whole, end = True, -1
    for place in places:
        word = reading.words[place]
        thing = reading.cues.find(place, "thing")
        if place < end:
            continue
        if thing is not None and all(inside in places for inside in range(place, thing[0])):
            end = thing[0]
            said.append(str(thing[1].value))
            known += [(names.fold(one.raw), said[-1]) for one in reading.words[place:end]]
        elif small := [role for role in _SMALL if reading.cues.has(place, role)]:
            said.append(_SMALL[small[0]])
        elif not _is_frequent(reading, word):
            whole = False
    return " ".join(filter(None, said)) if whole and known else "", tuple(known)


def _parted(reading: Reading) -> Iterator[Part]:
    """Give items and stretches of words, parted by joints; "," where a comma parts words."""
    place, joint = 0, ""
    opened = reading.cues.find(0, "ask")
    if opened is not None and reading.is_free(0, opened[0]) and opened[0] < len(reading.words):
        place = opened[0]
    part: Part | None = None
    while place < len(reading.words):
        owner = reading.owner[place]
        fixed = reading.cues.find(place, "fixed")
        together = fixed[0] if fixed is not None and reading.is_free(place, fixed[0]) else place + 1
        joined = reading.cues.find(place, "or", "and")
        if owner is not None:
            part, joint = Part(joint, item=owner), ""
            yield part
            while place < len(reading.words) and reading.owner[place] is owner:
                place += 1
        elif joined is not None and reading.is_free(place, joined[0]):
            place, joint = joined[0], joined[1].role
        else:
            comma = reading.words[place].comma and not joint
            if part is None or part.item is not None or joint or comma:
                part, joint = Part("," if comma and part is not None else joint), ""
                yield part
            part.places += range(place, together)
            place = together


def _merged(parts: list[Part]) -> list[Part]:
    """Return the parts with words that no joint parts as one, even where an item stands between."""
    told: list[Part] = []
    words: Part | None = None
    for part in parts:
        if part.item is None and not part.joint and words is not None:
            words.places += part.places
            continue
        told.append(part)
        if part.item is None:
            words = part
        elif part.joint == "or":
            words = None
    return told


def _trim(reading: Reading, part: Part, *, joined: bool, follows: bool) -> None:
    """Take off what only joins words to what stands before or after them, in each stretch of neighbours."""
    kept: list[int] = []
    stretches = _stretches(part.places)
    telling = [stretch for stretch in stretches if _says_something(reading, stretch)]
    for stretch in telling or stretches:
        start, stop = stretch.start, stretch.stop
        ends = stretch.stop == len(reading.words)
        while not ends and stop > start and (cut := reading.cues.ends(stop, *_TRAILING)) is not None and cut >= start:
            stop = cut
        leading = _JOINING if kept or (follows and not part.joint) else _LEADING if start else STAYS
        leading = (*leading, "article") if joined and not kept else leading
        while start < stop and (found := reading.cues.find(start, *leading)) and found[0] <= stop:
            start = found[0]
        if not kept:
            start = _after_vague(reading, start, stop)
        while stop - 1 > start and stretch in telling and _is_idle(reading, stop - 1):
            stop -= 1
        kept += range(start, stop)
    part.places[:] = kept


def _after_vague(reading: Reading, start: int, stop: int) -> int:
    """Return where words begin that say something: after "nice" and "trip to"; `start` itself if none do."""
    place, vague = start, False
    while place < stop:
        word = reading.words[place]
        if _is_idle(reading, place) or (word.pieces in reading.cues.vocabulary.vague and not word.quoted):
            vague = True
        elif not reading.cues.has(place, *_LEADING, "article"):
            return place if vague else start
        place += 1
    return start


def _stretches(places: list[int]) -> list[range]:
    """Return the runs of neighbouring places."""
    runs: list[range] = []
    for place in places:
        if runs and runs[-1].stop == place:
            runs[-1] = range(runs[-1].start, place + 1)
        else:
            runs.append(range(place, place + 1))
    return runs


def _share_placing(reading: Reading, parts: list[Part]) -> None:
    """Let what the last of several says of where they are hold for those before that say nothing of it."""
    for index in range(len(parts) - 1, 0, -1):
        part, before = parts[index], parts[index - 1]
        if part.item is not None or before.item is not None or not part.joint:
            continue
        placing = _placing(reading, part.places)
        if placing and _placing(reading, before.places) is None:
            before.places += part.places[placing:]


def _placing(reading: Reading, places: list[int]) -> int | None:
    """Return from which of some words on they say where something is; None if they do not."""
    found = (index for index, place in enumerate(places) if index and reading.cues.has(place, *_PLACING))
    return next(found, None)


def _is_frequent(reading: Reading, word: Word) -> bool:
    vocabulary = reading.cues.vocabulary
    if names.fold(word.raw) in vocabulary.written:
        return False
    return bool(word.pieces) and vocabulary.is_frequent(word.pieces)


def _is_idle(reading: Reading, place: int) -> bool:
    """Tell whether a word is too frequent to say anything, and joins nothing either."""
    word = reading.words[place]
    return _is_frequent(reading, word) and not word.quoted and not reading.cues.has(place, *FUNCTION)


def _says_something(reading: Reading, places: Iterable[int]) -> bool:
    words = [reading.words[place] for place in places]
    vague = reading.cues.vocabulary.vague
    return any(word.quoted or not (_is_frequent(reading, word) or word.pieces in vague) for word in words)
