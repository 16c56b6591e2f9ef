"""Which files of a folder are one photo: a picture with its live video, RAW twin, edit, sidecars and thumbnail.

Names say which files may belong together (haven_fs.library.stems). Counters start again and people copy, so what the
files themselves say has the last word: Apple's identifier of a Live Photo first, else when they were taken and how long
a film is; a name alone counts only if nothing speaks against it. The headers of a group are read together, so all of
this costs no look into a file. When in doubt there are two photos rather than one: a companion is listed beside its
photo but has no place of its own in any smart folder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from haven_fs.library.backups import is_backup
from haven_fs.library.exif import CONTENT
from haven_fs.library.folding import fold
from haven_fs.library.googlenotes import fits
from haven_fs.library.headers import Metadata
from haven_fs.library.kinds import Kind, claims_media, ending
from haven_fs.library.moment import Moment, moment_of
from haven_fs.library.stems import MEDIA_ENDINGS, THUMBNAILS, Named, read_name

Role = Literal["live", "raw", "edit", "sidecar", "thumbnail"]

LONGEST_LIVE = 6.0
"""Seconds. Apple records 3, Samsung and Google up to about 5; a longer video is a video somebody took."""
NEAR = 5
"""Seconds that a film may begin or end before or after its picture, and clocks of one shot may be apart."""

LONG_AGO = 86400.0
"""Seconds: files that came to be so far apart are not of one shot, if nothing better is known."""

_LIVE_FORMATS = ("mov", "mp4", "m4v", "3gp")
_CONTENT_TAG = "com.apple.quicktime.content.identifier"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a folder, and what it says of itself as far as that is known.

    `duration`: seconds of a video. `moment`: when it was taken. `content`: Apple's identifier of a Live Photo.
    `maker`: of the camera, in lower case. `changed`: when the file was last changed, in seconds since 1970.
    """

    name: str
    kind: Kind
    duration: float | None = None
    moment: Moment | None = None
    content: str = ""
    maker: str = ""
    changed: float | None = None

    @classmethod
    def of(cls, name: str, kind: Kind, found: Metadata | None, changed: float | None = None) -> "Member":
        """Return a file as its headers describe it; `found` is None for one that has none."""
        if found is None:
            return cls(name, kind, changed=changed)
        content = found.video.get(_CONTENT_TAG) or found.exif.get(CONTENT) or ""
        make = str(found.exif.get("Image Make") or found.video.get("com.apple.quicktime.make") or "").lower().split()
        return cls(name, kind, found.duration, moment_of(found), str(content).upper(), make[0] if make else "", changed)

    @property
    def named(self) -> Named:
        """What its name says."""
        return read_name(self.name)

    @property
    def is_film(self) -> bool:
        """Whether it is a video."""
        return self.kind.kind == "video"


class Companion(NamedTuple):
    """A file that belongs to a photo, and as what."""

    role: Role
    name: str


@dataclass(slots=True)
class Pairing:
    """One photo: the name of its main file and its companions, sorted by role and name. A role may occur twice."""

    main: str
    companions: list[Companion] = field(default_factory=list)


def pair(members: Iterable[Member]) -> list[Pairing]:
    """Make photos of files of one folder, in the order of their main files' names.

    Gives the same answer for any order of `members`. A file that is not a picture or video is in no photo; nor is a
    sidecar that has none, nor a backup beside the file that it is one of.
    """
    groups: dict[str, list[Member]] = {}
    for member in members:
        if member.kind.kind != "other":
            groups.setdefault(member.named.key, []).append(member)
    photos = [photo for group in groups.values() for part in _parts(group) for photo in _pair_group(part)]
    return sorted(photos, key=lambda photo: photo.main)


def _parts(group: Sequence[Member]) -> list[list[Member]]:
    """Take files apart that share no more than the start of a long name; what describes one goes with that."""
    parts: dict[str, list[Member]] = {}
    for member in group:
        parts.setdefault(member.named.whole, []).append(member)
    if len(parts) == 1:
        return list(parts.values())
    media = [(key, one) for key, part in sorted(parts.items()) for one in part if one.kind.kind != "sidecar"]
    for key in [key for key in parts if all(one != key for one, _ in media)]:
        for member in parts.pop(key):
            ranked = [(fits(member.name, one.name), other) for other, one in media]
            best, owner = max(ranked, key=lambda one: one[0], default=(0, ""))
            if best:
                parts[owner].append(member)
    return list(parts.values())


def spare(members: Sequence[Member]) -> set[str]:
    """Return the names of those files of one folder that are backups of others that are there, and so no photos.

    Only of what is no picture by its ending, such as "a.jpg_original" and "a.jpg~": "a_old.jpg" is what somebody kept.
    """
    media = [m for m in members if m.kind.kind in ("image", "raw", "video")]
    if len(media) < 2:
        return set()
    return {
        m.name
        for m in media
        if not claims_media(m.name)
        and any(claims_media(o.name) and o.is_film == m.is_film and is_backup(m.name, o.name) for o in media)
    }


def _pair_group(group: Sequence[Member]) -> list[Pairing]:
    if len(group) == 1:
        return [] if group[0].kind.kind == "sidecar" else [Pairing(group[0].name)]
    backups = spare(group)
    group = sorted((m for m in group if m.name not in backups), key=lambda member: (fold(member.name), member.name))
    sidecars = [m for m in group if m.kind.kind == "sidecar"]
    media = [m for m in group if m.kind.kind != "sidecar"]
    thumbnails = [m for m in media if ending(m.name) in THUMBNAILS]
    if len(thumbnails) < len(media):
        media = [m for m in media if m not in thumbnails]
    else:  # thumbnails of nothing are all that is left of it
        thumbnails = []

    edits = {m.name: of for m in media if (of := _edited(m, media)) is not None}
    unedited = [m for m in media if m.name not in edits]
    stills = sorted((m for m in unedited if m.kind.kind == "image"), key=_rank)
    raws = {m.name: _twin(m, stills) for m in unedited if m.kind.kind == "raw"}
    looked_at = stills + [m for m in unedited if m.name in raws and raws[m.name] is None]
    films = {m.name: _still(m, sorted(looked_at, key=_rank)) for m in unedited if m.is_film}
    mains = sorted(looked_at + [m for m in unedited if m.is_film and films[m.name] is None], key=_rank)
    if not mains:
        return []

    photos = {main.name: Pairing(main.name) for main in mains}
    whose = dict(photos)
    for role, owners in (("live", films), ("raw", raws)):
        for name, owner in owners.items():
            if owner is not None:
                whose[name] = photos[owner.name]
                whose[name].companions.append(Companion(role, name))  # type: ignore[arg-type]
    for name, original in sorted(edits.items(), key=lambda one: read_name(one[0]).said != "cover"):
        whose[name] = whose[original.name]
        whose[name].companions.append(Companion("edit", name))
    for member in thumbnails:
        video = next((m for m in mains if m.is_film), mains[0])
        whose[member.name] = photos[video.name]
        whose[member.name].companions.append(Companion("thumbnail", member.name))
    for member in sidecars:
        if (owner_of := _described(member, whose, photos[mains[0].name])) is not None:
            owner_of.companions.append(Companion("sidecar", member.name))
    for photo in photos.values():
        photo.companions.sort()
    return list(photos.values())


def _contradicts(one: Member, other: Member, near: float = NEAR) -> bool:
    """Tell whether two files say that they are not of one shot."""
    if one.moment is not None and other.moment is not None:
        return one.moment.apart(other.moment) > near
    return bool(one.maker and other.maker and one.maker != other.maker)


def _came_apart(one: Member, other: Member) -> bool:
    """Tell whether the disk's times speak against one shot, where the files themselves do not say when they are of."""
    if (one.moment is not None and other.moment is not None) or one.changed is None or other.changed is None:
        return False
    return abs(one.changed - other.changed) > LONG_AGO


def _agrees(one: Member, other: Member) -> bool:
    """Tell whether two files say that they are of one shot, to the second."""
    return one.moment is not None and other.moment is not None and one.moment.apart(other.moment) <= 1


def _edited(member: Member, media: Sequence[Member]) -> Member | None:
    """Return the file that `member` was made from, if that is there; the first of several."""
    said = member.named.said
    if said in ("", "original"):
        return None
    if said == "cover":
        originals = [m for m in media if m.named.said == "original" and m.kind.kind == "image"]
        return originals[0] if originals and member.kind.kind == "image" else None
    if said == "edit":
        originals = [m for m in media if m.named.said not in ("edit", "version") and not _contradicts(m, member)]
    else:
        originals = [m for m in media if m.named.said not in ("edit", "version") and _agrees(m, member)]
    if not member.is_film:
        originals = [m for m in originals if not m.is_film]
    return min(
        originals,
        key=lambda m: (
            m.is_film != member.is_film,
            m.name.rpartition(".")[2] != member.name.rpartition(".")[2],
            _rank(m),
        ),
        default=None,
    )


def _twin(raw: Member, stills: Sequence[Member]) -> Member | None:
    """Return the picture that the camera wrote beside a RAW file; the likeliest first."""
    likely = (m for m in stills if m.kind.format in _CAMERA_FORMATS and _shares_name(raw, m))
    return next((m for m in likely if not _contradicts(raw, m)), None)


def _shares_name(one: Member, other: Member) -> bool:
    """Tell whether a name says that a file belongs to this one: a version of a picture is one only by its date."""
    return other.named.said != "version" or one.named.stem == other.named.stem


def _still(film: Member, stills: Sequence[Member]) -> Member | None:
    """Return the picture that a film is the live part of: the one that says so, else that it is named after."""
    if film.content and (same := next((m for m in stills if m.content == film.content), None)):
        return same
    if film.kind.format not in _LIVE_FORMATS or (film.duration is not None and film.duration > LONGEST_LIVE):
        return None
    near = NEAR + (film.duration or 0.0)
    likely = [m for m in stills if _shares_name(film, m) and not (film.content and m.content)]
    fitting = [m for m in likely if not _contradicts(film, m, near) and not _came_apart(film, m)]
    whole = fold(film.name).rpartition(".")[0]  # of X.JPG.MOV
    return min(fitting, key=lambda m: (fold(m.name) != whole, m.moment is None or film.moment is None), default=None)


def _described(sidecar: Member, whose: dict[str, Pairing], best: Pairing) -> Pairing | None:
    """Return the photo that a sidecar is about: of the file that it names, else of that with its stem, else `best`."""
    named = sidecar.name[:-4] if ending(sidecar.name) == "xmp" else ""
    if named in whose:
        return whose[named]
    said = sidecar.named
    if ending(sidecar.name) == "json":
        fitting = max(whose, key=lambda name: (fits(sidecar.name, name), name))
        if fits(sidecar.name, fitting):
            return whose[fitting]
        if len(whose) == 1 and read_name(fitting).said == "edit":
            return best  # all that is left of it
    if said.names:
        return next((photo for name, photo in whose.items() if _whole(name) == said.names), None)
    mains = {photo.main: photo for photo in whose.values()}
    by_stem = (photo for name, photo in mains.items() if read_name(name).stem == said.stem)
    if (found := next(by_stem, None)) is not None:
        # Of several, the likeliest: a stem says no more.
        return best if read_name(best.main).stem == said.stem else found
    found = next((photo for name, photo in whose.items() if read_name(name).stem == said.stem), None)
    return found or (None if read_name(best.main).said == "version" else best)


def _whole(name: str) -> str:
    """Return a file's name as a sidecar spells it."""
    return f"{read_name(name).stem}.{ending(name)}" if ending(name) in MEDIA_ENDINGS else fold(name)


_CAMERA_FORMATS = ("heic", "heif", "avif", "jpeg")
"""What a camera writes beside its RAW, the likelier original first. A TIFF or PNG beside a RAW was made by a person."""


def _rank(member: Member) -> tuple[int, str, str]:
    """Sort the likeliest original of a group to the front."""
    form = member.kind.format
    order = (
        _CAMERA_FORMATS.index(form) if form in _CAMERA_FORMATS else {"raw": 10, "image": 11}.get(member.kind.kind, 12)
    )
    return order, fold(member.name), member.name
