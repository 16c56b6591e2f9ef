"""Tells words that were read from what a detector takes for writing: bricks, fences, foliage, lamps.

What is kept is looked up by searches for anything, so one wrong word too many is worse than one too few.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_SURE = 0.8
"""The confidence from which a line of one or two short words counts; a longer one is less likely to be chance."""
_LIKELY = 0.6
_VERY_SURE = 0.95
"""That from which a line of a few signs counts whose script has a sign for each word or syllable."""
_PIECES = re.compile(r"\w+", re.UNICODE)
_ENOUGH = 6
"""Letters of a line that is no chance."""


def legible(lines: Iterable[tuple[str, float]]) -> Iterator[str]:
    """Give of each line, a text and its confidence, the words that look like words; nothing of a line without any."""
    for text, confidence in lines:
        text = " ".join(unicodedata.normalize("NFKC", text).split())
        kept = [word for word in text.split() if _is_word(word, confidence)]
        letters = sum(char.isalnum() for word in kept for char in word)
        if kept and confidence >= (_LIKELY if letters >= _ENOUGH else _SURE):
            yield " ".join(kept)


def _is_word(word: str, confidence: float) -> bool:
    pieces = _PIECES.findall(word)
    bare = "".join(pieces)
    if len(bare) < 2 and not (bare.isdigit() and confidence >= _VERY_SURE):
        return False
    if len(set(bare.casefold())) == 1 and len(bare) > 2 and not bare.isdigit():
        return False  # IIIII is a fence
    scripts = {_script(char) for char in bare if char.isalpha()}
    if len(scripts) > 1 and "dense" in scripts and confidence < _VERY_SURE:
        return False
    if "dense" in scripts:
        return confidence >= (_LIKELY if len(bare) >= _ENOUGH else _VERY_SURE)
    return len(bare) > 3 or confidence >= _SURE


def _script(char: str) -> str:
    """Return "dense" for a script that says a word or syllable with one sign, else "letters"."""
    return "dense" if ord(char) >= 0x2E80 else "letters"
