"""Photos: which originals belong to which, and the display names they keep for good.

A first index of 60,000 photos goes through here, so statements count: what groups of files are is written group by
group, what is known of the photos for all of a batch together.
"""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from itertools import count as count_from
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.corrections import is_said_of
from haven_fs.catalog.disk import touch
from haven_fs.catalog.failures import UNOPENED
from haven_fs.catalog.findings import NOTHING, Analysis, GroupFound, PhotoFound, Seen
from haven_fs.catalog.promised import is_any_promised, promised
from haven_fs.catalog.settle import Settler, settle
from haven_fs.catalog.spare import hide_backup, is_kept
from haven_fs.library.kinds import claims_media

logger = logging.getLogger(__name__)

_UNLISTED = ("sidecar", "thumbnail")


class PhotoStore:
    """Writes what workers found, in one write transaction."""

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._db = w.db
        self._said: dict[int, dict[str, Analysis]] = {}
        self._new: dict[int, bool] = {}
        """Photos of this batch that were in no folder before, and whether they can be shown."""
        self._rewritten: set[int] = set()
        """Photos of this batch whose bytes are others than before."""
        self._promising = False

    def put_groups(self, groups: Sequence[GroupFound]) -> dict[int, dict[str, Analysis]]:
        """Store what groups of files turned out to be (kinds, photos, names, facts); return what was said.

        What is of yesterday is passed over, since those who changed the files have made them due again; so is what
        somebody else has stored meanwhile.
        """
        due = _due(self._db, [group.seen for group in groups if group.seen is not None])
        self._promising = is_any_promised(self._db)
        for group in groups:
            if group.seen is not None and group.seen not in due:
                continue
            if not group.troubles or not self._leave(group):
                self._put_group(group)
        failed = self._failing()
        # Other bytes: what any analyzer said was of another picture.
        self._db.executemany("DELETE FROM analysis WHERE photo_id = ?", [(id_,) for id_ in self._rewritten])
        self._w.facets.screen(self._db, self._said)
        self._store(failed=failed)
        return self._said

    def put_analyses(self, found: Mapping[int, dict[str, Analysis]], news: Collection[int] | None = None) -> None:
        """Store what analyzers said of photos, in place of what they said before, and settle them anew.

        `news`: those of them of which something else is said now, see `photos_with_news`; by default all. What must not
        be kept was taken out before, when the vectors were stored: see Facets.screen.
        """
        self._said = dict(found)
        self._store(news)

    def _store(self, news: Collection[int] | None = None, failed: set[int] | None = None) -> None:
        failed = self._failing() if failed is None else failed
        self._db.executemany(
            "INSERT INTO analysis (photo_id, analyzer, version, facts, failed, again, unopened)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (photo_id, analyzer) DO UPDATE SET version = excluded.version, failed = excluded.failed,"
            " unopened = excluded.unopened,"
            # What was known holds until it can be asked again.
            " again = excluded.again, facts = iif(excluded.failed IS NULL OR excluded.again IS NULL, excluded.facts,"
            " facts)",
            [
                (photo_id, name, a.version, a.facts, a.failed, a.again, a.unopened)
                for photo_id, analyses in self._said.items()
                for name, a in analyses.items()
            ],
        )
        if changed := failed ^ self._failing():
            self._w.touch(changed)
            self._w.note_removal()  # those that are left out now leave /Review/Unreadable
        self._w.facets.absorb(
            self._w,
            {
                id_: {n: a for n, a in said.items() if not a.is_passing}
                for id_, said in self._said.items()
                if news is None or id_ in news
            },
        )
        settler = Settler(self._w)
        hidden = self._hidden(self._new)
        settler.settle_new(
            {
                photo_id: (
                    [analysis.facts for _, analysis in sorted(self._said[photo_id].items())],
                    readable and photo_id not in hidden,
                )
                for photo_id, readable in self._new.items()
            }
        )
        old = (photo_id for photo_id in self._said if photo_id not in self._new)
        settler.settle(old if news is None else (photo_id for photo_id in old if photo_id in news))

    def _failing(self) -> set[int]:
        """Return the photos that an analyzer could not look at, for whatever reason but its own: mostly none."""
        return {row[0] for row in self._db.execute(f"SELECT photo_id FROM analysis WHERE again = 0 UNION {UNOPENED}")}

    def _hidden(self, photo_ids: Iterable[int]) -> set[int]:
        """Return those of these photos that are hidden."""
        query = "SELECT photo_id FROM hidden WHERE photo_id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.execute(query, (json.dumps(list(photo_ids)),))}

    def _leave(self, group: GroupFound) -> bool:
        """Leave a group as it is if a file that cannot be read now was read before, or is not there; tell whether.

        Others need not wait for a file that never could be read, unless nothing is new since the last try.
        """
        files = [*group.troubles, *(probe.id for probe in group.probes)]
        rows = self._db.execute(
            "SELECT id, photo_id, fingerprint, trouble FROM original WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(files),),
        ).fetchall()
        before = {row[0]: row[1:] for row in rows}
        now = {probe.id: (probe.fingerprint, group.troubles.get(probe.id)) for probe in group.probes}
        was_read = any(before[id_][1] or id_ not in now for id_ in group.troubles)
        if not was_read and any(before[id_][1:] != state for id_, state in now.items()):
            return False
        for id_, (photo_id, _, trouble) in before.items():
            new = group.troubles.get(id_)
            self._db.execute("UPDATE original SET probed = 1, trouble = ? WHERE id = ?", (new, id_))
            if new != trouble and photo_id is not None:
                self._w.touch([photo_id])
        return True

    def _put_group(self, group: GroupFound) -> None:
        ids = [probe.id for probe in group.probes]
        before = {
            row[0]: row[1:]
            for row in self._db.execute(
                "SELECT id, photo_id, kind, fingerprint, file, dir_id, name, trouble FROM original"
                f" WHERE id IN ({','.join('?' * len(ids))})",
                ids,
            )
        }
        taken = {row[0] for id_, row in before.items() if id_ not in group.backups}
        group.photos += [
            PhotoFound(probe.id, probe.kind)
            for probe in group.probes
            if probe.id in group.backups and self._is_kept(before[probe.id], taken)
        ]
        changed = {p.id for p in group.probes if (before[p.id][2], before[p.id][1]) != (p.fingerprint, p.kind)}
        known = {row[0] for row in before.values() if row[0] is not None}
        claimed = self._of_others(known, ids)
        prints = {probe.id: probe.fingerprint for probe in group.probes}
        places: dict[int, tuple[int, str]] = {}
        spelled: dict[int, str] = {}
        for found in group.photos:
            members = [("main", found.main), *found.companions]
            photo_id = self._same([i for _, id_ in members if (i := before[id_][0]) is not None and i not in claimed])
            is_new = photo_id is None
            photo_id = self._put_photo(photo_id, found)
            claimed.add(photo_id)
            places |= {id_: (photo_id, role) for role, id_ in members}
            listed = [
                (role, i, os.fsdecode(before[i][3]), before[i][5]) for role, i in members if role not in _UNLISTED
            ]
            had = promised(self._db, found.main, prints[found.main]) if is_new and self._promising else None
            spelled |= self._name(photo_id, listed, is_new=is_new, had=had)
            if is_new:
                is_hidden = hide_backup(self._db, photo_id, *before[found.main][3:5])
                self._new[photo_id] = not found.unreadable and not is_hidden
            self._note(photo_id, found, is_new=is_new, is_rewritten=found.main in changed and not is_new)
        for probe in group.probes:
            name = spelled.get(probe.id, before[probe.id][5])
            photo_id, role = places.get(probe.id, (None, "backup" if probe.id in group.backups else None))
            self._db.execute(
                "UPDATE original SET probed = 1, kind = ?, format = ?, mime = ?, fingerprint = ?, ending = ?,"
                " small = ?, tv = ?, film = ?, inside_at = ?, inside = ?,"
                " photo_id = ?, role = ?, name = ?, name_fold = ?, href = ?, xml = ?, trouble = ?,"
                " seq = iif(?, ?, seq) WHERE id = ?",
                (probe.kind, probe.format, probe.mime, probe.fingerprint, probe.ending,
                 probe.small, probe.tv, probe.film, *probe.inside, photo_id, role, *_name_columns(name),
                 group.troubles.get(probe.id), probe.id in changed, self._w.seq, probe.id),
            )  # fmt: skip
            if before[probe.id][6] and probe.id not in group.troubles:
                self._w.note_removal()  # it leaves /Review/Unreadable
            if probe.id in changed and before[probe.id][2] is not None:
                touch(self._w, [before[probe.id][4]])
        for photo_id in known - claimed:
            self._w.note_removal()
            self._db.execute(
                "UPDATE photo SET seq = ?, shown = 0, unreadable = NULL WHERE id = ? AND NOT EXISTS"
                " (SELECT 1 FROM original WHERE photo_id = photo.id AND gone IS NULL)",
                (self._w.seq, photo_id),
            )

    def _is_kept(self, before: Sequence[Any], taken: set[int | None]) -> bool:
        photo_id, _, fingerprint, file, dir_id, *_ = before
        return is_kept(self._db, photo_id, file, dir_id, taken=taken, is_new=fingerprint is None)

    def _note(self, photo_id: int, found: PhotoFound, *, is_new: bool, is_rewritten: bool) -> None:
        """Remember what is to be stored of a photo at the end of the batch, which may meet it twice."""
        if not is_new:
            self._new.pop(photo_id, None)
        if is_rewritten:
            self._rewritten.add(photo_id)
            self._said.pop(photo_id, None)
        self._said[photo_id] = {**self._said.get(photo_id, {}), **found.analyses}

    def _of_others(self, photo_ids: set[int], ids: Sequence[int]) -> set[int]:
        """Return those of these photos whose main original is not among `ids`: who leaves it, leaves the photo."""
        if not photo_ids:
            return set()
        rows = self._db.execute(
            "SELECT p.id FROM photo p JOIN original o ON o.id = p.main_id AND o.photo_id = p.id AND o.gone IS NULL"
            f" WHERE p.id IN ({','.join('?' * len(photo_ids))}) AND o.id NOT IN ({','.join('?' * len(ids))})",
            (*photo_ids, *ids),
        )
        return {row[0] for row in rows}

    def _same(self, known: Sequence[int]) -> int | None:
        """Return which photo files are that were these: the main file's, or that of which something was said."""
        if len(set(known)) < 2:
            return next(iter(known), None)
        return next((photo_id for photo_id in dict.fromkeys(known) if is_said_of(self._db, photo_id)), known[0])

    def _put_photo(self, photo_id: int | None, found: PhotoFound) -> int:
        if photo_id is None:
            row = self._db.execute(
                "INSERT INTO photo (main_id, kind, added, unreadable, shown, seq) VALUES (?, ?, ?, ?, 0, ?)"
                " RETURNING id",
                (found.main, found.kind, time.time(), found.unreadable, self._w.seq),
            ).fetchone()
            return int(row[0])
        unreadable = self._db.execute("SELECT unreadable FROM photo WHERE id = ?", (photo_id,)).fetchone()[0]
        if unreadable and not found.unreadable:
            self._w.note_removal()  # it leaves /Review/Unreadable
        self._db.execute(
            "UPDATE photo SET main_id = ?, kind = ?, unreadable = ?, seq = ? WHERE id = ?",
            (found.main, found.kind, found.unreadable, self._w.seq, photo_id),
        )
        return photo_id

    def _name(
        self, photo_id: int, members: list[tuple[str, int, str, str | None]], *, is_new: bool, had: str | None = None
    ) -> dict[int, str]:
        """Return display names for the members (role, id, name on disk, display name) that have none; main is first.

        `had`: what the photo was called in a catalog that was lost.
        """
        todo = [member for member in members if member[3] is None]
        if not todo:
            return {}
        if not is_new:
            row = self._db.execute(
                "SELECT name FROM original WHERE photo_id = ? AND name IS NOT NULL ORDER BY role <> 'main' LIMIT 1",
                (photo_id,),
            ).fetchone()
            if row:
                stem = names.split_ending(row[0])[0]
                named = {}
                for role, id_, file, _ in todo:
                    named[id_] = self._free(_member_name(stem, role, file))
                    self._keep(photo_id, stem, [named[id_]], grouped=True)
                return named
        base, _ = names.split_ending(names.portable(members[0][2]))
        grouped = len(members) > 1
        numbered = (base if number == 1 else f"{base} ({number})" for number in chain((1,), self._likely_numbers(base)))
        for stem in numbered if had is None else chain((names.split_ending(had)[0],), numbered):
            wanted = {id_: _member_name(stem, role, file) for role, id_, file, _ in members}
            folds = [names.fold(name) for name in wanted.values()]
            clash = self._db.execute(
                f"SELECT 1 FROM name WHERE fold IN ({','.join('?' * len(folds))})"
                " UNION ALL SELECT 1 FROM name WHERE stem = ? AND (grouped OR ?) LIMIT 1",
                (*folds, names.fold(stem), grouped),
            ).fetchone()
            if not clash:
                self._keep(photo_id, base, list(wanted.values()), grouped=grouped)
                return wanted
        raise AssertionError("numbers do not end")

    def _likely_numbers(self, base: str) -> Iterator[int]:
        """Give the numbers to try after a name that is taken, from where free ones most likely begin."""
        query = "SELECT count(DISTINCT photo_id) FROM name WHERE base = ?"
        return count_from(max(2, self._db.execute(query, (names.fold(base),)).fetchone()[0]))

    def _free(self, wanted: str) -> str:
        taken = "SELECT 1 FROM name WHERE fold = ?"
        return names.free(wanted, lambda fold: self._db.execute(taken, (fold,)).fetchone())

    def _keep(self, photo_id: int, base: str, wanted: list[str], *, grouped: bool) -> None:
        self._db.executemany(
            "INSERT INTO name (fold, stem, base, photo_id, grouped) VALUES (?, ?, ?, ?, ?)",
            [
                (names.fold(name), names.fold(names.split_ending(name)[0]), names.fold(base), photo_id, grouped)
                for name in wanted
            ],
        )


def photos_with_news(db: sqlite3.Connection, found: Mapping[int, Mapping[str, Analysis]]) -> set[int]:
    """Return those photos of which analyzers say something else than before, so that folders may show them otherwise.

    Most of what is looked for, such as words in pictures, most photos do not have: to note that costs no listing.
    """
    rows = db.execute(
        "SELECT photo_id, analyzer, facts FROM analysis WHERE failed IS NULL AND again IS NULL"
        " AND photo_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(found)),),
    )
    before = {(photo_id, analyzer): facts for photo_id, analyzer, facts in rows}
    return {
        photo_id
        for photo_id, analyses in found.items()
        for name, one in analyses.items()
        if one.failed is not None
        or one.again is not None
        or one.embeddings
        or one.kept is not None
        or one.small_copies
        or one.facts != before.get((photo_id, name), NOTHING)
    }


def _due(db: sqlite3.Connection, groups: Sequence[Seen]) -> set[Seen]:
    """Return what there is to be seen by now in the places of these groups."""
    rows = db.execute(
        "SELECT o.dir_id, o.stem, o.id, o.file, o.mtime_ns FROM json_each(?) g CROSS JOIN original o"
        " ON o.dir_id = json_extract(g.value, '$[0]') AND o.stem = json_extract(g.value, '$[1]')"
        " WHERE o.probed = 0 AND o.gone IS NULL",
        (json.dumps(sorted({(group.dir_id, group.stem) for group in groups})),),
    )
    now: dict[tuple[int, str], set[tuple[int, bytes, int]]] = {}
    for dir_id, stem, id_, file, mtime_ns in rows:
        now.setdefault((dir_id, stem), set()).add((id_, file, mtime_ns))
    return {Seen(*place, frozenset(files)) for place, files in now.items()}


def stale_originals(db: sqlite3.Connection, seen: Mapping[int, int]) -> set[int]:
    """Return those of these originals that are gone, or whose files have another time than was seen."""
    query = "SELECT id, mtime_ns FROM original WHERE id IN (SELECT value FROM json_each(?)) AND gone IS NULL"
    now = dict(db.execute(query, (json.dumps(list(seen)),)))
    return {id_ for id_, mtime_ns in seen.items() if now.get(id_) != mtime_ns}


def name_anew(w: Writer, original_ids: Sequence[int], *, is_final: bool = False) -> None:
    """Give photos whose files were just renamed new display names, if those they had were never meant to stay.

    They were not if they are no names of pictures; `is_final`: or since the files were sent a moment ago.
    """
    rows = w.db.execute(
        "SELECT p.id, o.name, o.file FROM original o JOIN photo p ON p.id = o.photo_id AND p.main_id = o.id"
        f" WHERE o.name IS NOT NULL AND o.id IN ({','.join('?' * len(original_ids))})",
        list(original_ids),
    ).fetchall()
    for photo_id, name, file in rows:
        wanted = names.portable(os.fsdecode(file))
        is_half = not claims_media(name) and claims_media(wanted)
        if wanted == name or not (is_half or is_final):
            continue
        members: list[tuple[str, int, str, str | None]] = [
            (role, id_, os.fsdecode(its_file), None)
            for role, id_, its_file in w.db.execute(
                "SELECT role, id, file FROM original WHERE photo_id = ? AND name IS NOT NULL AND gone IS NULL"
                " ORDER BY role <> 'main', id",
                (photo_id,),
            ).fetchall()
        ]
        w.db.execute("DELETE FROM name WHERE photo_id = ?", (photo_id,))
        spelled = PhotoStore(w)._name(photo_id, members, is_new=True)
        w.db.executemany(
            "UPDATE original SET name = ?, name_fold = ?, href = ?, xml = ?, seq = ? WHERE id = ?",
            [(*_name_columns(name), w.seq, id_) for id_, name in spelled.items()],
        )
        settle(w, [photo_id])
        w.touch([photo_id])


def _member_name(stem: str, role: str, file: str) -> str:
    ending = names.split_ending(names.portable(file))[1]
    return f"{stem} (edited){ending}" if role == "edit" else stem + ending


def _name_columns(name: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    return (None, None, None, None) if name is None else (name, names.fold(name), names.href(name), names.xml(name))
