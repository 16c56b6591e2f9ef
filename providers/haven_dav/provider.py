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
from typing import Any, BinaryIO
from urllib.parse import quote

from wsgidav.dav_provider import DAVProvider

from haven_dav import deadprops
from haven_dav.answers import fail, multistatus, prop
from haven_dav.conditions import CHANGED, Locks, state_of
from haven_dav.locking import Discovery, Granted, Locking, lockdiscovery
from haven_dav.misplaced import misplaced
from haven_dav.options import allowed, headers_of
from haven_dav.propfind import ListingCache, Multistatus, depth_of, parse, text_file
from haven_dav.rendered import part_of
from haven_dav.resources import href, split_path
from haven_dav.send import (
    GONE,
    Environ,
    Missing,
    NotThere,
    StartResponse,
    open_original,
    send_bytes,
    send_file,
    send_rendition,
)
from haven_dav.status import Infinite, Locked, condition_of, status_of
from haven_dav.writes import WRITES, PartlyDone, Writes
from haven_dav.xmlbody import BadRequest, read_body
from haven_fs.analysis.progress import Doing
from haven_fs.catalog import names
from haven_fs.catalog.libraries import all_libraries
from haven_fs.config import default_data_dir
from haven_fs.datafolder import DataFolder
from haven_fs.errors import Conflict, NotFound, NotPossible, Refused
from haven_fs.phrase import status_line
from haven_fs.preconditions import CONDITIONS, failed
from haven_fs.renditions.renditions import NotNow, Renditions
from haven_fs.tree.files import File
from haven_fs.tree.inside import is_inside
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_web import Connecting, Site, wants_page

logger = logging.getLogger(__name__)

_QUOTA_SECONDS = 30.0
_outside: ContextVar[str] = ContextVar("outside", default="")
"""What stands before the drive's own paths for whoever asks, percent-encoded; set for each request."""


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
        self._locks = Locks(tree, _outside.get)
        self._locking = Locking(tree, self._locks)
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
        """Return None: every request is answered here, and wsgidav would show pages of its own for what it gets."""

    def custom_request_handler(
        self, environ: Environ, start_response: StartResponse, default_handler: Any
    ) -> Iterable[bytes]:
        """Answer a request; nothing is left to wsgidav."""
        _outside.set(self._before(environ))
        method, headers = environ["REQUEST_METHOD"], list[tuple[str, str]]()
        try:
            if method in ("GET", "HEAD"):
                return self._get(environ, start_response)
            if method == "PROPFIND":
                return multistatus(start_response, self._propfind(environ))
            if method == "LOCK":
                return self._granted(start_response, self._locking.lock(environ))
            if method == "OPTIONS":
                start_response("200 OK", self._options(environ))
                return [b""]
            if method == "PROPPATCH":
                return multistatus(start_response, [self._patched(environ)])
            if method == "UNLOCK":
                self._locking.unlock(environ)
                status = "204 No Content"
            elif method in WRITES:
                status, headers = self._writes.answer(environ)
            else:
                raise NotPossible(f"This drive does not know {method}.")
        except Refused as refused:
            return self._refused(environ, start_response, refused)
        except BadRequest as error:
            return fail(environ, start_response, 400, str(error))
        except PartlyDone as partly:
            return multistatus(start_response, [self._partly(partly)])
        start_response(status, [("Content-Length", "0"), *headers])
        return [b""]

    def _refused(self, environ: Environ, start_response: StartResponse, refused: Refused) -> Iterable[bytes]:
        """Answer with what a refusal says: a page for people, XML for programs."""
        status = status_of(refused)
        if wants_page(environ):
            return self._site.refusal(environ, start_response, status_line(status, refused.reason), refused.reason)
        allow = [("Allow", ", ".join(self._allowed(environ)))] if status == 405 else []
        return fail(environ, start_response, status, refused.reason, self._condition(refused), allow)

    def _condition(self, refused: Refused) -> str:
        """Return the condition that programs look for in a refusal (RFC 4918, 16)."""
        if not isinstance(refused, Locked):
            return condition_of(refused)
        name = "no-conflicting-lock" if refused.conflicts else "lock-token-submitted"
        hrefs = "".join(f"<D:href>{names.xml(self._href(root, folder=False))}</D:href>" for root in refused.roots)
        return f"<D:{name}>{hrefs}</D:{name}>"

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

    # OPTIONS and locks

    def _options(self, environ: Environ) -> list[tuple[str, str]]:
        return headers_of(self._allowed(environ))

    def _allowed(self, environ: Environ) -> list[str]:
        if environ["PATH_INFO"] == "*":
            return allowed(None)
        with self.tree.view() as view:
            return allowed(self.tree.locate(view, split_path(environ["PATH_INFO"])))

    def _granted(self, start_response: StartResponse, granted: Granted) -> Iterable[bytes]:
        found = lockdiscovery([granted.lock, *granted.others], self._lock_href, self._locks.held.left)
        token = [("Lock-Token", f"<{granted.lock.token}>")] if granted.is_new else []
        return prop(start_response, "201 Created" if granted.made else "200 OK", found, token)

    def _lock_href(self, shown: str) -> str:
        return self._href(shown, folder=shown.endswith("/"))

    # PROPFIND

    def _propfind(self, environ: Environ) -> list[bytes]:
        """Return a multistatus. Raises Refused and BadRequest."""
        depth, wanted, path = depth_of(environ.get("HTTP_DEPTH")), parse(read_body(environ)), environ["PATH_INFO"]
        with self.tree.view() as view:
            if (sentence := misplaced(self.tree, view, environ, environ.get("HTTP_REFERER", ""))) is not None:
                raise Conflict(sentence)
            at = self.tree.locate(view, split_path(path))
            if at.node is None:
                raise NotFound("There is nothing here.")
            if isinstance(at.node, Folder) and depth == "infinity":
                raise Infinite("Ask folder by folder: Depth 0 or 1.")
            self._locks.check_if(environ, view, at)
            self._locks.check_conditions(environ, view, at)
            locks = self._discovery(view, at, depth) if wanted.asks_for_locks else None
            key = (path, wanted, depth, _outside.get())
            quota = self._quota_now() if wanted.asks_for("quota-used-bytes") else None
            version = (view.seq, view.now.date(), quota)
            answer = None if locks else self._listings.get(key, version)
            if answer is None:
                maker = Multistatus(wanted, self._quota_now, locks, deadprops.reader(view.db))
                answer = self._multistatus(maker, view, at, path, depth)
                if not locks and depth.startswith("1"):
                    self._listings.put(key, version, answer)
        return answer

    def _multistatus(self, maker: Multistatus, view: View, at: Located, path: str, depth: str) -> list[bytes]:
        if isinstance(at.node, Folder):
            listing = self.tree.listing(at.node) if depth.startswith("1") else None
            itself = depth != "1,noroot"
            return maker.listing(view, at.node, self._href(path, folder=True), listing, itself=itself)
        above = self._href("/".join(split_path(path)[:-1]), folder=True)
        if isinstance(at.node, Text):
            assert at.parent is not None
            return maker.one(maker.text(view, at.parent, at.node, above))
        assert isinstance(at.shown, File)
        return maker.one(maker.file(at.shown, above))

    def _discovery(self, view: View, at: Located, depth: str) -> Discovery | None:
        """Return what says the locks on a file, or on a folder and what it lists; None if there are none."""
        held = self._locks.held
        if not held.any():
            return None
        paths = self._locks.paths(view, at)
        found = held.covering(paths)
        if isinstance(at.node, Folder):
            bases = paths
            if depth.startswith("1"):
                found += held.below(paths if isinstance(at.node, DiskFolder) else [*paths, "/Originals"])
        else:
            bases = list(dict.fromkeys(path.rpartition("/")[0] or "/" for path in paths))
        return Discovery(view, found, bases, self._lock_href, held.left) if found else None

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
        """Answer a GET or HEAD. Raises Refused.

        A file that is not in its place may be on its way elsewhere, by another request: when that is done, or has
        failed, what the path shows is asked for once more.
        """
        try:
            try:
                return self._found(environ, start_response)
            except Missing:
                with self.tree.catalog.at_rest():
                    return self._found(environ, start_response)
        except NotThere as error:
            return self._fail_get(environ, start_response, *error.args)

    def _found(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with what is at a path. Raises Refused, and NotThere if the disk does not give the file there."""
        path = environ["PATH_INFO"]
        if self._site.owns(path):
            return self._site.own(environ, start_response)
        with self.tree.view() as view:
            at = self.tree.locate(view, split_path(path))
            node = at.shown
            if node is None:
                raise NotFound("There is nothing here.")
            self._locks.check_if(environ, view, at)
            if isinstance(node, Folder):
                if any(header in environ for header in CONDITIONS) and (code := failed(environ, state_of(view, at))):
                    return _as_it_was(start_response, code, view, at)
                return self._site.folder(environ, start_response, node)
            if self._site.shows(environ, at):
                return self._site.photo(environ, start_response, at, view)
            if isinstance(node, Text):
                assert at.parent is not None
                return send_bytes(environ, start_response, node.text.encode(), text_file(view, at.parent, node))
            if is_placeholder(node):
                return send_bytes(environ, start_response, b"", node)
            if node.what and not is_inside(node):
                return self._send_rendition(environ, start_response, view, node)
        return self._send(environ, start_response, node, open_original(node))

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
            yield from self._fail_get(environ, start_response, status_of(refused), refused.reason)
        except NotThere as error:
            yield from self._fail_get(environ, start_response, *error.args)
        except NotNow as error:
            if error.absent and not file.away:
                yield from self._fail_get(environ, start_response, 404, GONE)
                return
            retry = [("Retry-After", "1")]
            yield from fail(environ, start_response, 503, file.away or str(error), more=retry)

    def _send(self, environ: Environ, start_response: StartResponse, file: File, opened: BinaryIO) -> Iterator[bytes]:
        try:
            yield from send_file(environ, start_response, file, opened)
        except NotThere as error:
            yield from self._fail_get(environ, start_response, *error.args)

    def _fail_get(self, environ: Environ, start_response: StartResponse, status: int, reason: str) -> Iterable[bytes]:
        """Answer with a status and a sentence: a page for people, XML for programs."""
        if wants_page(environ):
            return self._site.refusal(environ, start_response, status_line(status, reason), reason)
        return fail(environ, start_response, status, reason)

    # Writes

    def _patched(self, environ: Environ) -> bytes:
        path = environ["PATH_INFO"]
        return self._properties.patch(environ, read_body(environ), self._href(path, folder=path.endswith("/")))

    def _partly(self, partly: PartlyDone) -> bytes:
        parts = (
            f"<D:response><D:href>{names.xml(self._href('/'.join(one.path), folder=False))}</D:href>"
            f"<D:status>HTTP/1.1 {status_of(one.why).value} {status_of(one.why).phrase}</D:status>"
            f"<D:responsedescription>{names.xml(one.why.reason)}</D:responsedescription></D:response>"
            for one in partly.failed
        )
        head = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">'
        return f"{head}{''.join(parts)}</D:multistatus>".encode()


def _as_it_was(start_response: StartResponse, code: int, view: View, at: Located) -> Iterable[bytes]:
    """Answer 304 or 412 of a folder."""
    state = state_of(view, at)
    tag = [("ETag", f'"{state.tag}"')] if state is not None else []
    start_response("304 Not Modified" if code == 304 else status_line(412, CHANGED), [*tag, ("Content-Length", "0")])
    return [b""]
