"""Two clients that write to the same paths at once, against a model: some order of their requests explains each answer.

What is at a path is a register. Each client waits for its answers, so an order is an interleaving of two sequences in
which nothing comes before what was answered before it was sent: all that are possible are followed at once, as the set
of states that they lead to. If none is left, no order explains what was answered. A request that was cut off by a kill
was done or not.
"""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from helpers.dav import Client
from helpers.failing_world import digest

FOLDERS = ("/Inbox/two", "/Originals/Own/two")
SUB = tuple(f"{folder}/sub" for folder in FOLDERS)
FILES = tuple(f"{folder}/{name}.txt" for folder in (*FOLDERS, *SUB) for name in "ab")
DIR = "folder"
State = frozenset[tuple[str, str]]
"""What is at the paths: digests of files, and DIR."""
_GESTURE = 10.0
"""Seconds for which a refusal is remembered."""
RACED = frozenset({409, 405, 404, 412})
"""Answers by which a request that overlaps another one on its paths may say that it was not done."""


@dataclass
class Request:
    """One request, and what was answered, None if nothing was; times by the monotonic clock."""

    client: int
    method: str
    path: str
    to: str = ""
    overwrite: bool = True
    data: bytes = b""
    began: float = 0.0
    ended: float = float("inf")
    status: int | None = None
    got: str = ""

    def touches(self, other: "Request") -> bool:
        """Tell whether two requests are about paths of which one may be in the other."""
        mine, others = [one for one in (self.path, self.to) if one], [one for one in (other.path, other.to) if one]
        return any(f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/") for a in mine for b in others)

    def overlaps(self, other: "Request") -> bool:
        """Tell whether they were under way at one time."""
        return self.began < other.ended and other.began < self.ended

    def __str__(self) -> str:
        extra = f" to {self.to}{'' if self.overwrite else ' (Overwrite: F)'}" if self.to else ""
        what = f" {digest(self.data)}" if self.data else ""
        return (
            f"{self.began:.4f}-{self.ended:.4f} client {self.client}: {self.method} {self.path}{extra}{what}"
            f" -> {self.status} {self.got}"
        )


def done(state: State, request: Request) -> tuple[set[int], str, State]:
    """Return what a request may be answered in a state, what a GET gives, and the state after it.

    If there are several reasons to refuse it, any of them may be said.
    """
    there = dict(state)
    path, to = request.path, request.to
    node = there.get(path)
    if request.method == "GET":
        return ({404}, "", state) if node is None else ({200}, node, state)
    reasons = set[int]()
    if request.method in ("PUT", "MKCOL"):
        reasons |= {409} if there.get(path.rpartition("/")[0]) != DIR else set()
        reasons |= {405} if request.method == "MKCOL" and node is not None else set()
        what = DIR if request.method == "MKCOL" else digest(request.data)
        after = {**there, path: what}
        return reasons or {201 if node is None else 204}, "", state if reasons else frozenset(after.items())
    reasons |= {404} if node is None else set()
    if to:
        reasons |= {409} if there.get(to.rpartition("/")[0]) != DIR else set()
        reasons |= {412} if to in there and not request.overwrite else set()
    if reasons:
        return reasons, "", state
    inside = {one: what for one, what in there.items() if one == path or one.startswith(f"{path}/")}
    kept = there if request.method == "COPY" else {one: what for one, what in there.items() if one not in inside}
    if not to:
        return {204}, "", frozenset(kept.items())
    moved = {f"{to}{one[len(path) :]}": what for one, what in inside.items()}
    kept = {one: what for one, what in kept.items() if one != to and not one.startswith(f"{to}/")}
    return {204 if to in there else 201}, "", frozenset({**kept, **moved}.items())


def explain(
    before: State, first: Sequence[Request], second: Sequence[Request], earlier: Sequence[Request] = ()
) -> set[State]:
    """Return the states that the orders lead to which explain all answers; none if no order does.

    `earlier`: what was sent before, since a DELETE right after a refused PUT of the same path means nothing.
    """
    requests = (*first, *second)
    void = {id(one) for one in requests if one.method == "DELETE" and _may_be_void(one, (*earlier, *requests))}
    raced = {
        id(one)
        for one in requests
        if any(one.client != other.client and one.overlaps(other) and one.touches(other) for other in requests)
    }
    reached: dict[tuple[int, int], set[State]] = {(0, 0): {before}}
    for i in range(len(first) + 1):
        for j in range(len(second) + 1):
            for state in reached.get((i, j), ()):
                for at, next_, others in ((i, first, second[j:]), (j, second, first[i:])):
                    if at == len(next_) or (others and others[0].ended < next_[at].began):
                        continue
                    to = (i + 1, j) if next_ is first else (i, j + 1)
                    found = reached.setdefault(to, set())
                    found.update(_after(state, next_[at], may_be_refused=id(next_[at]) in raced))
                    if id(next_[at]) in void and next_[at].status == 204:
                        found.add(state)
    return reached.get((len(first), len(second)), set())


def _may_be_void(one: Request, others: Sequence[Request]) -> bool:
    """Tell whether a DELETE may be what a program does to clean up after a file that was refused."""
    return any(
        other.method == "PUT"
        and other.path == one.path
        and (other.status is None or other.status >= 400)
        and other.began < one.ended
        and min(other.ended, other.began + _GESTURE) > one.began - _GESTURE
        for other in others
    )


def _after(state: State, request: Request, *, may_be_refused: bool) -> Iterator[State]:
    """Give the states after a request that explain its answer; one that `may_be_refused` had another one on its way.

    Whether it made or replaced something (201, 204) is said as it was when the request came.
    """
    statuses, got, after = done(state, request)
    if request.status is None:
        yield from (state, after)
    elif request.status in statuses and request.got == got:
        yield after
    elif may_be_refused and request.status in RACED:
        yield state
    elif may_be_refused and {request.status} | statuses == {201, 204}:
        yield after


@dataclass
class Walk:
    """A walk of two clients by a seed: call `begin`, `round` as often as you like, and `look` after each."""

    seed: int
    done: Counter[str] = field(default_factory=Counter)
    overlapping: int = 0
    sent: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    state: State = frozenset()
    _earlier: list[Request] = field(default_factory=list)
    _number: int = 0

    def begin(self, dav: Client) -> None:
        """Make the folders."""
        for folder in FOLDERS:
            assert dav("MKCOL", quote(folder)).status == 201
        self.state = frozenset((folder, DIR) for folder in FOLDERS)

    def _request(self, rng: random.Random, client: int) -> Request:
        kind = rng.choice(("PUT", "PUT", "PUT", "GET", "GET", "DELETE", "MOVE", "MOVE", "COPY", "SUB"))
        path, to = rng.sample(FILES, 2)
        if kind == "SUB":
            kind, path = rng.choice(("MKCOL", "MKCOL", "DELETE", "MOVE")), rng.choice(SUB)
            to = next(one for one in SUB if one != path)
        self._number += 1
        one = Request(client, kind, path)
        if kind == "PUT":
            one.data = f"{self.seed} {client} {self._number}\n".encode() * rng.choice((1, 500, 20_000))
        if kind in ("MOVE", "COPY"):
            # A folder over a folder is another matter, which tests of its own look into.
            one.to, one.overwrite = to, rng.random() < 0.6 and path in FILES
        return one

    def round(self, url: str, requests: int, *, until: threading.Event | None = None) -> list[list[Request]]:
        """Have both clients send so many requests at once; return what each sent, cut short if the server is gone."""
        plans = [
            [self._request(random.Random(f"{self.seed} {client} {self._number} {n}"), client) for n in range(requests)]
            for client in (1, 2)
        ]
        sent: list[list[Request]] = [[], []]
        barrier = threading.Barrier(2)

        def run(number: int) -> None:
            with Client(url) as dav:
                barrier.wait()
                for one in plans[number]:
                    sent[number].append(one)
                    if not _send(dav, one):
                        break
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
        seen = _seen(dav)
        possible = explain(self.state, sent[0], sent[1], self._earlier)
        if seen not in possible:
            raise AssertionError("\n".join(self._wrong(sent, possible, seen)))
        self.state = seen
        self._earlier = [*self._earlier, *sent[0], *sent[1]][-500:]

    def _wrong(self, sent: list[list[Request]], possible: set[State], seen: State) -> Iterator[str]:
        yield f"seed {self.seed}: no order of these requests explains what was answered, from {sorted(self.state)}"
        history = sorted((*sent[0], *sent[1]), key=lambda one: one.ended)
        for length in range(1, len(history) + 1):
            some = [[one for one in history[:length] if one.client == client] for client in (1, 2)]
            if not explain(self.state, some[0], some[1], self._earlier):
                break
        yield from map(str, history[:length])
        if possible:
            yield f"all answers can be explained, but not that there is {sorted(seen)}; there may be"
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


def _send(dav: Client, one: Request) -> bool:
    """Send a request and note the answer; False if the server is gone."""
    headers = {"Destination": dav.address + quote(one.to), "Overwrite": "FT"[one.overwrite]} if one.to else {}
    one.began = time.monotonic()
    try:
        answer = dav(one.method, quote(one.path), one.data or None, **headers)
    except (OSError, http.client.HTTPException):
        return False
    one.ended = time.monotonic()
    one.status = answer.status
    one.got = digest(answer.body) if one.method == "GET" and answer.status == 200 else ""
    return True


def _seen(dav: Client) -> State:
    """Return what the drive shows; listings and GET must agree."""
    found: dict[str, str] = {}
    for folder in (*FOLDERS, *SUB):
        if dav("PROPFIND", quote(folder) + "/", None, Depth="0").status == 207:
            found[folder] = DIR
            for name in dav.files(quote(folder) + "/"):
                found[f"{folder}/{name}"] = digest(dav("GET", quote(f"{folder}/{name}")).body)
    for path in FILES:
        assert (dav("GET", quote(path)).status == 200) == (path in found), path
    return frozenset(found.items())
