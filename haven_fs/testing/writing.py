"""What every folder that can be written to must do, Haven's own or a plugin's; and that it refuses all else.

Each kind of write is tried that programs do: a folder that has the ability for it takes it or says why not, any other
one refuses. haven_fs.testing.trials has what is true of each write.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from haven_fs.testing.photos import jpeg
from haven_fs.testing.states import state_of
from haven_fs.testing.trials import Trial
from haven_fs.tree.files import File
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.trash import TrashFolder
from haven_fs.tree.writes import (
    LetsGo,
    MakesFolders,
    Removable,
    Renamable,
    TakesCopies,
    TakesFiles,
    TakesFolders,
    TakesPhotos,
    TakesTexts,
)

if TYPE_CHECKING:
    from haven_fs.testing.home import Home

ABILITIES: dict[str, tuple[type, ...]] = {
    "make": (MakesFolders,),
    "rename": (Renamable,),
    "remove": (Removable,),
    "put": (TakesPhotos, TakesFiles),
    "move": (TakesPhotos, TakesFiles),
    "send": (TakesPhotos, TakesFiles),
    "take out": (LetsGo, TakesFiles),
    "join": (TakesFolders,),
    "keep": (TakesCopies,),
    "note": (TakesTexts,),
}
"""The kinds of writes, and the abilities (haven_fs.tree.writes) of which a folder needs one for it.

Making a folder in it, renaming it, removing it; putting a photo in by a copy, moving one from a folder beside it,
sending a file; taking out what it lists; moving another folder into it, copying one, copying a text.
"""
_NAMES = ("Ünïcode & Co", "a:b", "con", ".hidden", "x" * 300, "tab\t", "end. ")
"""Names of folders and files, of which not every one is taken everywhere."""


def check_writing(home: "Home", path: str, *, photos: Sequence[str] = ()) -> set[str]:
    """Try every kind of write on a folder, and take it back; return those of ABILITIES of which one was taken.

    `photos`: paths of photos to put there, those of /Recent unless some are given. At the end the home is as it was,
    but for real files that came or went where a folder takes them.
    """
    writes = _Writes(home, path, photos)
    for kind in ABILITIES:
        writes.try_all(kind)
    return writes.taken


class _Writes:
    """Every write to one folder that programs try; each is a path's and a method of the home, see Trial.attempt."""

    def __init__(self, home: "Home", path: str, photos: Sequence[str]) -> None:
        self._home = home
        self._path = "/" + path.strip("/")
        self._above = self._path.rpartition("/")[0]
        self._photos = photos
        self._trial = Trial(home)
        self.taken: set[str] = set()
        with home.looking() as look:
            folder = look.folder(path)
            self._real = isinstance(folder, DiskFolder | TrashFolder)
            self._stores = self._real or isinstance(folder, TakesFiles)
            self._claims = {kind for kind, needed in ABILITIES.items() if isinstance(folder, needed)}
            if look.tree.can_narrow(folder):
                self._claims.add("make")

    def try_all(self, kind: str) -> None:
        """Try the writes of one kind."""
        method: Callable[[], Iterator[bool]] = getattr(self, "_" + kind.replace(" ", "_"))
        if any(list(method())):
            self.taken.add(kind)
            assert self._real or kind in self._claims, (
                f"{self._path} was written to ({kind}), for which it has no ability"
            )

    def _try(self, what: str, act: Callable[[], object], **expected: Any) -> bool:
        return self._trial.attempt(f"{what} in {self._path or '/'}", act, **expected)

    def _make(self) -> Iterator[bool]:
        for name in ("New folder", *_NAMES):
            path = f"{self._path}/{name}"
            yield self._try(f"make {name[:20]!r}", partial(self._home.make, path), there=path, stored=self._real)

    def _rename(self) -> Iterator[bool]:
        for name in ("Another name", *_NAMES):
            to = f"{self._above}/{name}"
            act = partial(self._home.move, self._path, to)
            done = self._try(f"rename to {name[:20]!r}", act, there=to, gone=self._path, stored=self._real)
            yield done
            if done and self._real:
                self._home.move(to, self._path)

    def _remove(self) -> Iterator[bool]:
        if self._real:
            return  # which cannot be taken back where it was; a file's removal shows the same
        yield self._try("remove all of it", partial(self._home.delete, self._path), gone=self._path)

    def _put(self) -> Iterator[bool]:
        """Copy photos in: the first that is taken by its own name, the next one by another."""
        there = {file.photo_id for file in self._files(self._path)}
        photos = self._photos or [f"/Recent/{one.name}" for one in self._files("/Recent") if one.photo_id not in there]
        taken = 0
        for photo in photos:
            to = f"{self._path}/{'Written, not shown.jpg' if taken else photo.rpartition('/')[2]}"
            done = self._try(f"put {photo}", partial(self._home.copy, photo, to), there=to, stored=self._stores)
            yield done
            taken += done
            if taken == 2:
                return

    def _move(self) -> Iterator[bool]:
        """Move a photo in from each folder beside this one until one is taken."""
        there = {file.photo_id for file in self._files(self._path)}
        for beside in self._folders(self._above):
            source = f"{self._above}/{beside}"
            movable = [one for one in self._files(source) if one.photo_id not in there]
            if source == self._path or not movable:
                continue
            photo, to = f"{source}/{movable[0].name}", f"{self._path}/{movable[0].name}"
            gone = photo if self._kind(source) is self._kind(self._path) else ""
            act = partial(self._home.move, photo, to)
            done = self._try(f"move {photo}", act, there=to, gone=gone, stored=self._stores)
            yield done
            if done:
                return

    def _send(self) -> Iterator[bool]:
        """Send a picture that is new, other bytes to the name of a file that is there, and what a library holds."""
        listed = [file.name for file in self._files(self._path)][:1]
        for number, name in enumerate(("Sent.jpg", *listed)):
            yield self._try_send(name, jpeg(f"{self._path}/{name} {number}"))
        known = self._files("/Recent")[-1].path.read_bytes()
        taken = self._try_send("Known.jpg", known)
        yield taken
        if taken and issubclass(self._kind(self._path), TakesPhotos):
            copies = list(state_of(self._home.catalog).originals.values()).count(hashlib.sha256(known).hexdigest())
            assert copies == 1, f"what a library holds was stored again when it was sent to {self._path}"

    def _try_send(self, name: str, data: bytes) -> bool:
        to = f"{self._path}/{name}"
        return self._try(f"send {name}", partial(self._home.put, to, data), there=to, stored=True)

    def _take_out(self) -> Iterator[bool]:
        """Delete the first photo, the first other file, and the first text."""
        files = self._files(self._path)
        photos, others = [one for one in files if one.photo_id], [one for one in files if not one.photo_id]
        for file in (*photos[:1], *others[:1]):
            path = f"{self._path}/{file.name}"
            stored = self._stores or file.photo_id is None
            yield self._try(f"take out {file.name}", partial(self._home.delete, path), gone=path, stored=stored)
        with self._home.looking() as look:
            texts = look.folder(self._path).texts()
        for text in texts[:1]:
            path = f"{self._path}/{text.name}"
            yield self._try(f"take out {text.name}", partial(self._home.delete, path), gone=path)

    def _join(self) -> Iterator[bool]:
        """Move in each folder beside this one, and each in those that are in it, until one is taken."""
        inner = [f"{self._path}/{one}" for one in self._folders(self._path)]
        beside = [f"{self._above}/{one}" for one in self._folders(self._above)] if self._path else []
        deeper = [f"{one}/{name}" for one in inner for name in self._folders(one)]
        for source in (*beside, *deeper):
            to = f"{self._path}/{source.rpartition('/')[2]}"
            if source == self._path or self._real:
                continue
            done = self._try(f"join {source}", partial(self._home.move, source, to), there=f"{to}/")
            yield done
            if done:
                return

    def _keep(self) -> Iterator[bool]:
        to = f"{self._path}/Kept"
        yield self._try("keep /Recent", partial(self._home.copy, "/Recent", to), there=to, stored=self._real)

    def _note(self) -> Iterator[bool]:
        to = f"{self._path}/Note.txt"
        yield self._try("note a text", partial(self._home.copy, "/Search/How to search.txt", to), there=to)

    def _kind(self, path: str) -> type:
        with self._home.looking() as look:
            return type(look.folder(path))

    def _files(self, path: str) -> list[File]:
        with self._home.looking() as look:
            return list(look.tree.listing(look.folder(path)).every_file())

    def _folders(self, path: str) -> list[str]:
        with self._home.looking() as look:
            return look.folders(path)
