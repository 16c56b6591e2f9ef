"""docs/guide.md: its folders exist, its commands are understood, and what it says is skipped or served, is."""

import configparser
import re
import shlex
from pathlib import Path

import pytest
import yaml
from helpers.catalogs import open_catalog
from pages import EVERY, blocks, parser_of, read, section
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.cli.reference import own_plugins
from haven_fs.config import load_settings
from haven_fs.library.ignore import is_noise, read_patterns
from haven_fs.plugins import Plugins
from haven_fs.tree.looks import LOOKS

GUIDE = "docs/guide.md"
PAGES = (GUIDE, "docs/troubleshooting.md", "README.md", "SECURITY.md")


def commands(name: str) -> list[str]:
    """Return the lines that begin with `haven`, in blocks and in the text."""
    text = read(name)
    lines = [line for block in blocks(text, "sh") for line in block.splitlines() if line.startswith("haven ")]
    return [*lines, *re.findall(r"`(haven [a-z-]+(?: [^`]+)?)`", text)]


@pytest.mark.parametrize(("page", "line"), [(page, line) for page in PAGES for line in commands(page)])
def test_every_command_line_is_understood(page: str, line: str):
    command, *words = shlex.split(line, comments=True)[1:]
    if command.startswith("-"):
        assert command in ("--help", "--version")
    elif words and words != ["--help"]:  # a command alone is its name
        parser_of(command).parse_args(["1" if word == "ID" else word for word in words])
    else:
        assert command in EVERY, page


def test_every_folder_of_the_tree():
    plugins = Plugins(only=own_plugins())
    settings = load_settings(Path("nowhere"), plugins.settings())
    described = set(re.findall(r"^\| `/([^`]+)`", section(GUIDE, "Look around"), re.MULTILINE))
    looks = {look.name for look in LOOKS}
    assert described - {"Places/Countries"} == set(plugins.smart_folders(settings)) | looks


def test_what_is_said_to_be_skipped_is_skipped():
    names = re.split(r"\s{2,}|\n", blocks(section(GUIDE, "What is skipped"), "")[0].strip())
    assert len(names) > 15
    assert [name for name in names if not is_noise(name)] == []


def test_the_example_of_havenignore_does_what_is_said(tmp_path: Path):
    (tmp_path / ".havenignore").write_text(blocks(section(GUIDE, "What is skipped"), "")[1], encoding="utf-8")
    patterns = read_patterns(tmp_path)
    assert patterns is not None
    verdicts = {name: patterns.check_file(name).include for name in ("Scans/raw/", "a/b.psd", ".family/", "a.jpg")}
    assert verdicts == {"Scans/raw/": True, "a/b.psd": True, ".family/": False, "a.jpg": None}


def test_the_unit_for_systemd_runs_a_command_that_is_understood():
    unit = configparser.ConfigParser(strict=False)  # what is said twice adds up for systemd
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(blocks(section(GUIDE, "Run it as a service"), "ini")[0])
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/haven")
    parser_of(words[0]).parse_args(words[1:])


def test_the_share_for_wsgidav_is_served(tmp_path: Path):
    open_catalog(tmp_path).close()
    config = yaml.safe_load(blocks(section(GUIDE, "Run it as a service"), "yaml")[0])
    config["provider_mapping"]["/photos"]["kwargs"]["data"] = str(tmp_path)
    app = WsgiDAVApp({**config, "simple_dc": {"user_mapping": {"*": True}}, "logging": {"enable": False}, "verbose": 1})
    status: list[str] = []
    environ = {"REQUEST_METHOD": "PROPFIND", "PATH_INFO": "/photos/", "HTTP_DEPTH": "1", "HTTP_HOST": "127.0.0.1"}
    environ |= {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
    environ |= {"REMOTE_ADDR": "127.0.0.1"}
    body = b"".join(app(environ, lambda line, headers, exc=None: status.append(line)))
    assert status == ["207 Multi-Status"]
    assert b"<D:href>/photos/Timeline/</D:href>" in body
