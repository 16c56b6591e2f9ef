"""Reads dates out of the words of a phrase: single ones, "last summer", "between 2015 and 2018", "before 2010"."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from haven_search import dates, relative
from haven_search.cues import Cues
from haven_search.datepoints import Moment, PointReader, joined
from haven_search.dates import Span, Stretch, Yearly, number
from haven_search.vocabulary import WITH_NUMBER


class DateReader(PointReader):
    """Reads dates of all kinds for one phrase, as of `today`. Reads each place once."""

    def __init__(self, cues: Cues, today: date, country: Callable[[], str] = str) -> None:
        super().__init__(cues, today, country)
        self._found: dict[int, Moment | None] = {}

    def find(self, place: int) -> Moment | None:
        """Return the date that the words from `place` on are, the longest there is; None if they are none."""
        if place not in self._found:
            found = (
                self._beside(place)
                or self._relative(place)
                or self._between(place)
                or self._bound(place)
                or self._stretch(place)
            )
            self._found[place] = found
        return self._found[place]

    def whole(self, bound: str = "") -> Moment | None:
        """Return the date that stands at the beginning, or what is before, after, since or until it."""
        moment = self._relative(0) or self._stretch(0)
        return self._bounded(moment, bound) if moment is not None and bound else moment

    def _between(self, place: int) -> Moment | None:
        opened = self.cues.find(place, "between", "from")
        if opened is None:
            return None
        start = self.cues.after(opened[0], "article", "at", "on")
        return self._stretch(start, needs_end=True, between=opened[1].role == "between")

    def _beside(self, place: int) -> Moment | None:
        """Return "the day after Christmas", "the day before 3 May 2019"."""
        unit = self.cues.find(self.cues.after(place, "article", most=1), "unit")
        side = self.cues.find(unit[0], "before", "after") if unit is not None and unit[1].value == "day" else None
        moment = self.point(self.cues.after(side[0], "article", most=1)) if side is not None else None
        if side is None or moment is None or moment.doubt == WITH_NUMBER:
            return None
        found = tuple(self._next_to(stretch, side[1].role) for stretch in moment.stretches)
        return Moment(moment.end, found)

    def _next_to(self, stretch: Stretch, side: str) -> Stretch:
        """Return the day "before" or "after" a stretch, of what comes back in all years."""
        spans = [stretch] if isinstance(stretch, Span) else [one for year in self.years for one in stretch.spans(year)]
        edges = [span.first if side == "before" else span.last for span in spans]
        days = [(dates.day_before if side == "before" else dates.day_after)(day) for day in edges if day is not None]
        if isinstance(stretch, Span):
            return Span(days[0], days[0]) if days else stretch
        named = stretch.words.partition(" ")[2]  # without its "on" or "at"
        return Yearly("day", tuple(days), f"on the day {side} {named}")

    def _bound(self, place: int) -> Moment | None:
        for role in ("before", "after", "since", "until"):
            opened = self.cues.find(place, role)
            if opened is None:
                continue
            start = self.cues.after(opened[0], "article", "at", "on")
            moment = self._relative(start) or self.point(start)
            if moment is not None and (bounded := self._bounded(moment, role)) is not None:
                return bounded
        return None

    def _bounded(self, moment: Moment, role: str) -> Moment | None:
        """Return what is before, after, since or until a date."""
        span = self._whole(moment)
        if moment.doubt == WITH_NUMBER or span is None or span.first is None or span.last is None:
            return None
        bounds = {
            "before": Span(None, dates.day_before(span.first)),
            "until": Span(None, span.last),
            "since": Span(span.first, None),
            "after": Span(dates.day_after(span.last), None),
        }
        return Moment(moment.end, (bounds[role],), bound=True)

    def _whole(self, moment: Moment) -> Span | None:
        """Return a moment as one stretch; of what comes back the latest that has begun."""
        spans = [s if isinstance(s, Span) else relative.latest(s, self.today, begun=True) for s in moment.stretches]
        known = [span for span in spans if span is not None]
        return Span(known[0].first, known[-1].last) if known else None

    def _stretch(self, place: int, *, needs_end: bool = False, between: bool = False) -> Moment | None:
        start = self.point(place, listed=not between)
        if start is None:
            return None
        to = self.cues.find(start.end, "to", "and") if between else self.cues.find(start.end, "to")
        if to is not None:
            after = self.cues.after(to[0], "article", "at", "on")
            end = self._relative(after) or self.point(after)
            whole = joined(start, end) if end is not None else None
            if whole is not None:
                return whole
        return None if needs_end or start.doubt == WITH_NUMBER else start

    def _relative(self, place: int) -> Moment | None:
        """Return what is counted from today."""
        today = self.today
        if (found := self.cues.find(place, "relative")) is not None:
            past = self._ago(found[0]) or self._last(found[0])
            if found[1].value == "this-day" or (found[1].value == "today" and past is not None):
                # "Today two years ago" is this day of that year.
                return Moment(found[0], (dates.days_of_year(today.month, today.day, today.day),))
            spans = {
                "today": Span(number(today), number(today)),
                "yesterday": relative.ago("day", 1, today),
                "day-before-yesterday": relative.ago("day", 2, today),
                "last-year": relative.last("year", today),
            }
            _, _, season = found[1].value.partition("last-")
            last = relative.latest(dates.season(season), today) if season in dates.SEASONS else None
            return self._spanned(found[0], last or spans.get(found[1].value))
        return self._ago(place) or self._before_last(place) or self._last(place) or self._this(place)

    def anchor(self, place: int) -> Moment | None:
        """Return the date that a part is of, which may be counted from today: "early last year"."""
        return self._relative(place) or super().anchor(place)

    def _spanned(self, end: int, span: Span | None) -> Moment | None:
        if span is None or (span.last or 0) // 10000 not in self.years:
            return None
        return Moment(end, (span,))

    def _count_at(self, place: int) -> tuple[int, int] | None:
        if place < len(self.words) and re.fullmatch(r"\d{1,3}", self.words[place].key):
            return place + 1, int(self.words[place].key)
        if (found := self.cues.find(place, "number")) is not None:
            return found[0], found[1].value
        return None

    def _ago(self, place: int) -> Moment | None:
        """Return "3 years ago", "vor einem Jahr"."""
        before = self.cues.find(place, "ago-before")
        start = before[0] if before is not None else place
        few = self.cues.find(start, "few")
        if few is not None and (unit := self.cues.find(few[0], "unit")) is not None:
            after = self.cues.find(unit[0], "ago")
            if before is not None or after is not None:
                late, early = (relative.ago(unit[1].value, count, self.today) for count in relative.FEW)
                span = Span(early.first, late.last) if early is not None and late is not None else None
                return self._spanned(after[0] if after else unit[0], span)
        counted = self._count_at(start)
        if counted is None and (article := self.cues.find(start, "article")) is not None:
            counted = (article[0], 1)
        unit = self.cues.find(counted[0], "unit") if counted is not None else None
        season = self.cues.find(counted[0], "season") if counted is not None and unit is None else None
        after = self.cues.find(season[0], "ago") if season is not None else None
        if counted is not None and season is not None and after is not None:
            return self._spanned(after[0], dates.season(season[1].value).spans(self.today.year - counted[1])[0])
        if counted is None or unit is None:
            return None
        after = self.cues.find(unit[0], "ago")
        if before is None and after is None:
            return None
        return self._spanned(after[0] if after else unit[0], relative.ago(unit[1].value, counted[1], self.today))

    def _before_last(self, place: int) -> Moment | None:
        """Return "the summer before last", "vorletzte Woche"."""
        opened = self.cues.find(place, "before-last")
        start = opened[0] if opened is not None else place
        unit, season = self.cues.find(start, "unit"), self.cues.find(start, "season")
        named = self.named(start) if unit is None or season is not None else None
        end = unit[0] if unit is not None and season is None else named.end if named is not None else None
        closed = self.cues.find(end, "before-last") if end is not None and opened is None else opened
        if end is None or closed is None or (named is not None and not isinstance(named.stretches[0], Yearly)):
            return None
        span, today = None, self.today
        for _ in range(2):
            if named is not None and isinstance(named.stretches[0], Yearly):
                span = relative.latest(named.stretches[0], today)
            elif unit is not None:
                span = relative.last(unit[1].value, today)
            before = dates.day_of(span.first or 0) if span is not None else None
            if before is None:
                return None
            today = before
        return self._spanned(max(end, closed[0]), span)

    def _last(self, place: int) -> Moment | None:
        """Return "last summer", "last 3 weeks", "été dernier"."""
        opened = self.cues.find(place, "last", "past")
        if opened is not None:
            counted = self._count_at(opened[0])
            if counted is not None and (unit := self.cues.find(counted[0], "unit")) is not None:
                return self._spanned(unit[0], relative.past(unit[1].value, counted[1], self.today))
            calendar = self.cues.find(place, "last") is not None
            return self._before_now(opened[0], calendar=calendar)
        moment = self._before_now(place)
        bygone = self.cues.find(moment.end, "bygone") if moment is not None else None
        return replace(moment, end=bygone[0]) if moment is not None and bygone is not None else None

    def _before_now(self, place: int, *, calendar: bool = True) -> Moment | None:
        """Return the last of the unit, season, feast, month or weekday at `place`."""
        unit = self.cues.find(place, "unit")
        # Polish "lata" is "years" and "of summer", of which only one can be the last.
        if unit is not None and self.cues.find(place, "season") is None:
            if calendar:
                return self._spanned(unit[0], relative.last(unit[1].value, self.today))
            return self._spanned(unit[0], relative.past(unit[1].value, 1, self.today))
        named = self.named(place)
        if named is None or not isinstance(named.stretches[0], Yearly):
            return None
        return self._spanned(named.end, relative.latest(named.stretches[0], self.today))

    def _this(self, place: int) -> Moment | None:
        opened = self.cues.find(place, "this")
        if opened is None:
            return None
        if (unit := self.cues.find(opened[0], "unit")) is not None:
            return self._spanned(unit[0], relative.this(unit[1].value, self.today))
        named = self.named(opened[0])
        if named is None or not isinstance(named.stretches[0], Yearly):
            return None
        return self._spanned(named.end, relative.present(named.stretches[0], self.today))
