"""What a cell of the table of writes is: something that a person does, and what is true afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.hands import Hands

Facts = dict[str, Any]
Check = Callable[[Facts, Facts], bool]


@dataclass(frozen=True)
class Cell:
    """One cell: its row and column, what is done, and what is true then; no check: it is refused."""

    row: str
    column: str
    do: Callable[[Hands], bool]
    check: Check | None = None
    unless: str = ""
    """A program that means something else by it, and does that."""

    def __str__(self) -> str:
        return f"{self.row}-{self.column}".replace(" ", "_")


def changed(**wanted: tuple[set[Any], set[Any]]) -> Check:
    """Return the check that exactly these rows went and came: by kind of fact, (gone, new)."""

    def check(before: Facts, after: Facts) -> bool:
        for kind in before:
            gone, new = wanted.get(kind, (set(), set()))
            assert set(before[kind]) - set(after[kind]) == gone, (kind, before[kind], after[kind])
            assert set(after[kind]) - set(before[kind]) == new, (kind, before[kind], after[kind])
        return True

    return check


def person(name: str, *photos: str) -> set[Any]:
    return {("person", name, photo) for photo in photos}


def place(name: str, *photos: str) -> set[Any]:
    return {("place", name, photo) for photo in photos}
