"""The provider: one object between wsgidav and the tree.

Use it from any wsgidav.yaml, beside an index made by `haven index`:

    provider_mapping:
      "/photos":
        class: haven_dav.HavenProvider
        kwargs: {data: /var/lib/haven}
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from wsgidav.dav_error import DAVError
from wsgidav.dav_provider import DAVProvider

from haven_dav import deadprops
from haven_dav.conditions import Locks
from haven_dav.misplaced import misplaced
from haven_dav.propfind import LONGEST_BODY, BadRequest, ListingCache, Multistatus, parse, text_file
from haven_dav.rendered import GONE, part_of
from haven_dav.resources import href, resource, split_path
from haven_dav.send import Environ, NotThere, StartResponse, send_bytes, send_file, send_rendition
from haven_dav.status import Locked, status_of
from haven_dav.writes import WRITES, PartlyDone, Writes
from haven_fs.analysis.progress import Doing
from haven_fs.catalog import names
from haven_fs.catalog.libraries import all_libraries
from haven_fs.config import default_data_dir
from haven_fs.datafolder import DataFolder
from haven_fs.errors import NotFound, Refused
from haven_fs.renditions.renditions import NotNow, Renditions
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.originals import path_of
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_web import Connecting, Site, wants_page

logger = logging.getLogger(__name__)

ALLOWED = "OPTIONS, GET, HEAD, PROPFIND, LOCK, UNLOCK, PUT, DELETE, MKCOL, COPY, MOVE"
_XML = "application/xml; charset=utf-8"
_QUOTA_SECONDS = 30.0
_STATUS = {403: "403 Forbidden", 404: "404 Not Found", 503: "503 Service Unavailable"}
_outside: ContextVar[str] = ContextVar("outside", default="")
"""What stands before the drive's own paths for whoever asks, percent-encoded; set for each request."""
_LONGEST_LINE = 300
"""Letters of a sentence in a status line."""


class HavenProvider(DAVProvider):  # type: ignore[misc]
    """Publishes a tree. Give a `tree`, or the folder `data` of an index (default: the platform's data folder).

    `renditions`: those of the tree's catalog; made here if they are not given. `progress`: gives what the indexer is
    doing, and `connecting` how to reach this server, where that is known.
    """

    def __init__(
        self,
        tree: Tree | None = None,
        *,
        data: str | None = None,
        renditions: Renditions | None = None,
        progress: Callable[[], Doing | None] = lambda: None,
        connecting: Callable[[], Connecting] = Connecting,
    ) -> None:
        super().__init__()
        if tree is None:
            folder = DataFolder(Path(data) if data else default_data_dir())
            tree = folder.tree(folder.open_catalog(readonly=True))
        self.tree = tree
        self.renditions = renditions or Renditions(tree.catalog, tree.settings)
        self._locks = Locks(
            tree,
            lambda: self.lock_manager,
            _outside.get,
            lambda: self._share,
        )
        self._writes = Writes(tree, self._locks)
        self._properties = deadprops.Properties(tree, self._locks)
        self._listings = ListingCache()
        self._site = Site(tree, self.renditions, lambda: self._href("", folder=True), progress, connecting)
        self._quota: tuple[float, tuple[int, int]] = (float("-inf"), (0, 0))
        self._quota_lock = threading.Lock()

    def is_readonly(self) -> bool:
        """Return False: locks are granted, since Finder mounts what has none without ever trying to write."""
        return False

    def get_resource_inst(self, path: str, environ: Environ) -> Any:
        """Return what is at `path` as a resource of wsgidav's, None if nothing is.

        None as well for GET and HEAD, which are answered here: wsgidav would show a page of its own before that.
        """
        if environ.get("REQUEST_METHOD") in ("GET", "HEAD"):
            return None
        try:
            return resource(self, self.tree, path, environ)
        except Refused as refused:
            raise DAVError(status_of(refused).value, refused.reason) from refused

    def custom_request_handler(
        self, environ: Environ, start_response: StartResponse, default_handler: Any
    ) -> Iterable[bytes]:
        """Answer a request, leaving only OPTIONS, LOCK and UNLOCK to wsgidav."""
        _outside.set(self._before(environ))
        method = environ["REQUEST_METHOD"]
        if method == "PROPFIND":
            try:
                return self._propfind(environ, start_response)
            except Refused as refused:
                kind = status_of(refused)
                return _fail(environ, start_response, f"{kind.value} {kind.phrase}", refused.reason)
        if method in ("GET", "HEAD"):
            return self._get(environ, start_response)
        if method in WRITES:
            return self._write(environ, start_response)
        answer: Iterable[bytes] = default_handler(environ, start_response)
        return answer

    @property
    def _share(self) -> str:
        return "" if self.share_path in (None, "/") else str(self.share_path)

    def _before(self, environ: Environ) -> str:
        """Return what stands before the drive's paths: where a server or proxy has it, and the share, encoded."""
        outer = str(environ.get("SCRIPT_NAME", "")).removesuffix(self._share)
        outer = outer.encode("latin-1", "replace").decode("utf-8", "replace") or self.mount_path or ""
        return quote(f"{outer}{self._share}").rstrip("/")

    def _href(self, path: str, *, folder: bool) -> str:
        return href(_outside.get(), path, folder=folder)

    # PROPFIND

    def _propfind(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        depth = environ.get("HTTP_DEPTH", "infinity")
        if depth not in ("0", "1"):
            condition = "<D:propfind-finite-depth/>"
            return _fail(environ, start_response, "403 Forbidden", "Ask folder by folder: Depth 0 or 1.", condition)
        try:
            body = _read_body(environ)
            wanted = parse(body)
        except BadRequest as error:
            return _fail(environ, start_response, "400 Bad Request", str(error))
        path = environ["PATH_INFO"]
        asks_locks = not wanted.only_names and (wanted.everything or wanted.asks_for("lockdiscovery"))
        locks = self._lock_xml if asks_locks and self._any_locks() else None
        with self.tree.view() as view:
            if (sentence := misplaced(self.tree, view, environ, environ.get("HTTP_REFERER", ""))) is not None:
                return _fail(environ, start_response, f"409 {sentence}", sentence)
            multistatus = Multistatus(wanted, self._quota_now, locks, deadprops.reader(view.db))
            key = (path, wanted, depth, _outside.get())
            quota = self._quota_now() if wanted.asks_for("quota-used-bytes") else None
            version = (view.seq, view.now.date(), quota)
            answer = None if locks else self._listings.get(key, version)
            if answer is None:
                at = self.tree.locate(view, split_path(path))
                if at.node is None:
                    return _fail(environ, start_response, "404 Not Found", "There is nothing here.")
                answer = self._multistatus(multistatus, view, at, path, depth)
                if not locks and depth == "1":
                    self._listings.put(key, version, answer)
        length = str(sum(map(len, answer)))
        start_response("207 Multi-Status", [("Content-Type", _XML), ("Content-Length", length)])
        return answer

    def _multistatus(self, multistatus: Multistatus, view: View, at: Located, path: str, depth: str) -> list[bytes]:
        if isinstance(at.node, Folder):
            listing = self.tree.listing(at.node) if depth == "1" else None
            return multistatus.listing(view, at.node, self._href(path, folder=True), listing)
        above = self._href("/".join(split_path(path)[:-1]), folder=True)
        if isinstance(at.node, Text):
            assert at.parent is not None
            return multistatus.one(multistatus.text(view, at.parent, at.node, above))
        assert isinstance(at.shown, File)
        return multistatus.one(multistatus.file(at.shown, above))

    def _any_locks(self) -> bool:
        manager = self.lock_manager
        if manager is None:
            return False
        return bool(manager.storage.get_lock_list("/", include_root=True, include_children=True, token_only=True))

    def _lock_xml(self, name: str, file: File | None) -> str:
        """Return the lockdiscovery of a file, or of the folder with the URL path `name`."""
        path = unquote(name).removeprefix(unquote(_outside.get()))
        paths = [path.rstrip("/") or "/"]
        if file is not None:
            with self.tree.view() as view:
                paths.append(path_of(view.db, file.id) or path)
        found = {lock["token"]: lock for one in paths for lock in self._locks.covering(one)}
        active = (_active_lock(lock, self._lock_root(lock)) for lock in found.values())
        return f"<D:lockdiscovery>{''.join(active)}</D:lockdiscovery>"

    def _lock_root(self, lock: dict[str, Any]) -> str:
        path = self.ref_url_to_path(lock["root"])
        with self.tree.view() as view:
            return self._href(path, folder=isinstance(self.tree.resolve(view, split_path(path)), Folder))

    def _quota_now(self) -> tuple[int, int]:
        """Return the bytes used and free on the first library's disk, as of the last half minute."""
        with self._quota_lock:
            asked, quota = self._quota
            if time.monotonic() - asked > _QUOTA_SECONDS:
                with self.tree.catalog.read() as db:
                    roots = [library.root for library in all_libraries(db) if not library.away]
                try:
                    usage = shutil.disk_usage(roots[0] if roots else self.tree.catalog.path.parent)
                    quota = (usage.used, usage.free)
                except OSError:
                    logger.debug("no disk usage", exc_info=True)
                self._quota = (time.monotonic(), quota)
            return quota

    # GET

    def _get(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._found(environ, start_response)
        except Refused as refused:
            kind = status_of(refused)
            return self._fail_get(environ, start_response, f"{kind.value} {kind.phrase}", refused.reason)

    def _found(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self._site.owns(path):
            return self._site.own(environ, start_response)
        with self.tree.view() as view:
            at = self.tree.locate(view, split_path(path))
            node = at.shown
            if node is None:
                raise NotFound("There is nothing here.")
            if isinstance(node, Folder):
                return self._site.folder(environ, start_response, node)
            if self._site.shows(environ, at):
                return self._site.photo(environ, start_response, at, view)
            if isinstance(node, Text):
                assert at.parent is not None
                return send_bytes(environ, start_response, node.text.encode(), text_file(view, at.parent, node))
            if is_placeholder(node):
                return send_bytes(environ, start_response, b"", node)
            if node.what:
                return self._send_rendition(environ, start_response, view, node)
        return self._send(environ, start_response, node)

    def _send_rendition(
        self, environ: Environ, start_response: StartResponse, view: View, file: File
    ) -> Iterator[bytes]:
        return self._rendered(environ, start_response, file, part_of(environ, self.renditions, view.db, file))

    def _rendered(
        self, environ: Environ, start_response: StartResponse, file: File, part: Callable[[int, int], Iterator[bytes]]
    ) -> Iterator[bytes]:
        try:
            yield from send_rendition(environ, start_response, file, part)
        except Refused as refused:
            kind = status_of(refused)
            yield from self._fail_get(environ, start_response, f"{kind.value} {kind.phrase}", refused.reason)
        except NotThere as error:
            yield from self._fail_get(environ, start_response, _STATUS[error.args[0]], error.args[1])
        except NotNow as error:
            if error.absent and not file.away:
                yield from self._fail_get(environ, start_response, _STATUS[404], GONE)
                return
            retry = [("Retry-After", "1")]
            yield from _fail(environ, start_response, _STATUS[503], file.away or str(error), more=retry)

    def _send(self, environ: Environ, start_response: StartResponse, file: File) -> Iterator[bytes]:
        try:
            yield from send_file(environ, start_response, file)
        except NotThere as error:
            yield from self._fail_get(environ, start_response, _STATUS[error.args[0]], error.args[1])

    def _fail_get(self, environ: Environ, start_response: StartResponse, status: str, reason: str) -> Iterable[bytes]:
        """Answer with a status and a sentence: a page for people, XML for programs."""
        if wants_page(environ):
            return self._site.refusal(environ, start_response, status, reason)
        return _fail(environ, start_response, status, reason)

    # Writes

    def _write(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            if environ["REQUEST_METHOD"] == "PROPPATCH":
                return _multistatus(start_response, self._patched(environ))
            status, headers = self._writes.answer(environ)
        except Refused as refused:
            kind = status_of(refused)
            # Many programs show the status line and nothing else.
            line = f"{kind.value} {refused.reason.encode('ascii', 'replace').decode()[:_LONGEST_LINE]}"
            return _fail(environ, start_response, line, refused.reason, self._locked_by(refused))
        except BadRequest as error:
            return _fail(environ, start_response, "400 Bad Request", str(error))
        except PartlyDone as partly:
            return _multistatus(start_response, self._partly(partly))
        start_response(status, [("Content-Length", "0"), *headers])
        return [b""]

    def _patched(self, environ: Environ) -> bytes:
        path = environ["PATH_INFO"]
        return self._properties.patch(environ, _read_body(environ), self._href(path, folder=path.endswith("/")))

    def _locked_by(self, refused: Refused) -> str:
        """Return the condition that says which locks' tokens were missing (RFC 4918, 16)."""
        if not isinstance(refused, Locked):
            return ""
        hrefs = "".join(f"<D:href>{names.xml(self._href(root, folder=False))}</D:href>" for root in refused.roots)
        return f"<D:lock-token-submitted>{hrefs}</D:lock-token-submitted>"

    def _partly(self, partly: PartlyDone) -> bytes:
        parts = (
            f"<D:response><D:href>{names.xml(self._href('/'.join(one.path), folder=False))}</D:href>"
            f"<D:status>HTTP/1.1 {status_of(one.why).value} {status_of(one.why).phrase}</D:status>"
            f"<D:responsedescription>{names.xml(one.why.reason)}</D:responsedescription></D:response>"
            for one in partly.failed
        )
        head = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">'
        return f"{head}{''.join(parts)}</D:multistatus>".encode()


def _read_body(environ: Environ) -> bytes:
    """Return the request's body, chunked or not. Raises BadRequest if it is longer than any client's."""
    length = environ.get("CONTENT_LENGTH") or None
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if length is None and not chunked:
        return b""
    if length is not None and not length.isdigit():
        raise BadRequest("Content-Length is not a number.")
    if length is not None and int(length) > LONGEST_BODY:
        raise BadRequest(f"The body is longer than {LONGEST_BODY} bytes.")
    body: bytes = environ["wsgi.input"].read(LONGEST_BODY + 1 if length is None else int(length))
    if len(body) > LONGEST_BODY:
        raise BadRequest(f"The body is longer than {LONGEST_BODY} bytes.")
    environ["wsgidav.all_input_read"] = 1
    return body


def _active_lock(lock: dict[str, Any], root: str) -> str:
    owner = lock["owner"].decode() if isinstance(lock["owner"], bytes) else lock["owner"]
    owner = (
        owner[owner.find("?>") + 2 :] if owner.startswith("<?xml") else owner
    )  # a whole document, as wsgidav keeps it
    timeout = "Infinite" if lock["timeout"] < 0 else f"Second-{max(int(lock['expire'] - time.time()), 0)}"
    return (
        f"<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:{lock['scope']}/></D:lockscope>"
        f"<D:depth>{lock['depth']}</D:depth>{owner}<D:timeout>{timeout}</D:timeout>"
        f"<D:locktoken><D:href>{names.xml(lock['token'])}</D:href></D:locktoken>"
        f"<D:lockroot><D:href>{root}</D:href></D:lockroot></D:activelock>"
    )


def _multistatus(start_response: StartResponse, body: bytes) -> Iterable[bytes]:
    start_response("207 Multi-Status", [("Content-Type", _XML), ("Content-Length", str(len(body)))])
    return [body]


def _fail(
    environ: Environ,
    start_response: StartResponse,
    status: str,
    reason: str,
    condition: str = "",
    more: Iterable[tuple[str, str]] = (),
) -> Iterator[bytes]:
    """Answer with a status and a sentence, as the DAV:error element that clients look for."""
    inner = f"{condition}<h:reason>{names.xml(reason)}</h:reason>"
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    body = f'{head}<D:error xmlns:D="DAV:" xmlns:h="urn:haven-fs">{inner}</D:error>'.encode()
    allow = [("Allow", ALLOWED)] if status.startswith("405") else []
    start_response(status, [("Content-Type", _XML), ("Content-Length", str(len(body))), *allow, *more])
    yield b"" if environ["REQUEST_METHOD"] == "HEAD" else body
