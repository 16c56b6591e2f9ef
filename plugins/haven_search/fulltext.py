"""Full-text search over what was written about photos: their names, captions and keywords (the table `words`).

Words come from people, so they are always put in quotes: to FTS5 they are text, never operators.
"""

from collections.abc import Iterable

# A caption or keyword is surer than a file's name, which is mostly a number.
RANK = "bm25(words, 1.0, 2.0, 2.0)"
_ENDINGS = ("s", "es")


def quoted(text: str) -> str:
    """Return `text` as one phrase of FTS5."""
    return '"' + text.replace('"', '""') + '"'


def match_all(words: Iterable[str]) -> str:
    """Return the query for photos that have all the words; English and Romance plurals are the same word."""
    return " AND ".join(_either(word) for word in words)


def _either(word: str) -> str:
    forms = [word]
    if word.isalpha() and len(word) > 2:
        forms += [word + ending for ending in _ENDINGS]
        forms += [
            word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending) and len(word) > len(ending) + 2
        ]
    return f"({' OR '.join(map(quoted, forms))})" if len(forms) > 1 else quoted(word)


def match_in(column: str, text: str, *, prefix: bool = False) -> str:
    """Return the query for a text in one column; `prefix`: its last word may go on."""
    return f"{{{column}}} : {quoted(text)}{' *' if prefix else ''}"
