"""A writable library is as good as a plain folder: for litmus, for rclone and its mount, and for random operations."""

import hashlib
import random
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.effort import times
from helpers.programs import mounted, rclone
from helpers.serving import wait_for
from helpers.writable import House, at, contents, listed


def test_litmus(shared: House, tmp_path: Path) -> None:
    """The real litmus 0.13: all its suites pass, without a warning."""
    if shutil.which("litmus") is None:
        pytest.skip("litmus is not installed")
    before = contents(shared.lib)
    done = subprocess.run(
        ["litmus", f"{shared.serving.url}Originals/Lib/"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    summaries = [line for line in done.stdout.splitlines() if "summary for" in line]
    assert len(summaries) == 5, done.stdout
    assert all(" 0 failed" in line for line in summaries), done.stdout
    assert not [line for line in done.stdout.splitlines() if "WARNING" in line or "SKIPPED" in line], done.stdout
    shutil.rmtree(shared.lib / "litmus", ignore_errors=True)
    assert contents(shared.lib) == before


NAMES = ("a", "b", "ü é", "c.txt", "D.jpg", "100% #?&+")


class Plain:
    """The same file operations on a plain folder, with what RFC 4918 says of each."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: str, body: bytes) -> bool:
        target = self.root / path
        if not target.parent.is_dir() or target.is_dir():
            return False
        target.write_bytes(body)
        return True

    def make(self, path: str) -> bool:
        target = self.root / path
        if target.exists() or not target.parent.is_dir():
            return False
        target.mkdir()
        return True

    def delete(self, path: str) -> bool:
        target = self.root / path
        if not target.exists():
            return False
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        return True

    def transfer(self, verb: str, source: str, to: str, overwrite: bool) -> bool:
        old, new = self.root / source, self.root / to
        inside = new == old or new.is_relative_to(old) or old.is_relative_to(new)
        if inside or not old.exists() or not new.parent.is_dir() or (new.exists() and not overwrite):
            return False
        if new.exists():
            self.delete(to)
        if verb == "MOVE":
            old.rename(new)
        else:
            shutil.copytree(old, new) if old.is_dir() else shutil.copy2(old, new)
        return True


def test_the_same_as_a_plain_folder(house: House, dav: Client, tmp_path: Path) -> None:
    """Hundreds of random operations here and there give the same tree, and nothing that was written is ever lost."""
    rng = random.Random(20240731)
    shutil.copytree(house.lib, tmp_path / "plain")
    plain, written = Plain(tmp_path / "plain"), {one for one in contents(house.lib).values() if one}

    def path() -> str:
        return "/".join(rng.choices(NAMES, k=rng.choice((1, 1, 2, 2, 3))))

    for step in range(times(150, 400)):
        kind = rng.choice(("put", "put", "make", "make", "delete", "MOVE", "MOVE", "COPY"))
        one = path()
        url = f"{at(house.lib)}/{quote(one)}"
        if kind == "put":
            body = f"{step} {rng.random()}".encode() if rng.random() < 0.9 else b""
            done, status = plain.put(one, body), dav("PUT", url, body).status
            written |= {hashlib.sha256(body).hexdigest()} if done else set()
        elif kind == "make":
            done, status = plain.make(one), dav("MKCOL", url).status
        elif kind == "delete":
            done, status = plain.delete(one), dav("DELETE", url).status
        else:
            to, overwrite = path(), rng.random() < 0.6
            done = plain.transfer(kind, one, to, overwrite)
            flag = "T" if overwrite else "F"
            status = dav.transfer(kind, f"{at(house.lib)}/{one}", f"{at(house.lib)}/{to}", Overwrite=flag).status
        assert (status < 300) is done, (step, kind, one, status)
        if step % 50 == 49:
            assert contents(house.lib) == contents(plain.root), step
            assert listed(dav, f"{at(house.lib)}/") == contents(plain.root), step
    assert written <= set(contents(house.lib.parent, removed=True).values())
    house.serving.settle()
    assert listed(dav, f"{at(house.lib)}/") == contents(plain.root)


def test_through_a_mount(own: House, tmp_path: Path) -> None:
    """What people do with cp, mv and rm on the mounted drive."""
    photo = own.fixed / "2020/IMG_20.jpg"
    with mounted(own.serving, tmp_path, "--vfs-cache-mode", "writes", "--vfs-write-back", "0s") as mount:
        lib = mount / "Originals" / "Lib"
        (lib / "Trip").mkdir()
        for name in ("one.jpg", "not wanted.jpg"):
            shutil.copy(photo, lib / "Trip" / name)
            wait_for((own.lib / "Trip" / name).exists, "the upload")
        (lib / "Trip" / "one.jpg").rename(lib / "Trip" / "two.jpg")
        (lib / "Trip").rename(lib / "Journey")
        (lib / "Journey" / "not wanted.jpg").unlink()
        assert {"Journey", "Trip"} & {path.name for path in lib.iterdir()} == {"Journey"}
    assert contents(own.lib / "Journey") == {"two.jpg": hashlib.sha256(photo.read_bytes()).hexdigest()}
    assert "not wanted.jpg" in rclone(own.serving, "lsf", "haven:Recently Removed")


def test_rclone_sync(own: House, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(own.fixed / "2020", source / "sub")
    (source / "note.txt").write_text("hello")
    (own.lib / "Synced").mkdir()
    (own.lib / "Synced" / "other.txt").write_text("to go")
    wait_for(lambda: "Synced" in rclone(own.serving, "lsf", "haven:Originals/Lib"), "the folder to be noticed")
    rclone(own.serving, "sync", str(source), "haven:Originals/Lib/Synced")
    assert contents(own.lib / "Synced") == contents(source)
    assert rclone(own.serving, "cat", "haven:Recently Removed/other.txt") == "to go"
    rclone(own.serving, "moveto", "haven:Originals/Lib/Synced/sub", "haven:Originals/Other/sub")
    assert contents(own.other / "sub") == contents(source / "sub")
