"""What a file says of itself in its headers, as the readers of every format hand it on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from haven_fs.library.regions import REGIONS, NamedArea

DATES = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")
"""Where XMP keeps the capture time, the most trusted first."""

ALBUMS, HIDDEN = "haven:Albums", "haven:Hidden"
"""Haven's own properties for the albums that a photo is in, and whether it is hidden: "True", "False", or IN_BIN."""
IN_BIN = "bin"
"""Why a photo is hidden: it is in the bin of the program that wrote the sidecar."""

Values = dict[str, Any]
"""What a packet of XMP or a sidecar says: texts and lists of texts, and under REGIONS a list of NamedArea."""

_PEOPLE = (REGIONS, "Iptc4xmpExt:PersonInImage")


def aspect_of(name: str) -> str:
    """Return what a property of XMP speaks of: properties of one aspect only make sense together."""
    if name in DATES:
        return "date"
    if name in _PEOPLE:
        return "people"
    return "position" if name.startswith("exif:GPS") else name


def dates_in(values: Mapping[str, Any]) -> list[str]:
    """Return the capture times among what XMP says, the most trusted first."""
    return [values[name] for name in DATES if isinstance(values.get(name), str)]


@dataclass(slots=True)
class Metadata:
    """What a file's own headers say, unjudged; read once per photo and given to every analyzer that needs it.

    `kind`: "image", "raw" or "video". `format`: "jpeg", "heic", "mp4", ... . `width`, `height`: pixels as stored.
    `orientation`: EXIF's 1 to 8 or None. `exif`: exifread's tag names ("EXIF DateTimeOriginal", "GPS GPSLatitude",
    "Image Make") to str, int, float or a list of (numerator, denominator) pairs. `xmp`: "prefix:Name" with the
    standard prefixes ("xmp:Rating", "dc:subject", "exif:DateTimeOriginal") to a str or a list of str. `beside`: the
    same of its sidecars, whatever their format: somebody wrote them later, so they outrank all that the file itself
    says of the same thing. `video`: the container's tags in lower case ("creation_time",
    "com.apple.quicktime.location.iso6709", ...). `frames`: pictures in the file (more than 1: an animation).
    `film`: where the film of a motion photo lies in the picture's file, its first byte and its length.
    `iptc`: IPTC's old headers, "iptc:Name" ("iptc:DateCreated", "iptc:Caption-Abstract", "iptc:Keywords") to a str, or
    a list of str for what may be said several times (keywords, authors); dates as "19710704", times as "101500+0200".
    `comments`: what people or programs wrote into it in plain words: a PNG's texts, a JPEG's or GIF's comments.
    """

    kind: Literal["image", "raw", "video"]
    format: str
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    duration: float | None = None
    frames: int = 1
    exif: dict[str, Any] = field(default_factory=dict)
    xmp: Values = field(default_factory=dict)
    beside: Values = field(default_factory=dict)
    video: dict[str, str] = field(default_factory=dict)
    iptc: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    film: tuple[int, int] | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def notes(self) -> Values:
        """What photo programs noted, beside the file or in it: of each thing what a sidecar says, or else the file."""
        if not self.beside:
            return self.xmp
        told = {aspect_of(name) for name in self.beside}
        return {name: value for name, value in self.xmp.items() if aspect_of(name) not in told} | self.beside

    @property
    def sidecar_dates(self) -> list[str]:
        """The capture times that its sidecars give, the most trusted first: somebody corrected it."""
        return dates_in(self.beside)

    @property
    def xmp_dates(self) -> list[str]:
        """The capture times that photo programs noted in the file itself, the most trusted first."""
        return dates_in(self.xmp)

    @property
    def regions(self) -> list[NamedArea]:
        """The people that are marked and named in it, as its sidecar says, or else the file; see library.upright."""
        return list(self.notes.get(REGIONS, ()))
