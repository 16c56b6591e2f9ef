"""Compares photos by their details: new ones with those that they may be copies of, and pairs that are doubtful."""

import json
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from haven_duplicates.agreement import overlay
from haven_duplicates.codeindex import CodeIndex
from haven_duplicates.details import Details
from haven_duplicates.groups import Pair, may_be_one
from haven_duplicates.overlap import overlap

logger = logging.getLogger(__name__)

_CANDIDATES, _COMPARED = 40, 12
"""Photos that a new one may be a copy of; and how many it is compared with at most, a millisecond or so each."""
_DOUBTFUL, _DOUBTFUL_EACH = 64, 4
"""Pairs that are compared for one grouping at most, and how many more for each photo that is due: of a long row of
photos, each like the next, the rest goes by the links there are."""
_HELD = 512


class _Kept(NamedTuple):
    kind: str
    seconds: float
    details: Details


class Comparer:
    """Compares photos of one state of the catalog."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._held: OrderedDict[int, _Kept] = OrderedDict()

    def load(self, photo_ids: Iterable[int]) -> None:
        """Have the details of some photos at hand."""
        missing = [id_ for id_ in photo_ids if id_ not in self._held]
        rows = self._db.execute(
            "SELECT p.id, p.kind, coalesce(p.duration, 0), c.data FROM json_each(?) j"
            " CROSS JOIN copy_details c ON c.photo_id = j.value CROSS JOIN photo p ON p.id = c.photo_id",
            (json.dumps(missing),),
        )
        for id_, kind, seconds, data in rows:
            try:
                self._held[id_] = _Kept(kind, seconds, Details.loads(data))
            except ValueError as error:
                logger.warning("The details of photo %d cannot be read: %s", id_, error)
        while len(self._held) > max(_HELD, len(missing)):
            self._held.popitem(last=False)

    def are_copies(self, one: int, other: int, mirrored: bool | None = None) -> bool:
        """Return whether two photos are copies by what they show; those without details are not.

        `mirrored`: whether they could be mirrored ones, if that is known.
        """
        self.load((one, other))
        first, second = self._held.get(one), self._held.get(other)
        if first is None or second is None or not may_be_one(first, second):
            return False
        lies = overlay(first.details, second.details, mirrored=mirrored)
        if lies is None:
            return False
        found = overlap(first.details, second.details, lies.matrix, mirrored=lies.mirrored)
        return found is not None and found.is_copy

    def copies_of(self, new: Sequence[tuple[int, Details]], index: CodeIndex) -> set[Pair]:
        """Return which of some photos that are in the index are copies of which others in it, each pair once.

        What is in a group is known by its best photo, which is compared first; so many copies of one picture take no
        comparison of each with each.
        """
        found = index.candidates(new, _CANDIDATES)
        bests = self._bests({id_ for some in found for id_ in some})
        self.load(list({*bests.values(), *(id_ for some in found for id_ in some)})[:_HELD])
        pairs: dict[Pair, bool] = {}
        for (photo_id, _), candidates in zip(new, found, strict=True):
            joined: set[int] = set()
            left = _COMPARED
            for candidate, mirrored in candidates.items():
                best = bests.get(candidate, candidate)
                if best in joined:
                    continue
                for other in dict.fromkeys((best, candidate)):
                    pair = min(photo_id, other), max(photo_id, other)
                    if other != photo_id and pair not in pairs and left:
                        left -= 1
                        way = mirrored if other == candidate else None  # the best may be mirrored itself
                        pairs[pair] = self.are_copies(*pair, way)
                    if pairs.get(pair):
                        joined.add(best)
                        bests.setdefault(photo_id, best)  # the next ones need not be compared with both
                        break
        return {pair for pair, is_so in pairs.items() if is_so}

    def _bests(self, photo_ids: Collection[int]) -> dict[int, int]:
        rows = self._db.execute(
            "SELECT m.photo_id, b.photo_id FROM json_each(?) j CROSS JOIN copy_member m ON m.photo_id = j.value"
            " CROSS JOIN copy_member b ON b.group_id = m.group_id AND b.place = 1",
            (json.dumps(list(photo_ids)),),
        )
        return dict(rows.fetchall())


class KeptLinks:
    """The links of some photos as the catalog keeps them; `new` are those that were found to be missing."""

    def __init__(self, db: sqlite3.Connection, photo_ids: Collection[int], due: int) -> None:
        """`due`: how many of the photos are to be grouped anew."""
        query = "SELECT one, other FROM json_each(?) j CROSS JOIN copy_pair ON one = j.value WHERE one < other"
        self.pairs: Collection[Pair] = db.execute(query, (json.dumps(list(photo_ids)),)).fetchall()
        self.new: set[Pair] = set()
        self._comparer = Comparer(db)
        self._left = _DOUBTFUL + _DOUBTFUL_EACH * due

    def alike(self, doubtful: Sequence[Pair]) -> set[Pair]:
        """Return those of some pairs that are copies, as far as there is time to tell."""
        some = doubtful[: self._left]
        self._left -= len(some)
        found = {pair for pair in some if self._comparer.are_copies(*pair)}
        self.new |= {(min(pair), max(pair)) for pair in found}
        return found
