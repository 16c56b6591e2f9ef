"""Headers of photos and films in a line each: what the table of dates is written with."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from haven_fs.analysis.analyzer import Metadata, Sample
from haven_time.analyzer import TimeAnalyzer

COPIED = "2024-03-03 10:00:00"
"""When all files were copied to this disk, unless a case has a time of its own."""


class Case(NamedTuple):
    """`right`: "2019-07-04 15:30:00 +120" or as much of it as can be known; with * the rest does not matter."""

    path: str
    right: str
    exif: Mapping[str, Any] = {}
    xmp: Mapping[str, Any] = {}
    beside: Mapping[str, Any] = {}
    iptc: Mapping[str, Any] = {}
    video: Mapping[str, str] = {}
    companions: Mapping[str, Metadata] = {}
    mtime: str = COPIED
    duration: float = 20.0


def iso(text: str) -> dict[str, str]:
    return {"location": text}


def at(north: float, east: float) -> dict[str, Any]:
    return {
        "GPS GPSLatitude": [(round(abs(north) * 10000), 10000), (0, 1), (0, 1)],
        "GPS GPSLatitudeRef": "N" if north >= 0 else "S",
        "GPS GPSLongitude": [(round(abs(east) * 10000), 10000), (0, 1), (0, 1)],
        "GPS GPSLongitudeRef": "E" if east >= 0 else "W",
    }


def gps(text: str) -> dict[str, Any]:
    day, _, clock = text.partition(" ")
    return {
        "GPS GPSDate": day.replace("-", ":"),
        "GPS GPSTimeStamp": [(int(part), 1) for part in clock.split(":")],
    }


def beside_at(north: str, east: str) -> dict[str, str]:
    return {"exif:GPSLatitude": north, "exif:GPSLongitude": east}


def scan(make: str, model: str, day: str = "2015:03:01 10:00:00", **more: Any) -> dict[str, Any]:
    stamp = {"EXIF DateTimeOriginal": day, "EXIF DateTimeDigitized": day, "Image DateTime": day}
    return {"Image Make": make, "Image Model": model, **stamp, **more}


def camera(day: str, **more: Any) -> dict[str, Any]:
    return {"Image Make": "Canon", "Image Model": "Canon IXUS", "EXIF DateTimeOriginal": day, **more}


NEW_YEAR = {"creation_time": "2023-12-31T23:30:00.000000Z"}
ANDROID = {"com.android.version": "14"}
THM = Metadata("image", "jpeg", exif={"EXIF DateTimeOriginal": "2006:08:12 18:20:31", "Image Make": "Canon"})


def answer(case: Case) -> str:
    """Return what Haven makes of a case, as `right` has it."""
    is_film = bool(case.video) or re.search(r"\.(mp4|mov|avi|3gp)$", case.path, re.IGNORECASE) is not None
    given = {name: dict(getattr(case, name)) for name in ("exif", "xmp", "beside", "iptc", "video")}
    metadata = Metadata("video" if is_film else "image", "mp4" if is_film else "jpeg", **given)  # type: ignore[arg-type]
    metadata.duration = case.duration if is_film else None
    mtime = datetime.fromisoformat(case.mtime).replace(tzinfo=UTC).timestamp()
    sample = Sample(Path("/library") / case.path, mtime, metadata, frozenset(case.companions), dict(case.companions))
    values = TimeAnalyzer().analyze([sample])[0].values
    clock, offset = values.get("taken"), values.get("taken_offset")
    if not isinstance(clock, int):
        return "none"
    told = f"{datetime.fromtimestamp(clock, UTC):%Y-%m-%d %H:%M:%S}"
    return told if offset is None else f"{told} {offset:+d}"


def is_right(case: Case) -> bool:
    told, right = answer(case), case.right
    return told.startswith(right[:-1].rstrip()) if right.endswith("*") else told == right
