"""All faces grouped anew in the background, and who is who kept.

Every good face gets its nearest neighbours. Along these, the nearest first, groups are joined whose faces are alike in
the mean; then groups whose exemplars are alike, so that a child and the grown person become one over the years between.
Faces that are left, and those of low quality, join the group that they are like, but found and join none. Then the
members' former persons vote on who each group is. A face leaves its person only for one it is clearly nearer to.
"""

from collections.abc import Callable, Collection

import numpy as np

from haven_faces.grouping.beginning import MOST, agreeing
from haven_faces.grouping.clusters import Clusters
from haven_faces.grouping.exemplars import exemplars_of
from haven_faces.grouping.identities import Assigner, persons_of_groups
from haven_faces.grouping.kinds import CORE, PART, Barred, Faces, Ints, Limits, Mask, rows_by, usable
from haven_faces.grouping.neighbours import Neighbours, Stopped, check, neighbours

NEIGHBOURS = 24


def regroup(
    faces: Faces,
    barred: Barred,
    limits: Limits,
    stop: Callable[[], bool] = lambda: False,
    named: Collection[int] = (),
) -> Ints | None:
    """Return the person of each face, (n,): a person > 0, 0 for none, a negative label for a new group.

    `named`: people whom the owner named. Fixed faces keep theirs, and two persons that have fixed faces are never made
    one. The order of the faces does not matter, their ids do. Returns None, within seconds, if `stop` says so.
    """
    order = np.argsort(faces.ids, kind="stable")
    in_order = faces if (np.diff(order) == 1).all() else faces.take(order)
    answer = np.zeros(len(faces), np.int64)
    try:
        answer[order] = _regroup(in_order, barred, limits, stop, frozenset(named))
    except Stopped:
        return None
    return answer


def _regroup(faces: Faces, barred: Barred, limits: Limits, stop: Callable[[], bool], named: frozenset[int]) -> Ints:
    fine = usable(faces.vectors)
    good = faces.good & fine
    near = neighbours(faces.vectors, good, NEIGHBOURS, limits.floor, stop)
    clusters = Clusters(faces, limits)
    _join_neighbours(clusters, faces, near, good, limits, stop)
    _join_exemplars(clusters, faces, good, limits, stop)
    group = np.full(len(faces), -1, np.int64)
    group[good] = clusters.labels(np.flatnonzero(good))
    group[_doubtful(clusters, group, near, limits)] = -1
    person = persons_of_groups(faces, group)
    check(stop)
    assigner = Assigner(faces, person, good, barred, limits, named)
    assigner.expel_barred(group)
    assigner.keep_loyal()
    assigner.assign_loose(near, stop)
    assigner.part_pictures()
    return person


def _join_neighbours(
    clusters: Clusters, faces: Faces, near: Neighbours, good: Mask, limits: Limits, stop: Callable[[], bool]
) -> None:
    """Join groups along the graph of neighbours, the likest faces first."""
    one, place = np.nonzero((near.rows >= 0) & good[:, None])
    other, like = near.rows[one, place], near.likeness[one, place]
    order = np.lexsort((other, one, -like))
    one, other = one[order], other[order]
    _join_along(clusters, one, other, limits, stop)
    if _begin(clusters, faces, near, good, limits, stop):
        _join_along(clusters, one, other, limits, stop)


def _join_along(clusters: Clusters, one: Ints, other: Ints, limits: Limits, stop: Callable[[], bool]) -> None:
    """Join, where they are alike, the groups of each two faces in turn."""
    failed: dict[tuple[int, int], int] = {}  # groups that were not alike enough, and how large to try again
    for n, (first, second) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        if n % 20_000 == 0:
            check(stop)
        a, b = clusters.root(first), clusters.root(second)
        if a == b:
            continue
        key = (a, b) if a < b else (b, a)
        pairs = clusters.size(a) * clusters.size(b)
        if pairs < failed.get(key, 0):
            continue
        if clusters.likeness(a, b) >= limits.need(pairs) - clusters.bonus(a, b) and clusters.may_join(a, b):
            clusters.join(a, b)
        else:
            failed[key] = pairs + pairs // 4 + 1


def _begin(
    clusters: Clusters, faces: Faces, near: Neighbours, good: Mask, limits: Limits, stop: Callable[[], bool]
) -> bool:
    """Join faces that are still alone and agree, though no two are alike beyond doubt. Tells whether there are any."""
    begun = False
    alone = good & ((near.likeness >= limits.same).sum(axis=1) >= CORE - 1)
    for n, row in enumerate(np.flatnonzero(alone).tolist()):
        if n % 1024 == 0:
            check(stop)
        if clusters.size(clusters.root(row)) > 1:
            continue
        others = near.rows[row][near.likeness[row] >= limits.same].tolist()
        rows = [row, *(other for other in others if clusters.size(clusters.root(other)) == 1)][: MOST + 1]
        if len(rows) >= CORE:
            vectors = faces.vectors[rows].astype(np.float32)
            for m in agreeing(vectors @ vectors.T, faces.picture[rows].tolist(), limits)[1:]:
                a, b = clusters.root(row), clusters.root(rows[m])
                if clusters.may_join(a, b):
                    clusters.join(a, b)
                    begun = True
    return begun


def _join_exemplars(clusters: Clusters, faces: Faces, good: Mask, limits: Limits, stop: Callable[[], bool]) -> None:
    """Join groups of which some exemplars, each of several faces, are alike."""
    rows = np.flatnonzero(good)
    means, roots = [np.empty((0, faces.vectors.shape[1]), np.float32)], []
    for n, (root, members) in enumerate(rows_by(clusters.labels(rows))):
        if n % 256 == 0:
            check(stop)
        if len(members) >= PART:
            mine = exemplars_of(faces.vectors[rows[members]].astype(np.float32), limits)
            strong = mine.counts >= PART
            means.append(mine.means[strong])
            roots.extend([root] * int(strong.sum()))
    sides = np.concatenate(means)
    length = np.linalg.norm(sides, axis=1)
    unit = sides / length[:, None]
    near = neighbours(unit, np.ones(len(sides), np.bool_), NEIGHBOURS, limits.groups - limits.loyalty, stop)
    one, place = np.nonzero(near.rows >= 0)
    other = near.rows[one, place]
    like = near.likeness[one, place] * length[one] * length[other]
    for n in np.lexsort((other, one, -like)).tolist():
        a, b = clusters.root(roots[int(one[n])]), clusters.root(roots[int(other[n])])
        if a != b and like[n] >= limits.groups - clusters.bonus(a, b) and clusters.may_join(a, b):
            clusters.join(a, b)


def _doubtful(clusters: Clusters, group: Ints, near: Neighbours, limits: Limits) -> Ints:
    """Return rows of new groups too small to tell whether they are not other years of somebody in a larger one.

    They wait, as new faces do: an id that is given to them now would be gone with the next photo.
    """
    rows: list[int] = []
    size = np.bincount(group[group >= 0], minlength=1)
    for root, members in rows_by(np.where((group >= 0) & (size[group] < CORE), group, -1)):
        if root < 0 or len(members) < 2 or clusters.former(root):
            continue
        beside = near.rows[members]
        others = np.unique(group[beside[beside >= 0]])
        if any(
            size[other] >= CORE and clusters.likeness(root, other) >= limits.groups and clusters.may_join(root, other)
            for other in others[others >= 0].tolist()
        ):
            rows.extend(members.tolist())
    return np.array(rows, np.int64)
