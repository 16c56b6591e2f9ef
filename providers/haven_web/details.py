"""What is known of a photo, as its page tells it: when, where, who, with which camera, and where the file is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haven_fs.catalog import names
from haven_fs.catalog.findings import Tag
from haven_fs.catalog.lookup import originals_paths
from haven_fs.catalog.values import values_of
from haven_fs.tree.files import file_on_disk
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.spoken import facets_led_by
from haven_fs.tree.tree import Tree
from haven_web import words
from haven_web.folders import Link

_SHOWABLE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp"})
"""Types of pictures that every browser shows as they are."""
_GUESSED = {
    "file": "guessed from the date of the file",
    "folder": "guessed from the name of the folder",
    "name": "from the name of the file",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is known: its name, and values, each with a URL path where it leads, "" if nowhere."""

    name: str
    values: Sequence[Link]


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a photo. `when`, `where`, `who`: in words, "" if not known. `width` and `height`: upright."""

    photo_id: int
    kind: str
    when: str
    day: int
    where: str
    who: str
    caption: str
    width: int | None
    height: int | None
    seconds: float | None
    problem: str
    lines: Sequence[Line]


def is_showable(mime: str) -> bool:
    """Tell whether browsers show an original as it is."""
    return mime in _SHOWABLE


def details(
    tree: Tree, view: View, photo_id: int, original_id: int, root: str, *, disk_names: bool = False
) -> Details | None:
    """Return what is known of a photo; `original_id`: the file of it that is looked at. None if it is gone.

    `disk_names`: whether it is looked at in a folder whose files have their names on the disk.
    """
    row = view.db.execute(
        "SELECT kind, day, taken, taken_source, width, height, orientation, duration, make, model, lens, rating,"
        " caption, unreadable, latitude, longitude FROM photo WHERE id = ?",
        (photo_id,),
    ).fetchone()
    file = file_on_disk(view.db, original_id)
    if row is None or file is None:
        return None
    kind, day, taken, source, width, height, orientation, seconds, make, model, lens, rating, *rest = row
    caption, problem, latitude, longitude = rest
    if orientation is not None and orientation >= 5:
        width, height = height, width
    wide = {one.facet for one in view.spoken if one.wide}
    tags = [tag for tag in values_of(view.db, photo_id) if tag.facet not in wide]
    places = [tag for facet in facets_led_by(view.spoken, "in") for tag in tags if tag.facet == facet]
    people = [tag for facet in facets_led_by(view.spoken, "with") for tag in tags if tag.facet == facet]
    others = [tag for tag in tags if tag not in places and tag not in people]
    link = _Linker(tree, view, root)
    where = [link.value(tag) for tag in places]
    if latitude is not None and longitude is not None:
        where.append(Link(f"{latitude:.4f}, {longitude:.4f}", ""))
    when = words.moment(taken) if taken is not None else ""
    dimensions = f"{width:,} × {height:,}" if width and height else ""
    facts = [
        ("When", [Link(f"{when} ({_GUESSED[source]})" if source in _GUESSED else when, link.day(day))]),
        ("Where", where),
        ("Who", [link.value(tag) for tag in people]),
        *_by_folder(link, others),
        ("Rating", [Link(f"{'★' * round(rating)}{'☆' * (5 - round(rating))}", "")] if rating else []),
        ("Camera", [Link(_camera(make, model), "")]),
        ("Lens", [Link(lens or "", "")]),
        ("Length", [Link(words.length(seconds) if seconds else "", "")]),
        ("Size", [Link(", ".join(part for part in (dimensions, words.size(file.size)) if part), "")]),
        ("File", [Link(file.name, "")]),
        ("Folder", [link.folder_of(original_id)]),
        ("Belongs to it", _companions(view, photo_id, original_id, disk_names)),
    ]
    lines = [Line(name, kept) for name, values in facts if (kept := [value for value in values if value.name])]
    return Details(
        photo_id,
        kind,
        when,
        day or 0,
        ", ".join(tag.name for tag in places),
        words.listed([tag.name for tag in people]) if people else "",
        (caption or "").strip(),
        width,
        height,
        seconds,
        problem or "",
        lines,
    )


class _Linker:
    """Finds the folders that values are in."""

    def __init__(self, tree: Tree, view: View, root: str) -> None:
        self._tree, self._view, self._root = tree, view, root

    def value(self, tag: Tag) -> Link:
        """Return a value with its folder."""
        path = self._tree.path_to(self._view, tag.facet, tag.key)
        return Link(tag.name, self.href(path) if path else "")

    def top(self, tag: Tag) -> str:
        """Return the folder at the top that a value is in, else what its facet is called."""
        path = self._tree.path_to(self._view, tag.facet, tag.key)
        return path[0] if path else f"{tag.facet.capitalize()}s"

    def day(self, day: int | None) -> str:
        """Return where the month of a day is, "" if it has no folder."""
        if not day:
            return ""
        year, month = f"{day // 10000:04d}", f"{day // 100 % 100:02d}"
        path = ("Timeline", year, f"{year}-{month}")
        return self.href(path) if isinstance(self._tree.resolve(self._view, path), Folder) else ""

    def folder_of(self, original_id: int) -> Link:
        """Return the folder on the disk that an original is in."""
        path = originals_paths(self._view.db, [original_id]).get(original_id, "")
        folder = path.rpartition("/")[0].strip("/")
        return Link(folder.removeprefix("Originals/"), self.href(folder.split("/"))) if folder else Link("", "")

    def href(self, path: Iterable[str]) -> str:
        """Return the URL path of a folder."""
        return self._root + "".join(f"{names.href(name)}/" for name in path)


def _by_folder(link: _Linker, tags: Sequence[Tag]) -> list[tuple[str, list[Link]]]:
    """Return values under the names of the folders that they are in, such as Albums."""
    found: dict[str, list[Link]] = {}
    for tag in tags:
        found.setdefault(link.top(tag), []).append(link.value(tag))
    return list(found.items())


def _camera(make: str | None, model: str | None) -> str:
    """Return what a camera is called: makers often say their name in the model as well."""
    make, model = (make or "").strip(), (model or "").strip()
    if not make or not model or model.lower().startswith(make.split()[0].lower()):
        return model or make
    return f"{make} {model}"


def _companions(view: View, photo_id: int, original_id: int, disk_names: bool) -> list[Link]:
    """Return the other files of a photo, such as its live video."""
    columns = "shown, shown_href" if disk_names else "name, href"
    rows = view.db.execute(
        f"SELECT {columns} FROM original WHERE photo_id = ? AND id <> ? AND gone IS NULL AND name IS NOT NULL"
        " ORDER BY name_fold",
        (photo_id, original_id),
    )
    return [Link(name, f"{href}?view") for name, href in rows]
