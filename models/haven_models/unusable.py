"""Models that were chosen and cannot be used: why is said once, by `haven doctor` or else in the log."""

import logging
from collections.abc import Callable
from typing import TypeVar

from haven_fs import UserError

T = TypeVar("T")
_said: set[str] = set()


def usable(off: str, logger: logging.Logger, look: Callable[[], T]) -> T | None:
    """Return what `look` finds; None if it raises UserError, which is logged once. `off`: what there is not then."""
    try:
        return look()
    except UserError as error:
        why = f"{off}: {error}"
        if why not in _said:
            _said.add(why)
            logger.error("%s", why)
        return None


def unusable(off: str, look: Callable[[], object]) -> list[str]:
    """Return why `look` raises UserError, as a sentence that is not logged any more; nothing if it does not."""
    try:
        look()
    except UserError as error:
        _said.add(f"{off}: {error}")
        return [f"{off}: {error}"]
    return []
