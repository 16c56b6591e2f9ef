"""The texts that folders explain themselves with, as paragraphs: they are wrapped by hand, for editors of old."""

from collections.abc import Sequence
from dataclasses import dataclass

from haven_fs.tree.nodes import Text

_WRAPPED = 80
"""Letters from which a line ends since it is full."""
_SHORT = 900
"""Letters up to which a note is shown as a whole."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text in paragraphs of lines. `href`: its file as part of a URL. `is_short`: it can stand above the grid."""

    title: str
    href: str
    paragraphs: Sequence[Sequence[str]]
    is_short: bool


def note(text: Text, href: str) -> Note:
    """Return a text of a folder as it is shown on its page."""
    blocks = text.text.replace("\r\n", "\n").strip("\n").split("\n\n")
    paragraphs = [lines for block in blocks if (lines := _unwrapped(block))]
    return Note(text.name.removesuffix(".txt"), href, paragraphs, len(text.text) <= _SHORT)


def _unwrapped(block: str) -> list[str]:
    """Return the lines of a paragraph; those that were full go on in the next one, unless it is indented."""
    lines: list[str] = []
    goes_on = False
    for line in block.split("\n"):
        if goes_on and not line.startswith(" "):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        elif line.strip():
            lines.append(line.strip())
        goes_on = len(line) >= _WRAPPED
    return lines
