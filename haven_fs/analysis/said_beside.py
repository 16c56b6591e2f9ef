"""What the owner said of photos that no standard has a property for: written into sidecars, and read from them again.

"haven:Said" holds facts that the catalog keeps, as a name and JSON: 'tags:place [["2988507", "Paris", "FR"]]'. Dates,
positions and captions stand in the standards' own properties, for every program; here are the values of facets, and
what the owner said is not known. "haven:Hidden" is that a photo is in /Recently Removed.

Read from a file, all this is evidence: it outranks what else is found, and the owner outranks it.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from haven_fs.analysis.analyzer import Analyzer, Facts, Sample
from haven_fs.catalog import Writer, foldersaid
from haven_fs.catalog.facets import Facet, Found
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.settle import TAG, TAGS
from haven_fs.catalog.skipped import BINNED
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.library.headers import HIDDEN, IN_BIN
from haven_fs.library.personnames import texts_of
from haven_fs.library.regions import REGIONS
from haven_fs.sidecars import SidecarNotes, SidecarSource

NAME = foldersaid.ANALYZER
SAID = "haven:Said"
_MOST = 100
"""Facts read of one sidecar."""
_WHY = {"True": 1, IN_BIN: BINNED}
_HIDDEN = (
    "SELECT photo_id, 'True' FROM hidden WHERE NOT found"
    " UNION ALL SELECT photo_id, iif(EXISTS (SELECT 1 FROM original o"
    " WHERE o.photo_id = u.photo_id AND o.role = 'sidecar' AND o.format <> 'xmp' AND o.gone IS NULL), 'False', '')"
    " FROM unhidden u"
)
"""What to say of photos: also that one is not hidden, where what another program wrote says that it is."""


class SaidBeside(Analyzer):
    """Gives what Haven's own properties of sidecars say: facts over all that is found, and notes for facets."""

    name = NAME
    version = 1
    needs = "metadata"
    light = True

    def analyze(self, batch: Sequence[Sample]) -> Sequence[Facts]:
        """Return one Facts for each sample; empty without a sidecar that Haven wrote."""
        return [_facts(sample.metadata.beside) if sample.metadata.beside else Facts() for sample in batch]


def _facts(beside: Mapping[str, Any]) -> Facts:
    own = {name: texts_of(value) for name, value in beside.items() if name.startswith("haven:") and name != REGIONS}
    facts = Facts(notes={name: texts for name, texts in own.items() if name != SAID and texts})
    for text in own.get(SAID, ())[:_MOST]:
        fact, _, value = text.partition(" ")
        try:
            said = json.loads(value)
        except (ValueError, RecursionError):
            continue
        if _is_fact(fact, said):
            facts.instead[fact] = said
    return facts


def _is_fact(fact: str, said: Any) -> bool:
    """Tell whether it is something that `said` holds, or that may be unknown: anybody may have written it."""
    if fact.startswith(TAGS):
        return isinstance(said, list) and all(isinstance(one, list) and _is_named(one, 3) for one in said)
    if fact.startswith(TAG):
        return fact.count(":") >= 2 and (said is None or (isinstance(said, list) and _is_named(said, 2)))
    return fact in FACTS and said is None


def _is_named(parts: list[Any], count: int) -> bool:
    *texts, parent = parts or [0]
    return (
        len(parts) == count and all(isinstance(t, str) and t.strip() for t in texts) and isinstance(parent, str | None)
    )


class SaidInSidecars:
    """Writes that, for what owners said."""

    name = "said"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return the facts that no standard has a word for, and what is hidden or shown again."""
        notes: dict[int, SidecarNotes] = {}
        query = "SELECT photo_id, fact, value FROM said WHERE fact LIKE 'tag%:%' OR value = 'null' ORDER BY fact"
        for photo_id, fact, value in db.execute(query):
            note = notes.setdefault(photo_id, SidecarNotes())
            note.items.setdefault(SAID, []).append(f"{fact} {value}")
        for note in notes.values():
            note.gone[SAID] = _former(note.items[SAID])
        for photo_id, text in db.execute(_HIDDEN):
            notes.setdefault(photo_id, SidecarNotes()).texts[HIDDEN] = text
        return notes


def _former(texts: Sequence[str]) -> Callable[[str], bool]:
    """Tell of a text whether it is what was said before of the facts that these are about."""
    facts = {text.partition(" ")[0] for text in texts}
    return lambda text: text.partition(" ")[0] in facts and text not in texts


class HiddenFacet(Facet):
    """Photos that sidecars say are hidden, or in a bin; those that the owner has shown again stay shown."""

    name = "hidden by sidecars"

    def absorb(self, w: Writer, found: Found) -> None:
        """Hide what sidecars say is hidden, and show what they do not say so of any more."""
        said = {id_: analyses[NAME].notes() for id_, analyses in found.items() if NAME in analyses}
        if not said:
            return
        texts = {id_: notes.get(HIDDEN, [""])[0] for id_, notes in said.items()}
        hidden = json.dumps({id_: _WHY[text] for id_, text in texts.items() if text in _WHY})
        marks = json.dumps(list(said))
        w.db.execute(
            "DELETE FROM hidden WHERE found AND photo_id IN (SELECT value FROM json_each(?))"
            " AND photo_id NOT IN (SELECT CAST(key AS INTEGER) FROM json_each(?))",
            (marks, hidden),
        )
        w.db.execute(
            "INSERT INTO hidden (photo_id, at, by, found) SELECT CAST(key AS INTEGER), ?, '', value FROM json_each(?)"
            " WHERE CAST(key AS INTEGER) NOT IN (SELECT photo_id FROM unhidden)"
            " ON CONFLICT (photo_id) DO UPDATE SET found = excluded.found WHERE found",
            (time.time(), hidden),
        )


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Read what sidecars say in Haven's own words."""
    return [SaidBeside()]


@hookimpl
def haven_facets(settings: Settings) -> Sequence[Facet]:
    """Hide what sidecars say is hidden."""
    return [HiddenFacet()]


@hookimpl
def haven_sidecars(settings: Settings) -> Sequence[SidecarSource]:
    """Write it."""
    return [SaidInSidecars()]
