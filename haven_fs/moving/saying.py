"""Saying things of photos where a person would say them: in /Albums, /People and /Favorites, and of single facts.

Only what is not so yet is said, so that to import a second time changes nothing; and where a library's photo has a
date, a position or a caption of its own, that stays.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

from haven_fs.catalog import Writer, names
from haven_fs.catalog.brought import SAID
from haven_fs.catalog.findings import GUESSED
from haven_fs.catalog.said import said_of, say
from haven_fs.catalog.settle import TAGS
from haven_fs.library.headers import Values
from haven_fs.library.personnames import clean_name, listed_people
from haven_fs.library.plainnotes import FAVOURITE
from haven_fs.tree.nodes import View
from haven_fs.tree.photoset import PhotoSet
from haven_fs.tree.tree import Tree
from haven_fs.tree.writes import MakesFolders, TakesPhotos

Writing = Callable[[], AbstractContextManager[Writer]]

_AT_ONCE = 200
"""Photos that are put into a folder in one transaction."""


class Saying:
    """Says things of photos of one tree; `writing` opens the transactions. Raises Refused."""

    def __init__(self, tree: Tree, writing: Writing) -> None:
        self._tree, self._writing = tree, writing

    def put_into(self, root: str, name: str, photo_ids: Sequence[int]) -> int:
        """Put photos into a folder of a smart folder, which is made if need be; return how many were not in it.

        `name`: "" for the smart folder itself.
        """
        path = [root, names.portable(name.lstrip(".") or "_")] if name else [root]
        missing = self._missing(path, photo_ids)
        if not missing:
            return 0
        self._make(path)
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            with self._tree.view() as view, self._writing() as w:
                folder = self._tree.locate(view, path).node
                assert isinstance(folder, TakesPhotos)
                files = {file.photo_id: file for file in PhotoSet(shown=False).among(some).main_files().files(view.db)}
                for photo_id in some:
                    if (file := files.get(photo_id)) is not None:
                        folder.put_photo(w, file.name, file)
        return len(missing)

    def _missing(self, path: Sequence[str], photo_ids: Sequence[int]) -> list[int]:
        """Return those of some photos, which can be shown, that are not in a folder."""
        with self._tree.view() as view:
            shown = set(PhotoSet().among(photo_ids).ids(view.db))
            folder = self._tree.locate(view, path).node
            photos = getattr(folder, "photos", None)
            there = set(photos.among(photo_ids).ids(view.db)) if photos is not None else set()
        return [photo_id for photo_id in photo_ids if photo_id in shown and photo_id not in there]

    def _make(self, path: Sequence[str]) -> None:
        with self._tree.view() as view:
            if self._tree.locate(view, path).node is None:
                above = self._tree.locate(view, path[:-1]).node
                assert isinstance(above, MakesFolders)
                with self._writing() as w:
                    above.make_folder(w, path[-1])

    def say_lacking(self, photo_id: int, values: Values, found: dict[str, Any]) -> bool:
        """Say of a photo what it lacks of what is said of it elsewhere; return whether there was anything.

        `values`: that, in the words of XMP. `found`: what analyzers make of it, by the names of facts.
        """
        with self._tree.view() as view:
            facts = _lacking(view, photo_id, found, self._tree.catalog.facets.located)
        if facts:
            with self._writing() as w:
                say(w, photo_id, facts, SAID)
        count = len(facts)
        if values.get("xmp:Rating") == FAVOURITE:
            count += self.put_into("Favorites", "", [photo_id])
        for name in listed_people(values):
            if clean_name(name):
                count += self.put_into("People", name, [photo_id])
        return bool(count)


def _lacking(view: View, photo_id: int, found: dict[str, Any], located: Collection[str]) -> dict[str, Any]:
    """`located`: the facets that say where a photo was taken."""
    row = view.db.execute("SELECT taken_source, placed, caption FROM photo WHERE id = ?", (photo_id,)).fetchone()
    said = said_of(view.db, photo_id)
    if row is None:
        return {}
    source, placed, caption = row
    wanted: list[str] = []
    if source in GUESSED and found.get("taken_source") not in GUESSED:
        wanted += ["taken", "taken_offset"]
    if not placed and "latitude" not in said and found.get("latitude") is not None:
        wanted += ["latitude", "longitude", "altitude"]
        wanted += [f"{TAGS}{facet}" for facet in sorted(located) if f"{TAGS}{facet}" in found]
    if not caption and found.get("caption"):
        wanted += ["caption"]
    facts = {name: found.get(name) for name in wanted if name not in said}
    if "taken" in facts:
        facts["taken_source"] = "owner"
    return facts
