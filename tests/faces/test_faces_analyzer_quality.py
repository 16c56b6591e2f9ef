"""Which way a face looks, how blurred it is, and how far its vector can be trusted."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from haven_faces.quality import Pose, blur_of, pose_of, quality_of

HEAD = np.array([[-17.6, -21.8, 0], [17.6, -21.8, 0], [0, -1.9, 16.5], [-14.6, 18.6, 4], [14.6, 18.6, 4]])
FRONT = Pose(0, 0, 0)


def seen(yaw: float, pitch: float, roll: float, size: float = 2.0) -> np.ndarray:
    """Return where the points of a head are that is turned to the viewer's right, bent down, then tilted clockwise."""
    y, p, r = np.radians([yaw, pitch, roll])
    right = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    down = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return ((tilt @ down @ right @ HEAD.T).T[:, :2] * size + 100).astype(np.float32)


@pytest.mark.parametrize("yaw", [-80, -45, -20, 0, 20, 45, 80])
@pytest.mark.parametrize("roll", [-150, -90, -15, 0, 30, 90, 170])
def test_yaw_and_roll_of_a_turned_head(yaw: float, roll: float) -> None:
    pose = pose_of(seen(yaw, 0, roll))
    assert abs(pose.yaw - yaw) < 8
    assert abs(pose.roll - roll) < 7  # the mouth stands out a little, which looks like a tilt
    assert abs(pose.pitch) < 8


@pytest.mark.parametrize("pitch", [-40, -20, 0, 20, 40])
def test_pitch_of_a_bent_head(pitch: float) -> None:
    pose = pose_of(seen(0, pitch, 12))
    assert abs(pose.pitch - pitch) < 10
    assert abs(pose.yaw) < 3


def test_points_that_are_no_face() -> None:
    assert pose_of(np.full((5, 2), 7, np.float32)) == FRONT


def drawn(side: int = 112) -> Image.Image:
    """Return something with edges and levels of gray, as a face has them."""
    picture = Image.new("RGB", (side, side), (180, 150, 130))
    pen = ImageDraw.Draw(picture)
    for x in (38, 73):
        pen.ellipse((x - 7, 48, x + 7, 56), fill=(240, 240, 240), outline=(60, 40, 30))
        pen.ellipse((x - 3, 48, x + 3, 55), fill=(30, 30, 30))
        pen.line((x - 9, 42, x + 9, 41), fill=(70, 50, 40), width=3)
    pen.line((56, 52, 52, 72, 60, 73), fill=(120, 90, 80), width=2)
    pen.ellipse((42, 86, 70, 96), fill=(150, 70, 70), outline=(90, 40, 40))
    return picture


def test_blur_grows_with_what_is_lost() -> None:
    blurs = [blur_of(np.asarray(drawn().filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 3, 5)]
    assert blurs[0] == 0
    assert blurs[-1] == 1
    assert blurs == sorted(blurs)
    shrunk = [blur_of(np.asarray(drawn().resize((px, px), 4).resize((112, 112), 2))) for px in (112, 48, 24, 12)]
    assert shrunk == sorted(shrunk)
    assert shrunk[-1] > 0.8


def test_darkness_is_no_blur_and_flatness_is_no_sharpness() -> None:
    sharp = drawn()
    assert blur_of(np.asarray(sharp.point(lambda level: level // 4))) == 0
    assert blur_of(np.full((112, 112, 3), 90, np.uint8)) == 1


def test_quality_falls_by_each_fault() -> None:
    assert quality_of(1.0, 120, 0.0, FRONT) == 1
    assert quality_of(1.0, 120, 0.0, Pose(25, 10, 80)) == 1, "a tilted head is turned upright"
    worse = [
        quality_of(0.2, 120, 0.0, FRONT),
        quality_of(0.9, 14, 0.0, FRONT),
        quality_of(0.9, 120, 0.8, FRONT),
        quality_of(0.9, 120, 0.0, Pose(65, 0, 0)),
        quality_of(0.9, 120, 0.0, Pose(0, -55, 0)),
    ]
    assert all(0 < one < 0.3 for one in worse), worse
    assert quality_of(0.9, 120, 0.0, Pose(90, 0, 0)) == 0
    assert quality_of(0.9, 10, 0.0, FRONT) == 0
