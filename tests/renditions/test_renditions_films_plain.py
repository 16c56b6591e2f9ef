"""Which videos plain players play as they are."""

from pathlib import Path
from typing import Any

import pytest
from helpers.films import draw, turned

from haven_fs.renditions.films import is_plain

H264 = {"codec": "libx264", "frames": 5}


@pytest.mark.parametrize(
    ("name", "asked", "plain"),
    [
        ("a.mp4", H264, True),
        ("a.mp4", H264 | {"sound": "aac"}, True),
        ("a.mov", H264 | {"sound": "aac"}, True),
        ("a.mp4", H264 | {"sound": "libmp3lame"}, True),
        ("a.mp4", H264 | {"sound": "ac3"}, True),
        ("a.mov", H264 | {"sound": "pcm_s16le"}, False),
        ("a.mp4", H264 | {"sound": "libopus"}, False),
        ("a.mp4", H264 | {"pixels": "yuv420p10le"}, False),
        ("a.mp4", H264 | {"pixels": "yuv422p"}, False),
        ("a.mp4", H264 | {"options": {"level": "5.2"}}, False),
        ("a.mkv", H264, False),
        ("a.mts", H264 | {"container": "mpegts"}, False),
        ("a.mp4", {"codec": "libx265", "frames": 5}, False),
        ("a.mp4", {"codec": "mpeg4", "frames": 5}, False),
        ("a.mov", {"codec": "mjpeg", "pixels": "yuvj420p", "frames": 5}, False),
        ("a.avi", {"codec": "mpeg4", "frames": 5}, False),
        ("a.webm", {"codec": "libvpx-vp9", "frames": 5}, False),
    ],
)
def test_what_is_plain(tmp_path: Path, name: str, asked: dict[str, Any], plain: bool):
    path = draw(tmp_path / name, **asked)
    assert is_plain(path, name[2:]) is plain


def test_a_plain_video_may_be_turned(tmp_path: Path):
    assert is_plain(turned(draw(tmp_path / "a.mp4", codec="libx264", frames=5), (0, 1, -1, 0)), "mp4")


def test_what_cannot_be_opened_is_not_plain(tmp_path: Path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    assert not is_plain(path, "mp4")
    path.unlink()
    with pytest.raises(OSError):
        is_plain(path, "mp4")
