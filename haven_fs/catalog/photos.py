"""Photos: which originals belong to which, and the display names they keep for good."""

import os
import time
from collections.abc import Sequence
from itertools import chain
from itertools import count as count_from

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.disk import touch
from haven_fs.catalog.findings import Analysis, GroupFound, PhotoFound
from haven_fs.catalog.settle import settle

_UNLISTED = ("sidecar", "thumbnail")


def put_groups(w: Writer, groups: Sequence[GroupFound]) -> None:
    """Store what groups of files turned out to be: kinds, photos, names, facts."""
    photo_ids: list[int] = []
    for group in groups:
        photo_ids += _put_group(w, group)
    settle(w, photo_ids)


def put_analyses(w: Writer, photo_id: int, analyses: dict[str, Analysis]) -> None:
    """Store what analyzers said of a photo, in place of what they said before. `settle` must follow."""
    w.db.executemany(
        "INSERT OR REPLACE INTO analysis (photo_id, analyzer, version, facts, failed) VALUES (?, ?, ?, ?, ?)",
        [(photo_id, name, a.version, a.facts, a.failed) for name, a in analyses.items()],
    )


def _put_group(w: Writer, group: GroupFound) -> list[int]:
    ids = [probe.id for probe in group.probes]
    marks = ",".join("?" * len(ids))
    before = {
        row[0]: row[1:]
        for row in w.db.execute(
            f"SELECT id, photo_id, kind, fingerprint, file, dir_id FROM original WHERE id IN ({marks})", ids
        )
    }
    for probe in group.probes:
        _, kind, fingerprint, _, dir_id = before[probe.id]
        if fingerprint == probe.fingerprint and kind == probe.kind:
            w.db.execute("UPDATE original SET probed = 1 WHERE id = ?", (probe.id,))
        else:
            w.db.execute(
                "UPDATE original SET probed = 1, kind = ?, format = ?, mime = ?, fingerprint = ?, seq = ? WHERE id = ?",
                (probe.kind, probe.format, probe.mime, probe.fingerprint, w.seq, probe.id),
            )
            if fingerprint is not None:
                touch(w, [dir_id])
    fresh = {probe.id for probe in group.probes if before[probe.id][2] != probe.fingerprint}
    former = {row[0] for row in before.values() if row[0] is not None}
    claimed: list[int] = []
    w.db.execute(f"UPDATE original SET photo_id = NULL, role = NULL WHERE id IN ({marks})", ids)
    for found in group.photos:
        members = [("main", found.main), *found.companions]
        old = [before[id_][0] for _, id_ in members]
        photo_id = next((i for i in old if i is not None and i not in claimed), None)
        photo_id = _put_photo(w, photo_id, found)
        claimed.append(photo_id)
        w.db.executemany("UPDATE original SET photo_id = ?, role = ? WHERE id = ?", [(photo_id, role, i) for role, i in members])
        _name(w, photo_id, [(role, i, os.fsdecode(before[i][3])) for role, i in members if role not in _UNLISTED])
        if found.main in fresh:
            # Other bytes: what any analyzer said was of another picture.
            w.db.execute("DELETE FROM analysis WHERE photo_id = ?", (photo_id,))
        put_analyses(w, photo_id, found.analyses)
    left = former.difference(claimed)
    for photo_id in left:
        w.note_removal()
        w.db.execute(
            "UPDATE photo SET seq = ?, shown = 0 WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM original WHERE photo_id = photo.id AND gone IS NULL)",
            (w.seq, photo_id),
        )
    return claimed


def _put_photo(w: Writer, photo_id: int | None, found: PhotoFound) -> int:
    if photo_id is None:
        row = w.db.execute(
            "INSERT INTO photo (main_id, kind, added, unreadable, shown, seq) VALUES (?, ?, ?, ?, 0, ?) RETURNING id",
            (found.main, found.kind, time.time(), found.unreadable, w.seq),
        ).fetchone()
        return int(row[0])
    w.db.execute(
        "UPDATE photo SET main_id = ?, kind = ?, unreadable = ?, seq = ? WHERE id = ?",
        (found.main, found.kind, found.unreadable, w.seq, photo_id),
    )
    return photo_id


def _name(w: Writer, photo_id: int, members: list[tuple[str, int, str]]) -> None:
    """Give display names to the members (role, id, name on disk) that have none yet; the first is the main one."""
    named = dict(w.db.execute("SELECT id, name FROM original WHERE photo_id = ? AND name IS NOT NULL", (photo_id,)))
    todo = [member for member in members if member[1] not in named]
    if not todo:
        return
    if named:
        main_name = named.get(members[0][1]) or next(iter(named.values()))
        stem = names.split_ending(main_name)[0]
        for role, id_, file in todo:
            _keep(w, photo_id, stem, [(id_, _free(w, _member_name(stem, role, file)))], grouped=True)
        return
    base, _ = names.split_ending(names.portable(members[0][2]))
    grouped = len(members) > 1
    count = w.db.execute("SELECT count(DISTINCT photo_id) FROM name WHERE base = ?", (names.fold(base),)).fetchone()[0]
    # With none of that name the plain one is free; else the count is where free numbers most likely begin.
    for number in chain((1,), count_from(max(2, count))):
        stem = base if number == 1 else f"{base} ({number})"
        wanted = [(id_, _member_name(stem, role, file)) for role, id_, file in members]
        folds = [names.fold(name) for _, name in wanted]
        clash = w.db.execute(
            f"SELECT 1 FROM name WHERE fold IN ({','.join('?' * len(folds))}) OR (stem = ? AND (grouped OR ?)) LIMIT 1",
            (*folds, names.fold(stem), grouped),
        ).fetchone()
        if not clash:
            _keep(w, photo_id, base, wanted, grouped=grouped)
            return


def _member_name(stem: str, role: str, file: str) -> str:
    ending = names.split_ending(names.portable(file))[1]
    return f"{stem} (edited){ending}" if role == "edit" else stem + ending


def _free(w: Writer, wanted: str) -> str:
    stem, ending = names.split_ending(wanted)
    name, number = wanted, 1
    while w.db.execute("SELECT 1 FROM name WHERE fold = ?", (names.fold(name),)).fetchone():
        number += 1
        name = f"{stem} ({number}){ending}"
    return name


def _keep(w: Writer, photo_id: int, base: str, wanted: list[tuple[int, str]], *, grouped: bool) -> None:
    for id_, name in wanted:
        folded = names.fold(name)
        w.db.execute(
            "INSERT INTO name (fold, stem, base, photo_id, grouped) VALUES (?, ?, ?, ?, ?)",
            (folded, names.fold(names.split_ending(name)[0]), names.fold(base), photo_id, grouped),
        )
        w.db.execute(
            "UPDATE original SET name = ?, name_fold = ?, href = ?, xml = ? WHERE id = ?",
            (name, folded, names.href(name), names.xml(name), id_),
        )
