"""A small library with what real ones have, and what is true of each of its photos."""

import os
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haven_fs.testing import make_photo, make_video, picture

PLACES = {
    "Paris": ("France", (48.8584, 2.2945)),
    "Berlin": ("Germany", (52.5163, 13.3777)),
    "Lisbon": ("Portugal", (38.7139, -9.1394)),
    "Rome": ("Italy", (41.8902, 12.4922)),
    "Tokyo": ("Japan", (35.7148, 139.7967)),
}
TRIPS = (("Paris", "2019-07"), ("Berlin", "2019-12"), ("Lisbon", "2021-07"), ("Rome", "2021-08"), ("Tokyo", "2023-04"))
ODD = "Odd & strange"
NFC, NFD = "Käse.jpg", unicodedata.normalize("NFD", "Müller.jpg")
ODD_NAMES = (
    "a & b.jpg",
    "<angle> \"quote\" 'tick'.jpg",
    "50% off.jpg",
    "percent%20encoded.jpg",
    "slash%2Fencoded.jpg",
    "hash#1.jpg",
    "question?.jpg",
    "semi;colon, plus+.jpg",
    "back\\slash.jpg",
    "colon: star*.jpg",
    "dog 🐕 beach.jpg",
    "日本語.jpg",
    "con.jpg",
    " leading.jpg",
    "dots...jpg",
    "{0} %s %d.jpg",
    NFC,
    NFD,
    "Case.jpg",
    "case.JPG",
    "n" * 251 + ".jpg",
    "ü" * 125 + ".jpg",
)
UNSENDABLE = (b"latin-\xe9.jpg", b"control-\x01.jpg", b"line\nbreak.jpg", b"tab\t.jpg")
"""Names that XML cannot carry or that are no text; they are shown with a replacement character."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of a photo: its path below the library, month "2019-07" and town, where it has them."""

    path: str
    month: str | None
    town: str | None = None


@dataclass(slots=True)
class Family:
    """The library, its photos, and the files in it that are no photos."""

    root: Path
    facts: list[Fact] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def photo(self, path: str, day: str | None = None, town: str | None = None, **more: Any) -> None:
        """Make a photo, taken at noon of `day`."""
        gps = PLACES[town][1] if town else None
        make_photo(self.root / path, f"{day} 12:00:00" if day else None, gps, seed=path, **more)
        self.facts.append(Fact(path, day[:7] if day else None, town))

    def on_disk(self) -> dict[str, Path]:
        """Return every file that is to be served, by its path below the library."""
        served = {}
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith((".", "@"))]
            for name in files:
                path = Path(folder, name)
                below = path.relative_to(self.root).as_posix()
                if below not in self.hidden and not path.is_symlink():
                    served[below] = path
        return served


def make_family(root: Path) -> Family:
    """Draw the library in `root`; about 60 photos."""
    family = Family(root)
    for town, month in TRIPS:
        for day in range(1, 6):
            # The same names in each folder, as a camera that begins anew with each card makes them.
            family.photo(f"{month[:4]}/{town}/IMG_{day:04d}.jpg", f"{month}-{day:02d}", town)
    for day in range(1, 6):
        family.photo(f"2022/Home/DSC_{day:04d}.JPG", f"2022-03-{day:02d}")
    for name in ODD_NAMES:
        family.photo(f"{ODD}/{name}", "2020-05-04")
    _odd_files(family)
    return family


def _odd_files(family: Family) -> None:
    root = family.root
    for raw in UNSENDABLE:
        Path(os.fsdecode(os.fsencode(root / ODD) + b"/" + raw)).write_bytes(_jpeg(root, raw))
    # A live photo, a photo with sidecars, an exact copy, a name that lies about its format, one without a time.
    family.photo("Live/IMG_7001.jpg", "2022-08-01", "Paris")
    make_video(root / "Live/IMG_7001.MOV", taken="2022-08-01 10:00:00")
    family.photo("Live/IMG_7002.jpg", "2022-08-02")
    (root / "Live/IMG_7002.AAE").write_text('<?xml version="1.0"?><plist/>')
    (root / "Live/IMG_7002.jpg.xmp").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    family.companions += ["Live/IMG_7001.MOV"]
    (root / "Copies").mkdir()
    shutil.copy2(root / "2019/Paris/IMG_0001.jpg", root / "Copies/IMG_0001.jpg")
    family.facts.append(Fact("Copies/IMG_0001.jpg", "2019-07", "Paris"))
    family.photo("Mixed/really-a-png.jpg", "2022-09-01", format="PNG")
    family.photo("Mixed/Screenshot_2022-10-04-05-06-07.jpg", "2022-10-04", camera=None)
    make_video(root / "Mixed/VID_20221105_070809.mp4", taken="2022-11-05 07:08:09", seconds=8)
    family.facts.append(Fact("Mixed/VID_20221105_070809.mp4", "2022-11"))
    # What is no photo, what is none any more, and what nobody wants to see.
    (root / "Mixed/notes.txt").write_text("Not a photo.\n")
    family.others.append("Mixed/notes.txt")
    (root / "Mixed/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    (root / "Mixed/empty.jpg").touch()
    family.unreadable += ["Mixed/broken.jpg", "Mixed/empty.jpg"]
    (root / "Empty").mkdir()
    for name in (
        ".DS_Store",
        "Thumbs.db",
        "Mixed/desktop.ini",
        "@eaDir/IMG_1.jpg",
        ".trash/IMG_2.jpg",
        "Mixed/._x.jpg",
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"noise")
        family.hidden.append(name)


def _jpeg(root: Path, seed: object) -> bytes:
    path = root / "scratch.jpg"
    picture(seed).save(path, "JPEG")
    data = path.read_bytes()
    path.unlink()
    return data
