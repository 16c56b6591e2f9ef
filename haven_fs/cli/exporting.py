"""How one photo's sidecars become what they are to be: read, changed in memory, and put in their places."""

from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.catalog.exported import BESIDE
from haven_fs.catalog.libraries import Library
from haven_fs.cli.sidecars import KnownPhoto, put_sidecar
from haven_fs.library.beneath import Beneath
from haven_fs.library.headers import Metadata
from haven_fs.library.kinds import ending
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.personnames import clean_name, listed_people
from haven_fs.library.placed import NotEditable
from haven_fs.library.regions import REGIONS
from haven_fs.library.rights import users_umask
from haven_fs.library.trouble import ABSENT, DENIED
from haven_fs.library.xmp import LONGEST_PACKET, parse_xmp
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_texts import Wrote, digest, taken_out, with_texts
from haven_fs.library.xmp_write import with_keywords, with_people


@dataclass(slots=True)
class Outcome:
    """What was done: sidecars written, those that said it already, and what was left out, with reasons.

    `elsewhere`: photos in read-only libraries. `failed`: how many files the disk is to blame for; `why`: the number of
    the last such error. `unnoted`: what was written could not be noted.
    """

    elsewhere: int = 0
    written: int = 0
    unchanged: int = 0
    failed: int = 0
    why: int | None = None
    unnoted: bool = False
    skipped: list[tuple[Path, str]] = field(default_factory=list)

    def skip(self, path: Path, reason: str, error: Exception | None = None) -> None:
        """Note a file that was left alone, and why."""
        self.skipped.append((path, reason))
        # Not a file that is gone, a link, or rights that are missing.
        if isinstance(error, OSError) and error.errno not in ABSENT | DENIED:
            self.failed += 1
            self.why = error.errno


@dataclass(slots=True)
class Edit:
    """A sidecar that is to be another: what is there, None for nothing, what is to be, and what Haven wrote of that."""

    photo: KnownPhoto
    target: Beneath
    below: str
    before: bytes | None
    after: bytes
    wrote: Wrote


class Exporter:
    """Works out what sidecars are to be, and puts them there.

    `folder`: of a mirror, None for beside the photos. `heard`: the names of the sources that could say what they know.
    """

    def __init__(self, folder: Path | None, heard: set[str], outcome: Outcome) -> None:
        self.place = BESIDE if folder is None else str(folder)
        self._folder = folder
        self._heard = heard
        self._outcome = outcome

    def targets(self, photo: KnownPhoto, library: Library) -> list[tuple[Beneath, Beneath]]:
        """Return the sidecars of a photo: where each is to be, and where it would be beside the photo."""
        return [
            (Beneath(self._folder, f"{library.name}/{beside.below}") if self._folder else beside, beside)
            for beside in _sidecars(photo, photo.path(library.root))
        ]

    def edit(self, photo: KnownPhoto, target: Beneath, beside: Beneath, wrote: Wrote) -> Edit | None:
        """Return what a sidecar is to be; None if it says that already, or why not is in the outcome.

        `wrote`: what Haven wrote into it before.
        """
        notes = photo.notes
        base = next((found for found in (target, beside) if found.exists()), None)
        where: Path = base or target
        try:
            before = _read(base) if base else EMPTY
            wrote = wrote if base == target else Wrote(sources=wrote.sources)
            where = photo.path(beside.top)
            after, now = self._said(photo, where, before, wrote)
        except NotEditable as reason:
            self._outcome.skip(base or target, f"skipped, because {reason}.")
            return None
        except (Unreadable, OSError) as error:
            self._outcome.skip(where, str(error), error)
            return None
        if after == EMPTY and base is None:
            return None
        says = bool(notes.named or any(notes.items.values()) or any(isinstance(t, str) for t in notes.texts.values()))
        if after == before and (base == target or not says):
            self._outcome.unchanged += 1
            if now == wrote or base != target:
                return None
        return Edit(photo, target, beside.below, before if base == target else None, after, now)

    def _said(self, photo: KnownPhoto, path: Path, before: bytes, wrote: Wrote) -> tuple[bytes, Wrote]:
        notes = photo.notes
        takes_back = self._heard.issuperset(wrote.sources)
        if takes_back and wrote.took and digest(before) == wrote.left:
            # Nobody changed it since, so it is as before with what is to be said now.
            before, wrote = wrote.before, Wrote(sources=wrote.sources)
        named = {_key(name) for person in notes.named if (name := clean_name(person.name))}
        unnamed = set(map(digest, notes.unnamed))
        unsaid = (set(wrote.people) if takes_back else set()) - named
        after = before
        if back := named.intersection(wrote.took):
            after = with_keywords(after, taken_out(parse_xmp(wrote.before, []), sorted(back), _key))
        if named or unnamed or unsaid:
            metadata = read_metadata(path, photo.kind) if named else Metadata("image", "jpeg")
            after = with_people(after, notes.named, metadata, unnamed | unsaid, key=_key)
        after, now = with_texts(after, notes.texts, notes.items, notes.gone, wrote, takes_back=takes_back)
        there = set(map(_key, _names_in(before)))
        took = {*wrote.took, *(there.difference(wrote.people))}.difference(map(_key, _names_in(after)))
        now.take(took, wrote.before if wrote.took else before, after)
        ours = {name for name in named if name in wrote.people or name not in there.union(wrote.took)}
        now.people = sorted(ours if takes_back else ours.union(wrote.people))
        if not now.is_nothing:
            now.sources = sorted(self._heard if takes_back else wrote.sources)
        return after, now

    def put(self, edit: Edit) -> None:
        """Have a sidecar be what it is to be; one that says nothing goes."""
        if edit.after == edit.before:
            return
        try:
            if self._folder:
                with users_umask():
                    self._folder.mkdir(parents=True, exist_ok=True)
            if edit.after == EMPTY and edit.before is not None:
                edit.target.unlink()
            else:
                put_sidecar(edit.target, edit.after, edit.before)
            self._outcome.written += 1
        except NotEditable as reason:
            self._outcome.skip(edit.target, f"skipped, because {reason}.")
        except OSError as error:
            self._outcome.skip(edit.target, f"could not be written: {error.strerror}.", error)


def packet_for(photo: KnownPhoto, path: Beneath) -> bytes | None:
    """Return what a sidecar of a photo's file at `path` is to say, with all that the one there says; None if nothing.

    Raises NotEditable, Unreadable and OSError.
    """
    exporter = Exporter(None, set(), Outcome())
    beside = _sidecars(photo, path)[-1]
    before = _read(beside) if beside.exists() else EMPTY
    after, _ = exporter._said(photo, path, before, Wrote())
    return None if after == EMPTY else after


def _sidecars(photo: KnownPhoto, path: Beneath) -> list[Beneath]:
    """Return the sidecars a photo has, and the one it is to have if none is of its main file."""
    own = path.with_name(f"{path.name}.xmp")
    there = {path.with_name(name) for name in photo.sidecars if ending(name) == "xmp"} | {own}
    there = {sidecar for sidecar in there if sidecar.exists()}
    if not there & {own, path.with_suffix(".xmp"), path.with_suffix(".XMP")}:
        there.add(own)
    return sorted(there)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LONGEST_PACKET + 1)
    if len(data) > LONGEST_PACKET:
        raise NotEditable("it is too long")
    return data


def _names_in(packet: bytes) -> set[str]:
    """Return the people that a packet names."""
    values = parse_xmp(packet, [])
    return {area.name for area in values.get(REGIONS, ()) if area.name}.union(listed_people(values))


def _key(name: str) -> str:
    """Return a digest of what a name of a file and one of the catalog, which is always portable, have in common."""
    return digest(names.fold(names.portable(name)))
