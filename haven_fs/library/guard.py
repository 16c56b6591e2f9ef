"""The switches of Pillow and warnings that reading strangers' pictures needs, set while it lasts and put back.

They are global to the process, so a lock lets one thread at a time read with them; worker processes have one thread.
"""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageFile

_STDERR = 2
_switches = threading.RLock()


@contextmanager
def lenient() -> Iterator[None]:
    """Let Pillow open pictures of any size and decode cut-off ones, and keep its and others' warnings quiet.

    Whoever decodes inside must look at the size first: Pillow's own limit is off.
    """
    with _switches, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, truncated = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, True
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = limit, truncated


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what a C library prints to the process's standard error out of it; libtiff has no other way to be quiet.

    What other threads write there meanwhile is lost too, so use it around one decode and nothing more.
    """
    with _switches, Path(os.devnull).open("wb") as nowhere:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # there is no standard error
            yield
            return
        try:
            os.dup2(nowhere.fileno(), _STDERR)
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
