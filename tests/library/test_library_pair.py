"""Files of one stem become photos: cameras' and phones' naming, as seen in real libraries."""

import itertools
import random

import pytest

from haven_fs.library.kinds import Kind
from haven_fs.library.pair import Member, Pairing, pair
from haven_fs.library.stems import stem_key

KINDS = {
    **dict.fromkeys(("jpg", "thm", "jpeg"), Kind("image", "jpeg", "")),
    **{name: Kind("image", name, "") for name in ("heic", "png", "webp", "gif")},
    "tif": Kind("image", "tiff", ""),
    **{name: Kind("raw", name, "") for name in ("cr2", "nef", "dng", "arw")},
    **{name: Kind("video", name, "") for name in ("mov", "mp4", "avi")},
    **dict.fromkeys(("mp", "lrv"), Kind("video", "mp4", "")),
    **{name: Kind("sidecar", name, "") for name in ("xmp", "aae")},
    "txt": Kind("other", "", ""),
}


def photos(*names: str, **durations: float) -> dict[str, dict[str, str]]:
    """Pair files of these names, the video's duration by its ending; the same in any order is part of each test."""
    members = [
        Member(n, KINDS[n.rpartition(".")[2].lower()], durations.get(n.rpartition(".")[2].lower())) for n in names
    ]
    found = pair(members)
    for order in itertools.islice(itertools.permutations(members), 1, 30):
        assert pair(order) == found
    return {photo.main: {name: role for role, name in photo.companions} for photo in found}


@pytest.mark.parametrize(
    "names",
    [
        [
            "IMG_1234.HEIC",
            "IMG_1234.MOV",
            "IMG_E1234.JPG",
            "IMG_1234.AAE",
            "IMG_O1234.AAE",
            "IMG_1234.JPG.xmp",
            "img_1234.xmp",
        ],
        ["MVI_0001.THM", "MVI_0001.AVI"],
        ["PXL_20210101_120000123.RAW-01.COVER.jpg", "PXL_20210101_120000123.RAW-02.ORIGINAL.dng"],
        ["PXL_20210101_120000123.RAW-01.MP.COVER.jpg", "PXL_20210101_120000123.RAW-02.ORIGINAL.dng"],
        ["PXL_20210101_120000123.MP.jpg", "PXL_20210101_120000123.MP", "PXL_20210101_120000123.mp4"],
        ["IMG_0042.HEIC", "IMG_0042_HEVC.MOV"],
        ["Café.jpg", "Cafe\u0301.XMP", "CAFÉ.JPG.xmp"],
    ],
)
def test_one_group(names: list[str]) -> None:
    assert len({stem_key(name) for name in names}) == 1


def test_other_groups() -> None:
    names = [
        "IMG_1234.JPG",
        "IMG_1235.JPG",
        "IMG_1234 (1).JPG",
        "IMG_12345.JPG",
        "DSC.v1.jpg",
        "DSC.v2.jpg",
        "IMG_EVE.JPG",
    ]
    assert len({stem_key(name) for name in names}) == len(names)


def test_iphone() -> None:
    found = photos(
        "IMG_1.JPG", "IMG_1234.HEIC", "IMG_1234.MOV", "IMG_E1234.JPG", "IMG_1234.AAE", "IMG_E1234.MOV", mov=2.9
    )
    assert found == {
        "IMG_1.JPG": {},
        "IMG_1234.HEIC": {
            "IMG_1234.MOV": "live",
            "IMG_E1234.JPG": "edit",
            "IMG_E1234.MOV": "edit",
            "IMG_1234.AAE": "sidecar",
        },
    }


def test_an_edit_whose_original_is_not_there() -> None:
    assert photos("IMG_E1234.JPG") == {"IMG_E1234.JPG": {}}
    assert photos("IMG_E1234.JPG", "IMG_1234.MOV") == {"IMG_E1234.JPG": {"IMG_1234.MOV": "live"}}
    assert photos("IMG_1234.DNG", "IMG_E1234.JPG") == {"IMG_1234.DNG": {"IMG_E1234.JPG": "edit"}}


def test_the_length_of_a_video_decides() -> None:
    assert photos("a.jpg", "a.mp4", mp4=3.0) == {"a.jpg": {"a.mp4": "live"}}
    assert photos("a.jpg", "a.mp4") == {"a.jpg": {"a.mp4": "live"}}
    assert photos("a.jpg", "a.mp4", mp4=47.0) == {"a.jpg": {}, "a.mp4": {}}
    assert photos("a.mp4", mp4=3.0) == {"a.mp4": {}}


def test_raw() -> None:
    assert photos("a.CR2", "a.JPG") == {"a.JPG": {"a.CR2": "raw"}}
    assert photos("a.heic", "a.dng", "a.mov") == {"a.heic": {"a.dng": "raw", "a.mov": "live"}}
    assert photos("a.nef") == {"a.nef": {}}
    assert photos("a.nef", "a.tif") == {"a.nef": {}, "a.tif": {}}
    assert photos("a.nef", "a.mov", "a.xmp") == {"a.nef": {"a.mov": "live", "a.xmp": "sidecar"}}


def test_two_pictures_are_two_photos() -> None:
    assert photos("a.jpg", "a.png", "a.webp") == {"a.jpg": {}, "a.png": {}, "a.webp": {}}
    assert photos("a.jpg", "A.JPG") == {"A.JPG": {}, "a.jpg": {}}


def test_sidecars_go_to_the_file_they_name() -> None:
    found = photos("a.jpg", "a.png", "a.nef", "a.png.xmp", "a.nef.xmp", "a.xmp", "a.webp.xmp")
    assert found == {
        "a.png": {"a.png.xmp": "sidecar"},
        "a.jpg": {"a.nef": "raw", "a.nef.xmp": "sidecar", "a.xmp": "sidecar"},
    }
    assert photos("a.nef", "a.tif", "a.xmp") == {"a.nef": {"a.xmp": "sidecar"}, "a.tif": {}}
    assert photos("a.jpg", "A.JPG", "A.JPG.xmp") == {"a.jpg": {}, "A.JPG": {"A.JPG.xmp": "sidecar"}}
    assert photos("dr. smith.jpg", "Dr. Smith.xmp") == {"dr. smith.jpg": {"Dr. Smith.xmp": "sidecar"}}
    assert photos("a.xmp", "a.aae") == {}


def test_thumbnails_of_videos() -> None:
    assert photos("MVI_1.AVI", "MVI_1.THM") == {"MVI_1.AVI": {"MVI_1.THM": "thumbnail"}}
    assert photos("GOPR1.MP4", "GOPR1.LRV", "GOPR1.THM", mp4=60.0, lrv=60.0) == {
        "GOPR1.MP4": {"GOPR1.LRV": "thumbnail", "GOPR1.THM": "thumbnail"}
    }
    assert photos("MVI_1.THM") == {"MVI_1.THM": {}}


def test_pixel() -> None:
    stem = "PXL_20210101_120000123"
    assert photos(f"{stem}.RAW-01.COVER.jpg", f"{stem}.RAW-02.ORIGINAL.dng") == {
        f"{stem}.RAW-01.COVER.jpg": {f"{stem}.RAW-02.ORIGINAL.dng": "raw"}
    }
    assert photos(f"{stem}.MP.jpg", f"{stem}.MP", mp=1.5) == {f"{stem}.MP.jpg": {f"{stem}.MP": "live"}}
    assert photos(f"{stem}.PORTRAIT-01.COVER.jpg", f"{stem}.PORTRAIT-02.ORIGINAL.jpg") == {
        f"{stem}.PORTRAIT-02.ORIGINAL.jpg": {f"{stem}.PORTRAIT-01.COVER.jpg": "edit"}
    }


def test_other_files_are_in_no_photo() -> None:
    assert photos("a.txt", "a.jpg", "b.txt") == {"a.jpg": {}}
    assert pair([]) == []


def test_every_picture_is_in_exactly_one_photo() -> None:
    rng = random.Random(3)
    stems = ["IMG_1234", "IMG_E1234", "a", "A", "PXL_1.RAW-01.COVER", "PXL_1.RAW-02.ORIGINAL", "a.jpg"]
    for _ in range(1500):
        names = {f"{rng.choice(stems)}.{rng.choice([*KINDS])}" for _ in range(rng.randint(1, 9))}
        members = [
            Member(name, KINDS[name.rpartition(".")[2]], rng.choice([None, 2.0, 60.0])) for name in sorted(names)
        ]
        found: list[Pairing] = pair(members)
        used = [photo.main for photo in found] + [name for photo in found for _, name in photo.companions]
        media = {m.name for m in members if m.kind.kind in ("image", "raw", "video")}
        assert len(used) == len(set(used))
        assert media <= set(used) <= names
        rng.shuffle(members)
        assert pair(members) == found
