"""Large weights of an ONNX file left where they are: on the disk, mapped, shared by all processes that use the model.

Read the usual way, a model of a gigabyte takes two while it loads and one for ever, in every process. But weights may
lie outside of a file, at a place in another one, and those onnxruntime maps. So it is given the graph with every large
weight replaced by where it lies in the file itself. Of a table of words that has 800 MB only the rows that are asked
for are ever read, loading takes a fraction of the time, and the file stays as it came.

A model file is a protocol buffer: fields of a number and a kind, here those of onnx.proto. Only what is needed of it is
understood, and anything unusual means that the file is read the usual way.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

LARGE = 64 * 1024
"""Bytes from which a weight is left on the disk."""
FOLDER_OPTION = "session.model_external_initializers_file_folder_path"
"""What tells onnxruntime where files named in a model given as bytes lie."""

_GRAPH = 7  # of a model
_WEIGHT = 5  # of a graph
_RAW_DATA, _OUTSIDE, _WHERE = 9, 13, 14  # of a weight
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Field = tuple[int, int, int, int, int]
"""A field's number, kind, where it begins, where its value begins, and where it ends."""


class Unusual(ValueError):
    """A file is not written as expected."""


def graph_without_weights(path: Path) -> bytes | None:
    """Return a model's graph with large weights said to lie in the file `path.name`; None if nothing is gained so.

    Raises OSError if the file cannot be read.
    """
    if path.stat().st_size < LARGE:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _model(data, path.name)
        except (Unusual, IndexError):
            return None


def _model(data: mmap.mmap, name: str) -> bytes | None:
    made, moved = bytearray(), 0
    for number, kind, begin, start, end in fields(data, 0, len(data)):
        if number == _GRAPH and kind == _BYTES:
            graph, count = _graph(data, start, end, name)
            made += _tag(_GRAPH, _BYTES) + _varint(len(graph)) + graph
            moved += count
        else:
            made += data[begin:end]
    return bytes(made) if moved else None


def _graph(data: mmap.mmap, start: int, end: int, name: str) -> tuple[bytes, int]:
    made, moved = bytearray(), 0
    for number, kind, begin, inner, last in fields(data, start, end):
        if number == _WEIGHT and kind == _BYTES and last - inner >= LARGE:
            weight = _weight(data, inner, last, name)
            if weight is not None:
                made += _tag(_WEIGHT, _BYTES) + _varint(len(weight)) + weight
                moved += 1
                continue
        made += data[begin:last]
    return bytes(made), moved


def _weight(data: mmap.mmap, start: int, end: int, name: str) -> bytes | None:
    """Return a weight with its numbers said to be outside; None if it has none in one piece."""
    made, place = bytearray(), None
    for number, kind, begin, inner, last in fields(data, start, end):
        if number == _OUTSIDE or (number == _WHERE and data[inner] != 0):
            return None
        if number == _WHERE:
            continue  # it says that they are inside
        if number == _RAW_DATA and kind == _BYTES:
            place = inner, last - inner
        else:
            made += data[begin:last]
    if place is None:
        return None
    for key, value in (("location", name), ("offset", str(place[0])), ("length", str(place[1]))):
        entry = _text(1, key) + _text(2, value)
        made += _tag(_OUTSIDE, _BYTES) + _varint(len(entry)) + entry
    return bytes(made + _tag(_WHERE, _VARINT) + b"\x01")


def fields(data: mmap.mmap, position: int, end: int) -> Iterator[Field]:
    """Give the fields between two places. Raises Unusual, or IndexError at the end of the file."""
    while position < end:
        begin = position
        key, position = read_varint(data, position)
        number, kind = key >> 3, key & 7
        start = position
        if kind == _VARINT:
            _, position = read_varint(data, position)
        elif kind == _BYTES:
            length, start = read_varint(data, position)
            position = start + length
        elif kind in (_FIXED64, _FIXED32):
            position += 8 if kind == _FIXED64 else 4
        else:
            raise Unusual(f"kind {kind}")
        if position > end or number == 0:
            raise Unusual("a field that does not end where it should")
        yield number, kind, begin, start, position


def read_varint(data: mmap.mmap, position: int) -> tuple[int, int]:
    """Return the number at a place, and where it ends. Raises Unusual, or IndexError at the end of the file."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise Unusual("a number that does not end")


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)


def _tag(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _text(number: int, text: str) -> bytes:
    return _tag(number, _BYTES) + _varint(len(text.encode())) + text.encode()
