"""Photos that are there more than once, in groups, the best of each first.

Exact copies are photos whose main files have the same size and fingerprint; they need no details, so that they are
found before anybody has looked at them. That they are the same file is said once all their bytes were compared, see
whole.py; if they differ, they are no copies. Copies by what they show join them if they are of the same kind, and of
videos as long.

A group is the copies of its best photo, not the copies of something in it: photos that are linked come together first,
the best of them takes all that are copies of it, the best of the rest takes its own, and so on. So a row of photos,
each like the next, does not become one group whose ends have nothing in common.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import NamedTuple, Protocol

from haven_fs import names

Pair = tuple[int, int]

_COPIES = (
    # What the disk has damaged is the copy of nothing.
    "SELECT o.size, o.fingerprint, p.id, iif(w.damaged IS NULL, w.digest, CAST(p.id AS BLOB)) FROM json_each(?) wanted"
    " CROSS JOIN photo p ON p.id = wanted.value CROSS JOIN original o ON o.id = p.main_id"
    " LEFT JOIN checksum w ON w.original_id = o.id AND w.mtime_ns = o.mtime_ns WHERE p.shown = 1 AND o.gone IS NULL"
    " AND o.fingerprint <> x'' ORDER BY p.id"
)
_PHOTOS = (
    "SELECT p.id, p.kind, coalesce(p.duration, 0),"
    " EXISTS (SELECT 1 FROM checksum WHERE original_id = o.id AND damaged IS NOT NULL),"
    " coalesce(c.content, 1) < 0.75, -coalesce(p.width * p.height, 0),"
    " -(coalesce(p.taken_source IN ('exif', 'video', 'owner'), 0) + (p.make IS NOT NULL) + (p.latitude IS NOT NULL)),"
    " -o.size, p.added, d.path, o.file, o.name"
    " FROM json_each(?) wanted CROSS JOIN photo p ON p.id = wanted.value CROSS JOIN original o ON o.id = p.main_id"
    " CROSS JOIN dir d ON d.id = o.dir_id LEFT JOIN copy_details c ON c.photo_id = p.id"
    " WHERE p.shown = 1 AND o.gone IS NULL AND o.name IS NOT NULL"
)
_ROUNDS = 8
"""How often the best is compared with all that it hangs together with. What is then left of a long row, as a time lapse
is one, has to do with the links, which are nearly all there are."""
_NEAR_SECONDS, _NEAR_SHARE = 0.5, 0.01
"""How much the lengths of two videos may differ: a second container or another frame rate changes them a little."""

_NUMBER = len(" (10000)")  # of a name that many groups would have


class Links(Protocol):
    """What is known of which photos are copies by what they show."""

    pairs: Collection[Pair]
    """Photos that are, each pair once."""

    def alike(self, doubtful: Sequence[Pair]) -> set[Pair]:
        """Return those of some pairs that are copies though nobody compared them yet."""
        ...


class _Photo(NamedTuple):
    """One photo. `rank` sorts the best first, and is another one for every photo.

    It is: not damaged by the disk; no wide bars around it, as screenshots have; then most pixels; then most told by the
    camera of time, camera and position, which copies for messengers lose; then the larger file; then the one Haven has
    known longest; then the path.
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


def find_groups(
    db: sqlite3.Connection, photo_ids: Collection[int], links: Links, taken: Callable[[str], bool] = lambda fold: False
) -> list[Group]:
    """Return the groups that some photos form, at least two photos each, by name.

    `taken`: whether another group has a folded name.
    """
    copies, compared = _copies(db, photo_ids)
    photos = _photos(db, photo_ids)
    same = {id_: min(some) for some in copies for id_ in some}  # one of exact copies stands for all of them
    units: dict[int, list[_Photo]] = defaultdict(list)
    for photo in photos.values():
        units[same.get(photo.id, photo.id)].append(photo)
    for unit in units.values():
        unit.sort(key=lambda photo: photo.rank)
    linked: dict[int, set[int]] = defaultdict(set)
    compares: dict[int, int] = {}  # by which photo a unit is compared
    for first, second in links.pairs:
        if first in photos and second in photos and may_be_one(photos[first], photos[second]):
            one, other = same.get(first, first), same.get(second, second)
            compares[one], compares[other] = first, second
            if one != other:
                linked[one].add(other)
                linked[other].add(one)
    found = _gathered(units, linked, compares, links)
    return _named([[photo for unit in some for photo in units[unit]] for some in found], same, compared, taken)


def _copies(db: sqlite3.Connection, photo_ids: Collection[int]) -> tuple[list[list[int]], set[int]]:
    """Return the photos that are exact copies of one another, and those of which all bytes are known to be the same."""
    by_file: dict[tuple[int, bytes], dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    for size, fingerprint, photo_id, digest in db.execute(_COPIES, (json.dumps(list(photo_ids)),)):
        by_file[size, fingerprint][digest or b""].append(photo_id)
    copies, compared = [], set[int]()
    for by_digest in by_file.values():
        unknown = by_digest.pop(b"", [])
        alike = [ids for ids in by_digest.values() if len(ids) > 1]
        compared.update(*alike)
        # What was not compared yet counts as a copy of those that were, the first if they turned out to be several.
        first = next(iter(by_digest.values()), [])
        copies += [ids + (unknown if ids is first else []) for ids in by_digest.values()] or [unknown]
    return [ids for ids in copies if len(ids) > 1], compared


def _photos(db: sqlite3.Connection, ids: Collection[int]) -> dict[int, _Photo]:
    rows = db.execute(_PHOTOS, (json.dumps(sorted(ids)),)) if ids else ()
    return {row[0]: _Photo(row[0], row[1], row[2], (*row[3:11], row[0]), row[11]) for row in rows}


class _Lasting(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def seconds(self) -> float: ...


def may_be_one(first: _Lasting, second: _Lasting) -> bool:
    """Return whether two photos are of one kind, and last as long."""
    longest = max(first.seconds, second.seconds)
    near = abs(first.seconds - second.seconds) <= max(_NEAR_SECONDS, _NEAR_SHARE * longest)
    return first.kind == second.kind and (near or first.kind != "video")


def _gathered(
    units: dict[int, list[_Photo]], linked: dict[int, set[int]], compares: dict[int, int], links: Links
) -> list[list[int]]:
    """Return the units of each group, the best first; a unit may be alone."""
    done: list[list[int]] = []
    open_ = [sorted(some, key=lambda unit: units[unit][0].rank) for some in _connected(units, linked)]
    for _ in range(_ROUNDS):
        doubtful = [
            (best, other)
            for best, *others in open_
            for other in others
            if other not in linked[best] and may_be_one(units[best][0], units[other][0])
        ]
        alike = _alike(doubtful, compares, links)
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


def _alike(doubtful: Sequence[Pair], compares: dict[int, int], links: Links) -> set[Pair]:
    """Return those pairs of units that are copies though there is no link: those of the best and all others."""
    wanted = {(compares[one], compares[other]): (one, other) for one, other in doubtful}
    return {wanted[pair] for pair in links.alike(list(wanted))} if wanted else set()


def _named(
    groups: Iterable[list[_Photo]], same: dict[int, int], compared: set[int], taken: Callable[[str], bool]
) -> list[Group]:
    """Return those of at least two photos with a name each, which no other has."""
    mine: set[str] = set()
    found = []
    for photos in sorted(
        (sorted(some, key=lambda photo: photo.rank) for some in groups), key=lambda some: some[0].name
    ):
        if len(photos) < 2:
            continue
        stem, more = names.split_ending(photos[0].name)[0], f" and {len(photos) - 1} more"
        short = (_cut(one, len(more)) + more for one in (stem, photos[0].name))
        spelled = chain(short, names.numbered(_cut(stem, len(more) + _NUMBER), more))
        name = next(one for one in spelled if names.fold(one) not in mine and not taken(names.fold(one)))
        mine.add(names.fold(name))
        units = [same.get(photo.id, photo.id) for photo in photos]
        ids = tuple(photo.id for photo in photos)
        found.append(
            Group(name, ids, tuple(units.index(unit) + 1 for unit in units), frozenset(compared.intersection(ids)))
        )
    return found


def _cut(name: str, room: int) -> str:
    """Return a name that leaves room for so many bytes behind it."""
    return name.encode()[: names.LONGEST - room].decode(errors="ignore")
