"""What duplicates_quality.py measures with: copies of a picture as people make them, and pictures that are no copies.

Every maker gets its dice, so that the same run makes the same files.
"""

import io
import math
import random
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from haven_fs.demo.drawing import draw_film

Make = Callable[[Image.Image, random.Random], Image.Image]


def saved(picture: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    """Return the picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, format, **({"quality": 88} if format == "JPEG" else {}) | options)
    return buffer.getvalue()


def heic(picture: Image.Image) -> bytes:
    """Return the picture as HEIC."""
    buffer = io.BytesIO()
    picture.info.clear()  # an EXIF in it would turn the copy once more
    pillow_heif.from_pillow(picture).save(buffer, quality=60)
    return buffer.getvalue()


def turned(picture: Image.Image) -> bytes:
    """Return the picture lying on its side, with EXIF that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(picture.transpose(Image.Transpose.ROTATE_90), exif=exif)


def scaled(share: float) -> Make:
    """Return what makes a picture smaller."""
    return lambda p, _: p.resize((max(1, round(p.width * share)), max(1, round(p.height * share))))


def cut(share: float, *, where: str) -> Make:
    """Return what cuts this share of the width and of the height away: "middle" stays, or it is "anywhere"."""

    def crop(p: Image.Image, dice: random.Random) -> Image.Image:
        left, top = (share / 2, share / 2) if where == "middle" else (dice.uniform(0, share), dice.uniform(0, share))
        box = (p.width * left, p.height * top, p.width * (1 - share + left), p.height * (1 - share + top))
        return p.crop(tuple(map(round, box)))

    return crop


def edge(share: float) -> Make:
    """Return what cuts this share of the height or of the width away, at one edge."""

    def crop(p: Image.Image, dice: random.Random) -> Image.Image:
        box = [0, 0, p.width, p.height]
        side = dice.randrange(4)
        size = p.size[side % 2]
        box[side] = round(size * share) if side < 2 else round(size * (1 - share))
        return p.crop(tuple(box))

    return crop


def _on(p: Image.Image, size: tuple[int, int], ground: str, room: float = 1.0) -> tuple[Image.Image, int]:
    """Put a picture, as large as fits, into the middle of a larger one; also return the latter's width."""
    scale = min(size[0] / p.width, size[1] * room / p.height)
    small = p.resize((max(1, round(p.width * scale)), max(1, round(p.height * scale))))
    whole = Image.new("RGB", size, ground)
    whole.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
    return whole, size[0]


def screenshot(ground: str, ink: str, size: tuple[int, int] = (1080, 2340)) -> Make:
    """Return what shows a picture as a phone's gallery does, with the time, a battery and buttons."""

    def shoot(p: Image.Image, dice: random.Random) -> Image.Image:
        whole, width = _on(p, size, ground, 0.8)
        pen, unit = ImageDraw.Draw(whole), size[1] / 2340
        time = f"{dice.randrange(24):02}:{dice.randrange(60):02}"
        pen.text((60, 30 * unit), time, fill=ink, font_size=round(48 * unit))
        pen.rectangle((width - 150, 40 * unit, width - 80, 75 * unit), outline=ink, width=4)
        pen.text((60, 150 * unit), "14 August 2021", fill=ink, font_size=round(40 * unit))
        for number in range(4):
            x = width * (0.14 + 0.21 * number)
            pen.ellipse((x, 2210 * unit, x + 60 * unit, 2270 * unit), outline=ink, width=6)
        return whole

    return shoot


def letterbox(p: Image.Image, dice: random.Random) -> Image.Image:
    """Return the picture between black bars."""
    return _on(p, (1920, 1080), "black", 0.8 if p.width > 1.6 * p.height else 1.0)[0]


def framed(p: Image.Image, dice: random.Random) -> Image.Image:
    """Return the picture in a white frame."""
    return ImageOps.expand(p, round(0.06 * max(p.size)), "white")


def toned(p: Image.Image, dice: random.Random) -> Image.Image:
    """Return the picture as filters make it: warmer, stronger colours, more contrast."""
    strong = ImageEnhance.Contrast(ImageEnhance.Color(p).enhance(1.5)).enhance(1.15)
    warm = np.asarray(strong, np.float32) * (1.08, 1.0, 0.88)
    return Image.fromarray(warm.clip(0, 255).astype(np.uint8))


def whatsapp(p: Image.Image) -> bytes:
    """Return the picture as a messenger sends it."""
    return saved(p.resize((round(p.width * 0.6), round(p.height * 0.6))), quality=55)


def brighter(factor: float) -> Make:
    """Return what makes a picture brighter."""
    return lambda p, _: ImageEnhance.Brightness(p).enhance(factor)


def transposed(how: Image.Transpose) -> Make:
    """Return what turns or mirrors the pixels themselves."""
    return lambda p, _: p.transpose(how)


FILES: dict[str, tuple[str, Callable[[Image.Image], bytes]]] = {
    "JPEG of quality 50": (".jpg", lambda p: saved(p, quality=50)),
    "JPEG of quality 20": (".jpg", lambda p: saved(p, quality=20)),
    "PNG": (".png", lambda p: saved(p, "PNG", compress_level=1)),
    "HEIC": (".heic", heic),
    "WebP": (".webp", lambda p: saved(p, "WEBP", quality=60, method=0)),
    "by messenger": (".jpg", whatsapp),
    "turned, with EXIF": (".jpg", turned),
}
"""Copies of which the file is special: its ending, and what makes it."""

PICTURES: dict[str, Make] = {
    "half the size": scaled(0.5),
    "a quarter of the size": scaled(0.25),
    "10 % brighter": brighter(1.1),
    "10 % darker": brighter(0.9),
    "filtered": toned,
    "grey": lambda p, _: ImageOps.grayscale(p).convert("RGB"),
    "crop 5 %, middle": cut(0.05, where="middle"),
    "crop 5 %": cut(0.05, where="anywhere"),
    "crop 10 %": cut(0.10, where="anywhere"),
    "crop 15 %, middle": cut(0.15, where="middle"),
    "crop 15 %": cut(0.15, where="anywhere"),
    "crop 15 % at one edge": edge(0.15),
    "crop 20 %": cut(0.20, where="anywhere"),
    "crop 30 %, middle": cut(0.30, where="middle"),
    "crop 30 %": cut(0.30, where="anywhere"),
    "crop 30 % at one edge": edge(0.30),
    "dark screenshot": screenshot("black", "white"),
    "light screenshot": screenshot("white", "#303030"),
    "screenshot of a tablet": screenshot("#181818", "white", (1640, 2360)),
    "black bars": letterbox,
    "white frame": framed,
    "turned left": transposed(Image.Transpose.ROTATE_90),
    "upside down": transposed(Image.Transpose.ROTATE_180),
    "turned right": transposed(Image.Transpose.ROTATE_270),
    "mirrored": transposed(Image.Transpose.FLIP_LEFT_RIGHT),
}
"""Copies that are another picture, saved as JPEG."""


def _noisy(pixels: np.ndarray, dice: random.Random, strength: float) -> Image.Image:
    noise = np.random.default_rng(dice.randrange(1 << 30)).normal(0, strength, pixels.shape)
    return Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))


def skies(dice: random.Random, count: int) -> list[Image.Image]:
    """Return plain skies, each another gradient, some with a wisp of cloud."""
    found = []
    for _ in range(count):
        height, width = 900, 1200
        top = np.array([dice.uniform(30, 90), dice.uniform(90, 150), dice.uniform(170, 230)])
        low = top + np.array([dice.uniform(40, 110), dice.uniform(30, 80), dice.uniform(5, 25)])
        share = np.linspace(0, 1, height)[:, None, None] ** dice.uniform(0.7, 1.6)
        bend = (np.linspace(-1, 1, width)[None, :, None] ** 2) * dice.uniform(0, 14)
        pixels = top + (low - top) * share - bend
        if dice.random() < 0.3:
            y, x = np.mgrid[:height, :width]
            wisp = np.exp(-(((x - dice.uniform(0, width)) / 300) ** 2 + ((y - dice.uniform(0, height)) / 60) ** 2))
            pixels = pixels + wisp[..., None] * dice.uniform(4, 12)
        found.append(_noisy(pixels, dice, 2.5))
    return found


def black_frames(dice: random.Random, count: int) -> list[Image.Image]:
    """Return what a covered lens sees: noise, a few hot pixels, a glow at one side."""
    found = []
    for _ in range(count):
        x = np.linspace(0, 1, 1200)[None, :, None]
        pixels = np.full((900, 1200, 3), dice.uniform(2, 9)) + x ** dice.uniform(4, 8) * dice.uniform(0, 10)
        for _ in range(12):
            pixels[dice.randrange(900), dice.randrange(1200)] = dice.uniform(100, 255)
        found.append(_noisy(pixels, dice, 3))
    return found


_WORDS = tuple(
    """the of and to in is was for that with as on by this are at from or an which you can be has have not were it their
    between under against every family letter account amount payment invoice number street garden summer winter contract
    reference page section paragraph school teacher holiday railway station evening""".split()  # noqa: SIM905
)


def documents(dice: random.Random, count: int) -> list[Image.Image]:
    """Return pages of text: half of them letters, half one form that is filled in differently."""
    found = []
    for number in range(count):
        page = Image.new("RGB", (1240, 1754), "#f6f5f0")
        pen = ImageDraw.Draw(page)
        if number % 2:
            pen.text((120, 110), "APPLICATION FOR A PLACE", fill="#202020", font_size=44)
            for row in range(14):
                y = 260 + row * 95
                pen.text((120, y), _WORDS[row + 40].title(), fill="#202020", font_size=28)
                pen.line((420, y + 36, 1120, y + 36), fill="#606060", width=2)
                said = " ".join(dice.choices(_WORDS, k=dice.randint(1, 5)))
                pen.text((430, y - 4), said, fill="#1a2a80", font_size=30)
        else:
            y = 140
            for _ in range(dice.randint(3, 6)):
                for _ in range(dice.randint(3, 8)):
                    line = " ".join(dice.choices(_WORDS, k=dice.randint(9, 12)))
                    pen.text((120, y), line, fill="#202020", font_size=27)
                    y += 38
                y += 34
        found.append(_noisy(np.asarray(page, np.float32), dice, 2))
    return found


def nights(dice: random.Random, count: int) -> list[Image.Image]:
    """Return towns at night from afar: dark, with lights strewn along a skyline."""
    found = []
    for _ in range(count):
        picture = Image.new("RGB", (1200, 900), (6, 7, dice.randint(10, 18)))
        pen = ImageDraw.Draw(picture)
        line = dice.randint(420, 620)
        for _ in range(dice.randint(30, 90)):
            x, y, r = dice.randrange(1200), line + dice.gauss(0, 60), dice.uniform(1, 7)
            colour = dice.choice(("#ffd890", "#fff2d0", "#ffb060", "#c8d8ff"))
            pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        picture = picture.filter(ImageFilter.GaussianBlur(2))
        found.append(_noisy(np.asarray(picture, np.float32), dice, 5))
    return found


def drawn_film(dice: random.Random, frames: int) -> list[Image.Image]:
    """Return frames of a drawn film in which something crosses the picture."""
    subject, scene = dice.choice((("kite", "park"), ("dog", "beach"), ("boat", "sea"), ("train", "snow")))
    return draw_film(subject, scene, "red", "day", (960, 720), dice, frames)


def moving(place: Image.Image, thing: Image.Image, dice: random.Random, frames: int) -> list[Image.Image]:
    """Return frames of a still camera: something, a tenth as wide as the picture, goes on by its width each time."""
    found, width = [], round(place.width * 0.1)
    cut_out = ImageOps.fit(thing, (width, round(width * 1.6)))
    mask = Image.new("L", cut_out.size)
    ImageDraw.Draw(mask).ellipse((0, 0, *cut_out.size), fill=255)
    x, y = place.width * dice.uniform(0.1, 0.3), place.height * dice.uniform(0.35, 0.6)
    for number in range(frames):
        frame = place.copy()
        frame.paste(cut_out, (round(x + number * width), round(y)), mask)
        found.append(_noisy(np.asarray(frame, np.float32), dice, 2))
    return found


def burst(place: Image.Image, dice: random.Random, frames: int) -> list[Image.Image]:
    """Return what a hand that shakes a little takes in one second, where nothing moves."""
    found = []
    for _ in range(frames):
        turned_ = place.rotate(dice.gauss(0, 0.4), Image.Resampling.BILINEAR)
        inset = 0.02 * max(place.size)
        x, y = dice.uniform(0.5, 1.5) * inset, dice.uniform(0.5, 1.5) * inset
        shot = turned_.crop(tuple(map(round, (x, y, place.width - 2 * inset + x, place.height - 2 * inset + y))))
        found.append(_noisy(np.asarray(shot, np.float32) * math.exp(dice.gauss(0, 0.03)), dice, 3))
    return found
