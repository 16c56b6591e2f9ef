"""The page of a folder: where it is, the folders in it as cards, its notes and files, and its photos as a grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from haven_fs.catalog import names
from haven_fs.tree.nodes import Entry, Folder
from haven_fs.tree.photofolders import FacetFolder, PhotoFolder
from haven_fs.tree.spoken import facets_led_by
from haven_fs.tree.tree import Tree
from haven_web import words
from haven_web.abilities import CHANGES
from haven_web.notes import Note, note
from haven_web.searching import phrase_in
from haven_web.shelves import ByDay, DayCounts, Shelf, other_files, shelf_of

QUIET = ("Originals", "Inbox", "Review", "Recently Removed")
"""Folders for other days than Sunday: the home page has them as links at its end."""
MOST_FILES = 500
"""Files besides photos that a page names."""
_FEW_NOTES = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads, as a URL path or a part of one."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """A folder in another one: its name, its URL from there, how many photos it has, and where its cover is asked.

    `cover`: "" if it is shown without one.
    """

    name: str
    href: str
    count: str
    cover: str


@dataclass(frozen=True, slots=True)
class FolderPage:
    """What a template needs to know of a folder.

    `kind`: how its folders look, "faces", "cards" or, above a grid, "chips". `says`: what it holds, in words. `within`:
    names that narrow it. `more`: how many files it has beyond those that are named.
    """

    title: str
    kind: str
    says: str
    cards: Sequence[Card]
    notes: Sequence[Note]
    texts: Sequence[Link]
    files: Sequence[Link]
    more: int
    within: Sequence[str]
    shelf: Shelf | None


def title_of(folder: Folder) -> str:
    """Return what a folder is called on its page: a phrase in quotes, a month by its name."""
    path = folder.view.path
    if not path:
        return "Haven"
    if phrase := phrase_in(path):
        return f"“{phrase}”"
    return words.dated(path[-1]) if isinstance(folder, PhotoFolder) and folder.level else path[-1]


def crumbs(root: str, path: Sequence[str]) -> list[Link]:
    """Return the folders above one, the root first, with their URL paths."""
    links = [Link("Home", root)]
    href = root
    for name in path[:-1]:
        href = f"{href}{names.href(name)}/"
        phrase = phrase_in((name,))
        links.append(Link(f"“{phrase}”" if phrase else words.dated(name), href))
    return links


def is_about_people(folder: Folder) -> bool:
    """Tell whether the folders in one are people, whose covers are faces."""
    return isinstance(folder, FacetFolder) and folder.facet in facets_led_by(folder.view.spoken, "with")


def cards(entries: Iterable[Entry], folder: Folder) -> list[Card]:
    """Return the folders that are listed in one as cards; those of dates are plain, the newest first."""
    has_dates = isinstance(folder, PhotoFolder)
    found: list[Card] = []
    for entry in entries:
        href = f"{names.href(entry.name)}/"
        if has_dates and words.DATED.fullmatch(entry.name):
            found.insert(0, Card(words.dated(entry.name), href, f"{entry.photos or 0:,}", ""))
            continue
        count = words.photos(entry.photos) if entry.photos is not None else ""
        found.append(Card(entry.name, href, count, f"{href}?cover={entry.stamp}"))
    return found


def folder_page(tree: Tree, folder: Folder, counts: DayCounts) -> FolderPage:
    """Work out the page of a folder. Its grid is not read yet."""
    listing = tree.listing(folder)
    shelf = shelf_of(folder, counts)
    if shelf is not None and not shelf.count and not isinstance(folder, PhotoFolder):
        shelf = None
    kind = "faces" if is_about_people(folder) else "cards" if shelf is None else "chips"
    notes = [note(text, names.href(text.name)) for text in listing.texts]
    texts = []
    if len(notes) > _FEW_NOTES or "/".join(folder.view.path) == CHANGES:
        texts, notes = [Link(one.title, one.href) for one in notes], []
    rest, count = other_files(folder, MOST_FILES + 1)
    found = islice(rest.files(folder.view.db), MOST_FILES) if rest is not None else ()
    in_grid = isinstance(folder, PhotoFolder)
    extras = [file for file in listing.extras if not (in_grid and file.photo_id is not None)]
    files = [
        Link(file.name, names.href(file.name) + ("?view" if file.photo_id is not None else ""))
        for file in (*extras, *listing.kept, *found)
    ]
    return FolderPage(
        title_of(folder),
        kind,
        _says(shelf, len(listing.folders), "person" if kind == "faces" else "folder"),
        cards(listing.folders, folder),
        notes,
        texts,
        files,
        max(count - MOST_FILES, 0),
        _within(tree, folder) if shelf is not None else [],
        shelf,
    )


def _within(tree: Tree, folder: Folder) -> list[str]:
    """Return the names that narrow a folder, but for those that have done so already."""
    path = folder.view.path
    return [] if not path or path[0] in QUIET else [name for name in tree.facets(folder) if name not in path]


def _says(shelf: Shelf | None, folders: int, noun: str) -> str:
    """Return what a folder holds: "1,204 photos, 2012 to 2024", "12 people"."""
    if shelf is None:
        return words.counted(folders, noun, "people" if noun == "person" else "") if folders else ""
    said = words.photos(shelf.count)
    years = sorted({day // 10000 for day, _ in shelf.days if day}) if isinstance(shelf, ByDay) else []
    if len(years) > 1:
        return f"{said}, {years[0]} to {years[-1]}"
    return said
