"""When two names are one: if they differ by case or by Unicode composition alone, as file systems have it."""

import unicodedata


class _Simple(dict[int, str | int]):
    """What each letter is without its case, where that is one letter too: no file system knows another folding."""

    def __missing__(self, code: int) -> str | int:
        letter = chr(code)
        folded = next((one for one in (letter.casefold(), letter.lower()) if len(one) == 1), code)
        self[code] = folded
        return folded


_SIMPLE = _Simple()


def fold(name: str) -> str:
    """Return what two names have in common that differ only by case or by Unicode composition (Finder sends NFD).

    Nothing else makes two names one: neither the ss of ß, nor a ligature, nor a form of another width.
    """
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).translate(_SIMPLE))
