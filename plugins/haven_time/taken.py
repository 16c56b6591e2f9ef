"""When a photo was taken: the most trustworthy of what its sidecars, headers, companions, name, folders and file say.

In order of trust:

1. a sidecar's date: somebody corrected it;
2. when it was taken by EXIF, XMP or IPTC: DateTimeOriginal, DateCreated; then when it was digitized;
3. a film's own date, or that of the thumbnail beside it; the time in a position;
4. a name with a time of day; EXIF's DateTime, the last change, of a camera; a name with a day, a month or a year only;
5. the folders it lies in (haven_time.foldernames);
6. a camera's date that looks as if its clock had not been set;
7. DateTime where no camera is named; when it was scanned; the file's modification time.

A photo's companions are asked with it, its name after them. A value that cannot be true is dropped with a sentence why,
and the next is asked. From 5 on it is a guess: of what comes below, the first that lies in the period that the folder
names is taken for the time in it.

Where only the moment is known (`creation_time` of a film, GPS, names in UTC, a sidecar in UTC), it becomes the clock of
the place by the zone of the position; without one, by a name with that clock, or it is at least brought into the day or
month that a name or a folder gives. Else the clock is left at UTC without an offset, until photos nearby tell the zone
(haven_time.nearby): the server's is often not the place's. Some cameras write their local time there against the rules
(haven_time.films).
"""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from haven_fs import GUESSED, Metadata, Sample, position_of
from haven_time.clock import Instant, Nonsense, clock_of, offset_between, parse_offset
from haven_time.devices import FIRST_SCANNER, is_scan
from haven_time.films import film_times
from haven_time.foldernames import time_of_folders, time_of_title
from haven_time.headerdates import (
    from_camera,
    gps_day,
    gps_moment,
    iptc_date,
    is_years_behind,
    noted_dates,
    seems_unset,
)
from haven_time.judge import SOURCES, Found, Judge, Source
from haven_time.names import NameTime, is_scan_s, time_in_name
from haven_time.zoneat import offset_of

__all__ = ["OWNER", "SOURCES", "Source", "Taken", "taken_of"]

OWNER = "owner"
"""Where a capture time comes from that the owner said, which no analyzer gives."""

_COMPANIONS = ("raw", "live", "edit", "thumbnail")
_GPS_LAG = 120  # seconds a GPS time may be older than the photo: receivers keep the last fix
_SAME_MOMENT = 60  # seconds between a photo and the video taken with it
_DAY = 86_400
_FARTHEST_ZONE = 14 * 3600
_ABOUT = 31 * _DAY  # how far from a folder's period a date may be that only looks wrong
_FIRST_SCAN = clock_of(FIRST_SCANNER, 1, 1)
_PROGRAM_S = "The capture time that a photo program wrote (XMP)"


class Taken(NamedTuple):
    """Wall clock at the place in seconds since 1970-01-01T00:00 of that clock, its minutes ahead of UTC, the source.

    `moment`: if only that is known, in UTC; after it the first and the last second of the day or month by that clock,
    if a name or a folder gives one.
    """

    clock: int
    offset: int | None
    source: Source
    moment: tuple[int, ...] = ()


def taken_of(sample: Sample, now: float, problems: list[str], future: list[int] | None = None) -> Taken | None:
    """Return when a photo was taken, None if nothing believable says so.

    `now`: seconds since the epoch, against which the future is told. `problems` gets a sentence for each value that
    was dropped, and `future` those values that were since they are in the future.
    """
    reader = _Reader(sample, now, problems, future)
    found = reader.best()
    return reader.at_the_place(found) if found else None


def _is_local(clock: int, moment: int) -> bool:
    return offset_between(clock, moment, _GPS_LAG) is not None


def _confirmed(found: Found, name: Found) -> Found | None:
    """Return a time that looked wrong, if the time in the name says that it is right after all."""
    if not name.utc:
        return found if abs(found.clock - name.clock) <= _SAME_MOMENT else None
    offset = offset_between(found.clock, name.clock, _SAME_MOMENT)
    return None if offset is None else found._replace(offset=offset if found.offset is None else found.offset)


class _Reader:
    """Reads one photo's times; keeps what they are checked against and where problems go."""

    def __init__(self, sample: Sample, now: float, problems: list[str], future: list[int] | None = None) -> None:
        self._judge, self._quiet = Judge(now, problems, future), Judge(now)
        self._sample = sample
        self._companions = [sample.companions[role] for role in _COMPANIONS if role in sample.companions]
        self._scans: list[Found] = []

    def best(self) -> Found | None:
        """Return the most trustworthy time, None if there is none."""
        headers = [self._sample.metadata, *self._companions]
        weak: list[Found] = []
        for metadata in headers:
            for found in self._of_headers(metadata):
                if found.unset:
                    weak.append(found)
                    continue
                # A receiver that agrees with a clock says that it was set.
                agree = (one for one in weak if found.source == "gps" and _is_local(one.clock, found.clock))
                return self._with_offset(next(agree, found))
        name = self._of_name(self._name) if self._name else None
        if name and name.span is None:
            return next((one for found in weak if (one := _confirmed(found, name))), name)
        for metadata in headers:
            if changed := self._of_last_change(metadata):
                if changed.source != "file" and not changed.unset and "Image Make" in metadata.exif:
                    return changed
                weak.append(changed)
        weak += self._scans
        if self._is_scan_named and (scanned := time_in_name(self._sample.path.name)):
            found_scan = self._of_name(scanned)
            weak += [found_scan._replace(source="file")] if found_scan else []
        year = time.gmtime(self._judge.now).tm_year
        title = time_of_title(self._sample.path.stem, year) if not self._is_scan_named else None
        for dated in (name, self._dated(title, "name"), self._dated(self._folder, "folder")):
            if dated is not None:
                return self._within(dated, weak)
        return weak[0] if weak else self._of_file(self._judge)

    def _within(self, dated: Found, weak: Sequence[Found]) -> Found:
        """Return what a name or a folder says, with the time of day of what agrees with it."""
        assert dated.span is not None
        for one in weak:
            if one.unset and dated.span.off(one.clock) <= _ABOUT:
                return one
            if one.clock in dated.span and (one.span is None or one.span != dated.span):
                return one._replace(source=dated.source, unset=False)
        if (file := self._of_file(self._quiet)) and file.clock in dated.span:
            return file._replace(source=dated.source)
        return dated

    def at_the_place(self, found: Found) -> Taken:
        """Return the time as the clocks showed it where the photo was taken."""
        taken = Taken(found.clock, found.offset, found.source)
        if not (found.utc or found.offset == 0) or found.span is not None or found.source in GUESSED:
            return taken
        if (there := self._position) is None:
            if not found.utc:  # "Z" of EXIF may be a clock in London, of a sidecar it is Google's moment
                return taken._replace(moment=(found.clock,)) if found.source == "xmp" else taken
            return self._by_name(found)
        offset = offset_of(found.clock, *there)
        if not found.utc:
            if offset == 0:
                return taken
            # A clock on UTC where another time is kept is a moment, unless a receiver says that it showed local time.
            moment = gps_moment(self._sample.metadata)
            if moment is not None and offset_between(found.clock, moment, _GPS_LAG) == offset:
                return taken._replace(offset=offset)
        return Taken(found.clock + offset * 60, offset, found.source)

    def _by_name(self, found: Found) -> Taken:
        """Return a moment by the clock of the place that the name has, or else in the day that name or folder give."""
        name = self._name
        if name and name.exact and not name.utc:
            offset = offset_between(name.clock, found.clock, _GPS_LAG)
            if offset is None:
                return Taken(found.clock, None, found.source, (found.clock,))
            return Taken(name.clock, offset, found.source)
        span = name.span if name and not name.exact else self._folder.span if self._folder else None
        if span is None or span.off(found.clock) > _FARTHEST_ZONE:
            return Taken(found.clock, None, found.source, (found.clock,))
        clock = min(max(found.clock, span.first), span.last)
        return Taken(clock, None, found.source, (found.clock, *span))

    @cached_property
    def _is_scan_named(self) -> bool:
        return is_scan_s(self._sample.path.name)

    @cached_property
    def _name(self) -> NameTime | None:
        """What the name says of when the picture was taken, and not of when it was scanned."""
        return None if self._is_scan_named else time_in_name(self._sample.path.name)

    @cached_property
    def _folder(self) -> Instant | None:
        """What the folders say; nothing where the file was there before, as one is that is put away by today's date."""
        found = time_of_folders(self._sample.folders, time.gmtime(self._judge.now).tm_year)
        file = self._of_file(self._quiet)
        begins = found.span.first if found and found.span else None
        return None if begins is not None and file and file.clock < begins - _DAY else found

    @cached_property
    def _position(self) -> tuple[float, float] | None:
        return position_of(self._sample.metadata, self._sample.companions)[0]

    def _with_offset(self, found: Found) -> Found:
        """Fill in the offset from a companion taken at the same moment."""
        for metadata in self._companions if found.offset is None and not found.utc else ():
            other = next(iter(_Reader(self._sample, self._judge.now, [])._of_headers(metadata)), None)
            if other and other.offset is not None and abs(other.clock - found.clock) <= _SAME_MOMENT:
                return found._replace(offset=other.offset)
        return found

    def _of_headers(self, metadata: Metadata) -> Iterator[Found]:
        """Give what the headers say, the most trusted first, without the date of the last change."""
        exif, camera = metadata.exif, from_camera(metadata)
        original = self._judge.read(exif.get("EXIF DateTimeOriginal"), "The capture time", camera)
        digitized = self._quiet.read(exif.get("EXIF DateTimeDigitized"), "", camera)
        created = self._quiet.read(metadata.xmp.get("xmp:CreateDate"), "")
        stamps = [one.clock for one in (digitized, created) if one]
        scan = is_scan(metadata)
        finer = [one for one in (original, digitized) if one and one.span is None]

        def believed(instant: Instant, source: Source, others: Sequence[int]) -> Iterator[Found]:
            wrong = seems_unset(instant.clock, metadata) or is_years_behind(instant.clock, metadata)
            unset = instant.span is None and wrong
            found = Found(instant.clock, instant.offset, source, span=instant.span, unset=unset)
            if instant.span and (same := next((one for one in finer if one.clock in instant.span), None)):
                found = Found(same.clock, same.offset, source)
            by_hand = found.clock < _FIRST_SCAN or (others and all(abs(found.clock - one) > 2 * _DAY for one in others))
            if scan and not by_hand:
                self._scans.append(found._replace(source="file"))
            else:
                yield found

        for which, date in noted_dates(metadata.beside):
            corrected = self._judge.read(date, "The sidecar's capture time")
            # Programs copy into sidecars what the file says.
            if corrected is None or (which != "original" and digitized and corrected.clock == digitized.clock):
                continue
            if own := self._same(corrected, original, metadata):
                yield from believed(Instant(*own[:2]), own.source, stamps)  # which may be as wrong as in the file
            elif scan and any(abs(corrected.clock - one) <= 2 * _DAY for one in stamps):
                self._scans.append(Found(*corrected[:2], "file"))
            else:
                yield Found(corrected.clock, corrected.offset, "xmp", span=corrected.span)
        if original:
            for found in believed(original, "exif", stamps):
                offset = self._offset(original, metadata, "Original")
                yield found._replace(offset=offset)
        for which, date in noted_dates(metadata.xmp):
            if which == "original" and (noted := self._judge.read(date, _PROGRAM_S)):
                yield from believed(noted, "xmp", stamps)
        if noted := self._judge.read(iptc_date(metadata.iptc), "The capture time that a photo program wrote (IPTC)"):
            yield from believed(noted, "iptc", stamps)
        if digitized := self._judge.read(exif.get("EXIF DateTimeDigitized"), "The capture time", camera):
            for found in believed(digitized, "exif", ()):
                yield found._replace(offset=self._offset(digitized, metadata, "Digitized"))
        for which, date in noted_dates(metadata.xmp):
            if which == "digitized" and (noted := self._judge.read(date, _PROGRAM_S)):
                yield from believed(noted, "xmp", ())
        yield from self._of_video(metadata)
        yield from self._of_gps(metadata)

    def _same(self, corrected: Instant, original: Instant | None, metadata: Metadata) -> Found | None:
        """Return the file's own time, where a sidecar only says less precisely or in UTC what that says."""
        if original:
            offset = self._offset(original, metadata, "Original")
            if corrected.span and original.clock in corrected.span:
                return Found(original.clock, offset, "exif")
            if original.clock == corrected.clock and not (corrected.offset and corrected.offset != offset):
                return Found(original.clock, offset, "exif")
        locals_ = [original.clock] if original and original.span is None else []
        if self._name and self._name.exact and not self._name.utc:
            locals_.append(self._name.clock)
        for clock in locals_ if corrected.offset == 0 and corrected.span is None else ():
            ahead = offset_between(clock, corrected.clock, 2)
            there = self._position
            if ahead is not None and (there is None or offset_of(corrected.clock, *there) == ahead):
                return Found(clock, ahead or None, "exif")  # 0: perhaps a local time that a program took for UTC
        for film in self._of_video(metadata) if corrected.offset == 0 else ():
            if film.offset and abs(film.clock - film.offset * 60 - corrected.clock) <= _SAME_MOMENT:
                return film
        return None

    def _of_last_change(self, metadata: Metadata) -> Found | None:
        """Return EXIF's DateTime, which old cameras write alone and editing programs overwrite."""
        camera = from_camera(metadata)
        changed = self._judge.read(metadata.exif.get("Image DateTime"), "The time of the last change", camera)
        if not changed:
            return None
        source: Source = "file" if is_scan(metadata) and changed.clock >= _FIRST_SCAN else "exif"
        unset = seems_unset(changed.clock, metadata)
        return Found(changed.clock, self._offset(changed, metadata, ""), source, unset=unset, span=changed.span)

    def _of_name(self, name: NameTime) -> Found | None:
        """Return the time in the name, if it can be true."""
        found = self._judge.checked(Instant(name.clock), "The time in the file's name")
        return Found(found.clock, None, "name", utc=name.utc, span=name.span) if found else None

    def _dated(self, instant: Instant | None, source: Source) -> Found | None:
        found = self._judge.checked(instant, "The date of its folder") if instant else None
        return Found(found.clock, None, source, span=found.span) if found else None

    def _of_file(self, judge: Judge) -> Found | None:
        """Return the file's modification time, on the clock of the server's zone."""
        mtime = self._sample.mtime
        try:
            local = time.localtime(mtime)
            found = Instant(clock_of(*local[:5], min(local.tm_sec, 59)), round(local.tm_gmtoff / 60))
        except (Nonsense, OverflowError, ValueError, OSError):
            judge.problems.append("The file's own time was ignored: it is not a date.")
            return None
        # Archives that know no time say midnight, of whichever zone it was unpacked in.
        for one in (Instant(int(mtime)), found):
            if judge.checked(one, "The file's own time", from_camera=True) is None:
                return None
        return Found(found.clock, found.offset, "file")

    def _of_video(self, metadata: Metadata) -> Iterator[Found]:
        if not metadata.video:
            return
        small = self._sample.companions.get("thumbnail") if metadata is self._sample.metadata else None
        date = small.exif.get("EXIF DateTimeOriginal") if small else None
        yield from film_times(
            metadata,
            self._judge,
            clocks=[self._name.clock] if self._name and self._name.exact and not self._name.utc else (),
            thumbnail=self._quiet.read(date, ""),
            position=self._position,
            mtime=self._sample.mtime,
        )

    def _of_gps(self, metadata: Metadata) -> Iterator[Found]:
        moments = [gps_moment(metadata)]
        for values in (metadata.beside, metadata.xmp):
            stamp = self._judge.read(values.get("exif:GPSTimeStamp"), "The time in the position")
            moments.append(stamp.clock - (stamp.offset or 0) * 60 if stamp and stamp.span is None else None)
        for moment in moments:
            found = self._judge.checked(Instant(moment), "The time in the position") if moment is not None else None
            if found:
                yield Found(found.clock, None, "gps", utc=True)
        if day := self._judge.read(gps_day(metadata), "The day in the position"):
            yield Found(day.clock, None, "gps", span=day.span)

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
        for _, date in (*noted_dates(metadata.beside), *noted_dates(metadata.xmp)):
            found = self._quiet.read(date, "")
            if found and found.offset and found.clock == instant.clock:  # Z is written for local time too
                return found.offset
        moment = gps_moment(metadata)
        return offset_between(instant.clock, moment, _GPS_LAG) if moment is not None else None
