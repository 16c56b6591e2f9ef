"""Starts processes of `haven` with failing.c loaded, forked from this one, which has imported Haven already.

Each line of the input is a JSON object. `words`: begin `haven` with them, with the files `input`, `output` and `errors`
as its streams and `control` shared with failing.c; the answer is its process id. `poll`: the answer is how that process
ended, as subprocess says it, or "null". What those processes start is without failing.c, and indexing in the background
is spared.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import threading
import warnings
from typing import Any

_shim, _run = ctypes.CDLL(None), threading.Thread.run
SPARED = {"indexer", "checker", "sweep", "renditions", "parent", "chroma"}
"""Threads whose work no request waits for."""
_LATER = (
    "haven_fs.analysis.small_copies",
    "haven_fs.analysis.verify",
    "haven_fs.tree.changes",
    "haven_fs.tree.inbox",
    "haven_fs.tree.maps.patterns",
    "haven_fs.tree.review",
    "haven_fs.vectors.ownerprocess",
    "haven_models.command",
    "haven_text.spoken",
)
"""What processes would import one by one while they begin."""


def _spared(thread: threading.Thread) -> None:
    if thread.name in SPARED:
        _shim.failing_exempt()
    _run(thread)


def _answer(order: dict[str, Any]) -> object:
    """Do what a line says and return the answer; in a process that is begun, None."""
    if "poll" in order:
        with contextlib.suppress(ChildProcessError):
            pid, status = os.waitpid(order["poll"], os.WNOHANG)
            return os.waitstatus_to_exitcode(status) if pid else "null"
    if pid := os.fork():
        return pid
    for number, name in enumerate(("input", "output", "errors")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(order[name], flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert _shim.failing_use(os.fsencode(order["control"])) == 0
    return None


def _begin() -> list[str]:
    """Answer lines, and return in each process that is begun: with its words."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = _answer(order)
        if answer is None:
            return list(order["words"])
        print(answer, flush=True)
    os._exit(0)


if __name__ == "__main__":
    os.environ.pop("LD_PRELOAD", None)
    threading.Thread.run = _spared  # type: ignore[method-assign]
    warnings.simplefilter("default")
    from haven_fs.cli import COMMANDS, main, module_of
    from helpers.forking import PLUGINS

    for module in (*(module_of(name) for name in COMMANDS), *PLUGINS, *_LATER):
        importlib.import_module(module)
    gc.freeze()
    sys.exit(main(_begin()))
