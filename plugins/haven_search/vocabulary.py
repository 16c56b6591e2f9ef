"""The words that steer a search in the owner's language and in English: "with", "without", "last", "summer", "videos".

Each language has a file in the folder `tongues`: words by role, with bars between; several words make one entry. Its
months and weekdays come from CLDR (babel), which is only loaded for them: English ones stand in the file. A language
without a file has its months all the same, beside English. Where both languages know a word, the owner's one decides:
"of" is "or" in Dutch.

Roles: `with` and `of` lead to people, `at` to places and dates, `on` to dates; `without` and `not` exclude; `since` is
from then on, `bygone` is a "last" said after its word; `before-last` is "before last", before or after what it is said
of; [unit], [season], [feast] say which; `holiday` is any public holiday; `shy` are months that are ordinary words too;
`common` are ordinary words that are also names of places or people; `stop` is too frequent to look for; `vague` says
nothing about what a picture shows ("nice", "trip"), `light` too little to be looked for as a word ("old"); `stay` leads
to a place whose days are meant ("when we were in Rome"); `ask` may begin a phrase and says nothing; `elision` is
written before an apostrophe; `decades` is the "années" of "années 90", and [decade] has those that are written out, by
their first year in the century; [part] is "early", "mid" and "late"; `few` is a handful, as of years ago; `fixed` are
words that belong together though "and" is between them; `written` are those that are others without their accents
("où"); [thing] is what a picture may show, by its English word, for models that know no other language; `outside` leads
to what something is not in, `far` to what it is not close to, `beyond` to more than a distance, `near` leads to what
something is close to, `within` to a distance, `off` from one to a place, `behind` may end that; [distance] are units,
[related] what depends on the library ("abroad"); `numbers`, `months` and `weekdays` go by position, with a slash
between two forms of one. [pick] asks for the "first", "second", "third" or "last" day of those that the rest fits;
`nobody-else` says that only those who are named are meant, `instead` that what was said before is not, and `ones` are
words like "the ones". [kin] are what people call their kin: who is called by one of these words is found by the others
too, "Granny" by "grandma".

What plugins speak of has a section by the facet's name, with the keys of its `sorts`: [type], [daytime], [company].
[any] are words for any value of what has that key: "people" and "location" can be left out with "without". [having]
and [lacking] say the same in one word: "geotagged", "undated".

Amounts: `more`, `less`, `least`, `most` stand before one ("more than 3 people"), `or-more` and `or-less` behind it ("3
people or more"). They are sections: `any` goes with all measures, other keys with that of this name only, as "longer
than" goes with lengths. `half` is half of one; [amount] are the units and what is counted.

Signs behind a word say when it does not count: "?" before a word that is not understood ("summer dress", "video
game"), "??" also after one ("hot spring").
"""

import logging
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from haven_search.folding import pieces

if TYPE_CHECKING:
    from babel import Locale

_log = logging.getLogger(__name__)

SURE, NOT_BEFORE_WORDS, NOT_AMONG_WORDS, SHY, AFTER_CUE, WITH_NUMBER = range(6)
"""How far a word is doubted: counts always; not before a plain word; not beside one; only after a word such as "in" or
when capitals and neighbours speak for it; only after such a word; only beside a number."""

_KIN = {"no": "nb", "nn": "nb"}  # read with another's file
_POSITIONS = ("numbers", "months", "abbreviations", "weekdays")
_APART = ("stop", "common", "elision", "shy", "vague", "light", "written", "distance", "kin")
FUNCTION = frozenset(
    (
        "with", "of", "at", "on", "without", "not", "and", "or", "only", "before", "after", "since", "until", "between",
        "from", "to", "this", "article", "taken", "ago",
    )
)  # fmt: skip
"""Roles of words that only join others."""


class Sense(NamedTuple):
    """What a word may be: its role, which one of it ("summer", 3), and how far to doubt it."""

    role: str
    value: Any = None
    doubt: int = SURE


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language and English. `senses`: by pieces; `longest`: pieces of the longest entry.

    `stop`: words too frequent to look for; `vague`: words that say nothing about what a picture shows; `common`:
    ordinary words that are names too; `written`: words that steer nothing, though they do without their accents;
    `nouns`: the language writes every noun with a capital; `month_first`: 7/14/2019 is in July even where 14/7 would
    do; `lengths`: units of distances, which are none but after a number; `language`: its tag.
    """

    senses: dict[tuple[str, ...], tuple[Sense, ...]]
    longest: int
    stop: frozenset[str]
    vague: frozenset[tuple[str, ...]]
    light: frozenset[tuple[str, ...]]
    written: frozenset[str]
    kin: Mapping[tuple[str, ...], str]
    common: frozenset[tuple[str, ...]]
    elisions: frozenset[str]
    nouns: bool
    month_first: bool
    lengths: Mapping[tuple[str, ...], str]
    language: str = "en"

    def is_frequent(self, word: tuple[str, ...]) -> bool:
        """Tell whether all pieces of a word are too frequent to look for."""
        return all(piece in self.stop for piece in word)


def vocabulary(language: str, own: Path | None = None) -> Vocabulary:
    """Return the words for a language tag such as "de" or "pt-BR"; English alone if there is no such language.

    `own`: a folder of files like those in `tongues`, whose words count besides. One that cannot be read is logged.
    """
    files = [own / f"{base}.toml" for base in ("en", _base(language))] if own is not None else []
    return _vocabulary(language, tuple((file, file.stat().st_mtime_ns) for file in files if file.is_file()))


def _base(language: str) -> str:
    base = language.strip().replace("_", "-").partition("-")[0].lower()
    return base if base.isalpha() else "en"


@lru_cache(maxsize=8)
def _vocabulary(language: str, own_files: tuple[tuple[Path, int], ...]) -> Vocabulary:
    base = _base(language)
    more = {file.stem: _read(file) for file, _ in own_files}
    own: list[tuple[tuple[str, ...], Sense]] = []
    tables = [_with(_table("en"), more.get("en", {}))]
    english = _entries(tables[0])
    if base != "en":
        tables.append(_with(_table(_KIN.get(base, base)), more.get(base, {})))
        own = [*_entries(tables[1]), *_dates(language)]
    overruled = {key for key, sense in own if sense.doubt != WITH_NUMBER and sense.role != "thing"}
    months = {key for key, sense in own if sense.role == "month"}
    english = [(key, s) for key, s in english if key not in overruled and not (s.role == "month" and key in months)]
    senses: dict[tuple[str, ...], tuple[Sense, ...]] = {}
    for key, sense in (*english, *own):
        if key and sense not in senses.get(key, ()):
            senses[key] = (*senses.get(key, ()), sense)
    senses[("|",)] = (Sense("or"),)  # which no table can say, since it parts their words
    joining = {key[0] for key, found in senses.items() if len(key) == 1 and any(s.role in FUNCTION for s in found)}
    return Vocabulary(
        senses,
        max(map(len, senses)),
        frozenset(joining | {piece for table in tables for word in _split(table, "stop") for piece in pieces(word)}),
        frozenset(pieces(word) for table in tables for word in _split(table, "vague")),
        frozenset(pieces(word) for table in tables for word in _split(table, "light")),
        frozenset(word for table in tables for word in _split(table, "written")),
        _kin(tables, {key for key, _ in own}),
        frozenset(pieces(word) for table in tables for word in _split(table, "common")),
        frozenset(word for table in tables for word in _split(table, "elision")),
        base == "de",
        language.strip().replace("_", "-").lower() in ("en", "en-us"),
        {
            pieces(word): unit
            for table in tables
            for unit, words in table.get("distance", {}).items()
            for word in words.split("|")
        },
        language.strip().replace("-", "_"),
    )


def _kin(tables: Sequence[dict[str, Any]], own: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return who words for kin are, the English ones first; of these not what is another word in the own language."""
    small = {pieces(word) for role in ("stop", "vague", "light") for word in _split(tables[-1], role)}
    return {
        key: who
        for table in tables
        for who, words in table.get("kin", {}).items()
        for key in map(pieces, words.split("|"))
        if len(tables) == 1 or table is tables[-1] or (key not in own and key not in small)
    }


def _table(base: str) -> dict[str, Any]:
    file = Path(__file__).parent / "tongues" / f"{base}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if base.isalpha() and file.is_file() else {}


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        _entries(table)
    except (OSError, ValueError, TypeError, AttributeError, UnicodeDecodeError) as error:
        _log.warning("The words in %s cannot be read, so searches do without: %s", file, error)
        return {}
    return table


def _with(table: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return a table with the words of another one besides its own."""
    whole = dict(table)
    for role, words in more.items():
        mine = whole.get(role)
        if isinstance(words, dict):
            whole[role] = _with(mine if isinstance(mine, dict) else {}, words)
        else:
            whole[role] = f"{mine}|{words}" if isinstance(mine, str) and role not in _POSITIONS else words
    return whole


def _split(table: dict[str, Any], role: str) -> list[str]:
    return [word for word in str(table.get(role, "")).split("|") if word]


def _entries(table: dict[str, Any]) -> list[tuple[tuple[str, ...], Sense]]:
    found = []
    shy = set(_split(table, "shy"))
    for role, words in table.items():
        if role in _APART:
            continue
        for value, text in words.items() if isinstance(words, dict) else ((None, words),):
            for place, entry in enumerate(text.split("|")):
                for word in entry.split("/"):
                    bare = word.rstrip("?")
                    sense = Sense(role, value, len(word) - len(bare))
                    if role in _POSITIONS:
                        sense = _at_position(role, place, word in shy)
                    found.append((pieces(bare) or (bare,), sense))
    return found


def _at_position(role: str, place: int, shy: bool) -> Sense:
    if role == "months":
        return Sense("month", place + 1, SHY if shy else SURE)
    if role == "abbreviations":
        return Sense("month", place + 1, AFTER_CUE)
    return Sense("weekday", place) if role == "weekdays" else Sense("number", place + 1)


def _dates(language: str) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """Give CLDR's months and weekdays of a language."""
    locale = locale_of(language)
    if locale is None:
        return
    shy = {pieces(word) for word in _split(_table(_KIN.get(locale.language, locale.language)), "shy")}
    for context in ("format", "stand-alone"):
        for number, name in locale.months[context]["wide"].items():
            yield pieces(name), Sense("month", number, SHY if pieces(name) in shy else SURE)
        for number, name in locale.months[context]["abbreviated"].items():
            yield pieces(name), Sense("month", number, WITH_NUMBER)
        for number, name in locale.days[context]["wide"].items():
            yield pieces(name), Sense("weekday", number)


def locale_of(language: str) -> "Locale | None":
    """Return CLDR's locale for a language tag, None if it has none. Loads babel."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        _log.warning("There is no language %r, so searches are read as English.", language)
        return None
