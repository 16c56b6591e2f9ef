"""Two servers with writable libraries: one whose tests keep to folders of their own, and one for whole libraries."""

from collections.abc import Iterator
from itertools import count

import pytest
from helpers.dav import Client
from helpers.writable import House, housed

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for tests that keep to a folder of their own."""
    with housed(tmp_path_factory.mktemp("shared")) as house:
        yield house


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another, for a few tests that need whole libraries."""
    with housed(tmp_path_factory.mktemp("own")) as house:
        yield house


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    """The shared one with folders of this test's own as its writable libraries, each with three photos."""
    name = f"test{next(_NUMBERS)}"
    with Client(shared.serving.url) as client:
        for library in ("Lib", "Other"):
            assert client("MKCOL", f"/Originals/{library}/{name}").status == 201
            to = f"{client.address}/Originals/{library}/{name}/2020"
            assert client("COPY", "/Originals/Fixed/2020", None, Destination=to).status == 201
    yield House(shared.serving, shared.lib / name, shared.other / name, shared.fixed)


@pytest.fixture
def dav(shared: House) -> Iterator[Client]:
    with Client(shared.serving.url) as client:
        yield client


@pytest.fixture
def dav_own(own: House) -> Iterator[Client]:
    with Client(own.serving.url) as client:
        yield client
