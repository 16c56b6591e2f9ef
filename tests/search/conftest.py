"""The little catalog that phrases are tried on."""

import sqlite3
from collections.abc import Iterator

import pytest
from little_library import make


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    made = make()
    yield made
    made.close()
