"""What a QuickTime or MP4 file says that libav passes over: how its picture is turned, and notes about it.

How a track is turned is in its header, which PyAV shows only with a decoded frame. The notes are boxes in "udta", as in
3GPP TS 26.244 and as Apple writes them. Nothing here raises for a file's contents.
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

from haven_fs.library.containers import plain_text

QUICKTIME = ("mp4", "mov", "m4v", "3gp", "3g2")
"""The formats that are of QuickTime's boxes."""
# Signs of a track's display matrix a, b, c, d to EXIF's orientation; one that is slanted has none.
_TURNS: dict[tuple[int, ...], int] = {(1, 0, 0, 1): 1, (-1, 0, 0, -1): 3, (0, 1, -1, 0): 6, (0, -1, 1, 0): 8}
_NOTES = {b"date": "date", b"titl": "title", b"dscp": "description", b"kywd": "keywords"}
_LONGEST_NOTE = 4096
_MOST_BOXES = 10_000


def orientation_of(file: BinaryIO, format_name: str) -> int | None:
    """Return EXIF's orientation of the first video track, None if its header does not tell. Raises OSError."""
    for track, start, stop in _in_movie(file, format_name):
        if track == b"trak" and (matrix := _video_matrix(file, start, stop)):
            return _TURNS.get(tuple((value > 0) - (value < 0) for value in matrix))
    return None


def user_data(file: BinaryIO, format_name: str) -> dict[str, str]:
    """Return the date, title, description and keywords that libav passes over, under libav's names. Raises OSError.

    The date is what Apple notes when a film is exported: when it was recorded, with the zone of the place.
    """
    found: dict[str, str] = {}
    for name, start, stop in _in_movie(file, format_name):
        for inner, inner_start, inner_stop in _boxes(file, start, stop) if name == b"udta" else ():
            if inner not in _NOTES:
                continue
            file.seek(inner_start)
            raw = file.read(min(inner_stop - inner_start, _LONGEST_NOTE))
            text = ",".join(_keywords(raw)) if inner == b"kywd" else _text(raw)
            if text:
                found.setdefault(_NOTES[inner], text)
    return found


def _in_movie(file: BinaryIO, format_name: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box in the movie's, which tells all but sound and pictures."""
    if format_name not in QUICKTIME:
        return
    file.seek(0, io.SEEK_END)
    for name, start, stop in _boxes(file, 0, file.tell()):
        if name == b"moov":
            yield from _boxes(file, start, stop)


def _text(raw: bytes) -> str:
    """Return a note's text, which 3GPP puts behind a version and a language; it may be UTF-16 with a mark."""
    raw = raw[6:] if raw.startswith(b"\0\0\0\0") else raw
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw[: len(raw) // 2 * 2].decode("utf-16", "replace").split("\0", 1)[0].strip()
    return plain_text(raw)


def _keywords(raw: bytes) -> Iterator[str]:
    """Yield keywords: of 3GPP behind their number, each behind its length; Apple writes a text."""
    if not raw.startswith(b"\0\0\0\0"):
        yield from filter(None, [plain_text(raw)])
        return
    at = 7
    for _ in range(raw[6] if len(raw) > 6 else 0):
        length = raw[at] if at < len(raw) else 0
        if text := _text(raw[at + 1 : at + 1 + length]):
            yield text
        at += 1 + length


def _video_matrix(file: BinaryIO, start: int, stop: int) -> tuple[int, int, int, int] | None:
    """Return a, b, c, d of the track's display matrix, None if the track is not video."""
    matrix = None
    for name, inner, inner_stop in _boxes(file, start, stop):
        if name == b"tkhd":
            file.seek(inner)
            header = file.read(inner_stop - inner if inner_stop - inner < 128 else 128)
            at = 52 if header[:1] == b"\1" else 40
            if len(header) >= at + 20:
                a, b, _, c, d = struct.unpack_from(">5i", header, at)
                matrix = a, b, c, d
        elif name == b"mdia":
            for media, handler, _ in _boxes(file, inner, inner_stop):
                if media == b"hdlr":
                    file.seek(handler + 8)
                    if file.read(4) == b"vide":
                        return matrix
    return None


def _boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box between `start` and `stop`."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        header = file.read(16)
        if start + 8 > stop or len(header) < 8:
            return
        size, name = struct.unpack_from(">I4s", header)
        begin = start + 8
        if size == 1 and len(header) == 16:
            size, begin = struct.unpack_from(">Q", header, 8)[0], start + 16
        end = stop if size == 0 else start + size
        if end < begin or end > stop:
            end = stop
        yield name, begin, end
        start = end
