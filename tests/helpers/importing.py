"""A home with an inbox that things are imported into, in the process of the test."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haven_fs.cli import main
from haven_fs.testing import Home


@pytest.fixture(name="home")
def home_with_inbox(tmp_path: Path) -> Iterator[Home]:
    """One photo in a library, and an inbox; a module of tests that imports this has it as `home`."""
    (tmp_path / "home").mkdir()
    with Home(tmp_path / "home") as home:
        home.add("mine.jpg")
        home.add_inbox()
        home.index()
        yield home


def moved_in(home: Home, capsys: pytest.CaptureFixture[str], *args: object) -> dict[str, Any]:
    """Import, index what came, and return the report."""
    capsys.readouterr()
    assert main(["import", *map(str, args), "--data", str(home.data), "--yes", "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    reopen(home)
    return report


def reopen(home: Home) -> None:
    """Take up what another command has written."""
    home.catalog.close()
    home.catalog = home.folder.open_catalog()
    home.index()
