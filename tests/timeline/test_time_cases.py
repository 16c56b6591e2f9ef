"""Photos and films as cameras, phones, scanners and programs leave them, and when each was taken.

The cases are made from what makers and programs document and what users report; none is a real file. A case names the
file below its library, and what its headers, sidecars and companions say. Those of names: test_time_cases_named.py.
"""

import pytest
from helpers.dating import ANDROID, NEW_YEAR, THM, Case, answer, at, beside_at, camera, gps, is_right, iso, scan

CASES = {
    # Films: the container has UTC, phones and maps know where
    "film in Tokyo": Case("v.mp4", "2024-01-01 08:30:00 +540", video=NEW_YEAR | iso("+35.68+139.76/")),
    "film in Sydney": Case("v.mp4", "2024-01-01 10:30:00 +660", video=NEW_YEAR | ANDROID | iso("-33.8568+151.2153/")),
    "film in Honolulu": Case("v.mp4", "2023-12-31 13:30:00 -600", video=NEW_YEAR | iso("+21.3069-157.8583/")),
    "film in Kathmandu": Case("v.mp4", "2024-01-01 05:15:00 +345", video=NEW_YEAR | iso("+27.7172+085.3240/")),
    "film in London in winter": Case("v.mp4", "2023-12-31 23:30:00 *", video=NEW_YEAR | iso("+51.5074-000.1278/")),
    "film in London in summer": Case(
        "v.mp4", "2023-07-01 00:15:00 +60", video={"creation_time": "2023-06-30T23:15:00Z"} | iso("+51.5074-000.1278/")
    ),
    "zone rules of its year (Moscow 2013)": Case(
        "v.mp4", "2013-01-01 03:30:00 +240", video={"creation_time": "2012-12-31T23:30:00Z"} | iso("+55.7558+037.6173/")
    ),
    "film with the position in a sidecar": Case(
        "v.mp4", "2024-01-01 08:30:00 +540", video=NEW_YEAR, beside=beside_at("35,40.8N", "139,45.6E")
    ),
    "sidecar's position outranks the film's": Case(
        "v.mp4",
        "2024-01-01 10:30:00 +660",
        video=NEW_YEAR | iso("+35.68+139.76/"),
        beside=beside_at("33,51.408S", "151,12.918E"),
    ),
    "film without a position, the name has the day there": Case(
        "VID-20240101-WA0001.mp4", "2024-01-01 *", video=NEW_YEAR
    ),
    "film without a position, its folder has the day there": Case(
        "2024-01-01 Sydney/v.mp4", "2024-01-01 *", video=NEW_YEAR
    ),
    "film without a position in a folder of another time": Case("2022/v.mp4", "2023-12-31 23:30:00", video=NEW_YEAR),
    "film without a position": Case("v.mp4", "2023-12-31 23:30:00", video=NEW_YEAR),
    "iPhone film": Case(
        "IMG_1.MOV",
        "2024-01-01 08:30:00 +540",
        video=NEW_YEAR | {"com.apple.quicktime.creationdate": "2024-01-01T08:30:00+0900"},
    ),
    "Android film, the name has the local clock": Case(
        "VID_20240101_083000.mp4", "2024-01-01 08:30:00 +540", video=NEW_YEAR | ANDROID
    ),
    "Pixel film, the name has UTC": Case(
        "PXL_20231231_233000123.mp4", "2024-01-01 08:30:00 +540", video=NEW_YEAR | ANDROID | iso("+35.68+139.76/")
    ),
    "GoPro writes local time": Case(
        "GX010001.MP4",
        "2023-12-31 23:30:00 *",
        video=NEW_YEAR | {"firmware": "HD9.01", "handler_name": "GoPro AVC"} | iso("+35.68+139.76/"),
    ),
    "Nikon's brand": Case(
        "DSC_0001.MOV",
        "2023-12-31 23:30:00 *",
        video=NEW_YEAR | {"compatible_brands": "qt  niko"} | iso("+35.68+139.76/"),
    ),
    "camera whose name has the container's clock": Case(
        "20231231_233000.mp4", "2023-12-31 23:30:00 *", video=NEW_YEAR | iso("+35.68+139.76/")
    ),
    "camera whose file's own time tells that the container is local": Case(
        "MOV01.mp4", "2023-12-31 23:30:00 *", video=NEW_YEAR | iso("+35.68+139.76/"), mtime="2023-12-31 14:30:20"
    ),
    "film of a clock at 1904": Case(
        "2019-05-06 10.11.12.mp4", "2019-05-06 10:11:12", video={"creation_time": "1904-01-01T00:00:00.000000Z"}
    ),
    "film of a clock at 2016-01-01, named": Case(
        "VID_20190506_101112.mp4", "2019-05-06 10:11:12", video={"creation_time": "2016-01-01T00:00:12.000000Z"}
    ),
    "AVI's IDIT is local": Case(
        "MVI_1.AVI", "2006-08-12 18:20:31", video={"creation_time": "2006-08-12 18:20:31"} | iso("+35.68+139.76/")
    ),
    "AVI with the EXIF of its THM": Case("MVI_0123.AVI", "2006-08-12 18:20:31", companions={"thumbnail": THM}),
    "MP4 with the EXIF of its THM": Case(
        "MVI_0123.MP4",
        "2006-08-12 18:20:31 +120",
        video={"creation_time": "2006-08-12T16:20:30Z"},
        companions={"thumbnail": THM},
    ),
    "film's day by hand, with the moment beside it": Case(
        "v.mp4", "2019-07-04 10:00:00 *", video={"date": "2019-07-04", "creation_time": "2019-07-04T10:00:00Z"}
    ),
    "3GP without any": Case("06-05-2014.3gp", "2024-03-03 *"),
    # Positions tell the zone of photos too
    "GPS time only, Tokyo": Case(
        "a.jpg", "2024-01-01 08:30:00 +540", exif=gps("2023-12-31 23:30:00") | at(35.68, 139.76)
    ),
    "GPS time only, no position": Case("a.jpg", "2023-12-31 23:30:00", exif=gps("2023-12-31 23:30:00")),
    "GPS time only, the name has the local clock": Case(
        "IMG_20240101_083000.jpg", "2024-01-01 08:30:00 +540", exif=gps("2023-12-31 23:30:00")
    ),
    "GPS time in XMP": Case(
        "a.jpg",
        "2024-01-01 08:30:00 +540",
        xmp={"exif:GPSTimeStamp": "2023-12-31T23:30:00Z", **beside_at("35,40.8N", "139,45.6E")},
    ),
    "Pixel photo without EXIF": Case("PXL_20231231_233000123.jpg", "2024-01-01 08:30:00 +540", exif=at(35.68, 139.76)),
    "Facebook's milliseconds": Case("FB_IMG_1399371072000.jpg", "2014-05-06 12:11:12 +120", exif=at(48.85, 2.35)),
    "camera on UTC in Paris": Case(
        "a.jpg",
        "2019-07-04 14:00:00 +120",
        exif=camera("2019:07:04 12:00:00", **{"EXIF OffsetTimeOriginal": "+00:00"}) | at(48.85, 2.35),
    ),
    "program that wrote +00:00 for local time": Case(
        "a.jpg",
        "2019-07-04 14:00:00 +120",
        exif=camera("2019:07:04 14:00:00", **{"EXIF OffsetTimeOriginal": "+00:00"})
        | gps("2019-07-04 11:59:58")
        | at(48.85, 2.35),
    ),
    "camera's clock stays as it is": Case(
        "a.jpg", "2019-07-04 14:00:00", exif=camera("2019:07:04 14:00:00") | at(48.85, 2.35)
    ),
    # Sidecars
    "Google's moment and position": Case(
        "b.jpg",
        "2012-07-01 13:40:00 +120",
        beside={"photoshop:DateCreated": "2012-07-01T11:40:00Z", **beside_at("48,51.396N", "2,21.132E")},
    ),
    "Google's moment beside EXIF of the same moment": Case(
        "b.jpg",
        "2012-07-01 13:40:00 +120",
        exif=camera("2012:07:01 13:40:00"),
        beside={"photoshop:DateCreated": "2012-07-01T11:40:00Z"},
    ),
    "Google's moment beside EXIF that the owner corrected there": Case(
        "b.jpg",
        "1985-07-01 13:40:00 +120",
        exif=scan("EPSON", "Perfection V600"),
        beside={"photoshop:DateCreated": "1985-07-01T11:40:00Z", **beside_at("48,51.396N", "2,21.132E")},
    ),
    "Google's moment of a clock that it took for UTC": Case(
        "b.jpg",
        "2012-07-01 13:40:00",
        exif=camera("2012:07:01 13:40:00") | at(48.85, 2.35),
        beside={"photoshop:DateCreated": "2012-07-01T13:40:00Z"},
    ),
    "Google's moment beside an iPhone's film": Case(
        "IMG_1.MOV",
        "2024-01-01 08:30:00 +540",
        video=NEW_YEAR | {"com.apple.quicktime.creationdate": "2024-01-01T08:30:00+0900"},
        beside={"photoshop:DateCreated": "2023-12-31T23:30:00Z"},
    ),
    "Google's moment beside a name": Case(
        "IMG_20120701_134000.jpg", "2012-07-01 13:40:00 +120", beside={"photoshop:DateCreated": "2012-07-01T11:40:00Z"}
    ),
    "sidecar with exif:DateTimeOriginal": Case(
        "a.jpg",
        "2001-05-06 07:08:09",
        exif=camera("2019:01:02 03:04:05"),
        beside={"exif:DateTimeOriginal": "2001-05-06T07:08:09"},
    ),
    "sidecar with an offset": Case(
        "a.jpg",
        "2001-05-06 07:08:09 +120",
        exif=camera("2019:01:02 03:04:05"),
        beside={"xmp:CreateDate": "2001-05-06T07:08:09+02:00"},
    ),
    "sidecar with a year only": Case(
        "a.jpg", "1971-*", exif=camera("2019:01:02 03:04:05"), beside={"photoshop:DateCreated": "1971"}
    ),
    "sidecar with the day of what EXIF has to the second": Case(
        "a.jpg",
        "2019-01-02 03:04:05",
        exif=camera("2019:01:02 03:04:05"),
        beside={"photoshop:DateCreated": "2019-01-02"},
    ),
    "sidecar that only says when it was changed": Case(
        "a.jpg",
        "2019-01-02 03:04:05",
        exif=camera("2019:01:02 03:04:05"),
        beside={"xmp:ModifyDate": "2024-01-01T00:00:01", "xmp:MetadataDate": "2024-01-01T00:00:01"},
    ),
    "sidecar that copies the day of the scan": Case(
        "a.jpg",
        "1985-07-04 12:00:00",
        exif={"EXIF DateTimeOriginal": "1985:07:04 12:00:00", "EXIF DateTimeDigitized": "2015:03:01 10:00:00"},
        beside={"xmp:CreateDate": "2015-03-01T10:00:00"},
    ),
    # IPTC and XMP
    "IPTC's day": Case("a.jpg", "1971-07-04 *", iptc={"iptc:DateCreated": "19710704"}),
    "IPTC's day and time": Case(
        "a.jpg", "1971-07-04 15:30:00 +60", iptc={"iptc:DateCreated": "19710704", "iptc:TimeCreated": "153000+0100"}
    ),
    "IPTC's year": Case("a.jpg", "1971-*", iptc={"iptc:DateCreated": "19710000"}),
    "IPTC's nothing": Case("2019-05-06 x.jpg", "2019-05-06 *", iptc={"iptc:DateCreated": "00000000"}),
    "IPTC before the scan": Case(
        "a.jpg",
        "1971-07-04 *",
        exif={"EXIF DateTimeDigitized": "2015:03:01 10:00:00"},
        iptc={"iptc:DateCreated": "19710704"},
    ),
    "XMP's DateCreated before the scan": Case(
        "a.jpg",
        "1971-07-04 *",
        exif={"EXIF DateTimeDigitized": "2015:03:01 10:00:00"},
        xmp={"photoshop:DateCreated": "1971-07-04"},
    ),
    "EXIF with a year only": Case("a.jpg", "1985-*", exif={"EXIF DateTimeOriginal": "1985:00:00 00:00:00"}),
    # Scanners
    "Epson scan in a folder": Case("1985 Grandparents/img001.jpg", "1985-*", exif=scan("EPSON", "Perfection V600")),
    "VueScan in a folder": Case(
        "1987-08 Italy/a.tif",
        "1987-08-*",
        exif={"Image Software": "VueScan 9 x64 (9.7)", "Image DateTime": "2015:03:01 10:00:00"},
    ),
    "ScanSnap in a folder": Case("Sommer 1979/a.jpg", "1979-07-*", exif=scan("FUJITSU", "ScanSnap iX500")),
    "CanoScan, nothing else": Case("img001.jpg", "2015-03-01 10:00:00", exif=scan("Canon", "CanoScan LiDE 110")),
    "FileSource is a print scanner": Case(
        "1994/a.jpg", "1994-*", exif=scan("Acme", "X1", **{"EXIF FileSource": "Reflection Print Scanner"})
    ),
    "scan that was dated by hand": Case(
        "2015 Scans/a.jpg",
        "1985-07-04 12:00:00",
        exif=scan("EPSON", "Perfection V600") | {"EXIF DateTimeOriginal": "1985:07:04 12:00:00"},
    ),
    "a name with the day of the scan": Case(
        "1985 Grandparents/Scan_20150301.jpg", "1985-*", exif=scan("HP", "HP ScanJet G4050")
    ),
    "scan with a dated name": Case("Scans/1985-07-04 Oma.jpg", "1985-07-04 *", exif=scan("Plustek", "OpticFilm 8200i")),
    "lab's scan of a film": Case(
        "2003_07_Urlaub/R1-03.jpg", "2003-07-*", exif=scan("NORITSU KOKI", "QSS-32_33", "2003:09:12 09:00:00")
    ),
    # Clocks that nobody had set
    "1 January 2000 and a folder": Case("2007-08 Korsika/a.jpg", "2007-08-*", exif=camera("2000:01:01 00:14:20")),
    "1 January 2000 and a name": Case("2007-08-14 Korsika.jpg", "2007-08-14 *", exif=camera("2000:01:01 00:00:00")),
    "Android's 8 December 2002": Case(
        "IMG_20110714_101112.jpg", "2011-07-14 10:11:12", exif=camera("2002:12:08 12:00:00")
    ),
    "a default without a camera": Case(
        "2011-07-14 x.jpg", "2011-07-14 *", exif={"EXIF DateTimeOriginal": "2000:01:01 00:00:00"}
    ),
    "a default that XMP copied": Case(
        "2007-08 Korsika/a.jpg",
        "2007-08-*",
        exif=camera("2000:01:01 00:00:00"),
        xmp={"exif:DateTimeOriginal": "2000-01-01T00:00:00"},
    ),
    "a noon of 1 January": Case("2013-06 Rom/a.jpg", "2013-06-*", exif=camera("2013:01:01 12:00:00")),
    "slides that were dated by hand": Case(
        "2019 Dias/a.jpg", "1975-07-01 12:00:00", exif=camera("1975:07:01 12:00:00")
    ),
    "1970": Case("IMG-20190102-WA0001.jpg", "2019-01-02 *", exif=camera("1970:01:01 00:00:00")),
    "older than its EXIF": Case(
        "2012/a.jpg", "2012-*", exif=camera("2004:01:03 05:00:00", **{"EXIF ExifVersion": "0230"})
    ),
    "a New Year's firework": Case("2019-12 Silvester/a.jpg", "2020-01-01 00:00:31", exif=camera("2020:01:01 00:00:31")),
    "a New Year's firework that a receiver confirms": Case(
        "2019/a.jpg", "2020-01-01 00:10:31 +60", exif=camera("2020:01:01 00:10:31") | gps("2019-12-31 23:10:30")
    ),
    "a New Year's night of a Pixel, which its name in UTC confirms": Case(
        "PXL_20231231_131000123.jpg", "2024-01-01 00:10:00 +660", exif=camera("2024:01:01 00:10:00")
    ),
    "a midnight with no other date": Case("a.jpg", "2012-01-01 00:00:05", exif=camera("2012:01:01 00:00:05")),
    "QuickTime's zero in another zone": Case("v.mp4", "2024-03-03 *", video={"creation_time": "1904-01-01T02:00:00Z"}),
    "a film of a clock at 1970": Case("v.mp4", "2024-03-03 *", video={"creation_time": "1970-01-01T00:00:05Z"}),
    "a film that counts from 1970": Case(
        "v.mp4", "2012-05-05 10:00:00", video={"creation_time": "1946-05-05T10:00:00Z"}
    ),
    "a film that was dated by hand": Case(
        "v.mp4", "1965-05-06 10:00:00", video={"creation_time": "1965-05-06T10:00:00Z"}
    ),
    "1970 in another zone": Case("IMG-20190102-WA0001.jpg", "2019-01-02 *", exif=camera("1970:01:01 01:00:00")),
    "a noon of 1970 by hand": Case(
        "a.jpg", "1970-01-01 12:00:00", exif={"EXIF DateTimeOriginal": "1970:01:01 12:00:00"}
    ),
    "zero of GPS": Case("2015-07-08 x.jpg", "2015-07-08 *", exif=camera("1980:01:06 00:00:00")),
    "a clock that is a year behind the receiver": Case(
        "a.jpg",
        "2023-05-14 10:11:12 +120",
        exif=camera("2022:05:14 10:11:12") | gps("2023-05-14 08:11:12") | at(48.1, 11.6),
    ),
    "a print that was photographed and dated": Case(
        "a.jpg", "1985-05-14 10:11:12", exif=camera("1985:05:14 10:11:12") | gps("2023-05-14 08:11:12") | at(48.1, 11.6)
    ),
    "a receiver that has not found itself yet": Case(
        "a.jpg", "2023-05-14 10:11:12", exif=camera("2023:05:14 10:11:12") | gps("2022-05-14 08:00:00") | at(48.1, 11.6)
    ),
    "a receiver without a time": Case(
        "a.jpg", "2019-07-04 14:00:00", exif=camera("2019:07:04 14:00:00") | gps("2019-07-04 00:00:00")
    ),
    "a receiver's day": Case("a.jpg", "2023-05-14 *", exif={"GPS GPSDate": "2023:05:14"}),
    # What dates are spelled like
    "EXIF with slashes": Case("a.jpg", "2004-05-06 07:08:09", exif=camera("2004/05/06 07:08:09")),
    "EXIF like ISO in UTC": Case("a.jpg", "2004-05-06 07:08:09 +0", exif=camera("2004-05-06T07:08:09Z")),
    "EXIF of twelve hours": Case("a.jpg", "2004-05-06 19:08:09", exif=camera("2004:05:06 07:08:09 PM")),
    "EXIF of twelve hours in Chinese": Case("a.jpg", "2014-05-06 15:08:09", exif=camera("2014:05:06 下午3:08:09")),
    "EXIF with the day first": Case("a.jpg", "2004-05-26 07:08:09", exif=camera("26/05/2004 07:08:09")),
    "EXIF with either first": Case("a.jpg", "2024-03-03 *", exif=camera("05/06/2004 07:08:09")),
    "EXIF with the day first and dots": Case("a.jpg", "2004-06-05 07:08:09", exif=camera("05.06.2004 07:08:09")),
    "EXIF in figures": Case("a.jpg", "2004-05-26 07:08:09", exif=camera("20040526070809")),
    "EXIF in figures with T": Case("a.jpg", "2004-05-26 07:08:09", exif=camera("20040526T070809")),
    "EXIF with blanks": Case("a.jpg", "2004-05-06 07:08:09", exif=camera("2004: 5: 6  7: 8: 9")),
    "EXIF with semicolons": Case("a.jpg", "2004-05-26 07:08:09", exif=camera("2004:05:26 07;08;09")),
    "EXIF like C": Case("a.jpg", "2004-05-26 07:08:09", exif=camera("Wed May 26 07:08:09 2004")),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    assert is_right(CASES[name]), f"{answer(CASES[name])}, not {CASES[name].right}"
