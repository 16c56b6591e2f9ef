"""Which lines of the record are about somebody who was forgotten, when the catalog that they are of is lost.

Of the name there is only a digest by then. Lines say people by numbers, which are those of the catalog that was lost,
so who has which number there is learnt first from the lines that name people.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from haven_faces.facerows import name_digest

_PEOPLE = ("person", "into", "instead")


class Named:
    """Tells lines about those whose names have one of these digests."""

    def __init__(self, digests: Iterable[bytes]) -> None:
        self._digests = frozenset(digests)
        self._people: set[tuple[str, object]] = set()

    def learn(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Note which numbers they have in which catalogs."""
        for line in lines:
            person = line.get("data", {}).get("person")
            if person is not None and any(map(self._is_forgotten, (line["data"].get(k) for k in ("name", "before")))):
                self._people.add((_catalog(line), person))

    def is_in(self, line: Mapping[str, Any]) -> bool:
        """Tell whether a line names one of them, by a name, a number or the folder that it was said in."""
        data = line.get("data", {})
        if any((_catalog(line), data.get(key)) in self._people for key in _PEOPLE if data.get(key) is not None):
            return True
        return any(map(self._is_forgotten, (*data.values(), *str(line.get("place", "")).split("/"))))

    def _is_forgotten(self, text: object) -> bool:
        return isinstance(text, str) and name_digest(text) in self._digests


def _catalog(line: Mapping[str, Any]) -> str:
    """Return the catalog that a line is of; what it became when it went back to an older state counts as the same."""
    return str(line.get("catalog", "")).partition("/")[0]
