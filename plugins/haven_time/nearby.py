"""Which clock was kept where a film was taken of which only the moment is known: by what was taken nearby.

A film's container says the moment and mostly nothing else, so without a position a New Year's film of Sydney lies in
December. Photos of the same folder or of the same camera, some hours before or after, mostly say their zone or where
they were taken: the nearest in time decides, whichever came first. A film of which the owner says where it was taken
goes by that. What has its zone from others tells nobody else's, nor does what only says "Z", which is written for want
of a zone.

`moment_only` has the photos that wait for it. Whenever photos come or change, those of the days around them are looked
at again; so the cost follows the change. What a killed process left is done by the next when it is idle.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from haven_fs import Catalog, Facet, Found, FoundFacts, Progress, Scalar, Writer, settle
from haven_time.analyzer import MOMENT, TimeAnalyzer
from haven_time.zoneat import offset_at, offset_of

_WITHIN = 12 * 3600
"""Seconds: a night, or a camera whose clock was left on home time. Who flies in less has photos of before or after."""
_DAYS = range(-2, 3)
"""The days by the clock on which those may be, from the moment's in UTC: a clock may be 14 hours from that."""
_AT_ONCE = 200
"""Photos that are settled in one transaction, for which others wait."""
_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_WAITING = (
    "SELECT m.photo_id, m.moment, m.ahead, m.told_by, o.dir_id, p.model FROM moment_only m"
    " CROSS JOIN photo p ON p.id = m.photo_id CROSS JOIN original o ON o.id = p.main_id WHERE m.moment BETWEEN ? AND ?"
)
_TELLING = (
    "SELECT p.id, p.taken, p.taken_offset, p.latitude, p.longitude, p.model, o.dir_id, m.moment"
    " FROM photo p JOIN original o ON o.id = p.main_id LEFT JOIN moment_only m ON m.photo_id = p.id"
    " WHERE p.shown = 1 AND p.day = ? AND p.taken_source NOT IN ('file', 'folder') AND (p.latitude IS NOT NULL OR"
    " (m.photo_id IS NULL AND p.taken_offset IS NOT NULL AND (p.taken_offset <> 0 OR p.taken_source = 'exif')))"
)
_CHANGED = (  # days about moments, of which the index of photos by day and change tells each at once
    "SELECT d.day FROM (SELECT DISTINCT CAST(strftime('%Y%m%d', (m.number + j.value) * 86400, 'unixepoch') AS INTEGER)"
    " AS day FROM (SELECT DISTINCT moment / 86400 - (moment % 86400 < 0) AS number FROM moment_only) m"
    " CROSS JOIN json_each(?) j) d"
    " WHERE EXISTS (SELECT 1 FROM photo p WHERE p.shown = 1 AND p.day = d.day AND p.seq > ?)"
)


class _Telling(NamedTuple):
    """A photo that tells the zone of others."""

    id: int
    moment: int
    offset: int
    position: tuple[float, float] | None
    model: str | None
    folder: int

    def ahead(self, moment: int) -> int:
        """Return how many minutes clocks were ahead of UTC there."""
        return offset_of(moment, *self.position) if self.position else self.offset


class ZonesFacet(Facet):
    """The clocks of photos of which only the moment is known."""

    name = "time zones"
    migrations = (
        """
    CREATE TABLE moment_only (              -- photos of which only the moment is known, and what photos nearby tell
        photo_id INTEGER PRIMARY KEY,
        moment INTEGER NOT NULL,            -- seconds since 1970, UTC
        first INTEGER, last INTEGER,        -- the day or month in which it is by that clock; NULL if nothing tells
        ahead INTEGER,                      -- minutes that clocks were ahead of UTC there; NULL if nothing tells
        told_by INTEGER                     -- the photo that tells it
    );
    CREATE INDEX moment_only_at ON moment_only (moment);
    CREATE INDEX moment_only_told ON moment_only (told_by);
    CREATE TABLE moment_seen (              -- up to which change of the catalog that was done
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seq INTEGER NOT NULL
    );
    INSERT INTO moment_seen VALUES (1, 0);
        """,
    )

    def absorb(self, w: Writer, found: Found) -> None:
        """Note of which photos only the moment is known."""
        said = {id_: analyses[TimeAnalyzer.name] for id_, analyses in found.items() if TimeAnalyzer.name in analyses}
        moments = {id_: note for id_, analysis in said.items() if (note := analysis.notes().get(MOMENT))}
        others = json.dumps([id_ for id_ in said if id_ not in moments])
        w.db.execute("DELETE FROM moment_only WHERE photo_id IN (SELECT value FROM json_each(?))", (others,))
        w.db.executemany(
            "INSERT INTO moment_only (photo_id, moment, first, last) VALUES (?, ?, ?, ?) ON CONFLICT (photo_id)"
            " DO UPDATE SET moment = excluded.moment, first = excluded.first, last = excluded.last",
            [(id_, *map(int, note), *((None, None) if len(note) < 3 else ())) for id_, note in moments.items()],
        )

    def facts(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Mapping[str, Scalar]]]:
        """Give the time by the clock of the place, where that is told."""
        query = (
            "SELECT m.photo_id, m.moment, m.first, m.last, m.ahead FROM json_each(?) j"
            " CROSS JOIN moment_only m ON m.photo_id = j.value WHERE m.ahead IS NOT NULL"
        )
        for photo_id, moment, first, last, ahead in db.execute(query, (json.dumps(list(photos)),)).fetchall():
            clock = moment + ahead * 60
            if first is not None and not first <= clock <= last:
                continue  # it was not there
            yield photo_id, {"taken": clock, "taken_offset": ahead}


class ZoneKeeper:
    """The follower that lets photos tell each other's zones."""

    name = "time zones"
    analyzers = frozenset({TimeAnalyzer.name, "places"})

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Look at those again that lie near photos of which something was said."""
        marks = json.dumps(list(photo_ids))
        query = "SELECT DISTINCT p.day FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value WHERE p.day IS NOT NULL"
        with catalog.read() as db:
            days = [day for (day,) in db.execute(query, (marks,))] if _any_waits(db) else []
        self._tell(catalog, days)

    def idle(self, catalog: Catalog, progress: Progress, stopped: Callable[[], bool]) -> None:
        """Do the same for all that has changed since, whoever changed it."""
        if ZonesFacet.name not in catalog.facets.names:
            return
        with catalog.read() as db:
            seq = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
            seen = int(db.execute("SELECT seq FROM moment_seen").fetchone()[0])
            if seq == seen:
                return
            days = _changed_days(db, seen)
        self._tell(catalog, days)
        with catalog.write(quiet=True) as w:
            w.db.execute("UPDATE moment_seen SET seq = ?", (seq,))

    def rest(self) -> None:
        """Keep nothing."""

    def _tell(self, catalog: Catalog, days: Iterable[int]) -> None:
        if ZonesFacet.name not in catalog.facets.names:
            return
        with catalog.read() as db:
            news = _news(db, {_number(day) for day in days})
        for start in range(0, len(news), _AT_ONCE):
            some = news[start : start + _AT_ONCE]
            with catalog.write() as w:
                w.db.executemany("UPDATE moment_only SET ahead = ?, told_by = ? WHERE photo_id = ?", some)
                settle(w, [photo_id for _, _, photo_id in some])


def _any_waits(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM moment_only LIMIT 1").fetchone() is not None


def _changed_days(db: sqlite3.Connection, seen: int) -> set[int]:
    """Return the days around moments on which a photo has changed since, and those whose photo told and has changed."""
    days = {day for (day,) in db.execute(_CHANGED, (json.dumps(list(_DAYS)), seen))}
    told = "SELECT m.moment FROM moment_only m CROSS JOIN photo p ON p.id = m.told_by WHERE p.seq > ?"
    return days | {_day(moment // _DAY) for (moment,) in db.execute(told, (seen,))}


def _news(db: sqlite3.Connection, days: Collection[int]) -> list[tuple[int | None, int | None, int]]:
    """Return what is told now of the moments around these days, where it is something else."""
    telling: dict[int, list[_Telling]] = {}
    found: dict[int, tuple[int | None, int | None, int]] = {}
    for number in days:
        around = (number + _DAYS[0]) * _DAY, (number + _DAYS[-1] + 1) * _DAY
        for photo_id, moment, ahead, told_by, folder, model in db.execute(_WAITING, around).fetchall():
            if photo_id in found:
                continue
            near = []
            for day in (moment // _DAY + by for by in _DAYS):
                if day not in telling:
                    telling[day] = _of_day(db, _day(day))
                near += telling[day]
            best = _nearest(photo_id, moment, folder, model, near)
            told = (None, None) if best is None else (best.ahead(moment), best.id)
            if told != (ahead, told_by):
                found[photo_id] = (*told, photo_id)
    return list(found.values())


def _nearest(photo_id: int, moment: int, folder: int, model: str | None, near: Iterable[_Telling]) -> _Telling | None:
    """Return what tells the zone of a moment: itself, or the nearest, of the same camera if two are as near."""
    mine = (
        one
        for one in near
        if abs(one.moment - moment) <= _WITHIN
        and (one.id == photo_id or one.folder == folder or (model is not None and one.model == model))
    )
    return min(
        mine,
        key=lambda one: (one.id != photo_id, abs(one.moment - moment), one.model != model, one.ahead(moment), one.id),
        default=None,
    )


def _of_day(db: sqlite3.Connection, day: int) -> list[_Telling]:
    found = []
    for id_, taken, offset, north, east, model, folder, moment in db.execute(_TELLING, (day,)):
        position = None if north is None or east is None else (north, east)
        if offset is None:
            offset = offset_at(taken, *position) if position else 0
        found.append(_Telling(id_, taken - offset * 60 if moment is None else moment, offset, position, model, folder))
    return found


def _number(day: int) -> int:
    """Return the days since 1970 of yyyymmdd."""
    return (date(day // 10000, day // 100 % 100, day % 100) - _EPOCH).days


def _day(number: int) -> int:
    found = _EPOCH + timedelta(days=number)
    return found.year * 10000 + found.month * 100 + found.day
