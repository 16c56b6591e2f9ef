"""Pictures with words printed on them, drawn for tests and benchmarks: what stands there is known to the letter.

`pages` draws receipts, letters, tickets and forms; `things` signs, screens, covers and packages; `camera` takes
pictures of them. Half of the kinds and fonts are kept apart for measuring (`HELD_OUT`): nothing may be tuned on them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from PIL import Image

from helpers.printed import pages, things
from helpers.printed.camera import photographed, scanned
from helpers.printed.fonts import HELD_OUT_FONTS, TUNING_FONTS

Drawn = tuple[Image.Image, list[str]]
"""A picture and the lines that stand in it."""
Draw = Callable[[Random, list[str]], Drawn]
"""Draws one with a font among these."""

DOCUMENTS: dict[str, Draw] = {"receipt": pages.receipt, "letter": pages.letter, "ticket": pages.ticket}
OTHERS: dict[str, Draw] = {"sign": things.sign, "screenshot": things.screenshot, "cover": things.cover}
HELD_OUT_DOCUMENTS: dict[str, Draw] = {"invoice": pages.invoice, "form": pages.form, "pass": pages.boarding_pass}
HELD_OUT_OTHERS: dict[str, Draw] = {"poster": things.poster, "chat": things.chat, "package": things.package}


@dataclass(frozen=True, slots=True)
class Printed:
    """A picture: its kind, whether it is a document, the lines that stand in it."""

    kind: str
    is_document: bool
    image: Image.Image
    lines: list[str]


def printed(count: int, *, held_out: bool, seed: int = 1) -> Iterator[Printed]:
    """Draw `count` pictures, each kind in turn: of those to tune on, or of those that were kept apart."""
    documents, others = (HELD_OUT_DOCUMENTS, HELD_OUT_OTHERS) if held_out else (DOCUMENTS, OTHERS)
    kinds = {**documents, **others}
    fonts = HELD_OUT_FONTS if held_out else TUNING_FONTS
    for number in range(count):
        rng = Random(f"{seed} {held_out} {number}")
        kind = list(kinds)[number % len(kinds)]
        image, lines = kinds[kind](rng, fonts)
        if kind in documents:
            image = photographed(image, rng) if rng.random() < 0.7 else scanned(image, rng)
        elif kind in ("sign", "poster", "cover", "package"):
            image = photographed(image, rng, share=(0.25, 0.8))
        yield Printed(kind, kind in documents, image, lines)
