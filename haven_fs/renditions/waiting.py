"""Getting a rendition for an answer: at once if it is there, else without holding a thread where the server can."""

import concurrent.futures
from typing import Any

from haven_fs import later
from haven_fs.renditions.orders import NotNow
from haven_fs.renditions.renditions import Asked, Renditions, Wanted

_PATIENCE = 60.0
"""Seconds that a thread waits, in a server that cannot ask again."""


def made_for(environ: dict[str, Any], renditions: Renditions, wanted: Wanted) -> bytes:
    """Return a rendition for the request that `environ` is of. Raises NotNow if there is none, or none yet."""
    data = renditions.find(wanted)
    if data is not None:
        return data
    asked = environ.get(later.DONE)
    if not isinstance(asked, Asked) or asked.wanted != wanted:
        asked = renditions.ask(wanted)
    if not asked.done() and environ.get(later.SUPPORTED):
        environ[later.FUTURE] = asked
        raise NotNow("This picture is being made. Try again in a moment.")
    try:
        return asked.result(timeout=_PATIENCE)
    except concurrent.futures.TimeoutError as error:
        raise NotNow("Making this picture takes too long. Try again in a moment.") from error
