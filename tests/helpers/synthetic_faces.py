"""Faces drawn from a model of what embedders give, of any number, with the truth about who is who.

A person is a chain of one to five centres on the sphere (a child grows), a face one of these with noise around it. A
part of the faces is of low quality: more noise, and pulled to one common direction, as real embedders see all blurred
faces as somewhat alike. Some people are relatives. Sizes are those of a family's library: a few people with a large
share, many with 2 to 20 faces, and strangers seen once.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haven_faces.grouping import Faces, Groups, Limits

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """What a library and its embedder are like. `free`: in how many of the dimensions faces differ at all."""

    dimensions: int = 512
    free: int = 400
    family: float = 0.4  # share of the faces that are of few people
    strangers: float = 0.3  # share of the faces that are of people seen once
    relatives: float = 0.05  # share of the people that look like another
    relation: float = 0.35  # cosine of their centres
    ageing: float = 0.8  # cosine of a person's one centre to the next
    core: float = 0.68  # share of a good face's length that is its person
    poor: float = 0.15  # share of the faces that are of low quality
    together: float = 0.5  # share of the faces that share a picture
    shuffled: bool = True  # False: faces come in order of time
    sizes: float = 1.8  # exponent of how often there are people with 2 to 20 faces


def sizes_of(count: int, shape: Shape, dice: np.random.Generator) -> Ints:
    """Return how many faces each person has."""
    people = max(2, round(4 * np.log10(max(count, 10))))
    share = 1 / np.arange(1, people + 1) ** 0.9
    large = np.maximum(2, count * shape.family * share / share.sum()).astype(np.int64)
    once = int(count * shape.strangers)
    sizes, left = [large, np.ones(once, np.int64)], count - int(large.sum()) - once
    chances = np.arange(2, 21) ** -shape.sizes
    while left > 0:
        some = dice.choice(np.arange(2, 21), max(1, left // 20), p=chances / chances.sum())
        some = some[np.cumsum(some) <= left] if left > 20 else np.array([left])
        sizes.append(some)
        left -= int(some.sum())
    return np.concatenate(sizes)


def synthetic(count: int, seed: int = 0, shape: Shape = Shape()) -> tuple[Faces, Ints]:
    """Return `count` faces, none assigned, in the order in which they come, and who each really is."""
    dice = np.random.default_rng(seed)
    basis = np.linalg.qr(dice.standard_normal((shape.dimensions, shape.free)))[0].T.astype(np.float32)
    sizes = sizes_of(count, shape, dice)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    centres, first = _centres(sizes, shape, dice)
    when = dice.random(len(truth))
    stages = np.diff(np.append(first, len(centres)))[truth]
    stage = np.clip(when * stages + dice.normal(0, 0.15, len(truth)), 0, stages - 0.001).astype(np.int64)
    poor = dice.random(len(truth)) < shape.poor
    quality = np.where(poor, dice.uniform(0.0, 0.45, len(truth)), dice.uniform(0.55, 1.0, len(truth)))
    core = np.where(poor, 0.15 + 0.7 * quality, np.clip(dice.normal(shape.core, 0.1, len(truth)), 0.2, 0.9))
    dull = np.where(poor, np.clip(0.35 - 0.6 * quality, 0, 1), 0)
    common = _unit(dice.standard_normal(shape.free).astype(np.float32))
    order = dice.permutation(len(truth)) if shape.shuffled else np.argsort(when)
    vectors = np.empty((len(truth), shape.dimensions), np.float16)
    for start in range(0, len(truth), 8192):
        rows = order[start : start + 8192]
        noise = _unit(dice.standard_normal((len(rows), shape.free)).astype(np.float32))
        faces = np.sqrt(core[rows])[:, None] * centres[first[truth[rows]] + stage[rows]]
        faces = faces + np.sqrt(dull[rows])[:, None] * common
        faces = _unit(faces + np.sqrt(np.maximum(1 - core[rows] - dull[rows], 0.01))[:, None] * noise)
        vectors[start : start + 8192] = (faces.astype(np.float32)) @ basis
    picture = _pictures(truth, when, shape.together, dice)
    return (
        Faces(
            ids=np.arange(1, len(truth) + 1),
            vectors=vectors,
            picture=picture[order],
            quality=quality[order].astype(np.float32),
            person=np.zeros(len(truth), np.int64),
            fixed=np.zeros(len(truth), np.bool_),
        ),
        truth[order],
    )


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _centres(sizes: Ints, shape: Shape, dice: np.random.Generator) -> tuple[Floats, Ints]:
    """Return the centres of all people and which is the first of each person."""
    count = len(sizes)
    start = _unit(dice.standard_normal((count, shape.free)).astype(np.float32))
    related = np.flatnonzero(dice.random(count) < shape.relatives)
    related = related[related > 0]
    other = dice.integers(0, np.maximum(related, 1))
    start[related] = _turned(start[other], start[related], shape.relation)
    stages = np.where(sizes < 6, 1, dice.integers(1, 6, count))
    first = np.cumsum(stages) - stages
    centres = np.empty((int(stages.sum()), shape.free), np.float32)
    now = start
    for stage in range(int(stages.max())):
        there = stages > stage
        if stage:
            now = _turned(now, _unit(dice.standard_normal(now.shape).astype(np.float32)), shape.ageing)
        centres[(first + stage)[there]] = now[there]
    return centres, first


def _turned(vectors: Floats, towards: Floats, cosine: float) -> Floats:
    """Return vectors at that cosine, turned in the direction of others."""
    aside = _unit(towards - (towards * vectors).sum(1, keepdims=True) * vectors)
    return cosine * vectors + np.float32(np.sqrt(1 - cosine**2)) * aside


def _pictures(truth: Ints, when: npt.NDArray[np.float64], together: float, dice: np.random.Generator) -> Ints:
    """Return the picture of each face: faces near in time share one, never two of one person."""
    picture = np.arange(1, len(truth) + 1)
    order = np.argsort(when)
    place, joined = 0, dice.random(len(truth)) < together
    while place < len(order):
        rows = order[place : place + int(dice.integers(2, 6))]
        place += len(rows)
        rows = rows[joined[rows]]
        _, one = np.unique(truth[rows], return_index=True)
        if len(one):
            picture[rows[one]] = picture[rows[one[0]]]
    return picture


def incrementally(faces: Faces, limits: Limits, batch: int, known: int = 0) -> tuple[Ints, Groups]:
    """Add faces from number `known` on in batches, as a catalog does, and return the persons of all, and the groups."""
    groups = Groups(faces.take(slice(0, known)), {}, limits)
    person = faces.person.copy()
    place = {id_: row for row, id_ in enumerate(faces.ids.tolist())}
    following = int(person.max(initial=0)) + 1
    for start in range(known, len(faces), batch):
        some = slice(start, min(start + batch, len(faces)))
        added = groups.add(faces.take(some))
        person[some] = added.person
        for id_, who in added.revised.items():
            person[place[id_]] = who
        labels = sorted({who for who in (*added.person.tolist(), *added.revised.values()) if who < 0})
        named = {label: following + n for n, label in enumerate(labels)}
        following += len(labels)
        for row in np.flatnonzero(person[some] < 0).tolist():
            person[start + row] = named[int(person[start + row])]
        for id_, who in added.revised.items():
            person[place[id_]] = named.get(who, who)
        groups.named(named)
    return person, groups
