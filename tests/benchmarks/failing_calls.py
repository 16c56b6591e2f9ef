"""Every kind of write, once for each system call that it makes, with that call failing, or the process killed at it.

Whatever call fails: what was acknowledged is there, what was refused is not, and nothing that was there is lost. Needs
Linux and gcc. Takes hours in all; what is chosen is a part.

python tests/benchmarks/failing_calls.py [WAY,...] [KIND] [EVERY] [DISK] [SHARE]
WAY: eio, enospc, full (from there on), short (half of what is written), read (reading fails), kill, torn (killed amid a
write), eintr. KIND: a part of a kind's name. EVERY: only each such call, such as 5. DISK: only calls on the "libraries"
or on Haven's own "data". SHARE: 1/2 is every other kind, 2/2 the rest.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.failing import EIO, ENOSPC, FULL, INTERRUPTED, KILLED, SHORT, TORN, UNREADABLE, Way
from helpers.failing_all import KINDS
from helpers.failing_writes import Result, trial

WAYS: dict[str, Way] = {
    "eio": EIO,
    "enospc": ENOSPC,
    "full": FULL,
    "eintr": INTERRUPTED,
    "short": SHORT,
    "kill": KILLED,
    "torn": TORN,
    "read": UNREADABLE,
}
_NAMES = ("lost", "kept", "unexplained")
_NUMBERS = ("calls", "tries", "done", "refused", "tracebacks")


def main() -> None:
    """Do it."""
    defaults = "eio,enospc,full,short,read,kill", "", "1", "libraries,data", "1/1"
    ways, part, every, disks, share = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    which, of = map(int, share.split("/"))
    kinds = [one for one in KINDS if part in one.name][which - 1 :: of]
    print(
        "| kind of write | way | disk | calls made | calls failed | done | refused | lost | kept though refused | other"
        " | tracebacks |\n|---|---|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    sums: list[Result] = []
    for way in (WAYS[one] for one in ways.split(",")):
        for disk in disks.split(","):
            sums.append(Result("**all**", way.name, disk))
            with tempfile.TemporaryDirectory() as base, trial(Path(base), disk) as server:
                for kind in kinds:
                    one = server.try_all(kind, way, every=int(every))
                    _tell(one)
                    _add(one, sums[-1])
    total = Result("**all**", "all", "all")
    for one in sums:
        _tell(one)
        _add(one, total)
    _tell(total)


def _add(one: Result, total: Result) -> None:
    for name in (*_NAMES, *_NUMBERS):
        setattr(total, name, getattr(total, name) + getattr(one, name))


def _tell(one: Result) -> None:
    print(
        f"| {one.kind} | {one.way} | {one.disk} | {one.calls} | {one.tries} | {one.done} | {one.refused}"
        f" | {len(one.lost)} | {len(one.kept)} | {len(one.unexplained)} | {one.tracebacks} |",
        flush=True,
    )
    for name in _NAMES if one.kind != "**all**" else ():
        for line in getattr(one, name):
            print(f"    {one.kind}, {one.way}, {one.disk}: {name}: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
