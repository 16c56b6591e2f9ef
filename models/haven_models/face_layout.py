"""What lies in a folder of models for faces, as InsightFace has them: .onnx files whose names say nothing.

One of them finds faces, one tells them apart; others that estimate ages or more points are left alone. haven.json may
lie beside them: name, licence, commercial, and {"faces": {"same": 0.45, "measured": "on what", "judge": ...}}, the
cosine similarity from which two good faces are one person's, and what tells faces from what is none (`judging`).
"""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Literal

from haven_fs import UserError
from haven_models.judging import Judge, read_judge
from haven_models.layout import OURS, read_json, sampled
from haven_models.manifest import read_manifest, sha256_of
from haven_models.registry import Entry, entry_of_embedder, find_entry
from haven_models.signature import Port, Signature, read_signature

Kind = Literal["detector", "embedder", "other", "broken"]

CAREFUL = 0.5
"""The similarity for an embedder that nobody told us of. Faces of two people have 0 on average with every embedder
trained for this, hardly any pair 0.4; and a person in two folders is mended by a drag, two people in one are not."""
YUNET_OUTPUTS = frozenset(f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32))
"""What YuNet gives, by which it is known; `yunet` reads it."""
_IMMICH = ("detection/model.onnx", "recognition/model.onnx")
_HASHED_AT_MOST = 64 << 20
_MADE_OF = 1
"""Counts up when faces are cut out in another way, by which vectors would differ."""


class FaceLayout:
    """One pack's folder, looked at. Raises UserError if it is not there or no pack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kinds = kinds_of(folder)
        for kind, words in (("detector", "finds faces"), ("embedder", "tells faces apart")):
            if kind not in kinds.values():
                broken = [path for path, its in kinds.items() if its == "broken"]
                if broken:
                    raise UserError(
                        f"{broken[0]} cannot be opened: it is not an ONNX file, or it is damaged. Copy it again."
                    )
                found = ", ".join(path.name for path in kinds) or "no .onnx file"
                raise UserError(
                    f"{folder} is not a pack of face models: none of its files {words} ({found}). It should be a"
                    " folder of .onnx files as InsightFace has them, such as det_10g.onnx and w600k_r50.onnx."
                )
        # Of several the first by name counts, as with InsightFace.
        self.detector = next(path for path, kind in kinds.items() if kind == "detector")
        self.embedder = next(path for path, kind in kinds.items() if kind == "embedder")
        self.ours = read_json(folder / OURS) if (folder / OURS).is_file() else {}

    @property
    def name(self) -> str:
        """The pack's name: what haven.json says, or else the folder's own."""
        return str(self.ours.get("name") or self.folder.resolve().name)

    @cached_property
    def id(self) -> str:
        """The pack's name and a hash of the two models, the same on every machine, such as "open-1a2b3c4d5e"."""
        digest = hashlib.sha256(f"{_MADE_OF}".encode())
        for path in (self.detector, self.embedder):
            try:
                digest.update(f"\n{path.stat().st_size}\n".encode() + sampled(path))
            except OSError as error:
                raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        return f"{self.name}-{digest.hexdigest()[:10]}"

    @cached_property
    def same(self) -> float:
        """The cosine similarity from which two good faces are one person's, by the best source there is.

        That is haven.json, then the registry; else CAREFUL.
        """
        said = self.ours.get("faces")
        same = said.get("same") if isinstance(said, dict) else None
        if same is not None:
            if isinstance(same, int | float) and not isinstance(same, bool) and 0 < same < 1:
                return float(same)
            raise UserError(f'{self.folder / OURS}: faces must be like {{"same": 0.45}}, not {said!r}. Correct it.')
        entry = self.entry
        return entry.same if entry is not None and entry.same is not None else CAREFUL

    @cached_property
    def judge(self) -> Judge:
        """How its figures are read, by the best source there is: haven.json, then the registry; else cautiously."""
        said = self.ours.get("faces")
        if isinstance(said, dict) and said.get("judge") is not None:
            return read_judge(said["judge"])
        entry = self.entry
        if entry is None or entry.judge is None:
            return Judge()
        return read_judge(json.loads((Path(__file__).parent / "judges" / entry.judge).read_text(encoding="utf-8")))

    @property
    def raw(self) -> bool:
        """Whether the embedder takes colours as they are; else InsightFace finds out how by the look of its graph."""
        return self.entry is not None and self.entry.raw

    @cached_property
    def entry(self) -> Entry | None:
        """What the registry knows of the pack: by its embedder, else by its name."""
        digest = self._embedder_sha256()
        known = None if digest is None else entry_of_embedder([digest])
        named = find_entry(self.name, "faces")
        return known or (named if named is not None and named.name.casefold() == self.name.casefold() else None)

    def _embedder_sha256(self) -> str | None:
        """Return the embedder's SHA-256: what the manifest says, or that of the file unless it is large."""
        try:
            manifest = read_manifest(self.folder)
            name = self.embedder.relative_to(self.folder).as_posix()
            if manifest is not None and name in manifest.files:
                return manifest.files[name].sha256
            return sha256_of(self.embedder) if self.embedder.stat().st_size <= _HASHED_AT_MOST else None
        except (UserError, OSError):
            return None

    def files(self) -> list[Path]:
        """Return what belongs to the pack: the two models, haven.json, licences, a README."""
        notes = [path for path in self.folder.iterdir() if path.is_file() and _is_note(path.name)]
        return sorted([self.detector, self.embedder, *notes])


def kinds_of(folder: Path) -> dict[Path, Kind]:
    """Return what each .onnx file of a folder is for, by name. Raises UserError if the folder cannot be read.

    Immich keeps them in folders of their own.
    """
    try:
        files = sorted(folder.glob("*.onnx")) or [folder / name for name in _IMMICH if (folder / name).is_file()]
        return {path: _kind(read_signature(path)) for path in files}
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}.") from error


def is_yunet(path: Path) -> bool:
    """Tell whether a detector gives what YuNet gives, which InsightFace does not read."""
    signature = read_signature(path)
    return signature is not None and {one.name for one in signature.outputs} >= YUNET_OUTPUTS


def _kind(signature: Signature | None) -> Kind:
    """Tell by its inputs and outputs what a model is, as InsightFace does."""
    if signature is None:
        return "broken"
    inputs, outputs = signature.inputs, signature.outputs
    if len(inputs) != 1 or inputs[0].shape is None or len(inputs[0].shape) != 4:
        return "other"
    if len(outputs) in (6, 9, 10, 15):  # scores, boxes and perhaps points at three or five scales
        return "detector"
    if {one.name for one in outputs} >= YUNET_OUTPUTS:
        return "detector"
    height, width = inputs[0].shape[2:]
    aligned = height == width and height is not None and (height % 112 == 0 or height % 128 == 0)
    return "embedder" if len(outputs) == 1 and aligned and _is_vector(outputs[0]) else "other"


def _is_vector(output: Port) -> bool:
    """Tell whether an output is a vector a face, rather than a handful of numbers such as an age."""
    if output.shape is None:
        return True
    size = output.shape[-1] if output.shape else 0
    return len(output.shape) == 2 and (size is None or size >= 64)


def _is_note(name: str) -> bool:
    stem = name.casefold().partition(".")[0]
    return name in (OURS, "README.md") or stem in ("license", "licence", "notice", "copying")
