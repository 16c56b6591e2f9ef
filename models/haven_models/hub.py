"""What a model hub says of a repository, and how its files are asked for.

A hub is a host such as the one of Hugging Face: `/api/models/REPOSITORY/revision/REVISION?blobs=true` tells the commit
and, file by file, the size with the SHA-256 (large files) or git's own id (small ones);
`/REPOSITORY/resolve/COMMIT/FILE` gives the bytes, often by a redirect. HAVEN_MODEL_HOST names another host, such as a
mirror. The connection to the host is all that its checksums are trusted by at the first fetch; from then on they are
written down and a model that was fetched is held to them.
"""

import hashlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from haven_fs import UserError, __version__

DEFAULT_HOST = "https://huggingface.co"
_HERE = ("127.0.0.1", "::1", "localhost")
PATIENCE = 30.0
"""Seconds without a byte after which a connection is given up."""
BROKEN = (OSError, HTTPException)
"""What a connection raises that cannot be made or breaks; a timeout is an OSError."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the host tells of it. `git_id`: SHA-1 of the file behind git's own header, for small ones."""

    path: str
    size: int
    sha256: str | None = None
    git_id: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A repository at one commit."""

    host: str
    repository: str
    commit: str
    files: tuple[RemoteFile, ...]

    def url(self, path: str) -> str:
        """Return where a file's bytes are."""
        return f"{self.host}/{self.repository}/resolve/{urllib.parse.quote(self.commit)}/{urllib.parse.quote(path)}"


def model_host() -> str:
    """Return the host that models are fetched from. Raises UserError if HAVEN_MODEL_HOST is none."""
    host = (os.environ.get("HAVEN_MODEL_HOST") or DEFAULT_HOST).rstrip("/")
    parts = urllib.parse.urlsplit(host)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE):
        return host
    raise UserError(
        f"HAVEN_MODEL_HOST is {host!r}, but it must begin with https://, because Haven trusts what the host says about"
        " its files. Correct it or unset it."
    )


def look_up(repository: str, revision: str) -> Snapshot:
    """Ask the host what a repository holds. Raises UserError."""
    host = model_host()
    url = f"{host}/api/models/{repository}/revision/{urllib.parse.quote(revision, safe='')}?blobs=true"
    try:
        with open_url(url) as answer:
            said = json.load(answer)
        return Snapshot(host, repository, str(said["sha"]), tuple(_file(one) for one in said["siblings"]))
    except urllib.error.HTTPError as error:
        raise refusal(error, host, repository) from error
    except BROKEN as error:
        raise no_network(error, host) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{host} does not answer like a model hub. Is HAVEN_MODEL_HOST right?") from error


def _file(said: dict[str, Any]) -> RemoteFile:
    large = said.get("lfs") or {}
    size = large["size"] if large else said["size"]
    return RemoteFile(str(said["rfilename"]), int(size), large.get("sha256"), None if large else said.get("blobId"))


def open_url(url: str, start: int = 0) -> Any:
    """Ask for a URL, from byte `start` on. Raises urllib.error.HTTPError, or one of BROKEN."""
    headers = {"User-Agent": f"haven-fs/{__version__}"}
    if start:
        headers["Range"] = f"bytes={start}-"
    # The scheme was looked at in model_host.
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=PATIENCE)  # noqa: S310


def git_id_of(path: Path) -> str:
    """Return what git calls a file. Raises OSError."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    digest.update(path.read_bytes())
    return digest.hexdigest()


def refusal(error: urllib.error.HTTPError, host: str, repository: str) -> UserError:
    """Return the words for an answer that is not the one asked for."""
    if error.code in (401, 403):
        return UserError(
            f"{host} does not give {repository} to everyone. Download it yourself and use `haven models add`."
        )
    if error.code == 404:
        return UserError(f"There is no {repository} on {host}. `haven models list` shows what you can fetch.")
    return UserError(f"{host} answered {error.code} for {repository}. Try again later.")


def no_network(error: Exception, host: str) -> UserError:
    """Return the words for a host that cannot be reached."""
    reason = getattr(error, "reason", None) or error
    return UserError(
        f"{host} cannot be reached: {reason}. Try again when you are online; what has been downloaded is kept."
        " You can also copy a model from another computer with `haven models add`."
    )
