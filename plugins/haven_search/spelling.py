"""Takes a word that is nobody's and nothing's for the nearest that is known: "Pariss" for Paris, "Octobr" for October.

Known are the names of the library, the words that steer a search, what is written about photos, and ordinary words of
the owner's language and English, from the frequency lists of pyspellchecker (MIT). What is any of these is never
changed, except by `guessed`, which is asked when nothing was found: then an ordinary word may be somebody's misspelt
name, and a word of no language an ordinary one ("sunest").
"""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from haven_search.folding import pieces, plain, writable

if TYPE_CHECKING:
    from haven_search.fulltext import FullText
    from haven_search.known import Known
    from haven_search.vocabulary import Vocabulary

_LEAST = 4
"""Letters of the shortest word that can be misspelt: of shorter ones, all are near to each other."""
_TWICE = 7
"""Letters from which on a word may have two mistakes."""
_RARE = 50
"""How often a word must occur in a frequency list to be what a misspelt one is taken for."""


class Speller:
    """Knows the words of one catalog and one language. `fulltext`: what is written about its photos."""

    def __init__(self, known: "Known", vocabulary: "Vocabulary", fulltext: "FullText", language: str) -> None:
        self._known = known
        self._vocabulary = vocabulary
        self._fulltext = fulltext
        self._languages = tuple(dict.fromkeys((language.replace("_", "-").partition("-")[0].lower(), "en")))

    def corrected(self, phrase: str, places: Iterable[tuple[int, int]]) -> tuple[str, dict[str, str]]:
        """Return a phrase with its misspelt words put right, and which were taken for what.

        `places`: where the words are that nothing is known of.
        """
        return self._replaced(phrase, places, self._nearest)

    def guessed(self, phrase: str, places: Iterable[tuple[int, int]]) -> tuple[str, dict[str, str]]:
        """Return a phrase with ordinary words taken for names that are nearly the same, others for ordinary words."""
        return self._replaced(phrase, places, self._guess)

    def _replaced(
        self, phrase: str, places: Iterable[tuple[int, int]], nearest: Callable[[str], str | None]
    ) -> tuple[str, dict[str, str]]:
        text = writable(phrase)
        taken: dict[str, str] = {}
        for start, end in sorted(places, reverse=True):
            written = text[start:end]
            found = [nearest(piece) or piece for piece in pieces(written)]
            if found != list(pieces(written)):
                called = " ".join(found)
                called = called.title() if written[:1].isupper() else called
                taken[written] = called
                text = text[:start] + called + text[end:]
        return text, dict(reversed(taken.items()))

    def _nearest(self, word: str) -> str | None:
        """Return what a word is taken for, None if it is known or like nothing."""
        if len(word) < _LEAST or not word.isalpha() or self._is_here(word):
            return None
        written = dict.fromkeys(self._fulltext.written(word[0]), "")
        # Where no list tells which words are ordinary ones of the language, only names are safe.
        listed = bool(ordinary(self._languages[0]).all)
        sources = (self._names, self._steering, written) if listed else (self._names,)
        found = [self._near(word, among) for among in sources]
        # Names in all languages are many, so only one letter may differ.
        found.append(self._near(word, self._known.foreign, most=1))
        near = [(one[0], place, one[1]) for place, one in enumerate(found) if one is not None]
        # Asked last, since the lists of ordinary words take a while to read.
        return None if not near or self._is_ordinary(word) else min(near)[-1]

    def _guess(self, word: str) -> str | None:
        near = self._near(word, self._names)
        # "German shepherd" is not about Germany.
        usual = any(word in ordinary(language).frequent for language in self._languages)
        return near[1] if near is not None and not usual else self._usual(word)

    def _is_here(self, word: str) -> bool:
        """Tell whether a word is one of the library's or steers a search."""
        return (
            word in self._names
            or word in self._known.foreign
            or word in self._steering
            or word in self._vocabulary.stop
            or self._fulltext.has(word)
        )

    def _is_ordinary(self, word: str) -> bool:
        return any(word in ordinary(language) for language in self._languages)

    @property
    def _names(self) -> Mapping[str, str]:
        return self._known.spellings

    @cached_property
    def _steering(self) -> Mapping[str, str]:
        words = (*self._vocabulary.senses, *self._vocabulary.vague, *self._vocabulary.common)
        return {piece: "" for word in words for piece in word if len(piece) >= _LEAST and piece.isalpha()}

    def _near(self, word: str, among: Mapping[str, str], *, most: int = 2) -> tuple[float, str] | None:
        """Return what is written like a word but for a letter or two, after how many; None if nothing is."""
        if len(word) < _LEAST:
            return None
        most = min(most, 1 + (len(word) >= _TWICE))
        found = process.extract(word, among.keys(), scorer=OSA.distance, score_cutoff=most, limit=8)
        # Hardly anybody misses a word's first letter.
        near = [(score, other[0] != word[0], -len(other), other) for other, score, _ in found]
        near = [one for one in near if len(one[-1]) >= _LEAST - 1 and not (one[0] > 1 and one[1])]
        if not near:
            return None
        other = min(near)[-1]
        return min(near)[0], among[other] or other

    def _usual(self, word: str) -> str | None:
        """Return the most frequent ordinary word that is one letter away from a word that is none."""
        if len(word) < _LEAST or not word.isalpha() or self._is_here(word) or self._is_ordinary(word):
            return None
        for language in self._languages:
            frequent = ordinary(language).frequent
            found = process.extract(word, frequent, scorer=OSA.distance, score_cutoff=1, limit=None)
            places = [place for other, _, place in found if other[0] == word[0]]
            if places:
                return frequent[min(places)]
        return None


class Ordinary(NamedTuple):
    """The ordinary words of a language. `all`: each between line feeds, in one text, which takes a tenth of the memory
    of a set; `frequent`: those that a misspelt word may be taken for, the most frequent first."""

    all: str
    frequent: Sequence[str]

    def __contains__(self, word: object) -> bool:
        return f"\n{word}\n" in self.all


@lru_cache(maxsize=3)
def ordinary(language: str) -> Ordinary:
    """Return the ordinary words of a language; none if there is no list of them."""
    file = resources.files("spellchecker").joinpath("resources", f"{language}.json.gz")
    if not language.isalpha() or not file.is_file():
        return Ordinary("", ())
    with file.open("rb") as packed:
        counts: dict[str, int] = json.loads(gzip.decompress(packed.read()))
    words: dict[str, int] = {}
    for word, count in counts.items():
        if len(word) >= _LEAST and word.isalpha():
            bare = plain(word)
            words[bare] = max(words.get(bare, 0), count)
    frequent = sorted((word for word, count in words.items() if count > _RARE), key=lambda word: -words[word])
    return Ordinary("\n".join(("", *words, "")), frequent)
