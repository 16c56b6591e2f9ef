"""Dead properties: what programs keep beside real files and folders by PROPPATCH (RFC 4918, 9.2 and 4).

They are kept for what lies in a writable library, follow it when it is moved or copied, and go when it is deleted.
Times and attributes that Explorer and Finder set are granted and not kept: a file's own are told instead.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from xml.etree.ElementTree import Element, tostring

from haven_dav.conditions import Locks
from haven_dav.propfind import empty_element, read_xml, split_tag
from haven_dav.proppatch import is_granted
from haven_dav.send import Environ
from haven_fs.catalog import Writer
from haven_fs.catalog.moving import file_at
from haven_fs.tree.filing import Spot, check_library
from haven_fs.tree.nodes import Folder
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.photoset import File
from haven_fs.tree.tree import Tree

MOST = 500
"""Properties that one file or folder may have."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def owner_of(node: File | Folder) -> str | None:
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


class DeadProperties:
    """Answers PROPPATCH of real files and folders; `changing` opens an owner's transaction."""

    def __init__(self, tree: Tree, locks: Locks, changing: Callable[[Environ], AbstractContextManager[Writer]]) -> None:
        self._tree = tree
        self._locks = locks
        self._changing = changing

    def patch(self, environ: Environ, parts: list[str], body: bytes, href: str) -> bytes | None:
        """Do what a PROPPATCH asks and return the multistatus; None if it is not about what is in a writable library.

        Raises Refused and BadRequest.
        """
        with self._tree.view() as view:
            at = self._tree.locate(view, parts)
            node = at.node
            spot = _spot(node, at.parent)
            if spot is None or not spot.library.writable or not isinstance(node, File | Folder):
                return None
            self._locks.check_if(environ, view, parts)
            self._locks.check(environ, self._locks.paths(view, parts))
            owner = owner_of(node)
        check_library(spot.library)
        changes = _changes(body)
        refused = [tag for _, element, tag in changes if _is_refused(element)]
        if not refused and owner is not None:
            with self._changing(environ) as w:
                if not _is_there(w.db, spot, owner):
                    return None
                for is_set, element, tag in changes:
                    _change(w.db, owner, tag, element if is_set else None)
                count = w.db.execute("SELECT count(*) FROM property WHERE owner = ?", (owner,)).fetchone()[0]
                if count > MOST:
                    w.db.execute(
                        "DELETE FROM property WHERE owner = ? AND (space, name) IN (SELECT space, name FROM property"
                        " WHERE owner = ? LIMIT ?)",
                        (owner, owner, count - MOST),
                    )
        return _answer(href, [tag for _, _, tag in changes], refused)


def _spot(node: object, parent: object) -> Spot | None:
    if isinstance(node, DiskFolder):
        return node.spot()
    if isinstance(node, File) and isinstance(parent, DiskFolder):
        real = parent.real_name(node.name)
        return parent.spot().child(real) if real is not None else None
    return None


def _is_there(db: sqlite3.Connection, spot: Spot, owner: str) -> bool:
    row = file_at(db, spot.library.id, spot.below)
    return owner.startswith("dir ") or (row is not None and owner == f"original {row.id}")


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


def _is_refused(element: Element) -> bool:
    return split_tag(element.tag)[0] == "DAV:"


def _change(db: sqlite3.Connection, owner: str, tag: str, element: Element | None) -> None:
    space, name = split_tag(tag)
    if is_granted(tag):
        return
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

    if not refused:
        stats = propstat(tags, "200 OK")
    else:
        condition = "<D:error><D:cannot-modify-protected-property/></D:error>"
        stats = propstat(refused, "403 Forbidden", condition)
        stats += propstat([tag for tag in tags if tag not in refused], "424 Failed Dependency")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response>'
        f"<D:href>{href}</D:href>{stats}</D:response></D:multistatus>"
    ).encode()
