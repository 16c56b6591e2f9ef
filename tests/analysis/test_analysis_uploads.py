"""Uploads without a server: where they go, what they are taken for, and how they get along with a walk."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home

from haven_fs.analysis.at_once import AtOnce
from haven_fs.analysis.scan import Scan
from haven_fs.catalog.libraries import add_inbox, add_library, all_libraries, find_inbox, remove_library
from haven_fs.errors import Forbidden, Refused, Unavailable, UnsupportedType, UserError
from haven_fs.library.walk import Listing
from haven_fs.testing import make_photo
from haven_fs.tree.actions import Actions
from haven_fs.tree.disk.dated import wrong_template
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.disk.uploads import Stored, Uploads


class Receiving:
    """A home with an inbox, and uploads to it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.home = Home(folder, settings=settings)
        self.home.add("known.jpg")
        self.home.index()
        self.inbox = folder / "Inbox"
        add_inbox(self.home.catalog, self.inbox, self.home.data)
        self.uploads = self.another()
        self.new = folder / "new"

    def another(self) -> Uploads:
        self.at_once = AtOnce(self.home.catalog, self.home.plugins, self.home.settings)
        return Uploads(self.home.catalog, self.home.settings, self.at_once)

    def place(self, below: str = "") -> DiskPlace:
        """Return a folder in the inbox."""
        with self.home.catalog.read() as db:
            inbox = find_inbox(db)
        assert inbox is not None
        return DiskPlace(inbox, below)

    def send(self, name: str, data: bytes, below: str = "", *, over: bool = False) -> Stored:
        draft = self.draft = self.uploads.begin(self.place(below), len(data))
        draft.write(data)
        draft.finish()
        try:
            target, changing = self.place(below).child(name), self.home.catalog.write
            return self.uploads.store(draft, target, over=over, link=True, changing=changing)
        finally:
            draft.discard()

    def send_by_date(self, name: str, data: bytes, mtime: float | None = None) -> Stored:
        draft = self.uploads.begin(None, None)
        draft.write(data)
        draft.finish(mtime)
        try:
            return self.uploads.store_by_date(draft, name)
        finally:
            draft.discard()

    def picture(self, name: str, taken: str | None = "2021-05-04 12:00:00") -> bytes:
        return make_photo(self.new / name, taken).read_bytes()

    def there(self) -> list[str]:
        return sorted(path.relative_to(self.inbox).as_posix() for path in self.inbox.rglob("*") if path.is_file())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Receiving]:
    receiving = Receiving(tmp_path)
    yield receiving
    receiving.home.close()


def test_what_was_stored_is_a_photo(house: Receiving) -> None:
    stored = house.send("a.jpg", house.picture("a.jpg"))
    assert stored.is_new
    seen = house.home.seen(house.inbox)["a.jpg"]
    assert seen.id == stored.original_id
    assert (seen.name, seen.role, seen.shown) == ("a.jpg", "main", True)
    # The rest is due, and the walk finds nothing that is new to it.
    house.home.indexer().walk()
    assert house.home.seen(house.inbox)["a.jpg"] == seen
    house.home.index()
    assert house.home.seen(house.inbox)["a.jpg"] == seen


def test_dates_make_folders(house: Receiving) -> None:
    house.send_by_date("a.jpg", house.picture("1.jpg", "2001-02-03 04:05:06"))
    house.send_by_date("a.jpg", house.picture("2.jpg", "2001-02-09 04:05:06"))
    house.send_by_date("IMG_20030405_060708.jpg", house.picture("3.jpg", None))
    house.send_by_date("undated.jpg", house.picture("4.jpg", None), 1600000000)
    house.send_by_date("a:b?.jpg", house.picture("5.jpg", "2001-02-03 04:05:06"))
    assert house.there() == [
        "2001/2001-02/a (2).jpg",
        "2001/2001-02/a.jpg",
        "2001/2001-02/a_b_.jpg",
        "2003/2003-04/IMG_20030405_060708.jpg",
        "2020/2020-09/undated.jpg",
    ]


@pytest.mark.parametrize(
    "template",
    ["", "/", "{year", "{week}", "{}", "../{year}", ".{year}", "{year}/con", "{year:x}", "a:b", "/a", "a//b"],
)
def test_a_template_that_makes_no_folder_is_refused(template: str) -> None:
    assert wrong_template(template) is not None


@pytest.mark.parametrize("template", ["{year}", "Phone/{year}-{month}/{day}/", "Uploads", "{{year}}"])
def test_a_template_that_makes_one_is_taken(template: str) -> None:
    assert wrong_template(template) is None


def test_the_template_is_the_owners(tmp_path: Path) -> None:
    house = Receiving(tmp_path, **{"inbox.template": "Phone/{year}/{month}/{day}"})
    house.send_by_date("a.jpg", house.picture("a.jpg"))
    assert house.there() == ["Phone/2021/05/04/a.jpg"]
    house.home.close()


def test_a_photo_of_another_library_is_not_stored(house: Receiving) -> None:
    data = (house.home.root / "known.jpg").read_bytes()
    known = house.home.seen()["known.jpg"].id
    assert house.send("mine.jpg", data) == Stored(known, False)
    assert house.send_by_date("mine.jpg", data) == Stored(known, False)
    # One that nobody has looked into yet is known all the same.
    make_photo(house.home.root / "fresh.jpg")
    house.home.indexer().walk()
    fresh = (house.home.root / "fresh.jpg").read_bytes()
    assert house.send("fresh.jpg", fresh) == Stored(house.home.seen()["fresh.jpg"].id, False)
    assert house.home.seen()["fresh.jpg"].shown
    # What is listed and gone from the disk is no reason not to keep it.
    (house.home.root / "known.jpg").unlink()
    assert house.send("again.jpg", data).is_new
    assert house.there() == ["again.jpg"]


def test_what_was_deleted_and_comes_again_is_the_photo_it_was(house: Receiving) -> None:
    data = (house.home.root / "known.jpg").read_bytes()
    before = house.home.seen()["known.jpg"]
    make_photo(house.home.root / "stays.jpg")
    (house.home.root / "known.jpg").unlink()
    house.home.index()
    assert house.send("x.jpg", data) == Stored(before.id, True)
    after = house.home.seen(house.inbox)["x.jpg"]
    assert (after.id, after.photo, after.name) == (before.id, before.photo, before.name)


def test_what_is_withdrawn_leaves_nothing(house: Receiving) -> None:
    stored = house.send("a.jpg", house.picture("a.jpg"))
    house.uploads.withdraw(stored.original_id, house.draft)
    assert house.there() == []
    assert house.home.seen(house.inbox) == {}
    assert house.home.query("SELECT count(*) FROM photo WHERE shown = 1") == [1]
    with pytest.raises(Refused) as told:
        house.send_by_date("x.jpg", b"\xff\xd8\xff\xe0 damaged")
    assert type(told.value) is UnsupportedType
    assert house.there() == []


def test_what_somebody_else_has_put_there_since_is_not_withdrawn(house: Receiving) -> None:
    stored = house.send("a.jpg", house.picture("a.jpg"))
    mine, other = house.draft, house.picture("b.jpg")
    house.send("a.jpg", other, over=True)
    house.uploads.withdraw(stored.original_id, mine)
    assert (house.inbox / "a.jpg").read_bytes() == other
    assert list(house.home.seen(house.inbox)) == ["a.jpg"]


class MovesFirst(AtOnce):
    """Catalogues a file just after somebody has moved its folder."""

    def __init__(self, home: Home) -> None:
        super().__init__(home.catalog, home.plugins, home.settings)
        self.home = home

    def put(self, *arguments: Any) -> int:
        self.home.move("/Inbox/Trip", "/Inbox/Lake")
        return super().put(*arguments)


def test_a_file_whose_folder_is_moved_as_it_comes_is_refused_and_not_there(house: Receiving) -> None:
    (house.inbox / "Trip").mkdir()
    house.home.index()
    house.uploads = Uploads(house.home.catalog, house.home.settings, MovesFirst(house.home))
    with pytest.raises(FileNotFoundError):
        house.send("a.jpg", house.picture("a.jpg"), "Trip")
    assert [path for path in house.there() if not path.startswith("Lake/.haven-part-")] == []
    assert house.home.seen(house.inbox) == {}
    assert house.home.list("/Inbox") == ["Lake/"]


def test_files_that_come_at_one_moment_have_tags_of_their_own(house: Receiving) -> None:
    tree = house.home.tree()
    actions = Actions(tree)
    with ExitStack() as stack:
        incoming = []
        for number in range(20):
            put = actions.decide(lambda view, name=f"{number}.txt": actions.put(tree.locate(view, ["Inbox", name])))  # type: ignore[misc]
            incoming.append(stack.enter_context(actions.receive(put, 2)))
        for number, one in enumerate(incoming):
            one.write(b"%02d" % number)
        stored = [one.finish().stored for one in incoming]
    assert len({file.etag for file in stored if file is not None}) == 20


class MovesOver(AtOnce):
    """Looks into a file just after somebody has moved another over it."""

    def __init__(self, home: Home) -> None:
        super().__init__(home.catalog, home.plugins, home.settings)
        self.home = home

    def look(self, original_id: int) -> None:
        self.home.move("/Inbox/theirs.txt", "/Inbox/a.txt")
        super().look(original_id)


def test_a_sender_is_not_told_the_tag_of_what_took_its_files_place(house: Receiving) -> None:
    house.home.put("/Inbox/theirs.txt", b"theirs")
    assert house.home.put("/Inbox/a.txt", b"mine").stored is not None
    tree = house.home.tree()
    tree.uploads = Uploads(house.home.catalog, house.home.settings, MovesOver(house.home))
    actions = Actions(tree)
    put = actions.decide(lambda view: actions.put(tree.locate(view, ["Inbox", "a.txt"])))
    with actions.receive(put, 5) as incoming:
        incoming.write(b"again")
        assert incoming.finish().stored is None
    assert (house.inbox / "a.txt").read_bytes() == b"theirs"


def test_an_inbox_whose_disk_is_away_takes_nothing(house: Receiving) -> None:
    house.send("a.jpg", house.picture("a.jpg"))
    house.inbox.rename(house.inbox.with_name("elsewhere"))
    with pytest.raises(Refused) as told:
        house.send("b.jpg", b"abc")
    assert type(told.value) is Unavailable
    assert not house.inbox.exists()
    # The empty folder that a disk is mounted on must not fill up.
    house.inbox.mkdir()
    with house.home.catalog.write() as w:
        w.db.execute("UPDATE library SET away = 'It is away.', device = -1 WHERE inbox = 1")
    with pytest.raises(Refused, match="It is away"):
        house.send("b.jpg", b"abc")
    assert house.there() == []


def test_there_is_one_inbox(house: Receiving, tmp_path: Path) -> None:
    catalog, data = house.home.catalog, house.home.data
    for folder in (house.home.root, house.home.root / "below", house.inbox / "below", tmp_path, data, data / "below"):
        with pytest.raises(UserError):
            add_inbox(catalog, folder, data)
        assert folder.name != "below" or not folder.exists()
    again = add_inbox(catalog, house.inbox, data)
    other = add_inbox(catalog, tmp_path / "Other", data)
    with catalog.read() as db:
        assert [library.id for library in all_libraries(db) if library.inbox] == [other.id]
        assert next(library for library in all_libraries(db) if library.id == again.id).writable
    # The one before it may be it again; one that is forgotten is none.
    assert add_inbox(catalog, house.inbox, data).id == again.id
    remove_library(catalog, again.name)
    with catalog.read() as db:
        assert find_inbox(db) is None
    assert not add_library(catalog, house.inbox, data).inbox


class Interrupted(Scan):
    """A walk during which something happens: after a folder was listed, before the catalog is told."""

    def during(self, happening: Callable[[], object]) -> "Interrupted":
        self._happening: Callable[[], object] | None = happening
        return self

    def _listings(self, only: Collection[str] | None, known: set[bytes]) -> Iterator[Listing]:
        for listing in super()._listings(only, known):
            if self._happening is not None:
                happening, self._happening = self._happening, None
                happening()
            yield listing


@pytest.mark.parametrize("only", [None, {""}])
def test_a_walk_that_listed_before_an_upload_leaves_it_alone(house: Receiving, only: set[str] | None) -> None:
    first, second = house.picture("1.jpg"), house.picture("2.jpg")
    house.send("over.jpg", first)

    def happens() -> None:
        house.send("a.jpg", house.picture("a.jpg"))
        house.send("over.jpg", second, over=True)
        (house.inbox / "Trip").mkdir()
        house.send("b.jpg", house.picture("b.jpg"), "Trip")

    with house.home.catalog.read() as db:
        inbox = find_inbox(db)
    assert inbox is not None
    Interrupted(house.home.catalog, inbox).during(happens).run(only)
    seen = house.home.seen(house.inbox)
    assert {path: (file.shown, file.shown_as) for path, file in seen.items()} == {
        "a.jpg": (True, "a.jpg"),
        "over.jpg": (True, "over.jpg"),
        "Trip/b.jpg": (True, "b.jpg"),
    }
    assert (house.inbox / "over.jpg").read_bytes() == second
    sizes = dict(house.home.query("SELECT file, size FROM original WHERE gone IS NULL"))
    assert sizes[b"over.jpg"] == len(second)
    house.home.index()
    assert house.home.seen(house.inbox) == seen
    # A look that comes later finds what happens on the disk.
    (house.inbox / "a.jpg").unlink()
    shutil.rmtree(house.inbox / "Trip")
    house.home.index(accept_missing=True)
    assert set(house.home.seen(house.inbox)) == {"over.jpg"}
    assert house.home.query("SELECT path FROM dir WHERE gone IS NULL AND path <> x''") == []


def test_a_file_that_the_walk_finds_first_is_one_photo(house: Receiving) -> None:
    data = house.picture("a.jpg")
    (house.inbox / "a.jpg").write_bytes(data)
    with house.home.catalog.read() as db:
        inbox = find_inbox(db)
    assert inbox is not None
    Scan(house.home.catalog, inbox).run({""})
    stored = house.at_once.put(inbox, lambda _: house.inbox / "a.jpg")
    house.home.index()
    assert house.home.seen(house.inbox)["a.jpg"].id == stored
    assert house.home.query("SELECT count(*) FROM photo WHERE shown = 1") == [2]


def test_what_a_walk_would_not_show_is_not_taken(house: Receiving) -> None:
    (house.inbox / ".havenignore").write_text("*.raw\n")
    for name in (".x.jpg", "x.raw", "x.part", "Thumbs.db"):
        with pytest.raises(Refused) as told:
            house.send(name, b"abc")
        assert type(told.value) is Forbidden
    assert house.there() == [".havenignore"]
