"""LOCK and UNLOCK (RFC 4918, 9.10 and 9.11), and what lockdiscovery says.

A lock lasts as long as the program asks, an hour at most, and as long again each time it is refreshed. A name that
nothing has yet can be locked where files are taken, which keeps the name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring
from xml.sax.saxutils import escape, quoteattr

from haven_dav.conditions import Locks
from haven_dav.resources import split_path, user_of
from haven_dav.send import Environ
from haven_dav.status import Locked, PreconditionFailed, WrongToken
from haven_dav.writes import refuse_slashes
from haven_dav.xmlbody import BadRequest, read_body, read_xml
from haven_fs.catalog import names
from haven_fs.catalog.locks import LONGEST_SECONDS, Lock
from haven_fs.errors import Conflict, Forbidden, Malformed, NotFound, Refused
from haven_fs.tree.actions import NO_PARENT, NOTHING, Actions
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.originals import DiskFolder, path_of
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import Removable

LONGEST_OWNER = 1024
"""Bytes that a program may say of who it is."""
_LONGEST_PROGRAM = 200
_ACTIVE = (
    "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:{scope}/></D:lockscope><D:depth>{depth}</D:depth>"
    "{owner}<D:timeout>Second-{left}</D:timeout><D:locktoken><D:href>{token}</D:href></D:locktoken>"
    "<D:lockroot><D:href>{root}</D:href></D:lockroot></D:activelock>"
)


@dataclass(frozen=True, slots=True)
class Granted:
    """The answer to a LOCK: the lock first, then the others there. `made`: nothing had that name yet."""

    lock: Lock
    others: Sequence[Lock]
    made: bool = False
    is_new: bool = True


class Locking:
    """Answers LOCK and UNLOCK."""

    def __init__(self, tree: Tree, locks: Locks) -> None:
        self._tree = tree
        self._locks = locks
        self._held = locks.held

    def lock(self, environ: Environ) -> Granted:
        """Grant a lock or refresh one. Raises Refused and BadRequest."""
        refuse_slashes(environ)
        depth = environ.get("HTTP_DEPTH", "infinity").strip().lower()
        if depth not in ("0", "infinity"):
            raise Malformed("Depth must be 0 or infinity for LOCK.")
        body, seconds = read_body(environ), seconds_of(environ.get("HTTP_TIMEOUT", ""))
        if not body.strip():
            return self._refresh(environ, seconds)
        shared, owner = _lockinfo(body)
        path, actions = split_path(environ["PATH_INFO"]), Actions(self._tree, user_of(environ))
        with self._tree.view() as view:
            at = self._tree.locate(view, path)
            if at.node is None and at.parent is None:
                raise Conflict(NO_PARENT)
            changes = actions.reserve(at).changes if at.node is None else ()
            self._locks.check_if(environ, view, at)
            self._locks.check(environ, view, *changes)
            self._locks.check_conditions(environ, view, at)
            paths, is_folder = self._locks.paths(view, at), isinstance(at.node, Folder)
            wanted = self._held.made(
                paths[-1],
                "/" + "/".join(at.spelled) + ("/" if is_folder and at.spelled else ""),
                by=user_of(environ),
                program=environ.get("HTTP_USER_AGENT", "")[:_LONGEST_PROGRAM],
                owner=owner,
                seconds=seconds or LONGEST_SECONDS,
                deep=depth == "infinity",
                shared=shared,
                only_root=is_folder and not self._is_somebodys(at),
            )
        in_the_way = self._held.grant(wanted, paths, lambda found: _conflicts(wanted, paths, found))
        if in_the_way:
            raise Locked((lock.shown for lock in in_the_way), conflicts=True)
        try:
            others = [lock for lock in self._held.covering(paths) if lock.token != wanted.token]
            if at.node is None:
                actions.perform(lambda view: actions.reserve(self._tree.locate(view, path)))
        except Refused:
            self._held.release([wanted])
            raise
        return Granted(wanted, others, made=at.node is None)

    def _refresh(self, environ: Environ, seconds: int | None) -> Granted:
        """Have a lock last longer, named by its token and by anything that it is on."""
        tokens = self._locks.tokens(environ)
        if not tokens:
            raise Malformed("This LOCK has no body, and no If header that says which lock is to last longer.")
        with self._tree.view() as view:
            at = self._tree.locate(view, split_path(environ["PATH_INFO"]))
            self._locks.check_if(environ, view, at)
            self._locks.check_conditions(environ, view, at)
            found = self._held.covering(self._locks.paths(view, at))
        lock = next((lock for lock in found if lock.token in tokens), None)
        if lock is None:
            raise PreconditionFailed("No such lock is on this. It may have run out: lock it again.")
        if lock.by != user_of(environ):
            raise Forbidden("This is another user's lock.")
        again = self._held.refresh(lock, seconds)
        if again is None:
            raise PreconditionFailed("This lock has just run out. Lock it again.")
        return Granted(again, [one for one in found if one.token != lock.token], is_new=False)

    def unlock(self, environ: Environ) -> None:
        """Give a lock back. Raises Refused."""
        token = environ.get("HTTP_LOCK_TOKEN", "").strip()
        if not token:
            raise Malformed("The Lock-Token header, which says which lock to give back, is missing.")
        with self._tree.view() as view:
            at = self._tree.locate(view, split_path(environ["PATH_INFO"]))
            found = self._held.covering(self._locks.paths(view, at))
            lock = next((lock for lock in found if f"<{lock.token}>" == token or lock.token == token), None)
            if lock is None and at.node is None:
                raise NotFound(NOTHING)
            if lock is None:
                raise WrongToken("This is not locked by that token. The lock may have run out.")
            if lock.by != user_of(environ):
                raise Forbidden("This is another user's lock. Whoever runs Haven can break it: haven locks break")
            self._locks.check_if(environ, view, at)
            self._locks.check_conditions(environ, view, at)
        self._held.release([lock])

    def _is_somebodys(self, at: Located) -> bool:
        """Tell whether a folder was made by somebody: those on disk, and those that can be removed."""
        if not at.spelled or self._tree.has("/".join(at.spelled)):
            return False
        return isinstance(at.node, DiskFolder | Removable)


def seconds_of(header: str) -> int | None:
    """Return how long a Timeout header asks a lock to last, in seconds; None if it says nothing that makes sense."""
    for part in header.lower().split(","):
        word, _, number = part.strip().partition("-")
        if word == "infinite":
            return LONGEST_SECONDS
        if word == "second" and number.isascii() and number.isdigit() and number.strip("0"):
            return LONGEST_SECONDS if len(number.lstrip("0")) > 5 else min(int(number), LONGEST_SECONDS)
    return None


def _conflicts(wanted: Lock, paths: Sequence[str], found: Sequence[Lock]) -> list[Lock]:
    """Return those of the locks on something and below it that are in the way of a lock."""
    in_the_way = []
    for lock in found:
        is_same = lock.root in paths
        is_above = not is_same and any(lock.holds(path) for path in paths)
        is_below = not is_same and not lock.only_root and not wanted.only_root and wanted.covers(lock.root)
        if (is_same or is_above or is_below) and not (lock.shared and wanted.shared):
            in_the_way.append(lock)
    return in_the_way


def _lockinfo(body: bytes) -> tuple[bool, str]:
    """Return whether a lock is to be shared, and its owner as XML. Raises BadRequest."""
    root = read_xml(body, "lockinfo")
    scopes = [child.tag for part in root.findall("{DAV:}lockscope") for child in part]
    types = [child.tag for part in root.findall("{DAV:}locktype") for child in part]
    if scopes not in (["{DAV:}exclusive"], ["{DAV:}shared"]):
        raise BadRequest("The lockscope must be exclusive or shared.")
    if types != ["{DAV:}write"]:
        raise BadRequest("The locktype must be write.")
    owner = root.find("{DAV:}owner")
    text = _owner(owner) if owner is not None else ""
    if len(text.encode()) > LONGEST_OWNER:
        raise BadRequest(f"The owner is longer than {LONGEST_OWNER} bytes.")
    return scopes == ["{DAV:}shared"], text


def _owner(element: Element) -> str:
    """Return an owner element with all that is in it, under the prefix that answers use."""
    given = "".join(
        f" xml:{name.rpartition('}')[2]}={quoteattr(value)}"
        for name, value in element.attrib.items()
        if name.startswith("{http://www.w3.org/XML/1998/namespace}")
    )
    inner = "".join(tostring(child, encoding="unicode") for child in element)
    return f"<D:owner{given}>{escape(element.text or '')}{inner}</D:owner>"


class Discovery:
    """What lockdiscovery says of a folder and what is in it.

    `found`: the locks on it, above and below; `bases`: the paths that it has; `href`: gives the address of a path.
    """

    def __init__(
        self,
        view: View,
        found: Sequence[Lock],
        bases: Sequence[str],
        href: Callable[[str], str],
        left: Callable[[Lock], int],
    ) -> None:
        self._view = view
        self._bases = [base.rstrip("/") for base in bases]
        self._href = href
        self._left = left
        self._by_root: dict[str, dict[str, Lock]] = {}
        for lock in found:
            self._by_root.setdefault(lock.root, {})[lock.token] = lock
        self._any_originals = any(root.startswith("/Originals/") for root in self._by_root)

    def itself(self) -> str:
        """Return the locks on the folder."""
        return self._of([base or "/" for base in self._bases])

    def member(self, name: str, file: File | None = None) -> str:
        """Return the locks on what has a name in the folder; `file`: if it is one."""
        paths = [f"{base}/{name}" for base in self._bases]
        if file is not None and file.id and self._any_originals:
            paths.append(path_of(self._view.db, file.id) or paths[0])
        return self._of(paths)

    def _of(self, paths: Sequence[str]) -> str:
        found: dict[str, Lock] = {}
        for path in dict.fromkeys(paths):
            above = path
            while True:
                found |= {t: lock for t, lock in self._by_root.get(above, {}).items() if lock.holds(path)}
                if above == "/":
                    break
                above = above.rpartition("/")[0] or "/"
        return lockdiscovery(found.values(), self._href, self._left)


def lockdiscovery(locks: Iterable[Lock], href: Callable[[str], str], left: Callable[[Lock], int]) -> str:
    """Return the lockdiscovery element of what these locks are on."""
    active = (
        _ACTIVE.format(
            scope="shared" if lock.shared else "exclusive",
            depth="infinity" if lock.deep else "0",
            owner=lock.owner,
            left=left(lock),
            token=names.xml(lock.token),
            root=names.xml(href(lock.shown)),
        )
        for lock in locks
    )
    return f"<D:lockdiscovery>{''.join(active)}</D:lockdiscovery>"
