"""Files as their headers describe them, in a line each: what tables of cases say which are one photo by."""

import calendar
import time
from typing import Literal, NamedTuple

from haven_fs.library.backups import BACKUP_TAIL
from haven_fs.library.kinds import IMAGE_ENDINGS, RAW_ENDINGS, Kind, ending
from haven_fs.library.moment import Moment
from haven_fs.library.pair import Member
from haven_fs.library.stems import SIDECARS


class F(NamedTuple):
    """A file as its headers describe it. `at`: the time it says; `zone`: hours east of UTC.

    `changed`: when the disk says it was changed."""

    name: str
    at: str = ""
    zone: float | None = None
    lasts: float | None = None
    content: str = ""
    maker: str = ""
    changed: float | None = None


class Pair(NamedTuple):
    """Files of one folder, and which photos they are: each main file with its companions' roles."""

    of: str
    files: tuple[F | str, ...]
    photos: dict[str, dict[str, str]]


FORMATS = {"jpg": "jpeg", "tif": "tiff", "hif": "heic", "thm": "jpeg", "mp": "mp4", "lrv": "mp4"}


def member(file: F | str) -> Member:
    """Return a file as a worker sees it."""
    file = F(file) if isinstance(file, str) else file
    tail = ending(BACKUP_TAIL.sub("", file.name)) or "jpg"
    form = FORMATS.get(tail, tail)
    moment = None
    if file.at:
        offset = None if file.zone is None else int(file.zone * 3600)
        moment = Moment(calendar.timegm(time.strptime(file.at, "%Y-%m-%d %H:%M:%S")), offset)
    return Member(file.name, Kind(_kind(tail), form, ""), file.lasts, moment, file.content, file.maker, file.changed)


def _kind(tail: str) -> Literal["image", "raw", "video", "sidecar"]:
    if tail in SIDECARS:
        return "sidecar"
    if tail in RAW_ENDINGS:
        return "raw"
    return "image" if tail in IMAGE_ENDINGS | {"thm"} else "video"


DAY, LATER, OTHER = "2024-05-01 10:00:00", "2024-05-01 10:00:02", "2021-03-03 18:11:40"
