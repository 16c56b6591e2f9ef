"""What is damaged, cut off, too busy or no video at all: the promised length is kept, or nothing was promised."""

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from helpers.films import HEIGHT, WIDTH, draw, hear, number_of, watch, whole

from haven_fs.library.metadata import Unreadable
from haven_fs.renditions.films import FOOT, Film, coding, head, plan, segment, source
from haven_fs.renditions.films.coding import black_frame, encode


def places(path: Path, kind: str) -> list[tuple[int, int]]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.size and packet.stream.type == kind]
        return [(packet.pos or 0, packet.size) for packet in packets]


def overwrite(path: Path, ranges: list[tuple[int, int]]) -> None:
    data = bytearray(path.read_bytes())
    chance = np.random.default_rng(7)
    for place, size in ranges:
        data[place : place + size] = chance.bytes(size)
    path.write_bytes(data)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx265"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")])
def test_pictures_that_are_damaged_in_the_middle(tmp_path: Path, name: str, codec: str):
    path = draw(tmp_path / name, codec=codec, frames=200, sound="aac" if name != "a.avi" else "mp2")
    overwrite(path, places(path, "video")[70:110])
    film, data = whole(path)
    frames = watch(data)
    assert len(frames) == film.frames
    shown = [number_of(frame) for frame in frames[:200]]
    assert shown[:60] == list(range(60)) and shown[130:] == list(range(130, 200))
    if name == "a.mkv":
        return  # what was damaged there is the order of the packets too
    sound = hear(data, float(film.seconds))
    assert np.abs(sound[int(2.5 * 48_000) : int(3.5 * 48_000)]).mean() > 0.1


def test_sound_that_is_damaged_costs_the_sound(tmp_path: Path):
    path = draw(tmp_path / "a.mp4", frames=120, sound="aac")
    overwrite(path, places(path, "audio")[40:])
    film, data = whole(path)
    assert [number_of(frame) for frame in watch(data)][:120] == list(range(120))
    assert np.abs(hear(data, float(film.seconds))[: int(0.7 * 48_000)]).mean() > 0.1


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_a_video_that_is_cut_off_ends_with_its_last_picture(tmp_path: Path, name: str):
    path = draw(tmp_path / name, frames=200, sound="aac")
    whole_film = plan(path, name[2:])
    os.truncate(path, places(path, "video")[100][0])
    film, data = whole(path)
    assert film.seconds == whole_film.seconds
    shown = [number_of(frame) for frame in watch(data)]
    assert shown[:95] == list(range(95)) and set(shown[100:]) <= {97, 98, 99}
    assert not np.abs(hear(data, float(film.seconds))[5 * 48_000 :]).max()


def test_a_video_with_no_picture_that_decodes_is_black(tmp_path: Path):
    path = draw(tmp_path / "a.mp4", frames=70)
    overwrite(path, places(path, "video"))
    film = plan(path, "mp4")
    data = b"".join([head(film), *(segment(path, "mp4", film, n) for n in range(film.segments)), FOOT])
    assert all(frame.to_ndarray()[:HEIGHT].max() < 20 for frame in watch(data))


def test_an_original_that_is_away_is_an_error_and_no_black_film(tmp_path: Path):
    path = draw(tmp_path / "a.mp4", frames=30, sound="aac")
    film = plan(path, "mp4")
    path.unlink()
    with pytest.raises(OSError):
        segment(path, "mp4", film, 0)
    with pytest.raises(OSError):
        plan(path, "mp4")


def noisy(film: Film) -> list[av.VideoFrame]:
    """Return the frames of a film of noise in its slots."""
    chance = np.random.default_rng(2)
    noise = [chance.integers(0, 256, (film.height * 3 // 2, film.width), np.uint8) for _ in range(film.frames)]
    slots = encode(film, lambda: (av.VideoFrame.from_ndarray(n, format="yuv420p") for n in noise), film.frames)
    assert [len(s) for s in slots] == [film.key] + [film.slot] * (film.frames - 1)
    frames = watch(b"".join([head(film), *slots, FOOT]))
    assert len(frames) == film.frames
    return frames


@pytest.mark.parametrize(("size", "slot"), [((WIDTH, HEIGHT), 2000), ((WIDTH, HEIGHT), 512), ((1920, 1080), 512)])
def test_noise_fits_whatever_its_slots_are(size: tuple[int, int], slot: int):
    film = Film(*size, 30, 1, 12, 10 * slot, slot, 0, 0, 1, 2)
    assert noisy(film)[0].to_ndarray()[: size[1]].std() > 1


def test_what_x264_does_not_make_fit_is_black(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coding, "_MARGINS", (50.0, 40.0, 30.0))
    frames = noisy(Film(WIDTH, HEIGHT, 30, 1, 12, 5120, 512, 0, 0, 1, 2))
    assert not any(frame.to_ndarray()[:HEIGHT].std() for frame in frames)


def test_a_disk_that_fails_is_an_error_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = draw(tmp_path / "a.mp4", frames=70, sound="aac")
    film = plan(path, "mp4")

    class Failing(io.FileIO):
        left = 20_000

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            self.left -= len(data)
            if self.left < 0:
                raise OSError(errno.EIO, "the disk fails")
            return data

    opening = source.open_container
    monkeypatch.setattr(
        source, "open_container", lambda file, name: opening(Failing(file.fileno(), closefd=False), name)
    )
    with pytest.raises(OSError, match="the disk fails"):
        segment(path, "mp4", film, 1)


def test_the_least_slots_hold_black_frames_of_any_size():
    film = Film(1920, 1080, 24000, 1001, 48, 5120, 512, 0, 0, 1, 2)
    slots = encode(film, lambda: (black_frame(film) for _ in range(48)), 48)
    assert len(watch(b"".join([head(film), *slots, FOOT]))) == 48


def test_what_is_no_video_has_no_plan(tmp_path: Path):
    path = tmp_path / "a.mp4"
    for content in (b"", b"\0\0\0\x18ftypisom" + bytes(500), b"nothing of the kind" * 100):
        path.write_bytes(content)
        with pytest.raises(Unreadable):
            plan(path, "mp4")


def test_a_video_that_does_not_say_how_long_it_is_has_no_plan(tmp_path: Path):
    path = tmp_path / "a.webm"
    with av.open(str(path), "w", format="webm", options={"live": "1"}) as out:
        stream = out.add_stream("libvpx-vp9", rate=30, options={"deadline": "realtime", "cpu-used": "8"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame(WIDTH, HEIGHT, "yuv420p")))
        out.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="how long"):
        plan(path, "webm")


def test_sound_alone_has_no_plan(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(Unreadable):
        plan(path, "mp4")


def test_a_plan_may_be_older_than_the_file(tmp_path: Path):
    """Whoever keeps plans may ask for a segment before it hears that the file is another one."""
    path = draw(tmp_path / "a.mp4", frames=130, sound="aac")
    film = plan(path, "mp4")
    for other in (replace(film, frames=400), replace(film, width=64), replace(film, turn=6), replace(film, frames=20)):
        for n in range(other.segments):
            assert len(segment(path, "mp4", other, n)) == other.span(n)[1]
