"""Names of backups: what programs that save call the file as it was before."""

import re
from pathlib import PurePosixPath

_WORD = r"(?:bak|backup|old|orig|original|sav|save|prev|previous)"
_AFTER = re.compile(rf"(?:~|\.~\d+~|[._ -]{_WORD}~?\d*)")
BACKUP_TAIL = re.compile(rf"(?:{_AFTER.pattern})$")
"""What stands behind the name of a file whose backup it is."""
_BEFORE = re.compile(rf"(?:[~#]|{_WORD}[._ -](?:of[._ -])?)")


def may_be_backup(name: str) -> bool:
    """Tell whether a file's name says that it is a backup, of whatever file."""
    name = name.lower()
    tails = (name, PurePosixPath(name).stem)
    return any(BACKUP_TAIL.search(one) is not None for one in tails) or _BEFORE.match(name) is not None


def is_backup(name: str, of: str) -> bool:
    """Tell whether a file's name says that it is what another file of its folder was before that was saved.

    Such as "a.jpg~", "a.jpg_original", "a.bak" and "a_old.jpg" of "a.jpg".
    """
    name, of = name.lower(), of.lower()
    stem, ending = PurePosixPath(of).stem, PurePosixPath(of).suffix
    if name.startswith(of):
        return _AFTER.fullmatch(name, len(of)) is not None
    if name.endswith(of):
        return _BEFORE.fullmatch(name, 0, len(name) - len(of)) is not None
    if name.startswith(stem):
        return _AFTER.fullmatch(name.removesuffix(ending), len(stem)) is not None
    return False
