"""A folder, a user and servers that ask for a password."""

from collections.abc import Iterator

import pytest
from helpers.signing import PASSWORD, Clock, Served

from haven_fs.server.users import Users


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def users(tmp_path) -> Users:
    made = Users(tmp_path / "data" / "users.json")
    made.add("anna", PASSWORD, digest=True)
    return made


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    (made / "a b,c.txt").write_text("hello")
    return made


@pytest.fixture
def served(folder, users) -> Iterator[Served]:
    server = Served(folder, users)
    yield server
    server.stop()


@pytest.fixture
def open_served(folder, users) -> Iterator[Served]:
    """One that takes Basic as well."""
    server = Served(folder, users, basic=True)
    yield server
    server.stop()
