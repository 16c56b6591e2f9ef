"""docs/design.md says who may import whom and which tables there are: both are checked against the code."""

import ast
import importlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.catalogs import make_tables

import haven_fs
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins

ROOT = Path(__file__).parents[2]
DESIGN = (ROOT / "docs/design.md").read_text(encoding="utf-8")
HAVEN = (
    "haven_fs",
    "haven_dav",
    "haven_web",
    "haven_models",
    "haven_time",
    "haven_media",
    "haven_places",
    "haven_search",
    "haven_clip",
    "haven_duplicates",
    "haven_faces",
    "haven_albums",
    "haven_text",
)
HTTP_SERVERS = {"wsgidav": {"haven_dav", "haven_fs.server"}, "cheroot": {"haven_fs.server"}}
MACHINE_LEARNING = {"torch", "onnxruntime", "open_clip", "insightface", "transformers", "tokenizers", "cv2", "sklearn"}


def modules() -> dict[str, Path]:
    found = {}
    for folder in (ROOT, ROOT / "plugins", ROOT / "providers", ROOT / "models"):
        for package in HAVEN:
            for path in (folder / package).rglob("*.py"):
                parts = path.relative_to(folder).with_suffix("").parts
                found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imports(node: ast.AST, *, types: bool = False) -> Iterator[str]:
    """Give every module that is imported when the code runs; what is there for type checkers only, if `types`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING" and not types:
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0 and child.module, "imports are absolute"
            inner = (f"{child.module}.{alias.name}" for alias in child.names)
            yield from (name if name in MODULES else child.module for name in inner)
        yield from imports(child, types=types)


def imported(module: str, *, types: bool = False) -> set[str]:
    return set(imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), types=types))


def is_in(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


def rules() -> dict[str, list[str]]:
    """Return the table in docs/design.md: each part and what it may import of Haven."""
    table = DESIGN.partition("| part | may import |")[2].partition("\n\n")[0]
    found = {}
    for row in table.splitlines()[2:]:
        parts, allowed = row.strip("| ").split(" | ")
        for part in re.findall(r"`([\w.]+)`", parts):
            found[part] = list(HAVEN) if allowed == "everything" else re.findall(r"`([\w.]+)`", allowed)
    return found


RULES = rules()
APART = ("haven_fs", "haven_fs.__main__")
"""The public names, gathered from all layers, and the call of the command line."""


def may(name: str, allowed: str) -> bool:
    """Tell whether a rule allows a module; naming a package allows what is in it, but `haven_fs` means itself only."""
    return name == allowed if allowed == "haven_fs" else is_in(name, allowed)


def test_every_module_belongs_to_a_part_of_the_table():
    assert RULES.keys() <= {part for module in MODULES for part in (module, *_above(module))}
    stray = [m for m in MODULES if m not in APART and not any(is_in(m, part) for part in RULES)]
    assert not stray


def _above(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


@pytest.mark.parametrize("part", RULES)
def test_a_part_imports_what_the_table_allows(part: str):
    everything = part == "haven_fs.cli"
    wrong = [
        f"{module} imports {name}"
        for module in MODULES
        if is_in(module, part)
        for name in imported(module)
        if name.partition(".")[0] in HAVEN and not is_in(name, part)
        if not everything and not any(may(name, allowed) for allowed in RULES[part])
    ]
    assert not wrong


def by_other_ways(plugin: str) -> list[str]:
    """Return what a plugin imports of Haven besides itself, as the table does not allow it."""
    foreign = [
        (module, name)
        for module in MODULES
        if is_in(module, plugin)
        for name in imported(module, types=True)
        if name.partition(".")[0] in HAVEN and not is_in(name, plugin)
    ]
    return [f"{module} imports {name}" for module, name in foreign if not any(may(name, r) for r in RULES[plugin])]


@pytest.mark.parametrize("plugin", [name for name in HAVEN if name not in ("haven_fs", "haven_dav", "haven_web")])
def test_plugins_come_in_by_the_door_for_types_too(plugin: str):
    assert not by_other_ways(plugin)


def test_the_core_does_not_come_in_by_its_own_door():
    offered = set(haven_fs.__all__)
    for module, path in MODULES.items():
        if any(is_in(module, part) for part in ("haven_fs", "haven_dav", "haven_web")):
            code = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            taken = {a.name for n in code if isinstance(n, ast.ImportFrom) and n.module == "haven_fs" for a in n.names}
            assert not taken & offered, module  # modules, and which version it is


@pytest.mark.parametrize("door", ["haven_fs", "haven_fs.demo", "haven_fs.vectors"])
def test_a_door_offers_what_type_checkers_see(door: str):
    module = importlib.import_module(door)
    code = ast.parse(MODULES[door].read_text(encoding="utf-8"))
    (block,) = (n for n in code.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")
    seen = {
        alias.name: f"{node.module}.{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    given = {name: f"{home}.{name}" for home, some in module._EXPORTS.items() for name in some.split()}
    assert seen == given | getattr(module, "_MODULES", {})
    assert sorted(seen) == module.__all__
    for name in seen:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError):
        getattr(module, "nothing of that name")


def test_the_types_of_analyzers_stand_below_everything():
    below = {"haven_fs.catalog.findings", "haven_fs.library.headers"}
    assert {name for name in imported("haven_fs.analysis.analyzer") if name in MODULES} == below
    used = {name for module in below for name in imported(module) if name in MODULES}
    assert used == {"haven_fs.library.regions"}  # what headers say of who is where
    assert all(is_in(name, "haven_fs.library") for module in used for name in imported(module) if name in MODULES)


@pytest.mark.parametrize("library", HTTP_SERVERS)
def test_http_servers_are_imported_where_http_is_served(library: str):
    users = {module for module in MODULES if any(is_in(name, library) for name in imported(module))}
    assert users and all(any(is_in(module, part) for part in HTTP_SERVERS[library]) for module in users)


def test_the_core_imports_no_machine_learning():
    assert not {
        m for m in MODULES if is_in(m, "haven_fs") for name in imported(m) if name.partition(".")[0] in MACHINE_LEARNING
    }


def test_chroma_is_imported_behind_its_interface_only():
    users = {m for m in MODULES for name in imported(m) if name.partition(".")[0] == "chromadb"}
    assert users
    assert all(is_in(module, "haven_fs.vectors") for module in users)


def test_the_tables_of_a_plugin_are_its_own():
    plugins = Plugins(only=("albums", "faces", "places", "search"))
    facets = plugins.facets(load_settings(Path("nowhere"), plugins.settings()))
    owners = {
        table: type(facet).__module__.partition(".")[0]
        for facet in facets
        for script in facet.migrations
        for table in re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", script)
    }
    assert {"face", "album_photo", "place_name", "unwanted"} <= owners.keys()
    named = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|IGNORE|REPLACE) ({'|'.join(owners)})\b")
    taken = [
        f"{module} names {table}"
        for module, path in MODULES.items()
        for table in named.findall(path.read_text(encoding="utf-8"))
        if not is_in(module, owners[table]) and module != "haven_fs.catalog.adopt"  # which adopts older catalogs
    ]
    assert not taken


def test_the_tables_of_the_catalog_are_described():
    db = sqlite3.connect(":memory:")
    make_tables(db)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    described: set[str] = set()
    for heading in ("| table | a row is |", "| facet's table | of | a row is |"):
        table = DESIGN.partition(heading)[2].partition("\n\n")[0]
        described |= set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    of_fts = {f"words_{part}" for part in ("data", "idx", "content", "docsize", "config")}
    assert described == {t for t in tables - of_fts if not t.startswith("sqlite_")}
