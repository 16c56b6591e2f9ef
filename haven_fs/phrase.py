"""The sentence of a refusal in the status line of an answer: many programs show that line and nothing else.

GNOME Files and Dolphin show "Forbidden" where the answer's body says why. HTTP lets a server word the phrase as it
likes (RFC 9112, 4), but only ASCII is safe there. Statuses that are no refusal keep their usual phrase: some players
look for the literal line `HTTP/1.1 200 OK`.
"""

import unicodedata
from http import HTTPStatus

LONGEST = 300
"""Letters of a sentence in a status line."""
_FIRST_REFUSAL = 400
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})


def status_line(status: int | HTTPStatus, sentence: str = "") -> str:
    """Return a status with a sentence for people, such as "403 Nothing can be added here."; no line ends in it.

    Letters beyond ASCII lose their marks, or become "?".
    """
    kind = HTTPStatus(status)
    words = " ".join(sentence.translate(_PLAIN).split()) if kind.value >= _FIRST_REFUSAL else ""
    plain = "".join(letter for letter in _without_marks(words) if letter.isprintable())
    return f"{kind.value} {plain[:LONGEST].strip() or kind.phrase}"


def _without_marks(text: str) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return bare.encode("ascii", "replace").decode()
