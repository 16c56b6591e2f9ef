"""The format of the world's lines, which map.js reads.

A file is a row of whole numbers, each in groups of seven bits, the lowest first, all but the last byte with its highest
bit set; one that may be negative is doubled, and less one if it is (-1 is 1, 1 is 2).

    bits                            the map is 2 ** bits units wide and high
    coasts, borders, shores         how many lines of each kind follow, in this order
      a line: its length in points, then for each point how far right and down it is of the one before; the first point
      is measured from the last one of the line before, and that of the first line from 0, 0
    rings of land, rings of lakes   how many of each kind follow
      a ring: the number of its first line, and how many lines after one another it consists of
    names                           how many follow
      a name: two letters of the ISO 3166 code, where its middle is (right, down), and how wide the country is there
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Spot = tuple[int, int]


@dataclass(slots=True)
class World:
    """The lines of the world in whole units: `lines` by kind, rings by the numbers of their lines among all."""

    bits: int
    lines: list[list[list[Spot]]]
    land: list[list[int]]
    lakes: list[list[int]]
    names: list[tuple[str, int, int, int]]


def encoded(world: World) -> bytes:
    """Return a file of the format above."""
    numbers = [world.bits, *(len(kind) for kind in world.lines)]
    x = y = 0
    for line in (line for kind in world.lines for line in kind):
        numbers.append(len(line))
        for right, down in line:
            numbers += [_signed(right - x), _signed(down - y)]
            x, y = right, down
    numbers += [len(world.land), len(world.lakes)]
    for ring in (*world.land, *world.lakes):
        numbers += [ring[0], len(ring)]
    numbers.append(len(world.names))
    for code, right, down, width in world.names:
        numbers += [ord(code[0]), ord(code[1]), right, down, width]
    return packed(numbers)


def packed(numbers: Iterable[int]) -> bytes:
    """Return numbers of 0 and above in groups of seven bits."""
    data = bytearray()
    for number in numbers:
        while number > 127:
            data.append(number & 127 | 128)
            number >>= 7
        data.append(number)
    return bytes(data)


def pieces(line: Sequence[Spot], longest: int) -> list[list[Spot]]:
    """Return a line cut into pieces of at most so many points, which share their ends."""
    return [list(line[start : start + longest]) for start in range(0, max(len(line) - 1, 1), longest - 1)]


def _signed(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1
