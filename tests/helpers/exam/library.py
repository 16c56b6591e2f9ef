"""The library of the exam: reads library.txt, which is what is true of each photo, and draws the photos."""

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image

from haven_fs.demo import dice, draw_film, draw_group, draw_picture, identity, moment
from haven_fs.demo.faces import DEMO
from haven_fs.demo.files import Camera, NamedFace, Shot, film, jpeg, png
from haven_fs.library.headers import Metadata
from haven_fs.library.regions import Named
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_write import with_people
from haven_places.calling import make_place
from helpers.home import Home

TODAY = datetime(2024, 8, 15, 12)
"""A Thursday: when all phrases are asked."""
HOME = (51.4600, -2.6150)
"""The middle of the place that the family calls Home."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where photos were taken, by the names that maps have."""

    town: str
    region: str
    country: str
    continent: str
    position: tuple[float, float]


PLACES = {
    "Bristol": Place("Bristol", "England", "United Kingdom", "Europe", (51.4545, -2.5879)),
    "Home": Place("Bristol", "England", "United Kingdom", "Europe", HOME),
    "Portishead": Place("Portishead", "England", "United Kingdom", "Europe", (51.4857, -2.7672)),
    "London": Place("London", "England", "United Kingdom", "Europe", (51.5074, -0.1278)),
    "Edinburgh": Place("Edinburgh", "Scotland", "United Kingdom", "Europe", (55.9533, -3.1883)),
    "Paris": Place("Paris", "Île-de-France", "France", "Europe", (48.8566, 2.3522)),
    "Versailles": Place("Versailles", "Île-de-France", "France", "Europe", (48.8014, 2.1301)),
    "SaintDenis": Place("Saint-Denis", "Île-de-France", "France", "Europe", (48.9362, 2.3574)),
    "Lyon": Place("Lyon", "Auvergne-Rhône-Alpes", "France", "Europe", (45.7640, 4.8357)),
    "Nice": Place("Nice", "Provence-Alpes-Côte d'Azur", "France", "Europe", (43.7031, 7.2661)),
    "Munich": Place("Munich", "Bavaria", "Germany", "Europe", (48.1374, 11.5755)),
    "Vienna": Place("Vienna", "Vienna", "Austria", "Europe", (48.2085, 16.3721)),
    "Rome": Place("Rome", "Lazio", "Italy", "Europe", (41.8902, 12.4922)),
    "Florence": Place("Florence", "Tuscany", "Italy", "Europe", (43.7696, 11.2558)),
    "Palma": Place("Palma", "Balearic Islands", "Spain", "Europe", (39.5696, 2.6502)),
    "Lisbon": Place("Lisbon", "Lisbon", "Portugal", "Europe", (38.7139, -9.1394)),
    "Amsterdam": Place("Amsterdam", "North Holland", "Netherlands", "Europe", (52.3731, 4.8926)),
    "NewYork": Place("New York City", "New York", "United States", "North America", (40.7300, -73.9950)),
    "Toronto": Place("Toronto", "Ontario", "Canada", "North America", (43.6532, -79.3832)),
    "ParisTX": Place("Paris (US-TX)", "Texas", "United States", "North America", (33.6609, -95.5555)),
    "Atlanta": Place("Atlanta", "Georgia", "United States", "North America", (33.7490, -84.3880)),
    "Tbilisi": Place("Tbilisi", "Tbilisi", "Georgia", "Asia", (41.6941, 44.8337)),
    "Tokyo": Place("Tokyo", "Tokyo", "Japan", "Asia", (35.7000, 139.7500)),
    "Sydney": Place("Sydney", "New South Wales", "Australia", "Oceania", (-33.8688, 151.2093)),
    "CapeTown": Place("Cape Town", "Western Cape", "South Africa", "Africa", (-33.9258, 18.4232)),
}
CAMERAS = {
    "scan": Camera("EPSON", "Perfection V600", "", False, "scan_{0:03d}.jpg"),
    "iphone4": Camera("Apple", "iPhone 4", "iPhone 4 back camera 3.85mm f/2.8", True, "IMG_{0:04d}.jpg"),
    "iphone6": Camera("Apple", "iPhone 6", "iPhone 6 back camera 4.15mm f/2.2", True, "IMG_{0:04d}.jpg"),
    "iphone13": Camera("Apple", "iPhone 13", "iPhone 13 back dual wide camera 5.1mm f/1.6", True, "IMG_{0:04d}.jpg"),
    "pixel": Camera("Google", "Pixel 2", "Pixel 2 back camera 4.442mm f/1.8", True, "PXL_{0:04d}.jpg"),
    "canon": Camera("Canon", "Canon EOS R10", "RF-S18-150mm F3.5-6.3 IS STM", False, "_MG_{0:04d}.jpg"),
    "nikon": Camera("NIKON CORPORATION", "NIKON Z 50", "NIKKOR Z DX 16-50mm f/3.5-6.3 VR", False, "DSC_{0:04d}.jpg"),
}
SIZE, TALL, WIDE, SCREEN = (320, 240), (240, 320), (1440, 320), (1080, 1920)
FACE, FACE_SHARE = (640, 480), (0.25, 0.34)
LARGE = 30_000_000
UNTOLD = datetime(2003, 3, 3, 12).timestamp()
"""The date of the files that say nothing of their own."""


@dataclass(slots=True)
class Photo:
    """What is true of a photo. `taken`: by the clock where it was taken. `time`: of the day, as it is drawn."""

    name: str
    taken: datetime | None = None
    place: Place | None = None
    at_home: bool = False
    camera: Camera | None = None
    offset: int = 0
    subject: str | None = None
    scene: str | None = None
    colour: str = "white"
    people: tuple[str, ...] = ()
    caption: str = ""
    keywords: tuple[str, ...] = ()
    stars: int = 0
    album: str | None = None
    seconds: int = 0
    stranger: int | None = None
    marks: set[str] = field(default_factory=set)

    @property
    def time(self) -> str:
        """The time of day, one of those that are drawn."""
        hour = self.taken.hour if self.taken else 12
        return "morning" if hour < 10 else "day" if hour < 17 else "evening" if hour < 20 else "night"


def photos() -> list[Photo]:
    """Return what library.txt says, in its order."""
    found: list[Photo] = []
    event = Photo("")
    day, numbers = "", {name: 1000 * place for place, name in enumerate(CAMERAS)}
    for line in Path(__file__).with_name("library.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            day, place, camera, *offset = line[2:].split()
            event = Photo(
                "",
                place=PLACES.get(place),
                at_home=place == "Home",
                camera=CAMERAS.get(camera),
                offset=int(offset[0]) if offset else 0,
            )
            kind = camera
        elif line and not line.startswith("#"):
            photo = _photo(line, day, event)
            if not photo.name:
                numbers[kind] += 1
                photo.name = CAMERAS[kind].name.format(numbers[kind])
                if photo.seconds:
                    photo.name = photo.name.replace(".jpg", ".mov")
            found.append(photo)
    return found


def _photo(line: str, day: str, event: Photo) -> Photo:
    first, *rest = (part.strip() for part in line.split(";"))
    clock, subject, scene, *colour = first.split()
    photo = replace(event, marks=set())
    if subject != "-":
        photo.subject = subject
    if scene != "-":
        photo.scene = scene.replace("-", " ")
    if colour and colour[0] != "-":
        photo.colour = colour[0]
    if day != "-":
        photo.taken = datetime.fromisoformat(f"{day} {clock}")
    for part in rest:
        word, _, told = part.partition(" ")
        match word:
            case "with":
                photo.people = tuple(told.split(", "))
            case "tag":
                photo.keywords = tuple(told.split(", "))
            case "say":
                photo.caption = told
            case "name" | "album":
                setattr(photo, word, told)
            case "stars":
                photo.stars = int(told)
            case "video":
                photo.seconds = int(told)
            case "stranger":
                photo.stranger = int(told)
            case "loved" | "tall" | "large" | "pano" | "selfie" | "screen" | "bare":
                photo.marks.add(word)
            case _:
                raise ValueError(f"library.txt: {part!r} in {line!r}")
    if photo.marks & {"screen", "bare"}:
        photo.place, photo.at_home = None, False
    if photo.marks & {"screen", "bare"} or photo.name.endswith(".mp4"):
        photo.camera = None  # which those files do not say
    return photo


def make_library(folder: Path, settings: dict[str, Any]) -> Home:
    """Draw the library in a folder, index it, and do in the drive what the family did; return its home."""
    home = Home(folder, settings=settings)
    everything = photos()
    for number, photo in enumerate(everything):
        _draw(home.root / f"{number // 50}" / photo.name, photo)
    home.index()
    with home.catalog.write(by="", place="haven places name Home") as w:
        make_place(w, "Home", *HOME, 300.0)
    for album in dict.fromkeys(photo.album for photo in everything if photo.album):
        home.make(f"Albums/{album}")
    for photo in everything:
        if photo.album:
            home.copy(f"Recent/{photo.name}", f"Albums/{photo.album}/")
        if "loved" in photo.marks:
            home.copy(f"Recent/{photo.name}", "Favorites/")
    home.index()
    return home


def _draw(path: Path, photo: Photo) -> None:
    path.parent.mkdir(exist_ok=True)
    rng = dice(f"exam {photo.name}")
    camera = photo.camera or Camera("", "", "", False, "")
    if "selfie" in photo.marks:
        camera = replace(camera, lens="iPhone front TrueDepth camera 2.71mm f/2.2")
    boxes = [(0.02 + 0.15 * place, 0.1, 0.12 + 0.15 * place, 0.25) for place in range(len(photo.people))]
    faces = tuple(NamedFace(*one) for one in zip(photo.people, boxes, strict=True))
    shot = Shot(
        photo.taken or TODAY,
        photo.offset,
        camera,
        photo.place.position if photo.place else None,
        caption=photo.caption,
        keywords=photo.keywords,
        rating=photo.stars,
        panorama="pano" in photo.marks,
        faces=faces,
    )
    shown = (photo.subject, photo.scene or "city", photo.colour, photo.time)
    if photo.seconds:
        # Ten frames a second, nearly all of which are the last one: how long it is matters, not what goes on.
        frames = draw_film(*shown, (160, 120), rng, frames=3)
        frames += frames[-1:] * (photo.seconds * 10 - 3)
        path.write_bytes(film(frames, shot, path.suffix[1:]))
        path.with_name(path.name + ".xmp").write_bytes(_sidecar(photo, boxes))
    elif "screen" in photo.marks:
        path.write_bytes(png(Image.new("RGB", SCREEN, (128, 128, 128))))
    else:
        size = TALL if "tall" in photo.marks else WIDE if "pano" in photo.marks else SIZE
        picture = draw_picture(*shown, size, rng)
        if photo.stranger is not None:
            somebody = [(identity(DEMO[photo.stranger]), moment(rng))]
            picture, _ = draw_group(picture.resize(FACE), somebody, photo.time, rng, FACE_SHARE)
        path.write_bytes(jpeg(picture, None if "bare" in photo.marks else shot))
    if "large" in photo.marks:
        os.truncate(path, LARGE)  # which adds nothing that a decoder looks at
    if "bare" in photo.marks:
        os.utime(path, (UNTOLD, UNTOLD))


def _sidecar(photo: Photo, boxes: list[tuple[float, float, float, float]]) -> bytes:
    said = f"<xmp:Rating>{photo.stars}</xmp:Rating>" if photo.stars else ""
    if photo.caption:
        text = f'<rdf:li xml:lang="x-default">{escape(photo.caption)}</rdf:li>'
        said += f"<dc:description><rdf:Alt>{text}</rdf:Alt></dc:description>"
    if photo.keywords:
        words = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in photo.keywords)
        said += f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"
    packet = EMPTY.replace(b"</rdf:Description>", f"{said}</rdf:Description>".encode())
    return with_people(packet, [Named(*one) for one in zip(photo.people, boxes, strict=True)], Metadata("video", "mp4"))
