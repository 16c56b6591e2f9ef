"""The folders of searches, over a real catalog and by words alone: what is made, asked, renamed, and put there."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from looking import Look, looking

from haven_fs.errors import AlreadyExists, Forbidden, Refused, UnsupportedType
from haven_fs.testing import check_reading, jpeg
from haven_fs.tree.nodes import Folder
from haven_fs.tree.writes import MakesFolders, Removable, Renamable, TakesFiles, Upload

PARIS = (48.8584, 2.2945)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("searched"))
    made.add("IMG_2041.jpg", "2019-07-01 12:00:00", position=PARIS, caption="The red dog on the beach")
    made.add("IMG_2042.jpg", "2020-07-01 12:00:00", position=PARIS, caption="A dog in the park")
    made.add("IMG_2043.jpg", "2020-08-01 12:00:00", caption="Beach with no animal")
    made.add("001 odd name.jpg", "2018-08-01 12:00:00", caption="A dog at home")
    made.add("plain.jpg", "2021-01-01 12:00:00")
    made.index()
    yield made
    made.close()


def make(home: Home, name: str) -> None:
    with looking(home) as look, home.catalog.write() as w:
        folder = look.folder("Search")
        assert isinstance(folder, MakesFolders)
        folder.make_folder(w, name)


def change(home: Home, name: str, to: str | None = None) -> None:
    with looking(home) as look, home.catalog.write() as w:
        folder = look.folder(f"Search/{name}")
        if to is None:
            assert isinstance(folder, Removable)
            folder.remove(w)
        else:
            assert isinstance(folder, Renamable)
            folder.rename(w, to)


@pytest.fixture
def made(home: Home) -> Iterator[Home]:
    """The same home, with no search kept at the end."""
    yield home
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM made")
        w.db.execute("DELETE FROM dropped")


def files(look: Look, path: str) -> list[str]:
    return list(look.files(path))


def test_what_is_not_made_is_not_there(made: Home) -> None:
    with looking(made) as look:
        for name in ("dog", "untitled folder", "New folder", "dog on beach", "Like x"):
            assert look.at(f"Search/{name}") is None


def test_a_search_is_kept_asked_again_and_forgotten(made: Home) -> None:
    make(made, "dog")
    with looking(made) as look:
        assert look.folders("Search") == ["dog"]
        found = {name[4:] for name in files(look, "Search/DOG")}
        assert found == {"IMG_2041.jpg", "IMG_2042.jpg", "001 odd name.jpg"}
    change(made, "dog", "beach")
    with looking(made) as look:
        assert look.folders("Search") == ["beach"]
        assert look.at("Search/dog") is None
        assert sorted(name[4:] for name in files(look, "Search/beach")) == ["IMG_2041.jpg", "IMG_2043.jpg"]
    change(made, "beach")
    with looking(made) as look:
        assert look.folders("Search") == []


def test_ranks_begin_names_and_any_rank_opens_a_photo(made: Home) -> None:
    make(made, "dog")
    with looking(made) as look:
        listed = files(look, "Search/dog")
        assert [name[:4] for name in listed] == ["001 ", "002 ", "003 "]
        for name in ("001 IMG_2041.jpg", "003 IMG_2041.jpg", "7 img_2041.JPG", "IMG_2041.jpg"):
            found = look.at(f"Search/dog/{name}")
            assert found is not None and not isinstance(found, Folder), name
            assert found.name.endswith(" IMG_2041.jpg")
        odd = next(name for name in listed if name.endswith("odd name.jpg"))
        assert look.at(f"Search/dog/{odd}").name == odd  # type: ignore[union-attr]
        assert look.at("Search/dog/001 odd name.jpg").name == odd  # type: ignore[union-attr]
        assert look.at("Search/dog/001 plain.jpg") is None


def test_a_phrase_that_is_all_filters_is_not_ranked(made: Home) -> None:
    make(made, "Paris 2019")
    with looking(made) as look:
        assert files(look, "Search/Paris 2019") == ["IMG_2041.jpg"]


@pytest.mark.parametrize(
    "path",
    ['"dog"', 'Search/"dog"', "Search/=dog", "Search/“dog”", "Search/«dog»", 'Timeline/2020/"dog"', 'Review/"dog"'],
)
def test_a_quoted_phrase_is_answered_anywhere(home: Home, path: str) -> None:
    with looking(home) as look:
        found = {name[4:] for name in files(look, path)}
        in_2020 = {"IMG_2042.jpg"}
        assert found == (in_2020 if "2020" in path else {"IMG_2041.jpg", "IMG_2042.jpg", "001 odd name.jpg"})
        assert path.rpartition("/")[2] not in look.folders(path.rpartition("/")[0])


def test_a_quoted_phrase_narrows_and_is_narrowed(home: Home) -> None:
    with looking(home) as look:
        assert files(look, 'Places/Paris/"dog"/Timeline/2020/2020-07') == ["IMG_2042.jpg"]
        assert [name[4:] for name in files(look, 'Places/Paris/"beach"')] == ["IMG_2041.jpg"]
        assert [name[4:] for name in files(look, '"dog"/"beach"')] == ["IMG_2041.jpg"]


def test_a_quoted_phrase_in_originals_is_about_that_folder(made: Home) -> None:
    made.add("Sub/IMG_3001.jpg", "2020-08-01 12:00:00", caption="A dog below")
    made.index()
    with looking(made) as look:
        assert [name[4:] for name in files(look, 'Originals/Pictures/Sub/"dog"')] == ["IMG_3001.jpg"]
        assert len(files(look, 'Originals/Pictures/"dog"')) == 4
    (made.root / "Sub/IMG_3001.jpg").unlink()
    (made.root / "Sub").rmdir()
    made.index(accept_missing=True)


@pytest.mark.parametrize("path", ['""', '"', "=", "Search/dog", "dog", 'Nothing/"dog"', "“dog"])
def test_what_is_not_quoted_is_no_phrase(home: Home, path: str) -> None:
    with looking(home) as look:
        assert look.at(path) is None


def test_how_a_phrase_was_understood_can_be_read(made: Home) -> None:
    make(made, "dog Paris 2019")
    make(made, "zebra")
    with looking(made) as look:
        (about,) = look.folder("Search/dog Paris 2019").texts()
        assert about.name == "About this search.txt"
        assert "Paris" in about.text and "2019" in about.text and "dog" in about.text
        (nothing,) = look.folder("Search/zebra").texts()
        assert nothing.name == "Nothing found.txt"
        assert files(look, "Search/zebra") == []


@pytest.mark.parametrize("name", ["untitled folder", "New folder", "New folder (2)", "Neuer Ordner", "Nouveau dossier"])
def test_an_unnamed_folder_asks_nothing(made: Home, name: str) -> None:
    make(made, name)
    with looking(made) as look:
        folder = look.folder(f"Search/{name}")
        assert folder.files() is None
        assert "dog on beach" in folder.texts()[0].text
    change(made, name, "dog")
    with looking(made) as look:
        assert len(files(look, "Search/dog")) == 3


@pytest.mark.parametrize("name", ["._dog", ".DS_Store", "Thumbs.db", "desktop.ini", "a\x01b", " ", "x" * 256])
def test_names_that_are_no_search_are_refused(made: Home, name: str) -> None:
    with pytest.raises(Refused) as refused:
        make(made, name)
    assert type(refused.value) is Forbidden
    assert refused.value.reason.endswith(".")


def test_two_searches_do_not_share_a_name(made: Home) -> None:
    make(made, "Dog")
    with pytest.raises(Refused) as refused:
        make(made, "dog")
    assert type(refused.value) is AlreadyExists
    make(made, "beach")
    with pytest.raises(Refused):
        change(made, "beach", "DOG")
    change(made, "Dog", "dog")  # by case it is still its own
    with looking(made) as look:
        assert look.folders("Search") == ["beach", "dog"]


def put(home: Home, name: str, path: Path) -> None:
    with looking(home) as look, home.catalog.write() as w:
        folder = look.folder("Search")
        assert isinstance(folder, TakesFiles)
        folder.put_file(w, name, Upload(path, path.stat().st_size))


def test_a_picture_is_kept_and_a_copy_of_a_photo_only_noted(made: Home, tmp_path: Path) -> None:
    other = Home(tmp_path)
    strange = other.add("strange.jpg", size=(80, 60))
    other.close()
    content = strange.read_bytes()
    put(made, "x.jpg", strange)
    copy = tmp_path / "copy.jpg"
    copy.write_bytes((made.root / "IMG_2041.jpg").read_bytes())
    put(made, "mine.jpg", copy)
    with looking(made) as look:
        listed = {extra.name: extra for extra in look.folder("Search").extras()}
        assert listed["x.jpg"].path.read_bytes() == content
        assert listed["mine.jpg"].path == made.root.resolve() / "IMG_2041.jpg"
        assert look.folders("Search") == ["Like mine", "Like x"]
        assert "model" in look.folder("Search/Like x").texts()[0].text
        assert look.at("Search/X.JPG") == listed["x.jpg"]
    change(made, "Like x")
    with looking(made) as look:
        assert [extra.name for extra in look.folder("Search").extras()] == ["mine.jpg"]
        assert look.folders("Search") == ["Like mine"]


def test_what_is_no_picture_is_not_taken(made: Home, tmp_path: Path) -> None:
    text = tmp_path / "x.jpg"
    text.write_text("No picture at all.")
    with pytest.raises(Refused) as refused:
        put(made, "x.jpg", text)
    assert type(refused.value) is UnsupportedType


def test_the_conformance_suite(made: Home, tmp_path: Path) -> None:
    for name in ("dog", "Paris 2020", "zebra", "New folder", "dog: beach?"):
        make(made, name)
    picture = tmp_path / "p.jpg"
    picture.write_bytes((made.root / "plain.jpg").read_bytes() + b"\0")
    put(made, "p.jpg", picture)
    with looking(made) as look:
        assert check_reading(look, "Search", portable=False) >= 4
        check_reading(look, 'Places/Paris/"dog"', portable=False)


def test_a_large_answer_is_split_by_date_and_keeps_its_ranks(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(made.settings, "tree.split_above", 2)
    make(made, "dog")
    with looking(made) as look:
        assert look.folders("Search/dog") == ["2018", "2019", "2020"]
        assert [name[:3] for name in files(look, "Search/dog")] == ["001", "002"]
        names = [name for year in look.folders("Search/dog") for name in files(look, f"Search/dog/{year}")]
        assert sorted(name[:3] for name in names) == ["001", "002", "003"]
        check_reading(look, "Search/dog", portable=False)
    with made.catalog.write() as w:
        w.db.execute("DELETE FROM split")


def test_the_bytes_of_a_picture_outlive_what_is_not_committed(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haven_search.dropped._FORGOTTEN_AFTER", 1.0)
    for name in ("one.jpg", "two.jpg"):
        made.put(f"Search/{name}", jpeg(name))
    with looking(made) as look:
        one, two = (extra.path for extra in look.folder("Search").extras())
    time.sleep(1.2)  # so that both are old
    with pytest.raises(KeyError), looking(made) as look, made.catalog.write(by="") as w:
        folder = look.folder("Search")
        assert isinstance(folder, TakesFiles)
        for name in ("one.jpg", "two.jpg"):
            folder.remove_file(w, name)
        raise KeyError
    assert one.exists() and two.exists(), "nothing was committed"
    made.delete("Search/one.jpg")
    made.undo(made.said()[0].id)
    with looking(made) as look:
        assert [extra.path for extra in look.folder("Search").extras()] == [one, two]
    made.delete("Search/one.jpg")
    time.sleep(1.2)
    made.delete("Search/two.jpg")
    assert two.exists() and not one.exists(), "it is erased in the end"
