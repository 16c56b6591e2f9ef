"""Films inside pictures: found where they are, and nowhere else."""

import io
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from helpers.motion import FILM, KINDS, motion_photo

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.motion import Span
from haven_fs.library.picture import open_picture

Read = Callable[[Path], Metadata]


@pytest.mark.parametrize("kind", KINDS)
def test_the_film_is_found_and_the_picture_seen(tmp_path: Path, read: Read, kind: str) -> None:
    path = tmp_path / ("a.heic" if kind == "heic" else "a.jpg")
    path.write_bytes(motion_photo(kind))
    span = Span(*(read(path).film or (0, 0)))
    inside = path.read_bytes()[span.start : span.start + span.length]
    assert inside == FILM
    with av.open(io.BytesIO(inside)) as container:
        assert len(list(container.decode(video=0))) == 2
    assert open_picture(path).getpixel((160, 120))[0] > 200, "the picture, not the gain map"


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_that_is_gone_or_cut_off_is_none(tmp_path: Path, read: Read, kind: str) -> None:
    path = tmp_path / ("a.heic" if kind == "heic" else "a.jpg")
    data = motion_photo(kind)
    at = data.index(FILM)
    for rest in (data[:at], data[: at + 100], data[: at + 4] + b"typf" + data[at + 8 :]):
        path.write_bytes(rest)
        assert read(path).film is None


def test_sizes_that_are_lies_are_none(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.jpg"
    for length in ("99999999999999", "-5", "1", "x", "0"):
        path.write_bytes(
            motion_photo("google before").replace(f'Offset="{len(FILM)}"'.encode(), f'Offset="{length}"'.encode())
        )
        assert read(path).film is None
