"""A picture is known again when it is resized, recompressed, converted, cropped, framed, turned or mirrored."""

import io
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from haven_duplicates.agreement import overlay
from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.details import CODE, FEWEST, MOST, Details, content, details_of
from haven_duplicates.head import content_share
from haven_duplicates.overlap import Overlap, overlap
from haven_fs.analysis.analyzer import Analyzer, Metadata, Sample
from haven_fs.demo.drawing import SCENES, SUBJECTS, TIMES, draw_film, draw_picture, fits
from haven_fs.library.kinds import sniff
from haven_fs.library.picture import open_picture
from haven_fs.testing import make_video


def drawn(count: int) -> list[Image.Image]:
    pictures = []
    for seed in range(count):
        dice = random.Random(seed + 1000)
        scene = dice.choice(SCENES)
        subject = dice.choice([name for name in SUBJECTS if fits(name, scene)])
        colour, time = dice.choice(SUBJECTS[subject].colours), dice.choice(TIMES)
        pictures.append(draw_picture(subject, scene, colour, time, (640, 480), dice))
    return pictures


PICTURES = drawn(16)


def known(picture: Image.Image) -> Details:
    """Return the details of a picture as the catalog gives them back."""
    details = details_of(picture)
    assert details is not None
    return Details.loads(details.dumps())


def compared(one: Image.Image, other: Image.Image) -> Overlap | None:
    first, second = known(one), known(other)
    found = overlay(first, second)
    return overlap(first, second, found.matrix, mirrored=found.mirrored) if found else None


def reopened(tmp_path: Path, data: bytes, name: str) -> Image.Image:
    """Return a file as analyzers get it."""
    path = tmp_path / name
    path.write_bytes(data)
    return open_picture(path, sniff(data[:65536], name))


def saved(picture: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def cropped(left: float, top: float, right: float, bottom: float, picture: Image.Image) -> Image.Image:
    """Without so much of the width and height on each side."""
    width, height = picture.size
    return picture.crop(tuple(map(round, (width * left, height * top, width * (1 - right), height * (1 - bottom)))))


def screenshot(picture: Image.Image) -> Image.Image:
    """As a phone shows it, with the time above and a button below."""
    whole = Image.new("RGB", (720, 1560), "white")
    whole.paste(picture.resize((720, 540)), (0, 510))
    ImageDraw.Draw(whole).text((30, 20), "12:34", fill="black", font_size=30)
    ImageDraw.Draw(whole).ellipse((340, 1480, 380, 1520), outline="black", width=4)
    return whole


def heic(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=60)
    return buffer.getvalue()


def turned(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(picture.transpose(Image.Transpose.ROTATE_90), exif=exif)


VARIANTS = {
    "half.jpg": lambda p: saved(p.resize((p.width // 2, p.height // 2))),
    "small.jpg": lambda p: saved(p.resize((160, 120)), quality=70),
    "poor.jpg": lambda p: saved(p, quality=50),
    "lossless.png": lambda p: saved(p, "PNG"),
    "again.jpg": lambda p: saved(Image.open(io.BytesIO(saved(p, "PNG"))), quality=85),
    "apple.heic": heic,
    "web.webp": lambda p: saved(p, "WEBP", quality=60),
    "cropped.jpg": lambda p: saved(cropped(0.01, 0.01, 0.01, 0.01, p)),
    "middle.jpg": lambda p: saved(cropped(0.07, 0.07, 0.07, 0.07, p)),
    "corner.jpg": lambda p: saved(cropped(0.15, 0.0, 0.0, 0.15, p)),
    "screenshot.png": lambda p: saved(screenshot(p), "PNG"),
    "bars.jpg": lambda p: saved(ImageOps.pad(p, (960, 480))),
    "frame.jpg": lambda p: saved(ImageOps.expand(p, 40, "white")),
    "left.jpg": lambda p: saved(p.transpose(Image.Transpose.ROTATE_90)),
    "upside down.jpg": lambda p: saved(p.transpose(Image.Transpose.ROTATE_180)),
    "mirrored.jpg": lambda p: saved(p.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "grey.jpg": lambda p: saved(ImageOps.grayscale(p)),
    "brighter.jpg": lambda p: saved(ImageEnhance.Brightness(p).enhance(1.1)),
    "darker.jpg": lambda p: saved(ImageEnhance.Brightness(p).enhance(0.9)),
    "turned.jpg": turned,
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_copy_is_known(tmp_path: Path, name: str) -> None:
    some = PICTURES[:5] if name == "apple.heic" else PICTURES  # which takes long to write
    for number, picture in enumerate(some):
        found = compared(picture, reopened(tmp_path, VARIANTS[name](picture), name))
        assert found is not None, number
        assert found.is_copy, (number, found)


def test_other_pictures_are_no_copies() -> None:
    for number, one in enumerate(PICTURES):
        for other in PICTURES[:number]:
            found = compared(one, other)
            assert found is None or not found.is_copy


@pytest.mark.parametrize("given", [("kite", "park"), ("dog", "beach"), ("boat", "sea"), ("train", "snow")])
def test_what_moved_on_is_no_copy(given: tuple[str, str]) -> None:
    """Of a film, frames an eighth of it apart: the place is the same, the subject elsewhere."""
    subject, scene = given
    frames = draw_film(subject, scene, SUBJECTS[subject].colours[0], "day", (640, 480), random.Random(3), 9)
    for one, other in pairwise(frames):
        found = compared(one, other)
        assert found is None or not found.is_copy, found


def test_a_small_thing_that_moved_within_a_photo() -> None:
    place, thing = PICTURES[0], PICTURES[5].crop((200, 150, 270, 250))
    frames = []
    for x in (80, 160):
        frames.append(place.copy())
        frames[-1].paste(thing, (x, 200))
    found = compared(*frames)
    assert found is not None and not found.is_copy


def test_a_spot_that_two_pictures_share_makes_no_copy() -> None:
    """As a stamp on white pages, or the same dog in two places."""
    pages = []
    for x in (100, 160):
        pages.append(Image.new("RGB", (640, 480), "white"))
        pages[-1].paste(PICTURES[3].resize((60, 45)), (x, 200))
    found = compared(*pages) if all(details_of(page) for page in pages) else None
    assert found is None or not found.is_copy


def test_a_photo_is_no_copy_of_a_collage() -> None:
    collage = Image.new("RGB", (1280, 960))
    for number, picture in enumerate(PICTURES[:4]):
        collage.paste(picture, (number % 2 * 640, number // 2 * 480))
    found = compared(PICTURES[0], collage)
    assert found is None or not found.is_copy


@pytest.mark.parametrize("colour", ["black", "white", (80, 20, 140)])
def test_nothing_is_known_by_nothing(colour: str) -> None:
    picture = Image.new("RGB", (300, 200), colour)
    assert details_of(picture) is None
    picture.putpixel((5, 5), (128, 128, 128))
    assert details_of(picture) is None
    noise = np.random.default_rng(1).normal(0, 3, (900, 1200, 3)) + np.linspace(120, 220, 900)[:, None, None]
    assert details_of(Image.fromarray(noise.astype(np.uint8))) is None, "a clear sky"


def test_details_as_bytes_are_few_and_the_same() -> None:
    for picture in (*PICTURES, PICTURES[0].resize((7, 900)), PICTURES[0].resize((900, 20))):
        details = details_of(picture)
        if details is None:
            continue
        again = Details.loads(details.dumps())
        assert len(details.dumps()) < 2500
        assert FEWEST <= len(again.at) <= MOST * 1.5
        np.testing.assert_allclose(again.at, details.at, atol=1e-4)
        np.testing.assert_allclose(again.scale, details.scale, atol=0.03)
        np.testing.assert_allclose(np.cos(again.angle - details.angle), 1, atol=1e-3)
        np.testing.assert_array_equal(again.codes, details.codes)
        assert again.codes.shape[1] == CODE
        assert again.thumb.shape == details.thumb.shape


@pytest.mark.parametrize("data", [b"", b"\x02" * 200, b"\x01"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no details"):
        Details.loads(data)


def test_the_content_is_what_has_no_bars_around_it() -> None:
    grey = np.asarray(ImageOps.grayscale(PICTURES[0]).resize((160, 120)))
    whole = np.zeros((320, 200), np.uint8)
    whole[90:210, 20:180] = grey
    whole[10:14, 20:60] = 255  # the time
    left, top, right, bottom = content(whole)
    assert (abs(left - 20), abs(top - 90), abs(right - 180), abs(bottom - 210)) <= (1, 1, 1, 1)
    assert content(grey) == (0, 0, 160, 120)
    assert content(np.full((100, 100), 7, np.uint8)) == (0, 0, 100, 100)
    share = content_share(known(screenshot(PICTURES[0])).dumps())
    assert share == pytest.approx(540 / 1560, abs=0.02)


def test_the_analyzer(tmp_path: Path) -> None:
    analyzer = LookAnalyzer()
    assert isinstance(analyzer, Analyzer)
    metadata = Metadata("image", "jpeg", 64, 48)
    flat = Image.new("RGB", (64, 48), "grey")
    film = make_video(tmp_path / "film.mp4")
    frame = open_picture(film, sniff(film.read_bytes()[:65536], film.name))
    samples = [
        Sample(tmp_path / "a.jpg", 0.0, metadata, picture=PICTURES[0]),
        Sample(tmp_path / "b.jpg", 0.0, metadata, picture=flat),
        Sample(film, 0.0, Metadata("video", "mp4"), picture=frame, frames=[frame, PICTURES[1]]),
        Sample(tmp_path / "c.jpg", 0.0, metadata),
    ]
    drawn_one, plain, moving, none = analyzer.analyze(samples)
    assert drawn_one.kept == known(PICTURES[0]).dumps()
    assert plain.kept == none.kept == b""
    of_frame = details_of(frame)
    assert moving.kept == (of_frame.dumps() if of_frame else b"")
