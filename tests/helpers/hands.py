"""Four ways of doing the same with a drive: raw HTTP, rclone, a folder mounted with rclone, GNOME's gio.

Each does what a person does with a file browser, says whether it was done, and leaves everything else to the drive.
"""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from helpers.dav import Client
from helpers.programs import QUIET, mounted
from helpers.serving import Serving


class Hands:
    """What a person does; paths begin with "/". Each returns whether it was done.

    `sends_later`: copies are said to be done before they are, and a refusal comes too late to be told.
    """

    name = ""
    sends_later = False

    def make(self, path: str) -> bool:
        """Make a folder."""
        raise NotImplementedError

    def copy(self, source: str, to: str) -> bool:
        """Copy a file within the drive."""
        raise NotImplementedError

    def copy_folder(self, source: str, to: str) -> bool:
        """Copy a folder with what is in it, within the drive."""
        raise NotImplementedError

    def move(self, source: str, to: str) -> bool:
        """Move or rename a file."""
        raise NotImplementedError

    def move_folder(self, source: str, to: str) -> bool:
        """Move or rename a folder."""
        raise NotImplementedError

    def delete(self, path: str) -> bool:
        """Delete a file."""
        raise NotImplementedError

    def delete_folder(self, path: str) -> bool:
        """Delete a folder with what is in it."""
        raise NotImplementedError

    def upload(self, file: Path, to: str) -> bool:
        """Copy a file from elsewhere into the drive."""
        raise NotImplementedError


class Http(Hands):
    """Requests as Finder and Explorer send them."""

    name = "http"

    def __init__(self, client: Client) -> None:
        self._client = client

    def _done(self, method: str, path: str, to: str | None = None, body: bytes | None = None, **headers: str) -> bool:
        if to is not None:
            headers = {"Destination": self._client.address + quote(to), "Overwrite": "F", **headers}
        status = self._client(method, quote(path), body, **headers).status
        assert status < 500, (method, path, to, status)
        return status in (201, 204)

    def make(self, path: str) -> bool:
        return self._done("MKCOL", path)

    def copy(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._done("COPY", source, to, Overwrite="T" if overwrite else "F")

    def copy_folder(self, source: str, to: str) -> bool:
        return self._done("COPY", f"{source}/", to, Depth="infinity")

    def move(self, source: str, to: str, *, overwrite: bool = False) -> bool:
        return self._done("MOVE", source, to, Overwrite="T" if overwrite else "F")

    def move_folder(self, source: str, to: str) -> bool:
        return self._done("MOVE", f"{source}/", f"{to}/")

    def delete(self, path: str) -> bool:
        return self._done("DELETE", path)

    def delete_folder(self, path: str) -> bool:
        return self._done("DELETE", f"{path}/")

    def upload(self, file: Path, to: str) -> bool:
        return self.put(file.read_bytes(), to)

    def put(self, data: bytes, to: str) -> bool:
        """Send bytes to a path."""
        return self._done("PUT", to, body=data)

    def read(self, path: str) -> bytes | None:
        """Return what is in a file; None if there is none."""
        answer = self._client("GET", quote(path))
        return answer.body if answer.status == 200 else None

    def list(self, path: str) -> list[str]:
        """Return all that is listed in a folder."""
        return [member.name for member in self._client.members(quote(path))]


class Rclone(Hands):
    """rclone with the drive as a remote."""

    name = "rclone"

    def __init__(self, serving: Serving) -> None:
        self._environment = {
            "RCLONE_CONFIG_HAVEN_TYPE": "webdav",
            "RCLONE_CONFIG_HAVEN_URL": serving.url,
            "RCLONE_CONFIG_HAVEN_VENDOR": "other",
            "RCLONE_RETRIES": "1",
            "RCLONE_LOW_LEVEL_RETRIES": "1",
            **QUIET,
        }

    def _done(self, *words: str) -> bool:
        return self._run(*(f"haven:{word[1:]}" if word.startswith("/") else word for word in words))

    def _run(self, *words: str) -> bool:
        environment = os.environ | self._environment
        done = subprocess.run(["rclone", *words], env=environment, capture_output=True, timeout=120, check=False)
        return done.returncode == 0

    def make(self, path: str) -> bool:
        return self._done("mkdir", path)

    def copy(self, source: str, to: str) -> bool:
        return self._done("copyto", source, to)

    def copy_folder(self, source: str, to: str) -> bool:
        return self._done("copy", source, to)

    def move(self, source: str, to: str) -> bool:
        return self._done("moveto", source, to)

    def move_folder(self, source: str, to: str) -> bool:
        return self._done("moveto", source, to)

    def delete(self, path: str) -> bool:
        return self._done("deletefile", path)

    def delete_folder(self, path: str) -> bool:
        return self._done("purge", path)

    def upload(self, file: Path, to: str) -> bool:
        return self._run("copyto", str(file), f"haven:{to[1:]}")


class Mounted(Hands):
    """cp, mv, mkdir, rm -r in a folder that `rclone mount` shows the drive in."""

    name = "mount"
    sends_later = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _done(self, *words: str) -> bool:
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        print(*words, done.stderr)  # shown with a failure
        return done.returncode == 0

    def _at(self, path: str) -> str:
        return f"{self._folder}{path}"

    def make(self, path: str) -> bool:
        return self._done("mkdir", self._at(path))

    def copy(self, source: str, to: str) -> bool:
        return self._done("cp", self._at(source), self._at(to))

    def move(self, source: str, to: str) -> bool:
        return not Path(self._at(to)).exists() and self._done("mv", self._at(source), self._at(to))

    def move_folder(self, source: str, to: str) -> bool:
        return not Path(self._at(to)).exists() and self._done("mv", "-T", self._at(source), self._at(to))

    def delete(self, path: str) -> bool:
        return self._done("rm", self._at(path))

    def delete_folder(self, path: str) -> bool:
        return self._done("rm", "-r", self._at(path))

    def upload(self, file: Path, to: str) -> bool:
        return self._done("cp", str(file), self._at(to))


class Gio(Hands):
    """GNOME's gio in one session."""

    name = "gio"

    def __init__(self, serving: Serving, folder: Path) -> None:
        self._url = serving.url.replace("http", "dav").rstrip("/")
        environment = {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")}
        self._shell = subprocess.Popen(
            ["dbus-run-session", "--", "sh"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | environment | {"GVFS_DISABLE_FUSE": "1"},
        )
        self._run(f"gio mount '{self._url}'")

    def close(self) -> None:
        """End the session."""
        assert self._shell.stdin and self._shell.stdout
        self._shell.stdin.close()
        self._shell.wait(timeout=60)
        self._shell.stdout.close()

    def _run(self, command: str) -> bool:
        assert self._shell.stdin and self._shell.stdout
        mark = uuid.uuid4().hex
        self._shell.stdin.write(f"{command} </dev/null; echo {mark} $?\n")
        self._shell.stdin.flush()
        while line := self._shell.stdout.readline():
            if mark in line:
                return line.split()[-1] == "0"
        raise AssertionError("the session of gio has ended")

    def _done(self, verb: str, *words: str) -> bool:
        return self._run(
            f"gio {verb} " + " ".join(f"'{self._url}{w}'" if w.startswith("/") else f"'{w}'" for w in words)
        )

    def make(self, path: str) -> bool:
        return self._done("mkdir", path)

    def copy(self, source: str, to: str) -> bool:
        return self._done("copy", source, to)

    def move(self, source: str, to: str) -> bool:
        return self._done("move", source, to)

    def move_folder(self, source: str, to: str) -> bool:
        if source.rpartition("/")[0] == to.rpartition("/")[0]:
            return self._done("rename", source, to.rpartition("/")[2])
        return self._done("move", source, to)

    def delete(self, path: str) -> bool:
        return self._done("remove", path)

    def delete_folder(self, path: str) -> bool:
        # gio has no removal of whole folders: GNOME Files deletes what is in one, one by one, and then the folder.
        command = (
            f"gio list '{self._url}{path}' | while IFS= read -r one; do"
            f" gio remove '{self._url}{path}'/\"$one\" || exit 1; done && gio remove '{self._url}{path}'"
        )
        return self._run(f"({command})")

    def upload(self, file: Path, to: str) -> bool:
        return self._run(f"gio copy '{file}' '{self._url}{to}'")


@contextmanager
def hands_of(name: str, serving: Serving, folder: Path) -> Iterator[Hands]:
    """Give one of "http", "rclone", "mount", "gio"; skip where that cannot be."""
    if name == "http":
        with Client(serving.url) as client:
            yield Http(client)
    elif name == "rclone":
        if not shutil.which("rclone"):
            pytest.skip("rclone is not installed")
        yield Rclone(serving)
    elif name == "mount":
        options = ("--dir-cache-time", "0s", "--vfs-cache-mode", "writes", "--vfs-write-back", "0s")
        with mounted(serving, folder, *options, "--retries", "1", "--low-level-retries", "1") as mount:
            yield Mounted(mount)
    else:
        if not (shutil.which("gio") and shutil.which("dbus-run-session")):
            pytest.skip("gio is not installed")
        gio = Gio(serving, folder)
        try:
            yield gio
        finally:
            gio.close()
