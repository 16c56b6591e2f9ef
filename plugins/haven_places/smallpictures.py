"""Small square pictures of photos, made by a process of its own: a file that crashes its decoder costs that alone.

They are kept in a folder under names that say which state of which original they show, so each is made once. One that
cannot be made is an empty file.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

logger = logging.getLogger(__name__)

SIDE = 112
"""Pixels."""
_QUALITY = 72
_LONGEST = 256
"""Pixels of what is decoded: the middle is cut out of it."""
_PATIENCE = 300.0
"""Seconds that making one may take."""
_OFTEN = 0.5


_COMMAND = (sys.executable, "-P", "-c", "from haven_places.smallpictures import main; main()")


def make_pictures(wanted: Mapping[str, Path], folder: Path, stopped: Callable[[], bool]) -> None:
    """Have `folder` hold a picture, or an empty file, for each of the photos by the names that they get there.

    Ends early, with some of them, once `stopped`. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    while left := {name: str(path) for name, path in wanted.items() if not (folder / name).exists()}:
        process = subprocess.Popen([*_COMMAND, str(folder)], stdin=subprocess.PIPE)  # noqa: S603
        try:
            if not _wait(process, json.dumps(left).encode(), stopped):
                return
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if all(not (folder / name).exists() for name in left):
            logger.warning(
                "Small pictures cannot be made: the process that makes them ended with %d", process.returncode
            )
            return


def _wait(process: "subprocess.Popen[bytes]", data: bytes, stopped: Callable[[], bool]) -> bool:
    """Wait for the process; False if it is not to go on."""
    patience = _PATIENCE
    given: bytes | None = data
    while True:
        try:
            process.communicate(given, timeout=_OFTEN)
            return True
        except subprocess.TimeoutExpired:
            given, patience = None, patience - _OFTEN
            if stopped():
                return False
            if patience < 0:  # on the one that it is at, which has its empty file
                process.kill()
                process.wait()
                return True


def drop_others(folder: Path, used: Collection[str]) -> None:
    """Remove the pictures that are not among those."""
    for path in folder.glob("*.jpg"):
        if path.name not in used:
            path.unlink(missing_ok=True)


def _make(path: Path, place: Path) -> None:
    from PIL import ImageOps  # decoders, which the process that serves has no use for

    from haven_fs import Unreadable, open_picture

    place.touch()  # what is left if the decoder crashes
    try:
        picture = ImageOps.fit(open_picture(path, longest=_LONGEST), (SIDE, SIDE))
    except (Unreadable, OSError):
        return
    draft = place.with_suffix(".part")
    picture.save(draft, "JPEG", quality=_QUALITY, optimize=True)
    draft.replace(place)


def main() -> None:
    """Make the pictures that standard input names, in the folder that is the one argument."""
    if hasattr(os, "nice"):
        os.nice(10)
    for name, path in json.load(sys.stdin).items():
        _make(Path(path), Path(sys.argv[1], name))
