"""An action has two steps: deciding, in a view of the tree, what it would do, and doing it.

A `Plan` says which paths it would change, so that in between a provider can check whether that is allowed. Locks and
conditions, which belong to the protocol, thus come after the rules of the tree and before anything happens.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from haven_fs.catalog import Writer
from haven_fs.errors import AlreadyExists, Conflict, Forbidden, NotFound, NotPossible, Refused
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import TakesFiles

READ_ONLY = "This drive was opened for reading only. Changes are taken where `haven serve` runs."
THERE = "There is a folder or file of that name already."
NOTHING = "There is nothing here."
_TRIED = (NotFound, NotPossible, AlreadyExists, Conflict)
NO_PARENT = "The folder this should go into is not there."
PUT, TAKE_OUT = "put", "take out"
"""Kinds of acts that programs do file by file: putting into a folder, and taking out of it."""


def moved_to(target: Located) -> str:
    """Return the kind of act that moving files to a folder is."""
    return f"move to {_spelled(target.spelled[:-1])}"


def _spelled(path: Sequence[str]) -> str:
    return "/" + "/".join(path)


@dataclass(frozen=True, slots=True)
class Change:
    """A path that an action changes. `below`: and everything below it. `names`: and which names its folder has."""

    at: Located
    below: bool = False
    names: bool = True


@dataclass(frozen=True, slots=True)
class NotDone:
    """One thing an action failed to do while it did the rest: its path in the tree, and why."""

    path: tuple[str, ...]
    why: Refused


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an action. `created`: there is now something where nothing was.

    `failed`: what could not be done. `stored`: the file that was sent, as it is on disk.
    """

    created: bool = False
    failed: Sequence[NotDone] = ()
    stored: File | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do.

    `do`: does it; raises Refused and OSError, see Actions.perform. `changes`: the paths it changes. `gone`: what will
    no longer be at its path. `on_disk`: it touches real files, so no view may be open while it does. `spare`, if it can
    be done in part: returns a plan that leaves some paths alone.
    """

    do: Callable[[], Done]
    changes: tuple[Change, ...] = ()
    gone: Located | None = None
    on_disk: bool = False
    spare: Callable[[Sequence[tuple[str, ...]]], "Plan"] | None = None


class Still:
    """Whether a write that was decided, and maybe received for an hour since, may still be done.

    Somebody else may have written or locked something in between. So what a provider has checked is checked once more
    when the write's first transaction has begun, in which nobody else can. A write that is done in the view in which it
    was decided, and touches no real file, is not: it would see nothing new there.
    """

    def __init__(self) -> None:
        self._check: Callable[[View], object] | None = None

    def ask(self, check: Callable[[View], object] | None) -> None:
        """Have `check` called when the write begins; it raises Refused if the write may not be done any more."""
        self._check = check

    def hold(self, tree: Tree) -> None:
        """Call the check, if there is one and it was not called yet. Raises what it does."""
        check, self._check = self._check, None
        if check is not None and not tree.catalog.is_reading:
            with tree.view(remembers=False) as view:
                check(view)


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes to a tree: `by` is the user, "" if nobody signed in. `still`: whether what is written still may be."""

    tree: Tree
    by: str
    still: Still = field(default_factory=Still)

    @contextmanager
    def transaction(self, path: Sequence[str], kind: str = "") -> Iterator[Writer]:
        """Open the user's transaction for a write to a path. Raises Refused if it may not be done (any more).

        `kind`: PUT, TAKE_OUT or another word for what programs do file by file and people at once; see
        haven_fs.catalog.corrections.
        """
        if not self.tree.catalog.writable:
            raise Forbidden(READ_ONLY)
        with self.tree.catalog.write(by=self.by, place=_spelled(path[:-1]), act=kind) as w:
            self.still.hold(self.tree)
            yield w

    def note_refused(self, at: Located, refused: Refused | None) -> None:
        """Note that a file sent to a path was refused, or that it did not arrive (None)."""
        self.tree.gestures.note_refused(self.by, at.path, arrived=refused is not None)
        if is_placeholder(at.node) and not isinstance(at.parent, TakesFiles) and self.tree.catalog.writable:
            try:
                with self.tree.catalog.write(undoing=True) as w:
                    self.tree.drop_name(w, at)  # the file that it was kept for does not come
            except Refused as other:
                self.log(at, other)
        if refused is not None:
            self.log(at, refused)

    def log(self, at: Located, refused: Refused) -> None:
        """Say in the log that a write was refused, unless it is what programs try all day."""
        if not isinstance(refused, _TRIED):
            self.tree.gestures.log_refusal(at.path, refused.reason)

    def said(
        self,
        at: Located,
        changes: tuple[Change, ...],
        act: Callable[..., object],
        *arguments: object,
        to: Located | None = None,
        gone: Located | None = None,
        kind: str = "",
    ) -> Plan:
        """Plan a call of `act` with a transaction and `arguments`, which touches no real file.

        `at`: what the write is about. `to`: where the result will be, if that is somewhere else. `kind`: see
        `transaction`.
        """

        def do() -> Done:
            with self.transaction(at.path, kind) as w:
                act(w, *arguments)
            return Done(created=(to or at).node is None)

        return Plan(do, changes, gone)


def refusal(at: Located) -> Forbidden:
    """Return how the folder at a path, or the folder it is in, refuses writes that it does not take."""
    folder = at.node if isinstance(at.node, Folder) else at.parent
    return Forbidden(folder.refusal if folder is not None else Folder.refusal)
