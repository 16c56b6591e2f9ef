"""/Small and /TV: the whole tree once more, with files as small JPEGs, or as what every player shows.

A look changes what a file is called, how long it is and what its bytes are, and nothing else: folders, what is in them
and what writes mean are those of the tree it mirrors. How long a rendition will be is kept with the original
(haven_fs.renditions.sizes), so a listing costs the same as any.
"""

import re
import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from haven_fs.catalog import names

if TYPE_CHECKING:
    from haven_fs.tree.files import File

# What a rendition says of its photo is part of it, so another date, place or rating makes another tag. The sum says
# which, and nothing of what they are.
_SAID = (
    "(SELECT (ifnull(p.taken, 7) * 31 + ifnull(p.taken_offset, 1) * 37 + ifnull(p.latitude, 91) * 1000003"
    " + ifnull(p.longitude, 181) * 10000019 + ifnull(p.rating, 9) * 101) FROM photo p WHERE p.id = o.photo_id)"
)


_ENDINGS = {".jpg": (".jpg", ".jpeg", ".jpe"), ".mp4": (".mp4",)}
"""What is put after a name so that it ends in what the file is, and endings that say so already."""


def _taken(ending: str) -> str:
    """Return what is put after a name if another file has the one with the ending."""
    return f" (as {ending[1:].upper()}){ending}"


def _other(fold: str, ending: str) -> str:
    """Return SQL: whether another file has the name of `o` with an ending, in the folder if it is one of the disk."""
    beside = "n.dir_id = o.dir_id AND " if fold == "shown_fold" else ""
    return f"EXISTS (SELECT 1 FROM original n WHERE {beside}n.{fold} = o.{fold} || '{ending}' AND n.gone IS NULL)"


def _put_after(name: str, fold: str, ending: str) -> str:
    """Return SQL for what is put after the name of `o`, so that it has an ending."""
    is_it = " OR ".join(f"lower(o.{name}) GLOB '*{one}'" for one in _ENDINGS[ending])
    return f"iif({is_it}, '', iif({_other(fold, ending)}, '{_taken(ending)}', '{ending}'))"


@dataclass(frozen=True, slots=True)
class Look:
    """One way to see the tree; the folder at its root is called `name`.

    `seen`: SQL over an original `o`, whether it is a file there. `ending`: SQL for what its name ends in, one of
    _ENDINGS or "" for what it ends in anyway. `size`, `etag`, `mime`: SQL. `what`: SQL for which rendition it is, as
    haven_fs.renditions calls them, "" for the original itself.
    """

    name: str
    seen: str
    ending: str
    size: str
    etag: str
    mime: str
    what: str

    def columns(self, *, disk_names: bool) -> dict[str, str]:
        """Return SQL for the columns of FileSet.render that differ from the original's."""
        name, fold, href, xml = _named(disk_names)
        cases = " ".join(f"WHEN '{one}' THEN {_put_after(name, fold, one)}" for one in _ENDINGS)
        after = f"CASE {self.ending} {cases} ELSE '' END"
        return {
            "href": f"o.{href} || replace({after}, ' ', '%20')",
            "xml": f"o.{xml} || {after}",
            "size": self.size,
            "etag": self.etag,
            "mime": self.mime,
        }

    def condition(self, *, disk_names: bool) -> str:
        """Return SQL over `o`: whether a file is seen, in a folder of the disk or in one of photos."""
        return self.seen if disk_names else f"{self.seen} AND o.role = 'main'"

    def plain_names(self, name: str) -> list[str]:
        """Return the names that a file seen under a name may have in the tree, the likeliest first."""
        folded = name.casefold()
        after = [text for one in _ENDINGS for text in (one, _taken(one))]
        return [name, *(name[: -len(e)] for e in after if folded.endswith(e.casefold()) and len(name) > len(e))]

    def of(self, db: sqlite3.Connection, file: "File", *, disk_names: bool = False) -> "File | None":
        """Return how a file of the tree is seen, None if it is not; what is no original is seen as it is."""
        if not file.id:
            return file
        _, fold, _, _ = _named(disk_names)
        row = db.execute(
            f"SELECT {self.what}, {self.size}, {self.etag}, {self.mime}, {self.ending},"
            f" o.{fold}, {', '.join(_other(fold, one) for one in _ENDINGS)}"
            f" FROM original o WHERE o.id = ? AND {self.condition(disk_names=disk_names)}",
            (file.id,),
        ).fetchone()
        if row is None:
            return None
        what, size, etag, mime, ending, own, *others = row
        if ending:
            is_taken = bool(others[list(_ENDINGS).index(ending)])
            file = replace(file, name=_name_here(db, file.name, own, ending, is_taken))
        return replace(file, size=size, etag=etag, mime=mime, what=what) if what else file


def _name_here(db: sqlite3.Connection, name: str, own: str, ending: str, is_taken: bool) -> str:
    """Return what a file is called that has a name in a folder, which may be one that it was written under.

    `own`: the folded name that it has by itself, which a search puts a number before. `is_taken`: whether another file
    has that with the ending.
    """
    folded = names.fold(name)
    has_it = folded.endswith(_ENDINGS[ending])
    is_own = re.fullmatch(rf"(\d+ )?{re.escape(own)}", folded) is not None
    if not is_own:
        # Then another file may be seen, or be, under the name that this one would have.
        other = folded.removesuffix(ending) if has_it else folded + ending
        query = "SELECT 1 FROM original WHERE name_fold = ? AND gone IS NULL"
        is_taken = other != folded and db.execute(query, (other,)).fetchone() is not None
        is_taken = is_taken and not (has_it and other.endswith(_ENDINGS[ending]))
    if has_it and (is_own or not is_taken):
        return name
    return name + (_taken(ending) if is_taken else ending)


def own_name(name: str, seen: str, own: str) -> str:
    """Return what a file is to be called in the tree that gets a new name in a look: one that ends as its own.

    `seen`: the name that it had in the look. `own`: the one that it had in the tree.
    """
    if names.same(name, seen):
        return own
    for ending in _ENDINGS:
        for after in (_taken(ending), ending):
            if names.same(seen, own + after) and names.fold(name).endswith(ending):
                stem = name.removesuffix(_taken(ending))
                stem = stem if stem != name else name[: -len(ending)]
                kept = names.split_ending(own)[1]
                return stem if names.fold(stem).endswith(names.fold(kept)) else stem + kept
    return name


def _named(disk_names: bool) -> tuple[str, str, str, str]:
    return ("shown", "shown_fold", "shown_href", "shown_xml") if disk_names else ("name", "name_fold", "href", "xml")


SMALL = Look(
    name="Small",
    seen="o.small > 0",
    ending="'.jpg'",
    size="o.small",
    etag=f"printf('%s-s1-%x', o.etag, {_SAID})",
    mime="'image/jpeg'",
    what="'small'",
)

TV = Look(
    name="TV",
    seen="1",
    ending="iif(o.tv > 0, iif(o.kind = 'video', '.mp4', '.jpg'), iif(o.format = 'jpeg', '.jpg', ''))",
    size="iif(o.tv = 0, o.size, o.tv)",
    etag=f"iif(o.tv = 0, o.etag, iif(o.kind = 'video', o.etag || '-t1', printf('%s-t1-%x', o.etag, {_SAID})))",
    mime="iif(o.tv = 0, o.mime, iif(o.kind = 'video', 'video/mp4', 'image/jpeg'))",
    what="iif(o.tv = 0, '', iif(o.kind = 'video', 'film', 'tv'))",
)

LOOKS = (SMALL, TV)


def look_named(name: str) -> Look | None:
    """Return the look whose folder has a name, in any case."""
    return next((look for look in LOOKS if names.fold(look.name) == names.fold(name)), None)
