"""Walking a library: everything that is there, nothing outside it, no stop for what cannot be read."""

import os
import socket
import time
from pathlib import Path

import pytest

from haven_fs.library import beneath
from haven_fs.library.walk import Listing, folders, walk


def fill(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"12345")
    return root


def seen(root: Path, only: set[str] | None = None) -> dict[str, list[str]]:
    return {listing.path: [file.name for file in listing.files] for listing in walk(root, only=only)}


def test_everything_top_down(tmp_path: Path) -> None:
    fill(
        tmp_path,
        "b.jpg",
        "a.jpg",
        "x/y/z.jpg",
        "x/w.jpg",
        "@eaDir/b.jpg/t.jpg",
        ".cache/a.jpg",
        "x/Thumbs.db",
        "a.jpg.part",
    )
    assert seen(tmp_path) == {"": ["a.jpg", "b.jpg"], "x": ["w.jpg"], "x/y": ["z.jpg"]}
    top = next(walk(tmp_path))
    status = (tmp_path / "a.jpg").stat()
    assert top.folders == ["x"]
    assert top.files[0] == ("a.jpg", 5, status.st_mtime_ns, status.st_ino, status.st_dev, status.st_ctime_ns)
    assert list(folders(tmp_path)) == [("", True), ("x", True), ("x/y", True)]
    assert list(folders(tmp_path, "x")) == [("x", True), ("x/y", True)]
    assert list(folders(tmp_path, "@eaDir")) == list(folders(tmp_path, "nope")) == []


def test_havenignore_on_the_way_down(tmp_path: Path) -> None:
    fill(tmp_path, "x/a.jpg", "x/b.png", "x/y/c.png", "x/Drafts/d.jpg")
    (tmp_path / "x/.havenignore").write_text("*.png\nDrafts/\n!y/c.png\n")
    assert seen(tmp_path) == {"": [], "x": ["a.jpg"], "x/y": ["c.png"]}
    assert seen(tmp_path, {"x/y", "x"}) == {"x": ["a.jpg"], "x/y": ["c.png"]}
    assert list(walk(tmp_path, only={"x/Drafts"})) == [Listing("x/Drafts", gone=True)]


def test_links_pipes_and_sockets_are_not_there(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", "secret.jpg", "deep/secret.jpg")
    root = fill(tmp_path / "root", "real/a.jpg")
    (root / "out").symlink_to(outside)
    (root / "out.jpg").symlink_to(outside / "secret.jpg")
    (root / "in").symlink_to(root / "real")
    (root / "loop").symlink_to(root)
    (root / "nowhere.jpg").symlink_to(root / "nope")
    os.mkfifo(root / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(root / "socket.jpg"))
        assert seen(root) == {"": [], "real": ["a.jpg"]}
    for path in ("out", "out/deep", "in", "nowhere.jpg", "pipe.jpg", "../outside"):
        assert list(walk(root, only={path})) == [Listing(path, gone=True)]
    (tmp_path / "link").symlink_to(root)
    assert seen(tmp_path / "link") == seen(root)


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xe9t\xe9")
    fill(tmp_path, f"{name}/" + os.fsdecode(b"\xff.jpg"))
    assert seen(tmp_path) == {"": [], name: [os.fsdecode(b"\xff.jpg")]}
    assert list(folders(tmp_path)) == [("", False), (name, False)]
    assert seen(tmp_path, {name}) == {name: [os.fsdecode(b"\xff.jpg")]}


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a/1.jpg", "bad/2.jpg", "c/3.jpg")
    open_folder = beneath.open_folder

    def refuse(path: Path) -> int:  # root, whom tests may run as, can read everything
        if path.name == "bad":
            raise PermissionError(13, "Permission denied")
        return open_folder(path)

    monkeypatch.setattr(beneath, "open_folder", refuse)
    listings = {listing.path: listing for listing in walk(tmp_path)}
    assert listings["bad"] == Listing("bad", error="Permission denied")
    assert [file.name for file in listings["c"].files] == ["3.jpg"]


def test_a_folder_that_went(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.jpg", "b/2.jpg")
    listings = []
    for listing in walk(tmp_path):
        listings.append(listing)
        if not listing.path:
            (tmp_path / "a/1.jpg").unlink()
            (tmp_path / "a").rmdir()
    assert listings[1] == Listing("a", gone=True)
    assert listings[2].path == "b" and listings[2].files
    assert list(walk(tmp_path, only={"a", "b/2.jpg"})) == [Listing("a", gone=True), Listing("b/2.jpg", gone=True)]


def test_a_root_that_is_not_there_is_never_gone(tmp_path: Path) -> None:
    for only in (None, {""}):
        (listing,) = walk(tmp_path / "nope", only=only)
        assert listing.error and not listing.gone


def test_deep_folders(tmp_path: Path) -> None:
    paths = [Path(str(tmp_path) + "/d" * depth) for depth in range(1, (4000 - len(str(tmp_path))) // 2)]
    for path in paths:
        path.mkdir()
    listings = list(walk(tmp_path))
    for path in reversed(paths):  # pytest's own clean-up would recurse
        path.rmdir()
    assert len(listings) == len(paths) + 1 > 1500
    assert not any(listing.error for listing in listings)


def test_ten_thousand_files_in_one_folder(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"IMG_{number:05}.JPG").touch()
    asked, listed = [], []
    for _ in range(5):
        started = time.process_time()
        states = [entry.stat(follow_symlinks=False) for entry in os.scandir(tmp_path)]
        asked.append(time.process_time() - started)
        started = time.process_time()
        (listing,) = walk(tmp_path)
        listed.append(time.process_time() - started)
    assert len(listing.files) == len(states) == 10_000
    assert min(listed) < 6 * min(asked), "what it costs to ask for the same"
