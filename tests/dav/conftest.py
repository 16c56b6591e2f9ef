"""One server over the family's library for all tests that change nothing, and a client of it for each."""

from collections.abc import Iterator

import pytest
from helpers.dav import Client
from helpers.family import Family
from helpers.serving import Serving, serve


@pytest.fixture(scope="session")
def house(family: Family, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The server."""
    with serve(family.root, data=tmp_path_factory.mktemp("house") / "data") as serving:
        yield serving


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    """A client of the server."""
    with Client(house.url) as client:
        yield client
