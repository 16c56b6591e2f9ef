"""Every kind of write, once for each system call that it makes, with that call failing, or the process killed at it.

Whatever call fails: what was acknowledged is there, what was refused is not, and nothing that was there is lost. Needs
Linux and gcc. Takes hours with all ways; a way and a part of a kind's name choose.

python tests/benchmarks/failing_calls.py [WAY[,WAY]...] [KIND] [EVERY] [DISK]
EVERY: only each such call, such as 5. DISK: only calls on the "libraries" or on Haven's own "data".
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.failing import EIO, ENOSPC, FULL, INTERRUPTED, KILLED, READS, SHORT, TORN, WRITES, Way
from helpers.failing_kinds import KINDS
from helpers.failing_writes import Result, trial

WAYS: dict[str, tuple[Way, int]] = {
    "eio": (EIO, WRITES),
    "enospc": (ENOSPC, WRITES),
    "full": (FULL, WRITES),
    "eintr": (INTERRUPTED, WRITES),
    "short": (SHORT, WRITES),
    "kill": (KILLED, WRITES),
    "torn": (TORN, WRITES),
    "read": (EIO, READS),
}


def main() -> None:
    """Do it."""
    defaults = "eio,enospc,full,short,read,kill", "", "1", "both"
    ways, part, every, disk = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    total = Result("all", "")
    print(
        "| kind of write | failing | calls | tries | done | refused | lost | kept though refused | other | tracebacks |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for way, which in (WAYS[one] for one in ways.split(",")):
        with tempfile.TemporaryDirectory() as base, trial(Path(base), disk) as server:
            for kind in (one for one in KINDS if part in one.name):
                _tell(server.try_all(kind, way, which=which, every=int(every)), total)
    _tell(total, Result("", ""))


def _tell(one: Result, total: Result) -> None:
    print(
        f"| {one.kind} | {one.way} | {one.calls} | {one.tries} | {one.done} | {one.refused} | {len(one.lost)}"
        f" | {len(one.kept)} | {len(one.unexplained)} | {one.tracebacks} |",
        flush=True,
    )
    for name in ("lost", "kept", "unexplained"):
        getattr(total, name).extend(getattr(one, name))
        for line in getattr(one, name) if one.kind != "all" else ():
            print(f"    {name}: {line}", file=sys.stderr, flush=True)
    for name in ("calls", "tries", "done", "refused", "tracebacks"):
        setattr(total, name, getattr(total, name) + getattr(one, name))


if __name__ == "__main__":
    main()
