"""Draws receipts, letters, tickets, invoices, forms and boarding passes: black on light paper."""

from random import Random

from PIL import Image, ImageDraw

from helpers.printed import words
from helpers.printed.fonts import font

Drawn = tuple[Image.Image, list[str]]


class Paper:
    """A page that is written line by line; it remembers what stands on it."""

    def __init__(self, width: int, height: int, face: str, colour: str = "#fdfcf8") -> None:
        self.image = Image.new("RGB", (width, height), colour)
        self.draw = ImageDraw.Draw(self.image)
        self.face = face
        self.lines: list[str] = []

    def write(self, x: int, y: int, text: str, size: int, *, anchor: str = "la", fill: str = "#141414") -> int:
        """Write a line and return where the next one goes."""
        self.draw.text((x, y), text, font=font(self.face, size), fill=fill, anchor=anchor)
        self.lines.append(text)
        return y + int(size * 1.45)

    def done(self) -> Drawn:
        """Return the page and its lines."""
        return self.image, self.lines


def receipt(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a till receipt: narrow, with goods and prices."""
    tongue, count = words.language(rng), rng.randint(6, 16)
    paper = Paper(560, 420 + count * 46, rng.choice(fonts), rng.choice(("#fdfdfd", "#f6f3ea", "#eef1f2")))
    y = paper.write(280, 30, rng.choice(words.SHOPS[tongue]), 40, anchor="ma")
    y = paper.write(280, y, f"{rng.choice(words.TOWNS)} {words.date(rng)}", 26, anchor="ma") + 20
    for name in rng.sample(words.GOODS[tongue] * 2, count):
        paper.write(40, y, name, 28)
        y = paper.write(520, y, words.price(rng), 28, anchor="ra") + 4
    paper.write(40, y + 16, words.TOTAL[tongue], 36)
    y = paper.write(520, y + 16, words.price(rng), 36, anchor="ra")
    paper.write(280, y + 20, words.THANKS[tongue], 26, anchor="ma")
    return paper.done()


def letter(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a letter: an address, a date, paragraphs, a greeting."""
    tongue = words.language(rng)
    paper = Paper(1240, 1754, rng.choice(fonts))
    y = paper.write(130, 180, rng.choice(words.NAMES), 30)
    y = paper.write(130, y, f"{rng.choice(words.TOWNS)}", 30)
    y = paper.write(1100, y + 60, words.date(rng), 30, anchor="ra") + 80
    for _ in range(rng.randint(2, 5)):
        for sentence in rng.sample(words.SENTENCES[tongue][:-1], rng.randint(2, 4)):
            y = paper.write(130, y, sentence, 30)
        y += 34
    y = paper.write(130, y, words.SENTENCES[tongue][-1], 30) + 60
    paper.write(130, y, rng.choice(words.NAMES), 30)
    return paper.done()


def ticket(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a ticket for a train or a show: wide, with fields and a code."""
    tongue = words.language(rng)
    paper = Paper(1100, 480, rng.choice(fonts), rng.choice(("#f7f4e8", "#e9f2ea", "#f8e9e4")))
    y = paper.write(50, 40, rng.choice(words.TITLES[tongue]), 54) + 20
    for _ in range(3):
        paper.write(50, y, rng.choice(words.NAMES), 30)
        paper.write(430, y, rng.choice(words.TOWNS), 30)
        y = paper.write(660, y, words.date(rng), 30) + 18
    paper.write(50, y + 10, words.THANKS[tongue], 28)
    for x in range(880, 1060, rng.randint(7, 11)):
        paper.draw.rectangle((x, 60, x + rng.randint(1, 5), 420), fill="#101010")
    return paper.done()


def invoice(rng: Random, fonts: list[str]) -> Drawn:
    """Draw an invoice: a table with rules."""
    tongue = words.language(rng)
    paper = Paper(1240, 1600, rng.choice(fonts), "#ffffff")
    y = paper.write(1120, 120, rng.choice(words.SHOPS[tongue]), 46, anchor="ra")
    y = paper.write(120, y + 40, rng.choice(words.NAMES), 28)
    y = paper.write(120, y, f"{rng.choice(words.TOWNS)} {words.date(rng)}", 28) + 70
    for name in rng.sample(words.GOODS[tongue], rng.randint(4, 9)):
        paper.draw.line((110, y - 12, 1130, y - 12), fill="#808080", width=2)
        paper.write(120, y, name, 28)
        paper.write(760, y, str(rng.randint(11, 99)), 28)
        y = paper.write(1120, y, words.price(rng), 28, anchor="ra") + 22
    paper.write(760, y + 20, words.TOTAL[tongue], 34)
    y = paper.write(1120, y + 20, words.price(rng), 34, anchor="ra") + 90
    for sentence in rng.sample(words.SENTENCES[tongue], 2):
        y = paper.write(120, y, sentence, 26)
    return paper.done()


def form(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a form that is filled in: labels above boxes."""
    tongue = words.language(rng)
    paper = Paper(1240, 1500, rng.choice(fonts), rng.choice(("#fbfbf6", "#f3f6fb")))
    y = paper.write(100, 90, rng.choice(words.SIGNS[tongue]), 52) + 40
    for _ in range(rng.randint(5, 8)):
        paper.write(100, y, rng.choice(words.GOODS[tongue]), 24)
        paper.write(660, y, rng.choice(words.GOODS[tongue]), 24)
        paper.draw.rectangle((96, y + 36, 600, y + 96), outline="#404040", width=2)
        paper.draw.rectangle((656, y + 36, 1140, y + 96), outline="#404040", width=2)
        paper.write(112, y + 48, rng.choice(words.NAMES), 32)
        paper.write(672, y + 48, rng.choice((words.date(rng), rng.choice(words.TOWNS))), 32)
        y += 134
    paper.write(100, y + 10, rng.choice(words.SENTENCES[tongue]), 26)
    return paper.done()


def boarding_pass(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a boarding pass: two parts, small labels, large values."""
    paper = Paper(1400, 560, rng.choice(fonts), "#f4f7fa")
    paper.draw.rectangle((0, 0, 1400, 90), fill="#d7e3f0")
    paper.write(50, 22, "BOARDING PASS", 44)
    for x, label, value in (
        (50, "PASSENGER", rng.choice(words.NAMES)), (460, "FROM", rng.choice(words.TOWNS)),
        (760, "TO", rng.choice(words.TOWNS)), (1060, "DATE", words.date(rng)),
    ):  # fmt: skip
        paper.write(x, 150, label, 24)
        paper.write(x, 190, value, 38)
    for x, label, value in (
        (50, "GATE", f"B{rng.randint(10, 59)}"), (300, "SEAT", f"{rng.randint(10, 39)}C"),
        (560, "FLIGHT", f"XK{rng.randint(1000, 9999)}"), (860, "BOARDING", f"{rng.randint(10, 23)}:45"),
    ):  # fmt: skip
        paper.write(x, 330, label, 24)
        paper.write(x, 370, value, 46)
    return paper.done()
