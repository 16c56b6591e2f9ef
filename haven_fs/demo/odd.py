"""What real libraries hold beside photos: films, a live photo, a burst, a panorama, a screenshot, files gone wrong."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath

from PIL import Image

from haven_fs.demo.drawing import draw_film, draw_picture
from haven_fs.demo.files import Shot, film, gif, heic, jpeg, png
from haven_fs.demo.pen import COLOURS, DARK, Pen, dice, gradient
from haven_fs.demo.plan import HOME, PHONE, PIXEL, TRIPS, Item, Trip, take

BY_TITLE = {trip.title: trip for trip in TRIPS}
UNREADABLE_AFTER = 700
"""Bytes there are of the photo whose copying was cut off."""


def odd(seed: int, today: date) -> list[Item]:
    """Return about twenty odd files."""
    rng = dice(f"{seed} odd")
    return [*_films(rng, today), *_special(rng, today), *_untold(rng, today)]


def _day(trip: Trip, today: date, after: int = 2) -> date:
    return date(today.year - trip.years, trip.month, trip.day) + timedelta(days=after)


def _film(folder: str, name: str, shot: Shot, subject: str, scene: str, colour: str, time: str, frames: int) -> Item:
    kind = name.rpartition(".")[2].lower()

    def make() -> bytes:
        return film(draw_film(subject, scene, colour, time, (640, 480), dice(f"{subject} {scene}"), frames), shot, kind)

    return Item(PurePosixPath(folder, name), shot.instant, make)


def _films(rng: random.Random, today: date) -> Iterator[Item]:
    lisbon, innsbruck, sydney = (
        BY_TITLE[f"{name}"] for name in ("Summer in Lisbon", "Winter in Innsbruck", "Christmas in Sydney")
    )
    for trip, camera, name, what in (
        (lisbon, PHONE, "IMG_2001.MOV", ("boat", "sea", "red", "evening", 30)),
        (innsbruck, PIXEL, "PXL_{0.instant:%Y%m%d_%H%M%S}000.mp4", ("train", "snow", "green", "day", 40)),
        (sydney, PIXEL, "VID_{0.taken:%Y%m%d_%H%M%S}.mp4", ("dog", "beach", "brown", "day", 30)),
    ):
        shot = take(trip, _day(trip, today), what[3], camera, rng)
        yield _film(f"{shot.taken:%Y}/{trip.title}", name.format(shot), shot, *what)


def _special(rng: random.Random, today: date) -> Iterator[Item]:
    trip = BY_TITLE["Cape Town"]
    shot = take(trip, _day(trip, today), "morning", PHONE, rng)
    what = ("balloon", "mountains", "orange", "morning")
    folder = f"{shot.taken:%Y}/{trip.title}"
    yield _still(folder, "IMG_2002.HEIC", shot, *what)
    yield _film(folder, "IMG_2002.MOV", shot, *what, 15)

    trip = BY_TITLE["Oslo by Bike"]
    shot = replace(take(trip, _day(trip, today), "day", PHONE, rng), caption="Our way through the woods", rating=5)
    yield _still(f"{shot.taken:%Y}/{trip.title}", "IMG_2003.HEIC", shot, "bicycle", "forest", "blue", "day")

    trip = BY_TITLE["Paris"]
    first = take(trip, _day(trip, today), "day", PHONE, rng)
    for number in range(4):
        shot = replace(first, taken=first.taken + timedelta(seconds=number // 2))
        name = f"IMG_{first.taken:%Y%m%d_%H%M%S}_BURST{number + 1:03d}.jpg"
        yield _burst(f"{shot.taken:%Y}/{trip.title}", name, shot, number)

    trip = BY_TITLE["Winter in Innsbruck"]
    shot = replace(take(trip, _day(trip, today), "morning", PHONE, rng), panorama=True, rating=4)
    yield _panorama(f"{shot.taken:%Y}/{trip.title}", f"PANO_{shot.taken:%Y%m%d_%H%M%S}.jpg", shot)

    shot = take(HOME, _day(HOME, today, 9), "evening", PIXEL, rng)
    name = f"Screenshot_{shot.taken:%Y%m%d-%H%M%S}.png"
    yield Item(PurePosixPath(f"{shot.taken:%Y}/Screenshots", name), shot.instant, lambda: png(_screen(shot)))


def _untold(rng: random.Random, today: date) -> Iterator[Item]:
    """Files that say nothing of when or where they are from."""
    trip = BY_TITLE["New York"]
    shot = take(trip, _day(trip, today), "evening", PHONE, rng)
    yield _plain("WhatsApp", f"IMG-{shot.taken:%Y%m%d}-WA0007.jpg", shot.instant, "car", "city", "yellow")
    long_ago = datetime(today.year - 3, 2, 2, 15, tzinfo=UTC)
    yield _plain("Scanned", "the old garden.jpg", long_ago, "tree", "park", "green")
    yield _plain("Scanned", "first car.jpg", long_ago, "car", "park", "red")
    winter = datetime(today.year - 2, 1, 6, 12, tzinfo=UTC)
    yield Item(PurePosixPath("Funny/snowman dance.gif"), winter, _dance)
    shot = take(trip, _day(trip, today, 3), "day", PHONE, rng)
    cut = Item(PurePosixPath(f"{shot.taken:%Y}/{trip.title}", "IMG_2004.jpg"), shot.instant, lambda: _cut_off(shot))
    yield cut


def _still(folder: str, name: str, shot: Shot, subject: str, scene: str, colour: str, time: str) -> Item:
    def make() -> bytes:
        return heic(draw_picture(subject, scene, colour, time, (800, 600), dice(f"{subject} {scene}")), shot)

    return Item(PurePosixPath(folder, name), shot.instant, make)


def _burst(folder: str, name: str, shot: Shot, number: int) -> Item:
    def make() -> bytes:
        pictures = draw_film("kite", "park", "red", "day", (800, 600), dice("burst"), 12)
        return jpeg(pictures[4 + number], shot)

    return Item(PurePosixPath(folder, name), shot.instant, make)


def _panorama(folder: str, name: str, shot: Shot) -> Item:
    def make() -> bytes:
        return jpeg(draw_picture(None, "mountains", "white", "morning", (2880, 720), dice("panorama")), shot)

    return Item(PurePosixPath(folder, name), shot.instant, make)


def _plain(folder: str, name: str, instant: datetime, subject: str, scene: str, colour: str) -> Item:
    def make() -> bytes:
        picture = draw_picture(subject, scene, colour, "day", (800, 600), dice(f"{subject} {scene}"))
        return jpeg(picture, None)

    return Item(PurePosixPath(folder, name), instant, make)


def _dance() -> bytes:
    return gif(draw_film("snowman", "snow", "red", "day", (320, 240), dice("dance"), 12))


def _cut_off(shot: Shot) -> bytes:
    return jpeg(draw_picture("house", "park", "blue", "day", (640, 480), dice("cut")), shot)[:UNREADABLE_AFTER]


def _screen(shot: Shot) -> Image.Image:
    """A telephone's screen with a talk about the weekend on it."""
    image = gradient(1080, 2340, (232, 238, 246), (206, 218, 236))
    pen = Pen(image, 0, 0, 1080)
    pen.block(0, 0, 1, 0.2, COLOURS["blue"])
    pen.disc(0.12, 0.13, 0.05, COLOURS["orange"])
    pen.block(0.21, 0.1, 0.55, 0.125, COLOURS["white"], 0.01)
    pen.block(0.21, 0.14, 0.42, 0.155, (170, 196, 232), 0.007)
    pen.block(0.04, 0.02, 0.14, 0.04, COLOURS["white"], 0.01)
    pen.block(0.88, 0.02, 0.96, 0.04, COLOURS["white"], 0.008)
    rng = dice(f"{shot.taken}")
    y = 0.27
    for mine in (False, True, True, False, True, False, False, True):
        lines, width = rng.randrange(1, 4), rng.uniform(0.35, 0.62)
        left = 0.96 - width if mine else 0.04
        pen.block(left, y, left + width, y + 0.05 + 0.05 * lines, (214, 240, 204) if mine else (255, 255, 255), 0.03)
        for line in range(lines):
            end = left + width - (0.05 if line < lines - 1 else 0.18)
            pen.block(left + 0.04, y + 0.04 + 0.05 * line, end, y + 0.058 + 0.05 * line, (120, 126, 136), 0.008)
        y += 0.09 + 0.05 * lines
    pen.block(0.04, 2.04, 0.82, 2.13, (255, 255, 255), 0.04)
    pen.disc(0.9, 2.085, 0.05, COLOURS["green"])
    pen.shape([(0.885, 2.06), (0.885, 2.11), (0.93, 2.085)], COLOURS["white"])
    pen.block(0.36, 2.145, 0.64, 2.152, DARK, 0.003)
    return image
