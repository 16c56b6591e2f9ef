"""What models can be had: for what, from where, how large, under which licence, how good.

Figures of quality are published ones (text to image recall at 1 on COCO, in percent), and left out where none is known
to us. Sizes are near enough to decide by; what is fetched is measured before it is asked for. No revision or checksum
is pinned yet: the first fetch trusts what the host says of its files, and everything is checked against that, then
and later (see `hub`). An entry may pin a revision or checksums, which then count instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Task = Literal["clip", "faces"]
TASKS: tuple[Task, ...] = ("clip", "faces")
TIERS = ("fast", "default", "quality")
LICENCE_UNKNOWN = "Haven does not know its licence: look it up where the model is published before you use it."


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its SPDX name, whether commercial use is allowed (None: not known), and a sentence about it."""

    spdx: str
    commercial: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is published: a repository of the model hub, its revision, and checksums that are known.

    `files`: which files to take under which names; empty for all that the layout of CLIP models needs.
    """

    repository: str
    revision: str = "main"
    files: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that can be had. `export`: what `haven models export` makes it from, if nobody publishes it ready."""

    name: str
    task: Task
    languages: str
    licence: Licence
    note: str
    source: Source | None = None
    export: str | None = None
    tier: str | None = None
    about_bytes: int | None = None
    coco_recall: float | None = None
    same: float | None = None
    embedders: tuple[str, ...] = ()


_FREE = "Free for any use, commercial too; who passes it on passes its notice on."
_MIT = Licence("MIT", True, _FREE)
_APACHE = Licence("Apache-2.0", True, _FREE)
_CC_NC = Licence("CC-BY-NC-4.0", False, "NOT for commercial use: private use is fine, making money with it is not.")
_APPLE = Licence("LicenseRef-apple-amlr", False, "For RESEARCH only, says Apple; neither commercial use nor a product.")
_INSIGHTFACE = Licence(
    "LicenseRef-insightface-non-commercial",
    False,
    "For NON-COMMERCIAL research only, say its makers; they sell licences for everything else.",
)
_INSIGHTFACE_FILES = {"detection/model.onnx": "detection.onnx", "recognition/model.onnx": "recognition.onnx"}

ENTRIES = (
    Entry(
        "ViT-B-32__laion2b-s34b-b79k",
        "clip",
        "English",
        _MIT,
        "Small and quick, for slow computers and English searches.",
        Source("immich-app/ViT-B-32__laion2b-s34b-b79k"),
        tier="fast",
        about_bytes=606_000_000,
        coco_recall=39.3,
    ),
    Entry(
        "ViT-B-32-SigLIP2-256__webli",
        "clip",
        "many languages",
        _APACHE,
        "Suits most: finds more than the fast one, in many languages, with little more computing for a picture.",
        Source("immich-app/ViT-B-32-SigLIP2-256__webli"),
        tier="default",
        about_bytes=1_510_000_000,
        coco_recall=47.2,
    ),
    Entry(
        "ViT-B-16-SigLIP2__webli",
        "clip",
        "many languages",
        _APACHE,
        "Finds more still, and computes about three times as much for a picture.",
        Source("immich-app/ViT-B-16-SigLIP2__webli"),
        tier="quality",
        about_bytes=1_500_000_000,
        coco_recall=52.1,
    ),
    Entry(
        "nllb-clip-base-siglip__v1",
        "clip",
        "201 languages, of which Haven asks in English",
        _CC_NC,
        "Knows rare languages; its text half is large.",
        Source("immich-app/nllb-clip-base-siglip__v1"),
    ),
    Entry(
        "MobileCLIP2-S2__dfndr2b",
        "clip",
        "English",
        _APPLE,
        "Made for phones: quick for how much it finds.",
        export="MobileCLIP2-S2/dfndr2b",
    ),
    Entry(
        "buffalo_l",
        "faces",
        "",
        _INSIGHTFACE,
        "The usual large pack of InsightFace: finds faces and tells people apart.",
        Source("immich-app/buffalo_l", files=_INSIGHTFACE_FILES),
        tier="quality",
        about_bytes=191_000_000,
    ),
    Entry(
        "buffalo_s",
        "faces",
        "",
        _INSIGHTFACE,
        "The small pack of InsightFace, for slow computers.",
        Source("immich-app/buffalo_s", files=_INSIGHTFACE_FILES),
        tier="fast",
        about_bytes=16_000_000,
    ),
    Entry(
        "yunet-mobileface",
        "faces",
        "",
        Licence("MIT AND Apache-2.0", True, _FREE),
        "YuNet and a small face recogniser in InsightFace's layout. Nobody publishes the two together: add a folder of"
        " them with `haven models add faces DIR`.",
        tier="default",
        about_bytes=4_000_000,
    ),
)


def find_entry(wanted: str, task: Task = "clip") -> Entry | None:
    """Return the entry of that name, or the one of that tier for the task; None if there is none."""
    for entry in ENTRIES:
        if entry.name.casefold() == wanted.casefold():
            return entry
    return next((entry for entry in ENTRIES if entry.task == task and entry.tier == wanted), None)


def entry_for_repository(repository: str) -> Entry:
    """Return an entry for a model nobody told us of, published as OWNER/NAME in the layout of CLIP models."""
    unknown = Licence("unknown", None, LICENCE_UNKNOWN)
    return Entry(repository.partition("/")[2], "clip", "not known", unknown, "", Source(repository))
