"""Which files of the tree go where in an export: a folder is walked once, and each file gets a path by a template."""

import json
import os
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter

from haven_fs.catalog import names
from haven_fs.errors import UserError
from haven_fs.library.beneath import Beneath
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text, View
from haven_fs.tree.photofolders import RankedFolder
from haven_fs.tree.tree import Tree

AS_IN_FOLDER = "{folder}/{name}"
FIELDS: Mapping[str, str] = {
    "name": "what the file is called, such as IMG_2041.jpg",
    "stem": "the same without its ending",
    "ending": "its ending, such as .jpg",
    "folder": "the folders below FOLDER that it is in",
    "library": "the library that it is from",
    "original": "its folder in that library",
    "year": "when it was taken, such as 2024",
    "month": "such as 07",
    "day": "such as 06",
    "date": "such as 2024-07-06",
    "time": "such as 18.30.05",
    "camera": "the camera's model",
}
"""What may stand in braces in a template, and what it is; besides, every facet, such as {country}."""
_NO_CAMERA = "Unknown camera"
_UNDATED = "Undated"
_EPOCH = datetime(1970, 1, 1)
_DATES = {"year": "%Y", "month": "%m", "day": "%d", "date": "%Y-%m-%d", "time": "%H.%M.%S"}
_FACTS = "SELECT p.id, p.taken, p.model FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value"
_VALUES = (
    "SELECT m.photo_id, v.facet, min(v.name) FROM json_each(?1) j CROSS JOIN member m ON m.photo_id = j.value"
    " JOIN value v ON v.id = m.value_id WHERE v.facet IN (SELECT value FROM json_each(?2)) GROUP BY 1, 2"
)
_SLASHES = re.compile(r"/+")


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that is to be exported. `wanted`: its path in the export, with slashes, on any system's disk.

    `source`: by what it is known in later exports. `main`: whether it is what its photo is shown by.
    """

    path: Beneath
    photo_id: int | None
    original_id: int
    source: str
    wanted: str
    away: str | None
    main: bool


def fields_of(template: str, facets: Collection[str] = ()) -> set[str]:
    """Return the fields of a template for paths. Raises UserError if there is no such one.

    `facets`: the names of facets, which are fields too: the photo's value, of several the first by name.
    """
    try:
        parsed = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise UserError(f"The template {template!r} cannot be read: {error}.") from error
    known = ", ".join(f"{{{name}}}" for name in (*FIELDS, *sorted(facets)))
    for field, spec, how in parsed:
        if (field not in FIELDS and field not in facets) or spec or how:
            raise UserError(f"The template {template!r} has {{{field}}} in it. There are {known}, and nothing besides.")
    fields = {str(field) for field, _, _ in parsed}
    if not {"name", "stem"} & fields:
        raise UserError(f"The template {template!r} needs {{name}} or {{stem}}, which tell photos apart.")
    if ".." in template.split("/"):
        raise UserError(f"The template {template!r} leads out of the folder.")
    return fields


def plan(tree: Tree, view: View, path: Sequence[str], template: str) -> list[Planned]:
    """Return the files in a folder and in those below it, each once for each path, in an order that stays.

    `view`: that of the root. Raises UserError if there is no such folder, or it shows no originals.
    """
    asked = fields_of(template, [facet for (facet,) in view.db.execute("SELECT DISTINCT facet FROM value")])
    at = tree.locate(view, path)
    if at.node is None or isinstance(at.node, Text):
        raise UserError(
            f"There is no folder /{'/'.join(path)} in the drive. Phrases that are asked at once need quotes."
        )
    if at.parent is None:
        raise UserError("Say which folder to export, such as /Albums: the whole drive has each photo many times.")
    if (at.node.view.look if isinstance(at.node, Folder) else at.seen) is not None:
        raise UserError("What is in /Small and /TV is made from your photos. Export the folder that it shows instead.")
    if isinstance(at.node, File):
        found = [(at.node, "")]
    else:
        found = [(file, "/".join(below)) for below, file in _files(tree, view, tuple(path), ())]
    ids = {file.photo_id for file, _ in found if file.photo_id is not None}
    facts = {row[0]: row[1:] for row in view.db.execute(_FACTS, (json.dumps(list(ids)),))}
    values = _values_of(view.db, ids, asked - FIELDS.keys())
    libraries = dict(view.db.execute("SELECT root, name FROM library").fetchall())
    mains = _mains(view.db, ids)
    planned: dict[tuple[str, str], Planned] = {}
    for file, below in found:
        library = libraries.get(os.fsencode(str(file.path.top)), "")
        known = _known(file, below, library, *facts.get(file.photo_id, (None, None)))
        known |= {facet: values.get((file.photo_id, facet), f"No {facet}") for facet in asked - FIELDS.keys()}
        wanted = _path(template.format_map(known), known["ending"])
        source = f"{library}/{file.path.below}"
        one = Planned(file.path, file.photo_id, file.id, source, wanted, file.away, file.id in mains)
        planned.setdefault((source, wanted), one)
    return sorted(planned.values(), key=lambda one: (one.wanted, one.original_id, one.source))


def _mains(db: sqlite3.Connection, photo_ids: set[int]) -> set[int]:
    query = "SELECT main_id FROM photo WHERE id IN (SELECT value FROM json_each(?))"
    return {id_ for (id_,) in db.execute(query, (json.dumps(list(photo_ids)),))}


def _files(
    tree: Tree, view: View, path: tuple[str, ...], below: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], File]]:
    """Give the files of a folder and of those in it; of an answer that is in order all, though a part may be listed."""
    folder = tree.locate(view, path).node
    if not isinstance(folder, Folder):
        return
    if isinstance(folder, RankedFolder):
        listed = folder.opens()
        yield from ((below, file) for file in (listed.files(folder.view.db) if listed else ()))
        return
    listing = tree.listing(folder)
    for file in listing.every_file():
        if file.cover is None and not (file.photo_id is None and file.size == 0):
            yield below, file
    for entry in listing.folders:
        yield from _files(tree, view, (*path, entry.name), (*below, entry.name))


def _values_of(db: sqlite3.Connection, photo_ids: set[int], facets: set[str]) -> dict[tuple[int | None, str], str]:
    rows = db.execute(_VALUES, (json.dumps(list(photo_ids)), json.dumps(sorted(facets)))) if facets else ()
    return {(photo_id, facet): name.replace("/", "_") for photo_id, facet, name in rows}


def _known(file: File, below: str, library: str, taken: int | None, model: str | None) -> dict[str, str]:
    stem, ending = names.split_ending(file.name)
    known = {"name": file.name, "stem": stem, "ending": ending, "folder": below, "library": library}
    known |= {"original": file.path.below.rpartition("/")[0], "camera": (model or _NO_CAMERA).replace("/", "_")}
    try:
        moment = None if taken is None else _EPOCH + timedelta(seconds=taken)
    except OverflowError:
        moment = None
    return known | {name: moment.strftime(form) if moment else _UNDATED for name, form in _DATES.items()}


def _path(text: str, ending: str) -> str:
    """Return a path that any system's disk can hold; parts that repeat the one before, as of no date, are one."""
    parts: list[str] = []
    for part in _SLASHES.split(text.strip("/")):
        name = names.portable(part)
        if not parts or name != parts[-1]:
            parts.append(name)
    if ending and not parts[-1].casefold().endswith(ending.casefold()):
        parts[-1] += ending
    return "/".join(parts)
