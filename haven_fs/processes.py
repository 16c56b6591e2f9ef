"""What processes that work for Haven have in common: they are polite, they are not interrupted, and end with it."""

import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

logger = logging.getLogger(__name__)


def be_worker(niceness: int) -> None:
    """Make this process one that works for its parent: of low priority, quiet, and gone when its parent is."""
    yield_to_others(niceness)
    # A worker waits for jobs on a pipe that never ends; without this it would outlive a parent that was killed.
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    # A damaged photo makes image libraries warn; its reason is kept with it, the log need not repeat it.
    warnings.simplefilter("ignore")


def yield_to_others(niceness: int) -> None:
    """Lower the priority of this process: to a niceness where there is such a thing, 0 leaves it as it is."""
    if not niceness:
        return
    process = psutil.Process()
    try:
        process.nice(niceness if os.name == "posix" else getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS"))  # noqa: B009
        if psutil.LINUX:
            # The lowest of the ordinary class: the idle class may get nothing for minutes on a busy disk.
            process.ionice(psutil.IOPRIO_CLASS_BE, 7)
    except (OSError, AttributeError, psutil.Error):
        logger.debug("the priority could not be lowered", exc_info=True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Let processes started within never see Ctrl+C, which a terminal sends to them too: this one ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
