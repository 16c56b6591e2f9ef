"""Programs that families use, run against the real server: rclone, GNOME's gio, cadaver and curl."""

import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from helpers.family import UNSENDABLE, Family
from helpers.files import digests
from helpers.programs import QUIET, gio, mounted, rclone, run
from helpers.serving import Serving


def test_rclone_finds_each_photo_once_in_its_month(house: Serving, family: Family) -> None:
    found = rclone(house, "lsf", "haven:/Timeline", "-R", "--files-only").splitlines()
    photos = [path for path in found if not path.endswith("IMG_7001.MOV")]  # a companion, listed beside its photo
    assert len(found) - len(photos) == 1
    assert len(set(photos)) == len(photos)
    months = Counter(path.split("/")[1] for path in photos)
    expected = Counter(fact.month for fact in family.facts if fact.month)
    unknown = sum(months.values()) - sum(expected.values())
    assert unknown == len(UNSENDABLE)  # these tell no time but the file's
    assert all(months[month] == count for month, count in expected.items())
    assert all(path.split("/")[1].startswith(path.split("/")[0]) for path in photos)
    assert len({path.rpartition("/")[2] for path in photos}) == len(photos)


def test_rclone_finds_each_photo_once_in_its_town(house: Serving, family: Family) -> None:
    found = rclone(house, "lsf", "haven:/Places", "-R", "--files-only").splitlines()
    assert len(set(found)) == len(found)
    towns = Counter(path.split("/")[0] for path in found if path.count("/") == 1)
    expected = Counter(fact.town for fact in family.facts if fact.town)
    expected["Paris"] += 1  # the live photo's film
    assert towns == expected
    in_countries = Counter(path.split("/")[2] for path in found if path.startswith("Countries/"))
    assert in_countries == expected


def test_rclone_finds_no_difference_to_the_disk(house: Serving, family: Family, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    for below, path in family.on_disk().items():
        if sendable(below):
            target = disk / unicodedata.normalize("NFC", below)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
    twins = ["--exclude", "?ase*.[jJ][pP][gG]", "--exclude", "*\ufffd*"]
    out = rclone(house, "check", "--download", str(disk), "haven:/Originals/Family", *twins, "--combined", "-")
    assert out.count("\n") > 60
    assert {line[0] for line in out.splitlines()} == {"="}


def test_rclone_writes_nothing_where_it_means_nothing(house: Serving, family: Family, tmp_path: Path) -> None:
    (tmp_path / "new.jpg").write_bytes(b"new")
    before = digests(family.root)
    remote = {"RCLONE_CONFIG_HAVEN_TYPE": "webdav", "RCLONE_CONFIG_HAVEN_URL": house.url, **QUIET}
    for arguments in (
        ("copy", str(tmp_path), "haven:/Originals/Family"),
        ("delete", "haven:/Timeline"),
        ("purge", "haven:/Originals/Family"),
        ("move", "haven:/Types/Videos", "haven:/Types/Panoramas"),
        ("sync", str(tmp_path), "haven:/Originals/Family/Live"),
        ("mkdir", "haven:/Timeline/Nowhere"),
    ):
        done = run("rclone", *arguments, "--retries", "1", "--low-level-retries", "1", check=False, **remote)
        assert done.returncode != 0, arguments
    assert digests(family.root) == before


@pytest.mark.parametrize("vendor", ["nextcloud", "owncloud"])
def test_rclone_may_take_haven_for_another_make(house: Serving, vendor: str) -> None:
    found = rclone(
        house, "lsf", "haven:/Timeline/2022", "-R", "--files-only", "--format", "ph", "--hash", "SHA-1", vendor=vendor
    )
    assert len(found.splitlines()) == 11
    assert all(line.endswith(";") for line in found.splitlines())  # no checksum, and none made up
    assert rclone(house, "cat", "haven:/Originals/Family/Mixed/notes.txt", vendor=vendor) == "Not a photo.\n"


def test_rclone_mounts_the_drive(house: Serving, family: Family, tmp_path: Path) -> None:
    with mounted(house, tmp_path, "--read-only") as mount:
        assert {"Timeline", "Places", "Originals"} <= {path.name for path in mount.iterdir()}
        for below, path in family.on_disk().items():
            if sendable(below) and not below.lower().endswith("case.jpg"):
                seen = mount / "Originals/Family" / unicodedata.normalize("NFC", below)
                assert seen.read_bytes() == path.read_bytes(), below
        assert sorted(path.name for path in (mount / "Timeline/2019").iterdir()) == ["2019-07", "2019-12"]
        photo = mount / "Places/Tokyo"
        assert len(list(photo.iterdir())) == 5
        assert all(int(file.stat().st_mtime) > 0 for file in photo.iterdir())


GIO = """
set -e
gio mount "$1"
gio list -u "$1"
gio list "$1/Places"
gio info "$1/Timeline/2022/2022-08/IMG_7001.jpg"
gio copy "$1/Timeline/2022/2022-08/IMG_7001.jpg" "$2/one.jpg"
gio copy "$1/Originals/Family/Odd%20%26%20strange/dog%20%F0%9F%90%95%20beach.jpg" "$2/two.jpg"
if gio remove "$1/Timeline/2022/2022-08/IMG_7001.jpg" 2>/dev/null; then echo REMOVED; fi
if gio mkdir "$1/Timeline/New" 2>/dev/null; then echo MADE; fi
gio mount -u "$1"
"""


def test_gnome_mounts_lists_and_copies(house: Serving, family: Family, tmp_path: Path) -> None:
    url = house.url.replace("http", "dav").rstrip("/")
    done = gio(house, tmp_path, GIO, str(tmp_path))
    lines = done.stdout.splitlines()
    assert {f"{url}/Timeline", f"{url}/On%20This%20Day"} <= set(lines)
    assert {"Paris", "Berlin", "Countries"} <= set(lines)
    assert "REMOVED" not in lines
    assert "MADE" not in lines
    original = family.root / "Live/IMG_7001.jpg"
    assert f"size: {original.stat().st_size}" in done.stdout
    assert "standard::content-type: image/jpeg" in done.stdout
    assert (tmp_path / "one.jpg").read_bytes() == original.read_bytes()
    assert (tmp_path / "two.jpg").read_bytes() == (family.root / "Odd & strange/dog 🐕 beach.jpg").read_bytes()


VERBS = ("propget", "delete", "lock", "discover", "unlock")


def test_cadaver_lists_and_is_refused(house: Serving) -> None:
    photo = "IMG_7001.jpg"
    commands = ["ls", "cd Timeline/2022/2022-08", "ls", *(f"{verb} {photo}" for verb in VERBS), "quit", ""]
    out = run("cadaver", house.url, input="\n".join(commands), HOME=str(house.data)).stdout
    assert "Coll:   Timeline" in out
    assert "IMG_7001.jpg" in out
    assert "\n403 " in out
    assert "Locking `IMG_7001.jpg': succeeded" in out
    assert "Unlocking `IMG_7001.jpg': succeeded" in out


def test_curl_goes_on_with_a_broken_download(house: Serving, family: Family, tmp_path: Path) -> None:
    film = (family.root / "Mixed/VID_20221105_070809.mp4").read_bytes()
    part = tmp_path / "film.mp4"
    part.write_bytes(film[:1000])
    url = f"{house.url}Types/Videos/VID_20221105_070809.mp4"
    run("curl", "-sSf", "-C", "-", "-o", str(part), url)
    assert part.read_bytes() == film
    again = run("curl", "-sS", "-o", str(part), "-z", str(part), "-w", "%{http_code}", url)
    assert again.stdout == "304"


def sendable(path: str) -> bool:
    """Return whether a path can be sent as it is."""
    return all(char.isprintable() and not 0xD800 <= ord(char) <= 0xDFFF for char in path)
