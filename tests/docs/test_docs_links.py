"""Links between the documents lead somewhere, and what troubleshooting quotes is what Haven says."""

import re
from pathlib import Path

import pytest
from pages import DOCUMENTS, ROOT, read


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_within_the_documents_lead_somewhere(document: Path):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        linked = document.parent / path if path else document
        assert linked.exists(), f"{document.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{document.name} links to {target}"


def test_every_picture_is_shown():
    shown = {name for document in DOCUMENTS for name in re.findall(r"screenshots/([\w-]+\.webp)\)", read(document))}
    assert shown == {path.name for path in (ROOT / "docs/screenshots").iterdir()}
    taken = re.findall(r'keep\(\s*"(\w+)"', read("docs/screenshots.py"))
    assert shown == {f"{name}.webp" for name in taken}


@pytest.mark.parametrize("document", ["docs/guide.md", "docs/troubleshooting.md", "docs/performance.md"])
def test_every_part_is_in_the_contents(document: str):
    text = read(document)
    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
    contents = re.findall(r"\[([^\]]+)\]\(#[^)]+\)", text.partition("\n## ")[0])
    assert [" ".join(name.split()) for name in contents] == parts


def said() -> str:
    """Return all texts in the code, joined as Python joins neighbouring strings."""
    code = [path for part in ("haven_fs", "plugins", "providers", "models") for path in (ROOT / part).rglob("*.py")]
    return re.sub(r'"\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in code))


QUOTED = re.findall(r'^\| (?:\d{3} )?(?:`([^`|/]+)`|"([^"|]+)")', read("docs/troubleshooting.md"), re.MULTILINE)


@pytest.mark.parametrize("quoted", [code or text for code, text in QUOTED])
def test_what_troubleshooting_quotes_is_said(quoted: str):
    pieces = [piece.strip() for piece in quoted.split("...") if len(piece.strip()) > 3]
    assert pieces
    texts = said()
    for piece in pieces:
        assert piece in texts, f"nothing in Haven says {piece!r}"


def test_every_benchmark_is_listed():
    programs = {path.name for path in (ROOT / "tests/benchmarks").glob("*.py")} - {"common.py"}
    assert set(re.findall(r"`(\w+\.py)[ `]", read("docs/performance.md"))) == programs
