"""What in a library is nobody's photo: droppings of NAS, sync tools and systems, and what the owner names.

Three rules, from strongest to weakest. Names in `is_noise` are skipped always. Then what `.havenignore` says: patterns
as in a .gitignore, for the folder the file lies in and all below; the deepest file that has an opinion wins and "!"
takes a thing back in. Last, any other name that starts with a dot is skipped: to hide a thing from every file browser
is how systems and apps mark what is not to be looked at (.trashed-…, .pending-…, .cache, rsync's .name.XXXXXX); a
family that keeps photos in such a folder writes "!.name/" into .havenignore. A skipped folder is never entered.
"""

import logging
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs.library.beneath import Beneath
from haven_fs.library.text import as_text

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

logger = logging.getLogger(__name__)

IGNORE_FILE = ".havenignore"
_MOST_STARS = 12
"""Asterisks in a pattern: each multiplies the ways in which a name may match it."""
_LARGEST_IGNORE_FILE = 256 * 1024

_NOISE = re.compile(
    r"""
      \._.* | \.ds_store | \.haven-.*                                   # AppleDouble, Finder, Haven's own
    | @eadir | @tmp | [#@]recycle | [#@]snapshot | @recently-snapshot | @__thumb | \.@__thumb   # Synology, QNAP
    | \.@upload_cache | \.snapshots? | ~snapshot | lost\+found
    | \.stversions | \.stfolder.* | \.sync | .*\.!sync | [.~]syncthing[.~].* | \.resilio.*       # Syncthing, Resilio
    | \.trash.* | \.dtrash | \$recycle\.bin | recycler | system\ volume\ information             # bins
    | \.thumbnails | \.spotlight-v100 | \.fseventsd | \.documentrevisions-v100 | \.temporaryitems
    | network\ trash\ folder | temporary\ items | icon\r
    | thumbs\.db(:.*)? | ehthumbs(_vista)?\.db | desktop\.ini
    | .*\.(part|partial|crdownload|opdownload|filepart|tmp|aria2|!ut|!qb|bts)                     # half a file
    | ~\$.* | \.~lock.* | \.goutputstream-.* | \.nfs[0-9a-f]{4,} | \.fuse_hidden.* | \.smbdelete.*
    | .*\.sb-[0-9a-f]{8}-\w{6}
    """,
    re.VERBOSE | re.DOTALL,
)


def is_noise(name: str) -> bool:
    """Tell whether a file or folder of this name is skipped wherever it lies and whatever .havenignore says."""
    return _NOISE.fullmatch(name.lower()) is not None


class Rules:
    """What is skipped in one folder of a library. Does not change; `entering` makes the rules of a folder below."""

    __slots__ = ("_layers",)

    def __init__(self, layers: "tuple[tuple[int, GitIgnoreSpec], ...]" = ()) -> None:
        self._layers = layers  # deepest first: (length of the folder's path with its slash, its patterns)

    def entering(self, folder: str, patterns: "GitIgnoreSpec | None") -> "Rules":
        """Return the rules for `folder` (relative to the library, "" for its root) that has a .havenignore, or None."""
        if patterns is None:
            return self
        return Rules(((len(folder) + 1 if folder else 0, patterns), *self._layers))

    def skips(self, path: str, *, folder: bool) -> bool:
        """Tell whether `path`, relative to the library with "/", is skipped. Its parents are taken as not skipped."""
        name = path.rpartition("/")[2]
        if is_noise(name):
            return True
        for start, patterns in self._layers:
            verdict = patterns.check_file(path[start:] + "/" if folder else path[start:]).include
            if verdict is not None:
                return verdict
        return name.startswith(".")


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
        self._rules: dict[str, Rules | None] = {"": Rules().entering("", read_patterns(Beneath(root)))}

    def inside(self, folder: str) -> Rules | None:
        """Return the rules in `folder`; None if it is skipped itself or lies in a skipped one."""
        known = folder
        while known not in self._rules:
            known = known.rpartition("/")[0]
        for name in folder[len(known) :].split("/"):
            if not name:
                continue
            above, child = self._rules[known], f"{known}/{name}" if known else name
            if above is None or above.skips(child, folder=True):
                self._rules[child] = None
            else:
                self._rules[child] = above.entering(child, read_patterns(Beneath(self._root, child)))
            known = child
        return self._rules[folder]

    def skips(self, path: str, *, folder: bool) -> bool:
        """Tell whether `path`, relative to the library, or a folder above it is skipped."""
        rules = self.inside(path.rpartition("/")[0])
        return rules is None or rules.skips(path, folder=folder)
