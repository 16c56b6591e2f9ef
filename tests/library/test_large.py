"""Pictures that are decoded band by band look as they do when they are decoded at once."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haven_fs.library import picture
from haven_fs.library.bands import NotInBands
from haven_fs.library.containers import Source
from haven_fs.library.kinds import kind_of
from haven_fs.library.large import reduced
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture


def scene(mode: str, size: tuple[int, int] = (1203, 907)) -> Image.Image:
    """Draw something smooth with edges, and fine structure in its lower bits."""
    x, y = np.meshgrid(np.linspace(0, 6, size[0]), np.linspace(0, 5, size[1]))
    parts = [
        np.sin(x * (1 + n)) * np.cos(y * (2 - n / 2)) * 100 + 120 + (np.hypot(x - 3, y - 2) < 1) * 30 for n in range(4)
    ]
    if mode == "I;16":
        return Image.fromarray((parts[0] * 256).astype(np.uint16))
    bands = np.stack(parts, axis=-1).astype(np.uint8)
    drawn = Image.fromarray(bands[..., :3])
    if mode == "RGBA":
        drawn.putalpha(Image.fromarray(bands[..., 3]))
        return drawn
    return drawn.quantize(64) if mode == "P" else drawn.convert(mode)


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


def both(path: Path, monkeypatch: pytest.MonkeyPatch, longest: int = 200) -> tuple[Image.Image, Image.Image]:
    """Open a picture at once, and as if there was no memory for that."""
    kind = kind_of(path)
    whole = open_picture(path, kind, longest)
    monkeypatch.setattr(picture, "MOST_BYTES", 1_000_000)
    for module, pixels in (("bands_png", 40_000), ("bands_tiff", 200_000)):
        monkeypatch.setattr(f"haven_fs.library.{module}.BAND", pixels)
    return whole, open_picture(path, kind, longest)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_png(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    path = tmp_path / "a.png"
    scene(mode).save(path)
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 4


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_a_png_of_few_colors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    path = tmp_path / "a.png"
    scene("RGB").quantize(1 << bits).save(path, bits=bits)
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 6


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4), (4, 2)])
def test_a_png_of_sixteen_bits_with_every_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colour: int, channels: int
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(deep_png(colour, channels))
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 4


def deep_png(colour: int, channels: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """Return a PNG of 16 bits a sample, whose rows go through all five filters."""
    width, height = size
    image = np.asarray(scene("RGBA", size), dtype=np.uint16)[..., :channels] * 257 + 17
    raw = image.astype(">u2").view(np.uint8).reshape(height, -1).astype(int)
    unit, rows, before = channels * 2, [], np.zeros(raw.shape[1], dtype=int)
    for number, row in enumerate(raw):
        left = np.concatenate([np.zeros(unit, dtype=int), row[:-unit]])
        corner = np.concatenate([np.zeros(unit, dtype=int), before[:-unit]])
        distance = [np.abs(left + before - corner - one) for one in (left, before, corner)]
        nearest = np.where(
            (distance[0] <= distance[1]) & (distance[0] <= distance[2]),
            left,
            np.where(distance[1] <= distance[2], before, corner),
        )
        kind = number % 5
        predicted = (0, left, before, (left + before) // 2, nearest)[kind]
        rows.append(bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes())
        before = row

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(rows))
    data = b"".join(chunk(b"IDAT", packed[at : at + 5000]) for at in range(0, len(packed), 5000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


PACKED = ("raw", "tiff_lzw", "tiff_deflate", "packbits")
STRIPS = [(mode, way) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "I;16") for way in PACKED]


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(("mode", "compression"), [*STRIPS, ("L", "jpeg"), ("RGB", "jpeg")])
def test_a_tiff_of_strips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, compression: str, orientation: int
) -> None:
    path = tmp_path / "a.tif"
    scene(mode).save(path, compression=compression, tiffinfo={274: orientation}, strip_size=30_000)
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 6
    assert whole.size == ((200, 151) if orientation == 1 else (151, 200))


@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_of_one_strip_of_plain_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, big: bool) -> None:
    path = tmp_path / "a.tif"
    scene("RGB").save(path, compression="raw", strip_size=1 << 30, big_tiff=big)
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 4


@pytest.mark.parametrize("options", [{"compression": "deflate", "predictor": 2}, {}])
def test_a_tiff_of_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    tifffile = pytest.importorskip("tifffile")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.asarray(scene("RGB")), tile=(128, 256), photometric="rgb", **options)
    whole, parted = both(path, monkeypatch)
    assert difference(whole, parted) < 4


def test_a_webp_and_a_jpeg_2000(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.webp", "a.jp2"):
        path = tmp_path / name
        scene("RGB").save(path)
        kind = kind_of(path)
        whole = open_picture(path, kind, 200)
        with monkeypatch.context() as patch:
            patch.setattr(picture, "MOST_BYTES", 9_000_000)
            assert difference(whole, open_picture(path, kind, 200)) < 5, name


def test_a_damaged_part_is_told_of_and_the_rest_can_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.png", "a.tif"):
        path = tmp_path / name
        scene("RGB").save(path, **({"compression": "raw"} if name == "a.tif" else {}))
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    monkeypatch.setattr(picture, "MOST_BYTES", 1_000_000)
    for form in ("png", "tiff"):
        monkeypatch.setattr(f"haven_fs.library.bands_{form}.BAND", 40_000)
    for name, share in (("a.png", "6[0-9]"), ("a.tif", "[56][0-9]")):
        with pytest.raises(Unreadable, match=f"damaged: only its upper {share}% can be read"):
            open_picture(tmp_path / name, None, 200)
    seen = np.asarray(open_picture(tmp_path / "a.png", None, 200, partly=True))
    assert (seen[:80] < 250).any(axis=2).mean() > 0.9 and (seen[-30:] == 255).all()


def test_what_cannot_be_parted_is_refused_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tif"
    scene("RGB").save(path, compression="tiff_lzw", strip_size=1 << 30)
    monkeypatch.setattr(picture, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr("haven_fs.library.bands_tiff.BAND", 1_000)
    with pytest.raises(Unreadable, match=r"too large to open: it has 1 million pixels"):
        open_picture(path, None, 200)


def test_sizes_that_are_lies_are_bounded(tmp_path: Path) -> None:
    out = io.BytesIO()
    scene("L", (64, 64)).save(out, "PNG")
    data = out.getvalue()
    for width, height in ((1 << 31, 1), (1, 1 << 31), (40_000, 40_000), (0, 5)):
        path = tmp_path / "a.png"
        path.write_bytes(data[:16] + struct.pack(">II", width & 0x7FFFFFFF, height & 0x7FFFFFFF) + data[24:])
        with Source(path) as source, pytest.raises((NotInBands, OSError, ValueError, ZeroDivisionError)):
            reduced(source, "png", (width, height), 200)
            raise NotInBands
