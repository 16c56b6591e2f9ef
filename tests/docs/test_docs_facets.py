"""The core knows no facet by name: none of their tables or values is in its code, but for what is explained here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from helpers.catalogs import facets

CORE = Path(__file__).parents[2] / "haven_fs"
APART = ("demo",)
"""The demo library is about people and places: it draws them."""
EXPLAINED = {
    "haven_fs/catalog/adopt.py": "`dropped`, of which catalogs from before facets kept names",
    "haven_fs/catalog/schema.py": "`place`, as below",
    "haven_fs/library/osxphotosnotes.py": "what osxphotos calls its fields",
    "haven_fs/moving/digikam.py": "what digiKam calls its tables and columns",
    "haven_fs/moving/icloud.py": "what Apple calls its columns",
    "haven_fs/moving/immich.py": "what Immich calls its fields",
    "haven_fs/moving/photoprism.py": "what PhotoPrism calls its fields",
    "haven_fs/moving/picasa.py": "what Picasa calls its sections",
    "haven_fs/library/regions.py": "what XMP calls a region of a face, and of a person",
    "haven_fs/library/personnames.py": "what programs write in place of a person's name",
}
FOLDER = {"place"}
"""In `correction` and `alias` a column of this name says in which folder something was said."""


def facet_words() -> set[str]:
    """Return the names of the facets of Haven's own plugins, and of their tables."""
    scripts = (script for facet in facets() for script in facet.migrations)
    tables = {table for script in scripts for table in re.findall(r"CREATE TABLE (\w+)", script)}
    return tables | {facet.name for facet in facets()}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Give the strings in a module that code uses: neither docstrings nor sentences for people."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def is_code(text: str) -> bool:
    """Tell whether a string is SQL or a single word, not a sentence."""
    return re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|JOIN)\b", text) is not None or " " not in text


def test_the_core_knows_no_facet_by_name() -> None:
    words, found = facet_words(), []
    assert {"person", "face", "album", "place", "favorite", "keyword"} <= words
    for path in sorted(CORE.rglob("*.py")):
        name = path.relative_to(CORE.parent).as_posix()
        if name.split("/")[1] in APART or name in EXPLAINED:
            continue
        for line, text in strings(path):
            hit = set(re.findall(r"\w+", text)) & words - FOLDER
            if hit and is_code(text):
                found.append(f"{name}:{line}: {', '.join(sorted(hit))}")
    assert not found


def test_what_is_explained_is_there() -> None:
    words = facet_words()
    for name in EXPLAINED:
        assert any(set(re.findall(r"\w+", text)) & words for _, text in strings(CORE.parent / name)), name
