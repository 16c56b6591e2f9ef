"""A list of users that is lost, empty or damaged never opens a drive that had users."""

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import haven, serve

PASSWORD = "correct horse battery\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    haven("users", "add", "anna", "--data", tmp_path / "data", input=PASSWORD)
    return tmp_path / "data"


def remove(data: Path) -> None:
    haven("users", "remove", "anna", "--data", data)


LOSSES: dict[str, Callable[[Path], object]] = {
    "missing": lambda data: (data / "users.json").unlink(),
    "empty": lambda data: (data / "users.json").write_bytes(b""),
    "damaged": lambda data: (data / "users.json").write_bytes(b'{"users": {"anna": {"sa'),
    "without users": lambda data: (data / "users.json").write_text('{"users": {}}'),
    "a folder": lambda data: ((data / "users.json").unlink(), (data / "users.json").mkdir()),
    "the last removed": remove,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("options", [[], ["--host", "0.0.0.0"], ["--behind-proxy"]])
def test_a_drive_that_had_users_stays_shut(data: Path, loss: str, options: list[str]) -> None:
    LOSSES[loss](data)
    done = haven("serve", "--data", data, "--port", "0", *options, check=False)
    assert done.returncode != 0
    assert "Serving" not in done.stdout
    assert "users.json" in done.stderr
    assert "add the" in done.stderr or "add NAME" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_opens_for_those_who_are_added_again_or_if_the_owner_says_so(data: Path) -> None:
    (data / "users.json").unlink()
    with serve(data=data, no_auth=True) as serving, Client(serving.url) as client:
        assert client("GET", "/").status == 200
    haven("users", "add", "bo", "--data", data, input=PASSWORD)
    with serve(data=data) as serving, Client(serving.url) as client:
        assert client("GET", "/").status == 401
        (data / "users.json").unlink()  # while it runs
        assert client("GET", "/").status == 401


def test_users_of_an_older_version_are_remembered(data: Path) -> None:
    (data / "asks-for-passwords").unlink()
    with serve(data=data):
        pass
    (data / "users.json").unlink()
    assert haven("serve", "--data", data, "--port", "0", check=False).returncode != 0


def test_removing_the_last_user_says_what_that_means(data: Path) -> None:
    said = haven("users", "remove", "anna", "--data", data).stdout
    assert "no users left" in said
    assert "--no-auth" in said


def test_a_drive_that_never_had_any_is_open_on_this_computer(tmp_path: Path) -> None:
    haven("users", "list", "--data", tmp_path / "data")
    with serve(data=tmp_path / "data") as serving, Client(serving.url) as client:
        assert client("GET", "/").status == 200
