"""A disk that is full when files are rewritten without what is forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from haven_fs.catalog import Catalog


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the disk be full then, which must be told."""

    def cut(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Catalog, "scrub", cut)
        with pytest.raises(OSError, match="space"):
            yield
