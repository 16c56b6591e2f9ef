"""What the owner calls things: the setting `search.words`, such as "Oma = Ursula" or "the cottage = in Lake House"."""

from collections.abc import Sequence

from haven_fs import Setting
from haven_search.folding import pieces, writable
from haven_search.phrase import Word, read_words

SETTING = Setting(
    "search.words",
    [],
    'Your own words in searches, each with what it means: ["Oma = Ursula", "the cottage = in Lake House"].',
    wrong=lambda entries: next(map(_wrong, filter(_wrong, entries)), None),
)


def translated(phrase: str, own: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return a phrase with the owner's words replaced by what they mean, and which these were.

    `own`: the setting's value.
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


def _wrong(entry: str) -> str | None:
    """Return what is wrong with an entry; None if nothing is."""
    if _parts(entry) is not None:
        return None
    return f"must have a word, =, and what it means in each entry, such as: Oma = Ursula; not {entry[:60]!r}"


def _parts(entry: str) -> tuple[tuple[str, ...], str] | None:
    """Return the pieces of the word and what it means; None if the entry is none."""
    word, sign, meaning = entry.partition("=")
    return (pieces(word), meaning.strip()) if sign and pieces(word) and meaning.strip() else None


def _meanings(own: Sequence[str]) -> dict[tuple[str, ...], str]:
    return dict(filter(None, map(_parts, own)))
