"""When a photo was taken: the most trustworthy of what its headers, companions, name and file say.

In order of trust: a sidecar's date (somebody corrected it), EXIF's DateTimeOriginal and DateTimeDigitized, XMP's, the
video container's, GPS time, a name with a time of day, EXIF's DateTime (the last change, which editing programs
touch), a name with a day only, the file's modification time. Companions are asked before the name. A value that
cannot be true is dropped with a sentence why, and the next is asked.

Where only the moment is known (GPS, `creation_time` of a video, names in UTC) and not the zone of the place, the
clock is left at UTC without an offset: the server's zone is often not the place's, and many cameras write their local
time there against the rules, which a conversion would spoil.
"""

import time
from typing import Any, Literal, NamedTuple

from haven_fs import Metadata, Sample
from haven_time.clock import Future, Instant, Nonsense, check, clock_of, offset_between, parse, parse_offset, words
from haven_time.names import NameTime, time_in_name

Source = Literal["exif", "xmp", "video", "gps", "name", "file"]
SOURCES: tuple[Source, ...] = ("exif", "xmp", "video", "gps", "name", "file")
"""Where a capture time may come from; "name" and "file" are guesses that the owner may want to settle."""
OWNER = "owner"
"""Where a capture time comes from that the owner said, which no analyzer gives."""
GUESSED = (None, "file")
"""Where the time comes from if it is none, or no better than none."""

_COMPANIONS = ("raw", "live", "edit")
_GPS_LAG = 120  # seconds a GPS time may be older than the photo: receivers keep the last fix
_SAME_MOMENT = 60  # seconds between a photo and the video taken with it


class Taken(NamedTuple):
    """Wall clock at the place in seconds since 1970-01-01T00:00 of that clock, its minutes ahead of UTC, the source."""

    clock: int
    offset: int | None
    source: Source


def taken_of(sample: Sample, now: float, problems: list[str], future: list[int] | None = None) -> Taken | None:
    """Return when a photo was taken, None if nothing believable says so.

    `now`: seconds since the epoch, against which the future is told. `problems` gets a sentence for each value that
    was dropped, and `future` those values that were since they are in the future.
    """
    name = time_in_name(sample.path.name)
    reader = _Reader(now, problems, future)
    companions = [sample.companions[role] for role in _COMPANIONS if role in sample.companions]
    for metadata in (sample.metadata, *companions):
        if taken := reader.of_headers(metadata, name):
            return _with_offset(taken, companions, reader)
    if name and name.exact and (taken := reader.of_name(name)):
        return taken
    for metadata in (sample.metadata, *companions):
        if taken := reader.of_last_change(metadata):
            return taken
    return (reader.of_name(name) if name else None) or reader.of_file(sample.mtime)


def _with_offset(taken: Taken, companions: list[Metadata], reader: "_Reader") -> Taken:
    """Fill in the offset from a companion taken at the same moment."""
    for metadata in companions if taken.offset is None else ():
        other = _Reader(reader.now, []).of_headers(metadata, None)
        if other and other.offset is not None and abs(other.clock - taken.clock) <= _SAME_MOMENT:
            return taken._replace(offset=other.offset)
    return taken


class _Reader:
    """Reads one photo's times; keeps what they are checked against and where problems go."""

    def __init__(self, now: float, problems: list[str], future: list[int] | None = None) -> None:
        self.now = now
        self._problems = problems
        self._future = future if future is not None else []

    def of_headers(self, metadata: Metadata, name: NameTime | None) -> Taken | None:
        """Return what the headers say, without the date of the last change."""
        exif = metadata.exif
        original = self._read(exif.get("EXIF DateTimeOriginal"), "The capture time", _from_camera(metadata))
        if corrected := self._read(metadata.sidecar_date, "The sidecar's capture time"):
            if original and original.clock == corrected.clock:
                return Taken(corrected.clock, self._offset(original, metadata, "Original"), "exif")
            return Taken(*corrected, "xmp")
        if original:
            return Taken(original.clock, self._offset(original, metadata, "Original"), "exif")
        if digitized := self._read(exif.get("EXIF DateTimeDigitized"), "The capture time", _from_camera(metadata)):
            return Taken(digitized.clock, self._offset(digitized, metadata, "Digitized"), "exif")
        for date in metadata.xmp_dates:
            if found := self._read(date, "The capture time that a photo program wrote (XMP)"):
                return Taken(*found, "xmp")
        return self._of_video(metadata, name) or self._of_gps(metadata)

    def of_last_change(self, metadata: Metadata) -> Taken | None:
        """Return EXIF's DateTime, which old cameras write alone and editing programs overwrite."""
        changed = self._read(metadata.exif.get("Image DateTime"), "The time of the last change", _from_camera(metadata))
        return Taken(changed.clock, self._offset(changed, metadata, ""), "exif") if changed else None

    def of_name(self, name: NameTime) -> Taken | None:
        """Return the time in the name, if it can be true."""
        found = self._checked(Instant(name.clock), "The time in the file's name")
        return Taken(found.clock, None, "name") if found else None

    def of_file(self, mtime: float) -> Taken | None:
        """Return the file's modification time, on the clock of the server's zone."""
        try:
            local = time.localtime(mtime)
            found = Instant(clock_of(*local[:5], min(local.tm_sec, 59)), round(local.tm_gmtoff / 60))
        except (Nonsense, OverflowError, ValueError, OSError):
            self._problems.append("The file's own time was ignored: it is not a date.")
            return None
        if self._checked(Instant(int(mtime)), "The file's own time", from_camera=True) is None:
            return None
        return Taken(found.clock, found.offset, "file")

    def _of_video(self, metadata: Metadata, name: NameTime | None) -> Taken | None:
        tags = metadata.video
        for tag in ("com.apple.quicktime.creationdate", "date"):
            found = self._read(tags.get(tag), "The video's capture time", from_camera=True)
            if found and found.offset is not None:
                return Taken(*found, "video")
        created = self._read(tags.get("creation_time"), "The video's capture time", from_camera=True)
        if created is None:
            day = self._read(tags.get("date"), "The video's capture time", from_camera=True)
            return Taken(*day, "video") if day else None
        if name and name.exact and not name.utc:
            # The name has the place's clock when recording began, the container UTC when it began or ended.
            tolerance = min(_SAME_MOMENT + (metadata.duration or 0), 420)
            offset = offset_between(name.clock, created.clock, int(tolerance))
            if offset is not None:
                return Taken(name.clock, offset or None, "video")  # 0 may also be a camera that writes local time
        return Taken(created.clock, None, "video")

    def _of_gps(self, metadata: Metadata) -> Taken | None:
        moment = _gps_moment(metadata)
        found = self._checked(Instant(moment), "The time in the position") if moment is not None else None
        return Taken(found.clock, None, "gps") if found else None

    def _offset(self, instant: Instant, metadata: Metadata, which: str) -> int | None:
        """Return the offset of an EXIF time: written with it, in its own tag, in XMP, or by the GPS time beside it."""
        if instant.offset is not None:
            return instant.offset
        exif = metadata.exif
        tags = [f"EXIF OffsetTime{which}"]
        if exif.get("Image DateTime") == exif.get(f"EXIF DateTime{which}"):  # then the file's last zone is the place's
            tags.append("EXIF OffsetTime")
        for tag in tags:
            if (offset := parse_offset(str(exif.get(tag, "")))) is not None:
                return offset
        for date in metadata.xmp_dates:
            found = _Reader(self.now, [])._read(date, "")
            if found and found.offset is not None and found.clock == instant.clock:
                return found.offset
        moment = _gps_moment(metadata)
        return offset_between(instant.clock, moment, _GPS_LAG) if moment is not None else None

    def _read(self, text: object, what: str, from_camera: bool = False) -> Instant | None:
        if not isinstance(text, str):
            return None
        try:
            instant = parse(text)
        except Nonsense as error:
            self._problems.append(f"{what} {text[:40]!r} was ignored: {error}.")
            return None
        return self._checked(instant, what, from_camera) if instant else None

    def _checked(self, instant: Instant, what: str, from_camera: bool = False) -> Instant | None:
        try:
            check(instant, self.now, from_camera)
        except Nonsense as error:
            self._problems.append(f"{what} {words(instant.clock)} was ignored: {error}.")
            if isinstance(error, Future):
                self._future.append(instant.clock)
            return None
        return instant


def _from_camera(metadata: Metadata) -> bool:
    """Tell whether the EXIF times come straight from a camera: it is named, and nobody gave a date of their own."""
    exif = metadata.exif
    original, digitized = exif.get("EXIF DateTimeOriginal"), exif.get("EXIF DateTimeDigitized")
    return "Image Make" in exif and (digitized is None or original is None or original == digitized)


def _gps_moment(metadata: Metadata) -> int | None:
    """Return the GPS time, UTC, None if day or time of day are missing or none."""
    day, clock = metadata.exif.get("GPS GPSDate"), metadata.exif.get("GPS GPSTimeStamp")
    if not isinstance(day, str) or not isinstance(clock, list) or len(clock) != 3:
        return None
    try:
        hour, minute, second = (_number(pair) for pair in clock)
        midnight = parse(day)
    except (Nonsense, ValueError):
        return None
    if midnight is None or not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61):
        return None
    return midnight.clock // 86400 * 86400 + int(hour * 3600 + minute * 60 + second)


def _number(pair: Any) -> float:
    numerator, denominator = pair
    if not denominator:
        raise ValueError("no number")
    return float(numerator) / float(denominator)
