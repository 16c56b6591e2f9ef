"""docs/reference.md is what the commands and settings say of themselves today, and nothing is missing in it."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest
from pages import DOCUMENTS, EVERY, blocks, parser_of, read, section

from haven_fs.cli.reference import own_plugins, reference
from haven_fs.command import GROUPS
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins

REFERENCE = "docs/reference.md"


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    verbs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [parser, *(below for action in verbs for below in action.choices.values())]


def options_of(command: str) -> set[str]:
    found = {
        option for one in parsers(parser_of(command)) for action in one._actions for option in action.option_strings
    }
    return {option for option in found if option.startswith("--")}


def test_it_is_current():
    assert read(REFERENCE) == reference(), "run: python -m haven_fs.cli.reference > docs/reference.md"


def test_it_does_not_hang_on_the_machine_that_made_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    made = reference()
    monkeypatch.setenv("HAVEN_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")
    assert reference() == made


def test_every_command_is_in_its_group():
    found = {group: re.findall(r"^#### haven ([\w-]+)$", section(REFERENCE, group), re.MULTILINE) for group in GROUPS}
    assert {name: group for group, names in found.items() for name in names} == {
        name: one.group for name, one in EVERY.items()
    }


@pytest.mark.parametrize("command", EVERY)
def test_every_option_of_a_command(command: str):
    text = section(REFERENCE, f"haven {command}")
    rows = " ".join(re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE))
    assert set(re.findall(r"--[a-z][a-z0-9-]+", rows)) == options_of(command) - {"--help", "--data"}
    assert "--data" in options_of(command), "the page says that every command has it"


@pytest.mark.parametrize("command", EVERY)
def test_every_argument_has_help(command: str):
    actions = [action for one in parsers(parser_of(command)) for action in one._actions]
    silent = [action for action in actions if not action.help and not isinstance(action, argparse._SubParsersAction)]
    assert not silent


def test_every_setting_is_in_it():
    rows = re.findall(r"^\| `(\w+(?:\.\w+)?)` \|", section(REFERENCE, "Settings"), re.MULTILINE)
    assert rows == [setting.name for setting in Plugins(only=own_plugins()).settings()]


def test_the_example_of_settings_is_taken(tmp_path: Path):
    (example,) = blocks(section(REFERENCE, "Settings"), "toml")
    (tmp_path / "haven.toml").write_text(example, encoding="utf-8")
    settings = load_settings(tmp_path, Plugins(only=own_plugins()).settings())
    for name, value in tomllib.loads(example).items():
        given = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
        assert {key: settings[key] for key in given} == given


def test_every_environment_variable_is_in_it():
    code = [path for part in ("haven_fs", "plugins", "providers", "models") for path in Path(part).rglob("*.py")]
    used = {name for path in code for name in re.findall(r'"(HAVEN_[A-Z_]+)"', path.read_text(encoding="utf-8"))}
    assert set(re.findall(r"^\| `(HAVEN_\w+)` \|", read(REFERENCE), re.MULTILINE)) == used


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_options_named_anywhere_exist(document: Path):
    known = {option for command in EVERY for option in options_of(command)} | {"--version"}
    of_others = {"--vfs-cache-mode", "--dir-cache-time", "--poll-interval", "--vfs-write-back"}  # rclone's
    of_others |= {"--ca-cert", "--webdav-url", "--webdav-vendor"}
    text = "".join(re.findall(r"`[^`]+`", document.read_text(encoding="utf-8")))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text)) <= known | of_others


@pytest.mark.parametrize("words", [["--data", "d", "list"], ["list", "--data", "d"]])
@pytest.mark.parametrize("command", ["libraries", "users"])
def test_the_data_folder_may_be_named_before_a_verb_or_after_it(command: str, words: list[str]):
    assert parser_of(command).parse_args(words).data == Path("d")
