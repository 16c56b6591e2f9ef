"""From what is typed into the search box to the folder that answers it: the phrase in quotes, as a path."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 200
"""Letters of a phrase: a folder's name has at most 255 bytes in most systems."""
_FRACTION = "⁄"
_NOT_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\\ud800-\udfff]+")


def quoted(phrase: str) -> str | None:
    """Return the name that asks a phrase at once: "dog" in quotes, or after "=" if it has some; None if it is empty."""
    if not any(unicodedata.category(letter)[0] in "LNSM" for letter in phrase):
        return None
    # A name has no slash, but phrases take the slash of fractions for one: "22/05/2020".
    phrase = " ".join(_NOT_A_NAME.sub(" ", phrase.replace("/", _FRACTION)).split())[:LONGEST].strip()
    if '"' in phrase:
        return f"={phrase}"
    return f'"{phrase}"'


def phrase_in(path: Sequence[str]) -> str:
    """Return the phrase that the last name of a path asks, "" if it asks none."""
    name = path[-1] if path else ""
    if len(name) > 2 and name[0] == name[-1] == '"':
        return name[1:-1].replace(_FRACTION, "/")
    return name[1:].replace(_FRACTION, "/") if name.startswith("=") else ""
