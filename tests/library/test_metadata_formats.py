"""Files the tests make themselves: each container's EXIF, XMP, size, frames and turn are found."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.kinds import Kind
from haven_fs.library.metadata import Unreadable, read_metadata

Read = Callable[[Path], Metadata]
MakeExif = Callable[..., Image.Exif]

XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    b' xmlns:a="http://ns.adobe.com/xap/1.0/" a:Rating="4"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


@pytest.fixture
def block(exif: MakeExif) -> Image.Exif:
    main = {0x010F: "Canon", 0x0110: "EOS R6", 0x0112: 6, 0x9C9B: "Été\0".encode("utf-16-le")}
    inner = {0x9003: "2019:01:02 03:04:05", 0x9011: "+02:00", 0x9286: b"UNICODE\0" + "Grüße".encode("utf-16-be")}
    gps = {1: "N", 2: (48.0, 51.0, 24.12), 3: "E", 4: (2.0, 21.0, 7.92), 7: (1.0, 4.0, 5.0), 29: "2019:01:02"}
    return exif(main, inner, gps)


def picture(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    return Image.effect_noise(size, 50).convert(mode)


def assert_complete(found: Metadata, width: int = 40, height: int = 30, orientation: int | None = 6) -> None:
    assert (found.width, found.height, found.orientation) == (width, height, orientation)
    assert found.problems == []
    assert found.exif["Image Make"] == "Canon"
    assert found.exif["Image Model"] == "EOS R6"
    assert found.exif["Image XPTitle"] == "Été"
    assert found.exif["EXIF DateTimeOriginal"] == "2019:01:02 03:04:05"
    assert found.exif["EXIF OffsetTimeOriginal"] == "+02:00"
    assert found.exif["EXIF UserComment"] == "Grüße"
    assert found.exif["GPS GPSLatitudeRef"] == "N"
    degrees, minutes, seconds = found.exif["GPS GPSLatitude"]
    assert (degrees, minutes) == ((48, 1), (51, 1)) and seconds[0] / seconds[1] == pytest.approx(24.12)
    assert found.exif["GPS GPSTimeStamp"] == [(1, 1), (4, 1), (5, 1)]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.heic", "a.avif"])
def test_exif_of_each_container(tmp_path: Path, block: Image.Exif, read: Read, name: str) -> None:
    path = tmp_path / name
    if name == "a.heic":
        # Both writers make the orientation the container's own rotation, which the size read includes.
        pillow_heif.from_pillow(picture()).save(path, exif=block.tobytes())
        assert_complete(read(path), 30, 40, 1)
        return
    picture().save(path, exif=block)
    if name == "a.avif":
        assert_complete(read(path), 30, 40, None)
    elif name == "a.tif":  # Pillow writes no directories below a TIFF's first; raw files have them in another test
        found = read(path)
        assert (found.exif["Image Make"], found.exif["Image XPTitle"], found.orientation) == ("Canon", "Été", 6)
    else:
        assert_complete(read(path))


def test_xmp_of_each_container(tmp_path: Path, read: Read) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    packed = PngImagePlugin.PngInfo()
    packed.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    picture().save(tmp_path / "a.png", pnginfo=text)
    picture().save(tmp_path / "b.png", pnginfo=packed)
    picture().save(tmp_path / "a.jpg", xmp=XMP)
    picture().save(tmp_path / "a.webp", xmp=XMP)
    picture().save(tmp_path / "a.tif", tiffinfo={700: XMP})
    pillow_heif.from_pillow(picture((64, 64))).save(tmp_path / "a.heic", xmp=XMP)
    for path in sorted(tmp_path.iterdir()):
        found = read(path)
        assert found.xmp == {"xmp:Rating": "4"}, path.name
        assert found.problems == []


@pytest.mark.parametrize("name", [b"Creation Time", b"CreationTime"])
def test_a_png_s_creation_time_and_its_texts_after_the_pixels(tmp_path: Path, read: Read, name: bytes) -> None:
    path = tmp_path / "a.png"
    picture().save(path)
    body = b"tEXt" + name + b"\x002019:01:02 03:04:05"
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = path.read_bytes()
    path.write_bytes(data[:-12] + chunk + data[-12:])
    assert read(path).xmp["xmp:CreateDate"] == "2019:01:02 03:04:05"


def test_frames_of_animations(tmp_path: Path, read: Read) -> None:
    frames = [picture() for _ in range(3)]
    for name in ("a.gif", "a.webp", "a.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert read(tmp_path / name).frames == 3, name
        frames[0].save(tmp_path / f"still-{name}")
        assert read(tmp_path / f"still-{name}").frames == 1


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}])
def test_plain_webp_of_both_codings(tmp_path: Path, read: Read, options: dict[str, Any]) -> None:
    picture((123, 45)).save(tmp_path / "a.webp", **options)
    found = read(tmp_path / "a.webp")
    assert (found.width, found.height) == (123, 45)


@pytest.mark.parametrize("big", [False, True])
def test_tiffs_of_both_sizes(tmp_path: Path, read: Read, big: bool) -> None:
    picture((123, 45)).save(
        tmp_path / "a.tif", big_tiff=big, tiffinfo={271: "Canon", 274: 3, 306: "2019:01:02 03:04:05"}
    )
    found = read(tmp_path / "a.tif")
    assert (found.width, found.height, found.orientation) == (123, 45, 3)
    assert found.exif["Image Make"] == "Canon" and found.exif["Image DateTime"] == "2019:01:02 03:04:05"


def test_a_heic_of_uneven_rotation_has_the_size_it_shows(tmp_path: Path, read: Read, exif: MakeExif) -> None:
    path = tmp_path / "a.heic"
    image = picture((128, 64))
    image.getexif()[0x0112] = 6
    pillow_heif.from_pillow(image).save(path)
    assert (read(path).width, read(path).height) == pillow_heif.open_heif(path).size


def test_a_jpeg_whose_exif_follows_much_else(tmp_path: Path, read: Read, block: Image.Exif) -> None:
    path = tmp_path / "a.jpg"
    picture().save(path, exif=block, icc_profile=b"\1" * 300_000)
    data = path.read_bytes()
    filler = b"\xff\xe5" + struct.pack(">H", 60_002) + b"\xff" * 60_000
    path.write_bytes(data[:2] + filler * 3 + b"\xff\xff" + data[2:])
    assert_complete(read(path))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif", "a.tif", "a.bmp", "a.heic"])
def test_a_file_cut_off_anywhere_is_read_or_refused(tmp_path: Path, name: str, block: Image.Exif, read: Read) -> None:
    whole = tmp_path / name
    if name == "a.heic":
        pillow_heif.from_pillow(picture()).save(whole, exif=block.tobytes())
    else:
        options: dict[str, Any] = {"exif": block} if name in ("a.jpg", "a.png", "a.webp") else {}
        picture().save(whole, **options)
    data = whole.read_bytes()
    kind = Kind("image", {"jpg": "jpeg", "tif": "tiff"}.get(name[2:], name[2:]), "")
    cut = tmp_path / ("cut" + name)
    refused = 0
    for length in {*range(0, len(data), max(1, len(data) // 150)), len(data) - 1}:
        cut.write_bytes(data[:length])
        try:
            assert read_metadata(cut, kind).width == 40
        except Unreadable as reason:
            refused += 1
            assert str(reason).endswith(".")
    assert refused >= 1


def test_an_empty_file_and_a_strange_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    for kind in (Kind("image", "jpeg", ""), Kind("raw", "nef", ""), Kind("video", "mp4", "")):
        with pytest.raises(Unreadable, match="This file is empty"):
            read_metadata(path, kind)
    path.write_bytes(b"<html>not found</html>" * 100)
    for kind in (
        *(
            Kind("image", name, "")
            for name in ("jpeg", "png", "webp", "tiff", "gif", "bmp", "heic", "avif", "jxl", "jp2")
        ),
        *(Kind("raw", name, "") for name in ("nef", "cr3", "raf", "dng")),
        *(Kind("video", name, "") for name in ("mp4", "avi", "mts", "mkv", "mpg", "wmv", "flv", "ogv")),
        Kind("other", "", ""),
    ):
        with pytest.raises(Unreadable, match=r"\w{4,}.*\.$"):
            read_metadata(path, kind)


def make_video(path: Path, codec: str = "mpeg4", rate: int = 10, **metadata: str) -> None:
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"} if path.suffix == ".mov" else {}) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        out.metadata.update(metadata)
        for shade in range(15):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), shade * 16, np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.avi", "a.mkv", "a.ts"])
def test_videos(tmp_path: Path, read: Read, name: str) -> None:
    make_video(tmp_path / name, creation_time="2019-01-02T03:04:05Z")
    found = read(tmp_path / name)
    assert (found.kind, found.width, found.height, found.frames) == ("video", 64, 48, 1)
    assert found.duration == pytest.approx(1.5, abs=0.15)
    if name in ("a.mp4", "a.mov"):
        assert found.video["creation_time"].startswith("2019-01-02T03:04:05")
        assert found.orientation == 1


@pytest.mark.parametrize(("name", "codec"), [("a.flv", "flv"), ("a.mpg", "mpeg1video")])
def test_videos_whose_streams_turn_up_one_by_one(tmp_path: Path, read: Read, name: str, codec: str) -> None:
    make_video(tmp_path / name, codec, 25)
    found = read(tmp_path / name)
    assert (found.kind, found.width, found.height) == ("video", 64, 48)


@pytest.mark.parametrize(
    ("matrix", "orientation"),
    [((0, -1, 1, 0), 8), ((0, 1, -1, 0), 6), ((-1, 0, 0, -1), 3), ((1, 0, 0, 1), 1)],
    ids=["left", "right", "upside down", "upright"],
)
def test_a_video_s_turn(tmp_path: Path, read: Read, matrix: tuple[int, int, int, int], orientation: int) -> None:
    """The display matrix in the track's header, as cameras write it that are held on edge."""
    make_video(tmp_path / "a.mp4")
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    a, b, c, d = (number * 0x10000 for number in matrix)
    struct.pack_into(">iiiii", data, data.index(b"tkhd") + 44, a, b, 0, c, d)
    (tmp_path / "a.mp4").write_bytes(data)
    assert read(tmp_path / "a.mp4").orientation == orientation


def test_a_video_without_its_table_of_contents_is_refused(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.mp4"
    make_video(path)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"moov") - 4])
    with pytest.raises(Unreadable, match="table of contents"):
        read(path)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="contains no picture"):
        read_metadata(path, Kind("video", "mp4", ""))


def test_a_gigapixel_header_is_read_without_its_pixels(tmp_path: Path, read: Read) -> None:
    small = io.BytesIO()
    picture().save(small, "BMP")
    data = bytearray(small.getvalue())
    data[18:26] = struct.pack("<ii", 60_000, 50_000)
    (tmp_path / "a.bmp").write_bytes(data)
    found = read(tmp_path / "a.bmp")
    assert (found.width, found.height) == (60_000, 50_000)
