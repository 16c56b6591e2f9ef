"""The conformance suite on a folder without a disk or a catalog behind it, and on folders that break each rule."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from helpers.catalogs import make_tables

from haven_fs import Entry, Folder, SmartFolder, Text, View
from haven_fs.catalog import Catalog, names
from haven_fs.testing import History, Look, check_reading, check_versions, snapshot
from haven_fs.tree.files import FileSet, Stamp
from haven_fs.tree.tree import Tree

FILES = ("Käse & Brot.jpg", "IMG_1.JPG", "日本.png", "100% x.jpg")


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    """A view of a database in memory that holds a few originals, whose files are there."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    make_tables(db)
    db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, ?, 'L', 'l')", (str(tmp_path).encode(),))
    db.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)")
    for number, name in enumerate(FILES, 1):
        (tmp_path / name).write_bytes(b"x" * number)
        db.execute(
            "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
            " shown_fold, shown_href, shown_xml, name, name_fold, href, xml, seq)"
            " VALUES (?, 1, ?, '', ?, 1, 1, ?, 'm', 'c', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, name.encode(), number, f"e{number}", *_spelled(name), *_spelled(name), number),
        )
    yield View(db, {}, datetime(2024, 5, 4, 12, 0))
    db.close()


def _spelled(name: str) -> tuple[str, str, str, str]:
    return name, names.fold(name), names.href(name), names.xml(name)


class Shelf(Folder):
    """A folder that holds what it is told: folders by name, and originals by their ids."""

    def __init__(self, view: View, folders: dict[str, "type[Shelf]"] | None = None, ids: tuple[int, ...] = ()) -> None:
        super().__init__(view)
        self.folders = folders if folders is not None else {"Straße": Drawer, "Two": Drawer}
        self.ids = ids

    def entries(self) -> Iterable[Entry]:
        return [Entry(name, kind(self.view.below(name)).stamp()) for name, kind in self.folders.items()]

    def enter(self, name: str) -> Folder | None:
        for known, kind in self.folders.items():
            if names.fold(known) == names.fold(name):
                return kind(self.view.below(known))
        return None

    def files(self) -> FileSet | None:
        if not self.ids:
            return None
        marks = ",".join(map(str, self.ids))
        return FileSet(f"FROM original o WHERE o.id IN ({marks})", order="ORDER BY o.name_fold")

    def texts(self) -> list[Text]:
        return [Text("About.txt", "A shelf.\r\n")] if self.ids else []

    def stamp(self) -> Stamp:
        return Stamp(len(self.folders) + len(self.ids), max(self.ids, default=0))


class Drawer(Shelf):
    def __init__(self, view: View) -> None:
        super().__init__(view, {}, (1, 2, 3, 4))


def look(view: View, kind: type[Shelf], *content: Any) -> Look:
    """Return a tree with one folder, and no catalog behind it."""
    catalog = cast(Catalog, SimpleNamespace(path=Path("catalog.sqlite")))
    return Look(Tree(catalog, {}, {"Shelf": SmartFolder("Shelf", lambda view: kind(view, *content))}), view)


def test_a_folder_in_memory(view: View) -> None:
    assert check_reading(look(view, Shelf)) == 8


def test_its_versions(view: View) -> None:
    before = snapshot(look(view, Shelf, {}, (1, 2)), "Shelf")
    after = snapshot(look(view, Shelf, {}, (1, 2, 3)), "Shelf")
    assert check_versions(before, after) == 1
    assert check_versions(before, before) == 0


class Unenterable(Shelf):
    def enter(self, name: str) -> Folder | None:
        return None


class CaseSensitive(Shelf):
    def enter(self, name: str) -> Folder | None:
        return super().enter(name) if name in self.folders else None


class Boundless(Shelf):
    def enter(self, name: str) -> Folder | None:
        return super().enter(name) or Drawer(self.view.below(name))


class Lost(Shelf):
    def enter(self, name: str) -> Folder | None:
        return Drawer(self.view) if super().enter(name) else None


class TwoVersions(Shelf):
    def entries(self) -> Iterable[Entry]:
        return [Entry(name, Stamp(9, 9)) for name in self.folders]


class Opaque(Shelf):
    def opens(self) -> FileSet | None:
        return FileSet("FROM original o WHERE o.id = 1")


class Wordless(Shelf):
    refusal = "no"


@pytest.mark.parametrize(
    ("kind", "folders", "ids", "problem"),
    [
        (Unenterable, None, (), "cannot be entered"),
        (CaseSensitive, None, (), "cannot be entered"),
        (Boundless, None, (), "can be entered"),
        (Lost, None, (), "does not know where it is"),
        (TwoVersions, None, (), "different versions"),
        (Shelf, {"a": Drawer, "A": Drawer}, (), "alike"),
        (Shelf, {"a/b": Drawer}, (), "cannot be sent"),
        (Shelf, {"a:b": Drawer}, (), "not portable"),
        (Shelf, {"con": Drawer}, (), "not portable"),
        (Shelf, {"": Drawer}, (), "empty name"),
        (Shelf, {"img_1.jpg": Drawer}, (1, 2), "alike"),
        (Shelf, {"about.TXT": Drawer}, (1, 2), "alike"),
        (Opaque, {}, (1, 2), "cannot be opened"),
        (Wordless, None, (), "no"),
    ],
)
def test_folders_that_break_a_rule(
    view: View, kind: type[Shelf], folders: dict[str, type[Shelf]] | None, ids: tuple[int, ...], problem: str
) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_reading(look(view, kind, folders, ids), "Shelf")


def test_versions_that_break_a_rule(view: View) -> None:
    class Frozen(Shelf):
        def stamp(self) -> Stamp:
            return Stamp(1, 1)

    with pytest.raises(AssertionError, match="its version did not"):
        check_versions(*(snapshot(look(view, Frozen, {}, ids), "Shelf") for ids in ((1, 2), (1, 2, 3))))


def test_a_version_that_comes_again(view: View) -> None:
    class Forgetful(Shelf):
        def stamp(self) -> Stamp:
            return Stamp(len(self.ids), 1)

    history = History()
    for ids in ((1, 2), (1, 2, 3), (1, 2)):
        history.note(snapshot(look(view, Forgetful, {}, ids), "Shelf"))
    with pytest.raises(AssertionError, match="again, and is another by now"):
        history.note(snapshot(look(view, Forgetful, {}, (2, 3)), "Shelf"))
