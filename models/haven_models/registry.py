"""What models can be had: for what, from where, how large, under which licence.

How good they are is in `recall`, language by language. Licences are those of the weights, which are often others than
those of the code around them, and of all files of a pack. Sizes are near enough to decide by; what is fetched is
measured before it is asked for. Where no checksum is pinned, the first fetch trusts what the host says of its files,
and everything is checked against that, then and later (see `hub`). An entry may pin a revision or checksums, which then
count instead.

Of packs for faces the cosine similarity `same` belongs to the embedder: from it on two good faces are one person's.
InsightFace's embedders: 0.45 to 0.5 is what photo programs join faces from, the lower end since Haven asks several
faces. SFace: 0.363, which OpenCV publishes with it. MobileFace: measured on ten people; one in 1,000 pairs of different
people reaches 0.38, nine of ten pairs of one person 0.50, and both halves of the people say the same. AuraFace: none is
published, so what the other embedders of its kind have.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

Task = Literal["clip", "faces"]
TASKS: tuple[Task, ...] = ("clip", "faces")
TIERS = ("fast", "default", "quality")
UNKNOWN = "unknown"
"""The name of a licence that nobody told us of."""
LICENCE_UNKNOWN = "Haven does not know its licence. Look it up where the model is published before you use it."


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
    """A model that can be had. `export`: what `haven models export` makes it from, if nobody publishes it ready.

    Of packs for faces, `same`: the cosine similarity from which two good faces are one person's; `embedders`: SHA-256
    of files that tell faces apart as this pack does, by which a pack of another name is known. `raw`: the embedder
    takes colours as they are, 0 to 255, whatever its graph looks like. `judge`: a file in `judges`, what
    `haven people calibrate` measured of the pack.
    """

    name: str
    task: Task
    languages: str
    licence: Licence
    note: str
    source: Source | None = None
    export: str | None = None
    tier: str | None = None
    about_bytes: int | None = None
    same: float | None = None
    embedders: tuple[str, ...] = ()
    raw: bool = False
    judge: str | None = None


_FREE = "Free for any use, including commercial; if you pass it on, include its notice."
_MIT = Licence("MIT", True, _FREE)
_APACHE = Licence("Apache-2.0", True, _FREE)
_CC_NC = Licence("CC-BY-NC-4.0", False, "NOT for commercial use: private use is fine, earning money with it is not.")
_APPLE = Licence("LicenseRef-apple-amlr", False, "For RESEARCH only, says Apple: not for commercial use or products.")
_INSIGHTFACE = Licence(
    "LicenseRef-insightface-non-commercial",
    False,
    "For NON-COMMERCIAL research only, say its makers, who sell licences for everything else.",
)
_INSIGHTFACE_FILES = {"detection/model.onnx": "detection.onnx", "recognition/model.onnx": "recognition.onnx"}
_ZOO = "models/face"
_SFACE = "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"

ENTRIES = (
    Entry(
        "ViT-B-32__laion2b-s34b-b79k",
        "clip",
        "English",
        _MIT,
        "Small and fast, for slow computers and searches in English.",
        Source("immich-app/ViT-B-32__laion2b-s34b-b79k"),
        tier="fast",
        about_bytes=606_000_000,
    ),
    Entry(
        "ViT-B-32-SigLIP2-256__webli",
        "clip",
        "many languages",
        _APACHE,
        "Right for most: finds more than the fast one, in many languages, for little more computing per picture.",
        Source("immich-app/ViT-B-32-SigLIP2-256__webli"),
        tier="default",
        about_bytes=1_510_000_000,
    ),
    Entry(
        "ViT-B-16-SigLIP2__webli",
        "clip",
        "many languages",
        _APACHE,
        "Finds still more, for about three times as much computing per picture.",
        Source("immich-app/ViT-B-16-SigLIP2__webli"),
        tier="quality",
        about_bytes=1_500_000_000,
    ),
    Entry(
        "XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k",
        "clip",
        "many languages",
        _MIT,
        "As fast as the default. Finds more in Japanese, Chinese, Danish, Polish and other languages; less in English.",
        Source("immich-app/XLM-Roberta-Base-ViT-B-32__laion5b_s13b_b90k"),
        about_bytes=1_470_000_000,
    ),
    Entry(
        "XLM-Roberta-Large-ViT-H-14__frozen_laion5b_s13b_b90k",
        "clip",
        "many languages",
        _MIT,
        "Large: for computers with a graphics card, and for languages that it knows best.",
        Source("immich-app/XLM-Roberta-Large-ViT-H-14__frozen_laion5b_s13b_b90k"),
        about_bytes=4_770_000_000,
    ),
    Entry(
        "ViT-SO400M-16-SigLIP2-384__webli",
        "clip",
        "many languages",
        _APACHE,
        "Large: for computers with a graphics card. Finds most in the languages of western Europe.",
        Source("immich-app/ViT-SO400M-16-SigLIP2-384__webli"),
        about_bytes=4_550_000_000,
    ),
    Entry(
        "nllb-clip-base-siglip__v1",
        "clip",
        "201 languages, but Haven searches in English",
        _CC_NC,
        "Knows rare languages; its text half is large.",
        Source("immich-app/nllb-clip-base-siglip__v1"),
    ),
    Entry(
        "MobileCLIP2-S2__dfndr2b",
        "clip",
        "English",
        _APPLE,
        "Made for phones: fast for how much it finds.",
        export="MobileCLIP2-S2/dfndr2b",
    ),
    Entry(
        "buffalo_l",
        "faces",
        "",
        _INSIGHTFACE,
        "Right for most: InsightFace's usual pack finds faces and tells people apart very well.",
        Source("immich-app/buffalo_l", files=_INSIGHTFACE_FILES),
        tier="default",
        about_bytes=191_000_000,
        same=0.45,
        embedders=("4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",),
    ),
    Entry(
        "buffalo_s",
        "faces",
        "",
        _INSIGHTFACE,
        "InsightFace's small pack, for small computers: a tenth of the computing per face.",
        Source("immich-app/buffalo_s", files=_INSIGHTFACE_FILES),
        tier="fast",
        about_bytes=16_000_000,
        same=0.45,
        embedders=("9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",),
    ),
    Entry(
        "antelopev2",
        "faces",
        "",
        _INSIGHTFACE,
        "InsightFace's largest pack: tells people apart a little better, for about twice the computing per face.",
        Source("immich-app/antelopev2", files=_INSIGHTFACE_FILES),
        tier="quality",
        about_bytes=278_000_000,
        same=0.45,
    ),
    Entry(
        "auraface",
        "faces",
        "",
        Licence(
            "Apache-2.0 AND LicenseRef-insightface-non-commercial",
            False,
            "Its recogniser is free for any use, but the detector that comes with it is InsightFace's, for"
            " NON-COMMERCIAL research only.",
        ),
        "As large as antelopev2; its recogniser was trained on faces that were licensed for that. For commercial use"
        " see yunet-auraface.",
        Source(
            "fal/AuraFace-v1",
            files={
                "scrfd_10g_bnkps.onnx": "scrfd_10g_bnkps.onnx",
                "glintr100.onnx": "glintr100.onnx",
                "README.md": "README.md",
            },
        ),
        about_bytes=278_000_000,
        same=0.45,
    ),
    Entry(
        "yunet-auraface",
        "faces",
        "",
        Licence("MIT AND Apache-2.0", True, _FREE),
        "AuraFace's recogniser with YuNet to find the faces: the choice for businesses. Nobody publishes the two"
        " together: put glintr100.onnx of fal/AuraFace-v1 and face_detection_yunet_2023mar.onnx of opencv/opencv_zoo in"
        " a folder and run `haven models add faces DIR`.",
        about_bytes=261_000_000,
        same=0.45,
    ),
    Entry(
        "yunet-sface",
        "faces",
        "",
        Licence("MIT AND Apache-2.0", True, _FREE),
        "OpenCV's own pair, YuNet and SFace: small and free for any use, but mixes people up more than the others.",
        Source(
            "opencv/opencv_zoo",
            files={
                f"{_ZOO}_detection_yunet/face_detection_yunet_2023mar.onnx": "face_detection_yunet_2023mar.onnx",
                f"{_ZOO}_recognition_sface/face_recognition_sface_2021dec.onnx": "face_recognition_sface_2021dec.onnx",
                f"{_ZOO}_recognition_sface/LICENSE": "LICENSE",
            },
            sha256={
                f"{_ZOO}_detection_yunet/face_detection_yunet_2023mar.onnx": (
                    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
                ),
                f"{_ZOO}_recognition_sface/face_recognition_sface_2021dec.onnx": _SFACE,
            },
        ),
        about_bytes=39_000_000,
        same=0.363,
        embedders=(_SFACE,),
        raw=True,
    ),
    Entry(
        "yunet-mobileface",
        "faces",
        "",
        Licence("MIT AND Apache-2.0", True, _FREE),
        "YuNet and a small face recogniser in InsightFace's layout. Nobody publishes the two together: put both in a"
        " folder and run `haven models add faces DIR`.",
        about_bytes=4_000_000,
        same=0.45,
        embedders=("64e0639c90a1f7c22a32b99c310f1bfb19c6e33984fc018b1c69cc01f7738418",),
        judge="yunet-mobileface.json",
    ),
)


def find_entry(wanted: str, task: Task = "clip") -> Entry | None:
    """Return the entry of that name, or the one of that tier for the task; None if there is none."""
    for entry in ENTRIES:
        if entry.name.casefold() == wanted.casefold():
            return entry
    return next((entry for entry in ENTRIES if entry.task == task and entry.tier == wanted), None)


def entry_of_embedder(digests: Collection[str]) -> Entry | None:
    """Return the entry of the pack for faces whose embedder has one of these SHA-256; None if no file is known."""
    return next((entry for entry in ENTRIES if not set(digests).isdisjoint(entry.embedders)), None)


def entry_for_repository(repository: str) -> Entry:
    """Return an entry for a model nobody told us of, published as OWNER/NAME in the layout of CLIP models."""
    unknown = Licence(UNKNOWN, None, LICENCE_UNKNOWN)
    return Entry(repository.partition("/")[2], "clip", "not known", unknown, "", Source(repository))
