"""Everything at once for minutes: what a family's programs ask of a server, and whether it needs more and more for it.

    python tests/benchmarks/mixed_traffic.py [--minutes 15] [--photos 400] [--clients 6] [--rate 60]

CLIENTS connections, kept open as programs keep them, together ask some RATE times a second: folders, files, parts of
files, pages, tiles and small pictures; they search, upload, rename and delete what they uploaded, lock, put photos into
albums and take them out. What was uploaded is removed again, so that the library stays about as large as it was.
Memory (Pss of all its processes) and open files are read each half minute. After a warm-up of a fifth of the time, the
median of the last fifth may be at most 5 % above that of the second fifth, and open files may not grow by more than
the connections that come and go; and no answer may be a 5xx. The exit status is 1 otherwise.
"""

import argparse
import collections
import http.client
import os
import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import pss, scratch
from fuzz_requests import LOGIN, open_files, picture, server

_FOLDERS = (
    "/",
    "/Timeline",
    "/People",
    "/Places",
    "/Recent",
    "/Albums",
    "/Inbox",
    "/Favorites",
    "/Originals/library/trip",
    "/Small/Recent",
    "/Review",
)
_PHRASES = (
    "dog",
    "beach at night",
    "2019",
    "red car without people",
    "last summer",
    "Paris or Berlin",
    "house near lake",
)
_GROWTH = 1.05
_LOCK = (
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>'
    "</D:lockinfo>"
)


@dataclass
class Seen:
    """How often each status came, and what must not be."""

    statuses: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """One program: it keeps a connection, and asks until it is told to stop."""

    def __init__(self, host: str, number: int, photos: int, pause: float, seen: Seen, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._host, self._number, self._photos, self._pause = host, number, photos, pause
        self._seen, self._stop_now = seen, stop
        self._dice = random.Random(number)
        self._connection = http.client.HTTPConnection(host, timeout=60)
        self._count = 0

    def run(self) -> None:
        """Ask."""
        kinds = (
            self._list,
            self._list,
            self._read,
            self._read,
            self._part,
            self._page,
            self._search,
            self._upload,
            self._album,
        )
        while not self._stop_now.wait(self._dice.uniform(0.5, 1.5) * self._pause):
            self._dice.choice(kinds)()

    def _ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        said = {"Authorization": LOGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            self._connection.request(method, quote(path, safe="/?=&"), body or None, said)
            answer = self._connection.getresponse()
            text = answer.read()
            self._seen.statuses[f"{method} {answer.status}"] += 1
            if answer.status >= 500:
                self._seen.faults.append(f"{method} {path}: {answer.status} {answer.reason}")
            return text
        except (OSError, http.client.HTTPException) as error:
            self._seen.statuses[f"{method} {type(error).__name__}"] += 1
            self._connection.close()
            return b""

    def _photo(self) -> str:
        return f"/Originals/library/trip/IMG_{self._dice.randrange(self._photos):04}.jpg"

    def _list(self) -> None:
        self._ask("PROPFIND", self._dice.choice(_FOLDERS), Depth="1")

    def _read(self) -> None:
        self._ask(self._dice.choice(("GET", "GET", "HEAD")), self._photo())

    def _part(self) -> None:
        self._ask("GET", self._photo(), Range=self._dice.choice(("bytes=0-99", "bytes=-50", "bytes=0-1,5-9")))

    def _page(self) -> None:
        folders = [f"{folder.rstrip('/')}/" for folder in _FOLDERS[:6]]
        path = self._dice.choice((*folders, "/Recent/?days", "/Recent/?from=0&count=50", "/.haven/progress"))
        text = self._ask("GET", path, Accept="text/html,*/*").decode("utf-8", "replace")
        tiles = [part.partition('"')[0] for part in text.split('"/.haven/grid/')[1:]]
        if tiles:
            self._ask("GET", "/.haven/grid/" + unquote(self._dice.choice(tiles)))

    def _search(self) -> None:
        phrase = f"{self._dice.choice(_PHRASES)} {self._dice.randrange(50)}"
        self._ask("PROPFIND", f'/Search/"{phrase}"', Depth="1")

    def _upload(self) -> None:
        self._count += 1
        name = f"/Inbox/c{self._number}-{self._count % 20}.jpg"
        self._ask("PUT", name, picture(self._number * 1_000_000 + self._count))
        lock = self._ask("LOCK", name, _LOCK.encode(), Timeout="Second-60")
        token = lock.decode("utf-8", "replace").partition("opaquelocktoken:")[2].partition("<")[0]
        if token:
            self._ask("UNLOCK", name, Lock_Token=f"<opaquelocktoken:{token}>")
        self._ask("MOVE", name, Destination=f"http://{self._host}{name}.renamed.jpg")
        self._ask("DELETE", f"{name}.renamed.jpg")

    def _album(self) -> None:
        album = f"/Albums/Album {self._number}"
        self._ask("MKCOL", album)
        photo = self._photo()
        target = f"{album}/{photo.rpartition('/')[2]}"
        self._ask("COPY", photo, Destination=f"http://{self._host}{quote(target)}")
        self._ask("DELETE", target)


def main() -> int:
    """Run it, and print a line each half minute and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--rate", type=float, default=60)
    args = parser.parse_args()
    seen, stop = Seen(), threading.Event()
    memory: list[float] = []
    files: list[int] = []
    with scratch() as home, server(home, args.photos) as (host, pid, log):
        pause = 2.5 * args.clients / args.rate  # an act asks some two and a half times
        clients = [Client(host, number, args.photos, pause, seen, stop) for number in range(args.clients)]
        for client in clients:
            client.start()
        until = time.monotonic() + 60 * args.minutes
        step = min(30.0, 60 * args.minutes / 30)
        while time.monotonic() < until:
            time.sleep(step)
            memory.append(pss(pid))
            files.append(open_files(pid))
            print(
                f"{sum(seen.statuses.values()):>9,} requests {memory[-1]:8.1f} MB {files[-1]:4} open files", flush=True
            )
        stop.set()
        for client in clients:
            client.join(timeout=60)
        text = log.read_text(errors="replace")
        if "Traceback" in text:
            seen.faults.append(text[text.index("Traceback") :][:2000])
        os.sync()
    for status, count in sorted(seen.statuses.items()):
        print(f"{status:<24}{count:>9,}")
    fifth = len(memory) // 5
    early, late = (statistics.median(part) for part in (memory[fifth : 2 * fifth], memory[-fifth:]))
    open_early, open_late = (statistics.median(part) for part in (files[fifth : 2 * fifth], files[-fifth:]))
    print(f"memory {early:.1f} MB, then {late:.1f} MB ({100 * (late / early - 1):+.1f} %)")
    print(f"open files {open_early:.0f}, then {open_late:.0f}")
    if late > early * _GROWTH:
        seen.faults.append("memory grows")
    if open_late > open_early + args.clients:
        seen.faults.append("open files grow")
    print("\n".join(seen.faults[:40]) or "well")
    return int(bool(seen.faults))


if __name__ == "__main__":
    sys.exit(main())
