"""The tables of what belongs together and what is nobody's photo: tests/helpers/pairs.py and leavings.py."""

import random
from pathlib import Path

import pytest
from helpers.belonging import DAY, OTHER, F, Pair, member
from helpers.leavings import LEAVINGS, TAKEN
from helpers.pairs import PAIRS

from haven_fs.library.pair import pair, spare
from haven_fs.library.stems import read_name
from haven_fs.library.walk import walk


@pytest.mark.parametrize("case", PAIRS, ids=[case.of for case in PAIRS])
def test_pairs(case: Pair) -> None:
    members = [member(file) for file in case.files]
    found = pair(members)
    assert {one.main: {name: role for role, name in one.companions} for one in found} == case.photos
    for seed in range(5):
        random.Random(seed).shuffle(members)
        assert pair(members) == found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    root = tmp_path_factory.mktemp("library")
    for path in LEAVINGS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return {f"{one.path}/{file.name}".lstrip("/") for one in walk(root) for file in one.files}


@pytest.mark.parametrize("path", LEAVINGS)
def test_leavings(seen: set[str], path: str) -> None:
    assert (path in seen) == (LEAVINGS[path] == TAKEN)


def test_the_table_is_long_enough() -> None:
    assert len(PAIRS) >= 60
    assert len(LEAVINGS) >= 60


def test_a_library_that_is_another_programs_folder_is_taken(tmp_path: Path) -> None:
    """The owner named it."""
    for root, file in (
        ("P.photoslibrary/resources/derivatives", "7/a.jpg"),
        ("Sent", "a.jpg"),
        ("nc/anna/files_versions", "a.jpg"),
    ):
        top = tmp_path / root
        (top / file).parent.mkdir(parents=True)
        (top / file).touch()
        (top / ".nomedia").touch()
        assert [name.name for one in walk(top) for name in one.files] == ["a.jpg"]


def test_a_package_as_a_library(tmp_path: Path) -> None:
    root = tmp_path / "Photos Library.photoslibrary"
    for path in ("originals/A/A.heic", "resources/derivatives/A/A.jpeg", "database/a.jpg"):
        (root / path).parent.mkdir(parents=True)
        (root / path).touch()
    assert [file.name for one in walk(root) for file in one.files] == ["A.heic"]


@pytest.mark.parametrize("line", ["!.nomedia", "!Sent/", "!Sent/**"])
def test_the_owner_takes_a_folder_back_in(tmp_path: Path, line: str) -> None:
    (tmp_path / "Sent/deep").mkdir(parents=True)
    for name in (".nomedia", "a.jpg", "deep/b.jpg"):
        (tmp_path / "Sent" / name).touch()
    assert [file.name for one in walk(tmp_path) for file in one.files] == []
    (tmp_path / ".havenignore").write_text(line)
    assert [file.name for one in walk(tmp_path) for file in one.files if file.name != ".nomedia"] == ["a.jpg", "b.jpg"]


def test_previews_are_taken_back_in(tmp_path: Path) -> None:
    (tmp_path / "P.photoslibrary/resources/derivatives").mkdir(parents=True)
    (tmp_path / "P.photoslibrary/resources/derivatives/a.jpg").touch()
    (tmp_path / ".havenignore").write_text("!derivatives/\n")
    assert [file.name for one in walk(tmp_path) for file in one.files] == ["a.jpg"]


def test_what_is_skipped_is_counted(tmp_path: Path) -> None:
    (tmp_path / "in/Sent").mkdir(parents=True)
    for name in ("a.jpg", "in/Sent/.nomedia", "in/Sent/b.jpg", ".hidden.jpg", "x.psd", "Thumbs.db", "c.jpg.part"):
        (tmp_path / name).touch()
    (tmp_path / "@eaDir").mkdir()
    (tmp_path / ".havenignore").write_text("*.psd\n")
    (tmp_path / "out.jpg").symlink_to(tmp_path.parent / "elsewhere.jpg")
    (tmp_path / "elsewhere").symlink_to("..")
    (tmp_path / "again.jpg").symlink_to("a.jpg")
    (tmp_path / "annexed.jpg").symlink_to(".git/annex/objects/1.jpg")
    (tmp_path / "notes.txt").symlink_to("/etc/motd.txt")
    listings = {one.path: one.skipped for one in walk(tmp_path)}
    assert listings == {
        "": {
            ("hidden", False): 1,
            ("havenignore", False): 1,
            ("system", False): 1,
            ("unfinished", False): 1,
            ("preview", True): 1,
            ("link", False): 3,
        },
        "in": {},
        "in/Sent": {("nomedia", False): 1},
    }
    assert {one.path: one.skipped for one in walk(tmp_path, only={"in/Sent"})} == {"in/Sent": listings["in/Sent"]}


@pytest.mark.parametrize(
    ("name", "key", "names"),
    [
        ("IMG_1234.jpg.json", "img_1234", "img_1234.jpg"),
        ("IMG_1234.jpg(1).json", "img_1234(1)", "img_1234(1).jpg"),
        ("IMG_1234.jpg.supplemental-metadata.json", "img_1234", "img_1234.jpg"),
        ("IMG_1234.jpg.supplemental-metadata(1).json", "img_1234(1)", "img_1234(1).jpg"),
        ("IMG_1234.jpg.supplemental-me.json", "img_1234", "img_1234.jpg"),
        ("IMG_1234.HEIC.xmp", "img_1234", "img_1234.heic"),
        ("IMG_1234 (1).HEIC.xmp", "img_1234(1)", "img_1234(1).heic"),
        ("IMG_1234.yml", "img_1234", ""),
        ("metadata.json", "metadata", ""),
    ],
)
def test_what_sidecars_are_called_after(name: str, key: str, names: str) -> None:
    assert read_name(name)[0] == key
    assert read_name(name).names == names


def test_every_picture_is_in_exactly_one_photo_or_a_backup() -> None:
    rng = random.Random(7)
    stems = ["a", "A", "a_v1", "a-edited", "a-Edit", "a (1)", "a(1)", "a-edited(1)", "a_HEVC", "a.jpg", "a_DxO"]
    pixel = "PXL_20210101_120000123"
    stems += [pixel, f"{pixel}.MP", f"{pixel}.PORTRAIT", f"{pixel}.PORTRAIT.ORIGINAL", f"{pixel}~2"]
    tails = ["jpg", "heic", "png", "nef", "dng", "mov", "mp4", "mp", "lrv", "thm", "xmp", "aae", "jpg_original", "jpg~"]
    tails += ["bak", "json", "avi"]
    for _ in range(3000):
        names = {f"{rng.choice(stems)}.{rng.choice(tails)}" for _ in range(rng.randint(1, 10))}
        members = [
            member(
                F(name, rng.choice(["", DAY, OTHER]), None, rng.choice([None, 2.0, 60.0]), rng.choice(["", "A", "B"]))
            )
            for name in sorted(names)
        ]
        found = pair(members)
        used = [photo.main for photo in found] + [name for photo in found for _, name in photo.companions]
        media = {one.name for one in members if one.kind.kind in ("image", "raw", "video")}
        assert len(used) == len(set(used))
        spared = {
            name
            for group in {one.named.key for one in members}
            for name in spare([m for m in members if m.named.key == group])
        }
        assert media - spared <= set(used) <= names - spared
        rng.shuffle(members)
        assert pair(members) == found
