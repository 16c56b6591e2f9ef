"""Draws what has words and is no document: signs, screens, covers, posters, packages."""

from random import Random

from PIL import Image, ImageDraw

from helpers.printed import words
from helpers.printed.fonts import font
from helpers.printed.pages import Paper

Drawn = tuple[Image.Image, list[str]]
_PAINTS = (
    ("#0b4ea2", "white"),
    ("#f4f4f0", "#151515"),
    ("#c9151b", "white"),
    ("#0f6b3a", "white"),
    ("#f2c300", "black"),
)


def _fitted(paper: Paper, text: str, most: int, size: int) -> int:
    """Return the size at which a text is at most so wide."""
    while size > 16 and paper.draw.textlength(text, font=font(paper.face, size)) > most:
        size -= 4
    return size


def sign(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a street or shop sign: one to three lines in large letters."""
    tongue, (ground, ink) = words.language(rng), rng.choice(_PAINTS)
    lines = rng.sample(words.SIGNS[tongue], rng.randint(1, 3))
    paper = Paper(1200, 140 + 190 * len(lines), rng.choice(fonts), ground)
    y = 70
    for line in lines:
        paper.write(600, y, line, _fitted(paper, line, 1080, 120), anchor="ma", fill=ink)
        y += 190
    return paper.done()


def screenshot(rng: Random, fonts: list[str]) -> Drawn:
    """Draw the screen of a phone: settings or an article."""
    tongue, dark = words.language(rng), rng.random() < 0.4
    ground, ink, soft = ("#101114", "#f2f2f2", "#26282d") if dark else ("#ffffff", "#1b1b1f", "#eceef1")
    paper = Paper(1080, 2160, rng.choice(fonts), ground)
    paper.write(60, 30, f"{rng.randint(10, 23)}:{rng.randint(10, 59)}", 34, fill=ink)
    y = paper.write(60, 140, rng.choice(words.SIGNS[tongue]), 64, fill=ink) + 50
    for text in rng.sample(words.SENTENCES[tongue] + words.GOODS[tongue], rng.randint(6, 12)):
        paper.draw.rounded_rectangle((40, y - 24, 1040, y + 84), 24, fill=soft)
        paper.write(80, y, text, _fitted(paper, text, 900, 38), fill=ink)
        y += 140
    return paper.done()


def chat(rng: Random, fonts: list[str]) -> Drawn:
    """Draw the screen of a conversation: bubbles left and right."""
    tongue = words.language(rng)
    paper = Paper(1080, 2220, rng.choice(fonts), "#e9e2d8")
    paper.draw.rectangle((0, 0, 1080, 170), fill="#1f7a6b")
    paper.write(150, 70, rng.choice(words.NAMES), 46, fill="white")
    y = 240
    for text in (rng.choice(words.SENTENCES[tongue]) for _ in range(rng.randint(6, 11))):
        size, left = _fitted(paper, text, 760, 36), rng.random() < 0.5
        width = int(paper.draw.textlength(text, font=font(paper.face, size))) + 60
        x = 40 if left else 1040 - width
        paper.draw.rounded_rectangle((x, y, x + width, y + 100), 22, fill="#ffffff" if left else "#dcf8c6")
        paper.write(x + 30, y + 28, text, size)
        y += 150
    return paper.done()


def cover(rng: Random, fonts: list[str]) -> Drawn:
    """Draw the cover of a book: a picture with a title and a name."""
    tongue = words.language(rng)
    paper = Paper(900, 1350, rng.choice(fonts), "white")
    _landscape(paper.draw, 900, 1350, rng)
    title = rng.choice(words.TITLES[tongue])
    paper.write(450, 160, title, _fitted(paper, title, 780, 110), anchor="ma", fill="white")
    paper.write(450, 1180, rng.choice(words.NAMES), 60, anchor="ma", fill="white")
    return paper.done()


def poster(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a poster of a concert or market: few words, large, in colour."""
    tongue = words.language(rng)
    paper = Paper(1000, 1400, rng.choice(fonts), "white")
    _landscape(paper.draw, 1000, 1400, rng)
    for y, text, size in (
        (120, rng.choice(words.TITLES[tongue]), 130), (420, rng.choice(words.NAMES), 90),
        (1120, f"{rng.choice(words.TOWNS)} {words.date(rng)}", 80),
    ):  # fmt: skip
        paper.write(500, y, text, _fitted(paper, text, 880, size), anchor="ma", fill="#fff7d0")
    return paper.done()


def package(rng: Random, fonts: list[str]) -> Drawn:
    """Draw a package from a shop: a brand, what is in it, small print."""
    tongue, (ground, ink) = words.language(rng), rng.choice(_PAINTS)
    paper = Paper(900, 1100, rng.choice(fonts), ground)
    shop, good = rng.choice(words.SHOPS[tongue]), rng.choice(words.GOODS[tongue])
    paper.draw.ellipse((60, 60, 840, 420), fill="#f6efe2")
    paper.write(450, 190, shop, _fitted(paper, shop, 700, 80), anchor="ma")
    paper.write(450, 520, good, _fitted(paper, good, 780, 120), anchor="ma", fill=ink)
    for y, text in ((760, rng.choice(words.SENTENCES[tongue])), (830, rng.choice(words.SENTENCES[tongue]))):
        paper.write(450, y, text, _fitted(paper, text, 800, 34), anchor="ma", fill=ink)
    return paper.done()


def _landscape(draw: ImageDraw.ImageDraw, width: int, height: int, rng: Random) -> None:
    top, bottom = ([rng.randint(20, 150) for _ in range(3)] for _ in range(2))
    for y in range(height):
        part = y / height
        draw.line((0, y, width, y), fill=tuple(int(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    for _ in range(6):
        x, y, r = rng.randint(0, width), rng.randint(height // 3, height), rng.randint(60, 260)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.randint(20, 150) for _ in range(3)))
