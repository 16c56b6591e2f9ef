"""A house with two people that nobody has named yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.people import LEFT, RIGHT, group, looks, plant
from helpers.people_home import PHOTOS, PeopleHome


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PeopleHome]:
    """Eight photos: somebody (1) at the left of all, somebody else (2) at the right of the last four."""
    made = PeopleHome(tmp_path, settings={"people.least_quality": 0.3})
    for name in PHOTOS:
        made.add(name)
    made.index()
    for number, name in enumerate(PHOTOS):
        both = [(LEFT, looks(1, turn=0.3, seed=number))]
        if number >= 4:
            both.append((RIGHT, looks(2, turn=0.3, seed=number)))
        plant(made, name, both)
    group(made, PHOTOS)
    group(made, PHOTOS[4:], RIGHT)
    yield made
    made.close()
