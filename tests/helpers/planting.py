"""Plugins for one test, found as installed ones are: a module and its entry point in a folder of the path."""

import itertools
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

_numbers = itertools.count()

Plant = Callable[[str, str], Path]
"""Gets an entry point's name and the module's code, and returns the module's file."""


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return the function that plants a plugin, for this process and those it starts."""
    garden = tmp_path / "garden"
    garden.mkdir()
    monkeypatch.syspath_prepend(garden)

    def planted(name: str, code: str) -> Path:
        # No two tests share a module, since a process imports one only once.
        module = f"planted_{next(_numbers)}_{name}"
        file = garden / f"{module}.py"
        file.write_text(textwrap.dedent(code))
        info = garden / f"{module}-1.2.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2.3\n")
        (info / "entry_points.txt").write_text(f"[haven_fs]\n{name} = {module}\n")
        return file

    return planted
