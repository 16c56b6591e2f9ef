"""A film's own time: by a phone's tag, the thumbnail beside it, or the container, whose clock may be UTC or not.

The container's `creation_time` is to be UTC. Many cameras write their local time there against the rules, which is told
by a name with the same clock, by the maker, or by the file's own time.
"""

from collections.abc import Iterator, Sequence

from haven_fs import Metadata
from haven_time.clock import Instant, looks_unset, offset_between, words
from haven_time.devices import keeps_local_clock
from haven_time.judge import Found, Judge
from haven_time.zoneat import offset_at

_DATES = ("com.apple.quicktime.creationdate", "date", "date_recorded", "icrd")
_WHAT = "The video's capture time"
_SINCE_1904 = 2_082_844_800
"""Seconds from QuickTime's zero to 1970. Some programs count from 1970 without saying so (ExifTool's QuickTime.pm puts
the same right): what they write reads as of 66 years before."""
_SAME_MOMENT, _LONGEST = 60, 420  # seconds


def film_times(
    metadata: Metadata,
    judge: Judge,
    *,
    clocks: Sequence[int] = (),
    thumbnail: Instant | None = None,
    position: tuple[float, float] | None = None,
    mtime: float = 0.0,
) -> Iterator[Found]:
    """Give what a container says, the most trusted first.

    `clocks`: what clocks of the place showed by other sources, such as the name, when recording began. `thumbnail`:
    when the picture beside it was taken. `mtime`: the file's modification time.
    """
    tags = metadata.video
    dates = [judge.read(tags.get(tag), _WHAT, from_camera=True) for tag in _DATES]
    for date in dates:
        if date and date.offset is not None:
            yield Found(date.clock, date.offset, "video", span=date.span)
    local = next((date for date in dates if date and date.span is None and date.offset is None), None)
    created = judge.read(tags.get("creation_time"), _WHAT, from_camera=True)
    if created and created.offset == 0 and (counted := created.clock + _SINCE_1904) <= judge.now:
        created = judge.read(f"{words(counted)}Z", _WHAT, from_camera=True)
    if created is None or created.offset != 0:  # in an AVI it is what the camera's clock showed
        best = thumbnail or created or local or next((date for date in dates if date), None)
        if best:
            unset = best.span is None and looks_unset(best.clock)
            yield Found(best.clock, best.offset, "video", span=best.span, unset=unset)
        return
    unset = looks_unset(created.clock)
    # A clock of the place shows when recording began, the container when it began or ended.
    tolerance = int(min(_SAME_MOMENT + (metadata.duration or 0), _LONGEST))
    for clock in (*(one.clock for one in (thumbnail, local) if one), *clocks):
        offset = offset_between(clock, created.clock, tolerance)
        if offset is not None:
            yield Found(clock, offset or None, "video", unset=unset)  # 0: perhaps a camera that writes local time
            return
    if thumbnail:
        yield Found(thumbnail.clock, thumbnail.offset, "video", unset=looks_unset(thumbnail.clock))
        return
    ahead = offset_at(created.clock, *position) if position else 0
    was_local = ahead != 0 and abs(mtime + ahead * 60 - created.clock) <= tolerance
    yield Found(created.clock, None, "video", utc=not (was_local or keeps_local_clock(metadata)), unset=unset)
