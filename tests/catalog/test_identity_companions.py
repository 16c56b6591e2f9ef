"""Companions that come, go and move: the group is made anew and the photo stays the one it was."""

import shutil

from helpers.home import Home
from PIL import Image

from haven_fs.testing import make_video, picture

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}"/></rdf:RDF></x:xmpmeta>'
)


def roles(home: Home) -> dict[str, str | None]:
    return {path: seen.role for path, seen in home.seen().items()}


def photos(home: Home) -> set[int | None]:
    return {seen.photo for seen in home.seen().values()}


def types(home: Home) -> list[str]:
    return home.query("SELECT name FROM value JOIN member ON value_id = id WHERE facet = 'type' ORDER BY name")


def raw(path: object, seed: object = 1) -> None:
    """Write a TIFF that says it is a DNG, which is what a DNG is."""
    image = picture(seed)
    tags = Image.Exif()
    tags[0x010F], tags[0xC612] = "Haven", b"\x01\x04\x00\x00"
    image.save(str(path), "TIFF", exif=tags)


def test_the_video_of_a_live_photo_comes_later(home: Home) -> None:
    home.add("IMG_1.jpg", "2020-01-01 00:00:00")
    home.add("other.jpg")
    home.index()
    before = home.seen()
    make_video(home.root / "IMG_1.MOV")
    home.index()
    assert roles(home) == {"IMG_1.jpg": "main", "IMG_1.MOV": "live", "other.jpg": "main"}
    assert home.seen()["IMG_1.jpg"] == before["IMG_1.jpg"]
    assert home.seen()["IMG_1.MOV"].name == "IMG_1.MOV"
    assert types(home) == ["Live Photos"]
    (home.root / "IMG_1.MOV").unlink()
    home.index()
    assert home.seen() == before
    assert types(home) == []


def test_the_photo_of_a_live_video_comes_later(home: Home) -> None:
    make_video(home.root / "IMG_1.MOV")
    home.index()
    before = home.seen()["IMG_1.MOV"]
    assert types(home) == ["Videos"]
    home.add("IMG_1.jpg")
    home.index()
    after = home.seen()
    assert roles(home) == {"IMG_1.jpg": "main", "IMG_1.MOV": "live"}
    assert photos(home) == {before.photo}
    assert after["IMG_1.MOV"].name == before.name
    assert types(home) == ["Live Photos"]


def test_a_sidecar_comes_changes_and_goes(home: Home) -> None:
    home.add("a.jpg")
    home.index()
    before = home.seen()["a.jpg"]
    assert home.facts("a.jpg")["rating"] is None
    for rating in (3, 5):
        (home.root / "a.xmp").write_text(XMP.format(rating) + " " * rating)
        home.index()
        assert home.facts("a.jpg")["rating"] == rating
    assert roles(home) == {"a.jpg": "main", "a.xmp": "sidecar"}
    assert home.seen()["a.xmp"].name is None
    (home.root / "a.xmp").unlink()
    home.index()
    assert home.facts("a.jpg")["rating"] is None
    assert home.seen() == {"a.jpg": before}


def test_the_jpeg_goes_and_leaves_the_raw(home: Home) -> None:
    home.add("DSC_1.jpg")
    raw(home.root / "DSC_1.dng")
    home.index()
    before = home.seen()
    assert roles(home) == {"DSC_1.jpg": "main", "DSC_1.dng": "raw"}
    kept = (home.root / "DSC_1.jpg").read_bytes()
    (home.root / "DSC_1.jpg").unlink()
    home.index()
    after = home.seen()["DSC_1.dng"]
    assert (after.photo, after.name, after.role, after.shown) == (before["DSC_1.dng"].photo, "DSC_1.dng", "main", True)
    (home.root / "DSC_1.jpg").write_bytes(kept)
    home.index()
    assert home.seen() == before


def test_a_group_that_moves_together(home: Home) -> None:
    home.add("IMG_1.jpg")
    make_video(home.root / "IMG_1.MOV")
    (home.root / "IMG_1.xmp").write_text(XMP.format(4))
    home.index()
    before, facts = home.seen(), home.facts("IMG_1.jpg")
    (home.root / "2020").mkdir()
    for path in list(home.root.glob("IMG_1.*")):
        path.rename(home.root / "2020" / path.name)
    home.index()
    assert home.seen() == {f"2020/{path}": seen for path, seen in before.items()}
    assert home.facts("2020/IMG_1.jpg") == facts


def test_a_companion_that_moves_away_is_a_photo_of_its_own(home: Home) -> None:
    home.add("IMG_1.jpg")
    make_video(home.root / "IMG_1.MOV")
    home.index()
    before = home.seen()
    (home.root / "films").mkdir()
    (home.root / "IMG_1.MOV").rename(home.root / "films/IMG_1.MOV")
    home.index()
    after = home.seen()
    assert after["IMG_1.jpg"] == before["IMG_1.jpg"]
    film = after["films/IMG_1.MOV"]
    assert film.photo != before["IMG_1.jpg"].photo
    assert (film.role, film.shown, film.name) == ("main", True, before["IMG_1.MOV"].name)


def test_a_companion_that_moves_away_first_in_order_is_a_photo_of_its_own(home: Home) -> None:
    home.add("b/IMG_1.jpg")
    make_video(home.root / "b/IMG_1.MOV")
    home.index()
    before = home.seen()
    (home.root / "b/IMG_1.jpg").rename(home.root / "IMG_1.jpg")
    home.index()
    after = home.seen()
    assert {seen.shown for seen in after.values()} == {True}
    assert len(photos(home)) == 2
    assert {seen.name for seen in after.values()} == {seen.name for seen in before.values()}


def test_two_photos_become_one_and_two_again(home: Home) -> None:
    home.add("a/IMG_1.jpg")
    make_video(home.root / "b/IMG_1.MOV")
    home.index()
    before = home.seen()
    (home.root / "b/IMG_1.MOV").rename(home.root / "a/IMG_1.MOV")
    home.index()
    joined = home.seen()
    assert roles(home) == {"a/IMG_1.jpg": "main", "a/IMG_1.MOV": "live"}
    assert joined["a/IMG_1.jpg"].photo == joined["a/IMG_1.MOV"].photo == before["a/IMG_1.jpg"].photo
    assert {seen.name for seen in joined.values()} == {seen.name for seen in before.values()}
    assert home.query("SELECT count(*) FROM photo WHERE shown = 1") == [1]
    (home.root / "a/IMG_1.MOV").rename(home.root / "b/IMG_1.MOV")
    home.index()
    after = home.seen()
    assert len(photos(home)) == 2
    assert {seen.name for seen in after.values()} == {seen.name for seen in before.values()}
    assert home.query("SELECT count(*) FROM photo WHERE shown = 1") == [2]


def test_copies_of_a_group_are_groups_of_their_own(home: Home) -> None:
    home.add("a/IMG_1.jpg")
    make_video(home.root / "a/IMG_1.MOV")
    home.index()
    before = home.seen()
    shutil.copytree(home.root / "a", home.root / "b")
    home.index()
    after = home.seen()
    assert {path: after[path] for path in before} == before
    assert after["b/IMG_1.jpg"].photo == after["b/IMG_1.MOV"].photo
    assert {after["b/IMG_1.jpg"].name, after["b/IMG_1.MOV"].name} == {"IMG_1 (2).jpg", "IMG_1 (2).MOV"}
