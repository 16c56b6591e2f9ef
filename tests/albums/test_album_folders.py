"""Albums over a real catalog: making, nesting, filling and removing them, and what other folders show of it."""

import unicodedata
from collections.abc import Iterator

import pytest
from helpers.albums import Shelf

from haven_fs.catalog.history import corrections, last_gesture
from haven_fs.errors import AlreadyExists, Forbidden, Refused
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.tree.photofolders import RankedFolder
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesFolders, TakesPhotos

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 9)]


def rated(stars: int) -> bytes:
    """Return a sidecar."""
    return EMPTY.replace(b'rdf:about=""', b'rdf:about="" xmp:Rating="%d"' % stars)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Eight photos of four years; the last has five stars."""
    made = Shelf(tmp_path_factory.mktemp("shelf"))
    for number, name in enumerate(PHOTOS):
        made.add(name, f"{2018 + number // 2}-05-04 12:00:0{number}")
    for stars, name in ((5, PHOTOS[7]), (4, PHOTOS[6])):
        made.root.joinpath(f"{name}.xmp").write_bytes(rated(stars))
    made.index()
    yield made
    made.close()


@pytest.fixture
def shelf(indexed: Shelf) -> Shelf:
    """The same, with no album."""
    indexed.clear()
    return indexed


def test_abilities(shelf: Shelf) -> None:
    shelf.make("Albums/Summer")
    with shelf.opened("Albums/Summer") as album:
        for ability in (MakesFolders, Renamable, Removable, LetsGo, TakesPhotos, TakesFolders):
            assert isinstance(album, ability)
    with shelf.opened("Albums") as top:
        assert isinstance(top, MakesFolders) and isinstance(top, TakesFolders)
        assert not isinstance(top, Removable | Renamable | TakesPhotos)


def test_albums_nest_at_any_depth(shelf: Shelf) -> None:
    for path in ("Albums/Italy", "Albums/Italy/Rome", "Albums/Italy/Rome/First day"):
        shelf.make(path)
    shelf.copy(PHOTOS[0], "Albums/Italy/Rome/First day")
    shelf.copy(PHOTOS[1], "Albums/Italy")
    assert shelf.albums() == {
        "Italy": [PHOTOS[1]],
        "Italy/Rome": [],
        "Italy/Rome/First day": [PHOTOS[0]],
    }
    # What narrows an album narrows those nested in it, and phrases find them by each name above.
    assert shelf.tree_files("Albums/Italy/Timeline/2018/2018-05") == [PHOTOS[0], PHOTOS[1]]
    for name, found in (("Italy", PHOTOS[:2]), ("first day", PHOTOS[:1]), ("Rome", PHOTOS[:1])):
        assert shelf.tree_files(f"Search/\"album:'{name}'\"") == found
    assert shelf.tree_files('Search/"album:Venice"') == []
    assert len(shelf.tree_files('Albums/"IMG"')) == 2 and len(shelf.tree_files('Search/"IMG"')) == 8


def test_order_of_adding(shelf: Shelf) -> None:
    shelf.make("Albums/Summer")
    for name in (PHOTOS[3], PHOTOS[0], PHOTOS[7], PHOTOS[0]):
        shelf.copy(name, "Albums/Summer")
    assert shelf.albums() == {"Summer": [PHOTOS[3], PHOTOS[0], PHOTOS[7]]}
    shelf.take_out(PHOTOS[0], "Albums/Summer")
    shelf.undo(1)
    assert shelf.albums() == {"Summer": [PHOTOS[3], PHOTOS[0], PHOTOS[7]]}
    shelf.take_out(PHOTOS[0], "Albums/Summer")
    shelf.copy(PHOTOS[0], "Albums/Summer")
    assert shelf.albums() == {"Summer": [PHOTOS[3], PHOTOS[7], PHOTOS[0]]}


def test_a_cover_is_the_first_photo(shelf: Shelf) -> None:
    shelf.make("Albums/Summer")
    with shelf.opened("Albums/Summer") as album:
        assert album.cover() is None
    for name in (PHOTOS[3], PHOTOS[0]):
        shelf.copy(name, "Albums/Summer")
    with shelf.opened("Albums/Summer") as album:
        cover = album.cover()
        (file,) = album.listed().narrowed("o.id = ?", cover.original_id).files(album.view.db)
    assert file.name == PHOTOS[3]


def test_moving_photos_between_albums(shelf: Shelf) -> None:
    for name in ("A", "B"):
        shelf.make(f"Albums/{name}")
        shelf.copy(PHOTOS[0], f"Albums/{name}")
    shelf.copy(PHOTOS[1], "Albums/A", "best.jpg")
    assert shelf.albums() == {"A": [PHOTOS[0], "best.jpg"], "B": [PHOTOS[0]]}
    shelf.move("best.jpg", "Albums/A", "Albums/B")
    shelf.move(PHOTOS[0], "Albums/A", "Albums/B")
    assert shelf.albums() == {"A": [], "B": [PHOTOS[0], "best.jpg"]}
    shelf.move("best.jpg", "Albums/B", "Albums/A", PHOTOS[1])
    assert shelf.albums() == {"A": [PHOTOS[1]], "B": [PHOTOS[0]]}
    assert shelf.query("SELECT count(*) FROM alias") == [0]
    with pytest.raises(Refused, match="keep the names"):
        shelf.move(PHOTOS[1], "Albums/A", "Albums/A", "other.jpg")
    # From a folder that is no album nothing is taken: what writes there is asked to add.
    with shelf.opened("Timeline/2018") as year, shelf.opened("Albums/B") as album, shelf.catalog.write(by="") as w:
        assert album.move_photo(w, PHOTOS[0], shelf.file(f"Timeline/2018/{PHOTOS[0]}"), year) is False


def test_the_written_name_answers(shelf: Shelf) -> None:
    shelf.make("Albums/Summer")
    shelf.copy(PHOTOS[0], "Albums/Summer", "001 Beach.JPG")
    assert shelf.albums() == {"Summer": ["001 Beach.JPG"]}
    for name in ("001 beach.jpg", PHOTOS[0]):
        assert shelf.file(f"Albums/Summer/{name}").path.name == PHOTOS[0]
    shelf.write("Albums/Summer", "rename", "Winter")
    shelf.index()
    assert shelf.albums() == {"Winter": ["001 Beach.JPG"]}
    shelf.take_out("001 Beach.JPG", "Albums/Winter")
    assert shelf.query("SELECT count(*) FROM alias") == [0]


def test_nesting_and_back(shelf: Shelf) -> None:
    for path in ("Albums/A", "Albums/A/Inner", "Albums/B"):
        shelf.make(path)
    shelf.copy(PHOTOS[0], "Albums/A/Inner")
    shelf.write("Albums/B", "take_folder", "@Albums/A", "A")
    assert set(shelf.albums()) == {"B", "B/A", "B/A/Inner"}
    assert shelf.tree_files('Search/"album:B"') == [PHOTOS[0]]
    for target in ("Albums/B/A/Inner", "Albums/B/A", "Albums/B"):
        with pytest.raises(Refused, match="itself"):
            shelf.write(target, "take_folder", "@Albums/B", "B")
    shelf.write("Albums", "take_folder", "@Albums/B/A/Inner", "Outer")
    assert set(shelf.albums()) == {"B", "B/A", "Outer"}
    assert shelf.tree_files('Search/"album:B"') == []
    shelf.make("Albums/A")
    with pytest.raises(Refused, match="already") as refused:
        shelf.write("Albums", "take_folder", "@Albums/B/A", "a")
    assert type(refused.value) is AlreadyExists


def test_names_that_are_taken(shelf: Shelf) -> None:
    shelf.make("Albums/Ännä")
    shelf.make("Albums/Bob")
    for name in ("Ännä", "ÄNNÄ", unicodedata.normalize("NFD", "Ännä")):
        for path, what in (("Albums", "make_folder"), ("Albums/Bob", "rename")):
            with pytest.raises(Refused, match="already") as refused:
                shelf.write(path, what, name)
            assert type(refused.value) is AlreadyExists
    shelf.write("Albums/Ännä", "rename", "ÄNNÄ")
    assert set(shelf.albums()) == {"ÄNNÄ", "Bob"}
    shelf.make("Albums/Bob/Ännä")  # elsewhere it is another album's name
    shelf.write("Albums/Bob", "remove")
    shelf.make("Albums/bob")
    assert set(shelf.albums()) == {"ÄNNÄ", "bob"}


@pytest.mark.parametrize("name", ["a/b", "x" * 201, "why?", "dot.", ".hidden", ".Trash-1000", "..", "\x07bell", "a\\b"])
def test_names_that_cannot_be_are_refused_in_words(shelf: Shelf, name: str) -> None:
    shelf.make("Albums/A")
    for path, what in (("Albums", "make_folder"), ("Albums/A", "make_folder"), ("Albums/A", "rename")):
        with pytest.raises(Refused) as refused:
            shelf.write(path, what, name)
        assert type(refused.value) is Forbidden and len(refused.value.reason) > 20
    assert shelf.albums() == {"A": []}


@pytest.mark.parametrize(
    "name", ["untitled folder", "Timeline", "2019", "Undated", "O'Neil & Söhne", "%2F", "日本語", "👨‍👩‍👧‍👦", "x" * 200]
)
def test_odd_names_are_kept_as_they_are(shelf: Shelf, name: str) -> None:
    shelf.make(f"Albums/{name}")
    shelf.copy(PHOTOS[0], f"Albums/{name}")
    assert shelf.albums() == {name: [PHOTOS[0]]}
    shelf.write(f"Albums/{name}", "rename", "Plain")
    assert shelf.albums() == {"Plain": [PHOTOS[0]]}


def test_removing_an_album_leaves_the_photos(shelf: Shelf) -> None:
    for path in ("Albums/A", "Albums/A/Inner", "Albums/A/Inner/Most", "Albums/B"):
        shelf.make(path)
        shelf.copy(PHOTOS[0], path, "x.jpg")
    before = shelf.albums()
    shelf.write("Albums/A", "remove")
    assert shelf.albums() == {"B": ["x.jpg"]}
    assert PHOTOS[0] in shelf.tree_files("Timeline/2018/2018-05")
    assert shelf.query("SELECT count(*) FROM alias") == [1]
    assert shelf.query("SELECT name FROM value WHERE facet = 'album'") == ["B"]
    shelf.undo(1)
    assert shelf.albums() == before


def test_deleting_photo_by_photo_and_then_the_folder_is_one_thing(shelf: Shelf) -> None:
    for path in ("Albums/A", "Albums/A/Inner"):
        shelf.make(path)
        for name in (PHOTOS[2], PHOTOS[0], PHOTOS[1]):
            shelf.copy(name, path)
    shelf.copy(PHOTOS[4], "Albums/A/Inner", "first.jpg")
    shelf.later()
    before = shelf.state()
    shelf.take_out(PHOTOS[0], "Albums/A")
    for name in ("first.jpg", *PHOTOS[:3]):
        shelf.take_out(name, "Albums/A/Inner")
    shelf.write("Albums/A/Inner", "remove")
    for name in PHOTOS[1:3]:
        shelf.take_out(name, "Albums/A")
    shelf.write("Albums/A", "remove")
    assert shelf.albums() == {}
    with shelf.catalog.read() as db:
        gesture = last_gesture(db)
        assert [one.kind for one in corrections(db, gesture=gesture)] == ["album removed"]
        left = [one.kind for one in corrections(db) if one.undone is None]
    assert "photo taken out of album" not in left
    # The newest gesture is all there is to take back, and all comes back with it.
    shelf.undo(1)
    assert shelf.state() == before
    shelf.redo()
    assert shelf.albums() == {}


def test_what_was_taken_out_earlier_stays_out(shelf: Shelf) -> None:
    shelf.make("Albums/A")
    for name in PHOTOS[:3]:
        shelf.copy(name, "Albums/A")
    shelf.take_out(PHOTOS[0], "Albums/A")
    shelf.later()
    shelf.take_out(PHOTOS[1], "Albums/A")
    shelf.write("Albums/A", "remove")
    shelf.undo(1)
    assert shelf.albums() == {"A": [PHOTOS[1], PHOTOS[2]]}


def test_another_users_removals_are_not_part_of_it(shelf: Shelf) -> None:
    shelf.make("Albums/A")
    for name in PHOTOS[:3]:
        shelf.copy(name, "Albums/A")
    shelf.write("Albums/A", "take_out", f"@Albums/A/{PHOTOS[0]}", by="zoe")
    shelf.take_out(PHOTOS[1], "Albums/A")
    shelf.write("Albums/A", "remove")
    shelf.undo(1)
    assert shelf.albums() == {"A": [PHOTOS[1], PHOTOS[2]]}


def test_albums_in_other_folders(shelf: Shelf) -> None:
    for path in ("Albums/A", "Albums/A/Inner", "Albums/B"):
        shelf.make(path)
    shelf.copy(PHOTOS[0], "Albums/A")
    shelf.copy(PHOTOS[4], "Albums/A/Inner")
    shelf.copy(PHOTOS[4], "Albums/B")
    assert shelf.folders("Timeline/2018/Albums") == ["A"]
    assert shelf.folders("Timeline/2018/Albums/A") == []
    assert shelf.folders("Timeline/2020/Albums") == ["A", "B"]
    assert shelf.tree_files("Timeline/2020/Albums/A/Inner") == [PHOTOS[4]]
    assert shelf.tree_files("Albums/A/Albums/B") == [PHOTOS[4]]
    with shelf.opened("Timeline/2018/Albums/A") as album:
        assert not isinstance(album, Removable | MakesFolders)
    # A photo that would not show where it is put is refused; one that does is in the album.
    with pytest.raises(Refused, match="/Albums/A itself") as refused:
        shelf.copy(PHOTOS[5], "Timeline/2018/Albums/A")
    assert type(refused.value) is Forbidden
    shelf.copy(PHOTOS[1], "Timeline/2018/Albums/A")
    assert shelf.albums() == {"A": [PHOTOS[0], PHOTOS[1]], "A/Inner": [PHOTOS[4]], "B": [PHOTOS[4]]}
    shelf.take_out(PHOTOS[0], "Timeline/2018/Albums/A")
    assert shelf.albums()["A"] == [PHOTOS[1]]


def test_large_albums_split_by_date(shelf: Shelf) -> None:
    shelf.make("Albums/Big")
    for name in PHOTOS[:6]:
        shelf.copy(name, "Albums/Big")
    shelf.settings["tree.split_above"] = 5
    try:
        assert shelf.folders("Albums/Big") == ["2018", "2019", "2020"]
        assert shelf.tree_files("Albums/Big") == []
        shelf.copy(PHOTOS[6], "Albums/Big", PHOTOS[6])
        assert shelf.tree_files("Albums/Big") == [PHOTOS[6]]  # it is listed where it was written
        assert shelf.tree_files("Albums/Big/2021") == [PHOTOS[6]]
        shelf.copy(PHOTOS[7], "Albums/Big/2021", "Z.jpg")
        assert shelf.tree_files("Albums/Big/2021") == [PHOTOS[6], "Z.jpg"]
        with pytest.raises(Refused, match="into /Albums/Big itself"):
            shelf.copy(PHOTOS[7], "Albums/Big/2018")
        shelf.take_out("Z.jpg", "Albums/Big/2021")
        shelf.take_out(PHOTOS[6], "Albums/Big/2021")
        assert shelf.query("SELECT count(*) FROM alias") == [0]
        assert shelf.folders("Albums/Big") == ["2018", "2019", "2020"]
        assert shelf.file(f"Albums/Big/{PHOTOS[0]}").name == PHOTOS[0]
        # An album may have a year's name; the year's own folder then goes by another.
        shelf.make("Albums/Big/Nested")
        shelf.write("Albums/Big/Nested", "rename", "2019")
        assert shelf.folders("Albums/Big") == ["2019", "2018", "2019 (photos)", "2020"]
        assert shelf.tree_files("Albums/Big/2019") == []
        assert shelf.tree_files("Albums/Big/2019 (photos)") == PHOTOS[2:4]
        with shelf.opened("Albums/Big/2019 (photos)") as year:
            assert isinstance(year, TakesPhotos)
    finally:
        shelf.settings["tree.split_above"] = 2000


def test_a_folder_kept_as_an_album(shelf: Shelf) -> None:
    shelf.write("Albums", "put_folder", "Year", "@Timeline/2018")
    shelf.write("Albums", "put_folder", "Timeline", "@Timeline")
    assert shelf.albums() == {"Year": PHOTOS[:2], "Timeline": PHOTOS}
    shelf.write("Albums/Year", "put_folder", "On disk", "@Originals/Pictures")
    assert shelf.albums()["Year/On disk"] == PHOTOS
    for name in ("year", "YEAR"):
        with pytest.raises(Refused, match="already") as refused:
            shelf.write("Albums", "put_folder", name, "@Timeline/2018")
        assert type(refused.value) is AlreadyExists
    for path in ("Review", "Search", "Originals", "Albums"):
        with pytest.raises(Refused, match="contains no photos"):
            shelf.write("Albums", "put_folder", "X", f"@{path}")
    shelf.undo(3)
    assert shelf.albums() == {}


def test_a_ranked_folder_keeps_its_order(shelf: Shelf) -> None:
    ids = {name: shelf.file(f"Originals/Pictures/{name}").photo_id for name in PHOTOS}
    with shelf.opened("Timeline") as everything:
        assert everything.photos is not None
        ranked = RankedFolder(everything.view, everything.photos, [ids[PHOTOS[n]] or 0 for n in (5, 0, 7)])
        shelf.write("Albums", "put_folder", "Found", ranked)
    assert shelf.albums() == {"Found": [PHOTOS[5], PHOTOS[0], PHOTOS[7]]}


def test_an_album_copied(shelf: Shelf) -> None:
    for path in ("Albums/A", "Albums/A/Inner"):
        shelf.make(path)
    for name in (PHOTOS[4], PHOTOS[0]):
        shelf.copy(name, "Albums/A")
    shelf.copy(PHOTOS[1], "Albums/A/Inner")
    shelf.write("Albums", "put_folder", "B", "@Albums/A")
    original = {"A": [PHOTOS[4], PHOTOS[0]], "A/Inner": [PHOTOS[1]]}
    assert shelf.albums() == original | {"B": [PHOTOS[4], PHOTOS[0]], "B/Inner": [PHOTOS[1]]}
    shelf.undo(1)
    assert shelf.albums() == original
    for target in ("Albums/A", "Albums/A/Inner"):
        with pytest.raises(Refused, match="itself"):
            shelf.write(target, "put_folder", "C", "@Albums/A")
    # Seen from elsewhere it is what shows there.
    shelf.write("Albums", "put_folder", "Of 2018", "@Timeline/2018/Albums/A")
    assert shelf.albums() == original | {"Of 2018": [PHOTOS[0]], "Of 2018/Inner": [PHOTOS[1]]}


def test_a_folder_that_is_no_album_moved_in_stays_and_is_kept(shelf: Shelf) -> None:
    shelf.write("Albums", "take_folder", "@Timeline/2018", "Year")
    assert shelf.albums() == {"Year": PHOTOS[:2]} and shelf.tree_files("Timeline/2018/2018-05") == PHOTOS[:2]
    with pytest.raises(Refused, match="originals"):
        shelf.write("Albums", "take_folder", "@Originals/Pictures", "X")


def test_favorites(shelf: Shelf) -> None:
    assert shelf.tree_files("Favorites") == [PHOTOS[7]]
    shelf.write("Favorites", "put_photo", "mine.jpg", f"@Timeline/2018/{PHOTOS[0]}")
    assert shelf.tree_files("Favorites") == [PHOTOS[7], "mine.jpg"]
    assert shelf.tree_files("Timeline/2018/Favorites") == ["mine.jpg"]
    shelf.write("Favorites", "take_out", f"@Favorites/{PHOTOS[7]}")
    shelf.write("Favorites", "take_out", "@Favorites/mine.jpg")
    assert shelf.tree_files("Favorites") == []
    shelf.undo(2)
    assert shelf.tree_files("Favorites") == [PHOTOS[7], "mine.jpg"]
    with shelf.opened("Favorites") as favorites:
        assert not isinstance(favorites, Removable | Renamable | TakesFolders)
    with pytest.raises(Refused, match="would not be among"):
        shelf.write("Timeline/2018/Favorites", "put_photo", PHOTOS[5], f"@Timeline/2020/{PHOTOS[5]}")


def test_versions_move_with_every_write(shelf: Shelf) -> None:
    steps = (
        ("Albums", "make_folder", "A"),
        ("Albums/A", "make_folder", "Inner"),
        ("Albums/A/Inner", "put_photo", PHOTOS[0], f"@Timeline/{PHOTOS[0]}"),
        ("Albums/A/Inner", "put_photo", "other.jpg", f"@Timeline/{PHOTOS[1]}"),
        ("Albums/A/Inner", "rename", "Most"),
        ("Albums/A/Most", "take_out", f"@Albums/A/Most/{PHOTOS[0]}"),
        ("Albums", "make_folder", "B"),
        ("Albums/B", "take_folder", "@Albums/A/Most", "Most"),
        ("Albums", "put_folder", "C", "@Albums/B"),
        ("Albums/B", "remove"),
    )
    seen = {str(shelf.stamps("Albums"))}
    for number, step in enumerate(steps, 1):
        shelf.write(*step)
        stamps = shelf.stamps("Albums")
        seen.add(str(stamps[""]))
        assert len(seen) == number + 1, step
    for number in range(len(steps)):
        shelf.undo(1)
        seen.add(str(shelf.stamps("Albums")[""]))
        assert len(seen) > len(steps) + 1 + number // 2
