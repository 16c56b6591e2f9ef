"""The tree: what a path leads to, and what a folder lists. Thread-safe; each request opens its own View."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from haven_fs.catalog import Catalog, Writer, names
from haven_fs.catalog.wording import Wording
from haven_fs.config import Settings
from haven_fs.errors import Forbidden, Refused
from haven_fs.tree.cover import FILE, cover_file
from haven_fs.tree.disk.uploads import Uploads
from haven_fs.tree.files import File, pick
from haven_fs.tree.gestures import Gestures
from haven_fs.tree.inside import film_in, films_of, photo_names
from haven_fs.tree.junk import CALM, INCOMING, JunkStore
from haven_fs.tree.listing import Listing
from haven_fs.tree.looks import LOOKS, look_named, own_name
from haven_fs.tree.narrowing import Narrower, can_narrow, enter_made, made_in, make
from haven_fs.tree.nodes import Entry, Folder, PathPattern, SmartFolder, Text, View
from haven_fs.tree.placeholders import Placeholders
from haven_fs.tree.searcher import Searcher
from haven_fs.tree.spoken import SpokenFacet
from haven_fs.tree.writes import TakesFiles, TakesPhotos, TakesUploads

Node = Folder | File | Text

DEEPEST = 32
"""Names in a path below which nothing is asked any more: each level asks within all that are above it."""


@dataclass(frozen=True, slots=True)
class Located:
    """What a path leads to: looked up once, then passed to everything that deals with it.

    `path`: as it was asked for; in /Small or /TV the path in the tree that these mirror, since writes mean the same
    there. `node`: None if nothing is there. `parent`: the folder it is in, or would be in; None for the root, and if
    there is no such folder. `seen`: the file as it is seen in /Small or /TV.
    """

    path: tuple[str, ...]
    node: Node | None
    parent: Folder | None
    seen: File | None = None

    @property
    def shown(self) -> Node | None:
        """What is there to be read: the file as it is seen."""
        return self.seen or self.node

    @property
    def name(self) -> str:
        """The last name of the path, "" for the root; composed, though a Mac sends letters and marks one by one."""
        return unicodedata.normalize("NFC", self.path[-1]) if self.path else ""

    @property
    def spelled(self) -> tuple[str, ...]:
        """The path as the tree spells it, as far as it exists."""
        if isinstance(self.node, Folder):
            return self.node.view.path
        above = self.parent.view.path if self.parent is not None else self.path[:-1]
        return (*above, self.node.name if self.node is not None else self.name)

    def is_extra(self) -> bool:
        """Tell whether it is a file that was put into its folder: see Folder.extras."""
        node = self.node
        if not isinstance(node, File) or self.parent is None:
            return False
        extra = self.parent.own_file(node.name)
        return extra is not None and extra.name == node.name

    @property
    def is_spelled_otherwise(self) -> bool:
        """Whether the file there has a name that differs by case: a write is not about that one."""
        node = self.node
        if not isinstance(node, File | Text) or names.fold(node.name) != names.fold(self.name):
            return False
        return not names.same(node.name, self.name)

    @property
    def exact(self) -> "Located":
        """The same path, where nothing is if what is there is spelled otherwise."""
        return replace(self, node=None, seen=None) if self.is_spelled_otherwise else self


class Tree:
    """All smart folders over one catalog.

    `folders`: by their path in the tree. `patterns`: names that resolve inside any folder. `searchers`: what ranks
    photos by meaning. `narrower`: what opens folders that were made inside others. `spoken`: how phrases speak of
    facets. `wording`: what puts corrections into words.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        folders: dict[str, SmartFolder],
        patterns: Sequence[PathPattern] = (),
        searchers: Sequence[Searcher] = (),
        narrower: Narrower | None = None,
        spoken: Sequence[SpokenFacet] = (),
        wording: Wording | None = None,
    ) -> None:
        self.catalog = catalog
        self.settings = settings
        self._folders = {tuple(names.fold(part) for part in path.split("/")): f for path, f in folders.items()}
        self._patterns = patterns
        self._searchers = searchers
        self._narrower = narrower
        self._spoken = spoken
        self._wording = wording or Wording()
        # Beside the catalog, so that a file that was sent is moved to its place, not copied.
        self.junk = JunkStore(catalog.path.parent / INCOMING)
        self.gestures = Gestures()
        self.uploads: Uploads | None = None
        """What keeps files that are sent; None where none are taken, such as in a server of somebody else's."""

    @contextmanager
    def view(self, *, remembers: bool = True) -> Iterator[View]:
        """Open the tree as it is now; everything asked within is answered from one state of the catalog.

        `remembers`: which folders were split in it is noted, for which the thread must not be in a write already.
        """
        splits: list[str] = []
        with self.catalog.read() as db:
            yield View(
                db,
                self.settings,
                datetime.now(),
                searchers=self._searchers,
                spoken=self._spoken,
                wording=self._wording,
                vectors=lambda: self.catalog.vectors,
                remember_split=splits.append,
            )
        if splits and remembers and self.catalog.writable:
            with suppress(Refused), self.catalog.write() as w:  # whoever looks next remembers it
                w.db.executemany("INSERT OR IGNORE INTO split VALUES (?)", [(path,) for path in splits])

    def locate(self, view: View, path: Sequence[str]) -> Located:
        """Return what is at `path`, a list of names in any case and composition, and the folder it is in."""
        view, parts = self._looking(view, path)
        if not parts:
            return Located(parts, _Place(view, (), self._folders), None)
        if not all(names.is_text(part) for part in parts):
            return Located(parts, None, None)
        parent = self._folder(view, parts[:-1])
        node: Node | None = self.junk.find(parts) or (CALM if parts == (CALM.name,) else None)
        if node is None and parent is not None:
            name = parts[-1]
            node = parent.enter(name)
            if node is None or not names.same(node.view.path[-1], name):
                file, seen, plain = self._seen(parent, name)
                if file is not None and (node is None or names.same((seen or file).name, name)):
                    return Located((*parts[:-1], plain), file, parent, seen)
            node = node or self._unlisted(parent, name)
        return Located(parts, node, parent)

    def _looking(self, view: View, path: Sequence[str]) -> tuple[View, tuple[str, ...]]:
        """Return the view for a path, and the path in the tree that /Small and /TV mirror."""
        parts = tuple(path)
        look = look_named(parts[0]) if parts and self.settings.get("tree.looks") else None
        return (view, parts) if look is None else (replace(view, look=look), parts[1:])

    def mirrored(self, path: Sequence[str]) -> tuple[str, ...]:
        """Return the path that a path in /Small or /TV mirrors; others are themselves."""
        parts = tuple(path)
        return parts[1:] if parts and self.settings.get("tree.looks") and look_named(parts[0]) is not None else parts

    def _seen(self, folder: Folder, name: str) -> tuple[File | Text | None, File | None, str]:
        """Return the file or text of a name, how it is seen if that is not as it is, and its name in the tree."""
        look = folder.view.look
        if look is None:
            return self._file(folder, name) or self._film(folder, name), None, name
        for plain in look.plain_names(name):
            file = self._file(folder, plain)
            seen = look.of(folder.view.db, file, disk_names=folder.disk_names) if isinstance(file, File) else None
            if file is not None and (seen is file or not isinstance(file, File)):
                if plain == name:
                    return file, None, name
            elif seen is not None and names.fold(seen.name) == names.fold(name):
                return file, seen, plain
        return None, None, name

    def _film(self, folder: Folder, name: str) -> File | None:
        """Return the film of that name that is inside a photo."""
        for plain in photo_names(name) if not folder.disk_names else ():
            photo = self._file(folder, plain)
            film = film_in(folder.view.db, photo) if isinstance(photo, File) else None
            if film is not None and names.fold(film.name) == names.fold(name):
                return film
        return None

    def as_named(self, target: Located, source: Located) -> Located:
        """Return where a file of /Small or /TV goes that is seen under another name than it has: one like its own.

        A HEIC that is seen as IMG_1.HEIC.jpg and becomes Beach.jpg is Beach.HEIC.
        """
        parent = target.parent
        if source.seen is None or target.node is not None or parent is None or parent.view.look is None:
            return target
        name = own_name(target.name, source.seen.name, source.name)
        if name == target.name or self._file(parent, name) is not None:
            return target
        return replace(target, path=(*target.path[:-1], name))

    def resolve(self, view: View, path: Sequence[str]) -> Node | None:
        """Return what is at `path`, None if nothing is."""
        return self.locate(view, path).shown

    def _folder(self, view: View, path: Sequence[str]) -> Folder | None:
        folder: Folder = _Place(view, (), self._folders)
        for name in path:
            below = folder.enter(name) or self._unlisted(folder, name)
            if not isinstance(below, Folder):
                return None
            folder = below
        return folder

    def listing(self, folder: Folder) -> Listing:
        """Return everything a folder lists."""
        kept = Placeholders(folder.view).files() if _keeps_names(folder) else ()
        extras, files, look = self._extras(folder), folder.files(), folder.view.look
        if look is not None:
            seen = (look.of(folder.view.db, file, disk_names=folder.disk_names) for file in extras)
            extras = [file for file in seen if file is not None]
            files = files.seen_as(look) if files is not None else None
        films = None if look or files is None or folder.disk_names else films_of(folder.view.db, files)
        return Listing(folder, self._entries(folder), folder.texts(), extras, kept, files, films)

    def _extras(self, folder: Folder) -> Sequence[File]:
        """Return the files of a folder's own, its picture among them if those are wanted."""
        own = folder.extras()
        if not self.settings.get("tree.covers") or folder.photos is None or any(one.name == FILE for one in own):
            return own
        cover = folder.cover()
        picture = cover_file(folder.view.db, cover) if cover is not None else None
        return own if picture is None else [*own, picture]

    def _extra(self, folder: Folder, name: str) -> File | None:
        """Return the file of a folder's own of that name, or else one whose name differs by case alone."""
        may_be_cover = names.fold(name) == names.fold(FILE)
        return pick(self._extras(folder), name) if may_be_cover else folder.own_file(name)

    def _entries(self, folder: Folder) -> list[Entry]:
        own = list(folder.entries())
        if isinstance(folder, _Place) and not folder.view.path and folder.view.look is None:
            own += [Entry(look.name, folder.stamp()) for look in LOOKS if self.settings.get("tree.looks")]
        if self._narrower is None:
            return own
        taken = {names.fold(entry.name) for entry in own}
        return own + [entry for entry in made_in(folder) if names.fold(entry.name) not in taken]

    def facets(self, folder: Folder) -> list[str]:
        """Return the names that, typed in a folder about photos, narrow it by what else is known of them."""
        if folder.photos is None:
            return []
        return sorted(smart.path for path, smart in self._folders.items() if smart.facet and len(path) == 1)

    def path_to(self, view: View, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the path of the folder of a facet's value, None if there is none. `view`: that of the root."""
        for smart in self._folders.values():
            if smart.facet:
                below = smart.open(view.below(smart.path)).path_to(facet, key)
                if below is not None:
                    return (smart.path, *below)
        return None

    def has(self, path: str) -> bool:
        """Tell whether there is a smart folder at a path such as "Review/Changes", whatever is in it."""
        return tuple(names.fold(part) for part in path.split("/")) in self._folders

    def can_narrow(self, folder: Folder) -> bool:
        """Tell whether a folder can be made in this one to narrow it."""
        return self._narrower is not None and can_narrow(folder)

    def narrow(self, w: Writer, folder: Folder, name: str) -> None:
        """Make a folder in one that `can_narrow`. Raises Refused."""
        assert self._narrower is not None
        make(w, folder, name, self._narrower)

    def _unlisted(self, folder: Folder, name: str) -> Folder | File | None:
        """Return a folder or file that resolves in a folder although that itself does not list it."""
        if len(folder.view.path) >= DEEPEST:
            return None
        if self._narrower is not None and (made := enter_made(folder, name, self._narrower)) is not None:
            return made
        photos = folder.photos
        # Inside a folder about photos another facet's name narrows it.
        facet = self._folders.get((names.fold(name),))
        if photos is not None and facet is not None and facet.facet:
            return facet.open(folder.view.below(facet.path, within=photos))
        for pattern in self._patterns:
            # Clients ask for names that nothing has all day: what the folder is about is only worked out for others.
            if match := pattern.pattern.fullmatch(name):
                view = (
                    self._beside(folder, match[1]) if pattern.beside else folder.view.below(name, within=folder.scope)
                )
                found = pattern.open(view, match) if view is not None else None
                if found is not None:
                    return found
        return None

    def _beside(self, folder: Folder, name: str) -> View | None:
        """Return the view of a folder about photos by its name in another, confined to those."""
        found = folder.enter(name) or self._unlisted(folder, name)
        if not isinstance(found, Folder) or found.photos is None:
            return None
        return replace(found.view, within=found.photos)

    def _file(self, folder: Folder, name: str) -> File | Text | None:
        """Return the file or text of that name, or else one whose name differs by case alone."""
        text = pick(folder.texts(), name)
        extra = self._extra(folder, name) if text is None or not names.same(text.name, name) else None
        first: File | Text | None = next((one for one in (text, extra) if one and names.same(one.name, name)), None)
        if first is not None:
            return first
        files = folder.opens()
        found = files.find(folder.view.db, name) if files is not None else None
        if found is not None and (names.same(found.name, name) or (text or extra) is None):
            return found
        return text or extra or (Placeholders(folder.view).find(name) if _keeps_names(folder) else None)

    def keep_name(self, w: Writer, at: Located, mtime_ns: int | None = None) -> None:
        """Keep a name for a program that is about to write to it. Raises Refused if no file may have it.

        `mtime_ns`: the modification time that it shows, nanoseconds since the epoch, if not that of now.
        """
        folder = at.parent
        if folder is None or not _keeps_names(folder):
            raise Forbidden(folder.refusal if folder is not None else Folder.refusal)
        Placeholders(folder.view).put(w, at.name, mtime_ns)
        if isinstance(folder, TakesUploads):
            folder.check_upload(at.name)
            folder.changed(w)

    def drop_name(self, w: Writer, at: Located) -> None:
        """Stop keeping a name."""
        assert at.parent is not None
        if Placeholders(at.parent.view).drop(w, at.name) and isinstance(at.parent, TakesUploads):
            at.parent.changed(w)


def _keeps_names(folder: Folder) -> bool:
    """Tell whether names are kept in a folder for files that will come."""
    return isinstance(folder, TakesUploads | TakesPhotos) and not isinstance(folder, TakesFiles)


class _Place(Folder):
    """The root, or a folder such as /Review that only holds smart folders."""

    refusal = "Nothing can be added or removed here: these folders are Haven's own."

    def __init__(self, view: View, path: tuple[str, ...], folders: dict[tuple[str, ...], SmartFolder]) -> None:
        super().__init__(view)
        self._path = path
        self._folders = folders

    def entries(self) -> Iterable[Entry]:
        """Return the smart folders below, by name."""
        depth = len(self._path)
        spelled = {
            path[depth]: f.path.split("/")[depth] for path, f in self._folders.items() if path[:depth] == self._path
        }
        return [Entry(name, below.stamp()) for name in sorted(spelled.values()) if (below := self.enter(name))]

    def enter(self, name: str) -> Folder | None:
        """Return a smart folder, or the place that holds some."""
        path = (*self._path, names.fold(name))
        if path in self._folders:
            smart = self._folders[path]
            return smart.open(self.view.below(smart.path.rpartition("/")[2]))
        for other, smart in self._folders.items():
            if other[: len(path)] == path:
                return _Place(self.view.below(smart.path.split("/")[len(path) - 1]), path, self._folders)
        return None
