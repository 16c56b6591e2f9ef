"""What requests to real files mean, in a few lines: the model that random writes to a server are compared with.

A photo is its content and its history. Names are not used twice here, but by programs that save and by exchanges, so
that what is done to one photo never has to do with another that bore its name minutes ago.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from haven_fs.library.backups import is_backup


@dataclass
class Photo:
    """One photo: what is in its file, what the owner said of it, and whether it is hidden."""

    bytes: str
    albums: set[str] = field(default_factory=set)
    favorite: bool = False
    hidden: bool = False
    is_said: bool = False
    """Whether anything was ever said of it that was not taken back."""


@dataclass
class State:
    """All of one client: its photos by path, and what it did a moment ago."""

    files: dict[str, Photo] = field(default_factory=dict)
    removed: dict[str, Photo] = field(default_factory=dict)
    left: dict[str, Photo] = field(default_factory=dict)
    """Which photo was moved out of a place; of one that was moved often, the last place counts."""

    def copy(self) -> "State":
        """Return a state that can be changed by itself."""
        return deepcopy(self)

    def path_of(self, photo: Photo) -> str | None:
        """Return where a photo lies."""
        return next((path for path, one in self.files.items() if one is photo), None)

    def _predecessor(self, path: str) -> Photo | None:
        """Return the photo whose new content comes to a free path."""
        if (photo := self.removed.pop(path, None)) is not None:
            return photo
        photo = self.left.get(path)
        if photo is None:
            return None
        now = self.path_of(photo)
        is_kept = now is not None and now.rpartition("/")[0] == path.rpartition("/")[0]
        if now is not None and not (is_kept and is_backup(now.rpartition("/")[2], path.rpartition("/")[2])):
            return None
        return photo

    def _arrive(self, path: str, data: str, known: Photo | None = None) -> None:
        if known is None or not known.is_said:
            photo = self._predecessor(path)
            if photo is not None:
                if (kept := self.path_of(photo)) is not None:
                    self.files[kept] = Photo(photo.bytes)
                self.left = {place: one for place, one in self.left.items() if one is not photo}
                photo.bytes = data
                self.files[path] = photo
                return
        self.files[path] = known if known is not None else Photo(data)

    def put(self, path: str, data: str) -> None:
        """A file is sent."""
        if path in self.files:
            self.files[path].bytes = data
        else:
            self._arrive(path, data)

    def move(self, source: str, to: str) -> None:
        """A file is moved or renamed, over another if there is one."""
        photo = self.files.pop(source)
        if to in self.files and not photo.is_said:
            self.files[to].bytes = photo.bytes
            return
        if to in self.files:
            self.delete(to)
            self.removed.pop(to, None)
        self.left = {place: one for place, one in self.left.items() if one is not photo}
        self.left[source] = photo
        self._arrive(to, photo.bytes, photo)

    def copy_file(self, source: str, to: str) -> None:
        """A file is copied."""
        self.put(to, self.files[source].bytes)

    def delete(self, path: str) -> None:
        """A file is deleted."""
        photo = self.files.pop(path)
        place = next((place for place, one in self.left.items() if one is photo), None)
        new = self.files.get(place) if place is not None else None
        if place is not None and new is not None and not new.is_said:
            photo.bytes = new.bytes
            self.files[place] = photo
            del self.left[place]
            return
        self.removed[path] = photo

    def shown(self) -> "Shown":
        """Return what folders show of it."""
        photos = [photo for photo in self.files.values() if not photo.hidden]
        return Shown(
            {path: photo.bytes for path, photo in self.files.items()},
            {name: sorted({p.bytes for p in photos if name in p.albums}) for name in ("A", "B")},
            sorted({photo.bytes for photo in photos if photo.favorite}),
            sorted(photo.bytes for photo in photos),
        )


@dataclass
class Shown:
    """What folders show: files by path, and the contents of albums, of Favorites and of Recent."""

    files: dict[str, str]
    albums: dict[str, list[str]]
    favorites: list[str]
    recent: list[str]
