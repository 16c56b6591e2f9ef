"""Which pack of models for faces a data folder uses, and the name that everything it computes is kept under."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from haven_fs import Setting, Settings, UserError
from haven_models.face_layout import FaceLayout
from haven_models.insight import missing
from haven_models.store import DEMO, model_store
from haven_models.unusable import unusable, usable

if TYPE_CHECKING:
    from haven_faces.grouping import Limits
    from haven_models.faces import FacePack
    from haven_models.judging import Covers

logger = logging.getLogger(__name__)

OFF = "Finding people is off"

REVISION = 2
"""Counts up when the analyzer finds other faces or says other things of them: every photo is due again."""
SETTINGS = (
    Setting(
        "faces.model",
        "",
        "The model for finding people; empty means the one chosen with `haven models use`. "
        '"demo" knows drawn faces only.',
        demo=DEMO,
    ),
)


@dataclass(frozen=True, slots=True)
class ChosenFaces:
    """A pack on disk: its folder, its id, which names its `space` of vectors, and from when two faces are the same.

    `same`: the cosine similarity from which two good faces are taken to be one person. `covers`: where vectors of
    covered faces lie, if that was measured.
    """

    folder: Path
    id: str
    same: float
    covers: "Covers | None" = None

    @property
    def space(self) -> str:
        """The name of the space its vectors are kept in."""
        return f"faces:{self.id}"

    @property
    def version(self) -> int:
        """The analyzer's version: another pack makes every photo due again."""
        return crc32(f"{self.id} {REVISION}".encode())

    @property
    def judged(self) -> int:
        """What grouping judges faces by, in short: another number makes it regroup all."""
        return crc32(f"{self.version} {self.same} {self.covers.packed if self.covers else ()}".encode())

    @property
    def limits(self) -> "Limits":
        """From when faces are grouped."""
        from haven_faces.grouping import Limits

        return Limits(self.same)

    def open(self, threads: int = 0) -> "FacePack":
        """Return the pack itself; it is loaded when first needed."""
        from haven_models.faces import open_face_pack

        return open_face_pack(self.folder, threads=threads)


def chosen_faces(settings: Settings) -> ChosenFaces | None:
    """Return the pack that a data folder uses; None if it has none, or it cannot be used, which is logged once."""
    return usable(OFF, logger, lambda: _chosen(settings))


def problems(settings: Settings) -> list[str]:
    """Return why the pack that a data folder is to use cannot be used, for `haven doctor`."""
    return unusable(OFF, lambda: _chosen(settings))


def _chosen(settings: Settings) -> ChosenFaces | None:
    name = str(settings.get("faces.model") or "")
    folder = _demo() if name == DEMO else _installed(settings, name)
    if folder is None:
        return None
    layout = FaceLayout(folder)
    chosen = ChosenFaces(folder, layout.id, layout.same, layout.judge.covers)
    if (why := missing()) is not None:
        raise UserError(why)
    return chosen


def _demo() -> Path:
    try:
        from haven_models.demo_faces import demo_faces
    except ImportError as error:
        raise UserError("the model for drawn faces is not installed. Reinstall Haven: pip install haven-fs") from error
    return demo_faces()


def _installed(settings: Settings, name: str) -> Path | None:
    """Return the folder of the pack of that name, of the active one if the name is empty. Raises UserError."""
    store = model_store(settings)
    if not name:
        active = store.active("faces")
        return active.folder if active is not None else None
    for installed in store.installed():
        if installed.task == "faces" and installed.name == name:
            return installed.folder
    raise UserError(f"the setting faces.model names {name}, which is not installed. See: haven models list")
