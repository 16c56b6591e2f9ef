"""Files that are sent: deciding what one will be, before its first byte arrives; see receiving.py for the rest."""

from dataclasses import dataclass
from typing import Literal

from haven_fs.catalog.libraries import NO_INBOX, find_inbox
from haven_fs.errors import Conflict, Forbidden, NotPossible
from haven_fs.tree.actions.plan import NO_PARENT, READ_ONLY, Change, refusal
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.files import File
from haven_fs.tree.junk import is_half, is_junk
from haven_fs.tree.nodes import Folder
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import TakesFiles, TakesPhotos, TakesUploads, check_name

_ANY_SIZE = 1 << 62


@dataclass(frozen=True, slots=True)
class Put:
    """What a file that is sent to a path becomes.

    `kind`: "junk" of a system, a "file" that the folder keeps, one that is stored on the "disk", or a "photo" among
    others. `there`: the file that has the name now. `largest`: bytes that it may have. `target`: where it is stored on
    disk, in place of what is there if `over`. `links`: if the same bytes are a photo already, that is shown instead.
    `known_only`: it must be a photo already, since there is no place for others.
    """

    kind: Literal["junk", "file", "disk", "photo"]
    at: Located
    there: File | None
    largest: int = _ANY_SIZE
    target: DiskPlace | None = None
    over: bool = False
    links: bool = True
    known_only: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        """The path that it changes, and which names its folder has if that is new."""
        return (Change(self.at, names=self.at.node is None),)

    @property
    def sizes(self) -> set[int]:
        """How many bytes the file has that is there, itself and as it is seen."""
        return {file.size for file in (self.there, self.at.seen) if file is not None}

    @property
    def is_seen(self) -> bool:
        """Whether it is sent to where copies are shown in place of what is stored: /Small or /TV."""
        return self.kind in ("disk", "photo") and self.at.parent is not None and self.at.parent.view.look is not None

    @property
    def is_plain(self) -> bool:
        """Whether it is stored as in any folder of a disk, even if it is empty."""
        return self.kind == "disk" and not self.links

    @property
    def name(self) -> str:
        """The name that it gets."""
        return self.at.name


def plan_put(tree: Tree, at: Located) -> Put:
    """Decide, by what is there, what a file sent to a path becomes. Raises Refused."""
    if at.is_spelled_otherwise and isinstance(at.parent, TakesFiles):
        raise Forbidden("There is a file here whose name differs by case alone. Choose another name.")
    at = at.exact
    node, folder = at.node, at.parent
    if isinstance(node, Folder) or not at.path:
        raise NotPossible("There is a folder with this name. Choose another name.")
    if folder is None:
        raise Conflict(NO_PARENT)
    put = _plan(tree, at, node, folder) if node is None or isinstance(node, File) else None
    if put is None:
        raise refusal(at)
    if not tree.catalog.writable:
        raise Forbidden(READ_ONLY)
    return put


def _plan(tree: Tree, at: Located, node: File | None, folder: Folder) -> Put | None:
    name = at.name
    takes = isinstance(folder, TakesFiles | TakesUploads | TakesPhotos)
    if is_junk(name):
        largest = tree.junk.largest
        if is_half(name):  # which gets its name when it is whole
            largest = folder.largest if isinstance(folder, TakesFiles) else _ANY_SIZE
        return Put("junk", at, node, largest) if takes else None
    if isinstance(folder, TakesFiles):
        return Put("file", at, node, folder.largest) if node is None or at.is_extra() else None
    file = None if is_placeholder(node) else node
    if tree.uploads is None and takes:
        raise Forbidden(READ_ONLY if not tree.catalog.writable else NO_INBOX)
    if isinstance(folder, TakesUploads):
        folder.check_upload(name)
        real = folder.real_name(name)
        target = folder.disk_place().child(real or name)
        return Put("disk", at, file, target=target, over=real is not None, links=folder.links)
    if isinstance(folder, TakesPhotos):
        check_name(name)
        folder.check_photo()
        return Put("photo", at, file, known_only=find_inbox(folder.view.db) is None)
    return None
