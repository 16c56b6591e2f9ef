"""The page's own CSS and scripts: read once, served under names with a digest of their content in the query."""

import hashlib
import re
from functools import cache
from importlib import resources

from haven_web.answers import ASK_AGAIN, FOR_GOOD, Answer

_IMPORT = re.compile(rb'from "\./([a-z]+\.js)"')
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    folder = resources.files("haven_web").joinpath("static")
    read = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.rpartition(".")[2] in _TYPES}
    found: dict[str, tuple[bytes, str]] = {}
    # What imports others says which content of theirs it means, and so comes after them.
    for name, data in sorted(read.items(), key=lambda one: b"import " in one[1]):
        data = _IMPORT.sub(lambda match: b'from "./%s?v=%s"' % (match[1], found[match[1].decode()][1].encode()), data)
        found[name] = data, hashlib.blake2b(data, digest_size=6).hexdigest()
    return found


@cache
def version() -> str:
    """Return a digest of all of them, which other answers depend on."""
    digests = "".join(digest for _, (_, digest) in sorted(_files().items()))
    return hashlib.blake2b(digests.encode(), digest_size=4).hexdigest()


def path_of(name: str) -> str:
    """Return where a file is, below the page's own folder. Raises KeyError if there is none."""
    return f"static/{name}?v={_files()[name][1]}"


def answer(name: str, digest: str) -> Answer | None:
    """Return a file; `digest`: that in its address, without which it is to be asked for again each time."""
    if name not in _files():
        return None
    data, known = _files()[name]
    mime = _TYPES[name.rpartition(".")[2]]
    return Answer(data, mime, etag=known, cache=FOR_GOOD if digest == known else ASK_AGAIN)
