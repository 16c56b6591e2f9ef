"""What is done through the tree while a walk runs: the walk, whose listings are older, takes none of it back."""

from collections.abc import Callable, Collection, Iterator

import pytest
from helpers.home import Home

from haven_fs.analysis.scan import Scan
from haven_fs.catalog.libraries import set_writable
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
