"""What headers say about the position is believed only if it can be true."""

import csv
import math
from pathlib import Path
from typing import Any

import pytest

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.kinds import sniff
from haven_fs.library.metadata import read_metadata
from haven_fs.library.position import position_of

EIFFEL = (48.8583, 2.2945)


def image(**exif: Any) -> Metadata:
    return Metadata("image", "jpeg", exif={f"GPS GPS{name}": value for name, value in exif.items()})


def gps(latitude: Any, longitude: Any, north: Any = "N", east: Any = "E") -> Metadata:
    return image(Latitude=latitude, LatitudeRef=north, Longitude=longitude, LongitudeRef=east)


def triple(*parts: float) -> list[tuple[int, int]]:
    return [(round(part * 100), 100) for part in parts]


def close(found: tuple[float, float] | None, wanted: tuple[float, float]) -> bool:
    return found is not None and all(abs(a - b) < 1e-4 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("metadata", "wanted"),
    [
        (gps(triple(48, 51, 29.88), triple(2, 17, 40.2)), EIFFEL),
        (gps([(488583, 10000), (0, 1), (0, 1)], [(22945, 10000), (0, 1), (0, 1)]), EIFFEL),
        (gps([(48, 1), (51498, 1000)], [(2, 1), (17670, 1000)]), EIFFEL),
        (gps(triple(33, 51, 24.4), triple(151, 12, 55), "S", "e\x00"), (-33.85678, 151.21528)),
        (gps(triple(22, 57, 6.9), triple(43, 12, 37.8), "S", "W"), (-22.95192, -43.2105)),
        (gps([(-22, 1), (57, 1), (6, 1)], triple(43, 12, 37.8), "S", "W"), (-22.95167, -43.2105)),
        (gps(triple(0, 0, 0), triple(6, 43, 12)), (0.0, 6.72)),
    ],
)
def test_exif(metadata: Metadata, wanted: tuple[float, float]) -> None:
    found, problems = position_of(metadata, {})
    assert close(found, wanted)
    assert problems == []


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        (gps(triple(213, 0, 0), triple(2, 0, 0)), "213"),
        (gps(triple(48, 0, 0), triple(181, 0, 0)), "181"),
        (gps([(0, 0), (0, 0), (0, 0)], [(0, 0), (0, 0), (0, 0)]), "not a number"),
        (gps([(48, 1), (51, 1), (0, 0)], triple(2, 17, 40)), "not a number"),
        (gps(math.nan, 2.0), "not a number"),
        (gps("nonsense", "text"), "not a number"),
        (gps(triple(48, 75, 0), triple(2, 0, 0)), "60"),
        (gps([], []), "0 parts"),
        (gps([(1, 1)] * 9, triple(2, 0, 0)), "9 parts"),
        (gps(triple(0, 0, 0), triple(0, 0, 0)), "0, 0"),
        (gps(triple(0, 0, 0), triple(0, 0, 0), None, None), "0, 0"),
        (gps(triple(48, 51, 30), triple(2, 17, 40), None), "north or south"),
        (gps(triple(48, 51, 30), triple(2, 17, 40), "N", "?"), "east or west"),
        (gps([(-48, 1)], triple(2, 0, 0), "N"), "negative"),
        (image(Latitude=triple(48, 0, 0), LatitudeRef="N"), "only has a latitude"),
        (gps([(10**400, 1)], triple(2, 0, 0)), "not a number"),
        (gps([((1, 2), 3)], triple(2, 0, 0)), "not a number"),
    ],
)
def test_nonsense_is_dropped_with_its_reason(metadata: Metadata, why: str) -> None:
    found, problems = position_of(metadata, {})
    assert found is None
    assert len(problems) == 1
    assert why in problems[0]
    assert problems[0].endswith(".")


@pytest.mark.parametrize(
    ("latitude", "longitude", "wanted"),
    [
        ("48,51.498N", "2,17.67E", EIFFEL),
        ("48,51,29.88N", "2,17,40.2E", EIFFEL),
        ("33,51.4068S", "151,12.918E", (-33.85678, 151.2153)),
        ("48.8583", "2.2945", EIFFEL),
        ("-33.85678", "151.2153", (-33.85678, 151.2153)),
        ("48.8583 N", ["2.2945 E"], EIFFEL),
    ],
)
def test_xmp(latitude: Any, longitude: Any, wanted: tuple[float, float]) -> None:
    xmp = {"exif:GPSLatitude": latitude, "exif:GPSLongitude": longitude}
    assert close(position_of(Metadata("image", "jpeg", xmp=xmp), {})[0], wanted)


def test_a_hemisphere_that_stands_apart() -> None:
    xmp = {"exif:GPSLatitude": "37.7749", "exif:GPSLongitude": "122.4194"}
    refs = {"exif:GPSLatitudeRef": "N", "exif:GPSLongitudeRef": "W"}
    assert close(position_of(Metadata("image", "jpeg", xmp=xmp | refs), {})[0], (37.7749, -122.4194))
    west = {"exif:GPSLongitude": "-122.4194", "exif:GPSLatitude": "37 deg 46' 29.64\" N"}
    assert close(position_of(Metadata("image", "jpeg", xmp=xmp | refs | west), {})[0], (37.7749, -122.4194))
    east = {"exif:GPSLongitude": "-122.4194", "exif:GPSLongitudeRef": "E"}
    found, problems = position_of(Metadata("image", "jpeg", xmp=xmp | refs | east), {})
    assert found is None and "longitude" in problems[0]


def test_a_sidecar_s_position_outranks_the_file_s() -> None:
    berlin = {"exif:GPSLatitude": "52,31.2N", "exif:GPSLongitude": "13,24.3E"}
    own = {"exif:GPSLatitude": "48.8583", "exif:GPSLongitude": "2.2945"}
    exif = {
        "GPS GPSLatitude": 48.8583,
        "GPS GPSLatitudeRef": "N",
        "GPS GPSLongitude": 2.2945,
        "GPS GPSLongitudeRef": "E",
    }
    metadata = Metadata("image", "jpeg", exif=exif, xmp=own, beside=berlin)
    assert close(position_of(metadata, {})[0], (52.52, 13.405))
    metadata.beside["exif:GPSLatitude"] = "somewhere"
    found, problems = position_of(metadata, {})
    assert close(found, EIFFEL) and "sidecar" in problems[0]


@pytest.mark.parametrize("latitude", ["", "NaN", "north", "48,51.498", "213.0N", "48;51N", "9" * 400, []])
def test_xmp_nonsense(latitude: Any) -> None:
    xmp = {"exif:GPSLatitude": latitude, "exif:GPSLongitude": "2,17.67E"}
    found, problems = position_of(Metadata("image", "jpeg", xmp=xmp), {})
    assert found is None
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("com.apple.quicktime.location.iso6709", "+48.8583+002.2945+035.000/", EIFFEL),
        ("location", "+48.8583+002.2945/", EIFFEL),
        ("location-eng", "+48.8583+002.2945/", EIFFEL),
        ("location", "+4851.498+00217.67/", EIFFEL),
        ("location", "+485129.88+0021740.2+35CRSWGS_84/", EIFFEL),
        ("location", "-33.8568+151.2153", (-33.8568, 151.2153)),
    ],
)
def test_video(key: str, text: str, wanted: tuple[float, float]) -> None:
    found, problems = position_of(Metadata("video", "mp4", video={key: text}), {})
    assert close(found, wanted)
    assert problems == []


@pytest.mark.parametrize("text", ["+00.0000+000.0000/", "+213.0+002.0/", "Paris", "+48.8+NaN/"])
def test_video_nonsense(text: str) -> None:
    found, problems = position_of(Metadata("video", "mp4", video={"location": text}), {})
    assert found is None
    assert len(problems) == 1


def test_the_next_source_answers_for_a_bad_one() -> None:
    bad = gps(triple(213, 0, 0), triple(2, 0, 0))
    bad.xmp = {"exif:GPSLatitude": "48,51.498N", "exif:GPSLongitude": "2,17.67E"}
    found, problems = position_of(bad, {})
    assert close(found, EIFFEL)
    assert len(problems) == 1


def test_a_companion_answers() -> None:
    live = Metadata("video", "mov", video={"com.apple.quicktime.location.iso6709": "+48.8583+002.2945/"})
    found, problems = position_of(Metadata("image", "jpeg"), {"live": live})
    assert close(found, EIFFEL)
    assert problems == []
    nothing, problems = position_of(
        Metadata("image", "jpeg"), {"live": Metadata("video", "mov", video={"location": "?"})}
    )
    assert nothing is None
    assert "live" in problems[0]


def test_nothing_said_is_no_problem() -> None:
    assert position_of(Metadata("image", "jpeg"), {}) == (None, [])


def test_positions_of_real_photos(corpus: Path) -> None:
    with (corpus / "places" / "EXPECTED.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    wrong = []
    for row in rows:
        path = corpus / "places" / row["file"]
        with path.open("rb") as picture:
            kind = sniff(picture.read(65536), path.name)
        found, _ = position_of(read_metadata(path, kind), {})
        wanted = float(row["lat"]), float(row["lon"])
        if found is None or max(abs(a - b) for a, b in zip(found, wanted, strict=True)) > 0.0002:
            wrong.append((row["file"], found, wanted))
    assert rows
    assert wrong == []
