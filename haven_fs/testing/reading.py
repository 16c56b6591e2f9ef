"""What every smart folder must do when it is read, Haven's own or a plugin's: one set of checks, run on any of them."""

import unicodedata
from collections.abc import Iterator

from haven_fs.catalog import names
from haven_fs.tree.nodes import Folder

TEMPLATE, COLUMNS = "%s\n", ("href",)


def spellings(name: str) -> set[str]:
    """Return the ways clients spell a name."""
    cased = {name, name.upper(), name.lower(), name.swapcase()}
    # Not every letter has a twin in another case: that of the long s is the s.
    cased = {one for one in cased if names.fold(one) == names.fold(name)}
    return {unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD")}


def walk(folder: Folder) -> Iterator[Folder]:
    """Give a folder and all that are listed below it."""
    yield folder
    for entry in folder.entries():
        below = folder.enter(entry.name)
        assert below is not None, f"{entry.name!r} is listed in {where(folder)} and cannot be entered"
        yield from walk(below)


def where(folder: Folder) -> str:
    """Return a folder's path for people."""
    return "/" + "/".join(folder.view.path)


def check_folder(folder: Folder, *, portable: bool = True) -> int:
    """Check a folder and all below it; return how many files are listed. `portable`: names must suit any system."""
    listed = 0
    for one in walk(folder):
        _check_entries(one, portable=portable)
        listed += _check_files(one, portable=portable)
        _check_words(one)
    return listed


def _check_entries(folder: Folder, *, portable: bool) -> None:
    entries = list(folder.entries())
    _check_names(folder, [entry.name for entry in entries], portable=portable)
    for entry in entries:
        below = folder.enter(entry.name)
        assert below is not None, f"{entry.name!r} is listed in {where(folder)} and cannot be entered"
        assert below.view.path == (*folder.view.path, entry.name), f"{where(below)} does not know where it is"
        assert str(entry.stamp) == str(below.stamp()), f"{where(below)} and its parent say different versions"
        for spelled in spellings(entry.name):
            again = folder.enter(spelled)
            assert again is not None, f"{spelled!r} cannot be entered in {where(folder)}"
            assert again.view.path == below.view.path
    for missing in ("no such name", "", ".", "..", "/", "x" * 300, "%", "\0", "*"):
        assert folder.enter(missing) is None, f"{missing!r} can be entered in {where(folder)}"


def _check_files(folder: Folder, *, portable: bool) -> int:
    db = folder.view.db
    files, opens = folder.files(), folder.opens()
    entries = [entry.name for entry in folder.entries()]
    texts = [text.name for text in folder.texts()]
    _check_names(folder, entries + texts, portable=portable)
    if files is None:
        return 0
    listed = list(files.files(db))
    _check_names(folder, entries + texts + [file.name for file in listed], portable=portable)
    rendered = b"".join(files.render(db, TEMPLATE, COLUMNS)).decode().splitlines()
    assert sorted(rendered) == sorted(names.href(file.name) for file in listed), (
        f"{where(folder)} lists what it has not"
    )
    assert b"".join(files.render(db, TEMPLATE, COLUMNS, slice_=2)).decode().splitlines() == rendered
    assert opens is not None, f"{where(folder)} lists files and opens none"
    unopened = {file.name for file in listed} - {file.name for file in opens.files(db)}
    assert not unopened, f"{unopened} in {where(folder)} are listed and cannot be opened"
    stamp = files.stamp(db)
    assert stamp.count == len(listed)
    for file in listed:
        for spelled in spellings(file.name):
            assert files.find(db, spelled) == opens.find(db, spelled) == file, f"{spelled!r} in {where(folder)}"
        if not file.away:
            assert file.path.stat().st_size == file.size
        assert folder.enter(file.name) is None, f"{file.name!r} is a file and a folder"
    assert files.find(db, "no such name.jpg") is None
    return len(listed)


def _check_names(folder: Folder, given: list[str], *, portable: bool) -> None:
    folds = [names.fold(name) for name in given]
    assert len(set(folds)) == len(folds), f"two names are alike in {where(folder)}: {sorted(given)}"
    for name in given:
        assert name, f"an empty name in {where(folder)}"
        assert names.shown(name) == name, f"{name!r} in {where(folder)} cannot be sent"
        assert not portable or names.portable(name) == name, f"{name!r} in {where(folder)} is not portable"


def _check_words(folder: Folder) -> None:
    refusal = folder.refusal
    assert refusal[:1].isupper(), refusal
    assert refusal.endswith("."), refusal
    assert len(refusal) > 20, refusal
    assert "\n" not in refusal
    for text in folder.texts():
        assert text.text.endswith("\n")
        assert text.text.encode()
