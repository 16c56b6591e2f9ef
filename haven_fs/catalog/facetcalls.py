"""Calling facets, which come from plugins: what one does wrong is undone and logged, and stops no other."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from haven_fs.catalog.disktrouble import is_trouble

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Writer
    from haven_fs.catalog.facets import Facet

logger = logging.getLogger(__name__)

T = TypeVar("T")


def asked(
    db: sqlite3.Connection,
    facets: "Iterable[Facet]",
    photos: Mapping[int, Any],
    question: str,
    may: "Callable[[Facet, T], bool]",
) -> tuple[dict[int, list[T]], set[tuple[int, str]]]:
    """Ask facets what photos have; return that, and of which photos which facet could not say. `may`: it may say it."""
    answers: dict[int, list[T]] = {}
    failed: set[tuple[int, str]] = set()
    for facet in facets:
        try:
            given = _given(facet, db, photos, question, may)
        except Exception as error:
            if is_trouble(error):
                raise
            logger.exception('"%s" could not say what photos belong to; it is asked photo by photo', facet.name)
            given = []
            for photo_id in photos:
                try:
                    given += _given(facet, db, {photo_id: photos[photo_id]}, question, may)
                except Exception as error:
                    if is_trouble(error):
                        raise
                    logger.error('"%s" fails on photo %d, which stays where it is: %s', facet.name, photo_id, error)
                    failed.add((photo_id, facet.name))
        for photo_id, answer in given:
            answers.setdefault(photo_id, []).append(answer)
    return answers, failed


def _given(
    facet: "Facet", db: sqlite3.Connection, photos: Mapping[int, Any], question: str, may: "Callable[[Facet, T], bool]"
) -> list[tuple[int, T]]:
    given: list[tuple[int, T]] = list(getattr(facet, question)(db, photos))
    if any(not may(facet, answer) or photo_id not in photos for photo_id, answer in given):
        raise ValueError("it gave values of another facet, or of other photos than it was asked for")
    return given


def contained(w: "Writer", facet: "Facet", what: str, call: Callable[[], object]) -> bool:
    """Call a facet in a savepoint; return False if it raised, and undo what it did.

    Raises what it did if SQLite has ended the whole transaction, as it does when the disk is full.
    """
    try:
        with savepoint(w.db):
            call()
    except Exception as error:
        if not w.db.in_transaction or is_trouble(error):
            raise
        logger.exception('"%s" could not %s', facet.name, what)
        return False
    return True


@contextmanager
def savepoint(db: sqlite3.Connection) -> Iterator[None]:
    """Undo what the block changed if it raises, and nothing else of the transaction."""
    db.execute("SAVEPOINT facet")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK TO facet")
        raise
    finally:
        if db.in_transaction:
            db.execute("RELEASE facet")
