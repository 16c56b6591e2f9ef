"""A drive that is mounted with the line that `haven serve` prints: what others change, what is refused, what opens."""

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.programs import mounted, rclone
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

MONTH = "Timeline/2019/2019-05"
PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 6)]
SOON = 10.0
"""Seconds after which a mounted drive must show what is so."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("house")
    for number, name in enumerate(PHOTOS, 1):
        make_photo(folder / "Pictures" / name, f"2019-05-{number:02} 12:00:00", (48.8584, 2.2945))
    with serve(folder / "Pictures", data=folder / "data") as serving:
        yield serving


@pytest.fixture(scope="module")
def drive(house: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The drive, mounted as people are told to."""
    printed = next(line for line in house.lines if "rclone mount" in line)
    words = shlex.split(printed)
    options = words[words.index("FOLDER") + 1 :]
    assert words[:4] == ["rclone", "mount", ":webdav:", "FOLDER"] and house.url in options
    with mounted(house, tmp_path_factory.mktemp("drive"), *options) as mount:
        yield mount


def soon(condition: Callable[[], bool]) -> float:
    """Wait until something is so on the mounted drive, and return how long it took; it must be soon."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < SOON
        time.sleep(0.1)
    return time.monotonic() - start


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_month_that_was_not_removed_is_soon_whole_again(house: Serving, drive: Path) -> None:
    before = haven("log", "--json", "--data", house.data).stdout
    assert names(drive / MONTH) == PHOTOS
    done = subprocess.run(["rm", "-rf", str(drive / MONTH)], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "Input/output error" in done.stderr
    soon(lambda: names(drive / MONTH) == PHOTOS)
    assert all((drive / MONTH / name).read_bytes() for name in PHOTOS)
    assert haven("log", "--json", "--data", house.data).stdout == before


def test_what_others_change_is_soon_seen(house: Serving, drive: Path) -> None:
    with Client(house.url) as dav:
        for name in ("Gone", "Old", "Trip"):
            assert dav("MKCOL", f"/Albums/{name}").status == 201
        for name in PHOTOS[:2]:
            assert dav.transfer("COPY", f"/Recent/{name}", f"/Albums/Trip/{name}").status == 201
        soon(lambda: (drive / "Albums/Trip").is_dir())
        assert names(drive / "Albums/Trip") == PHOTOS[:2]
        assert dav("MKCOL", "/Albums/New").status == 201
        assert dav("DELETE", "/Albums/Gone/").status == 204
        assert dav.transfer("MOVE", "/Albums/Old/", "/Albums/Older/").status == 201
        assert dav("DELETE", f"/Albums/Trip/{PHOTOS[0]}").status == 204
        assert dav.transfer("COPY", f"/Recent/{PHOTOS[4]}", f"/Albums/Trip/{PHOTOS[4]}").status == 201
    kept = [PHOTOS[1], PHOTOS[4]]
    soon(lambda: names(drive / "Albums/Trip") == kept)
    soon(lambda: {"Gone", "New", "Old", "Older"} & set(names(drive / "Albums")) == {"New", "Older"})


def test_what_is_not_listed_opens_as_a_folder_that_is_made(house: Serving, drive: Path, tmp_path: Path) -> None:
    typed = ["Places/Paris/Timeline/2019", 'Search/"IMG_3"', "Search/=IMG_3", 'Places/Paris/"IMG_3"']
    assert [path for path in typed if (drive / path).exists()] == []
    for path in ("Search/IMG_3", "Places/Paris/=IMG_3", 'Search/"IMG_3"'):
        (drive / path).mkdir()
        assert names(drive / path) == ["About this search.txt", "IMG_3.jpg"]
    (drive / "Places/Paris/2019").mkdir()
    assert set(PHOTOS) <= set(names(drive / "Places/Paris/2019"))
    # rclone itself opens them, and mounts them.
    assert rclone(house, "lsf", 'haven:Places/Paris/"IMG_2"').splitlines() == ["About this search.txt", "IMG_2.jpg"]
    with mounted(house, tmp_path, "--webdav-vendor", "other", at="Places/Paris/Timeline/2019") as month:
        assert names(month) == ["2019-05"] and names(month / "2019-05") == PHOTOS
