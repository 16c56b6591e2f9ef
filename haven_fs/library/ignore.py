"""What in a library is nobody's photo: droppings of NAS, sync tools and systems, and what the owner names.

Three rules, from strongest to weakest. Names in `is_noise` are skipped always. Then what `.havenignore` says: patterns
as in a .gitignore, for the folder the file lies in and all below; the deepest file that has an opinion wins and "!"
takes a thing back in. Last, what haven_fs.library.leavings knows as other programs' own, by names or by files that say
so, such as .nomedia, and any other name that starts with a dot: to hide a thing from every file browser is how systems
and apps mark what is not to be looked at (.trashed-…, .pending-…, .cache, rsync's .name.XXXXXX); a family that keeps
photos in such a folder writes "!.name/" into .havenignore. A skipped folder is never entered. What is skipped has a
reason, one of leavings.REASONS.
"""

import logging
import os
import re
import stat
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs.library.beneath import Beneath, holding
from haven_fs.library.leavings import MARKERS, left, marked, noise
from haven_fs.library.text import as_text

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

logger = logging.getLogger(__name__)

IGNORE_FILE = ".havenignore"
SAYING = frozenset({IGNORE_FILE, *MARKERS})
"""Files that only say something of the folder that they are in."""
_MOST_STARS = 12
"""Asterisks in a pattern: each multiplies the ways in which a name may match it."""
_LARGEST_IGNORE_FILE = 256 * 1024
_ABOVE = 4
"""Names of a root's path that rules may ask for."""


def is_noise(name: str) -> bool:
    """Tell whether a file or folder of this name is skipped wherever it lies and whatever .havenignore says."""
    return noise(name) is not None


class Rules:
    """What is skipped in one folder of a library. Does not change; `entering` makes the rules of a folder below."""

    __slots__ = ("_above", "_layers")

    def __init__(self, above: str = "", layers: "tuple[tuple[int, GitIgnoreSpec], ...]" = ()) -> None:
        self._above = above  # the names of the root and of folders above it, each with a slash: some rules ask for them
        self._layers = layers  # deepest first: (length of the folder's path with its slash, its patterns)

    @classmethod
    def of(cls, root: Path) -> "Rules":
        """Return the rules of a library's root before its .havenignore is read."""
        return cls("".join(f"{name}/" for name in root.parts[-_ABOVE:]))

    def entering(self, folder: str, patterns: "GitIgnoreSpec | None") -> "Rules":
        """Return the rules for `folder` (relative to the library, "" for its root) that has a .havenignore, or None."""
        if patterns is None:
            return self
        return Rules(self._above, ((len(folder) + 1 if folder else 0, patterns), *self._layers))

    def skips(self, path: str, *, folder: bool) -> str | None:
        """Return why `path`, relative to the library with "/", is skipped, None if it is not.

        Its parents are taken as not skipped.
        """
        name = path.rpartition("/")[2]
        if reason := noise(name):
            return reason
        verdict = self._verdict(path + "/" if folder else path)
        if verdict is not None:
            return "havenignore" if verdict else None
        return left(self._above + path if folder else name, folder=folder)

    def closed(self, folder: str, markers: Iterable[str]) -> str | None:
        """Return why `folder` is skipped that has files of these names in it, of leavings.MARKERS; never the root.

        Who takes the marker back in by a .havenignore, or the folder, has the folder.
        """
        if not folder:  # which the owner named
            return None
        name = folder.rpartition("/")[2]
        found = ((marker, marked(name, marker)) for marker in markers)
        return next(
            (reason for marker, reason in found if reason and self._verdict(f"{folder}/{marker}") is not False), None
        )

    def _verdict(self, path: str) -> bool | None:
        """Return whether a .havenignore leaves out a path (True) or takes it back in (False), None if none says."""
        for start, patterns in self._layers:
            verdict = patterns.check_file(path[start:]).include
            if verdict is not None:
                return verdict
        return None


def read_patterns(folder: Path) -> "GitIgnoreSpec | None":
    """Read the .havenignore in the folder on disk; None if it has none that can be read.

    A line that is no pattern is left out and logged; a link, a device or a file above 256 KiB is not read.
    """
    path = folder / IGNORE_FILE
    try:
        status = path.lstat()
    except OSError:  # there is none; or the folder cannot be entered, which its listing says
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_IGNORE_FILE:
        return None
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            lines = file.read(_LARGEST_IGNORE_FILE).splitlines()
    except OSError as error:
        _warn_once(f"{path} cannot be read, so it hides nothing: {error.strerror}")
        return None
    from pathspec import GitIgnoreSpec  # a tenth of what every command imports, and few libraries have patterns

    good = []
    for number, line in enumerate(lines, 1):
        try:
            if line.count("*") > _MOST_STARS:
                raise ValueError("matching it would take for ever")
            GitIgnoreSpec.from_lines([line])
            good.append(line)
        except (ValueError, re.error):  # pathspec lets through what the regular expression it makes cannot be
            _warn_once(f"{path}: line {number} is not a pattern, so it hides nothing: {line}")
    return GitIgnoreSpec.from_lines(good)


@lru_cache(maxsize=1000)
def _warn_once(message: str) -> None:
    """Log what every walk and every change in the folder would otherwise say again."""
    logger.warning("%s", as_text(message))


class RuleBook:
    """The rules of any folder of one library, read from disk when first asked for and then kept."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: dict[str, Rules | None] = {"": Rules.of(root).entering("", read_patterns(Beneath(root)))}

    def inside(self, folder: str) -> Rules | None:
        """Return the rules in `folder`; None if it is skipped itself or lies in a skipped one."""
        known = folder
        while known not in self._rules:
            known = known.rpartition("/")[0]
        is_there = True
        for name in folder[len(known) :].split("/"):
            if not name:
                continue
            above, child = self._rules[known], f"{known}/{name}" if known else name
            rules = None if above is None or above.skips(child, folder=True) else above
            if rules is not None and is_there:
                on_disk = Beneath(self._root, child)
                markers = _markers(on_disk)
                is_there = markers is not None
                rules = rules.entering(child, read_patterns(on_disk)) if is_there else rules
                rules = None if rules.closed(child, markers or ()) else rules
            self._rules[child] = rules
            known = child
        return self._rules[folder]

    def above(self, folder: str) -> Rules | None:
        """Return the rules by which `folder` is listed, its own .havenignore not yet read; None if it is not."""
        if not folder:
            return Rules.of(self._root)
        rules = self.inside(folder.rpartition("/")[0])
        return None if rules is None or rules.skips(folder, folder=True) else rules

    def skips(self, path: str, *, folder: bool) -> bool:
        """Tell whether `path`, relative to the library, or a folder above it is skipped."""
        rules = self.inside(path.rpartition("/")[0])
        if rules is None or rules.skips(path, folder=folder):
            return True
        return folder and self.inside(path) is None


def _markers(folder: Path) -> list[str] | None:
    """Return those of leavings.MARKERS that lie in a folder on disk; None if the folder is not there."""
    try:
        with holding(folder / MARKERS[0]) as (descriptor, _):
            at = "" if descriptor is not None else f"{folder}{os.sep}"
            return [marker for marker in MARKERS if _is_there(f"{at}{marker}", descriptor)]
    except OSError:
        return None


def _is_there(path: str, descriptor: int | None) -> bool:
    try:
        os.stat(path, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return False
    return True
