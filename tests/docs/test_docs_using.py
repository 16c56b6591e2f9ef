"""docs/using.md names every command, option, setting and folder there is, and none that is not."""

import argparse
import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from haven_fs.cli import COMMANDS
from haven_fs.config import load_settings
from haven_fs.library.ignore import is_noise, read_patterns
from haven_fs.plugins import Plugins

ROOT = Path(__file__).parents[2]
USING = (ROOT / "docs/using.md").read_text(encoding="utf-8")
OWN = ("time", "media", "places", "search", "clip", "duplicates", "faces", "albums", "models")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")
EVERYWHERE = {"--help"}
EVERY = {name: import_module(f"haven_fs.cli.{name}").COMMAND for name in COMMANDS} | Plugins(only=OWN).commands()
"""The core's commands and those of Haven's own plugins."""


def section(heading: str) -> str:
    """Return the text under a heading, up to the next one of the same depth or a higher one."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", USING, re.MULTILINE)
    assert found, f"docs/using.md has no part {heading!r}"
    after = USING[found.end() :]
    following = re.search(rf"^#{{1,{len(found[1])}}} ", after, re.MULTILINE)
    return after[: following.start()] if following else after


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    EVERY[command].arguments(parser)
    return parser


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    found: set[str] = set()
    for action in parser._actions:
        found |= {option for option in action.option_strings if option.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for below in action.choices.values() for option in options_of(below)}
    return found - EVERYWHERE


@pytest.mark.parametrize("command", EVERY)
def test_every_command_and_its_options(command: str):
    text = section(f"haven {command}")
    options = options_of(parser_of(command))
    assert set(OPTION.findall(text)) - EVERYWHERE == options
    for action in parser_of(command)._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(f"`haven {command} {verb}" in text for verb in action.choices)


def test_no_command_is_described_that_is_not_there():
    assert set(re.findall(r"^### haven ([\w-]+)$", USING, re.MULTILINE)) == set(EVERY)


def test_options_named_anywhere_exist():
    known = {option for command in EVERY for option in options_of(parser_of(command))} | {"--version", "--help"}
    # rclone's own, in its part
    assert set(OPTION.findall(USING)) - known == {"--vfs-cache-mode", "--ca-cert"}


def test_every_setting_with_its_default_and_help():
    rows = re.findall(r"^\| `([\w.]+)` \| `(.+?)` \| (.+) \|$", section("Settings"), re.MULTILINE)
    there = {s.name: (json.dumps(s.default), s.help) for s in Plugins(only=OWN).settings()}
    assert {name: (default, text) for name, default, text in rows} == there


def test_the_example_of_settings_is_taken(tmp_path: Path):
    example = re.search(r"```toml\n(.+?)```", section("Settings"), re.DOTALL)
    assert example
    (tmp_path / "haven.toml").write_text(example[1], encoding="utf-8")
    settings = load_settings(tmp_path, Plugins(only=OWN).settings())
    for name, keys in tomllib.loads(example[1]).items():
        assert keys == ({key: settings[f"{name}.{key}"] for key in keys} if isinstance(keys, dict) else settings[name])


def test_every_folder_of_the_tree():
    plugins = Plugins(only=OWN)
    settings = load_settings(Path("nowhere"), plugins.settings())
    described = set(re.findall(r"^\| `/([^`]+)`", section("The drive"), re.MULTILINE))
    assert described - {"Places/Countries"} == set(plugins.smart_folders(settings))


def test_what_is_said_to_be_skipped_is_skipped():
    example = re.search(r"```\n(.+?)```", section("What is skipped"), re.DOTALL)
    assert example
    names = re.split(r"\s{2,}|\n", example[1].strip())
    assert len(names) > 15
    assert [name for name in names if not is_noise(name)] == []


def test_the_example_of_havenignore_does_what_is_said(tmp_path: Path):
    example = re.findall(r"```\n(.+?)```", section("What is skipped"), re.DOTALL)[1]
    (tmp_path / ".havenignore").write_text(example, encoding="utf-8")
    patterns = read_patterns(str(tmp_path))
    assert patterns is not None
    verdicts = {name: patterns.check_file(name).include for name in ("Scans/raw/", "a/b.psd", ".family/", "a.jpg")}
    assert verdicts == {"Scans/raw/": True, "a/b.psd": True, ".family/": False, "a.jpg": None}


def test_links_within_the_documents_lead_somewhere():
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if target.startswith("https://"):
                continue
            linked = document.parent / path if path else document
            assert linked.exists(), f"{document.name} links to {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
                anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                assert anchor in anchors, f"{document.name} links to {target}"


@pytest.mark.parametrize("words", [["--data", "d", "list"], ["list", "--data", "d"]])
@pytest.mark.parametrize("command", ["libraries", "users"])
def test_the_data_folder_may_be_named_before_a_verb_or_after_it(command: str, words: list[str]):
    assert parser_of(command).parse_args(words).data == Path("d")
