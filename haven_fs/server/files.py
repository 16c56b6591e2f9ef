"""Writing a small file so that it is there whole or as it was before, whatever happens in between."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes, mode: int) -> None:
    """Put `data` at `path` with permissions `mode`, on disk when this returns; OSError if that cannot be."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
