"""Names of folders: phrases in quotes, names that stand for one to come, and names that nobody typed."""

import pytest

from haven_fs.library.ignore import is_noise
from haven_search.segments import is_junk, is_placeholder, unquote


@pytest.mark.parametrize(
    ("segment", "phrase"),
    [
        ('"dog on beach"', "dog on beach"),
        ("“dog on beach”", "dog on beach"),
        ("„Hund am Strand“", "Hund am Strand"),
        ("„Hund am Strand”", "Hund am Strand"),
        ("”hund på stranden”", "hund på stranden"),
        ("«chien»", "chien"),
        ("« chien »", "chien"),
        ("»Hund«", "Hund"),
        ("»hund»", "hund"),
        ("‹chien›", "chien"),
        ("＂犬＂", "犬"),
        ("「犬」", "犬"),
        ("『犬』", "犬"),
        ("‘dog’", "dog"),
        ("‚Hund‘", "Hund"),
        ("'dog on beach'", "dog on beach"),
        ("'Alice's dog'", "Alice's dog"),
        ("“Alice’s dog”", "Alice’s dog"),
        ("=dog on beach", "dog on beach"),
        ("= dog on beach ", "dog on beach"),
        ("＝dog", "dog"),
        ('="dog"', '"dog"'),
        ('=camera:"iPhone 13"', 'camera:"iPhone 13"'),
        ('“camera:"iPhone 13" dog”', 'camera:"iPhone 13" dog'),
        ('  "dog"  ', "dog"),
        ('" dog "', "dog"),
        ('"🐶"', "🐶"),
        ('"2019"', "2019"),
        ('"-Bob"', "-Bob"),
    ],
)
def test_a_quoted_segment_is_its_phrase(segment: str, phrase: str) -> None:
    assert unquote(segment) == phrase


@pytest.mark.parametrize(
    "segment",
    [
        "", " ", "dog", "dog on beach", '"', '""', '" "', '"dog', 'dog"', '""dog""', '"“dog”"', "“„dog“”",
        '"dog" "cat"', '"dog "on" beach"', "“dog“ on ”beach”", "''", "'dog", "'dog' and 'cat'", "Alice's dogs'",
        "=", "= ", "==dog", "=...", '"..."', '"-"', "“dog«", "[dog]", "(dog)", '"dog".txt', '“say "hello”',
        "New folder", "`dog`",
    ],
)  # fmt: skip
def test_what_is_not_quoted_rightly_is_no_phrase(segment: str) -> None:
    assert unquote(segment) is None


@pytest.mark.parametrize(
    "name",
    [
        "untitled folder", "untitled folder 2", "untitled folder 17", "New folder", "New folder (2)", "New Folder",
        "NEW FOLDER", "New Folder 1", "New folder_1", "New Folder With Items 2", "Unnamed folder", "Neuer Ordner",
        "Neuer Ordner (3)", "Ordner 1", "Unbenannter Ordner", "Nouveau dossier", "Nouveau dossier (2)",
        "dossier sans titre", "Dossier sans nom", "Nueva carpeta", "Carpeta sin título 2", "carpeta sin titulo",
        "Nuova cartella", "cartella senza titolo", "Nieuwe map", "naamloze map", "Nova pasta", "Pasta sem Título",
        "Ny mapp", "namnlös mapp", "Ny mappe", "Unavngivet mappe", "Uusi kansio", "nimetön kansio", "Nowy folder",
        "Katalog bez nazwy", "Nová složka", "Új mappa", "Yeni klasör", "Νέος φάκελος", "Новая папка",
        "Новая папка (2)", "папка без названия", "新しいフォルダー", "名称未設定フォルダ", "新建文件夹",
        "新建文件夹 (2)", "新建文件夹（2）", "新資料夾", "새 폴더", "새 폴더 (2)", "cartella senza titolo",
        "Nova\u0301 sloz\u030cka",
    ],
)  # fmt: skip
def test_a_file_browsers_name_for_a_new_folder_is_a_placeholder(name: str) -> None:
    assert is_placeholder(name)


@pytest.mark.parametrize(
    "name",
    [
        "dog on beach",
        "2019",
        "new",
        "folder of receipts",
        "untitled painting",
        "new folders",
        "neuer hund",
        "Alice 2",
        "",
        "(2)",
    ],
)
def test_what_an_owner_types_is_no_placeholder(name: str) -> None:
    assert not is_placeholder(name)


@pytest.mark.parametrize(
    "name",
    [
        "._dog", ".DS_Store", "Thumbs.db", "thumbs.db:encryptable", "desktop.ini", "Desktop.ini", ".Trash-1000",
        ".Trash", ".hidden", ".Spotlight-V100", ".fseventsd", ".metadata_never_index", ".ql_disablethumbnails",
        ".localized", ".directory", "~$letter.docx", "photo.tmp", ".~lock.x#", "folder.jpg", "Folder.JPG",
        "AlbumArtSmall.jpg", "autorun.inf", "AutoRun.inf", "autorun", ".autorun", "autoopen", ".xdg-volume-info",
        ".nomedia", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found", "movie.nfo", "x.lnk",
        "letter.docx~", "#letter#", ".x.swp", "video.part", "a.crdownload", "Icon\r",
    ],
)  # fmt: skip
def test_what_programs_look_for_is_junk(name: str) -> None:
    assert is_junk(name)


@pytest.mark.parametrize(
    "name",
    [
        "dog on beach", "2019", "IMG_2041", "IMG_2041.jpg", '"dog"', "=dog", "folder", "untitled folder", "autumn",
        "cover", "thumb", "-Bob", "type:video", "rock & roll", "犬", "#beach", "@Alice", "e.g. dogs", "St. John's",
        "10:30",
    ],
)  # fmt: skip
def test_what_an_owner_types_is_no_junk(name: str) -> None:
    assert not is_junk(name)
    assert not is_noise(name)
