"""Send hostile requests to a running server, before and after sign-in, and see what they do to it.

    python tests/benchmarks/fuzz_requests.py [--requests 200000] [--seed 1] [--connections 8]

Half of the requests show a right user name and password. They go over all methods, paths of every kind and every header
that is read, in their grammar and out of it, framed well and badly. What must hold, or the exit status is 1:

- no answer is a 5xx but 503 and 507, and those that HTTP asks for: 501, 502 for another server, 505;
- each request ends, by an answer or by the end of the connection, within 15 seconds;
- no answer and no line of the log has a traceback, and none has what lies outside the library;
- no original and nothing outside is changed;
- memory and open files are at the end what they were after the first tenth, and the server answers as before.
"""

import argparse
import base64
import collections
import hashlib
import io
import os
import random
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import HAVEN, pss, scratch, settle
from helpers.fuzzing.requests import request
from PIL import Image

PATIENCE = 15.0
ALLOWED = frozenset({501, 502, 503, 505, 507})
SECRET = b"this lies outside of every library"
USER, PASSWORD = "anna", "right horse battery"
LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class Found:
    """What was seen: how often each status came, what must not be, and how many connections just ended."""

    statuses: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    done: int = 0


def picture(number: int) -> bytes:
    """Return a small JPEG that no other number gives."""
    out = io.BytesIO()
    Image.frombytes("RGB", (4, 4), hashlib.blake2b(str(number).encode(), digest_size=48).digest()).resize(
        (64, 48)
    ).save(out, "JPEG")
    return out.getvalue()


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@contextmanager
def server(home: Path, photos: int = 60) -> Iterator[tuple[str, int, Path]]:
    """Serve a library of that many pictures to a user, with an inbox; give its host, its process and its log."""
    library, data = home / "library", home / "data"
    (library / "trip").mkdir(parents=True)
    data.mkdir()
    for number in range(photos):
        (library / "trip" / f"IMG_{number:04}.jpg").write_bytes(picture(number))
    (home / "outside").mkdir()
    (home / "outside" / "secret.jpg").write_bytes(SECRET)
    (library / "link").symlink_to(home / "outside")
    (data / "haven.toml").write_text("serve.allow_basic = true\n")
    add = [*HAVEN, "users", "add", USER, "--data", str(data)]
    subprocess.run(add, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)
    command = [*HAVEN, "serve", str(library), "--data", str(data), "--port", "0", "--inbox", str(home / "inbox")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            settle(data)
            yield urlsplit(url).netloc, process.pid, home / "log"
        finally:
            process.terminate()
            process.wait(timeout=60)


def ask(host: str, data: bytes) -> bytes:
    """Send bytes, say that there are no more, and return all that comes back. Raises TimeoutError."""
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=PATIENCE) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no port is kept for a minute
        answer = b""
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while block := sock.recv(1 << 16):
                answer += block
                if len(answer) > 1 << 22:
                    break
        except (ConnectionError, BrokenPipeError):
            pass
        return answer


def hunt(host: str, share: int, seed: int, found: Found, lock: threading.Lock) -> None:
    """Send one connection's share of the requests, one after the other."""
    dice = random.Random(seed)
    pictures = [picture(1000 + number) for number in range(20)]
    for number in range(share):
        method, data = request(dice, host, LOGIN if number % 2 else None, pictures)
        began = time.monotonic()
        fault = ""
        try:
            answer = ask(host, data)
        except TimeoutError:
            answer, fault = b"", "hangs"
        except OSError as error:
            answer, fault = b"", f"cannot connect: {error}"
        took = time.monotonic() - began
        head = answer.partition(b"\r\n")[0].decode("latin-1")
        status = head[9:12] if head.startswith("HTTP/1.") and not head.startswith("HTTP/1.1 100") else ""
        if head.startswith("HTTP/1.1 100"):
            status = answer.partition(b"\r\n\r\n")[2][9:12].decode("latin-1")
        if status.startswith("5") and int(status) not in ALLOWED:
            fault = head
        elif SECRET in answer or b"Traceback" in answer or b"wsgidav" in answer.lower():
            fault = f"gives away what it must not: {head}"
        with lock:
            found.statuses[f"{method if method in ('GET', 'PUT', 'PROPFIND') else 'other'} {status or 'closed'}"] += 1
            found.done += 1
            found.slowest = max(found.slowest, took)
            if fault and len(found.faults) < 50:
                found.faults.append(f"{fault}\n    {data[:400]!r}")


def open_files(pid: int) -> int:
    """Return how many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208


def main() -> int:
    """Run it and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=8)
    args = parser.parse_args()
    found, lock = Found(), threading.Lock()
    with scratch() as home, server(home) as (host, pid, log):
        before = digests(home / "library") | digests(home / "outside")
        share = args.requests // args.connections
        threads = [
            threading.Thread(target=hunt, args=(host, share, args.seed * 1000 + number, found, lock), daemon=True)
            for number in range(args.connections)
        ]
        for thread in threads:
            thread.start()
        memory: list[float] = []
        files: list[int] = []
        step = max(1, args.requests // 10)
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.5)
            if found.done >= step * (len(memory) + 1):
                memory.append(pss(pid))
                files.append(open_files(pid))
                print(f"{found.done:>9,} requests  {memory[-1]:7.1f} MB  {files[-1]} open files", flush=True)
        time.sleep(3)
        memory.append(pss(pid))
        files.append(open_files(pid))
        right = (
            f"PROPFIND / HTTP/1.1\r\nHost: {host}\r\nAuthorization: {LOGIN}\r\nDepth: 1\r\nConnection: close\r\n\r\n"
        )
        began = time.monotonic()
        if b" 207 " not in ask(host, right.encode())[:40]:
            found.faults.append("at the end an honest PROPFIND is not answered")
        print(f"an honest request at the end takes {1000 * (time.monotonic() - began):.1f} ms")
        after = digests(home / "library") | digests(home / "outside")
        found.faults += [f"changed: {path}" for path in before if after.get(path) != before[path]]
        text = log.read_text(errors="replace")
        if "Traceback" in text:
            found.faults.append(
                f"{text.count('Traceback')} tracebacks in the log:\n{text[text.index('Traceback') :][:3000]}"
            )
        with closing(sqlite3.connect(home / "data" / "catalog.sqlite")) as db:
            if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                found.faults.append("the catalog is damaged")
        print(f"log: {len(text):,} bytes, {text.count(chr(10)):,} lines")
    for status, count in sorted(found.statuses.items()):
        print(f"{status:<20}{count:>9,}")
    print(f"slowest answer {found.slowest:.2f} s")
    print(f"after a tenth {memory[0]:.0f} MB and {files[0]} open files, at the end {memory[-1]:.0f} MB and {files[-1]}")
    print("\n".join(found.faults) or "nothing broke")
    return int(bool(found.faults))


if __name__ == "__main__":
    sys.exit(main())
