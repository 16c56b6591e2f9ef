"""What is done through the tree while a walk runs: the walk, whose listings are older, takes none of it back."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from helpers.home import Home

from haven_fs.analysis.scan import Scan
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.libraries import set_writable
from haven_fs.errors import DiskFailed
from haven_fs.library.walk import Listing
from haven_fs.tree.disk.filing import Filing
from haven_fs.tree.disk.place import DiskPlace, make_folder

Act = Callable[[], object]


class Interrupted(Scan):
    """A walk during which something is done: before the disk is looked at, and when the root was listed."""

    def during(self, before: Act, after: Act, only: Collection[str] | None) -> None:
        self._before, self._after = before, after
        self.run(only)

    def _listings(self, only: Collection[str] | None, known: set[bytes]) -> Iterator[Listing]:
        self._before()
        for listing in super()._listings(only, known):
            if listing.path == "":
                self._after()
            yield listing


class Concluding(Scan):
    """A walk during which something is done before it begins to look, and when it is about to conclude."""

    def during(self, before: Act, late: Act, only: Collection[str] | None) -> None:
        self._before, self._late = before, late
        self.run(only)

    def _listings(self, only: Collection[str] | None, known: set[bytes]) -> Iterator[Listing]:
        self._before()
        return super()._listings(only, known)

    def _conclude(self, *arguments: Any, **options: Any) -> int:
        self._late()
        return super()._conclude(*arguments, **options)


class Writing:
    """A writable library with a folder `Trip`, and what a provider does in it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.add("Trip/1.jpg")
        home.add("2.jpg")
        home.index()
        with home.catalog.write() as w:
            set_writable(w, "Pictures", writable=True)
        self.library = home.library()
        self.filing = Filing(lambda: home.catalog.write(by="me"), lambda _: None)

    def at(self, path: str) -> DiskPlace:
        return DiskPlace(self.library, path)

    def make(self, path: str) -> None:
        with self.home.catalog.write() as w:
            make_folder(w, self.at(path))

    def walk(self, only: Collection[str] | None, *, before: Act = lambda: None, after: Act = lambda: None) -> None:
        Interrupted(self.home.catalog, self.library).during(before, after, only)

    def folders(self) -> set[str]:
        return {path.decode() for path in self.home.query("SELECT path FROM dir WHERE gone IS NULL AND path <> x''")}


@pytest.fixture
def writing(home: Home) -> Writing:
    return Writing(home)


ALL_OR_ROOT = pytest.mark.parametrize("only", [None, {""}])


@ALL_OR_ROOT
def test_a_folder_that_is_made_again_stays(writing: Writing, only: set[str] | None) -> None:
    trip = writing.at("Trip")
    writing.walk(only, before=lambda: writing.filing.remove(trip), after=lambda: writing.make("Trip"))
    assert writing.folders() == {"Trip"}
    assert set(writing.home.seen()) == {"2.jpg"}


@ALL_OR_ROOT
def test_a_folder_that_is_made_again_at_the_moment_of_the_walk_stays(writing: Writing, only: set[str] | None) -> None:
    with writing.home.catalog.write() as w:  # so that nothing but a change moves the clock on
        w.db.execute("UPDATE photo SET seq = seq")
        w.seq += 3_600_000
    remove, make = (lambda: writing.filing.remove(writing.at("Trip"))), (lambda: writing.make("Trip"))
    Concluding(writing.home.catalog, writing.library).during(remove, make, only)
    assert writing.folders() == {"Trip"}


@ALL_OR_ROOT
def test_a_folder_that_is_removed_stays_so(writing: Writing, only: set[str] | None) -> None:
    writing.make("Trip/Inner")
    writing.walk(only, after=lambda: writing.filing.remove(writing.at("Trip")))
    assert writing.folders() == set()
    assert set(writing.home.seen()) == {"2.jpg"}


@ALL_OR_ROOT
def test_files_that_are_moved_or_removed_leave_no_ghost(writing: Writing, only: set[str] | None) -> None:
    writing.home.add("3.jpg")
    writing.home.index()

    def after() -> None:
        writing.filing.move(writing.at("2.jpg"), writing.at("Trip/moved.jpg"))
        writing.filing.remove(writing.at("3.jpg"))

    before = writing.home.seen()
    writing.walk(only, after=after)
    seen = writing.home.seen()
    assert set(seen) == {"Trip/1.jpg", "Trip/moved.jpg"}
    assert seen["Trip/moved.jpg"].id == before["2.jpg"].id


class Fooled(Scan):
    """A walk that looks at the disk while something is done there that is then undone, since it cannot be written."""

    def during(self, act: Callable[[Filing], object], only: Collection[str] | None) -> None:
        self._act = act
        self.run(only)

    def _listings(self, only: Collection[str] | None, known: set[bytes]) -> Iterator[Listing]:
        listings: list[Listing] = []

        @contextmanager
        def failing() -> Iterator[Writer]:
            with self.catalog.write(by="me") as w:
                yield w
                listings.extend(super(Fooled, self)._listings(only, known))
                raise DiskFailed("The disk failed.")

        with pytest.raises(DiskFailed):
            self._act(Filing(failing, lambda _: None))
        yield from listings


@pytest.mark.parametrize("only", [None, {"", "Trip"}])
@pytest.mark.parametrize(
    "act",
    [
        lambda filing, at: filing.remove(at("2.jpg")),
        lambda filing, at: filing.remove(at("Trip")),
        lambda filing, at: filing.move(at("2.jpg"), at("Trip/moved.jpg")),
        lambda filing, at: filing.move(at("Trip/1.jpg"), at("moved.jpg")),
        lambda filing, at: filing.move(at("Trip"), at("Moved")),
    ],
    ids=["file removed", "folder removed", "file moved", "file moved up", "folder moved"],
)
def test_what_was_undone_was_never_there(
    writing: Writing, act: Callable[[Filing, Callable[[str], DiskPlace]], object], only: set[str] | None
) -> None:
    before = writing.home.seen()
    Fooled(writing.home.catalog, writing.library).during(lambda filing: act(filing, writing.at), only)
    assert writing.home.seen() == before
    assert writing.folders() == {"Trip"}


@pytest.mark.parametrize("name", ["Trip/other.txt", "Trip/new.txt.bak", "new.txt"])
def test_what_was_found_and_moved_before_it_is_known(writing: Writing, name: str) -> None:
    """A program moves aside what the walk has just found: it is where it went, and not what came to its place."""
    new, to = writing.at("Trip/new.txt"), writing.at(name)
    ids: list[int] = []

    def come() -> None:
        new.on_disk.write_text("new")

    def move() -> None:
        ids.append(writing.home.seen()["Trip/new.txt"].id)
        writing.filing.move(new, to)

    Concluding(writing.home.catalog, writing.library).during(come, move, None)
    assert set(writing.home.seen()) == {"Trip/1.jpg", "2.jpg", name}
    assert [writing.home.seen()[name].id] == ids
