"""Changes to inputs: what flips, cuts, doubles, swaps and lies about lengths, the same for the same seed."""

import random
import struct
from collections.abc import Sequence

_LENGTHS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_LONGEST = 256 * 1024
_TEXTS = (
    b"\0",
    b"\r\n",
    b"\n",
    b" ",
    b"\t",
    b'"',
    b"'",
    b"<",
    b">",
    b"&#0;",
    b"%00",
    b"%ff",
    b"%2f",
    b"..",
    b"//",
    b"\\",
    b"-1",
    b"0",
    b"1e999",
    b"NaN",
    b"9" * 40,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    "\u0130".encode(),
    "\ufb01".encode(),
    "e\u0301".encode(),
    "\U0001f468\u200d\U0001f469".encode(),
)


def mutate(data: bytes, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> bytes:
    """Return `data` after one to eight changes; `others` are inputs to take pieces from, `words` pieces to put in."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        dice.choice(_CHANGES)(changed, others, words, dice)
    return bytes(changed[:_LONGEST])


def _place(data: bytearray, dice: random.Random) -> int:
    # Headers are at the start: half of all changes go there.
    return dice.randrange(min(len(data), 512) if dice.random() < 0.5 else len(data)) if data else 0


def _flip(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    if data:
        data[_place(data, dice)] ^= 1 << dice.randrange(8)


def _byte(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    if data:
        data[_place(data, dice)] = dice.choice((0, 1, 0x20, 0x7F, 0x80, 0xFE, 0xFF, dice.randrange(256)))


def _number(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    form = dice.choice(("<H", ">H", "<I", ">I"))
    at, value = _place(data, dice), dice.choice(_LENGTHS)
    data[at : at + struct.calcsize(form)] = struct.pack(form, value % (1 << 8 * struct.calcsize(form)))


def _cut(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    at = _place(data, dice)
    del data[at : len(data) if dice.random() < 0.3 else at + dice.choice((1, 2, 4, 16, 256))]


def _double(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    at, length = _place(data, dice), dice.choice((1, 4, 16, 64, 1024))
    data[at:at] = bytes(data[at : at + length]) * dice.choice((1, 1, 2, 10, 500))


def _word(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    at, word = _place(data, dice), dice.choice((*_TEXTS, *words, *words, *words))
    data[at : at + dice.choice((0, 0, len(word)))] = word * dice.choice((1, 1, 1, 1, 2, 300))


def _splice(data: bytearray, others: Sequence[bytes], words: Sequence[bytes], dice: random.Random) -> None:
    other = dice.choice(others) if others else b""
    at, start = _place(data, dice), dice.randrange(len(other) + 1)
    data[at : at + dice.choice((0, 32, len(data)))] = other[start : start + dice.choice((8, 64, 4096))]


_CHANGES = (_flip, _byte, _number, _cut, _double, _word, _word, _splice)
