"""Actions: what can be done with the nodes of a tree.

    actions = Actions(tree, by="anna")
    done = actions.perform(lambda view: actions.make(tree.locate(view, ["Albums", "Summer"])))

The function given to `perform` runs in one view of the tree. It locates each path once, asks for a plan, checks that
plan against the provider's own rules, and returns it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from haven_fs.catalog.history import corrections
from haven_fs.catalog.undo import undo
from haven_fs.errors import AlreadyExists, Conflict, Forbidden, NotFound, Refused, UserError
from haven_fs.tree.actions.plan import NO_PARENT, NOTHING, THERE, Change, Done, Plan, Writing, refusal
from haven_fs.tree.actions.put import Put, plan_put
from haven_fs.tree.actions.real import RealWrites
from haven_fs.tree.actions.receiving import Receiving
from haven_fs.tree.actions.renaming import Renaming
from haven_fs.tree.actions.smart import SmartWrites
from haven_fs.tree.actions.times import Times
from haven_fs.tree.disk.place import in_words
from haven_fs.tree.files import File
from haven_fs.tree.inside import check_not_inside
from haven_fs.tree.junk import is_junk
from haven_fs.tree.nodes import View
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import TakesFiles, TakesPhotos, TakesUploads

logger = logging.getLogger(__name__)

_Decision = TypeVar("_Decision")
Check = Callable[[View], object]
_BLOCK = 1 << 20


class Actions:
    """The writes of one request; `by` is its user, "" if nobody signed in. Every method raises kinds of Refused.

    `make`, `delete`, `copy`, `move`, `set_time`, `reserve` and `put` change nothing: they return what would be done.
    """

    def __init__(self, tree: Tree, by: str = "") -> None:
        self._tree = tree
        self._writing = Writing(tree, by)
        self._smart = SmartWrites(self._writing)
        self._real = RealWrites(self._writing)
        self._renaming = Renaming(self._writing)
        self._times = Times(self._writing)

    # Doing

    def decide(
        self, decide: Callable[[View], _Decision], *, writes_to: Sequence[str] = (), still: Check | None = None
    ) -> _Decision:
        """Return what `decide` returns in a view of the tree. `writes_to`: the path that is about to be written.

        `decide` is called twice if the user has just taken out what was there. `still`: see `perform`.
        """
        self._void_removal(writes_to, decide)
        self._writing.still.ask(still)
        with self._tree.view() as view, in_words():
            return decide(view)

    def perform(
        self, decide: Callable[[View], Plan], *, writes_to: Sequence[str] = (), still: Check | None = None
    ) -> Done:
        """Do what `decide` plans in a view of the tree. `writes_to`: the path that is about to be written, if any.

        `decide` is called twice if the user has just taken out what was there. `still`: is called in a view of the tree
        when a write of real files begins and nobody else can write; it raises Refused if it may not be done any more.
        """
        self._void_removal(writes_to, decide)
        self._writing.still.ask(still)
        with in_words():
            with self._tree.view() as view:
                plan = decide(view)
                if not plan.on_disk:
                    return plan.do()
            return plan.do()

    def receive(self, put: Put, size: int | None = None) -> Receiving:
        """Begin to receive a file. `size`: how many bytes will come, if the sender says so."""
        return Receiving(self._writing, put, size)

    def _void_removal(self, path: Sequence[str], decide: Callable[[View], object]) -> None:
        """Undo the removal of a photo if the same user now writes to where it was, and `decide` lets them.

        Editors and sync tools save that way, and never meant it to go. The write then finds the photo as it was.
        """
        if not path or not self._tree.gestures.took_out(self._writing.by, path):
            return
        with self._tree.view() as view, in_words():
            decide(view)
        correction = self._tree.gestures.pop_taken_out(self._writing.by, path)
        if correction is None:
            return
        try:
            with Writing(self._tree, self._writing.by).transaction(path) as w:
                undo(w, corrections(w.db, ids=[correction]), time.time())
        except UserError as error:
            logger.warning("The removal of %s, which was then written again, stands: %s", "/".join(path), error)

    # Planning

    def make(self, at: Located) -> Plan:
        """Make a folder."""

        def plan() -> Plan:
            if at.node is None and at.parent is None:
                raise Conflict(NO_PARENT)
            return self._smart.make(at.exact)

        return self._logged(at, plan)

    def delete(self, at: Located) -> Plan:
        """Remove what is at a path, or take it out of its folder."""
        return self._logged(at, lambda: self._delete(at.exact))

    def copy(self, source: Located, target: Located, *, overwrite: bool = True, deep: bool = True) -> Plan:
        """Copy a file or a folder; `deep`: with what is in it."""
        return self._logged(
            target, lambda: self._transfer(source, target.exact, moves=False, overwrite=overwrite, deep=deep)
        )

    def move(self, source: Located, target: Located, *, overwrite: bool = True) -> Plan:
        """Move or rename a file or a folder."""
        return self._logged(
            target, lambda: self._transfer(source.exact, target.exact, moves=True, overwrite=overwrite, deep=True)
        )

    def put(self, at: Located) -> Put:
        """Take a file that is about to be sent; see `receive`."""
        try:
            check_not_inside(at.node)
            return plan_put(self._tree, at)
        except Refused as refused:
            self._writing.note_refused(at, refused)
            raise

    def set_time(self, at: Located, mtime: float) -> Plan:
        """Have a file show the time it was last modified, in seconds since the epoch."""
        check_not_inside(at.node)
        return self._times.plan(at.exact, mtime)

    def _logged(self, at: Located, plan: Callable[[], Plan]) -> Plan:
        """Return a plan; if it is refused, now or when it is done, the log says so."""

        def logged(act: Callable[[], _Decision]) -> _Decision:
            try:
                return act()
            except Refused as refused:
                self._writing.log(at, refused)
                raise

        planned = logged(plan)
        return replace(planned, do=partial(logged, planned.do))

    def _delete(self, at: Located) -> Plan:
        check_not_inside(at.node)
        if at.node is None:
            if (gone := self._smart.gone_along(at)) is not None:
                return gone
            raise NotFound(NOTHING)
        if self._tree.junk.find(at.path) is not None:
            return Plan(partial(self._forget_junk, at))
        plan = self._real.delete(at) or self._smart.delete(at)
        if isinstance(at.node, File) and self._tree.gestures.was_refused(self._writing.by, at.path):
            return Plan(partial(self._clean_up, at))
        return plan

    def _clean_up(self, at: Located) -> Done:
        """Remove nothing: a program whose file was refused deletes what it takes for half of it."""
        self._tree.gestures.forget_refused(self._writing.by, at.path, all_=False)
        logger.info("/%s stays: a file sent there was refused, so there is nothing to clean up", "/".join(at.path))
        return Done()

    def reserve(self, at: Located) -> Plan:
        """Keep a name for a program that locks it before writing to it."""
        folder = at.parent
        if folder is None or not self._tree.catalog.writable:
            raise Forbidden("Nothing can be added here.")
        if is_junk(at.name) and isinstance(folder, TakesFiles | TakesUploads | TakesPhotos):
            return Plan(partial(self._keep_junk, at), (Change(at),))

        def keep() -> Done:
            with self._tree.catalog.write() as w:
                if isinstance(folder, TakesFiles):
                    folder.put_empty(w, at.name)
                else:
                    self._tree.keep_name(w, at)
            return Done(created=True)

        return Plan(keep, (Change(at),))

    def _transfer(self, source: Located, target: Located, *, moves: bool, overwrite: bool, deep: bool) -> Plan:
        target = self._tree.as_named(target, source)
        _check_target(source, target)
        check_not_inside(source.node, target.node)
        if source.node is None:
            if moves and (gone := self._smart.gone_along(source, target)) is not None:
                return gone
            raise NotFound(NOTHING)
        if self._tree.junk.find(source.path) is not None:
            return self._transfer_junk(source, target, moves=moves, overwrite=overwrite)
        if (plan := self._set_aside(source, target, moves=moves)) is not None:
            return plan
        if moves and (plan := self._renaming.plan(source, target, overwrite=overwrite)) is not None:
            return plan
        if not is_placeholder(source.node):
            plan = self._real.transfer(source, target, moves=moves, overwrite=overwrite, deep=deep)
            if plan is not None:
                return plan
        if moves:
            return self._smart.move(source, target, overwrite=overwrite)
        return self._smart.copy(source, target, overwrite=overwrite, deep=deep)

    def _transfer_junk(self, source: Located, target: Located, *, moves: bool, overwrite: bool) -> Plan:
        """Move or copy junk. A temporary file that gets its final name counts as sent there."""
        half, there = source.node, target.node
        assert isinstance(half, File)
        if is_junk(target.name):
            if not moves or not isinstance(target.parent, TakesFiles | TakesUploads | TakesPhotos):
                raise refusal(Located(target.path, None, target.parent))
            return Plan(partial(self._move_junk, source, target))
        if there is not None and not is_placeholder(there) and not overwrite:
            raise AlreadyExists(THERE)
        put = self.put(target)

        def send() -> Done:
            with self._tree.junk.taking(source.path) as take, self.receive(put, half.size) as incoming:
                with half.path.open("rb") as file:
                    while block := file.read(_BLOCK):
                        incoming.write(block)
                return incoming.finish(half.mtime_ns / 1e9, last=take if moves else None)

        changes = (Change(source), *put.changes) if moves else put.changes
        return Plan(send, changes, gone=source if moves else None, on_disk=True)

    def _set_aside(self, source: Located, target: Located, *, moves: bool) -> Plan | None:
        """Let a program keep a file under a name that nobody else sees, as some do with the old one when they save.

        The file goes to the trash if it is moved, so that it is not lost with what systems leave. None if it is not so.
        """
        node, folder = source.node, source.parent
        takes = isinstance(folder, TakesUploads) and isinstance(target.parent, TakesUploads)
        if not is_junk(target.name) or not takes or not isinstance(node, File) or is_placeholder(node):
            return None
        removal = self._real.delete(source) if moves else Plan(Done)
        if removal is None:
            return None

        def keep() -> Done:
            self._tree.junk.keep(target.path, node.path)
            try:
                removal.do()
            except BaseException:
                self._tree.junk.remove(target.path)
                raise
            return Done(created=target.node is None)

        return Plan(keep, (*removal.changes, Change(target)), gone=removal.gone, on_disk=True)

    def _move_junk(self, source: Located, target: Located) -> Done:
        self._tree.junk.move(source.path, target.path)
        return Done(created=True)

    def _keep_junk(self, at: Located) -> Done:
        self._tree.junk.put_empty(at.path)
        return Done(created=True)

    def _forget_junk(self, at: Located) -> Done:
        self._tree.junk.remove(at.path)
        return Done()


def _check_target(source: Located, target: Located) -> None:
    """Raise Refused if nothing can be moved or copied from one path to the other."""
    if not target.path:
        raise Forbidden("The drive itself cannot be replaced.")
    if target.path == source.path:
        raise Forbidden("The source and the destination are the same.")
    if target.parent is None:
        raise Conflict(NO_PARENT)
