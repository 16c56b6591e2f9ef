"""`haven` with failing.c loaded: the processes that it starts are without it, and indexing in the background is spared.

python failing_process.py COMMAND... with LD_PRELOAD and FAILING set; see failing.py.
"""

import ctypes
import os
import sys
import threading

os.environ.pop("LD_PRELOAD", None)
_shim, _run = ctypes.CDLL(None), threading.Thread.run
SPARED = {"indexer", "sweep", "renditions", "parent"}
"""Threads whose work no request waits for."""


def _spared(thread: threading.Thread) -> None:
    if thread.name in SPARED:
        _shim.failing_exempt()
    _run(thread)


if __name__ == "__main__":
    threading.Thread.run = _spared  # type: ignore[method-assign]
    from haven_fs.cli import main

    sys.exit(main())
