"""What families and programs call folders and files, and when the photos in them were taken; see test_time_cases.py."""

import pytest
from helpers.dating import Case, answer, at, camera, is_right, scan

CASES = {
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


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    assert is_right(CASES[name]), f"{answer(CASES[name])}, not {CASES[name].right}"
