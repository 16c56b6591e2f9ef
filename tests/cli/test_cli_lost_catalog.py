"""Where the catalog is gone, but not what was said, every command says how it comes back; and it does."""

import json
import shutil
from pathlib import Path

import pytest
from helpers.serving import haven

COMMANDS = {
    "status": [],
    "doctor": [],
    "log": [],
    "undo": [],
    "repair": [],
    "verify": [],
    "backup": [],
    "purge": [],
    "info": ["x.jpg"],
    "search": ["dog"],
    "allow": [],
    "libraries list": [],
    "libraries remove": ["Pictures"],
    "libraries set": ["Pictures", "--writable"],
    "locks": [],
    "locks break": ["--all"],
    "export xmp": ["out"],
    "people list": [],
    "people forget": ["Anna", "--yes"],
    "places list": [],
    "shift-time": ["--camera", "Canon", "--by", "+1h"],
    "taken": ["1998", "x.jpg"],
}


@pytest.fixture(scope="module")
def lost(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has lost its catalog alone."""
    data = tmp_path_factory.mktemp("lost") / "data"
    shutil.copytree(indexed, data)
    for path in data.glob("catalog.sqlite*"):
        path.unlink()
    assert (data / "libraries.json").exists()
    return data


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_how_it_comes_back(lost: Path, command: str) -> None:
    done = haven(*command.split(), *COMMANDS[command], "--data", lost, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert f"The catalog is missing from {lost}" in said and "Traceback" not in said
    assert "`haven serve` or `haven index`" in said and "~/Pictures" not in said and "FOLDER" not in said
    assert not (lost / "catalog.sqlite").exists()


def test_where_only_the_record_is_left_the_folders_must_be_named(lost: Path, tmp_path: Path) -> None:
    (tmp_path / "corrections.jsonl").write_bytes(b"{}\n")
    said = haven("undo", "--data", tmp_path, check=False).stderr
    assert f"The catalog is missing from {tmp_path}" in said and "haven index FOLDER" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_where_there_never_was_one_nothing_is_made(tmp_path: Path, command: str) -> None:
    done = haven(*command.split(), *COMMANDS[command], "--data", tmp_path / "data", check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert f"There is no catalog in {tmp_path / 'data'} yet" in said and "Traceback" not in said
    assert not (tmp_path / "data").exists()


def test_a_demo_that_lost_it_is_still_found(lost: Path, tmp_path: Path) -> None:
    shutil.copytree(lost, tmp_path / "demo" / "data")
    done = haven("status", "--data", tmp_path / "demo", check=False)
    assert f"The catalog is missing from {tmp_path / 'demo' / 'data'}" in done.stderr


def test_it_comes_back(lost: Path, indexed: Path, tmp_path: Path) -> None:
    shutil.copytree(lost, tmp_path / "data")
    pictures = shutil.copytree(indexed.parent / "Pictures", tmp_path / "Pictures")
    listed = (tmp_path / "data/libraries.json").read_text().replace(str(indexed.parent / "Pictures"), str(pictures))
    (tmp_path / "data/libraries.json").write_text(listed)
    haven("index", "--data", tmp_path / "data")
    assert json.loads(haven("status", "--json", "--data", tmp_path / "data").stdout)["photos"] == 4
