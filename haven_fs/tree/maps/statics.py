"""The files that the map in a browser is made of: its script and style, and the lines and towns of the world."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_FILES = {
    "map.js": ("static/map.js", "text/javascript; charset=utf-8"),
    "map-world.js": ("static/map-world.js", "text/javascript; charset=utf-8"),
    "map-enclosed.js": ("static/map-enclosed.js", "text/javascript; charset=utf-8"),
    "map.css": ("static/map.css", "text/css; charset=utf-8"),
    "map-coarse.bin": ("world/coarse.bin", "application/octet-stream"),
    "map-fine.bin": ("world/fine.bin", "application/octet-stream"),
    "map-towns.json": ("world/towns.json", "application/json"),
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that never changes while this version of Haven runs; `version` is another one when its content is."""

    name: str
    path: Path
    mime: str
    version: str

    def read(self) -> bytes:
        """Return what is in it."""
        return self.path.read_bytes()


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return the files by their names."""
    found = {}
    for name, (path, mime) in _FILES.items():
        version = hashlib.blake2b((_HERE / path).read_bytes(), digest_size=6).hexdigest()
        found[name] = StaticFile(name, _HERE / path, mime, version)
    return found


def static_url(root: str, name: str) -> str:
    """Return where a file is; `root`: the drive's URL path, which ends in "/"."""
    return f"{root}.haven/static/{name}?v={static_files()[name].version}"
