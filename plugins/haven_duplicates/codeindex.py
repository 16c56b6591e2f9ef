"""Finds the photos that have places like those of another one, however many photos there are. A cache of the details.

Each code goes into two sorted arrays, in each by other bits of it. Codes that are alike come to lie side by side in at
least one of them, so that the few neighbours of a code are all that is ever looked at: the way to them is a binary
search. A neighbour is a vote for its photo, turned, mirrored and stretched in a certain way; copies get several votes
for the same way, other photos hardly ever two.

Arrays are files, mapped into memory: a large one and a few smaller ones, merged now and then. What is new stays in
memory until there are about a thousand photos. An index that is lost, or ends earlier than it should, is filled again.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from haven_duplicates.details import CODE, Bytes, Details
from haven_fs import written_whole

logger = logging.getLogger(__name__)

Entries = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_TREES = ((0, 48), (21, 69))
"""Of each array, which bits of a code its entries begin with: 21 from one on, which are of one rotation, then 5."""
_PREFIX = 26
_PHOTO, _ANGLE, _SCALE = 28, 5, 5
_NEIGHBOURS = 12
"""Entries on either side of a code that are looked at, in each file."""
_SHARED = 12
"""Bits that a neighbour must begin with as the code does."""
_LEAST_VOTES, _FEW = 2, 4
"""Votes that a candidate has at least; and how many candidates may have no more than that, which chance gives too."""
_PENDING = 1000
"""Photos that are held in memory at most before they are written."""
_GROWTH = 4
"""A file is merged with the one before unless that is so many times as large."""
_CHUNK = 1 << 20
_MANIFEST = "index.json"


class CodeIndex:
    """The index in a folder, of the details that a catalog with this token has. One thread at a time."""

    def __init__(self, folder: Path, token: str) -> None:
        self._folder = folder
        self._token = token
        self.last = 0
        """The number of the last details that it holds."""
        self._files: list[tuple[str, list[Entries]]] = []
        self._pending: list[Entries] = [np.empty(0, np.uint64) for _ in _TREES]
        self._waiting = 0
        self._open()

    def add(self, last: int, some: Iterable[tuple[int, Details]]) -> None:
        """Add photos by their ids; `last` is the number of the last of their details."""
        new: list[list[Entries]] = [[] for _ in _TREES]
        for photo_id, details in some:
            angle, scale = _steps(details)
            known = np.uint64(photo_id) << np.uint64(_ANGLE + _SCALE) | angle << np.uint64(_SCALE) | scale
            for tree, entries in enumerate(new):
                entries.append(_prefixes(details.codes, tree) << np.uint64(64 - _PREFIX) | known)
            self._waiting += 1
        self._pending = [
            np.sort(np.concatenate([old, *entries])) for old, entries in zip(self._pending, new, strict=True)
        ]
        self.last = last

    def candidates(self, some: Sequence[tuple[int, Details]], most: int) -> list[dict[int, bool]]:
        """Return for each of some photos which others it may be a copy of, the likeliest first, `most` at most.

        With each, whether it may be a mirrored copy.
        """
        queries = [(n, way, d) for n, (_, one) in enumerate(some) for way, d in enumerate((one, one.mirrored()))]
        codes = np.concatenate([details.codes for _, _, details in queries])
        steps = [_steps(details) for _, _, details in queries]
        angle, scale = (np.concatenate([one[part] for one in steps]).astype(np.int64) for part in (0, 1))
        lengths = [len(details.codes) for _, _, details in queries]
        whose = np.repeat([2 * n + way for n, way, _ in queries], lengths)
        place = np.concatenate([np.arange(length) for length in lengths])
        votes = []
        for tree in range(len(_TREES)):
            prefixes = _prefixes(codes, tree)
            for entries in (*(arrays[tree] for _, arrays in self._files), self._pending[tree]):
                row, found = _neighbours(entries, prefixes)
                turn = (found >> np.uint64(_SCALE) & np.uint64(31)).astype(np.int64) - angle[row]
                quarter = np.round(turn / 8).astype(np.int64)
                growth = np.round(((found & np.uint64(31)).astype(np.int64) - scale[row]) / 2).astype(np.int64) + 16
                photo = (found >> np.uint64(_ANGLE + _SCALE) & np.uint64((1 << _PHOTO) - 1)).astype(np.int64)
                way = ((whose[row] << _PHOTO | photo) << 2 | quarter % 4) << 6 | growth
                votes.append((way << 8 | place[row])[np.abs(turn - 8 * quarter) <= 1])
        return _ranked(np.unique(np.concatenate(votes)) >> 8, some, most)

    def flush(self, *, merge: bool = True) -> None:
        """Write what is new if there is enough of it. Raises OSError."""
        if self._waiting >= _PENDING:
            self._write(merge=merge)

    def close(self) -> None:
        """Write what is new, and let the files go. Raises OSError."""
        if self._waiting:
            self._write(merge=False)
        self._files = []

    def _write(self, *, merge: bool) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        joined = [self._pending]
        files = list(self._files)
        while merge and files and len(files[-1][1][0]) < _GROWTH * sum(len(arrays[0]) for arrays in joined):
            joined.append(files.pop()[1])
        name = uuid4().hex
        for tree in range(len(_TREES)):
            with written_whole(self._folder / f"{name}-{tree}") as file:
                for part in _merged([arrays[tree] for arrays in joined]):
                    file.write(part.astype("<u8").tobytes())
        names = [kept for kept, _ in files] + [name]
        said = {"token": self._token, "last": self.last, "files": names}
        with written_whole(self._folder / _MANIFEST) as file:
            file.write(json.dumps(said).encode())
        self._files = [*files, (name, self._mapped(name))]
        self._pending, self._waiting = [np.empty(0, np.uint64) for _ in _TREES], 0
        self._tidy()

    def _open(self) -> None:
        try:
            said = json.loads((self._folder / _MANIFEST).read_bytes())
            if said["token"] == self._token:
                self._files = [(name, self._mapped(name)) for name in said["files"]]
                self.last = int(said["last"])
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.info("The index of copies is made anew: %s", error)
            self._files = []
        self._tidy()

    def is_there(self) -> bool:
        """Return whether the files are still there: they lie where all goes that is to leave no trace."""
        return all((self._folder / f"{name}-0").exists() for name, _ in self._files)

    def forget(self) -> None:
        """Begin again with nothing."""
        self._files, self.last, self._waiting = [], 0, 0
        self._pending = [np.empty(0, np.uint64) for _ in _TREES]
        self._tidy()

    def _mapped(self, name: str) -> list[Entries]:
        paths = [self._folder / f"{name}-{tree}" for tree in range(len(_TREES))]
        return [np.asarray(np.memmap(path, "<u8", "r")) for path in paths]

    def _tidy(self) -> None:
        kept = {f"{name}-{tree}" for name, _ in self._files for tree in range(len(_TREES))} | {_MANIFEST}
        for path in self._folder.glob("*"):
            if path.name not in kept:
                try:
                    path.unlink()
                except OSError:  # one that is mapped, on Windows; the next process removes it
                    logger.debug("%s stays for now", path)


def _steps(details: Details) -> tuple[Entries, Entries]:
    """Return the angle of each place in 32nds of a turn, and its scale in halves of doublings."""
    angle = np.round(details.angle / (2 * np.pi) * 32).astype(np.int64) % 32
    scale = np.round((details.scale + 8) * 2).clip(0, 31)
    return angle.astype(np.uint64), scale.astype(np.uint64)


def _prefixes(codes: Bytes, tree: int) -> Entries:
    first, more = _TREES[tree]
    bits = np.unpackbits(codes.reshape(-1, CODE), axis=1)
    chosen = np.concatenate([bits[:, first : first + 21], bits[:, more : more + 5]], axis=1)
    packed = np.packbits(chosen, axis=1)  # 26 bits in four bytes, with six zeros behind
    return packed.view(">u4")[:, 0].astype(np.uint64) >> np.uint64(32 - _PREFIX)


def _neighbours(entries: Entries, prefixes: Entries) -> tuple[Ints, Entries]:
    """Return entries near to prefixes, and for each the row of the prefix."""
    if not len(entries):
        return np.empty(0, np.int64), entries
    at = np.searchsorted(entries, prefixes << np.uint64(64 - _PREFIX))
    beside = at[:, None] + np.arange(-_NEIGHBOURS, _NEIGHBOURS)
    there = (beside >= 0) & (beside < len(entries))
    found = entries[beside.clip(0, len(entries) - 1)]
    near = there & ((found >> np.uint64(64 - _PREFIX) ^ prefixes[:, None]) >> np.uint64(_PREFIX - _SHARED) == 0)
    row, column = np.nonzero(near)
    return row, found[row, column]


def _ranked(votes: Ints, some: Sequence[tuple[int, Details]], most: int) -> list[dict[int, bool]]:
    """Return the photos that got the most votes for one way, of each that asked, and whether it is a mirrored way."""
    ways, counts = np.unique(votes, return_counts=True)
    enough = counts >= _LEAST_VOTES
    ways, counts = ways[enough], counts[enough]
    asked, photos = ways >> (_PHOTO + 8), ways >> 8 & (1 << _PHOTO) - 1
    order = np.lexsort((photos, -counts, asked >> 1))
    found: list[dict[int, bool]] = [{} for _ in some]
    for row in order.tolist():
        number, photo = int(asked[row]) >> 1, int(photos[row])
        mine = found[number]
        room = min(most, _FEW) if counts[row] <= _LEAST_VOTES else most
        if len(mine) < room and photo != some[number][0]:
            mine.setdefault(photo, bool(asked[row] & 1))
    return found


def _merged(arrays: Sequence[Entries]) -> Iterable[Entries]:
    """Give the entries of sorted arrays in their order, each once, a million or so at a time."""
    largest = max(arrays, key=len)
    bounds = [*largest[_CHUNK::_CHUNK].tolist(), None]
    starts = [0] * len(arrays)
    for bound in bounds:
        ends = [len(one) if bound is None else int(np.searchsorted(one, np.uint64(bound))) for one in arrays]
        yield np.unique(np.concatenate([one[a:b] for one, a, b in zip(arrays, starts, ends, strict=True)]))
        starts = ends
