"""A model fetched into the store: planned, then fetched file by file, checked, tried, and only then there.

A plan says what will come and how large it is, so that it can be shown before anything is fetched. For a model that is
here already it holds the files that are damaged, at the commit they came from, and their known checksums.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haven_fs import UserError
from haven_models import hub, layout
from haven_models.checks import check_model
from haven_models.download import disk_full, fetch
from haven_models.manifest import FileRecord, Manifest, damaged, read_manifest, sha256_of, write_manifest
from haven_models.registry import Entry, Source
from haven_models.store import DEMO, ModelStore

SPARE = 200 << 20
"""Bytes that are left free on the disk."""
_HOST_SAYS = {True: "the host's SHA-256", False: "the host's git id"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: as the host has it, the name it gets, and the SHA-256 it must have if that is known."""

    file: hub.RemoteFile
    name: str
    sha256: str | None
    checked: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be fetched for a model to be whole; nothing if it is. `mends`: it is here, but damaged."""

    entry: Entry
    snapshot: hub.Snapshot | None
    files: tuple[Wanted, ...]
    mends: Manifest | None = None

    @property
    def bytes(self) -> int:
        """Bytes to fetch in all."""
        return sum(wanted.file.size for wanted in self.files)


def plan_pull(store: ModelStore, entry: Entry) -> Plan:
    """Ask the host, or look at what is here, and return what is to be done. Raises UserError."""
    source = entry.source
    if source is None:
        how = f"make it with `haven models export {entry.export}`" if entry.export else entry.note
        raise UserError(f"{entry.name} is not published in a form Haven can read: {how}")
    place = store.place(entry.task, entry.name)
    if place.exists():
        return _plan_mending(place, entry)
    snapshot = hub.look_up(source.repository, source.revision)
    return Plan(entry, snapshot, tuple(_wanted(snapshot, entry, source)))


def _wanted(snapshot: hub.Snapshot, entry: Entry, source: Source) -> list[Wanted]:
    """Return the files of a repository that the model consists of. Raises UserError if one is missing."""
    remote = {file.path: file for file in snapshot.files}
    names = dict(source.files) or {path: path for path in remote if layout.belongs(path)}
    missing = [path for path in (source.files or layout.NEEDED) if path not in remote]
    if missing:
        raise UserError(
            f"{source.repository} at {snapshot.host} is not a model Haven can read: it lacks {', '.join(missing)}."
        )
    wanted = []
    for path, name in sorted(names.items()):
        pinned = source.sha256.get(path)
        checked = "a pinned SHA-256" if pinned else _HOST_SAYS[remote[path].sha256 is not None]
        wanted.append(Wanted(remote[path], name, pinned or remote[path].sha256, checked))
    return wanted


def _plan_mending(place: Path, entry: Entry) -> Plan:
    manifest = read_manifest(place)
    if manifest is None or not manifest.revision:
        raise UserError(
            f"There is already a model called {entry.name} that Haven did not fetch. Remove it first:"
            f" haven models remove {entry.name}"
        )
    broken = damaged(place, manifest)
    files = []
    for name in broken:
        record = manifest.files[name]
        remote = hub.RemoteFile(manifest.names.get(name, name), record.size, record.sha256)
        files.append(Wanted(remote, name, record.sha256, record.checked))
    snapshot = hub.Snapshot(hub.model_host(), manifest.origin, manifest.revision, ()) if files else None
    return Plan(entry, snapshot, tuple(files), manifest)


def pull(store: ModelStore, plan: Plan, progress: Callable[[int], object] = lambda count: None) -> Path:
    """Do what is planned and return the model's folder. Raises UserError; what came is kept for the next time.

    `progress` is told of bytes as they come. A new model is chosen for its task if none is, or only the demo's.
    """
    entry, task = plan.entry, plan.entry.task
    place, draft = store.place(task, entry.name), store.draft(task, entry.name)
    if plan.snapshot is None:
        return place
    with store.locked():
        if place.exists() and plan.mends is None:
            raise UserError(f"The model {entry.name} has been installed in the meantime. Nothing was changed.")
        _make_room(draft, plan)
        try:
            records = {one.name: _fetch_checked(plan.snapshot, one, draft / one.name, progress) for one in plan.files}
            if plan.mends is None:
                _finish(store, plan, plan.snapshot, records)
            else:
                for name in records:
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    (draft / name).replace(place / name)
                shutil.rmtree(draft, ignore_errors=True)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise UserError(f"The model cannot be written to {place}: {error.strerror}.") from error
    if plan.mends is not None:
        check_model(task, place)
    elif (active := store.active(task)) is None or active.name == DEMO:
        store.use(entry.name)
    return place


def _finish(store: ModelStore, plan: Plan, snapshot: hub.Snapshot, records: dict[str, FileRecord]) -> None:
    """Try the model that lies in the draft, say what it is, and put it in its place."""
    entry = plan.entry
    draft = store.draft(entry.task, entry.name)
    for path in draft.rglob("*"):
        if path.is_file() and path.relative_to(draft).as_posix() not in records:
            path.unlink()  # of a fetch that broke off, when the repository had other files
    try:
        check_model(entry.task, draft)
    except UserError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    manifest = Manifest(
        snapshot.repository,
        entry.licence.spdx,
        records,
        entry.licence.commercial,
        snapshot.host,
        snapshot.commit,
        {one.name: one.file.path for one in plan.files if one.name != one.file.path},
    )
    write_manifest(draft, manifest)
    store.settle(entry.task, entry.name)


def _fetch_checked(snapshot: hub.Snapshot, wanted: Wanted, path: Path, progress: Callable[[int], object]) -> FileRecord:
    """Fetch a file and check it; a wrong one is fetched once more from its start. Raises UserError."""
    if path.exists():
        progress(path.stat().st_size)
    for _ in range(2):
        fetch(snapshot, wanted.file, path, progress)
        size, found = path.stat().st_size, sha256_of(path)
        if size == wanted.file.size and _is_right(wanted, path, found):
            return FileRecord(size, found, wanted.checked)
        path.unlink()
        progress(-size)
    raise UserError(
        f"{wanted.file.path} of {snapshot.repository} was downloaded twice and does not match {wanted.checked}. It has"
        " been deleted. Try again later; if it happens again, do not use this model."
    )


def _is_right(wanted: Wanted, path: Path, sha256: str) -> bool:
    if wanted.sha256 is not None:
        return sha256 == wanted.sha256.lower()
    return wanted.file.git_id is not None and hub.git_id_of(path) == wanted.file.git_id


def _make_room(draft: Path, plan: Plan) -> None:
    """Raise UserError if the disk cannot take what is still to come."""
    draft.mkdir(parents=True, exist_ok=True)
    there = sum(path.stat().st_size for path in draft.rglob("*") if path.is_file())
    if shutil.disk_usage(draft).free < plan.bytes - there + SPARE:
        raise disk_full(draft)
