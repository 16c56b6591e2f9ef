"""What an ONNX file takes and gives, read from the file itself: no library is loaded, and no weights are read.

Packs of models for faces hold files of up to 260 MB whose names say nothing. Opening them all to learn which one finds
faces would take seconds and as much memory; their signatures are a few hundred bytes.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

from haven_models.mapped import Unusual, fields, read_varint

_GRAPH = 7  # of a model
_WEIGHT, _INPUT, _OUTPUT = 5, 11, 12  # of a graph
_WEIGHT_NAME = 8
_NAME, _TYPE = 1, 2  # of an input or output
_BYTES = 2


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its name, and its shape with None for sizes that may vary. `shape` is None if not said."""

    name: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def read_signature(path: Path) -> Signature | None:
    """Return a file's signature, None if it is no ONNX file. Raises OSError."""
    if path.stat().st_size == 0:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            graph = _first(data, 0, len(data), _GRAPH)
            return None if graph is None else _signature(data, *graph)
        except (Unusual, IndexError, UnicodeDecodeError):
            return None


def _signature(data: mmap.mmap, start: int, end: int) -> Signature:
    weights: set[str] = set()
    inputs: list[Port] = []
    outputs: list[Port] = []
    for number, kind, _, inner, last in fields(data, start, end):
        if kind != _BYTES:
            continue
        if number == _WEIGHT:
            weights.add(_text(data, _first(data, inner, last, _WEIGHT_NAME)))
        elif number in (_INPUT, _OUTPUT):
            (inputs if number == _INPUT else outputs).append(_port(data, inner, last))
    # Older files name their weights among the inputs.
    return Signature(tuple(one for one in inputs if one.name not in weights), tuple(outputs))


def _port(data: mmap.mmap, start: int, end: int) -> Port:
    name = _text(data, _first(data, start, end, _NAME))
    place = _first(data, start, end, _TYPE)
    for number in (1, 2):  # the type of a tensor, and in it its shape
        place = None if place is None else _first(data, *place, number)
    if place is None:
        return Port(name, None)
    sizes = []
    for number, kind, _, inner, last in fields(data, *place):
        if number == 1 and kind == _BYTES:
            size = next(
                (read_varint(data, at)[0] for n, k, _, at, _ in fields(data, inner, last) if (n, k) == (1, 0)), 0
            )
            sizes.append(size if 0 < size < 1 << 31 else None)
    return Port(name, tuple(sizes))


def _first(data: mmap.mmap, start: int, end: int, wanted: int) -> tuple[int, int] | None:
    """Return where the value of the first field of that number begins and ends."""
    for number, kind, _, inner, last in fields(data, start, end):
        if number == wanted and kind == _BYTES:
            return inner, last
    return None


def _text(data: mmap.mmap, place: tuple[int, int] | None) -> str:
    return "" if place is None else data[place[0] : place[1]].decode()
