"""What is left of a phrase when its filters are taken out: a text for a model of pictures, and words for full text.

The text keeps its order and its small words ("dog on beach"), but not those that only led to a filter ("in" of "in
Paris", "and" of "Alice and a dog").
"""

from haven_fs import names
from haven_search.phrase import Word
from haven_search.reading import Reading

_TRAILING = ("with", "of", "at", "on", "and", "or", "article", "taken", "from", "to", "only", "not", "without")
_LEADING = ("with", "of", "at", "on", "and", "or", "taken", "from", "to", "only")
_JOINING = ("and", "or", "taken", "from", "to", "only")


def text_of(reading: Reading) -> str:
    """Return the text for a model of pictures; "" if nothing is left that says what a picture shows."""
    runs = _runs(reading)
    if all(not _says_something(reading, run) for run in runs) and reading.items:
        return ""
    text = ""
    for run in runs:
        for place in run:
            word = reading.words[place]
            follows = place - 1 in run and text
            gap = "" if not text or (follows and word.glued) else ", " if follows and word.comma else " "
            text += gap + word.raw
    return text if any(letter.isalpha() or ord(letter) > 0x2000 for letter in text) else ""


def words_of(reading: Reading) -> tuple[str, ...]:
    """Return the words for full text, folded, quoted ones together; frequent ones only if there are no others."""
    left = [reading.words[place] for run in _runs(reading) for place in run]
    left = [word for word in left if any(piece.isalnum() for piece in word.pieces)]
    telling = [word for word in left if word.quoted or not _is_frequent(reading, word)]
    return tuple(dict.fromkeys(names.fold(word.raw) for word in telling or ([] if reading.items else left)))


def _is_frequent(reading: Reading, word: Word) -> bool:
    return all(piece in reading.cues.vocabulary.stop for piece in word.pieces)


def _says_something(reading: Reading, run: range) -> bool:
    return any(word.quoted or not _is_frequent(reading, word) for word in reading.words[run.start : run.stop])


def _runs(reading: Reading) -> list[range]:
    """Return the stretches of words that are left, without what only joins them to a filter beside them."""
    runs: list[range] = []
    place, count = 0, len(reading.words)
    while place < count:
        end = place
        while end < count and reading.owner[end] is None:
            end += 1
        start, stop = place, end
        while (
            end < count and stop > start and (cut := reading.cues.ends(stop, *_TRAILING)) is not None and cut >= start
        ):
            stop = cut
        if place == 0 and (asked := reading.cues.find(0, "ask")) is not None and (asked[0] < stop or end < count):
            start = asked[0]
        # Between words that stay, "on" says how they go together: "dog without Bob on beach".
        leading = _JOINING if runs else _LEADING
        while place > 0 and start < stop and (found := reading.cues.find(start, *leading)) and found[0] <= stop:
            start = found[0]
        if start < stop:
            runs.append(range(start, stop))
        place = max(end, place) + 1
    return runs
