"""What a camera says of the moment at which it took a picture."""

from datetime import datetime
from pathlib import Path

_TAKEN = "EXIF DateTimeOriginal"
_TIMES = (_TAKEN, "EXIF DateTimeDigitized", "Image DateTime")


def camera_times(path: Path) -> set[float]:
    """Return all times that a file's metadata give, on the camera's own clock, seconds since 1970.

    None unless a camera says when it took the picture, or if the file cannot be read.
    """
    # The readers of pictures take a while to load, and few who ask the catalog need this.
    from haven_fs.library.kinds import kind_of
    from haven_fs.library.metadata import Unreadable, read_metadata

    try:
        exif = read_metadata(path, kind_of(path)).exif
        said = [str(exif[tag]) for tag in _TIMES if tag in exif]
        times = {(datetime.strptime(one, "%Y:%m:%d %H:%M:%S") - datetime(1970, 1, 1)).total_seconds() for one in said}
        return times if "Image Make" in exif and _TAKEN in exif else set()
    except (Unreadable, OSError, ValueError):
        return set()
