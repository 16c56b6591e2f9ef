"""When a camcorder's AVCHD film was recorded: its transport stream (MTS, M2TS) has no header to say so.

The camera writes it into the pictures: supplemental information (SEI, "user data unregistered") of H.264 with a table
"MDPM" of four-byte values by number, of which 0x18 and 0x19 are the date in binary-coded decimals. The layout is known
from ExifTool's notes on H.264. Only the beginning of the stream is read.
"""

import re
from typing import BinaryIO

_MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_STEP, _MOST = 1 << 18, 1 << 20
"""Bytes read at a time, and at most: the first picture is within the first few thousand."""
_PACKET = 188
_LONGEST = 1 + 5 * 255
_ESCAPED = re.compile(rb"\x00\x00\x03(?=[\x00-\x03])")


def recorded(file: BinaryIO) -> str | None:
    """Return "2009-06-01 12:30:00+02:00", without the zone if the camera knew none; None if the film does not say.

    Raises OSError.
    """
    file.seek(0)
    data = b""
    while len(data) < _MOST:
        block = file.read(_STEP)
        data += block
        for stream in _streams(data):
            if (at := stream.find(_MARK)) >= 0:
                return _date(_ESCAPED.sub(b"\0\0", stream[at + len(_MARK) : at + len(_MARK) + 2 * _LONGEST]))
        if len(block) < _STEP:
            break
    return None


def _streams(data: bytes) -> list[bytes]:
    """Return what the packets of a transport stream carry, by stream."""
    lead = 4 if data[4:5] == b"\x47" and data[:1] != b"\x47" else 0  # M2TS has the time of arrival before each packet
    found: dict[int, list[bytes]] = {}
    for start in range(lead, len(data) - _PACKET + 1, _PACKET + lead):
        packet = data[start : start + _PACKET]
        if packet[0] != 0x47:
            break
        begin = 5 + packet[4] if packet[3] & 0x20 else 4
        if packet[3] & 0x10 and begin < _PACKET:
            found.setdefault((packet[1] & 0x1F) << 8 | packet[2], []).append(packet[begin:])
    return [b"".join(parts) for parts in found.values()]


def _date(table: bytes) -> str | None:
    values = (
        {table[at]: table[at + 1 : at + 5] for at in range(1, min(len(table), 1 + 5 * table[0]) - 4, 5)}
        if table
        else {}
    )
    first, second = values.get(0x18, b""), values.get(0x19, b"")
    if len(first) < 4 or len(second) < 4:
        return None
    digits = (first[1:] + second).hex()
    if not digits.isdecimal():
        return None
    date = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}:{digits[12:14]}"
    return date + _offset(first[0])


def _offset(zone: int) -> str:
    """Return a zone as text, of half hours and a sign.

    None of 0, which cameras write that know none, nor in summer time: whether that is in it already is not documented.
    """
    if zone in (0, 0xFF) or zone & 0x40:
        return ""
    return f"{'-' if zone & 0x20 else '+'}{zone >> 1 & 0x0F:02}:{30 * (zone & 1):02}"
