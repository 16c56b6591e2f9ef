"""Disks that are mounted inside a library: which folders they are, and which of them are away now.

A folder that a disk was mounted on is an empty one, or none, once the disk is not connected; what was on the disk is
not deleted for that. Windows does not number disks, so nothing is known of them there.
"""

from collections.abc import Collection
from pathlib import Path

from haven_fs.library.beneath import Beneath
from haven_fs.library.walk import Listing

AWAY = "it is empty now, though a disk was mounted on it. Is that connected?"


def is_away(root: Path, mount: str) -> bool:
    """Tell whether the disk that was mounted on a folder below `root` is away."""
    folder = Beneath(root, mount)
    try:
        return folder.stat().st_dev == root.stat().st_dev and next(folder.iterdir(), None) is None
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False  # whoever lists it will say why not


class Mounts:
    """The disks inside a library, in one walk. `known`: the folders, below its root, that were such before."""

    def __init__(self, root: Path, device: int, known: Collection[str]) -> None:
        """`device`: the number of the disk that the root itself is on."""
        self._root, self._device = root, device
        self.away = {path for path in known if is_away(root, path)}
        self.found: set[str] = set()

    def note(self, listing: Listing) -> None:
        """Learn from what a folder holds whether it is on a disk of its own."""
        device = listing.files[0].device if listing.files else self._device
        path = listing.path
        if device == self._device or any(f"{path}/".startswith(f"{one}/") for one in self.found):
            return
        while (above := path.rpartition("/")[0]) and Beneath(self._root, above).stat().st_dev == device:
            path = above
        self.found.add(path)
