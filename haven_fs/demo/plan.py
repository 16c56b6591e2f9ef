"""What a family might have photographed in seven years: the demo's trips, cameras and ordinary photos."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_picture, fits
from haven_fs.demo.files import Camera, Shot, jpeg
from haven_fs.demo.pen import dice


@dataclass(frozen=True, slots=True)
class Trip:
    """Some days somewhere: `years` ago, from `month` and `day` on, `offset` minutes ahead of UTC then."""

    title: str
    position: tuple[float, float]
    offset: int
    years: int
    month: int
    day: int
    scenes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the library: where it goes, when it was taken (UTC), and how its bytes are made."""

    path: PurePosixPath
    instant: datetime
    make: Callable[[], bytes]


HOME = Trip("At Home", (52.4862, 13.4245), 60, 1, 3, 8, ("park", "city", "forest"))  # Berlin
TRIPS = (
    Trip("Summer in Lisbon", (38.6979, -9.2063), 60, 7, 7, 14, ("beach", "sea", "city")),
    Trip("Winter in Innsbruck", (47.2682, 11.3923), 60, 6, 2, 9, ("snow", "mountains")),
    Trip("Paris", (48.8566, 2.3522), 120, 6, 5, 21, ("city", "park")),
    Trip("Cherry Blossom in Tokyo", (35.7148, 139.7967), 540, 5, 4, 3, ("park", "city")),
    Trip("Cape Town", (-33.9036, 18.4201), 120, 4, 1, 18, ("beach", "mountains", "sea")),
    Trip("Oslo by Bike", (59.9139, 10.7522), 120, 4, 6, 20, ("forest", "sea", "park")),
    Trip("New York", (40.7794, -73.9632), -240, 3, 10, 11, ("city", "park")),
    Trip("Northern Lights in Reykjavik", (64.1466, -21.9426), 0, 2, 3, 5, ("night sky", "snow", "mountains")),
    Trip("Christmas in Sydney", (-33.8908, 151.2743), 660, 2, 12, 22, ("beach", "sea", "city")),
    Trip("Buenos Aires", (-34.6037, -58.3816), -180, 1, 11, 4, ("city", "park")),
    HOME,
)
CAMERAS = (
    Camera("Apple", "iPhone 13", "iPhone 13 back dual wide camera 5.1mm f/1.6", True, "IMG_{number:04d}.jpg"),
    Camera("Google", "Pixel 7", "Pixel 7 back camera 6.81mm f/1.85", True, "PXL_{instant:%Y%m%d_%H%M%S}{part:03d}.jpg"),
    Camera("Canon", "Canon EOS R10", "RF-S18-150mm F3.5-6.3 IS STM", False, "_MG_{number:04d}.JPG"),
    Camera("NIKON CORPORATION", "NIKON Z 50", "NIKKOR Z DX 16-50mm f/3.5-6.3 VR", False, "DSC_{number:04d}.JPG"),
)
PHONE, PIXEL = CAMERAS[:2]
HOURS = dict(zip(TIMES, (8, 13, 18, 20, 22), strict=True))
SIZES = ((640, 480), (640, 480), (1024, 768), (1024, 768), (768, 1024), (800, 600), (1280, 960), (1600, 1200))
WHERE = dict(
    zip(
        SCENES,
        ("on the beach", "in the mountains", "in the city", "in the forest", "in the snow", "in the park", "at sea",
         "under the night sky"),
        strict=True,
    )
)  # fmt: skip


def ordinary(photos: int, seed: int, today: date) -> list[Item]:
    """Return that many photos of trips and of days at home, some of them of `today` in earlier years."""
    return [_ordinary(number, seed, today) for number in range(photos)]


def on_this_day(today: date, years: int) -> date:
    """Return the same day `years` earlier; 28 February for a leap day that the year has not."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def _ordinary(number: int, seed: int, today: date) -> Item:
    rng = dice(f"{seed} {number}")
    if number % 15 == 7:
        day = on_this_day(today, 1 + number // 15 % 5)
        trip, folder = replace(HOME, offset=120 if 3 < day.month < 10 else 60), f"{day:%Y}/{day:%Y-%m}"
    else:
        trip = TRIPS[number % len(TRIPS)]
        day = date(today.year - trip.years, trip.month, trip.day) + timedelta(days=rng.randrange(5))
        folder = f"{day:%Y}/{trip.title}"
    scene = rng.choice(trip.scenes)
    subject = rng.choice([name for name in SUBJECTS if fits(name, scene) and (name != "snowman" or scene == "snow")])
    if number % 3 == 0 and "beach" in trip.scenes:
        subject, scene = "dog", "beach"  # what everybody asks for first is there
    colour, time, size = rng.choice(SUBJECTS[subject].colours), rng.choice(TIMES), rng.choice(SIZES)
    camera = rng.choices(CAMERAS, (4, 3, 2, 1))[0]
    shot = take(trip, day, "night" if scene == "night sky" else time, camera, rng)
    shot = replace(
        shot,
        caption=f"The {colour} {subject} {WHERE[scene]}" if rng.random() < 0.35 else "",
        keywords=(subject, scene) if rng.random() < 0.5 else (),
        rating=rng.choice((3, 4, 5)) if rng.random() < 0.3 else 0,
        turned=rng.random() < 0.1,
    )
    name = camera.name.format(number=1001 + number, part=number % 1000, instant=shot.instant)
    path = PurePosixPath(folder, name)
    return Item(path, shot.instant, lambda: jpeg(draw_picture(subject, scene, colour, time, size, rng), shot))


def take(trip: Trip, day: date, time: str, camera: Camera, rng: random.Random) -> Shot:
    """Return a shot of a trip's place on a day at one of TIMES, without words."""
    taken = datetime(day.year, day.month, day.day, HOURS[time], rng.randrange(60), rng.randrange(60))
    latitude, longitude = (round(part + rng.uniform(-0.004, 0.004), 5) for part in trip.position)
    return Shot(taken, trip.offset, camera, (latitude, longitude) if camera.knows_where else None)
