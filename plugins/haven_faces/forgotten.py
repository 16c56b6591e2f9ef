"""Which lines of the record are about somebody who was forgotten, when the catalog that they are of is lost.

Of the name there is only a digest by then. Lines say people by numbers, which are those of the catalog that was lost,
so who has which number there is learnt first from the lines that name people.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from haven_faces.facerows import name_digest

_PEOPLE = ("person", "into", "instead")


class Named:
    """Tells lines about those whose names have one of these digests."""

    def __init__(self, digests: Iterable[str], people: Iterable[tuple[str, object]] = ()) -> None:
        """`people`: the catalogs that some were made in, and their numbers there, of those too who never had a name."""
        self._digests = frozenset(digests)
        self._people = {(_root(catalog), number) for catalog, number in people}

    def learn(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Note which numbers they have in which catalogs."""
        for line in lines:
            person = line.get("data", {}).get("person")
            if person is not None and any(map(self._is_forgotten, (line["data"].get(k) for k in ("name", "before")))):
                self._people.add((_root(line.get("catalog")), person))
            for catalog, number, *more in _told(line.get("changes")):
                if more and self._is_forgotten(more[0]["name"]):
                    self._people.add((_root(catalog), number))
            for change in line.get("changes", ()):
                if change["table"] == "person" and any(
                    map(self._is_forgotten, _texts([change["before"], change["after"]]))
                ):
                    self._people |= {(_root(catalog), number) for catalog, number, *_ in _told(change["key"])}

    def is_in(self, line: Mapping[str, Any]) -> bool:
        """Tell whether a line names one of them, by a name, a number or the folder that it was said in."""
        return self.is_about(line) or self.is_beside(line)

    def is_about(self, line: Mapping[str, Any]) -> bool:
        """Tell whether one of them is whom a line is about."""
        data = line.get("data", {})
        if any(
            (_root(line.get("catalog")), data.get(key)) in self._people for key in _PEOPLE if data.get(key) is not None
        ):
            return True
        return any(map(self._is_forgotten, (*data.values(), *str(line.get("place", "")).split("/"))))

    def is_beside(self, line: Mapping[str, Any]) -> bool:
        """Tell whether one of them is in what a line changed, as one whose face was another's."""
        changes = line.get("changes")
        if any((_root(catalog), number) in self._people for catalog, number, *_ in _told(changes)):
            return True
        return any(map(self._is_forgotten, _texts(changes)))

    def _is_forgotten(self, text: object) -> bool:
        return isinstance(text, str) and name_digest(text) in self._digests


def _root(catalog: object) -> str:
    """Return what a catalog was called first; what it became when it went back to an older state counts as the same."""
    return str(catalog or "").partition("/")[0]


def _told(value: Any) -> Iterator[list[Any]]:
    """Give every person that is told somewhere in a line: a catalog, a number there, and what is known besides."""
    if isinstance(value, dict):
        if isinstance(person := value.get("person"), list):
            yield person
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _told(one)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
