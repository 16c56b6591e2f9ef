"""A look stays itself when a picture is resized, recompressed, converted, cropped a little, turned by its EXIF."""

import io
import random
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageEnhance

from haven_duplicates.analyzer import SPACE, LookAnalyzer
from haven_duplicates.likeness import ALIKE, likeness
from haven_duplicates.look import DIM, look_of
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


def look(picture: Image.Image) -> np.ndarray:
    data = look_of(picture)
    assert data is not None
    return np.frombuffer(data, "<f2").astype(np.float32)


def reopened(tmp_path: Path, data: bytes, name: str) -> Image.Image:
    """Return a file as analyzers get it."""
    path = tmp_path / name
    path.write_bytes(data)
    return open_picture(path, sniff(data[:65536], name))


def saved(picture: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def cropped(picture: Image.Image) -> Image.Image:
    """Without a hundredth on each side."""
    width, height = picture.size
    return picture.crop((width // 100, height // 100, width - width // 100, height - height // 100))


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
    "cropped.jpg": lambda p: saved(cropped(p)),
    "brighter.jpg": lambda p: saved(ImageEnhance.Brightness(p).enhance(1.1)),
    "darker.jpg": lambda p: saved(ImageEnhance.Brightness(p).enhance(0.9)),
    "turned.jpg": turned,
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_copy_looks_the_same(tmp_path: Path, name: str) -> None:
    some = PICTURES[:5] if name == "apple.heic" else PICTURES  # which takes long to write
    copies = [look(reopened(tmp_path, VARIANTS[name](picture), name)) for picture in some]
    alike = likeness(np.stack([look(picture) for picture in some]), np.stack(copies))
    assert alike.min() >= ALIKE, alike.round(3)


def test_other_pictures_do_not() -> None:
    looks = np.stack([look(picture) for picture in PICTURES])
    one, other = np.triu_indices(len(looks), 1)
    assert likeness(looks[one], looks[other]).max() < ALIKE


def test_neither_does_what_moved_on() -> None:
    """Of a film, pictures a fourth of it apart: the place is the same, the subject elsewhere."""
    for subject, scene in (("kite", "park"), ("dog", "beach"), ("boat", "sea"), ("train", "snow")):
        frames = draw_film(subject, scene, SUBJECTS[subject].colours[0], "day", (640, 480), random.Random(3), 9)
        first, then = (np.stack([look(frame) for frame in some]) for some in (frames[:-2:2], frames[2::2]))
        assert likeness(first, then).max() < ALIKE


def test_likeness_is_the_same_both_ways_and_at_least_the_cosine() -> None:
    looks = np.stack([look(picture) for picture in PICTURES])
    crops = np.stack([look(cropped(picture)) for picture in PICTURES])
    there = likeness(looks, crops)
    np.testing.assert_allclose(there, likeness(crops, looks), atol=1e-3)
    cosines = (looks * crops).sum(axis=1)
    assert (there >= cosines - 1e-6).all()
    assert ((there > cosines + 0.005) == (cosines < ALIKE)).all()  # it was needed, and helped, where they fall short
    np.testing.assert_allclose(likeness(looks, looks), 1, atol=2e-3)


def test_a_look_has_unit_length() -> None:
    for picture in PICTURES:
        assert look(picture).shape == (DIM,)
        assert np.linalg.norm(look(picture)) == pytest.approx(1, abs=2e-3)
    assert look(PICTURES[0].resize((7, 900))).shape == (DIM,)


@pytest.mark.parametrize("colour", ["black", "white", (80, 20, 140)])
def test_nothing_looks_like_nothing(colour: str) -> None:
    picture = Image.new("RGB", (300, 200), colour)
    assert look_of(picture) is None
    picture.putpixel((5, 5), (128, 128, 128))
    assert look_of(picture) is None


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
    ]
    drawn_one, plain, moving = analyzer.analyze(samples)
    (embedding,) = drawn_one.embeddings
    assert embedding.space == SPACE == analyzer.space
    assert embedding.data == look_of(PICTURES[0])
    assert plain.embeddings == []
    assert [one.data for one in moving.embeddings] == [look_of(frame)]
