"""What is asked for and what comes of it: plain values, which go to worker processes and back.

Nothing here reads pictures, so that the process that serves need not load what does.
"""

from dataclasses import dataclass, field

from haven_fs.library.beneath import Beneath
from haven_fs.renditions.sizes import What

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Said:
    """What a rendition says of its photo in EXIF; nothing else of the original's metadata is in it.

    `taken`: seconds since 1970-01-01T00:00 of the clock where it was taken; `offset`: minutes that clock was ahead of
    UTC. `latitude`, `longitude`: WGS 84 degrees. `rating`: 0 to 5. Each None if it is not known.
    """

    taken: float | None = None
    offset: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A rendition to make: of which file, and how.

    `length`: bytes that it must have, 0 for whatever it takes.
    `box`: the part to cut out, as shares of the upright picture's width and height: left, top, right, bottom. `film`:
    the plan of a film, of which `segment` is wanted; see haven_fs.renditions.films.
    """

    what: What
    path: Beneath
    length: int = 0
    said: Said = field(default_factory=Said)
    box: Box | None = None
    film: str = ""
    segment: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes, and why a JPEG shows a tile instead of the picture, if it does."""

    data: bytes
    problem: str | None = None


class NotNow(Exception):
    """Nothing can be made at present: the file cannot be read, or `absent`: it is not there. The text says why."""

    def __init__(self, reason: str, absent: bool = False) -> None:
        super().__init__(reason, absent)
        self.absent = absent

    def __str__(self) -> str:
        """Return the reason."""
        return str(self.args[0])
