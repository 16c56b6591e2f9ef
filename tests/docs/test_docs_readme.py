"""The README: its first screen is true, its commands exist, its share for wsgidav works."""

import argparse
import configparser
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from helpers.catalogs import open_catalog
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.cli import COMMANDS
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OWN = ("time", "media", "places", "search", "clip", "duplicates", "faces", "albums", "models")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS if kind == language]


def test_it_is_short_and_begins_with_what_the_drive_looks_like():
    assert len(README.splitlines()) < 150
    plugins = Plugins(only=OWN)
    folders = plugins.smart_folders(load_settings(Path("nowhere"), plugins.settings()))
    assert set(re.findall(r"^(\w[\w ]*)/", blocks("")[0], re.MULTILINE)) == {path.partition("/")[0] for path in folders}


def test_its_two_commands():
    assert "pip install . && haven demo" in blocks("sh")[0]
    assert blocks("sh")[-1].strip() == "pip install '.[test]' && pytest"


@pytest.mark.parametrize("line", re.findall(r"^haven .+$", "\n".join(blocks("sh")), re.MULTILINE))
def test_every_command_line_is_understood(line: str):
    parse(shlex.split(line, comments=True)[1:])


def parse(words: list[str]) -> None:
    commands = {name: import_module(f"haven_fs.cli.{name}").COMMAND for name in COMMANDS}
    commands |= Plugins(only=OWN).commands()
    parser = argparse.ArgumentParser(exit_on_error=False)
    commands[words[0]].arguments(parser)
    parser.parse_args(words[1:])


def test_the_unit_for_systemd_runs_a_command_that_is_understood():
    unit = configparser.ConfigParser()
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(blocks("ini")[0])
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/haven")
    parse(words)


def test_the_share_for_wsgidav_is_served(tmp_path: Path):
    open_catalog(tmp_path).close()
    config = yaml.safe_load(blocks("yaml")[0])
    config["provider_mapping"]["/photos"]["kwargs"]["data"] = str(tmp_path)
    app = WsgiDAVApp({**config, "simple_dc": {"user_mapping": {"*": True}}, "logging": {"enable": False}, "verbose": 1})
    status: list[str] = []
    environ = {"REQUEST_METHOD": "PROPFIND", "PATH_INFO": "/photos/", "HTTP_DEPTH": "1", "HTTP_HOST": "127.0.0.1"}
    environ |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
    environ |= {"REMOTE_ADDR": "127.0.0.1"}
    body = b"".join(app(environ, lambda line, headers, exc=None: status.append(line)))
    assert status == ["207 Multi-Status"]
    assert b"<D:href>/photos/Timeline/</D:href>" in body
