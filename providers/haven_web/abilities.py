"""What can be done in a folder by its page: each is a request of the drive's own, so it means what it means there.

A folder says by the protocols it has (haven_fs.tree.writes) what it takes; here it gets the words for a button. No
words: no button.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from haven_fs.catalog import names
from haven_fs.catalog.libraries import find_inbox
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Tree
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesFolders, TakesPhotos, TakesUploads
from haven_web.searching import phrase_in

PEOPLE, ALBUMS, FAVORITES, SEARCH = "People", "Albums", "Favorites", "Search"
TIMELINE, INBOX, REMOVED, CHANGES = "Timeline", "Inbox", "Recently Removed", "Review/Changes"
_WORDS = {
    PEOPLE: ("Name…", "Hide this person", "Not {name}"),
    ALBUMS: ("Rename…", "Remove this album", "Take out of {name}"),
    SEARCH: ("Ask something else…", "Forget this search", "Not in this search"),
    FAVORITES: ("", "", "No longer a favourite"),
    "Places": ("Call it…", "", "Not in {name}"),
    INBOX: ("Rename…", "Remove this folder", "Remove"),
}
_ADD = (ALBUMS, PEOPLE, FAVORITES, INBOX, "Originals")
"""Folders that whatever is sent to them belongs to; places and days take photos only that say nothing else."""
_OTHERS = ("Rename…", "Remove this folder", "Take out of {name}")


@dataclass(frozen=True, slots=True)
class Abilities:
    """The words of what can be done with a folder, and with photos in it; "" where it cannot be done.

    `take_out`: of a photo that is in it. `merge`: with another folder beside it. `make`: a folder in it. `save`: the
    URL path of the folder that keeps what was asked here. `adds`: files that are dropped on its page are sent to it.
    `show`: a photo that is hidden. `undo`: its texts are changes. `places`: URL paths of the folders that photos are
    put into, by what that means.
    """

    rename: str = ""
    remove: str = ""
    take_out: str = ""
    merge: str = ""
    make: str = ""
    save: str = ""
    adds: bool = False
    show: str = ""
    undo: bool = False
    places: dict[str, str] = field(default_factory=dict)


def abilities(tree: Tree, folder: Folder, root: str) -> Abilities:
    """Return what can be done in a folder; `root`: the URL path of the drive."""
    view, path = folder.view, folder.view.path
    if not tree.catalog.writable:
        return Abilities()
    places = _places(tree, view, root)
    if not path:
        return Abilities(places=places)
    if path[0] == REMOVED:
        # A photo that is hidden can be in no album; one that was deleted goes back to where it was.
        back = root + names.href(TIMELINE) + "/"
        return Abilities(show="Show again" if tree.has(TIMELINE) else "", places={"timeline": back})
    if "/".join(path) == CHANGES:
        return Abilities(undo=True, places=places)
    rename, remove, take_out = _WORDS.get(path[0], _OTHERS)
    phrase = phrase_in(path) if len(path) == 2 and path[0] == SEARCH else ""
    return Abilities(
        rename if isinstance(folder, Renamable) else "",
        remove if isinstance(folder, Removable) else "",
        take_out.format(name=path[-1]) if isinstance(folder, LetsGo) else "",
        "The same person as…" if path[0] == PEOPLE and isinstance(folder, TakesFolders) else "",
        {PEOPLE: "Add a person…", ALBUMS: "New album…"}.get(path[0], "") if isinstance(folder, MakesFolders) else "",
        f"{root}{SEARCH}/{names.href(phrase)}/" if phrase else "",
        tree.uploads is not None and path[0] in _ADD and isinstance(folder, TakesUploads | TakesPhotos),
        places=places,
    )


def _places(tree: Tree, view: View, root: str) -> dict[str, str]:
    """Return the folders that photos are put into, of those that there are."""
    wanted = {
        "favorites": FAVORITES,
        "albums": ALBUMS,
        "people": PEOPLE,
        "removed": REMOVED,
        "changes": CHANGES,
        "inbox": INBOX,
    }
    takes_files = tree.uploads is not None and find_inbox(view.db) is not None
    there = {key: path for key, path in wanted.items() if tree.has(path) and (key != "inbox" or takes_files)}
    return {key: root + "".join(f"{names.href(part)}/" for part in path.split("/")) for key, path in there.items()}


def is_favorite(tree: Tree, view: View, name: str) -> bool:
    """Tell whether a photo is a favourite, by its display name."""
    return tree.has(FAVORITES) and isinstance(tree.resolve(view, (FAVORITES, name)), File)


def folder_names(tree: Tree, folder: Folder) -> Sequence[str]:
    """Return what the folders in one are called, to choose among."""
    return [entry.name for entry in tree.listing(folder).folders]
