"""A plugin that is broken costs only itself: it is logged, shown, left out, and the rest works."""

import json
import logging
from pathlib import Path

import pytest
from helpers.planting import Plant
from helpers.serving import haven

from haven_fs.cli import main
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins
from haven_fs.testing import make_photo

GOOD = """
from haven_fs import PhotoFolder, SmartFolder, hookimpl


@hookimpl
def haven_smart_folders(settings):
    return [SmartFolder("Good", lambda view: PhotoFolder(view, view.within))]
"""
HOOK = "from haven_fs import hookimpl\n@hookimpl\n"
ANALYZERS = (
    HOOK
    + "def haven_analyzers(settings): return [{}]\n"
    + "from haven_fs import Analyzer\nclass A(Analyzer):\n    name, version, needs = {}\n"
    + ("    def analyze(self, batch): return []")
)
BROKEN = {
    "raises": ("raise RuntimeError('out of order')", "RuntimeError: out of order"),
    "exits": ("import sys; sys.exit(3)", "SystemExit"),
    "syntax": ("def (", "SyntaxError"),
    "needs": ("import no_such_module_anywhere", "no_such_module_anywhere"),
    "hangs": ("import time; time.sleep(60)", "took longer than"),
    "unknown": (HOOK + "def haven_teleport(settings): pass", "haven_teleport"),
    "arguments": (HOOK + "def haven_analyzers(nonsense): return []", "nonsense"),
    "hookraises": (HOOK + "def haven_smart_folders(settings): raise KeyError('colour')", "KeyError"),
    "hookexits": (HOOK + "def haven_smart_folders(settings): raise SystemExit(5)", "SystemExit"),
    "wrongtype": (HOOK + "def haven_smart_folders(settings): return ['Folder']", "'Folder' is not of the type SmartF"),
    "noanalyzer": (HOOK + "def haven_analyzers(settings): return [object()]", "is not of the type Analyzer"),
    "aclass": (ANALYZERS.format("A", "'a', 1, 'picture'"), "is not of the type Analyzer"),
    "older": (
        HOOK + "def haven_analyzers(): return [A()]\nclass A:\n    name, version, needs = 'a', 1, 'metadata'\n"
        "    def analyze(self, batch): return []",
        "it lacks at_leisure, indexed, light, space. A class derived from haven_fs.Analyzer has the defaults",
    ),
    "number": (HOOK + "def haven_analyzers(settings): return 5", "TypeError"),
    "needsmuch": (ANALYZERS.format("A()", "'a', 1, 'everything'"), "'everything'"),
    "oddversion": (ANALYZERS.format("A()", "'b', '1.0', 'metadata'"), "'1.0'"),
    "setting": (HOOK + "def haven_settings(): raise ValueError('no')", "ValueError"),
    "pattern": (HOOK + "def haven_path_patterns(settings): return [1]", "is not of the type PathPattern"),
    "command": (
        "from haven_fs.command import Command\n" + HOOK + "def haven_commands():\n"
        "    return [Command('broken', 'Help.', lambda parser: parser.nothing(), print)]",
        "AttributeError",
    ),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Plugins.__init__.__kwdefaults__ is not None
    monkeypatch.setitem(Plugins.__init__.__kwdefaults__, "patience", 1.5)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin(
    plant: Plant, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    code, reason = BROKEN[name]
    plant(name, code)
    plant("good", GOOD)
    data = tmp_path / "data"
    with caplog.at_level(logging.ERROR):
        assert main(["plugins", "--json", "--data", str(data)]) == 0
    shown = json.loads(capsys.readouterr().out)
    problems = {plugin["name"]: plugin["problem"] for plugin in shown["plugins"]}
    assert reason in problems.pop(name)
    assert set(problems.values()) == {None}
    assert {"good", "time", "media", "places"} <= problems.keys()
    assert {"Good", "Timeline", "Places", "Types"} <= set(shown["folders"])
    assert {"time", "places"} <= shown["analyzers"].keys()
    assert any(name in record.getMessage() for record in caplog.records)
    if name != "hangs":
        assert main(["plugins", "--data", str(data)]) == 0
        assert any(line.startswith(f"{name} 1.2.3  NOT USED: ") for line in capsys.readouterr().out.splitlines())
        assert main(["doctor", "--data", str(data)]) == 1
        assert f"PROBLEM: The plugin {name} is not used" in capsys.readouterr().out


def test_two_analyzers_of_one_name(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("one", "two"):
        plant(
            name,
            ANALYZERS.format("A()", "'same', 1, 'metadata'") + f"\n    who = '{name}'",
        )
    found = Plugins(only=["one", "two"]).analyzers({})["same"]
    assert found.who == "one"  # type: ignore[attr-defined]
    assert "'same'" in caplog.text


def test_settings_of_a_plugin_that_is_left_out_may_stay(plant: Plant, tmp_path: Path) -> None:
    plant("raises", BROKEN["raises"][0])
    data = tmp_path / "data"
    data.mkdir()
    (data / "haven.toml").write_text("[raises]\nanything = 1\n")
    done = haven("plugins", "--data", data)
    assert "no setting raises.anything" in done.stderr
    (data / "haven.toml").write_text("[tree]\nsplit_above = 'x'\n")
    assert haven("plugins", "--data", data, check=False).returncode == 1


def test_indexing_goes_on_beside_broken_plugins(plant: Plant, tmp_path: Path) -> None:
    for name in ("raises", "unknown", "hookraises", "noanalyzer", "exits"):
        plant(name, BROKEN[name][0])
    plant("good", GOOD)
    data, pictures = tmp_path / "data", tmp_path / "Pictures"
    make_photo(pictures / "a.jpg")
    done = haven("index", pictures, "--data", data, "--json")
    assert json.loads(done.stdout.splitlines()[-1])["photos"] == 1
    status = haven("status", "--data", data, "--json")
    assert json.loads(status.stdout)["pending"] == 0
    # What a worker leaves out was said once, by the process that started it.
    assert done.stderr.count("out of order") == 1


def test_built_in_plugins_use_the_public_contract_alone(tmp_path: Path) -> None:
    plugins = Plugins(only=[])
    settings = load_settings(tmp_path, plugins.settings())
    assert set(plugins.analyzers(settings)) == {"beside", "small copies"}
    built_in = {"Originals", "Inbox", "Recently Removed", "Review/Unreadable", "Review/Damaged", "Review/Changes"}
    assert set(plugins.smart_folders(settings)) == built_in
