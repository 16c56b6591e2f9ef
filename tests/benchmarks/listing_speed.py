"""PROPFIND Depth 1 of a large folder beside nginx, warm and right after a change, and the memory it takes.

    python tests/benchmarks/listing_speed.py LIBRARY [--runs 9]

LIBRARY: a folder that holds, say, 10,000 photos itself. Needs nginx with its dav-ext module (nginx-extras). The change
is a file added to a copy of the folder made of hard links; the time is that of the first PROPFIND that shows it.
"""

import argparse
import http.client
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from common import pss, scratch, serving, settle, show


def props(*names: str) -> bytes:
    """Return the body of a PROPFIND for these properties."""
    inner = "".join(f"<D:{name}/>" for name in names)
    return f'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop>{inner}</D:prop></D:propfind>'.encode()


WORKERS_GONE = 20
"""Seconds after which an idle server has ended its workers."""
KIO = "creationdate getcontentlength displayname source getcontentlanguage getcontenttype getlastmodified getetag"
FORMS = {
    "rclone": props("displayname", "getlastmodified", "getcontentlength", "resourcetype"),
    "finder": props("getlastmodified", "getcontentlength", "creationdate", "resourcetype"),
    "windows": b"",
    "kio": props(
        *KIO.split(), "supportedlock", "lockdiscovery", "resourcetype", "quota-available-bytes", "quota-used-bytes"
    ),
    "allprop": b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>',
}
NGINX = """daemon off; worker_processes 1; pid {run}/pid; error_log {run}/error.log; user root;
load_module /usr/lib/nginx/modules/ngx_http_dav_ext_module.so; events {{ }}
http {{ access_log off; sendfile on; client_body_temp_path {run}/b; proxy_temp_path {run}/p; fastcgi_temp_path {run}/f;
uwsgi_temp_path {run}/u; scgi_temp_path {run}/s; server {{ listen 127.0.0.1:{port}; root {folder};
location / {{ dav_ext_methods PROPFIND OPTIONS; }} }} }}
"""


class Client:
    """One kept-alive connection that lists one folder."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self._path = parts.path

    def list(self, form: str) -> tuple[float, bytes]:
        """Return the milliseconds of one PROPFIND and its body."""
        started = time.perf_counter()
        self._connection.request("PROPFIND", self._path, FORMS[form], {"Depth": "1"})
        body = self._connection.getresponse().read()
        return (time.perf_counter() - started) * 1000, body


def after_change(client: Client, folder: Path, form: str, number: int) -> float:
    """Add a photo and return the milliseconds of the first listing that shows it."""
    source = next(path for path in folder.iterdir() if path.suffix.lower() == ".jpg")
    name = f"added-{form}-{number}.jpg"
    (folder / name).write_bytes(source.read_bytes() + name.encode())
    for _ in range(600):
        took, body = client.list(form)
        if name.encode() in body:
            return took
        time.sleep(0.02)
    raise TimeoutError(f"{name} did not show within a minute")


def main() -> None:
    """Measure in turn and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("library", type=Path)
    args.add_argument("--runs", type=int, default=9)
    args.add_argument("--port", type=int, default=8791)
    a = args.parse_args()
    with scratch() as run:
        folder = run / "copy"
        folder.mkdir()
        for path in a.library.iterdir():
            if path.is_file():
                os.link(path, folder / path.name) if path.stat().st_dev == run.stat().st_dev else (
                    folder / path.name
                ).write_bytes(path.read_bytes())
        run.chmod(0o755)
        (run / "nginx.conf").write_text(NGINX.format(run=run, port=a.port, folder=folder))
        nginx = subprocess.Popen(["nginx", "-c", str(run / "nginx.conf")], stderr=subprocess.DEVNULL)
        try:
            with serving(folder, run / "data") as (url, pid):
                settle(run / "data")
                time.sleep(WORKERS_GONE)
                compare(a.runs, Client(f"{url}Originals/copy/"), Client(f"http://127.0.0.1:{a.port}/"), folder, pid)
        finally:
            nginx.terminate()
            nginx.wait(timeout=10)


def compare(runs: int, haven: Client, nginx: Client, folder: Path, pid: int) -> None:
    """Time both in turn, form by form: first with nothing changing, then right after changes."""
    before = pss(pid)
    peers = {}
    for form in FORMS:
        times: dict[str, list[float]] = {"haven": [], "nginx": []}
        for _ in range(runs + 1):
            times["haven"].append(haven.list(form)[0])
            times["nginx"].append(nginx.list(form)[0])
        warm = show(f"{form}: haven, warm", times["haven"][1:], "ms")
        peers[form] = show(f"{form}: nginx", times["nginx"][1:], "ms")
        print(f"{form}: {warm / peers[form]:.2f} times nginx\n")
    print(f"memory: {before:.0f} MB before, {pss(pid):.0f} MB after all these (PSS, whole process tree)\n")
    for form in FORMS:
        changed = show(f"{form}: after a change", [after_change(haven, folder, form, n) for n in range(5)], "ms")
        print(f"{form}: {changed / peers[form]:.2f} times nginx\n")
    busy = pss(pid)
    time.sleep(WORKERS_GONE)
    print(f"memory: {busy:.0f} MB with the workers that read what changed, {pss(pid):.0f} MB when they have ended")


if __name__ == "__main__":
    main()
