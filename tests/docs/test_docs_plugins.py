"""docs/plugins.md: every hook with its sentence, every public name and type, and the example as it is in the tests."""

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

import haven_fs
from haven_fs import Facts, Folder, Metadata, Sample, Tag, hookspecs
from haven_fs.catalog.findings import FACTS
from haven_fs.plugins import Plugins

ROOT = Path(__file__).parents[2]
PLUGINS = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("haven_")}
EXAMPLE = ROOT / "tests/plugins/haven_colours"
BLOCKS = dict(re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", PLUGINS, re.DOTALL))


def test_every_hook_with_its_sentence():
    rows = dict(re.findall(r"^\| `(haven_\w+\([^)]*\))` \| (.+) \|$", PLUGINS, re.MULTILINE))
    signatures = {f"{name}({', '.join(inspect.signature(hook).parameters)})": hook for name, hook in HOOKS.items()}
    assert len(signatures) >= 5
    assert rows == {signature: inspect.getdoc(hook) for signature, hook in signatures.items()}


def test_every_name_that_haven_fs_offers():
    offered = PLUGINS.partition("## What `haven_fs` offers")[2]
    assert set(re.findall(r"`(\w+)`", offered)) == set(haven_fs.__all__)


@pytest.mark.parametrize("kind", [Sample, Metadata, Facts, Tag])
def test_every_field_of_the_types_of_analyzers(kind: type):
    part = PLUGINS.partition("## Analyzers")[2].partition("\n## ")[0]
    missing = [f.name for f in dataclasses.fields(kind) if not re.search(rf"[`(\s]{f.name}[`,:=\s]", part)]
    assert not missing


def test_every_fact_that_can_be_given():
    said = PLUGINS.partition("that Haven's own plugins fill:")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", said)) == FACTS


def test_every_method_of_a_folder():
    rows = re.findall(r"^\| `(\w+)(?:\([^)]*\))?` \|", PLUGINS.partition("| method | answers |")[2], re.MULTILINE)
    public = {name for name in vars(Folder) if not name.startswith("_")} - {"refusal", "opens"}
    assert public <= set(rows)


def test_the_example_is_the_plugin_of_the_tests():
    there = {str(path.relative_to(ROOT)): path for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml")}
    assert {name: path.read_text(encoding="utf-8") for name, path in there.items()} == BLOCKS


def test_the_example_has_at_most_40_lines():
    assert len(BLOCKS["tests/plugins/haven_colours/haven_colours.py"].splitlines()) <= 40


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PLUGINS, re.DOTALL))
def test_every_piece_of_code_is_python(block: str):
    compile(block, "docs/plugins.md", "exec")


def test_a_hook_that_raises_costs_its_answers_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    info = tmp_path / "half-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[haven_fs]\nhalf = half_broken\n")
    (tmp_path / "half_broken.py").write_text(
        "from haven_fs import Setting, hookimpl\n"
        "@hookimpl\ndef haven_settings(): return [Setting('half.a', 1, 'A')]\n"
        "@hookimpl\ndef haven_smart_folders(settings): raise RuntimeError('broken')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins = Plugins(only=("half",))
    assert "Originals" in plugins.smart_folders({})
    assert "half.a" in [setting.name for setting in plugins.settings()]
    assert plugins.found[0].problem == "haven_smart_folders: RuntimeError: broken"
    assert plugins.loaded == ["half"], "workers must not lose the analyzers of a plugin whose folder is broken"
