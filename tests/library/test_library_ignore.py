"""What is skipped: names of NAS and sync tools, what .havenignore says, hidden folders."""

import logging
import os
from pathlib import Path

import pytest

from haven_fs.library.ignore import RuleBook, is_noise, read_patterns

NOISE = [
    "@eaDir",
    "#recycle",
    "@Recycle",
    "#snapshot",
    ".stversions",
    ".stfolder",
    ".Trash-1000",
    ".Trashes",
    "$RECYCLE.BIN",
    ".thumbnails",
    ".Spotlight-V100",
    ".fseventsd",
    "lost+found",
    "._IMG_1.JPG",
    ".DS_Store",
    "Thumbs.db",
    "THUMBS.DB",
    "desktop.ini",
    ".@__thumb",
    ".sync",
    ".dtrash",
    "a.jpg.part",
    "a.jpg.partial",
    "a.jpg.a1b2c3d4.partial",
    "a.jpg.crdownload",
    "a.tmp",
    ".~lock.a.odt#",
    "~$a.docx",
    ".syncthing.a.jpg.tmp",
    "~syncthing~a.jpg.tmp",
    "a.jpg.!sync",
    "a.jpg.filepart",
    ".goutputstream-X1Y2Z3",
    ".nfs0000000000a1",
    ".haven-upload-1",
    ".trashed-1700-a.jpg",
    "System Volume Information",
    "Icon\r",
]


@pytest.mark.parametrize("name", NOISE)
def test_noise(name: str) -> None:
    assert is_noise(name)


@pytest.mark.parametrize(
    "name", ["IMG_1.JPG", "part.jpg", "Trash.jpg", "_MG_1.CR2", "@home.jpg", "#1.jpg", "tmp", "a.partial.jpg"]
)
def test_not_noise(name: str) -> None:
    assert not is_noise(name)


def book(root: Path, files: dict[str, str | bytes]) -> RuleBook:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return RuleBook(root)


def test_havenignore(tmp_path: Path) -> None:
    rules = book(
        tmp_path,
        {
            ".havenignore": "# not ours\n*.png\n/Private/\nScans/*.tif\n!keep.png\n",
            "Trip/.havenignore": "!*.png\nday?.jpg\n",
        },
    )

    def skips(path: str) -> bool:
        return rules.skips(path, folder=False)

    assert skips("a.png") and skips("x/y/a.png") and not skips("keep.png") and not skips("a.jpg")
    assert rules.skips("Private", folder=True) and skips("Private/deep/a.jpg") and not skips("x/Private/a.jpg")
    assert rules.inside("Private/deep") is None
    assert not rules.skips("Private.jpg", folder=False)
    assert skips("Scans/a.tif") and not skips("Scans/old/a.tif")
    assert not skips("Trip/a.png") and not skips("Trip/x/a.png") and skips("Trip/x/day1.jpg") and not skips("day1.jpg")


def test_hidden_names_may_be_taken_back_in_but_noise_not(tmp_path: Path) -> None:
    rules = book(tmp_path, {".havenignore": "!.secret/\n!.DS_Store\n!@eaDir/\n!._*\n"})
    assert rules.skips(".hidden", folder=True) and rules.skips(".IMG_1.jpg.x7Yz3a", folder=False)
    assert not rules.skips(".secret", folder=True) and not rules.skips(".secret/a.jpg", folder=False)
    assert (
        rules.skips(".DS_Store", folder=False)
        and rules.skips("@eaDir", folder=True)
        and rules.skips("._a", folder=False)
    )


def test_a_bad_line_costs_that_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rules = book(tmp_path, {".havenignore": b"\xef\xbb\xbfa.jpg\r\n!\r\n\xff.jpg\r\nb.jpg\r\n"})
    assert rules.skips("a.jpg", folder=False) and rules.skips("b.jpg", folder=False)
    assert rules.skips(os.fsdecode(b"x/\xff.jpg"), folder=False)
    RuleBook(tmp_path)  # says it no second time
    assert "line 2" in caplog.text and len(caplog.records) == 1


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".havenignore")  # opening it would wait for ever
    (tmp_path / "x" / ".havenignore").mkdir(parents=True)
    assert not RuleBook(tmp_path).skips("x/a.jpg", folder=False)


def test_deep_paths(tmp_path: Path) -> None:
    assert not book(tmp_path, {}).skips("d/" * 5000 + "a.jpg", folder=False)


def test_a_line_that_makes_no_pattern_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / ".havenignore").write_text("*.psd\n[z-a]\n")
    patterns = read_patterns(tmp_path)
    assert patterns is not None
    assert patterns.match_file("a.psd")
    assert not patterns.match_file("a.jpg")
