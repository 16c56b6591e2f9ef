"""Writes: what a request asks for, whether locks and conditions allow it, and the answer WebDAV wants (RFC 4918).

The tree decides what a write means (haven_fs.tree.actions). A change is answered once it is committed.
"""

import logging
from collections.abc import Sequence

from haven_dav.body import Body, Upload
from haven_dav.conditions import Locks
from haven_dav.misplaced import misplaced
from haven_dav.resources import split_path, user_of
from haven_dav.send import Environ
from haven_dav.status import Locked, OtherServer
from haven_dav.xmlbody import has_content
from haven_fs import receiving
from haven_fs.errors import Conflict, Malformed, NotPossible, Refused, UnsupportedType
from haven_fs.tree.actions import Actions, Change, Done, NotDone, Plan, Put
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Located, Tree

logger = logging.getLogger(__name__)

_ELSEWHERE = (
    "The destination is on another server, where Haven cannot write. If that is a proxy in front of this drive, start"
    " Haven with --behind-proxy."
)
WRITES = frozenset({"PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPPATCH", "POST"})


class PartlyDone(Exception):
    """Part of what a request asked for could not be done."""

    def __init__(self, failed: Sequence[NotDone]) -> None:
        super().__init__("some of it could not be done")
        self.failed = failed


class Writes:
    """Answers the writes of one provider, except PROPPATCH."""

    def __init__(self, tree: Tree, locks: Locks) -> None:
        self._tree = tree
        self._locks = locks

    def answer(self, environ: Environ) -> tuple[str, list[tuple[str, str]]]:
        """Do what a request asks and return the status line and headers. Raises Refused and PartlyDone."""
        refuse_slashes(environ)
        path, actions = split_path(environ["PATH_INFO"]), Actions(self._tree, user_of(environ))
        if environ["REQUEST_METHOD"] == "PUT":
            answer = self._put(environ, actions, path)
            if answer is None:
                return "202 Accepted", []  # the server drops this
            done, headers = answer
        else:
            done, headers = self._act(environ, actions, path), []
        if done.failed:
            raise PartlyDone(done.failed)
        return "201 Created" if done.created else "204 No Content", headers

    def _act(self, environ: Environ, actions: Actions, path: list[str]) -> Done:
        method = environ["REQUEST_METHOD"]
        if method == "POST":
            raise NotPossible("POST means nothing here.")
        to = self._destination(environ) if method in ("COPY", "MOVE") else None
        unlocked: list[str] = []
        locked: list[NotDone] = []

        def still(view: View) -> None:
            if self._locks.matter(environ):
                decide(view)

        def decide(view: View) -> Plan:
            unlocked.clear()
            locked.clear()
            at = self._tree.locate(view, path)
            target = self._tree.locate(view, to) if to is not None else None
            try:
                plan = _plan(environ, actions, at, target)
            except Refused:
                url = environ.get("HTTP_DESTINATION", "")
                if (sentence := misplaced(self._tree, view, environ, url, names_something=True)) is not None:
                    raise Conflict(sentence) from None
                raise
            if plan.on_disk and isinstance(at.node, Folder):
                _check_depth(environ)
            self._allow(environ, view, at, plan.changes)
            if plan.spare is not None:
                held = self._locks.locked_below(environ, view, at)
                locked.extend(NotDone(tuple(split_path(one)), Locked([one])) for one in held)
                if held:
                    return plan.spare([one.path for one in locked])
            if plan.gone is not None:
                # A photo that is only taken out of a folder stays locked where it is stored.
                unlocked.extend(self._locks.paths(view, plan.gone)[: None if plan.on_disk else 1])
            return plan

        done = actions.perform(decide, writes_to=self._tree.mirrored(to) if to and to != path else (), still=still)
        try:
            self._locks.held.forget(unlocked)
        except Refused as refused:  # it is done, and locks of what is gone end by themselves
            logger.warning("Locks on what is no longer there are left: %s", refused.reason)
        return Done(failed=locked) if locked else done

    def _put(self, environ: Environ, actions: Actions, path: list[str]) -> tuple[Done, list[tuple[str, str]]] | None:
        """Receive and store a file; None if the server is to receive it first, see haven_fs.receiving."""
        if (upload := environ.get(receiving.RECEIVED)) is not None:
            return self._stored(upload.finish(), Body(environ).mtime)

        def decide(view: View) -> Put:
            at = self._tree.locate(view, path)
            put = actions.put(at)
            if "HTTP_CONTENT_RANGE" in environ:
                raise Malformed("A file must be sent whole: Content-Range is not understood here.")
            self._allow(environ, view, at, put.changes)
            return put

        def still(view: View) -> None:
            if self._locks.matter(environ):
                at = self._tree.locate(view, path)
                self._allow(environ, view, at, (Change(at.exact, names=at.exact.node is None),))

        put, body = actions.decide(decide, writes_to=self._tree.mirrored(path), still=still), Body(environ)
        upload = Upload(actions.receive(put, body.expected), body)
        if environ.get(receiving.SUPPORTED):
            environ[receiving.RECEIVER] = upload
            return None
        try:
            for block in body.blocks():
                if not upload.write(block):
                    break
            return self._stored(upload.finish(), body.mtime)
        finally:
            upload.discard()

    def _stored(self, done: Done, mtime: float | None) -> tuple[Done, list[tuple[str, str]]]:
        if done.stored is None:
            return done, []
        headers = [("ETag", f'"{done.stored.etag}"')]
        if mtime is not None and abs(done.stored.mtime_ns / 1e9 - mtime) < 1:
            headers.append(("X-OC-Mtime", "accepted"))
        return done, headers

    def _allow(self, environ: Environ, view: View, at: Located, changes: Sequence[Change]) -> None:
        """Raise Refused if conditions or locks forbid what is planned; see haven_dav.conditions."""
        self._locks.check_if(environ, view, at)
        self._locks.check(environ, view, *changes)
        self._locks.check_conditions(environ, view, at)

    def _destination(self, environ: Environ) -> list[str]:
        """Return the path that COPY and MOVE lead to. Raises Refused."""
        header = environ.get("HTTP_DESTINATION", "")
        if not header:
            raise Malformed("The Destination header, which says where to, is missing.")
        path = self._locks.path_of_url(environ, header)
        if path is None:
            raise OtherServer(_ELSEWHERE)
        return split_path(path)


def refuse_slashes(environ: Environ) -> None:
    """Refuse a slash within a name: servers pass it on as one between names, or as three other characters."""
    said = environ.get("REQUEST_URI", "").partition("?")[0], environ.get("HTTP_DESTINATION", "")
    if any("%2f" in url.lower() for url in said):
        raise Malformed("A name cannot contain a slash.")


def _plan(environ: Environ, actions: Actions, at: Located, target: Located | None) -> Plan:
    """Return what a request would do. Raises Refused."""
    if target is not None:
        overwrite = environ.get("HTTP_OVERWRITE", "T").strip().upper() != "F"
        if environ["REQUEST_METHOD"] == "MOVE":
            return actions.move(at, target, overwrite=overwrite)
        return actions.copy(at, target, overwrite=overwrite, deep=_depth(environ) != "0")
    if environ["REQUEST_METHOD"] == "DELETE":
        return actions.delete(at)
    plan = actions.make(at)
    if has_content(environ):
        raise UnsupportedType("A folder is made without any content.")
    return plan


def _depth(environ: Environ) -> str:
    return str(environ.get("HTTP_DEPTH", "infinity")).strip().lower()


def _check_depth(environ: Environ) -> None:
    """Raise Refused if a real folder cannot be deleted, moved or copied with a request's Depth."""
    method = environ["REQUEST_METHOD"]
    allowed = ("infinity", "0") if method == "COPY" else ("infinity",)
    if _depth(environ) not in allowed:
        raise Malformed(f"Depth must be {' or '.join(allowed)} for {method} of a folder.")
