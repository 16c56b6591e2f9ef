"""What a file says of itself in its headers, as the readers of every format hand it on."""

from dataclasses import dataclass, field
from typing import Any, Literal

from haven_fs.library.regions import REGIONS, NamedArea

DATES = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")
"""Where XMP keeps the capture time, the most trusted first."""

SIDECAR_DATE = "haven:SidecarDate"
"""A name of Haven's own in `xmp`: the capture time that a sidecar gives."""


@dataclass(slots=True)
class Metadata:
    """What a file's own headers say, unjudged; read once per photo and given to every analyzer that needs it.

    `kind`: "image", "raw" or "video". `format`: "jpeg", "heic", "mp4", ... . `width`, `height`: pixels as stored.
    `orientation`: EXIF's 1 to 8 or None. `exif`: exifread's tag names ("EXIF DateTimeOriginal", "GPS GPSLatitude",
    "Image Make") to str, int, float or a list of (numerator, denominator) pairs. `xmp`: "prefix:Name" with the
    standard prefixes ("xmp:Rating", "dc:subject", "exif:DateTimeOriginal") to a str or a list of str; a sidecar's
    values outrank embedded ones. `video`: the container's tags in lower case ("creation_time",
    "com.apple.quicktime.location.iso6709", ...). `frames`: pictures in the file (more than 1: an animation).
    """

    kind: Literal["image", "raw", "video"]
    format: str
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    duration: float | None = None
    frames: int = 1
    exif: dict[str, Any] = field(default_factory=dict)
    xmp: dict[str, Any] = field(default_factory=dict)
    video: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def sidecar_date(self) -> str | None:
        """The capture time that a sidecar gives: somebody corrected it, so it outranks the file's own."""
        date: str | None = self.xmp.get(SIDECAR_DATE)
        return date

    @property
    def xmp_dates(self) -> list[Any]:
        """The capture times in the notes of photo programs, the most trusted first."""
        return [self.xmp[name] for name in DATES if name in self.xmp]

    @property
    def regions(self) -> list[NamedArea]:
        """The people that are marked and named in it, as its sidecar says, or else the file; see library.upright."""
        return list(self.xmp.get(REGIONS, ()))
