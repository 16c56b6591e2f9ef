"""The small upright RGB picture of each format, and what is refused for its memory."""

import os
import struct
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from haven_fs.library.kinds import Kind
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.picture import open_picture

KindOf = Callable[[Path], Kind]
RED, WHITE = (255, 0, 0), (255, 255, 255)


def close(got: object, wanted: tuple[int, int, int]) -> bool:
    return isinstance(got, tuple) and max(abs(a - b) for a, b in zip(got, wanted, strict=True)) < 12


def halves(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.bmp", "a.heic", "a.avif", "a.jp2", "a.j2k"]
)
def test_every_format_is_scaled_to_rgb(tmp_path: Path, kind_of: KindOf, name: str) -> None:
    path = tmp_path / name
    if name == "a.heic":
        pillow_heif.from_pillow(halves()).save(path)
    else:
        halves().save(path)
    picture = open_picture(path, kind_of(path), 100)
    assert (picture.mode, picture.size) == ("RGB", (100, 50))
    assert close(picture.getpixel((10, 10)), RED)
    assert open_picture(path, kind_of(path), 4000).size == (400, 200)


@pytest.mark.parametrize("longest", [1, 50, 320, 500, 720, 1000, 1600, 2048, 4000, 9000])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_is_nearly_as_large_as_is_asked_for(tmp_path: Path, kind_of: KindOf, mode: str, longest: int) -> None:
    path = tmp_path / "a.jpg"
    Image.linear_gradient("L").resize((4001, 3001)).convert(mode).save(path)
    picture = open_picture(path, kind_of(path), longest)
    most = min(longest, 4001)
    assert 0.9 * most <= max(picture.size) <= most
    assert abs(picture.width * 3 - picture.height * 4) <= 4
    assert picture.mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path: Path, kind_of: KindOf, orientation: int) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    halves().save(path, exif=exif)
    picture = open_picture(path, kind_of(path))
    assert picture.size == ((400, 200) if orientation < 5 else (200, 400))
    corner = {1: (5, 5), 2: (395, 5), 3: (395, 195), 4: (5, 195), 5: (5, 5), 6: (195, 5), 7: (195, 395), 8: (5, 395)}
    assert close(picture.getpixel(corner[orientation]), RED)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("own", [None, 1])
def test_xmp_says_how_a_picture_lies_where_exif_does_not(
    tmp_path: Path, kind_of: KindOf, ending: str, own: int | None
) -> None:
    path = tmp_path / f"a.{ending}"
    exif = Image.Exif()
    if own:
        exif[0x0112] = own
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<r:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></r:RDF></x:xmpmeta>'
    )
    if ending == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        halves().save(path, exif=exif, pnginfo=info)
    elif ending == "tif":
        halves().save(path, tiffinfo={0x2BC: packet} | dict(exif))
    else:
        halves().save(path, exif=exif, xmp=packet)
    assert read_metadata(path, kind_of(path)).orientation == (own or 6)
    assert open_picture(path, kind_of(path)).size == ((400, 200) if own else (200, 400))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F", "I", "LAB"])
def test_every_mode_becomes_rgb(tmp_path: Path, kind_of: KindOf, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode in ("CMYK", "F", "I", "LAB") else "a.png")
    if mode in ("I;16", "I"):
        values = np.full((20, 30), 40_000, np.uint16 if mode == "I;16" else np.int32)
        Image.fromarray(values).save(path)
    elif mode == "F":
        Image.fromarray(np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)).save(path)
    elif mode == "LAB":
        Image.new("LAB", (30, 20), (200, 128, 128)).save(path)
    else:
        Image.new("RGB", (30, 20), "white").convert(mode).save(path)
    picture = open_picture(path, kind_of(path))
    assert (picture.mode, picture.size) == ("RGB", (30, 20))
    if mode in ("I;16", "I"):
        assert close(picture.getpixel((5, 5)), (156, 156, 156))
    elif mode not in ("F", "LAB"):
        assert close(picture.getpixel((5, 5)), WHITE)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif", "a.heic"])
def test_what_is_transparent_is_white(tmp_path: Path, kind_of: KindOf, name: str) -> None:
    path = tmp_path / name
    image = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 200, 200))
    if name == "a.heic":
        pillow_heif.from_pillow(image).save(path)
    else:
        image.save(path)
    picture = open_picture(path, kind_of(path), 100)
    assert close(picture.getpixel((10, 10)), RED) and close(picture.getpixel((90, 10)), WHITE)


def test_a_large_enough_thumbnail_is_taken_and_a_small_one_not(tmp_path: Path, kind_of: KindOf) -> None:
    path = tmp_path / "a.heic"
    heif = pillow_heif.from_pillow(halves((1600, 800)))
    heif.save(path, thumbnails=[256])
    assert open_picture(path, kind_of(path), 200).size == (200, 100)
    assert open_picture(path, kind_of(path), 1000).size == (1000, 500)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif"])
def test_a_truncated_file_gives_what_is_there(tmp_path: Path, kind_of: KindOf, name: str) -> None:
    path = tmp_path / name
    noise = Image.effect_noise((400, 200), 60).convert("RGB")
    noise.paste("red", (0, 0, 400, 60))
    noise.save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    picture = open_picture(path, kind_of(path))
    assert picture.size == (400, 200)
    assert close(picture.getpixel((10, 10)), RED)


def test_a_damaged_tiff_keeps_libtiff_quiet(tmp_path: Path, kind_of: KindOf, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tif"
    Image.effect_noise((200, 100), 60).convert("RGB").save(path, compression="tiff_lzw")
    data = bytearray(path.read_bytes())
    data[2000:8000] = b"\xff" * 6000
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        open_picture(path, kind_of(path))
    assert capfd.readouterr() == ("", "")
    print("still here", file=sys.stderr)
    assert capfd.readouterr().err == "still here\n"


def test_switches_are_put_back(tmp_path: Path, kind_of: KindOf) -> None:
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters))
    halves().save(tmp_path / "a.png")
    open_picture(tmp_path / "a.png", kind_of(tmp_path / "a.png"))
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:20])
    with pytest.raises(Unreadable):
        open_picture(tmp_path / "b.png", Kind("image", "png", ""))
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, kind_of: KindOf) -> None:
    path = tmp_path / "a.png"
    halves().save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 40_000, 30_000)
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        open_picture(path, kind_of(path))
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))  # the lie is consistent
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="damaged"):
        open_picture(path, kind_of(path), 200)
    part = open_picture(path, kind_of(path), 200, partly=True)
    assert part.size == (200, 150), "what there is of it, by a few rows at a time"


def test_a_200_megapixel_jpeg_is_decoded_within_200_megabytes(tmp_path: Path) -> None:
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("peak memory is read from Linux's /proc")
    path = tmp_path / "a.jpg"
    Image.new("L", (16_000, 12_500), 128).save(path, quality=30)
    code = (
        "import pathlib, sys\n"
        "from haven_fs.library.kinds import Kind\n"
        "from haven_fs.library.picture import open_picture\n"
        "picture = open_picture(pathlib.Path(sys.argv[1]), Kind('image', 'jpeg', ''))\n"
        "assert picture.size == (1280, 1000), picture.size\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, path], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert int(done.stdout) < 200 * 1024
