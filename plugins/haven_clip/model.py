"""Which CLIP model a data folder uses, and the name that everything it computes is kept under."""

import importlib.util
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from haven_fs import Setting, Settings, UserError, one_of
from haven_models.layout import Layout
from haven_models.store import DEMO, model_store
from haven_models.unusable import unusable, usable

if TYPE_CHECKING:
    from haven_models.clip import ClipModel

logger = logging.getLogger(__name__)

OFF = "Search by meaning is off"

SETTINGS = (
    Setting(
        "clip.model",
        "",
        "The model for search by meaning; empty means the one chosen with `haven models use`. "
        '"demo" knows drawn pictures only.',
        demo=DEMO,
    ),
    Setting(
        "clip.backend",
        "auto",
        'What runs the model: "onnx", "torch", or "auto", which uses a GPU if there is one.',
        wrong=one_of("onnx", "torch", "auto"),
    ),
)


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model on disk: its folder, its id, which names its `space` of vectors, and what computes it."""

    folder: Path
    id: str
    backend: str

    @property
    def space(self) -> str:
        """The name of the space its vectors are kept in."""
        return f"clip:{self.id}"

    @property
    def known_cutoff(self) -> float | None:
        """The score below which no photo fits a text, if its makers measured one."""
        said = Layout(self.folder).cutoff
        return None if said is None else said.score

    @property
    def version(self) -> int:
        """The analyzer's version: another model makes every photo due again."""
        return crc32(self.id.encode())

    def open(self, threads: int = 0) -> "ClipModel":
        """Return the model itself; its weights are read when first needed."""
        from haven_models.clip import open_clip_model

        return open_clip_model(self.folder, backend=self.backend, threads=threads)  # type: ignore[arg-type]


def chosen_model(settings: Settings) -> ChosenModel | None:
    """Return the model that a data folder uses; None if it has none, or it cannot be used, which is logged once."""
    return usable(OFF, logger, lambda: _chosen(settings))


def problems(settings: Settings) -> list[str]:
    """Return why the model that a data folder is to use cannot be used, for `haven doctor`."""
    return unusable(OFF, lambda: _chosen(settings))


def _chosen(settings: Settings) -> ChosenModel | None:
    name, backend = str(settings.get("clip.model") or ""), str(settings.get("clip.backend") or "auto")
    folder = _demo() if name == DEMO else _installed(settings, name)
    if folder is None:
        return None
    if importlib.util.find_spec("onnxruntime") is None:
        raise UserError("the package onnxruntime is not installed. Install it: pip install onnxruntime")
    return ChosenModel(folder, Layout(folder).id, backend)


def older_models(settings: Settings, spaces: set[str]) -> list[ChosenModel]:
    """Return the installed models that made some of these spaces, so that they answer until the new one can."""
    found = []
    for installed in model_store(settings).installed():
        if installed.task == "clip":
            try:
                model = ChosenModel(installed.folder, Layout(installed.folder).id, "auto")
            except UserError:
                continue
            if model.space in spaces:
                found.append(model)
    return found


def _demo() -> Path:
    from haven_models.demo import demo_model

    return demo_model()


def _installed(settings: Settings, name: str) -> Path | None:
    """Return the folder of the model of that name, of the active one if the name is empty. Raises UserError."""
    store = model_store(settings)
    if not name:
        active = store.active("clip")
        return active.folder if active is not None else None
    for installed in store.installed():
        if installed.task == "clip" and installed.name == name:
            return installed.folder
    raise UserError(f"the setting clip.model names {name}, which is not installed. See: haven models list")
