"""`haven import` from Apple, osxphotos, PhotoPrism, digiKam and Picasa, as far as each knows more than the files do.

What belongs to pictures that a library has is applied there; what it lacks is copied, with a sidecar.
"""

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from helpers.importing import home_with_inbox, moved_in

from haven_fs.cli import main
from haven_fs.testing import Home, make_photo

__all__ = ["home_with_inbox"]

TAKEN = "SELECT datetime(taken, 'unixepoch') FROM photo p JOIN original o ON o.id = p.main_id WHERE o.name = ?"


def check_again(home: Home, capsys: pytest.CaptureFixture[str], *args: object) -> None:
    """Check that a second import changes nothing, and that undo leaves nothing."""
    again = moved_in(home, capsys, *args)
    assert (again["copied"], again["in_albums"], again["said"]) == (0, 0, 0)
    assert len(set(home.query("SELECT gesture FROM correction"))) == 1
    home.undo()
    home.index()
    assert home.list("/Inbox") == home.list("/Favorites") == []
    assert [name for path in ("/Albums", "/People") for name in home.list(path) if name.endswith("/")] == []


@pytest.mark.parametrize("in_library", [False, True])
def test_picasa(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, in_library: bool) -> None:
    root = home.root if in_library else tmp_path / "Pictures"
    make_photo(root / "Trip" / "a.jpg", "2012-03-04 05:06:07")
    make_photo(root / "Trip" / "b.jpg", "2012-03-05 05:06:07")
    (root / "Trip" / ".picasa.ini").write_text(
        "[Picasa]\nname=Trip\n[Contacts2]\nd10a8325c557b085=Alice;;\n[.album:f00d]\nname=Best of\ntoken=f00d\n"
        "[a.jpg]\nstar=yes\nfaces=rect64(3fff3fff9fffbfff),d10a8325c557b085;rect64(1),ffffffffffffffff\nalbums=f00d\n"
        "caption=At the lake\n[b.jpg]\nalbums=f00d,gone\nfaces=rect64(3fff3fff9fffbfff),8e62398ebda8c1a5\n"
    )
    (root / "contacts.xml").write_text('<contacts><contact id="8e62398ebda8c1a5" name="Bob"/></contacts>')
    if in_library:
        home.index()
    report = moved_in(home, capsys, "picasa", root)
    known = 3 if in_library else 0
    assert (report["copied"], report["known"], report["in_albums"]) == (0 if in_library else 2, known, 2)
    assert home.list("/Albums/Best of") == ["a.jpg", "b.jpg"]
    assert home.list("/Favorites") == home.list("/People/Alice") == ["a.jpg"]
    assert home.list("/People/Bob") == ["b.jpg"]
    assert home.query("SELECT caption FROM photo WHERE caption IS NOT NULL") == ["At the lake"]
    if not in_library:
        check_again(home, capsys, "picasa", root)


def test_digikam(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "Pictures"
    make_photo(root / "Trip" / "a.jpg", "2012-03-04 05:06:07")
    make_photo(root / "Trip" / "b.jpg", None)
    db = sqlite3.connect(root / "digikam4.db")
    db.executescript(
        """
        CREATE TABLE AlbumRoots (id INTEGER, label, status, type, identifier, specificPath);
        CREATE TABLE Albums (id INTEGER, albumRoot, relativePath, date, caption);
        CREATE TABLE Images (id INTEGER, album, name, status, category, modificationDate, fileSize, uniqueHash);
        CREATE TABLE ImageInformation (imageid INTEGER, rating, creationDate, orientation, width, height);
        CREATE TABLE ImagePositions (imageid INTEGER, latitudeNumber, longitudeNumber, altitude);
        CREATE TABLE ImageComments (imageid INTEGER, type, comment);
        CREATE TABLE Tags (id INTEGER, pid, name);
        CREATE TABLE TagProperties (tagid INTEGER, property, value);
        CREATE TABLE ImageTags (imageid INTEGER, tagid);
        CREATE TABLE ImageTagProperties (imageid INTEGER, tagid, property, value);
        INSERT INTO AlbumRoots VALUES (1, 'Pictures', 0, 1, 'volumeid:?path=/no/such/place', '/');
        INSERT INTO Albums VALUES (1, 1, '/Trip', NULL, NULL);
        INSERT INTO Images VALUES (1, 1, 'a.jpg', 1, 1, '2020-01-01T00:00:00.000', 1, 'x');
        INSERT INTO Images VALUES (2, 1, 'b.jpg', 1, 1, '2020-01-01T00:00:00.000', 1, 'y');
        INSERT INTO Images VALUES (3, 1, '../../etc/passwd', 1, 1, '2020-01-01T00:00:00.000', 1, 'y');
        INSERT INTO Images VALUES (4, 1, 'binned.jpg', 3, 1, '2020-01-01T00:00:00.000', 1, 'y');
        INSERT INTO ImageInformation VALUES (1, 5, '2012-03-04T05:06:07.000', 1, 400, 300);
        INSERT INTO ImageInformation VALUES (2, -1, '1999-12-31T23:59:00.000', 1, 400, 300);
        INSERT INTO ImagePositions VALUES (2, 48.8584, 2.2945, NULL);
        INSERT INTO ImageComments VALUES (1, 1, 'At the lake');
        INSERT INTO Tags VALUES (1, 0, '_Digikam_Internal_Tags_'), (2, 1, 'Color Label Red'), (3, 0, 'People'),
            (4, 3, 'Alice'), (5, 3, 'Unknown'), (6, 0, 'sailing');
        INSERT INTO TagProperties VALUES (4, 'person', 'Alice'), (5, 'person', ''), (5, 'unknownPerson', '');
        INSERT INTO ImageTags VALUES (1, 2), (1, 4), (1, 5), (1, 6);
        INSERT INTO ImageTagProperties VALUES (1, 4, 'tagRegion', '<rect x="100" y="75" width="100" height="100"/>'),
            (1, 5, 'tagRegion', '<rect x="1" y="1" width="9" height="9"/>'), (1, 4, 'tagRegion', 'no xml');
        """
    )
    db.commit()
    db.close()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    report = moved_in(home, capsys, "digikam", root)
    assert report["copied"] == 2
    assert [one["file"] for one in report["left_out"]] == ["Trip/../../etc/passwd"]
    assert home.list("/People/Alice") == home.list("/Favorites") == ["a.jpg"]
    assert home.query("SELECT round(left, 2), round(bottom, 2) FROM face") == [(0.25, 0.58)]
    assert home.query("SELECT name FROM value WHERE facet = 'keyword'") == ["sailing"]
    assert home.query(TAKEN, "b.jpg") == ["1999-12-31 23:59:00"]
    assert home.query("SELECT caption FROM photo WHERE caption IS NOT NULL") == ["At the lake"]
    assert home.query("SELECT count(*) FROM photo WHERE latitude IS NOT NULL") == [1]
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    check_again(home, capsys, "digikam", root)


def test_photoprism(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "photoprism"
    make_photo(root / "originals" / "2012" / "a.jpg", None)
    make_photo(root / "originals" / "2013" / "a.jpg", "2013-03-05 05:06:07")
    make_photo(root / "originals" / "2013" / "gone.jpg", "2013-03-05 05:06:07")
    make_photo(root / "storage" / "cache" / "thumb.jpg", "2013-03-05 05:06:07")
    for below, text in (
        ("sidecar/2012/a.yml", "UID: p1\nTakenAt: 2012-07-11T14:08:33Z\nTakenSrc: manual\nFavorite: true\nTitle: x\n"),
        ("sidecar/2013/a.yml", "UID: p2\nTakenAt: 2013-07-11T14:08:33Z\nTakenSrc: meta\nCaption: At the lake\n"),
        ("sidecar/2013/gone.yml", "UID: p3\nTakenAt: 2013-07-11T14:08:33Z\nDeletedAt: 2014-07-11T14:08:33Z\n"),
        ("albums/album/a1.yml", "UID: a1\nType: album\nTitle: Best of\nPhotos:\n- UID: p1\n- UID: p2\n- UID: p9\n"),
        ("albums/month/a2.yml", "UID: a2\nType: month\nTitle: July 2013\nPhotos:\n- UID: p2\n"),
    ):
        path = root / "storage" / below
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = moved_in(home, capsys, "photoprism", root)
    assert (report["copied"], report["in_albums"]) == (2, 2)
    assert [name for name in home.list("/Albums") if name.endswith("/")] == ["Best of/"]
    assert len(home.list("/Albums/Best of")) == 2
    assert home.list("/Favorites") == ["a.jpg"]
    assert home.query(TAKEN, "a.jpg") == ["2012-07-11 14:08:33"]
    assert home.query("SELECT caption FROM photo WHERE caption IS NOT NULL") == ["At the lake"]
    check_again(home, capsys, "photoprism", root)


def test_icloud(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [tmp_path / f"iCloud Photos Part {number} of 2.zip" for number in (1, 2)]
    make_photo(tmp_path / "a.jpg", None)
    make_photo(tmp_path / "b.jpg", "2013-03-05 05:06:07")
    head = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"
    date = '"Monday December 31,2018 11:30 PM GMT"'
    with zipfile.ZipFile(parts[0], "w") as one:
        for name, source in (("a.jpg", "a.jpg"), ("hidden.jpg", "b.jpg"), ("gone.jpg", "b.jpg")):
            one.write(tmp_path / source, f"iCloud Photos Part 1 of 2/Photos/{name}")
        one.writestr(
            "iCloud Photos Part 1 of 2/Photos/Photo Details.csv",
            f"{head}a.jpg,x,yes,no,no,{date},1,{date}\nhidden.jpg,x,no,yes,no,{date},1,{date}\n"
            f"gone.jpg,x,no,no,yes,{date},1,{date}\n",
        )
        one.writestr("iCloud Photos Part 1 of 2/Albums/Best of.csv", "imgName\na.jpg\nb.jpg\nmissing.jpg\n")
        one.writestr("iCloud Photos Part 1 of 2/Memories/Summer 2017.csv", "imageName\na.jpg\n")
        one.writestr("iCloud Photos Part 1 of 2/Shared Albums/Team.csv", "Images\na.jpg\n")
        one.writestr("iCloud Photos Part 1 of 2/Geteilte Alben/Verein.csv", "Images\na.jpg\n")
    with zipfile.ZipFile(parts[1], "w") as two:
        two.write(tmp_path / "b.jpg", "iCloud Photos Part 2 of 2/Photos/b.jpg")
        two.write(tmp_path / "a.jpg", "iCloud Photos Part 2 of 2/Recently Deleted/c.jpg")
        two.writestr(
            "iCloud Photos Part 2 of 2/Photos/b.json",
            json.dumps({"uuid": "1", "original_filename": "b.jpg", "persons": ["Alice", "_UNKNOWN_"]}),
        )
    report = moved_in(home, capsys, "icloud", *parts)
    assert (report["copied"], report["in_albums"]) == (2, 2)
    reasons = [one["reason"] for one in report["left_out"]]
    assert len(reasons) == 5 and reasons.count("it is the list of a shared album") == 2
    assert [name for name in home.list("/Albums") if name.endswith("/")] == ["Best of/"]
    assert home.list("/Albums/Best of") == ["a.jpg", "b.jpg"]
    assert home.list("/Favorites") == ["a.jpg"]
    assert home.list("/People/Alice") == ["b.jpg"]
    assert home.query(TAKEN, "a.jpg") == ["2018-12-31 23:30:00"]
    check_again(home, capsys, "icloud", *parts)


@pytest.mark.parametrize("verb", ["digikam", "picasa", "photoprism", "icloud"])
def test_a_folder_without_any_of_it_is_told(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["import", verb, str(tmp_path / "empty"), "--data", str(home.data)]) == (verb == "digikam")
    out = capsys.readouterr()
    assert "There is no digikam4.db here" in out.err if verb == "digikam" else "Nothing of" in out.out


def test_a_library_of_apple_photos(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "Photos Library.photoslibrary"
    make_photo(root / "originals" / "A" / "A1.jpeg", None)
    make_photo(root / "originals" / "B" / "B1.jpeg", "2015-06-07 08:09:10")
    make_photo(root / "originals" / "C" / "C1.jpeg", "2015-06-07 08:09:10")
    make_photo(root / "resources" / "renders" / "B" / "B1_1_201_a.jpeg", "2015-06-07 08:09:10", rating=3)
    (root / "database").mkdir()
    db = sqlite3.connect(root / "database" / "Photos.sqlite")
    db.executescript(
        """
        CREATE TABLE ZASSET (Z_PK INTEGER, ZUUID, ZDIRECTORY, ZFILENAME, ZDATECREATED, ZLATITUDE, ZLONGITUDE, ZFAVORITE,
            ZHIDDEN, ZTRASHEDSTATE);
        CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER, ZASSET, ZORIGINALFILENAME, ZTIMEZONEOFFSET, ZTITLE);
        CREATE TABLE ZASSETDESCRIPTION (ZASSETATTRIBUTES, ZLONGDESCRIPTION);
        CREATE TABLE ZGENERICALBUM (Z_PK INTEGER, ZTITLE, ZKIND, ZTRASHEDSTATE);
        CREATE TABLE Z_28ASSETS (Z_28ALBUMS, Z_3ASSETS);
        CREATE TABLE ZPERSON (Z_PK INTEGER, ZFULLNAME);
        CREATE TABLE ZDETECTEDFACE (Z_PK INTEGER, ZASSETFORFACE, ZPERSONFORFACE);
        CREATE TABLE ZKEYWORD (Z_PK INTEGER, ZTITLE);
        CREATE TABLE Z_1KEYWORDS (Z_1ASSETATTRIBUTES, Z_40KEYWORDS);
        INSERT INTO ZASSET VALUES (1, 'A1', 'A', 'A1.jpeg', 352523047.0, 48.8584, 2.2945, 1, 0, 0),
            (2, 'B1', 'B', 'B1.jpeg', 455357350.0, -180.0, -180.0, 0, 0, 0),
            (3, 'C1', 'C', 'C1.jpeg', 455357350.0, -180.0, -180.0, 0, 1, 0),
            (4, 'D1', 'D', 'D1.heic', 455357350.0, -180.0, -180.0, 0, 0, 0),
            (5, 'E1', '../..', 'mine.jpg', 455357350.0, -180.0, -180.0, 0, 0, 0);
        INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (11, 1, 'IMG_1.JPG', 3600, 'Sea'),
            (12, 2, 'IMG_2.JPG', 7200, NULL),
            (13, 3, 'IMG_3.JPG', NULL, NULL), (14, 4, 'IMG_4.HEIC', NULL, NULL), (15, 5, 'mine.jpg', NULL, NULL);
        INSERT INTO ZASSETDESCRIPTION VALUES (12, 'At the lake');
        INSERT INTO ZGENERICALBUM VALUES (7, 'Best of', 2, 0), (8, 'Gone', 2, 1), (9, 'Imports', 1506, 0);
        INSERT INTO Z_28ASSETS VALUES (7, 1), (7, 2), (8, 1), (9, 2);
        INSERT INTO ZPERSON VALUES (1, 'Alice'), (2, '');
        INSERT INTO ZDETECTEDFACE VALUES (1, 1, 1), (2, 2, 2);
        INSERT INTO ZKEYWORD VALUES (1, 'sailing');
        INSERT INTO Z_1KEYWORDS VALUES (11, 1);
        """
    )
    db.commit()
    db.close()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    report = moved_in(home, capsys, "icloud", root)
    assert len(report["left_out"]) == 3
    assert report["in_albums"] == 2
    assert home.list("/Albums/Best of") == ["IMG_1.JPG", "IMG_2 (edited).jpeg", "IMG_2.JPG"]
    assert home.list("/Favorites") == home.list("/People/Alice") == ["IMG_1.JPG"]
    assert home.query(TAKEN, "IMG_1.JPG") == ["2012-03-04 04:04:07"]
    assert home.query("SELECT caption FROM photo WHERE caption IS NOT NULL ORDER BY caption") == ["At the lake", "Sea"]
    assert home.query("SELECT name FROM value WHERE facet = 'keyword'") == ["sailing"]
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    check_again(home, capsys, "icloud", root)
