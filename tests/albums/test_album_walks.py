"""Random writes to albums and favourites against a simple model; taking back the last ones restores the state."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from helpers.albums import Shelf
from helpers.effort import times
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from haven_fs.errors import Refused

pytestmark = pytest.mark.long

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 7)]
NAMES = ["Summer", "Rome", "ROME", "Zoë", "2019"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    made = Shelf(tmp_path_factory.mktemp("shelf"))
    for number, name in enumerate(PHOTOS):
        made.add(name, f"{2018 + number // 3}-05-04 12:00:0{number}")
    made.index()
    yield made
    made.close()


@dataclass
class Album:
    photos: list[str] = field(default_factory=list)
    nested: "dict[str, Album]" = field(default_factory=dict)


@dataclass
class Model:
    """What the folders should show: albums in albums, each with photos in order; and favourites."""

    top: Album = field(default_factory=Album)
    favorites: set[str] = field(default_factory=set)

    def at(self, path: tuple[str, ...]) -> Album:
        album = self.top
        for name in path:
            album = album.nested[name]
        return album

    def paths(self) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []

        def look(path: tuple[str, ...]) -> None:
            for name in self.at(path).nested:
                found.append((*path, name))
                look((*path, name))

        look(())
        return found

    def albums(self) -> dict[str, list[str]]:
        return {"/".join(path): self.at(path).photos for path in self.paths()}


def taken(album: Album, name: str, besides: str | None = None) -> bool:
    return any(other.casefold() == name.casefold() for other in album.nested if other != besides)


class Walk:
    """One random walk: each step writes to the folders and to the model."""

    def __init__(self, shelf: Shelf, data: st.DataObject) -> None:
        self.shelf = shelf
        self.data = data
        self.model = Model()

    def pick(self, among: list[Any]) -> Any:
        return self.data.draw(st.sampled_from(among))

    def step(self) -> bool:
        """Do something; return whether anything was said."""
        paths = self.model.paths()
        kinds = ["make", "freeze", "favorite"]
        kinds += ["make", "add", "add", "rename", "nest", "remove", "copy"] if paths else []
        filled = [path for path in paths if self.model.at(path).photos]
        kinds += ["take out", "take out", "move"] if filled else []
        kind = self.pick(kinds)
        event(kind)
        try:
            getattr(self, kind.replace(" ", "_"))(paths, filled)
        except Refused as refused:
            event(f"{kind} refused: {type(refused).__name__}")
            return False
        return True

    def refused(self, expected: bool, path: str, what: str, *arguments: Any) -> None:
        """Write, and see that it is refused exactly if it should be."""
        if expected:
            with pytest.raises(Refused) as refused:
                self.shelf.write(path, what, *arguments)
            raise refused.value
        self.shelf.write(path, what, *arguments)

    def make(self, paths: list[tuple[str, ...]], _: Any) -> None:
        parent, name = self.pick([(), *paths]), self.pick(NAMES)
        self.refused(taken(self.model.at(parent), name), url(parent), "make_folder", name)
        self.model.at(parent).nested[name] = Album()

    def freeze(self, paths: list[tuple[str, ...]], _: Any) -> None:
        parent, name, year = self.pick([(), *paths]), self.pick(NAMES), self.pick([0, 1])
        self.refused(taken(self.model.at(parent), name), url(parent), "put_folder", name, f"@Timeline/{2018 + year}")
        self.model.at(parent).nested[name] = Album(PHOTOS[year * 3 : year * 3 + 3])

    def favorite(self, *_: Any) -> None:
        photo = self.pick(PHOTOS)
        if photo in self.model.favorites:
            self.shelf.take_out(photo, "Favorites")
            self.model.favorites.remove(photo)
        else:
            self.shelf.copy(photo, "Favorites")
            self.model.favorites.add(photo)

    def add(self, paths: list[tuple[str, ...]], _: Any) -> None:
        path, photo = self.pick(paths), self.pick(PHOTOS)
        self.shelf.copy(photo, url(path))
        photos = self.model.at(path).photos
        photos += [photo] if photo not in photos else []

    def take_out(self, _: Any, filled: list[tuple[str, ...]]) -> None:
        path = self.pick(filled)
        photo = self.pick(self.model.at(path).photos)
        self.shelf.take_out(photo, url(path))
        self.model.at(path).photos.remove(photo)

    def move(self, paths: list[tuple[str, ...]], filled: list[tuple[str, ...]]) -> None:
        source, to = self.pick(filled), self.pick(paths)
        photo = self.pick(self.model.at(source).photos)
        self.refused(source == to, url(to), "move_photo", photo, f"@{url(source)}/{photo}", f"@{url(source)}")
        self.model.at(source).photos.remove(photo)
        photos = self.model.at(to).photos
        photos += [photo] if photo not in photos else []

    def rename(self, paths: list[tuple[str, ...]], _: Any) -> None:
        path, name = self.pick(paths), self.pick(NAMES)
        above = self.model.at(path[:-1])
        self.refused(taken(above, name, path[-1]), url(path), "rename", name)
        above.nested[name] = above.nested.pop(path[-1])

    def nest(self, paths: list[tuple[str, ...]], _: Any) -> None:
        path, to = self.pick(paths), self.pick([(), *paths])
        name = self.pick([path[-1], *NAMES])
        own = to == path[:-1]
        wrong = to[: len(path)] == path or taken(self.model.at(to), name, path[-1] if own else None)
        self.refused(wrong, url(to), "take_folder", f"@{url(path)}", name)
        target = self.model.at(to)
        target.nested[name] = self.model.at(path[:-1]).nested.pop(path[-1])

    def copy(self, paths: list[tuple[str, ...]], _: Any) -> None:
        path, to, name = self.pick(paths), self.pick([(), *paths]), self.pick(NAMES)
        wrong = to[: len(path)] == path or taken(self.model.at(to), name)
        self.refused(wrong, url(to), "put_folder", name, f"@{url(path)}")
        self.model.at(to).nested[name] = copy.deepcopy(self.model.at(path))

    def remove(self, paths: list[tuple[str, ...]], _: Any) -> None:
        path = self.pick(paths)
        self.shelf.write(url(path), "remove")
        del self.model.at(path[:-1]).nested[path[-1]]

    def check(self) -> None:
        assert self.shelf.albums() == self.model.albums()
        assert set(self.shelf.tree_files("Favorites")) == self.model.favorites
        check_facet(self.shelf)


def url(path: tuple[str, ...]) -> str:
    return "/".join(("Albums", *path))


def check_facet(shelf: Shelf) -> None:
    """Check that phrases know exactly the albums with photos, each with its own and those nested in it."""
    above = shelf.query(
        "WITH RECURSIVE up (album, photo) AS (SELECT album_id, photo_id FROM album_photo"
        " UNION SELECT a.parent_id, photo FROM up JOIN album a ON a.id = up.album WHERE a.parent_id <> 0)"
        " SELECT a.id, a.name, nullif(a.parent_id, 0), photo FROM up JOIN album a ON a.id = album"
    )
    values = shelf.query(
        "SELECT CAST(v.key AS INTEGER), v.name, CAST(v.parent AS INTEGER), m.photo_id FROM value v"
        " LEFT JOIN member m ON m.value_id = v.id WHERE v.facet = 'album'"
    )
    # Two albums may have one name in different places; in the facet one of them has a number.
    bare = {(id_, name.partition(" (")[0].casefold(), parent, photo) for id_, name, parent, photo in values}
    assert bare == {(id_, name.casefold(), parent, photo) for id_, name, parent, photo in above}
    assert len(values) == len(bare)


@settings(max_examples=times(8, 14), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_writes(shelf: Shelf, data: st.DataObject) -> None:
    shelf.clear()
    walk = Walk(shelf, data)
    states = [(shelf.state(), copy.deepcopy(walk.model))]
    for _ in range(data.draw(st.integers(1, 14))):
        shelf.later()  # each its own gesture
        if walk.step():
            walk.check()
            states.append((shelf.state(), copy.deepcopy(walk.model)))
    last = states[-1][0]
    while len(states) > 1:
        count = data.draw(st.integers(1, len(states) - 1))
        shelf.undo(count)
        del states[len(states) - count :]
        expected, model = states[-1]
        assert unnumbered(shelf.state()) == unnumbered(expected)
        walk.model = model
        walk.check()
    shelf.redo()
    assert unnumbered(shelf.state()) == unnumbered(last)


def unnumbered(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without the numbers by which the facet tells albums of one name apart."""
    return state | {"members": [(key, parent, photo) for key, parent, _, photo in state["members"]]}
