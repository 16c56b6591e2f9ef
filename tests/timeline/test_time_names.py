"""Capture times in file names: what is found in which, and what is not."""

from datetime import UTC, datetime

import pytest

from haven_time.names import time_in_name

NEW_YEAR = datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = datetime(2019, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20190102_030405.jpg",
        "IMG_20190102_030405_123.jpg",
        "IMG_20190102_030405123.jpg",
        "IMG_20190102_030405_BURST1.jpg",
        "VID_20190102_030405.mp4",
        "20190102_030405.jpg",
        "20190102_030405(0).jpg",
        "20190102-030405.heic",
        "DJI_20190102030405_0001_D.MP4",
        "Screenshot_2019-01-02-03-04-05.png",
        "Screenshot_2019-01-02-03-04-05-678_com.android.chrome.jpg",
        "Screenshot_20190102-030405.png",
        "Screenshot 2019-01-02 at 03.04.05.png",
        "Screenshot 2019-01-02 at 3.04.05 AM.png",
        "Screen Shot 2019-01-02 at 3.04.05\u202fAM.png",
        "2019-01-02 03.04.05.jpg",
        "2019-01-02 03.04.05-1.jpg",
        "2019-01-02T03:04:05.jpg",
        "signal-2019-01-02-030405.jpg",
        "signal-2019-01-02-03-04-05-678-1.jpg",
        "photo_2019-01-02_03-04-05.jpg",
        "WhatsApp Image 2019-01-02 at 03.04.05.jpeg",
        "WhatsApp Video 2019-01-02 at 03.04.05 (1).mp4",
        "WP_20190102_03_04_05_Pro.jpg",
        "ScreenRecording_01-02-2019 03-04-05_1.MP4",
        "Captura de Tela 2019-01-02 às 03.04.05.png",
        "Captura de ecrã 2019-01-02, às 03.04.05.png",
        "Zrzut ekranu 2019-01-2 o 03.04.05.png",
        "Skærmbillede 2019-01-02 kl. 03.04.05.png",
        "00001IMG_00001_BURST20190102030405678_COVER.jpg",
        "Burst_Cover_GIF_Action_20190102030405.gif",
    ],
)
def test_a_time_of_the_place(name: str) -> None:
    found = time_in_name(name)
    assert found is not None
    assert (found.clock, found.exact, found.utc) == (NEW_YEAR.timestamp(), True, False)


def test_afternoon_is_twelve_hours_later() -> None:
    found = time_in_name("Screenshot 2019-01-02 at 3.04.05 PM.png")
    assert found is not None
    assert found.clock == NEW_YEAR.replace(hour=15).timestamp()


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("PXL_20210101_120000123.jpg", datetime(2021, 1, 1, 12, tzinfo=UTC)),
        ("PXL_20210101_120000123.MP.jpg", datetime(2021, 1, 1, 12, tzinfo=UTC)),
        ("RPReplay_Final1546398245.MP4", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("line_1546398245000.jpg", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("FB_IMG_1546398245000.jpg", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("mmexport1546398245000.jpg", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_a_time_of_utc(name: str, moment: datetime) -> None:
    assert time_in_name(name) == (moment.timestamp(), True, True)


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20190102-WA0001.jpg",
        "VID-20190102-WA0012.mp4",
        "2019-01-02 beach.jpg",
        "DSC_20190102_1234.jpg",
        "2019-01-02_2019-01-05.jpg",
    ],
)
def test_a_day_only(name: str) -> None:
    assert time_in_name(name) == (DAY.timestamp(), False, False)


@pytest.mark.parametrize(
    "name",
    [
        "DSC_0001.JPG",
        "IMG_1034.heic",
        "IMG_20191302_030405.jpg",
        "20190230.jpg",
        "P1020304.JPG",
        "tel 20190102.jpg",
        "Telefon-20190102.jpg",
        "wallpaper 1920x1080.jpg",
        "received_1546398245000123.jpeg",
        "12345_10201901020304056_n.jpg",
        "1234567890123456.jpg",
        "120190102.jpg",
        "photo.jpg",
        "",
        "scan 1234-56-78.tif",
    ],
)
def test_no_time(name: str) -> None:
    assert time_in_name(name) is None


def test_an_impossible_hour_leaves_the_day() -> None:
    assert time_in_name("IMG_20190102_990405.jpg") == (DAY.timestamp(), False, False)


@pytest.mark.parametrize(
    "conflict",
    [
        "{}.sync-conflict-20240607-101112-ABCDEFG.jpg",
        "{}.sync-conflict-20240607-101112.jpg",
        "{} (Anna's conflicted copy 2024-06-07).jpg",
        "{} (Annas in Konflikt stehende Kopie 2024-06-07).jpg",
        "{} (Copie en conflit de Anna 2024-06-07).jpg",
        "{} (copia in conflitto di Anna 2024-06-07).jpg",
        "{} (Copia en conflicto de Anna 2024-06-07).jpg",
        "{} (conflicted copy 2024-06-07 101112).jpg",
        "{} (case conflict).jpg",
        "{}_conflict-20240607-101112.jpg",
        "{} (SFConflict anna@example.org 2024-06-07-10-11-12).jpg",
        "{}_DiskStation_Jun-07-101112-2024_Conflict.jpg",
        "{}_Conflict.jpg",
        "{}-DESKTOP-1A2B3C.jpg",
        "{} (conflict on 2024-06-07).jpg",
    ],
)
def test_the_date_of_a_conflict_is_none(conflict: str) -> None:
    assert time_in_name(conflict.format("DSC_1234")) is None
    assert time_in_name(conflict.format("IMG_20190102_030405")) == (NEW_YEAR.timestamp(), True, False)


def test_a_conflict_that_is_no_copy() -> None:
    found = time_in_name("Conflict museum 2019-01-02 03.04.05.jpg")
    assert found is not None
    assert found.clock == NEW_YEAR.timestamp()
