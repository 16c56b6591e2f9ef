"""What the words at each place of a phrase may be, in the owner's language and in English."""

from collections.abc import Sequence

from haven_fs import names
from haven_search.phrase import Word
from haven_search.vocabulary import Sense, Vocabulary


class Cues:
    """The senses of one phrase's words. Looks each place up once."""

    def __init__(self, words: Sequence[Word], vocabulary: Vocabulary) -> None:
        self.words = words
        self.vocabulary = vocabulary
        self._found: dict[int, tuple[tuple[int, Sense], ...]] = {}

    def at(self, place: int) -> tuple[tuple[int, Sense], ...]:
        """Return what the words from `place` on may be: how many words, and as what; the most words first."""
        if place not in self._found:
            self._found[place] = tuple(self._look_up(place))
        return self._found[place]

    def _look_up(self, place: int) -> list[tuple[int, Sense]]:
        found: list[tuple[int, Sense]] = []
        key: tuple[str, ...] = ()
        for count, word in enumerate(self.words[place : place + self.vocabulary.longest], 1):
            if word.quoted or word.field is not None or (count > 1 and (word.comma or word.out)):
                break
            key += word.pieces
            # "Pôr" by itself is not "por", but it is one of the words of "ao pôr do sol".
            if count > 1 or names.fold(word.raw) not in self.vocabulary.written:
                found = [(count, sense) for sense in self.vocabulary.senses.get(key, ())] + found
            if len(key) >= self.vocabulary.longest:
                break
        return found

    def find(self, place: int, *roles: str) -> tuple[int, Sense] | None:
        """Return the place after the words that have one of these roles, as many as can be, and their sense."""
        for count, sense in self.at(place):
            if sense.role in roles:
                return place + count, sense
        return None

    def after(self, place: int, *roles: str, most: int = 2) -> int:
        """Return the place after up to `most` entries of these roles, `place` itself if there are none."""
        for _ in range(most):
            found = self.find(place, *roles)
            if found is None:
                break
            place = found[0]
        return place

    def has(self, place: int, *roles: str) -> bool:
        """Tell whether the one word at `place` has one of these roles."""
        return place >= 0 and any(count == 1 and sense.role in roles for count, sense in self.at(place))

    def ends(self, end: int, *roles: str) -> int | None:
        """Return where the entry of these roles begins that ends before `end`; None if there is none."""
        for count in range(min(self.vocabulary.longest, end), 0, -1):
            if any(length == count and sense.role in roles for length, sense in self.at(end - count)):
                return end - count
        return None
