"""Locks and conditions (RFC 4918, 6, 7 and 10.4; RFC 9110, 13): who may write where.

A lock is kept under one path, however a client came there: an original's in /Originals, a folder's as the tree spells
it. It covers its root, all below that if its depth is infinite, and which names are in it if it is a folder.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from haven_dav.resources import split_path
from haven_dav.send import Environ
from haven_dav.status import Locked, PreconditionFailed
from haven_fs.errors import Malformed
from haven_fs.targets import HOSTS, PROXIED, SENT_HOST, leads_here, parse_target
from haven_fs.tree.actions import THERE, Change
from haven_fs.tree.files import File
from haven_fs.tree.nodes import View
from haven_fs.tree.originals import path_of
from haven_fs.tree.tree import Located, Tree

_LONGEST_IF = 16 * 1024
_TOKENS = re.compile(r"\s*(?:<([^<>]*)>|(\()|(\))|(?i:(not))\b|\[([^\]]*)\])")

_ELSEWHERE = "\0"
"""What stands for the path of a URL of another server."""
_NOWHERE = Located((), None, None)

Lock = dict[str, Any]


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
    """Says whether a request may write somewhere; `locks` gives the lock manager, `prefix` where the drive is mounted.

    `share`: what wsgidav puts before the paths of this drive's locks.
    """

    def __init__(
        self,
        tree: Tree,
        locks: Callable[[], Any],
        prefix: Callable[[], str],
        share: Callable[[], str],
    ) -> None:
        self._tree = tree
        self._locks = locks
        self._prefix = prefix
        self._share = share

    def paths(self, view: View, at: Located) -> list[str]:
        """Return the paths under which locks on a path are kept, whether or not anything is there.

        These are the path as the tree spells it and, for an original, its path in /Originals.
        """
        found = ["/" + "/".join(at.spelled)]
        if isinstance(at.node, File) and at.node.id:
            real = path_of(view.db, at.node.id)
            found += [real] if real not in (None, found[0]) else []
        return found

    def _url(self, path: str) -> str:
        return quote(f"{self._share()}{path}").rstrip("/") or "/"

    def covering(self, path: str) -> list[Lock]:
        """Return the locks that cover a path, and which names are in it."""
        manager = self._locks()
        if manager is None:
            return []
        found: list[Lock] = manager.get_indirect_url_lock_list(self._url(path))
        return found

    def below(self, path: str) -> list[Lock]:
        """Return the locks on what is below a path."""
        manager = self._locks()
        if manager is None:
            return []
        found: list[Lock] = manager.storage.get_lock_list(
            self._url(path), include_root=False, include_children=True, token_only=False
        )
        return found

    def check(self, environ: Environ, view: View, *changes: Change) -> None:
        """Raise Locked if a lock forbids one of the changes."""
        for change in changes:
            paths = self.paths(view, change.at)
            sets = [self.covering(path) for path in paths]
            if change.names and paths[0] != "/":
                sets.append(self.covering(paths[0].rpartition("/")[0] or "/"))
            blocking = [lock for locks in sets for lock in self._blocking(environ, locks)]
            if change.below:
                blocking += self._blocking_below(environ, paths[0])
            if blocking:
                raise Locked(self._path_of_lock(lock) for lock in blocking)

    def _blocking_below(self, environ: Environ, path: str) -> list[Lock]:
        by_root: dict[str, list[Lock]] = {}
        for lock in self.below(path):
            by_root.setdefault(lock["root"], []).append(lock)
        return [lock for locks in by_root.values() for lock in self._blocking(environ, locks)]

    def locked_below(self, environ: Environ, path: str) -> list[str]:
        """Return the paths below a path that others hold locks on."""
        return sorted({self._path_of_lock(lock) for lock in self._blocking_below(environ, path)})

    def _path_of_lock(self, lock: Lock) -> str:
        return unquote(str(lock["root"])).removeprefix(self._share())

    def _blocking(self, environ: Environ, locks: Sequence[Lock]) -> list[Lock]:
        """Return those of the locks on one thing that a request has not shown the token of; of shared ones one does."""
        tokens, who = self.tokens(environ), environ.get("wsgidav.user_name", "anonymous")  # as LOCK has it
        held = [lock for lock in locks if lock["token"] in tokens and lock["principal"] == who]
        exclusive = [lock for lock in locks if lock["scope"] == "exclusive" and lock not in held]
        return exclusive or ([] if held else list(locks))

    def tokens(self, environ: Environ) -> set[str]:
        """Return the tokens of locks that a request shows."""
        conditions = (condition for one in self._lists(environ) for condition in one.conditions)
        return {text[1:-1] for _, text in conditions if text.startswith("<")}

    def check_if(self, environ: Environ, view: View, at: Located) -> None:
        """Raise Refused unless what a request's If header says is so."""
        lists = self._lists(environ)
        if lists and not any(self._holds(view, at, one) for one in lists):
            raise PreconditionFailed("What is here has changed since the program last looked.")

    def _holds(self, view: View, at: Located, one: _List) -> bool:
        if one.path is not None:
            at = self._tree.locate(view, split_path(one.path)) if one.path != _ELSEWHERE else _NOWHERE
        tag = f'"{at.shown.etag}"' if isinstance(at.shown, File) else None
        paths = self.paths(view, at) if at is not _NOWHERE else []
        tokens = {lock["token"] for path in paths for lock in self.covering(path)}
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

    def unlock(self, paths: Sequence[str]) -> None:
        """Forget the locks on what is not there any more."""
        manager = self._locks()
        for path in paths if manager is not None else ():
            manager.remove_all_locks_from_url(self._url(path), recursive=True)


def check_conditions(environ: Environ, node: object) -> None:
    """Raise Refused if a request's If-Match or If-None-Match says that it is not to be done."""
    etag = f'"{node.etag}"' if isinstance(node, File) else None
    tags = environ.get("HTTP_IF_NONE_MATCH", "")
    if node is not None and (tags.strip() == "*" or (etag and etag in tags)):
        raise PreconditionFailed(THERE)
    match = environ.get("HTTP_IF_MATCH")
    if match is not None and (node is None or (match.strip() != "*" and (etag is None or etag not in match))):
        raise PreconditionFailed("The file has been replaced in the meantime.")
