"""Paths of libraries: reached folder by folder, so that a link leads nowhere, also one that comes in between."""

import ctypes
import errno
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from haven_fs.library import beneath, filecalls, fileops, storing, trash
from haven_fs.library.beneath import Beneath
from haven_fs.library.storing import Draft
from haven_fs.library.walk import walk

pytestmark = pytest.mark.skipif(not beneath.HAS_DIR_FD, reason="this system has no dir_fd")


@pytest.fixture(params=["in one call", "folder by folder"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to reach a file, whatever the system has."""
    if request.param == "folder by folder":
        monkeypatch.setattr(beneath, "_openat2", None)
    elif beneath._openat2 is None:
        pytest.skip("this system has no openat2")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A library, beside a folder that no operation may reach."""
    for top, said in (("library", b"inside"), ("outside", b"outside")):
        for folder in ("sub", "a/b/c"):
            (tmp_path / top / folder).mkdir(parents=True)
            (tmp_path / top / folder / "x.jpg").write_bytes(said)
    return tmp_path / "library"


DEPTHS = ["x.jpg", "1/x.jpg", "1/2/3/4/5/x.jpg", "/".join("abcdefghij") + "/x.jpg"]


@pytest.mark.parametrize("below", DEPTHS)
def test_what_lies_at_any_depth_is_read(tmp_path: Path, way: None, below: str) -> None:
    (tmp_path / below).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / below).write_bytes(b"there")
    path = Beneath(tmp_path, below)
    assert path.read_bytes() == b"there"
    assert path.lstat() == path.stat() == (tmp_path / below).stat()
    assert path.is_file() and path.exists() and not path.is_dir() and not path.is_symlink()
    assert path.parent.is_dir()
    assert [one.name for one in path.parent.iterdir()] == ["x.jpg"]
    assert path == tmp_path / below and str(path) == str(tmp_path / below)


@pytest.mark.parametrize("below", DEPTHS)
@pytest.mark.parametrize("where", ["outside", "inside"])
def test_no_name_may_be_that_of_a_link(tmp_path: Path, way: None, below: str, where: str) -> None:
    library = tmp_path / "library"
    target = tmp_path / "outside" if where == "outside" else library / "real"
    names = below.split("/")
    for number in range(len(names)):
        real = target / str(number) / "/".join(names[number:])
        real.parent.mkdir(parents=True, exist_ok=True)
        real.write_bytes(b"not to be read")
        link = library / str(number) / "/".join(names[: number + 1])
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target / str(number) / names[number])
        path = Beneath(library / str(number), below)
        assert Path(str(path)).read_bytes() == b"not to be read"
        with pytest.raises(OSError, match="link") as found:
            path.open("rb")
        assert found.value.errno == errno.ELOOP and found.value.filename == str(path)
        if number < len(names) - 1:
            with pytest.raises(OSError, match="link"):
                path.lstat()
            assert not path.exists()
            with pytest.raises(OSError, match="link"):
                path.with_name("new").open("xb")
            with pytest.raises(OSError, match="link"):
                path.with_name("new").mkdir()
            with pytest.raises(OSError, match="link"):
                path.unlink(missing_ok=True)
        else:
            assert path.is_symlink() and not path.is_file()
            path.unlink()
        assert real.read_bytes() == b"not to be read"


def test_the_root_may_be_a_link_or_lie_below_some(tmp_path: Path, root: Path, way: None) -> None:
    (tmp_path / "link").symlink_to(root.parent)
    assert Beneath(tmp_path / "link/library", "a/b/c/x.jpg").read_bytes() == b"inside"
    (tmp_path / "chosen").symlink_to(root)
    assert Beneath(tmp_path / "chosen", "sub/x.jpg").read_bytes() == b"inside"
    assert [listing.path for listing in walk(tmp_path / "chosen")] == ["", "a", "a/b", "a/b/c", "sub"]
    with pytest.raises(FileNotFoundError) as found:
        Beneath(tmp_path / "gone", "x.jpg").open("rb")
    assert found.value.filename == str(tmp_path / "gone/x.jpg")


def test_nothing_leads_up() -> None:
    for below in ("..", "../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a/."):
        with pytest.raises(ValueError, match="no path below"):
            Beneath(Path("/library"), below)
    with pytest.raises(ValueError, match="no path below"):
        _ = Beneath(Path("/library")) / "../x"


def test_what_is_made_of_a_path_is_reached_the_same_way(root: Path) -> None:
    path = Beneath(root, "sub/x.jpg")
    made = [path.parent, path.parent / "x.jpg", path.with_name("y"), path.with_suffix(".xmp"), Beneath(root) / "sub"]
    made += [path.parent.joinpath("x.jpg"), pickle.loads(pickle.dumps(path)), *path.parent.iterdir()]
    assert all(isinstance(one, Beneath) and one.top == root for one in made)
    assert [str(one.relative_to(root)) for one in made[:4]] == ["sub", "sub/x.jpg", "sub/y", "sub/x.xmp"]
    assert Beneath(root).parent == root.parent


def test_what_would_follow_links_is_refused(root: Path) -> None:
    path = Beneath(root, "sub")
    for act in (lambda: path.chmod(0o700), lambda: path.touch(), lambda: list(path.glob("*"))):
        with pytest.raises(NotImplementedError, match="follow no link"):
            act()


def test_pipes_and_devices_are_no_files(root: Path, way: None) -> None:
    os.mkfifo(root / "pipe.jpg")
    began = time.monotonic()
    with pytest.raises(OSError, match="No such device") as found:
        Beneath(root, "pipe.jpg").open("rb")
    assert found.value.errno == errno.ENXIO and time.monotonic() - began < 5
    with pytest.raises(IsADirectoryError):
        Beneath(root, "sub").open("rb")


def test_the_file_is_what_methods_of_a_path_make_of_it(root: Path, way: None) -> None:
    path = Beneath(root, "sub/new.txt")
    with path.open("x", encoding="utf-8") as file:
        file.write("größer")
    assert path.read_text(encoding="utf-8") == "größer"
    with pytest.raises(FileExistsError):
        path.open("xb")
    path.replace(Beneath(root, "a/there"))
    assert (root / "a/there").exists() and not path.exists()
    Beneath(root, "a/folder").mkdir()
    with pytest.raises(FileExistsError):
        Beneath(root, "a/folder").mkdir()
    Beneath(root, "a/folder").mkdir(exist_ok=True)
    Beneath(root, "a/folder").rmdir()
    beneath.utime(Beneath(root, "a/there"), 1_600_000_000_123_456_789)
    assert (root / "a/there").stat().st_mtime_ns == 1_600_000_000_123_456_789
    with pytest.raises(FileNotFoundError):
        Beneath(root, "none").unlink()
    Beneath(root, "none").unlink(missing_ok=True)


def test_what_is_read_is_the_folder_that_was_opened(root: Path) -> None:
    """A folder that is swapped after it was opened is still that folder, and its link is none of ours."""
    with beneath.listing(Beneath(root, "sub")) as entries:
        (root / "sub").rename(root / "away")
        (root / "sub").symlink_to(root.parent / "outside/a")
        (entry,) = list(entries)
        assert entry.name == "x.jpg" and entry.stat(follow_symlinks=False).st_size == len(b"inside")


def _read(folder: Beneath) -> None:
    assert (folder / "x.jpg").read_bytes() == b"inside"


def _walk(folder: Beneath) -> None:
    for listing in walk(folder.top, only={folder.below}):
        assert all(file.size == len(b"inside") for file in listing.files if file.name == "x.jpg")


def _draft(folder: Beneath) -> None:
    draft = Draft(folder, 3)
    draft.write(b"new")
    draft.finish(1_600_000_000)
    try:
        fileops.rename_new(draft.path, folder / "new")
    finally:
        draft.discard()
    storing.sync_folder(folder)
    (folder / "new").unlink()


def _folders(folder: Beneath) -> None:
    storing.make_folders(folder.top, f"{folder.below}/one/two")
    fileops.discard(folder / "one")


def _copy(folder: Beneath) -> None:
    draft = fileops.copy(folder / "x.jpg", folder, everything=True)
    fileops.discard(draft)


def _copy_folder(folder: Beneath) -> None:
    fileops.discard(fileops.copy(folder, Beneath(folder.top), failed=lambda *_: None))


def _trash(folder: Beneath) -> None:
    draft = Draft(folder)
    draft.finish()
    fileops.rename_new(draft.path, folder / "old")
    token = trash.put_away(folder.top, f"{folder.below}/old")
    fileops.discard(trash.give_up(folder.top, token))


def _time(folder: Beneath) -> None:
    beneath.utime(folder / "x.jpg", 1_600_000_000_000_000_000)


def _remove(folder: Beneath) -> None:
    (folder / "gone").mkdir(exist_ok=True)  # which a refusal may have left
    filecalls.remove(folder / "gone")


@contextmanager
def swapped(folder: Path, outside: Path) -> Iterator[Callable[[], int]]:
    """Exchange a folder with a link, and back, in a thread; give how often that was."""
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    if sys.platform != "linux" or call is None:
        pytest.skip("this system cannot exchange two names")
    link = folder.with_name(".link")
    link.symlink_to(outside)
    stopping = threading.Event()
    count = [0]

    def swap() -> None:
        while not stopping.is_set() or count[0] % 2:
            if call(-100, os.fsencode(folder), -100, os.fsencode(link), 2):
                break  # such as a disk that cannot
            count[0] += 1
            # Mostly quick, and sometimes long enough for all of an operation.
            time.sleep(0.00005 if count[0] % 20 else 0.01)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield lambda: count[0]
    finally:
        stopping.set()
        thread.join()


def state_of(folder: Path) -> dict[str, object]:
    """Return all that is in a folder, with times and bytes."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return {str(path): (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in paths}


@pytest.mark.parametrize("deep", ["sub", "a/b/c"])
@pytest.mark.parametrize(
    "act", [_read, _walk, _draft, _folders, _copy, _copy_folder, _trash, _time, _remove], ids=lambda act: act.__name__
)
def test_a_link_that_comes_and_goes_leads_nowhere(root: Path, way: None, act: Callable[..., None], deep: str) -> None:
    outside = root.parent / "outside"
    before = state_of(outside)
    done = refused = 0
    top = deep.partition("/")[0]
    with swapped(root / top, outside / top) as swaps:
        end = time.monotonic() + 0.4
        while time.monotonic() < end or (not (done and refused) and time.monotonic() < end + 20):
            try:
                act(Beneath(root, deep))
                done += 1
            except OSError as error:
                assert error.errno in (
                    errno.ELOOP,
                    errno.ENOENT,
                    errno.ENOTDIR,
                    errno.EEXIST,
                    errno.ENOTEMPTY,
                    errno.EISDIR,
                ), error
                refused += 1
            with suppress(OSError):
                Beneath(root, f"{deep}/old").unlink()
            with suppress(OSError):
                Beneath(root, f"{deep}/new").unlink()
    assert swaps() > 10 and done
    assert refused or act is _walk
    assert state_of(outside) == before


def test_drafts_are_swept_where_they_lie(root: Path) -> None:
    """Not where a link leads to."""
    for folder in (root, root / "a/b", root.parent / "outside"):
        (folder / f"{storing.DRAFT}0-1").write_bytes(b"half")
    (root / "link").symlink_to(root.parent / "outside")
    (root / f"{storing.DRAFT}0-2").symlink_to(root.parent / "outside")
    (root / f"{storing.DRAFT}0-3").mkdir()
    (root / f"{storing.DRAFT}0-3/link").symlink_to(root.parent / "outside")
    assert storing.sweep(root) == 4
    assert sorted(path.name for path in root.iterdir()) == ["a", "link", "sub"]
    assert (root.parent / f"outside/{storing.DRAFT}0-1").read_bytes() == b"half"
