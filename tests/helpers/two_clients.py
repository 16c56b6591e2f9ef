"""Two clients that write to the same paths at once, and what is seen of it, against helpers.two_clients_model.

They send, copy, move and delete files and folders. Some requests say what they expect to find (If-Match), and a file
that is always there is locked, read, written and given free again.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree

from helpers.dav import LOCKINFO, Client
from helpers.failing_world import digest
from helpers.two_clients_model import DIR, LOCKED, Request, State, explain

FOLDERS = ("/Inbox/two", "/Originals/Own/two")
SUB = tuple(f"{folder}/sub" for folder in FOLDERS)
FILES = tuple(f"{folder}/{name}.txt" for folder in (*FOLDERS, *SUB) for name in "ab")
SHARED = tuple(f"{folder}/shared.txt" for folder in FOLDERS)
"""Files that are always there, and are locked."""


class Known(NamedTuple):
    """An entity tag, the digest of the bytes that had it, and when that was answered."""

    tag: str
    what: str
    at: float


KINDS = ("PUT",) * 4 + ("MOVE",) * 3 + ("GET", "COPY") * 2 + ("DELETE", "SUB", "SHARED", "SAME")
"""What clients do next, as often as it is here."""


@dataclass
class Walk:
    """A walk of two clients by a seed: call `begin`, `round` as often as you like, and `look` after each.

    `few`: whether a round is about two to four of the paths, so that the clients meet on them far more often.
    """

    seed: int
    few: bool = False
    done: Counter[str] = field(default_factory=Counter)
    overlapping: int = 0
    sent: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    state: State = frozenset()
    rounds: int = 0
    _earlier: list[Request] = field(default_factory=list)
    _number: int = 0
    _known: dict[int, dict[str, Known]] = field(default_factory=lambda: {1: {}, 2: {}})
    """What each client has last seen where."""

    def begin(self, dav: Client) -> None:
        """Make the folders, and the files that are always there."""
        for folder in FOLDERS:
            assert dav("MKCOL", quote(folder)).status == 201
        for path in SHARED:
            assert dav("PUT", quote(path), self._data(random.Random(self.seed), 0)).status == 201
        self.state = seen(dav)

    def _data(self, rng: random.Random, client: int) -> bytes:
        """Return bytes that nobody has sent before."""
        self._number += 1
        return f"{self.seed} {client} {self._number}\n".encode() * rng.choice((1, 500, 20_000))

    def _requests(self, rng: random.Random, client: int, paths: Sequence[str]) -> list[Request]:
        """Return the next request of a client about some paths, or several that belong together."""
        kind, (path, to) = rng.choice(KINDS), rng.sample(paths, 2)
        if kind == "SAME":
            # Moving a file over its own copy is done in another way than over other bytes.
            return [Request(client, "COPY", path, to), Request(client, "MOVE", path, to)]
        if kind == "SHARED":
            return self._to_shared(rng, client, rng.choice(SHARED), path)
        if kind == "SUB":
            kind, path = rng.choice(("MKCOL", "MKCOL", "DELETE", "MOVE")), rng.choice(SUB)
            to = next(one for one in SUB if one != path)
        one = Request(client, kind, path)
        if kind == "PUT":
            one.data = self._data(rng, client)
        if kind in ("MOVE", "COPY"):
            # A folder over a folder is another matter, which tests of its own look into.
            one.to, one.overwrite = to, rng.random() < 0.6 and path in FILES
        one.wary = kind in ("PUT", "DELETE", "MOVE") and path in FILES and rng.random() < 0.4
        return [one]

    def _to_shared(self, rng: random.Random, client: int, path: str, other: str) -> list[Request]:
        """Return what a client does with a file that both of them lock."""
        kind = rng.choice(("LOCK", "LOCK", "PUT", "COPY", "MOVE"))
        if kind == "LOCK":
            held = [Request(client, "GET", path) for _ in range(3)]
            held.insert(2, Request(client, "PUT", path, data=self._data(rng, client)))
            for one in held:
                one.token = "its own"
            return [Request(client, "LOCK", path), *held, Request(client, "UNLOCK", path, token="its own")]
        if kind == "PUT":
            return [Request(client, kind, path, data=self._data(rng, client), wary=rng.random() < 0.5)]
        return [Request(client, kind, other, to=path)]

    def round(self, url: str, requests: int, *, until: threading.Event | None = None) -> list[list[Request]]:
        """Have both clients send so many requests at once; return what each sent, cut short if the server is gone."""
        self.rounds += 1
        rng = random.Random(f"{self.seed} {self._number}")
        # Few, so that the two meet, and what is copied and moved comes back.
        paths = rng.sample(FILES, rng.choice((2, 3, 4))) if self.few else FILES
        plans = [[one for _ in range(requests) for one in self._requests(rng, client, paths)] for client in (1, 2)]
        sent: list[list[Request]] = [[], []]
        barrier = threading.Barrier(2)

        def run(number: int) -> None:
            token = ""
            with Client(url) as dav:
                barrier.wait()
                for one in plans[number]:
                    if one.token and not token:
                        continue  # the lock was not granted
                    one.token = token if one.token else ""
                    sent[number].append(one)
                    if not _send(dav, one, self._known[number + 1]):
                        break
                    if one.method in ("LOCK", "UNLOCK"):
                        token = one.got if one.method == "LOCK" else ""
                        one.got = ""
            if until is not None:
                until.set()

        threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in (*sent[0], *sent[1]):
            self.done[f"{one.method} {one.status}"] += 1
            if one.data and one.status in (201, 204):
                self.sent.add(digest(one.data))
            elif one.data and one.status is not None:
                near = [str(other) for other in (*sent[0], *sent[1]) if one.overlaps(other) and one.touches(other)]
                self.refused[digest(one.data)] = "\n".join(near)
        self.overlapping += sum(a.overlaps(b) and a.touches(b) for a in sent[0] for b in sent[1])
        return sent

    def look(self, dav: Client, sent: list[list[Request]]) -> None:
        """Compare what is there now with what may be; an AssertionError names the shortest history that is wrong."""
        there = seen(dav)
        # Who was cut off holds a lock still, which is given back for it.
        possible = {frozenset(x for x in one if not x[0].startswith(LOCKED)) for one in self._explain(sent)}
        if there not in possible:
            raise AssertionError("\n".join(self._wrong(sent, possible, there)))
        for path in SHARED:
            unlock(dav, path)
        self.state = there
        self._earlier = [*self._earlier, *sent[0], *sent[1]][-500:]

    def _explain(self, sent: list[list[Request]]) -> set[State]:
        return explain(self.state, sent[0], sent[1], self._earlier)

    def _wrong(self, sent: list[list[Request]], possible: set[State], there: State) -> Iterator[str]:
        yield (
            f"seed {self.seed}, round {self.rounds}: no order of these requests explains what was answered, from"
            f" {sorted(self.state)}"
        )
        history = sorted((*sent[0], *sent[1]), key=lambda one: one.ended)
        for length in range(1, len(history) + 1):
            # What was under way at that moment may have been done or not.
            some = [[one for one in history[:length] if one.client == client] for client in (1, 2)]
            going = [
                replace(one[len(seen_)], ended=float("inf"), status=None, got="")
                for one, seen_ in zip(sent, some, strict=True)
                if len(one) > len(seen_)
            ]
            if not self._explain(
                [
                    [*seen_, *(one for one in going if one.client == client)]
                    for client, seen_ in zip((1, 2), some, strict=True)
                ]
            ):
                break
        yield from map(str, history[:length])
        if possible:
            yield f"all answers can be explained, but not that there is {sorted(there)}; there may be"
            yield from (str(sorted(one)) for one in possible)

    def check_disk(self, base: Path, dav: Client) -> None:
        """Look whether all that was acknowledged is on the disk, and nothing that was refused."""
        roots = (base / "Inbox", base / "Own")
        paths = [path for root in roots for path in root.rglob("*") if path.is_file()]
        # A draft may have gone with its folder; the next start removes it.
        paths = [path for path in paths if not path.name.startswith(".haven-part-")]
        kept = {digest(path.read_bytes()) for path in paths}
        assert not self.sent - kept, f"seed {self.seed}: {len(self.sent - kept)} acknowledged contents are nowhere"
        there = [
            f"{path} from {self.refused[one]}" for path in paths if (one := digest(path.read_bytes())) in self.refused
        ]
        assert not there, f"seed {self.seed}: refused contents are there: {there}"
        removed = sum(1 for path in paths if ".haven-removed" in path.parts)
        listed = sum(not one.is_folder for one in dav.walk("/Recently%20Removed/"))
        assert removed == listed, f"seed {self.seed}: {removed} removed files, {listed} listed"


def _send(dav: Client, one: Request, known: dict[str, Known]) -> bool:
    """Send a request and note the answer; False if the server is gone. `known`: what its client has seen where."""
    headers = {"Destination": dav.address + quote(one.to), "Overwrite": "FT"[one.overwrite]} if one.to else {}
    if one.wary and one.path in known:
        headers["If-Match"], one.expects, one.seen = known[one.path]
    elif one.wary and one.method == "PUT":
        headers["If-None-Match"], one.expects = "*", ""
    if one.token:
        headers |= {"Lock-Token": one.token} if one.method == "UNLOCK" else {"If": f"({one.token})"}
    body: bytes | str | None = one.data or None
    if one.method == "LOCK":
        body, headers = LOCKINFO.format(scope="exclusive"), {"Depth": "0", "Timeout": "Second-600"}
    one.began = time.monotonic()
    try:
        answer = dav(one.method, quote(one.path), body, **headers)
    except (OSError, http.client.HTTPException):
        return False
    one.ended = time.monotonic()
    one.status = answer.status
    if answer.status >= 400:
        one.why = f" {answer.reason()}" if answer.body.startswith(b"<?xml") else ""
    elif one.method == "LOCK":
        one.got = answer["Lock-Token"]
    elif one.method in ("GET", "PUT"):
        if (tag := answer.headers["ETag"]) is not None:  # of a file that is elsewhere again there is none
            known[one.path] = Known(tag, digest(answer.body if one.method == "GET" else one.data), one.ended)
        one.got = digest(answer.body) if one.method == "GET" else ""
    return True


def unlock(dav: Client, path: str) -> None:
    """Give back the locks on a path, whoever holds them."""
    found = dav("PROPFIND", quote(path), None, Depth="0")
    for token in ElementTree.fromstring(found.body).iterfind(".//{DAV:}locktoken/{DAV:}href"):
        assert dav("UNLOCK", quote(path), Lock_Token=f"<{token.text}>").status == 204


def seen(dav: Client) -> State:
    """Return what the drive shows; listings and GET must agree."""
    found: dict[str, str] = {}
    for folder in (*FOLDERS, *SUB):
        if dav("PROPFIND", quote(folder) + "/", None, Depth="0").status == 207:
            found[folder] = DIR
            for name in dav.files(quote(folder) + "/"):
                answer = dav("GET", quote(f"{folder}/{name}"))
                assert answer.status == 200, f"{folder}/{name} is listed, and GET is {answer.status} {answer.body!r}"
                found[f"{folder}/{name}"] = digest(answer.body)
    for path in (*FILES, *SHARED):
        status = dav("GET", quote(path)).status
        assert (status == 200) == (path in found), f"GET of {path} is {status}, and there are {sorted(found)}"
    return frozenset(found.items())
