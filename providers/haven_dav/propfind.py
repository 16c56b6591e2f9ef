"""PROPFIND: what clients ask, and the answer made mostly inside the database.

A listing is one printf template over the columns of an original, which SQLite fills in for every file of a folder.
Clients ask for a few fixed sets of properties, so the finished body of a folder is kept and sent again as long as
the folder's stamp says that nothing changed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import Element

from haven_dav.xmlbody import BadRequest, empty_element, read_xml, split_tag
from haven_fs.catalog import names
from haven_fs.catalog.spelling import http_date, iso_date
from haven_fs.tree.files import File, Stamp
from haven_fs.tree.listing import Listing
from haven_fs.tree.narrowing import Versions
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.originals import DiskFolder

MOST_PROPERTIES = 200

_DAV = "DAV:"
_LOCK_ENTRY = "<D:lockentry><D:lockscope><D:{}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>"
_SUPPORTED_LOCK = _LOCK_ENTRY.format("exclusive") + _LOCK_ENTRY.format("shared")
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">'
_TAIL = b"</D:multistatus>"

# What a file's properties are made of: a printf piece and the column that fills it.
_FILE_PROPERTIES: dict[str, tuple[str, str | None]] = {
    "displayname": ("<D:displayname>%s</D:displayname>", "xml"),
    "getcontentlength": ("<D:getcontentlength>%d</D:getcontentlength>", "size"),
    "getcontenttype": ("<D:getcontenttype>%s</D:getcontenttype>", "mime"),
    "getetag": ('<D:getetag>"%s"</D:getetag>', "etag"),
    "getlastmodified": ("<D:getlastmodified>%s</D:getlastmodified>", "modified"),
    "creationdate": ("<D:creationdate>%s</D:creationdate>", "created"),
    "resourcetype": ("<D:resourcetype/>", None),
    "supportedlock": (f"<D:supportedlock>{_SUPPORTED_LOCK}</D:supportedlock>", None),
    "lockdiscovery": ("<D:lockdiscovery/>", None),
}
_FOLDER_PROPERTIES = (
    "displayname",
    "getetag",
    "getlastmodified",
    "creationdate",
    "resourcetype",
    "supportedlock",
    "lockdiscovery",
    "quota-available-bytes",
    "quota-used-bytes",
)
# RFC 4331 keeps quotas out of allprop. The constant supportedlock is left out too: with it 2,000 photos would pass
# the 1,000,000 bytes of properties above which Explorer shows an empty folder.
_NOT_IN_ALLPROP = {"supportedlock", "quota-available-bytes", "quota-used-bytes"}


Kept = dict[tuple[str, str], str]
"""Properties that programs keep beside a file or folder: namespace and name to the element as XML."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for: `names` of properties as (namespace, name), or only which there are (`only_names`)."""

    names: tuple[tuple[str, str], ...] | None = None
    include: tuple[tuple[str, str], ...] = ()
    only_names: bool = False

    @property
    def everything(self) -> bool:
        """Whether the client asked for allprop."""
        return self.names is None

    @property
    def asks_for_locks(self) -> bool:
        """Whether what is locked is asked for."""
        return not self.only_names and (self.everything or self.asks_for("lockdiscovery"))

    def asks_for(self, name: str) -> bool:
        """Tell whether a property in the DAV: namespace is asked for by name."""
        return (_DAV, name) in (self.names or self.include)


def depth_of(header: str | None) -> str:
    """Return "0", "1", "1,noroot" or "infinity", which is also meant where there is no Depth. Raises BadRequest."""
    depth = ",".join(part.strip() for part in (header if header is not None else "infinity").lower().split(","))
    if depth not in ("0", "1", "1,noroot", "infinity"):
        raise BadRequest("Depth must be 0 or 1.")
    return depth


def parse(body: bytes) -> Wanted:
    """Return what the body of a PROPFIND asks for; an empty one asks for everything. Raises BadRequest."""
    if not body.strip():
        return Wanted()
    root = read_xml(body, "propfind")
    children = {child.tag: child for child in root}
    if "{DAV:}propname" in children:
        return Wanted(only_names=True)
    if "{DAV:}allprop" in children:
        return Wanted(include=_names(children.get("{DAV:}include")))
    if "{DAV:}prop" in children:
        return Wanted(names=_names(children["{DAV:}prop"]))
    raise BadRequest("The DAV:propfind element contains neither prop, allprop nor propname.")


def _names(element: Element | None) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for child in element if element is not None else ():
        found[split_tag(child.tag)] = None
        if len(found) > MOST_PROPERTIES:
            raise BadRequest(f"More than {MOST_PROPERTIES} properties are requested.")
    return tuple(found)


class Discovers(Protocol):
    """Says what the locks in and around a folder are, as XML."""

    def itself(self) -> str:
        """Return the locks on the folder."""
        ...

    def member(self, name: str, file: File | None = None) -> str:
        """Return the locks on what has a name in the folder; `file`: if it is one."""
        ...


class Multistatus:
    """Makes the answers to one kind of request.

    `quota` gives the bytes used and free; `locks`, if there are any, what lockdiscovery says; `dead`, if there are any,
    the properties that programs keep beside a file or folder: namespace, name, and XML.
    """

    def __init__(
        self,
        wanted: Wanted,
        quota: Callable[[], tuple[int, int]],
        locks: Discovers | None = None,
        dead: Callable[[File | Folder], Sequence[tuple[str, str, str]]] | None = None,
    ) -> None:
        self._wanted = wanted
        self._quota = quota
        self._locks = locks
        # Nearly all clients name what they want, and name nothing else.
        named = wanted.names is not None and all(space == _DAV for space, _ in wanted.names)
        self._dead = None if named else dead
        self._file_names = self._present(_FILE_PROPERTIES)
        self._folder_names = self._present(_FOLDER_PROPERTIES)
        self._file_rest = self._rest(self._file_names)
        self._folder_rest = self._rest(self._folder_names)

    def _present(self, known: Iterable[str]) -> list[str]:
        if self._wanted.only_names:
            return list(known)
        if self._wanted.everything:
            return [name for name in known if name not in _NOT_IN_ALLPROP or self._wanted.asks_for(name)]
        return [name for name in known if self._wanted.asks_for(name)]

    def _kept(self, node: File | Folder) -> Kept:
        """Return the properties kept beside a file or folder that are asked for, as XML."""
        found = {(space, name): value for space, name, value in self._dead(node)} if self._dead is not None else {}
        if self._wanted.only_names:
            return {name: empty_element(*name) for name in found}
        return {
            name: value for name, value in found.items() if self._wanted.names is None or name in self._wanted.names
        }

    def _rest(self, present: list[str], kept: Iterable[tuple[str, str]] = ()) -> str:
        """Return the propstat of what was asked for and is not there."""
        asked = [name for name in self._wanted.names or () if name not in kept]
        missing = [(space, name) for space, name in asked if space != _DAV or name not in present]
        if not missing:
            return ""
        parts = "".join(empty_element(space, name) for space, name in missing)
        return f"<D:propstat><D:prop>{parts}</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"

    def _found(self, properties: str) -> str:
        if not properties and self._wanted.names:
            return ""
        return f"<D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"

    def listing(
        self, view: View, folder: Folder, href: str, listing: Listing | None, *, itself: bool = True
    ) -> list[bytes]:
        """Return the answer for a folder at `href` (ending in "/"), with what it lists unless that is None.

        `itself`: whether the folder is among the answers.
        """
        look = folder.view.look
        name = folder.view.path[-1] if folder.view.path else look.name if look is not None else "Haven"
        versions = Versions(view)
        body = [_HEAD]
        if itself:
            locks = self._locks.itself() if self._locks is not None else ""
            body.append(self.folder(view, versions.of(folder), href, name, self._kept(folder), locks).encode())
        if listing is not None:
            for entry in listing.folders:
                below = folder.enter(entry.name) if self._dead is not None and isinstance(folder, DiskFolder) else None
                url, stamp = f"{href}{names.href(entry.name)}/", versions.listed(folder, entry)
                locks = self._locks.member(entry.name) if self._locks is not None else ""
                kept = self._kept(below) if below else {}
                body.append(self.folder(view, stamp, url, entry.name, kept, locks).encode())
            body += [self.text(view, folder, text, href).encode() for text in listing.texts]
            if self._locks is not None or self._dead is not None:
                body += [self.file(file, href).encode() for file in listing.every_file()]
            else:
                body += [self.file(file, href).encode() for file in (*listing.extras, *listing.kept)]
                for files in (listing.files, listing.films):
                    body += files.render(view.db, *self._template(href)) if files is not None else ()
        body.append(_TAIL)
        return body

    def one(self, response: str) -> list[bytes]:
        """Return the answer that consists of one response."""
        return [_HEAD, response.encode(), _TAIL]

    def _template(self, href: str, kept: Kept | None = None) -> tuple[str, list[str]]:
        """Return the printf template of a file's response in the folder at `href`, and the columns for its holes."""
        columns = ["href"]
        pieces = []
        for name in self._file_names:
            piece, column = _FILE_PROPERTIES[name]
            if self._wanted.only_names:
                piece, column = f"<D:{name}/>", None
            pieces.append(piece)
            if column:
                columns.append(column)
        start = f"<D:response><D:href>{href}".replace("%", "%%") + "%s</D:href>"
        rest = (self._rest(self._file_names, kept) if kept else self._file_rest).replace("%", "%%")
        pieces += [value.replace("%", "%%") for value in (kept or {}).values()]
        return start + self._found("".join(pieces)) + rest + "</D:response>", columns

    def file(self, file: File, href: str) -> str:
        """Return one file's response, in the folder at `href`."""
        template, columns = self._template(href, self._kept(file))
        given = {
            "href": names.href(file.name),
            "xml": names.xml(file.name),
            "size": file.size,
            "etag": file.etag,
            "modified": file.modified,
            "created": file.created,
            "mime": file.mime,
        }
        response = template % tuple(given[column] for column in columns)
        if self._locks is not None and "lockdiscovery" in self._file_names:
            response = response.replace("<D:lockdiscovery/>", self._locks.member(file.name, file), 1)
        return response

    def text(self, view: View, folder: Folder, text: Text, href: str) -> str:
        """Return the response of a folder's small text file, which is as old as the folder."""
        return self.file(text_file(view, folder, text), href)

    def folder(self, view: View, stamp: Stamp, href: str, name: str, kept: Kept | None = None, locks: str = "") -> str:
        """Return the response of a folder at `href`, with what programs have `kept` beside it and its `locks`."""
        if self._wanted.only_names:
            properties = "".join(f"<D:{name}/>" for name in self._folder_names)
        else:
            modified = view.modified(stamp)
            values = {
                "displayname": names.xml(name),
                "getetag": f'"{stamp}"',
                "getlastmodified": http_date(modified * 1_000_000),
                "creationdate": iso_date(modified * 1_000_000),
                "resourcetype": "<D:collection/>",
                "supportedlock": _SUPPORTED_LOCK,
                "lockdiscovery": "",
            }
            if any(name.startswith("quota") for name in self._folder_names):
                used, free = self._quota()
                values |= {"quota-used-bytes": str(used), "quota-available-bytes": str(free)}
            properties = "".join(f"<D:{p}>{values[p]}</D:{p}>" for p in self._folder_names)
            properties = properties.replace("<D:lockdiscovery></D:lockdiscovery>", locks or "<D:lockdiscovery/>", 1)
        rest = self._rest(self._folder_names, kept) if kept else self._folder_rest
        properties += "".join((kept or {}).values())
        return f"<D:response><D:href>{names.xml(href)}</D:href>{self._found(properties)}{rest}</D:response>"


def text_file(view: View, folder: Folder, text: Text) -> File:
    """Return how a folder's small text file shows: as old as the folder."""
    stamp = folder.stamp()
    modified = view.modified(stamp) * 1_000_000
    size, mime = len(text.text.encode()), "text/plain; charset=utf-8"
    return File.plain(text.name, Path(), Path(), size, modified, mime, tag=str(stamp))


class ListingCache:
    """Finished bodies of listings, the most recently used, up to a number of bytes in all. Thread-safe."""

    def __init__(self, most_bytes: int = 24 << 20) -> None:
        self._most = most_bytes
        self._held = 0
        self._bodies: OrderedDict[object, tuple[object, list[bytes], int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object, version: object) -> list[bytes] | None:
        """Return the body kept under `key` if it is of that version."""
        with self._lock:
            kept = self._bodies.get(key)
            if kept is None or kept[0] != version:
                return None
            self._bodies.move_to_end(key)
            return kept[1]

    def put(self, key: object, version: object, body: list[bytes]) -> None:
        """Keep a body, and let go of the longest unused ones for it."""
        size = sum(map(len, body))
        with self._lock:
            old = self._bodies.pop(key, None)
            self._held -= old[2] if old else 0
            if size > self._most // 2:
                return
            self._bodies[key] = (version, body, size)
            self._held += size
            while self._held > self._most:
                self._held -= self._bodies.popitem(last=False)[1][2]
