"""What a file says of itself in its headers, as the readers of every format hand it on."""

from dataclasses import dataclass, field
from typing import Any, Literal

from haven_fs.library.regions import REGIONS, NamedArea


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
    def regions(self) -> list[NamedArea]:
        """The people that are marked and named in it, as its sidecar says, or else the file; see library.upright."""
        return list(self.xmp.get(REGIONS, ()))
