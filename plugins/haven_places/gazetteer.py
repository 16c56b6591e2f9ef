"""Names the town and the country of positions, from a table that is built once and kept as one small file.

Building reads the packages' tables (see `sources`) and takes a second or two; opening the built file takes some tens of
milliseconds and about 25 MB, so every worker can have its own. The file is a cache: it is written whole or not at
all, and built again when it is damaged or was made from other versions or rules, in place of the old one; there is one
a language. The folder should be this user's own, and is made so. In one that others can write, a file is believed only
if it belongs to this user or root; that, and that numpy reads it as plain numbers and text with their checksums and
never as objects, is all that is relied on.
"""

import io
import logging
import os
import re
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np
import numpy.typing as npt

from haven_fs import written_whole
from haven_places import regions, sources, towns
from haven_places.borders import Borders

_log = logging.getLogger(__name__)
_FORMAT = 7  # raise it when the columns below or the rules of `naming` and `towns` change
_LOCK_SECONDS = 60.0

Table = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Locality:
    """What is known of a position. `town`: GeoNames id, `country`: ISO code, each with its name; None: not known."""

    town: str | None = None
    town_name: str | None = None
    country: str | None = None
    country_name: str | None = None


class Gazetteer:
    """Answers for many positions at once. Nothing changes it, so threads may share it."""

    def __init__(self, table: Table):
        self._codes = [str(code) for code in table["codes"]]
        self._countries = [str(name) for name in table["countries"]]
        self._ids = table["ids"]
        self._ends = table["ends"]
        self._names = table["names"].tobytes()
        self._country = table["country"].astype(np.int16)
        self._town = table["town"]
        latitude, longitude, radius = (table[name].astype(np.float64) for name in ("latitude", "longitude", "radius"))
        self._borders = Borders()
        number = {code: number for number, code in enumerate(self._codes)}
        self._numbers = np.array([number.get(code, 0) for code in self._borders.codes], np.int64)
        self._towns = towns.Towns(latitude, longitude, radius, self._country)

    @classmethod
    def open(cls, caches: Sequence[Path] = (), language: str = "en") -> "Gazetteer":
        """Open the table from the first folder of `caches` that has it, or build it and keep it in the first that can.

        Safe while other processes do the same. Raises OSError or ValueError if the packages' tables are unreadable;
        caches that cannot be written only cost time.
        """
        made_of = _made_of(language)
        files = _files(caches, language)
        for path in files:
            if table := _read(path, made_of):
                return cls(table)
        table = None
        problems: list[str] = []
        for path in files:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with filelock.FileLock(f"{path}.lock", timeout=_LOCK_SECONDS):
                    if (made := _read(path, made_of)) is None:
                        made = table = table or _build(language)
                        _write(path, made, made_of)
                return cls(made)
            except (OSError, filelock.Timeout) as error:
                problems.append(f"in {path.parent}: {error}")
        if problems:
            _log.warning("The table of places cannot be stored %s", "; nor ".join(problems))
        return cls(table or _build(language))

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self._ids)

    def name(self, row: int) -> str:
        """Return the name of the place in a row of the table, 0 to len - 1."""
        start = int(self._ends[row - 1]) if row else 0
        return self._names[start : int(self._ends[row])].decode()

    def names(self) -> dict[str, str]:
        """Return the names of all places by id."""
        return {str(number): self.name(row) for row, number in enumerate(self._ids.tolist())}

    def localities(self, latitude: Sequence[float], longitude: Sequence[float]) -> list[Locality]:
        """Return what is known of each position, given in degrees."""
        north, east = np.asarray(latitude, np.float64), np.asarray(longitude, np.float64)
        countries = self._numbers[self._borders.countries(north, east)]
        rows = self._towns.local(north, east, countries, self._borders.at_sea(north, east))
        in_town = np.flatnonzero(rows >= 0)
        countries[in_town] = self._country[rows[in_town]]
        return [self._locality(row, country) for row, country in zip(rows.tolist(), countries.tolist(), strict=True)]

    def _locality(self, row: int, country: int) -> Locality:
        code, name = (self._codes[country], self._countries[country]) if country else (None, None)
        if row < 0:
            return Locality(country=code, country_name=name)
        town = int(self._town[row])
        return Locality(str(self._ids[town]), self.name(town), code, name)


def stored(caches: Sequence[Path], language: str, columns: Sequence[str]) -> Table | None:
    """Return columns of the table that one of the folders has; None if nobody has built it yet."""
    made_of = _made_of(language)
    tables = (_read(path, made_of, columns) for path in _files(caches, language))
    return next((table for table in tables if table is not None), None)


def _files(caches: Sequence[Path], language: str) -> list[Path]:
    return [cache / f"places-{re.sub('[^A-Za-z0-9-]', '_', language)[:20]}.npz" for cache in caches]


def _made_of(language: str) -> str:
    rules = {name: value for name, value in vars(towns).items() if name.isupper() and isinstance(value, float | int)}
    return f"{_FORMAT} {sources.versions()} {regions.version()} {language} {rules}"


def _build(language: str) -> Table:
    from haven_places.table import build  # babel and the readers cost 10 MB, and most workers find a table built

    return build(language)


def _read(path: Path, made_of: str, columns: Sequence[str] | None = None) -> Table | None:
    """Return the table of a file, or some columns of it.

    None if it is not there, damaged, another user's, or made of something else.
    """
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and os.fstat(file.fileno()).st_uid not in (0, os.getuid()):
                _log.warning("The table of places in %s belongs to another user and will be built again.", path)
                return None
            with np.load(file, allow_pickle=False) as kept:
                if str(kept["made_of"]) != made_of:
                    return None
                return {name: kept[name] for name in columns or kept.files if name != "made_of"}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("The table of places in %s cannot be read and will be built again: %s", path, error)
        return None


def _write(path: Path, table: Table, made_of: str) -> None:
    """Put the table on disk whole or not at all: a reader sees the old file or the new one. Needs the lock."""
    for left in path.parent.glob(f"{path.name}.*.part"):  # by a process that was killed
        left.unlink(missing_ok=True)
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, made_of=np.array(made_of), **table)
    with written_whole(path) as file:
        file.write(data.getbuffer())
