"""What a file's name says of the other files it belongs to: its stem, and what an exporter or editor added to that.

Cameras, phones and exporters say by names that files are one picture: IMG_1234.HEIC, IMG_1234_HEVC.MOV, IMG_E1234.JPG,
IMG_1234.AAE. `read_name` takes such a name apart, and `stem_key` gives what all of them have in common. Names only say
what may belong together; haven_fs.library.pair decides, with what the files themselves say. The conventions are those
that the programs document or that their users report; docs/leavings.md has them in a table.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from haven_fs.library.backups import BACKUP_TAIL
from haven_fs.library.folding import fold
from haven_fs.library.googlenotes import LIMIT, base_of
from haven_fs.library.kinds import IMAGE_ENDINGS, RAW_ENDINGS, VIDEO_ENDINGS, ending

SIDECARS = frozenset({"xmp", "aae", "json", "yml", "yaml", "xml", "srt"})
THUMBNAILS = frozenset({"thm", "lrv", "lrf"})
"""A JPEG (Canon, GoPro) or a small video (GoPro, DJI) that stands for a video."""
MEDIA_ENDINGS = IMAGE_ENDINGS | RAW_ENDINGS | VIDEO_ENDINGS | {"mp"}  # .MP: the film of Google's motion photos
_KNOWN_ENDINGS = MEDIA_ENDINGS | SIDECARS | THUMBNAILS

Said = Literal["", "edit", "version", "cover", "original"]

EDITED = (
    *("edited", "effects"),  # English
    *("bearbeitet", "modifié", "modificato", "bewerkt", "editado", "ha editado", "editat"),  # de fr it nl pt es ca
    *("redigeret", "redigert", "redigerad", "muokattu"),  # da nb sv fi
    *("edytowane", "upraveno", "upravené", "szerkesztett", "düzenlendi"),  # pl cs sk hu tr
    *("отредактировано", "измененный", "відредаговано", "επεξεργασμένο"),  # ru uk el
    *("編集済み", "编辑", "已修改", "已編輯", "편집됨", "수정됨"),  # ja zh ko
)
"""What Google's exports put behind the name of an edited picture, after a hyphen, in the language of the account."""

_TAKEOUT_STEM = 47
"""Characters that Google's exports leave of a name before its ending, so that the word for "edited" may be cut off."""
_CUT_WORD = re.compile("-(?:" + "|".join("edited"[:n] for n in range(5, 0, -1)) + ")$")
_CUT_ENDING = re.compile(r"\.[a-z0-9]{0,3}$")
_NUMBER = re.compile(r"(?<=\S) ?(\(\d{1,4}\))$")
_EDIT = re.compile(
    rf"""(?:
      -(?:{"|".join(re.escape(fold(word)) for word in EDITED)})     # Google
    | _edited | [ ]\(edited\)                           # osxphotos; Haven itself
    | -edit(?:-\d+)? | -enhanced(?:-[a-z]{{2,3}})*      # Lightroom
    | [_-]dxo(?:[ _-][\w .-]*)?                         # DxO PhotoLab and PureRAW
    | _modified(?:_\d+)?                                # Shotwell
    | _(?:{"|".join(sorted(RAW_ENDINGS))})_(?:embedded|shotwell)(?:_\d+)?    # Shotwell's developed RAW files
    | -adjusted                                         # icloudpd
    | _depth(?:map)?                                    # phones: how far what is in the picture was
    )$""",
    re.VERBOSE,
)
# People write such names too, so that dates have to agree: digiKam's versions, edits of whatever program, and the HDR
# picture that phones keep beside the plain one, though many call their only picture so.
_VERSION = re.compile(r"(?:_v\d{1,2}|[ _]edit|_hdr)$")
_HEVC = re.compile(r"_hevc$")
"""iCloud downloaders call the film of IMG_1234.HEIC IMG_1234_HEVC.MOV."""
_ALTERNATIVE = re.compile(r"(?:__highres|-alternative)$")
"""The RAW twin of Lumia phones and of icloudpd."""
# Apple: IMG_E1234 is the edited IMG_1234, IMG_O1234.AAE its older record.
_APPLE_EDIT = re.compile(r"(img_)[eo](\d{4,})(?!\d)")
# Photos' packages: UUID_3.mov is the film of UUID.heic, UUID_4 its RAW twin, UUID_1_201_a its edit.
_APPLE_UUID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_\d(?:_\d{1,4}_[a-z])?$")
# Google: .RAW-01.COVER beside .RAW-02.ORIGINAL, .PORTRAIT beside .PORTRAIT.ORIGINAL, .MP (motion), .RAW-01.MP.COVER
_GOOGLE_PART = re.compile(r"(?:\.[a-z_]+|_[a-z]+)-\d{2}(?:\.mp)?\.(cover|original)$")
_PIXEL = re.compile(r"(pxl_\d{8}_\d{9})(?P<words>(?:\.[a-z_]+|~\d)*)$")
_OLD_PIXEL = re.compile(r"\d{5}[a-z]*portrait_\d{5}_(burst\d{17})(_cover)?$")
_MOTION = re.compile(r"\.mp$")
_SONY = re.compile(r"(?<=\d)m\d\d$")
"""C0001M01.XML is about C0001.MP4."""
# GoPro: GL010123.LRV stands for GX010123.MP4 or GH010123.MP4.
_GOPRO = re.compile(r"g[hxl](\d{6})$")


class Named(NamedTuple):
    """What a name says.

    `key`: of its group; `whole`: that before it was cut to what Google's exports leave of it. `stem`: the name without
    its ending, as spelled but for case and " (1)". `said`: whether it is an edit; a version, which is one if the dates
    agree; or what Google calls the cover and the original of one shot. `names`: of a sidecar, the file that it names in
    full, "" if it only names a stem.
    """

    key: str
    stem: str
    said: Said = ""
    names: str = ""
    whole: str = ""


def stem_key(name: str) -> str:
    """Return the key of the group that file `name` is in; files of one folder with one key may belong together."""
    return read_name(name).key


@lru_cache(maxsize=4096)
def read_name(name: str) -> Named:
    """Take a file's name apart."""
    text = fold(name)
    if ending(text) not in _KNOWN_ENDINGS:
        text = BACKUP_TAIL.sub("", text)
    tail = ending(text)
    if tail in SIDECARS:
        return _sidecar(text[: -len(tail) - 1], tail)
    if tail in _KNOWN_ENDINGS:
        text = text[: -len(tail) - 1]
    return _plain(text, tail)


def _sidecar(text: str, tail: str) -> Named:
    """Read what a sidecar is called after: IMG_1234.jpg.xmp, IMG_1234.xmp, Google's IMG_1234.jpg(1).json."""
    number = ""
    if tail == "json":
        uncut = len(_NUMBER.sub("", text))
        text, number = base_of(f"{text}.json")
        number = number and f"({number})"
        if uncut >= LIMIT - 1 and ending(text) not in MEDIA_ENDINGS:
            text = _CUT_ENDING.sub("", text)
    if tail == "xml":
        text = _SONY.sub("", text)
    its = ending(text)
    if its in MEDIA_ENDINGS:
        whole = _plain(text[: -len(its) - 1] + number, its)
        return Named(whole.key, whole.stem, names=f"{whole.stem}.{its}", whole=whole.whole)
    bare = _plain(text + number, tail)
    return Named(bare.key, bare.stem, whole=bare.whole)


def _plain(text: str, tail: str) -> Named:
    is_film = tail in VIDEO_ENDINGS or tail == "mp"
    if is_film and ending(text) in IMAGE_ENDINGS | RAW_ENDINGS:  # X.JPG.MOV
        text = text[: -len(ending(text)) - 1]
    number, said, key = "", "", text
    if len(text) == _TAKEOUT_STEM and _CUT_WORD.search(text):
        said, key = "edit", _CUT_WORD.sub("", text)
    while True:
        if not number and (found := _NUMBER.search(key)):
            number = found[1]
        elif found := _EDIT.search(key):
            said = "edit"
        elif found := _VERSION.search(key):
            said = said or "version"
        elif found := _GOOGLE_PART.search(key):
            said = said or found[1]
        elif not (found := (_HEVC.search(key) if is_film else None) or _ALTERNATIVE.search(key)):
            break
        if not found.start():
            break
        key = key[: found.start()]
    key, said = _camera(key, tail, said)
    stem = _NUMBER.sub("", text) + number if number and text.endswith(")") else text
    return Named(key[:LIMIT] + number, stem, said, whole=key + number)  # type: ignore[arg-type]


def _camera(key: str, tail: str, said: str) -> tuple[str, str]:
    """Return what the names that a phone gives to the files of one shot have in common, and what it says of this."""
    if found := _PIXEL.match(key):
        words = found["words"]
        if "~" in words:
            said = said or "edit"
        elif words.endswith(".original"):
            said = said or "original"
        elif words not in ("", ".mp"):
            said = said or "cover"
        return found[1], said
    if found := _OLD_PIXEL.match(key):
        return found[1], said or ("cover" if found[2] else "original")
    if found := _APPLE_UUID.match(key):
        return found[1], said
    if (found := _GOPRO.match(key)) and tail in {*THUMBNAILS, "mp4"}:
        return f"g{found[1]}", said
    if _APPLE_EDIT.match(key):
        return _APPLE_EDIT.sub(r"\1\2", key, count=1), said or "edit"
    return _MOTION.sub("", key), said
