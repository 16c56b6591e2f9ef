"""Renditions of files: upright, in everybody's colours, and a tile where there is no picture."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from haven_fs.library.beneath import Beneath, below_of
from haven_fs.renditions.making import make
from haven_fs.renditions.orders import Made, NotNow, Order
from haven_fs.testing import make_photo, make_video


def picture(made: Made) -> Image.Image:
    return Image.open(io.BytesIO(made.data)).convert("RGB")


def halves(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def test_it_is_upright_and_small(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    halves((2400, 1200)).save(tmp_path / "a.jpg", exif=exif)
    small = picture(make(Order("small", Beneath(tmp_path, "a.jpg"))))
    assert small.size == (750, 1500)
    assert small.getpixel((400, 100))[0] > 200 and small.getpixel((400, 1400))[2] > 200
    assert picture(make(Order("grid", Beneath(tmp_path, "a.jpg")))).size == (150, 300)


def test_it_is_srgb(tmp_path: Path) -> None:
    """A green of Display P3 is shown as the green that sRGB has, which is another number."""
    xyz = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert xyz is not None
    image = Image.new("RGB", (64, 64), (120, 200, 90))
    profile = swapped_profile()
    image.save(tmp_path / "p3.png", icc_profile=profile)
    image.save(tmp_path / "srgb.png")
    with_profile = picture(make(Order("screen", Beneath(tmp_path, "p3.png")))).getpixel((9, 9))
    plain = picture(make(Order("screen", Beneath(tmp_path, "srgb.png")))).getpixel((9, 9))
    assert with_profile[0] > with_profile[1], f"{with_profile}: red and green are exchanged by the profile"
    assert plain[1] > plain[0]


def swapped_profile() -> bytes:
    """Return an sRGB profile in which red and green have changed places, and with another name."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132])
    at = {bytes(data[i : i + 4]): i for i in range(132, 132 + 12 * count, 12)}
    red, green = at[b"rXYZ"], at[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = data[green + 4 : green + 12], data[red + 4 : red + 12]
    return bytes(data).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be")).replace(b"sRGB", b"test")


def test_a_part_is_cut_out_and_sharp(tmp_path: Path) -> None:
    halves((3000, 2000)).save(tmp_path / "a.jpg")
    made = make(Order("grid", Beneath(tmp_path, "a.jpg"), box=(0.6, 0.2, 0.7, 0.35)))
    part = picture(made)
    assert max(part.size) <= 320 and min(part.size) >= 290
    assert part.getpixel((10, 10))[2] > 200


def test_a_video_has_a_poster(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4")
    made = make(Order("small", Beneath(tmp_path, "a.mp4"), length=60_000))
    assert made.problem is None and len(made.data) == 60_000


@pytest.mark.parametrize("name", ["broken.jpg", "empty.heic", "text.jpg", "cut.mp4"])
def test_what_cannot_be_decoded_is_a_tile(tmp_path: Path, name: str) -> None:
    content = {"broken.jpg": b"\xff\xd8\xff\xe0" + bytes(500), "empty.heic": b"", "text.jpg": b"<html>", "cut.mp4": b""}
    (tmp_path / name).write_bytes(content[name])
    made = make(Order("small", Beneath(tmp_path, name), length=20_000))
    assert made.problem and len(made.data) == 20_000
    assert picture(made).size == (640, 640)


def test_what_is_not_there_now_is_no_tile(tmp_path: Path) -> None:
    with pytest.raises(NotNow):
        make(Order("small", Beneath(tmp_path, "gone.jpg")))


def test_no_link_is_followed(tmp_path: Path) -> None:
    secret = make_photo(tmp_path / "secret.jpg", None)
    library = tmp_path / "library"
    library.mkdir()
    (library / "a.jpg").symlink_to(secret)
    (library / "sub").symlink_to(tmp_path)
    for path in ("a.jpg", "sub/secret.jpg"):
        with pytest.raises(NotNow, match="a link"):
            make(Order("grid", Beneath(library, path)))


def test_every_file_of_the_corpus_has_one(corpus: Path) -> None:
    paths = [path for path in sorted(corpus.rglob("*")) if path.is_file()]
    assert len(paths) > 500
    for path in paths:
        made = make(Order("small", below_of(corpus, path), length=60_000))
        assert len(made.data) == 60_000, path
        assert Image.open(io.BytesIO(made.data)).format == "JPEG"
