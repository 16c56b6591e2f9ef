"""What lies in a model's folder: the ONNX CLIP layout that Immich publishes, and what its files say.

    config.json             open_clip's configuration: embed_dim, text_cfg
    visual/                 model.onnx: pictures to vectors; preprocess_cfg.json: how pictures are made ready
    textual/                model.onnx: texts to vectors; tokenizer.json, tokenizer_config.json
    haven.json              ours, may be missing: name, licence, languages, source, cutoff
    open_clip/              may be missing: the same model for torch

Weights may also lie in further files beside a model.onnx. Everything wrong with a folder is a UserError that names the
file and says what to do; nothing but small files is read here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from haven_fs import UserError

VISUAL = "visual/model.onnx"
TEXTUAL = "textual/model.onnx"
PREPROCESS = "visual/preprocess_cfg.json"
TOKENIZER = "textual/tokenizer.json"
TOKENIZER_CONFIG = "textual/tokenizer_config.json"
CONFIG = "config.json"
OURS = "haven.json"
TORCH = "open_clip"
"""The folder with open_clip's own configuration and weights, for those who compute with torch; may be missing."""
NEEDED = (CONFIG, VISUAL, PREPROCESS, TEXTUAL, TOKENIZER)

_NO_WEIGHTS = {".json", ".txt", ".md", ".model", ".spm", ".armnn", ".rknn", ".db", ".ini", ".onnx", ".py"}
"""Endings of what lies beside a model.onnx and is no part of it: tokenizers, models for other programs, odd files."""
_READ_WHOLE = 1 << 20
_SAMPLES, _SAMPLE = 16, 4096
_MADE_OF = 1
"""Counts up when pictures or texts are made ready in another way, by which vectors would differ."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a model's makers measured about its scores.

    `score`: pictures whose cosine similarity to a text is below it do not fit the text. `measured`: on what, in words.
    """

    score: float
    measured: str = ""


class Layout:
    """One model's folder, looked at. Raises UserError if it is not there or not whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise UserError(f"There is no model in {folder}. `haven models list` shows the ones you have.")
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise UserError(
                f"The model in {folder} is incomplete: it lacks {', '.join(missing)}. Fetch it again with"
                " `haven models pull`, or add a folder that contains config.json, visual/ and textual/."
            )
        self.config = self._json(CONFIG)
        self.preprocess = self._json(PREPROCESS)
        self.ours = self._json(OURS) if (folder / OURS).is_file() else {}

    def _json(self, name: str) -> Mapping[str, Any]:
        return read_json(self.folder / name)

    @property
    def name(self) -> str:
        """The model's name: what haven.json says, or else the folder's own."""
        return str(self.ours.get("name") or self.folder.resolve().name)

    @property
    def text_config(self) -> Mapping[str, Any]:
        """The part of config.json about texts."""
        config = self.config.get("text_cfg", {})
        return config if isinstance(config, dict) else {}

    @property
    def tokenizer_config(self) -> Mapping[str, Any]:
        """What tokenizer_config.json says; empty if there is none."""
        return self._json(TOKENIZER_CONFIG) if (self.folder / TOKENIZER_CONFIG).is_file() else {}

    @property
    def dim(self) -> int:
        """The length of the model's vectors."""
        dim = self.config.get("embed_dim")
        if not isinstance(dim, int) or dim < 1:
            raise self.broken(CONFIG, f"embed_dim is {dim!r}, not a number")
        return dim

    @property
    def cutoff(self) -> Cutoff | None:
        """What haven.json says about scores, if anything."""
        said = self.ours.get("cutoff")
        if said is None:
            return None
        try:
            return Cutoff(float(said["score"]), str(said.get("measured", "")))
        except (TypeError, KeyError, ValueError) as error:
            raise self.broken(OURS, 'cutoff must be like {"score": 0.3, "measured": "on what"}') from error

    @cached_property
    def id(self) -> str:
        """The model's name and a hash of its own files, the same on every machine, such as "demo-1a2b3c4d5e".

        Of files above a megabyte the size and samples spread over them are hashed, so that a model of a gigabyte costs
        milliseconds. haven.json is not hashed: what it says may be corrected without a new embedding of everything.
        """
        digest = hashlib.sha256(f"{_MADE_OF}".encode())
        for path in self.files():
            name = path.relative_to(self.folder).as_posix()
            try:
                digest.update(f"\n{name}\n{path.stat().st_size}\n".encode() + sampled(path))
            except OSError as error:
                raise self.broken(name, str(error.strerror)) from error
        return f"{self.name}-{digest.hexdigest()[:10]}"

    def files(self) -> list[Path]:
        """Return the files by which the model gives the vectors it gives: the layout's, and weights beside them."""
        below = (path for path in self.folder.glob("*/*") if path.is_file())
        found = [path for path in below if belongs(path.relative_to(self.folder).as_posix())]
        return sorted([self.folder / CONFIG, *found])

    def broken(self, name: str, why: str) -> UserError:
        """Return the error for a file of the model that cannot be used."""
        return UserError(
            f"The model {self.name} cannot be used: {self.folder / name}: {why}. `haven models verify {self.name}`"
            " shows whether the file is damaged; `haven models pull` fetches it again."
        )


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file. Raises UserError, naming the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged: it is not JSON. Fetch or copy the model again.") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} is damaged: it contains no settings. Fetch or copy the model again.")
    return found


def belongs(path: str) -> bool:
    """Tell whether a file, at `path` below a model's folder, is of the layout or may hold weights of a model.onnx.

    torch names the files of large models after their weights, so that nothing in a name says that it is one.
    """
    if path in (*NEEDED, TOKENIZER_CONFIG):
        return True
    half, _, name = path.partition("/")
    plain = name and not name.startswith(".") and not set(name) & set("/\\:")
    return half in ("visual", "textual") and bool(plain) and Path(name).suffix.lower() not in _NO_WEIGHTS


def sampled(path: Path) -> bytes:
    """Return the digest of a file, or of samples spread over it if it is large. Raises OSError."""
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if size <= _READ_WHOLE:
            digest.update(file.read())
        else:
            for number in range(_SAMPLES):
                file.seek((size - _SAMPLE) * number // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE))
    return digest.digest()
