"""A few megabytes kept in the data folder, and given up when its disk is full: what undoes a write has to be written.

Without it a file that was taken back could go on being listed, since the catalog could not be told.
"""

import logging
import os
import shutil
from pathlib import Path

logger = logging.getLogger(__name__)

FILE = "reserve"
SIZE = 2 << 20


class Reserve:
    """The reserve in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def keep(self) -> None:
        """Set room aside if none is, and there is far more than that."""
        try:
            if self._path.exists() or shutil.disk_usage(self._path.parent).free < 8 * SIZE:
                return
            draft = self._path.with_name(f".{FILE}.part")
            with draft.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, SIZE)
                else:
                    file.write(bytes(SIZE))
            draft.replace(self._path)
        except OSError as error:
            logger.debug("no room can be set aside: %s", error)

    def help_to_open(self) -> None:
        """Give the room up if there is hardly any other: a catalog cannot even be read without a little."""
        try:
            if shutil.disk_usage(self._path.parent).free < SIZE // 4:
                self.give_up()
        except OSError as error:
            logger.debug("nobody can tell how much room there is: %s", error)

    def give_up(self) -> None:
        """Give the room to whatever is written next."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            logger.debug("%s stays: %s", self._path, error)
