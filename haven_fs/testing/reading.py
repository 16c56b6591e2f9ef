"""What every smart folder must do when it is read, Haven's own or a plugin's: one set of checks, run on any of them.

Programs know a folder by what is listed in it and by its version. So whatever is listed must open, in any spelling that
a system makes of its name, and what opens must be what was listed.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from haven_fs.catalog import names
from haven_fs.testing.looking import Look
from haven_fs.tree.files import File
from haven_fs.tree.listing import Listing
from haven_fs.tree.looks import look_named
from haven_fs.tree.narrowing import Versions
from haven_fs.tree.nodes import Entry, Folder, Text

_TEMPLATE, _COLUMNS = "%s\n", ("href",)
_NOTHING = ("no such name", "", ".", "..", "/", "x" * 300, "%", "\0", "*")
"""Names that programs ask for, and that no folder must take for one of its own."""


def check_reading(look: Look, path: str = "", *, portable: bool = True) -> int:
    """Check a folder and all below it; return how many photos' files are listed.

    `portable`: whether every system must be able to store its names, which is not so of those of originals.
    """
    return sum(_check(look, folder, portable=portable) for folder in walk(look, look.folder(path)))


def walk(look: Look, folder: Folder) -> Iterator[Folder]:
    """Give a folder and all that are listed below it."""
    yield folder
    for entry in _folders(look.tree.listing(folder)):
        yield from walk(look, below(look, folder, entry.name))


def _folders(listing: Listing) -> list[Entry]:
    """Return the folders listed in one, without /Small and /TV, in which all of them are once more."""
    is_root = not listing.folder.view.path
    return [entry for entry in listing.folders if not (is_root and look_named(entry.name))]


def below(look: Look, folder: Folder, name: str) -> Folder:
    """Return a folder that is listed in another by that name, or by another spelling of it."""
    found = look.tree.resolve(look.view, (*folder.view.path, name))
    assert isinstance(found, Folder), f"{name!r} is listed in {where(folder)} and cannot be entered"
    return found


def where(folder: Folder) -> str:
    """Return a folder's path for people."""
    return "/" + "/".join(folder.view.path)


def spellings(name: str) -> set[str]:
    """Return the ways clients spell a name."""
    cased = {name, name.upper(), name.lower(), name.swapcase()}
    # Not every letter has a twin in another case: that of the long s is the s.
    cased = {one for one in cased if names.fold(one) == names.fold(name)}
    return {unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD")}


def _check(look: Look, folder: Folder, *, portable: bool) -> int:
    listing = look.tree.listing(folder)
    _check_names(listing, portable=portable)
    _check_folders(look, listing)
    _check_others(look, listing)
    _check_words(folder, listing.texts)
    return _check_photos(look, listing)


def _check_names(listing: Listing, *, portable: bool) -> None:
    given, place = list(listing.names()), where(listing.folder)
    folders = {names.fold(entry.name) for entry in listing.folders}
    # Files that programs wrote may have names that differ by case alone.
    keys = [fold if (fold := names.fold(name)) in folders else name for name in given]
    assert len(set(keys)) == len(keys), f"two names are alike in {place}: {sorted(given)}"
    for name in given:
        assert name, f"an empty name in {place}"
        assert names.shown(name) == name, f"{name!r} in {place} cannot be sent"
        assert not portable or names.portable(name) == name, f"{name!r} in {place} is not portable"


def _check_folders(look: Look, listing: Listing) -> None:
    folder, versions = listing.folder, Versions(look.view)
    for entry in _folders(listing):
        child = below(look, folder, entry.name)
        assert child.view.path == (*folder.view.path, entry.name), f"{where(child)} does not know where it is"
        said = str(versions.listed(folder, entry))
        assert said == str(versions.of(child)), f"{where(child)} and its parent say different versions"
        for spelled in spellings(entry.name):
            assert below(look, folder, spelled).view.path == child.view.path
    for missing in _NOTHING:
        assert folder.enter(missing) is None, f"{missing!r} can be entered in {where(folder)}"


def _check_others(look: Look, listing: Listing) -> None:
    place = where(listing.folder)
    others: list[Text | File] = [*listing.texts, *listing.extras, *listing.kept]
    alike = Counter(names.fold(one.name) for one in others)
    for other in others:
        for spelled in spellings(other.name) if alike[names.fold(other.name)] == 1 else (other.name,):
            found = look.tree.resolve(look.view, (*listing.folder.view.path, spelled))
            assert isinstance(found, Text | File), f"{spelled!r} is listed in {place} and cannot be opened"
            assert found == other, f"{spelled!r} in {place} opens {found}"


def _check_photos(look: Look, listing: Listing) -> int:
    folder, files, opens = listing.folder, listing.files, listing.folder.opens()
    if files is None:
        return 0
    db, place = look.view.db, where(folder)
    listed = list(files.files(db))
    rendered = b"".join(files.render(db, _TEMPLATE, _COLUMNS)).decode().splitlines()
    assert sorted(rendered) == sorted(names.href(file.name) for file in listed), f"{place} lists what it has not"
    assert b"".join(files.render(db, _TEMPLATE, _COLUMNS, slice_=2)).decode().splitlines() == rendered
    assert opens is not None, f"{place} lists files and opens none"
    unopened = {file.name for file in listed} - {file.name for file in opens.files(db)}
    assert not unopened, f"{unopened} in {place} are listed and cannot be opened"
    assert files.stamp(db).count == len(listed), f"{place} counts {files.stamp(db).count} files and lists {len(listed)}"
    alike = Counter(names.fold(file.name) for file in listed)
    for file in listed:
        for spelled in spellings(file.name) if alike[names.fold(file.name)] == 1 else (file.name,):
            assert files.find(db, spelled) == opens.find(db, spelled) == file, f"{spelled!r} in {place}"
        if not file.away:
            assert file.path.stat().st_size == file.size, f"{file.name!r} in {place} has another size"
        assert folder.enter(file.name) is None, f"{file.name!r} in {place} is a file and a folder"
    assert files.find(db, "no such name.jpg") is None, f"{place} opens what it does not list"
    return len(listed)


def _check_words(folder: Folder, texts: Sequence[Text]) -> None:
    check_sentence(folder.refusal, where(folder))
    for text in texts:
        assert text.text.endswith("\n"), f"{text.name!r} in {where(folder)} does not end its last line"
        assert text.text.encode(), f"{text.name!r} in {where(folder)} is empty"


def check_sentence(reason: str, of: str) -> None:
    """Check that a refusal is a sentence that a person can do something with."""
    is_sentence = reason[:1].isupper() and reason.endswith(".") and len(reason) > 20 and "\n" not in reason
    assert is_sentence, f"{of} refuses with {reason!r}, which is not a sentence that says why"
