"""A phrase cut into the words that the planner looks at, with what their writing says about them.

Anything may be typed: unbalanced quotes, operators of SQL and of full-text search, emoji, a thousand words. Nothing is
refused; what is no word only parts words. What is longer than anybody types is cut, so work is bounded.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from haven_search.folding import pieces, plain, writable

MOST_CHARACTERS = 2000
MOST_WORDS = 100

_PARTS = r"""
      (?<![^\s,;(])[-−]?(?P<field>FIELDS)[:=](?P<value>"[^"]*"|'[^']*'|“[^”“]*”|„[^“”]*[“”]|[^\s"“”„]+)
    | (?<![^\s,;(])[-−]?(?P<quoted>"[^"]+"|“[^”“]+”|„[^“”]+[“”]|«[^»]+»|»[^«]+«|＂[^＂]+＂|「[^」]+」)
    | (?P<number>(?<!\w)(?:\d{1,4}(?P<sep>[/.])\d{1,2}(?:(?P=sep)\d{1,4})?|\d{4}/\d{2,4}|\d{1,2}[/.]\d{4})(?!\w))
    | (?P<comma>[,;、，])
    | (?P<joint>[&+|]|\.\.+|…)
    | (?P<word>[^\s,;、，&+|"“”„«»＂「」(){}\[\]<>/\\*=^~?!#@…]+)
"""
_QUOTES = '"“”„«»＂「」'
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_SHORT_YEAR = re.compile(r"['’‘]\d\d")
_EDGE = "'.:_`´‘’ʼ"


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `raw`: as written; `key`: plain, dashes as "-"; `pieces`: what of it is compared with names.

    `comma`: a comma parts it from the word before. `out`: written with a minus, "-Bob". `quoted`: was in quotes, so
    it is several words to be taken as they are. `field`: "year" of "year:2019", whose `raw` is then "2019". `glued`:
    no space before it, as after the l' of "l'été". `start`, `end`: where in the phrase.
    """

    raw: str
    key: str
    pieces: tuple[str, ...]
    start: int
    end: int
    comma: bool = False
    out: bool = False
    quoted: bool = False
    field: str | None = None
    glued: bool = False


def read_words(
    phrase: str, fields: frozenset[str] = frozenset(), elisions: Collection[str] = ()
) -> tuple[list[Word], bool]:
    """Return the words of a phrase, and whether it was so long that the rest was left out.

    `fields`: what before a colon makes a field; `elisions`: what the language writes before an apostrophe without a
    space, such as the d of "d'Alice".
    """
    words: list[Word] = []
    for word in _words(writable(phrase)[:MOST_CHARACTERS].replace("⁄", "/"), fields, elisions):
        if len(words) == MOST_WORDS:
            return words, True
        words.append(word)
    return words, len(phrase) > MOST_CHARACTERS


@lru_cache(maxsize=16)
def _token(fields: frozenset[str]) -> re.Pattern[str]:
    names = "|".join(re.escape(field) for field in sorted(fields)) or "(?!)"
    return re.compile(_PARTS.replace("FIELDS", names), re.VERBOSE | re.IGNORECASE)


def _words(text: str, fields: frozenset[str], elisions: Collection[str]) -> Iterator[Word]:
    comma, before = False, -1
    for match in _token(fields).finditer(text):
        start, end, written = match.start(), match.end(), match[0]
        if match["comma"]:
            comma = True
            continue
        out, glued = written[0] in "-−", start == before
        if match["field"]:
            value = " ".join(match["value"].rstrip(",;").strip(_QUOTES + "'").split())
            made = [_word(value, start, end, comma=comma, out=out, field=plain(match["field"]))]
        elif match["quoted"]:
            made = [
                _word(" ".join(match["quoted"].strip(_QUOTES).split()), start, end, comma=comma, out=out, quoted=True)
            ]
        elif match["number"] or match["joint"]:
            made = [_word(written, start, end, comma=comma, glued=glued)]
        else:
            made = list(_parted(written, start, end, elisions, comma=comma, glued=glued, text=text))
        yield from made
        if made:
            comma, before = match["value"] is not None and written.endswith((",", ";")), end


def _parted(
    written: str, start: int, end: int, elisions: Collection[str], *, comma: bool, glued: bool, text: str
) -> Iterator[Word]:
    """Give the word, or two if the language writes two as one; without the punctuation around it."""
    dashed = written.translate(_DASHES)
    if not dashed.strip("-"):
        yield _word("-", start, end, comma=comma)
        return
    out = dashed[0] == "-" and (start == 0 or not text[start - 1].strip() or text[start - 1] in ",;(")
    if _SHORT_YEAR.fullmatch(written):
        yield _word(written, start, end, comma=comma, glued=glued)
        return
    inner = written[1:] if out else written
    raw = inner.strip(_EDGE).strip("-−–—")
    if not raw:
        return
    head, apostrophe, rest = re.split("(['’ʼ])", raw, maxsplit=1) if re.search("['’ʼ]", raw) else (raw, "", "")
    if rest and plain(head) in elisions:
        middle = start + written.index(raw) + len(head) + 1
        yield _word(head + apostrophe, start, middle, comma=comma, out=out, glued=glued)
        yield _word(rest, middle, end, glued=True)
    else:
        yield _word(raw, start, end, comma=comma, out=out, glued=glued)


def _word(raw: str, start: int, end: int, **more: object) -> Word:
    key = plain(raw.translate(_DASHES))
    if key in ("-", "&", "+", "|") or not key.strip("."):
        symbol = "-" if not key.strip(".") else key
        return Word(raw, symbol, (symbol,), start, end, **more)  # type: ignore[arg-type]
    # A picture is a word of its own: "🎂".
    return Word(raw, key, pieces(key) or ((key,) if _is_picture(key) else ()), start, end, **more)  # type: ignore[arg-type]


def _is_picture(key: str) -> bool:
    return any(unicodedata.category(letter) == "So" for letter in key)
