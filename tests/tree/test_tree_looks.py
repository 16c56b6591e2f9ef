"""/Small and /TV mirror the whole tree: the same folders, the same photos, other names and bytes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.family import make_family
from helpers.home import Home
from PIL import Image

from haven_fs.catalog import names
from haven_fs.testing import make_photo, make_video
from haven_fs.testing.looking import Look
from haven_fs.testing.reading import spellings
from haven_fs.tree.files import File
from haven_fs.tree.looks import LOOKS, SMALL, TV
from haven_fs.tree.looks import Look as TreeLook
from haven_fs.tree.nodes import Folder

Path_ = tuple[str, ...]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("looks"))
    make_family(home.root / "Family")
    add_formats(home)
    home.index()
    yield home
    home.close()


def add_formats(home: Home) -> None:
    for number, ending in enumerate(("png", "tif", "webp", "gif", "bmp")):
        image = Image.new("RGB", (300 + number, 200), (40 * number, 90, 120))
        (home.root / "formats").mkdir(exist_ok=True)
        image.save(home.root / f"formats/picture {number}.{ending}")
    make_photo(home.root / "formats/scan.JPEG", "2020-01-01 10:00:00")
    make_photo(home.root / "formats/shared.jpg", "2020-01-03 10:00:00")
    (home.root / "formats/shared.jpg").rename(home.root / "formats/shared.HEIC")
    make_photo(home.root / "formats/both.tif.jpg", "2020-01-02 10:00:00")
    Image.new("RGB", (320, 200), "teal").save(home.root / "formats/both.tif")
    make_photo(home.root / "elsewhere/picture 1.tif.jpg", "2020-01-04 10:00:00")
    make_video(home.root / "formats/film.mp4")


def walk(look: Look, path: Path_) -> Iterator[tuple[Path_, Folder]]:
    at = look.tree.locate(look.view, path)
    assert isinstance(at.node, Folder), path
    yield path, at.node
    for entry in look.tree.listing(at.node).folders:
        yield from walk(look, (*path, entry.name))


@pytest.mark.parametrize("seen", LOOKS, ids=lambda look: look.name)
def test_it_has_the_same_folders(full: Home, seen: TreeLook) -> None:
    with full.looking() as look:
        plain = {path for path, _ in walk(look, ()) if not path or path[0] not in ("Small", "TV")}
        mirrored = {path[1:] for path, _ in walk(look, (seen.name,))}
    assert mirrored == plain
    assert len(plain) > 60


@pytest.mark.parametrize("seen", LOOKS, ids=lambda look: look.name)
def test_what_is_listed_opens_and_nothing_else(full: Home, seen: TreeLook) -> None:
    count = 0
    with full.looking() as look:
        for path, folder in walk(look, (seen.name,)):
            listing = look.tree.listing(folder)
            files = [*listing.every_file()]
            given = [names.fold(file.name) for file in files]
            alike = {name for name in given if given.count(name) > 1}
            for file in files:
                for spelled in spellings(file.name) if names.fold(file.name) not in alike else (file.name,):
                    assert look.tree.resolve(look.view, (*path, spelled)) == file, (path, spelled)
                count += 1
            if listing.files is not None:
                rendered = b"".join(
                    listing.files.render(look.view.db, "%s|%d|%s|%s\n", ["xml", "size", "etag", "mime"])
                )
                said = {f"{names.xml(f.name)}|{f.size}|{f.etag}|{f.mime}" for f in listing.files.files(look.view.db)}
                assert set(rendered.decode().splitlines()) == said
            if seen is SMALL:
                assert all(file.name.lower().endswith((".jpg", ".jpeg")) for file in files if file.id), files
                assert all(0 < file.size <= 150_000 and file.mime == "image/jpeg" for file in files if file.id)
    assert count > 200


def test_names_end_in_what_they_are(full: Home) -> None:
    with full.looking() as look:

        def listed(*path: str) -> set[str]:
            node = look.tree.locate(look.view, path).node
            assert isinstance(node, Folder)
            return {file.name for file in look.tree.listing(node).every_file()}

        small = listed("Small", "Originals", "Pictures", "formats")
        tv = listed("TV", "Originals", "Pictures", "formats")
    pictures = {f"picture {number}.{ending}" for number, ending in enumerate(("png", "tif", "webp", "gif", "bmp"))}
    others = {"scan.JPEG", "both.tif.jpg", "both.tif (as JPG).jpg", "shared.HEIC.jpg"}
    assert small == {f"{name}.jpg" for name in pictures} | others | {"film.mp4.jpg"}
    assert tv == (pictures - {"picture 1.tif"}) | {"picture 1.tif.jpg", "film.mp4"} | others


def test_both_of_two_names_that_would_be_one_open(full: Home) -> None:
    with full.looking() as look:
        folder = ("Small", "Originals", "Pictures", "formats")
        real = look.tree.resolve(look.view, (*folder, "both.tif.jpg"))
        other = look.tree.resolve(look.view, (*folder, "both.tif (as JPG).jpg"))
        assert look.tree.resolve(look.view, (*folder, "both.tif")) is None
    assert isinstance(real, File) and isinstance(other, File)
    assert real.path.name == "both.tif.jpg" and other.path.name == "both.tif"


def test_a_ranked_name_is_its_own(full: Home) -> None:
    """A search puts a number before names: what is listed there is what opens."""
    with full.looking() as look:
        view = look.view
        tif = look.tree.resolve(view, ("Recent", "both.tif"))
        assert isinstance(tif, File)
        for name in ("both.tif", "001 both.tif"):
            seen = SMALL.of(view.db, replace(tif, name=name))
            assert seen is not None and seen.name == f"{name} (as JPG).jpg"
        written = SMALL.of(view.db, replace(tif, name="another.tif"))
        assert written is not None and written.name == "another.tif.jpg"


def test_there_is_no_look_within_a_look(full: Home) -> None:
    with full.looking() as look:
        assert {"Small", "TV"} <= set(look.folders(""))
        for path in (("Small", "Small"), ("Small", "TV"), ("TV", "Small"), ("Timeline", "Small")):
            assert look.tree.resolve(look.view, path) is None
            node = look.tree.locate(look.view, path[:1]).node
            assert isinstance(node, Folder)
            listed = {entry.name for entry in look.tree.listing(node).folders}
            assert not listed & {"Small", "TV"}


def test_what_is_said_of_a_photo_is_part_of_its_version(home: Home) -> None:
    home.add("a.jpg", "2020-05-04 12:00:00")
    home.index()
    before = tags(home)
    with home.catalog.write() as w:
        w.db.execute("UPDATE photo SET rating = 4")
    after = tags(home)
    assert all(before[look] != after[look] for look in ("Small",))
    assert before["TV"] == after["TV"], "a JPEG is shown as it is"
    with home.catalog.write() as w:
        w.db.execute("UPDATE photo SET caption = 'of no consequence', seq = seq + 1")
    assert tags(home) == after


def tags(home: Home) -> dict[str, str]:
    with home.looking() as look:
        found = {seen.name: look.tree.resolve(look.view, (seen.name, "Recent", "a.jpg")) for seen in (SMALL, TV)}
    assert all(isinstance(file, File) for file in found.values())
    return {name: file.etag for name, file in found.items() if isinstance(file, File)}


def test_they_can_be_turned_off(tmp_path: Path) -> None:
    with Home(tmp_path, settings={"tree.looks": False}) as home, home.looking() as look:
        assert not {"Small", "TV"} & set(look.folders(""))
        assert look.at("Small") is None
