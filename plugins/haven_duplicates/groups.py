"""Photos that are there more than once, in groups, the best of each first.

Exact copies are photos whose main files have the same size and fingerprint; they need no look, so that they are found
before anybody has looked at them. That they are the same file is said once all their bytes were compared, see whole.py;
if they differ, they are no copies. What looks alike joins them if it is of the same kind, and of videos as long.

A group is what looks like its best photo, not what looks like something in it: photos that are linked come together
first, the best of them takes all that look like it, the best of the rest takes its own, and so on. So a row of
photos, each like the next, does not become one group whose ends have nothing in common.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import TYPE_CHECKING, NamedTuple

from haven_fs import names

if TYPE_CHECKING:
    from haven_duplicates.alike import Links

_COPIES = (
    "SELECT json_group_array(json_array(p.id, hex(w.digest))) FROM photo p JOIN original o ON o.id = p.main_id"
    " LEFT JOIN whole_file w ON w.original_id = o.id AND w.mtime_ns = o.mtime_ns"
    " WHERE p.shown = 1 AND o.gone IS NULL AND o.fingerprint <> x'' GROUP BY o.size, o.fingerprint HAVING count(*) > 1"
)
_PHOTOS = (
    "SELECT p.id, p.kind, coalesce(p.duration, 0), -coalesce(p.width * p.height, 0),"
    " -(coalesce(p.taken_source IN ('exif', 'video', 'owner'), 0) + (p.make IS NOT NULL) + (p.latitude IS NOT NULL)),"
    " -o.size, p.added, d.path, o.file, o.name"
    " FROM json_each(?) wanted CROSS JOIN photo p ON p.id = wanted.value JOIN original o ON o.id = p.main_id"
    " JOIN dir d ON d.id = o.dir_id WHERE p.shown = 1 AND o.gone IS NULL AND o.name IS NOT NULL"
)
_ROUNDS = 8
"""How often the best is compared with all that it hangs together with. What is then left of a long row, as a time lapse
is one, has to do with the links, which are nearly all there are."""
_NEAR_SECONDS, _NEAR_SHARE = 0.5, 0.01
"""How much the lengths of two videos may differ: a second container or another frame rate changes them a little."""

_NUMBER = len(" (10000)")  # of a name that many groups would have


class _Photo(NamedTuple):
    """One photo. `rank` sorts the best first, and is another one for every photo.

    It is: most pixels; then most told by the camera of time, camera and position, which copies for messengers lose;
    then the larger file; then the one Haven has known longest; then the path.
    """

    id: int
    kind: str
    seconds: float
    rank: tuple[object, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Photos that are one picture. `name`: its folder's. `photo_ids`: the best first.

    `copies`: of each photo the number, in that order, of the first one that it is an exact copy of. `compared`: those
    of which all bytes were compared with the others'.
    """

    name: str
    photo_ids: tuple[int, ...]
    copies: tuple[int, ...]
    compared: frozenset[int] = frozenset()

    @property
    def best(self) -> int:
        """The id of the best photo."""
        return self.photo_ids[0]


def find_groups(db: sqlite3.Connection, links: "Links | None", wanted: set[int] | None = None) -> list[Group]:
    """Return all groups of at least two photos, by name; without `links`, exact copies only.

    `wanted`: only these photos.
    """
    copies, compared = _copies(db)
    pairs: list[list[int]] = links.pairs.tolist() if links is not None else []
    photos = _photos(db, {id_ for some in (*copies, *pairs) for id_ in some}, wanted)
    same = {id_: min(some) for some in copies for id_ in some}  # one of exact copies stands for all of them
    units: dict[int, list[_Photo]] = defaultdict(list)
    for photo in photos.values():
        units[same.get(photo.id, photo.id)].append(photo)
    for unit in units.values():
        unit.sort(key=lambda photo: photo.rank)
    linked: dict[int, set[int]] = defaultdict(set)
    looked: dict[int, int] = {}
    for first, second in pairs:
        if first in photos and second in photos and _may_be_one(photos[first], photos[second]):
            one, other = same.get(first, first), same.get(second, second)
            looked[one], looked[other] = first, second
            if one != other:
                linked[one].add(other)
                linked[other].add(one)
    found = _gathered(units, linked, looked, links)
    return _named([[photo for unit in some for photo in units[unit]] for some in found], same, compared)


def _copies(db: sqlite3.Connection) -> tuple[list[list[int]], set[int]]:
    """Return the photos that are exact copies of one another, and those of which all bytes are known to be the same."""
    copies, compared = [], set[int]()
    for (text,) in db.execute(_COPIES):
        by_digest: dict[str, list[int]] = defaultdict(list)
        for photo_id, digest in json.loads(text):
            by_digest[digest].append(photo_id)
        unknown = by_digest.pop("", [])
        alike = [ids for ids in by_digest.values() if len(ids) > 1]
        compared.update(*alike)
        # What was not compared yet counts as a copy of those that were, the first if they turned out to be several.
        first = next(iter(by_digest.values()), [])
        copies += [ids + (unknown if ids is first else []) for ids in by_digest.values()] or [unknown]
    return [ids for ids in copies if len(ids) > 1], compared


def _photos(db: sqlite3.Connection, ids: Iterable[int], wanted: set[int] | None) -> dict[int, _Photo]:
    listed = sorted(ids if wanted is None else wanted.intersection(ids))
    rows = db.execute(_PHOTOS, (json.dumps(listed),)) if listed else ()
    return {row[0]: _Photo(row[0], row[1], row[2], (*row[3:9], row[0]), row[9]) for row in rows}


def _may_be_one(first: _Photo, second: _Photo) -> bool:
    longest = max(first.seconds, second.seconds)
    near = abs(first.seconds - second.seconds) <= max(_NEAR_SECONDS, _NEAR_SHARE * longest)
    return first.kind == second.kind and (near or first.kind != "video")


def _gathered(
    units: dict[int, list[_Photo]], linked: dict[int, set[int]], looked: dict[int, int], links: "Links | None"
) -> list[list[int]]:
    """Return the units of each group, the best first; a unit may be alone."""
    done: list[list[int]] = []
    open_ = [sorted(some, key=lambda unit: units[unit][0].rank) for some in _connected(units, linked)]
    for _ in range(_ROUNDS):
        doubtful = [
            (best, other)
            for best, *others in open_
            for other in others
            if other not in linked[best] and _may_be_one(units[best][0], units[other][0])
        ]
        alike = _alike(doubtful, looked, links)
        rest = []
        for best, *others in open_:
            joins = [other in linked[best] or (best, other) in alike for other in others]
            done.append([best, *compress(others, joins)])
            if not all(joins):
                rest.append([other for other, is_in in zip(others, joins, strict=True) if not is_in])
        open_ = rest
    gathered = {unit for group in done for unit in group}
    for best in chain.from_iterable(open_):
        if best not in gathered:
            done.append([best, *(linked[best] - gathered)])
            gathered.update(done[-1])
    return done


def _connected(units: Iterable[int], linked: dict[int, set[int]]) -> list[list[int]]:
    """Return the units that hang together by links, directly or not."""
    above = {unit: unit for unit in units}

    def top(unit: int) -> int:
        while above[unit] != unit:
            above[unit] = above[above[unit]]
            unit = above[unit]
        return unit

    for one, others in linked.items():
        for other in others:
            above[top(one)] = top(other)
    together: dict[int, list[int]] = defaultdict(list)
    for unit in above:
        together[top(unit)].append(unit)
    return list(together.values())


def _alike(doubtful: Sequence[tuple[int, int]], looked: dict[int, int], links: "Links | None") -> set[tuple[int, int]]:
    """Return those pairs of units that look alike though there is no link: those of the best and all others."""
    if links is None or not doubtful:
        return set()
    import numpy as np

    photos = np.array([(looked[one], looked[other]) for one, other in doubtful], np.int64)
    return {pair for pair, is_so in zip(doubtful, links.alike(*photos.T).tolist(), strict=True) if is_so}


def _named(groups: Iterable[list[_Photo]], same: dict[int, int], compared: set[int]) -> list[Group]:
    """Return those of at least two photos with a name each, which no other has."""
    taken: set[str] = set()
    found = []
    for photos in sorted(
        (sorted(some, key=lambda photo: photo.rank) for some in groups), key=lambda some: some[0].name
    ):
        if len(photos) < 2:
            continue
        stem, more = names.split_ending(photos[0].name)[0], f" and {len(photos) - 1} more"
        short = (_cut(one, len(more)) + more for one in (stem, photos[0].name))
        spelled = chain(short, names.numbered(_cut(stem, len(more) + _NUMBER), more))
        name = next(one for one in spelled if names.fold(one) not in taken)
        taken.add(names.fold(name))
        units = [same.get(photo.id, photo.id) for photo in photos]
        ids = tuple(photo.id for photo in photos)
        found.append(
            Group(name, ids, tuple(units.index(unit) + 1 for unit in units), frozenset(compared.intersection(ids)))
        )
    return found


def _cut(name: str, room: int) -> str:
    """Return a name that leaves room for so many bytes behind it."""
    return name.encode()[: names.LONGEST - room].decode(errors="ignore")
