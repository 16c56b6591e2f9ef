"""What requests to real files mean, in a few lines: the model that random writes to a server are compared with.

A photo is its content and its history.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from haven_fs.library.backups import is_backup
from haven_fs.library.kinds import claims_media

LATELY, GESTURE = 60.0, 10.0
"""Seconds in which a removal may be void, and in which the steps of one act follow each other."""


@dataclass
class Photo:
    """One photo: what is in its file, what the owner said of it, and whether it is hidden."""

    bytes: str
    born: float
    albums: set[str] = field(default_factory=set)
    favorite: bool = False
    hidden: bool = False
    is_said: bool = False
    """Whether anything was ever said of it."""


@dataclass
class State:
    """All of one client: its photos by path, and what it did a moment ago, with the times."""

    files: dict[str, Photo] = field(default_factory=dict)
    removed: dict[str, tuple[Photo, float]] = field(default_factory=dict)
    left: dict[str, tuple[Photo, float]] = field(default_factory=dict)
    """Which photo was last moved out of a place."""
    now: float = 0.0

    def copy(self) -> "State":
        """Return a state that can be changed by itself."""
        return deepcopy(self)

    def path_of(self, photo: Photo) -> str | None:
        """Return where a photo lies."""
        return next((path for path, one in self.files.items() if one is photo), None)

    def is_spare(self, path: str) -> bool:
        """Tell whether a file is a backup of one beside it, and so no photo; it is one if anything was said of it."""
        photo, (folder, _, name) = self.files[path], path.rpartition("/")
        if photo.hidden or photo.is_said or claims_media(name):
            return False
        beside = (place.rpartition("/")[2] for place in self.files if place.rpartition("/")[0] == folder)
        return any(claims_media(one) and is_backup(name, one) for one in beside)

    def seen(self) -> "dict[str, Photo]":
        """Return the photos that smart folders show, by their paths."""
        return {path: one for path, one in self.files.items() if not one.hidden and not self.is_spare(path)}

    def is_clear(self, *paths: str) -> bool:
        """Tell whether what becomes of a request does not depend on a few seconds, which looking into a file takes."""
        photos = [self.files[path] for path in paths if path in self.files]
        if any(self._would_hide(path, photos) for path in paths):
            return False
        times = [
            at for path in paths for memory in (self.removed, self.left) if path in memory for at in [memory[path][1]]
        ]
        left = {place: at for place, (photo, at) in self.left.items() if any(photo is one for one in photos)}
        times += left.values()
        born = [photo.born for photo in (*photos, *(self.files[place] for place in left if place in self.files))]
        return not any(abs(self.now - at - LATELY) < 6 for at in times) and not any(
            abs(at - GESTURE - one) < 6 for at in times for one in born
        )

    def _would_hide(self, path: str, moved: list[Photo]) -> bool:
        """Tell whether a file would be hidden as the backup of a photo that still is when it is looked into."""
        folder, _, name = path.rpartition("/")
        hidden = [
            place for place, photo in self.files.items() if photo.hidden and all(photo is not one for one in moved)
        ]
        return any(place.rpartition("/")[0] == folder and is_backup(name, place.rpartition("/")[2]) for place in hidden)

    def was_backed_up(self, photo: Photo) -> bool:
        """Tell whether a backup of a photo is so new that it may not have been looked into yet."""
        folder, _, name = (self.path_of(photo) or "").rpartition("/")
        new = [path.rpartition("/") for path, one in self.files.items() if one.born > self.now - 6]
        return any(other == folder and is_backup(backup, name) for other, _, backup in new)

    def _predecessor(self, path: str, known: Photo | None) -> Photo | None:
        """Return the photo whose new content comes to a free path."""
        photo, at = self.removed.get(path, (None, 0.0))
        gone, left = self.left.get(path, (None, 0.0))
        if photo is None or left > at or at < self.now - LATELY or self.path_of(photo) is not None:
            photo, at = (gone, left) if left > self.now - LATELY else (None, 0.0)
            now = self.path_of(photo) if photo is not None else None
            last = now or next((place for place, (one, _) in self.removed.items() if one is photo), "")
            if photo is None or not self._is_aside(photo, last, path):
                return None
            if now is not None and not is_backup(now.rpartition("/")[2], path.rpartition("/")[2]):
                return None
        if photo is None or (known is not None and (known.is_said or known.born <= at - GESTURE)):
            return None
        return photo

    def _is_aside(self, photo: Photo, now: str, path: str) -> bool:
        """Tell whether a photo is, or was last, beside a path, and where no other one was."""
        other, _ = self.left.get(now, (photo, 0.0))
        return now.rpartition("/")[0] == path.rpartition("/")[0] and other is photo

    def _take_over(self, photo: Photo, path: str, data: str) -> None:
        self.left = {place: one for place, one in self.left.items() if one[0] is not photo}
        self.removed = {place: one for place, one in self.removed.items() if one[0] is not photo}
        photo.bytes = data
        self.files[path] = photo

    def _arrive(self, path: str, data: str, known: Photo | None = None) -> None:
        photo = self._predecessor(path, known)
        if photo is None or photo is known:
            self.files[path] = known if known is not None else Photo(data, self.now)
            return
        if (kept := self.path_of(photo)) is not None:
            self.files[kept] = Photo(photo.bytes, self.now, hidden=photo.hidden)
        self._take_over(photo, path, data)

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
        is_over = to in self.files
        if is_over:
            self.delete(to)
        self.left[source] = (photo, self.now)
        if is_over:
            self.files[to] = photo
        else:
            self._arrive(to, photo.bytes, photo)

    def copy_file(self, source: str, to: str) -> None:
        """A file is copied."""
        self.put(to, self.files[source].bytes)

    def delete(self, path: str) -> None:
        """A file is deleted."""
        photo = self.files.pop(path)
        places = [(at, place) for place, (one, at) in self.left.items() if one is photo]
        at, place = max(places, default=(0.0, ""))
        new = self.files.get(place) if self._is_aside(photo, path, place) else None
        if new is not None and not new.is_said and new.born > at - GESTURE and max(at, new.born) > self.now - LATELY:
            del self.files[place]
            self._take_over(photo, place, new.bytes)
            return
        self.removed[path] = (photo, self.now)

    def shown(self) -> "Shown":
        """Return what folders show of it."""
        photos = list(self.seen().values())
        return Shown(
            {path: photo.bytes for path, photo in self.files.items()},
            self._albums(photos),
            sorted({photo.bytes for photo in photos if photo.favorite}),
            sorted(photo.bytes for photo in photos),
        )

    def _albums(self, photos: list[Photo]) -> dict[str, list[str]]:
        """Return what is in the albums, and in folders that narrow them to favourites, if anything is."""
        found = {name: sorted({p.bytes for p in photos if name in p.albums}) for name in ("A", "B")}
        for name in ("A", "B"):
            if both := sorted({p.bytes for p in photos if name in p.albums and p.favorite}):
                found[f"favourites of {name}"] = both
        return found


@dataclass
class Shown:
    """What folders show: files by path, and the contents of albums, of Favorites and of Recent."""

    files: dict[str, str]
    albums: dict[str, list[str]]
    favorites: list[str]
    recent: list[str]
