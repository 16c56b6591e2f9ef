"""Names of people as photo programs write them: what is a name, what stands for nobody, which keywords are people."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from haven_fs.library.folding import fold

LONGEST_NAME = 200
"""Characters kept of a name."""

PEOPLE_KEYWORDS = {"lr:hierarchicalSubject": "|", "digiKam:TagsList": "/", "MicrosoftPhoto:LastKeywordXMP": "/"}
"""Properties that hold keywords as paths, such as People|Alice, and what parts them."""

_PLACEHOLDERS = {
    *("unknown", "unknown person", "unknown face", "unnamed", "unnamed person", "unconfirmed", "ignored", "no name"),
    *("?", "??", "???", "-", "none", "null", "undefined", "ffffffffffffffff", "untitled", "add name", "face"),
    *("unbekannt", "unbekannte person", "inconnu", "inconnue", "desconocido", "desconocida", "desconhecido"),
    *("sconosciuto", "sconosciuta", "onbekend", "okänd", "ukjent", "ukendt", "nieznany", "неизвестный", "未知", "不明"),
}
_NUMBERED = re.compile(r"(unknown|unnamed|person|face) *#?\d+")
_UNSEEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF}
"""Characters that turn the direction of what follows, and marks of byte order: no part of a name."""

_ROOTS = {
    *("people", "person", "persons", "faces", "personen", "leute", "menschen", "gesichter", "personnes", "visages"),
    *("personas", "caras", "gente", "persone", "volti", "pessoas", "rostos", "mensen", "gezichten", "personer"),
    *("osoby", "люди", "лица", "人物", "人", "사람"),
}
_GROUPS = {
    *("family", "friends", "kids", "children", "colleagues", "relatives", "neighbours", "neighbors", "work", "school"),
    *("familie", "freunde", "kinder", "kollegen", "verwandte", "famille", "amis", "enfants", "familia", "amigos"),
    *(
        "famiglia",
        "amici",
        "família",
        "vrienden",
        "familj",
        "vänner",
        "rodzina",
        "семья",
        "друзья",
        "unsorted",
        "other",
    ),
}
"""What a keyword right below "People" may be called that is no person, but holds some."""


def clean_name(text: str) -> str:
    """Return a person's name in NFC without what cannot be seen; "" for what stands for nobody, such as "Unknown"."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text[: 4 * LONGEST_NAME]
        if ord(char) not in _UNSEEN and unicodedata.category(char) != "Cs"
    )
    name = " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST_NAME].strip()
    folded = name.casefold()
    return "" if folded in _PLACEHOLDERS or _NUMBERED.fullmatch(folded) else name


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: case and composition do not count."""
    return fold(name)


def people_in_keywords(paths: Collection[str], separator: str) -> list[str]:
    """Return the people among keywords that are paths: the last part below "People", whatever language that is in.

    A keyword that others lie below, such as People|Family, is no person.
    """
    above = {
        separator.join(parts[:end]) for parts in (p.split(separator) for p in paths) for end in range(1, len(parts))
    }
    found: dict[str, str] = {}
    for path in paths:
        parts = path.strip(separator).split(separator)
        if len(parts) < 2 or path in above or parts[0].strip().casefold() not in _ROOTS:
            continue
        name = clean_name(parts[-1])
        if name and name.casefold() not in _GROUPS:
            found.setdefault(name_key(name), name)
    return list(found.values())


def listed_people(xmp: Mapping[str, Any]) -> list[str]:
    """Return the people that a packet, as `parse_xmp` gives it, names without a place, as it spells them first."""
    found: dict[str, str] = {}
    for text in texts_of(xmp.get("Iptc4xmpExt:PersonInImage")):
        if name := clean_name(text):
            found.setdefault(name_key(name), name)
    for keyword, separator in PEOPLE_KEYWORDS.items():
        for name in people_in_keywords(texts_of(xmp.get(keyword)), separator):
            found.setdefault(name_key(name), name)
    return list(found.values())


def texts_of(value: Any) -> list[str]:
    """Return a property's texts; some programs write a list, some one text."""
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
