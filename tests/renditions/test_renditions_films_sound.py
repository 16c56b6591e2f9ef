"""The sound of films: in time with the picture, without a click where segments meet, each frame in its slot."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from helpers.films import draw, hear, hum, look, watch, whole

from haven_fs.renditions.films.sound import SLOTS, fill

SOUNDS: dict[str, dict[str, Any]] = {
    "a.mkv": {"sound": "aac", "sound_rate": 44_100},
    "b.flv": {"codec": "flv", "sound": "aac", "sound_rate": 44_100, "layout": "mono", "container": "flv"},
    "c.mts": {"codec": "libx264", "sound": "ac3", "layout": "5.1", "container": "mpegts"},
    "d.mov": {"codec": "mjpeg", "pixels": "yuvj420p", "sound": "pcm_s16le", "sound_rate": 22_050, "layout": "mono"},
    "e.mkv": {"codec": "libvpx-vp9", "sound": "libopus"},
}


@pytest.mark.parametrize("name", SOUNDS)
def test_a_tone_goes_on_where_segments_meet(name: str, tmp_path: Path):
    film, data = whole(draw(tmp_path / name, frames=200, **SOUNDS[name]))
    assert film.segments == 4 and film.channels == (1 if SOUNDS[name].get("layout") == "mono" else 2)
    sound = hear(data, float(film.seconds))
    # A sine is what two samples before it say; what is left is noise, and a click is far above it.
    turn = 2 * np.cos(2 * np.pi * 440 / 48_000)
    left = np.abs(sound[2:] - turn * sound[1:-1] + sound[:-2])[4800:-9600]
    level = np.abs(sound[48_000:96_000]).max()
    assert level > 0.2
    calm = np.percentile(left, 99)
    for n in range(1, film.segments):
        place = round(film.frames_of(n)[0] / film.rate * 48_000) - 4800
        assert left[place - 3000 : place + 3000].max() < max(6 * calm, 0.002 * level)


@pytest.mark.parametrize("name", SOUNDS)
def test_picture_and_sound_are_in_time(name: str, tmp_path: Path):
    def flash(number: int) -> np.ndarray:
        return np.full(look(0).shape, 230 if number % 30 < 3 and number >= 30 else 30, np.uint8)

    def beep(seconds: np.ndarray) -> np.ndarray:
        return np.where((seconds % 1 < 0.1) & (seconds >= 1), np.sin(2 * np.pi * 2000 * seconds) * 0.8, 0)

    film, data = whole(draw(tmp_path / name, frames=165, picture=flash, tone=beep, **SOUNDS[name]))
    sound = hear(data, float(film.seconds))
    loud = np.abs(sound) > np.abs(sound).max() / 4
    beeps = [place / 48_000 for place in np.flatnonzero(loud) if not loud[max(0, place - 24_000) : place].any()]
    levels = [frame.to_ndarray()[0].mean() for frame in watch(data)]
    flashes = [n / film.rate for n in range(1, film.frames) if levels[n] > 120 > levels[n - 1]]
    assert len(flashes) == len(beeps) == 5
    assert all(abs(float(flash) - beep) < 0.02 for flash, beep in zip(flashes, beeps, strict=True))


def encoded(samples: np.ndarray, rate: int = 128_000) -> list[bytes]:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "fltp", rate
    packets = []
    for start in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024].copy(), "fltp", "mono")
        frame.sample_rate, frame.pts = 48_000, start
        packets += encoder.encode(frame)
    return [bytes(packet) for packet in packets + encoder.encode(None)]


def decoded(frames: list[bytes]) -> np.ndarray:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = bytes([0x11, 0x88])
    return np.concatenate([f.to_ndarray() for b in frames for f in decoder.decode(av.Packet(b))], axis=1)


def test_an_aac_frame_that_is_filled_up_sounds_the_same():
    coded = encoded(hum(np.arange(1024 * 8) / 48_000).astype(np.float32))
    plain = decoded(coded)
    longest = max(map(len, coded))
    for more in [*range(1, 40), 135, 136, 137, 270, 271, 500, 1000]:
        filled = [fill(frame, longest + more) or b"" for frame in coded]
        assert {len(frame) for frame in filled} == {longest + more}
        assert np.array_equal(decoded(filled), plain)
    assert fill(coded[4], len(coded[4]) - 1) is None


def test_noise_fits_its_slots_too(tmp_path: Path):
    chance = np.random.default_rng(1)
    burst = {"tone": lambda seconds: chance.uniform(-1, 1, len(seconds)) * (seconds % 0.3 < 0.04)}
    path = draw(tmp_path / "a.mov", codec="mjpeg", pixels="yuvj420p", sound="pcm_s16le", layout="mono", **burst)
    film, data = whole(path)
    assert film.sound == SLOTS[1] < max(map(len, encoded(chance.uniform(-1, 1, 48_000).astype(np.float32), 320_000)))
    sound = hear(data, float(film.seconds))
    assert np.abs(sound[int(0.61 * 48_000) : int(0.63 * 48_000)]).mean() > 0.2


def test_a_gap_is_silent_and_what_follows_is_in_time(tmp_path: Path):
    path = draw(tmp_path / "a.mkv", frames=120, sound="aac")
    cut = tmp_path / "b.mkv"
    with av.open(str(path)) as source, av.open(str(cut), "w") as out:
        streams = [out.add_stream_from_template(stream) for stream in source.streams]
        for packet in source.demux():
            if packet.size and (packet.stream.type == "video" or not 1 < (packet.pts or 0) * packet.time_base < 3):
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    film, data = whole(cut)
    sound = hear(data, float(film.seconds))
    levels = [np.abs(sound[int(s * 48_000) : int((s + 0.1) * 48_000)]).mean() for s in (0.5, 1.2, 2.0, 2.8, 3.3)]
    assert [level > 0.1 for level in levels] == [True, False, False, False, True]
    assert max(levels[1:4]) < 0.001
