"""Full-text search over what was written about photos, in names, captions and keywords, and over what stands in them.

Words come from people, so they are always put in quotes: to FTS5 they are text, never operators. A word finds its
other forms too, "dogs" for "dog" and "Häuser" for "Haus": those that the library has whose stem is the same.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

import snowballstemmer

from haven_fs import PhotoSet
from haven_search.folding import plain

# A caption or keyword is surer than a file's name, which is mostly a number; what a program read is least sure.
RANK = "bm25(words, 1.0, 2.0, 2.0, 0.5)"
_SHARE = 0.03
"""The share of what stands in a picture that the words have to be if the picture is to be about them."""
_STEMMERS = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pt": "portuguese",
    "nl": "dutch", "sv": "swedish", "da": "danish", "nb": "norwegian", "no": "norwegian", "nn": "norwegian",
    "fi": "finnish", "hu": "hungarian", "ro": "romanian", "ru": "russian", "tr": "turkish", "pl": "polish",
    "ca": "catalan", "el": "greek",
}  # fmt: skip
_WRITTEN = "{name caption keywords}"
_LEAST = 3
"""Letters of the shortest word that has other forms, and that they have in common."""
_LAST = "\U0010ffff"


def quoted(text: str) -> str:
    """Return `text` as one phrase of FTS5."""
    return '"' + text.replace('"', '""') + '"'


def match_in(column: str, text: str, *, prefix: bool = False) -> str:
    """Return the query for a text in one column; `prefix`: its last word may go on."""
    return f"{{{column}}} : {quoted(text)}{' *' if prefix else ''}"


class FullText:
    """The words of one catalog, read in English and in the owner's language."""

    def __init__(self, db: sqlite3.Connection, language: str = "en") -> None:
        self._db = db
        own = _STEMMERS.get(language.replace("_", "-").partition("-")[0].lower())
        algorithms = dict.fromkeys(("english", *([own] if own in snowballstemmer.algorithms() else [])))
        self._stemmers = [snowballstemmer.stemmer(one) for one in algorithms]

    def matching(
        self,
        words: Sequence[str],
        photos: PhotoSet,
        *,
        some: bool = False,
        also: Sequence[tuple[str, str]] = (),
    ) -> list[int]:
        """Return the ids of the photos whose names, captions or keywords have all the words, the best first.

        `some`: it is enough if they have one of them; `also`: what does as well, each after the word it stands for.
        """
        if not words:
            return []
        query = (
            "SELECT words.rowid FROM words JOIN photo p ON p.id = words.rowid WHERE words MATCH ?"
            f" AND {photos.condition} ORDER BY {RANK}, words.rowid"
        )
        wanted = (" OR " if some else " AND ").join(self._each(words, also))
        return [row[0] for row in self._db.execute(query, (f"{_WRITTEN} : ({wanted})", *photos.params))]

    def seen(
        self, words: Sequence[str], photos: PhotoSet, written: Collection[int], also: Sequence[tuple[str, str]] = ()
    ) -> dict[int, bool]:
        """Return the photos besides `written` that have all the words, some in the picture itself, the best first.

        By their ids: whether the picture says little else, as a sign does; of a page of text one word tells little.
        """
        if not words:
            return {}
        query = (
            "SELECT words.rowid, coalesce(length(words.seen), 0) FROM words JOIN photo p ON p.id = words.rowid"
            f" WHERE words MATCH ? AND {photos.condition} ORDER BY {RANK}, words.rowid"
        )
        each = self._each(words, also)
        wanted = f"({' AND '.join(each)}) AND ({{seen}} : ({' OR '.join(each)}))"
        most = sum(map(len, words)) / _SHARE
        known = set(written)
        rows = self._db.execute(query, (wanted, *photos.params))
        return {id_: length <= most for id_, length in rows if id_ not in known}

    def has(self, word: str) -> bool:
        """Tell whether any photo has a word, or another form of it."""
        return any(self._terms(plain(form), exact=True) for form in self._forms(plain(word)))

    def written(self, first: str) -> list[str]:
        """Return the words of captions and keywords that begin with these letters."""
        query = "SELECT DISTINCT term FROM words_terms WHERE term BETWEEN ? AND ? AND col IN ('caption', 'keywords')"
        return [term for (term,) in self._db.execute(query, (first, first + _LAST))]

    def _each(self, words: Sequence[str], also: Sequence[tuple[str, str]]) -> list[str]:
        """Return a query for each word, which what does as well fits too."""
        return [self._either([word, *(other for one, other in also if one == word)]) for word in words]

    def _either(self, words: Sequence[str]) -> str:
        forms = [quoted(form) for word in words for form in self._forms(word)]
        return f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0]

    def _forms(self, word: str) -> list[str]:
        """Return a word and those of the library that are other forms of it."""
        bare = plain(word)
        if len(bare) < _LEAST or not bare.isalpha():
            return [word]
        stems = [stemmer.stemWord(bare) for stemmer in self._stemmers]
        shared = bare[: max(_LEAST, min(len(bare), *map(len, stems)) - 1)]
        forms = {
            term
            for term in self._terms(shared)
            if any(stemmer.stemWord(term) == stem for stemmer, stem in zip(self._stemmers, stems, strict=True))
        }
        return [word, *sorted(forms - {bare})]

    def _terms(self, first: str, *, exact: bool = False) -> Iterable[str]:
        query = "SELECT DISTINCT term FROM words_terms WHERE term BETWEEN ? AND ?"
        return [term for (term,) in self._db.execute(query, (first, first if exact else first + _LAST))]
