"""A world in the tree's own words and over HTTP, and two contents for one file."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from helpers.hands import Http
from helpers.meaning.world import World, world_of
from helpers.tree_hands import TreeHands

from haven_fs.testing import make_photo

_NUMBERS = count(1)


@pytest.fixture(scope="module", params=["tree", "http"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of(request.param, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def hands(world: World) -> TreeHands | Http:
    return world.plain


@pytest.fixture
def stem() -> str:
    """A name that no other test has."""
    return f"photo{next(_NUMBERS)}"


@pytest.fixture
def first(tmp_path: Path) -> bytes:
    return make_photo(tmp_path / "first.jpg", "2016-03-04 12:00:00", seed=str(tmp_path)).read_bytes()


@pytest.fixture
def second(tmp_path: Path) -> bytes:
    return make_photo(tmp_path / "second.jpg", "2016-03-04 12:00:00", seed=f"{tmp_path} 2", size=(90, 70)).read_bytes()
