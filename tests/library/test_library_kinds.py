"""Kinds are told from content: with files written by Pillow and PyAV, made RAW headers, and the corpus."""

import io
import struct
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from haven_fs.library.kinds import HEAD_SIZE, claims_media, ending, sniff


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 30, 30)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_picture_under_a_wrong_name(form: str) -> None:
    kind = sniff(picture(form), "a.mp4")
    assert (kind.kind, kind.format, kind.mime) == ("image", form.lower(), f"image/{form.lower()}")


def test_heic() -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(out)
    assert sniff(out.getvalue(), "a.jpg").format == "heic"


def video(path: Path, container: str, codec: str) -> bytes:
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 352, 288, "yuv420p"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((288, 352, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode())
    return path.read_bytes()[:HEAD_SIZE]


@pytest.mark.parametrize(
    ("container", "codec", "form"),
    [
        ("mp4", "mpeg4", "mp4"),
        ("mov", "mpeg4", "mov"),
        ("3gp", "mpeg4", "3gp"),
        ("3g2", "mpeg4", "3g2"),
        ("ipod", "mpeg4", "m4v"),
        ("avi", "mpeg4", "avi"),
        ("mpegts", "mpeg2video", "mts"),
        ("mpeg", "mpeg1video", "mpg"),
        ("matroska", "mpeg4", "mkv"),
        ("webm", "libvpx", "webm"),
        ("asf", "mpeg4", "wmv"),
        ("flv", "flv1", "flv"),
    ],
)
def test_video_under_a_wrong_name(tmp_path: Path, container: str, codec: str, form: str) -> None:
    kind = sniff(video(tmp_path / "a", container, codec), "a.jpg")
    assert (kind.kind, kind.format) == ("video", form)


def test_camcorder_packets_with_a_clock(tmp_path: Path) -> None:
    stream = video(tmp_path / "a", "mpegts", "mpeg2video")
    packets = b"".join(b"\0\0\0\0" + stream[at : at + 188] for at in range(0, len(stream) - 187, 188))
    assert sniff(packets, "00001.MTS").format == "mts"


def test_old_quicktime_and_text_that_looks_like_it() -> None:
    assert sniff(b"\0\0\0\x08wide\0\x10\0\0mdat", "a.mov").format == "mov"
    assert sniff(b"Be, free at last", "a.mov").format == ""
    assert sniff(b"The moov is here", "a.mov").format == ""


def tiff(tags: list[tuple[int, int, int, bytes]], order: str = "<", inner: bytes = b"") -> bytes:
    """A TIFF whose only directory, at 8, has these (tag, type, count, value); values over 4 bytes follow it."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    at = len(head) + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, kind, count, value in tags:
        field = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", at + len(values))
        entries += struct.pack(order + "HHI", tag, kind, count) + field
        values += value if len(value) > 4 else b""
    return head + entries + b"\0\0\0\0" + values + inner


def make(name: bytes) -> tuple[int, int, int, bytes]:
    return 0x10F, 2, len(name) + 1, name + b"\0"


@pytest.mark.parametrize("order", "<>")
def test_raw_made_of_tiff(order: str) -> None:
    preview = (0xFE, 4, 1, struct.pack(order + "I", 1))
    sub = (0x14A, 4, 2, struct.pack(order + "II", 9000, 9500))
    sensor = (0x106, 3, 1, struct.pack(order + "H", 32803))
    colours = (0x106, 3, 1, struct.pack(order + "H", 2))
    assert sniff(tiff([preview, make(b"NIKON CORPORATION"), sub], order), "a.tif").format == "nef"
    assert sniff(tiff([preview, make(b"SONY"), sub], order), "a.jpg").format == "arw"
    assert sniff(tiff([sensor, make(b"PENTAX Corporation")], order), "a").format == "pef"
    assert sniff(tiff([sensor, make(b"SAMSUNG")], order), "a.nef").format == "srw"
    assert sniff(tiff([sensor, make(b"Hasselblad")], order), "a.3fr").format == "3fr"
    assert sniff(tiff([make(b"Google"), (0xC612, 1, 4, b"\1\4\0\0")], order), "PXL.jpg").format == "dng"
    assert sniff(tiff([sensor, make(b"Nobody")], order), "a.tif").format == "raw"
    # Nikon's own program writes TIFF pictures too: there the maker alone does not decide, the ending does.
    assert sniff(tiff([colours, make(b"NIKON CORPORATION")], order), "a.tif").format == "tiff"
    assert sniff(tiff([colours, make(b"NIKON CORPORATION")], order), "a.nef").format == "nef"
    assert sniff(tiff([colours, make(b"Scanner Inc.")], order), "a.nef").format == "tiff"


def test_sensor_data_in_an_inner_directory() -> None:
    inner = struct.pack("<HHHIHHI", 1, 0x106, 3, 1, 34892, 0, 0)
    outer = [make(b"SONY"), (0x14A, 4, 1, struct.pack("<I", 8 + 2 + 24 + 4 + 5))]
    assert sniff(tiff(outer, inner=inner), "a.tif").format == "arw"


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"II*\0\x10\0\0\0CR\x02\0", "cr2"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "cr3"),
        (b"II\x1a\0\0\0HEAPCCDR", "crw"),
        (b"IIRO\x08\0\0\0", "orf"),
        (b"IIRS\x08\0\0\0", "orf"),
        (b"IIU\0\x08\0\0\0", "rw2"),
        (b"FUJIFILMCCD-RAW 0201", "raf"),
        (b"II*\0\x44\0\0\0IIII\x04\0\x04\0", "iiq"),
        (b"FOVb\0\0\0\0", "x3f"),
        (b"\0MRM\0\0\0\0", "mrw"),
    ],
)
def test_raw_by_signature(head: bytes, form: str) -> None:
    assert (sniff(head, "a.jpg").kind, sniff(head, "a.jpg").format) == ("raw", form)


def brands(*names: str) -> bytes:
    body = names[0].encode() + b"\0\0\0\0" + b"".join(name.encode() for name in names[1:])
    return struct.pack(">I", len(body) + 8) + b"ftyp" + body + b"\0\0\0\x08mdat"


def test_brands_major_first() -> None:
    assert sniff(brands("mif1", "mif1", "avif"), "").format == "avif"
    assert sniff(brands("msf1", "hevc"), "").format == "heic"
    assert sniff(brands("mif1", "miaf"), "").format == "heif"
    assert sniff(brands("heic", "mif1", "mp42"), "").format == "heic"  # a motion photo carries a video
    assert sniff(brands("isom", "mif1"), "").format == "mp4"
    assert sniff(brands("zzzz", "qt  "), "").format == "mov"
    assert sniff(brands("zzzz"), "").kind == "video"
    assert sniff(brands("M4A ", "isom"), "a.mp4").kind == "other"  # sound only


XMP = '<?xpacket begin="\ufeff"?><!-- hi --><x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_xmp_in_any_encoding(encoding: str) -> None:
    assert sniff(XMP.encode(encoding), "a.jpg").format == "xmp"


def test_property_lists() -> None:
    edit = b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD"><plist><key>adjustmentFormatIdentifier</key>'
    assert sniff(edit, "a.txt").format == "aae"
    assert sniff(b"<plist><dict/></plist>", "Info.plist").format == ""
    assert sniff(b"bplist00\xd1", "IMG_1.AAE").format == "aae"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><metadata><x:xmpmeta/></metadata></svg>'
    assert sniff(drawing, "a.svg").format == ""


@pytest.mark.parametrize(
    "head", [b"", b"\0", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"RIFF", b"\0\0\0\x18ftyp", b"<", b"BM"]
)
def test_stumps_do_not_raise(head: bytes) -> None:
    sniff(head, "a.jpg")


def test_random_tiffs_do_not_raise() -> None:
    rng = np.random.default_rng(1)
    for _ in range(2000):
        sniff(b"II*\0\x08\0\0\0" + rng.bytes(200), "a.nef")
        sniff(b"MM\0*\0\0\0\x08\0\x10" + b"".join(b"\x01" + rng.bytes(11) for _ in range(16)), "a.nef")


def test_unknown_content_and_what_the_name_claims() -> None:
    assert sniff(b"<html>404</html>", "IMG_1.jpg").kind == "other"
    assert claims_media("IMG_1.JPG") and claims_media("a.cr3") and claims_media("a.m2ts")
    assert not any(claims_media(name) for name in ("a.txt", "jpg", ".jpg", "a.xmp", "a.psd", ""))
    assert (ending("a.b.JPG"), ending(".jpg"), ending("jpg")) == ("jpg", "", "")


ODD = {
    "drew__AssertionError.PsdReader.extract.psd": "psd",
    "drew__IllegalArgumentException.HeifReader.processBoxes.heif": "heic",
    "drew__Issue 247-1.nef": "jpeg",
    "drew__NegativeArraySizeException.ItemInfoBox.init.heif": "heic",
    "drew__NullPointerException.HeifPictureHandler.processBox.heif": "heic",
    "exifs__samplefilehub.heif": "heic",
    "pheif__L_8__29x100.heif": "heic",
    "pheif__RGBA_10__128x128.heif": "heic",
    "pheif__empty.heic": "",
}


def test_odd_corpus(corpus: Path) -> None:
    same = {"jpg": "jpeg", "tif": "tiff"}
    for path in (corpus / "odd").iterdir():
        with path.open("rb") as file:
            kind = sniff(file.read(HEAD_SIZE), path.name)
        expected = ODD.get(path.name, same.get(ending(path.name), ending(path.name)))
        assert kind.format == expected, path.name


def test_every_photo_of_the_corpus_is_one(corpus: Path) -> None:
    for folder in ("cameras", "places", "faces", "scenes"):
        for path in (corpus / folder).rglob("*"):
            if claims_media(path.name):
                with path.open("rb") as file:
                    assert sniff(file.read(HEAD_SIZE), path.name).kind == "image", path
