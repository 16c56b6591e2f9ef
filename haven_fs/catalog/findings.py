"""What looking into files found, as workers hand it to the catalog, and the facts a photo's columns keep."""

import json
from dataclasses import dataclass, field

FACTS = frozenset(
    {
        "taken",  # wall-clock time where the photo was taken, seconds since 1970-01-01T00:00 of that clock
        "taken_offset",  # minutes that clock was ahead of UTC; None if not known
        "taken_source",  # where the time came from: one of haven_time.taken.SOURCES, or "owner"
        "width",  # pixels as stored, before the orientation is applied
        "height",
        "orientation",  # EXIF's 1 to 8; None if the file does not say
        "duration",  # seconds of a video
        "make",
        "model",
        "lens",
        "rating",  # 0 to 5
        "caption",
        "latitude",  # WGS 84 degrees, north positive
        "longitude",  # degrees, east positive
        "altitude",  # metres above the sea
    }
)
"""Names of the single-valued facts that the catalog keeps as columns of a photo. Others are refused."""

TEXT_FACTS = frozenset({"taken_source", "make", "model", "lens", "caption"})
"""Those that are text; the others are numbers."""

GUESSED = (None, "folder", "file")
"""`taken_source` of a time that is none, or a guess: nothing that anybody said or a camera wrote."""

Scalar = str | int | float | None
"""What a fact may be."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Membership of a photo in one value of a facet, such as place 2988507 "Paris" in country FR.

    `key` is the value's stable id within its facet (a GeoNames id, a country code, a colour word); `name` is what
    people read and becomes a folder name; `parent` is the key of the value above it, if there is one.
    """

    facet: str
    key: str
    name: str
    parent: str | None = None


@dataclass(slots=True)
class Probe:
    """What one file is by its content. `small`, `tv`: bytes of its renditions; see haven_fs.renditions.sizes.

    `film`: of a video that is shown as another one, how that is laid out; see haven_fs.renditions.films. `inside`:
    where a film begins that is inside a photo, and its bytes.
    """

    id: int
    kind: str
    format: str
    mime: str
    fingerprint: bytes
    ending: bytes = b""
    small: int = 0
    tv: int = 0
    film: str | None = None
    inside: tuple[int, int] = (0, 0)


NOTHING = '{"values": {}}'
"""The facts of a photo of which an analyzer has found nothing, as the catalog stores them."""


@dataclass(slots=True)
class Analysis:
    """What one analyzer said of one photo: `facts` as the catalog stores them (JSON), or why it `failed`.

    `again`: when to ask again, seconds since the epoch; 0 at the next walk, since it failed for a reason that is not
    the photo's, and what was known before holds so long. `unopened`: it failed since nobody can open the picture.
    `embeddings` are the name of a space and a vector each; they are kept apart, in haven_fs.vectors. `kept` is for the
    facet of the analyzer's plugin to keep; None if there is nothing, or no more, as when a facet makes up for what it
    missed. `small_copies` are small JPEGs of the picture, if it made any, by what they are in haven_fs.renditions.
    """

    version: int
    facts: str = "{}"
    failed: str | None = None
    again: float | None = None
    unopened: bool = False
    embeddings: list[tuple[str, bytes]] = field(default_factory=list)
    kept: bytes | None = None
    small_copies: dict[str, bytes] = field(default_factory=dict)

    def notes(self) -> dict[str, list[str]]:
        """Return the texts that it has for facets, by name."""
        if '"notes": ' not in self.facts:
            return {}
        found: dict[str, list[str]] = json.loads(self.facts).get("notes", {})
        return found

    @property
    def is_passing(self) -> bool:
        """Whether it failed for a reason that is not the photo's."""
        return self.failed is not None and self.again is not None


@dataclass(slots=True)
class PhotoFound:
    """One photo of a group: ids of its main original and of its companions by role."""

    main: int
    kind: str
    companions: list[tuple[str, int]] = field(default_factory=list)
    unreadable: str | None = None
    analyses: dict[str, Analysis] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A group of files when it was given out to be looked into: each file's id, name and modification time."""

    dir_id: int
    stem: str
    files: frozenset[tuple[int, bytes, int]]


@dataclass(slots=True)
class GroupFound:
    """What a group of files turned out to be.

    `backups`: those that are backups of others of the group, and so no photos.
    `troubles`: why files could not be read just now, by their ids; one of them that has no probe is not there.
    `seen`: what was to be looked into: if a file of the group has changed, come, gone or got another name since, all of
    this is of yesterday. None: it cannot be.
    """

    probes: list[Probe] = field(default_factory=list)
    photos: list[PhotoFound] = field(default_factory=list)
    backups: set[int] = field(default_factory=set)
    troubles: dict[int, str] = field(default_factory=dict)
    seen: Seen | None = None
