"""Photos and films as cameras, phones, scanners, programs and families leave them, and when each was taken.

The cases are made from what makers and programs document and what users report; none is a real file. A case names the
file below its library, and what its headers, sidecars and companions say.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.dating import ANDROID, NEW_YEAR, THM, Case, at, beside_at, camera, gps, iso, scan

from haven_fs.analysis.analyzer import Metadata, Sample
from haven_time.analyzer import TimeAnalyzer

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
    # Folders
    "month": Case("1987/1987-08 Italy/a.jpg", "1987-08-*"),
    "year and month": Case("2011/12/a.jpg", "2011-12-*"),
    "year, month and day": Case("2011/12/24/a.jpg", "2011-12-24 *"),
    "season": Case("Sommer 1987/a.jpg", "1987-07-*"),
    "feast": Case("Weihnachten 1994/a.jpg", "1994-12-25 *"),
    "month in words": Case("Italy, August 1987/a.jpg", "1987-08-*"),
    "year above a place": Case("1987/Rome/a.jpg", "1987-*"),
    "winter of two years": Case("Winter 1987-88/a.jpg", "1988-01-*"),
    "German compound": Case("Sommerferien 1987/a.jpg", "1987-07-*"),
    "party at Christmas": Case("2004 Weihnachtsfeier/a.jpg", "2004-12-*"),
    "month in brackets": Case("1987 (August) Italy/a.jpg", "1987-08-*"),
    "a height": Case("2000 Meter.jpg", "2024-03-03 *"),
    "six figures": Case("201512.jpg", "2024-03-03 *"),
    "year and subject": Case("1985 Oma.jpg", "1985-*"),
    "a phone that is called like a scanner": Case(
        "2015/a.jpg", "2011-04-02 18:30:10", exif=scan("SAMSUNG", "GT-I9000", "2011:04:02 18:30:10")
    ),
    "an Epson of another name": Case("1978/a.jpg", "1978-*", exif=scan("EPSON", "ET-2760 Series")),
    "an Epson that is a camera": Case(
        "1978/a.jpg", "2005-03-01 10:00:00", exif=scan("SEIKO EPSON CORP.", "R-D1", "2005:03:01 10:00:00")
    ),
    "an all-in-one printer": Case("1978/a.jpg", "1978-*", exif=scan("Canon", "MG5400 series")),
    "Nikon's brand": Case(
        "DSC_0001.MOV",
        "2023-12-31 23:30:00 *",
        video=NEW_YEAR | {"compatible_brands": "qt  niko"} | iso("+35.68+139.76/"),
    ),
    "day in German": Case("24. Dezember 1994/a.jpg", "1994-12-24 *"),
    "a folder never beats a camera": Case("1987/a.jpg", "2019-07-04 14:00:00", exif=camera("2019:07:04 14:00:00")),
    "a decade": Case("1970s/a.jpg", "1970-*"),
    "a decade in German": Case("Familie 70er Jahre/a.jpg", "1970-*"),
    "a decade in French": Case("Les années 80/a.jpg", "1980-*"),
    "a decade of two figures alone": Case("80er/a.jpg", "1980-*"),
    "a birthday is no decade": Case("Annas 40er/a.jpg", "2024-03-03 *"),
    "a decade in which the file is from": Case("2010s/a.jpg", "2014-08-09 *", mtime="2014-08-09 10:00:00"),
    "a decade and a year of it": Case("1970s/1975 Rom/a.jpg", "1975-*"),
    "a scan in a decade": Case("1970s/a.jpg", "1970-*", exif=scan("EPSON", "Perfection V600")),
    "years": Case("1998-2001/a.jpg", "1998-*"),
    "years of two figures": Case("1987-88 Schule/a.jpg", "1987-*"),
    "years in words": Case("1995 bis 1997/a.jpg", "1995-*"),
    "years in which the file is from": Case("1998 to 2001/a.jpg", "2000-02-03 *", mtime="2000-02-03 10:00:00"),
    "a life is no date": Case("Oma 1921-2004/a.jpg", "2024-03-03 *"),
    "New Year's Eve of two years": Case("Silvester 1999-2000/a.jpg", "1999-12-31 *"),
    "New Year of two years": Case("Neujahr 1999-2000/a.jpg", "2000-01-01 *"),
    "months": Case("July 2014 - August 2014/a.jpg", "2014-07-*", mtime="2024-03-03 10:00:00"),
    "months in which the file is from": Case(
        "July 2014 - August 2014/a.jpg", "2014-08-09 *", mtime="2014-08-09 10:00:00"
    ),
    "months of one year": Case("Juli-August 2014 Korsika/a.jpg", "2014-08-09 *", mtime="2014-08-09 10:00:00"),
    "months of two years": Case("Dezember - Januar 2014/a.jpg", "2014-01-09 *", mtime="2014-01-09 10:00:00"),
    "days": Case("2014-07-05 - 2014-07-19 Korsika/a.jpg", "2014-07-12 *", mtime="2014-07-12 10:00:00"),
    "days of a month": Case("24.-26. Dezember 2011/a.jpg", "2011-12-25 *", mtime="2011-12-25 10:00:00"),
    "days of a month in English": Case("5-19 July 2014/a.jpg", "2014-07-12 *", mtime="2014-07-12 10:00:00"),
    "days in figures": Case("05.07.-19.07.2014/a.jpg", "2014-07-05 *"),
    "days of a month before the year": Case("July 5-19 2014/a.jpg", "2014-07-12 *", mtime="2014-07-12 10:00:00"),
    "days of two months": Case("June 28 - July 19, 2014/a.jpg", "2014-06-28 *"),
    "Easter of its year": Case("Easter 2003/a.jpg", "2003-04-20 *"),
    "Easter of another": Case("Ostern 2008 bei Oma/a.jpg", "2008-03-23 *"),
    "New Year's Eve in English": Case("New Year's Eve 2003/a.jpg", "2003-12-31 *"),
    "New Year in French": Case("Nouvel An 2004/a.jpg", "2004-01-01 *"),
    "Christmas in Polish": Case("Boże Narodzenie 2001/a.jpg", "2001-12-25 *"),
    "Independence Day": Case("4th of July 2009/a.jpg", "2009-07-04 *"),
    "winter of two short years": Case("Winter 94-95/a.jpg", "1995-01-*"),
    "summer in Swedish": Case("Sommaren 1998/a.jpg", "1998-07-*"),
    "summer below a year": Case("2011/Summer holidays/a.jpg", "2011-07-*"),
    "an aunt below a year": Case("2011/Aunt May/a.jpg", "2011-01-*"),
    "a short day": Case("Hochzeit 12.06.04/a.jpg", "2004-06-12 *"),
    "before a year is no date": Case("vor 1950/a.jpg", "2024-03-03 *"),
    "after a year is no date": Case("after 1945/a.jpg", "2024-03-03 *"),
    "a decade in words": Case("The Nineties/a.jpg", "1990-*"),
    "a room's number": Case("Room 2020/a.jpg", "2024-03-03 *"),
    "a car": Case("Peugeot 2008/a.jpg", "2024-03-03 *"),
    "a place before a month is no span": Case("Italy - August 1987/a.jpg", "1987-08-*"),
    "a folder of scans": Case("Scans 2015/a.jpg", "2024-03-03 *"),
    "camera's folders": Case("DCIM/101_2005/a.jpg", "2024-03-03 *"),
    "a folder that the file was put into later": Case(
        "2019/2019-06/a.png", "1998-01-02 *", mtime="1998-01-02 10:00:00"
    ),
    "the file's own time, if it agrees": Case("2004/a.jpg", "2004-07-03 *", mtime="2004-07-03 15:00:00"),
    "an editor's date gives way": Case(
        "1985 Oma/a.jpg", "1985-*", exif={"Image DateTime": "2015:03:01 10:00:00", "Image Software": "Adobe Photoshop"}
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
    # Names
    "macOS in German": Case("Bildschirmfoto 2022-05-06 um 10.11.12.png", "2022-05-06 10:11:12"),
    "macOS in French": Case("Capture d’écran 2022-05-06 à 10.11.12.png", "2022-05-06 10:11:12"),
    "macOS in Swedish": Case("Skärmavbild 2022-05-06 kl. 10.11.12.png", "2022-05-06 10:11:12"),
    "macOS in Chinese": Case("截屏2022-05-06 下午3.04.05.png", "2022-05-06 15:04:05"),
    "macOS in Spanish, afternoon": Case(
        "Captura de pantalla 2022-05-06 a la(s) 3.04.05 p. m..png", "2022-05-06 15:04:05"
    ),
    "GNOME": Case("Screenshot from 2022-05-06 10-11-12.png", "2022-05-06 10:11:12"),
    "Windows 11": Case("Screenshot 2022-05-06 101112.png", "2022-05-06 10:11:12"),
    "Dropbox in German": Case("Foto 06.05.14 10 11 12.jpg", "2014-05-06 10:11:12"),
    "Telegram's export": Case("photo_1@06-05-2014_10-11-12.jpg", "2014-05-06 10:11:12"),
    "milliseconds": Case("1399371072000.jpg", "2014-05-06 10:11:12"),
    "OneDrive": Case("20140506_101112000_iOS.heic", "2014-05-06 12:11:12 +120", exif=at(48.85, 2.35)),
    "Dropbox's app": Case("Photo 2014-05-06 10 11 12.jpg", "2014-05-06 10:11:12"),
    "in Chinese characters": Case("2014年5月6日 10时11分12秒.jpg", "2014-05-06 10:11:12"),
    "dashboard camera": Case("2019_0102_030405_001.MP4", "2019-01-02 03:04:05"),
    "Windows Phone's number": Case("WP_20140506_001.jpg", "2014-05-06 *"),
    "German date": Case("24.12.2011 Oma.jpg", "2011-12-24 *"),
    "feast in the name": Case("Weihnachten 1994 (3).jpg", "1994-12-25 *"),
    "order number": Case("order-20190102.jpg", "2024-03-03 *"),
    "phone number": Case("+4920190102.jpg", "2024-03-03 *"),
    "camera's number": Case("IMG_1985.JPG", "2024-03-03 *"),
    "hexadecimal": Case("a3e20190102ab4c6d8e9f012345678901.jpg", "2024-03-03 *"),
    "bar code": Case("4006381333931.jpg", "2024-03-03 *"),
    "day of a conflict": Case("x (Alice's conflicted copy 2019-01-02).jpg", "2024-03-03 *"),
    "day of a conflict beside the time": Case(
        "IMG_20140506_101112.sync-conflict-20190102-030405-ABCDEFG.jpg", "2014-05-06 10:11:12"
    ),
    "archive's 1980": Case("a.jpg", "none", mtime="1980-01-01 00:00:00"),
}


def answer(case: Case) -> str:
    """Return what Haven makes of a case, as `right` has it."""
    is_film = bool(case.video) or re.search(r"\.(mp4|mov|avi|3gp)$", case.path, re.IGNORECASE) is not None
    given = {name: dict(getattr(case, name)) for name in ("exif", "xmp", "beside", "iptc", "video")}
    metadata = Metadata("video" if is_film else "image", "mp4" if is_film else "jpeg", **given)  # type: ignore[arg-type]
    metadata.duration = case.duration if is_film else None
    mtime = datetime.fromisoformat(case.mtime).replace(tzinfo=UTC).timestamp()
    sample = Sample(Path("/library") / case.path, mtime, metadata, frozenset(case.companions), dict(case.companions))
    values = TimeAnalyzer().analyze([sample])[0].values
    clock, offset = values.get("taken"), values.get("taken_offset")
    if not isinstance(clock, int):
        return "none"
    told = f"{datetime.fromtimestamp(clock, UTC):%Y-%m-%d %H:%M:%S}"
    return told if offset is None else f"{told} {offset:+d}"


def is_right(case: Case) -> bool:
    told, right = answer(case), case.right
    return told.startswith(right[:-1].rstrip()) if right.endswith("*") else told == right


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    assert is_right(CASES[name]), f"{answer(CASES[name])}, not {CASES[name].right}"
