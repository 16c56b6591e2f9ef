"""An action in two steps: what it would do, decided in a view of the tree, and doing it.

In between whoever publishes the tree looks whether it may be done: a `Plan` says which paths it changes. So locks and
conditions, which are the protocol's, are asked after the rules of the tree and before anything happens.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from haven_fs.catalog import Writer
from haven_fs.errors import Forbidden, Refused
from haven_fs.tree.nodes import Folder
from haven_fs.tree.photoset import File
from haven_fs.tree.tree import Located, Tree

READ_ONLY = "This drive was opened for reading only. Changes are taken where `haven serve` runs."
THERE = "There is a folder or file of that name already."
NOTHING = "There is nothing here."
NO_PARENT = "The folder this should go into is not there."


@dataclass(frozen=True, slots=True)
class Change:
    """A path that an action changes. `below`: with all that is below it. `names`: and which names its folder has."""

    at: Located
    below: bool = False
    names: bool = True


@dataclass(frozen=True, slots=True)
class NotDone:
    """Something that could not be done with the rest: its path in the tree, and why."""

    path: tuple[str, ...]
    why: Refused


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action. `created`: something is at a path where nothing was.

    `failed`: what could not be done, if it was done in part. `stored`: the file that was sent, as it lies on the disk.
    """

    created: bool = False
    failed: Sequence[NotDone] = ()
    stored: File | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do.

    `do` does it, and raises Refused and OSError; see Actions.perform. `changes`: the paths that it changes. `gone`:
    what is at its path no more then. `on_disk`: whether real files are moved, so that no view may be open then.
    `spare`, if it can be done in part: returns the plan that leaves alone what is at some paths.
    """

    do: Callable[[], Done]
    changes: tuple[Change, ...] = ()
    gone: Located | None = None
    on_disk: bool = False
    spare: Callable[[Sequence[tuple[str, ...]]], "Plan"] | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes to a tree: `by` is the user, "" if nobody signed in."""

    tree: Tree
    by: str

    def transaction(self, path: Sequence[str]) -> AbstractContextManager[Writer]:
        """Open an owner's transaction for a write to what is at a path. Raises Refused where nothing can be written."""
        if not self.tree.catalog.writable:
            raise Forbidden(READ_ONLY)
        return self.tree.catalog.write(by=self.by, place="/" + "/".join(path[:-1]))

    def said(
        self,
        at: Located,
        changes: tuple[Change, ...],
        act: Callable[..., object],
        *arguments: object,
        to: Located | None = None,
        gone: Located | None = None,
    ) -> Plan:
        """Plan what a method does with a transaction and `arguments`, and with no file.

        `at`: what the write is about. `to`: where something is then, if that is not where it was.
        """

        def do() -> Done:
            with self.transaction(at.path) as w:
                act(w, *arguments)
            return Done(created=(to or at).node is None)

        return Plan(do, changes, gone)


def refusal(at: Located) -> Forbidden:
    """Return what the folder at a path, or the one it is in, says to every write that it has no ability for."""
    folder = at.node if isinstance(at.node, Folder) else at.parent
    return Forbidden(folder.refusal if folder is not None else Folder.refusal)
