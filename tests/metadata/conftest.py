"""What the tests of metadata share: reading a file as the indexer does, and making one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from haven_fs.analysis.analyzer import Metadata, Sample
from haven_fs.library.kinds import Kind, sniff
from haven_fs.library.metadata import read_metadata


@pytest.fixture
def kind_of() -> Callable[[Path], Kind]:
    return lambda path: sniff(path.read_bytes()[:65536], path.name)


@pytest.fixture
def read(kind_of: Callable[[Path], Kind]) -> Callable[[Path], Metadata]:
    """Read a file with its head known and without: both must say the same."""

    def both(path: Path) -> Metadata:
        head = path.read_bytes()[:65536]
        known = read_metadata(path, kind_of(path), head)
        assert read_metadata(path, kind_of(path)) == known
        assert read_metadata(path, kind_of(path), head[:100]) == known
        return known

    return both


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """Make a sample of metadata: `sample("IMG.jpg", exif={...}, xmp={...}, roles={"live"}, companions={...})`."""

    def make(
        name: str = "photo.jpg",
        mtime: float = 1_600_000_000.0,
        roles: frozenset[str] = frozenset(),
        companions: dict[str, Metadata] | None = None,
        **metadata: object,
    ) -> Sample:
        values = {"kind": "image", "format": "jpeg", **metadata}
        return Sample(Path("/library") / name, mtime, Metadata(**values), roles, companions or {})  # type: ignore[arg-type]

    return make


@pytest.fixture
def exif() -> Callable[..., Image.Exif]:
    """Make an EXIF block: main tags by number, and those of the EXIF and the GPS directory."""

    def make(
        main: dict[int, object], inner: dict[int, object] | None = None, gps: dict[int, object] | None = None
    ) -> Image.Exif:
        block = Image.Exif()
        block.update(main)
        for tag, values in ((0x8769, inner), (0x8825, gps)):
            if values:
                block.get_ifd(tag).update(values)
        return block

    return make
