"""The documents as text, parts of them, and the commands they speak of, for the tests beside this file."""

import argparse
import re
from importlib import import_module
from pathlib import Path

from haven_fs.cli import COMMANDS, module_of
from haven_fs.cli.reference import own_plugins
from haven_fs.plugins import Plugins

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

EVERY = {name: import_module(module_of(name)).COMMAND for name in COMMANDS} | Plugins(only=own_plugins()).commands()
"""The core's commands and those of Haven's own plugins."""


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    EVERY[command].arguments(parser)
    return parser


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """Return the text under a heading of a document, up to the next one of the same depth or a higher one."""
    text = read(name)
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"{name} has no part {heading!r}"
    after = text[found.end() :]
    following = re.search(rf"^#{{1,{len(found[1])}}} ", after, re.MULTILINE)
    return after[: following.start()] if following else after


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of code of one language, in their order."""
    return [code for kind, code in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL) if kind == language]
