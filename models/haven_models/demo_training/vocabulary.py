"""The demo model's tokens: CLIP's own, less the merges of letters that none of its words needs.

CLIP's vocabulary of 49,408 would take most of a small model's weights. What is left of it splits known words just as
CLIP does, and spells all others letter by letter, by which the model tells that it does not know them.
"""

import gzip
import itertools
from collections.abc import Iterable
from pathlib import Path

from haven_models.demo_training import words

END = "</w>"


def known_words() -> set[str]:
    """Return every word that captions are made of, other than those for what is never drawn."""
    tables = (words.SUBJECT_WORDS, words.SCENE_WORDS, words.COLOUR_WORDS, words.TIME_WORDS)
    phrases = [word for table in tables for names in table.values() for word in names]
    for small in (
        words.ARTICLES, words.LEADS, words.DESCRIPTIONS, words.DOINGS, words.PREPOSITIONS, words.TIMED,
        *words.PLACED.values(),
    ):  # fmt: skip
        phrases += small
    return {word for phrase in phrases for word in phrase.replace("-", " ").split()}


def write_merges(path: Path, wanted: Iterable[str] | None = None) -> Path:
    """Write the merges that words need, by default all known ones, as open_clip.SimpleTokenizer(path) reads them."""
    from open_clip.tokenizer import SimpleTokenizer

    ranks: dict[tuple[str, str], int] = SimpleTokenizer().bpe_ranks
    used = {merge for word in wanted or known_words() for merge in _merges(word, ranks)}
    lines = ["#version: pruned", *(" ".join(merge) for merge in sorted(used, key=ranks.__getitem__))]
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write("\n".join(lines).encode())  # no newline at the end, or it counts as a merge of nothing
    return path


def _merges(word: str, ranks: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """Return the merges by which byte pair encoding puts a word of plain letters together."""
    parts = [*word[:-1], word[-1] + END]
    done = []
    while len(parts) > 1:
        merge = min(itertools.pairwise(parts), key=lambda pair: ranks.get(pair, len(ranks)))
        if merge not in ranks:
            break
        done.append(merge)
        joined: list[str] = []
        for part in parts:
            if joined and (joined[-1], part) == merge:
                joined[-1] += part
            else:
                joined.append(part)
        parts = joined
    return done
