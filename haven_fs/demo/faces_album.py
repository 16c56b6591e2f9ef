"""The demo's photos of people: a family of five over seven years and trips, and strangers who are met once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import PurePosixPath

from PIL import Image

from haven_fs.demo.drawing import draw_picture
from haven_fs.demo.faces import DEMO, Moment, identity, moment
from haven_fs.demo.faces_group import draw_group
from haven_fs.demo.faces_people import Face
from haven_fs.demo.files import NamedFace, jpeg
from haven_fs.demo.pen import dice
from haven_fs.demo.plan import CAMERAS, TRIPS, Item, take

FAMILY = {"Alice": DEMO[22], "Ben": DEMO[14], "Mia": DEMO[21], "Leo": DEMO[1], "Otto": DEMO[31]}
"""Who is who: parents, two children, and a grandfather who is in three photos."""
STRANGERS = tuple(DEMO[number] for number in (2, 16, 28, 19, 27))
BORN = {"Mia": 15, "Leo": 12}
"""How many years ago; everybody else is grown up."""
NAMED = "Alice"
"""Who a program has named in one of the photos."""

ALBUM: tuple[tuple[str, str, str, str], ...] = (
    ("Summer in Lisbon", "city", "day", "Alice"),
    ("Summer in Lisbon", "city", "evening", "Alice Ben"),
    ("Summer in Lisbon", "sea", "day", "Mia Leo"),
    ("Winter in Innsbruck", "mountains", "day", "Ben"),
    ("Winter in Innsbruck", "snow", "day", "Alice Mia Leo"),
    ("Winter in Innsbruck", "mountains", "morning", "Alice Ben Mia Leo"),
    ("Paris", "city", "day", "Alice"),
    ("Paris", "park", "morning", "Alice Mia"),
    ("Paris", "city", "day", "stranger"),
    ("Cherry Blossom in Tokyo", "city", "day", "Leo"),
    ("Cherry Blossom in Tokyo", "park", "day", "Alice Leo"),
    ("Cherry Blossom in Tokyo", "city", "evening", "stranger"),
    ("Cape Town", "mountains", "day", "Alice Ben"),
    ("Cape Town", "sea", "morning", "Ben Mia"),
    ("Cape Town", "sea", "evening", "Alice"),
    ("Oslo by Bike", "forest", "day", "Ben Leo"),
    ("Oslo by Bike", "park", "day", "Alice Mia"),
    ("Oslo by Bike", "forest", "morning", "stranger"),
    ("New York", "city", "day", "Mia"),
    ("New York", "city", "evening", "Alice Ben Mia"),
    ("New York", "park", "day", "Alice Leo"),
    ("New York", "city", "day", "stranger"),
    ("Northern Lights in Reykjavik", "mountains", "day", "Ben Alice"),
    ("Northern Lights in Reykjavik", "snow", "morning", "Leo Mia"),
    ("Christmas in Sydney", "city", "day", "Alice Otto"),
    ("Christmas in Sydney", "city", "evening", "Otto Ben Mia Leo"),
    ("Christmas in Sydney", "sea", "day", "Alice Mia"),
    ("Buenos Aires", "city", "day", "Alice"),
    ("Buenos Aires", "park", "day", "Ben Leo"),
    ("Buenos Aires", "city", "morning", "stranger"),
    ("At Home", "park", "day", "Alice Ben Otto"),
    ("At Home", "park", "morning", "Mia"),
    ("At Home", "forest", "day", "Leo Alice"),
)
"""Trip, scene, time of day, and who is there from left to right."""
SIZES = ((640, 480), (800, 600), (1024, 768), (768, 1024))
SHARE = (0.17, 0.34)
BY_TITLE = {trip.title: trip for trip in TRIPS}


def people_photos(seed: int, today: date) -> list[Item]:
    """Return the photos of people; one of them says who is in it."""
    strangers = iter(STRANGERS)
    named = next(number for number, row in enumerate(ALBUM) if row[3] == NAMED)
    return [
        _photo(number, seed, today, [next(strangers)] if row[3] == "stranger" else _members(row[3]), number == named)
        for number, row in enumerate(ALBUM)
    ]


def _members(names: str) -> list[int]:
    return [FAMILY[name] for name in names.split()]


def _photo(number: int, seed: int, today: date, people: Sequence[int], named: bool) -> Item:
    title, scene, time, names = ALBUM[number]
    trip = BY_TITLE[title]
    rng = dice(f"{seed} people {number}")
    day = date(today.year - trip.years, trip.month, trip.day) + timedelta(days=rng.randrange(5))
    camera = rng.choices(CAMERAS, (4, 3, 2, 1))[0]
    shot = take(trip, day, time, camera, rng)
    if rng.random() < 0.2:
        shot = replace(shot, rating=5)
    size = SIZES[0] if len(people) > 2 else rng.choice(SIZES)
    if len(people) > 2 and rng.random() < 0.5:
        size = SIZES[2]
    moments = [_moment(f"{seed} {number} {who}", names, who, trip.years) for who in people]

    def make() -> bytes:
        dice_of = dice(f"{seed} people {number} drawn")
        background = draw_picture(None, scene, "white", time, size, dice_of)
        pairs = [(identity(who), when) for who, when in zip(people, moments, strict=True)]
        image, faces = draw_group(background, pairs, time, dice_of, SHARE)
        return jpeg(image, replace(shot, faces=(_named(NAMED, faces[0], image),)) if named else shot)

    name = camera.name.format(number=7001 + number, part=number, instant=shot.instant)
    return Item(PurePosixPath(f"{day:%Y}/{title}", name), shot.instant, make)


def _moment(seed: str, names: str, who: int, years: int) -> Moment:
    """Return somebody at a moment by chance, as old as they were then."""
    by_number = {number: name for name, number in FAMILY.items()}
    age = BORN.get(by_number.get(who, ""), 99) - years
    when = moment(dice(seed), 0.75)
    return replace(when, young=max(0.0, (14 - age) / 20), grey=0.0, sunglasses=when.sunglasses and len(names) > 5)


def _named(name: str, face: Face, image: Image.Image) -> NamedFace:
    left, top, right, bottom = face.box
    return NamedFace(name, (left / image.width, top / image.height, right / image.width, bottom / image.height))
