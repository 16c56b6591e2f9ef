"""The models that are here: a folder with one folder a model, and which of them a data folder uses.

    <folder>/clip/<name>/           the layout of CLIP models (see `layout`)
    <folder>/faces/models/<name>/   .onnx files as InsightFace has them; <folder>/faces is what it calls its root

Models come in whole or not at all: they are made in a hidden folder beside and renamed. The folder is HAVEN_MODELS, or
`models` in the data folder; several data folders may share one, so what each uses is written in its own.
"""

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from haven_fs import Settings, UserError
from haven_models import layout
from haven_models.checks import check_model
from haven_models.face_layout import FaceLayout
from haven_models.manifest import FileRecord, Manifest, damaged, read_manifest, sha256_of, write_manifest
from haven_models.registry import TASKS, UNKNOWN, Task, entry_of_embedder

logger = logging.getLogger(__name__)

DEMO = "demo"
"""The name of the model that knows drawn pictures only. It is used only where it was chosen by name."""
_FOLDERS: dict[Task, str] = {"clip": "clip", "faces": "faces/models"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in the store. `commercial`: whether its licence allows commercial use, None if that is not known."""

    name: str
    task: Task
    folder: Path
    licence: str
    commercial: bool | None
    bytes: int
    active: bool


def models_folder(settings: Settings) -> Path:
    """Return the folder that the models are in."""
    return Path(os.environ.get("HAVEN_MODELS") or Path(settings["data_dir"]) / "models")


def model_store(settings: Settings) -> "ModelStore":
    """Return the store of a data folder."""
    return ModelStore(models_folder(settings), choice=Path(settings["data_dir"]) / "models" / "active.json")


class ModelStore:
    """A folder of models. `choice`: the file that says which are used, active.json in the folder if not given."""

    def __init__(self, folder: Path, *, choice: Path | None = None) -> None:
        self.folder = folder
        self._choice = choice or folder / "active.json"

    def place(self, task: Task, name: str) -> Path:
        """Return where a model of that name is or would be. Raises UserError if no model can have the name."""
        if not _NAME.fullmatch(name):
            raise UserError(f"{name!r} cannot be the name of a model. Use only letters, digits, dots, - and _.")
        return self.folder / _FOLDERS[task] / name

    def draft(self, task: Task, name: str) -> Path:
        """Return the hidden folder that a model is made in."""
        place = self.place(task, name)
        return place.with_name(f".{name}.draft")

    def installed(self) -> list[Installed]:
        """Return all models, by task and name."""
        found = []
        for task in TASKS:
            active = self._active_name(task)
            for name in self._names(task):
                folder = self.place(task, name)
                licence, commercial = _licence(folder)
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                found.append(Installed(name, task, folder, licence, commercial, size, name == active))
        return found

    def _names(self, task: Task) -> list[str]:
        parent = self.folder / _FOLDERS[task]
        try:
            if not parent.is_dir():
                return []
            return sorted(path.name for path in parent.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))
        except OSError as error:
            raise UserError(f"{parent} cannot be read: {error.strerror}. Check the disk that it is on.") from error

    def find(self, name: str) -> Installed:
        """Return the model of that name. Raises UserError if there is none."""
        for one in self.installed():
            if one.name == name:
                return one
        raise UserError(f"There is no model called {name} here. `haven models list` shows the ones you have.")

    def active(self, task: Task) -> Installed | None:
        """Return the model in use: the chosen one, or the only one there is unless that is the demo's; else None."""
        return next((one for one in self.installed() if one.task == task and one.active), None)

    def _active_name(self, task: Task) -> str | None:
        names = self._names(task)
        chosen = self._chosen().get(task)
        if chosen is not None:
            return chosen if chosen in names else None
        return names[0] if len(names) == 1 and names[0] != DEMO else None

    def _chosen(self) -> dict[str, str]:
        try:
            said = json.loads(self._choice.read_text(encoding="utf-8"))
            return {task: name for task, name in said.items() if isinstance(name, str)}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise UserError(
                f"{self._choice} cannot be read. Delete it and choose a model again with `haven models use`."
            ) from error

    def use(self, name: str) -> Installed:
        """Choose a model for its task. Raises UserError if there is none of that name."""
        found = self.find(name)
        self._choose({**self._chosen(), found.task: name})
        return self.find(name)

    def _choose(self, chosen: dict[str, str]) -> None:
        self._choice.parent.mkdir(parents=True, exist_ok=True)
        draft = self._choice.with_name(f".{self._choice.name}.part")
        draft.write_text(json.dumps(chosen) + "\n", encoding="utf-8")
        draft.replace(self._choice)

    def remove(self, name: str) -> None:
        """Delete a model's files. Raises UserError if there is none of that name."""
        found = self.find(name)
        with self.locked():
            if self._chosen().get(found.task) == name:
                self._choose({task: one for task, one in self._chosen().items() if task != found.task})
            # Renamed first: a half-deleted model is none.
            gone = found.folder.with_name(f".{name}.removed")
            shutil.rmtree(gone, ignore_errors=True)
            try:
                found.folder.rename(gone)
                shutil.rmtree(gone)
            except OSError as error:
                raise UserError(f"{found.folder} cannot be deleted: {error.strerror}. Is Haven using it?") from error

    def verify(self, name: str) -> list[str]:
        """Return what is wrong with a model, a sentence each; nothing if all is well. Reads all of it."""
        found = self.find(name)
        manifest = read_manifest(found.folder)
        if manifest is not None and (wrong := damaged(found.folder, manifest)):
            return [f"{found.folder / file}: {why}." for file, why in wrong.items()]
        try:
            check_model(found.task, found.folder)
        except UserError as error:
            return [str(error)]
        return []

    def add(self, task: Task, source: Path, name: str | None = None) -> Installed:
        """Copy a model from a folder into the store and use it. Raises UserError if it is no model for the task."""
        source = source.expanduser().resolve()
        if not source.is_dir():
            raise UserError(f"There is no folder {source}.")
        files = _files_of(task, source)
        ours = layout.read_json(source / layout.OURS) if (source / layout.OURS).is_file() else {}
        name = name or str(ours.get("name") or source.name)

        def copy(draft: Path) -> None:
            for file in files:
                (draft / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / file, draft / file)

        self.adopt(task, name, copy, str(source))
        return self.use(name)

    def adopt(self, task: Task, name: str, make: Callable[[Path], object], origin: str) -> Installed:
        """Have `make` write a model into a folder that is not there yet, and keep it if it works.

        Raises UserError if there is a model of that name, or what was made is none for the task.
        """
        place, draft = self.place(task, name), self.draft(task, name)
        with self.locked():
            if place.exists():
                raise UserError(
                    f"There is already a model called {name}. Give this one another name with --name, or remove the old"
                    f" one first: haven models remove {name}"
                )
            shutil.rmtree(draft, ignore_errors=True)
            try:
                make(draft)
                check_model(task, draft)
                paths = [path for path in sorted(draft.rglob("*")) if path.is_file()]
                records = {
                    path.relative_to(draft).as_posix(): FileRecord(path.stat().st_size, sha256_of(path), "as it came")
                    for path in paths
                }
                licence, commercial = _licence(draft)
                if licence == UNKNOWN and (entry := entry_of_embedder([one.sha256 for one in records.values()])):
                    licence, commercial = entry.licence.spdx, entry.licence.commercial
                write_manifest(draft, Manifest(origin, licence, records, commercial))
                self.settle(task, name)
            except OSError as error:
                raise UserError(f"The model cannot be written to {place}: {error.strerror}.") from error
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return self.find(name)

    def settle(self, task: Task, name: str) -> None:
        """Make the draft of a model, which is whole, the model. Another that is in use stays so. Raises OSError."""
        if (active := self.active(task)) is not None:
            self._choose({**self._chosen(), task: active.name})  # so far it may have been the only one
        draft = self.draft(task, name)
        for path in draft.rglob("*"):
            if path.is_file():
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        draft.rename(self.place(task, name))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands from changing the store meanwhile. Raises UserError if one does."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / ".lock", timeout=0):
                yield
        except filelock.Timeout as error:
            raise UserError(
                f"Another `haven models` is working in {self.folder}. Wait until it has finished."
            ) from error
        except PermissionError as error:
            raise UserError(
                f"Haven cannot write to the models folder {self.folder}. Set HAVEN_MODELS to another one."
            ) from error


def _files_of(task: Task, source: Path) -> list[str]:
    """Return the files of a folder that belong to a model, below it. Raises UserError if it is none of the task."""
    if task == "faces":
        return [path.relative_to(source).as_posix() for path in FaceLayout(source).files()]
    found = layout.Layout(source)
    besides = [source / name for name in (layout.OURS, "LICENSE", "README.md")]
    besides += sorted((source / layout.TORCH).glob("*"))
    files = [*found.files(), *(path for path in besides if path.is_file())]
    return [path.relative_to(source).as_posix() for path in files]


def _licence(folder: Path) -> tuple[str, bool | None]:
    """Return a model's licence and whether it allows commercial use, as its manifest or its haven.json says."""
    try:
        if (manifest := read_manifest(folder)) is not None:
            return manifest.licence, manifest.commercial
        if (folder / layout.OURS).is_file():
            ours = layout.read_json(folder / layout.OURS)
            commercial = ours.get("commercial")
            return str(ours.get("licence") or UNKNOWN), commercial if isinstance(commercial, bool) else None
    except UserError as error:  # one damaged model is no reason not to see the others
        logger.warning("%s", error)
    return UNKNOWN, None
