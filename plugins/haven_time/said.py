"""What writing to the folders of dates says: a photo was taken then.

A folder is a year, a month or a day. What it leaves open stays as it was: the time of the clock, and the day of the
month or of the year as far as the month has one. The zone stays too, unless the time was only guessed.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from haven_fs import GUESSED, Forbidden, Words, Writer, ask_again, say
from haven_time.taken import OWNER

_EPOCH = datetime(1970, 1, 1)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WORDS = (
    Words("taken then", "{photo} was taken {when}", "{photos} were taken {when}"),
    Words("clock shifted", "{photo} was taken at {when}", "The camera's clock is corrected for {photos}"),
)
"""How what is said of when photos were taken is put."""
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


class Period(NamedTuple):
    """A year, a month of one, or a day of that."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def named(cls, name: str) -> "Period | None":
        """Return the period of a folder's name or a word of the command line, None if no calendar has it."""
        match = _PERIOD.fullmatch(name)
        if match is None:
            return None
        period = cls(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
        try:
            date(*(1 if part is None else part for part in period))
        except ValueError:
            return None
        return period

    @property
    def words(self) -> str:
        """The period as people say it: "in 1987", "in June 1987", "on 20 June 1987"."""
        if self.month is None:
            return f"in {self.year}"
        month = f"{_MONTHS[self.month - 1]} {self.year}"
        return f"in {month}" if self.day is None else f"on {self.day} {month}"

    def __contains__(self, clock: object) -> bool:
        """Tell whether a time of a clock, in seconds since 1970, is in it."""
        if not isinstance(clock, int):
            return False
        taken = _EPOCH + timedelta(seconds=clock)
        return all(own in (None, one) for own, one in zip(self, (taken.year, taken.month, taken.day), strict=True))

    def of(self, clock: int | None) -> int:
        """Return a time in it, as near to another as it can be: same time of day, and day; noon of its first day."""
        if clock is None:
            return _seconds(datetime(self.year, self.month or 1, self.day or 1, 12))
        taken = _EPOCH + timedelta(seconds=clock)
        month = self.month or taken.month
        day = min(self.day or taken.day, monthrange(self.year, month)[1])
        return _seconds(taken.replace(year=self.year, month=month, day=day))


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


@dataclass(frozen=True, slots=True)
class TakenThen:
    """The fact that a photo was taken in a period; None: at some time, which nobody can say by that."""

    period: Period | None

    def check(self) -> None:
        """Raise Refused if it is no period."""
        self._period()

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say it, if nobody knows when the photo was taken. Raises Refused if that is known to be otherwise."""
        clock, offset, source = _taken(w, photo_id)
        period = self._period()
        if source not in GUESSED:
            if clock in period:
                return False
            assert clock is not None
            known = (_EPOCH + timedelta(seconds=clock)).date()
            raise Forbidden(
                f"This photo says it was taken on {known}. If that is wrong, move the photo here from the"
                f" folder {known:%Y-%m} in Timeline.",
            )
        _say(w, photo_id, period, period.of(clock), offset, source)
        return True

    def move(self, w: Writer, photo_id: int, source: "TakenThen") -> bool:
        """Say it, whatever was known."""
        clock, offset, origin = _taken(w, photo_id)
        period = self._period()
        if clock in period and origin not in GUESSED:
            return False
        _say(w, photo_id, period, period.of(clock), offset, origin)
        return True

    def _period(self) -> Period:
        if self.period is None:
            raise Forbidden("To say when photos were taken, put them into the folder of a year, a month or a day.")
        return self.period


def say_then(w: Writer, photo_id: int, period: Period, clock: int | None = None) -> int:
    """Say that a photo was taken then, at a time of the clock if one is given; return that time."""
    known, offset, source = _taken(w, photo_id)
    then = period.of(known) if clock is None else clock
    _say(w, photo_id, period, then, offset, source)
    return then


def _taken(w: Writer, photo_id: int) -> tuple[int | None, int | None, str | None]:
    row: tuple[int | None, int | None, str | None] = w.db.execute(
        "SELECT taken, taken_offset, taken_source FROM photo WHERE id = ?", (photo_id,)
    ).fetchone()
    return row


def _say(w: Writer, photo_id: int, period: Period, clock: int, offset: int | None, source: str | None) -> None:
    ask_again(w, photo_id, "time")
    # The zone of a guess is that of the server.
    offset = None if source in GUESSED else offset
    facts = {"taken": clock, "taken_offset": offset, "taken_source": OWNER}
    say(w, photo_id, facts, "taken then", when=period.words)
