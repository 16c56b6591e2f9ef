"""A model of paths that two clients write to at once: some order of their requests must explain each answer.

What is at a path is a register, and so is who has locked it. Each client waits for its answers, so an order is an
interleaving of two sequences in which nothing comes before what was answered before it was sent: all that are possible
are followed at once, as the set of states that they lead to. If none is left, no order explains what was answered. A
COPY reads at one moment and writes at a later one, as a client would that does both itself. A request that was cut off
by a kill was done or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from helpers.failing_world import digest

DIR = "folder"
State = frozenset[tuple[str, str]]
"""What is at the paths: digests of files, and DIR. Under marked paths: who has locked them, what is being copied."""
LOCKED, COPIED = "lock on ", "copy by "
_GESTURE = 10.0
"""Seconds for which a refusal is remembered."""
RACED = frozenset({409, 405, 404, 412})
"""Answers by which a write that overlaps another request on its paths may say that it was not done."""


@dataclass
class Request:
    """One request, and what was answered, None if nothing was; times by the monotonic clock.

    `expects`: what must be at the path, "" for nothing, None if the request does not say. `seen`: when that was there.
    `token`: of the lock that it shows. `wary`: it is to say what it expects. `got`: the digest of what came, `why`: the
    reason of a refusal.
    """

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
    expects: str | None = None
    seen: float = 0.0
    token: str = ""
    wary: bool = False
    why: str = ""

    def touches(self, other: "Request") -> bool:
        """Tell whether two requests are about paths of which one may be in the other."""
        mine, others = [one for one in (self.path, self.to) if one], [one for one in (other.path, other.to) if one]
        return any(f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/") for a in mine for b in others)

    def overlaps(self, other: "Request") -> bool:
        """Tell whether they were under way at one time."""
        return self.began < other.ended and other.began < self.ended

    def __str__(self) -> str:
        extra = f" to {self.to}{'' if self.overwrite else ' (Overwrite: F)'}" if self.to else ""
        extra += f" if {self.expects or 'nothing'} is there" if self.expects is not None else ""
        extra += " by its lock" if self.token else ""
        what = f" {digest(self.data)}" if self.data else ""
        return (
            f"{self.began:.4f}-{self.ended:.4f} client {self.client}: {self.method} {self.path}{extra}{what}"
            f" -> {self.status} {self.got}{self.why}"
        )


def done(state: State, request: Request) -> tuple[set[int], str, State]:
    """Return what a request may be answered in a state, what a GET gives, and the state after it.

    If there are several reasons to refuse it, any of them may be said.
    """
    there = dict(state)
    path, to, node = request.path, request.to, there.get(request.path)
    if request.method == "GET":
        return ({404}, "", state) if node is None else ({200}, node, state)
    reasons = _reasons(there, request)
    if reasons:
        return reasons, "", state
    if request.method in ("LOCK", "UNLOCK"):
        locks = state - {(LOCKED + path, str(request.client))}
        if request.method == "UNLOCK":
            return {204}, "", locks
        return {200}, "", locks | {(LOCKED + path, str(request.client))}
    if request.method in ("PUT", "MKCOL"):
        what = DIR if request.method == "MKCOL" else digest(request.data)
        return {201 if node is None else 204}, "", frozenset({**there, path: what}.items())
    source = f"{COPIED}{request.client}" if request.method == "WRITE" else path
    inside = {one: what for one, what in there.items() if one == source or one.startswith(f"{source}/")}
    if request.method == "READ":
        copied = {f"{COPIED}{request.client}{one[len(path) :]}": what for one, what in inside.items()}
        return set(), "", frozenset({**there, **copied}.items())
    kept = there if request.method == "COPY" else {one: what for one, what in there.items() if one not in inside}
    if not to:
        return {204}, "", frozenset(kept.items())
    moved = {f"{to}{one[len(source) :]}": what for one, what in inside.items()}
    kept = {one: what for one, what in kept.items() if one != to and not one.startswith(f"{to}/")}
    return {204 if to in there else 201}, "", frozenset({**kept, **moved}.items())


def _reasons(there: dict[str, str], request: Request) -> set[int]:
    """Return for what a request is to be refused."""
    path, to, node = request.path, request.to, there.get(request.path)
    if request.method in ("LOCK", "UNLOCK"):
        return {423} if there.get(LOCKED + path, str(request.client)) != str(request.client) else set()
    written = {"COPY": [to], "READ": [], "WRITE": [to], "MOVE": [path, to]}.get(request.method, [path])
    shown = str(request.client) if request.token else ""
    reasons = {423} if any(there.get(LOCKED + one, shown) != shown for one in written) else set[int]()
    if request.expects is not None and request.expects != (node or ""):
        reasons |= {412}
    if request.method in ("PUT", "MKCOL"):
        reasons |= {409} if there.get(path.rpartition("/")[0]) != DIR else set()
        reasons |= {405} if request.method == "MKCOL" and node is not None else set()
        return reasons
    reasons |= {404} if node is None and request.method != "WRITE" else set()
    if to and request.method != "READ":
        reasons |= {409} if there.get(to.rpartition("/")[0]) != DIR else set()
        reasons |= {412} if to in there and not request.overwrite else set()
    return reasons


def explain(
    before: State, first: Sequence[Request], second: Sequence[Request], earlier: Sequence[Request] = ()
) -> set[State]:
    """Return the states that the orders lead to which explain all answers; none if no order does.

    `earlier`: what was sent before, since a DELETE right after a refused PUT of the same path means nothing, and an
    entity tag may have been seen then.
    """
    first, second = ([part for one in some for part in _parts(one)] for some in (first, second))
    requests = (*first, *second)
    whole = (*earlier, *requests)
    idle = {id(one) for one in requests if _may_be_void(one, whole) or _may_have_another_tag(one, whole)}
    raced = {
        id(one)
        for one in requests
        if one.method != "GET"
        and any(one.client != other.client and one.overlaps(other) and one.touches(other) for other in requests)
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
                    if id(next_[at]) in idle:
                        found.add(state)
    return reached.get((len(first), len(second)), set())


def _parts(one: Request) -> list[Request]:
    """Return a request in the steps that it may have been done in."""
    if one.method != "COPY" or one.status not in (201, 204, None):
        return [one]
    return [replace(one, method="READ"), replace(one, method="WRITE")]


def _may_be_void(one: Request, others: Sequence[Request]) -> bool:
    """Tell whether a DELETE may be what a program does to clean up after a file that was refused."""
    return (one.method, one.status) == ("DELETE", 204) and any(
        other.method == "PUT"
        and other.path == one.path
        and (other.status is None or other.status >= 400)
        and other.began < one.ended
        and min(other.ended, other.began + _GESTURE) > one.began - _GESTURE
        for other in others
    )


def _may_have_another_tag(one: Request, others: Sequence[Request]) -> bool:
    """Tell whether a request was refused for the tag that it expects, which the same bytes may have lost since.

    What is copied or moved onto a file, and is not compared with it under the lock, gets another one than that.
    """
    return (
        one.status == 412
        and bool(one.expects)
        and any(
            f"{one.path}/".startswith(f"{other.to}/") and other.ended > one.seen and other.began < one.ended
            for other in others
            if other.to
        )
    )


def _after(state: State, request: Request, *, may_be_refused: bool) -> Iterator[State]:
    """Give the states after a request that explain its answer; one that `may_be_refused` had another one on its way.

    Whether it made or replaced something (201, 204) is said as it was when the request came.
    """
    statuses, got, after = done(state, request)
    if request.method == "READ":
        yield from [after] if not statuses else [state] if request.status is None else []
        return
    if request.method == "WRITE":
        state = frozenset((path, what) for path, what in state if not path.startswith(f"{COPIED}{request.client}"))
        if request.status is None and after - state == frozenset():
            yield state
            return
    if request.status is None:
        yield from (state, after)
    elif request.status in statuses and request.got == got:
        yield after
    elif may_be_refused and request.status in RACED:
        yield state
    elif may_be_refused and {request.status} | statuses == {201, 204}:
        yield after
