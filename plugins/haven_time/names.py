"""Capture times in file names, as phones, messengers, screenshot tools and people write them.

| name | time |
|---|---|
| IMG_20190102_030405, VID_..., 20190102_030405, WP_20190102_03_04_05, DJI_20190102030405_0001 | of the place |
| Screenshot 2019-01-02 at 3.04.05 PM, Bildschirmfoto 2019-01-02 um 03.04.05, 截屏2019-01-02 下午3.04.05 | the same |
| signal-2019-01-02-030405, photo_2019-01-02_03-04-05, WhatsApp Image 2019-01-02 at 03.04.05 | the same |
| 2019-01-02 03.04.05 (Dropbox), Foto 02.01.19 03 04 05 (its app), 2019_0102_030405_001 (in cars) | the same |
| PXL_20210101_120000123, 20210101_120000000_iOS (OneDrive), 20210101T120000Z | UTC |
| FB_IMG_1546398245000, mmexport1546398245000, 1546398245000 | milliseconds since 1970, UTC |
| RPReplay_Final1546398245 (the screen of an iPhone) | seconds since 1970, UTC |
| IMG-20190102-WA0001, 2019-01-02 beach, 02.01.2019 | the day only |

What sync programs add to a name when two computers changed a file is when that happened, and no capture time:
"a (Anna's conflicted copy 2024-06-07).jpg" (Dropbox, in many languages), "a (conflicted copy 2024-06-07 101112).jpg"
(Nextcloud), "a_conflict-20240607-101112.jpg" (ownCloud), "a.sync-conflict-20240607-101112-ABCDEFG.jpg" (Syncthing),
"a (SFConflict anna 2024-06-07-10-11-12).jpg" (Seafile), "a_NAS_Jun-07-101112-2024_Conflict.jpg" (Synology Drive).

Not read: what follows a word such as "order" or "tel", digits of a longer number or of a hexadecimal
name. In a name that begins with "scan" it is the scan's time.
"""

import re
from typing import NamedTuple

from haven_time.calendarwords import plain
from haven_time.clock import Nonsense, Span, clock_of, span_of

_MILLISECONDS = re.compile(
    r"(?:^|(?:^|[^a-z])(?:(?:fb_img|wx_camera|img|image|vid|video|photo|screenshot|beauty|received|pic|line|messenger)_|"
    r"mmexport))(1\d{12})(?!\d)|^rpreplay_final(1\d{9})(?!\d)",
    re.IGNORECASE,
)
_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_SECONDS_END = r"(?:[.,_-]?\d{3}(?!\d)|(?!\d))"
_HALF_AFTER = r"(?:[\s\u202f\u00a0]*([apπμ])\.?\s?[mμ]\b)?"
_EXACT = re.compile(
    _YEAR + r"([-_.]?)(\d\d)\2(\d\d)"  # the same separator, or none, twice
    r"(?:T|[-_. ]{1,3}(?:at )?)?(?!(?:19|20)\d\d([-_.])\d\d\5\d\d)"  # no second day
    r"(?<!\d)(\d\d|\d(?=[.:h]))[-_.:h]?(\d\d)[-_.:m]?(\d\d)" + _SECONDS_END + _HALF_AFTER,
    re.IGNORECASE,
)
_SAID = re.compile(  # in words of any language between the day and the time
    _YEAR + r"([-.])(\d\d?)\2(\d\d?)(?!\d)([^\d]{1,24}?)(\d\d?)([.:_h -])(\d\d)(?:\7(\d\d))?(?!\d)" + _HALF_AFTER,
    re.IGNORECASE,
)
_COMPACT = re.compile(_YEAR + r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\d{3})?(?!\d)")
_DASHCAM = re.compile(_YEAR + r"_(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<![\d.])(\d\d?)([-./_])(\d\d?)\2((?:19|20)\d\d|(?<=\.)\d\d|(?<=[-/])\d\d)(?!\d)"
    r"(?:([^\d]{1,12}?)(\d\d?)([-.: _])(\d\d)(?:\7(\d\d))?(?!\d)" + _HALF_AFTER + r")?",
    re.IGNORECASE,
)
_EAST = re.compile(r"(?<!\d)((?:19|20)\d\d)年(\d\d?)月(\d\d?)日(?:\D{0,3}(\d\d?)[时時시:.](\d\d)[分분:.]?(\d\d)?)?")
_APP = re.compile(r"^(?:foto|photo|video|vidéo|фото|видео|picture|bild)\b", re.IGNORECASE)
_DAY = re.compile(_YEAR + r"([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_NUMBERED = re.compile(
    r"(?<![^\W\d_])(?:(?:order|bestell\w*|rechnung\w*|invoice|commande|facture|pedido|factura|ordine|receipt|beleg|"
    r"tel|tele[fp]\w*|phone|mobile|handy|fax|kunden?\w*|customer|account|konto|num\w*|ticket|serial|isbn|ean|#)[\s._:#-]*|"
    r"(?:ref|nr|no|id|sn|case|part)[\s._:#-]+)$",
    re.IGNORECASE,
)
_HEXADECIMAL = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,})(?![0-9a-z])",
    re.IGNORECASE,
)
_CONFLICT = re.compile(
    r"""
      \s*[(\[][^()\[\]]*(?:conf?lict|konf?likt|conflit|conflito|конфликт|競合|冲突|衝突|충돌)[^()\[\]]*[)\]]
    | [._-](?:sync[._-]?)?conflict[._-]\d{8}[._-]\d{4,6}(?:-[a-z\d]{7})?
    | _[^_]*_[a-z]{3}-\d\d-\d{4,6}-\d{4}_conflict
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LATE = ("下午", "午後", "오후", "晚上")
_EARLY = ("上午", "午前", "오전", "凌晨")


class NameTime(NamedTuple):
    """`clock`: as in haven_time.clock; `exact`: has a time of day (else noon stands for the day); `utc`: is of UTC."""

    clock: int
    exact: bool
    utc: bool

    @property
    def span(self) -> Span | None:
        """The day, if that is all the name says."""
        return None if self.exact else Span(self.clock // 86400 * 86400, self.clock // 86400 * 86400 + 86399)


def is_scan_s(name: str) -> bool:
    """Tell whether a name says that it was given when the picture was scanned."""
    return re.match(r"(?:\w*[ _-])?scan|camscanner|numeris|scann", plain(name)) is not None


def time_in_name(name: str) -> NameTime | None:
    """Return the capture time a file's name gives; None if it gives none, or one the calendar has not."""
    if sum(map(str.isdecimal, name)) < 6:  # IMG_1234, of which there are most
        return None
    name = _HEXADECIMAL.sub(" ", _CONFLICT.sub(" ", name))
    if match := _MILLISECONDS.search(name):
        return NameTime(int(match[1]) // 1000 if match[1] else int(match[2]), exact=True, utc=True)
    for match in _EXACT.finditer(name):
        year, _, month, day, _, hour, minute, second, half = match.groups()
        if (clock := _clock(name, match, year, month, day, _hours(hour, half), minute, second)) is not None:
            return NameTime(clock, exact=True, utc=_is_utc(name, match))
    for match in _SAID.finditer(name):
        year, _, month, day, between, hour, _, minute, second, half = match.groups()
        half = half or (
            "p" if any(one in between for one in _LATE) else "a" if any(one in between for one in _EARLY) else half
        )
        if second is None and match[7] not in ".:h":
            continue
        if (clock := _clock(name, match, year, month, day, _hours(hour, half), minute, second or 0)) is not None:
            return NameTime(clock, exact=True, utc=False)
    for pattern in (_COMPACT, _DASHCAM):
        for match in pattern.finditer(name):
            if (clock := _clock(name, match, *match.groups())) is not None:
                return NameTime(clock, exact=True, utc=False)
    for match in _DAY.finditer(name):
        if (clock := _clock(name, match, match[1], match[3], match[4])) is not None:
            return NameTime(clock, exact=False, utc=False)
    for match in _EAST.finditer(name):
        year, month, day, hour, minute, second = match.groups()
        clocked = (hour, minute, second or 0) if hour else ()
        if (clock := _clock(name, match, year, month, day, *clocked)) is not None:
            return NameTime(clock, exact=bool(hour), utc=False)
    return next((found for match in _DAY_FIRST.finditer(name) if (found := _day_first(name, match))), None)


def _is_utc(name: str, match: re.Match[str]) -> bool:
    """Tell whether the program that gave a name goes by UTC: Google's camera, OneDrive for the iPhone, who writes Z."""
    before, after = name[: match.start()].upper(), name[match.end() :]
    return before.endswith("PXL_") or after.startswith(("_iOS", "Z.", "Z_"))


def _hours(hour: str, half: str | None) -> int:
    return int(hour) if not half else int(hour) % 12 + (12 if half in "pPμ" else 0)


def _day_first(name: str, match: re.Match[str]) -> NameTime | None:
    """Read "02.01.2019" and "Foto 02.01.19 03 04 05"; with dashes only where it can be read in one way."""
    first, mark, second, year, _, hour, between, minute, sec, half = match.groups()
    day, month = int(first), int(second)
    is_app = _APP.match(name) is not None
    if len(year) == 2:
        if not is_app or hour is None:
            return None
        year = f"20{year}"
    telegram = name[: match.start()].endswith("@")
    if mark != "." and not telegram and day != month:
        # Who says AM and PM puts the month first, and so does iOS.
        if day <= 12 and (half or month > 12 or name.startswith("ScreenRecording_")):
            day, month = month, day
        elif day <= 12 and not is_app:
            return None
    timed = hour is not None and (sec is not None or between in ".:" or bool(half))
    clocked = (_hours(hour, half), minute, sec or 0) if timed else ()
    clock = _clock(name, match, year, month, day, *clocked)
    return None if clock is None else NameTime(clock, exact=timed, utc=False)


def _clock(name: str, match: re.Match[str], *parts: str | int) -> int | None:
    if _NUMBERED.search(name[: match.start()]):
        return None
    try:
        clock = clock_of(*(int(part) for part in parts))
        span_of(int(parts[0]), int(parts[1]), int(parts[2]))
    except Nonsense:
        return None
    return clock
