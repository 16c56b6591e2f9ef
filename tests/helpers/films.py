"""Films whose frames tell their number and whose sound is known, and what players see and hear of what is made of them.

A frame has eight bars above, the bits of its number, and four colours below: red, green, blue and white, from the left.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
from numpy.typing import NDArray

from haven_fs.library.kinds import kind_of
from haven_fs.renditions.films import FOOT, Film, head, plan, segment

WIDTH, HEIGHT = 128, 96
COLOURS = ((200, 30, 30), (30, 160, 30), (30, 30, 200), (235, 235, 235))
_OPTIONS = {
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=15:bframes=2"},
    "libx264": {"preset": "ultrafast", "g": "15"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "g": "15"},
}
Tone = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def look(number: int) -> NDArray[np.uint8]:
    """Return frame `number` of each drawn film."""
    picture = np.full((HEIGHT, WIDTH, 3), 20, np.uint8)
    for bit in range(8):
        if number >> bit & 1:
            picture[: HEIGHT // 2, bit * 16 : bit * 16 + 16] = 230
    for place, colour in enumerate(COLOURS):
        picture[HEIGHT // 2 :, place * 32 : place * 32 + 32] = colour
    return picture


def hum(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a tone of 440 Hz."""
    return 0.4 * np.sin(2 * np.pi * 440 * seconds)


def draw(
    path: Path,
    *,
    codec: str = "libx265",
    rate: Fraction | int = 30,
    frames: int = 75,
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    times: Sequence[Fraction] = (),
    sound: str = "",
    sound_rate: int = 48_000,
    layout: str = "stereo",
    tone: Tone = hum,
    container: str | None = None,
    picture: Callable[[int], NDArray[Any]] = look,
) -> Path:
    """Write a film; `times`: the seconds at which its frames are shown, if not at even distances."""
    with av.open(str(path), "w", format=container, options={"movflags": "faststart"}) as out:
        video = out.add_stream(codec, rate=Fraction(rate), options={**_OPTIONS.get(codec, {}), **(options or {})})
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, pixels
        base = Fraction(1, 90_000) if times else 1 / Fraction(rate)
        video.codec_context.time_base = base
        heard: Iterator[list[av.Packet]] = iter(())
        if sound:
            voice = out.add_stream(sound, rate=sound_rate, layout=layout, bit_rate=128_000)
            heard = _sounds(voice, tone, frames / float(rate))
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = round((times[number] if times else number / Fraction(rate)) / base), base
            out.mux(video.encode(frame))
            for packets in heard:
                out.mux(packets)
                break
        out.mux(video.encode(None))
        for packets in heard:
            out.mux(packets)
    return path


def _sounds(stream: Any, tone: Tone, seconds: float) -> Iterator[list[av.Packet]]:
    """Yield the packets of one frame of sound after the other, until there are `seconds` of it."""
    context = stream.codec_context
    if stream.codec.name == "libmp3lame":
        context.format = "fltp"
    if not context.is_open:
        context.open()
    size, rate, form = context.frame_size or 1024, context.sample_rate, context.format.name
    kind, scale = (np.int16, 32767) if form.startswith("s16") else (np.float32, 1)
    for start in range(0, int(seconds * rate), size):
        samples = (tone(np.arange(start, start + size) / rate) * scale).astype(kind)
        values = np.repeat(samples[None], context.layout.nb_channels, 0)
        values = values if form.endswith("p") else values.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(values), form, context.layout.name)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield stream.encode(frame)
    yield stream.encode(None)


def turned(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Write a, b, c, d of the display matrix into the header of the first track of an MP4."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40
    for offset, value in zip((0, 4, 12, 16), matrix, strict=True):
        data[place + offset : place + offset + 4] = (value << 16).to_bytes(4, signed=True)
    path.write_bytes(data)
    return path


def whole(path: Path) -> tuple[Film, bytes]:
    """Return the film that is planned for a video, and all of its bytes, whose lengths are checked."""
    kind = kind_of(path)
    film = plan(path, kind.format)
    parts = [head(film), *(segment(path, kind.format, film, n) for n in range(film.segments)), FOOT]
    assert [len(part) for part in parts[1:-1]] == [film.span(n)[1] for n in range(film.segments)]
    data = b"".join(parts)
    assert len(data) == film.length
    return film, data


def watch(data: bytes) -> list[av.VideoFrame]:
    """Return all frames of a film. No decoder has anything to complain of."""
    with av.logging.Capture() as logs:
        av.logging.set_level(av.logging.WARNING)
        try:
            with av.open(io.BytesIO(data), options={"err_detect": "explode"}) as container:
                container.streams.video[0].codec_context.options = {"err_detect": "explode"}
                frames = list(container.decode(video=0))
        finally:
            av.logging.set_level(None)
    assert not logs
    return frames


def hear(data: bytes, seconds: float) -> NDArray[np.float64]:
    """Return the sound of a film, mono at 48 kHz, where its first sample is that of the film's beginning."""
    heard = np.zeros(int((seconds + 1) * 48_000))
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(audio=0):
            assert frame.sample_rate == 48_000 and frame.time is not None
            samples = frame.to_ndarray().mean(0)
            start = round(frame.time * 48_000)
            skip = max(0, -start)
            heard[start + skip : start + len(samples)] = samples[skip:]
    return heard[: round(seconds * 48_000)]


def number_of(frame: av.VideoFrame) -> int:
    """Return which frame of a drawn film this is."""
    grey = frame.to_ndarray(format="gray")
    height, width = grey.shape
    bars = grey[height // 8 : height // 2 - height // 8].reshape(-1, 8, width // 8)
    return sum(1 << bit for bit in range(8) if bars[:, bit, width // 32 : -width // 32].mean() > 125)
