"""A start where nothing can be written, as after a power cut: photos are shown, and each change is refused in words."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.disks import fill, small_disk
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.testing import make_photo

_SHM = ("catalog.sqlite-shm", "renditions.sqlite-shm", "vectors/vectors.sqlite-shm")


@contextmanager
def full_disk(indexed: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Give a data folder whose server was killed, on a disk without a byte of room or a reserve, and what fills it."""
    with small_disk(folder / "system", 24) as data:
        shutil.copytree(indexed / "data", data, dirs_exist_ok=True)
        with serve(data=data, inbox=folder / "inbox") as serving, Client(serving.url) as client:
            assert client("MKCOL", "/Albums/Before").status == 201
            serving.process.send_signal(signal.SIGKILL)
            serving.process.wait()
        (data / "reserve").unlink(missing_ok=True)
        for name in _SHM:
            if (data / name).exists():
                os.truncate(data / name, 0)
        yield data, fill(data)


def _page(client: Client) -> bytes:
    page = client("GET", "/Timeline/", Accept="text/html")
    assert page.status == 200
    return page.body


def _refusals(client: Client, serving: Serving, photo: bytes) -> list[tuple[int, str]]:
    there = client.files("/Recent")[0]
    asked = [
        client("MKCOL", "/Albums/Summer"),
        client("PUT", "/Albums/Before/new.jpg", photo),
        client("COPY", f"/Recent/{there}", Destination=f"{serving.url}Albums/Before/{there}"),
        client("DELETE", "/Albums/Before"),
    ]
    return [(answer.status, f"{number} {answer.reason()}") for number, answer in enumerate(asked)]


def test_a_start_without_any_room_shows_photos_and_goes_on_when_there_is_some(indexed: Path, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
    with full_disk(indexed, tmp_path) as (data, filler):
        again = {"data": data, "inbox": tmp_path / "inbox", "settled": False}
        with serve(indexed / "Pictures", **again) as serving, Client(serving.url) as client:
            assert "Before" in client.folders("/Albums")  # which only the write-ahead log says
            there = client.files("/Recent")
            assert there and client("GET", f"/Recent/{there[0]}").status == 200
            for status, reason in _refusals(client, serving, photo):
                assert (status, "full" in reason) == (507, True), reason
            wait_for(lambda: b"disk that Haven keeps its own data on is full" in _page(client), "the page to say it")
            filler.unlink()
            made = wait_for(lambda: client("MKCOL", "/Albums/Summer").status == 201, "room to be noticed", seconds=20)
            assert made and {"Before", "Summer"} <= set(client.folders("/Albums"))
            wait_for(lambda: b"is full" not in _page(client), "indexing to go on", seconds=60)
            make_photo(indexed / "Pictures/later.jpg", "2022-02-02 10:00:00")
            wait_for(lambda: "later.jpg" in client.files("/Recent"), "a new photo to be shown", seconds=60)
            (indexed / "Pictures/later.jpg").unlink()
            assert (data / "reserve").exists()
        log = (data.parent / f"{data.name}.log").read_text()
        assert "Traceback" not in log and "damaged" not in log


def test_commands_that_only_read_do_so_without_any_room(indexed: Path, tmp_path: Path) -> None:
    with full_disk(indexed, tmp_path) as (data, _):
        for command in (["status"], ["log"], ["search", "photo"], ["libraries"]):
            done = haven(*command, "--data", data, check=False)
            assert "haven:" not in done.stderr and "Traceback" not in done.stderr, (command, done.stderr)
        assert "Before" in haven("log", "--data", data).stdout
        said = haven("doctor", "--data", data, check=False).stdout
        problems = [line for line in said.splitlines() if line.startswith("PROBLEM")]
        assert any("full" in line for line in problems)
        assert not [line for line in problems if "damaged" in line or "cannot be read" in line]


@contextmanager
def _readonly(folder: Path, at: Path) -> Iterator[Path]:
    at.mkdir()
    for options in (["--bind", str(folder), str(at)], ["-o", "remount,ro,bind", str(at)]):
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"disks cannot be mounted here: {done.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


@pytest.mark.parametrize("killed", [False, True])
def test_a_data_folder_that_takes_no_writes_is_shown_read_only(indexed: Path, tmp_path: Path, killed: bool) -> None:
    photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
    data = tmp_path / "data"
    shutil.copytree(indexed / "data", data)
    with serve(indexed / "Pictures", data=data, inbox=tmp_path / "inbox") as serving, Client(serving.url) as client:
        assert client("MKCOL", "/Albums/Before").status == 201
        if killed:
            serving.process.send_signal(signal.SIGKILL)
            serving.process.wait()
    with _readonly(data, tmp_path / "mounted") as readonly:
        again = {"data": readonly, "inbox": tmp_path / "inbox", "settled": False}
        with serve(indexed / "Pictures", **again) as serving, Client(serving.url) as client:
            assert "Before" in client.folders("/Albums")
            for status, reason in _refusals(client, serving, photo):
                assert (status, "read-only" in reason) == (503, True), reason
            wait_for(lambda: b"read-only" in _page(client), "the page to say it")
        log = (tmp_path / "mounted.log").read_text()
        assert "read-only" in log and "Traceback" not in log
        for command in (["status"], ["log"], ["search", "photo"]):
            done = haven(*command, "--data", readonly, check=False)
            assert "haven:" not in done.stderr and "Traceback" not in done.stderr, (command, done.stderr)
        refused = haven("index", "--data", readonly, check=False)
        assert refused.returncode == 1 and "read-only" in refused.stderr
