"""Every real file is in /Originals, and in a readable photo or in /Review/Unreadable with a reason; none is touched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.files import states
from helpers.serving import haven

from haven_fs.datafolder import DataFolder
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.tree import Tree

FOLDERS = ("cameras", "odd")


@pytest.fixture(scope="module")
def served(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, View]]:
    data = DataFolder(tmp_path_factory.mktemp("corpus") / "data")
    before = {name: states(corpus / name) for name in FOLDERS}
    done = haven("index", *(corpus / name for name in FOLDERS), "--data", data.path)
    assert done.stderr == ""
    assert {name: states(corpus / name) for name in FOLDERS} == before
    with data.catalog(readonly=True) as catalog:
        tree = data.tree(catalog)
        with tree.view() as view:
            yield tree, view


def listed(folder: object) -> dict[Path, File]:
    assert isinstance(folder, Folder)
    files = folder.files()
    found = {file.path: file for file in files.files(folder.view.db)} if files is not None else {}
    for entry in folder.entries():
        found |= listed(folder.enter(entry.name))
    return found


@pytest.mark.parametrize("name", FOLDERS)
def test_every_file_is_served(corpus: Path, served: tuple[Tree, View], name: str) -> None:
    tree, view = served
    found = listed(tree.resolve(view, ["Originals", name]))
    assert set(found) == {path for path in (corpus / name).iterdir() if path.name != ".DS_Store"}
    for path, file in found.items():
        assert file.size == path.stat().st_size
        assert tree.resolve(view, ["Originals", name, file.name]) == file


def test_every_photo_is_somewhere_or_has_a_reason(corpus: Path, served: tuple[Tree, View]) -> None:
    tree, view = served
    by_time = listed(tree.resolve(view, ["Timeline"])).keys()
    unreadable = listed(tree.resolve(view, ["Review", "Unreadable"]))
    undated = listed(tree.resolve(view, ["Review", "Undated"])).keys()
    placed = listed(tree.resolve(view, ["Places"])).keys()
    unplaced = listed(tree.resolve(view, ["Review", "Unplaced"])).keys()
    everything = {path for name in FOLDERS for path in (corpus / name).iterdir()}
    shown = by_time | undated
    # What cannot be opened may still have headers that say when it was taken.
    query = "SELECT o.file FROM analysis a JOIN photo p ON p.id = a.photo_id JOIN original o ON o.id = p.main_id"
    unopened = {os.fsdecode(file) for (file,) in view.db.execute(f"{query} WHERE a.unopened = 1")}
    assert {path.name for path in shown & unreadable.keys()} <= unopened
    assert placed | unplaced == shown
    assert not placed & unplaced
    assert {path.suffix.lower() for path in everything - shown - unreadable.keys()} <= {".xmp", ".psd", ".tsv"}
    reasons = tree.resolve(view, ["Review", "Unreadable", "Reasons.txt"])
    assert isinstance(reasons, Text)
    for file in unreadable.values():
        _, _, after = reasons.text.partition(f"{file.name}  (/Originals/")
        assert after.splitlines()[1].strip().endswith("."), file.name
