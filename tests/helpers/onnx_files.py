"""Tiny ONNX files written byte by byte, so that tests of loading need neither torch nor the package onnx.

A file is a protocol buffer: fields of a number, a kind and a value. Only what a graph of a few nodes needs is here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

FLOAT, INT32, INT64, HALF = 1, 6, 7, 10
_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.float16): HALF}


@dataclass(frozen=True)
class Port:
    """An input or an output of a graph; a dimension is a number, or a name where it may be any."""

    name: str
    type: int
    shape: Sequence[int | str]


@dataclass(frozen=True)
class Node:
    """One operation."""

    op: str
    inputs: Sequence[str]
    output: str
    numbers: Mapping[str, int | Sequence[int]] = field(default_factory=dict)


def onnx_file(
    path: Path,
    inputs: Sequence[Port],
    nodes: Sequence[Node],
    weights: Mapping[str, np.ndarray],
    outputs: Sequence[Port],
    *,
    weights_file: str | None = None,
    said_inside: bool = False,
) -> Path:
    """Write a model.

    `weights_file`: the name of a file beside it that holds the weights, all of them. `said_inside`: it is written of
    each weight that it is not in another file, which goes without saying.
    """
    apart = bytearray()
    graph = b"".join(_part(1, _node(node)) for node in nodes) + _part(2, b"graph")
    for name, values in weights.items():
        graph += _part(5, _tensor(name, values, weights_file, apart) + (_number(14, 0) if said_inside else b""))
    graph += b"".join(_part(11, _port(one)) for one in inputs) + b"".join(_part(12, _port(one)) for one in outputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_number(1, 8) + _part(7, graph) + _part(8, _part(1, b"") + _number(2, 17)))
    if weights_file:
        (path.parent / weights_file).write_bytes(apart)
    return path


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _part(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _node(node: Node) -> bytes:
    made = b"".join(_part(1, name.encode()) for name in node.inputs)
    made += _part(2, node.output.encode()) + _part(4, node.op.encode())
    for name, value in node.numbers.items():
        kind, numbers = (2, [value]) if isinstance(value, int) else (7, value)
        body = b"".join(_number(3 if kind == 2 else 8, number) for number in numbers)
        made += _part(5, _part(1, name.encode()) + body + _number(20, kind))
    return made


def _tensor(name: str, values: np.ndarray, weights_file: str | None, apart: bytearray) -> bytes:
    made = b"".join(_number(1, size) for size in values.shape)
    made += _number(2, _TYPES[values.dtype]) + _part(8, name.encode())
    data = np.ascontiguousarray(values).tobytes()
    if weights_file is None:
        return made + _part(9, data)
    entries = {"location": weights_file, "offset": str(len(apart)), "length": str(len(data))}
    apart += data
    for key, value in entries.items():
        made += _part(13, _part(1, key.encode()) + _part(2, value.encode()))
    return made + _number(14, 1)


def _port(port: Port) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _part(2, size.encode()) for size in port.shape)
    shape = b"".join(_part(1, size) for size in sizes)
    return _part(1, port.name.encode()) + _part(2, _part(1, _number(1, port.type) + _part(2, shape)))
