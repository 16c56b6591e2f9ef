"""Headers of photos and films in a line each: what the table of dates is written with."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from haven_fs.analysis.analyzer import Metadata

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
