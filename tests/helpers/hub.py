"""A model hub on the loopback address: a host's answers, its redirects, and its bad days."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "3f1c0d2b9a8e7f6054433221100ffeeddccbbaa9"


@dataclass
class Hub:
    """What the hub has and does. Files whose name ends in .onnx are large ones: redirected, told by SHA-256."""

    url: str = ""
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The files asked for, each with the range."""
    cut: dict[str, int] = field(default_factory=dict)
    """Files whose next answers end after so many bytes: once a number here, for `cuts` times."""
    cuts: int = 1
    spoil: dict[str, int] = field(default_factory=dict)
    """Files whose next so many answers have a wrong byte."""
    ranges: bool = True
    status: int = 200
    busy: int = 0
    """How many of the next answers are 503."""

    def publish(self, repository: str, folder: Path) -> None:
        """Put a folder there."""
        files = (path for path in folder.rglob("*") if path.is_file())
        self.repositories[repository] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def metadata(self, repository: str) -> dict[str, object]:
        """Return what the API says."""
        files = []
        for name, data in sorted(self.repositories[repository].items()):
            said: dict[str, object] = {"rfilename": name, "size": len(data)}
            said["blobId"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            if name.endswith(".onnx"):
                said["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            files.append(said)
        return {"id": repository, "sha": COMMIT, "siblings": files}


class _Answers(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        hub, path = self.hub, unquote(urlsplit(self.path).path).strip("/")
        if hub.status != 200 or hub.busy:
            status = 503 if hub.busy else hub.status
            hub.busy = max(hub.busy - 1, 0)
            self.send_error(status)
            return
        for repository in hub.repositories:
            if path == f"api/models/{repository}/revision/main":
                self._send(json.dumps(hub.metadata(repository)).encode())
                return
            for place in (f"{repository}/resolve/{COMMIT}/", f"cdn/{repository}/"):
                name = path.removeprefix(place)
                if path.startswith(place) and name in hub.repositories[repository]:
                    self._file(repository, name, redirected=place.startswith("cdn"))
                    return
        self.send_error(404)

    def _file(self, repository: str, name: str, *, redirected: bool) -> None:
        hub = self.hub
        if name.endswith(".onnx") and not redirected:
            self.send_response(302)
            self.send_header("Location", f"{hub.url}/cdn/{repository}/{name}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = hub.repositories[repository][name]
        asked = self.headers.get("Range", "")
        hub.asked.append((name, asked))
        if hub.spoil.get(name, 0):
            hub.spoil[name] -= 1
            data = bytes([data[0] ^ 1]) + data[1:]
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked and hub.ranges else 0
        if start and start >= len(data):
            self.send_error(416)
            return
        length = hub.cut.get(name)
        if length is not None and hub.cuts:
            hub.cuts -= 1
        else:
            length = None
        self._send(data[start:], 206 if start else 200, most=length)

    def _send(self, data: bytes, status: int = 200, most: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if most is None else data[:most])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """Run a hub until the block ends."""
    hub = Hub()
    handler = type("Answers", (_Answers,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
