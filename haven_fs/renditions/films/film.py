"""The layout of a converted film: how many bytes it has and where each second of it lies, known before it is made.

A film is an MP4 file whose table of contents comes first, as every player can read it. To know that table in advance,
each frame has a slot of a fixed size that its bytes are filled up to: a large one for the first frame of a segment,
which stands alone, smaller ones for those that build on it. Sound has slots too. Where everything lies then follows
from the few numbers in `Film`, by arithmetic.

    head     what the file is, and the table of contents: made of a Film alone
    segments about two seconds each, in chunks: the slots of some frames, then the slots of the sound for that time
    FOOT     nothing: a program that looks at the end of every file does not have the last segment made by that
"""

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from fractions import Fraction

VERSION = 1
"""Of layouts and of how they are filled. A catalog has made its plans anew when it is another one."""
FOOT = bytes(4096)
"""The end of every film. A whole page, as kernels read pages; not a box, as players would read where it begins."""
SOUND_RATE = 48_000
BLOCK = 1024
"""Samples of sound that one AAC frame adds."""
SECONDS = 2
"""Of a segment, about."""
CHUNKS = 4
"""In a segment: how finely sound and picture are interleaved."""
HEAD_ROOM = 2048
"""Bytes that everything in the head that does not grow with the film fits in."""
_MOST_IN_32_BITS = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Film:
    """What a film will be. Two equal ones of the same original have the same bytes.

    width, height: pixels, upright and square. rate_num, rate_den: frames a second, always the same distance apart.
    frames: how many. key, slot: bytes of the first frame of a segment and of each other one. sound: bytes of an AAC
    frame, 0 if the film is silent. channels: of sound. turn: EXIF's orientation of the original. transfer: its transfer
    characteristics, as ITU-T H.273 counts them.
    """

    width: int
    height: int
    rate_num: int
    rate_den: int
    frames: int
    key: int
    slot: int
    sound: int
    channels: int
    turn: int
    transfer: int

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return Fraction(self.rate_num, self.rate_den)

    @property
    def seconds(self) -> Fraction:
        """How long it lasts."""
        return self.frames / self.rate

    @property
    def group(self) -> int:
        """Frames in each segment but the last, which may have fewer."""
        return max(1, (2 * SECONDS * self.rate_num + self.rate_den) // (2 * self.rate_den))

    @property
    def chunk(self) -> int:
        """Frames in each chunk of a segment but the last."""
        return -(-self.group // CHUNKS)

    @property
    def segments(self) -> int:
        """How many segments it has, at least 1."""
        return -(-self.frames // self.group)

    @property
    def chunks(self) -> int:
        """How many chunks it has."""
        whole, rest = divmod(self.frames, self.group)
        return whole * -(-self.group // self.chunk) + -(-rest // self.chunk)

    @property
    def head(self) -> int:
        """Bytes before the first segment."""
        tables = 4 * self.frames + 4 * self.segments + (12 + 8) * self.chunks * (2 if self.sound else 1)
        return HEAD_ROOM + tables

    @property
    def length(self) -> int:
        """Bytes of the whole file."""
        return self._place(self.frames) + len(FOOT)

    @property
    def sounds(self) -> int:
        """AAC frames in all. The first only prepares for the second, as each needs the one before it."""
        return 1 + -(-self.frames * self.rate_den * SOUND_RATE // (self.rate_num * BLOCK)) if self.sound else 0

    def sounds_before(self, frame: int) -> int:
        """Return how many AAC frames lie in chunks before that which begins with a frame."""
        if not self.sound or not frame:
            return 0
        if frame >= self.frames:
            return self.sounds
        return 1 + frame * self.rate_den * SOUND_RATE // (self.rate_num * BLOCK)

    def span(self, n: int) -> tuple[int, int]:
        """Return where in the file segment `n` begins, counted from 0, and its bytes. Raises IndexError."""
        first, last = self.frames_of(n)
        start = self._place(first)
        return start, self._place(last) - start

    def frames_of(self, n: int) -> tuple[int, int]:
        """Return the first frame of segment `n` and the one after its last. Raises IndexError."""
        if not 0 <= n < self.segments:
            raise IndexError(n)
        return n * self.group, min((n + 1) * self.group, self.frames)

    def chunks_of(self, n: int) -> Iterator[tuple[int, int]]:
        """Yield the first frame of each chunk of segment `n` and the one after its last. Raises IndexError."""
        first, last = self.frames_of(n)
        for start in range(first, last, self.chunk):
            yield start, min(start + self.chunk, last)

    def segments_for(self, start: int, count: int) -> range:
        """Return the segments that `count` bytes from `start` touch: none, if all are in the head or the foot."""
        end = min(start + count, self.length - len(FOOT))
        start = max(start, self.head)
        return range(self._segment_at(start), self._segment_at(end - 1) + 1) if start < end else range(0)

    def dumps(self) -> str:
        """Return it as a short text that `loads` reads."""
        return json.dumps([VERSION, *astuple(self)], separators=(",", ":"))

    @staticmethod
    def loads(text: str) -> "Film":
        """Return the film of a text. Raises ValueError if another version, or something else, has written it."""
        match json.loads(text):
            case [version, *numbers] if version == VERSION and len(numbers) == len(Film.__slots__):
                if all(type(number) is int for number in numbers):
                    return Film(*numbers)
        raise ValueError("this is no plan of a film by this version of Haven")

    @property
    def far(self) -> bool:
        """Whether the file needs 64-bit places."""
        return self.length > _MOST_IN_32_BITS

    def _place(self, frame: int) -> int:
        """Return where the segment that begins with a frame lies, or what follows the last frame."""
        begun = -(-frame // self.group)
        return self.head + frame * self.slot + begun * (self.key - self.slot) + self.sounds_before(frame) * self.sound

    def _segment_at(self, place: int) -> int:
        low, high = 0, self.segments - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._place(middle * self.group) <= place:
                low = middle
            else:
                high = middle - 1
        return low
