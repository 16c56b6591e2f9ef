"""Parts of the day: morning, sunset, night, by the sun where it is known where a photo was taken, else by the clock.

Noon, sunrise, sunset and day are the sun's; morning, afternoon and evening are people's, who go by the clock, except
that a morning begins with the first light and an evening lasts while the sun is up. Night takes both: it is dark and
eight o'clock has struck, or ten and the sun is down; so a winter's tea time is none, nor is a bright midnight. A photo
can be of several: sunset is in the evening, and a late evening in December is night.

A time that is only guessed is of no part of the day, nor is one to the second that stands for a day without a time:
midnight, and noon unless a camera says so.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from haven_fs import GUESSED, Asked, Facet, FoundFacts, Scalar, SpokenFacet, Tag
from haven_time.sun import Sun, sun_at
from haven_time.zoneat import offset_at

DAYTIME = "daytime"
NAMES = {
    "sunrise": "Sunrise",
    "morning": "Morning",
    "noon": "Noon",
    "afternoon": "Afternoon",
    "evening": "Evening",
    "sunset": "Sunset",
    "night": "Night",
    "day": "Day",
}
_SAYS = {
    "sunrise": "at sunrise",
    "morning": "in the morning",
    "noon": "around noon",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
    "sunset": "at sunset",
    "night": "at night",
    "day": "by day",
}
_BY_CLOCK = {
    "sunrise": (5, 8),
    "morning": (5, 12),
    "noon": (11.5, 13.5),
    "afternoon": (12, 18),
    "evening": (17, 22),
    "sunset": (17, 21),
    "day": (7, 19),
}
"""Hours of a clock, the last not included; night is from 21 to 5."""
_LIGHT = -6.0
"""Degrees of the sun's height at which one needs a lamp (civil twilight)."""
_LOW = 6.0
"""Degrees up to which the light is that of sunset."""
_RISEN = -0.833
_AN_HOUR = 15.0
_NOON = 43_200
_WITH_TIME = ("exif", "gps")
"""Sources that never say a day alone."""


class DaytimeFacet(Facet):
    """The parts of the day that photos were taken in."""

    name = DAYTIME

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        """Give the parts of the day of photos whose time is known."""
        for photo_id, facts in photos.items():
            for key in parts_of(facts):
                yield photo_id, Tag(DAYTIME, key, NAMES[key])


class DaytimesInPhrases(SpokenFacet):
    """Parts of the day: "in the morning", "at sunset"; "late" is afternoon or evening, as "tarde" is."""

    facet = DAYTIME
    single = True

    def sorts(self) -> Mapping[str, Asked]:
        """Return the parts of the day."""
        sorts = {key: Asked.of_value(DAYTIME, key, f"taken {says}") for key, says in _SAYS.items()}
        values = "SELECT id FROM value WHERE facet = ? AND key IN ('afternoon', 'evening')"
        late = f"p.id IN (SELECT photo_id FROM member WHERE value_id IN ({values}))"
        return {**sorts, "late": Asked(late, (DAYTIME,), "taken in the afternoon or evening")}


class DatesInPhrases(SpokenFacet):
    """Dates at large: "undated", "without a date". A date that is the file's own is none; a folder's is one."""

    facet = "date"
    at_large = "date"

    def anything(self) -> Asked:
        """Return what photos with a date fulfil."""
        none = "(p.taken_source IS NULL OR p.taken_source = 'file')"
        return Asked(f"NOT {none}", (), "with a date", opposite=none)


def parts_of(facts: Mapping[str, Scalar]) -> Iterator[str]:
    """Give the parts of the day, by their keys, that a photo with these facts was taken in."""
    clock, offset = facts.get("taken"), facts.get("taken_offset")
    source = facts.get("taken_source")
    if not isinstance(clock, int) or source in GUESSED:
        return
    time = clock % 86_400
    if time == 0 or (time == _NOON and source not in _WITH_TIME):
        return
    hour = time / 3600
    north, east = facts.get("latitude"), facts.get("longitude")
    if not isinstance(north, int | float) or not isinstance(east, int | float):
        yield from (key for key, (first, end) in _BY_CLOCK.items() if first <= hour < end)
        if hour >= 21 or hour < 5:
            yield "night"
        return
    ahead = offset if isinstance(offset, int) else offset_at(clock, north, east)
    yield from _by_sun(hour, sun_at(clock - ahead * 60, north, east))


def _by_sun(hour: float, sun: Sun) -> Iterator[str]:
    rises, light = sun.angle < 0, sun.height >= _LIGHT
    if light and sun.height <= _LOW:
        yield "sunrise" if rises else "sunset"
    if hour < 12 and (hour >= 5 or (hour >= 3 and rises and light)):
        yield "morning"
    if (abs(sun.angle) <= _AN_HOUR and sun.height > 0) or 11.5 <= hour < 12.5:
        yield "noon"
    if 12 <= hour < 18:
        yield "afternoon"
    up = sun.height >= _RISEN
    if hour >= 17 and (hour < 22 or up):
        yield "evening"
    if (not light and (hour >= 20 or hour < 6)) or (not up and (hour >= 22 or hour < 5)):
        yield "night"
    if up:
        yield "day"
