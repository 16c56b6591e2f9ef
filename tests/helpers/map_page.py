"""Folders' maps as parts of a page, each at the folder's address, and what they ask for: as a provider serves them."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from PIL import Image

from haven_fs.errors import Malformed
from haven_fs.tree.maps.answers import clusters_json
from haven_fs.tree.maps.html import map_head, map_html
from haven_fs.tree.maps.statics import static_files
from haven_fs.tree.nodes import Folder
from helpers.home import Home


@contextmanager
def page(home: Home) -> Iterator[str]:
    """Serve the maps of a home until the block ends, and give the address of the drive."""
    tree = home.tree()
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "JPEG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path, query = [part for part in unquote(parts.path).split("/") if part], dict(parse_qsl(parts.query))
            if path[:2] == [".haven", "static"]:
                static = static_files()[path[2]]
                assert query["v"] == static.version
                return self.answer(static.read(), static.mime)
            if path[:2] == [".haven", "grid"]:
                return self.answer(picture.getvalue(), "image/jpeg")
            with tree.view() as view:
                folder = tree.resolve(view, path)
                assert isinstance(folder, Folder), path
                if "clusters" not in query:
                    icon = '<link rel="icon" href="data:,">'  # else browsers ask for one
                    body = f"<!DOCTYPE html><title>.</title>{icon}{map_head()}<main>{map_html(folder)}</main>"
                    return self.answer(body.encode(), "text/html; charset=utf-8")
                try:
                    found = clusters_json(view, folder.scope, query)
                except Malformed as wrong:
                    return self.answer(wrong.reason.encode(), "text/plain", 400)
            return self.answer(json.dumps(found).encode(), "application/json")

        def answer(self, body: bytes, mime: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
