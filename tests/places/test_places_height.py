"""How high a photo was taken is known if any header says so, and not if that cannot be true."""

from typing import Any

import pytest
from helpers.home import Home

from haven_fs.analysis.analyzer import Metadata
from haven_places.height import altitude


def image(height: Any, ref: Any = None) -> Metadata:
    return Metadata("image", "jpeg", exif={"GPS GPSAltitude": height, "GPS GPSAltitudeRef": ref})


def xmp(height: str, ref: str = "0") -> Metadata:
    return Metadata("image", "jpeg", xmp={"exif:GPSAltitude": height, "exif:GPSAltitudeRef": ref})


def video(location: str) -> Metadata:
    return Metadata("video", "mov", video={"com.apple.quicktime.location.iso6709": location})


@pytest.mark.parametrize(
    ("metadata", "metres"),
    [
        (image((13470, 100)), 134.7),
        (image([(430, 1)], 1), -430.0),
        (image((25, 1), b"\x01"), -25.0),
        (image((25, 1), b"\x00"), 25.0),
        (image(0.0), 0.0),
        (image([(4_294_967_284, 1)]), -12.0),
        (xmp("1347/10"), 134.7),
        (xmp("12.5", "1"), -12.5),
        (video("+48.8583+002.2945+035.000/"), 35.0),
        (video("+48.8583+002.2945-012.5CRSWGS_84/"), -12.5),
        (video("+48.8583+002.2945/"), None),
        (image(None), None),
        (image((5, 0)), None),
        (image("high"), None),
        (image((1, 2, 3)), None),
        (image((10**400, 1)), None),
        (image((99_999, 1)), None),
        (image((5000, 1), 1), None),
    ],
)
def test_what_headers_say(metadata: Metadata, metres: float | None) -> None:
    assert altitude(metadata, {}) == metres


def test_a_companion_may_know_it() -> None:
    assert altitude(image((99_999, 1)), {"live": video("+48.8583+002.2945+035/"), "raw": image((3, 1))}) == 35.0


def test_it_is_known_no_more_when_the_place_is_another(home: Home) -> None:
    path = home.add("a.jpg", position=(38.7223, -9.1393))
    from PIL import Image

    with Image.open(path) as picture:
        exif = picture.getexif()
        exif.get_ifd(0x8825)[6] = 77.5
        picture.save(path, exif=exif)
    home.index()
    assert home.facts("a.jpg")["altitude"] == 77.5
    home.delete("Places/Lisbon/a.jpg")
    assert home.facts("a.jpg")["altitude"] is None
    home.undo()
    assert home.facts("a.jpg")["altitude"] == 77.5
