"""The types an analyzer plugin speaks: it gets samples of photos and gives back facts.

An analyzer is a pure function on a batch. It runs in a worker process, never touches the catalog, and may be run
again at any time on the same photo. These types are pickled between processes, so they hold plain values only.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from haven_fs.catalog.findings import FACTS, Scalar, Tag
from haven_fs.library.headers import Metadata

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["FACTS", "Analyzer", "Embedding", "Facts", "Metadata", "Region", "Sample", "Scalar", "Tag"]


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector that stands for a picture, or for a part of one, in a space where near means alike.

    `space` names the space and whatever made it, such as "clip:demo-1a2b3c4d": vectors of two spaces are never
    compared. `data` is a unit vector as little-endian float16; all of a space have the same length.
    """

    space: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, such as a face.

    `kind`: what it is, "face". `box`: left, top, right, bottom, as shares of the upright picture's width and height;
    None if it is only known to be somewhere in it. `frame`: which of the sample's frames it is in. `part`: which of the
    same Facts' embeddings stands for it. `name`: whose face it is, if a file says so. `details`: numbers that only the
    plugin itself reads.
    """

    kind: str
    box: tuple[float, float, float, float] | None
    frame: int = 0
    part: int | None = None
    name: str | None = None
    details: Mapping[str, float | list[float]] = field(default_factory=dict)


@dataclass(slots=True)
class Facts:
    """What one analyzer found out about one photo.

    `values`: names of FACTS to numbers or strings. `tags`: the facet values it belongs to. `regions`: what is where in
    it. `embeddings`: vectors, of one space several if the photo has several parts, such as the frames of a video.
    `words`: what stands written in the picture, or is said in the video, line by line: for searches by words.
    `problems`: a sentence for each thing in the file that was dropped as nonsense, for the owner to read.
    `again_after`: the moment, in seconds since the epoch, from which the same file would be judged otherwise, such as
    that of a date which was dropped because it is in the future; None if time changes nothing. `kept`: bytes for the
    plugin's own facet, which finds them in `absorb` and keeps them where it likes; the core does not. `small_copies`:
    small JPEGs to show the photo by, which Haven's own analyzer makes. `notes`: texts under names, for facets to make
    rows of in `absorb`; unlike what is `kept` they stay with the analysis. `instead`: facts that outrank all that
    analyzers and facets find, and that only the owner outranks; as `say` takes them.
    """

    values: dict[str, Scalar] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    embeddings: list[Embedding] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    again_after: float | None = None
    kept: bytes | None = None
    small_copies: Mapping[str, bytes] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Sample:
    """One photo as an analyzer sees it.

    `path`: the main original on disk, to be read only. `mtime`: its modification time, seconds since the epoch UTC.
    `roles`: what companions the photo has ("live", "raw", "edit", "sidecar"). `companions`: metadata of those that
    have any, by role. `metadata`: always there. `picture`: an RGB image, upright, its longer side at most about
    1,280 pixels, only for analyzers whose `needs` is "picture". `frames`: all there is to look at, `picture` first:
    several of a video, else one.
    """

    path: Path
    mtime: float
    metadata: Metadata
    roles: frozenset[str] = frozenset()
    companions: Mapping[str, Metadata] = field(default_factory=dict)
    picture: "Image.Image | None" = None
    frames: "Sequence[Image.Image]" = ()

    @property
    def folders(self) -> tuple[str, ...]:
        """The names of the folders that the main original lies in, from the library's own folder down."""
        parent = self.path.parent
        below: str | None = getattr(parent, "below", None)
        if below is None:  # a plain path, as tests have them
            return parent.parts[1:] if parent.is_absolute() else parent.parts
        library: Path = getattr(parent, "top")  # noqa: B009  # of a Beneath, which no type here depends on
        return (library.name, *(below.split("/") if below else ()))


@runtime_checkable
class Analyzer(Protocol):
    """A plugin's function from photos to facts; a class derived from this one has the defaults.

    `name` is unique; raising `version` makes every photo due again for this analyzer alone. `needs` says what it
    must be given: "metadata" runs in the first pass over the headers, "picture" when the photo is decoded.
    """

    name: str
    version: int
    needs: Literal["metadata", "picture"]
    light: bool = False
    """Whether it needs metadata only and takes no memory to speak of: then it is asked at once about an upload."""
    space: str | None = None
    """Where it embeds photos, if it does: its name, a colon and the model's id, as "clip:demo-1a2b3c4d"."""
    indexed: bool = False
    """Whether an index of nearest neighbours is kept over its space in large libraries."""
    at_leisure: bool = False
    """Whether it is asked only while nothing else is due, by one process of very low priority, since it is slow."""

    @abstractmethod
    def analyze(self, batch: Sequence[Sample]) -> Sequence[Facts]:
        """Return one Facts for each sample, in order. An exception marks the batch's photos, not the run."""
        ...
