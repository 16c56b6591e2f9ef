"""When a photo was taken: which source wins, what offset is known, what is not believed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from haven_fs.analysis.analyzer import Facts, Metadata, Sample
from haven_time.analyzer import TimeAnalyzer
from haven_time.taken import SOURCES

Make = Callable[..., Sample]


def facts(sample: Sample) -> Facts:
    found = TimeAnalyzer().analyze([sample])[0]
    assert found.values.get("taken_source", "file") in SOURCES
    return found


def clock(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]


def taken(sample: Sample) -> tuple[object, object, object]:
    values = facts(sample).values
    return values.get("taken"), values.get("taken_offset"), values.get("taken_source")


ORIGINAL = {"EXIF DateTimeOriginal": "2019:01:02 03:04:05"}
THEN = clock(2019, 1, 2, 3, 4, 5)
GPS_TIME = {"GPS GPSDate": "2019:01:02", "GPS GPSTimeStamp": [(1, 1), (4, 1), (20, 1)]}


def test_the_original_time_outranks_all(sample: Make) -> None:
    made = sample(
        "IMG_20180101_000000.jpg",
        exif={**ORIGINAL, "EXIF DateTimeDigitized": "2020:01:01 00:00:01", "Image DateTime": "2021:01:01 00:00:00"},
        xmp={"xmp:CreateDate": "2022-01-01T00:00:00Z"},
    )
    assert taken(made) == (THEN, None, "exif")


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"exif": {"EXIF DateTimeDigitized": "2019:01:02 03:04:05"}}, (THEN, None, "exif")),
        ({"xmp": {"exif:DateTimeOriginal": "2019-01-02T03:04:05.12+02:00"}}, (THEN, 120, "xmp")),
        ({"xmp": {"photoshop:DateCreated": "2019-01-02"}}, (clock(2019, 1, 2, 12), None, "xmp")),
        ({"xmp": {"xmp:CreateDate": "2024-04-22T14:38:09.526GMT+02:00"}}, (clock(2024, 4, 22, 14, 38, 9), 120, "xmp")),
        ({"xmp": {"xmp:CreateDate": "Wed, 02 Jan 2019 03:04:05 +0100"}}, (THEN, 60, "xmp")),
        ({"exif": GPS_TIME}, (clock(2019, 1, 2, 1, 4, 20), None, "gps")),
        ({"exif": {"Image DateTime": "2019:01:02 03:04:05"}}, (THEN, None, "exif")),
        ({"exif": {"EXIF DateTimeOriginal": "1899-12-31 23:59:59"}}, (clock(1899, 12, 31, 23, 59, 59), None, "exif")),
    ],
)
def test_each_header_is_read(sample: Make, metadata: dict[str, object], expected: tuple[object, ...]) -> None:
    assert taken(sample(**metadata)) == expected


def test_a_name_with_a_time_outranks_the_last_change_and_one_with_a_day_does_not(sample: Make) -> None:
    changed = {"Image Make": "Nokia", "Image DateTime": "2021:01:01 10:00:00"}
    assert taken(sample("IMG_20190102_030405.jpg", exif=changed)) == (THEN, None, "name")
    assert taken(sample("IMG-20190102-WA0001.jpg", exif=changed)) == (clock(2021, 1, 1, 10), None, "exif")
    # Without a camera it is an editor's, long after the day in the name.
    edited = {"Image DateTime": "2021:01:01 10:00:00"}
    assert taken(sample("IMG-20190102-WA0001.jpg", exif=edited)) == (clock(2019, 1, 2, 12), None, "name")
    assert taken(sample("IMG-20190102-WA0001.jpg")) == (clock(2019, 1, 2, 12), None, "name")


def test_file_time_is_in_the_server_s_zone(sample: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert taken(sample(mtime=float(THEN))) == (THEN + 330 * 60, 330, "file")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_sidecar_s_date_outranks_the_file_s(sample: Make) -> None:
    corrected = {"exif:DateTimeOriginal": "2001-05-06T07:08:09"}
    assert taken(sample(exif=ORIGINAL, beside=corrected)) == (clock(2001, 5, 6, 7, 8, 9), None, "xmp")
    same = {"exif:DateTimeOriginal": "2019-01-02T03:04:05"}
    offset = {"EXIF OffsetTimeOriginal": "+09:00"}
    assert taken(sample(exif={**ORIGINAL, **offset}, beside=same)) == (THEN, 540, "exif")


@pytest.mark.parametrize(
    ("text", "offset"),
    [("+02:00", 120), ("-0330", -210), ("Z", 0), ("+05:45", 345), ("+99:00", None), ("   :  ", None), ("+02:17", None)],
)
def test_the_offset_tag(sample: Make, text: str, offset: int | None) -> None:
    assert taken(sample(exif={**ORIGINAL, "EXIF OffsetTimeOriginal": text})) == (THEN, offset, "exif")


def test_the_last_change_s_offset_counts_only_if_nothing_was_changed(sample: Make) -> None:
    untouched = {"Image DateTime": "2019:01:02 03:04:05", "EXIF OffsetTime": "+01:00"}
    assert taken(sample(exif={**ORIGINAL, **untouched})) == (THEN, 60, "exif")
    edited = {"Image DateTime": "2020:01:02 03:04:05", "EXIF OffsetTime": "+01:00"}
    assert taken(sample(exif={**ORIGINAL, **edited})) == (THEN, None, "exif")


def test_some_programs_put_a_colon_before_the_hour_too(sample: Make) -> None:
    assert taken(sample(exif={"EXIF DateTimeOriginal": "2019:01:02:03:04:05"})) == (THEN, None, "exif")


@pytest.mark.parametrize("clock_", ["030405.054+0200", "030405+0200", "03:04:05.5+02:00"])
def test_iptc_s_times_may_have_parts_of_seconds(sample: Make, clock_: str) -> None:
    made = sample(iptc={"iptc:DateCreated": "20190102", "iptc:TimeCreated": clock_})
    assert taken(made) == (THEN, 120, "iptc")


def test_gps_time_gives_the_offset_if_it_fits_a_zone(sample: Make) -> None:
    assert taken(sample(exif={**ORIGINAL, **GPS_TIME})) == (THEN, 120, "exif")
    stale = {**GPS_TIME, "GPS GPSTimeStamp": [(0, 1), (57, 1), (0, 1)]}
    assert taken(sample(exif={**ORIGINAL, **stale})) == (THEN, None, "exif")
    elsewhere = {**GPS_TIME, "GPS GPSDate": "2019:01:05"}
    assert taken(sample(exif={**ORIGINAL, **elsewhere})) == (THEN, None, "exif")
    no_number = {**GPS_TIME, "GPS GPSTimeStamp": [(0, 0), (0, 0), (0, 0)]}
    assert taken(sample(exif={**ORIGINAL, **no_number})) == (THEN, None, "exif")


def test_xmp_of_the_same_clock_gives_the_offset(sample: Make) -> None:
    xmp = {"exif:DateTimeOriginal": "2019-01-02T03:04:05+02:00"}
    assert taken(sample(exif=ORIGINAL, xmp=xmp)) == (THEN, 120, "exif")


def test_video_times(sample: Make) -> None:
    utc = {"creation_time": "2019-01-02T01:04:35.000000Z"}
    video = {"kind": "video", "format": "mp4", "duration": 20.0}
    assert taken(sample("MVI_1.mp4", video=utc, **video)) == (clock(2019, 1, 2, 1, 4, 35), None, "video")
    assert taken(sample("VID_20190102_030405.mp4", video=utc, **video)) == (THEN, 120, "video")
    assert taken(sample("VID_20190102_031205.mp4", video=utc, **video)) == (clock(2019, 1, 2, 1, 4, 35), None, "video")
    zoned = {**utc, "com.apple.quicktime.creationdate": "2019-01-02T03:04:05+0200"}
    assert taken(sample("IMG_1.mov", video=zoned, **video)) == (THEN, 120, "video")
    exported = {"creation_time": "2019-01-02T01:04:39.000000Z", "date": "2019-01-02T03:04:05+0200"}
    assert taken(sample("IMG_1.mp4", video=exported, **video)) == (THEN, 120, "video")
    assert taken(sample("GOPR1.mp4", video={"creation_time": "1904-01-01T00:00:00.000000Z"}, **video))[2] == "file"


def test_companions_fill_gaps(sample: Make) -> None:
    raw = Metadata("raw", "nef", exif=ORIGINAL)
    made = sample("IMG_20200101_000000.jpg", roles=frozenset({"raw"}), companions={"raw": raw})
    assert taken(made) == (THEN, None, "exif")
    live = Metadata("video", "mov", video={"com.apple.quicktime.creationdate": "2019-01-02T03:04:03+0900"})
    assert taken(sample(exif=ORIGINAL, companions={"live": live})) == (THEN, 540, "exif")
    other = Metadata("video", "mov", video={"com.apple.quicktime.creationdate": "2019-01-03T03:04:03+0900"})
    assert taken(sample(exif=ORIGINAL, companions={"live": other})) == (THEN, None, "exif")


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "0000:01:01 00:00:00",
        "2019:13:02 03:04:05",
        "2019:02:30 03:04:05",
        "2019:01:02 25:04:05",
        "1825:12:31 00:00:00",
        "9999:12:31 23:59:59",
        "1970:01:01 00:00:00",
        "1904:01:01 00:00:00",
        "rubbish",
        "20:19",
    ],
)
def test_nonsense_is_dropped_with_a_sentence(sample: Make, text: str) -> None:
    found = facts(sample("IMG_20190102_030405.jpg", exif={"EXIF DateTimeOriginal": text}))
    assert found.values["taken"] == THEN and found.values["taken_source"] == "name"
    assert len(found.problems) == 1
    assert "was ignored: " in found.problems[0] and found.problems[0].endswith(".")


def test_three_days_ahead_is_the_future_and_tomorrow_is_not(sample: Make) -> None:
    def made(ahead: float) -> Sample:
        moment = datetime.fromtimestamp(time.time() + ahead * 86400, UTC)
        return sample(exif={"EXIF DateTimeOriginal": moment.strftime("%Y:%m:%d %H:%M:%S")})

    assert taken(made(1))[2] == "exif"
    assert taken(made(3))[2] == "file"


@pytest.mark.parametrize("text", ["    :  :     :  :  ", "", "0000"[:0], ":", "\0\0"])
def test_a_blank_time_is_no_problem(sample: Make, text: str) -> None:
    found = facts(sample(exif={"EXIF DateTimeOriginal": text}))
    assert found.problems == [] and found.values["taken_source"] == "file"


def test_a_camera_s_reset_clock_is_not_believed_but_a_dated_scan_is(sample: Make) -> None:
    midnight = {"EXIF DateTimeOriginal": "2000:01:01 00:00:00"}
    camera = facts(sample(exif={**midnight, "Image Make": "NIKON"}))
    assert camera.values["taken_source"] == "file" and "clock had not been set" in camera.problems[0]
    scan = {**midnight, "Image Make": "EPSON", "EXIF DateTimeDigitized": "2015:06:07 08:09:10"}
    assert taken(sample(exif=scan)) == (clock(2000, 1, 1), None, "exif")
    assert taken(sample(exif=midnight)) == (clock(2000, 1, 1), None, "exif")


@pytest.mark.parametrize("mtime", [0.0, 315532800.0, 4e18, -9e9, float(2**40)])
def test_nothing_believable_leaves_it_undated(sample: Make, mtime: float) -> None:
    found = facts(sample(mtime=mtime))
    assert found.values == {}
    assert "file's own time" in found.problems[0]
