"""The head of a film: its file type and its table of contents, written box by box (ISO/IEC 14496-12, -14 and -15).

libav's muxer writes a table of what it was given, and here nothing is there yet, so this is our own. What it says of
every place follows from the Film; what it says of the picture is what the encoder says of itself. Fragments, which have
a table each, would need no fixed slots, but old televisions do not know them, and VLC visits all fragments of a file on
a mounted drive before it plays the first: the whole film would have to be made for that.
"""

import struct
from collections.abc import Iterator

from haven_fs.renditions.films.coding import parameter_sets
from haven_fs.renditions.films.film import BLOCK, SOUND_RATE, Film

_MATRIX = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)  # nothing is turned
_UNDETERMINED = 0x55C4  # a language
_VIDEO, _SOUND = 1, 2  # tracks


def head(film: Film) -> bytes:
    """Return the first `film.head` bytes of a film, up to the first segment."""
    kind = _box(b"ftyp", b"isom", (0x200).to_bytes(4), b"isomiso2avc1mp41")
    tracks = [_track(film, _VIDEO)] + ([_track(film, _SOUND)] if film.sound else [])
    contents = _box(b"moov", _movie_header(film, len(tracks)), *tracks)
    size = film.length - film.head + 16
    # The size of what follows is told in 64 bits, with room for which the shorter form has an empty box.
    data = struct.pack(">I4sQ", 1, b"mdat", size) if film.far else struct.pack(">I4sI4s", 8, b"free", size - 8, b"mdat")
    room = film.head - len(kind) - len(contents) - len(data)
    return kind + contents + struct.pack(">I4s", room, b"free") + bytes(room - 8) + data


def _box(name: bytes, *parts: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, parts)), name) + b"".join(parts)


def _full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """Return a box with a version, which is 0, and flags."""
    return _box(name, flags.to_bytes(4), *parts)


def _clock(film: Film) -> tuple[int, int, int]:
    """Return ticks a second, ticks of a frame and ticks of the film. Few players like seconds of 30 ticks."""
    finer = 1 if film.rate_num >= 1000 else 1000
    return film.rate_num * finer, film.rate_den * finer, film.rate_den * finer * film.frames


def _movie_header(film: Film, tracks: int) -> bytes:
    ticks, _, duration = _clock(film)
    rate_and_volume = struct.pack(">IH10x", 1 << 16, 0x100)
    return _full(
        b"mvhd", struct.pack(">4I", 0, 0, ticks, duration), rate_and_volume, _MATRIX, bytes(24), _int(tracks + 1)
    )


def _track(film: Film, track: int) -> bytes:
    _, _, duration = _clock(film)
    width, height = (film.width, film.height) if track == _VIDEO else (0, 0)
    header = _full(
        b"tkhd",
        struct.pack(">5I8x", 0, 0, track, 0, duration),
        struct.pack(">4H", 0, 0, 0 if track == _VIDEO else 0x100, 0),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,  # it is on, and part of the film
    )
    if track == _VIDEO:
        return _box(b"trak", header, _media(film, track))
    # The first AAC frame decodes to nothing of the film, and the last one may go beyond its end.
    edit = _full(b"elst", struct.pack(">4I", 1, duration, BLOCK, 1 << 16))
    return _box(b"trak", header, _box(b"edts", edit), _media(film, track))


def _media(film: Film, track: int) -> bytes:
    ticks, _, duration = _clock(film)
    handler, name, header = b"vide", b"Video\0", _full(b"vmhd", bytes(8), flags=1)
    if track == _SOUND:
        ticks, duration = SOUND_RATE, film.sounds * BLOCK
        handler, name, header = b"soun", b"Sound\0", _full(b"smhd", bytes(4))
    here = _full(b"dref", _int(1), _full(b"url ", flags=1))
    return _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">4I2H", 0, 0, ticks, duration, _UNDETERMINED, 0)),
        _full(b"hdlr", bytes(4), handler, bytes(12), name),
        _box(b"minf", header, _box(b"dinf", here), _samples(film, track)),
    )


def _samples(film: Film, track: int) -> bytes:
    """Return the table of a track: what its samples are, how long, how large, and where its chunks lie."""
    places = struct.pack(f">{film.chunks}{'Q' if film.far else 'I'}", *_places(film, track))
    offsets = _full(b"co64" if film.far else b"stco", _int(film.chunks), places)
    counts = _full(b"stsc", _int(film.chunks), b"".join(_counts(film, track)))
    if track == _SOUND:
        times = _full(b"stts", struct.pack(">3I", 1, film.sounds, BLOCK))
        sizes = _full(b"stsz", struct.pack(">2I", film.sound, film.sounds))
        return _box(b"stbl", _full(b"stsd", _int(1), _aac(film)), times, counts, sizes, offsets)
    _, tick, _ = _clock(film)
    times = _full(b"stts", struct.pack(">3I", 1, film.frames, tick))
    segment = _int(film.key) + _int(film.slot) * (film.group - 1)
    sizes = _full(b"stsz", struct.pack(">2I", 0, film.frames), (segment * film.segments)[: 4 * film.frames])
    keys = range(1, film.frames + 1, film.group)
    points = _full(b"stss", struct.pack(f">{len(keys) + 1}I", len(keys), *keys))
    return _box(b"stbl", _full(b"stsd", _int(1), _avc(film)), times, points, counts, sizes, offsets)


def _places(film: Film, track: int) -> Iterator[int]:
    """Yield where in the file each chunk of a track begins."""
    for n in range(film.segments):
        place, _ = film.span(n)
        for first, last in film.chunks_of(n):
            pictures = (last - first) * film.slot + (film.key - film.slot if first % film.group == 0 else 0)
            yield place + (pictures if track == _SOUND else 0)
            place += pictures + (film.sounds_before(last) - film.sounds_before(first)) * film.sound


def _counts(film: Film, track: int) -> Iterator[bytes]:
    """Yield the entries that tell how many samples are in each chunk of a track."""
    number = 1
    for n in range(film.segments):
        for first, last in film.chunks_of(n):
            count = last - first if track == _VIDEO else film.sounds_before(last) - film.sounds_before(first)
            yield struct.pack(">3I", number, count, 1)
            number += 1


def _avc(film: Film) -> bytes:
    sps, pps = parameter_sets(film)
    config = bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1, *len(sps).to_bytes(2)]) + sps
    config += b"\1" + len(pps).to_bytes(2) + pps
    if sps[1] >= 100:  # the High profile says more: 4:2:0, 8 bits, 8 bits, nothing further
        config += b"\xfd\xf8\xf8\0"
    look = struct.pack(">6xH16x2H3I", 1, film.width, film.height, 72 << 16, 72 << 16, 0)
    return _box(b"avc1", look, struct.pack(">H", 1), bytes(32), struct.pack(">Hh", 24, -1), _box(b"avcC", config))


def _aac(film: Film) -> bytes:
    setup = struct.pack(">H", 2 << 11 | 3 << 7 | film.channels << 3)  # AAC-LC, 48 kHz
    rate = film.sound * 8 * SOUND_RATE // BLOCK
    kind = struct.pack(">BBHB", 0x40, 0x15, 0, 0)
    decoder = _descriptor(4, kind, struct.pack(">II", rate, rate), _descriptor(5, setup))
    stream = _descriptor(3, struct.pack(">HB", _SOUND, 0), decoder, _descriptor(6, b"\2"))
    form = struct.pack(">6xH8x2H4xI", 1, film.channels, 16, SOUND_RATE << 16)
    return _box(b"mp4a", form, _full(b"esds", stream))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    """Return one of MPEG-4's descriptors, all shorter than 128 bytes."""
    return bytes([tag, sum(map(len, parts))]) + b"".join(parts)


def _int(value: int) -> bytes:
    return value.to_bytes(4)
