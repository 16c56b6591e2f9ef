"""The one place where what is known of photos becomes what folders show: a photo's columns and its facet values.

Three layers, each over the one before: what analyzers found (`analysis`), what facets make of it (people of faces,
albums of what was put into them), and what the owner said: in a sidecar, and over that to this catalog (`said`). And
then the values that follow from those, as Bavaria does from Munich. Nothing else becomes a column or a member. Whoever
changes one of the three settles the photos; a batch of photos costs a handful of queries, whatever its size.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from haven_fs.catalog.facets import note_behind
from haven_fs.catalog.findings import FACTS, Scalar, Tag
from haven_fs.catalog.quadkeys import quadkey_of
from haven_fs.catalog.values import Values, drop_empty_values

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Writer

_COLUMNS = tuple(sorted(FACTS))
_UPDATE = (
    f"UPDATE photo SET {', '.join(f'{column} = ?' for column in _COLUMNS)}, day = ?, quadkey = ?, placed = ?,"
    " shown = ?, seq = ?"
    " WHERE id = ?"
)
_EPOCH = datetime(1970, 1, 1)
_AT_ONCE = 500
"""Photos that are settled together: what is known of them is in memory."""

TAGS = "tags:"
"""What the name of a fact in the table `said` begins with if it is all values of a facet."""

TAG = "tag:"
"""What it begins with if it is whether a photo has one value, "tag:FACET:KEY": the others are left to analyzers."""

FactsOf = dict[str, Any]
"""The facts of one photo by their names."""
Tags = dict[tuple[str, str], tuple[str, str | None]]
"""Facet values of a photo: facet and key to name and parent."""


class Settler:
    """Settles photos in one write transaction."""

    def __init__(self, w: "Writer") -> None:
        self._w = w
        self._db = w.db
        self._values = Values(w)

    def found(self, photo_id: int) -> tuple[dict[str, Any], Tags]:
        """Return the facts and facet values of a photo as they are without what the owner said of it."""
        return self._found({photo_id: self._texts([photo_id]).get(photo_id, [])})[0][photo_id]

    def settle(self, photo_ids: Iterable[int]) -> None:
        """Derive the columns and facet values of photos anew; ids of photos that are not there are passed over."""
        for ids in _batches(photo_ids):
            self._settle(ids)

    def settle_new(self, photos: Mapping[int, tuple[Sequence[str], bool]]) -> None:
        """Derive the columns and facet values of photos that were in no folder yet.

        `photos`: the facts of its analyses, in the order of the analyzers' names, and whether it can be shown.
        """
        for ids in _batches(photos):
            found, failed = self._found({id_: photos[id_][0] for id_ in ids})
            failed |= self._imply(found)
            note_behind(self._w, ((facet, photo_id) for photo_id, facet in failed))
            self._put(found, {id_: photos[id_][1] for id_ in ids})
            self._add((id_, value) for id_, (_, tags) in found.items() for value in self._value_ids(tags))
            words = self._words_of(found, {id_: photos[id_][0] for id_ in ids})
            self._insert_words((id_, *words[id_]) for id_ in ids if any(words[id_]))

    def settle_facet(self, facet: str, photo_ids: Collection[int]) -> None:
        """Bring the values of one facet that photos have up to date; see the function of that name."""
        for ids in _batches(photo_ids):
            tags, failed = self._w.facets.tags(self._db, _LazyFacts(self, ids), only=facet)
            ids = [id_ for id_ in ids if (id_, facet) not in failed]
            wanted = {
                (id_, self._values.id_of(facet, tag.key, tag.name, tag.parent)) for id_ in tags for tag in tags[id_]
            }
            current = self._members(ids, facet)
            self._add(wanted - current)
            self._drop(current - wanted)
            self._w.touch(ids)
        drop_empty_values(self._db, facet)
        self._values.forget()

    def _settle(self, ids: list[int]) -> None:
        marks = (json.dumps(ids),)
        rows = self._db.execute(
            "SELECT p.id, p.shown, p.day, p.taken_source, p.placed, p.unreadable IS NULL AND EXISTS"
            " (SELECT 1 FROM original WHERE photo_id = p.id AND gone IS NULL)"
            " AND NOT EXISTS (SELECT 1 FROM hidden WHERE photo_id = p.id)"
            " FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value",
            marks,
        )
        before = {row[0]: row[1:] for row in rows}
        texts = self._texts(before)
        found, failed = self._found({id_: texts.get(id_, []) for id_ in before}, said=True)
        failed |= self._imply(found)
        self._put(found, {id_: row[4] for id_, row in before.items()})
        current = self._members(before)
        kept = self._kept(failed)
        wanted = kept.union((id_, value) for id_, (_, tags) in found.items() for value in self._value_ids(tags))
        self._add(wanted - current)
        self._drop(current - wanted)
        self._put_words(found, texts)
        left = {id_ for id_, _ in current - wanted}
        for id_, (values, tags) in found.items():
            shown, *columns, readable = before[id_]
            after = [day_of(values.get("taken")), values.get("taken_source"), self._is_placed(values, tags)]
            if shown and (id_ in left or not readable or columns != after):
                self._w.note_removal()
                break

    def _texts(self, photo_ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the facts of photos' analyses as they are stored, in the order of the analyzers' names."""
        texts: dict[int, list[str]] = {}
        for photo_id, facts in self._db.execute(
            "SELECT a.photo_id, a.facts FROM json_each(?) j CROSS JOIN analysis a ON a.photo_id = j.value"
            " ORDER BY j.key, a.analyzer",
            (json.dumps(list(photo_ids)),),
        ):
            texts.setdefault(photo_id, []).append(facts)
        return texts

    def _found(
        self, texts: Mapping[int, Sequence[str]], *, said: bool = False
    ) -> tuple[dict[int, tuple[FactsOf, Tags]], set[tuple[int, str]]]:
        """Return what analyzers and facets say of photos, and of which photos which facet could not say.

        `said`: with what the owner said over it, of which facets know the facts.
        """
        found = {id_: _merged(facts) for id_, facts in texts.items()}
        failed = self._add_facts(found)
        instead = _instead(texts)
        rows = self._said(found) if said else []
        _overrule_facts(found, [*instead, *rows])
        given, away = self._w.facets.tags(self._db, {id_: values for id_, (values, _) in found.items()})
        for id_, tags in given.items():
            found[id_][1].update({(tag.facet, tag.key): (tag.name, tag.parent) for tag in tags})
        self._overrule_tags(found, [row for row in instead if not self._is_numbered(row[1])])
        self._overrule_tags(found, rows)
        return found, failed | away

    def _add_facts(self, found: Mapping[int, tuple[FactsOf, Tags]]) -> set[tuple[int, str]]:
        """Put what facets say in place of what analyzers did; return of which photos which facet could not say."""
        given, failed = self._w.facets.facts(self._db, {id_: values for id_, (values, _) in found.items()})
        for id_, several in given.items():
            for facts in several:
                found[id_][0].update(facts)
        return failed

    def _is_numbered(self, fact: str) -> bool:
        """Tell whether a fact is of values that have the numbers of this catalog's rows: no file can know those."""
        facet = fact.split(":")[1] if fact.startswith((TAG, TAGS)) else ""
        return self._w.facets.owned.get(facet) == ("id",)

    def _kept(self, failed: Iterable[tuple[int, str]]) -> set[tuple[int, int]]:
        """Return the values that photos keep since their facet could not say, but for what the owner says of them."""
        if not failed:
            return set()
        note_behind(self._w, ((facet, photo_id) for photo_id, facet in failed))
        rows = self._db.execute(
            "SELECT m.photo_id, m.value_id FROM json_each(?) j"
            " CROSS JOIN member m ON m.photo_id = json_extract(j.value, '$[0]')"
            " JOIN value v ON v.id = m.value_id AND v.facet = json_extract(j.value, '$[1]') WHERE NOT EXISTS"
            " (SELECT 1 FROM said WHERE photo_id = m.photo_id AND fact = ? || v.facet)",
            (json.dumps(sorted(failed)), TAGS),
        )
        return set(rows)

    def _said(self, photo_ids: Iterable[int]) -> list[tuple[int, str, Any]]:
        """Return what the owner said of photos: the photo, the fact's name, its value."""
        rows = self._db.execute(
            "SELECT s.photo_id, s.fact, s.value FROM json_each(?) j CROSS JOIN said s ON s.photo_id = j.value",
            (json.dumps(list(photo_ids)),),
        )
        return [(photo_id, fact, json.loads(text)) for photo_id, fact, text in rows.fetchall()]

    def _overrule_tags(self, found: Mapping[int, tuple[FactsOf, Tags]], said: Iterable[tuple[int, str, Any]]) -> None:
        """Put the values of facets that the owner said in place of what analyzers and facets did."""
        # What is said of one value holds whatever is said of all.
        for photo_id, fact, value in sorted(said, key=lambda row: row[1].startswith(TAG)):
            tags = found[photo_id][1]
            if fact.startswith(TAG):
                _, facet, key = fact.split(":", 2)
                tags.pop((facet, key), None)
                if value is not None:
                    tags[facet, key] = self._called(facet, key, *value)
            elif fact.startswith(TAGS):
                facet = fact.removeprefix(TAGS)
                for known in [one for one in tags if one[0] == facet]:
                    del tags[known]
                tags.update({(facet, key): self._called(facet, key, *named) for key, *named in value or ()})

    def _called(self, facet: str, key: str, name: str, parent: str | None) -> tuple[str, str | None]:
        """Return a value's name and parent as they are now, or as they were said.

        Which value was said is for good; what that is called may have changed, as with another language.
        """
        query = "SELECT name, parent FROM value WHERE facet = ? AND key = ?"
        row: tuple[str, str | None] | None = self._db.execute(query, (facet, key)).fetchone()
        return row or (name, parent)

    def _imply(self, found: Mapping[int, tuple[FactsOf, Tags]]) -> set[tuple[int, str]]:
        """Add the values that follow from others; return of which photos which facet could not say."""
        if not self._w.facets.imply:
            return set()
        values = {
            id_: [Tag(facet, key, *named) for (facet, key), named in tags.items()] for id_, (_, tags) in found.items()
        }
        implied, failed = self._w.facets.implied(self._db, values)
        for id_, given in implied.items():
            for tag in given:
                found[id_][1].setdefault((tag.facet, tag.key), (tag.name, tag.parent))
        return failed

    def _put(self, found: Mapping[int, tuple[FactsOf, Tags]], shown: Mapping[int, bool]) -> None:
        self._db.executemany(
            _UPDATE,
            (
                (*map(values.get, _COLUMNS), day_of(values.get("taken")),
                 quadkey_of(values.get("latitude"), values.get("longitude")), self._is_placed(values, tags),
                 shown[id_], self._w.seq, id_)
                for id_, (values, tags) in found.items()
            ),
        )  # fmt: skip

    def _is_placed(self, values: FactsOf, tags: Tags) -> bool:
        """Tell whether it is known where a photo was taken, at least in which country."""
        located = self._w.facets.located
        return values.get("latitude") is not None or any(facet in located for facet, _ in tags)

    def _value_ids(self, tags: Tags) -> list[int]:
        return [self._values.id_of(facet, key, *named) for (facet, key), named in tags.items()]

    def _members(self, ids: Iterable[int], facet: str | None = None) -> set[tuple[int, int]]:
        """Return the values that photos have now, of one facet or all, as pairs of photo and value."""
        query = "SELECT m.photo_id, m.value_id FROM json_each(?) j CROSS JOIN member m ON m.photo_id = j.value"
        marks = json.dumps(list(ids))
        if facet is None:
            return set(self._db.execute(query, (marks,)))
        only = " WHERE m.value_id IN (SELECT id FROM value WHERE facet = ?)"
        return set(self._db.execute(query + only, (marks, facet)))

    def _add(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._db.executemany("INSERT INTO member (photo_id, value_id) VALUES (?, ?)", pairs)

    def _drop(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._db.executemany("DELETE FROM member WHERE photo_id = ? AND value_id = ?", pairs)

    def _words_of(
        self, found: Mapping[int, tuple[FactsOf, Tags]], texts: Mapping[int, Sequence[str]]
    ) -> dict[int, tuple[str, ...]]:
        """Return what was written about photos, name, caption and keywords, and what stands in them."""
        named = dict(
            self._db.execute(
                "SELECT p.id, o.name FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value"
                " CROSS JOIN original o ON o.id = p.main_id",
                (json.dumps(list(found)),),
            ).fetchall()
        )
        words = self._w.facets.words
        return {
            id_: (
                named.get(id_) or "",
                values.get("caption") or "",
                "; ".join(sorted(name for (facet, _), (name, _) in tags.items() if facet in words)),
                _seen(texts.get(id_, ())),
            )
            for id_, (values, tags) in found.items()
        }

    def _put_words(self, found: Mapping[int, tuple[FactsOf, Tags]], texts: Mapping[int, Sequence[str]]) -> None:
        """Keep what was written about photos, and in them, where searches by words look."""
        rows = self._db.execute(
            "SELECT w.rowid, w.name, w.caption, w.keywords, w.seen FROM json_each(?) j"
            " CROSS JOIN words w ON w.rowid = j.value",
            (json.dumps(list(found)),),
        )
        before = {row[0]: row[1:] for row in rows}
        changed = {id_: words for id_, words in self._words_of(found, texts).items() if before.get(id_) != words}
        self._db.executemany("DELETE FROM words WHERE rowid = ?", [(id_,) for id_ in changed if id_ in before])
        self._insert_words((id_, *words) for id_, words in changed.items() if any(words))

    def _insert_words(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany("INSERT INTO words (rowid, name, caption, keywords, seen) VALUES (?, ?, ?, ?, ?)", rows)


def settle(w: "Writer", photo_ids: Iterable[int]) -> None:
    """Derive the columns and facet values of photos anew, since what is known of them has changed."""
    Settler(w).settle(photo_ids)


def as_found(w: "Writer", photo_id: int) -> tuple[Mapping[str, Scalar], list[Tag]]:
    """Return the facts and facet values of a photo as they are without what the owner said of it."""
    facts, tags = Settler(w).found(photo_id)
    return facts, [Tag(facet, key, name, parent) for (facet, key), (name, parent) in tags.items()]


def settle_facet(w: "Writer", facet: str, photo_ids: Collection[int]) -> None:
    """Bring the values of one facet that photos have up to date, and nothing else of them.

    For a facet whose tags come from its own tables alone, of which a write has changed many at once.
    """
    Settler(w).settle_facet(facet, photo_ids)


class _LazyFacts(Mapping[int, Mapping[str, Scalar]]):
    """The facts of photos, as found and as said, read when they are asked for."""

    def __init__(self, settler: Settler, ids: list[int]) -> None:
        self._settler = settler
        self._ids = dict.fromkeys(ids)

    def __getitem__(self, photo_id: int) -> Mapping[str, Scalar]:
        if photo_id not in self._ids:
            raise KeyError(photo_id)
        texts = self._settler._texts([photo_id])
        found = {photo_id: _merged(texts.get(photo_id, []))}
        self._settler._add_facts(found)
        _overrule_facts(found, [*_instead(texts), *self._settler._said(found)])
        return found[photo_id][0]

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, photo_id: object) -> bool:
        return photo_id in self._ids


def _overrule_facts(found: Mapping[int, tuple[FactsOf, Tags]], said: Iterable[tuple[int, str, Any]]) -> None:
    """Put the facts that the owner said in place of what analyzers did."""
    for photo_id, fact, value in said:
        if not fact.startswith((TAG, TAGS)):
            found[photo_id][0][fact] = value


def _instead(texts: Mapping[int, Sequence[str]]) -> list[tuple[int, str, Any]]:
    """Return what analyzers say over all that is found: the photo, the fact's name, its value."""
    return [
        (photo_id, fact, value)
        for photo_id, facts in texts.items()
        for text in facts
        if '"instead": ' in text
        for fact, value in json.loads(text).get("instead", {}).items()
    ]


def _merged(texts: Iterable[str]) -> tuple[FactsOf, Tags]:
    values: FactsOf = {}
    tags: Tags = {}
    for text in texts:
        facts = json.loads(text)
        values.update(facts.get("values", {}))
        for facet, key, name, parent in facts.get("tags", ()):
            tags[facet, key] = (name, parent)
    return values, tags


def _seen(texts: Iterable[str]) -> str:
    """Return the words that analyzers found in a photo, line by line."""
    return "\n".join(line for text in texts if '"words": ' in text for line in json.loads(text).get("words", ()))


def _batches(photo_ids: Iterable[int]) -> Iterator[list[int]]:
    ids = iter(sorted(set(photo_ids)))
    while batch := list(islice(ids, _AT_ONCE)):
        yield batch


def day_of(taken: int | None) -> int | None:
    """Return yyyymmdd of a wall-clock time in seconds since 1970, None if there is none or no calendar has it."""
    if taken is None:
        return None
    try:
        date = _EPOCH + timedelta(seconds=taken)
    except OverflowError:
        return None
    return date.year * 10000 + date.month * 100 + date.day
