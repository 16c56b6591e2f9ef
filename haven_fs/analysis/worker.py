"""The jobs of a worker process: looking into files, and asking analyzers about photos. They write nothing anywhere.

A worker is made by `start` and then given jobs by `do`. A job opens each original once, read only: the first 64 KiB
serve to tell its type, its fingerprint and, mostly, its metadata.
"""

import json
import logging
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from haven_fs.analysis.analyzer import Analyzer, Embedding, Facts, Metadata, Region, Sample
from haven_fs.analysis.jobs import File, Group, Photo
from haven_fs.catalog.findings import FACTS, TEXT_FACTS, Analysis, GroupFound, PhotoFound, Probe
from haven_fs.catalog.settle import TAG, TAGS
from haven_fs.config import Settings
from haven_fs.library.beside import read_beside
from haven_fs.library.fingerprint import ending_of, fingerprint, read_ends
from haven_fs.library.kinds import UNKNOWN, Kind, claims_media, sniff
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.pair import Member, pair, spare
from haven_fs.library.text import as_text
from haven_fs.library.trouble import ABSENT, in_words, passing
from haven_fs.plugins import Plugins
from haven_fs.processes import be_worker, yield_to_others
from haven_fs.renditions.sizes import TILE, reserve

logger = logging.getLogger(__name__)

_NO_PICTURE = "The name says this is a picture or video, but the content is not."
Analyzers = Mapping[str, Analyzer]
"""Those that a job may ask, by name."""
NICENESS = 10
"""Of a worker that others wait for."""
Job = Callable[[Sequence[Any], Analyzers], Sequence[Any]]
"""Gets items, and returns one result for each."""

_analyzers: dict[str, Analyzer] = {}
"""Those of this process, if it is a worker."""


def start(settings: Settings, plugin_names: Sequence[str], niceness: int) -> None:
    """Make this process a worker: low priority, plugins loaded, noise of libraries turned off."""
    # Not slower than other workers until the plugins are there, which have some seconds for it.
    be_worker(min(niceness, NICENESS))
    _analyzers.clear()
    _analyzers.update(Plugins(only=plugin_names).analyzers(settings))
    if niceness > NICENESS:
        yield_to_others(niceness)


def do(job: Job, items: Sequence[Any]) -> Sequence[Any]:
    """Do a job with the analyzers that this worker was started with."""
    return job(items, _analyzers)


def look_into(groups: Sequence[Group], analyzers: Analyzers) -> list[GroupFound]:
    """Find out what files are, which belong together, and what every metadata analyzer says of each photo."""
    found: list[GroupFound] = []
    samples: list[tuple[PhotoFound, Sample]] = []
    for group in groups:
        result, its_samples = _look_into(group)
        found.append(result)
        samples += its_samples
    for name, analyzer in analyzers.items():
        if analyzer.needs == "metadata":
            for (photo, _), analysis in zip(samples, _ask(analyzer, [s for _, s in samples]), strict=True):
                photo.analyses[name] = analysis
    return found


def analyze(photos: Sequence[Photo], analyzers: Analyzers) -> list[tuple[int, dict[str, Analysis]]]:
    """Ask the analyzers that are due about photos that are known already."""
    answers: dict[int, dict[str, Analysis]] = {photo.id: {} for photo in photos}
    samples: list[tuple[Photo, Sample]] = []
    partial: set[int] = set()
    """Photos of which a companion cannot be read now, so that what its metadata says is missing."""
    for photo in photos:
        try:
            sample, is_whole = _sample_again(photo, analyzers)
            samples.append((photo, sample))
            if not is_whole:
                partial.add(photo.id)
        except (Unreadable, OSError) as error:
            main = next(file.path for role, file in photo.files if role == "main")
            for name in photo.due & analyzers.keys():
                answers[photo.id][name] = _failed(analyzers[name], error, str(error), main, doubtful=True)
    for name, analyzer in analyzers.items():
        due = [(photo, sample) for photo, sample in samples if name in photo.due]
        if due:
            for (photo, _), analysis in zip(due, _ask(analyzer, [s for _, s in due]), strict=True):
                answers[photo.id][name] = analysis
                if photo.id in partial and analyzer.needs == "metadata":
                    analysis.again = 0.0
    return list(answers.items())


def _look_into(group: Group) -> tuple[GroupFound, list[tuple[PhotoFound, Sample]]]:
    found = GroupFound(seen=group.seen)
    by_name: dict[str, tuple[File, Kind]] = {}
    metadata: dict[str, Metadata] = {}
    problems: dict[str, str] = {}
    for file in group.files:
        path = file.path
        kind, head, print_, ending, size = UNKNOWN, b"", b"", b"", 0
        try:
            kind, head, print_, ending, size = _open(path)
            if kind.kind in ("image", "raw", "video"):
                metadata[path.name] = read_metadata(path, kind, head)
            elif claims_media(path.name):
                raise Unreadable(_NO_PICTURE if head else "The file is empty.")
        except (Unreadable, OSError) as error:
            trouble = passing(error, path)
            if trouble is None:
                problems[path.name] = as_text(str(error))
            else:
                found.troubles[file.id] = as_text(in_words(trouble))
                if trouble.errno in ABSENT:
                    continue
                kind, print_ = UNKNOWN, b""
                # What is no picture by its name is nothing that anybody misses among photos.
                problems[path.name] = found.troubles[file.id] if claims_media(path.name) else ""
        by_name[path.name] = (file, kind)
        reserved = _reserved(path, kind, size, metadata, problems)
        inside = metadata[path.name].film if path.name in metadata else None
        probe = Probe(file.id, kind.kind, kind.format, kind.mime, print_, ending, *reserved, inside or (0, 0))
        found.probes.append(probe)
    if len(found.probes) < len(group.files):
        return found, []  # together they decide which are one photo, and one is not there
    members = [
        Member.of(name, kind, metadata.get(name), file.mtime_ns / 1e9)
        for name, (file, kind) in by_name.items()
        if name not in problems
    ]
    samples = []
    for pairing in pair(members):
        file, kind = by_name[pairing.main]
        companions: list[tuple[str, int]] = [(role, by_name[name][0].id) for role, name in pairing.companions]
        photo = PhotoFound(file.id, kind.kind, companions)
        found.photos.append(photo)
        named = [(role, by_name[name][0].path) for role, name in pairing.companions]
        formats = {name: kind.format for name, (_, kind) in by_name.items()}
        own = {name: one.wrote for name, (one, _) in by_name.items() if one.wrote}
        samples.append((photo, _sample(file, metadata[pairing.main], named, metadata, formats, own, group.notes)))
    backups = spare([Member(name, kind) for name, (_, kind) in by_name.items()])
    found.backups = {by_name[name][0].id for name in backups}
    unreadable = ((by_name[name][0].id, why) for name, why in problems.items() if why and name not in backups)
    found.photos += [PhotoFound(id_, "other", unreadable=reason) for id_, reason in unreadable]
    return found, samples


def _open(path: Path) -> tuple[Kind, bytes, bytes, bytes, int]:
    """Return a file's kind, first bytes, fingerprint, what stands for its last bytes, and its size. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head, tail = read_ends(file, size)
        return sniff(head, path.name), head, fingerprint(file, size, (head, tail)), ending_of(tail, size), size


def _reserved(
    path: Path, kind: Kind, size: int, metadata: Mapping[str, Metadata], problems: Mapping[str, str]
) -> tuple[int, int, str | None]:
    """Return how many bytes a file has in /Small and in /TV, and the plan of a film; see haven_fs.renditions."""
    found = metadata.get(path.name)
    if found is None:
        return (TILE, 0, None) if problems.get(path.name) else (0, 0, None)
    reserved = reserve(kind.kind, kind.format, size, found.width, found.height)
    if kind.kind == "video":
        from haven_fs.renditions.films import is_plain, plan

        try:
            if not is_plain(path, kind.format):
                film = plan(path, kind.format)
                return reserved.small, film.length, film.dumps()
        except (Unreadable, OSError) as error:
            logger.debug("%s is shown as it is: %s", path, error)
    return reserved.small, reserved.tv, None


def _sample(
    file: File,
    main: Metadata,
    companions: Sequence[tuple[str, Path]],
    known: Mapping[str, Metadata],
    formats: Mapping[str, str],
    own: Mapping[str, str],
    notes: Sequence[tuple[Path, str]],
) -> Sample:
    """Put together what analyzers see. `known`: metadata of files by name, `formats`: of sidecars their formats.

    `own`: what this catalog had Haven write into sidecars, see read_beside. `notes`: what describes the folder.
    """
    sidecars = [(path, formats.get(path.name, "")) for role, path in companions if role == "sidecar"]
    sidecars += notes
    main.beside = read_beside(file.path.name, sidecars, main.problems, own)
    return Sample(
        file.path,
        file.mtime_ns / 1e9,
        main,
        frozenset(role for role, _ in companions),
        {role: known[path.name] for role, path in companions if path.name in known},
    )


def _sample_again(photo: Photo, analyzers: Analyzers) -> tuple[Sample, bool]:
    """Return what analyzers see of a photo that is known, and whether all of its files could be read."""
    file = next(file for role, file in photo.files if role == "main")
    companions = [(role, other.path) for role, other in photo.files if role != "main"]
    kind, head, *_ = _open(file.path)
    main = read_metadata(file.path, kind, head)
    known: dict[str, Metadata] = {}
    formats: dict[str, str] = {}
    readable: list[tuple[str, Path]] = []
    for role, path in companions:
        try:
            its_kind, its_head, *_ = _open(path)
            formats[path.name] = its_kind.format
            if role != "sidecar":
                known[path.name] = read_metadata(path, its_kind, its_head)
            readable.append((role, path))
        except Unreadable:
            readable.append((role, path))
        except OSError:
            logger.debug("companion %s cannot be read", path, exc_info=True)
    own = {one.path.name: one.wrote for _, one in photo.files if one.wrote}
    sample = _sample(file, main, readable, known, formats, own, photo.notes)
    if any(analyzers[name].needs == "picture" for name in photo.due if name in analyzers):
        from haven_fs.library.picture import open_frames

        sample.frames = open_frames(file.path, kind)
        sample.picture = sample.frames[0]
    return sample, len(readable) == len(companions)


def _failed(analyzer: Analyzer, error: BaseException, words: str, path: Path, *, doubtful: bool = False) -> Analysis:
    """Return what is stored of a photo that an analyzer could not look at, or failed on."""
    trouble = passing(error, path, doubtful=doubtful)
    if trouble is None:
        return Analysis(analyzer.version, failed=as_text(words), unopened=isinstance(error, Unreadable))
    return Analysis(analyzer.version, failed=as_text(in_words(trouble)), again=0.0)


def _ask(analyzer: Analyzer, samples: Sequence[Sample]) -> list[Analysis]:
    """Ask one analyzer about a batch; if it fails, about each photo alone, to find the one it fails on."""
    try:
        answers = list(analyzer.analyze(samples))
        if len(answers) != len(samples):
            raise ValueError(f"{len(answers)} answers for {len(samples)} photos")
        return [
            Analysis(
                analyzer.version,
                _stored(facts),
                again=_moment(facts.again_after),
                embeddings=_embeddings(facts),
                kept=None if facts.kept is None else bytes(facts.kept),
                small_copies=dict(facts.small_copies),
            )
            for facts in answers
        ]
    except (Exception, SystemExit) as error:
        if len(samples) <= 1:
            failed = [_failed(analyzer, error, f"{type(error).__name__}: {error}", one.path) for one in samples]
            level = logging.WARNING if any(one.again is None for one in failed) else logging.DEBUG  # a disk's fault
            logger.log(level, "Analyzer %s failed on %s", analyzer.name, [s.path for s in samples], exc_info=True)
            return failed
        return [_ask(analyzer, [sample])[0] for sample in samples]


def _stored(facts: Facts) -> str:
    """Return facts as the catalog stores them. Raises if they are not what the contract says."""
    unknown = facts.values.keys() - FACTS
    if unknown:
        raise ValueError(f"there is no fact {', '.join(sorted(unknown))}")
    values = {name: value for name, value in facts.values.items() if value is not None}
    for name, value in values.items():
        _check_value(name, value)
    tags = [(tag.facet, tag.key, tag.name, tag.parent) for tag in facts.tags if tag.name.strip()]
    for tag in tags:
        if not all(isinstance(part, str) or (part is None and part is tag[3]) for part in tag):
            raise TypeError(f"{tag} is not made of text")
    stored: dict[str, object] = {"values": values}
    if tags:
        stored["tags"] = tags
    if facts.regions:
        stored["regions"] = [_region(region, facts.embeddings) for region in facts.regions]
    if facts.words:
        stored["words"] = _lines(facts.words)
    if facts.notes:
        stored["notes"] = {str(name): list(texts) for name, texts in facts.notes.items()}
    if facts.instead:
        if wrong := [one for one in facts.instead if one not in FACTS and not one.startswith((TAG, TAGS))]:
            raise ValueError(f"there is no fact {', '.join(wrong)}")
        stored["instead"] = dict(facts.instead)
    if facts.problems:
        stored["problems"] = [str(problem) for problem in facts.problems]
    return as_text(json.dumps(stored, ensure_ascii=False, allow_nan=False))


def _region(region: Region, embeddings: Sequence[Embedding]) -> dict[str, object]:
    """Return a region as the catalog stores it. Raises if it is not what the contract says."""
    box = None if region.box is None else [round(float(side), 5) for side in region.box]
    if box is not None and not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
        raise ValueError(f"a region with the box {region.box}")
    if region.part is not None and not 0 <= region.part < len(embeddings):
        raise ValueError(f"a region with the embedding {region.part} of {len(embeddings)}")
    if region.part is not None and len({embedding.space for embedding in embeddings}) > 1:
        raise ValueError("regions with embeddings of several spaces")
    return {
        "kind": str(region.kind),
        "box": box,
        "frame": int(region.frame),
        "space": None if region.part is None else embeddings[region.part].space,
        "part": region.part,
        "name": region.name,
        "details": dict(region.details),
    }


def _lines(words: Sequence[str]) -> list[str]:
    """Return lines as the catalog stores them. Raises if they are not text."""
    if isinstance(words, str) or not all(isinstance(line, str) for line in words):
        raise TypeError(f"{words!r} is not a list of lines")
    return [line for line in words if line.strip()]


def _embeddings(facts: Facts) -> list[tuple[str, bytes]]:
    """Return a photo's vectors. Raises if they are not what the contract says."""
    for embedding in facts.embeddings:
        if not embedding.space or not embedding.data or len(embedding.data) % 2:
            raise ValueError(f"an embedding of {len(embedding.data)} bytes in the space {embedding.space!r}")
    return [(embedding.space, bytes(embedding.data)) for embedding in facts.embeddings]


def _moment(seconds: float | None) -> float | None:
    """Return when to ask again. Raises if it is not what the contract says."""
    if seconds is None or math.isfinite(seconds):
        return None if seconds is None else max(float(seconds), 1.0)
    raise ValueError(f"again_after is {seconds}")


def _check_value(name: str, value: object) -> None:
    """Raise if the catalog could not keep `value` as the fact `name`."""
    if name in TEXT_FACTS:
        if not isinstance(value, str):
            raise TypeError(f"{name} is {value!r}, not text")
    elif not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}, not a number")
    elif not abs(value) < 1 << 63:  # NaN is not less than anything
        raise ValueError(f"{name} is {value}")
