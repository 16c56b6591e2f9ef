"""The groups of a library as they are now, found once for all who ask, and kept while the catalog stays as it is.

Vectors are stored before the catalog says that there are any, so the catalog's clock tells when to look again.
"""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from haven_duplicates.analyzer import SPACE, LookAnalyzer
from haven_duplicates.groups import Group, find_groups
from haven_fs import PhotoSet, UserError, View, names

if TYPE_CHECKING:
    from haven_duplicates.alike import Links, LookAlikes

logger = logging.getLogger(__name__)

KEPT = 4
"""Data folders whose answers are kept; a server has one."""
_DUE = (
    "SELECT count(*) FROM photo p LEFT JOIN analysis a ON a.photo_id = p.id AND a.analyzer = ? AND a.version = ?"
    " WHERE p.shown = 1 AND a.photo_id IS NULL"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """All groups, by name. `due`: photos nobody has looked at yet. `problem`: why looks could not be compared."""

    groups: tuple[Group, ...]
    due: int = 0
    problem: str = ""
    by_name: dict[str, Group] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {names.fold(group.name): group for group in self.groups})


@dataclass(slots=True)
class _Library:
    lock: threading.Lock = field(default_factory=threading.Lock)
    seq: int = -1
    answer: Answer = field(default_factory=lambda: Answer(()))
    look_alikes: "LookAlikes | None" = None


class Answers:
    """Answers for every data folder. Thread-safe: who asks while another is looking waits for what that one finds."""

    def __init__(self) -> None:
        self._libraries: OrderedDict[str, _Library] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, view: View) -> Answer:
        """Return the groups of the photos that the view is confined to."""
        with self._lock:
            library = self._libraries.setdefault(str(view.settings.get("data_dir", "")), _Library())
            self._libraries.move_to_end(str(view.settings.get("data_dir", "")))
            while len(self._libraries) > KEPT:
                self._libraries.popitem(last=False)
        with library.lock:
            if view.within != PhotoSet():
                links, _ = _links(view, library)
                return Answer(tuple(find_groups(view.db, links, _ids(view))))
            if library.seq < view.seq:
                links, problem = _links(view, library)
                due = view.db.execute(_DUE, (LookAnalyzer.name, LookAnalyzer.version)).fetchone()[0]
                library.answer = Answer(tuple(find_groups(view.db, links)), due, problem)
                library.seq = view.seq
            return library.answer


def _ids(view: View) -> set[int]:
    rows = view.db.execute(f"SELECT p.id FROM photo p WHERE {view.within.condition}", view.within.params)
    return {id_ for (id_,) in rows}


def _links(view: View, library: _Library) -> "tuple[Links | None, str]":
    """Return what looks alike, None and the reason if that cannot be told."""
    try:
        store = view.vectors().store
        if SPACE not in store.spaces():
            return None, ""
        if library.look_alikes is None:
            from haven_duplicates.alike import LookAlikes

            library.look_alikes = LookAlikes()
        return library.look_alikes.update(store), ""
    except LookupError:
        return None, ""
    except UserError as error:
        logger.warning("Only exact copies are shown in /Review/Duplicates: %s", error)
        return None, str(error)
