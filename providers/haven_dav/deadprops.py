"""Dead properties: what programs keep beside real files and folders by PROPPATCH (RFC 4918, 9.2 and 4).

They are kept for what lies in a writable library, follow it when it is moved or copied, and go when it is deleted. Of
photos that were only put somewhere, what Explorer and Finder set for themselves is kept.
"""

import sqlite3
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, tostring

from haven_dav.conditions import Locks
from haven_dav.proppatch import TIMES, is_system, time_of
from haven_dav.resources import split_path, user_of
from haven_dav.send import Environ
from haven_dav.xmlbody import empty_element, read_xml, split_tag
from haven_fs.catalog.moving import file_at
from haven_fs.errors import NotFound
from haven_fs.tree.actions import NOTHING, Actions, Change, Writing, real_of, refusal
from haven_fs.tree.disk.place import DiskPlace, check_library
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import TakesPhotos, TakesUploads

MOST = 500
"""Properties that one file or folder may have."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def owner_of(node: File | Folder | Text) -> str | None:
    """Return what the catalog keeps a node's properties under, None if it has none."""
    if isinstance(node, File):
        return f"original {node.id}" if node.id else None
    return f"dir {node.dir_id}" if isinstance(node, DiskFolder) else None


def reader(db: sqlite3.Connection) -> Callable[[File | Folder], Sequence[tuple[str, str, str]]] | None:
    """Return what gives the properties of a node: namespace, name, element as XML; None if there are none at all."""
    if db.execute("SELECT 1 FROM property LIMIT 1").fetchone() is None:
        return None

    def read(node: File | Folder) -> Sequence[tuple[str, str, str]]:
        return db.execute(
            "SELECT space, name, value FROM property WHERE owner = ? ORDER BY space, name", (owner_of(node),)
        ).fetchall()

    return read


class Properties:
    """Answers PROPPATCH."""

    def __init__(self, tree: Tree, locks: Locks) -> None:
        self._tree = tree
        self._locks = locks

    def patch(self, environ: Environ, body: bytes, href: str) -> bytes:
        """Do what a PROPPATCH of `href` asks and return the multistatus. Raises Refused and BadRequest."""
        path = split_path(environ["PATH_INFO"])
        actions = Actions(self._tree, user_of(environ))
        with self._tree.view() as view:
            at = self._tree.locate(view, path)
            if at.node is None:
                raise NotFound(NOTHING)
            place = real_of(at)
            is_real = isinstance(place, DiskPlace) and place.library.writable
            if not is_real and not self._is_written(at):
                raise refusal(at)
            self._locks.check_if(environ, view, at)
            self._locks.check(environ, view, Change(at, names=False))
            self._locks.check_conditions(environ, view, at)
        if isinstance(place, DiskPlace) and is_real:
            check_library(place.library)
        changes = _changes(body)
        tags = [tag for _, _, tag in changes]
        refused = [tag for _, element, tag in changes if _is_refused(element, is_real=is_real)]
        if refused:
            return _answer(href, tags, refused)
        owner = owner_of(at.node)
        if owner is not None:
            with Writing(self._tree, user_of(environ)).transaction(path) as w:
                if is_real and isinstance(place, DiskPlace) and not _is_there(w.db, place, owner):
                    return _answer(href, tags, [])
                for is_set, element, tag in changes:
                    if tag not in TIMES:
                        _change(w.db, owner, tag, element if is_set else None)
                _limit(w.db, owner)
        times = [time for is_set, element, tag in changes if is_set and tag in TIMES and (time := time_of(element))]
        if times and isinstance(at.node, File):
            actions.perform(lambda view: actions.set_time(self._tree.locate(view, path), times[-1]))
        return _answer(href, tags, [])

    def _is_written(self, at: Located) -> bool:
        """Tell whether something is a file that a client wrote, or may have written."""
        takes = self._tree.catalog.writable and isinstance(at.parent, TakesUploads | TakesPhotos)
        return isinstance(at.node, File) and (takes or self._tree.junk.find(at.path) is not None or at.is_extra())


def _is_there(db: sqlite3.Connection, place: DiskPlace, owner: str) -> bool:
    row = file_at(db, place.library.id, place.below)
    return owner.startswith("dir ") or (row is not None and owner == f"original {row.id}")


def _limit(db: sqlite3.Connection, owner: str) -> None:
    """Forget the properties of a file or folder that exceed the limit."""
    count = db.execute("SELECT count(*) FROM property WHERE owner = ?", (owner,)).fetchone()[0]
    if count > MOST:
        db.execute(
            "DELETE FROM property WHERE owner = ? AND (space, name) IN (SELECT space, name FROM property"
            " WHERE owner = ? LIMIT ?)",
            (owner, owner, count - MOST),
        )


def _changes(body: bytes) -> list[tuple[bool, Element, str]]:
    """Return what a PROPPATCH asks, in its order: whether to set, the property's element, and its tag."""
    changes = []
    root = read_xml(body, "propertyupdate")
    for change in root:
        if change.tag not in ("{DAV:}set", "{DAV:}remove"):
            continue
        for holder in change:
            for element in holder:
                language = holder.get(_LANG) or change.get(_LANG) or root.get(_LANG)
                if language and element.get(_LANG) is None:
                    element.set(_LANG, language)
                element.tail = None
                changes.append((change.tag == "{DAV:}set", element, element.tag))
    return changes


def _is_refused(element: Element, *, is_real: bool) -> bool:
    """Tell whether a property cannot be set: WebDAV's own, and of a photo that is only shown, programs' own."""
    if element.tag in TIMES:
        return time_of(element) is None
    return split_tag(element.tag)[0] == "DAV:" or not (is_real or is_system(element.tag))


def _change(db: sqlite3.Connection, owner: str, tag: str, element: Element | None) -> None:
    space, name = split_tag(tag)
    if element is None:
        db.execute("DELETE FROM property WHERE owner = ? AND space = ? AND name = ?", (owner, space, name))
        return
    db.execute(
        "INSERT OR REPLACE INTO property (owner, space, name, value) VALUES (?, ?, ?, ?)",
        (owner, space, name, tostring(element, encoding="unicode")),
    )


def _answer(href: str, tags: Sequence[str], refused: Sequence[str]) -> bytes:
    """Return the multistatus: all is done, or, if some of it is refused, nothing is."""

    def propstat(some: Sequence[str], status: str, condition: str = "") -> str:
        parts = "".join(empty_element(*split_tag(tag)) for tag in dict.fromkeys(some))
        return (
            f"<D:propstat><D:prop>{parts}</D:prop><D:status>HTTP/1.1 {status}</D:status>{condition}</D:propstat>"
            if some
            else ""
        )

    if not tags:
        stats = "<D:status>HTTP/1.1 200 OK</D:status>"
    elif not refused:
        stats = propstat(tags, "200 OK")
    else:
        condition = "<D:error><D:cannot-modify-protected-property/></D:error>"
        stats = propstat(refused, "403 Forbidden", condition)
        stats += propstat([tag for tag in tags if tag not in refused], "424 Failed Dependency")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response>'
        f"<D:href>{href}</D:href>{stats}</D:response></D:multistatus>"
    ).encode()
