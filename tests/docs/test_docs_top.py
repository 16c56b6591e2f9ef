"""What lies at the top of the repository: nothing that a program has left there."""

import subprocess

import pytest
from pages import ROOT

FOLDERS = {"docs", "haven_fs", "models", "plugins", "providers", "tests"}
FILES = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml"}


def test_only_what_belongs_there():
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout knows what belongs to it")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    top = {path.partition("/")[0] for path in done.stdout.split("\0") if path}
    assert {name for name in top if not name.startswith(".")} == FOLDERS | FILES
