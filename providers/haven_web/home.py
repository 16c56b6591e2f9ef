"""The page of the whole drive: what came last, the people, and a card for each way to look at photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from haven_fs.catalog import names
from haven_fs.catalog.skipped import Skipped, skipped
from haven_fs.library.leavings import REASONS
from haven_fs.tree.looks import LOOKS
from haven_fs.tree.nodes import Entry, Folder, View
from haven_fs.tree.photoset import PhotoSet
from haven_fs.tree.tree import Tree
from haven_web import words
from haven_web.folders import QUIET, Card, Link, cards, is_about_people
from haven_web.shelves import DayCounts, shelf_of
from haven_web.tiles import Tile

_FIRST = ("Timeline", "Places", "Albums", "Favorites", "On This Day", "Types", "Search")
"""Folders that everybody asks for, in that order; those of plugins follow."""
_RECENT = "Recent"
_TILES, _FACES = 24, 14


@dataclass(frozen=True, slots=True)
class Home:
    """What the template of the root needs: `says`, how many photos there are; `people`, the folder of the faces.

    `passed`: how much was passed over, in words, "" if nothing was; `why`, a line for each reason.
    """

    says: str
    count: int
    recent: Sequence[Tile]
    people: Link | None
    faces: Sequence[Card]
    cards: Sequence[Card]
    quiet: Sequence[Link]
    passed: str
    why: Sequence[str]


def home_page(tree: Tree, root: Folder, counts: DayCounts, passed: Sequence[Skipped]) -> Home:
    """Work out the page of the root; `passed`: as `passed_over` has it."""
    view = root.view
    looks = {look.name for look in LOOKS}  # for programs: the page has small pictures itself
    listed = {entry.name: entry for entry in tree.listing(root).folders if entry.name not in looks}
    opened = {name: found for name in listed if isinstance(found := tree.resolve(view, [name]), Folder)}
    people = next((name for name, folder in opened.items() if is_about_people(folder)), None)
    faces = _faces(tree, opened[people]) if people else []
    rest = [name for name in listed if name not in (*QUIET, _RECENT) and not (name == people and faces)]
    count = sum(number for _, number in counts.of(view, PhotoSet()))
    return Home(
        words.photos(count),
        count,
        _recent(opened.get(_RECENT), counts),
        Link(people, f"{names.href(people)}/") if people else None,
        faces,
        cards([_counted(view, listed[name], opened.get(name)) for name in sorted(rest, key=_place)], root),
        [Link(name, f"{names.href(name)}/") for name in QUIET if name in listed],
        _much(sum(one.files for one in passed), sum(one.folders for one in passed)),
        [f"{_much(one.files, one.folders)}: {REASONS[one.reason]}" for one in passed],
    )


def passed_over(view: View) -> list[Skipped]:
    """Return what walks passed over, by the reason. It changes without the catalog's clock."""
    return skipped(view.db)


def _much(files: int, folders: int) -> str:
    """Return "2 files and 1 folder", "" for none."""
    counts = (words.counted(number, noun) for number, noun in ((files, "file"), (folders, "folder")) if number)
    return " and ".join(counts)


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), names.fold(name))


def _counted(view: View, entry: Entry, folder: Folder | None) -> Entry:
    photos = folder.photos if folder is not None else None
    return replace(entry, photos=photos.stamp(view.db).count) if photos is not None else entry


def _faces(tree: Tree, people: Folder) -> list[Card]:
    entries = [entry for entry in tree.listing(people).folders if entry.photos]
    above = names.href(people.view.path[-1])
    return [
        replace(card, href=f"{above}/{card.href}", cover=f"{above}/{card.cover}")
        for card in cards(islice(entries, _FACES), people)
    ]


def _recent(folder: Folder | None, counts: DayCounts) -> list[Tile]:
    """Return the tiles of what came last, each with its URL from the root."""
    shelf = shelf_of(folder, counts) if folder is not None else None
    if folder is None or shelf is None:
        return []
    above = names.href(folder.view.path[-1])
    tiles = [tile for section in shelf.part(0, _TILES) for tile in section.tiles]
    return [replace(tile, href=f"{above}/{tile.href}") for tile in tiles]
