"""What the owner calls things: the setting `search.words`, such as "Oma = Ursula" or "the cottage = in Lake House"."""

import logging
from collections.abc import Sequence

from haven_fs import Setting
from haven_search.folding import pieces, writable
from haven_search.phrase import Word, read_words

_log = logging.getLogger(__name__)

SETTING = Setting(
    "search.words",
    [],
    'Your own words in searches, each with what it means: ["Oma = Ursula", "the cottage = in Lake House"].',
)


def translated(phrase: str, own: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return a phrase with the owner's words replaced by what they mean, and which these were.

    `own`: the setting's value. An entry that is no "word = meaning" is logged and left out.
    """
    meanings = _meanings(own)
    if not meanings:
        return phrase, {}
    text = writable(phrase)
    words, _ = read_words(text)
    taken: dict[str, str] = {}
    place = len(words)
    while place > 0:
        place -= 1
        found = _at(words, place, meanings)
        if found is not None:
            count, meaning = found
            start, end = words[place].start, words[place + count - 1].end
            taken[text[start:end]] = meaning
            text = text[:start] + meaning + text[end:]
    return text, dict(reversed(taken.items()))


def _at(words: Sequence[Word], place: int, meanings: dict[tuple[str, ...], str]) -> tuple[int, str] | None:
    """Return the longest of the owner's words that begins at a place, and what it means."""
    longest = None
    key: tuple[str, ...] = ()
    for count, word in enumerate(words[place:], 1):
        if word.quoted or word.field is not None:
            break
        key += word.pieces
        if key in meanings:
            longest = (count, meanings[key])
    return longest


def _meanings(own: Sequence[str]) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for entry in own:
        word, sign, meaning = str(entry).partition("=")
        if sign and pieces(word) and meaning.strip():
            found[pieces(word)] = meaning.strip()
        else:
            _log.warning("search.words: %r should be a word, =, and what it means, such as: Oma = Ursula", entry)
    return found
