"""What one client waits for while others are slow: half a head, half a body, answers nobody reads. nginx beside it.

python tests/benchmarks/slow_clients.py [SAMPLES]

All slow clients come from the address of the one that is measured. They open their connections at once and then send a
few bytes every four seconds. A line gives the milliseconds of one request on a connection of its own: the median, the
95th percentile and the longest, and the median as a multiple of the one without slow clients.
"""

import base64
import contextlib
import http.client
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from common import HAVEN, settle

from haven_fs.server.users import Users
from haven_fs.testing import make_photo

Attack = Callable[[bytes], list[tuple[bytes, bytes, int]]]
PASSWORD = "a long secret"
SIGNS_IN = b"Authorization: Basic " + base64.b64encode(f"anna:{PASSWORD}".encode()) + b"\r\n"
PROPFIND = "<?xml version='1.0'?><D:propfind xmlns:D='DAV:'><D:prop><D:getetag/></D:prop></D:propfind>"
BIG = 64 * 2**20


def heads(count: int, signed: bytes) -> list[tuple[bytes, bytes, int]]:
    """Return clients that never end their heads: what each says first, what it goes on with, how often it is there."""
    return [(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + signed, b"X-a: b\r\n", count)]


def bodies(count: int, signed: bytes) -> list[tuple[bytes, bytes, int]]:
    """Return clients that upload a byte every few seconds."""
    head = b"PUT /Inbox/slow-%d.jpg HTTP/1.1\r\nHost: localhost\r\n" + signed + b"Content-Length: 1000000\r\n\r\nx"
    return [(head, b"x", count)]


def chunks(count: int, signed: bytes) -> list[tuple[bytes, bytes, int]]:
    """Return clients whose PROPFIND comes in chunks of a byte."""
    head = b"PROPFIND / HTTP/1.1\r\nHost: localhost\r\n" + signed + b"Transfer-Encoding: chunked\r\n\r\n1\r\n<\r\n"
    return [(head, b"1\r\n \r\n", count)]


def readers(count: int, signed: bytes) -> list[tuple[bytes, bytes, int]]:
    """Return clients that ask for a large file and read nothing."""
    return [(b"GET %BIG% HTTP/1.1\r\nHost: localhost\r\n" + signed + b"\r\n", b"", count)]


ATTACKS: dict[str, Attack] = {
    "48 slow heads": lambda signed: heads(48, signed),
    "48 slow bodies": lambda signed: bodies(48, signed),
    "60 chunked PROPFINDs": lambda signed: chunks(60, signed),
    "60 heads, 60 bodies, 200 readers": lambda signed: heads(60, signed) + bodies(60, signed) + readers(200, signed),
}


def attack(port: int, clients: list[tuple[bytes, bytes, int]], ready: Connection) -> None:
    """Open the connections, say so, and go on slowly, opening anew what was closed."""

    def connect(begun: bytes, number: int) -> socket.socket:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", port))
        sock.sendall(begun.replace(b"%d", b"%d" % number))
        return sock

    every = [(begun, more) for begun, more, count in clients for _ in range(count)]
    socks = [connect(begun, number) for number, (begun, _) in enumerate(every)]
    ready.send(True)
    while True:
        time.sleep(4)
        for number, (begun, more) in enumerate(every):
            try:
                socks[number].sendall(more)
            except OSError:
                socks[number].close()
                with contextlib.suppress(OSError):
                    socks[number] = connect(begun, number)


def measure(port: int, path: str, signed: bytes, samples: int, dav: bool) -> dict[str, list[float]]:
    """Return the seconds of each kind of request."""
    headers = {"Authorization": signed.decode().strip().partition(": ")[2]} if signed else {}
    asked = {"GET": (path, None, {}), "PUT": ("/Inbox/one.txt", b"x" * 20_000, {})}
    if dav:
        asked["PROPFIND"] = ("/Timeline/", PROPFIND.encode(), {"Depth": "1"})
    times: dict[str, list[float]] = {method: [] for method in asked}
    for _ in range(samples):
        for method, (where, body, more) in asked.items():
            began = time.perf_counter()
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            client.request(method, where, body=body, headers={**headers, **more, "Host": "localhost"})
            answer = client.getresponse()
            answer.read()
            client.close()
            times[method].append(time.perf_counter() - began)
            assert answer.status in (200, 201, 204, 207), (method, answer.status)
        time.sleep(0.02)
    return times


def report(name: str, port: int, files: tuple[str, str], signed: bytes, samples: int, dav: bool) -> None:
    """Print what one client waits for, with nobody else there and in each attack."""
    small, big = files
    for what, clients in ATTACKS.items():
        if not dav and "PROPFIND" in what:
            continue
        # Right before and after, since the rest of the computer is seldom idle.
        alone = measure(port, small, signed, samples, dav)
        ready, told = multiprocessing.Pipe()
        said = [(begun.replace(b"%BIG%", big.encode()), more, count) for begun, more, count in clients(signed)]
        slow = multiprocessing.Process(target=attack, args=(port, said, told), daemon=True)
        slow.start()
        ready.recv()
        time.sleep(1)
        try:
            among: dict[str, list[float]] | None = measure(port, small, signed, samples, dav)
        except OSError as error:
            among = None
            print(f"{name:<22}{what:<34}no answer: {error}", flush=True)
        slow.kill()
        slow.join()
        time.sleep(1)
        again = measure(port, small, signed, samples, dav)
        alone = {method: took + again[method] for method, took in alone.items()}
        show(name, "nobody", alone, alone)
        if among is not None:
            show(name, what, among, alone)


def show(name: str, what: str, times: dict[str, list[float]], alone: dict[str, list[float]]) -> None:
    """Print a line for each kind of request."""
    for method, took in times.items():
        took = sorted(took)
        middle, late, last = statistics.median(took), took[int(len(took) * 0.95)], took[-1]
        times_as_long = middle / statistics.median(alone[method])
        print(
            f"{name:<22}{what:<34}{method:<9}{middle * 1e3:8.1f}{late * 1e3:8.1f}{last * 1e3:8.1f}{times_as_long:7.2f}",
            flush=True,
        )


@contextlib.contextmanager
def haven(library: Path, inbox: Path, data: Path) -> Iterator[int]:
    """Run `haven serve` on any free port and give that."""
    command = [*HAVEN, "serve", str(library), "--inbox", str(inbox), "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield urlsplit(process.stdout.readline().split()[-1]).port or 0
        process.terminate()


@contextlib.contextmanager
def nginx(root: Path, folder: Path) -> Iterator[int]:
    """Run nginx with its one worker over the same files, with uploads, and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (folder / "Inbox").mkdir(parents=True)
    (root / "Inbox").symlink_to(folder / "Inbox")
    config = folder / "nginx.conf"
    paths = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;"
        f"{'user root;' if os.geteuid() == 0 else ''} events {{ worker_connections 2000; }}"
        f" http {{ access_log off; {paths} server {{ listen 127.0.0.1:{port}; root {root}; dav_methods PUT; }} }}",
        encoding="utf-8",
    )
    with subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        time.sleep(1)
        yield port
        process.terminate()
    (root / "Inbox").unlink()


def main() -> None:
    """Print the table."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{'server':<22}{'others':<34}{'asked':<9}{'median':>8}{'95 %':>8}{'longest':>8}{'times':>7}")
    with tempfile.TemporaryDirectory() as base:
        library, inbox, data = (Path(base) / name for name in ("Pictures", "Inbox", "data"))
        inbox.mkdir()
        for number in range(50):
            make_photo(library / f"{number}.jpg", f"2020-05-{number % 28 + 1:02} 12:00:00", seed=str(number))
        with (library / "big.bin.jpg").open("wb") as file:
            file.truncate(BIG)
        files = "/Originals/Pictures/1.jpg", "/Originals/Pictures/big.bin.jpg"
        with haven(library, inbox, data) as port:
            settle(data)
            report("haven", port, files, b"", samples, True)
        Users(data / "users.json").add("anna", PASSWORD)
        (data / "haven.toml").write_text("[serve]\nallow_basic = true\n", encoding="utf-8")
        with haven(library, inbox, data) as port:
            settle(data)
            report("haven, a password", port, files, SIGNS_IN, samples, True)
        if shutil.which("nginx"):
            with nginx(library, Path(base) / "nginx") as port:
                report("nginx", port, ("/1.jpg", "/big.bin.jpg"), b"", samples, False)


if __name__ == "__main__":
    main()
