"""Facets: the plugins' parts of the catalog. People, places and albums are facets, and the core knows none by name.

A `Facet` is what a plugin hands the core: tables of its own, and what it answers when the core stores what analyzers
found, settles photos, or takes back what an owner said. `Facets` asks them all, in batches, and sees to it that one
that raises costs only itself: what it changed of photos is undone, and it is asked again photo by photo. What it, or
one whose plugin is away, misses is noted (haven_fs.catalog.behind).
"""

import json
import logging
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from haven_fs.catalog.changes import OWNED, Change
from haven_fs.catalog.disktrouble import is_trouble
from haven_fs.catalog.facetcalls import asked, contained
from haven_fs.catalog.findings import FACTS, Analysis, Scalar, Tag

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Writer

logger = logging.getLogger(__name__)

T = TypeVar("T")

Found = Mapping[int, dict[str, Analysis]]
"""What analyzers have just said of photos: by the photo's id, then by the analyzer's name."""
FoundFacts = Mapping[int, Mapping[str, Scalar]]
"""What is known of photos, found or said, the owner's word first: by the photo's id, then by the fact's name."""

ValuesOf = Mapping[int, Collection[Tag]]
"""The values that photos have, of all facets, by the photo's id."""

_UNCHECKED = 'What was found was not kept, since "{}" could not check it. The log says why.'


class Facet:
    """A plugin's part of the catalog. What a subclass does not define adds nothing.

    `name` is also what the facet's values are called in the tables `value` and `member`. `migrations` are SQL scripts
    that make and change its own tables, counted for this facet alone, and never edited once released. `owned` names
    those of its tables that hold what owners say, with the columns of their keys: `haven undo` restores their rows, and
    a column `seq` in one is when the row last changed. `locates`: its values say where a photo was taken. `is_words`:
    the names of its values are words about a photo, which searches by words find. `folders`: names of folders in the
    data folder, of files that its rows name and that cannot be made again: they are backed up.

    The rest is for the day the catalog is lost and what owners said is done again from `corrections.jsonl`, in a
    catalog whose rows have other numbers. `refers`: what the columns of owned tables refer to, by table and column:
    "photo", "original" (a file), another owned table whose key is `id`, "key" for a text like "album 5/2020" that has
    such numbers in it, or a kind of the facet's own, which `tell` and `find` know. A column `photo_id` refers to a
    photo, a key `id` to its own row, and all others say what they say, so most facets need none. `mentions`: what the
    data of its corrections refer to, by name, likewise.
    """

    name: str
    migrations: Sequence[str] = ()
    owned: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    locates = False
    is_words = False
    folders: Sequence[str] = ()
    refers: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    mentions: ClassVar[Mapping[str, str]] = {}

    def tell(self, db: sqlite3.Connection, kind: str, value: Any, changes: Sequence[Change]) -> Any:
        """Return what a value of a kind is, as JSON has it, so that it is known in another catalog.

        Of a row of an owned table nothing has to be said if owners make it: it is made again. Of one that Haven makes,
        such as a group of faces, say by what it is found. `changes`: those that it is told with.
        """
        return None

    def find(self, w: "Writer", kind: str, told: Any, *, complete: bool) -> Any:
        """Return the value that `tell` told, None if it is not there yet; it is asked for again later.

        `complete`: all photos that are there have been looked into.
        """
        return None

    def say_again(self, w: "Writer", line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
        """Return what a line changed that does not say so, since an older Haven wrote it; None if that is not known.

        The changes are told as in newer lines, see docs/plugins.md. `photo`: the photo that it is about, told.
        """
        return None

    def screen(self, db: sqlite3.Connection, found: Found) -> None:
        """Take out of `found`, in place, what must not be kept. Called before anything of it is stored."""

    def absorb(self, w: "Writer", found: Found) -> None:
        """Make rows of what was found; it is stored by now, and the photos are settled next."""

    def facts(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Mapping[str, Scalar]]]:
        """Give facts in place of those that analyzers found, with the photo's id; `photos`: what those found alone."""
        return ()

    def hear(self, w: "Writer", texts: Mapping[str, Sequence[str]]) -> None:
        """Take in what a file of Haven's own in a library says of what is of no photo: see haven_fs.LibrarySource.

        What is there already stays; the photos concerned are this method's to settle.
        """

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        """Give the values of this facet that photos have, each with the photo's id, beside those that analyzers gave.

        A key that an analyzer gave too counts once, as said here. What an owner said of a photo outranks both.
        """
        return ()

    def implied(self, db: sqlite3.Connection, values: ValuesOf) -> Iterable[tuple[int, Tag]]:
        """Give the values of this facet that follow from those that photos have, each with the photo's id.

        `values`: what is so for good, what owners said of it included, without what other facets imply. A photo in
        Munich is in Bavaria, whoever says that it is in Munich.
        """
        return ()

    def called(self, db: sqlite3.Connection) -> Mapping[str, str]:
        """Return the names that owners gave values of this facet, by key; they outrank those of tags."""
        return {}

    def follow(self, w: "Writer", changes: Sequence[Change]) -> Collection[int]:
        """Have everything follow rows of the `owned` tables that an undo has changed.

        Return the ids of the photos to settle: by default those that the rows name in a column `photo_id`.
        """
        return photos_named(changes)


def photos_named(changes: Iterable[Change]) -> set[int]:
    """Return the photos that changed rows name in a column `photo_id`."""
    sides = (side for change in changes for side in (change["before"], change["after"], change["key"]) if side)
    return {int(side["photo_id"]) for side in sides if side.get("photo_id")}


class Facets:
    """All facets of one catalog."""

    def __init__(self, facets: Iterable[Facet] = (), known: Mapping[str, Collection[str]] = {}) -> None:
        """`known`: what each facet that the catalog has or had answers, by name, see `answered`."""
        self._facets = {facet.name: facet for facet in facets}
        self.names = frozenset(self._facets)
        self._away = {name: asked for name, asked in known.items() if name not in self._facets}
        self.located = frozenset(name for name, facet in self._facets.items() if facet.locates)
        """Facets whose values say where a photo was taken."""
        self.words = frozenset(name for name, facet in self._facets.items() if facet.is_words)
        """Facets whose values are words about a photo."""
        self._stating, self._tagging, self._absorbing, self._screening, self._implying = (
            [facet for facet in self._facets.values() if what in answered(facet)]
            for what in ("facts", "tags", "absorb", "screen", "implied")
        )

    @property
    def owned(self) -> dict[str, tuple[str, ...]]:
        """The tables that hold what owners say, the core's among them, and the columns by which a row is known."""
        return {table: key for facet in self._facets.values() for table, key in facet.owned.items()} | OWNED

    @property
    def refers(self) -> dict[str, Mapping[str, str]]:
        """What the columns of facets' tables refer to."""
        return {table: columns for facet in self._facets.values() for table, columns in facet.refers.items()}

    @property
    def mentions(self) -> dict[str, str]:
        """What the data of facets' corrections refer to."""
        return {name: kind for facet in self._facets.values() for name, kind in facet.mentions.items()}

    def _keeper_of(self, kind: str) -> Facet | None:
        owners = [facet for facet in self._facets.values() if kind in facet.owned]
        users = [f for f in self._facets.values() if any(kind in columns.values() for columns in f.refers.values())]
        return next(iter(owners + users), None)

    def tell(self, db: sqlite3.Connection, kind: str, value: Any, changes: Sequence[Change]) -> Any:
        """Have the facet that knows a kind of value tell one."""
        facet = self._keeper_of(kind)
        try:
            return None if facet is None else facet.tell(db, kind, value, changes)
        except Exception as error:
            if is_trouble(error):
                raise
            logger.exception('"%s" could not say what the %s %r is', facet and facet.name, kind, value)
            return None

    def find(self, w: "Writer", kind: str, told: Any, *, complete: bool) -> Any:
        """Have it find one again."""
        facet = self._keeper_of(kind)
        try:
            return None if facet is None else facet.find(w, kind, told, complete=complete)
        except Exception as error:
            if not w.db.in_transaction or is_trouble(error):
                raise
            logger.exception('"%s" could not find a %s again', facet and facet.name, kind)
            return None

    def say_again(self, w: "Writer", line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
        """Return what an old line changed, of the first facet that knows."""
        for facet in self._facets.values():
            changes = facet.say_again(w, line, photo)
            if changes is not None:
                return changes
        return None

    def screen(self, db: sqlite3.Connection, found: Found) -> None:
        """Have each facet take out, in place, what must not be kept.

        If one fails on a photo, or is away, what is said of parts of that picture is not kept at all, and says so.
        """
        for name in self._away_of("screen"):
            for analyses in found.values():
                _withhold(analyses, name, only_regions=True)
        for facet in self._screening:
            try:
                facet.screen(db, found)
                continue
            except Exception as error:
                if is_trouble(error):
                    raise
                logger.exception('"%s" could not check what was found; it is asked again photo by photo', facet.name)
            for photo_id, analyses in found.items():
                try:
                    facet.screen(db, {photo_id: analyses})
                except Exception as error:
                    if is_trouble(error):
                        raise
                    logger.exception('"%s" could not check what was found of photo %d', facet.name, photo_id)
                    _withhold(analyses, facet.name)

    def _away_of(self, what: str) -> list[str]:
        return [name for name, asked in self._away.items() if what in asked]

    def unchecked(self, name: str) -> str:
        """Return what is said of analyses that were not kept since a facet could not check them."""
        return _UNCHECKED.format(name)

    def absorb(self, w: "Writer", found: Found, *, only: str | None = None) -> None:
        """Have each facet, or `only` one, make rows of what was found; note what they will have to make up for."""
        behind = [(name, photo_id) for name in self._away_of("absorb") for photo_id in found]
        withheld = {self.unchecked(name): name for name in {*self._away_of("screen"), *self.names}}
        behind += [
            (withheld[analysis.failed], photo_id)
            for photo_id, analyses in found.items()
            for analysis in analyses.values()
            if analysis.failed in withheld
        ]
        for facet in self._absorbing:
            if only is not None and facet.name != only:
                continue
            if contained(w, facet, "take in what was found", partial(facet.absorb, w, found)):
                continue
            for photo_id, analyses in found.items():
                what = f"take in what was found of photo {photo_id}"
                if not contained(w, facet, what, partial(facet.absorb, w, {photo_id: analyses})):
                    behind.append((facet.name, photo_id))
        note_behind(w, behind)

    def facts(
        self, db: sqlite3.Connection, photos: FoundFacts
    ) -> tuple[dict[int, list[Mapping[str, Scalar]]], set[tuple[int, str]]]:
        """Return the facts that facets have of photos; and of which photos which facet could not say."""
        return asked(db, self._stating, photos, "facts", _are_facts)

    def hear(self, w: "Writer", texts: Mapping[str, Sequence[str]]) -> None:
        """Have each facet take in what a file of Haven's own says of what is of no photo."""
        for facet in self._facets.values():
            contained(w, facet, "take in what is said of a library", partial(facet.hear, w, texts))

    def tags(
        self, db: sqlite3.Connection, photos: FoundFacts, only: str | None = None
    ) -> tuple[dict[int, list[Tag]], set[tuple[int, str]]]:
        """Return the values of photos, of all facets or `only` one; and of which photos which facet could not say."""
        tagging = [facet for facet in self._tagging if only in (None, facet.name)]
        tags, failed = asked(db, tagging, photos, "tags", _is_own)
        if only is None:
            failed.update((photo_id, name) for name in self._away for photo_id in photos)
        return tags, failed

    @property
    def imply(self) -> bool:
        """Whether any of them gives values that follow from others."""
        return bool(self._implying)

    def implied(self, db: sqlite3.Connection, values: ValuesOf) -> tuple[dict[int, list[Tag]], set[tuple[int, str]]]:
        """Return the values that follow from those that photos have; and of which photos which facet could not say."""
        return asked(db, self._implying, values, "implied", _is_own)

    def called(self, db: sqlite3.Connection, name: str) -> Mapping[str, str] | None:
        """Return the names that owners gave values of a facet, by key; None if it cannot tell."""
        facet = self._facets.get(name)
        if facet is None:
            return {}
        try:
            return facet.called(db)
        except Exception as error:
            if is_trouble(error):
                raise
            logger.exception('"%s" could not say what its values are called; they keep their names', name)
            return None

    def follow(self, w: "Writer", changes: Sequence[Change]) -> tuple[set[int], set[str]]:
        """Have each facet follow the changes of its tables; return the photos to settle, and the facets concerned.

        A facet that fails takes the transaction with it: to take back half of what was said would lose the rest.
        """
        photo_ids: set[int] = set()
        followed: set[str] = set()
        for facet in self._facets.values():
            mine = [change for change in changes if change["table"] in facet.owned]
            if mine:
                photo_ids.update(facet.follow(w, mine))
                followed.add(facet.name)
        return photo_ids, followed


def _are_facts(facet: Facet, facts: Mapping[str, Scalar]) -> bool:
    return facts.keys() <= FACTS


def _is_own(facet: Facet, tag: Tag) -> bool:
    return tag.facet == facet.name


def answered(facet: Facet) -> set[str]:
    """Return which of the core's questions about photos a facet answers."""
    kind = type(facet)
    questions = ("screen", "absorb", "facts", "tags", "implied")
    return {what for what in questions if getattr(kind, what) is not getattr(Facet, what)}


def note_behind(w: "Writer", pairs: Iterable[tuple[str, int]]) -> None:
    """Note that facets have yet to hear of photos, see haven_fs.catalog.behind."""
    w.db.executemany("INSERT OR IGNORE INTO behind (facet, photo_id) VALUES (?, ?)", list(pairs))


def _withhold(analyses: dict[str, Analysis], name: str, *, only_regions: bool = False) -> None:
    for analyzer, analysis in analyses.items():
        if (analysis.embeddings and not only_regions) or "regions" in json.loads(analysis.facts):
            analyses[analyzer] = Analysis(analysis.version, failed=_UNCHECKED.format(name))
