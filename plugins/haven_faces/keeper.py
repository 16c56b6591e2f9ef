"""Keeps faces grouped: a new photo finds its people at once, and now and then all are grouped anew.

What it works from is in the catalog and the vector store; what it holds in memory can be made again from them, and is
when somebody else changed who there is.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haven_faces.facerows import GROUPED
from haven_faces.forget import scrub
from haven_faces.hints import renew
from haven_faces.model import ChosenFaces, chosen_faces
from haven_faces.people import People
from haven_faces.persons import people_seq
from haven_fs import Catalog, Settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from haven_faces.grouping import Faces, Groups
    from haven_fs import Progress

logger = logging.getLogger(__name__)

LEARN_AFTER = 600.0
"""Seconds until a removal teaches: until then it may have been a slip, or part of removing a whole folder."""
_QUIET = 20.0
"""Seconds without a correction before all is grouped anew."""
_GROWN = 0.05
"""The share of new faces after which all is grouped anew."""
_LOST = 0.05
"""The share of faces without vectors from which new faces are not compared with the others yet."""
_ANCHORS = 5
"""How many faces stand for a person whom the owner cares for: no grouping takes them away."""
_ROUNDS = 4
"""How often faces are grouped at most after a removal: when some leave, those like them are left with fewer friends."""
_FRAMES = 1 << 10
_AT_ONCE = 512

_COLUMNS = "f.id, f.photo_id, f.part, f.frame, f.quality, f.person_id, f.said"


@dataclass(slots=True)
class Loaded:
    """Faces with their vectors, and what the owner said that they are not. `lost`: how many lack one of this model.

    Their quality is less where they are covered. `named`: people who have a name.
    """

    faces: "Faces"
    barred: "Mapping[int, npt.NDArray[np.float32]]"
    lost: int
    named: frozenset[int]


class FaceKeeper:
    """The follower of the analyzer of faces. One process, one thread at a time."""

    name = "people"
    analyzers = frozenset({"faces"})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model: ChosenFaces | None = chosen_faces(settings)
        self._smallest = max(1, int(settings["people.smallest"]))
        self._groups: Groups | None = None
        self._late: set[int] = set()  # faces that wait for the vectors of others
        self._people = -1  # the clock of people when the groups were loaded

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Find out whose the new faces in these photos are."""
        if self._model is None:
            return
        marks = json.dumps(list(photo_ids))
        with catalog.read() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM face f WHERE f.space = ? AND f.person_id IS NULL AND f.photo_id IN"
                " (SELECT value FROM json_each(?))",
                (self._model.space, marks),
            ).fetchall()
        ids = [row[0] for row in rows]
        if self._late:
            self._late.update(ids)
        elif ids:
            self._group(catalog, ids)

    def _group(self, catalog: Catalog, face_ids: Collection[int], *, at_any_rate: bool = False) -> None:
        """Find out whose faces are. While many known faces lack vectors, lost or of a new model, they wait for `idle`.

        By the few that are there, a face would be anybody's who looks at all like it.
        """
        assert self._model is not None
        clock = _clock(catalog)
        if self._groups is None or clock != self._people:
            loaded = self._load(catalog, besides=face_ids)
            if loaded.lost > _LOST * len(loaded.faces) and not at_any_rate:
                self._late.update(face_ids)
                return
            from haven_faces.grouping import Groups

            self._groups = Groups(loaded.faces, loaded.barred, self._model.limits, loaded.named)
            self._people = clock
        for part in _slices(sorted(face_ids)):
            new = self._load(catalog, only=part).faces
            added = self._groups.add(new)
            found = dict(zip(new.ids.tolist(), added.person.tolist(), strict=True)) | added.revised
            self._people = self._put(catalog, {face: who for face, who in found.items() if who}, self._groups)

    def _put(self, catalog: Catalog, found: Mapping[int, int], groups: "Groups | None") -> int:
        """Write whose the faces are now, 0 for nobody's; return the clock of people afterwards."""
        if not found:
            return _clock(catalog)
        with catalog.write() as w:
            people = People(w)
            made = people.group({face: person or None for face, person in found.items()}, self._smallest)
            people.finish()
            if groups is not None:
                groups.named(made)
        return _clock(catalog)

    def idle(self, catalog: Catalog, progress: "Progress", stopped: Callable[[], bool]) -> None:
        """Group all faces anew if many came since the last time, or the owner corrected something and is done."""
        scrub(catalog)
        if self._late:
            late, self._late = self._late, set()
            self._group(catalog, late, at_any_rate=True)
        if self._model is not None and self._is_due(catalog):
            self._regroup(catalog, self._model, stopped)

    def _regroup(self, catalog: Catalog, model: ChosenFaces, stopped: Callable[[], bool]) -> None:
        from haven_faces.grouping import regroup

        started = time.monotonic()
        now = self._state(catalog)
        for _ in range(_ROUNDS):
            loaded = self._load(catalog, anchors=True)
            faces = loaded.faces
            person = regroup(faces, loaded.barred, model.limits, stopped, loaded.named)
            if person is None or stopped():
                return
            changed = {
                id_: new
                for id_, old, new in zip(faces.ids.tolist(), faces.person.tolist(), person.tolist(), strict=True)
                if old != new
            }
            self._put(catalog, changed, None)
            logger.info(
                "Regrouped %d faces in %.1f s; %d changed", len(faces), time.monotonic() - started, len(changed)
            )
            if not changed or not loaded.barred:
                break
        if not self._hint(catalog, stopped):
            return
        self._groups = None
        with catalog.write(quiet=True) as w:
            w.db.execute("INSERT OR REPLACE INTO state VALUES ('grouped', ?)", (json.dumps(now),))

    def _hint(self, catalog: Catalog, stopped: Callable[[], bool]) -> bool:
        """Find out whom unknown faces may be; False if it was time to stop."""
        from haven_faces.grouping import Stopped

        assert self._model is not None
        loaded = self._load(catalog)  # new groups have got their numbers
        try:
            renew(catalog, loaded.faces, loaded.named, self._model.limits, stopped)
        except Stopped:
            return False
        return True

    def rest(self) -> None:
        """Forget the vectors held in memory."""
        self._groups = None

    def _is_due(self, catalog: Catalog) -> bool:
        now = self._state(catalog)
        with catalog.read() as db:
            row = db.execute("SELECT value FROM state WHERE key = 'grouped'").fetchone()
            last = db.execute("SELECT max(at) FROM correction").fetchone()[0] or 0.0
        then: dict[str, Any] = json.loads(row[0]) if row else {}
        if not now["faces"]:
            return False
        if (
            any(then.get(key) != now[key] for key in ("space", "judged"))
            or abs(now["faces"] - then["faces"]) > _GROWN * then["faces"]
        ):
            return True
        said = then.get("said") != now["said"] or then.get("denied") != now["denied"]
        return said and time.time() - float(last) > _QUIET

    def _state(self, catalog: Catalog) -> dict[str, Any]:
        """Return what a grouping depends on, in short."""
        assert self._model is not None
        with catalog.read() as db:
            return {
                "space": self._model.space,
                "judged": self._model.judged,
                "faces": db.execute("SELECT count(*) FROM face WHERE space = ?", (self._model.space,)).fetchone()[0],
                "said": db.execute("SELECT max(id) FROM correction").fetchone()[0],
                "denied": db.execute(
                    "SELECT count(*) FROM not_person WHERE at < ?", (time.time() - LEARN_AFTER,)
                ).fetchone()[0],
            }

    def _load(
        self,
        catalog: Catalog,
        *,
        only: Collection[int] | None = None,
        besides: Collection[int] = (),
        anchors: bool = False,
    ) -> Loaded:
        """Load faces with their vectors: all, or `only` these, or all `besides` these."""
        import numpy as np

        from haven_faces.grouping import Faces, weighed

        assert self._model is not None
        space = self._model.space
        where, marks = "", json.dumps(list(only if only is not None else besides))
        if only is not None:
            where = "AND f.id IN (SELECT value FROM json_each(?))"
        elif besides:
            where = "AND f.id NOT IN (SELECT value FROM json_each(?))"
        with catalog.read() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM face f WHERE f.space = ? {where} ORDER BY f.id",
                (space, marks) if where else (space,),
            ).fetchall()
            # What is elsewhere matters where all are compared, not for the few that are new.
            query = "SELECT count(*) FROM face WHERE space <> ?"
            elsewhere = db.execute(query, (space,)).fetchone()[0] if only is None else 0
            named = frozenset(id_ for (id_,) in db.execute("SELECT id FROM person WHERE name IS NOT NULL"))
            cared_for = named | {
                id_
                for (id_,) in db.execute("SELECT id FROM person WHERE hidden UNION SELECT person_id FROM not_person")
            }
            denied = db.execute(
                "SELECT person_id, faces FROM not_person WHERE at < ?", (time.time() - LEARN_AFTER,)
            ).fetchall()
        table = np.array([(i, p, t or 0, fr, pe or 0, s) for i, p, t, fr, _, pe, s in rows], np.int64).reshape(-1, 6)
        vectors = catalog.vectors.store.gather(space, table[:, 1:3])
        quality = np.array([row[4] for row in rows], np.float32)
        there = vectors.any(axis=1) if vectors.shape[1] else np.zeros(len(rows), bool)
        table, vectors, quality = table[there], vectors[there], quality[there]
        person = table[:, 4].copy()
        quality = weighed(quality, vectors, person, self._model.covers)
        fixed = (table[:, 5] != GROUPED) & (person > 0)
        if anchors:
            fixed |= _anchors(person, quality, fixed, cared_for)
        faces = Faces(
            ids=table[:, 0].copy(),
            vectors=vectors,
            picture=table[:, 1] * _FRAMES + table[:, 3],
            quality=quality,
            person=person,
            fixed=fixed,
        )
        barred: dict[int, npt.NDArray[np.float32]] = {}
        if only is None:
            row_of = {int(id_): row for row, id_ in enumerate(faces.ids)}
            for person_id, said in denied:
                ids = [face_id for face_id, _ in json.loads(said) if face_id in row_of]
                if ids:
                    more = vectors[[row_of[id_] for id_ in ids]].astype(np.float32)
                    barred[person_id] = np.concatenate([barred[person_id], more]) if person_id in barred else more
        return Loaded(faces, barred, elsewhere + int((~there).sum()), named)


def _anchors(
    person: "npt.NDArray[np.int64]",
    quality: "npt.NDArray[np.float32]",
    fixed: "npt.NDArray[np.bool_]",
    of: Collection[int],
) -> "npt.NDArray[np.bool_]":
    """Return the best faces of each of these people that has too few which somebody spoke of."""
    import numpy as np

    anchors = np.zeros(len(person), bool)
    order = np.lexsort((-quality, person))
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and person[order[end]] == person[order[start]]:
            end += 1
        own = order[start:end]
        if int(person[own[0]]) in of:
            lacking = _ANCHORS - int(fixed[own].sum())
            if lacking > 0:
                anchors[own[~fixed[own]][:lacking]] = True
        start = end
    return anchors


def _clock(catalog: Catalog) -> int:
    with catalog.read() as db:
        return people_seq(db)


def _slices(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
