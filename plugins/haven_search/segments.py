"""Names of folders as programs and people write them: which are phrases in quotes, which stand for a name to come.

A file browser makes a folder under a name of its own ("untitled folder", "New folder (2)") and renames it to what its
owner types; and it looks for names that no person ever typed. Neither may ever become a search.
"""

import re
import unicodedata

from haven_fs import is_noise
from haven_search.folding import plain

_PAIRS = (
    ('"', '"'), ("“", "”"), ("„", "“"), ("„", "”"), ("”", "”"), ("“", "“"), ("«", "»"), ("»", "«"), ("»", "»"),
    ("＂", "＂"), ("「", "」"), ("『", "』"), ("《", "》"), ("〈", "〉"), ("‹", "›"), ("›", "‹"), ("›", "›"),
    ("‘", "’"), ("‚", "‘"), ("‚", "’"), ("’", "’"), ("'", "'"),
)  # fmt: skip
_DOUBLE = frozenset('"“”„«»＂「」『』《》〈〉‹›')
_APOSTROPHES = frozenset("'’‘")
_WINDOWS = "=＝"

_NEW_FOLDERS = """
untitled folder|new folder|new folder with items|new directory|folder|unnamed folder|neuer ordner
ordner ohne titel|unbenannter ordner|neues verzeichnis|neuer ordner mit objekten|ordner|nouveau dossier
dossier sans titre|dossier sans nom|nouveau répertoire|nouveau dossier avec éléments|dossier|nueva carpeta
carpeta nueva|carpeta sin título|carpeta sin nombre|nuevo directorio|nueva carpeta con ítems|carpeta
nuova cartella|cartella senza titolo|cartella senza nome|nuova directory|nuova cartella con elementi
nieuwe map|naamloze map|map zonder naam|nieuwe map met onderdelen|nova pasta|pasta sem título|pasta sem nome
nova pasta com itens|ny mapp|namnlös mapp|ny mapp med objekt|ny mappe|unavngiven mappe|unavngivet mappe
mappe uden navn|navnløs mappe|mappe uten navn|uten navn mappe|uusi kansio|nimetön kansio|nowy folder
nowy katalog|folder bez nazwy|katalog bez nazwy|nová složka|složka bez názvu|nepojmenovaná složka
nový priečinok|új mappa|névtelen mappa|dosar nou|folder nou|dosar fără nume|yeni klasör|adsız klasör
isimsiz klasör|νέος φάκελος|φάκελος χωρίς τίτλο|ανώνυμος φάκελος|новая папка|папка без названия
безымянная папка|нова папка|папка без назви|тека без назви|新しいフォルダー|新しいフォルダ|新規フォルダ
名称未設定フォルダ|無題のフォルダー|新建文件夹|未命名文件夹|新文件夹|新增資料夾|未命名檔案夾|未命名資料夾
新資料夾|新建資料夾|새 폴더|무제 폴더|이름 없는 폴더|thư mục mới|folder baru|map baru|مجلد جديد
مجلد بلا عنوان|תיקיה חדשה|תיקייה ללא שם|โฟลเดอร์ใหม่
"""
_PLACEHOLDERS = frozenset(plain(name) for line in _NEW_FOLDERS.split("\n") for name in line.split("|") if name)
"""What file browsers of desktops and phones call a new folder: Finder, Explorer, GNOME Files, Dolphin, Android, iOS."""
_NUMBER = re.compile(r"\s*[-_]?\s*[(（\[<]?\s*\d{1,4}\s*[)）\]>]?$")

_JUNK = re.compile(
    r"""
      \..*                                                              # hidden: nobody sees what it would answer
    | autorun(\.\w+)? | autoopen | wpsettings\.dat | zbthumbnail\.info | winthumb\.db | (picasa|folder|sync)\.ini
    | (folder|cover|front|poster|fanart|banner|landscape|thumb|logo|clearlogo|clearart|albumart.*)\.(jpe?g|png|gif|tbn)
    | .*\.(nfo|tbn|lnk|swp|swx|bak|lock|exe|dll)                        # what players and Windows look for or leave
    | .*~ | \#.*\#                                                      # backups of editors
    | con|prn|aux|nul | index\.(html?|php) | favicon\.ico | robots\.txt
    """,
    re.VERBOSE | re.DOTALL,
)


def is_placeholder(name: str) -> bool:
    """Tell whether a file browser gives this name to a folder that its owner has yet to name, numbered or not."""
    name = " ".join(plain(name).split())
    return name in _PLACEHOLDERS or _NUMBER.sub("", name) in _PLACEHOLDERS


def is_junk(name: str) -> bool:
    """Tell whether programs, not people, look for this name or leave it behind."""
    return is_noise(name) or _JUNK.fullmatch(name.strip().lower()) is not None


def unquote(segment: str) -> str | None:
    """Return the phrase in a segment that is in quotes, or after "=" for Windows, whose names have none; else None.

    Quotes may be straight, curly, low, angled, full-width, corner or single, as any language has them. A phrase in
    quotes may have others around some of its words (“camera:"iPhone 13"”). None as well if there is nothing in it, or
    quotes that do not go together.
    """
    segment = segment.strip()
    if segment[:1] in _WINDOWS and segment:
        inner = segment[1:].strip()
        if inner[:1] in _WINDOWS:
            return None
        return _worded(inner)  # quotes after the sign are the phrase's own
    for opening, closing in _PAIRS:
        if len(segment) > 1 and segment[0] == opening and segment[-1] == closing:
            inner = segment[1:-1].strip()
            if _is_whole(inner, opening, closing):
                return _worded(inner)
    return None


def _is_whole(inner: str, opening: str, closing: str) -> bool:
    """Tell whether the quotes around `inner` belong together and to nothing within."""
    if opening in _APOSTROPHES or closing in _APOSTROPHES:
        marks = (place for place, letter in enumerate(inner) if letter in (opening, closing))
        if not all(inner[place - 1 : place].isalnum() and inner[place + 1 : place + 2].isalnum() for place in marks):
            return False
    elif opening in inner or closing in inner:
        # Straight quotes around words at the end are the phrase's own: `"dog region:"Paris""`.
        return opening == closing and inner.count(opening) == 2 and inner[-1] == closing and inner[0] != opening
    within = [letter for letter in inner if letter in _DOUBLE]
    return len(within) % 2 == 0 and not (within and inner[0] in _DOUBLE and inner[-1] in _DOUBLE)


def _worded(text: str) -> str | None:
    """Return the text, None if there is nothing but spaces and punctuation in it."""
    return text if any(unicodedata.category(letter)[0] in "LNSM" for letter in text) else None
