"""What is written to while system calls fail, and what is seen of it: libraries on two disks, an inbox, a client."""

import hashlib
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import quote

from PIL import Image

from haven_fs.library.storing import DRAFT
from haven_fs.testing import picture
from helpers.dav import Answer as DavAnswer
from helpers.dav import Client, multistatus
from helpers.files import undisturbed

GONE = None


@dataclass(frozen=True)
class World:
    """What is written to: two writable libraries on two file systems and an inbox, and a client of their server.

    `run`: runs a command of `haven` on `data`, the folder of that server.
    """

    roots: dict[str, Path]
    data: Path
    dav: Client
    run: Callable[..., "CompletedProcess[str]"]

    def kept(self) -> dict[str, int]:
        """Return how many files on disk have which bytes, removed ones included, drafts left out."""
        return undisturbed(self._kept)

    def _kept(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for root in self.roots.values():
            for path in root.rglob("*"):
                if path.is_file() and not any(part.startswith(DRAFT) for part in path.parts):
                    one = digest(path.read_bytes())
                    found[one] = found.get(one, 0) + 1
        return found

    def get(self, path: str) -> str | None:
        """Return the digest of what is at a path, None if nothing is. The folder that it is in must list the same."""
        answer = self.dav("GET", quote(path))
        folder, _, name = path.rpartition("/")
        there = self.dav("PROPFIND", quote(folder) + "/", None, Depth="1")
        listed = there.status == 207 and name in {one.name for one in multistatus(there)[1:]}
        assert answer.status in (200, 404), (path, answer.status, answer.body[:300])
        assert listed == (answer.status == 200), (
            f"{path} is {'' if listed else 'not '}listed, and GET is {answer.status}"
        )
        return digest(answer.body) if answer.status == 200 else GONE

    def has_folder(self, path: str) -> bool:
        """Tell whether a folder is there."""
        return self.dav("PROPFIND", quote(path) + "/", None, Depth="0").status == 207

    def put(self, path: str, data: bytes) -> None:
        """Send a file that must be taken."""
        assert self.dav("PUT", quote(path), data).status in (201, 204), path

    def make(self, path: str) -> None:
        """Make a folder unless it is there."""
        assert self.dav("MKCOL", quote(path)).status in (201, 405), path

    def command(self, *words: object, input: str = "") -> "CompletedProcess[str]":
        """Run the command whose calls fail."""
        return self.run(*words, "--data", self.data, input=input)

    def do(self, *words: object, input: str = "") -> None:
        """Run a command that must end well."""
        done = self.command(*words, input=input)
        assert not done.returncode, (words, done.stderr)

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return rows of the catalog."""
        with closing(sqlite3.connect(f"file:{self.data}/catalog.sqlite?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()

    def send(self, method: str, path: str, body: bytes | None = None, **headers: Any) -> DavAnswer:
        """Send the request whose calls fail; `to`: where to."""
        if "to" in headers:
            headers["Destination"] = self.dav.address + quote(headers.pop("to"))
        return self.dav(method, quote(path), body, **headers)


def digest(data: bytes) -> str:
    """Return what stands for some bytes."""
    return hashlib.sha256(data).hexdigest()[:12]


def text(name: str) -> bytes:
    """Return a file's bytes, other ones for each name."""
    return f"this is {name}\n".encode() * 20


def photo(name: str) -> bytes:
    """Return a JPEG, another one for each name."""
    out = io.BytesIO()
    image: Image.Image = picture(name, (60, 40))
    image.save(out, "JPEG", quality=95)
    return out.getvalue()
