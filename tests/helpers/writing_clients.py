"""Clients that write at random to one server at once, are cut off when it is killed, and look whether it is right."""

import hashlib
import http.client
import io
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from PIL import Image

from haven_fs.testing import picture
from helpers.dav import Client
from helpers.writes_model import Photo, Shown, State

CUT = (OSError, http.client.HTTPException)


class UnclearError(Exception):
    """What would become of a request depends on a moment more or less, so it is not sent."""


class WritingClient:
    """One client, with folders and albums of its own, and the model of what it has written."""

    def __init__(self, number: int, seed: int) -> None:
        self.name = f"c{number}"
        self.folders = (f"/Inbox/{self.name}", f"/Originals/Own/{self.name}")
        self.state = State()
        self.others: list[State] = []
        """What else may be so, of a request that was cut off: what was before it, or half of what it does."""
        self.written: set[str] = set()
        self.done: Counter[str] = Counter()
        self.history: list[str] = []
        """What was sent, for whoever looks for a mistake."""
        self._rng = random.Random(f"{seed} {number}")
        self._bytes: dict[str, bytes] = {}
        self._last = 0
        self._dav: Client

    # Beginning

    def prepare(self, dav: Client) -> None:
        """Make its folders."""
        for path in (*self.folders, f"/Albums/{self.name} A", f"/Albums/{self.name} B"):
            assert dav("MKCOL", quote(path)).status == 201, path

    def run(self, url: str, steps: int) -> int:
        """Do something at random so many times; return how many were done before the server was gone."""
        with Client(url) as self._dav:
            for step in range(steps):
                act = self._rng.choice(self._acts())
                try:
                    self.state.now = time.time()
                    act()
                except UnclearError:
                    continue
                except CUT:
                    return step
                self.done[act.__name__] += 1
        return steps

    def _acts(self) -> list[Callable[[], None]]:
        some = [self.new, self.new, self.over, self.rename, self.exchange, self.replace, self.copy, self.delete]
        said = [self.add, self.add, self.add_narrowed, self.favorite, self.take_out, self.hide]
        saves = [self.save_by_temporary, self.save_aside, self.save_with_backup, self.save_by_deleting]
        odd = [self.refused, self.half, self.named_later, self.named_later_in_album]
        return [self.new] if len(self.state.files) < 6 else [*some, *said, *said, *saves, *odd]

    # Helpers

    def _fresh(self, more: str = "") -> str:
        self._last += 1
        return f"{self._rng.choice(self.folders)}/{self.name}-{self._last}{more}.jpg"

    def _data(self) -> bytes:
        self._last += 1
        out = io.BytesIO()
        size = (40 + self._rng.randrange(60), 40 + self._rng.randrange(60))
        image: Image.Image = picture(f"{self.name} {self._last} {self._rng.random()}", size)
        image.save(out, "JPEG", quality=95)
        data = out.getvalue()
        self._bytes[digest(data)] = data
        return data

    def _any(self) -> str:
        return self._rng.choice(sorted(self.state.files))

    def _visible(self) -> str | None:
        shown = sorted(self.state.seen())
        return self._rng.choice(shown) if shown else None

    def _do(
        self,
        change: Callable[[State], None],
        *request: object,
        half: Callable[[State], None] | None = None,
        **headers: object,
    ) -> None:
        """Send a request, which must be taken, and change the model by it; `half`: by what is done before all of it."""
        self.state.now = time.time()
        paths = [unquote(urlsplit(str(one)).path) for one in (request[1], headers.get("Destination", ""))]
        if not self.state.is_clear(*paths):
            raise UnclearError
        self.others = [self.state.copy(), *([self.state.copy()] if half is not None else [])]
        if half is not None:
            half(self.others[1])
        change(self.state)
        sent = digest(request[2]) if len(request) > 2 and isinstance(request[2], bytes) else ""
        self.history.append(f"{request[0]} {request[1]} {headers.get('Destination', sent)}")
        answer = self._dav(*request, **headers)  # type: ignore[arg-type]
        assert answer.status < 300, (request[:2], headers, answer.status, answer.body)
        self.others = []

    def _put(self, path: str, data: bytes) -> None:
        self._do(lambda state: state.put(path, digest(data)), "PUT", quote(path), data)
        self.written.add(digest(data))

    def _move(self, source: str, to: str) -> None:
        where = self._dav.address + quote(to)
        self._do(lambda state: state.move(source, to), "MOVE", quote(source), Destination=where, Overwrite="T")

    def _delete(self, path: str) -> None:
        self._do(lambda state: state.delete(path), "DELETE", quote(path))

    # Files

    def new(self) -> None:
        self._put(self._fresh(), self._data())

    def over(self) -> None:
        self._put(self._any(), self._data())

    def rename(self) -> None:
        self._move(self._any(), self._fresh())

    def exchange(self) -> None:
        first, second = self._rng.sample(sorted(self.state.files), 2)
        aside = self._fresh(" aside")
        self._move(first, aside)
        self._move(second, first)
        self._move(aside, second)

    def replace(self) -> None:
        self._move(*self._rng.sample(sorted(self.state.files), 2))

    def copy(self) -> None:
        source = self._any()
        to = f"{source.rpartition('/')[0]}/{self._fresh().rpartition('/')[2]}"  # copies are stored beside it
        where = self._dav.address + quote(to)
        self._do(lambda state: state.copy_file(source, to), "COPY", quote(source), Destination=where, Overwrite="F")

    def delete(self) -> None:
        self._delete(self._any())

    # What programs do that save

    def save_by_temporary(self) -> None:
        path = self._any()
        temporary = f"{path}.{self._rng.choice(('part', 'tmp', 'AbCdEf', 'tacitpart'))}"
        if temporary.endswith((".part", ".tmp")):  # nobody sees it until it has its name
            data = self._data()
            assert self._dav("PUT", quote(temporary), data).status in (201, 204)  # it may lie there from an earlier try
            where = self._dav.address + quote(path)
            self._do(lambda state: state.put(path, digest(data)), "MOVE", quote(temporary), Destination=where)
            self.written.add(digest(data))
            return
        self._put(temporary, self._data())
        if self._rng.random() < 0.5:
            self._delete(path)
        self._move(temporary, path)

    def save_aside(self) -> None:
        path = self._any()
        aside = f"{path.rpartition('/')[0]}/{self._fresh(' aside').rpartition('/')[2]}"
        self._move(path, aside)
        self._put(path, self._data())
        self._delete(aside)

    def save_with_backup(self) -> None:
        path = self._any()
        if f"{path}~" in self.state.files or path.endswith("~"):
            return
        self._move(path, f"{path}~")
        self._put(path, self._data())

    def save_by_deleting(self) -> None:
        path = self._any()
        self._delete(path)
        self._put(path, self._data())

    # What is said

    def add(self) -> None:
        path, album = self._visible(), self._rng.choice("AB")
        if path is not None:
            to = f"/Albums/{self.name} {album}/{self._fresh().rpartition('/')[2]}"
            self._copy_to(path, to, lambda photo: photo.albums.add(album))

    def favorite(self) -> None:
        if (path := self._visible()) is not None:
            to = f"/Favorites/{self._fresh().rpartition('/')[2]}"
            self._copy_to(path, to, lambda photo: setattr(photo, "favorite", True))

    def _copy_to(self, path: str, to: str, say: Callable[[Photo], object]) -> None:
        def change(state: State) -> None:
            say(state.files[path])
            state.files[path].is_said = True

        after = self.state.copy()
        change(after)
        if after != self.state and after.shown() == self.state.shown():
            raise UnclearError  # of its twin the same is said: if this is cut off, nobody can tell whether it was done
        self._do(change, "COPY", quote(path), Destination=self._dav.address + quote(to), Overwrite="F")

    def add_narrowed(self) -> None:
        """Put a photo among those of an album that are favourites: it is added if it is one, else nothing is said."""
        path, album = self._visible(), self._rng.choice("AB")
        if path is None:
            return
        to = f"/Favorites/Albums/{self.name} {album}/{self._fresh().rpartition('/')[2]}"
        if self._dav("PROPFIND", quote(to.rpartition("/")[0]), Depth=0).status != 207:
            return  # no favourite is in the album
        if self.state.files[path].favorite:
            self._copy_to(path, to, lambda photo: photo.albums.add(album))
        else:
            where = self._dav.address + quote(to)
            assert self._dav("COPY", quote(path), Destination=where, Overwrite="F").status == 403

    def take_out(self) -> None:
        """Delete a name in an album: the photo leaves it, if it is not listed by another name too."""
        album = self._rng.choice("AB")
        folder = f"/Albums/{self.name} {album}"
        listed = self._dav.files(quote(folder))
        if not listed:
            return
        name = self._rng.choice(listed)
        bytes_of = {one: digest(self._dav("GET", quote(f"{folder}/{one}")).body) for one in listed}
        shown = bytes_of[name]
        is_last = list(bytes_of.values()).count(shown) == 1
        photos = [p for p in self.state.files.values() if p.bytes == shown and album in p.albums and not p.hidden]
        if len(photos) == 1:
            path = self.state.path_of(photos[0])
            assert path is not None

            def change(state: State) -> None:
                if is_last:
                    state.files[path].albums.discard(album)

            self._do(change, "DELETE", quote(f"{folder}/{name}"))

    def hide(self) -> None:
        """Hide a photo of the inbox or a library, and now and then show all again."""
        listed = self._dav.files("/Recently%20Removed/")
        mine = [name for name in listed if name.startswith(f"{self.name} hidden")]
        if mine and self._rng.random() < 0.6:
            name = self._rng.choice(mine)
            shown = digest(self._dav("GET", quote(f"/Recently Removed/{name}")).body)
            photos = [photo for photo in self.state.files.values() if photo.hidden and photo.bytes == shown]
            if len(photos) == 1:
                self._say_hidden(photos[0], f"/Recently Removed/{name}", f"/Timeline/{name}", hidden=False)
            return
        path = self._visible()
        if path is None:
            return
        shown_as = self._shown_as(self.state.files[path].bytes)
        if shown_as is not None:
            self._last += 1
            to = f"/Recently Removed/{self.name} hidden {self._last}.jpg"
            self._say_hidden(self.state.files[path], f"/Recent/{shown_as}", to, hidden=True)

    def _say_hidden(self, photo: Photo, source: str, to: str, *, hidden: bool) -> None:
        path = self.state.path_of(photo)
        assert path is not None
        if self.state.was_backed_up(photo):
            raise UnclearError

        def change(state: State) -> None:
            state.files[path].hidden = hidden
            state.files[path].is_said = True

        self._do(change, "MOVE", quote(source), Destination=self._dav.address + quote(to))

    def _shown_as(self, data: str) -> str | None:
        """Return the one name under which /Recent shows a photo of this client."""
        names = [name for name in self._dav.files("/Recent/") if name.startswith(self.name)]
        found = [name for name in names if digest(self._dav("GET", quote(f"/Recent/{name}")).body) == data]
        return found[0] if len(found) == 1 else None

    # What must mean nothing

    def refused(self) -> None:
        """Other bytes for a photo in an album, again and again, and what rclone does then."""
        folder = f"/Albums/{self.name} {self._rng.choice('AB')}"
        listed = self._dav.files(quote(folder))
        if listed:
            path = quote(f"{folder}/{self._rng.choice(listed)}")
            for _ in range(self._rng.randrange(1, 4)):
                assert self._dav("PUT", path, b"other bytes").status == 403
                assert self._dav("DELETE", path).status == 204

    def half(self) -> None:
        """An upload over a photo that says that it is longer than it is, and what cleans up after it."""
        path = self._any()
        assert self._dav("PUT", quote(path), b"half", OC_Checksum=f"SHA1:{'0' * 40}").status == 400
        assert self._dav("DELETE", quote(path)).status == 204

    def named_later(self) -> None:
        path = self._fresh()
        self._put(f"{path}.tacitpart", self._data())
        self._move(f"{path}.tacitpart", path)

    def named_later_in_album(self) -> None:
        """Sent into an album: the file is stored in the inbox, in the folder of its date."""
        album, path, data = self._rng.choice("AB"), self._fresh(), self._data()
        name = path.rpartition("/")[2]
        path_stored, to = f"{dated()}/{name}", f"/Albums/{self.name} {album}/{name}"

        def put(state: State) -> None:
            stored(state)
            photo = state.files[f"{path_stored}.tacitpart"]
            photo.albums, photo.is_said = {album}, True

        def stored(state: State) -> None:
            state.put(f"{path_stored}.tacitpart", digest(data))

        self._do(put, "PUT", quote(f"{to}.tacitpart"), data, half=stored)
        self.written.add(digest(data))
        where = self._dav.address + quote(to)
        self._do(
            lambda state: state.move(f"{path_stored}.tacitpart", path_stored),
            "MOVE",
            quote(f"{to}.tacitpart"),
            Destination=where,
        )

    # Looking

    def check(self, dav: Client) -> None:
        """Compare what the folders show with the model; a request that was cut off may have been done or not."""
        seen = self._look(dav)
        states = [self.state, *self.others]
        right = next((state for state in states if state.shown() == seen), None)
        assert right is not None, "\n".join(self._differences(states, seen))
        self.state, self.others = right, []

    def _look(self, dav: Client) -> Shown:
        def contents(folder: str) -> Iterator[tuple[str, str]]:
            for name in dav.files(quote(folder)):
                yield name, digest(dav("GET", quote(f"{folder}/{name}")).body)

        files = {f"{folder}/{name}": data for folder in self.folders for name, data in contents(folder)}
        if dav("PROPFIND", dated(), Depth=0).status == 207:
            mine = (one for one in contents(dated()) if one[0].startswith(f"{self.name}-"))
            files |= {f"{dated()}/{name}": data for name, data in mine}
        # A photo that was put there twice has two names there.
        albums = {album: sorted({data for _, data in contents(f"/Albums/{self.name} {album}")}) for album in "AB"}
        own = set(files.values())
        for album in "AB":
            folder = f"/Favorites/Albums/{self.name} {album}"
            if dav("PROPFIND", quote(folder), Depth=0).status == 207:
                albums[f"favourites of {album}"] = sorted({data for _, data in contents(folder)})
        favorites = sorted({data for _, data in contents("/Favorites") if data in own})
        recent = sorted(data for name, data in contents("/Recent") if name.startswith(self.name))
        return Shown(files, albums, favorites, recent)

    def _differences(self, states: list[State], seen: Shown) -> Iterator[str]:
        yield from self.history[-60:]
        for state in states:
            wanted = state.shown()
            for what in ("files", "albums", "favorites", "recent"):
                expected, found = getattr(wanted, what), getattr(seen, what)
                if isinstance(expected, dict):
                    expected, found = sorted(map(str, expected.items())), sorted(map(str, found.items()))
                if expected != found:
                    lacks, has = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
                    yield f"{self.name} {what}: lacking {lacks}, too many {has}"


def dated() -> str:
    """Return the folder in the inbox for photos that do not say when they were taken."""
    return f"{datetime.now():/Inbox/%Y/%Y-%m}"


def digest(data: bytes) -> str:
    """Return what stands for some bytes."""
    return hashlib.sha256(data).hexdigest()[:16]
