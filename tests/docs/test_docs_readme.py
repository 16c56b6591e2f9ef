"""The README: short, its first screen true, its tagline the one that is said everywhere."""

import re
import tomllib
from pathlib import Path

from pages import ROOT, blocks, read, section

import haven_fs
from haven_fs.cli.parser import TAGLINE
from haven_fs.cli.reference import own_plugins
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins
from haven_fs.server.mounting import MOUNT, how_to_mount
from haven_fs.tree.looks import LOOKS

README = read("README.md")


def test_it_is_short_and_begins_with_what_the_drive_looks_like():
    assert len(README.splitlines()) < 150
    plugins = Plugins(only=own_plugins())
    folders = plugins.smart_folders(load_settings(Path("nowhere"), plugins.settings()))
    assert set(re.findall(r"^(\w[\w ]*)/", blocks(README, "")[0], re.MULTILINE)) == {
        path.partition("/")[0] for path in (*folders, *(look.name for look in LOOKS))
    }


def test_its_two_commands():
    assert "pip install . && haven demo" in blocks(README, "sh")[0]
    assert blocks(README, "sh")[-1].strip() == "pip install '.[test]' && pytest"


def test_its_tagline_is_the_one_of_the_command_line_and_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert TAGLINE in README.splitlines()
    assert f"{project['description']}." == TAGLINE
    assert TAGLINE in str(haven_fs.__doc__)


def test_how_to_open_it_is_what_serve_prints():
    printed = how_to_mount("http://127.0.0.1:8080/", False, None)
    table = README.partition("## Open it as a drive\n")[2].partition("\n## ")[0]
    told = re.findall(r"`([^`]+:[^`]+)`", "\n".join(row for row in table.splitlines() if row.startswith("|")))
    assert len(told) == 6
    assert [how for how in told if how not in printed] == []
    assert MOUNT.format("photos:", "~/Photos") in blocks(section("docs/guide.md", "rclone"), "sh")[0]
