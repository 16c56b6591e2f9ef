"""What our readers say of files next to exiftool: of each file of the corpus, and of each format that exiftool writes.

A difference is allowed if EXPLAINED says why, and fails the test otherwise; so does an explanation of none.
"""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from helpers.fuzzing.files import film
from PIL import Image

from haven_fs.library.headers import Metadata
from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import Unreadable, read_metadata

pytestmark = pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")

TURNED = "the size as it is shown: HEIC turns itself"
EXPLAINED = {
    ("drew__IllegalArgumentException.HeifReader.processBoxes.heif", "read"): "it is damaged, and no decoder opens it",
    ("drew__NegativeArraySizeException.ItemInfoBox.init.heif", "read"): "it is damaged, and no decoder opens it",
    ("drew__beach.jpg", "read"): "its height is 0",
    ("drew__Sony ILCE-7M3 (A7M3).mts", "duration"): "exiftool counts up to the last time stamp, libav its frame too",
    ("immich__samsung-one-ui-6.heic", "size"): TURNED,
    ("pheif__200MP.heic", "size"): TURNED,
    ("pheif__arrow.heic", "size"): TURNED,
    ("drew__Issue 263 dotnet.heic", "size"): TURNED,
    ("pheif__L_8__29x100.heif", "size"): "exiftool says what is coded, not what is cut out of it to be shown",
    (
        "pheif__invalid_id.heic",
        "size",
    ): "exiftool says the first size in the file, which is not that of the main picture",
    (
        "pheif__truncated.heic",
        "size",
    ): "exiftool says the first size in the file, which is not that of the main picture",
    ("immich__density_plot.png", "XMP xmp:CreateDate"): "a PNG's own Creation Time is kept under this name",
    ("pheif__200MP.heic", "EXIF Image DateTime"): "it stands among the camera's tags, where it does not belong",
    (
        "drew__Nikon D5000.jpg",
        "EXIF GPS GPSLatitude",
    ): "0/0 minutes and seconds count as none; exiftool then says nothing",
    (
        "drew__Nikon D5000.jpg",
        "EXIF GPS GPSLongitude",
    ): "0/0 minutes and seconds count as none; exiftool then says nothing",
    (
        "pheif__spatial_photo.heic",
        "XMP xmp:CreateDate",
    ): "the T of GMT is taken for the one before the time, by this test",
    ("a.gif", "XMP"): "nobody has a use for XMP in a GIF",
}
"""Of a file by its name, and a field or the group of several: why they differ."""

EXIF = {
    "Image Make": "Make",
    "Image Model": "Model",
    "Image Orientation": "Orientation",
    "Image DateTime": "ModifyDate",
    "Image ImageDescription": "ImageDescription",
    "Image XPTitle": "XPTitle",
    "Image XPKeywords": "XPKeywords",
    "Image XPComment": "XPComment",
    "Image Rating": "Rating",
    "EXIF DateTimeOriginal": "DateTimeOriginal",
    "EXIF DateTimeDigitized": "CreateDate",
    "EXIF OffsetTimeOriginal": "OffsetTimeOriginal",
    "EXIF LensModel": "LensModel",
    "EXIF UserComment": "UserComment",
    "GPS GPSLatitudeRef": "GPSLatitudeRef",
    "GPS GPSLongitudeRef": "GPSLongitudeRef",
    "GPS GPSDate": "GPSDateStamp",
    "GPS GPSLatitude": "GPSLatitude",
    "GPS GPSLongitude": "GPSLongitude",
    "GPS GPSAltitude": "GPSAltitude",
}
XMP = {
    "xmp:Rating": "XMP-xmp:Rating",
    "xmp:CreateDate": "XMP-xmp:CreateDate",
    "dc:description": "XMP-dc:Description",
    "dc:title": "XMP-dc:Title",
    "dc:subject": "XMP-dc:Subject",
    "lr:hierarchicalSubject": "XMP-lr:HierarchicalSubject",
    "photoshop:DateCreated": "XMP-photoshop:DateCreated",
    "exif:DateTimeOriginal": "XMP-exif:DateTimeOriginal",
}
IPTC = (
    *("ObjectName", "Keywords", "Caption-Abstract", "City", "Province-State", "Country-PrimaryLocationName"),
    *("By-line", "Headline", "DateCreated", "TimeCreated"),
)
_IFDS = ("IFD0", "ExifIFD", "GPS")


def asked(paths: Sequence[Path]) -> Mapping[str, Mapping[str, Any]]:
    """Return what exiftool says, by the file's path and "Group:Name"."""
    command = ["exiftool", "-j", "-n", "-G1", "-r", "-charset", "iptc=Latin", *map(str, paths)]
    said = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return {one["SourceFile"]: one for one in said}


def values(found: Metadata, theirs: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name of each field that either has, what we say and what exiftool does."""
    yield "size", f"{found.width} {found.height}", theirs.get("Composite:ImageSize")
    for name, other in EXIF.items():
        said = next((theirs[f"{ifd}:{other}"] for ifd in _IFDS if f"{ifd}:{other}" in theirs), None)
        own = found.exif.get(name)
        if other in ("GPSLatitude", "GPSLongitude", "GPSAltitude"):
            own = None if own is None else _number(own)
            said = None if said in ("", "undef") else abs(said) if isinstance(said, float | int) else said
        yield f"EXIF {name}", own, said
    for name, other in XMP.items():
        own = found.xmp.get(name)
        if own and "Date" in name:
            own = own.replace("-", ":", 2).replace("T", " ")
        yield f"XMP {name}", own, theirs.get(other)
    for name in IPTC:
        own = found.iptc.get(f"iptc:{name}")
        if own and name == "DateCreated" and len(own) == 8:
            own = f"{own[:4]}:{own[4:6]}:{own[6:]}"
        if own and name == "TimeCreated" and own.isascii():
            own = f"{own[:2]}:{own[2:4]}:{own[4:9]}" + (f":{own[9:]}" if own[9:] else "")
        yield f"IPTC {name}", own, theirs.get(f"IPTC:{name}")
    if found.kind == "video":
        lengths = ("QuickTime:Duration", "RIFF:Duration", "M2TS:Duration", "Composite:Duration", "Matroska:Duration")
        said = next((theirs[name] for name in lengths if name in theirs), None)
        yield "duration", found.duration, said
        made = found.video.get("creation_time", "")[:19].replace("-", ":").replace("T", " ")
        yield "created", made or None, theirs.get("QuickTime:CreateDate")


def _number(pairs: Any) -> float | None:
    """Return degrees of up to three fractions, or meters of one; exiftool says nothing if it cannot tell either."""
    if all(below == 0 for _, below in pairs):
        return None
    return sum((above / below if below else 0) / 60**place for place, (above, below) in enumerate(pairs[:3]))


def same(ours: Any, theirs: Any) -> bool:
    """Tell whether two values say the same: lists of one are texts, blanks nothing, numbers written in several ways."""
    ours, theirs = (None if isinstance(value, str) and not value.strip() else value for value in (ours, theirs))
    if ours is None or theirs is None:
        return ours is theirs
    ours, theirs = (value if isinstance(value, list) else [value] for value in (ours, theirs))
    if len(ours) != len(theirs):
        return False
    for one, other in zip(ours, theirs, strict=True):
        try:
            if abs(float(one) - float(other)) > 2e-2 * max(1.0, abs(float(other)) / 100):
                return False
        except ValueError:
            if str(one).strip().split("\0")[0].strip() != str(other).strip().split("\0")[0].strip():
                return False
    return True


def compare(paths: Sequence[Path]) -> None:
    """Fail with what differs and is not explained, and with what is explained and does not differ."""
    unexplained: list[str] = []
    used: set[tuple[str, str]] = set()
    names = set()
    for path, theirs in asked(paths).items():
        name = Path(path).name
        names.add(name)
        kind = kind_of(Path(path))
        if kind.kind not in ("image", "raw", "video"):
            continue
        try:
            differing = [
                (field, ours, other)
                for field, ours, other in values(read_metadata(Path(path), kind), theirs)
                if not same(ours, other)
            ]
        except Unreadable as error:
            broken = any(key in theirs for key in ("ExifTool:Error", "ExifTool:Warning"))
            differing = [] if broken and "Composite:ImageSize" not in theirs else [("read", str(error), "a picture")]
        for field, ours, other in differing:
            reason = next((key for key in ((name, field), (name, field.split()[0])) if key in EXPLAINED), None)
            if reason is None:
                unexplained.append(f"{name}: {field}: {ours!r}, exiftool {other!r}")
            else:
                used.add(reason)
    assert not unexplained, "\n".join(unexplained)
    assert not {key for key in EXPLAINED if key[0] in names} - used, "these no longer differ"


def test_the_corpus() -> None:
    corpus = os.environ.get("HAVEN_CORPUS")
    if not corpus:
        pytest.skip("there is no corpus")
    compare([Path(corpus)])


WRITTEN = (
    *("-EXIF:DateTimeOriginal=1999:12:31 23:59:58", "-EXIF:OffsetTimeOriginal=+05:30", "-EXIF:Make=Canon"),
    *("-EXIF:Model=EOS 1D", "-EXIF:LensModel=35mm F2", "-EXIF:Orientation=1", "-EXIF:ImageDescription=On the tower"),
    *("-EXIF:GPSLatitude=48.8583", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.2945", "-EXIF:GPSLongitudeRef=E"),
    *("-EXIF:GPSAltitude=35.5", "-EXIF:UserComment=Été à Paris", "-EXIF:XPTitle=Été", "-EXIF:XPKeywords=a;b"),
    *("-EXIF:Rating=4", "-XMP-xmp:Rating=5", "-XMP-dc:Description=La Tour & nous", "-XMP-dc:Title=Tower"),
    *("-XMP-dc:Subject=Paris", "-XMP-dc:Subject=été", "-XMP-lr:HierarchicalSubject=Places|Paris"),
    *("-XMP-photoshop:DateCreated=1999:12:31 23:59:58+05:30", "-XMP-xmp:CreateDate=1999:12:31 23:59:58"),
    *("-IPTC:Keywords=Paris", "-IPTC:Keywords=été", "-IPTC:Caption-Abstract=Vu d'en haut, été", "-IPTC:City=Paris"),
    *("-IPTC:Country-PrimaryLocationName=France", "-IPTC:DateCreated=1999:12:31", "-IPTC:By-line=Ann"),
    *("-IPTC:TimeCreated=23:59:58+05:30", "-IPTC:ObjectName=Tower", "-codedcharacterset=utf8"),
)
FORMATS = ("jpg", "png", "webp", "tif", "heic", "avif", "gif", "jp2", "jxl", "mp4")


@pytest.mark.parametrize("form", FORMATS)
def test_all_that_exiftool_writes_into_a_format(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    pillow_heif.register_heif_opener()
    if form == "jxl":
        pytest.importorskip("pillow_jxl")
    out = io.BytesIO()
    Image.effect_noise((320, 240), 40).convert("RGB").save(out, "PNG")
    with Image.open(out) as picture:
        picture.load()
    if form == "mp4":
        path.write_bytes(film())
    else:
        picture.save(path, **({"use_container": True} if form == "jxl" else {}))
    command = ["exiftool", "-overwrite_original", "-m", "-n", "-charset", "utf8", *WRITTEN, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "1 image files updated" in done.stdout, done.stderr
    compare([path])
