"""OPTIONS: what a client may ask of something, and that this is WebDAV with locks.

Finder mounts a drive without locks (class 2) for reading only, and Explorer looks for MS-Author-Via.
"""

from email.utils import formatdate

from haven_fs.tree.nodes import Folder
from haven_fs.tree.tree import Located

_ALWAYS = ["OPTIONS", "GET", "HEAD", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK"]
_ELSEWHERE = ["DELETE", "COPY", "MOVE"]


def allowed(at: Located | None) -> list[str]:
    """Return the methods that make sense for what is at a path; None: for the server as a whole."""
    if at is None:
        return [*_ALWAYS, "PUT", "MKCOL", *_ELSEWHERE]
    if at.node is None:
        return ["OPTIONS", "GET", "HEAD", "PROPFIND", "PUT", "MKCOL", "LOCK"]  # most of which say that nothing is there
    if not at.path:
        return [*_ALWAYS, "COPY"]
    return [*_ALWAYS, *_ELSEWHERE] if isinstance(at.node, Folder) else [*_ALWAYS, "PUT", *_ELSEWHERE]


def headers_of(methods: list[str]) -> list[tuple[str, str]]:
    """Return the headers of an answer that has nothing else."""
    return [
        ("Allow", ", ".join(methods)),
        ("DAV", "1,2"),
        ("MS-Author-Via", "DAV"),
        ("Content-Length", "0"),
        ("Date", formatdate(usegmt=True)),
    ]
