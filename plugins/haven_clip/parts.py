"""Which finds carry all words of a text, and not only most of them.

A CLIP model gives a text's score for what fits all of it and nearly the same for what fits all but one word: a blue
kite for "yellow kite", a dog elsewhere for "dog on the beach". What tells them apart is the text without that word. A
photo that has what the word says scores about as much more or less for the whole text than for the text without the
word as the best finds do; one that does not have it loses by the word. So each word is left out in turn, and a find
goes that loses much more by one of them than the best finds do.

How much is much is told by the model itself: the difference of two texts is a direction, in which scores of photos
scatter by the spread of noise (cutoff.py) times its length. Nothing depends on a language or on what a word means.
Small words change a text's vector hardly at all, and so drop out; texts whose words are not set apart by spaces are
left as they are. Where all photos have what a word says, none loses by it, and all stay.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST = 6
"""Words that are left out in turn, the longest ones: each costs a text's vector, once."""
SHORT = 2
"""Letters of words that are not asked about, in alphabets with upper and lower case."""
TELLING = 0.4
"""A word tells something if without it the text is at least so far off as without the word that tells most."""
LOSS = 3.25
"""Spreads of noise that a find may lose more by a word than the best finds do."""
BEST = 0.05
"""The share of the finds that are the best ones."""
FEW = 3
"""How many the best ones are at least."""


def without_each(text: str) -> list[str]:
    """Return the text without each of its words in turn; nothing if it has no two words to speak of."""
    words = text.split()
    places = [place for place, word in enumerate(words) if len(word) > SHORT or word.lower() == word.upper()]
    longest = sorted(sorted(places, key=lambda place: -len(words[place]))[:MOST])
    return [" ".join(words[:place] + words[place + 1 :]) for place in longest] if len(longest) > 1 else []


def telling(whole: Floats, parts: Floats) -> NDArray[np.bool_]:
    """Return which of the words left out tell something, from the text's vector (dim,) and those without (n, dim)."""
    far = np.linalg.norm(parts - whole, axis=1)
    return np.asarray(far >= TELLING * far.max(initial=0.0))


def carried(whole: Floats, parts: Floats, scores: Floats, spread: float) -> NDArray[np.bool_]:
    """Return which finds carry all words.

    `whole`: the text's vector (dim,); `parts`: those of the text without each word that tells something (n, dim);
    `scores`: the finds' scores for the text and for each of these (1 + n, finds); `spread`: see Cutoff.
    """
    kept = np.ones(scores.shape[1], np.bool_)
    if len(parts) < 2 or not len(kept):
        return kept
    best = np.argsort(-scores[0], kind="stable")[: max(FEW, round(BEST * len(kept)))]
    for part, without in zip(parts, scores[1:], strict=True):
        gain = scores[0] - without
        kept &= gain >= gain[best].mean() - LOSS * spread * float(np.linalg.norm(whole - part))
    return kept
