"""AAC in slots: the sound of an original, stereo or mono at 48 kHz, continuous from one segment to the next.

An AAC frame overlaps with the one before it, and an encoder looks at what came before. So each segment's encoder starts
some frames earlier, and what it made of those is dropped: from there on it decides as one would that had encoded all.
A frame that is larger than its slot, which is rare, is taken from an encoder of a lower bit rate.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from haven_fs.renditions.films.film import BLOCK, SOUND_RATE, Film
from haven_fs.renditions.films.source import DAMAGE, decoded, time_of

Samples = NDArray[np.float32]
"""By channel, from -1 to 1."""
SLOTS = {1: 448, 2: 768}
"""Bytes of an AAC frame, by channels. At the usual rate one in a thousand is larger."""
_RATES = {1: (80_000, 48_000, 24_000), 2: (128_000, 80_000, 40_000)}
"""Bits a second, by channels."""
_LEAD = 8
"""AAC frames that are encoded before those that are wanted. With 4 nothing is heard; the decoder needs some too."""
_EARLIER = Fraction(1, 2)
_GAP = SOUND_RATE * 15 // 1000
"""Samples that a time stamp may be off before it is believed rather than that the sound goes on."""
_LAYOUTS = {1: "mono", 2: "stereo"}


def encode_sound(path: Path, format_name: str, film: Film, first: int, last: int) -> list[bytes]:
    """Return the slots of the AAC frames `first` to `last`, without the last, each full to the byte.

    What cannot be decoded is silent. Raises OSError if the disk fails.
    """
    # Frame n is made of blocks n - 1 and n. One more after the last lets the encoder see what it would have seen.
    samples = _samples(path, format_name, film, first - _LEAD, last + 1)
    slots: list[bytes | None] = [None] * (last - first)
    for rate in _RATES[film.channels]:
        coded = _aac(samples, rate)[_LEAD : _LEAD + last - first]
        slots = [slot or fill(frame, film.sound) for slot, frame in zip(slots, coded, strict=True)]
        if all(slots):
            break
    else:
        silence = fill(_aac(np.zeros((film.channels, 4 * BLOCK), np.float32), _RATES[film.channels][-1])[2], film.sound)
        slots = [slot or silence for slot in slots]
    return [slot for slot in slots if slot]


def _aac(samples: Samples, rate: int) -> list[bytes]:
    """Encode whole blocks of samples: one AAC frame each."""
    channels, count = samples.shape
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE, _LAYOUTS[channels], "fltp"
    encoder.bit_rate = rate
    encoder.flags |= 1 << 23  # the same bytes from each version
    packets = []
    for start in range(0, count, BLOCK):
        block = np.ascontiguousarray(samples[:, start : start + BLOCK])
        frame = av.AudioFrame.from_ndarray(block, "fltp", _LAYOUTS[channels])
        frame.sample_rate, frame.pts = SOUND_RATE, start
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [bytes(packet) for packet in packets[: count // BLOCK]]


def fill(coded: bytes, size: int) -> bytes | None:
    """Fill an AAC frame up to a size in bytes with fill elements, which decoders skip; None if it is larger."""
    bits = int.from_bytes(coded)
    end = (bits & -bits).bit_length() + 2  # it ends with an element of the bits 111, and zeros up to a whole byte
    bits, length = bits >> end, 8 * len(coded) - end
    free = 8 * size - length - 3
    if free < 0:
        return None
    while free >= 7:
        count = min((free - 15) // 8, 269) if free >= 15 + 15 * 8 else min((free - 7) // 8, 14)
        header, width = (6 << 12 | 15 << 8 | count - 14, 15) if count >= 15 else (6 << 4 | count, 7)
        bits, free = (bits << width | header) << 8 * count, free - width - 8 * count
    return ((bits << 3 | 7) << free).to_bytes(size)


def _samples(path: Path, format_name: str, film: Film, first: int, last: int) -> Samples:
    """Return the samples of the blocks `first` to `last`, without the last; zeros where there is no sound."""
    start, count = first * BLOCK, (last - first) * BLOCK
    samples = np.zeros((film.channels, count), np.float32)
    for run in _runs(path, format_name, film, Fraction(start, SOUND_RATE), Fraction(start + count, SOUND_RATE)):
        if not run.parts:
            continue
        found = np.concatenate(run.parts, axis=1)
        place = round(run.begin) - start
        here, skip = max(0, place), max(0, -place)
        end = min(count, place + found.shape[1])
        if end > here:
            samples[:, here:end] = found[:, skip : skip + end - here]
    return np.clip(np.nan_to_num(samples, copy=False), -1, 1)


class _Run:
    """Sound without a gap, resampled.

    The same moment gives the same samples, wherever a run begins: it begins with a sample that has a whole place at the
    new rate too, and of time stamps that are rounded the mean is taken.
    """

    def __init__(self, frame: av.AudioFrame, place: Fraction, film: Film) -> None:
        self.source = _source(frame)
        self.parts: list[Samples] = []
        self._ratio = Fraction(SOUND_RATE, frame.sample_rate)
        self._begins: list[float] = []
        self._length = Fraction(0)  # of what was added, by its own rate
        self._resampler = AudioResampler("fltp", _LAYOUTS[film.channels], SOUND_RATE)
        starts = range(max(1, min(self._ratio.denominator, frame.samples)))
        self._skip = min(starts, key=lambda n: _off(place + n * self._ratio))

    @property
    def begin(self) -> float:
        """Its place, in samples from the beginning of the film."""
        return sum(self._begins) / len(self._begins)

    def goes_on(self, frame: av.AudioFrame, place: Fraction) -> bool:
        """Tell whether this is where a frame belongs that has a place in samples."""
        return self.source == _source(frame) and abs(float(place - self._length) - self.begin) <= _GAP

    def add(self, frame: av.AudioFrame, place: Fraction) -> None:
        """Add what comes next."""
        if skip := self._skip:
            step = 1 if frame.format.is_planar else frame.layout.nb_channels
            rest: Any = np.ascontiguousarray(frame.to_ndarray()[:, skip * step :])
            shorter = av.AudioFrame.from_ndarray(rest, frame.format.name, frame.layout.name)
            shorter.sample_rate = frame.sample_rate
            frame, place, self._skip = shorter, place + skip * self._ratio, 0
        self._begins.append(float(place - self._length))
        self._length += frame.samples * self._ratio
        frame.pts = None
        self._resample(frame)

    def end(self) -> None:
        """Add what the resampler has kept."""
        self._resample(None)

    def _resample(self, frame: av.AudioFrame | None) -> None:
        self.parts += [np.asarray(part.to_ndarray(), np.float32) for part in self._resampler.resample(frame)]


def _source(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _off(place: Fraction) -> Fraction:
    return abs(place - round(place))


def _runs(path: Path, format_name: str, film: Film, since: Fraction, until: Fraction) -> Iterator[_Run]:
    """Yield the sound from one second to another, and some before and after."""
    run: _Run | None = None
    try:
        for frame in decoded(path, format_name, av.AudioFrame, since - _EARLIER, until):
            place = time_of(frame) * SOUND_RATE
            if run is not None and not run.goes_on(frame, place):
                run.end()
                yield run
                run = None
            if place > until * SOUND_RATE:
                break
            if run is None:
                run = _Run(frame, place, film)
            run.add(frame, place)
    except DAMAGE:
        pass
    if run is not None:
        with suppress(*DAMAGE):
            run.end()
        yield run
