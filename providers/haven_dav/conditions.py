"""Locks and conditions (RFC 4918, 6, 7 and 10.4; RFC 9110, 13): who may write where.

A lock is kept under one path, however a client came there: in /Originals, if it lies there, else as the tree spells it.
It covers its root, all below that if its depth is infinite, and which names are in it if it is a folder. Nobody owns
Haven's own folders, such as /Search: a lock on one is granted and shown, and keeps nobody from what is in there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from haven_dav.propfind import text_file
from haven_dav.resources import split_path, user_of
from haven_dav.send import Environ
from haven_dav.status import Locked, PreconditionFailed
from haven_fs.catalog.locks import Lock
from haven_fs.catalog.locks import Locks as Held
from haven_fs.errors import Malformed
from haven_fs.preconditions import CONDITIONS, State, failed
from haven_fs.targets import HOSTS, PROXIED, SENT_HOST, leads_here, parse_target
from haven_fs.tree.actions import THERE, Change
from haven_fs.tree.files import File
from haven_fs.tree.narrowing import Versions
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.originals import DiskFolder, path_of, path_of_dir
from haven_fs.tree.tree import Located, Tree

_LONGEST_IF = 16 * 1024
_TOKENS = re.compile(r"\s*(?:<([^<>]*)>|(\()|(\))|(?i:(not))\b|\[([^\]]*)\])")

_ELSEWHERE = "\0"
"""What stands for the path of a URL of another server."""
_NOWHERE = Located((), None, None)

CHANGED = "What is here has changed since the program last looked."


@dataclass(frozen=True, slots=True)
class _List:
    """One list of an If header: about a path of the drive, None for the request's own; all conditions must hold.

    A condition is whether it is to be so, and a lock's token or an entity tag in its brackets.
    """

    path: str | None
    conditions: tuple[tuple[bool, str], ...]


def parse_if(header: str, path_of: Callable[[str], str | None]) -> list[_List]:
    """Return the lists in an If header. `path_of`: the drive's path of a URL, None if it is elsewhere.

    Raises Refused if it is malformed.
    """
    malformed = Malformed("The If header cannot be read.")
    if len(header) > _LONGEST_IF:
        raise malformed
    lists: list[_List] = []
    path: str | None = None
    elsewhere, inside, wanted, position = False, False, True, 0
    conditions: list[tuple[bool, str]] = []
    text = header.strip()
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None:
            raise malformed
        position = match.end()
        angled, opens, closes, negates, bracketed = match.groups()
        if opens and not inside:
            inside, conditions, wanted = True, [], True
        elif closes and inside and conditions and wanted:
            inside = False
            lists.append(_List(_ELSEWHERE if elsewhere else path, tuple(conditions)))
        elif negates and inside and wanted:
            wanted = False
        elif inside and (angled is not None or bracketed is not None):
            conditions.append((wanted, f"<{angled}>" if angled is not None else f"[{bracketed}]"))
            wanted = True
        elif angled is not None and not inside:
            path = path_of(angled)
            elsewhere = path is None
        else:
            raise malformed
    if inside or not lists:
        raise malformed
    return lists


class Locks:
    """Says whether a request may write somewhere; `prefix` gives where the drive is mounted."""

    def __init__(self, tree: Tree, prefix: Callable[[], str]) -> None:
        self._tree = tree
        self._prefix = prefix
        self.held = Held(tree.catalog)
        """The locks that are held."""

    def paths(self, view: View, at: Located) -> list[str]:
        """Return the paths under which locks on a path are kept, whether or not anything is there.

        The first is the path as the tree spells it. Others are those in /Originals: that of what lies in the folder on
        disk, and that of the original which is shown. A lock that is taken is kept under the last.
        """
        found = {"/" + "/".join(at.spelled): None}
        if isinstance(at.node, DiskFolder):
            found[path_of_dir(view.db, at.node.dir_id)] = None
        elif isinstance(at.parent, DiskFolder):
            found[f"{path_of_dir(view.db, at.parent.dir_id)}/{at.spelled[-1]}"] = None
        if isinstance(at.node, File) and at.node.id and (real := path_of(view.db, at.node.id)) is not None:
            found[real] = None
        return list(found)

    def check(self, environ: Environ, view: View, *changes: Change) -> None:
        """Raise Locked if a lock forbids one of the changes."""
        for change in changes:
            paths = self.paths(view, change.at)
            own = [lock for lock in self.held.covering(paths) if any(lock.holds(path) for path in paths)]
            blocking = self._blocking(environ, own)
            if change.names and paths[0] != "/":
                above = [path.rpartition("/")[0] or "/" for path in paths]
                blocking += self._blocking(environ, [lock for lock in self.held.covering(above) if not lock.only_root])
            if change.below:
                blocking += self._blocking_below(environ, paths)
            if blocking:
                raise Locked(lock.shown for lock in blocking)

    def _blocking_below(self, environ: Environ, paths: Sequence[str]) -> list[Lock]:
        by_root: dict[str, list[Lock]] = {}
        for lock in self.held.below(paths):
            if not lock.only_root:
                by_root.setdefault(lock.root, []).append(lock)
        return [lock for locks in by_root.values() for lock in self._blocking(environ, locks)]

    def locked_below(self, environ: Environ, view: View, at: Located) -> list[str]:
        """Return the paths below a path that others hold locks on."""
        blocking = self._blocking_below(environ, self.paths(view, at))
        return sorted({lock.shown.rstrip("/") for lock in blocking})

    def _blocking(self, environ: Environ, locks: Sequence[Lock]) -> list[Lock]:
        """Return those of the locks on one thing that a request has not shown the token of; of shared ones one does."""
        tokens, who = self.tokens(environ), user_of(environ)
        held = [lock for lock in locks if lock.token in tokens and lock.by == who]
        exclusive = [lock for lock in locks if not lock.shared and lock not in held]
        return exclusive or ([] if held else list(locks))

    def tokens(self, environ: Environ) -> set[str]:
        """Return the tokens of locks that a request shows."""
        conditions = (condition for one in self._lists(environ) for condition in one.conditions)
        return {text[1:-1] for _, text in conditions if text.startswith("<")}

    def check_if(self, environ: Environ, view: View, at: Located) -> None:
        """Raise Refused unless what a request's If header says is so."""
        lists = self._lists(environ)
        if lists and not any(self._holds(view, at, one) for one in lists):
            raise PreconditionFailed(CHANGED)

    def _holds(self, view: View, at: Located, one: _List) -> bool:
        if one.path is not None:
            at = self._tree.locate(view, split_path(one.path)) if one.path != _ELSEWHERE else _NOWHERE
        state = state_of(view, at)
        tag = f'"{state.tag}"' if state is not None and state.tag is not None else None
        paths = self.paths(view, at) if at is not _NOWHERE else []
        tokens = {lock.token for lock in self.held.covering(paths)} if paths else set()
        return all(
            wanted == (text[1:-1] in tokens if text.startswith("<") else text[1:-1].removeprefix("W/") == tag)
            for wanted, text in one.conditions
        )

    def _lists(self, environ: Environ) -> list[_List]:
        header = environ.get("HTTP_IF")
        if header is None:
            return []
        if "haven.if" not in environ:
            environ["haven.if"] = parse_if(header, lambda url: self.path_of_url(environ, url))
        lists: list[_List] = environ["haven.if"]
        return lists

    def path_of_url(self, environ: Environ, url: str) -> str | None:
        """Return the drive's path of a URL or a URL's path, None if it is on another server or another drive.

        A proxy may ask by another name than its clients do: then only the path can say. Raises Malformed.
        """
        target, before = parse_target(url), unquote(self._prefix())
        if leads_here(environ, target) is False:
            return None
        if f"{target.path}/".startswith(f"{before}/"):
            return target.path.removeprefix(before) or "/"
        # Some proxies put what they ask by into this header too.
        sent = environ.get(SENT_HOST)
        is_rewritten = bool(environ.get(PROXIED)) and (
            target.host is None
            or (sent != environ.get("HTTP_HOST") and leads_here({**environ, HOSTS: (sent,)}, target) is True)
        )
        return target.path if is_rewritten else None

    def matter(self, environ: Environ) -> bool:
        """Tell whether a request depends on more than what it writes to: it has conditions, or something is locked."""
        return "HTTP_IF" in environ or any(header in environ for header in CONDITIONS) or self.held.any()

    def check_conditions(self, environ: Environ, view: View, at: Located) -> None:
        """Raise PreconditionFailed if HTTP's conditions say that a request that is no GET is not to be done."""
        if any(header in environ for header in CONDITIONS) and failed(environ, state_of(view, at)):
            wants_none = environ.get("HTTP_IF_NONE_MATCH", "").strip() == "*"
            raise PreconditionFailed(THERE if wants_none and at.shown is not None else CHANGED)


def state_of(view: View, at: Located) -> State | None:
    """Return what conditions compare: the entity tag and date that PROPFIND shows; None if nothing is there."""
    node = at.shown
    if isinstance(node, Folder):
        stamp = Versions(view).of(node)
        return State(str(stamp), view.modified(stamp) // 1000)
    if isinstance(node, Text):
        assert at.parent is not None
        node = text_file(view, at.parent, node)
    return State(node.etag, node.mtime_ns // 1_000_000_000) if node is not None else None
