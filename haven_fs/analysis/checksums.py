"""Reads originals whole and keeps what their bytes are, or finds that they are not what they were.

Under `haven serve` this is what is done last, when all else is: one file after another, for a share of the time, so
that a disk which somebody uses is not felt to be busy. `haven verify` does the same at once.
"""

import errno
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog import checksums as kept
from haven_fs.catalog.checksums import Target, Verdict
from haven_fs.library.checksum import Checksum, Pace, Reading, checksum_of
from haven_fs.library.seldom import Seldom
from haven_fs.library.trouble import ABSENT

logger = logging.getLogger(__name__)
_seldom = Seldom(logger)

_SHARE = 0.2
"""The share of the time for which files are read at leisure."""
_AT_ONCE = 200
_COMMIT_EVERY = 20.0
_TRIES_AGAIN = 3600.0
"""Seconds after which a file that could not be read is tried again."""
DAY = 86400.0
Result = tuple[Target, Checksum, Verdict]


class Unread(NamedTuple):
    """An original that could not be read, and why."""

    target: Target
    error: OSError

    @property
    def is_missing(self) -> bool:
        """Whether nothing is there."""
        return isinstance(self.error, FileNotFoundError | NotADirectoryError)

    @property
    def is_busy(self) -> bool:
        """Whether it was changed while it was read, or since the last walk, so that it is too early to judge it."""
        return self.error.errno == errno.ESTALE


def keep(catalog: Catalog, results: Iterable[Result]) -> None:
    """Store what was found. Folders are new only if damage is, or has gone."""
    found = list(results)
    if found:
        with catalog.write(quiet=not kept.is_news(found)) as w:
            kept.note(w, found)


def look_at(catalog: Catalog, targets: Iterable[Target], pace: Pace | None = None) -> Iterator[Result | Unread]:
    """Read originals whole and judge them; nothing is stored. One that is written meanwhile is read once more."""
    for target in targets:
        for is_last in (False, True):
            try:
                _check_known(target)
                now = checksum_of(target.root, target.below, pace)
            except OSError as error:
                if error.errno != errno.ESTALE or is_last:
                    yield Unread(target, error)
                    break
            else:
                with catalog.read() as db:
                    yield target, now, kept.judge(db, target, now)
                break


def _check_known(target: Target) -> None:
    """Raise OSError, of number ESTALE, if a file is not as the catalog has it: the next walk comes first."""
    state = target.path.lstat()
    if (state.st_size, state.st_mtime_ns) != (target.size, target.mtime_ns):
        raise OSError(errno.ESTALE, "The file was changed since Haven last looked here", str(target.path))


def take_checksums(catalog: Catalog, original_ids: Iterable[int], stopped: Callable[[], bool]) -> set[int]:
    """Read some originals whole now, for the table `checksum`; return those that could be read."""
    with catalog.read() as db:
        wanted = kept.of_originals(db, original_ids)
    taken: set[int] = set()
    for target in wanted:
        if stopped():
            break
        for one in look_at(catalog, [target]):
            if isinstance(one, Unread):
                kind = one.target.root, one.error.errno
                _seldom.say(kind, "%s cannot be read whole: %s", one.target.path, one.error, level=logging.INFO)
            else:
                keep(catalog, [one])
                taken.add(target.original_id)
    return taken


class Leisure:
    """Reads originals whole when nothing else is to be done; one thread at a time.

    `days`: after so many days each is read again, to see whether the disk still has it; 0 for never.
    """

    def __init__(self, catalog: Catalog, days: float) -> None:
        self._catalog, self._days = catalog, days
        self._pace = Pace(_SHARE)
        self._open: tuple[Target, Reading] | None = None
        self._not_before: dict[int, float] = {}
        self._damaged: dict[int, int] = {}
        """When the inodes of damaged originals last changed, as they were read: whether one may be restored now."""

    def work(self, interrupted: Callable[[], bool], progress: Progress) -> None:
        """Go on until there is no more, or until interrupted: within a file, which is gone on with the next time."""
        done: list[Result] = []
        began, is_shown = time.monotonic(), False
        try:
            for target in self._targets():
                if interrupted():
                    return
                if not is_shown:
                    progress.begin("Reading photos whole", self._count())
                    is_shown = True
                found = self._read(target, interrupted)
                if found is None:
                    return
                if isinstance(found, Unread):
                    self._not_before[target.original_id] = time.monotonic() + _TRIES_AGAIN
                    level = logging.DEBUG if found.is_busy or found.error.errno in ABSENT else logging.WARNING
                    kind = target.root, found.error.errno
                    _seldom.say(kind, "%s cannot be read whole: %s", target.path, found.error, level=level)
                else:
                    done.append(found)
                    self._warn(found)
                progress.advance(1)
                if time.monotonic() - began > _COMMIT_EVERY:
                    keep(self._catalog, done)
                    done, began = [], time.monotonic()
        finally:
            keep(self._catalog, done)
            if is_shown:
                progress.end()

    def _targets(self) -> Iterator[Target]:
        """Give what is to be read: what never was, or has changed since; what was restored; what was read long ago."""
        if self._open is not None:
            yield self._open[0]
        now = time.monotonic()
        self._not_before = {id_: at for id_, at in self._not_before.items() if at > now}
        after = 0
        while True:
            with self._catalog.read() as db:
                found = kept.due(db, after, _AT_ONCE)
            if not found:
                break
            yield from (one for one in found if one.original_id not in self._not_before)
            after = found[-1].original_id
        with self._catalog.read() as db:
            damaged = kept.damaged(db)
        yield from (one for one in damaged if _ctime(one) != self._damaged.get(one.original_id))
        if not self._days:
            return
        started = time.time()
        while True:
            with self._catalog.read() as db:
                old = kept.unseen_since(db, started - self._days * DAY, _AT_ONCE)
            old = [one for one in old if one.original_id not in self._not_before]
            if not old:
                return
            for one in old:
                self._not_before.setdefault(one.original_id, time.monotonic() + _TRIES_AGAIN)
                yield one

    def _count(self) -> int:
        with self._catalog.read() as db:
            query = "SELECT count(*) FROM original WHERE hashed IS NOT mtime_ns AND gone IS NULL"
            return int(db.execute(query).fetchone()[0])

    def _read(self, target: Target, interrupted: Callable[[], bool]) -> Result | Unread | None:
        """Read one file; None if interrupted before its end."""
        same = self._open is not None and self._open[0] == target
        reading = self._open[1] if same and self._open else Reading(target.root, target.below)
        self._open = None
        try:
            _check_known(target)
            while reading.step(self._pace):
                if interrupted():
                    reading.pause()
                    self._open = target, reading
                    return None
            now = reading.finish()
        except OSError as error:
            reading.pause()
            return Unread(target, error)
        with self._catalog.read() as db:
            return target, now, kept.judge(db, target, now)

    def _warn(self, found: Result) -> None:
        target, now, verdict = found
        self._damaged.pop(target.original_id, None)
        if verdict == "damaged":
            self._damaged[target.original_id] = now.ctime_ns
        if verdict == "damaged" and target.kept is not None and target.kept.damaged is None:
            logger.warning("%s is damaged. %s", target.path, kept.in_words(target.kept, now))


def _ctime(target: Target) -> int | None:
    try:
        return target.path.lstat().st_ctime_ns
    except OSError:
        return None
