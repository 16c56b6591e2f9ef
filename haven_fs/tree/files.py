"""Files as the tree shows them: one, or a query for many, which is rendered inside the database.

A listing of a hundred thousand files is one query, and no object is made for a row of it.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from haven_fs.catalog import names
from haven_fs.catalog.schema import LOCATED
from haven_fs.catalog.spelling import etag, http_date, iso_date
from haven_fs.library.beneath import Beneath, below_of, placed
from haven_fs.tree.looks import Look

if TYPE_CHECKING:
    from haven_fs.tree.cover import Cover


@dataclass(frozen=True, slots=True)
class Stamp:
    """The version of a folder's answer: how many things are in it, and the highest seq among them.

    `steady`: seq moves on at removals too, so that it alone is the time of the last change.
    """

    count: int
    seq: int
    steady: bool = False

    def __str__(self) -> str:
        return f"{self.count:x}-{self.seq:x}"


@dataclass(frozen=True, slots=True)
class File:
    """One file as the tree shows it; `path` is where its bytes are, `away` why they are not to be had now.

    `sent_ns`: the time that it was sent with, where that is shown in place of the file's own; see `shown_at`. `what`:
    which rendition of the original it is, "" if it is the original; see haven_fs.tree.looks. `cover`: of what it is the
    picture, if it stands for a folder. `start`: where its bytes begin in the file at `path`, if it is a film inside it.
    """

    id: int
    photo_id: int | None
    name: str
    path: Beneath
    size: int
    mtime_ns: int
    etag: str
    modified: str
    created: str
    mime: str
    away: str | None
    sent_ns: int | None = None
    what: str = ""
    cover: "Cover | None" = None
    start: int = 0

    def shown_at(self, sent_ns: int | None) -> "File":
        """Return the file with the time that it was sent with, nanoseconds since the epoch; None if that is its own."""
        if sent_ns is None:
            return self
        return replace(self, mtime_ns=sent_ns, modified=http_date(sent_ns), sent_ns=sent_ns)

    @classmethod
    def plain(
        cls,
        name: str,
        path: Path,
        root: Path,
        size: int,
        mtime_ns: int,
        mime: str = "application/octet-stream",
        *,
        tag: str | None = None,
        away: str | None = None,
    ) -> "File":
        """Return a file that is no original, below `root` on the disk. `tag`: its entity tag, if not that of its state.

        `mtime_ns`: nanoseconds since the epoch.
        """
        modified, created = http_date(mtime_ns), iso_date(mtime_ns)
        tag = etag(size, mtime_ns) if tag is None else tag
        return cls(0, None, name, below_of(root, path), size, mtime_ns, tag, modified, created, mime, away)


_Named = TypeVar("_Named", bound="Named")


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


def pick(things: Iterable[_Named], name: str) -> _Named | None:
    """Return the thing of that name, or else the first whose name differs by case alone."""
    alike = [thing for thing in things if names.fold(thing.name) == names.fold(name)]
    return next((thing for thing in alike if names.same(thing.name, name)), next(iter(alike), None))


_FILE = (
    "o.id, o.photo_id, o.{name}, d.path, o.file, l.root,"
    " o.size, o.mtime_ns, o.etag, o.modified, o.created, o.mime, l.away"
)


_RANK = re.compile(r"\d+ ")


@dataclass(frozen=True, slots=True)
class FileSet:
    """Files picked by a query over `original AS o`; `source` is its FROM and WHERE, `order` its ORDER BY.

    `disk_names`: whether the files bear their names on disk (/Originals) or their display names. `lookup`: the same
    files as `source`, from the same parameters, put so that one name is found without going through all of them.
    `rank`: SQL for a file's place in an answer; names then begin with it, in `digits` digits, which keeps the order
    in every file browser. `look`: how the files are seen, if not as they are.
    """

    source: str
    params: tuple[Any, ...] = ()
    disk_names: bool = False
    order: str = ""
    lookup: str = ""
    rank: str = ""
    digits: int = 3
    look: Look | None = None

    def seen_as(self, look: Look | None) -> "FileSet":
        """Return those files of this set that are seen by a look, as they are seen; None: as they are."""
        if look is None:
            return self
        return replace(self.narrowed(look.condition(disk_names=self.disk_names)), look=look)

    def narrowed(self, condition: str, *params: Any) -> "FileSet":
        """Return the files of this set for which `condition`, SQL over `o`, holds too."""
        lookup = f"{self.lookup} AND {condition}" if self.lookup else ""
        return replace(self, source=f"{self.source} AND {condition}", lookup=lookup, params=self.params + params)

    def stamp(self, db: sqlite3.Connection) -> Stamp:
        """Return how many files there are and when one last changed."""
        count, seq = db.execute(f"SELECT count(*), max(o.seq) {self.source}", self.params).fetchone()
        return Stamp(count, seq or 0)

    def find(self, db: sqlite3.Connection, name: str) -> File | None:
        """Return the file of that name, or else one whose name differs by case alone.

        Of a ranked one the name decides, whatever rank is before it: today's may be another than when it was listed.
        """
        column = "shown_fold" if self.disk_names else "name_fold"
        source = f"{self.lookup or self.source} AND o.{column} = ?"
        spelled = [name]
        if self.rank and (ranked := _RANK.match(name)):
            spelled.insert(0, name[ranked.end() :])
        for one in spelled:
            alike = list(self._files(db, source, (names.fold(one),)))
            if alike:
                return next((file for file in alike if names.same(file.name, name)), alike[0])
        return None

    def files(self, db: sqlite3.Connection) -> Iterator[File]:
        """Give every file, one by one; for listings `render` is faster by far."""
        # Without a limit SQLite takes the order of a subquery for nobody's business.
        for file in self._files(db, f"{self.source} {self.order} LIMIT -1", ()):
            seen = file if self.look is None else self.look.of(db, file, disk_names=self.disk_names)
            if seen is not None:
                yield seen

    def _files(self, db: sqlite3.Connection, source: str, params: tuple[Any, ...]) -> Iterator[File]:
        columns = _FILE.format(name="shown" if self.disk_names else "name")
        picked = f"SELECT o.id, {self.rank or 0} AS rank {source}"
        source = f"({picked}) AS picked CROSS JOIN original o ON o.id = picked.id {LOCATED}"
        query = f"SELECT picked.rank, {columns} FROM {source}"
        for rank, *row in db.execute(query, self.params + params):
            name = f"{rank:0{self.digits}d} {row[2]}" if self.rank else row[2]
            yield File(row[0], row[1], name, placed(row[5], row[3], row[4]), *row[6:])

    def render(
        self, db: sqlite3.Connection, template: str, columns: Sequence[str], slice_: int = 2000
    ) -> Iterator[bytes]:
        """Format every file by an SQLite printf `template` inside the database and give the text in large pieces.

        `columns` are among href, xml, size, etag, modified, created, mime, id: what the template's %s stand for. No
        Python object is made for a row, which is what makes a folder of 10,000 photos cost milliseconds. A slice is
        about a megabyte: the database builds it in one piece of memory, which should be small and come back.
        """
        href, xml = ("shown_href", "shown_xml") if self.disk_names else ("href", "xml")
        spelled = {column: f"o.{column}" for column in columns} | {"href": f"o.{href}", "xml": f"o.{xml}"}
        if self.look is not None:
            spelled |= self.look.columns(disk_names=self.disk_names)
        if self.rank:
            spelled["href"] = f"printf('%0{self.digits}d%%20%s', {self.rank}, {spelled['href']})"
            spelled["xml"] = f"printf('%0{self.digits}d %s', {self.rank}, {spelled['xml']})"
        arguments = ", ".join(spelled[column] for column in columns)
        inner = f"SELECT printf(?, {arguments}) AS text {self.source} {self.order} LIMIT ? OFFSET ?"
        query = f"SELECT CAST(group_concat(text, '') AS BLOB), count(*) FROM ({inner})"
        offset = 0
        while True:
            text, count = db.execute(query, (template, *self.params, slice_, offset)).fetchone()
            if count:
                yield text
            if count < slice_:
                return
            offset += slice_


def file_on_disk(db: sqlite3.Connection, original_id: int) -> File | None:
    """Return an original under its name on disk, None if it is gone."""
    one = FileSet("FROM original o WHERE o.id = ? AND o.gone IS NULL", (original_id,), disk_names=True)
    return next(one.files(db), None)
