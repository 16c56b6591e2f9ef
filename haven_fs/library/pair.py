"""Which files of a folder are one photo: a picture with its live video, RAW twin, edit, sidecars and thumbnail.

Cameras and phones say that files belong together by giving them one stem: IMG_1234.HEIC, IMG_1234.MOV, IMG_E1234.JPG,
IMG_1234.AAE. `stem_key` names the group, `pair` makes photos of it. When in doubt there are two photos rather than
one: a companion is listed beside its photo but has no place of its own in any smart folder.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from haven_fs.library.folding import fold
from haven_fs.library.kinds import IMAGE_ENDINGS, RAW_ENDINGS, VIDEO_ENDINGS, Kind, ending

Role = Literal["live", "raw", "edit", "sidecar", "thumbnail"]

LONGEST_LIVE = 6.0
"""Seconds. Apple records 3, Samsung and Google up to about 5; a longer video is a video somebody took."""

_SIDECARS = {"xmp", "aae"}
_THUMBNAILS = {"thm", "lrv", "lrf"}  # a JPEG (Canon, GoPro) or a small video (GoPro, DJI) that stands for a video
_KNOWN_ENDINGS = IMAGE_ENDINGS | RAW_ENDINGS | VIDEO_ENDINGS | _SIDECARS | _THUMBNAILS | {"mp"}  # .MP: Google's motion

# Apple: IMG_E1234 is the edited IMG_1234, IMG_O1234.AAE its older record.
_APPLE_EDIT = re.compile(r"(img_)[eo](\d{4,})(?!\d)")
# Google: .RAW-01.COVER beside .RAW-02.ORIGINAL, .PORTRAIT-01.COVER, .MP (motion photo), .RAW-01.MP.COVER
_GOOGLE_TAIL = re.compile(r"\.[a-z_]+-\d{2}(?:\.mp)?\.(?P<part>cover|original)$|\.mp$")
# iCloud downloaders name the video of IMG_1234.HEIC IMG_1234_HEVC.MOV.
_HEVC_TAIL = re.compile(r"_hevc$")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a folder. `duration`: seconds of a video, None if it is not known or there is none."""

    name: str
    kind: Kind
    duration: float | None = None


class Companion(NamedTuple):
    """A file that belongs to a photo, and as what."""

    role: Role
    name: str


@dataclass(slots=True)
class Pairing:
    """One photo: the name of its main file and its companions, sorted by role and name. A role may occur twice."""

    main: str
    companions: list[Companion] = field(default_factory=list)


def stem_key(name: str) -> str:
    """Return the key of the group that file `name` is in; files of one folder with one key go to `pair` together."""
    stem = fold(name)
    if ending(stem) == "xmp":  # both IMG_1234.xmp and IMG_1234.jpg.xmp are in use
        stem = stem[:-4]
    tail = ending(stem)
    if tail in _KNOWN_ENDINGS:
        stem = stem[: -len(tail) - 1]
    if tail in {"mov", "mp4"}:
        stem = _HEVC_TAIL.sub("", stem)
    return _APPLE_EDIT.sub(r"\1\2", _GOOGLE_TAIL.sub("", stem), count=1)


def pair(members: Iterable[Member]) -> list[Pairing]:
    """Make photos of files of one folder, in the order of their main files' names.

    Gives the same answer for any order of `members`. A file that is not a picture or video is in no photo; nor is a
    sidecar that has none.
    """
    groups: dict[str, list[Member]] = {}
    for member in members:
        if member.kind.kind != "other":
            groups.setdefault(stem_key(member.name), []).append(member)
    photos = [photo for group in groups.values() for photo in _pair_group(group)]
    return sorted(photos, key=lambda photo: photo.main)


def _pair_group(group: Sequence[Member]) -> list[Pairing]:
    if len(group) == 1:
        return [] if group[0].kind.kind == "sidecar" else [Pairing(group[0].name)]
    group = sorted(group, key=lambda member: (fold(member.name), member.name))
    sidecars = [m for m in group if m.kind.kind == "sidecar"]
    media = [m for m in group if m.kind.kind != "sidecar"]
    thumbnails = [m for m in media if ending(m.name) in _THUMBNAILS]
    if len(thumbnails) < len(media):
        media = [m for m in media if m not in thumbnails]
    else:  # thumbnails of nothing are all that is left of it
        thumbnails = []

    edits = [m for m in media if _is_edit(m, media)]
    unedited = [m for m in media if m not in edits]
    stills = [m for m in unedited if m.kind.kind == "image"]
    raws = [m for m in unedited if m.kind.kind == "raw"]
    videos = [m for m in unedited if m.kind.kind == "video"]
    developed = any(m.kind.format in _CAMERA_FORMATS for m in stills)
    mains = stills if developed else stills + raws
    live = [m for m in videos if mains and (m.duration is None or m.duration <= LONGEST_LIVE)]
    mains = sorted(mains + [m for m in videos if m not in live], key=_rank)
    if not mains:
        return []

    photos = {main.name: Pairing(main.name) for main in mains}
    best = photos[mains[0].name]
    best.companions += [Companion("live", m.name) for m in live]
    best.companions += [Companion("raw", m.name) for m in raws if m.name not in photos]
    for member in edits:
        best_of_kind = next((m for m in mains if (m.kind.kind == "video") == (member.kind.kind == "video")), mains[0])
        photos[best_of_kind.name].companions.append(Companion("edit", member.name))
    for member in thumbnails:
        video = next((m for m in mains if m.kind.kind == "video"), mains[0])
        photos[video.name].companions.append(Companion("thumbnail", member.name))
    exact = photos | {c.name: photo for photo in photos.values() for c in photo.companions}
    folded = {fold(name): photo for name, photo in exact.items()}
    for member in sidecars:
        named = member.name[:-4] if ending(member.name) == "xmp" else ""
        owner = exact.get(named) or folded.get(fold(named)) if ending(named) in _KNOWN_ENDINGS else best
        if owner:
            owner.companions.append(Companion("sidecar", member.name))
    for photo in photos.values():
        photo.companions.sort()
    return list(photos.values())


_CAMERA_FORMATS = ("heic", "heif", "avif", "jpeg")
"""What a camera writes beside its RAW, the likelier original first. A TIFF or PNG beside a RAW was made by a person."""


def _rank(member: Member) -> tuple[int, str, str]:
    """Sort the likeliest original of a group to the front."""
    form = member.kind.format
    order = (
        _CAMERA_FORMATS.index(form) if form in _CAMERA_FORMATS else {"raw": 10, "image": 11}.get(member.kind.kind, 12)
    )
    return order, fold(member.name), member.name


def _is_edit(member: Member, media: Sequence[Member]) -> bool:
    """Tell whether the camera made `member` from another file of its group that is there too."""
    still = member.kind.kind != "video"
    if _APPLE_EDIT.match(fold(member.name)):
        originals = [m for m in media if not _APPLE_EDIT.match(fold(m.name))]
        return any(m.kind.kind != "video" or not still for m in originals)
    if still and _google_part(member.name) == "cover":
        return any(_google_part(m.name) == "original" and m.kind.kind == "image" for m in media)
    return False


def _google_part(name: str) -> str | None:
    found = _GOOGLE_TAIL.search(fold(name).rpartition(".")[0])
    return found["part"] if found else None
