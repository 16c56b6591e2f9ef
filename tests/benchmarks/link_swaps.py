"""Swap folders and files of a library for links that lead out of it, while a server reads and writes there (Linux).

    python tests/benchmarks/link_swaps.py [--swaps 10000] [--seconds 60] [--seed 1]

A process of its own exchanges a folder of photos, a folder above another, and a file, each with a link of the same name
that leads to a folder outside, and back, by one system call each (renameat2). Meanwhile clients read what is there, all
of it and parts, its small pictures and its tile, and write: new files, files over others, moves, copies, removals, new
folders, times; the server indexes what it sees, and sidecars are written. What is outside has the same names, other
lengths and another colour, and says so in its bytes. At the end it prints how many answers came from outside, and
whether anything outside was made, changed or removed, or got into the catalog. Beside the race is a folder that nobody
swaps: every request there must succeed. The exit status is 1 if anything of that fails.
"""

import argparse
import ctypes
import hashlib
import http.client
import io
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from common import HAVEN, scratch, settle
from kill_uploads import Server, ask
from PIL import Image

MARK = b"OUTSIDE-THE-LIBRARY"
COLOURS = {"inside": (20, 40, 220), "outside": (230, 20, 20)}
FOLDERS = ("sub", "above/below", "flat")
CALM = "calm"
_SWAPPED = (("sub", ".sub"), ("above", ".above"), ("flat/0.jpg", ".0.jpg"))
_TIME = (
    '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32LastModifiedTime>'
    "Mon, 01 Jan 2024 0{}:00:00 GMT</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>"
)


def picture(where: str, number: int) -> bytes:
    """Return a JPEG of one colour; one from outside says so, and is longer."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = MARK.decode() if where == "outside" else "inside"
    exif.get_ifd(0x8769)[0x9003] = f"2021:03:{number % 28 + 1:02} 10:00:00"
    comment = (MARK if where == "outside" else b"inside") * (200 if where == "outside" else 100) + b"%d" % number
    Image.new("RGB", (640, 480), COLOURS[where]).save(out, "JPEG", exif=exif, comment=comment)
    return out.getvalue()


def is_outside(body: bytes) -> bool:
    """Tell whether an answer shows something from outside: its bytes, or its colour."""
    if MARK in body:
        return True
    if body[:2] != b"\xff\xd8":
        return False
    try:
        red, _, blue = Image.open(io.BytesIO(body)).convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    except OSError:
        return False
    return bool(red > 150 and blue < 100)


def swap(root: Path, seconds: float) -> None:
    """Exchange them until told to stop, each as long a link as not; print how often."""
    exchange = 2
    call = ctypes.CDLL(None, use_errno=True).renameat2
    pairs = [(os.fsencode(root / there), os.fsencode(root / link)) for there, link in _SWAPPED]
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    count, end, rng = 0, time.monotonic() + seconds, random.Random(1)
    is_link = [False] * len(pairs)
    while going and time.monotonic() < end:
        number = count % len(pairs)
        if call(-100, pairs[number][0], -100, pairs[number][1], exchange) == 0:
            is_link[number] = not is_link[number]
        count += 1
        time.sleep(rng.choice((0, 0.0001, 0.0003, 0.001, 0.003)))
    for (there, link), linked in zip(pairs, is_link, strict=True):
        if linked:
            call(-100, there, -100, link, exchange)
    print(count)


def make(top: Path) -> tuple[Path, Path]:
    """Make a library, and outside of it folders of the same names."""
    library, outside = top / "library", top / "outside"
    for where, root in (("inside", library), ("outside", outside)):
        for folder in (*FOLDERS, CALM):
            (root / folder).mkdir(parents=True)
            for number in range(8):
                (root / folder / f"{number}.jpg").write_bytes(picture(where, number))
    for there, link in _SWAPPED:
        (library / link).symlink_to(outside / there)
    return library, outside


def canaries(outside: Path) -> dict[str, tuple[int, int, str]]:
    """Return all that lies outside, with its time and its bytes' digest."""
    found = {}
    for path in [outside, *sorted(outside.rglob("*"))]:
        state = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (state.st_mtime_ns, state.st_mode, digest)
    return found


class Client(threading.Thread):
    """Reads and writes at random; counts the answers, and those that came from outside."""

    def __init__(self, server: Server, seed: int, tiles: list[str]) -> None:
        super().__init__(daemon=True)
        self.server, self.rng, self.tiles = server, random.Random(seed), tiles
        self.seed = seed
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.outside: Counter[str] = Counter()
        self.calm: Counter[tuple[str, int]] = Counter()
        self.stopping = False

    def run(self) -> None:
        """Go on until stopped."""
        connection = self.server.connect()
        while not self.stopping:
            folder = CALM if self.rng.random() < 0.1 else self.rng.choice(FOLDERS)
            try:
                self._one(connection, folder)
            except (http.client.HTTPException, OSError) as error:
                self.statuses[type(error).__name__, 0] += 1
                connection.close()
                connection = self.server.connect()
        connection.close()

    def _one(self, connection: http.client.HTTPConnection, folder: str) -> None:
        number = self.rng.randrange(8)
        at = f"/Originals/library/{folder}"
        file, own = f"{at}/{number}.jpg", f"{at}/new-{self.seed}-{self.rng.randrange(4)}.jpg"
        new = picture("inside", 100 + self.rng.randrange(10_000))
        kind = self.rng.choice(
            ("GET",) * 6
            + ("range", "range", "HEAD", "HEAD", "small", "tile", "PROPFIND")
            + ("PUT", "PUT", "PUT over", "MOVE", "COPY", "COPY over", "DELETE", "MKCOL", "time", "COPY folder")
        )
        body = b""
        if kind == "GET":
            status, body = ask(connection, "GET", file)
        elif kind == "range":
            status, body = ask(connection, "GET", file, Range="bytes=200-3000")
        elif kind == "HEAD":
            connection.request("HEAD", file)
            response = connection.getresponse()
            response.read()
            status, length = response.status, int(response.headers.get("Content-Length") or 0)
            if status == 200 and length > len(picture("outside", 0)) - 100:
                self.outside["HEAD"] += 1
        elif kind == "small":
            status, body = ask(connection, "GET", f"/Small{file}")
        elif kind == "tile":
            status, body = ask(connection, "GET", self.rng.choice(self.tiles))
        elif kind == "PROPFIND":
            status, body = ask(connection, "PROPFIND", f"{at}/", Depth="1")
        elif kind == "PUT":
            status, _ = ask(connection, "PUT", own, new)
        elif kind == "PUT over":
            status, _ = ask(connection, "PUT", file, new)
        elif kind == "DELETE":
            status, _ = ask(connection, "DELETE", own)
        elif kind == "MKCOL":
            status, _ = ask(connection, "MKCOL", f"{at}/folder-{self.rng.randrange(10_000)}")
        elif kind == "time":
            status, _ = ask(connection, "PROPPATCH", file, _TIME.format(self.rng.randrange(10)).encode())
        else:
            source = own if kind == "MOVE" else at if kind == "COPY folder" else file
            other = self.rng.choice((*FOLDERS, folder))
            name = f"moved-{self.seed}-{self.rng.randrange(4)}.jpg" if kind != "COPY folder" else f"copied-{number}"
            target = f"/Originals/library/{other}/{name}"
            status, _ = ask(connection, kind.split()[0], source, Destination=target, Overwrite="T")
        self.statuses[kind, status] += 1
        if folder == CALM and kind in ("GET", "range", "HEAD", "small", "PROPFIND", "PUT", "PUT over", "MKCOL", "time"):
            self.calm[kind, status] += 1
        if is_outside(body):
            self.outside[kind] += 1


def tiles_of(server: Server) -> list[str]:
    """Return the addresses of the small pictures that the pages of the folders show."""
    with closing(server.connect()) as connection:
        pages = []
        for folder in FOLDERS:
            connection.request("GET", f"/Originals/library/{folder}/", headers={"Accept": "text/html"})
            pages.append(connection.getresponse().read().decode(errors="replace"))
    return sorted(set(re.findall(r"/\.haven/grid/[^\"' ]+", "".join(pages)))) or ["/.haven/grid/none"]


def from_outside(data: Path) -> int:
    """Return how many rows of the catalog, and renditions, came from outside."""
    count = 0
    with closing(sqlite3.connect(data / "catalog.sqlite")) as db:
        for table in ("analysis", "words"):
            for row in db.execute(f"SELECT * FROM {table}"):
                count += any(MARK.decode().lower() in str(cell).lower() for cell in row)
    with closing(sqlite3.connect(data / "renditions.sqlite")) as db:
        for row in db.execute("SELECT * FROM rendition"):
            count += any(isinstance(cell, bytes) and is_outside(cell) for cell in row)
    return count


def race(server: Server, library: Path, data: Path, swaps: int, seconds: float, seed: int) -> tuple[int, list[Client]]:
    """Have clients read and write while the library is swapped; return how often it was, and the clients."""
    command = [sys.executable, __file__, "--swap", str(library), "--seconds", str(max(seconds, 3600))]
    clients = [Client(server, seed + number, tiles_of(server)) for number in range(4)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as swapper:
        for client in clients:
            client.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            command = [*HAVEN, "export", "xmp", "--sidecars", "--data", str(data)]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            time.sleep(1)
        for client in clients:
            client.stopping = True
        for client in clients:
            client.join(timeout=120)
        swapper.terminate()
        count = int(swapper.communicate()[0])
    if count < swaps:
        print(f"{count} swaps are fewer than {swaps}: give more --seconds")
    return count, clients


def main() -> int:
    """Race, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swaps", type=int, default=10_000, help="the least number of swaps")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--swap", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.swap:
        swap(args.swap, args.seconds)
        return 0
    with scratch() as top:
        library, outside = make(top)
        data = top / "data"
        server = Server(data, top / "inbox", [library])
        server.start()
        settle(data)
        subprocess.run([*HAVEN, "libraries", "set", "library", "--writable", "--data", str(data)], check=True)
        with closing(server.connect()) as connection:
            for folder in FOLDERS:  # so that sidecars have something to say
                ask(
                    connection, "COPY", f"/Originals/library/{folder}/1.jpg", Destination=f"/Favorites/{folder[:3]}.jpg"
                )
        before = canaries(outside)
        count, clients = race(server, library, data, args.swaps, args.seconds, args.seed)
        settle(data)
        server.stop()
        after = canaries(outside)
        stored = from_outside(data)
        sidecars = sum(1 for _ in library.rglob("*.xmp"))
    statuses, seen, calm = Counter[tuple[str, int]](), Counter[str](), Counter[tuple[str, int]]()
    for client in clients:
        statuses += client.statuses
        seen += client.outside
        calm += client.calm
    made, gone = after.keys() - before.keys(), before.keys() - after.keys()
    changed = [path for path in before.keys() & after.keys() if before[path] != after[path]]
    failed = {key: value for key, value in calm.items() if key[1] >= 500 or (key[1] >= 400 and key[0] != "MKCOL")}
    print(f"swaps                                   {count:>8,}")
    print(f"requests                                {statuses.total():>8,}")
    print(f"answers from outside                    {seen.total():>8,}  {dict(seen)}")
    print(f"made outside                            {len(made):>8,}")
    print(f"changed outside                         {len(changed):>8,}")
    print(f"removed outside                         {len(gone):>8,}")
    print(f"stored of what is outside               {stored:>8,}")
    print(f"sidecars written inside                 {sidecars:>8,}")
    print(f"refused beside the race                 {sum(failed.values()):>8,}  of {calm.total():,} {failed or ''}")
    for kind in sorted({kind for kind, _ in statuses}):
        print(f"  {kind:<12}", {status: n for (one, status), n in sorted(statuses.items()) if one == kind})
    return int(bool(seen or made or changed or gone or stored or failed or count < args.swaps))


if __name__ == "__main__":
    sys.exit(main())
