"""What is known of a model in the store: where it came from, under which licence, and the checksum of every file.

It lies as manifest.json in the model's folder, and is what damage is told by. A model that was copied into the store by
hand has none; then nothing can be said but whether its files make a model.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from haven_fs import UserError
from haven_models.layout import OURS, read_json

NAME = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file: its size, its SHA-256, and against what it was checked when it came."""

    size: int
    sha256: str
    checked: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model's manifest. `origin`: a folder, or a repository at a host; `revision`: the commit it was fetched at."""

    origin: str
    licence: str
    files: dict[str, FileRecord] = field(default_factory=dict)
    commercial: bool | None = None
    host: str = ""
    revision: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Files that bear another name at their origin: ours to theirs."""


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a model's folder, None if it has none. Raises UserError if it is damaged."""
    path = folder / NAME
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = {name: FileRecord(**record) for name, record in said.pop("files").items()}
        return Manifest(files=files, **said)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            f"{path} is damaged, so the files next to it cannot be checked. Remove the model with"
            f" `haven models remove {folder.name}` and fetch it again."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it. Raises OSError."""
    draft = folder / f".{NAME}.part"
    draft.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / NAME)


def note(folder: Path, what: Mapping[str, Any]) -> None:
    """Write down in a model's haven.json what was found out about it. Raises UserError."""
    path = folder / OURS
    try:
        ours = read_json(path) if path.is_file() else {}
        draft = path.with_name(f".{path.name}.part")
        draft.write_text(json.dumps({**ours, **what}, indent=1) + "\n", encoding="utf-8")
        draft.replace(path)
        manifest = read_manifest(folder)
        if manifest is not None and path.name in manifest.files:  # or it would be taken for damaged
            record = FileRecord(path.stat().st_size, sha256_of(path), "written here")
            write_manifest(folder, replace(manifest, files={**manifest.files, path.name: record}))
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


def sha256_of(path: Path, progress: Callable[[int], object] = lambda count: None) -> str:
    """Return a file's SHA-256 in hex. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            progress(len(chunk))
    return digest.hexdigest()


def damaged(folder: Path, manifest: Manifest, progress: Callable[[int], object] = lambda count: None) -> dict[str, str]:
    """Return the files of a model that are not as they came, each with what is wrong with it in words."""
    wrong = {}
    for name, record in manifest.files.items():
        path = folder / name
        try:
            if path.stat().st_size != record.size:
                wrong[name] = f"it has {path.stat().st_size:,} bytes and should have {record.size:,}"
            elif sha256_of(path, progress) != record.sha256:
                wrong[name] = "its content has changed since it was installed"
        except FileNotFoundError:
            wrong[name] = "it is missing"
        except OSError as error:
            wrong[name] = f"it cannot be read: {error.strerror}"
    return wrong
