"""What tests of the page look at: a drive that none of them changes."""

from collections.abc import Iterator

import pytest
from helpers.gallery import Gallery, Pages, serve_gallery


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """The drive."""
    with serve_gallery(tmp_path_factory.mktemp("gallery")) as made:
        yield made


@pytest.fixture
def web(gallery: Gallery) -> Iterator[Pages]:
    """A client of it."""
    with Pages(gallery.serving.url) as client:
        yield client
