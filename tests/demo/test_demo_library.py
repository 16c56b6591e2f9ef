"""The demo library: what is in it, that it is the same each time, and that a killed run does no harm."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import av
import pillow_heif
import pytest
from helpers.files import digests
from PIL import Image

from haven_fs.demo import make_demo_library
from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_picture, fits
from haven_fs.demo.faces_album import ALBUM, FAMILY, NAMED, people_photos
from haven_fs.demo.library import DONE, MAKING, PART
from haven_fs.demo.odd import odd
from haven_fs.demo.plan import TRIPS, on_this_day, ordinary
from haven_fs.errors import UserError
from haven_fs.library.xmp import REGIONS, parse_xmp

TODAY = date(2026, 11, 23)
PHOTOS = 18


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return make_demo_library(tmp_path_factory.mktemp("demo") / "Photos", photos=PHOTOS, today=TODAY)


def exif(path: Path) -> dict:
    with Image.open(path) as image:
        tags = image.getexif()
        return {**tags, **tags.get_ifd(0x8769), "gps": tags.get_ifd(0x8825)}


def test_every_kind_of_file_is_there(library):
    names = [path.name for path in library.rglob("*") if path.is_file()]
    endings = {name.rpartition(".")[2].lower() for name in names if not name.startswith(".")}
    assert endings == {"jpg", "heic", "mov", "mp4", "png", "gif"}
    assert {"IMG_2002.HEIC", "IMG_2002.MOV"} <= set(names)
    assert sum("_BURST" in name for name in names) == 4
    assert sum(name.startswith(("PANO_", "Screenshot_")) for name in names) == 2
    assert [name for name in names if name.startswith(".")] == [DONE]
    with Image.open(next(library.rglob("*.gif"))) as image:
        assert image.n_frames == 12


def test_every_picture_opens_but_the_one_that_was_cut_off(library):
    pillow_heif.register_heif_opener()
    try:
        broken = []
        for path in library.rglob("*"):
            if path.suffix.lower() in (".jpg", ".heic", ".png", ".gif"):
                try:
                    with Image.open(path) as image:
                        image.load()
                except OSError:
                    broken.append(path.name)
        assert broken == ["IMG_2004.jpg"]
    finally:
        Image.OPEN.pop("HEIF"), Image.ID.remove("HEIF")


def test_films_can_be_played_and_tell_when_and_where(library):
    for path in [*library.rglob("*.MOV"), *library.rglob("*.mp4")]:
        with av.open(path) as film:
            frames = sum(1 for _ in film.decode(video=0))
            tags = {name.lower(): value for name, value in film.metadata.items()}
        assert frames >= 15
        taken = datetime.fromisoformat(tags["creation_time"])
        assert abs(taken.timestamp() - path.stat().st_mtime) < 1
        assert "com.apple.quicktime.location.iso6709" in tags or "location" in tags


def test_times_zones_and_places_agree(library):
    placed = 0
    for path in library.rglob("*.[jJ][pP][gG]"):
        tags = exif(path) if path.name != "IMG_2004.jpg" else {}
        if 0x9003 not in tags:
            continue
        taken = datetime.strptime(tags[0x9003], "%Y:%m:%d %H:%M:%S")
        if 0x9011 in tags:
            hours, minutes = tags[0x9011][1:].split(":")
            ahead = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if tags[0x9011][0] == "-" else 1)
            instant = (taken - ahead).replace(tzinfo=UTC)
            assert abs(instant.timestamp() - path.stat().st_mtime) < 1
            assert tags["gps"][29] == f"{instant:%Y:%m:%d}"
        if tags["gps"]:
            degrees = [sum(float(part) / 60**i for i, part in enumerate(tags["gps"][tag])) for tag in (2, 4)]
            found = tuple(
                value * (-1 if tags["gps"][tag] in "SW" else 1) for value, tag in zip(degrees, (1, 3), strict=True)
            )
            assert any(max(abs(a - b) for a, b in zip(found, trip.position, strict=True)) < 0.005 for trip in TRIPS)
            placed += 1
    assert placed >= PHOTOS // 2


def test_there_is_something_on_this_day_and_something_of_each_sort():
    items = ordinary(60, 1, TODAY)
    assert sum((item.instant.month, item.instant.day) == (11, 23) for item in items) >= 3
    assert len({item.instant.year for item in items}) >= 6
    assert all(item.instant.date() < TODAY for item in [*items, *odd(1, TODAY)])
    leap = date(2028, 2, 29)
    assert on_this_day(leap, 1) == date(2027, 2, 28) and ordinary(60, 1, leap)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_two_files_have_one_path(seed):
    items = [*ordinary(3000, seed, TODAY), *odd(seed, TODAY), *people_photos(seed, TODAY)]
    assert len({str(item.path).lower() for item in items}) == len(items)


def test_words_and_stars_are_in_the_files(library):
    text = b"".join(path.read_bytes() for path in library.rglob("*.jpg"))
    assert b"xmp:Rating=" in text and b"<dc:subject><rdf:Bag><rdf:li>" in text and b"Our way through" not in text
    assert any(0x010E in exif(path) for path in library.glob("2*/*/*.jpg") if path.name != "IMG_2004.jpg")


def test_a_family_is_there_through_the_years_and_strangers_once(library):
    photos = people_photos(1, TODAY)
    assert all((library / item.path).is_file() and item.instant.date() < TODAY for item in photos)
    assert len({item.instant.year for item in photos}) >= 6
    seen = [who.split() for *_, who in ALBUM]
    often = {name: sum(name in who for who in seen) for name in FAMILY}
    assert often["Otto"] == 3 and often[NAMED] == max(often.values()) >= 14 and min(often.values()) == 3
    assert {len(who) for who in seen if who != ["stranger"]} == {1, 2, 3, 4}
    assert seen.count(["stranger"]) == 5


def test_one_photo_says_whose_face_is_in_it(library):
    told = [path for path in library.rglob("*.[jJ][pP][gG]") if b"mwg-rs:Regions" in path.read_bytes()]
    assert len(told) == 1
    data = told[0].read_bytes()
    packet = data[data.index(b"<x:xmpmeta") : data.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")]
    problems: list[str] = []
    (area,) = parse_xmp(packet, problems)[REGIONS]
    assert not problems and area.name == NAMED
    left, top, right, bottom = area.box
    assert 0 < left < right < 1 and 0 < top < bottom < 1
    with Image.open(told[0]) as image:
        assert area.drawn_on == image.size
        # A face has a skin's colour in its middle, which no sky and no town has.
        red, _, blue = image.getpixel(
            (int((left + right) / 2 * image.width), int((top * 0.3 + bottom * 0.7) * image.height))
        )
        assert red > blue + 30


def test_a_killed_run_is_completed_to_the_same_library(library, tmp_path):
    folder = tmp_path / "Photos"
    code = (
        "import sys; from datetime import date; from pathlib import Path; from haven_fs.demo import make_demo_library; "
        f"make_demo_library(Path(sys.argv[1]), photos={PHOTOS}, today=date({TODAY.year}, {TODAY.month}, {TODAY.day}))"
    )
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], env={**os.environ})
        before = len(list(folder.rglob("*.*")))
        until = time.monotonic() + 60
        while len(list(folder.rglob("*.*"))) < before + 4 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait()
    assert not (folder / DONE).exists() and json.loads((folder / MAKING).read_text())[0] == PHOTOS
    make_demo_library(folder, photos=5, seed=9, today=date(2000, 1, 1))
    assert digests(folder) == digests(library)


def test_a_run_killed_at_its_very_beginning_is_no_other_file(tmp_path):
    (tmp_path / f"{PART}{MAKING}").write_bytes(b"[")
    make_demo_library(tmp_path, photos=1, today=TODAY)
    assert (tmp_path / DONE).exists() and not list(tmp_path.rglob(f"{PART}*"))


def test_a_whole_one_stays_and_other_folders_are_left_alone(library, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in library.rglob("*")}
    assert make_demo_library(library, photos=99, seed=5) == library
    assert {path: path.stat().st_mtime_ns for path in library.rglob("*")} == before
    (tmp_path / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(UserError, match="other files"):
        make_demo_library(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jpg"]


def test_subjects_differ_from_each_other_and_are_the_same_for_the_same_dice():
    def drawn(subject: str, colour: str, seed: int) -> Image.Image:
        scene = next(name for name in SCENES if fits(subject, name))
        return draw_picture(subject, scene, colour, "day", (160, 120), random.Random(seed))

    assert len({drawn(name, "red", 4).tobytes() for name in SUBJECTS}) == len(SUBJECTS)
    assert drawn("dog", "brown", 4).tobytes() == drawn("dog", "brown", 4).tobytes()
    assert drawn("dog", "brown", 4).tobytes() != drawn("dog", "white", 4).tobytes()


@pytest.mark.parametrize("scene", SCENES)
def test_scenes_fill_any_size_at_any_time(scene):
    for time_of_day in TIMES:
        for size in ((160, 120), (90, 160), (320, 80)):
            image = draw_picture(None, scene, "red", time_of_day, size, random.Random(2))
            assert image.size == size and image.mode == "RGB"
            assert len(image.getcolors(10**6) or []) > 50
