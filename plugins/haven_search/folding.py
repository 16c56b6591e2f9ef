"""Words of phrases and of names as they are compared: without case, accents, punctuation and possessive endings.

"Saint-Étienne's" and "saint etienne" are the same two pieces. What is compared is always made by the same function on
both sides, so a loss here (Malmö is malmo) can only make two names one, never hide one.
"""

import re
import unicodedata

from haven_fs import names

_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters with no accent that Unicode would take off, as people spell them who do not have the key.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
    | dict.fromkeys("’ʼ‘`´", "'")
)
_PIECE = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)'s(?!\w)")
_WRITTEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def writable(text: str) -> str:
    """Return `text` without what neither SQLite nor a folder's text can carry: control characters, half characters."""
    return _WRITTEN.sub(" ", text)


def plain(text: str) -> str:
    """Return `text` folded and without accents; curly apostrophes are straight."""
    if text.isascii():
        return text.lower()
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", names.fold(text).translate(_LETTERS)))
    return unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)


def pieces(text: str) -> tuple[str, ...]:
    """Return the letters and digits of `text` in runs, plain, without a possessive 's."""
    text = plain(text)
    if "'" in text:
        text = _POSSESSIVE.sub("", text)
    return tuple(_PIECE.findall(text))
