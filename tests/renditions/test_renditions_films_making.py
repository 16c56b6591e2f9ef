"""Films made of drawn ones, of many formats: each frame is shown when it was, and any segment can be made alone."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from helpers.films import COLOURS, HEIGHT, WIDTH, draw, number_of, turned, watch, whole

from haven_fs.renditions.films import plan, segment

FORMATS: dict[str, dict[str, Any]] = {
    "hevc.mp4": {"frames": 130},
    "mpeg4.avi": {"codec": "mpeg4", "rate": 25, "sound": "mp2", "sound_rate": 44_100},
    "vp9.mkv": {"codec": "libvpx-vp9", "rate": Fraction(24000, 1001), "sound": "libopus"},
    "ten.mov": {"pixels": "yuv420p10le", "sound": "aac", "sound_rate": 44_100, "layout": "mono"},
    "surround.mts": {"codec": "libx264", "rate": 25, "sound": "ac3", "layout": "5.1", "container": "mpegts"},
    "motion.mov": {"codec": "mjpeg", "pixels": "yuvj422p", "rate": 15, "frames": 40, "sound": "pcm_s16le"},
    "windows.wmv": {"codec": "wmv2", "rate": 10, "frames": 25, "sound": "wmav2", "container": "asf"},
    "fast.mp4": {"rate": 60, "frames": 150},
    "one.mp4": {"codec": "libx264", "frames": 1},
    "rare.mp4": {"codec": "libx264", "frames": 150, "options": {"g": "1000", "bf": "2"}},
    "rare.mkv": {"codec": "libx264", "frames": 150, "options": {"g": "1000", "bf": "2"}},
    "rare.mts": {
        "codec": "libx264",
        "rate": 25,
        "frames": 12,
        "options": {"g": "1000", "bf": "2"},
        "container": "mpegts",
    },
    "short.mp4": {"frames": 9, "sound": "aac"},
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_frame_is_shown_at_its_time(name: str, tmp_path: Path):
    asked = FORMATS[name]
    path = draw(tmp_path / name, **asked)
    film, data = whole(path)
    frames = watch(data)
    rate = Fraction(asked.get("rate", 30))
    assert film.rate == min(rate, 30) and (film.width, film.height) == (WIDTH, HEIGHT)
    assert len(frames) == film.frames
    assert abs(film.seconds - asked.get("frames", 75) / rate) <= 2 / rate + Fraction(1, 10)  # sound may be longer
    assert [Fraction(frame.pts or 0) * Fraction(frame.time_base or 1) * film.rate for frame in frames] == list(
        range(film.frames)
    )
    last = asked.get("frames", 75) - 1
    step = int(rate / film.rate)
    assert [number_of(frame) for frame in frames] == [min(n * step, last) for n in range(film.frames)]


def test_time_stamps_that_are_guessed_are_off_by_a_frame_at_most(tmp_path: Path):
    """In a program stream few frames have one, and libav counts on from wherever it began to read."""
    path = draw(tmp_path / "a.mpg", codec="mpeg2video", rate=25, sound="mp2", container="mpeg")
    _, data = whole(path)
    assert all(abs(min(n, 74) - number_of(frame)) <= 1 for n, frame in enumerate(watch(data)))


def test_frames_that_look_ahead_keep_their_order_in_avi(tmp_path: Path):
    path = draw(tmp_path / "a.avi", codec="mpeg4", rate=25, options={"bf": "2", "g": "12"})
    shown = [number_of(frame) for frame in watch(whole(path)[1])]
    assert shown[:3] in ([0, 1, 2], [0, 0, 1])
    assert shown == sorted(shown) and set(shown) >= set(range(73))


def test_segments_are_the_same_in_any_order_and_by_any_threads(tmp_path: Path):
    path = draw(tmp_path / "a.mkv", frames=150, sound="aac", sound_rate=44_100)
    film, data = whole(path)
    assert film.segments == 3
    for n, threads in ((2, 2), (0, 1), (1, 2), (2, 1)):
        start, length = film.span(n)
        assert segment(path, "mkv", film, n, threads) == data[start : start + length]


@pytest.mark.parametrize(
    ("matrix", "turn", "corners"),
    [
        ((0, 1, -1, 0), 6, ("left", (0, 1, 2, 3))),
        ((0, -1, 1, 0), 8, ("right", (3, 2, 1, 0))),
        ((-1, 0, 0, -1), 3, ("top", (3, 2, 1, 0))),
    ],
)
def test_a_film_is_upright(tmp_path: Path, matrix: tuple[int, ...], turn: int, corners: tuple[str, tuple[int, ...]]):
    path = turned(draw(tmp_path / "a.mp4", frames=10), matrix)
    film, data = whole(path)
    assert film.turn == turn
    shown = watch(data)[5].to_ndarray(format="rgb24").astype(int)
    assert shown.shape == ((WIDTH, HEIGHT, 3) if turn in (6, 8) else (HEIGHT, WIDTH, 3))
    side, order = corners
    strip = {"left": shown[:, : HEIGHT // 2], "right": shown[:, HEIGHT // 2 :], "top": shown[: HEIGHT // 2]}[side]
    parts = np.split(strip, 4, axis=1 if side == "top" else 0)
    assert [_colour(part) for part in parts] == list(order)


def _colour(part: np.ndarray) -> int:
    middle = part[part.shape[0] // 4 : -part.shape[0] // 4, part.shape[1] // 4 : -part.shape[1] // 4].mean((0, 1))
    return int(np.argmin([np.abs(middle - colour).sum() for colour in COLOURS]))


def test_frames_at_uneven_times_are_shown_within_a_frame_of_them(tmp_path: Path):
    chance = np.random.default_rng(3)
    times = [Fraction(0)]
    while len(times) < 80:  # a phone in the dark: now and then twice as long, and never quite even
        times.append(times[-1] + Fraction(int(chance.choice([2800, 3000, 3300, 6100])), 90_000))
    film, data = whole(draw(tmp_path / "a.mp4", frames=80, times=times))
    assert film.rate == 30
    for number, frame in enumerate(watch(data)):
        begun = [n for n, time in enumerate(times) if time <= number / film.rate + Fraction(1, 50)]
        ended = [n for n, time in enumerate(times) if time > number / film.rate - Fraction(1, 50)]
        assert min(ended, default=80) - 1 <= number_of(frame) <= max(begun)


def test_few_frames_are_held(tmp_path: Path):
    film, data = whole(draw(tmp_path / "a.mkv", codec="mpeg4", rate=3, frames=15))
    assert film.rate == 5
    assert [number_of(frame) for frame in watch(data)][:10] == [0, 0, 1, 2, 2, 3, 3, 4, 5, 5]


def test_lines_of_two_moments_become_a_picture(tmp_path: Path):
    def combed(number: int) -> np.ndarray:
        picture = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
        for field in (0, 1):
            x = (number * 2 + field) * 4 % 100
            picture[field::2, x : x + 24] = 220
        return picture

    setup = {"x264-params": "interlaced=1", "g": "10"}
    path = draw(
        tmp_path / "a.mts", codec="libx264", rate=25, frames=60, options=setup, container="mpegts", picture=combed
    )
    film, data = whole(path)
    frames = watch(data)
    assert len(frames) == film.frames
    for frame in frames[2:-2]:
        grey = frame.to_ndarray(format="gray").astype(int)
        assert np.abs(grey[1:-1:2] - (grey[:-2:2] + grey[2::2]) / 2).mean() < 4  # combed, it is about 25


@pytest.mark.parametrize(("transfer", "signal", "white"), [("arib-std-b67", 0.75, 0.93), ("smpte2084", 0.58, 0.93)])
def test_white_of_a_high_dynamic_range_is_white(tmp_path: Path, transfer: str, signal: float, white: float):
    def grey(number: int) -> np.ndarray:
        return np.full((HEIGHT, WIDTH, 3), round(255 * signal), np.uint8)

    colours = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited"
    setup = {"x265-params": colours}
    for name, options, wanted in (("plain", {}, signal), ("high", setup, white)):
        path = draw(tmp_path / f"{name}.mp4", pixels="yuv420p10le", frames=3, options=options, picture=grey)
        level = watch(whole(path)[1])[1].to_ndarray()[:HEIGHT].mean()
        assert abs((level - 16) / 219 - wanted) < 0.03, name


@pytest.mark.parametrize(
    ("size", "aspect", "turn", "wanted"),
    [
        ((3840, 2160), "1/1", 1, (1920, 1080)),
        ((3840, 2160), "1/1", 6, (608, 1080)),
        ((1440, 1080), "4/3", 1, (1920, 1080)),
        ((720, 576), "64/45", 1, (1024, 576)),
        ((190, 240), "1/1", 1, (190, 240)),
        ((6000, 200), "1/1", 1, (1920, 64)),
    ],
)
def test_a_film_fits_a_television_and_is_never_enlarged(
    tmp_path: Path, size: tuple[int, int], aspect: str, turn: int, wanted: tuple[int, int]
):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)
        out.mux(stream.encode(av.VideoFrame(*size, "yuv420p")))
        out.mux(stream.encode(None))
    if turn == 6:
        turned(path, (0, 1, -1, 0))
    film = plan(path, "mp4")
    assert (film.width, film.height) == wanted
